"""Converts batches of events to a pandas DataFrame.

Import it only to make a frame: importing pandas takes half a second. Columns are converted batch by batch, texts
CHUNK_ROWS at a time, so memory holds the finished columns and the Python values of one chunk.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from lyncphone_logs.events.batch import Batch, no_collection
from lyncphone_logs.events.columns import CHUNK_ROWS, COLUMNS, column

Array = np.ndarray[Any, Any]
MISSING = -1
MAX_CACHED_FIELDS = 4096
NOT_A_TIME: int = np.iinfo(np.int64).min
EPOCH, MICROSECOND = datetime(1970, 1, 1), timedelta(microseconds=1)


def to_frame(batches: Iterable[Batch]) -> pd.DataFrame:
    """One row for each event, in order, with the columns and dtypes of COLUMNS; a frame without rows if none."""
    parts = {name: _FORMS.get(dtype, _Numbers)(dtype) for name, dtype in COLUMNS.items()}
    with no_collection():
        for batch in batches:
            for name, part in parts.items():
                part.add(column(batch, name))
    return pd.DataFrame({name: parts.pop(name).whole() for name in COLUMNS}, copy=False)


class _Numbers:
    """Collects a column without missing values as arrays, one for each batch."""

    def __init__(self, dtype: str) -> None:
        self._dtype = dtype
        self._parts: list[Any] = [self._array([])]

    def add(self, values: Sequence[Any]) -> None:
        """Append values."""
        self._parts.append(self._array(values))

    def _array(self, values: Sequence[Any]) -> Array:
        return np.array(values, dtype=self._dtype)

    def whole(self) -> Any:
        """The finished column."""
        parts, self._parts = self._parts, []
        return np.concatenate(parts)


class _Nullable(_Numbers):
    """Collects numbers of zero or more, None for a missing one."""

    def _array(self, values: Sequence[Any]) -> Array:
        if values.count(None) == len(values):
            return np.full(len(values), MISSING, dtype=np.int32)
        return np.array([MISSING if value is None else value for value in values], dtype=np.int32)

    def whole(self) -> Any:
        numbers = super().whole()
        return pd.arrays.IntegerArray(numbers, numbers == MISSING)


class _Microseconds(dict[datetime | None, int]):
    """Microseconds since 1970, cached: several lines have the same time."""

    def __missing__(self, time: datetime | None) -> int:
        found = self[time] = NOT_A_TIME if time is None else (time - EPOCH) // MICROSECOND
        return found


class _Times(_Numbers):
    """Collects naive times as microseconds; numpy would take ten times as long to convert them."""

    def __init__(self, dtype: str) -> None:
        self._counts = _Microseconds()
        super().__init__(dtype)

    def _array(self, values: Sequence[Any]) -> Array:
        if values.count(None) == len(values):
            return np.full(len(values), NOT_A_TIME)
        if len(self._counts) > MAX_CACHED_FIELDS:
            self._counts.clear()
        return np.fromiter(map(self._counts.__getitem__, values), dtype=np.int64, count=len(values))

    def whole(self) -> Any:
        return super().whole().view(self._dtype)


class _Categories(_Numbers):
    """Collects repeating texts as the codes of a category."""

    def __init__(self, dtype: str) -> None:
        self._codes: defaultdict[str | None, int] = defaultdict(count().__next__)
        self._codes[None] = MISSING
        super().__init__(dtype)

    def _array(self, values: Sequence[Any]) -> Array:
        if values and values.count(values[0]) == len(values):
            return np.full(len(values), self._codes[values[0]], dtype=np.int32)
        return np.fromiter(map(self._codes.__getitem__, values), dtype=np.int32, count=len(values))

    def whole(self) -> Any:
        names = sorted(name for name in self._codes if name is not None)
        order = np.empty(len(names) + 1, dtype=np.int32)
        order[[self._codes[name] for name in names]] = range(len(names))
        order[MISSING] = MISSING
        return pd.Categorical.from_codes(order[super().whole()], pd.Index(names))


class _Texts(_Numbers):
    """Collects texts and objects; CHUNK_ROWS of them are Python values, the rest are converted."""

    def __init__(self, dtype: str) -> None:
        self._pending: list[Any] = []
        super().__init__(dtype)

    def add(self, values: Sequence[Any]) -> None:
        self._pending += values
        if len(self._pending) >= CHUNK_ROWS:
            self._parts.append(self._array(self._pending))
            self._pending = []

    def _array(self, values: Sequence[Any]) -> Any:
        return pd.Series(values, dtype=self._dtype)

    def whole(self) -> Any:
        parts, self._parts = self._parts, []
        return pd.concat([*parts, self._array(self._pending)], ignore_index=True)


_FORMS: dict[str, type[_Numbers]] = {
    "category": _Categories, "datetime64[us]": _Times, "Int32": _Nullable, "str": _Texts, "object": _Texts,
}  # fmt: skip
