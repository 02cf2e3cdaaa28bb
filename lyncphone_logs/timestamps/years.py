"""Infers the years and days that stamps omit from the stamps around them.

Time moves forward from sample to sample: a year passes from December to January, a day from evening to morning. The
anchor (`--year`, file time) or lines with a full date determine the last year. A 29 February is in a leap year.
"""

from bisect import bisect_left, bisect_right
from calendar import isleap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.timestamps.stated_dates import DatedStamp, StatedDate, with_days, with_years

BACK, AHEAD = timedelta(days=115), timedelta(days=250)
"""Largest steps of stamps without a year: back, if clocks differ or are set, and ahead, if a phone was silent."""
DAY, LATE = timedelta(days=1), timedelta(hours=6)
"""A time of day that is more than `LATE` earlier than the one before is of the next day."""
ALMOST_LATE = DAY - LATE - timedelta(microseconds=1)


@dataclass(slots=True)
class Seen:
    """Stamps of a source in order: `dated` have a full date, `yearless` no year (read as of 2000), `dayless` no date.
    `unset` have the full date of a clock that was never set, `doubtful` no year and the first of January.

    `orders` are the results of `day_stands_first` for all stamps, `device_orders` those for devices. `undecided` is a
    numeric date of unknown order.
    `stated` are dates in the texts of the lines. `is_numbered` means that the lines have sequence numbers.
    """

    dated: list[DatedStamp]
    yearless: list[DatedStamp]
    dayless: list[DatedStamp]
    orders: set[bool | None]
    undecided: str = ""
    is_numbered: bool = False
    unset: list[DatedStamp] = field(default_factory=list)
    doubtful: list[DatedStamp] = field(default_factory=list)
    stated: list[StatedDate] = field(default_factory=list)
    device_orders: set[bool | None] = field(default_factory=set)


def years_of(seen: Seen, anchor: Anchor) -> tuple[list[DatedStamp], str, str]:
    """Complete stamps without a year: their moments, the basis of the years, and what contradicts a stated year.

    All three are empty if there is no such stamp or no basis.
    """
    if not seen.yearless:
        return [], "", ""
    passed = _periods([moment for _, moment in seen.yearless], AHEAD, AHEAD)
    last_year, basis = _last_year(seen, passed, anchor)
    leaps = [count for count, (_, moment) in zip(passed, seen.yearless, strict=True) if _is_29_february(moment)]
    conflict = ""
    if any(not isleap(last_year + count - passed[-1]) for count in leaps):
        candidates = (year for year in range(last_year, last_year - 9, -1) if year > 0)
        fitting = (year for year in candidates if all(isleap(year + count - passed[-1]) for count in leaps))
        stated, last_year = last_year, next(fitting, last_year)
        conflict = (
            f"the trace has a 29 February, but the given year {stated} has none" if anchor.basis == "--year" else ""
        )
        basis = f"{basis} and a 29 February"
    years = [last_year + count - passed[-1] for count in passed]
    if not basis or min(years) < 1 or max(years) > datetime.max.year:
        return [], "", ""
    return [
        (offset, moment.replace(year=year))
        for year, (offset, moment) in zip(years, seen.yearless, strict=True)
        if not _is_29_february(moment) or isleap(year)
    ], basis, conflict  # fmt: skip


def _is_29_february(moment: datetime) -> bool:
    return (moment.month, moment.day) == (2, 29)


def _last_year(seen: Seen, passed: Sequence[int], anchor: Anchor) -> tuple[int, str]:
    """The year of the last stamp without one, and its basis."""
    offset, last = seen.yearless[-1]
    if seen.dated and anchor.basis != "--year":
        _, nearest = min(seen.dated, key=lambda dated: abs(dated[0] - offset))
        years = [year for year in (nearest.year - 1, nearest.year, nearest.year + 1) if 1 <= year <= 9999]
        return min(years, key=lambda year: abs(_in_year(last, year) - nearest)), "dated lines"
    stated = with_years(seen.stated, seen.yearless) if anchor.basis != "--year" else []
    if stated:
        rows = (bisect_left(seen.yearless, (each.offset, datetime.min)) for each in stated)
        last_years = Counter(
            (each.moment.year + passed[-1] - passed[row], each.what) for each, row in zip(stated, rows, strict=True)
        )
        return last_years.most_common(1)[0][0]
    if anchor.limit is None:
        return 1, ""
    # The newest moment decides. It is not that of the last line if a clock went back.
    newest = max(zip(passed, (moment for _, moment in seen.yearless), strict=True))
    year = anchor.limit.year
    if year > 1 and _in_year(newest[1], year) > anchor.limit:
        year -= 1
    return year - newest[0] + passed[-1], anchor.basis


