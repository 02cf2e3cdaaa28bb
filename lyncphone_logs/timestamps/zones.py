"""Converts naive times to UTC in the zones given by the user, and finds times that occur twice or not at all.

A zone is one of the IANA database, or a fixed offset from UTC. The zone of the computer is never used.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import PurePath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from lyncphone_logs.errors import InputError

AMBIGUOUS, NONEXISTENT = "ambiguous", "nonexistent"

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?")
# Since 1970 all zones have changed their offset at a quarter of an hour.
_QUARTERS = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)]


class Zone:
    """A zone by its name: `Europe/Berlin`, `UTC`, `+05:30`. Raises InputError if there is none of that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rules = _rules(name)

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"

    def steady(self, day: date) -> timedelta | None:
        """The offset from UTC during all of a day. None for a day on which it changes."""
        return _steady(self._rules, day)

    def quality(self, moment: datetime) -> str:
        """`ambiguous` for a time that occurs twice, `nonexistent` for one that a clock skips, else an empty text."""
        if self.steady(moment.date()) is not None:
            return ""
        first, second = (self._rules.utcoffset(moment.replace(fold=fold)) or timedelta() for fold in (0, 1))
        if first == second:
            return ""
        return AMBIGUOUS if first > second else NONEXISTENT

    def utc(self, moment: datetime, fold: int = 0) -> datetime | None:
        """The moment in naive UTC. `fold` is 1 for the second pass of a time that occurs twice.

        None if the result is out of the range of datetime.
        """
        offset = self.steady(moment.date()) or self._rules.utcoffset(moment.replace(fold=fold))
        try:
            return moment - offset if offset is not None else None
        except OverflowError:
            return None


class Zones:
    """The zones of the sources: `ZONE` for all, `NAME=ZONE` for a source, a folder, or a file name in any folder.

    Raises InputError for a zone that does not exist, and for two zones of one name.
    """

    def __init__(self, stated: Sequence[str] = ()) -> None:
        self._named: dict[str, Zone] = {}
        for text in stated:
            name, _, zone = text.rpartition("=")
            if name.rstrip("/") in self._named:
                raise InputError(f"two time zones are given for {name or 'all inputs'}", where=f"--tz {text}")
            self._named[name.rstrip("/")] = Zone(zone)

    def __bool__(self) -> bool:
        return bool(self._named)

    def of(self, path: str) -> Zone | None:
        """The zone given for a source, else for its file name, its nearest folder, or all; None if there is none."""
        if not self._named:
            return None
        file = PurePath(path)
        for name in (path, file.name, *(str(folder) for folder in file.parents)):
            if name != "." and name in self._named:
                return self._named[name]
        return self._named.get("")

    def unused(self, paths: Sequence[str]) -> list[str]:
        """Sorted names of zones that apply to none of the sources."""
        used = {id(self.of(path)) for path in paths}
        return sorted(name for name, zone in self._named.items() if name and id(zone) not in used)


@lru_cache(maxsize=256)
def _rules(name: str) -> tzinfo:
    if found := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if ahead < timedelta(days=1):
            return timezone(-ahead if found[1] == "-" else ahead)
    if name in ("UTC", "GMT", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from difflib import get_close_matches

        nearest = get_close_matches(name, sorted(available_timezones()), n=1)
        meant = f"did you mean {nearest[0]}? " if nearest else ""
        raise InputError(
            f"unknown time zone {name!r}",
            where=f"--tz {name}",
            help=f"{meant}use an IANA name (Europe/Berlin) or an offset from UTC (+05:30)",
        ) from None


@lru_cache(maxsize=4096)
def _steady(rules: tzinfo, day: date) -> timedelta | None:
    starts = [datetime.combine(day, at) for at in _QUARTERS]
    offsets = {rules.utcoffset(start.replace(fold=fold)) for start in starts for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None
