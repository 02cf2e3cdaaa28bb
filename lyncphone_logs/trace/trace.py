"""A trace: the files that a phone wrote, read as events, with an account of every byte."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from lyncphone_logs.catalog import Catalog
from lyncphone_logs.events.batch import Batch, with_last
from lyncphone_logs.events.event import MESSAGE, Event
from lyncphone_logs.events.vocabulary import kinds, stages_of
from lyncphone_logs.parsing.literal_search import Search, is_available
from lyncphone_logs.parsing.reader import Reader
from lyncphone_logs.sources.discovery import find_sources
from lyncphone_logs.sources.rotation import copies_in, mark_duplicates
from lyncphone_logs.sources.source import STDIN, Source
from lyncphone_logs.syslog.unwrap import unwrap
from lyncphone_logs.timestamps.zones import Zones
from lyncphone_logs.trace.accounting import SourceStats
from lyncphone_logs.trace.clocks import SourceClocks
from lyncphone_logs.trace.condense import condense
from lyncphone_logs.trace.correlator import DERIVED, Correlator
from lyncphone_logs.trace.ordering import merge

if TYPE_CHECKING:
    import pandas as pd


SMALL = 256 * 1024
"""Bytes of a trace up to which it is quicker to look at each message than to prepare a search."""
LARGE = 32 * 1024 * 1024
"""Bytes of a trace from which on a diagnosis passes over what no rule asks for."""
WORTHWHILE = 16 * 1024 * 1024
"""Bytes from which on several processes are quicker than one."""
MAX_SHOWN_EVENTS = 20
"""Rows that a notebook shows of a trace."""


class Input(NamedTuple):
    """One source, with what became of its bytes and lines."""

    source: Source
    tally: SourceStats


class Trace:
    """Named inputs and stated facts, to be read as events; nothing is read before `events` is iterated.

    `inputs`, in the order of their paths, are whole once an iteration has ended. `year` is the last one of the trace,
    `zones` those of its clocks; lines before `since` or after `until` are left out. To diagnose, `full` reads every
    line, False passes lines over that say nothing to any rule, None does so with more than LARGE bytes. `jobs`:
    processes that read every line of a large trace; for these `grammars` names the folder of the catalog's further
    grammars.
    """

    def __init__(
        self,
        paths: Sequence[str],
        catalog: Catalog,
        *,
        facts: Sequence[Event] = (),
        year: int = 0,
        zones: Zones | None = None,
        since: str = "",
        until: str = "",
        full: bool | None = None,
        jobs: int = 1,
        grammars: str = "",
    ) -> None:
        self.paths = tuple(paths)
        self.catalog = catalog
        self.facts = tuple(facts)
        self.year = year
        self.zones = zones or Zones()
        self.since, self.until = since, until
        self.full = full
        self.jobs = jobs
        self._grammars = grammars
        self.inputs: tuple[Input, ...] = ()
        self._timing: SourceClocks | None = None

    def events(self, *, derived: bool = False) -> Iterator[Event]:
        """Every line of the trace as an event with its keys, in order; `derived` adds what lies between two lines.

        Raises InputError where nothing that was named can be read, AccountError where bytes went missing.
        """
        for batch in self.batches():
            yield from batch.events(derived=derived)

    def batches(self, *, to_diagnose: bool = False) -> Iterator[Batch]:
        """The events with their keys, many at once; raises as `events` does.

        `to_diagnose`: lines that say nothing to any rule may be passed over, as `full` has it.
        """
        sources = mark_duplicates(find_sources(self.paths))
        self.inputs = tuple(Input(source, SourceStats()) for source in sources)
        timing = SourceClocks(sources, self.catalog.grammars, self.year, self.zones, self.since, self.until)
        self._timing = timing
        pass_over = to_diagnose and self._may_pass_over()
        if to_diagnose and self._may_be_split(pass_over, timing):
            batches = self._read_at_once(timing)
        else:
            batches = self._read(timing, pass_over, may_condense=to_diagnose and MESSAGE not in self._wanted)
        correlator = Correlator()
        for batch, is_last in with_last(batches):
            correlator.key(batch)
            if is_last:
                correlator.end(batch)
            yield batch
        for source, tally in self.inputs:
            tally.account.check(source.bytes, source.path)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed of the clocks of the inputs that were read."""
        timing = self._timing
        if timing is None:
            return ()
        told = [each for source, tally in self.inputs for each in timing.assumptions(source.path, tally)]
        return (*copies_in([source for source, _ in self.inputs]), *told, *timing.of_all)

    def _read(self, timing: SourceClocks, pass_over: bool, *, may_condense: bool) -> Iterator[Batch]:
        search = self._search(pass_over)
        streams = []
        for source, tally in self.inputs:
            anchor, is_alone = timing.anchor(source), len(self.inputs) == 1
            reader = Reader(source, self.catalog.grammars, anchor, search, pass_over=pass_over, is_alone=is_alone)
            batches = _counted(reader, tally, timing)
            # Small batches of many sources in turn take time: those that say nothing need not be among them.
            is_condensed = may_condense and not is_alone
            streams.append(timing.stream(source, map(condense, batches) if is_condensed else batches))
        streams = timing.streams([source for source, _ in self.inputs], streams)
        return merge(streams) if len(streams) > 1 else chain.from_iterable(each.batches for each in streams)

    def _search(self, pass_over: bool) -> Search | None:
        sizes = [source.size for source, _ in self.inputs]
        is_small = None not in sizes and sum(filter(None, sizes)) < SMALL
        if (is_small and not pass_over) or not is_available():
            return None
        return Search(self.catalog.grammars, self._wanted if pass_over else None)

    def _read_at_once(self, timing: SourceClocks) -> Iterator[Batch]:
        from lyncphone_logs.trace.parallel import read_in_parts

        inputs = [self.inputs[place] for place in timing.in_order([source for source, _ in self.inputs])]
        sources = [(source, timing.anchor(source), tally) for source, tally in inputs]
        names = tuple(grammar.name for grammar in self.catalog.grammars)
        return timing.corrected(read_in_parts(sources, self._grammars, names, self.jobs, self.catalog.grammars))

    def _may_be_split(self, pass_over: bool, timing: SourceClocks) -> bool:
        # Parts are condensed where they are read; late lines, other inputs, a period and a zone ask for every line.
        if timing.overlaps or timing.is_numbered or timing.period or timing.zones:
            return False
        sizes = [source.size for source, _ in self.inputs]
        is_large = None not in sizes and sum(filter(None, sizes)) >= WORTHWHILE
        return self.jobs > 1 and is_large and not pass_over and MESSAGE not in self._wanted

    @property
    def unseen_kinds(self) -> frozenset[str]:
        """Event kinds that were not looked for in the lines that were passed over; none where all lines were read."""
        if not any(tally.account.passed_over_bytes for _, tally in self.inputs):
            return frozenset()
        produced = [message for grammar in self.catalog.grammars for message in grammar.messages]
        unfound = {kind for kind, expression in produced if kind not in self._wanted or not expression.literals}
        return frozenset({MESSAGE, *DERIVED, *unfound})

    @cached_property
    def _wanted(self) -> frozenset[str]:
        """The kinds that rules name, and those that tell phones, boots and the stages of the journey."""
        named = {kind for rule in self.catalog.rules for each in rule.patterns for kind in each.kinds}
        telling = (name for name, kind in kinds().items() if stages_of(name) or kind.outcome)
        staged = {*telling, *(name for name in kinds() if name.startswith("device."))}
        return frozenset(named | staged)

    def _may_pass_over(self) -> bool:
        size = sum(source.expected or 0 for source, _ in self.inputs)
        wanted = size > LARGE if self.full is None else not self.full
        return wanted and is_available()

    def to_frame(self) -> "pd.DataFrame":
        """The events as a plain DataFrame, a row each; columns and types as table.COLUMNS says."""
        from lyncphone_logs.events.dataframe import to_frame

        return to_frame(self.batches())

    def stops(self, event: Event) -> list[str]:
        """For a line that no grammar read: how far each came, the furthest first, and what it expected there."""
        text = unwrap(event.text).text
        found = [(grammar.name, *grammar.stopped_at(text)) for grammar in self.catalog.grammars]
        found.sort(key=lambda each: (-each[1], each[0]))
        return [f"{name} read {place} of {len(text)} characters, then: {expected}" for name, place, expected in found]

    def __repr__(self) -> str:
        return f"Trace({', '.join(self.paths)}; {len(self.facts)} facts)"

    def _repr_html_(self) -> str | None:
        if STDIN in self.paths:  # which can be read only once, and not for show
            return None
        from lyncphone_logs.events.dataframe import to_frame

        first = Trace(
            self.paths, self.catalog, year=self.year, zones=self.zones, since=self.since, until=self.until
        ).batches()
        return to_frame(islice(first, 1)).head(MAX_SHOWN_EVENTS).to_html(max_cols=None)


def _counted(reader: Reader, tally: SourceStats, timing: SourceClocks) -> Iterator[Batch]:
    """The events of one source in the time that was asked for, corrected; what became of all of them is booked."""
    for batch in timing.events(reader):
        rows = timing.period.inside(batch) if timing.period else range(len(batch))
        if len(rows) < len(batch):
            tally.leave_out(batch.take(sorted({*range(len(batch))}.difference(rows))))
        if rows:
            inside = batch.take(rows)
            tally.count(inside)
            yield inside
    tally.close(reader)
