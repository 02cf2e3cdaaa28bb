"""Resolves the stamps of many lines of one source: phone time, collector time, UTC, and whether the clock was set."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from lyncphone_logs.timestamps.factory_dates import is_factory_date
from lyncphone_logs.timestamps.formats import Anchor, ParsedStamp, read_stamp

OLDEST_PHONE = datetime(2010, 1, 1)
"""A clock that shows an earlier time may not be set: most phones are newer. It is set unless it jumps later."""
MAX_BEHIND_COLLECTOR = timedelta(days=1)
ALMOST_A_YEAR = timedelta(days=360)
"""If the year is assumed, a clock that is so far behind the collector's may instead be a few days ahead of it."""
FIRST_DAY = timedelta(days=1)
"""The first day of a year in the phone's local time. A clock without a year starts there when it is switched on."""
MAX_CACHED_STAMPS = 4096
LAST_OF_HOUR = timedelta(minutes=59, seconds=59)
_NO_STAMP = ParsedStamp(None, None, "none")


class Stamp(NamedTuple):
    """The stamps of one line, resolved: values of the event, and whether the phone's clock was never set.

    `is_unset` is None if only other lines or the family of the phone can decide it: on the first of January in a stamp
    without a year, and at an old date.
    """

    time: datetime | None
    utc: datetime | None
    quality: str
    received: datetime | None
    is_unset: bool | None


class StampResolver:
    """Resolves stamps. `assumed` becomes true when a year or a date was completed from the anchor, `has_factory_dates`
    when a stamp states a date at which the clocks of some phone family start."""

    def __init__(self, anchor: Anchor) -> None:
        self.assumed = self.has_factory_dates = False
        self._anchor = replace(anchor, later=())
        self._starts = [0, *(start for start, _ in anchor.later)]
        self._anchors = [self._anchor, *(later for _, later in anchor.later)]
        self._cached: dict[tuple[str, str, str], Stamp] = {}
        self._hours: dict[tuple[str, str], Stamp | None] = {}

    def read(self, stamps: Iterable[tuple[str, str, str]], offsets: Sequence[int]) -> list[Stamp]:
        """Resolve triples of stamp, owner of its clock, and collector's stamp, as in `framing.SyslogPrefix`.

        `offsets` are the byte offsets of their lines, ascending. They select the anchor.
        """
        written, start = list(stamps), 0
        resolved: list[Stamp] = []
        while start < len(written):
            era = bisect_right(self._starts, offsets[start]) - 1
            stop = bisect_left(offsets, self._starts[era + 1]) if era + 1 < len(self._starts) else len(written)
            if self._anchors[era] is not self._anchor:
                self._anchor = self._anchors[era]
                self._clear_caches()
            stop = max(stop, start + 1)
            resolved += self._read_all(written[start:stop] if stop - start < len(written) else written)
            start = stop
        return resolved

    def _clear_caches(self) -> None:
        self._cached.clear()
        self._hours.clear()

    def _read_all(self, written: list[tuple[str, str, str]]) -> list[Stamp]:
        if len(self._cached) > MAX_CACHED_STAMPS:
            self._clear_caches()
        for stamps in {*written}.difference(self._cached):
            self._cached[stamps] = self._from_hour(stamps) or self._read(stamps)
        return list(map(self._cached.__getitem__, written))

    def _from_hour(self, stamps: tuple[str, str, str]) -> Stamp | None:
        """As `_read`, if there is one stamp that ends in minutes and seconds: they are added to its hour, which is
        parsed once. Else None."""
        stamp, owner, other = stamps
        since_hour = _seconds_of_hour().get(stamp[-6:])
        if other or since_hour is None:
            return None
        key = stamp[:-6], owner
        if key not in self._hours:
            self._hours[key] = self._hour(*key)
        hour = self._hours[key]
        # Stamp._replace takes four times as long.
        return hour and Stamp(
            hour.time and hour.time + since_hour, hour.utc, hour.quality, hour.received, hour.is_unset
        )

    def _hour(self, hour: str, owner: str) -> Stamp | None:
        first, last = (self._read((f"{hour}{edge}", owner, "")) for edge in (":00:00", ":59:59"))
        # If the anchor's limit is within the hour, the hour is of two years.
        is_continuous = first.time and last.time and last.time - first.time == LAST_OF_HOUR and first[1:] == last[1:]
        return first if is_continuous else None

    def _read(self, stamps: tuple[str, str, str]) -> Stamp:
        stamp, owner, other = stamps
        received = read_stamp(other, self._anchor) if other else None
        # The collector's date on the same line is a better anchor for the phone's year than the file time.
        is_dated = received is not None and received.quality == "exact"
        anchor = self._anchor
        if received and is_dated:
            anchor = replace(self._anchor, latest=received.time, basis="collector", day=None)
        parsed = read_stamp(stamp, anchor) if stamp else _NO_STAMP
        if received and "@" in stamp and received.quality != "assumed-date":
            parsed = _nearer(parsed, stamp, anchor, received)
        is_assumed = any(each and each.quality.startswith("assumed") for each in (parsed, received))
        self.assumed |= is_assumed and not is_dated
        time, quality = parsed.time, parsed.quality
        arrived = received.time if received else None
        if owner == "collector" and time:
            quality = "collector"
        elif quality == "uptime" and arrived:
            time, quality = arrived, "collector"
        is_stated = quality == "exact" or (quality == "assumed-date" and anchor.basis == "dated lines")
        never_set: bool | None = False
        if time and quality != "collector":
            self.has_factory_dates |= is_stated and is_factory_date(time)
            never_set = _is_unset(time, quality, received, is_stated)
        return Stamp(time, parsed.utc, "unset" if never_set else quality, arrived, never_set)


@cache
def _seconds_of_hour() -> dict[str, timedelta]:
    """Time since the full hour, by the minutes and seconds at the end of a stamp, such as `:05:59`."""
    return {f":{second // 60:02}:{second % 60:02}": timedelta(seconds=second) for second in range(3600)}


def _is_unset(time: datetime, quality: str, received: ParsedStamp | None, is_stated: bool) -> bool | None:
    """Whether a phone's clock was never set: it states a factory date, or is a day behind the collector's clock.

    None if that cannot be decided here. A date that is assumed, on either side, decides nothing. Stamps without a year
    state a day: that of the phone must be the one at which clocks start.
    """
    if is_stated and is_factory_date(time, ""):
        return True
    is_start = _is_start(time, quality)
    is_received_stated = received is not None and received.quality == "exact"
    if received and received.time and received.quality != "assumed-date":
        behind = received.time - time
        if (is_stated and is_received_stated) or (is_start and behind < ALMOST_A_YEAR):
            return behind > MAX_BEHIND_COLLECTOR
    return None if not is_received_stated and (is_start or (is_stated and time < OLDEST_PHONE)) else False


def _nearer(parsed: ParsedStamp, stamp: str, anchor: Anchor, received: ParsedStamp) -> ParsedStamp:
    """A device's stamp in that order of day and month in which it is of the collector's day, if only one is."""
    orders = [read_stamp(stamp, replace(anchor, device_day_first=day_first)) for day_first in (True, False)]
    near = [
        each
        for each in orders
        if each.time and received.time and abs(each.time - received.time) <= MAX_BEHIND_COLLECTOR
    ]
    return near[0] if near else parsed


def _is_start(time: datetime, quality: str) -> bool:
    return quality == "assumed-year" and time - datetime(time.year, 1, 1) < FIRST_DAY
