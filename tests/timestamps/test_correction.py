"""The two state machines of a sender's clock, and the seconds, years and zones at their bounds."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pytest

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event
from lyncphone_logs.timestamps import correction
from lyncphone_logs.timestamps.correction import BY_COLLECTOR, BY_JUMP, UNKNOWN, Correction
from lyncphone_logs.timestamps.formats import Anchor, read_stamp
from lyncphone_logs.timestamps.zones import Zones

START = datetime(2013, 7, 9, 12)
OLD = datetime(1970, 1, 1)
NEW_YEAR = datetime(2013, 1, 1)
S, M, H, D = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Row:
    """A row: its time, whether its clock was never set, the collector's time, its sender and its quality."""

    def __init__(
        self,
        time: datetime | None,
        is_unset: bool | None = False,
        received: datetime | None = None,
        host: str = "phone",
        quality: str = "exact",
        source: str = "x.log",
    ) -> None:
        self.time, self.is_unset, self.received, self.host = time, is_unset, received, host
        self.quality, self.source = quality, source


def batch_of(rows: Sequence[Row], gaps: Iterable[tuple[int, int]] = ()) -> Batch:
    batch = Batch.of(
        [
            Event(str(number), "log.message", row.source, line=number + 1, hostname=row.host, time=row.time)
            for number, row in enumerate(rows)
        ]
    )
    batch.columns["time"] = [row.time for row in rows]
    batch.columns["time_corrected"] = batch.columns["time"]
    batch.columns["time_utc"] = [None] * len(rows)
    batch.columns["time_quality"] = ["unset" if row.is_unset else row.quality for row in rows]
    batch.columns["received"] = [row.received for row in rows]
    batch.columns["is_unset"] = [row.is_unset for row in rows]
    batch.gaps = tuple(gaps)  # type: ignore[assignment]
    return batch


def corrected(
    *parts: Sequence[Row], zone: str = "", gaps: Sequence[int] = ()
) -> tuple[list[datetime | None], Correction]:
    """The corrected times, or UTC if there is a zone, of batches; those of `gaps` begin after skipped lines."""
    made = Correction(Zones([zone] if zone else []))
    batches = [batch_of(rows, [(0, 1)] if number in gaps else ()) for number, rows in enumerate(parts)]
    found = list(made.correct(batches))
    assert [id(each) for each in found] == [id(each) for each in batches]
    name = "time_utc" if zone else "time_corrected"
    return [time for batch in found for time in batch.columns[name]], made


def counts(made: Correction, source: str = "x.log") -> Counter[str]:
    return made.counts.get(source, Counter())


def unset(*offsets: timedelta, **given: datetime) -> list[Row]:
    return [Row(OLD + offset, True, **given) for offset in offsets]  # type: ignore[arg-type]


def test_times_of_a_clock_that_was_never_set_are_counted_back_from_the_jump() -> None:
    times, made = corrected([*unset(0 * S, 10 * S, 70 * S), Row(START)])
    assert times == [START - 70 * S, START - 60 * S, START, START]
    assert counts(made) == {BY_JUMP: 3}


def test_counting_back_goes_over_batches_and_keeps_their_order() -> None:
    times, made = corrected(unset(0 * S), unset(5 * S), [Row(START), Row(START + S)])
    assert times == [START - 5 * S, START, START, START + S]
    assert counts(made) == {BY_JUMP: 2}


def test_the_collectors_time_counts_before_the_jump() -> None:
    received = START - 99 * S
    rows = [*unset(0 * S, received=received), *unset(5 * S), Row(START)]
    times, made = corrected(rows)
    assert times == [received, START, START]
    assert counts(made) == {BY_COLLECTOR: 1, BY_JUMP: 1}


def test_without_a_jump_the_time_is_not_known() -> None:
    times, made = corrected(unset(0 * S, 5 * S))
    assert times == [None, None]
    assert counts(made) == {UNKNOWN: 2}
    times, made = corrected(unset(0 * S), [Row(START)], gaps=[1])
    assert times == [None, START]
    assert counts(made) == {UNKNOWN: 1}


