"""Splits exports of log servers whose records are no lines: CSV, and JSON objects in an array or over several lines.

A record becomes one line: a JSON object as it is written, a CSV row as an object of the columns that
`record_names` knows. Each record keeps its place in the original and its line number. JSON Lines need none of this.
"""

import csv
import io
import json
import re
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from lyncphone_logs.sources.encodings import Transcoded
from lyncphone_logs.sources.record_names import HOSTS, MESSAGES, RAW_MESSAGES, STAMPS, known_name
from lyncphone_logs.sources.window import MAX_LINE_BYTES, decode

MAX_RECORD_BYTES = 4 * MAX_LINE_BYTES
"""A longer record is no record: its lines are read as they are."""
MAX_COLUMNS = 1000
MAX_INDENT = 1000
"""Blanks between an element of an array and the comma before it."""
_MAX_COLON = 8
_DELIMITERS = ",;\t"
_BLANK = b" \t\r\n"
_BETWEEN = _BLANK + b",[]"
_ARRAY = rb"\[\s*+\{"
_KEY = rb'"([\w@.-]{1,64}+)"\s*+:\s*+["\[0-9]'
# A string of JSON has no line break. A quote alone begins a string that is damaged or goes on in the next part.
_JSON_TOKEN = rb'"(?:[^"\\\n]++|\\[^\n])*+(?P<end>"?+)|[][{}]'


class Export(NamedTuple):
    """The form of an export. Of CSV, `delimiter`, `heading` (the line, without its end) and `columns`; else empty.

    `is_nested`: the records are in an array in an object, as in the answer of a search.
    """

    delimiter: str = ""
    heading: bytes = b""
    columns: tuple[str, ...] = ()
    is_nested: bool = False


class _Record(NamedTuple):
    """A record, or a line that is in none: where it is in the bytes, and what is read instead of it."""

    start: int
    stop: int
    content: bytes


def export_of(head: bytes) -> Export | None:
    """The form of the export that begins with `head`, None if its records are lines or it is none.

    An export has a message and a time under names that `record_names` knows, or the line as it was received. A row of
    CSV may have a host instead of a time; a configuration in JSON has hosts and paths of logs too.
    """
    head = head.removeprefix(BOM_UTF8).lstrip(_BLANK)
    first, line_end, _ = head.partition(b"\n")
    if head.startswith((b"[", b"{")):
        return _json_export(head, first if line_end else head)
    first = first.removesuffix(b"\r")
    for delimiter in _DELIMITERS if line_end and len(first) < MAX_LINE_BYTES else "":
        columns = _cells(decode(first)[0], delimiter)[:MAX_COLUMNS]
        if _is_record(columns, (*HOSTS, *STAMPS)):
            return Export(delimiter, first, tuple(columns))
    return None


def _json_export(head: bytes, first: bytes) -> Export | None:
    keys = {key.decode() for key in re.findall(_KEY, head)}
    if not _is_record(keys, STAMPS) or not (head.startswith(b"{") or re.match(_ARRAY, head)):
        return None
    is_nested = _is_nested(head)
    is_lines = head.startswith(b"{") and (first is head or _is_object(first))
    return Export(is_nested=is_nested) if is_nested or not is_lines else None


def _is_nested(head: bytes) -> bool:
    """Whether the first message is in an array in an object."""
    around = b""
    for token in re.finditer(_JSON_TOKEN, head):
        if token[0] in (b"{", b"["):
            around += token[0]
        elif token[0] in (b"}", b"]"):
            around = around[:-1]
        elif (key := re.match(_KEY, head[token.start() : token.end() + _MAX_COLON])) and _is_message(key[1]):
            return around.startswith(b"{") and b"[" in around
    return False


def _is_message(key: bytes) -> bool:
    return known_name(key.decode()) in MESSAGES


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_record(keys: Iterable[str], others: Collection[str]) -> bool:
    names = {known_name(key) for key in keys}
    return not names.isdisjoint(RAW_MESSAGES) or not (names.isdisjoint(MESSAGES) or names.isdisjoint(others))


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of a CSV row; none if it is no row."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def split_records(raw: bytes, offset: int, export: Export, behind: int, *, is_last: bool) -> Transcoded:
    """The complete records in `raw`, which begins at `offset` of the original, a line each.

    What is in no record is a line as it is. `behind` is the number of line ends before `raw`, less that of the lines
    that were made of them: a record is preceded by empty lines, so that it has the number of its line in the original.
    """
    is_complete = is_last or len(raw) > MAX_RECORD_BYTES
    text = raw[: raw.rfind(b"\n") + 1] if is_complete and not is_last else raw
    records = list(_csv_rows(text, export, is_complete) if export.delimiter else _objects(raw, export.is_nested))
    stop = records[-1].stop if records else 0
    if not (export.delimiter or export.is_nested):
        # With its comma. In a nested array, that shows that another element follows.
        stop = len(raw) - len(raw[stop:].lstrip(_ignored(export)))
    if is_last:
        stop = len(raw)
    elif len(raw) - stop > MAX_RECORD_BYTES:
        stop = max(stop, raw.rfind(b"\n") + 1) or len(raw)
    lines: list[bytes] = []
    places: list[tuple[int, int]] = []
    at = 0
    start = records[0].start if records and export.is_nested and offset <= len(BOM_UTF8) else 0
    for piece in _with_lines_between(raw, records, (start, stop), _ignored(export)):
        behind += raw.count(b"\n", at, piece.start)
        missing = max(behind - len(lines), 0)
        lines += [b""] * missing + [piece.content]
        places += [(offset + piece.start, 0)] * missing + [(offset + piece.start, piece.stop - piece.start)]
        at = piece.start
    if is_last:
        behind += raw.count(b"\n", at) + (bool(raw) and not raw.endswith(b"\n"))
        missing = max(behind - len(lines), 0)
        lines += [b""] * missing
        places += [(offset + stop, 0)] * missing
    if stop and not lines:
        lines, places = [b""], [(offset, 0)]
    read = sum(length for line, (_, length) in zip(lines, places, strict=True) if line)
    return Transcoded(b"".join(line + b"\n" for line in lines), places, stop, stop - read)


