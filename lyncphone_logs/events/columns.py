"""The columns of an event table. Their names, order and pandas types are a stable interface (docs/interfaces.md)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lyncphone_logs.errors import InputError, suggestion
from lyncphone_logs.events.batch import Batch

COLUMNS: dict[str, str] = {
    "id": "str", "source": "str", "member": "str", "line": "int32", "offset": "int64", "bytes": "int64",
    "phone": "str", "boot": "int32", "grammar": "str", "framing": "str", "kind": "str",
    "count": "int32", "time": "datetime64[us]", "time_utc": "datetime64[us]", "time_raw": "str",
    "time_quality": "str", "received": "datetime64[us]", "time_corrected": "datetime64[us]", "segment": "int32",
    "sequence": "Int32", "hostname": "str", "facility": "str", "severity": "category", "app_name": "str",
    "procid": "str", "component": "str", "level": "str", "function": "str",
    "source_line": "Int32", "message": "str", "fields": "object",
    "prefix": "str",
}  # fmt: skip
"""Name and dtype of each column, in order.

`line` counts from 1. `offset` is the position of the first span in the original file, `bytes` the sum of all spans.
Times are naive, as written. `severity` is ordered: a more severe word is greater. `fields` are the fields of the kind.
"""
DEFAULT_COLUMNS = (
    "time", "phone", "severity", "kind", "component", "function", "source_line", "message", "line", "boot", "app_name",
    "source",
)  # fmt: skip
"""The columns of a DataFrame unless others are chosen, in the order in which people look at them."""

CHUNK_ROWS = 50_000
"""Rows that are converted at a time."""


def chosen_columns(columns: Sequence[str] | str | None) -> list[str]:
    """The names of the columns: None for the default ones, `all`, or one or more names.

    Raises InputError if a name is unknown.
    """
    if columns is None:
        return list(DEFAULT_COLUMNS)
    names = list(COLUMNS) if columns == "all" else [columns] if isinstance(columns, str) else list(columns)
    for name in names:
        if name not in COLUMNS:
            help = f"all, or some of: {', '.join(COLUMNS)}"
            raise InputError(f"there is no column {name!r}", suggestion(str(name), list(COLUMNS)), help=help)
    return list(dict.fromkeys(names))


def column(batch: Batch, name: str) -> list[Any]:
    """The values of one column for all rows of a batch, None for a missing value. The list may belong to the batch."""
    if name in batch.columns:
        values = batch.columns[name]
        if name == "bytes" and batch.spans:
            longer = {row: sum(span.length for span in spans) for row, spans in batch.spans.items()}
            values = [longer.get(row, length) for row, length in enumerate(values)]
        return values
    if name == "id":
        return batch.all_ids()
    if name == "fields":
        return batch.all_fields()
    if name == "prefix":
        return [batch.prefixes.get(row, "") for row in range(len(batch))] if batch.prefixes else [""] * len(batch)
    return [batch.source if name == "source" else ""] * len(batch)


def chunks(batches: Iterable[Batch]) -> Iterator[dict[str, list[Any]]]:
    """The columns of all batches, CHUNK_ROWS or more rows at a time; the last chunk may be smaller, or empty."""
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for batch in batches:
        for name, values in columns.items():
            values += column(batch, name)
        if len(columns["id"]) >= CHUNK_ROWS:
            yield columns
            columns = {name: [] for name in COLUMNS}
    yield columns


def plain(value: Any) -> Any:
    """A value as JSON has it: times as ISO 8601, tuples as lists."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