def test_what_was_before_the_last_start_of_the_clock_stays_unknown() -> None:
    times, made = corrected([*unset(0 * S, 900 * S, 0 * S, 10 * S), Row(START)])
    assert times == [None, None, START - 10 * S, START, START]
    assert counts(made) == {UNKNOWN: 2, BY_JUMP: 2}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (0 * S, START),
        (-S, START),
        (-5 * M, START),
        (-5 * M - S, None),
        (D, START - D),
        (D + S, START),
    ],
)
def test_a_small_step_back_is_no_start_and_more_than_a_day_is_not_counted(
    step: timedelta, expected: datetime | None
) -> None:
    times, _ = corrected([*unset(2 * H, 2 * H + step), Row(START)])
    assert times == [expected, START, START]


def test_senders_have_clocks_of_their_own() -> None:
    rows = [Row(OLD, True), Row(OLD, True, host="b"), Row(START), Row(START + H, host="b")]
    times, made = corrected(rows)
    assert times == [START, START + H, START, START + H]
    assert counts(made) == {BY_JUMP: 2}


def test_sources_end_each_others_waiting() -> None:
    times, made = corrected(unset(0 * S), [Row(START, source="y.log")], [Row(START)])
    assert times == [None, START, START]
    assert (counts(made), counts(made, "y.log")) == ({UNKNOWN: 1}, {})


def test_stamps_of_the_collector_and_lines_without_a_time_decide_nothing() -> None:
    rows = [*unset(0 * S), Row(START, quality="collector"), Row(None), Row(START + H)]
    times, made = corrected(rows)
    assert times == [START + H, START, None, START + H]
    assert counts(made) == {BY_JUMP: 1}


def doubtful(*times: datetime, quality: str = "assumed-year") -> list[Row]:
    return [Row(time, None, quality=quality) for time in times]


def test_a_doubtful_clock_that_jumps_was_never_set() -> None:
    rows = [*doubtful(NEW_YEAR + 10 * S, NEW_YEAR + 20 * S), Row(START)]
    times, made = corrected(rows)
    assert times == [START - 10 * S, START, START]
    assert counts(made) == {BY_JUMP: 2}


@pytest.mark.parametrize(
    ("step", "was_set"), [(S, True), (D, True), (D + S, False), (-5 * M, True), (-5 * M - S, False)]
)
def test_a_doubtful_clock_that_goes_on_was_set(step: timedelta, was_set: bool) -> None:
    first = NEW_YEAR + 10 * M / 10
    times, made = corrected([*doubtful(first), Row(first + step)])
    assert times == [first if was_set else first + step, first + step]
    assert counts(made) == ({} if was_set else {BY_JUMP: 1})


def test_a_doubtful_clock_at_the_end_or_before_missing_lines_keeps_its_time() -> None:
    first = NEW_YEAR + 10 * S
    assert corrected(doubtful(first))[0] == [first]
    assert corrected(doubtful(first), [Row(START)], gaps=[1])[0] == [first, START]


def test_a_doubtful_row_becomes_unset_with_its_columns() -> None:
    batch = batch_of([*doubtful(NEW_YEAR + S), Row(START)])
    batch.columns["time_utc"] = [START, START]
    (found,) = Correction().correct([batch])
    assert found.columns["time_quality"] == ["unset", "exact"]
    assert found.columns["is_unset"] == [True, False]
    assert found.columns["time_utc"] == [None, START]
    assert found.columns["time"] == [NEW_YEAR + S, START]
    (kept,) = Correction().correct([batch_of([*doubtful(NEW_YEAR + S), Row(NEW_YEAR + 2 * S)])])
    assert kept.columns["is_unset"] == [False, False]
    assert kept.columns["time_quality"] == ["assumed-year", "exact"]


@pytest.mark.parametrize(
    ("time", "quality", "is_start"),
    [
        (NEW_YEAR + 14 * H + 4 * M + 59 * S, "assumed-year", True),
        (NEW_YEAR + 14 * H + 5 * M, "assumed-year", False),
        (NEW_YEAR + 15 * H, "assumed-year", False),
        (NEW_YEAR + 3 * H + 30 * M, "assumed-year", False),
        (NEW_YEAR + 15 * H + 30 * M, "exact", True),
    ],
)
def test_a_clock_starts_at_a_full_hour_of_a_zone(time: datetime, quality: str, is_start: bool) -> None:
    times, _ = corrected([*doubtful(time, quality=quality), Row(START)])
    assert times[0] == (START if is_start else time)


