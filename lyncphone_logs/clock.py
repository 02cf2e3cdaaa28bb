"""Time stamps: what a stamp says, and what it leaves to be assumed.

Nothing here reads the clock: a year or a date that a stamp does not carry comes from a stated anchor.
"""

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

# Eight years lie between two leap years where a century is none: 1896 and 1904.
_LONGEST_WAIT_FOR_29_FEBRUARY = 8

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_STAMP = re.compile(
    r"(?:(?P<month>[A-Za-z]{3})[ ]++(?P<day>[0-9]{1,2})[ ]++"
    r"|(?P<y>[0-9]{4})[-.](?P<m>[0-9]{2})[-.](?P<d>[0-9]{2})[T \t]++"
    r"|(?P<first>[0-9]{2})-(?P<second>[0-9]{2})-(?P<year>[0-9]{4})[ \t]++)?"
    r"(?P<hh>[0-9]{2}):(?P<mm>[0-9]{2}):(?P<ss>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-5][0-9])?"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A stamp, understood. `time` is naive, as written; `utc` is set only where the stamp carries its zone.

    `quality` is `exact`, `assumed-year`, `assumed-date` (the day, or the order of day and month, is assumed) or `none`.
    """

    time: datetime | None
    utc: datetime | None
    quality: str


@dataclass(frozen=True)
class Anchor:
    """What a stamp without a year or a date is completed from: the newest moment that the trace can be from.

    `basis` is `--year`, `file time`, `collector` (its stamp on the same line) or nothing. `latest` is naive.
    """

    latest: datetime | None
    basis: str

    @property
    def limit(self) -> datetime | None:
        """The newest moment that a stamp without a year may mean: a day more, since the phone's zone is not known.

        A year that the user stated is not exceeded.
        """
        if self.latest is None or self.basis == "--year":
            return self.latest
        return self.latest + min(timedelta(days=1), datetime.max - self.latest)


_UNREADABLE = Reading(None, None, "none")


def read_stamp(stamp: str, anchor: Anchor) -> Reading:
    """What a stamp says; `Reading(None, None, "none")` where it is none, is impossible, or has nothing to complete it.

    `Mon dd hh:mm:ss` (RFC 3164) means the latest year in which it is not after the anchor's limit. ISO 8601 and the
    dates of Kiwi are read as written; of `dd-mm-yyyy` and `mm-dd-yyyy` the second, Kiwi's American order, is assumed
    unless a number is over 12. `hh:mm:ss.mmm` means the latest day on which it is not after the anchor. Second 60 is
    read as 59; fractions are cut to microseconds.
    """
    return _read(stamp, anchor)


@lru_cache(maxsize=1024)
def _read(stamp: str, anchor: Anchor) -> Reading:
    found = _STAMP.fullmatch(stamp)
    if not found:
        return _UNREADABLE
    try:
        day_time = _time(found)
        day, quality = _date(found, day_time, anchor)
        moment = datetime.combine(day, day_time)
        return Reading(moment, _utc(moment, found["zone"]), quality)
    except (ValueError, OverflowError):
        return _UNREADABLE


def _time(found: re.Match[str]) -> time:
    second = 59 if found["ss"] == "60" else int(found["ss"])
    microsecond = int((found["fraction"] or "")[:6].ljust(6, "0"))
    return time(int(found["hh"]), int(found["mm"]), second, microsecond)


def _date(found: re.Match[str], at: time, anchor: Anchor) -> tuple[date, str]:
    if found["y"]:
        return date(int(found["y"]), int(found["m"]), int(found["d"])), "exact"
    if found["year"]:
        return _either_order(int(found["first"]), int(found["second"]), int(found["year"]))
    if found["month"]:
        return _latest_year(found["month"], int(found["day"]), at, anchor.limit), "assumed-year"
    return _latest_day(at, anchor.latest), "assumed-date"


def _either_order(first: int, second: int, year: int) -> tuple[date, str]:
    if first > 12:
        return date(year, second, first), "exact"
    certain = second > 12 or first == second
    return date(year, first, second), "exact" if certain else "assumed-date"


def _latest_year(month: str, day: int, at: time, limit: datetime | None) -> date:
    number = _MONTHS.index(month.lower()) + 1
    if limit is None:
        raise ValueError("nothing to complete the stamp from")
    for year in range(limit.year, limit.year - _LONGEST_WAIT_FOR_29_FEBRUARY - 1, -1):
        leap_day_missing = (number, day) == (2, 29) and not isleap(year)
        if not leap_day_missing and datetime.combine(date(year, number, day), at) <= limit:
            return date(year, number, day)
    raise ValueError("no year fits")


def _latest_day(at: time, latest: datetime | None) -> date:
    # No day of grace here: with one, every moment would come out later than the anchor.
    if latest is None:
        raise ValueError("nothing to complete the stamp from")
    return latest.date() if at <= latest.time() else latest.date() - timedelta(days=1)


def _utc(moment: datetime, zone: str | None) -> datetime | None:
    if not zone:
        return None
    if zone == "Z":
        return moment
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    offset = timezone((timedelta(hours=hours, minutes=minutes)) * (-1 if zone[0] == "-" else 1))
    return moment.replace(tzinfo=offset).astimezone(UTC).replace(tzinfo=None)
