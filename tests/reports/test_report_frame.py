"""A report as a sequence of diagnoses and as a DataFrame."""

from dataclasses import replace

import pandas as pd
import pytest
from support.paths import FIXTURES, FOUNDING
from support.sample_report import lead, phone, report

import lyncphone_logs as lp
from lyncphone_logs.reports.report import Report

COLUMNS = [
    "phone", "code", "name", "title", "verdict", "score", "severity", "first_seen", "last_seen", "count", "source",
    "line",
]  # fmt: skip


def test_a_report_is_the_sequence_of_its_diagnoses() -> None:
    found = lp.diagnose(*sorted(FIXTURES.glob("*/*/trace.log")), year=2013)
    assert len(found.phones) > 1
    assert found.diagnoses == tuple(each for phone in found.phones for each in phone.diagnoses)
    assert [*found] == [*found.diagnoses]
    assert len(found) == len(found.diagnoses) > 10


def test_the_frame_has_a_row_for_each_diagnosis() -> None:
    found = lp.diagnose(FOUNDING)
    frame = found.to_frame()
    assert list(frame.columns) == COLUMNS
    assert frame["code"].tolist() == [each.rule.code for each in found]
    first = frame.iloc[0]
    assert (first["code"], first["verdict"], first["source"], first["line"]) == ("TLS001", "likely", str(FOUNDING), 1)
    assert first["phone"] == found.phones[0].id
    assert first["score"] == found.diagnoses[0].score


def test_verdicts_and_severities_compare() -> None:
    frame = lp.diagnose(FOUNDING).to_frame()
    assert frame[frame.verdict >= "likely"]["code"].tolist() == ["TLS001"]
    assert frame[frame.verdict < "possible"]["verdict"].eq("unlikely").all()
    assert (frame.severity >= "warning").all()


def test_an_empty_report_has_the_same_columns_and_types() -> None:
    empty: Report = replace(report(), phones=())
    assert (len(empty), [*empty]) == (0, [])
    full = lp.diagnose(FOUNDING).to_frame()
    assert empty.to_frame().dtypes.to_dict() == full.dtypes.to_dict()
    assert pd.concat([empty.to_frame(), full]).dtypes.to_dict() == full.dtypes.to_dict()


def test_a_symptom_that_is_in_no_trace_has_no_line() -> None:
    stated = lead().evidence[0].event._replace(line=0)
    found = replace(lead(), evidence=(replace(lead().evidence[0], event=stated),))
    frame = replace(report(), phones=(replace(phone(), diagnoses=(found, replace(found, evidence=()))),)).to_frame()
    assert frame["line"].isna().all()
    assert frame["source"].isna().tolist() == [False, True]


def test_other_programs_load_the_frame() -> None:
    frame = lp.diagnose(FOUNDING).to_frame()
    assert len(frame.drop_duplicates()) == len(frame)
    pytest.importorskip("pyarrow")
    polars = pytest.importorskip("polars")
    assert polars.from_pandas(frame).columns == COLUMNS
