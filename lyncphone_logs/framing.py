"""Framings: what a syslog server or a viewer put in front of the line that the phone itself wrote.

Each framing is one pattern, linear by possessive repeats, tried at the place where the line (or what an outer framing
left of it) begins. Shapes are those of RFC 3164 and RFC 5424, of the BusyBox source (`sysklogd/syslogd.c`), of
rsyslog's own templates, of Kiwi's file format (Lire::Syslog manual page) and of the AudioCodes Syslog Viewer and its
predecessor ACSyslog (blanks before the milliseconds, no facility).
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

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


class Framed(NamedTuple):
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
_ACSYSLOG = (
    rf"(?P<stamp>{_TIME}\.(?:[0-9]{{3}}|[ ][0-9]{{2}}|[ ]{{2}}[0-9]))[ ]?:[ ]"
    r"(?P<host>[0-9]{1,3}(?:\.[0-9]{1,3}){3})[ ]?:[ ](?P<severity>ERROR|WARNING|NOTICE|INFO|DEBUG):[ ]"
)
_BUSYBOX = rf"{_BSD_STAMP}(?:(?P<host>{_NAME})[ ]++)?(?:{_LEVEL}|<(?P<pri>[0-9]{{1,4}})>{_END})"


class Shape(NamedTuple):
    """One framing: its name and the pattern of what stands before the phone's text."""

    name: str
    pattern: str


def _shapes(**patterns: str) -> tuple[Shape, ...]:
    return tuple(Shape(name.replace("_", "-"), pattern) for name, pattern in patterns.items())


_AFTER_PRI = _shapes(
    rfc5424=_RFC5424, rsyslog_iso=rf"{_PRI} ?{_RSYSLOG_ISO}", rfc3164=rf"{_PRI}(?: ?{_BSD_STAMP}{_HOST})?"
)
_AFTER_DIGIT = _shapes(kiwi=_KIWI, audiocodes_viewer=_VIEWER, acsyslog=_ACSYSLOG, rsyslog_iso=_RSYSLOG_ISO)
_AFTER_LETTER = (
    *_shapes(busybox=_BUSYBOX, rfc3164=rf"{_BSD_STAMP}{_HOST}"),
    Shape("facility.severity", _LEVEL),
)
_COLLECTORS = ("kiwi", "audiocodes-viewer", "acsyslog")
_FLAGS = re.ASCII | re.DOTALL
_PATTERNS = {shape: re.compile(shape.pattern, _FLAGS) for shape in (*_AFTER_PRI, *_AFTER_DIGIT, *_AFTER_LETTER)}
MOST_FRAMINGS = 2
Layout = tuple[Shape, ...]
"""The framings of a line, the outer one first."""


def layout_of(text: str) -> Layout:
    """The framings that stand before the phone's own line."""
    layout: Layout = ()
    start = 0
    while len(layout) < MOST_FRAMINGS and (found := _layer(text, start)):
        layout, start = (*layout, found[0]), found[1]
    return layout


def _layer(text: str, start: int) -> tuple[Shape, int] | None:
    for shape in _shapes_at(text[start : start + 1]):
        if found := _PATTERNS[shape].match(text, start):
            return shape, found.end()
    return None


def _shapes_at(first: str) -> tuple[Shape, ...]:
    return _AFTER_PRI if first == "<" else _AFTER_DIGIT if first.isdigit() else _AFTER_LETTER


def unframe(text: str) -> Framed:
    """What stands in front of the phone's own line, up to two framings deep.

    Of two framings the inner one's values count where it has them, and its stamp is the phone's, the outer one's the
    collector's. Of one alone the stamp is the phone's, except where the framing shows the collector's clock only
    (Kiwi, AudioCodes Syslog Viewer). A word after the stamp is a host unless it is a tag: `tag:`, `tag[pid]`.
    """
    return Framed(*(column[0] for column in unframe_all([text])))


def unframe_all(texts: Sequence[str]) -> list[list[Any]]:
    """The values of `Framed` for each text, a column for each field in its order; equal to `unframe` of each text."""
    columns: list[list[Any]] = [[value] * len(texts) for value in Framed()]
    rest: Sequence[int] = range(len(texts))
    while rest:
        layout = layout_of(texts[rest[0]])
        some = texts if len(rest) == len(texts) else [texts[row] for row in rest]
        found = list(map(compiled(layout).match, some))
        if all(found):
            rows, rest = rest, ()
        else:
            rows = [row for row, match in zip(rest, found, strict=True) if match]
            # The first is done in any case, so that there is an end.
            rest = [row for row, match in zip(rest[1:], found[1:], strict=True) if not match]
        matches = [match for match in found if match]
        starts = [match.end() for match in matches]
        groups = dict(zip(compiled(layout).groupindex, zip(*(m.groups() for m in matches), strict=True), strict=False))
        values = framed(layout, groups, starts)
        if len(rows) == len(texts):
            return values
        for column, part in zip(columns, values, strict=True):
            for row, value in zip(rows, part, strict=True):
                column[row] = value
    return columns


