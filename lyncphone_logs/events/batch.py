"""Events of a source, many at once, in columns: an `Event` is made of a row where somebody wants one."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

from lyncphone_logs.events.event import MESSAGE, NOTHING, Event, Span, Value
from lyncphone_logs.events.key_values import key_values

COLUMNS = (
    "line", "offset", "bytes", "kind", "time", "time_utc", "time_raw", "time_quality", "received", "sequence",
    "hostname", "facility", "severity", "app_name", "procid", "component", "level", "function", "source_line",
    "message", "text", "grammar", "framing", "count", "is_unset", "phone", "boot", "segment", "time_corrected",
)  # fmt: skip
Marked = tuple[int, int] | None


class Omitted(NamedTuple):
    """Messages for which the first of their kind stands: how many, and of which components."""

    messages: int
    components: frozenset[str]


class SequenceRun(NamedTuple):
    """Lines of one sender in one batch whose numbers follow each other.

    `host` and `grammar` tell the sender. `boots` is what counts boots, as the sender prints it, and nothing where it
    prints none. `missed` is how many lines the sender says it has dropped so far.
    """

    host: str | None
    grammar: str
    first: int | None
    last: int | None
    boots: str = ""
    missed: int | None = None


@dataclass(slots=True)
class Batch:
    """Events in the order of their lines, a row each.

    `columns` has a list for each of COLUMNS: fields of `Event`, `offset` and `bytes` of the first line, `is_unset` for
    a phone's clock that was never set. What few rows have stands beside it by row: `known`, fields and extent of
    messages of a known kind; `spans` of events over several lines; `repairs`; `handshake`; `derived`, events that stand
    behind the row; `gaps`, rows before which lines were passed over; `left_out`, what a row stands for besides itself;
    `runs`, numbered lines that begin with the row or before it.
    `own_messages` are the messages without continuation lines, `unparsed` the rows that no grammar read. Until keys are
    given, `phone` holds the MAC address that the phone's own header states, or nothing.
    """

    source: str
    columns: dict[str, list[Any]]
    own_messages: list[str]
    known: dict[int, tuple[Mapping[str, Value], Marked]] = field(default_factory=dict)
    unparsed: list[int] = field(default_factory=list)
    spans: dict[int, tuple[Span, ...]] = field(default_factory=dict)
    repairs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    gaps: set[int] = field(default_factory=set)
    left_out: dict[int, Omitted] = field(default_factory=dict)
    runs: dict[int, tuple[SequenceRun, ...]] = field(default_factory=dict)
    handshake: dict[int, int | None] = field(default_factory=dict)
    derived: dict[int, list[Event]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns |= {"boot": [0] * len(self), "segment": [0] * len(self)}
        self.columns.setdefault("phone", [""] * len(self))

    def __len__(self) -> int:
        return len(self.own_messages)

    def event(self, row: int) -> Event:
        """The event of one row."""
        return self.pick([row])[0]

    def pick(self, rows: Sequence[int]) -> list[Event]:
        """The events of some rows."""
        columns = {name: [self.columns[name][row] for row in rows] for name in COLUMNS}
        return list(self._events(rows, columns))

    def events(self, *, derived: bool = False) -> Iterator[Event]:
        """All events in order."""
        for row, event in enumerate(self._events(range(len(self)), self.columns)):
            yield event
            if derived:
                yield from self.derived.get(row, ())

    def all_fields(self) -> list[Mapping[str, Value]]:
        """The fields of each row: the kind's own, else the `name=value` pairs of the message."""
        found = [*map(key_values, self.own_messages)]
        for row in self.unparsed:
            found[row] = NOTHING
        for row, (fields, _) in self.known.items():
            found[row] = fields
        return found

    def _fields(self, row: int) -> Mapping[str, Value]:
        if row in self.known:
            return self.known[row][0]
        return key_values(self.own_messages[row]) if self.columns["kind"][row] == MESSAGE else NOTHING

    def spans_of(self, row: int) -> tuple[Span, ...]:
        """The bytes of one row in its source."""
        return self.spans.get(row) or (Span(self.columns["offset"][row], self.columns["bytes"][row]),)

    def _events(self, rows: Sequence[int], columns: Mapping[str, list[Any]]) -> Iterator[Event]:
        others = {
            "id": [f"{self.source}:{offset}" for offset in columns["offset"]],
            "source": repeat(self.source),
            "member": repeat(""),
            "spans": map(self.spans_of, rows),
            "fields": map(self._fields, rows),
            "marked": [self.known[row][1] if row in self.known else None for row in rows],
            "repairs": [self.repairs.get(row, ()) for row in rows],
            "handshake": map(self.handshake.get, rows),
            "derived": repeat(False),
        }
        every = {**columns, **others}
        return map(Event._make, zip(*(every[name] for name in Event._fields), strict=False))


@contextmanager
def no_collection() -> Iterator[None]:
    """Columns hold no cycles; to look for some again and again, while they grow, takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def with_last(batches: Iterable[Batch]) -> Iterator[tuple[Batch, bool]]:
    """Each batch, and whether it is the last; those without rows are left out."""
    held: Batch | None = None
    for batch in batches:
        if len(batch) and held is not None:
            yield held, False
        held = batch if len(batch) else held
    if held is not None:
        yield held, True


def portion(batch: Batch, rows: Sequence[int]) -> Batch:
    """The rows in their order, with what stands beside them; keys are not yet given."""
    if len(rows) == len(batch) and list(rows) == list(range(len(batch))):
        return batch
    columns = {name: [batch.columns[name][row] for row in rows] for name in COLUMNS}
    some = Batch(batch.source, columns, [batch.own_messages[row] for row in rows])
    for name in ("known", "spans", "repairs", "left_out", "runs"):
        values = getattr(batch, name)
        setattr(some, name, {place: values[row] for place, row in enumerate(rows) if row in values})
    some.unparsed = [place for place, row in enumerate(rows) if not batch.columns["grammar"][row]]
    some.gaps = {place for place, row in enumerate(rows) if row in batch.gaps}
    return some
