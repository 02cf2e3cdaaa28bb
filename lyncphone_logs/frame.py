"""Events as a pandas DataFrame. This module is imported when a frame is asked for, never before: pandas is heavy."""

from collections.abc import Iterable
from itertools import islice

import pandas as pd

from lyncphone_logs.event import Event
from lyncphone_logs.table import COLUMNS, cell

CHUNK = 50_000


def to_frame(events: Iterable[Event]) -> pd.DataFrame:
    """A row for each event, in order, columns and types as COLUMNS has them; no events give no row."""
    iterator = iter(events)
    chunks = [_chunk([])]
    while rows := list(islice(iterator, CHUNK)):
        chunks.append(_chunk(rows))
    return pd.DataFrame({name: _joined([chunk[name] for chunk in chunks[1:] or chunks]) for name in COLUMNS})


def _chunk(events: list[Event]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series([cell(each, name) for each in events], dtype=dtype) for name, dtype in COLUMNS.items()}
    )


def _joined(parts: "list[pd.Series]") -> "pd.Series":
    if isinstance(parts[0].dtype, pd.CategoricalDtype):
        return pd.Series(pd.api.types.union_categoricals(parts))
    return pd.concat(parts, ignore_index=True)
