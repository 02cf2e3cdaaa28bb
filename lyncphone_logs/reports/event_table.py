"""Events for people (a table), for spreadsheets (CSV) and for programs (JSON Lines), an event a line, streaming."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from lyncphone_logs.event import Event
from lyncphone_logs.reports.encoding import to_json
from lyncphone_logs.reports.visible import visible
from lyncphone_logs.table import COLUMNS, cell, plain

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
    for event in events:
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow([_csv(plain(cell(event, name))) for name in COLUMNS])
        yield text.getvalue()


def json_lines(events: Iterable[Event]) -> Iterator[str]:
    """All columns, an object a line."""
    for event in events:
        yield to_json({name: plain(cell(event, name)) for name in COLUMNS})


RENDERERS: dict[str, Callable[[Iterable[Event]], Iterator[str]]] = {
    "table": table,
    "csv": csv_lines,
    "jsonl": json_lines,
}


def _csv(value: object) -> object:
    if isinstance(value, dict):
        return to_json(value)
    if not isinstance(value, str):
        return value
    text = "\n".join(map(visible, value.split("\n")))
    return f"'{text}" if value.startswith(FORMULA) else text
