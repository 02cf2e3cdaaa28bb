"""Patterns of framings: what syslog servers and viewers write in front of the phone's own line.

Each framing is one pattern, linear by possessive repeats. It is tried at the start of the line, or after an outer
framing. Sources: RFC 3164 and RFC 5424, the BusyBox source (`sysklogd/syslogd.c`), rsyslog's own templates, Kiwi's file
format (Lire::Syslog manual page), the AudioCodes Syslog Viewer and its predecessor ACSyslog (blanks before the
milliseconds, no facility), and SpectraLink's p-Logger, which writes the handset's address and UDP port (one example
line, administration guide of the 8020/8030, page 112).
"""

import re
from functools import cache
from typing import NamedTuple

from lyncphone_logs.events.event import SEVERITIES

FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
"""By number (RFC 5424 table 1), as syslog servers print them."""

SYNONYMS = {
    "kernel": "kern", "security": "auth", "panic": "emerg", "emergency": "emerg", "critical": "crit", "error": "err",
    "warn": "warning", "information": "info", "informational": "info",
}  # fmt: skip


class FramingPattern(NamedTuple):
    """A framing: its name and its pattern. Groups are named after the fields of `SyslogPrefix`, or `pri`."""

    name: str
    pattern: str


def _words(name: str, *kinds: tuple[str, ...]) -> str:
    known = {word for kind in kinds for word in kind}
    spelled = known | {synonym for synonym, word in SYNONYMS.items() if word in known}
    # The words that phones write most come first.
    often = [word for word in ("local[0-7]", "info", "debug", "notice", "err") if word.replace("[0-7]", "0") in spelled]
    words = [*often, *sorted(spelled.difference(often), key=lambda word: (-len(word), word))]
    return rf"(?P<{name}>(?i:{'|'.join(words)}))"


