"""Events as a pandas DataFrame. This module is imported when a frame is asked for, never before: pandas is heavy.

Columns are put together in chunks, texts that repeat as numbers at once: memory holds the Python values of one chunk
and the finished columns.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from lyncphone_logs.batch import Batch
from lyncphone_logs.table import COLUMNS, chunks


def to_frame(batches: Iterable[Batch]) -> pd.DataFrame:
    """A row for each event, in order, columns and types as COLUMNS has them; no events give no row."""
    codes = {name: _codes() for name, dtype in COLUMNS.items() if dtype == "category"}
    parts: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for chunk in chunks(batches):
        for name, dtype in COLUMNS.items():
            values = chunk.pop(name)
            parts[name].append(_coded(values, codes[name]) if name in codes else pd.Series(values, dtype=dtype))
    columns = {name: _category(parts.pop(name), codes[name]) for name in codes}
    for name in list(parts):
        columns[name] = pd.concat(parts.pop(name), ignore_index=True)
    return pd.DataFrame({name: columns.pop(name) for name in COLUMNS}, copy=False)


def _codes() -> defaultdict[str | None, int]:
    codes: defaultdict[str | None, int] = defaultdict(count().__next__)
    codes[None] = -1
    return codes


def _coded(values: list[str | None], codes: defaultdict[str | None, int]) -> "np.ndarray[Any, np.dtype[np.int32]]":
    if values and values.count(values[0]) == len(values):
        return np.full(len(values), codes[values[0]], dtype=np.int32)
    return np.fromiter(map(codes.__getitem__, values), dtype=np.int32, count=len(values))


def _category(parts: list[Any], codes: defaultdict[str | None, int]) -> "pd.Categorical[str]":
    names = sorted(name for name in codes if name is not None)
    order = np.empty(len(names) + 1, dtype=np.int32)
    order[[codes[name] for name in names]] = range(len(names))
    order[-1] = -1
    places: np.ndarray[Any, np.dtype[np.int32]] = order[np.concatenate(parts)]
    return pd.Categorical.from_codes(places, pd.Index(names))
