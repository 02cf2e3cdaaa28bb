"""Parses time stamps of phones and collectors. A year or a date that a stamp omits comes from an anchor.

Nothing here reads the clock of the computer.
"""

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from lyncphone_logs.timestamps.shapes import plain_stamp

# Leap years are up to eight years apart, because 1900 was none: 1896 and 1904.
_MAX_YEARS_TO_29_FEBRUARY = 8

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_STAMP = re.compile(
    r"(?:(?:[A-Za-z]{3}[ ]++)?(?P<month>[A-Za-z]{3})[ ]++(?P<day>[0-9]{1,2})[ ]++"
    r"|(?P<y>[0-9]{4})[-.](?P<m>[0-9]{2})[-.](?P<d>[0-9]{2})[T \t]++"
    r"|(?P<one>[0-9]{2})-(?P<other>[0-9]{2})(?:-(?P<year_of_device>[0-9]{4}))?@"
    r"|(?P<month_first>[0-9]{2})-(?P<then_day>[0-9]{2})[ ]++"
    r"|(?:(?P<first>[0-9]{2})-(?P<second>[0-9]{2})-(?P<year>[0-9]{4})"
    r"|(?P<before>[0-9]{1,2})/(?P<after>[0-9]{1,2})/(?P<slashed>[0-9]{4}))[ \t]++)?"
    r"(?P<hh>[0-9]{1,2}):(?P<mm>[0-9]{2}):(?P<ss>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,9}|[ ][0-9]{2}|[ ]{2}[0-9])|:(?P<milliseconds>[0-9]{1,3}))?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-5][0-9])?(?(month)(?:[ ]++(?P<year_last>[0-9]{4}))?)"
)
_MAY_HAVE_PARTS = re.compile(r"[0-9]:[0-9]|T[0-9]{6}|[0-9]{8}[T _-]?[0-9]{6}").search
_TEN_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
_SINCE_BOOT = re.compile(r"[0-9]{2,4}[0-5][0-9][0-5][0-9]\.[0-9]{3}")
_SINCE_1970 = re.compile(r"([0-9]{9,10})\.([0-9]{1,6})")
_EPOCH = datetime(1970, 1, 1)
_NEVER_SET = "0100000000"
"""What a Polycom phone writes before its clock is set: January, day 0."""


@dataclass(frozen=True, slots=True)
class ParsedStamp:
    """The moment of a stamp. `time` is naive, as written. `utc` is naive, and None if the stamp has no zone.

    `quality` is `exact`, `assumed-year`, `assumed-date` (the day, or the order of day and month, is assumed), `uptime`
    (time since boot; `time` is None) or `none` (not a time; `time` is None).
    """

    time: datetime | None
    utc: datetime | None
    quality: str


@dataclass(frozen=True)
class Anchor:
    """Completes stamps without a year or a date. `latest` is the newest possible moment of the trace, naive.

    `basis` is `--year`, `file time`, `dated lines` (of the same source), `collector` (its stamp on the same line) or
    empty. Stamps without a date use `day` instead of `latest`, if it is given. `day_first` is the order of day and
    month in numeric dates, None if no date of the source shows it; `device_day_first` is that of an AudioCodes device,
    whose dates may have another order than the collector's. `later` are the anchors of later parts of the source, each
    with the byte offset at which it begins to apply.
    """

    latest: datetime | None
    basis: str
    day: datetime | None = None
    day_first: bool | None = None
    device_day_first: bool | None = None
    later: tuple[tuple[int, "Anchor"], ...] = ()

    @property
    def limit(self) -> datetime | None:
        """The newest moment that a stamp without a year may mean: `latest` plus a day, because the zone is unknown.

        A year given by the user is not exceeded.
        """
        if self.latest is None or self.basis == "--year":
            return self.latest
        return self.latest + min(timedelta(days=1), datetime.max - self.latest)


_UNREADABLE = ParsedStamp(None, None, "none")


def read_stamp(stamp: str, anchor: Anchor) -> ParsedStamp:
    """Parse a stamp. If it is no time, is impossible, or cannot be completed, `time` is None and `quality` is `none`.

    - `Mon dd hh:mm:ss` (RFC 3164), `dd-mm@hh:mm:ss.mmm` (AudioCodes) and `mm-dd hh:mm:ss.mmm` (Android) are of the
      latest year in which they are not after `anchor.limit`. If a year follows (`ctime`, `mm-dd-yyyy@hh:mm:ss`), it
      counts. Of the two numbers before `@`, one over 12 is the day, else `anchor.device_day_first` decides, else the
      day is first if no year follows.
    - ISO 8601, and dates of Kiwi that begin with the year, are read as written.
    - Of two numbers in dates of Kiwi (`dd-mm-yyyy`) and snom (`d/m/yyyy`), one over 12 is the day. Otherwise
      `anchor.day_first` decides. Without it, the order is assumed: American for Kiwi, European for snom, which writes
      milliseconds after a colon.
    - Stamps of collectors in any other shape of `shapes.SHAPES` are read as the plain form of them.
    - `hh:mm:ss.mmm` is of the latest day on which it is not after the anchor.
    - `seconds.fraction` is Unix time, and therefore UTC.
    - Polycom writes `hhmmss.mmm` since boot, or ten digits: `MMDDhhmmss`, the only form in real logs, else `YYMMDDhhmm`
      as in its manuals. `0100000000` is a clock that was never set; its `time` is 1 January 1970.

    Second 60 is read as 59. Fractions are truncated to microseconds.
    """
    return _read(stamp, anchor)


