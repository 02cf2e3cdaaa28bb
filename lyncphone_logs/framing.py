"""Framings: what a syslog server or a viewer put in front of the line that the phone itself wrote.

Each framing is one pattern, linear by possessive repeats, tried at the place where the line (or what an outer framing
left of it) begins. Shapes are those of RFC 3164 and RFC 5424, of the BusyBox source (`sysklogd/syslogd.c`), of
rsyslog's own templates, of Kiwi's file format (Lire::Syslog manual page) and of the AudioCodes Syslog Viewer.
"""

import re
from dataclasses import dataclass, replace

FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
"""By number, RFC 5424 table 1; the words are those that syslog servers print."""
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""By number, RFC 5424 table 2."""

_SYNONYMS = {
    "kernel": "kern", "security": "auth", "panic": "emerg", "emergency": "emerg", "critical": "crit", "error": "err",
    "warn": "warning", "information": "info", "informational": "info",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Framed:
    """A line, its framing taken off: the phone's own line begins at character `start`.

    `framing` is `none` or a name; two are joined by `+`, the outer one first. `facility` and `severity` are words of
    FACILITIES and SEVERITIES. `stamp` is the time stamp nearest to the phone's text as written, `stamp_owner` says
    whose clock it shows (`phone`, `collector` or nothing), and `received` is the collector's stamp as written.
    """

    framing: str = "none"
    start: int = 0
    facility: str | None = None
    severity: str | None = None
    hostname: str | None = None
    app_name: str | None = None
    procid: str | None = None
    stamp: str = ""
    stamp_owner: str = ""
    received: str = ""


def _words(name: str, *kinds: tuple[str, ...]) -> str:
    known = {word for kind in kinds for word in kind}
    spelled = known | {synonym for synonym, word in _SYNONYMS.items() if word in known}
    return rf"(?P<{name}>(?i:{'|'.join(sorted(spelled, key=lambda word: (-len(word), word)))}))"


_END = r"(?:[ \t]++|$)"
_LEVEL = rf"{_words('facility', FACILITIES)}\.{_words('severity', SEVERITIES)}{_END}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_BSD_STAMP = rf"(?P<stamp>{_MONTH}[ ]++[0-9]{{1,2}}[ ]++{_TIME}(?:\.[0-9]{{1,9}})?){_END}"
_ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME}(?:[.,][0-9]{{1,9}})?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
_NAME = r"(?:(?![0-9]++[ \t])[0-9A-Za-z][\w.-]*+|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*+(?<!:))"
# A word before ":" or "[pid]" is a tag (BusyBox -R and Yealink send no host); a repeat notice is a message, and so is
# what BusyBox's syslogd writes, without a tag, when it starts.
_NO_HOST = rf"(?!{_MONTH}[ ]++[0-9]{{1,2}}[ ]|(?i:last[ ]++)?message[ ]++repeated[ ]|syslogd[ ]started:)"
_HOST = rf"(?:{_NO_HOST}(?P<host>{_NAME}){_END}(?!:[ \t]|\[[0-9.:]++\]:))?"
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
_BUSYBOX = rf"{_BSD_STAMP}(?:(?P<host>{_NAME})[ ]++)?(?:{_LEVEL}|<(?P<pri>[0-9]{{1,4}})>{_END})"


def _compiled(**shapes: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name.replace("_", "-"), re.compile(shape, re.ASCII | re.DOTALL)) for name, shape in shapes.items())


_AFTER_PRI = _compiled(
    rfc5424=_RFC5424, rsyslog_iso=rf"{_PRI} ?{_RSYSLOG_ISO}", rfc3164=rf"{_PRI}(?: ?{_BSD_STAMP}{_HOST})?"
)
_AFTER_DIGIT = _compiled(kiwi=_KIWI, audiocodes_viewer=_VIEWER, rsyslog_iso=_RSYSLOG_ISO)
_AFTER_LETTER = (
    *_compiled(busybox=_BUSYBOX, rfc3164=rf"{_BSD_STAMP}{_HOST}"),
    ("facility.severity", re.compile(_LEVEL, re.ASCII)),
)
_COLLECTORS = ("kiwi", "audiocodes-viewer")
_NONE = Framed()


def unframe(text: str) -> Framed:
    """What stands in front of the phone's own line, up to two framings deep.

    Of two framings the inner one's values count where it has them, and its stamp is the phone's, the outer one's the
    collector's. Of one alone the stamp is the phone's, except where the framing shows the collector's clock only
    (Kiwi, AudioCodes Syslog Viewer). A word after the stamp is a host unless it is a tag: `tag:`, `tag[pid]`.
    """
    outer = _layer(text, 0)
    if outer is None:
        return _NONE
    inner = _layer(text, outer.start)
    return outer if inner is None else _nested(outer, inner)


def _layer(text: str, start: int) -> Framed | None:
    first = text[start : start + 1]
    shapes = _AFTER_PRI if first == "<" else _AFTER_DIGIT if first.isdigit() else _AFTER_LETTER
    for name, pattern in shapes:
        if found := pattern.match(text, start):
            return _framed(name, found)
    return None


def _framed(name: str, found: re.Match[str]) -> Framed:
    group = {key: value for key, value in found.groupdict().items() if value not in (None, "-")}
    facility, severity = _level(group)
    stamp = group.get("stamp", "")
    by_collector = name in _COLLECTORS
    return Framed(
        framing=name,
        start=found.end(),
        facility=facility,
        severity=severity,
        hostname=group.get("host"),
        app_name=group.get("app"),
        procid=group.get("proc"),
        stamp=stamp,
        stamp_owner="" if not stamp else "collector" if by_collector else "phone",
        received=stamp if by_collector else "",
    )


def _level(group: dict[str, str]) -> tuple[str | None, str | None]:
    if "facility" in group:
        facility, severity = group["facility"].lower(), group["severity"].lower()
        return _SYNONYMS.get(facility, facility), _SYNONYMS.get(severity, severity)
    facility_number, severity_number = divmod(int(group.get("pri", "999")), len(SEVERITIES))
    if facility_number >= len(FACILITIES):
        return None, None
    return FACILITIES[facility_number], SEVERITIES[severity_number]


def _nested(outer: Framed, inner: Framed) -> Framed:
    level = inner if inner.facility else outer
    clock = outer if not inner.stamp else replace(inner, stamp_owner="phone", received=outer.stamp)
    return Framed(
        framing=f"{outer.framing}+{inner.framing}",
        start=inner.start,
        facility=level.facility,
        severity=level.severity,
        hostname=inner.hostname or outer.hostname,
        app_name=inner.app_name or outer.app_name,
        procid=inner.procid or outer.procid,
        stamp=clock.stamp,
        stamp_owner=clock.stamp_owner,
        received=clock.received,
    )


_TAG = r"(?P<tag>[^\s:\[]{1,64}+[ ]?(?:\[[^\s\]]{1,32}\])?:[ ]++)?"
_TIMES = r"message repeated (?P<count>[1-9][0-9]{0,8}) times?"
_REPEATED = re.compile(rf"{_TAG}[ ]*+{_TIMES}: \[(?P<original>.*+)", re.DOTALL)
_LAST_REPEATED = re.compile(rf"{_TAG}[ ]*+last {_TIMES}\.?\s*+")


def repeats(text: str) -> tuple[int, str | None]:
    """How often the phone's own line was written, and the line itself, None for the previous one.

    rsyslog keeps the tag and puts the message, cut at 800 bytes, between brackets (its `ratelimit.c`): the tag is
    joined with the message again. syslogd and BusyBox write `last message repeated 3 times`.
    """
    if "message repeated" not in text:
        return 1, text
    if found := _REPEATED.match(text):
        original = found["original"].rstrip()
        return int(found["count"]), (found["tag"] or "") + original.removesuffix("]").strip()
    if found := _LAST_REPEATED.fullmatch(text):
        return int(found["count"]), None
    return 1, text
