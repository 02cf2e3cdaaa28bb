"""Frames of events: which columns they have, what their types do in pandas, and where they load unchanged."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from support.paths import FIXTURES, FOUNDING

import lyncphone_logs as lp
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.columns import COLUMNS, DEFAULT_COLUMNS
from lyncphone_logs.events.dataframe import fields_frame, rows_frame, to_frame
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import field_types, kinds

STORIES = sorted(FIXTURES.glob("*/*/trace.log"))
REGISTRATION = next(path for path in STORIES if "sip.response" in path.with_name("story.toml").read_text())


def frame_of(*events: Event, **options: Any) -> pd.DataFrame:
    return to_frame([Batch.of(events)] if events else [], **options)


def event(kind: str = "log.message", line: int = 1, **changes: Any) -> Event:
    return Event(f"t.log:{line}", kind, "t.log", line=line, **changes)


def test_a_frame_has_twelve_columns_in_the_order_people_look_at_them() -> None:
    frame = lp.read_trace(FOUNDING).to_frame()
    assert " ".join(frame.columns) == (
        "time phone severity kind component function source_line message line boot app_name source"
    )
    assert tuple(frame.columns) == DEFAULT_COLUMNS


def test_columns_are_chosen_by_name_and_in_the_order_given() -> None:
    trace = lp.read_trace(FOUNDING)
    assert list(trace.to_frame("all").columns) == list(COLUMNS)
    assert list(trace.to_frame(columns=["line", "kind", "line"]).columns) == ["line", "kind"]
    with pytest.raises(lp.InputError, match=r"no column 'severty'\n  because: did you mean 'severity'"):
        trace.to_frame(columns=["severty"])


@pytest.mark.parametrize("options", [{}, {"columns": "all"}, {"fields": ["verify_code", "crypto", "server"]}])
def test_two_frames_with_different_values_keep_their_types_when_joined(options: dict[str, Any]) -> None:
    frames = [lp.read_trace(path, year=2013).to_frame(**options) for path in STORIES[:8]]
    empty = frame_of(**options)
    joined = pd.concat([empty, *frames])
    assert joined.dtypes.to_dict() == frames[0].dtypes.to_dict() == empty.dtypes.to_dict()
    assert len(joined) == sum(map(len, frames))


def test_severities_compare_by_how_severe_they_are() -> None:
    words = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
    frame = frame_of(*(event(line=number, severity=word) for number, word in enumerate([*words, None, "loud"], 1)))
    assert frame[frame.severity >= "warning"]["severity"].tolist() == list(words[:5])
    assert frame["severity"].sort_values().tolist()[:8] == list(reversed(words))
    assert frame["severity"].isna().sum() == 2
    assert list(frame_of().severity.cat.categories) == list(reversed(words))


def test_named_fields_are_columns_of_the_type_in_the_vocabulary() -> None:
    rejected = event("tls.server_certificate.rejected", 1, fields={"verify_code": 7, "certificate": "CN=x"})
    malformed = event("tls.server_certificate.rejected", 2, fields={"verify_code": "seven"})
    huge = event("tls.server_certificate.rejected", 3, fields={"verify_code": 10**30})
    stepped = event("time.clock.stepped", 4, fields={"step": 3})
    answer = event("sip.response", 5, fields={"crypto": True, "codecs": ("PCMA", "PCMU"), "reason": 5})
    pairs = event("log.message", 6, message="verify_code=9 sid=1")
    names = ["verify_code", "step", "crypto", "codecs", "not_before", "reason"]
    frame = frame_of(rejected, malformed, huge, stepped, answer, pairs, columns=["line"], fields=names)
    assert list(frame.columns) == ["line", *names]
    assert [str(each) for each in frame.dtypes][1:] == ["Int64", "Float64", "boolean", "str", "datetime64[us]", "str"]
    assert frame["verify_code"].dropna().to_dict() == {0: 7}
    assert frame["step"].dropna().to_dict() == {3: 3.0}
    assert frame["crypto"].dropna().to_dict() == {4: True}
    assert frame["codecs"].dropna().to_dict() == {4: "PCMA, PCMU"}


def test_a_field_with_the_name_of_a_column_gets_a_prefix() -> None:
    alarm = event("device.alarm.raised", fields={"source": "fan"})
    frame = frame_of(alarm, fields=["source"])
    assert (frame.loc[0, "source"], frame.loc[0, "fields.source"]) == ("t.log", "fan")


def test_an_unknown_field_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(lp.InputError, match=r"has a field 'verify_cod'\n  because: did you mean 'verify_code'"):
        frame_of(fields=["verify_cod"])
    assert list(frame_of(fields="verify_code").columns)[-1] == "verify_code"


def test_all_fields_are_plain_dicts_of_the_row_alone() -> None:
    rejected = event("tls.server_certificate.rejected", 1, fields={"verify_code": 7})
    frame = frame_of(rejected, event(line=2, fields={"a": "1"}), event(line=3), event(line=4), fields=True)
    assert list(frame.columns) == [*DEFAULT_COLUMNS, "fields"]
    assert frame["fields"].tolist() == [{"verify_code": 7}, {"a": "1"}, {}, {}]
    assert {type(each) for each in frame["fields"]} == {dict}
    frame.loc[2, "fields"]["b"] = 1  # type: ignore[index]  # pandas-stubs does not know that it is a dict
    assert frame["fields"].tolist()[3] == {}
    assert list(pd.json_normalize(frame["fields"].tolist()).columns) == ["verify_code", "a", "b"]


def test_every_field_of_every_kind_is_a_column() -> None:
    for kind, known in kinds().items():
        frame = fields_frame([event(kind)], kind)
        assert len(frame.columns) == 4 + len(known.fields)
        assert len(frame) == 1
    assert len(frame_of(event(), fields=list(field_types())).columns) == len(DEFAULT_COLUMNS) + len(field_types())


def test_the_fields_of_a_kind_are_a_frame() -> None:
    trace = lp.read_trace(REGISTRATION, year=2013)
    frame = trace.fields("sip.response")
    events = [each for each in trace.events() if each.kind == "sip.response"]
    assert list(frame.columns[:5]) == ["time", "phone", "source", "line", *[*kinds()["sip.response"].fields][:1]]
    assert frame["status_code"].tolist() == [each.fields.get("status_code") for each in events]
    assert frame["line"].tolist() == [each.line for each in events]
    assert str(frame["status_code"].dtype) == "Int64"
    with pytest.raises(lp.InputError, match=r"no event kind 'sip\.respons' did you mean 'sip\.response'"):
        trace.fields("sip.respons")


def test_the_fields_of_events_between_two_lines_are_a_frame_too(tmp_path: Path) -> None:
    path = tmp_path / "t.log"
    path.write_text(
        "2000-01-01T00:00:05+00:00 10.1.2.3 voip_task[440]: CC : INFO - up\n"
        "2013-07-09T12:00:00+00:00 10.1.2.3 voip_task[440]: CC : INFO - synced\n"
    )
    frame = lp.read_trace(path).fields("time.clock.stepped")
    assert frame["line"].tolist() == [2]
    assert frame["time"].tolist() == [pd.Timestamp(datetime(2013, 7, 9, 12))]
    assert frame["phone"].tolist() == ["10.1.2.3"]


def test_a_file_name_that_is_no_utf_8_is_escaped() -> None:
    odd = Event("a", "log.message", "odd\udcff.log", line=1, phone="odd\udcff.log", message="m\ud800")
    assert to_frame([Batch.of([odd])])[["source", "message"]].to_numpy().tolist() == [["odd\\udcff.log", "m\\ud800"]]


def test_duplicates_are_dropped_without_conversion() -> None:
    frame = frame_of(event(severity="err"), event(severity="err"), event(line=2))
    assert frame.drop_duplicates()["line"].tolist() == [1, 2]


def test_rows_become_a_frame_with_types_even_if_there_are_none() -> None:
    dtypes: dict[str, str | tuple[str, ...]] = {"code": "str", "rank": ("low", "high"), "count": "Int64"}
    frame = rows_frame([("a", "high", 1), (None, None, None)], dtypes)
    assert frame["rank"].max() == "high"
    assert rows_frame([], dtypes).dtypes.to_dict() == frame.dtypes.to_dict()


# Other programs read the frame of a trace as it is.


@pytest.fixture(params=[{}, {"fields": ["verify_code", "crypto", "server", "not_before"]}], ids=["default", "fields"])
def frame(request: pytest.FixtureRequest) -> pd.DataFrame:
    return lp.read_trace(REGISTRATION, FOUNDING, year=2013).to_frame(**request.param)


def test_a_frame_is_the_same_after_parquet(frame: pd.DataFrame, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame.to_parquet(tmp_path / "events.parquet")
    again = pd.read_parquet(tmp_path / "events.parquet")
    assert_frame_equal(again, frame)
    assert again["severity"].dtype.ordered  # type: ignore[union-attr]  # a category


def test_arrow_loads_a_frame(frame: pd.DataFrame) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.Table.from_pandas(frame)
    assert table.column_names == list(frame.columns)
    assert table.num_rows == len(frame)
    assert str(table.schema.field("time").type) == "timestamp[us]"


def test_polars_loads_a_frame(frame: pd.DataFrame) -> None:
    pytest.importorskip("pyarrow")
    polars = pytest.importorskip("polars")
    loaded = polars.from_pandas(frame)
    assert loaded.columns == list(frame.columns)
    assert loaded["message"].to_list() == frame["message"].tolist()
    assert str(loaded["source_line"].dtype).startswith("Int")


def test_duckdb_queries_a_frame(frame: pd.DataFrame) -> None:
    duckdb = pytest.importorskip("duckdb")
    found = duckdb.sql("select phone, count(*) as lines from frame where severity is not null group by phone").df()
    assert found["lines"].sum() == frame["severity"].notna().sum()
    assert duckdb.sql("select * from frame").fetchall()


def test_a_field_has_one_type_in_every_kind_so_that_tables_of_all_kinds_load() -> None:
    written_as = {"version": "text", "time": "text"}
    types: dict[str, set[str]] = {}
    for kind in kinds().values():
        for name, declared in kind.fields.items():
            types.setdefault(name, set()).add(written_as.get(declared.type, declared.type))
    assert {name: found for name, found in types.items() if len(found) > 1} == {}
