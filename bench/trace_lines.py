"""The messages of generated traces: synthetic messages of AudioCodes 400HD phones, and lines of other programs.

No phone wrote any of these lines. Their shapes are those of grammars/audiocodes_400hd.py: tag, module word and origin
of the one known real line, texts of BusyBox and OpenSSL from their sources, SIP from RFC 3261. `%(n)d` (0 to 999) and
`%(m)d` (0 to 999999) are numbers that change from line to line.
"""

from itertools import product
from typing import NamedTuple

ROUTINE, FOREIGN, SIP, FAULT, LISTED = "routine", "foreign", "sip", "fault", "listed"


class Message(NamedTuple):
    """One message: its share of the lines of its group, facility and severity, tag, text of one or more lines.

    `kind` is the event kind that the built-in grammar gives it, if a rule or the journey needs it. `rule` is the rule,
    built in or of packs.py, that must be listed for it.
    """

    group: str
    share: float
    level: str
    tag: str
    text: str
    kind: str = ""
    rule: str = ""

    @property
    def lines(self) -> int:
        """Physical lines of the message."""
        return self.text.count("\n") + 1


_TASK = "voip_task[440]: "


def _routine(share: float, component: str, level: str, text: str) -> Message:
    severity = {"DEBUG": "debug", "INFO": "info", "NOTICE": "notice", "WARN": "warning", "ERR": "err"}[level]
    return Message(ROUTINE, share, f"local7.{severity}", _TASK, f"{component:9}: {level:5}- {text}")


USUAL = [
    _routine(6, "CC", "DEBUG", "{cc_line_state():77} registration state=2 line=1 call=0"),
    _routine(6, "CC", "DEBUG", "{cc_main_loop():41} nothing to do in this turn of the main loop"),
    _routine(3, "CC", "INFO", "{cc_call_timer():193} call=%(n)d state=connected seconds=%(m)d"),
    _routine(2, "CC", "NOTICE", "{cc_forward():58} forwarding is off for line 1"),
    _routine(5, "LCD", "INFO", "{lcd_show():12} screen idle"),
    _routine(4, "LCD", "DEBUG", "{lcd_key():33} key=%(n)d pressed=0 backlight=on"),
    _routine(3, "LCD", "DEBUG", "{lcd_refresh_softkeys():120} soft keys drawn in %(n)d ms, layout unchanged"),
    _routine(6, "SIP", "DEBUG", "{acl_sip_stack_tick():212} timer %(n)d fired, transaction z9hG4bK%(m)06x lives on"),
    _routine(5, "SIP", "DEBUG", "{acl_sip_transport_poll():88} socket=%(n)d state=ready bytes=%(m)d"),
    _routine(
        4, "SIP", "INFO", "{acl_sip_dialog_refresh():301} session of dialog %(m)06x refreshed, next in 900 seconds"
    ),
    _routine(2, "SIP", "WARN", "{acl_sip_stack_queue():97} %(n)d requests wait for a free transaction"),
    _routine(6, "MEDIA", "DEBUG", "{rtp_statistics():310} ssrc=%(m)08x packets=%(n)d lost=0 jitter=3 codec=PCMA"),
    _routine(
        4, "MEDIA", "DEBUG", "{dsp_heartbeat():64} voice processor answered after %(n)d microseconds, all is well"
    ),
    _routine(2, "MEDIA", "WARN", "{rtp_jitter_buffer():455} buffer grew to %(n)d ms while stream %(m)06x was late"),
    _routine(5, "PRES", "INFO", "{presence_publish():140} presence of sip:desk%(n)d@contoso.com is Available"),
    _routine(3, "PRES", "DEBUG", "{presence_timer():22} subscription %(m)06x runs for another %(n)d seconds"),
    _routine(0.2, "PRES", "INFO", "{presence_publish():140} presence of meeting room Süd %(n)d is Busy"),
    _routine(5, "NET", "DEBUG", "{net_counters():71} rx=%(m)d tx=%(n)d errors=0 collisions=0"),
    _routine(3, "NET", "INFO", "{net_lldp_tick():19} neighbour on port %(n)d is unchanged, nothing to announce"),
    _routine(0.5, "WEB", "INFO", "{web_request():205} /status.cgi?line=1&page=%(n)d&lang=en answered in %(n)d ms"),
    _routine(3, "CAL", "INFO", "{calendar_poll():83} %(n)d meetings today, next poll in 600 seconds"),
    _routine(3, "SYS", "DEBUG", "{sys_memory():51} free=%(m)d cached=%(n)d low=0"),
    _routine(3, "SYS", "NOTICE", "{sys_watchdog():37} watchdog fed by task %(n)d, longest turn was 12 ms"),
    _routine(1, "SYS", "ERR", "{sys_config_read():260} value of voip/line/%(n)d/label is empty, the default is used"),
    Message(ROUTINE, 2, "kern.info", "klogd: ", "jffs2: erase block 0x%(m)06x done, %(n)d blocks are left"),
    Message(ROUTINE, 1, "daemon.info", "init: ", "process '/bin/statusd' (pid %(n)d) exited. Scheduling for restart."),
]

