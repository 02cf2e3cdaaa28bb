"""Takes framings off lines: what a syslog server or a viewer wrote in front of the phone's own line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from lyncphone_logs.events.event import SEVERITIES
from lyncphone_logs.syslog.framing_patterns import (
    AFTER_DIGIT,
    AFTER_LETTER,
    AFTER_PRI,
    ALL,
    COLLECTORS,
    FACILITIES,
    FLAGS,
    SYNONYMS,
    FramingPattern,
    compiled_pattern,
)


class SyslogPrefix(NamedTuple):
    """The values in the framing of a line. The phone's own line begins at character `start`.

    `framing` is `none` or a name; two are joined by `+`, the outer one first. `facility` and `severity` are words of
    FACILITIES and SEVERITIES. `stamp` is the time stamp nearest to the phone's text as written, `stamp_owner` says
    whose clock it shows (`phone`, `collector` or ""), and `received` is the collector's stamp as written.
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


@dataclass(slots=True)
class PrefixColumns:
    """The prefixes of many lines: for each field of `SyslogPrefix` a list with one value for each line.

    Columns without values may be the same list: copy one before you change it.
    """

    framing: list[str]
    start: list[int]
    facility: list[str | None]
    severity: list[str | None]
    hostname: list[str | None]
    app_name: list[str | None]
    procid: list[str | None]
    stamp: list[str]
    stamp_owner: list[str]
    received: list[str]

    def prefix(self, row: int) -> SyslogPrefix:
        """The prefix of one line."""
        return SyslogPrefix(*(getattr(self, name)[row] for name in SyslogPrefix._fields))

    def replace(self, rows: Sequence[int], others: "PrefixColumns") -> None:
        """Put the prefixes of `others`, in order, into `rows`."""
        for name in SyslogPrefix._fields:
            column = getattr(self, name).copy()
            for row, value in zip(rows, getattr(others, name), strict=True):
                column[row] = value
            setattr(self, name, column)


MAX_FRAMINGS = 2
MAX_CACHED_LEVELS = 1024
Layout = tuple[FramingPattern, ...]
"""The framings of a line, the outer one first."""
Values = Mapping[str, Sequence[str | None]]
"""Texts by the name of their field, one for each line."""


def parse_prefix(text: str) -> SyslogPrefix:
    """The framing of a line, up to two framings deep.

    Of two framings the inner one's values count if it has them; its stamp is the phone's, the outer one's the
    collector's. The stamp of a single framing is the phone's, unless the framing shows only the collector's clock
    (Kiwi, AudioCodes Syslog Viewer and ACSyslog, p-Logger). A word after the stamp is a host unless it is a tag:
    `tag:`, `tag[pid]`.
    """
    return parse_prefixes([text]).prefix(0)


def parse_prefixes(texts: Sequence[str]) -> PrefixColumns:
    """The framing of each text; equal to `parse_prefix` of each."""
    columns: PrefixColumns | None = None
    rest: Sequence[int] = range(len(texts))
    while rest:
        layout = _layout_of(texts[rest[0]])
        matches = list(map(_compiled(layout).match, texts if columns is None else [texts[row] for row in rest]))
        if columns is None:
            # Lines of other layouts have no values yet; they are replaced below.
            columns = _columns_of(layout, matches)
        else:
            rows = [row for row, match in zip(rest, matches, strict=True) if match]
            columns.replace(rows, _columns_of(layout, [match for match in matches if match]))
        # The first line has this layout. It is dropped in any case, so that the loop ends.
        rest = [row for row, match in zip(rest[1:], matches[1:], strict=True) if not match]
    return columns or _columns_of((), ())


def _layout_of(text: str) -> Layout:
    layout: Layout = ()
    start = 0
    while len(layout) < MAX_FRAMINGS and (found := _framing_at(text, start)):
        layout, start = (*layout, found[0]), found[1]
    return layout


def _framing_at(text: str, start: int) -> tuple[FramingPattern, int] | None:
    for framing in _framings_after(text[start : start + 1]):
        if found := compiled_pattern(framing).match(text, start):
            return framing, found.end()
    return None


def _framings_after(first: str) -> tuple[FramingPattern, ...]:
    return AFTER_PRI if first == "<" else AFTER_DIGIT if first.isdigit() else AFTER_LETTER


