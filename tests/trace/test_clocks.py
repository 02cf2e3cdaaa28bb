"""Years, nights, clocks that were never set, periods and merges: fixtures/time tells what each line should come to.

All lines are synthetic.
"""

import itertools
import json
import os
import shutil
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.paths import CORPUS, FIXTURES
from typer.testing import CliRunner

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import app
from lyncphone_logs.errors import InputError
from lyncphone_logs.events.batch import COLUMNS, Batch
from lyncphone_logs.events.event import Event
from lyncphone_logs.sources.source import InMemorySource
from lyncphone_logs.timestamps import correction
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.timestamps.stated_dates import stated_dates
from lyncphone_logs.timestamps.zones import Zone, Zones
from lyncphone_logs.trace import ordering, parallel, read_plan, survey
from lyncphone_logs.trace.parallel import slices_of

CLOCKS = FIXTURES / "time"
CASES = tomllib.loads((CLOCKS / "expected.toml").read_text(encoding="utf-8"))["case"]
NIGHTS = tomllib.loads((CLOCKS / "nights.toml").read_text(encoding="utf-8"))
LINE = "{} synthetic-phone local7.info voip_task[440]: CC       : INFO - {}"


def saved(path: Path, moment: datetime) -> Path:
    seconds = moment.replace(tzinfo=UTC).timestamp()
    os.utime(path, (seconds, seconds))
    return path


def read(*paths: Path, **how: Any) -> list[Event]:
    return list(lp.read_trace(*paths, **how).events())


def write(path: Path, *stamps: str) -> Path:
    path.write_text("\n".join(LINE.format(stamp, number) for number, stamp in enumerate(stamps)), encoding="utf-8")
    return path


def messages(events: list[Event]) -> list[str]:
    return [event.message for event in events]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']}: {case['says']}")
def test_each_line_has_the_year_the_quality_and_the_segment_that_a_reader_would_give_it(
    case: dict[str, Any], tmp_path: Path
) -> None:
    path = saved(Path(shutil.copy(CLOCKS / case["file"], tmp_path)), case["saved"])
    found = [
        [
            str(event.time),
            "=" if event.time_corrected == event.time else str(event.time_corrected or ""),
            event.time_quality,
            event.segment,
        ]
        for event in read(path, year=case.get("year", 0))
    ]
    assert found == case["lines"]


def test_the_assumed_year_is_printed_with_what_it_rests_on(tmp_path: Path) -> None:
    for name, moment, rests_on in (
        ("new-year.log", datetime(2014, 1, 3, 9), "year 2014 assumed from file time (--year to change)"),
        (
            "leap-day.log",
            datetime(2014, 3, 2),
            "year 2012 assumed from file time and a 29 February (--year to change)",
        ),
        (
            "dated-nearby.log",
            datetime(2020, 6, 1),
            "year 2012 assumed from dated lines (--year to change)",
        ),
        (
            "midnight.log",
            datetime(2013, 7, 12, 23),
            "last day 2013-07-12 assumed from file time",
        ),
    ):
        path = saved(Path(shutil.copy(CLOCKS / name, tmp_path)), moment)
        report = lp.diagnose(lp.read_trace(path))
        assert f"{path}: {rests_on}" in report.notes


def test_a_stated_year_without_the_29_february_of_the_trace_is_said_to_be_wrong() -> None:
    report = lp.diagnose(lp.read_trace(CLOCKS / "leap-day.log", year=2013))
    assert f"{CLOCKS / 'leap-day.log'}: the trace has a 29 February, but the given year 2013 has none" in report.notes


@pytest.mark.parametrize("name", NIGHTS)
def test_in_the_nights_of_ten_zones_each_line_has_its_utc_or_says_why_not(name: str) -> None:
    night = NIGHTS[name]
    events = read(CLOCKS / name, year=2013, tz=night["tz"])
    assert [[str(each.time), str(each.time_utc or ""), each.time_quality] for each in events] == night["lines"]


def test_ten_zones_are_looked_at_in_both_directions() -> None:
    lines = list(itertools.chain.from_iterable(night["lines"] for night in NIGHTS.values()))
    assert len(NIGHTS) == 10
    assert sum(quality == "nonexistent" for _, _, quality in lines) == 9