@pytest.mark.parametrize(
    ("before", "is_start"),
    [(S, False), (0 * S, False), (D - S, False), (D, True), (D + S, True), (-S, True)],
)
def test_a_clock_that_went_on_over_new_year_did_not_start(before: timedelta, is_start: bool) -> None:
    first = NEW_YEAR + 10 * S
    for parts in (
        [[Row(first - before), *doubtful(first), Row(START)]],
        [[Row(first - before)], doubtful(first), [Row(START)]],
    ):
        times, _ = corrected(*parts)
        assert times[1] == (START if is_start else first)


def test_lines_without_a_time_do_not_hide_the_time_before_them() -> None:
    first = NEW_YEAR + 10 * S
    times, _ = corrected([Row(first - H)], [Row(None)], doubtful(first), [Row(START)])
    assert times == [first - H, None, first, START]


def test_a_second_doubtful_row_waits_even_if_it_looks_like_no_start() -> None:
    rows = [*doubtful(NEW_YEAR + S, NEW_YEAR + 20 * H), Row(START)]
    times, made = corrected(rows)
    assert times == [START - 20 * H + S, START, START]
    assert counts(made) == {BY_JUMP: 2}


@pytest.mark.parametrize(("held", "is_known"), [(3, True), (2, False)])
def test_rows_wait_for_a_bounded_number_of_rows(held: int, is_known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction, "MAX_HELD_ROWS", held)
    times, _ = corrected(unset(0 * S), unset(S), unset(2 * S), [Row(START)])
    assert times[:2] == ([START - 2 * S, START - S] if is_known else [None, None])


def test_batches_that_do_not_wait_are_given_on_at_once() -> None:
    made = Correction()
    passed: list[str] = []

    def batches() -> Iterable[Batch]:
        for number in range(3):
            passed.append(f"read {number}")
            yield batch_of([Row(START + number * S)])

    for _ in made.correct(batches()):
        passed.append("given")
    assert passed == ["read 0", "given", "read 1", "given", "read 2", "given"]


# UTC.

BERLIN = "Europe/Berlin"
FALL = datetime(2013, 10, 27)
SPRING = datetime(2013, 3, 31)


def test_a_constant_offset_gives_utc() -> None:
    assert corrected([Row(START), Row(None), Row(START + H)], zone=BERLIN)[0] == [START - 2 * H, None, START - H]
    assert corrected([Row(START)], zone="+05:30")[0] == [START - 5 * H - 30 * M]
    assert corrected([Row(None)], zone=BERLIN)[0] == [None]
    far = [Row(datetime(2013, 1, 9)), Row(datetime(2013, 7, 9))]
    assert corrected(far, zone=BERLIN)[0] == [datetime(2013, 1, 8, 23), datetime(2013, 7, 8, 22)]


def test_utc_that_a_stamp_states_stays() -> None:
    batch = batch_of([Row(START), Row(START)])
    batch.columns["time_utc"] = [OLD, None]
    (found,) = Correction(Zones([BERLIN])).correct([batch])
    assert found.columns["time_utc"] == [OLD, START - 2 * H]
    night = batch_of([Row(FALL + 2 * H), Row(FALL + 4 * H)])
    night.columns["time_utc"] = [OLD, None]
    (found,) = Correction(Zones([BERLIN])).correct([night])
    assert found.columns["time_utc"] == [OLD, FALL + 3 * H]


def test_the_repeated_hour_is_of_the_pass_that_a_step_back_shows() -> None:
    rows = [Row(FALL + 2 * H), Row(FALL + 2 * H + 50 * M), Row(FALL + 2 * H + 10 * M), Row(FALL + 3 * H)]
    times, made = corrected(rows, zone=BERLIN)
    assert times == [FALL, FALL + 50 * M, FALL + H + 10 * M, FALL + 2 * H]
    assert counts(made) == {}


