"""Corrects clocks: times of clocks that were never set, the repeated hour when summer time ends, and UTC.

Rows wait until later lines decide, for a bounded number of rows. A clock that was never set gets the collector's time.
If there is none, it is counted back from the line in which the clock jumps to its real time. In the repeated hour,
lines before a backward step are from its first pass, and lines after the step from its second.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.timestamps.zones import AMBIGUOUS, Zone, Zones

MAX_HELD_ROWS = 32_768
"""Rows of the batches that wait for later lines. The last batch may exceed it."""
JITTER = timedelta(minutes=5)
"""Lines may be out of order by so much. A larger backward step is a step of the clock."""
DAY = timedelta(days=1)
LATEST_START, SOON = 14, 5
"""Hour and minutes. A clock without a year starts at a full hour, in a zone up to 14 hours ahead of UTC, and the first
lines follow within minutes."""
UNSET = "unset"
BY_COLLECTOR, BY_JUMP, UNKNOWN = (
    "their time is the collector's",
    "their time is counted back from when it was set",
    "their time is unknown",
)


@dataclass(eq=False, slots=True)
class _HeldBatch:
    """A batch, and the number of its rows that wait."""

    batch: Batch
    waiting: int = 0

    def settle(self, row: int, name: str, value: object) -> None:
        columns = self.batch.columns
        if name == "time_corrected" and columns[name] is columns["time"]:
            columns[name] = columns["time"].copy()
        columns[name][row] = value


Row = tuple[_HeldBatch, int]


@dataclass(slots=True)
class _SenderClock:
    """The clock of one sender, and its rows that wait for later rows.

    Two state machines work independently of each other. The first decides whether the clock was set. Its state is the
    list that is not empty. `is_unset` of a row is yes, no, or None for "maybe" (see `Stamp`):

    | state | next row | effect |
    |---|---|---|
    | none | maybe unset, and shows how a clock starts | it waits in `doubtful` |
    | `doubtful` | maybe unset | it waits in `doubtful` |
    | `doubtful` | at most a day after the last of them | they were set after all, and keep their time |
    | `doubtful` | any other: the clock jumped | they move to `unset` |
    | any | unset, with a collector's time | it gets that time |
    | any | unset, without a collector's time | it waits in `unset` |
    | `unset` | set | their times are counted back from this row |
    | any | unknown: the source ends, or lines are missing | `doubtful` keep their time, `unset` have none |

    A row that ends `doubtful` is then processed in the next state. The second machine finds the pass of an hour that is
    repeated when summer time ends:

    | state | next row | effect |
    |---|---|---|
    | `fold` 0 | in a repeated hour | it waits in `repeated` |
    | `fold` 0 | in a repeated hour, and before `last_repeated` | `repeated` are of the first pass, `fold` is 1 |
    | `fold` 1 | in a repeated hour | it is of the second pass |
    | any | at another time | `repeated` stay ambiguous, `fold` is 0 |
    | any | unknown: the source ends, or lines are missing | `repeated` stay ambiguous |

    Invariants: no row is both in `unset` and in `doubtful`. `waiting` of a batch counts each of its rows once for each
    list that contains it.
    """

    unset: list[Row] = field(default_factory=list)
    doubtful: list[Row] = field(default_factory=list)
    repeated: list[Row] = field(default_factory=list)
    fold: int = 0
    last_repeated: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        return bool(self.unset or self.doubtful or self.repeated)


class Correction:
    """Corrects the times of batches. `counts` has the number of corrected lines by source and kind of correction."""

    def __init__(self, zones: Zones | None = None) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self._zones = zones or Zones()
        self._held: deque[_HeldBatch] = deque()
        self._clocks: dict[tuple[str, str], _SenderClock] = {}
        self._last_times: dict[str, datetime | None] = {}

    def correct(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Correct times in place. Yields the same batches in the same order."""
        for batch in batches:
            if self._held and self._held[-1].batch.source != batch.source:
                self._release_all()
            self._held.append(_HeldBatch(batch))
            self._process(self._held[-1])
            if sum(len(held.batch) for held in self._held) > MAX_HELD_ROWS:
                self._release_all()
            yield from self._settled()
        self._release_all()
        yield from self._settled()

    def _settled(self) -> Iterator[Batch]:
        while self._held and not self._held[0].waiting:
            yield self._held.popleft().batch

    def _release_all(self) -> None:
        """End the waiting of all rows: no later line can decide about them."""
        for (source, _), clock in self._clocks.items():
            for held, row in clock.unset:
                held.waiting -= 1
                self._count(source, UNKNOWN)
                held.settle(row, "time_corrected", None)
            clock.unset = []
            self._accept_doubtful(clock)
            self._leave_ambiguous(clock, source)

    def _count(self, source: str, correction: str) -> None:
        self.counts.setdefault(source, Counter())[correction] += 1

    def _process(self, held: _HeldBatch) -> None:
        batch, zone = held.batch, self._zones.of(held.batch.source)
        if batch.gaps:
            # One of the skipped lines may have set a clock.
            self._release_all()
        is_plain = not any(clock.is_waiting for clock in self._clocks.values())
        is_unset = batch.columns["is_unset"]
        if is_plain and True not in is_unset and None not in is_unset and (zone is None or _in_utc(batch, zone)):
            self._last_times[batch.source] = batch.columns["time"][-1] or self._last_times.get(batch.source)
            return
        for row in range(len(batch)):
            self._process_row(held, row, zone)

    def _process_row(self, held: _HeldBatch, row: int, zone: Zone | None) -> None:
        columns = held.batch.columns
        time, quality = columns["time"][row], columns["time_quality"][row]
        if time is None:
            return
        clock = self._clocks.setdefault((held.batch.source, columns["hostname"][row] or ""), _SenderClock())
        if quality != "collector":
            self._correct_unset(held, row, clock, time)
        if zone and columns["time_quality"][row] != UNSET and columns["time_utc"][row] is None:
            self._convert(held, row, clock, time, zone)
        self._last_times[held.batch.source] = time

    def _correct_unset(self, held: _HeldBatch, row: int, clock: _SenderClock, time: datetime) -> None:
        columns, source = held.batch.columns, held.batch.source
        is_unset = columns["is_unset"][row]
        if is_unset is None:
            is_unset = columns["is_unset"][row] = False
            last = self._last_times.get(source)
            if clock.doubtful or _may_be_start(time, columns["time_quality"][row], last):
                clock.doubtful.append((held, row))
                held.waiting += 1
                return
        if clock.doubtful:
            self._decide_doubtful(clock, time)
        if is_unset:
            received = columns["received"][row]
            held.settle(row, "time_corrected", received)
            if received:
                self._count(source, BY_COLLECTOR)
            else:
                clock.unset.append((held, row))
                held.waiting += 1
        elif clock.unset:
            self._count_back(clock, source, time)

    def _decide_doubtful(self, clock: _SenderClock, time: datetime) -> None:
        """Decide whether a clock that showed the first of January, or an old date, was set: it was, unless it jumps to
        `time`."""
        last, last_row = clock.doubtful[-1]
        step = time - last.batch.columns["time"][last_row]
        if -JITTER <= step <= DAY:
            self._accept_doubtful(clock)
            return
        for held, row in clock.doubtful:
            held.settle(row, "time_quality", UNSET)
            held.settle(row, "is_unset", True)
            held.settle(row, "time_utc", None)
        clock.unset, clock.doubtful = clock.unset + clock.doubtful, []

    def _accept_doubtful(self, clock: _SenderClock) -> None:
        for held, _ in clock.doubtful:
            held.waiting -= 1
        clock.doubtful = []

    def _count_back(self, clock: _SenderClock, source: str, now: datetime) -> None:
        """Count back from the jump to the last start of the clock. What was before that start stays unknown."""
        corrected: datetime | None = now
        later: datetime | None = None
        for held, row in reversed(clock.unset):
            shown = held.batch.columns["time"][row]
            step = later - shown if later else timedelta()
            passed = step if timedelta() < step <= DAY else timedelta()
            corrected = None if corrected is None or step < -JITTER else corrected - passed
            held.settle(row, "time_corrected", corrected)
            self._count(source, BY_JUMP if corrected else UNKNOWN)
            held.waiting -= 1
            later = shown
        clock.unset = []

    def _convert(self, held: _HeldBatch, row: int, clock: _SenderClock, time: datetime, zone: Zone) -> None:
        source, quality = held.batch.source, zone.quality(time)
        if quality != AMBIGUOUS:
            self._leave_ambiguous(clock, source)
            clock.fold, clock.last_repeated = 0, None
        elif clock.last_repeated and time < clock.last_repeated - JITTER:
            for earlier, earlier_row in clock.repeated:
                earlier.waiting -= 1
                earlier.settle(earlier_row, "time_utc", zone.utc(earlier.batch.columns["time"][earlier_row], 0))
            clock.repeated, clock.fold = [], 1
        if quality == AMBIGUOUS and not clock.fold:
            clock.repeated.append((held, row))
            held.waiting += 1
        elif quality in ("", AMBIGUOUS):
            held.settle(row, "time_utc", zone.utc(time, clock.fold))
        else:
            held.settle(row, "time_quality", quality)
            self._count(source, quality)
        clock.last_repeated = time if quality == AMBIGUOUS else None

    def _leave_ambiguous(self, clock: _SenderClock, source: str) -> None:
        for held, row in clock.repeated:
            held.waiting -= 1
            held.settle(row, "time_quality", AMBIGUOUS)
            self._count(source, AMBIGUOUS)
        clock.repeated = []


def _may_be_start(time: datetime, quality: str, last: datetime | None) -> bool:
    """Whether a clock that was never set may show `time` when a phone starts: an old date, or 1 January just after a
    full hour, and not because the year began after the line before, which shows `last`."""
    is_start = quality != "assumed-year" or (time.hour <= LATEST_START and time.minute < SOON)
    return is_start and not (last and timedelta(0) <= time - last < DAY)


def _in_utc(batch: Batch, zone: Zone) -> bool:
    """Fill in UTC for a batch at once if the offset of the zone is constant in it. Returns whether it was."""
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
