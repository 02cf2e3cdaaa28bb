"""Events for people (a table), for spreadsheets (CSV) and for programs (JSON Lines), an event a line, streaming."""

import csv
from collections.abc import Callable, Iterable, Iterator

from lyncphone_logs.events.columns import COLUMNS, cell, plain
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports.encoding import to_json
from lyncphone_logs.reports.escaping import visible

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so (OWASP, CSV injection); such text gets a quote in front."""


def table(events: Iterable[Event]) -> Iterator[str]:
    """Line number, time, severity, component, kind and message, for reading."""
    yield f"{'line':>7} {'time':19} {'severity':8} {'component':12} {'kind':34} message"
    for event in events:
        time = event.time.isoformat(" ", "seconds") if event.time else "-"
        cells = [f"{event.line:7d}", f"{time:19}", f"{event.severity or '-':8}", f"{event.component or '-':12}"]
        yield visible(" ".join([*cells, f"{event.kind:34}", event.message.replace("\n", " ")]).rstrip())


def csv_lines(events: Iterable[Event]) -> Iterator[str]:
    """All columns; `fields` as JSON, times as ISO 8601, control characters made visible."""
    yield ",".join(COLUMNS)
    row = csv.writer(_Echo(), lineterminator="").writerow
    for event in events:
        yield row([_csv(cell(event, name)) for name in COLUMNS])


def json_lines(events: Iterable[Event]) -> Iterator[str]:
    """All columns, an object a line."""
    for event in events:
        yield to_json({name: plain(cell(event, name)) for name in COLUMNS})


RENDERERS: dict[str, Callable[[Iterable[Event]], Iterator[str]]] = {
    "table": table,
    "csv": csv_lines,
    "jsonl": json_lines,
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
