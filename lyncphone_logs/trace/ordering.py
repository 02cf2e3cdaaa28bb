"""Merges sources by corrected time, and reorders late lines of one source by sequence number.

Sources that do not overlap are opened one after the other.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import accumulate
from typing import NamedTuple

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.parsing.sequence_numbers import MAX_LATE_NUMBERS, SENDER
from lyncphone_logs.timestamps.zones import Zone

MAX_OPEN_SOURCES = 64
"""Sources that are open at the same time."""
SLACK = timedelta(days=1)
"""Zones differ by up to a day: a source is opened that much earlier."""


@dataclass(slots=True)
class Stream:
    """The batches of one source. It has no row before `start`, if that is known.

    `row` of `batch` is the next one to be merged, and `keys` are the times by which the rows of `batch` are merged.
    Keys never decrease, so rows keep their order: a row without a time, or earlier than a row before it, has the key of
    the row before.
    """

    start: datetime | None
    zone: Zone | None
    batches: Iterator[Batch]
    batch: Batch | None = None
    row: int = 0
    keys: list[datetime] = field(default_factory=list)

    @property
    def opens(self) -> datetime:
        """The time at which it must be open."""
        return datetime.min if self.start is None or self.start - datetime.min < SLACK else self.start - SLACK

    def advance(self, row: int) -> bool:
        """Move to this row, or to the next batch after the last row; False at the end of the source."""
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
    """The rows of all streams by time; rows of equal time in the order of the streams.

    `heads` has the key of the next row of each open stream, `waiting` the streams that are not open yet.
    """
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
        yield from _rows_until(streams[number], stop)
        put(number, stop)


def _rows_until(stream: Stream, stop: int) -> Iterator[Batch]:
    if stream.batch is not None:
        yield stream.batch.take(range(stream.row, stop))


def _stop(stream: Stream, number: int, heads: Sequence[tuple[datetime, int]], opens: Sequence[datetime]) -> int:
    """The first row that comes after a row of another stream, or the end of the batch."""
    stops = [len(stream.keys)]
    if heads:
        key, other = heads[0]
        stops.append((bisect_right if number < other else bisect_left)(stream.keys, key))
    # At the limit of open sources the next one waits, whatever its time.
    if len(heads) + 1 < MAX_OPEN_SOURCES:
        stops += [bisect_left(stream.keys, key) for key in opens]
    return max(stream.row + 1, min(stops))


MAX_LATE_LINES = 64
"""Lines, of all senders, before which a late line may be inserted."""
MAX_LATE_TIME = timedelta(seconds=5)
"""A late line is inserted only among lines that are at most this far from it in time."""


class _Row(NamedTuple):
    batch: Batch
    row: int
    sender: tuple[str | None, ...]
    number: int
    time: datetime | None


def in_sequence(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The events of one source in the order of their sequence numbers; unchanged if they have none.

    `waiting` has the last MAX_LATE_LINES rows: a later row may still be inserted before them.
    """
    waiting: deque[_Row] = deque()
    for batch in batches:
        numbers = batch.columns["sequence"]
        if not waiting and not any(numbers):
            yield batch
            continue
        ready = []
        senders = zip(*(batch.columns[name] for name in SENDER), strict=True)
        rows = zip(senders, numbers, batch.columns["time_corrected"], strict=True)
        for row, (sender, number, time) in enumerate(rows):
            _insert(waiting, _Row(batch, row, sender, number or 0, time))
            if len(waiting) > MAX_LATE_LINES:
                ready.append(waiting.popleft())
        yield from _batches_of(ready)
    yield from _batches_of(waiting)


def _insert(waiting: deque[_Row], new: _Row) -> None:
    """Add a row to those waiting: into the gap that its number fills, else at the end.

    A number before all those waiting, or equal to one of them, is no late line: the sender has restarted its count, or
    the line was sent twice. A number far from that which it would precede is of another counter of the sender.
    """
    # Most lines are in order.
    last = next((row.number for row in reversed(waiting) if row.number and row.sender == new.sender), 0)
    if not new.number or last < new.number:
        waiting.append(new)
        return
    of_sender = [index for index, row in enumerate(waiting) if row.number and row.sender == new.sender]
    overtaken = next(index for index in of_sender if waiting[index].number >= new.number)
    fills_gap = overtaken != of_sender[0] and 0 < waiting[overtaken].number - new.number <= MAX_LATE_NUMBERS
    time = waiting[overtaken].time
    is_near = time is None or new.time is None or abs(time - new.time) <= MAX_LATE_TIME
    waiting.insert(overtaken if fills_gap and is_near else len(waiting), new)


def _batches_of(rows: Iterable[_Row]) -> Iterator[Batch]:
    """The rows in batches: rows of one batch that follow each other stay together."""
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