def _in_year(moment: datetime, year: int) -> datetime:
    return moment.replace(year=year, day=28 if _is_29_february(moment) and not isleap(year) else moment.day)


def _periods(moments: Sequence[datetime], back: timedelta, ahead: timedelta) -> list[int]:
    """The number of periods (years, days) between the first moment and each. It increases at each step back by more
    than `back`, and decreases at each step forward by more than `ahead`."""
    passed = [0]
    for before, moment in pairwise(moments):
        passed.append(passed[-1] + (moment < before - back) - (moment > before + ahead))
    return passed


def days_in_text(seen: Seen, anchor: Anchor) -> tuple[list[DatedStamp], str]:
    """The stamps without a date whose day a date in the text states, and what it is; nothing if a year is given."""
    stated = with_days(seen.stated, seen.dayless) if anchor.basis != "--year" else []
    return sorted((each.offset, each.moment) for each in stated), stated[0].what if stated else ""


def days_of(dayless: Sequence[DatedStamp], dated: Sequence[DatedStamp], anchor: Anchor) -> list[DatedStamp]:
    """Complete stamps without a date: from the dated line before them, else the next one, else from the anchor.

    Each dated line, as the heading of a file is, dates those after it.
    Returns nothing if there is neither, or a moment is out of the range of datetime.
    """
    if not dayless:
        return []
    passed = _periods([moment for _, moment in dayless], LATE, DAY - LATE)
    try:
        if dated:
            known, moment = dated[max(bisect_right(dated, (dayless[0][0], datetime.max)) - 1, 0)]
            at = next((number for number, (offset, _) in enumerate(dayless) if offset >= known), 0)
            day = _nearest(dayless[at][1], moment)
        elif anchor.latest:
            at, day = len(dayless) - 1, _nearest(dayless[-1][1], anchor.latest - ALMOST_LATE)
        else:
            return []
        days = [
            (offset, datetime.combine((day + (count - passed[at]) * DAY).date(), moment.time()))
            for count, (offset, moment) in zip(passed, dayless, strict=True)
        ]
        return _below_headings(days, dated)
    except OverflowError:
        return []


def _below_headings(days: Sequence[DatedStamp], dated: Sequence[DatedStamp]) -> list[DatedStamp]:
    """Move stamps to the day of the last dated line before them."""
    moved, shift, last = [], timedelta(), 0
    for offset, moment in days:
        heading = bisect_right(dated, (offset, datetime.max))
        if heading > last:
            shift = _nearest(moment, dated[heading - 1][1]) - moment
        last = heading
        moved.append((offset, moment + shift))
    return moved


def _nearest(moment: datetime, reference: datetime) -> datetime:
    """The time of day on the day on which it is after the reference, or at most six hours before it."""
    on_day = datetime.combine(reference.date(), moment.time())
    if on_day < reference - LATE:
        return on_day + DAY
    return on_day - DAY if on_day >= reference + (DAY - LATE) else on_day


class NewYears:
    """Adds years to the assumed years of a source that can be read only once. `passed` counts New Years so far."""

    def __init__(self) -> None:
        self.passed = 0
        self._last: datetime | None = None

    def count(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield the batches after adding, in place, a year to assumed years at each step from December to January."""
        for batch in batches:
            times, qualities = batch.columns["time"], batch.columns["time_quality"]
            for row, quality in enumerate(qualities):
                if quality == "assumed-year":
                    times[row] = self._with_year(times[row])
            yield batch

    def _with_year(self, time: datetime) -> datetime:
        if self._last:
            self.passed = max(0, self.passed + (self._last - time > AHEAD) - (time - self._last > AHEAD))
        self._last = time
        is_possible = time.year + self.passed <= datetime.max.year and (time.month, time.day) != (2, 29)
        return time.replace(year=time.year + self.passed) if is_possible else time
