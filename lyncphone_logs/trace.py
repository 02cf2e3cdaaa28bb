"""A trace: the files that a phone wrote, read as events, with an account of every byte."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from lyncphone_logs.account import Account
from lyncphone_logs.catalog import Catalog
from lyncphone_logs.correlate import Correlator
from lyncphone_logs.event import UNPARSED, Event
from lyncphone_logs.reader import Reader, anchor_of, own_line
from lyncphone_logs.source import STDIN, Source, find_sources

if TYPE_CHECKING:
    import pandas as pd


SHOWN_EVENTS = 20
"""Rows that a notebook shows of a trace."""


class Input:
    """One source with what became of its bytes and lines."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.account = Account()
        self.events = 0
        self.unparsed_lines = 0
        self.first_unparsed: Event | None = None

    def count(self, event: Event) -> None:
        """Book the spans of an event: the first is the event's line, the others its continuations."""
        first, *others = event.spans
        if event.kind == UNPARSED:
            self.unparsed_lines += 1
            self.account.unparsed_bytes += first.length
            self.first_unparsed = self.first_unparsed or event
        else:
            self.events += 1
            self.account.event_bytes += first.length
        self.account.continuation_bytes += sum(span.length for span in others)


class Trace:
    """Named inputs and stated facts, to be read as events; nothing is read before `events` is iterated.

    `inputs` are whole once an iteration has ended.
    """

    def __init__(self, paths: Sequence[str], catalog: Catalog, *, facts: Sequence[Event] = (), year: int = 0) -> None:
        self.paths = tuple(paths)
        self.catalog = catalog
        self.facts = tuple(facts)
        self.year = year
        self.inputs: tuple[Input, ...] = ()
        self.assumptions: tuple[str, ...] = ()

    def events(self, *, derived: bool = False) -> Iterator[Event]:
        """Every line of the trace as an event with its keys, in order; `derived` adds what lies between two lines.

        Raises InputError where nothing that was named can be read, AccountError where bytes went missing.
        """
        self.inputs = tuple(Input(source) for source in find_sources(self.paths))
        self.assumptions = ()
        for event in Correlator().correlate(self._lines()):
            if derived or not event.derived:
                yield event

    def to_frame(self) -> "pd.DataFrame":
        """The events as a plain DataFrame, a row each; columns and types as table.COLUMNS says."""
        from lyncphone_logs.frame import to_frame

        return to_frame(self.events())

    def _lines(self) -> Iterator[Event]:
        for each in self.inputs:
            anchor = anchor_of(each.source, self.year)
            reader = Reader(each.source, self.catalog.grammars, anchor)
            for event in reader.events():
                each.count(event)
                yield event
            each.account.separator_bytes = each.source.separator_bytes + reader.blank_bytes
            each.account.check(each.source.bytes, each.source.path)
            if reader.assumed and anchor.latest:
                self.assumptions += (
                    f"{each.source.path}: years end in {anchor.latest.year}, assumed from {anchor.basis}",
                )

    def stops(self, event: Event) -> list[str]:
        """For a line that no grammar read: how far each came, and what it expected there."""
        text = own_line(event.text).text
        found = [(grammar.name, *grammar.stopped_at(text)) for grammar in self.catalog.grammars]
        return [f"{name} read {place} of {len(text)} characters, then: {expected}" for name, place, expected in found]

    def __repr__(self) -> str:
        return f"Trace({', '.join(self.paths)}; {len(self.facts)} facts)"

    def _repr_html_(self) -> str | None:
        if STDIN in self.paths:  # which can be read only once, and not for show
            return None
        from lyncphone_logs.frame import to_frame

        first = Trace(self.paths, self.catalog, year=self.year).events()
        return to_frame(islice(first, SHOWN_EVENTS)).to_html(max_cols=None)