def _ignored(export: Export) -> bytes:
    """What may be between records."""
    return _BLANK if export.delimiter else _BETWEEN + b"{}" * export.is_nested


def _with_lines_between(
    raw: bytes, records: Sequence[_Record], extent: tuple[int, int], ignored: bytes
) -> Iterator[_Record]:
    """The records, and the lines before, between and after them that have more than the bytes `ignored`."""
    at, stop = extent
    for record in (*records, _Record(stop, stop, b"")):
        if raw[at : record.start].strip(ignored):
            for line in re.finditer(rb"[^\n]++", raw[at : record.start]):
                if content := line[0].strip(ignored):
                    start = at + line.start() + line[0].index(content)
                    yield _Record(start, start + len(content), content)
        if record.stop > record.start:
            yield record
        at = record.stop


def _objects(raw: bytes, is_nested: bool) -> Iterator[_Record]:
    """The outermost JSON objects, or those in an array if `is_nested`.

    One with a damaged string ends at its line end; the next one is read again.
    """
    start = depth = at = 0
    tokens = re.compile(_JSON_TOKEN)
    while token := tokens.search(raw, at):
        at = token.end()
        if token[0] == b"{" and (depth or not is_nested or _is_element(raw, token.start())):
            start, depth = start if depth else token.start(), depth + 1
        elif token[0] == b"}" and depth:
            depth -= 1
            if not depth:
                yield _Record(start, at, raw[start:at].replace(b"\r", b" ").replace(b"\n", b" "))
        elif token[0].startswith(b'"') and not token["end"]:
            at, depth = raw.find(b"\n", at), 0
            if at < 0:
                return


def _is_element(raw: bytes, start: int) -> bool:
    """Whether the value that starts there is in an array: in an object it follows a colon."""
    return raw[max(start - MAX_INDENT, 0) : start].rstrip(_BLANK).endswith((b"[", b","))


def _csv_rows(raw: bytes, export: Export, is_complete: bool) -> Iterator[_Record]:
    """The rows as JSON objects; the heading and copies of it as empty ones."""
    start = 0
    for end, stop in _row_ends(raw, export.delimiter, is_complete):
        row = raw[start:end]
        if row == export.heading:
            yield _Record(start, stop, b"")
        elif row.strip(_BLANK):
            yield _Record(start, end, _object_of(row, export))
        start = stop


def _row_ends(raw: bytes, delimiter: str, is_complete: bool) -> Iterator[tuple[int, int]]:
    """For each row, the index of the end of its content, and of the end of the row.

    A quote without an end begins a cell that goes on in the next part. If `is_complete`, it is a damaged one, and the
    row ends with its line; so does the last row.
    """
    at = 0
    tokens = _csv_token(delimiter)
    while token := tokens.search(raw, at):
        at = token.end()
        if token[0] == b"\n":
            end = token.start()
            yield end - (raw[max(end - 1, 0) : end] == b"\r"), at
        elif at == len(raw) and not is_complete:
            return
        elif not token["end"]:
            at = token.start() + 1
    if is_complete:
        yield len(raw), len(raw)


@cache
def _csv_token(delimiter: str) -> re.Pattern[bytes]:
    """A quoted cell, which may end with the bytes, or a line end. RFC 4180: only a cell that begins with one is quoted.

    The first row of a part follows a line end.
    """
    return re.compile(rb'(?<![^%s\n])"(?:[^"]++|"")*+(?P<end>"?+)|\n' % re.escape(delimiter.encode()))


def _object_of(row: bytes, export: Export) -> bytes:
    cells = _cells(decode(row)[0], export.delimiter)
    known = {name: cell for name, cell in zip(export.columns, cells, strict=False) if known_name(name) and cell}
    text = json.dumps(known, ensure_ascii=False) if known else ""
    return text.encode("utf-8", "replace") or row.replace(b"\r", b" ").replace(b"\n", b" ")