def test_a_pass_that_nothing_tells_is_ambiguous_and_printed() -> None:
    trace = lp.read_trace(CLOCKS / "quiet-night.log", year=2013, tz="Europe/Berlin")
    events = list(trace.events())
    assert [str(each.time_utc or "") for each in events] == ["2013-10-26 23:59:00", "", "2013-10-27 02:01:00"]
    assert [each.time_quality for each in events] == ["assumed-year", "ambiguous", "assumed-year"]
    assert any("occurs twice in Europe/Berlin" in each for each in trace.assumptions)


def test_without_a_zone_no_utc_is_made_up() -> None:
    assert {each.time_utc for each in read(CLOCKS / "quiet-night.log", year=2013)} == {None}


@pytest.mark.parametrize("held", [0, 2000, 32_768])
def test_what_waits_for_later_lines_is_bounded(held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction, "MAX_HELD_ROWS", held)
    unset = [f"1970-01-01T00:{minute:02}:{second:02}Z" for minute in range(60) for second in range(60)]
    path = write(tmp_path / "trace.log", *unset, "2013-07-09T12:00:00Z")
    events = read(path)
    assert [each.line for each in events] == list(range(1, len(unset) + 2))
    assert {each.time_quality for each in events[:-1]} == {"unset"}
    known = [each for each in events[:-1] if each.time_corrected]
    assert len(known) == len(unset) if held == 32_768 else len(known) < len(unset)
    shifts = {event.time_corrected - event.time for event in known if event.time and event.time_corrected}
    assert shifts <= {datetime(2013, 7, 9, 12) - datetime(1970, 1, 1, 0, 59, 59)}


def test_the_new_year_is_no_clock_that_was_never_set(tmp_path: Path) -> None:
    path = write(tmp_path / "trace.log", "Dec 31 23:59:00", "Jan  1 00:00:03", "Jan  4 00:00:00")
    assert [each.time_quality for each in read(path, year=2014)] == ["assumed-year"] * 3


def test_a_clock_that_starts_again_tells_nothing_of_the_start_before(tmp_path: Path) -> None:
    path = write(
        tmp_path / "trace.log",
        "1970-01-01T00:09:00Z",
        "1970-01-01T00:00:01Z",
        "1970-01-01T00:00:03Z",
        "2013-07-09T12:00:00Z",
    )
    assert [str(each.time_corrected or "") for each in read(path)] == [
        "",
        "2013-07-09 11:59:58",
        "2013-07-09 12:00:00",
        "2013-07-09 12:00:00",
    ]


@pytest.mark.parametrize(
    ("stamps", "expected", "quality"),
    [
        (("9/7/2013 1:02:03:45",), "2013-07-09 01:02:03.045000", "assumed-date"),
        (("9/7/2013 1:02:03:45", "13/7/2013 1:02:03:45"), "2013-07-09 01:02:03.045000", "exact"),
        (("9/7/2013 1:02:03:45", "7/13/2013 1:02:03:45"), "2013-09-07 01:02:03.045000", "exact"),
        (("09/07/2013 01:02:03", "31/07/2013 01:02:03"), "2013-07-09 01:02:03", "exact"),
    ],
)
def test_the_order_of_day_and_month_is_that_of_other_dates_or_assumed_and_printed(
    stamps: tuple[str, ...], expected: str, quality: str, tmp_path: Path
) -> None:
    path = tmp_path / "trace.log"
    path.write_text(
        "".join(f"Sent to udp:192.0.2.1:5060 at {stamp} (9 bytes):\n" for stamp in stamps), encoding="utf-8"
    )
    trace = lp.read_trace(path)
    event = next(trace.events())
    assert (str(event.time), event.time_quality) == (expected, quality)
    printed = f"{path}: {stamps[0]} is read as 09 July 2013: the order of day and month is not known"
    assert (printed in trace.assumptions) is (quality == "assumed-date")


@pytest.mark.parametrize("turned", [False, True])
def test_several_files_are_one_stream_by_utc_whatever_their_order_on_the_command_line(turned: bool) -> None:
    paths = [CLOCKS / "newer.log", CLOCKS / "older.log"]
    events = read(*(reversed(paths) if turned else paths), year=2013, tz="older.log=Europe/Berlin")
    assert messages(events) == [
        "the first",
        "a second later",
        "at the same time, in the second file",
        "at the same time, in the first file",
        "three seconds later",
        "the last",
    ]


