"""The phones of a trace as a table, a phone a line, and as JSON Lines."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence

from lyncphone_logs.events.columns import COLUMNS, cell, plain
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import wording
from lyncphone_logs.reports.escaping import to_json, visible
from lyncphone_logs.reports.markdown import code, fenced
from lyncphone_logs.reports.wording import counted
from lyncphone_logs.trace.phone_list import IDENTITY, PhoneEntry
from lyncphone_logs.trace.unparsed import UnparsedShape, UnparsedShapes

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so (OWASP, CSV injection); such text gets a quote in front."""


def event_table(events: Iterable[Event]) -> Iterator[str]:
    """Line number, time, severity, component, kind and message, for reading."""
    yield f"{'line':>7} {'time':19} {'severity':8} {'component':12} {'kind':34} message"
    for event in events:
        time = event.time.isoformat(" ", "seconds") if event.time else "-"
        cells = [f"{event.line:7d}", f"{time:19}", f"{event.severity or '-':8}", f"{event.component or '-':12}"]
        yield visible(" ".join([*cells, f"{event.kind:34}", event.message.replace("\n", " ")]).rstrip())


def event_csv_lines(events: Iterable[Event]) -> Iterator[str]:
    """All columns; `fields` as JSON, times as ISO 8601, control characters made visible."""
    yield ",".join(COLUMNS)
    row = csv.writer(_Echo(), lineterminator="\n").writerow
    for event in events:
        yield row([_csv(cell(event, name)) for name in COLUMNS]).removesuffix("\n")


def event_json_lines(events: Iterable[Event]) -> Iterator[str]:
    """All columns, an object a line."""
    for event in events:
        yield to_json({name: plain(cell(event, name)) for name in COLUMNS})


EVENT_FORMATS: dict[str, Callable[[Iterable[Event]], Iterator[str]]] = {
    "table": event_table,
    "csv": event_csv_lines,
    "jsonl": event_json_lines,
}


class _Echo:
    """A stream that hands back what is written: csv.writer then does so with a row."""

    def write(self, text: str) -> str:
        return text


def _csv(value: object) -> object:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, int):
        return value
    shown = plain(value)
    return to_json(shown) if isinstance(shown, dict) else _text(shown)


def _text(value: str) -> str:
    text = "\n".join(map(visible, value.split("\n"))) if "\n" in value else visible(value)
    return f"'{text}" if value.startswith(FORMULA) else text


HEADINGS = ("phone", "basis", "also", "device", "first", "last", "boots", "lines", "unparsed", "gaps", "read by")
TO_THE_RIGHT = {"boots", "lines", "unparsed"}


def phone_table(phones: Sequence[PhoneEntry]) -> Iterator[str]:
    """A heading and a line for each phone; no cell is wrapped or cut."""
    rows = [HEADINGS, *map(_cells, phones)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    for row in rows:
        cells = zip(HEADINGS, row, widths, strict=True)
        yield "  ".join(
            cell.rjust(width) if name in TO_THE_RIGHT else cell.ljust(width) for name, cell, width in cells
        ).rstrip()


def phone_json_lines(phones: Iterable[PhoneEntry]) -> Iterator[str]:
    """An object a phone; times as ISO 8601, seconds as numbers."""
    for phone in phones:
        yield to_json(
            {
                "id": phone.id,
                "basis": phone.basis,
                "aliases": list(phone.aliases),
                **{name: phone.identity.get(name, "") for name in IDENTITY},
                "first": phone.first.isoformat() if phone.first else None,
                "last": phone.last.isoformat() if phone.last else None,
                "boots": phone.boots,
                "lines": phone.lines,
                "unparsed": phone.unparsed,
                "silences": phone.silences,
                "longest_silence": phone.longest,
                "lost_lines": phone.lost,
                "grammars": dict(sorted(phone.grammars.items())),
            }
        )


def _cells(phone: PhoneEntry) -> tuple[str, ...]:
    device = " ".join(filter(None, (phone.identity.get(name, "") for name in IDENTITY)))
    moments = (each.isoformat(" ", "seconds") if each else "-" for each in (phone.first, phone.last))
    numbers = (str(each) for each in (phone.boots, phone.lines, phone.unparsed))
    readers = ", ".join(f"{name} {count}" for name, count in phone.grammars.most_common())
    also = ", ".join(phone.aliases)
    cells = (phone.id, phone.basis, also or "-", device or "-", *moments, *numbers, _gaps(phone) or "-", readers or "-")
    return tuple(map(visible, cells))


def _gaps(phone: PhoneEntry) -> str:
    silent = f"{wording.counted(phone.silences, 'silence')} to {phone.longest / 3600:.1f} h" if phone.silences else ""
    lost = f"{wording.counted(phone.lost, 'line')} lost" if phone.lost else ""
    return ", ".join(filter(None, [silent, lost]))


TITLES = {"line": "Lines that no grammar reads", "message": "Messages of no known kind"}


def unparsed_table(found: UnparsedShapes) -> Iterator[str]:
    """Counts, where the first stands, what read its header, and the masked example."""
    for what, title in TITLES.items():
        these = [each for each in found.ranked() if each.what == what]
        yield f"{title}: {counted(sum(each.count for each in these), 'line')}, {counted(len(these), 'shape')}"
        for each in these:
            yield visible(f"{each.count:7d}  {_place(each)}  {each.example}")
    yield from _others(found)


def unparsed_markdown(found: UnparsedShapes) -> Iterator[str]:
    """The same as Markdown, without paths."""
    for what, title in TITLES.items():
        these = [each for each in found.ranked() if each.what == what]
        if these:
            yield f"## {title}\n"
        for each in these:
            reader = f", {code(_reader(each))}" if each.grammar else ""
            yield f"{counted(each.count, 'time')}{reader}\n\n{fenced([each.example])}\n"
    yield from _others(found)


def unparsed_json_lines(found: UnparsedShapes) -> Iterator[str]:
    """An object a shape."""
    for each in found.ranked():
        yield to_json({name: getattr(each, name) for name in UnparsedShape.__slots__})


def _others(found: UnparsedShapes) -> Iterator[str]:
    if found.others:
        yield f"{counted(found.others, 'more line')} of further shapes"


def _place(each: UnparsedShape) -> str:
    return f"{each.source}:{each.line}" + (f" ({_reader(each)})" if each.grammar else "")


def _reader(each: UnparsedShape) -> str:
    return " ".join(filter(None, [each.grammar, each.component]))
