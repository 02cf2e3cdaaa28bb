"""Which year and which day stamps mean that do not say so, from the stamps around them.

From place to place the time goes on: from December to January a year passes, from evening to morning a day. Where it
ends is told by the anchor (`--year`, file time) or by lines with a full date; a 29 February lies in a leap year.
"""

from bisect import bisect_right
from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.timestamps.formats import Anchor

BACK, AHEAD = timedelta(days=115), timedelta(days=250)
"""So far may stamps without a year fall back, where clocks differ or are set, and go on, where a phone was silent."""
DAY, LATE = timedelta(days=1), timedelta(hours=6)
"""So much earlier in the day, a time of day is that of the next day."""
ALMOST_LATE = DAY - LATE - timedelta(microseconds=1)
DatedStamp = tuple[int, datetime]
"""A moment and the byte offset of its line."""


@dataclass(slots=True)
class Seen:
    """Stamps of a source in their order: with a full date, without a year (read as of 2000), without a date.

    `orders` tells for dates of digits whether the day stands first, `undecided` is one of which that is not told.
    """

    dated: list[DatedStamp]
    yearless: list[DatedStamp]
    dayless: list[DatedStamp]
    orders: set[bool | None]
    undecided: str = ""
    is_numbered: bool = False


def years_of(seen: Seen, anchor: Anchor) -> tuple[list[DatedStamp], str, str]:
    """The moments of stamps without a year, what their year rests on, and what speaks against it."""
    if not seen.yearless:
        return [], "", ""
    counted = _counted([moment for _, moment in seen.yearless], AHEAD, AHEAD)
    last_year, basis = _last_year(seen, counted, anchor)
    leaps = [count for count, (_, moment) in zip(counted, seen.yearless, strict=True) if _is_29_february(moment)]
    conflict = ""
    if any(not isleap(last_year + count - counted[-1]) for count in leaps):
        fitting = (year for year in range(last_year, last_year - 9, -1) if year > 0)
        fits = (year for year in fitting if all(isleap(year + count - counted[-1]) for count in leaps))
        stated, last_year = last_year, next(fits, last_year)
        conflict = f"a 29 February does not lie in {stated}, which was stated" if anchor.basis == "--year" else ""
        basis = f"{basis} and a 29 February"
    years = [last_year + count - counted[-1] for count in counted]
    if not basis or min(years) < 1 or max(years) > datetime.max.year:
        return [], "", ""
    return [
        (offset, moment.replace(year=year))
        for year, (offset, moment) in zip(years, seen.yearless, strict=True)
        if not _is_29_february(moment) or isleap(year)
    ], basis, conflict  # fmt: skip


def _is_29_february(moment: datetime) -> bool:
    return (moment.month, moment.day) == (2, 29)


def _last_year(seen: Seen, counted: Sequence[int], anchor: Anchor) -> tuple[int, str]:
    offset, last = seen.yearless[-1]
    if seen.dated and anchor.basis != "--year":
        _, near = min(seen.dated, key=lambda dated: abs(dated[0] - offset))
        years = [year for year in (near.year - 1, near.year, near.year + 1) if 1 <= year <= 9999]
        return min(years, key=lambda year: abs(_in(last, year) - near)), "dated lines"
    if anchor.limit is None:
        return 1, ""
    # The newest moment decides: that of the last line, or of one before it, where a clock went back.
    newest = max(zip(counted, (moment for _, moment in seen.yearless), strict=True))
    year = anchor.limit.year
    if year > 1 and _in(newest[1], year) > anchor.limit:
        year -= 1
    return year - newest[0] + counted[-1], anchor.basis


def _in(moment: datetime, year: int) -> datetime:
    return moment.replace(year=year, day=28 if _is_29_february(moment) and not isleap(year) else moment.day)


def _counted(moments: Sequence[datetime], earlier: timedelta, later: timedelta) -> list[int]:
    """How many periods lie between the first moment and each: one more where time falls back by more than `earlier`,
    one less where it leaps ahead by more than `later`."""
    counted = [0]
    for before, moment in pairwise(moments):
        counted.append(counted[-1] + (moment < before - earlier) - (moment > before + later))
    return counted


def days_of(dayless: Sequence[DatedStamp], dated: Sequence[DatedStamp], anchor: Anchor) -> list[DatedStamp]:
    """The moments of stamps without a date: by the line with a date before them (else behind), else by the anchor."""
    if not dayless:
        return []
    counted = _counted([moment for _, moment in dayless], LATE, DAY - LATE)
    try:
        if dated:
            known, moment = dated[max(bisect_right(dated, (dayless[0][0], datetime.max)) - 1, 0)]
            at = next((number for number, (offset, _) in enumerate(dayless) if offset >= known), 0)
            day = _nearest(dayless[at][1], moment)
        elif anchor.latest:
            at, day = len(dayless) - 1, _nearest(dayless[-1][1], anchor.latest - ALMOST_LATE)
        else:
            return []
        return [
            (offset, datetime.combine((day + (count - counted[at]) * DAY).date(), moment.time()))
            for count, (offset, moment) in zip(counted, dayless, strict=True)
        ]
    except OverflowError:
        return []


def _nearest(moment: datetime, reference: datetime) -> datetime:
    """The time of day on the day on which it lies behind the reference, or at most six hours before it."""
    on_day = datetime.combine(reference.date(), moment.time())
    if on_day < reference - LATE:
        return on_day + DAY
    return on_day - DAY if on_day >= reference + (DAY - LATE) else on_day


class NewYears:
    """Counts New Years; `passed` is how many."""

    def __init__(self) -> None:
        self.passed = 0
        self._last: datetime | None = None

    def count(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The batches, assumed years one more from each December to January on."""
        for batch in batches:
            times, qualities = batch.columns["time"], batch.columns["time_quality"]
            for row, quality in enumerate(qualities):
                if quality == "assumed-year":
                    times[row] = self._in_year(times[row])
            yield batch

    def _in_year(self, time: datetime) -> datetime:
        if self._last:
            self.passed = max(0, self.passed + (self._last - time > AHEAD) - (time - self._last > AHEAD))
        self._last = time
        is_possible = time.year + self.passed <= datetime.max.year and (time.month, time.day) != (2, 29)
        return time.replace(year=time.year + self.passed) if is_possible else time