def test_files_of_one_zone_are_merged_as_they_write_and_that_is_printed(tmp_path: Path) -> None:
    write(tmp_path / "a.log", "Jul  9 12:00:00", "Jul  9 12:00:03")
    write(tmp_path / "b.log", "Jul  9 12:00:01", "Jul  9 12:00:00", "Jul  9 12:00:02")
    trace = lp.read_trace(tmp_path, year=2013)
    found = [(Path(each.source).name, each.line) for each in trace.events()]
    assert found == [("a.log", 1), ("b.log", 1), ("b.log", 2), ("b.log", 3), ("a.log", 2)]
    assert any("are assumed to be in one time zone" in each for each in trace.assumptions)


@pytest.mark.parametrize("most_open", [1, 2, 64])
def test_rotated_files_follow_each_other_by_time_not_by_name(
    most_open: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "MAX_OPEN_SOURCES", most_open)
    for number, day in enumerate((9, 3, 6, 1)):
        write(tmp_path / f"{number}.log", f"Jul  {day} 12:00:00", f"Jul  {day} 13:00:00")
    trace = lp.read_trace(tmp_path, year=2013)
    assert [each.time.day for each in trace.events() if each.time] == [1, 1, 3, 3, 6, 6, 9, 9]
    assert not any("one time zone" in each for each in trace.assumptions)


def test_the_jobs_of_a_large_trace_and_one_process_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_plan, "MIN_PARALLEL_BYTES", 0)
    monkeypatch.setattr(parallel, "slices_of", lambda source, grammars=(): slices_of(source, 20_000, grammars))
    stamps = [f"Dec 31 {hour:02}:{minute:02}:00" for hour in range(24) for minute in range(60)]
    stamps += [f"Jan  2 {hour:02}:{minute:02}:00" for hour in range(24) for minute in range(60)]
    stamps += [f"Jan  1 00:{minute:02}:{second:02}" for minute in range(2) for second in range(60)]
    stamps += [f"Jul  9 12:{minute:02}:{second:02}" for minute in range(10) for second in range(60)]
    path = write(tmp_path / "trace.log", *stamps)
    reports = [lp.diagnose(lp.read_trace(path, year=2013, full=True, jobs=jobs)).to_json() for jobs in (1, 2)]
    assert reports[0] == reports[1]
    assert "of a clock that was never set (120)" in reports[0]
    assert {phone.boots[0].first for phone in lp.diagnose(lp.read_trace(path, year=2013)).phones} == {
        datetime(2012, 12, 31)
    }


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("", "", [0, 1, 2, 3]),
        ("2013-07-09", "2013-07-09", [1, 2]),
        ("2013-07-09T12:00", "", [2, 3]),
        ("2013-07-09 12:00:01", "", [3]),
        ("", "2013-07-09T12:00:00", [0, 1, 2]),
        ("08:00", "", [3]),
        ("-20h", "", [2, 3]),
        ("-1d", "-19h", [2]),
        ("22:00", "07:00", []),
        ("22:00", "09:00", [3]),
    ],
)
def test_lines_outside_of_the_period_are_left_out_counted_and_told(
    since: str, until: str, expected: list[int], tmp_path: Path
) -> None:
    path = write(tmp_path / "trace.log", "Jul  8 23:00:00", "Jul  9 06:00:00", "Jul  9 12:00:00", "Jul 10 08:00:00")
    trace = lp.read_trace(path, year=2013, since=since, until=until)
    assert messages(list(trace.events())) == [str(number) for number in expected]
    ((source, tally),) = trace.inputs
    assert tally.outside_lines == 4 - len(expected)
    assert tally.account.total == source.bytes
    assert any("lines outside --since" in each for each in trace.assumptions) is (len(expected) < 4)


