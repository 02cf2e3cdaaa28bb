"""Lines of one source become events: repaired, framing taken off, read by a grammar, continuations joined."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any

from lyncphone_logs.events.batch import Batch, no_collection
from lyncphone_logs.events.event import MESSAGE, UNPARSED, Event, Span, normalize_mac
from lyncphone_logs.grammar.grammar import Grammar, reader_of
from lyncphone_logs.parsing.header import ReadLines, line_columns
from lyncphone_logs.parsing.literal_search import Search, select
from lyncphone_logs.parsing.multiline import EventLines, lines_of
from lyncphone_logs.parsing.sequence_numbers import runs_of
from lyncphone_logs.parsing.sip import with_sip_fields
from lyncphone_logs.sources.source import WINDOW, InMemorySource, Source
from lyncphone_logs.sources.window import Window, decode
from lyncphone_logs.syslog.lines import LineTable, lines_of_window
from lyncphone_logs.syslog.unwrap import unwrap
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.timestamps.resolver import StampResolver

SEARCHED = 512 * 1024
"""Bytes that are searched at a time."""
ALONE = 4
"""Times as many bytes are read or searched at once where no other source is: of many that would be too much memory."""


class Reader:
    """Reads one source.

    `search` tells which messages a line may hold; with `pass_over` lines that hold none are not read, and counted in
    `passed_over_bytes`. `known` are its first lines, if they were read before. `is_alone`: no other source is read at
    the same time. `separator_bytes` are those of line ends and blank lines.
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
        self.separator_bytes = self.passed_over_bytes = 0
        self.grammars, self.anchor = tuple(grammars), anchor
        self._grammars = {grammar.name: grammar for grammar in grammars}
        self._known = known
        self._stamps = StampResolver(anchor)
        self._last: Event | None = None
        self._search = search
        self._found: dict[int, frozenset[int]] = {}
        self._pass_over = pass_over
        self._size = (SEARCHED if pass_over else WINDOW) * (ALONE if is_alone else 1)
        self._reaches_end = self._was_whole = self._is_whole = True
        self._put_together: set[int] = set()
        self._every_line_matters = source.every_line_matters
        self._joinings = {grammar.name: grammar.multiline for grammar in grammars}

    @property
    def assumed(self) -> bool:
        """Whether a year or a date was completed from the anchor."""
        return self._stamps.assumed

    def events(self) -> Iterator[Event]:
        """The events of the source in order; spans cover every byte but line ends and blank lines."""
        for batch in self.batches():
            yield from batch.events()

    def batches(self) -> Iterator[Batch]:
        """The same, many at once."""
        rest = LineTable()
        for window in self._windows():
            rest.extend(self._rows(window, rest))
            if len(rest) > 1:
                # The last event may go on in the next window: it is read again with that.
                batch, rest = self._read(rest, but_the_last=True)
                if len(batch):
                    yield batch
        if len(rest):
            yield self._read(rest)[0]

    def _windows(self) -> Iterator[Window]:
        """The windows of the source; the first is small where lines are passed over, since all of it is read."""
        for window in self.source.windows(self._size):
            end = window.data.find(b"\n", WINDOW) + 1 if self._pass_over and window.number == 1 else 0
            if 0 < end < len(window.data):
                yield from window.divided(end)
            else:
                yield window

    def _rows(self, window: Window, rest: LineTable) -> LineTable:
        self._found = {offset: self._found[offset] for offset in rest.offsets if offset in self._found}
        lines = self._search.lines(window.data) if self._search else []
        for line in lines:
            self._found[window.offset_of(line.start)] = line.literals
        # The first window is read whole, so that what phones are there is known.
        pass_over = self._pass_over and window.number > 1 and not self._every_line_matters
        selection = select(window, lines, self._is_understood, goes_on=self._reaches_end) if pass_over else None
        rows = lines_of_window(selection.window, selection.places) if selection else lines_of_window(window)
        is_next = not selection or selection.places[:1] == [(window.number, window.offset)]
        if not (self._reaches_end and is_next):
            rows.after_gap.add(0)
        self._was_whole, self._is_whole = self._is_whole, selection is None
        self._reaches_end = selection.reaches_end if selection else True
        passed_over = selection.passed_over if selection else 0
        self.passed_over_bytes += passed_over
        self.separator_bytes += window.size - passed_over - sum(rows.lengths)
        return rows

    def _latest(self) -> Event | None:
        """The last line that was understood, before the batch or before the source."""
        if self._last is None:
            line = next(filter(self._is_understood, self.source.lines_before()), None)
            if line is not None:
                written = InMemorySource(decode(line)[0], self.source.path)
                self._last = next(Reader(written, self.grammars, self.anchor).events())
        return self._last

    def _is_understood(self, line: bytes) -> bool:
        text = unwrap(decode(line.rstrip(b"\r\n"))[0]).text
        return reader_of(text, self.grammars) is not None

    def _read(self, rows: LineTable, *, but_the_last: bool = False) -> tuple[Batch, LineTable]:
        """The events of the rows, and the rows that are to be read again, if events that may go on are left out."""
        with no_collection():
            columns, self._known = line_columns(rows, self._grammars, self._known), None
            lines = lines_of(rows, columns, self._grammars)
            every, owner = lines.rows, lines.owner
            self._every_line_matters |= lines.every_line_matters
            end = lines.end if but_the_last else len(every)
            rest = rows.tail(bisect_left(rows.numbers, every.numbers[end])) if but_the_last else LineTable()
            kept: Sequence[int] = range(end)
            if owner or rows.consumed:
                kept = [row for row in kept if row not in owner and every.offsets[row] not in rows.consumed]
            if but_the_last and not kept:
                end, rest = 0, rows
            rest.consumed |= {every.offsets[row] for row, first in owner.items() if first < end <= row}
            self._put_together = {every.offsets[row] for row in lines.put_together}
            batch = self._batch(every, lines.columns, kept)
            # What was passed over would look like lines that are missing.
            is_whole = self._was_whole and self._is_whole and (self._every_line_matters or not self._pass_over)
            batch.runs = runs_of(lines.columns, kept, end, self._joinings) if is_whole else {}
            _join(batch, lines, kept)
        return batch, rest

    def _batch(self, rows: LineTable, columns: dict[str, list[Any]], kept: Sequence[int]) -> Batch:
        if len(kept) < len(rows):
            runs = _runs(kept)
            columns = {name: [*chain.from_iterable(map(column.__getitem__, runs))] for name, column in columns.items()}
        batch = Batch(self.source.path, columns, columns["message"])
        batch.unparsed = [place for place, name in enumerate(columns["grammar"]) if not name]
        batch.gaps = {bisect_left(kept, row) for row in rows.after_gap} - {len(kept)}
        batch.repairs = {place: rows.repairs[row] for place, row in enumerate(kept) if row in rows.repairs}
        self._stamp(batch)
        self._understand(batch)
        self._repeat(batch)
        return batch

    def _stamp(self, batch: Batch) -> None:
        columns = batch.columns
        written = zip(columns["stamp"], columns["stamp_owner"], columns["received"], strict=True)
        read = self._stamps.read(written, columns["offset"])
        columns["time_raw"] = columns["stamp"]
        for number, name in enumerate(("time", "time_utc", "time_quality", "received", "is_unset")):
            columns[name] = [*map(itemgetter(number), read)]
        columns["time_corrected"] = columns["time"]
        if any(columns["mac"]):
            columns["phone"] = [normalize_mac(mac) if mac else "" for mac in columns["mac"]]

    def _understand(self, batch: Batch) -> None:
        columns = batch.columns
        columns["kind"] = [MESSAGE if name else UNPARSED for name in columns["grammar"]]
        for place, among in self._candidates(batch):
            grammar = self._grammars[columns["grammar"][place]]
            message = batch.own_messages[place]
            kind, fields, marked = grammar.read_message(message, among)
            if kind == MESSAGE and "\n" in message:
                kind, fields, marked = grammar.read_message(message.partition("\n")[0])
            if kind != MESSAGE:
                columns["kind"][place], batch.parsed[place] = kind, (with_sip_fields(kind, message, fields), marked)
        columns["message"] = [
            message.rstrip() if name else message
            for message, name in zip(batch.own_messages, columns["grammar"], strict=True)
        ]

    def _candidates(self, batch: Batch) -> Iterator[tuple[int, Sequence[int] | None]]:
        """Rows that may hold a message of a known kind, with the numbers of those that it may be, None if not known."""
        names = batch.columns["grammar"]
        if self._search is None:
            yield from ((place, None) for place, name in enumerate(names) if name)
            return
        for place, offset in enumerate(batch.columns["offset"]):
            literals = self._found.get(offset)
            if offset in self._put_together:
                yield place, None
            elif literals and names[place]:
                yield place, None if place in batch.repairs else self._search.messages(literals, names[place])

    def _repeat(self, batch: Batch) -> None:
        """A notice without text is more of the message before it, where that came from the same host."""
        columns = batch.columns
        for place in [
            place for place in batch.unparsed if columns["count"][place] > 1 and not columns["message"][place]
        ]:
            read = next((row for row in range(place - 1, -1, -1) if columns["grammar"][row]), None)
            before = self._latest() if read is None else batch.event(read)
            if before and before.hostname == columns["hostname"][place]:
                for name in ("kind", "component", "grammar", "message"):
                    columns[name][place] = getattr(before, name)
                batch.parsed[place] = (before.fields, None)
        batch.unparsed = [place for place in batch.unparsed if not columns["grammar"][place]]
        understood = next((row for row in range(len(batch) - 1, -1, -1) if columns["grammar"][row]), None)
        self._last = self._last if understood is None else batch.event(understood)