@lru_cache(maxsize=1024)
def _read(stamp: str, anchor: Anchor) -> ParsedStamp:
    try:
        if found := _parts(stamp):
            day_time = _time(found)
            day, quality = _date(found, day_time, anchor)
            moment = datetime.combine(day, day_time)
            return ParsedStamp(moment, _utc(moment, found["zone"]), quality)
        return _of_digits(stamp, anchor)
    except (ValueError, OverflowError):
        return _UNREADABLE


def _parts(stamp: str) -> re.Match[str] | None:
    """The parts of a stamp with colons, in any shape."""
    if found := _STAMP.fullmatch(stamp):
        return found
    return _STAMP.fullmatch(plain_stamp(stamp)) if _MAY_HAVE_PARTS(stamp) else None


def _of_digits(stamp: str, anchor: Anchor) -> ParsedStamp:
    if found := _TEN_DIGITS.fullmatch(stamp):
        return _polycom(stamp, [int(number) for number in found.groups()], anchor)
    if found := _SINCE_1970.fullmatch(stamp):
        moment = _EPOCH + timedelta(seconds=int(found[1]), microseconds=int(found[2].ljust(6, "0")))
        return ParsedStamp(moment, moment, "exact")
    if _SINCE_BOOT.fullmatch(stamp):
        return ParsedStamp(None, None, "uptime")
    plain = plain_stamp(stamp)
    return _of_digits(plain, anchor) if plain and plain != stamp else _UNREADABLE


def _polycom(stamp: str, numbers: list[int], anchor: Anchor) -> ParsedStamp:
    if stamp == _NEVER_SET:
        return ParsedStamp(_EPOCH, None, "exact")
    month, day, hour, minute, second = numbers
    if 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60:
        at = time(hour, minute, min(second, 59))
        return ParsedStamp(datetime.combine(_latest_year(month, day, at, anchor.limit), at), None, "assumed-year")
    year, month, day, hour, minute = numbers
    return ParsedStamp(datetime(2000 + year, month, day, hour, minute), None, "exact")


def _time(found: re.Match[str]) -> time:
    second = 59 if found["ss"] == "60" else int(found["ss"])
    fraction = (found["fraction"] or "").replace(" ", "0") or (found["milliseconds"] or "").rjust(3, "0")
    microsecond = int(fraction[:6].ljust(6, "0"))
    return time(int(found["hh"]), int(found["mm"]), second, microsecond)


def _date(found: re.Match[str], at: time, anchor: Anchor) -> tuple[date, str]:
    if found["y"]:
        return date(int(found["y"]), int(found["m"]), int(found["d"])), "exact"
    if found["year"]:
        return _either_order(int(found["first"]), int(found["second"]), int(found["year"]), anchor.day_first, False)
    if found["slashed"]:
        return _either_order(int(found["before"]), int(found["after"]), int(found["slashed"]), anchor.day_first, True)
    if found["year_last"]:
        return date(int(found["year_last"]), _month(found["month"]), int(found["day"])), "exact"
    if found["month"]:
        return _latest_year(_month(found["month"]), int(found["day"]), at, anchor.limit), "assumed-year"
    if found["one"]:
        return _of_device(int(found["one"]), int(found["other"]), found["year_of_device"], at, anchor)
    if found["month_first"]:
        return _latest_year(int(found["month_first"]), int(found["then_day"]), at, anchor.limit), "assumed-year"
    return _latest_day(at, anchor.day or anchor.latest), "assumed-date"


def _of_device(one: int, other: int, year: str | None, at: time, anchor: Anchor) -> tuple[date, str]:
    if year:
        return _either_order(one, other, int(year), anchor.device_day_first, False)
    # The manuals show the day first.
    day_first = one > 12 or anchor.device_day_first is not False
    day, month = (one, other) if day_first else (other, one)
    return _latest_year(month, day, at, anchor.limit), "assumed-year"


def _either_order(first: int, second: int, year: int, known: bool | None, assumed: bool) -> tuple[date, str]:
    is_evident = first > 12 or second > 12
    otherwise = assumed if known is None else known
    day_first = first > 12 if is_evident else otherwise
    is_certain = is_evident or known is not None or first == second
    return date(year, *((second, first) if day_first else (first, second))), "exact" if is_certain else "assumed-date"


def day_stands_first(stamp: str, of_device: bool = False) -> bool | None:
    """Whether the day is before the month in a numeric date, of a collector or snom, or of an AudioCodes device.

    None if the stamp does not show it.
    """
    found = _parts(stamp)
    names = ("one", "other") if of_device else ("first", "second", "before", "after")
    written = found.group(*names) if found else ()
    is_day = [int(number) > 12 for number in written if number]
    return is_day[0] if len({*is_day}) == 2 else None


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()) + 1


def _latest_year(month: int, day: int, at: time, limit: datetime | None) -> date:
    if limit is None:
        raise ValueError("nothing to complete the stamp from")
    for year in range(limit.year, limit.year - _MAX_YEARS_TO_29_FEBRUARY - 1, -1):
        leap_day_missing = (month, day) == (2, 29) and not isleap(year)
        if not leap_day_missing and datetime.combine(date(year, month, day), at) <= limit:
            return date(year, month, day)
    raise ValueError("no year fits")


def _latest_day(at: time, latest: datetime | None) -> date:
    # Not one day later as `Anchor.limit`: every moment would then be after the anchor.
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
