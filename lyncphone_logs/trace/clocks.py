"""Holds what is known of the clocks of all sources: the anchors of their stamps, their zones, and what was assumed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain, pairwise

from lyncphone_logs.errors import InputError
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.header import ReadLines
from lyncphone_logs.parsing.reader import Reader, anchor_of
from lyncphone_logs.sources.rotation import rotation_key
from lyncphone_logs.sources.source import Source
from lyncphone_logs.timestamps.correction import Correction
from lyncphone_logs.timestamps.formats import Anchor, read_stamp
from lyncphone_logs.timestamps.time_range import TimeRange, last_of
from lyncphone_logs.timestamps.years import NewYears
from lyncphone_logs.timestamps.zones import AMBIGUOUS, NONEXISTENT
from lyncphone_logs.trace.accounting import SourceStats
from lyncphone_logs.trace.ordering import Stream, in_sequence
from lyncphone_logs.trace.survey import Survey, sample_timestamps
from lyncphone_logs.trace.trace_options import TraceOptions

MAX_STORED_BYTES = 8 * 1024 * 1024
"""Bytes of small sources whose lines are stored from the survey until they are read; that takes 20 MB of memory."""


class SourceClocks:
    """Surveys the timestamps of each source. `period` is the time range that `since` and `until` mean there.

    Raises InputError if `since` or `until` is no time, or if a zone is stated for a source that is not there.
    """

    def __init__(self, sources: Sequence[Source], grammars: Sequence[Grammar], options: TraceOptions) -> None:
        self.zones = options.zones
        self._outside = "outside --since and --until" if options.lines is None else "that were not chosen"
        self._surveys: dict[str, Survey] = {}
        self._read_lines: dict[str, ReadLines] = {}
        stored_bytes = 0
        names = {grammar.name: grammar for grammar in grammars}
        for source in sources:
            survey, lines = sample_timestamps(source, names, anchor_of(source, options.year))
            self._surveys[source.path] = survey
            if lines and stored_bytes < MAX_STORED_BYTES:
                self._read_lines[source.path] = lines
                stored_bytes += source.size or 0
        self._corrections: list[Correction] = []
        self._new_years: dict[str, NewYears] = {}
        self.period = TimeRange(options.since, options.until, last_of(each.last for each in self._surveys.values()))
        if unused := self.zones.unused([*self._surveys]):
            raise InputError(
                f"no input is called {unused[0]}",
                where=f"--tz {unused[0]}=…",
                help=f"one of: {', '.join(self._surveys)}",
            )

    def anchor(self, source: Source) -> Anchor:
        """The moment from which incomplete stamps of a source are completed."""
        return self._surveys[source.path].anchor

    def take_lines(self, source: Source) -> ReadLines | None:
        """The lines of a source that the survey has read and stored; None the second time."""
        return self._read_lines.pop(source.path, None)

    @property
    def overlaps(self) -> bool:
        """Whether two sources may have lines of the same time, so that they must be merged."""
        spans = [(each.first, each.last) for each in self._surveys.values()]
        known = sorted((first, last) for first, last in spans if first and last)
        return len(known) < len(spans) > 1 or any(before[1] >= after[0] for before, after in pairwise(known))

    @property
    def ordered_by(self) -> str:
        """Why lines of several sources, numbered lines, a time range or a zone must be put in order first, or ""."""
        reasons = {
            "the times of the inputs overlap, so that their lines are merged": self.overlaps,
            "the lines are numbered and may be out of order": any(each.is_numbered for each in self._surveys.values()),
            "--since or --until limits the time": bool(self.period),
            "--tz converts the times": bool(self.zones),
        }
        return next((reason for reason, holds in reasons.items() if holds), "")

    def in_order(self, sources: Sequence[Source]) -> list[int]:
        """The indexes of the sources by their first moment, those without one first."""
        return sorted(range(len(sources)), key=lambda index: (self._first(sources[index]) or datetime.min, index))

    def _first(self, source: Source) -> datetime | None:
        return self._surveys[source.path].first

    def corrected(self, batches: Iterator[Batch], unseen: str = "") -> Iterator[Batch]:
        """The batches with their clocks corrected in place; `unseen` names a source that could not be surveyed."""
        if unseen:
            self._new_years[unseen] = NewYears()
            batches = self._new_years[unseen].count(batches)
        self._corrections.append(Correction(self.zones))
        return self._corrections[-1].correct(batches)

    def events(self, reader: Reader) -> Iterator[Batch]:
        """The events of one source with corrected clocks, late lines put in order."""
        source = reader.source
        unseen = source.path if not source.is_repeatable and self.anchor(source).basis == "--year" else ""
        return in_sequence(self.corrected(reader.batches(), unseen))

    def stream(self, source: Source, batches: Iterator[Batch]) -> Stream:
        """The batches of one source, ready to be merged."""
        return Stream(self._first(source), self.zones.of(source.path), batches)

    def streams(self, sources: Sequence[Source], streams: Sequence[Stream]) -> list[Stream]:
        """The streams in their order; those of rotated files are joined unless their times contradict that."""
        joined: list[Stream] = []
        last: Source | None = None
        for source, stream in zip(sources, streams, strict=True):
            if last and joined and self._continues(last, source):
                joined[-1] = Stream(joined[-1].start, stream.zone, chain(joined[-1].batches, stream.batches))
            else:
                joined.append(stream)
            last = source
        return joined

    def _continues(self, before: Source, source: Source) -> bool:
        firsts = [first for first in (self._first(before), self._first(source)) if first]
        is_same_zone = self.zones.of(before.path) == self.zones.of(source.path)
        is_rotated = rotation_key(before.path)[0] == rotation_key(source.path)[0]
        return is_rotated and is_same_zone and firsts == sorted(firsts)

    def assumptions(self, path: str, tally: SourceStats) -> Iterator[str]:
        """What was assumed about a source, one sentence each; complete after it was read."""
        found = self._surveys[path]
        yield from (f"{path}: {each}" for each in (*_of_stamps(found, tally), *self._of_clocks(path)))
        if tally.outside_lines:
            yield f"{path}: lines {self._outside} were skipped: {tally.outside_lines}"

    @property
    def of_all(self) -> Sequence[str]:
        """What was assumed about all sources together."""
        if not self.overlaps or all(self.zones.of(path) for path in self._surveys):
            return ()
        return ("the times of all inputs are assumed to be in one time zone (--tz NAME=ZONE to change)",)

    @cached_property
    def _counts_of(self) -> Mapping[str, Mapping[str, int]]:
        """What was corrected, by path. Each source has a correction of its own, so that none is looked up in all."""
        found: dict[str, dict[str, int]] = {}
        for each in self._corrections:
            for path, counts in each.counts.items():
                found.setdefault(path, {}).update(counts)
        return found

    def _of_clocks(self, path: str) -> Iterator[str]:
        zone = self.zones.of(path)
        if path in self._new_years and self._new_years[path].passed:
            yield "it can be read only once: the stated year is that of its first line, later years follow from it"
        if zone:
            yield f"times are in {zone.name}, as stated"
        for what, count in sorted(self._counts_of.get(path, {}).items()):
            if what == AMBIGUOUS and zone:
                yield f"lines in an hour that occurs twice in {zone.name}: their UTC is not known"
            elif what == NONEXISTENT and zone:
                yield f"lines with times that summer time skips in {zone.name}: their UTC is not known"
            else:
                yield f"lines of a clock that was never set ({count}): {what}"


def _of_stamps(found: Survey, tally: SourceStats) -> Iterator[str]:
    anchor = found.anchor
    if tally.assumed and found.last and not found.year:
        yield f"last day {found.last.date()} assumed from {found.basis}"
    elif tally.assumed and (last := found.last or anchor.latest):
        year, basis = found.year or last.year, found.basis or anchor.basis
        if basis != "--year":
            yield f"year {year} assumed from {basis} (--year to change)"
    if found.conflict:
        yield found.conflict
    if found.undecided:
        shown = read_stamp(found.undecided, anchor).time
        yield f"{found.undecided} is read as {shown:%d %B %Y}: the order of day and month is not known"
