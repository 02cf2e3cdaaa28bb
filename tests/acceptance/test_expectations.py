"""Compares how real lines are read with what a person reads in them: expectations/<family>.toml.

A table gives, for each log line of a file, the family, and component, severity and time if the line has them. `year` is
the value for `--year`. `other` are the lines that are not log lines: prose, continuations, output of programs. The
lines themselves are in the corpus outside the repository; without it, these tests are skipped.
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
MIN_SHARE_RIGHT = 0.95
CASES = {"field", "field_min"}
"""Folders of complete cases instead of lines of one family."""


class Expected(NamedTuple):
    """The table of one file: log lines by number, numbers of other lines, how often each number is listed."""

    file: str
    year: int
    lines: dict[int, dict[str, Any]]
    other: list[int]
    listed: Counter[int]


def files_of(table: Path) -> list[Expected]:
    declared = {"line": [], "other": {}} | tomllib.loads(table.read_text(encoding="utf-8"))
    assert {line["file"] for line in declared["line"]} | declared["other"].keys() <= declared["year"].keys()
    files = []
    for file, year in declared["year"].items():
        lines = [line for line in declared["line"] if line["file"] == file]
        other = declared["other"].get(file, [])
        numbers = Counter([*(line["line"] for line in lines), *other])
        files.append(Expected(file, year, {line["line"]: expected_values(line) for line in lines}, other, numbers))
    return files


def expected_values(line: dict[str, Any]) -> dict[str, Any]:
    time = {"time": datetime.fromisoformat(line["time"])} if "time" in line else {}
    return {name: value for name, value in line.items() if name not in {"file", "line"}} | time


FILES = [expected for table in TABLES for expected in files_of(table)]

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not next to the project")
of_each_file = pytest.mark.parametrize("expected", FILES, ids=lambda expected: expected.file)


@cache
def read(file: str, year: int) -> tuple[lp.Event, ...]:
    return tuple(lp.read_trace(str(CORPUS / file), year=year).events())


def events_of(expected: Expected) -> dict[int, lp.Event]:
    """The first event that starts on each line."""
    return {event.line: event for event in reversed(read(expected.file, expected.year))}


def values(event: lp.Event) -> dict[str, Any]:
    found = {name: getattr(event, name) for name in ("grammar", "component", "severity", "time")}
    return {name: value for name, value in found.items() if value}


def test_every_family_of_the_corpus_has_its_table() -> None:
    families = {path.parent.name for path in CORPUS.glob("*/*.log")}
    assert families - {expected.file.partition("/")[0] for expected in FILES} - CASES == set()


@of_each_file
def test_a_table_lists_every_line_once(expected: Expected) -> None:
    lines = (CORPUS / expected.file).read_text(encoding="utf-8").split("\n")
    assert expected.listed == Counter(number for number, line in enumerate(lines, start=1) if line.strip())


@of_each_file
def test_no_line_is_lost(expected: Expected) -> None:
    left = bytearray((CORPUS / expected.file).read_bytes())
    for start, length in (span for event in read(expected.file, expected.year) for span in event.spans):
        assert left[start : start + length].strip(), f"the {length} bytes from offset {start} are in two events"
        left[start : start + length] = b" " * length
    assert not left.strip()
    assert expected.lines.keys() <= events_of(expected).keys()


@of_each_file
def test_no_line_is_read_by_the_grammar_of_another_family(expected: Expected) -> None:
    read_by = {number: event.grammar for number, event in events_of(expected).items() if event.grammar}
    families = {number: line["grammar"] for number, line in expected.lines.items()}
    assert {number: name for number, name in read_by.items() if families.get(number) != name} == {}


@of_each_file
def test_family_time_component_and_severity_are_those_a_person_reads(expected: Expected) -> None:
    events = events_of(expected)
    wrong = {
        number: (found, line) for number, line in expected.lines.items() if (found := values(events[number])) != line
    }
    right = len(expected.lines) - len(wrong)
    print(f"{expected.file}: {right} of {len(expected.lines)} log lines are read as a person reads them")
    assert right >= MIN_SHARE_RIGHT * len(expected.lines), wrong
