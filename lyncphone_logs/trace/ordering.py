"""Several sources as one stream, by corrected time; sources that do not overlap are opened one after the other."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import accumulate

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.portion import portion
from lyncphone_logs.timestamps.zones import Zone

MOST_OPEN = 64
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


def merged(streams: Sequence[Stream]) -> Iterator[Batch]:
    """The rows of all streams by their time, of the same time in the order of the streams."""
    waiting = sorted(range(len(streams)), key=lambda number: (streams[number].opens, number))
    heads: list[tuple[datetime, int]] = []

    def put(number: int, row: int) -> None:
        stream = streams[number]
        if stream.advance(row):
            heappush(heads, (stream.keys[stream.row], number))

    while heads or waiting:
        while waiting and len(heads) < MOST_OPEN and (not heads or streams[waiting[0]].opens <= heads[0][0]):
            put(waiting.pop(0), 0)
        if not heads:
            continue
        _, number = heappop(heads)
        stop = _stop(streams[number], number, heads, [streams[each].opens for each in waiting[:1]])
        yield from _taken(streams[number], stop)
        put(number, stop)


def _taken(stream: Stream, stop: int) -> Iterator[Batch]:
    if stream.batch is not None:
        yield portion(stream.batch, range(stream.row, stop))


def _stop(stream: Stream, number: int, heads: Sequence[tuple[datetime, int]], opens: Sequence[datetime]) -> int:
    """The row before which others come."""
    stops = [len(stream.keys)]
    if heads:
        key, other = heads[0]
        stops.append((bisect_right if number < other else bisect_left)(stream.keys, key))
    # At the limit of open sources the next one waits, whatever its time.
    if len(heads) + 1 < MOST_OPEN:
        stops += [bisect_left(stream.keys, key) for key in opens]
    return max(stream.row + 1, min(stops))