def test_a_period_with_a_zone_is_compared_with_utc(tmp_path: Path) -> None:
    path = write(tmp_path / "trace.log", "Jul  9 12:00:00", "Jul  9 12:00:01")
    how: dict[str, Any] = {"year": 2013, "tz": "Europe/Berlin", "since": "2013-07-09T10:00:01Z"}
    assert messages(read(path, **how)) == ["1"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"tz": "Europe/Berln"}, "did you mean Europe/Berlin?"),
        ({"tz": "other.log=Europe/Berlin"}, "no input is called other.log"),
        ({"tz": ["UTC", "+01:00"]}, "two time zones are given"),
        ({"tz": "../etc/passwd"}, "unknown time zone"),
        ({"since": "yesterday"}, "'yesterday' is not a time"),
        ({"since": "2013-07-09", "until": "2013-07-08"}, "is before --since"),
        ({"since": "2013-02-30"}, "is not a time"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_error(how: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = write(tmp_path / "trace.log", "Jul  9 12:00:00")
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        read(path, year=2013, **how)


def test_a_time_before_the_end_of_standard_input_is_refused() -> None:
    result = CliRunner().invoke(app, ["events", "-", "--since", "-2h"], input="x\n")
    assert isinstance(result.exception, InputError)
    assert "is relative to the end of the trace" in str(result.exception)


def test_the_command_line_takes_zone_and_period(tmp_path: Path) -> None:
    path = write(tmp_path / "trace.log", "Jul  9 12:00:00", "Jul  9 12:00:05")
    words = ["events", str(path), "--year", "2013", "--tz", "Europe/Berlin", "--since", "12:00:05", "-f", "jsonl"]
    result = CliRunner().invoke(app, words)
    (line,) = result.stdout.strip().split("\n")
    assert json.loads(line)["time_utc"] == "2013-07-09T10:00:05.000000"


def numbered(*lines: tuple[int, int]) -> str:
    stamp = "2013-07-09 12:00:{:02}\tLocal7.Info\tsynthetic-phone\t[S={}] [SID=000001:1:1] (N {}) synthetic\n"
    return "".join(stamp.format(second, number, number) for number, second in lines)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(1, 0), (2, 0), (3, 0)], [1, 2, 3]),
        ([(1, 0), (3, 0), (2, 1), (4, 1)], [1, 2, 3, 4]),
        ([(1, 0), (4, 0), (3, 1), (2, 1), (5, 1)], [1, 2, 3, 4, 5]),
        ([(1, 0), (3, 0), (2, 9), (4, 9)], [1, 3, 2, 4]),
        ([(8, 0), (9, 0), (1, 1), (2, 1)], [8, 9, 1, 2]),
        ([(7, 0), (9, 0), (7, 1), (8, 1)], [7, 9, 7, 8]),
    ],
)
def test_a_late_line_goes_where_its_number_fills_a_hole(
    lines: list[tuple[int, int]], expected: list[int], tmp_path: Path
) -> None:
    path = tmp_path / "trace.log"
    path.write_text(numbered(*lines), encoding="utf-8")
    trace = lp.read_trace(path, year=2013)
    assert [each.sequence for each in trace.events()] == expected
    assert trace.inputs[0].tally.account.total == path.stat().st_size


@pytest.mark.parametrize("window", [100, 1000, 65536])
def test_late_lines_are_put_right_wherever_windows_end(
    window: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lyncphone_logs.parsing.reader.WINDOW", window)
    monkeypatch.setattr("lyncphone_logs.parsing.reader.ALONE", 1)
    numbers = list(range(1, 201))
    for place in range(5, 195, 10):
        numbers[place], numbers[place + 4] = numbers[place + 4], numbers[place]
    path = tmp_path / "trace.log"
    path.write_text(numbered(*((number, 7) for number in numbers)), encoding="utf-8")
    assert [each.sequence for each in lp.read_trace(path, year=2013).events()] == list(range(1, 201))


@pytest.mark.parametrize(
    ("path", "zone"),
    [
        ("logs/a/trace.log", "+01:00"),
        ("logs/a/b/trace.log", "+01:00"),
        ("logs/trace.log", "+02:00"),
        ("elsewhere/phone.log", "+03:00"),
        ("elsewhere/other.log", "UTC"),
        ("-", "UTC"),
    ],
)
def test_the_zone_of_the_nearest_name_counts(path: str, zone: str) -> None:
    zones = Zones(["UTC", "logs=+02:00", "logs/a/=+01:00", "phone.log=+03:00"])
    found = zones.of(path)
    assert found is not None
    assert found.name == zone
    assert Zones(["logs=UTC"]).of("other/trace.log") is None


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("+02:00", "10:00"), ("-0530", "17:30"), ("+5", "07:00"), ("UTC+2", "10:00"), ("GMT-3:30", "15:30"),
        ("Z", "12:00"), ("Asia/Kolkata", "06:30"),
    ],
)  # fmt: skip
def test_a_zone_is_a_name_or_a_distance(name: str, utc: str) -> None:
    assert f"{Zone(name).utc(datetime(2013, 7, 9, 12)):%H:%M}" == utc


