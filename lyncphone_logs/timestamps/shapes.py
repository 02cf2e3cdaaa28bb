"""The table of stamp shapes that syslog servers, routers and tools write: where a stamp is, and what it says.

Sources: RFC 3164, 3339 and 5322; ctime(3); the Apache log format; Cisco IOS (`service timestamps log datetime year msec
show-timezone`), IOS XR, ASA and FTD; the test suites of syslog-ng and rsyslog; journalctl, kubectl and tcpdump. Every
repetition is bounded, so a search takes linear time.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?:(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}+,?[ ]{1,4})?"
_MONTH = rf"(?P<month>(?i:{'|'.join(MONTHS)}))[a-z]{{0,6}}+\.?"
_YEAR = r"(?P<year>(?:19[7-9]|20[0-9])[0-9])"
_DAY = r"(?P<day>[0-3]?[0-9])"
_BLANKS = r"[ \t]{1,8}"
_BETWEEN = rf"(?:,?{_BLANKS}|[T_@])"
# A zone by name, so that a host in capitals is none.
ZONE_NAME = (
    r"(?:UTC|GMT|WES?T|CES?T|EES?T|MSK|BST|IST|[ECMP][SD]T|AK[SD]T|HST|JST|KST|HKT|SGT|A[CEW][SD]T|NZ[SD]T)(?![\w.-])"
)
"""The zones whose names a stamp may end with."""
_HALF = r"[ ]?(?P<half>[AaPp])\.?[Mm](?![A-Za-z])(?P<after_half>[.,][0-9]{1,64}+)?"
_ZONE = (
    r"(?:[ ]?(?P<zone>Z(?!\w)|[+-][01][0-9](?::?[0-5][0-9])(?!\w)|(?<![ ])[+-][01][0-9](?![0-9]))"
    rf"|[ ](?P<zone_name>{ZONE_NAME}))"
)
_CLOCK = r"(?P<hh>[0-2]?[0-9]):(?P<mm>[0-5][0-9]):(?P<ss>[0-6][0-9])(?![0-9])(?P<fraction>[.,:][0-9]{1,64}+)?"
_TIME = rf"{_CLOCK}(?:{_HALF})?{_ZONE}?"
_YEAR_LAST = rf"(?:[ ]{{1,4}}{_YEAR}(?![\w.:-]))?"
# What may be before a date: no letter, digit, or part of a longer number.
_EDGE = r"(?<![0-9A-Za-z])(?<![0-9][.,/-])"


class StampShape(NamedTuple):
    """One shape: its name, an example, and the pattern of it; the groups are the parts of the stamp."""

    name: str
    example: str
    pattern: str


SHAPES = (
    StampShape(
        "year first",
        "2013-07-09 10:00:00,123+02:00",
        rf"{_EDGE}{_WEEKDAY}{_YEAR}(?P<dash>[-/.])(?P<number>[01]?[0-9])(?P=dash){_DAY}{_BETWEEN}{_TIME}",
    ),
    StampShape(
        "compact",
        "20130709T100000Z",
        rf"{_EDGE}{_YEAR}(?P<number>[01][0-9])(?P<day>[0-3][0-9])[T _-]?"
        r"(?P<hh>[0-2][0-9]):?(?P<mm>[0-5][0-9]):?(?P<ss>[0-6][0-9])(?![0-9])(?P<fraction>[.,][0-9]{1,64}+)?"
        rf"{_ZONE}?(?!\w)",
    ),
    StampShape(
        "month, year",
        "Jul  9 2013 10:00:00.123",
        rf"{_WEEKDAY}{_MONTH}{_BLANKS}{_DAY},?{_BLANKS}{_YEAR}{_BETWEEN}{_TIME}",
    ),
    StampShape("month", "Jul  9 10:00:00 2013", rf"{_WEEKDAY}{_MONTH}{_BLANKS}{_DAY}{_BETWEEN}{_TIME}{_YEAR_LAST}"),
    StampShape(
        "day, month, year",
        "Tue, 09 Jul 2013 10:00:00 GMT",
        rf"{_EDGE}{_WEEKDAY}{_DAY}[ /-]{_MONTH}[ /-]{_YEAR}(?:{_BETWEEN}|:){_TIME}",
    ),
    StampShape("day, month", "9 Jul 10:00:00", rf"{_EDGE}{_WEEKDAY}{_DAY}[ -]{_MONTH}{_BETWEEN}{_TIME}"),
    StampShape(
        "year, month", "2013 Jul  9 10:00:00 UTC", rf"{_EDGE}{_YEAR}{_BLANKS}{_MONTH}{_BLANKS}{_DAY}{_BETWEEN}{_TIME}"
    ),
    StampShape("dotted", "09.07.2013 10:00:00", rf"{_EDGE}{_DAY}\.(?P<number>[01]?[0-9])\.{_YEAR}{_BETWEEN}{_TIME}"),
    StampShape(
        "either order",
        "07/09/2013 10:00:00 AM",
        rf"{_EDGE}(?P<first>[0-3]?[0-9])(?P<dash>/)(?P<second>[0-3]?[0-9])/{_YEAR}{_BETWEEN}{_TIME}",
    ),
    StampShape(
        "either order, dashes",
        "09-07-2013 10:00:00",
        rf"{_EDGE}(?P<first>[0-3][0-9])(?P<dash>-)(?P<second>[0-3][0-9])-{_YEAR}{_BETWEEN}{_TIME}",
    ),
    StampShape(
        "no year", "11/29 10:00:00.123", rf"{_EDGE}(?P<number>[01]?[0-9])[/-](?P<day>[0-3]?[0-9]){_BLANKS}{_TIME}"
    ),
    StampShape(
        "epoch",
        "1373364000.123",
        r"(?<![\w.+@])(?<![0-9]-)@?(?P<epoch>1[0-9]{9})"
        r"(?:\.(?P<part>[0-9]{1,64}+)|(?P<rest>[0-9]{3}(?:[0-9]{3}){0,2}))?(?![\w|.-])(?!:[^ ])",
    ),
    StampShape("clock", "10:00:00.123", rf"(?<![0-9A-Za-z.-])(?<![0-9A-Fa-f]:){_TIME}(?![\w:])"),
)
"""Tried in this order at each place of a text."""
MIN_LENGTH = 7
"""Characters of the shortest stamp."""


def _nameless(pattern: str, dash: str) -> str:
    pattern = pattern.replace("(?P<dash>", f"(?P<{dash}>").replace("(?P=dash)", f"(?P={dash})")
    return re.sub(r"\(\?P<(?!dash)[a-z_]+>", "(?:", pattern)


@cache
def _patterns() -> list[re.Pattern[str]]:
    """The patterns of the shapes. Compiling them takes 15 ms, and most traces need none."""
    return [re.compile(shape.pattern, re.ASCII) for shape in SHAPES]


@cache
def _any_shape() -> re.Pattern[str]:
    parts = [f"(?<![A-Za-z])(?:{_nameless(shape.pattern, f'dash{number}')})" for number, shape in enumerate(SHAPES)]
    # The lookahead rejects quickly what begins no stamp.
    return re.compile(rf"(?=[0-9@ADFJMNOSTWadfjmnostw])(?:{'|'.join(parts)})", re.ASCII)


class FoundStamp(NamedTuple):
    """A stamp in a text: where it begins and ends, and itself as `read_stamp` takes it."""

    start: int
    end: int
    text: str

    @property
    def has_date(self) -> bool:
        """Whether it is more than a time of day."""
        return self.text[2:3] != ":" and self.text[1:2] != ":"


def stamps_in(text: str, end: int, start: int = 0) -> Iterator[FoundStamp]:
    """The stamps in `text[start:end]`, in order. Whole seconds of Unix time get an `@`, as date(1) writes them."""
    for found in _any_shape().finditer(text, start, end):
        stamp = found[0]
        if stamp.isdigit() and len(stamp) == 10:
            # Ten digits alone may be a stamp of Polycom.
            stamp = f"@{stamp}"
        yield FoundStamp(found.start(), found.end(), stamp)


@lru_cache(maxsize=4096)
def plain_stamp(stamp: str) -> str:
    """The stamp in a form that `formats` knows, "" if its shape is not in the table.

    A date with a known order of its parts becomes ISO 8601, one without a year RFC 3164.
    """
    for pattern in _patterns() if len(stamp) >= MIN_LENGTH else ():
        if found := pattern.fullmatch(stamp):
            return _plain(found.groupdict())
    return ""


def _plain(parts: dict[str, str | None]) -> str:
    if epoch := parts.get("epoch"):
        return f"{epoch}.{(parts['part'] or parts['rest'] or '0')[:6]}"
    time = _time(parts)
    if first := parts.get("first"):
        second, year, dash = parts["second"] or "", parts["year"], parts["dash"]
        if parts.get("half") and int(first) <= 12:
            # Only Americans write hours up to 12, and they write the month first.
            return f"{year}-{_two(first)}-{_two(second)}T{time}"
        return f"{_two(first)}-{_two(second)}-{year} {time}" if dash == "-" else f"{first}/{second}/{year} {time}"
    day = _two(parts.get("day"))
    if not parts.get("day"):
        return time
    name, number = parts.get("month"), parts.get("number") or "0"
    month = MONTHS.index(name.lower()) + 1 if name else int(number)
    if year := parts.get("year"):
        return f"{year}-{month:02}-{day}T{time}"
    if not 1 <= month <= 12:
        month, day = int(day), f"{month:02}"
    return f"{MONTHS[month - 1].title()} {day} {time}" if 1 <= month <= 12 else ""


def _two(number: str | None) -> str:
    return (number or "").zfill(2)


def _time(parts: dict[str, str | None]) -> str:
    hour = int(parts["hh"] or 0)
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half in "Pp" else 0)
    fraction = (parts.get("fraction") or parts.get("after_half") or "")[1:]
    if (parts.get("fraction") or "").startswith(":"):
        fraction = fraction.rjust(3, "0")
    zone = parts.get("zone") or ("Z" if parts.get("zone_name") in ("UTC", "GMT") else "")
    if len(zone) == 3:
        zone += "00"
    return f"{hour:02}:{parts['mm']}:{parts['ss']}{fraction and f'.{fraction[:9]}'}{zone}"
