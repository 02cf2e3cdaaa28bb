"""Writes events to a Parquet file in constant memory, with pyarrow (the extra `parquet`)."""

import json
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any, BinaryIO

from lyncphone_logs.errors import OutputError
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.columns import COLUMNS, chunks, plain

_FOR_PANDAS = {
    "pandas": json.dumps(
        {
            "index_columns": [],
            "column_indexes": [],
            "columns": [
                {"name": name, "field_name": name, "pandas_type": "int32", "numpy_type": "Int32", "metadata": None}
                for name, dtype in COLUMNS.items()
                if dtype == "Int32"
            ],
        }
    )
}
"""What pandas writes for columns of its own types (https://pandas.pydata.org/docs/development/developer.html)."""


def check_available(path: str) -> None:
    """Raises OutputError if pyarrow is not installed; `path` is what would be written."""
    if find_spec("pyarrow") is None:
        raise OutputError(
            "cannot write Parquet", "pyarrow is not installed", path, "pip install 'lyncphone-logs[parquet]'"
        )


def write_parquet(batches: Iterable[Batch], stream: BinaryIO) -> None:
    """Write one row for each event, with the columns of COLUMNS. `fields` are JSON texts, times have no zone.

    The metadata for pandas says which integers may be missing, so that they are no floats when they are read again.
    """
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {"int64": pa.int64(), "int32": pa.int32(), "Int32": pa.int32(), "datetime64[us]": pa.timestamp("us")}
    schema = pa.schema([(name, kinds.get(dtype, pa.string())) for name, dtype in COLUMNS.items()], _FOR_PANDAS)
    with parquet.ParquetWriter(stream, schema) as writer:
        for columns in chunks(batches):
            columns["fields"] = [_json(fields) for fields in columns["fields"]]
            writer.write_table(pa.Table.from_pydict(columns, schema=schema))


def _json(fields: Any) -> str:
    return json.dumps(plain(fields), ensure_ascii=False)
