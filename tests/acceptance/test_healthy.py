"""Reads a million lines of working phones of all families, and expects no diagnosis."""

from pathlib import Path

import pytest
from support.healthy import RUN, UNINFORMATIVE, healthy_lines

import lyncphone_logs
from lyncphone_logs.catalog import read_catalog

LINES = 1_000_000


@pytest.mark.slow
def test_a_million_healthy_lines_have_no_diagnosis(tmp_path: Path) -> None:
    trace = tmp_path / "healthy.log"
    with trace.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in healthy_lines(LINES))
    report = lyncphone_logs.diagnose(lyncphone_logs.read_trace(trace, year=2013, full=True, jobs=2))
    (read,) = report.inputs
    assert (read.lines, read.events, read.unparsed_lines) == (LINES, LINES, 0)
    assert report.rules_tried == len(read_catalog().rules) >= 64
    assert {phone.vendor for phone in report.phones} == {grammar.vendor for grammar in read_catalog().grammars}
    found = {(phone.vendor, diagnosis.rule.code) for phone in report.phones for diagnosis in phone.diagnoses}
    assert found == {(vendor, "LOG001") for vendor in UNINFORMATIVE}
    assert [note for note in report.notes if "no rule explains" in note] == []


def test_the_healthy_lines_include_every_family() -> None:
    assert set(RUN) == {grammar.name for grammar in read_catalog().grammars}
