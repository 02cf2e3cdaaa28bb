"""The shapes of framings: what syslog servers and viewers put in front of the line that the phone itself wrote.

Each is one pattern, linear by possessive repeats, tried at the place where the line (or what an outer framing left of
it) begins. Shapes are those of RFC 3164 and RFC 5424, of the BusyBox source (`sysklogd/syslogd.c`), of rsyslog's own
templates, of Kiwi's file format (Lire::Syslog manual page), of the AudioCodes Syslog Viewer and its predecessor
ACSyslog (blanks before the milliseconds, no facility), and of SpectraLink's p-Logger, which writes the handset's
address and UDP port (one example line, administration guide of the 8020/8030, page 112).
"""

import re
from typing import NamedTuple

FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
"""By number, RFC 5424 table 1; the words are those that syslog servers print."""
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""By number, RFC 5424 table 2."""

SYNONYMS = {
    "kernel": "kern", "security": "auth", "panic": "emerg", "emergency": "emerg", "critical": "crit", "error": "err",
    "warn": "warning", "information": "info", "informational": "info",
}  # fmt: skip


class FramingPattern(NamedTuple):
    """One framing: its name and the pattern of what stands before the phone's text."""

    name: str
    pattern: str


def _words(name: str, *kinds: tuple[str, ...]) -> str:
    known = {word for kind in kinds for word in kind}
    spelled = known | {synonym for synonym, word in SYNONYMS.items() if word in known}
    # What phones write most comes first.
    usual = [word for word in ("local[0-7]", "info", "debug", "notice", "err") if word.replace("[0-7]", "0") in spelled]
    words = [*usual, *sorted(spelled.difference(usual), key=lambda word: (-len(word), word))]
    return rf"(?P<{name}>(?i:{'|'.join(words)}))"


_END = r"(?:[ \t]++|$)"
# The assertions refuse quickly what is no level or no month.
_LEVEL = rf"(?=[A-Za-z0-9]++\.){_words('facility', FACILITIES)}\.{_words('severity', SEVERITIES)}{_END}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_BSD_STAMP = rf"(?=[A-Za-z]{{3}}[ ])(?P<stamp>{_MONTH}[ ]++[0-9]{{1,2}}[ ]++{_TIME}(?:\.[0-9]{{1,9}})?){_END}"
_ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME}(?:[.,][0-9]{{1,9}})?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
_NAME = r"(?:(?![0-9]++[ \t])[0-9A-Za-z][\w.-]*+|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*+(?<!:))"
# A word before ":" or "[pid]" is a tag (BusyBox -R and Yealink send no host); a repeat notice is a message, and so is
# what BusyBox's syslogd writes, without a tag, when it starts. So is the first word of what SpectraLink and Grandstream
# (address or model in front of a bracket), Polycom (component in front of a bar) and snom (SIP trace) write.
_NO_HOST = (
    rf"(?!{_MONTH}[ ]++[0-9]{{1,2}}[ ]|(?i:last[ ]++)?message[ ]++repeated[ ]|syslogd[ ]started:"
    r"|[A-Z]{2,3}-?[0-9]{3,4}[A-Za-z0-9]*+[ ]++\[[0-9A-Fa-f:]{12,17}\])"
)
_NOT_BEHIND_HOST = (
    r"(?!:[ \t]|\[[0-9.:]++\]:|\|[0-7*]\||\([0-9]{1,3}(?:\.[0-9]{1,3}){3}\)[ ]\[|(?:to|from)[ ](?:udp|tcp|tls):)"
)
_HOST = rf"(?:{_NO_HOST}(?P<host>{_NAME}){_END}{_NOT_BEHIND_HOST})?"
_PRI = r"<(?P<pri>1[0-8][0-9]|19[01]|[1-9]?[0-9])>"
_SD = r'(?:-|(?:\[[^\s=\]"]++(?:[ ]++[^\s=\]"]++="(?:[^"\\]++|\\.)*+")*+\])++)(?=[ ]|$)'
# The second spelling is a byte-order mark in a line that was read as cp1252.
_BOM = "(?:\ufeff|ï»¿)?"

_RFC5424 = (
    rf"{_PRI}[1-9][0-9]{{0,2}} (?P<stamp>{_ISO}|-) (?P<host>\S++) (?P<app>\S++) (?P<proc>\S++) \S++"
    rf"(?: {_SD})?+ ?{_BOM}"
)
_RSYSLOG_ISO = rf"(?P<stamp>{_ISO}){_END}{_HOST}"
_KIWI_DATE = r"(?:[0-9]{4}[-.][0-9]{2}[-.][0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{4})"
_KIWI = rf"(?P<stamp>{_KIWI_DATE}[ \t]{_TIME}(?:\.[0-9]{{1,9}})?)[ \t]++{_LEVEL}(?P<host>\S++)(?:\t|[ ]++|$)"
_VIEWER = rf"(?P<stamp>{_TIME}\.[0-9]{{1,3}})[ \t]++(?P<host>\S++)[ \t]++{_LEVEL}"
_ACSYSLOG = (
    rf"(?P<stamp>{_TIME}\.(?:[0-9]{{3}}|[ ][0-9]{{2}}|[ ]{{2}}[0-9]))[ ]?:[ ]"
    r"(?P<host>[0-9]{1,3}(?:\.[0-9]{1,3}){3})[ ]?:[ ](?P<severity>ERROR|WARNING|NOTICE|INFO|DEBUG):[ ]"
)
# In capitals only, so that other lines are soon refused.
_P_LOGGER = rf"(?=[A-Z]{{3}}[ ]){_BSD_STAMP}(?P<host>[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}):[0-9]{{1,5}}>"
_BUSYBOX = rf"{_BSD_STAMP}(?:(?P<host>{_NAME})[ ]++)?(?:{_LEVEL}|<(?P<pri>[0-9]{{1,4}})>{_END})"


def _shapes(**patterns: str) -> tuple[FramingPattern, ...]:
    return tuple(FramingPattern(name.replace("_", "-"), pattern) for name, pattern in patterns.items())


AFTER_PRI = _shapes(
    rfc5424=_RFC5424, rsyslog_iso=rf"{_PRI} ?{_RSYSLOG_ISO}", rfc3164=rf"{_PRI}(?: ?{_BSD_STAMP}{_HOST})?"
)
AFTER_DIGIT = _shapes(kiwi=_KIWI, audiocodes_viewer=_VIEWER, acsyslog=_ACSYSLOG, rsyslog_iso=_RSYSLOG_ISO)
AFTER_LETTER = (
    *_shapes(busybox=_BUSYBOX, p_logger=_P_LOGGER, rfc3164=rf"{_BSD_STAMP}{_HOST}"),
    FramingPattern("facility.severity", _LEVEL),
)
COLLECTORS = ("kiwi", "audiocodes-viewer", "acsyslog", "p-logger")
"""Their stamp shows the collector's clock, never the phone's."""
FLAGS = re.ASCII | re.DOTALL
PATTERNS = {shape: re.compile(shape.pattern, FLAGS) for shape in (*AFTER_PRI, *AFTER_DIGIT, *AFTER_LETTER)}
