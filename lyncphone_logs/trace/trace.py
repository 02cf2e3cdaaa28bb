"""A trace: named files, folders or pipes, read as one ordered stream of events, with an account of every byte."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lyncphone_logs.catalog import Catalog
from lyncphone_logs.errors import InputError
from lyncphone_logs.events.batch import Batch, with_last
from lyncphone_logs.events.event import MESSAGE, Event
from lyncphone_logs.events.vocabulary import unknown_kind
from lyncphone_logs.notebook import MAX_REPR_CHARACTERS, bounded, shown
from lyncphone_logs.parsing.enveloped import is_phone_line, unwrapped
from lyncphone_logs.parsing.literal_search import Search
from lyncphone_logs.parsing.reader import Reader
from lyncphone_logs.redaction.rewriting import RewrittenSource, redacted_source
from lyncphone_logs.sources.discovery import find_sources
from lyncphone_logs.sources.rotation import copies_in, mark_duplicates
from lyncphone_logs.sources.source import STDIN, Source
from lyncphone_logs.trace.accounting import SourceStats
from lyncphone_logs.trace.clocks import SourceClocks
from lyncphone_logs.trace.condense import condense
from lyncphone_logs.trace.correlator import DERIVED, Correlator
from lyncphone_logs.trace.counted_hosts import CountedHosts
from lyncphone_logs.trace.ordering import merge
from lyncphone_logs.trace.read_plan import ReadPlan
from lyncphone_logs.trace.reading_progress import Progress
from lyncphone_logs.trace.stated_identity import MAX_PEEKED_BYTES, mac_in_lines, mac_in_name, mac_of_file
from lyncphone_logs.trace.trace_options import TraceOptions

if TYPE_CHECKING:
    import pandas as pd

MAX_SHOWN_EVENTS = 20
"""Rows that a notebook shows of a trace."""

REDACTED = "redacted"
"""The attribute of a frame whose names and paths are pseudonyms: its files are not redacted."""
PHONES_ONLY = "this tool reads what the phone itself writes"


@shown()
class Input(NamedTuple):
    """One source, and the counts of its bytes and lines."""

    source: Source
    tally: SourceStats


class Trace:
    """Named inputs and stated facts. Nothing is read before `events` or `batches` is iterated.

    `inputs` are the sources in the order of their paths, rotated files in the order of their numbers. Their counts are
    complete after an iteration has ended. If a trace has too many phones, `counted_hosts` are those
    that have no diagnosis; those of `wanted_phones`, names or parts of names, have one.
    """

    def __init__(
        self, paths: Sequence[str], catalog: Catalog, options: TraceOptions | None = None, facts: Sequence[Event] = ()
    ) -> None:
        self._named = tuple(paths)
        self.catalog = catalog
        self.options = options or TraceOptions()
        self.facts = tuple(facts)
        self.inputs: tuple[Input, ...] = ()
        self._clocks: SourceClocks | None = None
        self._plan: ReadPlan | None = None
        self._skipped: list[str] = []
        self._progress: Progress | None = None
        self.wanted_phones: tuple[str, ...] = ()
        self.counted_hosts = CountedHosts()
        redactor = self.options.redactor
        self.paths = tuple(map(redactor.path, self._named)) if redactor else self._named

    def watch(self, called: Callable[[Progress], None]) -> None:
        """Call a function with the progress of each iteration, after each piece that is read: 64 kB to 8 MB.

        The function must return quickly. An error that it raises ends the iteration.
        """
        self._progress = Progress(called)

    def __reduce__(self) -> tuple[Any, ...]:
        return Trace, (self._named, self.catalog, self.options, self.facts)

    def only(self, lines: Mapping[str, Collection[int]]) -> "Trace":
        """This trace, limited to the events that begin at these lines, by the path of their source.

        When it is read, InputError is raised if a source is missing, or if a line begins no event in it.
        """
        chosen = {path: frozenset(numbers) for path, numbers in lines.items()}
        return Trace(self._named, self.catalog, replace(self.options, lines=chosen), self.facts)

    def events(self, *, derived: bool = False) -> Iterator[Event]:
        """Every line of the trace as an event with its keys, in order; `derived` adds events between two lines.

        Raises InputError if no input can be read, and AccountError if the account of bytes does not add up.
        """
        for batch in self.batches():
            yield from batch.events(derived=derived)

    def batches(self, *, to_diagnose: bool = False) -> Iterator[Batch]:
        """The events with their keys, in batches. Raises the errors of `events`.

        With `to_diagnose`, lines that no rule needs may be skipped, as the option `full` decides.
        """
        skipped: list[str] = []
        self._skipped = skipped
        found = find_sources(self._named, self.is_phone_line, skipped)
        if redactor := self.options.redactor:
            found = [redacted_source(each, redactor) for each in found]
            skipped[:] = map(redactor.message, skipped)
        progress = self._progress
        if progress:
            progress.examine(found)
        sources = mark_duplicates(_chosen(found, self.options.lines), skipped)
        self.inputs = tuple(Input(source, SourceStats()) for source in sources)
        self._clocks = clocks = SourceClocks(sources, self.catalog.grammars, self.options)
        if to_diagnose:
            plan = ReadPlan.choose(sources, clocks, self.options, lambda: self.catalog.event_kinds)
        else:
            plan = ReadPlan.for_events(sources)
        self._plan = plan
        if progress:
            progress.begin(sources, in_parts=plan.jobs > 1)
        correlator = Correlator(self._mac_of_file({each.path: each for each in sources}))
        for batch, is_last in with_last(self._read_parts(clocks, plan) if plan.jobs > 1 else self._read(clocks, plan)):
            correlator.key(batch)
            if is_last:
                correlator.end(batch)
            if progress:
                progress.add(batch)
            yield batch
        self.counted_hosts.forgotten = correlator.forgotten
        for source, tally in self.inputs:
            tally.account.check(source.bytes, source.path)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was skipped, which inputs hold copies, and what was assumed about clocks; complete after reading."""
        clocks = self._clocks
        if clocks is None:
            return ()
        foreign = [
            f"{source.path}: {tally.looks_like}; {PHONES_ONLY}"
            for source, tally in self.inputs
            if tally.events and tally.looks_like
        ]
        framed = [f"{source.path}: {tally.of_framings}" for source, tally in self.inputs if tally.of_framings]
        unread = [
            f"{source.path}: {what}"
            for source, tally in self.inputs
            for what in (source.change, tally.of_overlong_lines)
            if what
        ]
        assumed = [each for source, tally in self.inputs for each in clocks.assumptions(source.path, tally)]
        return (
            *self._skipped,
            *unread,
            *foreign,
            *framed,
            *copies_in([source for source, _ in self.inputs]),
            *assumed,
            *clocks.of_all,
        )

    @property
    def ineffective(self) -> tuple[str, ...]:
        """The options that had no effect on reading, with the reason; complete after reading."""
        jobs, plan = self.options.jobs, self._plan
        return (f"--jobs {jobs} has no effect: {plan.one_job}",) if jobs > 1 and plan and plan.one_job else ()

    def _mac_of_file(self, sources: Mapping[str, Source]) -> Callable[[str], str]:
        grammars = self.catalog.grammars
        if self.options.redactor is None:
            return partial(mac_of_file, grammars=grammars)

        def found(path: str) -> str:
            source = sources.get(path)
            head = source.head(MAX_PEEKED_BYTES) if isinstance(source, RewrittenSource) else b""
            return mac_in_name(path) or mac_in_lines(head, path, grammars)

        return found

    def is_phone_line(self, line: str) -> bool:
        """Whether a grammar of the catalog reads a line."""
        return is_phone_line(line, self.catalog.grammars)

    def _read(self, clocks: SourceClocks, plan: ReadPlan) -> Iterator[Batch]:
        grammars, is_alone = self.catalog.grammars, len(self.inputs) == 1
        search = Search(grammars, plan.wanted if plan.skips else None) if plan.searches else None
        streams = []
        for source, tally in self.inputs:
            reader = Reader(
                source,
                grammars,
                clocks.anchor(source),
                search,
                clocks.take_lines(source),
                pass_over=plan.skips,
                is_alone=is_alone,
            )
            batches = _counted(reader, tally, clocks, self._lines_of(source))
            streams.append(clocks.stream(source, map(condense, batches) if plan.condenses else batches))
        streams = clocks.streams([source for source, _ in self.inputs], streams)
        return merge(streams) if len(streams) > 1 else chain.from_iterable(each.batches for each in streams)

    def _lines_of(self, source: Source) -> frozenset[int] | None:
        return None if self.options.lines is None else self.options.lines[source.path]

    def _read_parts(self, clocks: SourceClocks, plan: ReadPlan) -> Iterator[Batch]:
        from lyncphone_logs.trace.parallel import read_in_parts

        inputs = [self.inputs[index] for index in clocks.in_order([source for source, _ in self.inputs])]
        sources = [(source, clocks.anchor(source), tally) for source, tally in inputs]
        names = tuple(grammar.name for grammar in self.catalog.grammars)
        folder = self.options.grammars
        waiting = self._progress.tick_parts if self._progress else None
        return clocks.corrected(read_in_parts(sources, folder, names, plan.jobs, self.catalog.grammars, waiting))

    @property
    def unseen_kinds(self) -> frozenset[str]:
        """Event kinds that were not searched for in skipped lines; none if no line was skipped."""
        plan = self._plan
        if plan is None or not any(tally.account.passed_over_bytes for _, tally in self.inputs):
            return frozenset()
        produced = [message for grammar in self.catalog.grammars for message in grammar.messages]
        unfound = {kind for kind, expression in produced if kind not in plan.wanted or not expression.literals}
        return frozenset({MESSAGE, *DERIVED, *unfound})

    def to_frame(
        self,
        columns: Sequence[str] | Literal["all"] | None = None,
        fields: Sequence[str] | bool | None = None,
    ) -> "pd.DataFrame":
        """The events as a DataFrame, one row each, in order.

        `columns`: names of `events.columns.COLUMNS` in the order wanted, `all`, or None for twelve of them. `fields`:
        names of fields, each of which becomes a typed column (a value that is not of the type is missing); True adds
        the column `fields`, a dict in each row. `severity` is ordered: `frame.severity >= "warning"` selects what is at
        least as severe as a warning. Raises InputError if a name is unknown, and the errors of `events`.
        """
        from lyncphone_logs.events.dataframe import to_frame

        return self._marked(to_frame(self.batches(), columns, fields))

    def fields(self, kind: str) -> "pd.DataFrame":
        """The events of one kind: time, phone, source, line and a typed column for each field of the kind.

        Events between two lines are included, at the line before them. Raises InputError if the kind is unknown.
        """
        from lyncphone_logs.events.dataframe import fields_frame

        if problem := unknown_kind(kind):
            raise InputError(problem)
        return self._marked(fields_frame(self._events_of(kind), kind))

    def _marked(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        if self.options.redactor:
            frame.attrs[REDACTED] = True
        return frame

    def _events_of(self, kind: str) -> Iterator[Event]:
        for batch in self.batches():
            rows = {row for row, name in enumerate(batch.columns["kind"]) if name == kind}
            for row in sorted(rows | batch.derived.keys()):
                own = [batch.event(row)] if row in rows else []
                yield from own
                yield from (each for each in batch.derived.get(row, ()) if each.kind == kind)

    def stops(self, event: Event) -> list[str]:
        """For a line that no grammar read: where each grammar stopped matching and what it expected, furthest first."""
        text = unwrapped(event.text, self.catalog.grammars).text
        found = [(grammar.name, *grammar.stopped_at(text)) for grammar in self.catalog.grammars]
        found.sort(key=lambda each: (-each[1], each[0]))
        return [
            f"{name} matched {place} of {len(text)} characters, then: {expected}" for name, place, expected in found
        ]

    def __repr__(self) -> str:
        names = ", ".join(map(repr, self.paths))
        facts = f"; {len(self.facts)} facts" if self.facts else ""
        size = MAX_REPR_CHARACTERS - len("Trace()") - len(facts)
        return f"Trace({bounded(names, size)}{facts})"

    def _repr_html_(self) -> str | None:
        if STDIN in self._named:  # It can be read only once, and not for a preview.
            return None
        from lyncphone_logs.events.dataframe import preview, to_frame

        first = Trace(self._named, self.catalog, self.options).batches()
        return preview(to_frame(islice(first, 1)).head(MAX_SHOWN_EVENTS))


def _chosen(sources: list[Source], lines: Mapping[str, frozenset[int]] | None) -> list[Source]:
    """The sources of the lines, or all if `lines` is None. Raises InputError if one of them cannot be read."""
    if lines is None:
        return sources
    chosen = [source for source in sources if source.path in lines]
    missing = [f"{path} is not there" for path in lines.keys() - {source.path for source in chosen}]
    if problems := [*(source.problem for source in chosen if source.problem), *sorted(missing)]:
        raise InputError("cannot read the chosen lines again", "; ".join(problems), help=_AS_BEFORE)
    return chosen


_AS_BEFORE = "the files must be where they were, unchanged, and read with the same options"


def _counted(reader: Reader, tally: SourceStats, clocks: SourceClocks, lines: frozenset[int] | None) -> Iterator[Batch]:
    """The events of one source within the time range, with corrected clocks; all of its lines are counted.

    If `lines` are given, only the events that begin there. Raises InputError if none begins at one of them.
    """
    missing = set(lines or ())
    for batch in clocks.events(reader):
        rows = clocks.period.inside(batch) if clocks.period else range(len(batch))
        if lines is not None:
            numbers = batch.columns["line"]
            missing.difference_update(numbers)
            rows = [row for row in rows if numbers[row] in lines]
        if len(rows) < len(batch):
            tally.leave_out(batch.take(sorted({*range(len(batch))}.difference(rows))))
        if rows:
            inside = batch.take(rows)
            tally.count(inside)
            yield inside
    tally.close(reader)
    if missing and not tally.account.passed_over_bytes:
        where = f"{reader.source.path}:{min(missing)}"
        raise InputError("cannot read the chosen lines again", "no event begins at this line", where, _AS_BEFORE)