@given(
    st.datetimes(datetime(1975, 1, 1), datetime(2037, 1, 1)),
    st.sampled_from(["Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]),
)
def test_utc_comes_back_to_the_time_of_the_zone_unless_that_is_left_out(moment: datetime, name: str) -> None:
    zone = Zone(name)
    first, second = (zone.utc(moment, fold) for fold in (0, 1))
    assert first is not None
    back = first.replace(tzinfo=UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert (back == moment) is (zone.quality(moment) != "nonexistent")
    assert (first == second) is (zone.quality(moment) == "")


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=9), min_size=2, max_size=4),
    st.integers(1, 3),
)
def test_a_merge_keeps_every_row_and_the_order_of_each_source(
    sources: list[list[tuple[int, bool]]], most_open: int
) -> None:
    def batch(name: str, rows: list[tuple[int, bool]]) -> Batch:
        columns: dict[str, list[Any]] = {each: [None] * len(rows) for each in COLUMNS}
        columns["time_corrected"] = [datetime(2013, 7, 9, 12, 0, second) if known else None for second, known in rows]
        columns["line"] = list(range(len(rows)))
        return Batch(name, columns, [""] * len(rows))

    streams = [
        ordering.Stream(None, None, iter([batch(str(number), rows[:3]), batch(str(number), rows[3:])]))
        for number, rows in enumerate(sources)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "MAX_OPEN_SOURCES", most_open)
        batches = list(ordering.merge(streams))
    for number, rows in enumerate(sources):
        found = [time for each in batches if each.source == str(number) for time in each.columns["time_corrected"]]
        assert found == [datetime(2013, 7, 9, 12, 0, second) if known else None for second, known in rows]
    known = [time for each in batches for time in each.columns["time_corrected"] if time]
    if most_open > len(sources) and all(rows == sorted(rows) for rows in sources):
        assert known == sorted(known)


def test_new_years_of_standard_input_count_from_the_stated_year_and_that_is_printed() -> None:
    text = "".join(
        LINE.format(stamp, "x") + "\n" for stamp in ("Dec 31 23:59:58", "Jan  1 00:00:01", "Feb  3 10:00:00")
    )
    words = ["events", "-", "--year", "2013", "-f", "jsonl"]
    result = CliRunner().invoke(app, words, input=text)
    assert [json.loads(line)["time"] for line in result.stdout.strip().split("\n")] == [
        "2013-12-31T23:59:58.000000",
        "2014-01-01T00:00:01.000000",
        "2014-02-03T10:00:00.000000",
    ]
    assert "the stated year is that of its first line" in result.stderr


def test_a_clock_that_is_set_after_the_start_is_no_fault_of_the_sign_in(tmp_path: Path) -> None:
    path = saved(Path(shutil.copy(CLOCKS / "set-once.log", tmp_path)), datetime(2013, 7, 10))
    (phone,) = lp.diagnose(lp.read_trace(path)).phones
    assert {each.stage: each.state for each in phone.boots[0].journey}["time"] == "passed"
    assert "time-server-unreachable" not in {each.rule.name for each in phone.diagnoses}


class Member(InMemorySource):
    """Text that lies in an archive: it has a time, and is read from its beginning."""

    modified = datetime(2014, 1, 3)


def test_what_lies_in_an_archive_is_looked_into_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "MAX_SAMPLES", 4)
    stamps = [f"Dec {day} {hour:02}:00:00" for day in (30, 31) for hour in range(24)]
    stamps += [f"Jan  {day} {hour:02}:30:00" for day in (1, 2) for hour in range(24)]
    text = "".join(LINE.format(stamp, "x" * 2000) + "\n" for stamp in stamps)
    grammars = {grammar.name: grammar for grammar in read_catalog().grammars}
    found, _ = survey.sample_timestamps(Member(text, "trace.log"), grammars, Anchor(datetime(2014, 12, 31), "--year"))
    assert found.first is not None
    assert (found.first.date(), found.year) == (datetime(2013, 12, 30).date(), 2014)
    assert found.anchor.latest is not None
    assert found.anchor.latest < datetime(2014, 12, 30)


