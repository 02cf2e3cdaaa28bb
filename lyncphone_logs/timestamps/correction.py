"""Clocks corrected: what was never set, what comes twice in the night when summer time ends, and UTC where it is known.

What only later lines can tell is held back until they do, for a bounded number of lines. A clock that was never set
gets the time of the collector's, else, once it jumps, that of the jump less what lay between. In the hour that comes
twice, lines before a step back are of the first pass and those behind it of the second.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.timestamps.zones import AMBIGUOUS, Zone, Zones

MAX_HELD_BATCHES = 32_768
"""Rows that wait for later lines, and the batch that they are in."""
JITTER = timedelta(minutes=5)
"""Lines may come late by so much; what goes back further is another pass of the clock."""
DAY = timedelta(days=1)
LATEST_START, SOON = 14, 5
"""A clock without a year begins at a full hour, zones are ahead of UTC by up to 14, and lines come within minutes."""
UNSET = "unset"
BY_COLLECTOR, BY_JUMP, UNKNOWN = (
    "their time is the collector's",
    "their time is counted back from when it was set",
    "when they were written is not known",
)


@dataclass(eq=False, slots=True)
class _Held:
    """A batch, and how many of its rows wait."""

    batch: Batch
    waiting: int = 0

    def settle(self, row: int, name: str, value: object) -> None:
        columns = self.batch.columns
        if name == "time_corrected" and columns[name] is columns["time"]:
            columns[name] = columns["time"].copy()
        columns[name][row] = value


Row = tuple[_Held, int]


@dataclass(slots=True)
class _Host:
    """The clock of one sender: rows whose time is unset, that may be, and that come twice.

    `fold` is the pass of an hour that comes twice, `before` the time that was shown last in that hour.
    """

    unset: list[Row] = field(default_factory=list)
    doubtful: list[Row] = field(default_factory=list)
    twice: list[Row] = field(default_factory=list)
    fold: int = 0
    before: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        return bool(self.unset or self.doubtful or self.twice)


class Correction:
    """Corrects the times of batches; `counts` tells for each source of how many lines which were corrected."""

    def __init__(self, zones: Zones | None = None) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self._zones = zones or Zones()
        self._held: deque[_Held] = deque()
        self._hosts: dict[tuple[str, str], _Host] = {}
        self._shown: dict[str, datetime | None] = {}

    def correct(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches in the same order, times corrected in place."""
        for batch in batches:
            if self._held and self._held[-1].batch.source != batch.source:
                self._give_up()
            self._held.append(_Held(batch))
            self._take(self._held[-1])
            if sum(len(each.batch) for each in self._held) > MAX_HELD_BATCHES:
                self._give_up()
            yield from self._settled()
        self._give_up()
        yield from self._settled()

    def _settled(self) -> Iterator[Batch]:
        while self._held and not self._held[0].waiting:
            yield self._held.popleft().batch

    def _give_up(self) -> None:
        for (source, _), host in self._hosts.items():
            self._leave(host, source)

    def _leave(self, host: _Host, source: str) -> None:
        for held, row in host.unset:
            held.waiting -= 1
            self._count(source, UNKNOWN)
            held.settle(row, "time_corrected", None)
        self._believe(host)
        self._stay_ambiguous(host, source)
        host.unset = []

    def _count(self, source: str, what: str) -> None:
        self.counts.setdefault(source, Counter())[what] += 1

    def _take(self, held: _Held) -> None:
        batch, zone = held.batch, self._zones.of(held.batch.source)
        if batch.gaps:
            # What was passed over may have set a clock.
            self._give_up()
        is_plain = not any(host.is_waiting for host in self._hosts.values())
        unset = batch.columns["is_unset"]
        if is_plain and True not in unset and None not in unset and (zone is None or _in_utc(batch, zone)):
            self._shown[batch.source] = batch.columns["time"][-1] or self._shown.get(batch.source)
            return
        for row in range(len(batch)):
            self._take_row(held, row, zone)

    def _take_row(self, held: _Held, row: int, zone: Zone | None) -> None:
        columns = held.batch.columns
        time, quality = columns["time"][row], columns["time_quality"][row]
        if time is None:
            return
        host = self._hosts.setdefault((held.batch.source, columns["hostname"][row] or ""), _Host())
        if quality != "collector":
            self._set_or_not(held, row, host, time)
        if zone and columns["time_quality"][row] != UNSET and columns["time_utc"][row] is None:
            self._zoned(held, row, host, time, zone)
        self._shown[held.batch.source] = time

    def _set_or_not(self, held: _Held, row: int, host: _Host, time: datetime) -> None:
        columns, source = held.batch.columns, held.batch.source
        is_unset = columns["is_unset"][row]
        if is_unset is None:
            is_unset = columns["is_unset"][row] = False
            if host.doubtful or _may_begin(time, self._shown.get(source)):
                host.doubtful.append((held, row))
                held.waiting += 1
                return
        if host.doubtful:
            self._decide(host, source, time)
        if is_unset:
            received = columns["received"][row]
            held.settle(row, "time_corrected", received)
            self._count(source, BY_COLLECTOR) if received else None
            if received is None:
                host.unset.append((held, row))
                held.waiting += 1
        elif host.unset:
            self._fill(host, source, time)

    def _decide(self, host: _Host, source: str, time: datetime) -> None:
        """Whether a clock on the first of January had been set: it had, unless it jumps now."""
        last, last_row = host.doubtful[-1]
        gone = time - last.batch.columns["time"][last_row]
        if -JITTER <= gone <= DAY:
            self._believe(host)
            return
        for held, row in host.doubtful:
            held.settle(row, "time_quality", UNSET)
            held.settle(row, "is_unset", True)
            held.settle(row, "time_utc", None)
        host.unset, host.doubtful = host.unset + host.doubtful, []

    def _believe(self, host: _Host) -> None:
        for held, _ in host.doubtful:
            held.waiting -= 1
        host.doubtful = []

    def _fill(self, host: _Host, source: str, now: datetime) -> None:
        """From the jump back to where the clock began, or began again: what was before that, nobody knows."""
        corrected: datetime | None = now
        later: datetime | None = None
        for held, row in reversed(host.unset):
            shown = held.batch.columns["time"][row]
            step = later - shown if later else timedelta()
            passed = step if timedelta() < step <= DAY else timedelta()
            corrected = None if corrected is None or step < -JITTER else corrected - passed
            held.settle(row, "time_corrected", corrected)
            self._count(source, BY_JUMP if corrected else UNKNOWN)
            held.waiting -= 1
            later = shown
        host.unset = []

    def _zoned(self, held: _Held, row: int, host: _Host, time: datetime, zone: Zone) -> None:
        source, quality = held.batch.source, zone.quality(time)
        if quality != AMBIGUOUS:
            self._stay_ambiguous(host, source)
            host.fold, host.before = 0, None
        elif host.before and time < host.before - JITTER:
            for earlier, place in host.twice:
                self._place(earlier, place, zone, 0)
            host.twice, host.fold = [], 1
        if quality == AMBIGUOUS and not host.fold:
            host.twice.append((held, row))
            held.waiting += 1
        elif quality in ("", AMBIGUOUS):
            held.settle(row, "time_utc", zone.utc(time, host.fold))
        else:
            held.settle(row, "time_quality", quality)
            self._count(source, quality)
        host.before = time if quality == AMBIGUOUS else None

    def _place(self, held: _Held, row: int, zone: Zone, fold: int) -> None:
        held.waiting -= 1
        held.settle(row, "time_utc", zone.utc(held.batch.columns["time"][row], fold))

    def _stay_ambiguous(self, host: _Host, source: str) -> None:
        for held, row in host.twice:
            held.waiting -= 1
            held.settle(row, "time_quality", AMBIGUOUS)
            self._count(source, AMBIGUOUS)
        host.twice = []


def _may_begin(time: datetime, shown: datetime | None) -> bool:
    """Whether a clock that nobody set may show this at the first line: it is just past a full hour, and no New Year."""
    is_start = time.hour <= LATEST_START and time.minute < SOON
    return is_start and not (shown and timedelta(0) <= time - shown < DAY)


def _in_utc(batch: Batch, zone: Zone) -> bool:
    """Fill in UTC for a batch at once, where the zone's distance to it does not change; else nothing is done."""
    columns = batch.columns
    times = [time for time in columns["time"] if time]
    if not times:
        return True
    first, last = min(times), max(times)
    if last - first > DAY:
        return False
    offsets = {zone.steady(day) for day in (first.date(), last.date())}
    offset = offsets.pop()
    if offsets or offset is None or not datetime.min + DAY < first <= last < datetime.max - DAY:
        return False
    columns["time_utc"] = [
        utc if utc or time is None else time - offset
        for utc, time in zip(columns["time_utc"], columns["time"], strict=True)
    ]
    return True
