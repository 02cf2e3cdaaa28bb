"""Batches: events of one source as columns; an `Event` is made of a row when it is needed."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from lyncphone_logs.events.event import MESSAGE, NOTHING, UNPARSED, Event, Span, Value
from lyncphone_logs.events.key_values import key_values

COLUMNS = (
    "line", "offset", "bytes", "kind", "time", "time_utc", "time_raw", "time_quality", "received", "sequence",
    "hostname", "facility", "severity", "app_name", "procid", "component", "level", "function", "source_line",
    "message", "text", "grammar", "framing", "count", "is_unset", "phone", "boot", "segment", "time_corrected",
)  # fmt: skip
"""The columns of a batch; `events.columns` has those of a table."""
_FIELDS_OF_COLUMNS = tuple(name for name in COLUMNS if name in Event._fields)
# The other fields, in the order in which `Batch._event` collects them.
_OTHER_FIELDS = ("id", "source", "member", "spans", "fields", "marked", "repairs", "prefix", "handshake", "derived")
_VALUES = itemgetter(*_FIELDS_OF_COLUMNS)
_IN_ORDER = itemgetter(*map((*_FIELDS_OF_COLUMNS, *_OTHER_FIELDS).index, Event._fields))
Marked = tuple[int, int] | None


class Omitted(NamedTuple):
    """What was condensed into one row: the number of omitted messages, and their components."""

    messages: int
    components: frozenset[str]


class SequenceRun(NamedTuple):
    """Consecutively numbered lines of one sender in one batch.

    `host`, `grammar` and `facility` identify the sender. `boots` is its count of boots as printed, "" if it prints
    none. `missed` is the number of lines that the sender says it has dropped so far.
    """

    host: str | None
    grammar: str
    first: int | None
    last: int | None
    boots: str = ""
    missed: int | None = None
    facility: str | None = None


@dataclass(slots=True)
class Batch:
    """Events of one source in the order of their lines, a row each.

    `columns` has a list of one value a row for each of COLUMNS: fields of `Event`, `offset` and `bytes` of the first
    line, and `is_unset`: whether the phone's clock was never set (None: only the lines around can decide).
    `own_messages` are the messages without continuation lines; `unparsed` are the rows that no grammar read.

    Values that few rows have are stored by row:
    `parsed`: fields, and their extent in the message, of messages of a known kind;
    `spans` of events over several lines; `repairs`; `handshake`;
    `prefixes`: the text before the header, of lines with an unknown framing;
    `derived`: events that follow the row;
    `gaps`: rows before which lines were skipped;
    `omitted`: messages that the row represents in addition to itself;
    `runs`: numbered lines that begin at the row or before it;
    `ids`: ids that are not made of source and offset.

    Until the correlator sets the keys, `phone` is the MAC address that the phone's own header states, or "".
    """

    source: str
    columns: dict[str, list[Any]]
    own_messages: list[str]
    parsed: dict[int, tuple[Mapping[str, Value], Marked]] = field(default_factory=dict)
    unparsed: list[int] = field(default_factory=list)
    spans: dict[int, tuple[Span, ...]] = field(default_factory=dict)
    repairs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    prefixes: dict[int, str] = field(default_factory=dict)
    gaps: set[int] = field(default_factory=set)
    omitted: dict[int, Omitted] = field(default_factory=dict)
    runs: dict[int, tuple[SequenceRun, ...]] = field(default_factory=dict)
    handshake: dict[int, int | None] = field(default_factory=dict)
    derived: dict[int, list[Event]] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns |= {"boot": [0] * len(self), "segment": [0] * len(self)}
        self.columns.setdefault("phone", [""] * len(self))

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Batch":
        """A batch of these events, which have one source and no member; `batch.events()` returns equal events.

        A derived event is attached to the event before it. Raises ValueError if there is none, or if sources differ.
        """
        written: list[Event] = []
        derived: dict[int, list[Event]] = {}
        for event in events:
            if not event.derived:
                written.append(event)
            elif written:
                derived.setdefault(len(written) - 1, []).append(event)
            else:
                raise ValueError("a derived event needs the event that it is derived from")
        sources = {event.source for event in written}
        if len(sources) > 1:
            raise ValueError(f"a batch has one source, not {len(sources)}")
        columns = {name: [getattr(event, name) for event in written] for name in _FIELDS_OF_COLUMNS}
        columns["offset"] = [event.spans[0].offset if event.spans else 0 for event in written]
        columns["bytes"] = [event.spans[0].length if event.spans else 0 for event in written]
        columns["is_unset"] = [True if event.time_quality == "unset" else None for event in written]
        batch = cls(sources.pop() if sources else "", columns, [event.message for event in written])
        batch.columns |= {name: [getattr(event, name) for event in written] for name in ("boot", "segment")}
        batch.unparsed = [row for row, event in enumerate(written) if event.kind == UNPARSED]
        batch.derived = derived
        for row, event in enumerate(written):
            batch._add_sparse(row, event)
        return batch

    def _add_sparse(self, row: int, event: Event) -> None:
        if event.kind not in (MESSAGE, UNPARSED) or event.marked or event.fields != self._fields(row):
            self.parsed[row] = event.fields, event.marked
        if len(event.spans) != 1:
            self.spans[row] = event.spans
        if event.repairs:
            self.repairs[row] = event.repairs
        if event.prefix:
            self.prefixes[row] = event.prefix
        if event.handshake is not None:
            self.handshake[row] = event.handshake
        if event.id != self._id(row):
            self.ids[row] = event.id

    def __len__(self) -> int:
        return len(self.own_messages)

    def take(self, rows: Sequence[int]) -> "Batch":
        """A batch of these rows, in this order, before its keys are set; this batch, if they are all of its rows."""
        if len(rows) == len(self) and list(rows) == list(range(len(self))):
            return self
        columns = {name: [self.columns[name][row] for row in rows] for name in COLUMNS}
        some = Batch(self.source, columns, [self.own_messages[row] for row in rows])
        for name in ("parsed", "spans", "repairs", "prefixes", "omitted", "runs", "ids"):
            values = getattr(self, name)
            if values:
                setattr(some, name, {index: values[row] for index, row in enumerate(rows) if row in values})
        some.unparsed = [index for index, kind in enumerate(columns["kind"]) if kind == UNPARSED]
        some.gaps = {index for index, row in enumerate(rows) if row in self.gaps}
        return some

    def event(self, row: int) -> Event:
        """The event of one row."""
        return self._event(row, _VALUES(self.columns))

    def pick(self, rows: Iterable[int]) -> list[Event]:
        """The events of some rows."""
        columns = _VALUES(self.columns)
        return [self._event(row, columns) for row in rows]

    def events(self, *, derived: bool = False) -> Iterator[Event]:
        """All events in order; `derived` adds those that follow a row."""
        columns = _VALUES(self.columns)
        for row in range(len(self)):
            yield self._event(row, columns)
            if derived:
                yield from self.derived.get(row, ())

    def _event(self, row: int, columns: tuple[list[Any], ...]) -> Event:
        others = (
            self._id(row),
            self.source,
            "",
            self.spans_of(row),
            self._fields(row),
            self.parsed[row][1] if row in self.parsed else None,
            self.repairs.get(row, ()),
            self.prefixes.get(row, ""),
            self.handshake.get(row),
            False,
        )
        return Event._make(_IN_ORDER((*[values[row] for values in columns], *others)))

    def all_fields(self) -> list[Mapping[str, Value]]:
        """The fields of each row: those of its kind, else the `name=value` pairs of the message."""
        found = [*map(key_values, self.own_messages)]
        for row in self.unparsed:
            found[row] = NOTHING
        for row, (fields, _) in self.parsed.items():
            found[row] = fields
        return found

    def _fields(self, row: int) -> Mapping[str, Value]:
        if row in self.parsed:
            return self.parsed[row][0]
        return key_values(self.own_messages[row]) if self.columns["kind"][row] == MESSAGE else NOTHING

    def spans_of(self, row: int) -> tuple[Span, ...]:
        """The ranges of bytes of one row in its source."""
        if row in self.spans:
            return self.spans[row]
        return (Span(self.columns["offset"][row], self.columns["bytes"][row]),)

    def all_ids(self) -> list[str]:
        """The id of each row."""
        found = [f"{self.source}:{offset}" for offset in self.columns["offset"]]
        for row, text in self.ids.items():
            found[row] = text
        return found

    def _id(self, row: int) -> str:
        return self.ids.get(row) or f"{self.source}:{self.columns['offset'][row]}"


@contextmanager
def no_collection() -> Iterator[None]:
    """Pause garbage collection: columns have no cycles, and looking for some takes a third of the reading time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def with_last(batches: Iterable[Batch]) -> Iterator[tuple[Batch, bool]]:
    """Each batch that has rows, and whether it is the last."""
    previous: Batch | None = None
    for batch in batches:
        if len(batch) and previous is not None:
            yield previous, False
        previous = batch if len(batch) else previous
    if previous is not None:
        yield previous, True
