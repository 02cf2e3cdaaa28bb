"""The columns of an event table: names, order and pandas types are a promise."""

from datetime import datetime
from typing import Any

from lyncphone_logs.event import Event

COLUMNS: dict[str, str] = {
    "id": "str", "source": "category", "member": "category", "line": "int64", "offset": "int64", "bytes": "int64",
    "phone": "category", "boot": "int64", "grammar": "category", "framing": "category", "kind": "category",
    "count": "int64", "time": "datetime64[us]", "time_utc": "datetime64[us]", "time_raw": "str",
    "time_quality": "category", "received": "datetime64[us]", "segment": "int64", "sequence": "Int64",
    "hostname": "category", "facility": "category", "severity": "category", "app_name": "category",
    "procid": "category", "component": "category", "level": "category", "function": "category",
    "source_line": "Int64", "message": "str", "fields": "object",
}  # fmt: skip
"""`line` counts from 1; `offset` is that of the first span, `bytes` the sum of all spans, in the original file; times
are naive as written; `fields` holds the kind's own fields."""


def cell(event: Event, column: str) -> Any:
    """The value of one column; None where the event has none."""
    if column == "offset":
        return event.spans[0].offset if event.spans else 0
    if column == "bytes":
        return sum(span.length for span in event.spans)
    value = getattr(event, column)
    return dict(value) if column == "fields" else value


def plain(value: Any) -> Any:
    """A cell as JSON has it: times as ISO 8601, tuples as lists."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
