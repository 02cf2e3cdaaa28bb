"""What was not understood of a trace, by shape: lines that no grammar reads, messages that no kind knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.syslog.own_line import own_line
from lyncphone_logs.trace.mask import masked, shape

MOST_SHAPES = 10_000
"""Shapes that are told apart; what comes after them is counted only."""


@dataclass(slots=True)
class Unknown:
    """Lines of one shape. `what`: `line` where no grammar read it, `message` where no kind is known.

    `example` is the first, masked; `source` and `line` say where that stands.
    """

    what: Literal["line", "message"]
    grammar: str
    component: str
    example: str
    source: str
    line: int
    count: int = 0


class Unknowns:
    """Counts of what was not understood, batch by batch; `others` are lines of shapes beyond the first ten thousand."""

    def __init__(self) -> None:
        self.lines = self.others = 0
        self._found: dict[tuple[str, str, str], Unknown] = {}

    def add(self, batch: Batch) -> None:
        """Take in a batch of events."""
        columns = batch.columns
        unparsed = set(batch.unparsed)
        self.lines += len(batch)
        for row, kind in enumerate(columns["kind"]):
            if row in unparsed:
                text = own_line(columns["text"][row]).text
                self._count(batch, row, "line", text)
            elif kind == MESSAGE:
                self._count(batch, row, "message", columns["message"][row])

    def _count(self, batch: Batch, row: int, what: Literal["line", "message"], text: str) -> None:
        columns = batch.columns
        grammar, component = columns["grammar"][row], columns["component"][row] or ""
        key = (grammar, component, shape(text))
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MOST_SHAPES:
                self.others += columns["count"][row]
                return
            line = columns["line"][row]
            found = self._found[key] = Unknown(what, grammar, component, masked(text), batch.source, line)
        found.count += columns["count"][row]

    def ranked(self) -> list[Unknown]:
        """Lines before messages, the frequent first."""
        return sorted(self._found.values(), key=lambda each: (each.what, -each.count, each.grammar, each.example))


def unknowns_of(batches: Iterable[Batch]) -> Unknowns:
    """What was not understood in all of the batches."""
    found = Unknowns()
    for batch in batches:
        found.add(batch)
    return found
