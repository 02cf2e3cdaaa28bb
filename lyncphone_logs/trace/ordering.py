"""Several sources as one stream, by corrected time; sources that do not overlap are opened one after the other."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import accumulate
from typing import NamedTuple

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.timestamps.zones import Zone

MAX_OPEN_SOURCES = 64
"""Sources that are read at the same time."""
SLACK = timedelta(days=1)
"""Zones lie up to a day apart: so much earlier a source is opened."""


@dataclass(slots=True)
class Stream:
    """The batches of one source. It has nothing before `start`, where that is known.

    Rows keep their order: a row without a time, or with one before that of an earlier row, goes with the row before.
    """

    start: datetime | None
    zone: Zone | None
    batches: Iterator[Batch]
    batch: Batch | None = None
    row: int = 0
    keys: list[datetime] = field(default_factory=list)

    @property
    def opens(self) -> datetime:
        """When it is to be opened."""
        return datetime.min if self.start is None or self.start - datetime.min < SLACK else self.start - SLACK

    def advance(self, row: int) -> bool:
        """Go on to this row, or to the next batch; False at the end."""
        self.row = row
        while self.batch is None or self.row >= len(self.batch):
            self.batch, self.row = next(self.batches, None), 0
            if self.batch is None:
                return False
            self.keys = list(accumulate(self._keys(self.batch), max, initial=(self.keys or [datetime.min])[-1]))[1:]
        return True

    def _keys(self, batch: Batch) -> Iterable[datetime]:
        columns = batch.columns
        for utc, quality, shown in zip(
            columns["time_utc"], columns["time_quality"], columns["time_corrected"], strict=True
        ):
            if utc and quality != "unset":
                yield utc
            else:
                yield ((self.zone.utc(shown) if self.zone and shown else shown) or datetime.min)


def merge(streams: Sequence[Stream]) -> Iterator[Batch]:
    """The rows of all streams by their time, of the same time in the order of the streams."""
    waiting = sorted(range(len(streams)), key=lambda number: (streams[number].opens, number))
    heads: list[tuple[datetime, int]] = []

    def put(number: int, row: int) -> None:
        stream = streams[number]
        if stream.advance(row):
            heappush(heads, (stream.keys[stream.row], number))

    while heads or waiting:
        while waiting and len(heads) < MAX_OPEN_SOURCES and (not heads or streams[waiting[0]].opens <= heads[0][0]):
            put(waiting.pop(0), 0)
        if not heads:
            continue
        _, number = heappop(heads)
        stop = _stop(streams[number], number, heads, [streams[each].opens for each in waiting[:1]])
        yield from _taken(streams[number], stop)
        put(number, stop)


def _taken(stream: Stream, stop: int) -> Iterator[Batch]:
    if stream.batch is not None:
        yield stream.batch.take(range(stream.row, stop))


def _stop(stream: Stream, number: int, heads: Sequence[tuple[datetime, int]], opens: Sequence[datetime]) -> int:
    """The row before which others come."""
    stops = [len(stream.keys)]
    if heads:
        key, other = heads[0]
        stops.append((bisect_right if number < other else bisect_left)(stream.keys, key))
    # At the limit of open sources the next one waits, whatever its time.
    if len(heads) + 1 < MAX_OPEN_SOURCES:
        stops += [bisect_left(stream.keys, key) for key in opens]
    return max(stream.row + 1, min(stops))


MAX_LATE_LINES = 64
"""Lines, of all senders, before which a line may be put."""
MAX_LATE_TIME = timedelta(seconds=5)


class _Row(NamedTuple):
    batch: Batch
    row: int
    sender: str | None
    number: int
    time: datetime | None


def in_sequence(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The events of one source in the order of their numbers; as they come where they have none."""
    waiting: deque[_Row] = deque()
    for batch in batches:
        numbers = batch.columns["sequence"]
        if not waiting and not any(numbers):
            yield batch
            continue
        ready = []
        for row, number in enumerate(numbers):
            columns = batch.columns
            _insert(waiting, _Row(batch, row, columns["hostname"][row], number or 0, columns["time_corrected"][row]))
            if len(waiting) > MAX_LATE_LINES:
                ready.append(waiting.popleft())
        yield from _portions(ready)
    yield from _portions(waiting)


def _insert(waiting: deque[_Row], new: _Row) -> None:
    # Most lines are in order.
    last = next((row.number for row in reversed(waiting) if row.number and row.sender == new.sender), 0)
    if not new.number or last < new.number:
        waiting.append(new)
        return
    own = [place for place, row in enumerate(waiting) if row.number and row.sender == new.sender]
    overtaken = next(place for place in own if waiting[place].number >= new.number)
    fills_hole = overtaken != own[0] and waiting[overtaken].number > new.number
    there = waiting[overtaken].time
    is_near = there is None or new.time is None or abs(there - new.time) <= MAX_LATE_TIME
    waiting.insert(overtaken if fills_hole and is_near else len(waiting), new)


def _portions(rows: Iterable[_Row]) -> Iterator[Batch]:
    some: list[int] = []
    batch: Batch | None = None
    for row in rows:
        if batch is not None and row.batch is not batch:
            yield batch.take(some)
            some = []
        batch = row.batch
        some.append(row.row)
    if batch is not None:
        yield batch.take(some)
