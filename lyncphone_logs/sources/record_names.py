"""Names that central log servers give to message, host, time and level of a line, in JSON keys and CSV headings.

Names are recognized by what they mean, not by product: forwarders rename and nest them. A nested key is written with
dots. Sources of the names are in `SOURCES`.
"""

SOURCES = {
    "rsyslog": "properties of `jsonmesg` (rsyslog.com/doc, Properties): rawmsg, msg, syslogtag, timereported, ...",
    "syslog-ng": "`$(format-json --scope rfc5424)` and rfc3164: MESSAGE, HOST, PROGRAM, PID, DATE, ISODATE",
    "Vector": "source `syslog`: message, hostname, appname, procid, facility, severity, timestamp",
    "Fluent Bit": "parsers.conf `syslog-rfc3164`: message, host, ident, pid, pri; outputs add date; tail: log",
    "Fluentd": "in_syslog: message, host, ident, pid; the record of docker: log",
    "Elastic": "ECS: message, event.original, @timestamp, host.name, log.syslog.*; a search hit: _source, fields",
    "Logstash": "plugin inputs-syslog: message, logsource, program, pid, priority, severity_label, facility_label",
    "Graylog": "GELF: short_message, full_message, host, timestamp, level, _fields; export: source, message, timestamp",
    "Splunk": "search export: _raw, _time, host, nested in `result`; HTTP event collector: event, time, host",
    "Loki": "`logcli -o jsonl`: line, timestamp, labels; Grafana's download: line, timestamp, date, labels, fields",
    "journald": "systemd.journal-fields(7): MESSAGE, __REALTIME_TIMESTAMP, _HOSTNAME, SYSLOG_IDENTIFIER, PRIORITY",
    "Docker": "driver json-file: log, stream, time",
    "tshark": "`-T json -e frame.time_epoch -e ip.src -e syslog.msg`: nested in `_source.layers`",
    "Google Cloud Logging": "LogEntry: textPayload, jsonPayload.message, timestamp",
}

WRAPPERS = ("result", "_source", "fields", "labels", "stream", "jsonPayload", "event", "layers")
"""Keys whose object holds names of this module, in addition to the object around it."""

RAW_MESSAGES = ("rawmsg", "event.original", "_raw")
"""The line as it was received, with its framing. It is complete, so it is preferred to a parsed message."""
MESSAGES = (
    *RAW_MESSAGES, "full_message", "short_message", "_message", "MESSAGE", "message", "@message", "msg", "log", "line",
    "textPayload", "event", "syslog.msg",
)  # fmt: skip
HOSTS = (
    "log.syslog.hostname", "SYSLOG_HOSTNAME", "logsource", "hostname", "HOSTNAME", "_HOSTNAME", "HOST", "host",
    "host.name", "host.hostname", "fromhost", "source", "source_ip", "fromhost-ip", "log.source.address", "host.ip",
    "ip.src", "ipv6.src",
)  # fmt: skip
RECEIVED = ("__REALTIME_TIMESTAMP", "timegenerated", "R_ISODATE", "frame.time_epoch")
"""The time at which the log server received a line. Other stamps may be the time at which a file was imported."""
STAMPS = (
    *RECEIVED, "_SOURCE_REALTIME_TIMESTAMP", "timereported", "@timestamp", "timestamp", "_time", "ISODATE", "ts",
    "time", "date", "DATE",
)  # fmt: skip
TAGS = ("syslogtag",)
"""The program, its process and a colon, exactly as before the message."""
PROGRAMS = (
    "SYSLOG_IDENTIFIER", "log.syslog.appname", "process.name", "process.program", "programname", "program", "PROGRAM",
    "application_name", "_application_name", "appname", "app-name", "ident",
)  # fmt: skip
PROCESSES = ("SYSLOG_PID", "log.syslog.procid", "process.pid", "process_id", "procid", "pid", "PID")
PRIORITIES = ("log.syslog.priority", "pri", "priority")
"""Facility and severity as one number (RFC 5424)."""
FACILITIES = (
    "SYSLOG_FACILITY", "log.syslog.facility.name", "log.syslog.facility.code", "facility_label", "facility",
    "syslogfacility-text", "syslogfacility", "FACILITY", "syslog.facility",
)  # fmt: skip
SEVERITIES = (
    "PRIORITY", "log.syslog.severity.name", "log.syslog.severity.code", "severity_label", "severity",
    "syslogseverity-text", "syslogseverity", "syslog.level", "level",
)  # fmt: skip

ROLES = (MESSAGES, HOSTS, STAMPS, TAGS, PROGRAMS, PROCESSES, PRIORITIES, FACILITIES, SEVERITIES)
NAMES = frozenset(name for role in ROLES for name in role)


def known_name(key: str) -> str:
    """The name of this module that a dotted key ends with, without the wrappers around it; "" if there is none."""
    while key not in NAMES:
        outer, dot, inner = key.partition(".")
        if not dot or outer not in WRAPPERS:
            return ""
        key = inner
    return key