OTHERS = [
    Message(FOREIGN, 3, "auth.info", "sshd[2017]: ", "Received disconnect from 192.0.2.77 port %(m)d:11: user left"),
    Message(FOREIGN, 2, "cron.info", "CRON[%(m)d]: ", "(root) CMD (test -x /usr/sbin/anacron || run-parts /etc/daily)"),
    Message(FOREIGN, 2, "mail.info", "postfix/smtpd[919]: ", "connect from unknown[192.0.2.%(n)d]"),
    Message(FOREIGN, 3, "local0.info", "nginx ", '192.0.2.30 - - "GET /firmware/%(m)d.img HTTP/1.1" 200 %(n)d "-" "-"'),
]  # fmt: skip

_HEADERS = (
    "Via: SIP/2.0/TLS 192.0.2.20:5061;branch=z9hG4bK%(m)06x",
    'From: "desk" <sip:desk%(n)d@contoso.com>;tag=%(m)06x;epid=00908f000001',
    "To: <sip:desk%(n)d@contoso.com>;tag=8F0%(n)03d",
    "Call-ID: %(m)06xa7c31f42@192.0.2.20",
)


def _message(start: str, *headers: str) -> str:
    return "SIP      : INFO - " + "".join(f"{line}\n        " for line in (start, *_HEADERS, *headers)).rstrip()


REQUESTS = [
    Message(SIP, 2, "local7.info", _TASK, _message(
        "NOTIFY sip:desk%(n)d@192.0.2.20:5061;transport=tls SIP/2.0", "CSeq: %(n)d NOTIFY", "Event: presence",
        "Content-Type: application/msrtc-event-categories+xml", "Content-Length: 0")),
    Message(SIP, 1, "local7.info", _TASK, _message(
        "OPTIONS sip:desk%(n)d@contoso.com SIP/2.0", "CSeq: %(n)d OPTIONS", "Max-Forwards: 70", "Content-Length: 0")),
]  # fmt: skip

_REFUSED = "tls.server_certificate.rejected"
_CERT = "CERT     : ERR  - {acl_user_tls_server_validation():653} server cert is invalid. ctx->error="
_DIAGNOSTICS = 'ms-diagnostics: %d;source="fe01.contoso.com";reason="%s"'
_REFUSAL = (
    "SIP      : INFO - SIP/2.0 403 Forbidden Via: SIP/2.0/TLS 192.0.2.20:5061 CSeq: %(n)d REGISTER "
    + _DIAGNOSTICS % (4003, "Not enabled")
)
FAULTS = [
    Message(FAULT, 4, "local7.err", _TASK, f"{_CERT}7.", _REFUSED, "signature-algorithm-unsupported"),
    Message(FAULT, 4, "local7.err", _TASK, f"{_CERT}20.", _REFUSED, "root-certificate-missing"),
    Message(
        FAULT, 2, "local7.err", _TASK,
        "CERT     : ERR  - error:14090086:SSL routines:SSL3_GET_SERVER_CERTIFICATE:certificate verify failed",
        "tls.error"),
    Message(FAULT, 2, "daemon.info", "udhcpc[201]: ", "no lease, failing", "dhcp.lease.failed"),
    Message(
        FAULT, 2, "daemon.info", "ntpd[214]: ",
        "timed out waiting for 192.0.2.1, reach 0x00, next query in 32s", "time.server.silent"),
    Message(FAULT, 3, "local7.info", _TASK, _REFUSAL, "sip.register.failed"),
    Message(FAULT, 8, "local7.info", _TASK, _message(
        "SIP/2.0 200 OK", "CSeq: %(n)d SUBSCRIBE", "Expires: 28800", "Content-Length: 0"), "sip.response"),
]  # fmt: skip

_SERVICES = (
    "registrar", "edge server", "web ticket service", "certificate service", "address book",
    "response group", "exchange mailbox", "media relay", "location service", "provisioning server",
)  # fmt: skip
_FAILURES = (
    "connection timed out", "name not resolved", "connection reset by peer", "certificate refused",
    "credentials refused", "account disabled", "answer not understood", "too many requests", "redirected in a circle",
    "version not supported",
)  # fmt: skip
LITERALS = [f"{service}: {failure}" for failure, service in product(_FAILURES, _SERVICES)]
"""100 texts, none contained in another, for the rules of packs.py."""

LISTED_FAULTS = [
    Message(
        LISTED, 1, "local7.err", _TASK, f"FAULT    : ERR  - {literal}, code %(n)d", rule=f"measured-rule-{number:04}")
    for number, literal in enumerate(LITERALS)
]  # fmt: skip

BOOT = [
    Message(ROUTINE, 0, "syslog.info", "", "syslogd started: BusyBox v1.22.1", "device.started"),
    Message(ROUTINE, 0, "daemon.info", "udhcpc[201]: ", "Sending discover...", "dhcp.discover.sent"),
    Message(
        ROUTINE, 0, "daemon.info", "udhcpc[201]: ",
        "Lease of 192.0.2.20 obtained, lease time 86400", "dhcp.lease.obtained"),
]  # fmt: skip
