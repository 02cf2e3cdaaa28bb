"""Real lines of real phones against what a person reads in them: expectations/<family>.toml, for the corpus beside us.

A table gives for each log line of a file the family, and component, severity and time where the line has them; `year`
is what `--year` is to be, and `other` are the lines that are no log lines: prose, continuations, what programs print.
The copied lines themselves stay in the corpus: without it these tests are skipped.
"""

import tomllib
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.paths import CORPUS

import lyncphone_logs as lp

TABLES = sorted((Path(__file__).parent / "expectations").glob("*.toml"))
ENOUGH = 0.95
CASES = {"field", "field_min"}
"""Folders of complete cases, not of the lines of one family."""


class Expected(NamedTuple):
    """What a table says of one file: its log lines by number, and the numbers of the others."""

    file: str
    year: int
    lines: dict[int, dict[str, Any]]
    other: list[int]
    told: Counter[int]


def files_of(table: Path) -> list[Expected]:
    told = {"line": [], "other": {}} | tomllib.loads(table.read_text(encoding="utf-8"))
    assert {line["file"] for line in told["line"]} | told["other"].keys() <= told["year"].keys()
    files = []
    for file, year in told["year"].items():
        lines = [line for line in told["line"] if line["file"] == file]
        other = told["other"].get(file, [])
        numbers = Counter([*(line["line"] for line in lines), *other])
        files.append(Expected(file, year, {line["line"]: wanted(line) for line in lines}, other, numbers))
    return files


def wanted(line: dict[str, Any]) -> dict[str, Any]:
    time = {"time": datetime.fromisoformat(line["time"])} if "time" in line else {}
    return {name: value for name, value in line.items() if name not in {"file", "line"}} | time


FILES = [each for table in TABLES for each in files_of(table)]

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
of_each_file = pytest.mark.parametrize("expected", FILES, ids=lambda expected: expected.file)


@cache
def read(file: str, year: int) -> tuple[lp.Event, ...]:
    return tuple(lp.read_trace(str(CORPUS / file), year=year).events())


def events_of(expected: Expected) -> dict[int, lp.Event]:
    """The first event of each line on which one begins."""
    return {event.line: event for event in reversed(read(expected.file, expected.year))}


def values(event: lp.Event) -> dict[str, Any]:
    found = {name: getattr(event, name) for name in ("grammar", "component", "severity", "time")}
    return {name: value for name, value in found.items() if value}


def test_every_family_of_the_corpus_has_its_table() -> None:
    there = {path.parent.name for path in CORPUS.glob("*/*.log")}
    assert there - {expected.file.partition("/")[0] for expected in FILES} - CASES == set()


@of_each_file
def test_a_table_tells_of_every_line_once(expected: Expected) -> None:
    lines = (CORPUS / expected.file).read_text(encoding="utf-8").split("\n")
    assert expected.told == Counter(number for number, line in enumerate(lines, start=1) if line.strip())


@of_each_file
def test_no_line_is_lost(expected: Expected) -> None:
    left = bytearray((CORPUS / expected.file).read_bytes())
    for start, length in (span for event in read(expected.file, expected.year) for span in event.spans):
        assert left[start : start + length].strip(), f"the {length} bytes from {start} on are in two events"
        left[start : start + length] = b" " * length
    assert not left.strip()
    assert expected.lines.keys() <= events_of(expected).keys()


@of_each_file
def test_no_line_is_taken_for_another_familys(expected: Expected) -> None:
    read_by = {number: event.grammar for number, event in events_of(expected).items() if event.grammar}
    families = {number: line["grammar"] for number, line in expected.lines.items()}
    assert {number: name for number, name in read_by.items() if families.get(number) != name} == {}


@of_each_file
def test_family_time_component_and_severity_are_what_a_reader_sees(expected: Expected) -> None:
    events = events_of(expected)
    wrong = {
        number: (found, line) for number, line in expected.lines.items() if (found := values(events[number])) != line
    }
    right = len(expected.lines) - len(wrong)
    print(f"{expected.file}: {right} of {len(expected.lines)} log lines are read as a person reads them")
    assert right >= ENOUGH * len(expected.lines), wrong
