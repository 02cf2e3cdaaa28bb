"""Reads what surrounds the messages of many lines into columns: time, host, severity, component, source line.

What a line's own header says counts more than what a syslog server wrote in front of it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lyncphone_logs.grammar.grammar import HEADER_FIELDS, Grammar
from lyncphone_logs.syslog.framing import SyslogPrefix, parse_prefixes
from lyncphone_logs.syslog.lines import LineTable
from lyncphone_logs.syslog.unwrap import NOTICE, repeats

FIELDS = tuple(sorted(HEADER_FIELDS))
MAX_DIGITS = {10: 9, 16: 7}
"""Digits of a number by its base; a longer one would not fit into a column, and is no number."""

Columns = dict[str, list[Any]]
"""Values by the names of the fields of `Event`, one for each row. Columns that hold nothing may be the same list."""
Values = Mapping[str, list[Any]]


def line_columns(rows: LineTable, grammars: Mapping[str, Grammar]) -> Columns:
    """Framing, header, message and position of each row, by the names of these in `Event`.

    The message of a line that no grammar reads is all that follows its framing.
    """
    texts = rows.repaired
    framed = dict(zip(SyslogPrefix._fields, parse_prefixes(texts), strict=True))
    device_texts = [text[start:] for text, start in zip(texts, framed["start"], strict=True)]
    counts = _without_notices(device_texts)
    found = read_headers(device_texts, tuple(grammars.values()))
    read = zip(found["message"], found["grammar"], device_texts, strict=True)
    return {
        **_names(framed, found, grammars),
        **_times(framed, found),
        "message": [message or "" if name else text for message, name, text in read],
        "count": counts,
        "line": rows.numbers,
        "offset": rows.offsets,
        "bytes": rows.lengths,
        "text": rows.texts,
    }


def _without_notices(texts: list[str]) -> list[int]:
    """How often each line was written; takes the notices that say so off the texts."""
    counts = [1] * len(texts)
    for row, text in enumerate(texts):
        if NOTICE in text:
            counts[row], own = repeats(text)
            texts[row] = own or ""
    return counts


def _names(framed: Values, found: Values, grammars: Mapping[str, Grammar]) -> dict[str, list[Any]]:
    """Who wrote, where in the program, how severe: what the header says, else the framing."""
    columns = {name: framed[name] for name in ("framing", "facility")}
    columns |= {name: found[name] for name in ("component", "function", "grammar", "level", "mac")}
    columns["severity"] = _severities(framed["severity"], found, grammars)
    for name in ("app_name", "procid", "hostname"):
        columns[name] = _either(found[name], framed[name]) if any(found[name]) else framed[name]
    columns["source_line"] = _numbers(found["source_line"])
    return columns


def _times(framed: Values, found: Values) -> dict[str, list[Any]]:
    """Stamps, whose they are, and the numbers that a sender counts its lines with.

    A stamp in the phone's own line is the phone's; the framing's is then the collector's.
    """
    columns = {name: framed[name] for name in ("stamp", "stamp_owner", "received")}
    columns |= {"sequence": _numbers(found["sequence"]), "missed": found["missed"]}
    if any(found["stamp"]):
        written = list(zip(found["stamp"], framed["stamp"], framed["stamp_owner"], framed["received"], strict=True))
        columns["stamp"] = [mine or stamp for mine, stamp, _, _ in written]
        columns["stamp_owner"] = ["phone" if mine else owner for mine, _, owner, _ in written]
        columns["received"] = [received or (stamp if mine else "") for mine, stamp, _, received in written]
    if any(found["sequence_hex"]):
        numbers = zip(_numbers(found["sequence_hex"], 16), columns["sequence"], strict=True)
        columns["sequence"] = [other if number is None else number for number, other in numbers]
    return columns


def _severities(framed: list[str | None], found: Values, grammars: Mapping[str, Grammar]) -> list[str | None]:
    written = list(zip(found["grammar"], found["level"], strict=True))
    known = {(name, level): grammars[name].levels.get(level.upper()) for name, level in {*written} if level}
    return _either(framed, [*map(known.get, written)])


def _either(first: list[Any], second: list[Any]) -> list[Any]:
    return [one or other for one, other in zip(first, second, strict=True)]


def _numbers(texts: list[str | None], base: int = 10) -> list[int | None]:
    return [int(text, base) if text and len(text) <= MAX_DIGITS[base] else None for text in texts]


def read_headers(texts: Sequence[str], grammars: Sequence[Grammar]) -> Columns:
    """The header fields of each text as columns, None where it has none, and `grammar`, the name or nothing.

    A text belongs to the first of the grammars that reads it.
    """
    columns: Columns = {name: [None] * len(texts) for name in FIELDS}
    columns["grammar"] = [""] * len(texts)
    rest: list[int] = list(range(len(texts)))
    for grammar in grammars:
        found = list(map(grammar.header.pattern.fullmatch, [texts[row] for row in rest]))
        rows = [row for row, match in zip(rest, found, strict=True) if match]
        if rows:
            matches = [match for match in found if match]
            rest = [row for row, match in zip(rest, found, strict=True) if not match]
            for name, values in (*_fields(grammar, matches), ("grammar", [grammar.name] * len(rows))):
                _put(columns[name], rows, values)
        if not rest:
            break
    return columns


def _put(column: list[Any], rows: list[int], values: list[Any]) -> None:
    """Put values into some rows of a column; the rows are in order."""
    if len(rows) == len(column):
        column[:] = values
    elif rows[-1] - rows[0] == len(rows) - 1:
        column[rows[0] : rows[-1] + 1] = values
    else:
        for row, value in zip(rows, values, strict=True):
            column[row] = value


def _fields(grammar: Grammar, matches: list[re.Match[str]]) -> list[tuple[str, list[Any]]]:
    groups = [match.groups() for match in matches]
    columns = list(zip(*groups, strict=True))
    found = []
    for field, numbers in zip(grammar.header.fields, grammar.header.groups, strict=True):
        used = [number for number in numbers if columns[number - 1].count(None) < len(matches)]
        if used:
            found.append((field, _one(used, columns, matches)))
    return found


def _one(numbers: list[int], columns: list[tuple[str | None, ...]], matches: list[re.Match[str]]) -> list[str | None]:
    first, *others = numbers
    values = list(columns[first - 1])
    for number in others:
        for row, value in enumerate(columns[number - 1]):
            if value is not None:
                # Where two groups of a field took part, the later in the text counts.
                values[row] = value if values[row] is None else matches[row][max(numbers, key=matches[row].start)]
    return [value or None for value in values] if "" in values else values
