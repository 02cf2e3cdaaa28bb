"""Reads the lines of one source into batches of events, window by window."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lyncphone_logs.events.batch import Batch, no_collection
from lyncphone_logs.events.event import Event
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.batch_builder import BatchBuilder
from lyncphone_logs.parsing.enveloped import is_phone_line
from lyncphone_logs.parsing.header import ReadLines, line_columns
from lyncphone_logs.parsing.literal_search import Search, select
from lyncphone_logs.parsing.multiline import EventLines, lines_of
from lyncphone_logs.parsing.sequence_numbers import runs_of
from lyncphone_logs.sources.source import WINDOW, InMemorySource, Source
from lyncphone_logs.sources.window import Window, decode
from lyncphone_logs.syslog.lines import LineTable, lines_of_window
from lyncphone_logs.timestamps.formats import Anchor

SEARCHED = 512 * 1024
"""Bytes of a window if lines are skipped."""
ALONE = 4
"""Factor of the size of a window if no other source is read: large windows of many sources would take much memory."""


@dataclass(slots=True)
class _WindowLines:
    """Lines of a window, with the literals in them by offset; `is_complete` if none of its lines was skipped."""

    rows: LineTable
    literals: dict[int, frozenset[int]]
    is_complete: bool


class _WindowReader:
    """Reads the lines of a source window by window, all of them or those that a search finds.

    State between windows:

    - `may_skip`: whether lines without a literal are skipped, from the second window on. Once False, it stays False.
    - `_reached_end`: whether the last line of the previous window was read. If not, the next window begins after a gap.
    - `separator_bytes`, `skipped_bytes`, `overlong_lines` and `overlong_bytes` are sums over the windows so far.
    """

    def __init__(
        self, source: Source, grammars: Sequence[Grammar], search: Search | None, size: int, *, may_skip: bool
    ) -> None:
        self._source, self._grammars, self._search = source, grammars, search
        self._size, self._has_small_start = size, may_skip
        self.may_skip = may_skip and not source.every_line_matters
        self._reached_end = True
        self.separator_bytes = self.skipped_bytes = self.overlong_lines = self.overlong_bytes = 0

    def stop_skipping(self) -> None:
        """Read every line of the windows that follow."""
        self.may_skip = False

    def read(self) -> Iterator[_WindowLines]:
        """The lines of each window that are not blank and not skipped."""
        for window in self._windows():
            hits = self._search.lines(window.data) if self._search else []
            selection = None
            # The first window is read completely, so that the phones in it are known.
            if self.may_skip and window.number > 1:
                selection = select(window, hits, self._is_parsed, continues=self._reached_end)
            literals = {window.offset_of(hit.start): hit.literals for hit in hits}
            if selection:
                rows = lines_of_window(selection.window, selection.positions)
                has_gap = not self._reached_end or selection.positions[:1] != [(window.number, window.offset)]
                self._reached_end = selection.reaches_end
                self._count(window, rows, selection.skipped_bytes)
                if not selection.window.data and window.beyond:
                    # The search has not seen the end of this line either.
                    self._count_overlong(1, window.beyond)
                    self.skipped_bytes -= window.beyond
            else:
                rows = lines_of_window(window)
                has_gap = not self._reached_end
                self._reached_end = True
                self._count(window, rows, 0)
            if has_gap:
                rows.after_gap.add(0)
            yield _WindowLines(rows, literals, is_complete=selection is None)

    def _windows(self) -> Iterator[Window]:
        """The windows of the source. If lines are skipped, the first one is small, since it is read completely."""
        for window in self._source.windows(self._size):
            end = window.data.find(b"\n", WINDOW) + 1 if self._has_small_start and window.number == 1 else 0
            if 0 < end < len(window.data):
                yield from window.divided(end)
            else:
                yield window

    def _count(self, window: Window, rows: LineTable, skipped_bytes: int) -> None:
        self.skipped_bytes += skipped_bytes
        self._count_overlong(rows.overlong_lines, rows.overlong_bytes)
        self.separator_bytes += window.size - skipped_bytes - sum(rows.lengths) - rows.overlong_bytes

    def _count_overlong(self, lines: int, size: int) -> None:
        self.overlong_lines += lines
        self.overlong_bytes += size

    def _is_parsed(self, line: bytes) -> bool:
        return _is_parsed(line, self._grammars)


def _is_parsed(line: bytes, grammars: Sequence[Grammar]) -> bool:
    return is_phone_line(decode(line.rstrip(b"\r\n"))[0], grammars)


@dataclass(slots=True)
class _Carry:
    """Lines that are in no batch yet: what one window hands to the next one.

    - `rows`: the lines of the latest window, after those of earlier ones that belong to events that may continue.
    - `literals`: what the search found in these rows, by offset.
    - `was_complete` and `is_complete`: whether no line of the previous and of the latest window was skipped.
    """

    rows: LineTable = field(default_factory=LineTable)
    literals: dict[int, frozenset[int]] = field(default_factory=dict)
    was_complete: bool = True
    is_complete: bool = True

    def add(self, lines: _WindowLines) -> None:
        """Append the lines of the next window."""
        self.rows.extend(lines.rows)
        self.literals |= lines.literals
        self.was_complete, self.is_complete = self.is_complete, lines.is_complete

    def rest(self, lines: EventLines) -> "_Carry":
        """What is left after the events before `lines.end` were put into a batch; `lines` are those of the rows."""
        rows = self.rows.tail(bisect_left(self.rows.numbers, lines.rows.numbers[lines.end]))
        offsets = lines.rows.offsets
        rows.consumed |= {offsets[row] for row, first in lines.owner.items() if first < lines.end <= row}
        literals = {offset: self.literals[offset] for offset in rows.offsets if offset in self.literals}
        return _Carry(rows, literals, self.was_complete, self.is_complete)


class Reader:
    """Reads one source, once.

    `search` finds the lines that may hold a message of a known kind. With `pass_over` other lines are skipped, unless
    the source or one of the grammars in it needs every line. `known` are its first lines, if they were read before.
    `is_alone`: no other source is read at the same time. The counts of bytes and `assumed` are complete after the last
    batch.
    """

    def __init__(
        self,
        source: Source,
        grammars: Sequence[Grammar],
        anchor: Anchor,
        search: Search | None = None,
        known: ReadLines | None = None,
        *,
        pass_over: bool = False,
        is_alone: bool = False,
    ) -> None:
        self.source = source
        self._grammars = {grammar.name: grammar for grammar in grammars}
        self._anchor = anchor
        self._known = known
        size = (SEARCHED if pass_over else WINDOW) * (ALONE if is_alone else 1)
        self._windows = _WindowReader(source, tuple(grammars), search, size, may_skip=pass_over)
        self._builder = BatchBuilder(source.path, self._grammars, anchor, search, self._event_before)

    @property
    def separator_bytes(self) -> int:
        """Bytes of line ends and blank lines."""
        return self._windows.separator_bytes

    @property
    def passed_over_bytes(self) -> int:
        """Bytes of skipped lines, with their line ends."""
        return self._windows.skipped_bytes

    @property
    def overlong(self) -> tuple[int, int]:
        """Lines longer than 64 KiB, and the bytes of them that were not examined."""
        return self._windows.overlong_lines, self._windows.overlong_bytes

    @property
    def assumed(self) -> bool:
        """Whether a year or a date was completed from the anchor."""
        return self._builder.assumed

    def events(self) -> Iterator[Event]:
        """The events of the source in order; spans cover every byte but line ends, blank lines and skipped ones."""
        for batch in self.batches():
            yield from batch.events()

    def batches(self) -> Iterator[Batch]:
        """The events of the source in order, in batches of about a window each."""
        carry = _Carry()
        for lines in self._windows.read():
            carry.add(lines)
            if len(carry.rows) > 1:
                batch, carry = self._parse(carry, is_last=False)
                if batch:
                    yield batch
        if len(carry.rows):
            batch, _ = self._parse(carry, is_last=True)
            if batch:
                yield batch

    def _parse(self, carry: _Carry, *, is_last: bool) -> tuple[Batch | None, _Carry]:
        """The events that no later window continues, None if there are none, and what is left for that window."""
        with no_collection():
            columns, self._known = line_columns(carry.rows, self._grammars, self._known), None
            lines = lines_of(carry.rows, columns, self._grammars)
            if lines.every_line_matters:
                self._windows.stop_skipping()
            end = len(lines.rows) if is_last else lines.end
            event_rows = lines.event_rows(end, carry.rows.consumed)
            if not event_rows:
                return None, carry
            batch = self._builder.build(lines, event_rows, carry.literals)
            # The numbers of skipped lines would look like lost ones.
            if carry.was_complete and carry.is_complete and not self._windows.may_skip:
                specs = {name: grammar.multiline for name, grammar in self._grammars.items()}
                batch.runs = runs_of(lines.columns, event_rows, end, specs)
            return batch, _Carry() if is_last else carry.rest(lines)

    def _event_before(self) -> Event | None:
        """The last event before the source, if the source is a part of a file that has one."""
        grammars = tuple(self._grammars.values())
        line = next((line for line in self.source.lines_before() if _is_parsed(line, grammars)), None)
        if line is None:
            return None
        return next(Reader(InMemorySource(decode(line)[0], self.source.path), grammars, self._anchor).events())


def anchor_of(source: Source, year: int) -> Anchor:
    """What completes stamps without a year: the year that the user stated, else the time of the file."""
    if year:
        return Anchor(datetime(year, 12, 31, 23, 59, 59), "--year")
    return Anchor(source.modified, "file time" if source.modified else "")
