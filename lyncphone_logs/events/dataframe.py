"""Converts batches of events to a pandas DataFrame.

Import it only to make a frame: importing pandas takes half a second. Columns are converted batch by batch, texts
CHUNK_ROWS at a time, so memory holds the finished columns and the Python values of one chunk.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import count
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from lyncphone_logs.errors import InputError, suggestion
from lyncphone_logs.events.batch import Batch, no_collection
from lyncphone_logs.events.columns import CHUNK_ROWS, COLUMNS, chosen_columns, column
from lyncphone_logs.events.event import MESSAGE, NOTHING, SEVERITIES, Event, Value
from lyncphone_logs.events.vocabulary import field_types, kinds
from lyncphone_logs.notebook import printable

Array = np.ndarray[Any, Any]
MISSING = -1
MAX_CACHED_FIELDS = 4096
NOT_A_TIME: int = np.iinfo(np.int64).min
EPOCH, MICROSECOND = datetime(1970, 1, 1), timedelta(microseconds=1)


def to_frame(
    batches: Iterable[Batch],
    columns: Sequence[str] | str | None = None,
    fields: Sequence[str] | str | bool | None = None,
) -> pd.DataFrame:
    """One row for each event, in order; a frame without rows, but with its columns and their dtypes, if none.

    `columns` and `fields` are those of `Trace.to_frame`. Raises InputError if one is unknown.
    """
    names = chosen_columns(columns)
    if fields is True:
        names = list(dict.fromkeys([*names, "fields"]))
    typed = chosen_fields([] if isinstance(fields, bool) or fields is None else fields)
    parts = {name: _form(name) for name in names}
    sparse = {field_column(name): _Fields(name, dtype) for name, dtype in typed.items()}
    with no_collection():
        for batch in batches:
            for name, part in parts.items():
                part.add(column(batch, name))
            for field in sparse.values():
                field.add(batch)
    finished = {name: parts.pop(name).whole() for name in names}
    return pd.DataFrame(finished | {name: field.whole() for name, field in sparse.items()}, copy=False)


@pd.api.extensions.register_dataframe_accessor("phone")  # type: ignore[type-var]  # pandas calls it, class or not
def phone_accessor(frame: pd.DataFrame) -> Any:
    """The accessor of a frame. It is imported by name on first use: it diagnoses, which this layer must not know."""
    return import_module("lyncphone_logs.accessor").PhoneAccessor(frame)


def preview(frame: pd.DataFrame) -> str:
    """A small frame as an HTML table with complete texts, all of them escaped."""
    with pd.option_context("display.max_colwidth", None):
        cells = frame.astype(object).where(frame.notna(), "")
        texts = cells.map(lambda value: printable(value) if isinstance(value, str) else value)
        return texts.to_html(max_cols=None, index=False)


FIELD_DTYPES = {"integer": "Int64", "number": "Float64", "boolean": "boolean", "time": "datetime64[us]"}
"""The dtype of a field by its type in the vocabulary; fields of all other types are `str`."""
LARGEST = 2**63 - 1


def chosen_fields(names: Sequence[str] | str) -> dict[str, str]:
    """The dtype of the fields with these names. Raises InputError if no event kind has a field of a name."""
    types = field_types()
    chosen = [names] if isinstance(names, str) else names
    for name in chosen:
        if name not in types:
            raise InputError(
                f"no event kind has a field {name!r}",
                suggestion(str(name), list(types)),
                help="fields=True gives all fields of each event, also those that the vocabulary does not list",
            )
    return {name: FIELD_DTYPES.get(types[name], "str") for name in chosen}


def field_column(name: str) -> str:
    """The column of a field: its name, or `fields.NAME` if a column of events has that name."""
    return f"fields.{name}" if name in COLUMNS else name


def fields_frame(events: Iterable[Event], kind: str) -> pd.DataFrame:
    """Events of one kind as rows: time, phone, source, line, and a typed column for each field of the kind."""
    types = {name: FIELD_DTYPES.get(declared.type, "str") for name, declared in kinds()[kind].fields.items()}
    rows = (
        [getattr(event, name) for name in LOCATION]
        + [_of_dtype(event.fields.get(name), dtype) for name, dtype in types.items()]
        for event in events
    )
    dtypes = {name: COLUMNS[name] for name in LOCATION} | {field_column(name): each for name, each in types.items()}
    return rows_frame(rows, dtypes)


LOCATION = ("time", "phone", "source", "line")


def rows_frame(rows: Iterable[Sequence[Any]], dtypes: Mapping[str, str | tuple[str, ...]]) -> pd.DataFrame:
    """Rows of values as a frame with these columns. A tuple of words makes an ordered category, the least one first."""
    columns = list(zip(*rows, strict=True)) or [()] * len(dtypes)
    arrays = (_array(values, dtype) for values, dtype in zip(columns, dtypes.values(), strict=True))
    return pd.DataFrame(dict(zip(dtypes, arrays, strict=True)), copy=False)


def _array(values: Sequence[Any], dtype: Any) -> Any:
    if isinstance(dtype, tuple):
        return pd.Categorical(values, categories=dtype, ordered=True)
    if dtype == "str":
        values = [None if value is None else _encodable(value) for value in values]
    return pd.array(values, dtype=dtype)


def _of_dtype(value: Value | None, dtype: str) -> Any:
    """The value of a field as its column has it; None if it is missing or not of this type, as a malformed number."""
    if value is None:
        return None
    if dtype == "str":
        return ", ".join(value) if isinstance(value, tuple) else str(value)
    if dtype == "boolean":
        return value if isinstance(value, bool) else None
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return naive if dtype == "datetime64[us]" else None
    if isinstance(value, int) and -LARGEST <= value <= LARGEST:
        return value if dtype in ("Int64", "Float64") else None
    return value if isinstance(value, float) and dtype == "Float64" else None


def _encodable(text: str) -> str:
    """The text with lone surrogates escaped: file names may have them, and Arrow refuses them."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