@cache
def compiled(layout: Layout) -> re.Pattern[str]:
    """The layout as one pattern, which matches a text just where `layout_of` finds this layout."""
    parts = [_layer_pattern(shape, number) for number, shape in enumerate(layout)]
    others = "|".join(_nameless(shape.pattern) for shape in _PATTERNS) if len(layout) < MOST_FRAMINGS else "(?!)"
    return re.compile("".join([*parts, f"(?!{others})"]), _FLAGS)


def _layer_pattern(shape: Shape, layer: int) -> str:
    rivals = next(shapes for shapes in (_AFTER_PRI, _AFTER_DIGIT, _AFTER_LETTER) if shape in shapes)
    earlier = "".join(f"(?!{_nameless(rival.pattern)})" for rival in rivals[: rivals.index(shape)])
    named = re.sub(r"\(\?P<([a-z]+)>", rf"(?P<\g<1>{layer}>", shape.pattern)
    return f"{earlier}(?>{named})"


def _nameless(pattern: str) -> str:
    return re.sub(r"\(\?P<[a-z]+>", "(?:", pattern)


def framed(layout: Layout, groups: Mapping[str, Sequence[str | None]], starts: list[int]) -> list[list[Any]]:
    """The values of `Framed`, a column each, from the groups of this layout and where the phone's own lines begin."""
    none: list[Any] = [None] * len(starts)
    columns = dict.fromkeys(("facility", "severity", "host", "app", "proc", "stamp", "owner", "received"), none)
    for layer, shape in enumerate(layout):
        own = _of_layer(layer, groups)
        own["facility"], own["severity"] = _levels(own, none)
        if "stamp" in own:
            shown = "collector" if layer == 0 and shape.name in _COLLECTORS else "phone"
            own["owner"] = (
                [stamp and shown for stamp in own["stamp"]] if None in own["stamp"] else [shown] * len(starts)
            )
            own["received"] = (
                own["stamp"]
                if shown == "collector"
                else none
                if layer == 0
                else [stamp and outer for stamp, outer in zip(own["stamp"], columns["stamp"], strict=True)]
            )
        columns |= {name: _over(column, columns[name], none) for name, column in own.items() if name in columns}
    framing = "+".join(shape.name for shape in layout) or "none"
    for name in ("stamp", "owner", "received"):
        if None in columns[name]:
            columns[name] = [value or "" for value in columns[name]]
    return [[framing] * len(starts), starts, *columns.values()]


def _of_layer(layer: int, groups: Mapping[str, Sequence[str | None]]) -> dict[str, list[Any]]:
    """The groups of one layer by their name; RFC 5424 writes "-" for nothing."""
    columns = {name[:-1]: list(column) for name, column in groups.items() if name.endswith(str(layer))}
    for name, column in columns.items():
        if "-" in column or "" in column:
            columns[name] = [None if each in ("-", "") else each for each in column]
    return columns


def _over(own: list[Any], outer: list[Any], none: list[Any]) -> list[Any]:
    return own if outer is none else [mine or other for mine, other in zip(own, outer, strict=True)]


def _levels(own: Mapping[str, list[str | None]], none: list[Any]) -> tuple[list[Any], list[Any]]:
    written = list(zip(*(own.get(name, none) for name in ("facility", "severity", "pri")), strict=True))
    levels = {each: _level(*each) for each in {*written}}
    return [levels[each][0] for each in written], [levels[each][1] for each in written]


def _level(facility: str | None, severity: str | None, pri: str | None) -> tuple[str | None, str | None]:
    if severity:
        facility, severity = facility and facility.lower(), severity.lower()
        return facility and _SYNONYMS.get(facility, facility), _SYNONYMS.get(severity, severity)
    facility_number, severity_number = divmod(int(pri or "999"), len(SEVERITIES))
    if facility_number >= len(FACILITIES):
        return None, None
    return FACILITIES[facility_number], SEVERITIES[severity_number]
