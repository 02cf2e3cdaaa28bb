"""Gaps in the numbers of senders are lost lines; wraps, restarts and late lines are not."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.batch import SequenceRun
from lyncphone_logs.events.event import Event
from lyncphone_logs.parsing.reader import Reader, anchor_of
from lyncphone_logs.parsing.sequence_numbers import MAX_LATE_NUMBERS, SequenceTracker
from lyncphone_logs.sources.source import InMemorySource
from lyncphone_logs.trace.condense import condense
from lyncphone_logs.trace.correlator import Correlator

GRAMMARS = read_catalog().grammars


def cisco(number: int, host: str = "synthetic-phone") -> str:
    return f"Mar  9 18:40:01 {host} {number:04d} DEB Mar 09 18:40:01.475018 (618:927) JAVA-SIPCC-SIP_REG: f: text"


def sbc(number: int, resets: int = 7, host: str = "192.0.2.9") -> str:
    session = f"[SID=0a1b2c:{resets}:5] (N {number})"
    return f"10:44:11.299  {host}  local0.notice  [S={number}] {session} State [Time:10-09@09:42:56.938]"


def polycom(missed: int) -> str:
    return f"0907140000|so   |4|{missed:02d}|text"


def read(lines: list[str], tmp_path: Path) -> list[Event]:
    path = tmp_path / "trace.log"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return list(lp.read_trace(str(path), year=2021).events(derived=True))


def lost(events: list[Event]) -> list[tuple[int, str, object, object, object]]:
    found = [event for event in events if event.kind == "trace.lines_lost"]
    return [(e.line, e.phone, e.fields["lines"], e.fields.get("first"), e.fields.get("last")) for e in found]


def test_a_gap_reports_how_many_lines_are_lost_and_where(tmp_path: Path) -> None:
    events = read([cisco(number) for number in (1, 2, 6, 7)], tmp_path)
    assert lost(events) == [(3, "synthetic-phone", 3, 3, 5)]
    assert events[-1].derived


def test_numbers_belong_to_their_sender(tmp_path: Path) -> None:
    lines = [cisco(1, "a"), cisco(500, "b"), cisco(2, "a"), cisco(503, "b"), cisco(3, "a")]
    assert lost(read(lines, tmp_path)) == [(4, "b", 2, 501, 502)]


@pytest.mark.parametrize(
    "numbers",
    [
        [9998, 9999, 0, 1, 2],
        [500, 501, 1, 2, 3],
        [1, 2, 4, 3, 5],
        [1, 2, 2, 3],
        [1, 2, *range(4, 4 + MAX_LATE_NUMBERS - 1), 3, 200][:-1],
    ],
    ids=["wrapped", "began anew", "out of order", "twice", "very late"],
)
def test_numbers_without_a_gap_report_nothing(numbers: list[int], tmp_path: Path) -> None:
    assert lost(read([cisco(number) for number in numbers], tmp_path)) == []


def test_a_partly_filled_gap_reports_the_rest(tmp_path: Path) -> None:
    assert [each[2:] for each in lost(read([cisco(number) for number in (1, 6, 3, 7)], tmp_path))] == [
        (1, 2, 2),
        (2, 4, 5),
    ]


def test_a_gap_is_reported_after_the_last_number_that_could_be_late(tmp_path: Path) -> None:
    events = read([cisco(number) for number in [1, *range(3, 200)]], tmp_path)
    place = next(place for place, event in enumerate(events) if event.kind == "trace.lines_lost")
    assert events[place - 1].sequence == 2 + MAX_LATE_NUMBERS + 1
    assert events[place].sequence == 3


def gaps_of(*runs: tuple[int, int]) -> list[tuple[int, int]]:
    """The gaps that are reported when one sender writes these runs of numbers, the open ones last."""
    tracker = SequenceTracker()
    columns: dict[str, list[object]] = {"hostname": ["a"], "grammar": ["g"], "sequence": [0]}
    found = []
    for first, last in runs:
        reports = tracker.report("x", {0: (SequenceRun("a", "g", first, last),)}, columns)
        found += [gap for report in reports.values() for gap in report.lost]
    return [(gap.first, gap.last) for gap in (*found, *tracker.end())]


def test_a_gap_is_filled_from_either_end_and_in_the_middle() -> None:
    assert gaps_of((1, 1), (10, 10), (2, 3), (8, 9), (5, 5)) == [(4, 4), (6, 7)]


def test_the_gaps_that_stay_open_are_few() -> None:
    tracker = SequenceTracker()
    columns: dict[str, list[object]] = {"hostname": ["a"], "grammar": ["g"], "sequence": [0]}
    for number in [1000, *range(900, 1063, 2), *range(1064, 4000, 2)]:
        tracker.report("x", {0: (SequenceRun("a", "g", number, number),)}, columns)
    assert len(tracker.end()) == MAX_LATE_NUMBERS // 2


def test_a_sender_that_began_anew_may_return_to_its_previous_count() -> None:
    assert gaps_of((500, 500), (1, 1), (501, 501)) == []
    assert gaps_of((500, 500), (1, 1), (503, 503)) == [(501, 502)]
    assert gaps_of((500, 500), (1, 1), (500 + MAX_LATE_NUMBERS + 1, 600)) == [(2, 500 + MAX_LATE_NUMBERS)]


def test_open_gaps_are_lost_when_the_count_begins_anew() -> None:
    assert gaps_of((100, 100), (103, 103), (1, 1), (2, 2)) == [(101, 102)]


def test_a_count_of_boots_that_grows_is_a_boot(tmp_path: Path) -> None:
    events = read([sbc(8), sbc(9), sbc(1, resets=8), sbc(2, resets=8)], tmp_path)
    assert [event.boot for event in events if not event.derived] == [1, 1, 2, 2]
    (booted,) = [event for event in events if event.kind == "device.booted"]
    assert (booted.line, booted.fields["resets"]) == (3, 8)
    assert lost(events) == []


def test_a_device_that_counts_its_boots_has_one_boot_per_count(tmp_path: Path) -> None:
    started = sbc(2, resets=8).replace("State", "RAISE-ALARM: acBoardEvBoardStarted; Textual Description: x; Severity")
    events = read([sbc(8), sbc(1, resets=8), started, sbc(3, resets=8)], tmp_path)
    assert [event.boot for event in events if not event.derived] == [1, 2, 2, 2]


def test_lines_that_a_phone_reports_as_dropped_are_lost(tmp_path: Path) -> None:
    found = [e for e in read([polycom(each) for each in (0, 0, 3, 3, 4, 0)], tmp_path) if e.kind == "trace.lines_lost"]
    assert [(event.line, event.fields["lines"], event.fields["says"]) for event in found] == [
        (3, 3, "sender"),
        (5, 1, "sender"),
    ]


def test_condensed_batches_report_the_same_gaps() -> None:
    numbers = [*range(1, 300), *range(310, 700), 305, *range(700, 900)]
    written = "\n".join(cisco(number) for number in numbers)
    found = []
    for change in (list, lambda batches: [condense(batch) for batch in batches]):
        source = InMemorySource(written, "x")
        batches = change(Reader(source, GRAMMARS, anchor_of(source, 2021)).batches())
        correlator = Correlator()
        for batch in batches:
            correlator.key(batch)
        correlator.end(batches[-1])
        every = [event for batch in batches for events in batch.derived.values() for event in events]
        found.append([(event.id, dict(event.fields)) for event in every if event.kind == "trace.lines_lost"])
    assert found[0] == found[1]
    assert [fields["lines"] for _, fields in found[0]] == [10]


SPACING = st.lists(st.integers(1, 5_000), min_size=2, max_size=2) | st.lists(st.integers(2_000, 9_000), max_size=5)
BURSTS = st.lists(st.integers(1, 40), min_size=4, max_size=40)


def taking_turns(counters: list[list[int]], bursts: list[int]) -> list[int]:
    """The numbers of several counters, some of each in turn, until the bursts end."""
    rest = [iter(numbers) for numbers in counters]
    return [
        number
        for turn, size in enumerate(bursts)
        for _, number in zip(range(size), rest[turn % len(rest)], strict=False)
    ]


@given(SPACING, BURSTS, st.randoms())
def test_counters_that_take_turns_under_one_name_lose_nothing(
    spacing: list[int], bursts: list[int], random: Any
) -> None:
    starts = list(itertools.accumulate(spacing, initial=1))[1:] or [1]
    random.shuffle(starts)
    numbers = taking_turns([list(range(start, start + 2000)) for start in starts], bursts)
    # Before each has had a second turn, another counter looks like lost lines.
    if len(bursts) >= 2 * len(starts):
        assert gaps_of(*((number, number) for number in numbers)) == []


@given(st.lists(st.integers(1, 300), min_size=1, max_size=4), st.sets(st.integers(2, 300), max_size=40))
def test_the_lines_removed_from_a_counter_that_begins_anew_are_counted_exactly(
    lengths: list[int], removed: set[int]
) -> None:
    # A count that goes back by less than a late line may is not seen to begin anew.
    lengths = [length + 2 * MAX_LATE_NUMBERS for length in lengths]
    kept = [[n for n in range(1, length + 1) if n not in removed or n == length] for length in lengths]
    expected = sum(length - len(some) for length, some in zip(lengths, kept, strict=True))
    found = gaps_of(*((number, number) for some in kept for number in some))
    assert sum(last - first + 1 for first, last in found) == expected


@given(BURSTS, st.sets(st.integers(2, 200), max_size=30))
def test_each_facility_of_a_sender_has_its_own_counter(bursts: list[int], removed: set[int]) -> None:
    tracker = SequenceTracker()
    columns: dict[str, list[object]] = {"hostname": ["a"], "grammar": ["g"], "facility": ["f"], "sequence": [0]}
    counters = {"local0": list(range(1, 1000)), "local1": list(range(100_000, 101_000))}
    written = taking_turns([*counters.values()], bursts)
    kept = [n for place, n in enumerate(written) if place not in removed]
    found = []
    for number in kept:
        facility = "local0" if number < 1000 else "local1"
        run = SequenceRun("a", "g", number, number, facility=facility)
        found += [gap for report in tracker.report("x", {0: (run,)}, columns).values() for gap in report.lost]
    missing = {n for gap in (*found, *tracker.end()) for n in range(gap.first, gap.last + 1)}
    spans = [[n for n in kept if n in numbers] for numbers in map(set, counters.values())]
    assert missing == {n for some in spans if some for n in range(some[0], some[-1] + 1)} - {*kept}


def test_two_devices_behind_one_name_lose_nothing(tmp_path: Path) -> None:
    other = [sbc(n).replace("0a1b2c", "0d0e0f") for n in (900, 901)]
    assert lost(read([sbc(8), other[0], sbc(9), other[1], sbc(20)], tmp_path)) == []


def test_the_first_lines_of_the_next_boot_are_not_those_after_the_last(tmp_path: Path) -> None:
    events = read([sbc(8), sbc(9), sbc(12), sbc(50, resets=8), sbc(52, resets=8)], tmp_path)
    assert sorted(each[3:] for each in lost(events)) == [(10, 11), (51, 51)]


def test_a_call_record_and_a_trace_have_two_counters(tmp_path: Path) -> None:
    record = "10:44:11.600  192.0.2.9  local1.info  [S={}] |CALL_START |SBC |1001:1:1:1|0a1b2c:7:5|LCL"
    events = read([record.format(55), sbc(9001), record.format(56), sbc(9002), record.format(58)], tmp_path)
    assert [each[2:] for each in lost(events)] == [(1, 57, 57)]
    assert [event.sequence for event in events if not event.derived] == [55, 9001, 56, 9002, 58]


@pytest.mark.parametrize("place", ["/var/log/phone.log:", "phone.log:", "m2000.log.1:", "12:", "logs/a.log:7:"])
def test_lines_that_grep_printed_are_an_excerpt(place: str, tmp_path: Path) -> None:
    events = read([place + cisco(number) for number in (1, 2, 6, 7)], tmp_path)
    assert [event.grammar for event in events] == ["cisco"] * 4
    assert not lost(events)


@pytest.mark.parametrize("before", ["", "2013-07-09 10:00:00 site/phone ", "relay.example "])
def test_other_lines_after_an_unknown_framing_are_counted(before: str, tmp_path: Path) -> None:
    lines = [before + cisco(number) if before else cisco(number) for number in (1, 2, 6, 7)]
    assert [lines for _, _, lines, _, _ in lost(read(lines, tmp_path))] == [3]
