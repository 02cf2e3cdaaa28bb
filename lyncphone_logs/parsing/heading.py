"""Headers of many lines: what stands between a phone's framing and its message, read by the first grammar that can."""

import re
from collections.abc import Sequence
from typing import Any

from lyncphone_logs.grammar.grammar import HEADER_FIELDS, Grammar

FIELDS = tuple(sorted(HEADER_FIELDS))
Columns = dict[str, list[Any]]


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
                put(columns[name], rows, values)
        if not rest:
            break
    return columns


def put(column: list[Any], rows: list[int], values: list[Any]) -> None:
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