@cache
def _compiled(layout: Layout) -> re.Pattern[str]:
    """The layout as one pattern, which matches exactly the texts for which `_layout_of` returns this layout."""
    parts = [_layer_pattern(framing, number) for number, framing in enumerate(layout)]
    others = "|".join(_nameless(framing.pattern) for framing in ALL) if len(layout) < MAX_FRAMINGS else "(?!)"
    return re.compile("".join([*parts, f"(?!{others})"]), FLAGS)


def _layer_pattern(framing: FramingPattern, layer: int) -> str:
    rivals = next(some for some in (AFTER_PRI, AFTER_DIGIT, AFTER_LETTER) if framing in some)
    earlier = "".join(f"(?!{_nameless(rival.pattern)})" for rival in rivals[: rivals.index(framing)])
    named = re.sub(r"\(\?P<([a-z_]+)>", rf"(?P<\g<1>{layer}>", framing.pattern)
    return f"{earlier}(?>{named})"


def _nameless(pattern: str) -> str:
    return re.sub(r"\(\?P<[a-z_]+>", "(?:", pattern)


def _columns_of(layout: Layout, matches: Sequence[re.Match[str] | None]) -> PrefixColumns:
    """The columns of lines of one layout; a line without a match has no values."""
    pattern = _compiled(layout)
    blank = (None,) * pattern.groups
    groups = zip(*[match.groups() if match else blank for match in matches], strict=True)
    by_name = dict(zip(pattern.groupindex, groups, strict=False))
    none: list[Any] = [None] * len(matches)
    columns: dict[str, list[Any]] = dict.fromkeys(SyslogPrefix._fields[2:], none)
    for layer, framing in enumerate(layout):
        texts = {name[:-1]: column for name, column in by_name.items() if name.endswith(str(layer))}
        for name, inner in _layer_columns(layer, framing, texts, columns["stamp"]).items():
            outer = columns[name]
            columns[name] = inner if outer is none else _first_of(inner, outer)
    for name in ("stamp", "stamp_owner", "received"):
        if None in columns[name]:
            columns[name] = [value or "" for value in columns[name]]
    framing_names = "+".join(framing.name for framing in layout) or "none"
    starts = [match.end() if match else 0 for match in matches]
    return PrefixColumns([framing_names] * len(matches), starts, **columns)


def _layer_columns(
    layer: int, framing: FramingPattern, groups: Values, outer_stamps: Sequence[str | None]
) -> dict[str, list[Any]]:
    """What one framing of a layout says; RFC 5424 writes "-" for nothing."""
    columns = {name: list(column) for name, column in groups.items()}
    for name, column in columns.items():
        if "-" in column:
            columns[name] = [None if text == "-" else text for text in column]
    columns |= _levels(columns)
    stamps = columns.get("stamp")
    if stamps is None:
        return columns
    owner = "phone"
    if layer > 0:
        columns["received"] = [stamp and outer for stamp, outer in zip(stamps, outer_stamps, strict=True)]
    elif framing.name in COLLECTORS:
        owner = "collector"
        columns["received"] = stamps
    columns["stamp_owner"] = [stamp and owner for stamp in stamps]
    return columns


def _first_of(inner: Sequence[Any], outer: Sequence[Any]) -> list[Any]:
    return [one or another for one, another in zip(inner, outer, strict=True)]


def _levels(groups: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Facility and severity as words, from the groups of that name and `pri`, which is removed."""
    numbers = groups.pop("pri", None)
    if numbers is None and "severity" not in groups:
        return {}
    none: list[None] = [None] * len(numbers or groups["severity"])
    levels = map(level_words, groups.get("facility", none), groups.get("severity", none), numbers or none)
    facilities, severities = zip(*levels, strict=True)
    return {"facility": [*facilities], "severity": [*severities]}


@lru_cache(MAX_CACHED_LEVELS)
def level_words(facility: str | None, severity: str | None, pri: str | None) -> tuple[str | None, str | None]:
    """Facility and severity as words of FACILITIES and SEVERITIES, from words in any spelling, else from a priority."""
    if severity:
        facility, severity = facility and facility.lower(), severity.lower()
        return facility and SYNONYMS.get(facility, facility), SYNONYMS.get(severity, severity)
    facility_number, severity_number = divmod(int(pri or "999"), len(SEVERITIES))
    if facility_number >= len(FACILITIES):
        return None, None
    return FACILITIES[facility_number], SEVERITIES[severity_number]
