"""Time stamps: what a stamp says, and what it leaves to be assumed.

Nothing here reads the clock: a year or a date that a stamp does not carry comes from a stated anchor.
"""

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

# Eight years lie between two leap years where a century is none: 1896 and 1904.
_MAX_YEARS_TO_29_FEBRUARY = 8

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_STAMP = re.compile(
    r"(?:(?:[A-Za-z]{3}[ ]++)?(?P<month>[A-Za-z]{3})[ ]++(?P<day>[0-9]{1,2})[ ]++"
    r"|(?P<y>[0-9]{4})[-.](?P<m>[0-9]{2})[-.](?P<d>[0-9]{2})[T \t]++"
    r"|(?P<day_first>[0-9]{2})-(?P<then_month>[0-9]{2})@"
    r"|(?:(?P<first>[0-9]{2})-(?P<second>[0-9]{2})-(?P<year>[0-9]{4})"
    r"|(?P<before>[0-9]{1,2})/(?P<after>[0-9]{1,2})/(?P<slashed>[0-9]{4}))[ \t]++)?"
    r"(?P<hh>[0-9]{1,2}):(?P<mm>[0-9]{2}):(?P<ss>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,9}|[ ][0-9]{2}|[ ]{2}[0-9])|:(?P<milliseconds>[0-9]{1,3}))?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-5][0-9])?(?(month)(?:[ ]++(?P<year_last>[0-9]{4}))?)"
)
_TEN_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
_SINCE_BOOT = re.compile(r"[0-9]{2,4}[0-5][0-9][0-5][0-9]\.[0-9]{3}")
_SINCE_1970 = re.compile(r"([0-9]{9,10})\.([0-9]{1,6})")
_EPOCH = datetime(1970, 1, 1)
_NEVER_SET = "0100000000"
"""What a Polycom phone writes before its clock is set: a month, but no day."""


@dataclass(frozen=True, slots=True)
class ParsedStamp:
    """A stamp, understood. `time` is naive, as written; `utc` is set only where the stamp carries its zone.

    `quality` is `exact`, `assumed-year`, `assumed-date` (the day, or the order of day and month, is assumed), `uptime`
    (a time since boot, which is no time of day: `time` is nothing) or `none`.
    """

    time: datetime | None
    utc: datetime | None
    quality: str


@dataclass(frozen=True)
class Anchor:
    """What a stamp without a year or a date is completed from: the newest moment that the trace can be from.

    `basis` is `--year`, `file time`, `dated lines` (of the same source), `collector` (its stamp on the same line) or
    nothing. `latest` is naive. `day` stands for it where a stamp has no date either. `day_first` tells the order of day
    and month in dates of digits, where other dates of the source show it. `later` are the anchors of what stands
    further on in the source, each with the byte offset from which on it holds.
    """

    latest: datetime | None
    basis: str
    day: datetime | None = None
    day_first: bool | None = None
    later: tuple[tuple[int, "Anchor"], ...] = ()

    @property
    def limit(self) -> datetime | None:
        """The newest moment that a stamp without a year may mean: a day more, since the phone's zone is not known.

        A year that the user stated is not exceeded.
        """
        if self.latest is None or self.basis == "--year":
            return self.latest
        return self.latest + min(timedelta(days=1), datetime.max - self.latest)


_UNREADABLE = ParsedStamp(None, None, "none")


def read_stamp(stamp: str, anchor: Anchor) -> ParsedStamp:
    """What a stamp says; `Reading(None, None, "none")` where it is none, is impossible, or has nothing to complete it.

    `Mon dd hh:mm:ss` (RFC 3164) and `dd-mm@hh:mm:ss.mmm` (AudioCodes) mean the latest year in which they are not after
    the anchor's limit; where a year stands behind it (`ctime`), that one. ISO 8601 and the dates of Kiwi are read as
    written. A number over 12 tells the day of `dd-mm-yyyy` and `d/m/yyyy`, else the other dates of the source do
    (`anchor.day_first`), else the order is assumed: of the first Kiwi's American one, of the second snom's, whose
    milliseconds stand behind a colon. `hh:mm:ss.mmm` means the latest day on which it is not after the anchor. Second
    60 is read as 59; fractions are cut to microseconds. `seconds.fraction` is Unix time, and so UTC.

    Polycom writes `hhmmss.mmm` since boot, or ten digits: `MMDDhhmmss`, the only form seen in real logs, else
    `YYMMDDhhmm` of its manuals. `0100000000` is a clock that was never set, and reads as the first of 1970.
    """
    return _read(stamp, anchor)


@lru_cache(maxsize=1024)
def _read(stamp: str, anchor: Anchor) -> ParsedStamp:
    try:
        if found := _STAMP.fullmatch(stamp):
            day_time = _time(found)
            day, quality = _date(found, day_time, anchor)
            moment = datetime.combine(day, day_time)
            return ParsedStamp(moment, _utc(moment, found["zone"]), quality)
        return _of_digits(stamp, anchor)
    except (ValueError, OverflowError):
        return _UNREADABLE


def _of_digits(stamp: str, anchor: Anchor) -> ParsedStamp:
    if found := _TEN_DIGITS.fullmatch(stamp):
        return _polycom(stamp, [int(number) for number in found.groups()], anchor)
    if found := _SINCE_1970.fullmatch(stamp):
        moment = _EPOCH + timedelta(seconds=int(found[1]), microseconds=int(found[2].ljust(6, "0")))
        return ParsedStamp(moment, moment, "exact")
    return ParsedStamp(None, None, "uptime") if _SINCE_BOOT.fullmatch(stamp) else _UNREADABLE


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
    if found["day_first"]:
        return _latest_year(int(found["then_month"]), int(found["day_first"]), at, anchor.limit), "assumed-year"
    return _latest_day(at, anchor.day or anchor.latest), "assumed-date"


def _either_order(first: int, second: int, year: int, known: bool | None, usual: bool) -> tuple[date, str]:
    is_told = first > 12 or second > 12
    day_first = first > 12 if is_told else usual if known is None else known
    is_certain = is_told or known is not None or first == second
    return date(year, *((second, first) if day_first else (first, second))), "exact" if is_certain else "assumed-date"


def day_stands_first(stamp: str) -> bool | None:
    """Whether the day stands before the month in a date of digits; None where that cannot be told from the stamp."""
    found = _STAMP.fullmatch(stamp)
    written = found.group("first", "second", "before", "after") if found else ()
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
