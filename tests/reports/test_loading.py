"""Events load in pandas, polars, DuckDB and PyArrow without options, whatever the first rows are."""

import importlib
import json
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.paths import ROOT

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.columns import COLUMNS
from lyncphone_logs.events.event import Event, Span
from lyncphone_logs.events.parquet import write_parquet
from lyncphone_logs.reports.tables import EVENT_FORMATS

NOON = datetime(2013, 7, 9, 12)
TOOLS = ("pandas", "polars", "duckdb", "pyarrow")
INTEGERS = [name for name, dtype in COLUMNS.items() if dtype.lower().startswith("int")]
TEXTS = [name for name, dtype in COLUMNS.items() if dtype in {"str", "category"}]
TIMES = [name for name, dtype in COLUMNS.items() if dtype.startswith("datetime")]


def pandas_rows(path: Path) -> list[dict[str, Any]]:
    read: dict[str, Callable[[], pd.DataFrame]] = {
        "csv": lambda: pd.read_csv(path),
        "jsonl": lambda: pd.read_json(path, lines=True),
        "parquet": lambda: pd.read_parquet(path),
    }
    frame = read[path.suffix[1:]]()
    return [
        dict(zip(frame.columns, row, strict=True)) for row in frame.astype(object).where(frame.notna(), None).values
    ]


def polars_rows(path: Path) -> list[dict[str, Any]]:
    polars = importlib.import_module("polars")
    read = {"csv": polars.read_csv, "jsonl": polars.read_ndjson, "parquet": polars.read_parquet}
    rows: list[dict[str, Any]] = read[path.suffix[1:]](path).to_dicts()
    return rows


def duckdb_rows(path: Path) -> list[dict[str, Any]]:
    found = importlib.import_module("duckdb").connect().sql(f"select * from '{path}'")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def pyarrow_rows(path: Path) -> list[dict[str, Any]]:
    readers = {"csv": ("csv", "read_csv"), "jsonl": ("json", "read_json"), "parquet": ("parquet", "read_table")}
    module, function = readers[path.suffix[1:]]
    rows: list[dict[str, Any]] = getattr(importlib.import_module(f"pyarrow.{module}"), function)(path).to_pylist()
    return rows


READERS = {"pandas": pandas_rows, "polars": polars_rows, "duckdb": duckdb_rows, "pyarrow": pyarrow_rows}


def event(number: int, **values: Any) -> Event:
    fields = values.pop("fields", {})
    span = (Span(number * 10, 10),)
    values = {"kind": "log.message", "source": "t.log", "phone": "p", "grammar": "g", "framing": "none"} | values
    return Event(f"t.log:{number * 10}", line=number + 1, spans=span, fields=fields, **values)


def late_values(rows: int, *, times: bool = True) -> Iterator[Event]:
    """Every optional column is empty, or looks like something else, in all but the last rows.

    Without `times`, no text looks like a time: DuckDB takes such a text in JSON Lines for one, and no other form helps.
    """
    day, clock = ("2013-07-09", "12:00:00") if times else ("9", "9")
    for number in range(rows):
        yield event(number, procid="440", message="true", hostname="7351", function=clock, level=day,
                    app_name="NULL", component="nan", time=NOON + timedelta(seconds=number),
                    fields={"reason": 4})  # fmt: skip
    for number in range(rows, rows + 20):
        yield event(number, procid="0a1b2c:7:55", message="=1\n\t@x;+y\n'z, \"w\"\n\n", hostname="fe01", function="f",
                    level="ERR", app_name="voip", component="CERT", time=NOON + timedelta(microseconds=number),
                    time_utc=NOON, time_raw="Jul  9", received=NOON, time_corrected=NOON, sequence=7, source_line=653,
                    facility="local7", severity="err", fields={"reason": "busy; =1", "list": ("a", "b")})  # fmt: skip


def written(folder: Path, format: str, events: Sequence[Event]) -> Path:
    path = folder / f"events.{format}"
    batches = [Batch.of(events[start : start + 1000]) for start in range(0, len(events), 1000)]
    if format == "parquet":
        with open(path, "wb") as stream:
            write_parquet(batches, stream)
    else:
        text = "\n".join(EVENT_FORMATS[format](batches)) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")
    return path


def undone(cell: str) -> str:
    """The text of a cell of CSV, as docs/interfaces.md says."""
    return re.sub(r"(^|;)'", r"\1", cell, flags=re.M)


def value(name: str, loaded: Any, format: str) -> Any:
    """A loaded value as the event has it."""
    if format == "csv" and name in TEXTS:
        loaded = "" if loaded is None else undone(loaded)
    if name in TIMES:
        loaded = datetime.fromisoformat(loaded) if isinstance(loaded, str) and loaded else loaded or None
        loaded = loaded.to_pydatetime() if hasattr(loaded, "to_pydatetime") else loaded
    if name in INTEGERS and loaded is not None:
        loaded = None if int(loaded) == -1 else int(loaded)
    return json.loads(loaded) if name == "fields" else loaded or None


def expected(name: str, event: Event, format: str) -> Any:
    own = {"offset": event.spans[0].offset, "bytes": event.spans[0].length}
    found = own.get(name, getattr(event, name, None))
    if name == "fields":
        return {name: list(each) if isinstance(each, tuple) else each for name, each in event.fields.items()}
    if format == "csv" and isinstance(found, str):
        found = found.replace("\t", "␉")
    return found or None


@pytest.mark.parametrize(
    ("tool", "rows"),
    [(tool, rows) for tool in TOOLS for rows in (0, 150)] + [("duckdb", 21_000)],  # it infers types from 20,480 rows
)
@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
@pytest.mark.sampled(3)
def test_every_tool_loads_every_value_without_options(tool: str, rows: int, format: str, tmp_path: Path) -> None:
    pytest.importorskip(tool)
    if format == "parquet":
        pytest.importorskip("pyarrow")
    events = list(late_values(rows, times=format != "jsonl"))
    path = written(tmp_path, format, events)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = READERS[tool](path)
    assert len(loaded) == len(events)
    for row, each in zip([*loaded[:3], *loaded[-20:]], [*events[:3], *events[-20:]], strict=True):
        for name in COLUMNS:
            assert value(name, row[name], format) == expected(name, each, format), name


def test_the_documented_lines_read_every_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in TOOLS:
        pytest.importorskip(tool)
    events = list(late_values(150))
    for format in ("csv", "jsonl", "parquet"):
        written(tmp_path, format, events)
    monkeypatch.chdir(tmp_path)
    (documented,) = re.findall(
        r"```python\n(import duckdb.*?)```", (ROOT / "docs/interfaces.md").read_text("utf-8"), re.S
    )
    names: dict[str, Any] = {}
    exec(documented, names)
    assert len(names["frame"]) == len(names["table"]) == len(events)
    assert names["fields"][-1] == {"reason": "busy; =1", "list": ["a", "b"]}


def test_integers_that_may_be_missing_are_no_floats_in_pandas(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.read_parquet(written(tmp_path, "parquet", list(late_values(3))))
    assert (str(frame["sequence"].dtype), str(frame["source_line"].dtype)) == ("Int32", "Int32")
    assert frame["sequence"].dropna().unique().tolist() == [7]