def _runs(rows: Sequence[int]) -> list[slice]:
    """Rows that follow each other, together."""
    if not rows or rows[-1] - rows[0] == len(rows) - 1:
        return [slice(rows[0], rows[-1] + 1)] if rows else []
    ends = [place for place, (row, following) in enumerate(pairwise(rows), 1) if row + 1 != following]
    return [slice(rows[start], rows[stop - 1] + 1) for start, stop in pairwise((0, *ends, len(rows)))]


def _join(batch: Batch, lines: EventLines, kept: Sequence[int]) -> None:
    texts, messages = batch.columns["text"], batch.columns["message"]
    for row, first in lines.owner.items():
        at = bisect_left(kept, first)
        if at < len(kept) and kept[at] == first:
            batch.spans[at] = (*batch.spans_of(at), Span(lines.rows.offsets[row], lines.rows.lengths[row]))
            texts[at] = f"{texts[at]}\n{lines.rows.texts[row]}"
            if first not in lines.put_together:
                messages[at] = f"{messages[at]}\n{lines.columns['message'][row]}"


def anchor_of(source: Source, year: int) -> Anchor:
    """What stamps without a year are completed from: the stated year, else the time of the file."""
    if year:
        return Anchor(datetime(year, 12, 31, 23, 59, 59), "--year")
    return Anchor(source.modified, "file time" if source.modified else "")