class _Fields:
    """Collects one field of the events of known kinds: few events have it."""

    def __init__(self, name: str, dtype: str) -> None:
        self._name, self._dtype = name, dtype
        self._rows = 0
        self._values: dict[int, Any] = {}

    def add(self, batch: Batch) -> None:
        """Append the rows of a batch."""
        for row, (fields, _) in batch.parsed.items():
            value = _of_dtype(fields.get(self._name), self._dtype)
            if value is not None and batch.columns["kind"][row] != MESSAGE:
                self._values[self._rows + row] = value
        self._rows += len(batch)

    def whole(self) -> Any:
        """The finished column."""
        return _array([self._values.get(row) for row in range(self._rows)], self._dtype)


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


class _Repeating(_Numbers):
    """Collects repeating texts as numbers: each text is stored once until the column is finished."""

    def __init__(self, dtype: str) -> None:
        self._codes: defaultdict[str | None, int] = defaultdict(count().__next__)
        self._codes[None] = MISSING
        super().__init__(dtype)

    def _array(self, values: Sequence[Any]) -> Array:
        if values and values.count(values[0]) == len(values):
            return np.full(len(values), self._codes[values[0]], dtype=np.int32)
        return np.fromiter(map(self._codes.__getitem__, values), dtype=np.int32, count=len(values))

    def whole(self) -> Any:
        names = _array([name for name in self._codes if name is not None], self._dtype)
        return names.take(super().whole(), allow_fill=True)


class _Severities(_Numbers):
    """Collects severities as an ordered category. It always has all eight words, so that two frames have one type."""

    _code_of: ClassVar[dict[str | None, int]] = {word: code for code, word in enumerate(reversed(SEVERITIES))}

    def _array(self, values: Sequence[Any]) -> Array:
        return np.fromiter((self._code_of.get(word, MISSING) for word in values), dtype=np.int8, count=len(values))

    def whole(self) -> Any:
        return pd.Categorical.from_codes(super().whole(), pd.Index([*reversed(SEVERITIES)]), ordered=True)


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
        return pd.Series([*map(_encodable, values)], dtype=self._dtype)

    def whole(self) -> Any:
        parts, self._parts = self._parts, []
        return pd.concat([*parts, self._array(self._pending)], ignore_index=True)


class _Dicts(_Texts):
    """Collects fields as plain dictionaries."""

    def _array(self, values: Sequence[Any]) -> Any:
        return pd.Series([{} if fields is NOTHING else dict(fields.items()) for fields in values], dtype=self._dtype)


_FORMS: dict[str, type[_Numbers]] = {
    "category": _Severities, "datetime64[us]": _Times, "Int32": _Nullable, "str": _Repeating, "object": _Dicts,
}  # fmt: skip
_UNIQUE = ("id", "message")
"""Columns of texts that seldom repeat."""


def _form(name: str) -> _Numbers:
    """What collects a column."""
    dtype = COLUMNS[name]
    return _Texts(dtype) if name in _UNIQUE else _FORMS.get(dtype, _Numbers)(dtype)
