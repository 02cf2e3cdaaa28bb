"""Finds dates in the texts of lines that tell the year, or the day, which the stamps of these lines omit.

Date headers of SIP and HTTP, Unix times after a word such as `time`, and full dates (a clock that is set, for example).
A date counts only if it is that of a stamp next to it: a certificate or a file may have any other date.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

DatedStamp = tuple[int, datetime]
"""The byte offset of a line, and its moment."""
MARKS = (b"setting time to ", b"Date: ", b'ime": ', b"ime:1", b"ime=1")
"""Texts that most of these dates follow, to find them in a large file."""
DATE, UNIX, FULL = "a Date header", "a Unix time in the text", "a full date in the text"
_VALUE = r"[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?P<unix>1[0-9]{9})(?:[0-9]{3})?(?![0-9])"
# Each begins with a literal, for which `re` searches fast. Their words are Date, time, stamp and epoch in either case.
_PATTERNS = tuple(
    (what, re.compile(pattern))
    for what, pattern in (
        (
            DATE,
            r"ate: ?[A-Z][a-z]{2}, (?P<day>[0-9]{2}) (?P<month>[A-Z][a-z]{2}) (?P<year>[0-9]{4}) (?P<at>[0-9:]{8}) GMT",
        ),
        (UNIX, r"ime" + _VALUE),
        (UNIX, r"tamp" + _VALUE),
        (UNIX, r"poch" + _VALUE),
        (FULL, r"20(?P<full>[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9])"),
    )
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1)
DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
NEAR = timedelta(minutes=1)
"""A date in UTC and a time of day in any zone differ by quarters of an hour, and by less than this."""


class StatedDate(NamedTuple):
    """A date in the text of the line at this offset, in UTC or in the zone of the phone, and what states it."""

    offset: int
    moment: datetime
    what: str


def stated_dates(text: str, offset: int) -> Iterator[StatedDate]:
    """The dates in the text of a line; `offset` is that of the line."""
    for what, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            try:
                yield StatedDate(offset, _moment(found, what), what)
            except ValueError:
                continue


def _moment(found: re.Match[str], what: str) -> datetime:
    if what == UNIX:
        return _EPOCH + timedelta(seconds=int(found["unix"]))
    if what == FULL:
        return datetime.fromisoformat(f"20{found['full']}")
    month = _MONTHS.index(found["month"]) + 1
    return datetime.fromisoformat(f"{found['year']}-{month:02}-{found['day']}T{found['at']}")


def has_stated_date(text: str) -> bool:
    """Whether there may be a date in a text."""
    return any(pattern.search(text) for _, pattern in _PATTERNS)


def with_years(stated: Sequence[StatedDate], yearless: Sequence[DatedStamp]) -> list[StatedDate]:
    """The stamps without a year that stand next to a date of the same day, with its year."""
    found = []
    for date in stated:
        for offset, stamp in _next_to(date, yearless):
            years = (
                year for year in (date.moment.year - 1, date.moment.year, date.moment.year + 1) if 1 <= year <= 9999
            )
            dates = [stamp.replace(year=year) for year in years if (stamp.month, stamp.day) != (2, 29)]
            near = [moment for moment in dates if abs(moment - date.moment) <= DAY]
            found += [StatedDate(offset, near[0], date.what)] if near else []
    return found


def with_days(stated: Sequence[StatedDate], dayless: Sequence[DatedStamp]) -> list[StatedDate]:
    """The stamps without a date that stand next to a date of the same time of day, in any zone, with its day."""
    found = []
    for date in (date for date in stated if date.what != FULL):
        for offset, stamp in _next_to(date, dayless):
            days = (datetime.combine((date.moment + shift).date(), stamp.time()) for shift in (-DAY, 0 * DAY, DAY))
            nearest = min(days, key=lambda day: abs(day - date.moment))
            distance = abs(nearest - date.moment) % QUARTER
            if min(distance, QUARTER - distance) <= NEAR:
                found.append(StatedDate(offset, nearest, date.what))
    return found


def _next_to(date: StatedDate, stamps: Sequence[DatedStamp]) -> Sequence[DatedStamp]:
    """The stamp of the line with the date, or before it, and the one after it."""
    after = bisect_left(stamps, (date.offset, datetime.max))
    return stamps[max(after - 1, 0) : after + 1]
