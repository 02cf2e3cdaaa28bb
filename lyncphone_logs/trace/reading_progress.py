"""Counts how much of a trace was read so far, with the phones and failures found in it.

The library itself prints nothing: it calls a function that the caller of `Trace.watch` gives.
"""

from collections.abc import Callable, Sequence
from functools import cache

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.sources.source import Source


class Progress:
    """What was read of a trace so far.

    `called` is called with this object after each piece that is read, and while other processes read. `is_reading` is
    False while the inputs are examined. `failures` counts events that report a failed step.
    """

    def __init__(self, called: Callable[["Progress"], None]) -> None:
        self.failures = 0
        self.is_reading = False
        self._called = called
        self._names: set[str] = set()
        self._inputs: Sequence[Source] = ()
        self._in_parts = False
        self._read_in_parts = 0

    def examine(self, sources: Sequence[Source]) -> None:
        """Begin with sources that are examined before they are read."""
        self.failures, self.is_reading, self._inputs = 0, False, ()
        self._names.clear()
        for source in sources:
            source.on_read = self.tick

    def begin(self, inputs: Sequence[Source], *, in_parts: bool) -> None:
        """Begin to read. `in_parts`: other processes read, and `tick_parts` is called."""
        self._inputs, self._in_parts, self.is_reading = inputs, in_parts, True
        self._read_in_parts = 0

    def add(self, batch: Batch) -> None:
        """Count the phones and failures of a batch with keys."""
        self._names.update(batch.columns["phone"])
        names = batch.columns["kind"]
        self.failures += sum(names[row] in _failed_kinds() for row in batch.parsed)
        self.tick()

    def tick(self) -> None:
        """Call the function of the caller."""
        self._called(self)

    def tick_parts(self, read: int) -> None:
        """Set the bytes that other processes have read, and call the function of the caller."""
        self._read_in_parts = read
        self.tick()

    @property
    def phones(self) -> int:
        """Phones found so far."""
        return len(self._names)

    @property
    def read(self) -> int:
        """Bytes read so far, unpacked."""
        return self._read_in_parts if self._in_parts else sum(source.bytes for source in self._inputs)

    @property
    def share(self) -> float | None:
        """The part of the trace that was read, from 0 to 1; None if its size is not known, as that of a pipe."""
        done = total = 0
        for passed, size in (source.progress for source in self._inputs):
            if size is None:
                return None
            done, total = done + passed, total + size
        done = self._read_in_parts if self._in_parts else done
        return min(done / total, 1.0) if total else None

    @property
    def size(self) -> int | None:
        """Bytes of the trace; None if they are not known before it is read, as those of a compressed file."""
        sizes = [None if source.is_packed else source.expected for source in self._inputs]
        return None if None in sizes or not sizes else sum(filter(None, sizes))


@cache
def _failed_kinds() -> frozenset[str]:
    return frozenset(name for name, kind in kinds().items() if kind.outcome == "failed")