@pytest.mark.parametrize(("step", "is_second"), [(5 * M, False), (5 * M + S, True)])
def test_a_line_that_came_late_is_no_second_pass(step: timedelta, is_second: bool) -> None:
    first = FALL + 2 * H + 30 * M
    times, made = corrected([Row(first), Row(first - step), Row(FALL + 4 * H)], zone=BERLIN)
    assert times == [first - 2 * H if is_second else None, first - step - H if is_second else None, FALL + 3 * H]
    assert counts(made) == ({} if is_second else {"ambiguous": 2})


def test_a_repeated_hour_without_a_step_is_ambiguous() -> None:
    for parts in ([[Row(FALL + 2 * H)]], [[Row(FALL + 2 * H), Row(FALL + 3 * H)]]):
        batches = [batch_of(rows) for rows in parts]
        made = Correction(Zones([BERLIN]))
        (found, *_) = made.correct(batches)
        assert found.columns["time_quality"][0] == "ambiguous"
        assert found.columns["time_utc"][0] is None
        assert counts(made) == {"ambiguous": 1}


def test_a_step_back_from_after_the_repeated_hour_does_not_show_a_pass() -> None:
    rows = [Row(FALL + 4 * H), Row(FALL + 2 * H + 30 * M), Row(FALL + 4 * H)]
    times, made = corrected(rows, zone=BERLIN)
    assert times == [FALL + 3 * H, None, FALL + 3 * H]
    assert counts(made) == {"ambiguous": 1}


def test_the_next_repeated_hour_begins_with_its_first_pass() -> None:
    later = datetime(2014, 10, 26)
    second = [Row(later + 2 * H + 30 * M), Row(later + 2 * H)]
    rows = [Row(FALL + 2 * H + 30 * M), Row(FALL + 2 * H), Row(FALL + 5 * H), *second, Row(later + 9 * H)]
    times, made = corrected(rows, zone=BERLIN)
    assert times[:2] == [FALL + 30 * M, FALL + H]
    assert times[3:5] == [later + 30 * M, later + H]
    assert counts(made) == {}


def test_a_time_that_no_clock_showed_is_marked_and_counted() -> None:
    batch = batch_of([Row(SPRING + 2 * H + 30 * M), Row(SPRING + 3 * H)])
    made = Correction(Zones([BERLIN]))
    (found,) = made.correct([batch])
    assert found.columns["time_quality"] == ["nonexistent", "exact"]
    assert found.columns["time_utc"] == [None, SPRING + H]
    assert counts(made) == {"nonexistent": 1}


def test_a_clock_that_was_never_set_has_no_utc() -> None:
    times, _ = corrected([*unset(0 * S), Row(START)], zone=BERLIN)
    assert times == [None, START - 2 * H]


def test_the_first_and_the_last_days_of_the_calendar_have_no_utc_out_of_range() -> None:
    for time in (datetime.min, datetime.max):
        for zone in ("+05:00", "-05:00"):
            (utc,), _ = corrected([Row(time)], zone=zone)
            offset = 5 * H if zone[0] == "+" else -5 * H
            is_out = (time == datetime.min) == (zone[0] == "+")
            assert utc == (None if is_out else time - offset)


# Stamps at their bounds.

AT = Anchor(datetime(2013, 12, 31), "--year")


@pytest.mark.parametrize(
    ("stamp", "second"),
    [
        ("Jul  9 12:00:59", 59), ("Jul  9 12:00:60", 59), ("Jul  9 12:00:61", None), ("Jul  9 12:00:99", None),
        ("2013-07-09T12:00:60Z", 59), ("2013-07-09 12:00:61", None), ("0709120060", 59), ("12:00:60.123", 59),
        ("12:00:61.123", None), ("09-07@12:00:60.123", 59), ("09-07@12:00:62.123", None),
    ],
)  # fmt: skip
def test_a_leap_second_is_the_one_before_and_more_is_no_time(stamp: str, second: int | None) -> None:
    time = read_stamp(stamp, AT).time
    assert (time.second if time else None) == second


def test_ten_digits_with_more_than_60_seconds_are_a_year_and_no_seconds() -> None:
    assert read_stamp("0709120061", AT).time is None
    assert read_stamp("0709121061", AT).time is None
    assert read_stamp("0709121059", AT).time == datetime(2013, 7, 9, 12, 10, 59)
    assert read_stamp("1307092261", AT).time is None
    assert read_stamp("1307092259", AT).time == datetime(2013, 7, 9, 22, 59)