_END = r"(?:[ \t]++|$)"
# The lookaheads reject quickly what is no level or no month.
LEVEL = rf"(?=[A-Za-z0-9]++\.){_words('facility', FACILITIES)}\.{_words('severity', SEVERITIES)}"
"""Facility and severity as words."""
_LEVEL = rf"{LEVEL}{_END}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_BSD_STAMP = rf"(?=[A-Za-z]{{3}}[ ])(?P<stamp>{_MONTH}[ ]++[0-9]{{1,2}}[ ]++{_TIME}(?:\.[0-9]{{1,9}}+)?+){_END}"
_ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME}(?:[.,][0-9]{{1,9}}+)?+(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
_NAME = r"(?:(?![0-9]++[ \t])[0-9A-Za-z][\w.-]*+|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*+(?<!:))"
# A word is part of the message and no host: a tag, before ":" or "[pid]" (BusyBox -R and Yealink send no host), the
# beginning of a repeat notice or of what BusyBox's syslogd writes when it starts, without a tag, and the first word of
# lines of SpectraLink and Grandstream (address or model before a bracket), Polycom (component before a bar), snom
# (SIP trace) and Android (date).
_NO_HOST = (
    rf"(?!{_MONTH}[ ]++[0-9]{{1,2}}[ ]|(?i:last[ ]++)?message[ ]++repeated[ ]|syslogd[ ]started:"
    r"|[A-Z]{2,3}-?[0-9]{3,4}[A-Za-z0-9]*+[ ]++\[[0-9A-Fa-f:]{12,17}\]"
    r"|(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}[ ][0-9]{2}:)"
)
_NOT_AFTER_HOST = (
    r"(?!:[ \t]|\[[0-9.:]++\]:|\|[0-7*]\||\([0-9]{1,3}(?:\.[0-9]{1,3}){3}\)[ ]\[|(?:to|from)[ ](?:udp|tcp|tls):)"
)
_HOST = rf"(?:{_NO_HOST}(?P<hostname>{_NAME}){_END}{_NOT_AFTER_HOST})?"
_PRI = r"<(?P<pri>1[0-8][0-9]|19[01]|[1-9]?[0-9])>"
STRUCTURED_DATA = r'(?:-|\[[^\s=\]"]++(?:[ ]++[^\s=\]"]++="(?:[^"\\]++|\\.)*+"|\]\[[^\s=\]"]++)*+\])(?=[ ]|$)'
# The second spelling is a byte-order mark in a line that was read as cp1252.
_BOM = "(?:\ufeff|ï»¿)?"

_RFC5424 = (
    rf"{_PRI}[1-9][0-9]{{0,2}} (?P<stamp>{_ISO}|-) (?P<hostname>\S++) (?P<app_name>\S++) (?P<procid>\S++) \S++"
    rf"(?: {STRUCTURED_DATA})?+ ?{_BOM}"
)
_RSYSLOG_ISO = rf"(?P<stamp>{_ISO}){_END}{_HOST}"
_KIWI_DATE = r"(?:[0-9]{4}[-.][0-9]{2}[-.][0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{4})"
_KIWI = rf"(?P<stamp>{_KIWI_DATE}[ \t]{_TIME}(?:\.[0-9]{{1,9}}+)?+)[ \t]++{_LEVEL}(?P<hostname>\S++)(?:\t|[ ]++|$)"
_VIEWER = rf"(?P<stamp>(?:[0-9]{{2}}/[0-9]{{2}}[ ])?{_TIME}\.[0-9]{{1,3}})[ \t]++(?P<hostname>\S++)[ \t]++{_LEVEL}"
_ACSYSLOG = (
    rf"(?P<stamp>{_TIME}\.(?:[0-9]{{3}}|[ ][0-9]{{2}}|[ ]{{2}}[0-9]))[ ]?:[ ]"
    r"(?P<hostname>[0-9]{1,3}(?:\.[0-9]{1,3}){3})[ ]?:[ ](?P<severity>ERROR|WARNING|NOTICE|INFO|DEBUG)[ ]?:[ ]"
)
# Only in capitals, so that other lines are rejected early.
_P_LOGGER = rf"(?=[A-Z]{{3}}[ ]){_BSD_STAMP}(?P<hostname>[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}):[0-9]{{1,5}}>"
_BUSYBOX = rf"{_BSD_STAMP}(?:(?P<hostname>{_NAME})[ ]++)?(?:{_LEVEL}|<(?P<pri>[0-9]{{1,4}})>{_END})"


def _framings(**patterns: str) -> tuple[FramingPattern, ...]:
    return tuple(FramingPattern(name.replace("_", "-"), pattern) for name, pattern in patterns.items())


AFTER_PRI = _framings(
    rfc5424=_RFC5424, rsyslog_iso=rf"{_PRI} ?{_RSYSLOG_ISO}", rfc3164=rf"{_PRI}(?: ?{_BSD_STAMP}{_HOST})?"
)
AFTER_DIGIT = _framings(kiwi=_KIWI, audiocodes_viewer=_VIEWER, acsyslog=_ACSYSLOG, rsyslog_iso=_RSYSLOG_ISO)
AFTER_LETTER = (
    *_framings(busybox=_BUSYBOX, p_logger=_P_LOGGER, rfc3164=rf"{_BSD_STAMP}{_HOST}"),
    FramingPattern("facility.severity", _LEVEL),
)
COLLECTORS = ("kiwi", "audiocodes-viewer", "acsyslog", "p-logger")
"""Framings whose stamp shows the collector's clock, never the phone's."""
FLAGS = re.ASCII | re.DOTALL
ALL = (*AFTER_PRI, *AFTER_DIGIT, *AFTER_LETTER)


@cache
def compiled_pattern(framing: FramingPattern) -> re.Pattern[str]:
    """The pattern of a framing, compiled when a line first needs it: a trace has one or two of them."""
    return re.compile(framing.pattern, FLAGS)
