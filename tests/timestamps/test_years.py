"""Years and days that stamps omit: moments of a known history, without their year or date, get them back."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.timestamps.stated_dates import DATE, StatedDate
from lyncphone_logs.timestamps.years import NewYears, Seen, days_in_text, days_of, years_of

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOON = datetime(2013, 7, 9, 12)


def seen(*moments: datetime, **others: object) -> Seen:
    """A source whose lines, a hundred bytes each, have these moments without their year."""
    yearless = [(100 * number, moment.replace(year=2000)) for number, moment in enumerate(moments)]
    return replace(Seen([], yearless, [], set()), **others)  # type: ignore[arg-type]


def dayless(*moments: datetime) -> list[tuple[int, datetime]]:
    """Lines with a time of day only."""
    return [(100 * number, moment.replace(year=2000, month=1, day=1)) for number, moment in enumerate(moments)]


def moments_of(found: list[tuple[int, datetime]]) -> list[datetime]:
    return [moment for _, moment in found]


def test_years_count_from_december_to_january_up_to_the_file_time() -> None:
    true = [datetime(2011, 12, 31, 23), datetime(2012, 1, 1, 1), datetime(2012, 8, 1), datetime(2012, 12, 30)]
    true.append(datetime(2013, 1, 2))
    found, basis, conflict = years_of(seen(*true), Anchor(datetime(2013, 2, 1), "file time"))
    assert moments_of(found) == true
    assert [offset for offset, _ in found] == [0, 100, 200, 300, 400]
    assert (basis, conflict) == ("file time", "")


@pytest.mark.parametrize(("before", "year"), [(DAY + SECOND, 2012), (DAY, 2013), (timedelta(), 2013), (-DAY, 2013)])
def test_a_stamp_is_at_most_a_day_newer_than_the_file(before: timedelta, year: int) -> None:
    found, _, _ = years_of(seen(NOON), Anchor(NOON - before, "file time"))
    assert moments_of(found) == [NOON.replace(year=year)]


@pytest.mark.parametrize(("step", "years"), [(250, [2013, 2013]), (251, [2014, 2013])])
def test_a_step_ahead_of_more_than_250_days_is_a_clock_that_went_back(step: int, years: list[int]) -> None:
    first = datetime(2000, 1, 10)
    found, _, _ = years_of(seen(first, first + step * DAY), Anchor(datetime(2013, 12, 31), "--year"))
    assert [moment.year - found[-1][1].year + 2013 for _, moment in found] == years


@pytest.mark.parametrize(("step", "passed"), [(250, 0), (251, 1)])
def test_a_step_back_of_more_than_250_days_is_a_new_year(step: int, passed: int) -> None:
    last = datetime(2000, 1, 10)
    found, _, _ = years_of(seen(last + step * DAY, last), Anchor(datetime(2013, 12, 31), "--year"))
    assert found[1][1].year - found[0][1].year == passed


def test_nothing_is_completed_without_a_stamp_or_a_basis() -> None:
    assert years_of(seen(), Anchor(NOON, "file time")) == ([], "", "")
    assert years_of(seen(NOON), Anchor(None, "")) == ([], "", "")


def test_a_dated_line_gives_the_year_but_a_stated_year_counts_more() -> None:
    dated = [(10, datetime(2010, 1, 1)), (130, datetime(2008, 12, 30))]
    source = seen(datetime(2009, 1, 2), datetime(2009, 1, 3), dated=dated)
    found, basis, _ = years_of(source, Anchor(NOON, "file time"))
    assert (moments_of(found), basis) == ([datetime(2009, 1, 2), datetime(2009, 1, 3)], "dated lines")
    found, basis, _ = years_of(source, Anchor(NOON, "--year"))
    assert ({moment.year for _, moment in found}, basis) == ({2013}, "--year")


@pytest.mark.parametrize(("stamp", "year"), [(datetime(2013, 1, 2), 2013), (datetime(2012, 12, 30), 2012)])
def test_the_year_is_that_nearest_to_the_dated_line(stamp: datetime, year: int) -> None:
    found, _, _ = years_of(seen(stamp, dated=[(0, datetime(2012, 12, 31))]), Anchor(None, ""))
    assert [moment.year for _, moment in found] == [year]


@pytest.mark.parametrize("year", range(2013, 2022))
def test_a_29_february_is_of_the_last_leap_year(year: int) -> None:
    stamp = datetime(2012, 2, 29, 8)
    found, basis, conflict = years_of(seen(stamp, stamp + DAY), Anchor(datetime(year, 6, 1), "file time"))
    expected = year - year % 4
    assert moments_of(found) == [stamp.replace(year=expected), datetime(expected, 3, 1, 8)]
    assert conflict == ""
    assert basis == ("file time" if year == expected else "file time and a 29 February")


def test_the_leap_year_is_found_over_a_century_that_is_none() -> None:
    stamp = datetime(2012, 2, 29, 8)
    found, _, _ = years_of(seen(stamp), Anchor(datetime(2103, 6, 1), "file time"))
    assert moments_of(found) == [stamp.replace(year=2096)]
    found, _, _ = years_of(seen(stamp), Anchor(datetime(1903, 6, 1), "file time"))
    assert moments_of(found) == [stamp.replace(year=1896)]


def test_a_stated_year_without_a_29_february_is_contradicted() -> None:
    _, basis, conflict = years_of(seen(datetime(2012, 2, 29)), Anchor(datetime(2013, 12, 31), "--year"))
    assert conflict == "the trace has a 29 February, but the given year 2013 has none"
    assert basis == "--year and a 29 February"


def test_two_29_februaries_that_do_not_fit_leave_the_impossible_one_out() -> None:
    stamps = (datetime(2012, 2, 29), datetime(2012, 9, 15), datetime(2013, 1, 1), datetime(2012, 2, 29))
    found, _, _ = years_of(seen(*stamps), Anchor(datetime(2013, 12, 31), "file time"))
    assert moments_of(found) == list(stamps[:3])


@pytest.mark.parametrize("year", [1, 2, 9999])
def test_years_at_the_ends_of_the_calendar_are_no_error(year: int) -> None:
    true = [datetime(2012, 12, 31), datetime(2013, 1, 1)]
    found, _, _ = years_of(seen(*true), Anchor(datetime(year, 1, 2), "file time"))
    assert [moment.year for _, moment in found] == ([year - 1, year] if year > 1 else [])


def test_a_date_in_the_text_gives_the_year_of_its_line() -> None:
    true = [datetime(2011, 12, 31, 8), datetime(2012, 1, 1, 8), datetime(2012, 1, 2, 8)]
    stated = [StatedDate(100, true[1], DATE)]
    found, basis, _ = years_of(seen(*true, stated=stated), Anchor(datetime(2020, 1, 1), "file time"))
    assert (moments_of(found), basis) == (true, DATE)
    found, basis, _ = years_of(seen(*true, stated=stated), Anchor(datetime(2020, 12, 31), "--year"))
    assert (found[-1][1].year, basis) == (2020, "--year")


def test_histories_of_lines_a_day_to_months_apart_get_their_years_back() -> None:
    done = 0
    for number in range(300):
        rng = random.Random(number)
        true = [datetime(rng.randrange(1990, 2030), 1, 1) + rng.random() * 365 * DAY]
        for _ in range(rng.randrange(12)):
            true.append(true[-1] + rng.random() * 110 * DAY)
        if not any((moment.month, moment.day) == (2, 29) for moment in true):
            found, _, _ = years_of(seen(*true), Anchor(true[-1] + rng.random() * DAY, "file time"))
            assert moments_of(found) == true, number
            done += 1
    assert done > 250


# Days


def test_a_time_of_day_is_of_the_dated_line_before_it() -> None:
    dated = [(0, datetime(2013, 7, 9, 12))]
    true = [NOON + timedelta(hours=hour) for hour in (1, 8, 13, 20, 30)]
    assert moments_of(days_of(dayless(*true), dated, Anchor(None, ""))) == true


@pytest.mark.parametrize(
    ("hour", "minutes", "day"), [(6, 0, 9), (5, 59, 10), (12, 0, 9), (18, 0, 9), (23, 59, 9), (0, 0, 10)]
)
def test_a_time_up_to_six_hours_before_the_heading_is_of_its_day(hour: int, minutes: int, day: int) -> None:
    line = dayless(datetime(2013, 7, 9, hour, minutes))
    assert moments_of(days_of(line, [(0, NOON)], Anchor(None, ""))) == [datetime(2013, 7, day, hour, minutes)]


@pytest.mark.parametrize(("hour", "minutes", "day"), [(19, 0, 8), (18, 59, 9), (1, 0, 9), (0, 59, 9)])
def test_a_time_before_a_heading_just_after_midnight_is_of_the_day_before(hour: int, minutes: int, day: int) -> None:
    line = dayless(datetime(2013, 7, 9, hour, minutes))
    heading = [(0, datetime(2013, 7, 9, 1))]
    assert moments_of(days_of(line, heading, Anchor(None, ""))) == [datetime(2013, 7, day, hour, minutes)]


def test_each_heading_dates_the_lines_after_it() -> None:
    dated = [(50, datetime(2013, 7, 9, 8)), (250, datetime(2013, 9, 1, 8)), (450, datetime(2013, 9, 1, 20))]
    times = [datetime(2013, 7, 9, hour) for hour in (9, 10, 11, 12, 13, 21)]
    expected = [(7, 9), (7, 9), (7, 9), (9, 1), (9, 1), (9, 1)]
    found = moments_of(days_of(dayless(*times), dated, Anchor(None, "")))
    assert [(moment.month, moment.day) for moment in found] == expected
    assert [moment.hour for moment in found] == [9, 10, 11, 12, 13, 21]


def test_without_a_heading_the_last_line_is_at_most_a_day_before_the_file() -> None:
    true = [NOON - timedelta(hours=hour) for hour in (30, 20, 10, 0)]
    assert moments_of(days_of(dayless(*true), [], Anchor(NOON, "file time"))) == true
    assert days_of(dayless(*true), [], Anchor(None, "")) == []
    assert days_of([], [(0, NOON)], Anchor(NOON, "file time")) == []


def test_a_file_saved_up_to_eighteen_hours_after_its_last_line_is_of_that_day() -> None:
    line = dayless(NOON)
    for hours, day in ((0, 9), (17, 9), (24 + 5, 10), (-1, 8)):
        found = moments_of(days_of(line, [], Anchor(NOON + timedelta(hours=hours), "file time")))
        assert found[0] <= NOON + timedelta(hours=hours) + timedelta(hours=6), hours
        assert found == [NOON.replace(day=day)], hours


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_days_at_the_ends_of_the_calendar_are_no_error(moment: datetime) -> None:
    times = dayless(*(datetime(2013, 7, 9, hour) for hour in (0, 23, 1, 22, 0, 12, 0, 12, 0, 23, 0)))
    assert isinstance(days_of(times, [(0, moment)], Anchor(None, "")), list)


def test_a_date_in_the_text_gives_the_day() -> None:
    early = datetime(2013, 7, 9, 3, 7, 33)
    stated = [StatedDate(100, NOON, DATE), StatedDate(0, early, "another")]
    source = replace(seen(), dayless=dayless(early, NOON), stated=stated)
    found, what = days_in_text(source, Anchor(None, ""))
    assert found == [(0, early), (100, NOON)]
    assert what == DATE
    assert days_in_text(source, Anchor(NOON, "--year")) == ([], "")
    assert days_in_text(replace(source, stated=[]), Anchor(None, "")) == ([], "")


# A source that can be read only once


def line(time: datetime, quality: str) -> Event:
    return Event(id=str(time), kind="log.message", source="x.log", time=time, time_quality=quality)


def years_counted(*moments: datetime) -> list[datetime | None]:
    """The times of lines whose year was completed from the anchor: all of one year, before New Years are counted."""
    (batch,) = NewYears().count([Batch.of([line(each, "assumed-year") for each in moments])])
    return batch.columns["time"]


def test_a_step_from_december_to_january_adds_a_year_to_the_lines_after_it() -> None:
    december, january = datetime(2013, 12, 31), datetime(2013, 1, 1)
    in_2014, in_2015 = january.replace(year=2014), january.replace(year=2015)
    assert years_counted(december, january) == [december, in_2014]
    july = datetime(2013, 7, 1)
    assert years_counted(december, january, july, december, january) == [
        december, in_2014, july.replace(year=2014), december.replace(year=2014), in_2015,
    ]  # fmt: skip


def test_a_late_line_of_december_is_of_the_year_before() -> None:
    december, january = datetime(2013, 12, 31), datetime(2013, 1, 1)
    assert years_counted(december, january, december + SECOND, january)[2] == datetime(2013, 12, 31, 0, 0, 1)
    assert years_counted(january, december) == [january, december]
    assert years_counted(january, december, january) == [january, december, january.replace(year=2014)]


@pytest.mark.parametrize(("step", "year"), [(250 * DAY, 2013), (250 * DAY + SECOND, 2014)])
def test_a_step_back_of_more_than_250_days_is_a_new_year_too(step: timedelta, year: int) -> None:
    first = datetime(2013, 12, 1)
    assert years_counted(first, first - step)[1] == (first - step).replace(year=year)


@pytest.mark.parametrize(("step", "year"), [(250 * DAY, 2014), (250 * DAY + SECOND, 2013)])
def test_a_step_ahead_of_more_than_250_days_takes_the_year_back(step: timedelta, year: int) -> None:
    december, january = datetime(2013, 12, 31), datetime(2013, 1, 1)
    assert years_counted(december, january, january + step)[2] == (january + step).replace(year=year)


def test_a_29_february_and_the_last_year_stay_as_they_are() -> None:
    assert years_counted(datetime(2012, 12, 31), datetime(2012, 2, 29))[1] == datetime(2012, 2, 29)
    assert years_counted(datetime(2012, 12, 31), datetime(2012, 3, 29))[1] == datetime(2013, 3, 29)
    assert years_counted(datetime(2012, 12, 31), datetime(2012, 2, 28))[1] == datetime(2013, 2, 28)
    assert years_counted(datetime(9998, 12, 31), datetime(9998, 1, 1))[1] == datetime(9999, 1, 1)
    assert years_counted(datetime(9999, 12, 31), datetime(9999, 1, 1))[1] == datetime(9999, 1, 1)


def test_only_assumed_years_are_counted() -> None:
    exact, assumed = line(datetime(2013, 1, 1), "exact"), line(datetime(2013, 12, 31), "assumed-year")
    counter = NewYears()
    (batch,) = counter.count([Batch.of([assumed, exact])])
    assert batch.columns["time"] == [assumed.time, exact.time]
    assert counter.passed == 0
