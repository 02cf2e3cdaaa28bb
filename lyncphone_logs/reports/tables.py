"""Prints events, phones and unparsed lines as tables, CSV, Markdown and JSON Lines."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.columns import COLUMNS, column
from lyncphone_logs.reports import wording
from lyncphone_logs.reports.escaping import to_json, visible
from lyncphone_logs.reports.markdown import code, fenced
from lyncphone_logs.reports.wording import counted
from lyncphone_logs.trace.phone_list import IDENTITY, PhoneEntry
from lyncphone_logs.trace.unparsed import UnparsedShape, UnparsedShapes

_GUARDED = re.compile(r"(^|;)(?=\"*[=+\-@＝＋－＠\t\r]|')", re.M)
"""Where a spreadsheet begins a cell and runs it as a formula: on each line of a cell, and after the list separator of
many countries (OWASP, CSV injection). Before a quote too, so that a quote in that position is always the guard's."""
_NOT_TEXT = re.compile(
    r"\s*+(?:[\d_]+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+|0x[\da-f]+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*+)?"
    r"|\d{1,2}:\d\d(?::.*+)?|true|false|t|f|yes|no|inf|infinity|nan|na|n/a|<na>|nil|none|null|#n/a.*+)\s*+",
    re.I,
)
"""Cells that pandas, polars, DuckDB or PyArrow take for a number, time, truth value or nothing, and a column with them:
types are inferred from the first rows, and the first other text would not fit."""
MAX_WORD = 8
"""Length of the longest of them that begins with a letter."""
MISSING_NUMBER = -1
"""In JSON Lines: null in the first rows of a column would be the type that polars infers."""


def event_table(batches: Iterable[Batch]) -> Iterator[str]:
    """Columns for reading: line number, time, severity, component, kind and message."""
    yield f"{'line':>7} {'time':19} {'severity':8} {'component':12} {'kind':34} message"
    for batch in batches:
        columns = [column(batch, name) for name in ("line", "time", "severity", "component", "kind", "message")]
        for line, time, severity, component, kind, message in zip(*columns, strict=True):
            stamp = time.isoformat(" ", "seconds") if time else "-"
            head = f"{line:7d} {stamp:19} {severity or '-':8} {component or '-':12} {kind:34}"
            yield visible(f"{head} {message}".replace("\n", " ").rstrip())


def event_csv_lines(batches: Iterable[Batch]) -> Iterator[str]:
    """All columns, one string for each batch: `fields` as JSON, times as ISO 8601, hidden characters escaped."""
    yield ",".join(COLUMNS)
    for batch in filter(len, batches):
        lines = StringIO(newline="")
        csv.writer(lines, lineterminator="\n").writerows(_rows(batch, _CSV))
        yield lines.getvalue().removesuffix("\n")


def event_json_lines(batches: Iterable[Batch]) -> Iterator[str]:
    """All columns, one object on each line, one string for each batch: `fields` as JSON text, nothing is null."""
    template = "{" + ", ".join(f'"{name}": %s' for name in COLUMNS) + "}"
    for batch in filter(len, batches):
        yield "\n".join(map(template.__mod__, _rows(batch, _JSON)))


EVENT_FORMATS: dict[str, Callable[[Iterable[Batch]], Iterator[str]]] = {
    "table": event_table,
    "csv": event_csv_lines,
    "jsonl": event_json_lines,
}


def _cell(text: str) -> str:
    """A text as a cell of CSV: not a formula, and nothing that a program reads as another type."""
    if len(text) > MAX_WORD and text[0].isalpha() and not text[-1].isspace() and ";" not in text and "\n" not in text:
        return visible(text)
    if ";" in text or "\n" in text:
        shown = "\n".join(map(visible, _GUARDED.sub(r"\1'", text).split("\n")))
    else:
        shown = f"'{visible(text)}" if _GUARDED.match(text) else visible(text)
    return f"'{shown}" if _NOT_TEXT.fullmatch(text) and shown[0] != "'" else shown


def _name_cell(text: str) -> str:
    """A name as a cell of CSV. It is one line, so that the name of a file cannot forge a row for programs like grep."""
    return _cell(text.replace("\n", "␊"))


_NAMES = {"id", "source", "phone"}
"""Columns that may contain the name of a file."""


def _fields_cell(fields: Any) -> str:
    # A list separator in JSON can be written as an escape, which needs no guard.
    return to_json(dict(fields.items())).replace(";", "\\u003b")


@dataclass(frozen=True, slots=True)
class _Cells:
    """How the values of one format are written: texts, names, times, `fields`, and missing texts and numbers."""

    text: Callable[[str], str]
    name: Callable[[str], str]
    time: Callable[[datetime], str]
    fields: Callable[[Any], str]
    no_text: str | None
    no_number: object


_CSV = _Cells(_cell, _name_cell, datetime.isoformat, _fields_cell, None, None)
# Without a fraction, DuckDB infers times from the first rows, and fails at the first fraction.
_JSON = _Cells(
    text=to_json,
    name=to_json,
    time=lambda time: f'"{time.isoformat(timespec="microseconds")}"',
    fields=lambda fields: to_json(to_json(dict(fields.items()))),
    no_text='""',
    no_number=MISSING_NUMBER,
)


