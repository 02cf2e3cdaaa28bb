"""The columns of an event table: names, order and pandas types are a promise."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event

COLUMNS: dict[str, str] = {
    "id": "str", "source": "category", "member": "category", "line": "int32", "offset": "int64", "bytes": "int64",
    "phone": "category", "boot": "int32", "grammar": "category", "framing": "category", "kind": "category",
    "count": "int32", "time": "datetime64[us]", "time_utc": "datetime64[us]", "time_raw": "category",
    "time_quality": "category", "received": "datetime64[us]", "time_corrected": "datetime64[us]", "segment": "int32",
    "sequence": "Int32", "hostname": "category", "facility": "category", "severity": "category", "app_name": "category",
    "procid": "category", "component": "category", "level": "category", "function": "category",
    "source_line": "Int32", "message": "str", "fields": "object",
}  # fmt: skip
"""`line` counts from 1; `offset` is that of the first span, `bytes` the sum of all spans, in the original file; times
are naive as written; `fields` holds the kind's own fields."""


CHUNK_ROWS = 50_000
"""Rows that are put together at a time."""


def cell(event: Event, column: str) -> Any:
    """The value of one column; None where the event has none."""
    if column == "offset":
        return event.spans[0].offset if event.spans else 0
    if column == "bytes":
        return sum(span.length for span in event.spans)
    return getattr(event, column)


def column(batch: Batch, name: str) -> list[Any]:
    """The values of one column for all events of a batch, as `cell` has them."""
    if name in batch.columns:
        values = batch.columns[name]
        if name == "bytes" and batch.spans:
            longer = {row: sum(span.length for span in spans) for row, spans in batch.spans.items()}
            values = [longer.get(row, length) for row, length in enumerate(values)]
        return values
    if name == "id":
        return [f"{batch.source}:{offset}" for offset in batch.columns["offset"]]
    if name == "fields":
        return batch.all_fields()
    return [batch.source if name == "source" else ""] * len(batch)


def chunks(batches: Iterable[Batch]) -> Iterator[dict[str, list[Any]]]:
    """The columns of many events, some ten thousand rows at a time; one without rows where there are no events."""
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for batch in batches:
        for name, values in columns.items():
            values += column(batch, name)
        if len(columns["id"]) >= CHUNK_ROWS:
            yield columns
            columns = {name: [] for name in COLUMNS}
    yield columns


def plain(value: Any) -> Any:
    """A cell as JSON has it: times as ISO 8601, tuples as lists."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
