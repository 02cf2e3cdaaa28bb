"""Lines that came late, put where the number says that their sender counts them with.

Datagrams overtake each other. A line goes before those of its sender with a higher number if it fills a hole between
numbers that were seen a moment ago; a count that begins anew fills none, and comes later.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.portion import portion

MOST_OVERTAKEN = 64
"""Lines, of all senders, before which a line may be put."""
MOMENT = timedelta(seconds=5)


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
            if len(waiting) > MOST_OVERTAKEN:
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
    is_near = there is None or new.time is None or abs(there - new.time) <= MOMENT
    waiting.insert(overtaken if fills_hole and is_near else len(waiting), new)


def _portions(rows: Iterable[_Row]) -> Iterator[Batch]:
    some: list[int] = []
    batch: Batch | None = None
    for row in rows:
        if batch is not None and row.batch is not batch:
            yield portion(batch, some)
            some = []
        batch = row.batch
        some.append(row.row)
    if batch is not None:
        yield portion(batch, some)