def _rows(batch: Batch, cells: _Cells) -> Iterator[tuple[object, ...]]:
    """The cells of each row. Each text and time is encoded once for each batch, in each way."""
    encoded_by: dict[Callable[[Any], str], dict[Any, str | None]] = {}
    columns: list[list[Any]] = []
    for name, dtype in COLUMNS.items():
        values = column(batch, name)
        if name == "fields":
            columns.append([cells.fields(fields) for fields in values])
        elif dtype.startswith("int"):
            columns.append(values)
        elif dtype.startswith("Int"):
            columns.append([cells.no_number if value is None else value for value in values])
        else:
            text = cells.name if name in _NAMES else cells.text
            encode: Callable[[Any], str] = cells.time if dtype.startswith("datetime") else text
            encoded = encoded_by.setdefault(encode, {None: cells.no_text})
            encoded |= {value: encode(value) for value in set(values) if value not in encoded}
            columns.append([encoded[value] for value in values])
    return zip(*columns, strict=True)


HEADINGS = ("phone", "basis", "also", "device", "first", "last", "boots", "lines", "unparsed", "gaps", "read by")
TO_THE_RIGHT = {"boots", "lines", "unparsed"}


def phone_table(phones: Sequence[PhoneEntry]) -> Iterator[str]:
    """A heading and a line for each phone; no cell is wrapped or truncated."""
    rows = [HEADINGS, *map(_cells, phones)]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(HEADINGS, row, widths, strict=True)
        yield "  ".join(
            cell.rjust(width) if name in TO_THE_RIGHT else cell.ljust(width) for name, cell, width in cells
        ).rstrip()


def phone_json_lines(phones: Iterable[PhoneEntry]) -> Iterator[str]:
    """One object for each phone; times as ISO 8601 or empty, seconds as numbers. All objects have the same types."""
    for phone in phones:
        yield to_json(
            {
                "id": phone.id,
                "basis": phone.basis,
                "is_phone": phone.is_phone,
                "aliases": list(phone.aliases),
                **{name: phone.identity.get(name, "") for name in IDENTITY},
                "first": phone.first.isoformat() if phone.first else "",
                "last": phone.last.isoformat() if phone.last else "",
                "boots": phone.boots,
                "lines": phone.lines,
                "unparsed": phone.unparsed,
                "silences": phone.silences,
                "longest_silence": float(phone.longest),
                "lost_lines": phone.lost,
                "grammars": [{"name": name, "lines": lines} for name, lines in sorted(phone.grammars.items())],
            }
        )


def _cells(phone: PhoneEntry) -> tuple[str, ...]:
    device = " ".join(filter(None, (phone.identity.get(name, "") for name in IDENTITY)))
    moments = (each.isoformat(" ", "seconds") if each else "-" for each in (phone.first, phone.last))
    numbers = (str(each) for each in (phone.boots, phone.lines, phone.unparsed))
    grammars = ", ".join(f"{name} {count}" for name, count in phone.grammars.most_common())
    also = ", ".join(phone.aliases)
    cells = (
        phone.id,
        phone.basis,
        also or "-",
        device or ("lines of daemons only" if phone.grammars and not phone.is_phone else "-"),
        *moments,
        *numbers,
        _gaps(phone) or "-",
        grammars or "-",
    )
    return tuple(map(visible, cells))


def _gaps(phone: PhoneEntry) -> str:
    silent = f"{wording.counted(phone.silences, 'silence')} to {phone.longest / 3600:.1f} h" if phone.silences else ""
    lost = f"{wording.counted(phone.lost, 'line')} lost" if phone.lost else ""
    return ", ".join(filter(None, [silent, lost]))


TITLES = {"line": "Lines that no grammar matches", "message": "Messages of unknown kind"}


def unparsed_table(found: UnparsedShapes, top: int | None = None) -> Iterator[str]:
    """For each shape: count, location of the first line, grammar and component, and the masked example.

    `top`: the most frequent shapes of lines, and as many of messages, are listed, and the others counted. None: all.
    """
    for what, title in TITLES.items():
        shapes = [each for each in found.ranked() if each.what == what]
        yield f"{title}: {counted(_lines(shapes), 'line')}, {counted(len(shapes), 'shape')}"
        for each in shapes[:top]:
            yield visible(f"{each.count:7d}  {_location(each)}  {each.example}")
        yield from _rest(shapes, top)
    yield from _others(found)


def unparsed_markdown(found: UnparsedShapes, top: int | None = None) -> Iterator[str]:
    """For each shape: count, grammar, component and masked example, without paths. `top` is that of the table."""
    for what, title in TITLES.items():
        shapes = [each for each in found.ranked() if each.what == what]
        if shapes:
            yield f"## {title}\n"
        for each in shapes[:top]:
            source = f", {code(_source(each))}" if each.grammar else ""
            yield f"{counted(each.count, 'time')}{source}\n\n{fenced([each.example])}\n"
        yield from _rest(shapes, top)
    yield from _others(found)


def unparsed_json_lines(found: UnparsedShapes, top: int | None = None) -> Iterator[str]:
    """One object for each shape. `top` is that of the table; the others are not counted."""
    for what in TITLES:
        for each in [each for each in found.ranked() if each.what == what][:top]:
            yield to_json({name: getattr(each, name) for name in UnparsedShape.__slots__})


def _lines(shapes: Sequence[UnparsedShape]) -> int:
    return sum(each.count for each in shapes)


def _rest(shapes: Sequence[UnparsedShape], top: int | None) -> Iterator[str]:
    if rest := shapes[len(shapes) if top is None else top :]:
        lines = counted(_lines(rest), "more line")
        yield f"{lines} in {counted(len(rest), 'more shape')} (--top {len(shapes)} lists all)"


def _others(found: UnparsedShapes) -> Iterator[str]:
    if found.others:
        yield f"{counted(found.others, 'more line')} of other shapes"


def _location(each: UnparsedShape) -> str:
    return f"{each.source}:{each.line}" + (f" ({_source(each)})" if each.grammar else "")


def _source(each: UnparsedShape) -> str:
    return " ".join(filter(None, [each.grammar, each.component]))
