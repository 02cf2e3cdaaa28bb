"""Framings: what a syslog server or a viewer put in front of the phone's own line, taken off and kept."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from lyncphone_logs.syslog.framing_patterns import (
    AFTER_DIGIT,
    AFTER_LETTER,
    AFTER_PRI,
    COLLECTORS,
    FACILITIES,
    FLAGS,
    PATTERNS,
    SEVERITIES,
    SYNONYMS,
    FramingPattern,
)


class SyslogPrefix(NamedTuple):
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


MAX_FRAMINGS = 2
Layout = tuple[FramingPattern, ...]
"""The framings of a line, the outer one first."""


def _layout_of(text: str) -> Layout:
    """The framings that stand before the phone's own line."""
    layout: Layout = ()
    start = 0
    while len(layout) < MAX_FRAMINGS and (found := _layer(text, start)):
        layout, start = (*layout, found[0]), found[1]
    return layout


def _layer(text: str, start: int) -> tuple[FramingPattern, int] | None:
    for shape in _shapes_at(text[start : start + 1]):
        if found := PATTERNS[shape].match(text, start):
            return shape, found.end()
    return None


def _shapes_at(first: str) -> tuple[FramingPattern, ...]:
    return AFTER_PRI if first == "<" else AFTER_DIGIT if first.isdigit() else AFTER_LETTER


def parse_prefix(text: str) -> SyslogPrefix:
    """What stands in front of the phone's own line, up to two framings deep.

    Of two framings the inner one's values count where it has them, and its stamp is the phone's, the outer one's the
    collector's. Of one alone the stamp is the phone's, except where the framing shows the collector's clock only
    (Kiwi, AudioCodes Syslog Viewer and ACSyslog, p-Logger). A word after the stamp is a host unless it is a tag:
    `tag:`, `tag[pid]`.
    """
    return SyslogPrefix(*(column[0] for column in parse_prefixes([text])))


def parse_prefixes(texts: Sequence[str]) -> list[list[Any]]:
    """The prefix of each text, as columns in the order of `SyslogPrefix`; equal to `parse_prefix` of each text."""
    columns: list[list[Any]] = [[value] * len(texts) for value in SyslogPrefix()]
    rest: Sequence[int] = range(len(texts))
    while rest:
        layout = _layout_of(texts[rest[0]])
        some = texts if len(rest) == len(texts) else [texts[row] for row in rest]
        found = list(map(_compiled(layout).match, some))
        if all(found):
            rows, rest = rest, ()
        else:
            rows = [row for row, match in zip(rest, found, strict=True) if match]
            # The first is done in any case, so that there is an end.
            rest = [row for row, match in zip(rest[1:], found[1:], strict=True) if not match]
        matches = [match for match in found if match]
        starts = [match.end() for match in matches]
        groups = dict(zip(_compiled(layout).groupindex, zip(*(m.groups() for m in matches), strict=True), strict=False))
        values = _framed(layout, groups, starts)
        if len(rows) == len(texts):
            return values
        for column, part in zip(columns, values, strict=True):
            for row, value in zip(rows, part, strict=True):
                column[row] = value
    return columns


@cache
def _compiled(layout: Layout) -> re.Pattern[str]:
    """The layout as one pattern, which matches a text just where `_layout_of` finds this layout."""
    parts = [_layer_pattern(shape, number) for number, shape in enumerate(layout)]
    others = "|".join(_nameless(shape.pattern) for shape in PATTERNS) if len(layout) < MAX_FRAMINGS else "(?!)"
    return re.compile("".join([*parts, f"(?!{others})"]), FLAGS)


def _layer_pattern(shape: FramingPattern, layer: int) -> str:
    rivals = next(shapes for shapes in (AFTER_PRI, AFTER_DIGIT, AFTER_LETTER) if shape in shapes)
    earlier = "".join(f"(?!{_nameless(rival.pattern)})" for rival in rivals[: rivals.index(shape)])
    named = re.sub(r"\(\?P<([a-z]+)>", rf"(?P<\g<1>{layer}>", shape.pattern)
    return f"{earlier}(?>{named})"


def _nameless(pattern: str) -> str:
    return re.sub(r"\(\?P<[a-z]+>", "(?:", pattern)


def _framed(layout: Layout, groups: Mapping[str, Sequence[str | None]], starts: list[int]) -> list[list[Any]]:
    """The columns of `SyslogPrefix` from the groups of this layout and the starts of the phone's own lines."""
    none: list[Any] = [None] * len(starts)
    columns = dict.fromkeys(("facility", "severity", "host", "app", "proc", "stamp", "owner", "received"), none)
    for layer, shape in enumerate(layout):
        own = _of_layer(layer, groups)
        own["facility"], own["severity"] = _levels(own, none)
        if "stamp" in own:
            shown = "collector" if layer == 0 and shape.name in COLLECTORS else "phone"
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
        return facility and SYNONYMS.get(facility, facility), SYNONYMS.get(severity, severity)
    facility_number, severity_number = divmod(int(pri or "999"), len(SEVERITIES))
    if facility_number >= len(FACILITIES):
        return None, None
    return FACILITIES[facility_number], SEVERITIES[severity_number]
