"""Time stamps of many lines of one source."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from lyncphone_logs.timestamps.formats import Anchor, read_stamp

OLDEST_PHONE = datetime(2010, 1, 1)
"""A clock that shows less was never set: the phones of this trade are younger."""
BEHIND_COLLECTOR = timedelta(days=1)
ALMOST_A_YEAR = timedelta(days=360)
"""So far behind the collector, a clock whose year was assumed may as well be a few days ahead."""
FIRST_DAY = timedelta(days=1)
"""Of a year, in the local time of a phone: where a clock without a year begins when it is switched on."""
MAX_CACHED_STAMPS = 4096
LAST_OF_HOUR = timedelta(minutes=59, seconds=59)


class Stamp(NamedTuple):
    """What the stamps of one line say: values of the event, and whether the phone's clock was never set.

    `is_unset` is None where only the lines around can tell: on the first of January, in a stamp without a year.
    """

    time: datetime | None
    utc: datetime | None
    quality: str
    received: datetime | None
    is_unset: bool | None


class StampResolver:
    """Reads stamps; `assumed` tells whether a year or a date was completed from the anchor."""

    def __init__(self, anchor: Anchor) -> None:
        self.assumed = False
        self._anchor = replace(anchor, later=())
        self._starts = [0, *(start for start, _ in anchor.later)]
        self._anchors = [self._anchor, *(later for _, later in anchor.later)]
        self._known: dict[tuple[str, str, str], Stamp] = {}
        self._hours: dict[tuple[str, str], Stamp | None] = {}

    def read(self, stamps: Iterable[tuple[str, str, str]], offsets: Sequence[int]) -> list[Stamp]:
        """For each triple of stamp, owner of its clock, and collector's stamp, as `framing.Framed` has them.

        `offsets` tell where in the source each stands, in order.
        """
        written, read = list(stamps), 0
        found: list[Stamp] = []
        while read < len(written):
            era = self._era(offsets[read])
            stop = bisect_left(offsets, self._starts[era + 1]) if era + 1 < len(self._starts) else len(written)
            if self._anchors[era] is not self._anchor:
                self._anchor = self._anchors[era]
                self._forget()
            stop = max(stop, read + 1)
            found += self._read_all(written[read:stop] if stop - read < len(written) else written)
            read = stop
        return found

    def _era(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _forget(self) -> None:
        self._known.clear()
        self._hours.clear()

    def _read_all(self, written: list[tuple[str, str, str]]) -> list[Stamp]:
        if len(self._known) > MAX_CACHED_STAMPS:
            self._forget()
        for each in {*written}.difference(self._known):
            self._known[each] = self._at_once(each) or self._read(each)
        return list(map(self._known.__getitem__, written))

    def _at_once(self, stamps: tuple[str, str, str]) -> Stamp | None:
        """As `_read`, for a single stamp that minutes and seconds end: they count from the hour, which is read once."""
        stamp, owner, other = stamps
        passed = _passed().get(stamp[-6:])
        if other or passed is None:
            return None
        key = stamp[:-6], owner
        if key not in self._hours:
            self._hours[key] = self._hour(*key)
        hour = self._hours[key]
        # _replace takes four times as long.
        return hour and Stamp(hour.time and hour.time + passed, hour.utc, hour.quality, hour.received, hour.is_unset)

    def _hour(self, hour: str, owner: str) -> Stamp | None:
        first, last = (self._read((f"{hour}{edge}", owner, "")) for edge in (":00:00", ":59:59"))
        # Where the anchor falls into the hour, its seconds are not of one year.
        is_whole = first.time and last.time and last.time - first.time == LAST_OF_HOUR and first[1:] == last[1:]
        return first if is_whole else None

    def _read(self, stamps: tuple[str, str, str]) -> Stamp:
        stamp, owner, other = stamps
        received = read_stamp(other, self._anchor) if other else None
        # The collector's date on the same line says more about the phone's year than that of the file.
        is_dated = received is not None and received.quality == "exact"
        at_once = Anchor(received.time, "collector", day_first=self._anchor.day_first) if received else self._anchor
        anchor = at_once if is_dated else self._anchor
        reading = read_stamp(stamp, anchor) if stamp else None
        self.assumed |= not is_dated and any(
            each and each.quality.startswith("assumed") for each in (reading, received)
        )
        is_collectors = owner == "collector" and reading and reading.time
        time = reading.time if reading else None
        quality = "collector" if is_collectors else reading.quality if reading else "none"
        arrived = received.time if received else None
        if reading and reading.quality == "uptime" and arrived:
            time, quality = arrived, "collector"
        never_set = is_unset(time, quality, arrived) or (None if _may_be_unset(time, quality, is_dated) else False)
        shown = "unset" if never_set else quality
        return Stamp(time, reading.utc if reading else None, shown, arrived, never_set)


@cache
def _passed() -> dict[str, timedelta]:
    """Since the full hour, by minutes and seconds as stamps end in them."""
    return {f":{each // 60:02}:{each % 60:02}": timedelta(seconds=each) for each in range(3600)}


def is_unset(time: datetime | None, quality: str, received: datetime | None) -> bool:
    """Whether a phone's clock was never set: it shows less than any phone's age, or is a day behind the collector's."""
    if time is None or quality in ("collector", "unset"):
        return quality == "unset"
    if quality == "exact" and time < OLDEST_PHONE:
        return True
    if received is None:
        return False
    behind = received - time
    return behind > BEHIND_COLLECTOR and (quality == "exact" or behind < ALMOST_A_YEAR)


def _may_be_unset(time: datetime | None, quality: str, is_dated: bool) -> bool:
    is_assumed = time is not None and quality == "assumed-year" and not is_dated
    return is_assumed and time is not None and time - datetime(time.year, 1, 1) < FIRST_DAY