def events_of(text: str, saved_at: datetime = datetime(2014, 1, 3)) -> list[Event]:
    """The events of a file, derived ones included."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "trace.log")
        path.write_text(text, encoding="utf-8")
        return list(lp.read_trace(saved(path, saved_at)).events(derived=True))


VIEWER = "09:31:57.000  192.0.2.9  local0.notice  [S=20]  [SID=0a1b2c:36:1001]  (N 700)  TLSSocket: connected"
BLANK = " " * 69
TRAILERS = [
    "{0}",
    "(N 701)  TLSSocket: closed  {0}",
    "-> closed {0}",
    "-> closed\n" + BLANK + "{0}",
    "{0}\n" + BLANK + "x",
]


def device_stamp(moment: datetime, day_first: bool, has_year: bool, blank: str) -> str:
    day = ("%d-%m" if day_first else "%m-%d") + ("-%Y" if has_year else "")
    return f"[Time:{blank}{moment:{day}@%H:%M:%S}.810{blank}]"


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize(("day_first", "has_year"), [*itertools.product([True, False], repeat=2)])
@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize("saved_at", [datetime(2021, 7, 1), datetime(2026, 11, 29)])
def test_a_device_stamp_on_any_line_of_a_datagram_dates_it_and_convicts_no_clock(
    trailer: str, day_first: bool, has_year: bool, blank: str, saved_at: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "trace.log"
    moments = [datetime(2021, 3, 2, 9, 31, 56), datetime(2021, 3, 30, 9, 31, 56)]
    stamps = [device_stamp(moment, day_first, has_year, blank) for moment in moments]
    path.write_text("".join(f"{VIEWER}\n{BLANK}{trailer.format(stamp)}\n" for stamp in stamps), encoding="utf-8")
    events = list(lp.read_trace(saved(path, saved_at)).events(derived=True))
    year = 2021 if has_year else saved_at.year
    times = {moment.replace(year=year, microsecond=810_000) for moment in moments}
    assert {event.time for event in events} == times
    assert {event.time_quality for event in events} == {"exact" if has_year else "assumed-year"}
    assert not [event.kind for event in events if event.kind.startswith("time.")]
    assert {event.received.date() for event in events if event.received} == {time.date() for time in times}


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2038, 1, 1)),
    st.datetimes(datetime(2012, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["%b %d %H:%M:%S", "%d-%m@%H:%M:%S.000"]),
)
def test_no_assumed_date_convicts_a_clock(phone: datetime, collector: datetime, form: str) -> None:
    """Neither the day nor the year of a file says when a clock was set."""
    outer = f"{collector:%H:%M:%S}.000  192.0.2.9  local0.notice  [S=20]  [SID=0a1b2c:36:1001]  (N 700)  x"
    inner = f"[Time:{phone:%d-%m@%H:%M:%S}.810]" if "@" in form else ""
    text = f"{outer} {inner}\n"
    events = events_of(text)
    assert not [event.kind for event in events if event.kind.startswith("time.")]


@given(st.datetimes(datetime(2001, 1, 1), datetime(2009, 12, 31)))
def test_an_old_date_alone_is_no_clock_that_was_never_set(moment: datetime) -> None:
    days = [moment + timedelta(minutes=minute) for minute in range(3)]
    text = "".join(LINE.format(f"{day:%Y-%m-%dT%H:%M:%S}Z", "x") + "\n" for day in days)
    events = events_of(text)
    assert [event.time_quality for event in events] == ["exact"] * 3


@pytest.mark.parametrize("start", ["1970-01-01T00:00:05Z", "1969-12-31T19:00:05Z", "1970-02-03T04:05:06Z"])
def test_the_epoch_is_a_clock_that_was_never_set(start: str) -> None:
    events = events_of(LINE.format(start, "x") + "\n")
    assert [event.kind for event in events] == ["log.message", "time.clock.unset"]


@given(
    st.datetimes(datetime(2001, 1, 9), datetime(2009, 12, 1)), st.datetimes(datetime(2010, 1, 1), datetime(2038, 1, 1))
)
def test_an_old_date_that_is_later_left_by_a_step_was_never_set(old: datetime, new: datetime) -> None:
    stamps = (old, old + timedelta(seconds=4), new)
    text = "".join(LINE.format(f"{stamp:%Y-%m-%dT%H:%M:%S}Z", "x") + "\n" for stamp in stamps)
    events = events_of(text)
    assert [event.time_quality for event in events if not event.derived] == ["unset", "unset", "exact"]
    assert [event.kind for event in events if event.derived] == [
        "time.clock.unset",
        "time.clock.stepped",
        "time.clock.set",
    ]
    assert events[0].time_corrected == new.replace(microsecond=0) - timedelta(seconds=4)


HEADING = "|== Syslogd TNP== {:%a %b %d %H:%M:%S %Y}"


@given(st.lists(st.datetimes(datetime(2010, 2, 1), datetime(2037, 1, 1)), min_size=1, max_size=4), st.booleans())
@pytest.mark.slow
def test_a_heading_dates_the_lines_below_it_until_the_next_one(headings: list[datetime], starts_unset: bool) -> None:
    headings = [moment.replace(microsecond=0) for moment in headings]
    days = [*([datetime(2009, 12, 16, 3, 43, 3)] if starts_unset else []), *headings]
    lines, expected = [], []
    for day in days:
        below = [day + timedelta(minutes=minute) for minute in (0, 1, 600)]
        lines += [HEADING.format(day), "=" * 52]
        lines += [f"{number}: NOT {moment:%H:%M:%S.%f} tftpClient: x" for number, moment in enumerate(below, 531)]
        expected += [(moment, moment.year == 2009) for moment in below]
    events = events_of("\n".join(lines) + "\n")
    found = [
        (event.time, event.time_quality == "unset") for event in events if event.level == "NOT" and not event.derived
    ]
    assert found == expected


def test_the_factory_date_of_a_family_is_not_that_of_another() -> None:
    line = LINE.format("2009-12-16T03:43:03Z", "x") + "\n"
    (event,) = events_of(line)
    assert event.time_quality == "exact"


def cisco_line(number: int, stamp: str, text: str) -> str:
    return f"{number} NOT {stamp} (618:910) JAVA-configmgr MQThread|cip.cfg.Config:  - {text}"


def ways_to_state(moment: datetime) -> dict[str, str]:
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    return {
        f"Received HTTP/1.1 200 OK^M Date: {moment:%a, %d %b %Y %H:%M:%S} GMT^M": "a Date header",
        f"[SipConfig] beginDownloadConfig-time:{seconds}600": "a Unix time in the text",
        f'{{"time":  {seconds}, "key": "x"}}': "a Unix time in the text",
        f"setting time to {moment:%Y-%m-%d %H:%M:%S}.123456 (offset +0.1s)": "a full date in the text",
    }


@given(
    st.datetimes(datetime(2010, 1, 3), datetime(2033, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.integers(0, 3),
    st.integers(-12, 14),
    st.booleans(),
    st.datetimes(datetime(2011, 1, 1), datetime(2033, 1, 1)),
)
def test_the_trace_itself_states_the_year_before_the_time_of_the_file_does(
    moment: datetime, way: int, zone: int, is_before: bool, saved_at: datetime
) -> None:
    text, what = [*ways_to_state(moment).items()][way]
    local = moment + timedelta(hours=zone)
    moments = [local + timedelta(seconds=second) for second in range(3)]
    texts = [text, "x", "x"] if is_before else ["x", "x", text]
    lines = [cisco_line(101 + n, f"{at:%b %d %H:%M:%S}.600001", texts[n]) for n, at in enumerate(moments)]
    events = [event for event in events_of("\n".join(lines) + "\n", saved_at) if not event.derived]
    is_leap_day = (2, 29) in {(at.month, at.day) for at in moments}
    assert is_leap_day or [event.time and event.time.replace(microsecond=0) for event in events] == moments, what


@given(
    st.datetimes(datetime(2010, 1, 3), datetime(2033, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.integers(0, 2),
    st.integers(-11, 11),
)
def test_the_trace_itself_states_the_day(moment: datetime, way: int, zone: int) -> None:
    text, _ = [*ways_to_state(moment).items()][way]
    local = moment + timedelta(hours=zone)
    moments = [local + timedelta(seconds=second) for second in range(3)]
    lines = [cisco_line(101 + n, f"{at:%H:%M:%S}.600001", text if n == 1 else "x") for n, at in enumerate(moments)]
    events = [event for event in events_of("\n".join(lines) + "\n") if not event.derived]
    assert [event.time and event.time.replace(microsecond=0) for event in events] == moments


def test_the_note_says_what_states_the_year_and_a_stated_year_counts_more(tmp_path: Path) -> None:
    moment = datetime(2019, 11, 29, 9, 31, 57)
    for text, what in ways_to_state(moment).items():
        path = tmp_path / "trace.log"
        path.write_text(cisco_line(1, "Nov 29 09:31:57.600001", text) + "\n", encoding="utf-8")
        report = lp.diagnose(lp.read_trace(saved(path, datetime(2026, 11, 30))))
        assert f"{path}: year 2019 assumed from {what} (--year to change)" in report.notes
        (event,) = read(path, year=2018)
        assert str(event.time).startswith("2018")


@pytest.mark.parametrize(
    "text",
    ["notAfter 2031-06-01 10:00:00", "Last-Modified: Fri, 01 Jun 2012 10:00:00 GMT", "expire-time:1893456000"],
)
def test_any_other_date_in_the_text_states_no_year(text: str) -> None:
    line = cisco_line(1, "Nov 29 09:31:57.600001", text) + "\n"
    assert events_of(line)[0].time == datetime(2013, 11, 29, 9, 31, 57, 600_001)


def test_one_date_in_the_text_of_a_large_file_states_its_year() -> None:
    start = datetime(2019, 11, 29, 9)
    moments = [start + timedelta(seconds=second) for second in range(3000)]
    texts = ["x" * 60] * 3000
    texts[1234] = "setting time to 2019-11-29 09:20:34"
    lines = [cisco_line(1 + n, f"{at:%b %d %H:%M:%S}.000001", texts[n]) for n, at in enumerate(moments)]
    assert {event.time.year for event in events_of("\n".join(lines) + "\n") if event.time} == {2019}


MINIMAL = CORPUS / "field_min"
REAL_TIMES = {
    "K01": ("2026-03-02 09:31:56.810000", "assumed-year"),
    "K01a": ("2026-03-02 09:31:56.810000", "assumed-year"),
    "K01b": ("2026-03-02 09:31:56.810000", "assumed-year"),
    "K01c": ("2026-03-02 09:31:56.810000", "assumed-year"),
    "K01d": ("2026-05-30 09:31:56.810000", "assumed-year"),
    "K09": ("2026-11-29 09:31:57", "exact"),
    "K15": ("2009-12-16 03:43:04.333301", "unset"),
    "K15_set": ("2020-11-11 03:43:04.333301", "assumed-date"),
    "K29": ("2019-11-29 09:31:58.600001", "assumed-year"),
}


@pytest.mark.skipif(not MINIMAL.exists(), reason="needs the real lines")
@pytest.mark.parametrize("name", REAL_TIMES)
def test_the_last_line_of_a_real_shape_has_its_time(name: str, tmp_path: Path) -> None:
    path = saved(Path(shutil.copy(MINIMAL / f"{name}.log", tmp_path)), datetime(2026, 11, 29))
    *_, last = [event for event in lp.read_trace(path).events() if event.grammar]
    assert (str(last.time), last.time_quality) == REAL_TIMES[name]


@pytest.mark.skipif(not MINIMAL.exists(), reason="needs the real lines")
@pytest.mark.parametrize("name", ["field_min/K01a", "field_min/K01b", "field_min/K02", "field/001", "field/003"])
def test_a_healthy_clock_and_a_complete_trace_are_not_convicted(name: str, tmp_path: Path) -> None:
    path = saved(Path(shutil.copy(CORPUS / f"{name}.log", tmp_path)), datetime(2026, 11, 29))
    found = {each.rule.code for phone in lp.diagnose(lp.read_trace(path)).phones for each in phone.diagnoses}
    assert not found & {"TIME002", "LOG003"}


@pytest.mark.parametrize("text", ["time" + " " * 9, 'time":', "Date: ", "Date: Fri, 29 Nov ", "2019-11-29 ", "=1" * 5])
def test_a_long_text_is_searched_for_dates_in_no_time(text: str) -> None:
    started = perf_counter()
    assert list(stated_dates(text * 50_000, 0)) == []
    assert perf_counter() - started < 2


@given(
    st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["{:%Y-%m-%d %H:%M:%S}\tLocal0.Notice\t192.0.2.9\t", "{:%b %d %H:%M:%S} 192.0.2.9 "]),
    st.booleans(),
    st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1)),
)
def test_the_day_of_the_collector_shows_the_order_of_day_and_month(
    moment: datetime, form: str, day_first: bool, saved_at: datetime
) -> None:
    stamp = device_stamp(moment, day_first, has_year=False, blank="")
    line = f"{form.format(moment)}[S=20] [SID=0a1b2c:36:1001]  (N 700)  x {stamp}\n"
    (event, *derived) = events_of(line, saved_at)
    assert not derived
    assert event.time is None or (event.time.month, event.time.day) == (moment.month, moment.day)


@pytest.mark.parametrize("collector", ["Nov 29 09:31:57 192.0.2.9 ", "2026-11-29 09:31:57\tLocal0.Notice\t192.0.2.9\t"])
def test_the_day_of_a_phone_without_its_year_convicts_no_clock(collector: str) -> None:
    line = collector + "[S=20] [SID=0a1b2c:36:1001]  (N 700)  x [Time:25-03@09:31:56.810]\n"
    assert [event.kind for event in events_of(line, datetime(2026, 11, 30))] == ["log.message"]
