"""Builds batches of events from the lines of one source: times, kinds, fields, repeated and continued messages."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, pairwise

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import MESSAGE, UNPARSED, Event, Span, normalize_mac
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.header import Columns
from lyncphone_logs.parsing.literal_search import Search
from lyncphone_logs.parsing.multiline import EventLines
from lyncphone_logs.parsing.sip import with_sip_fields
from lyncphone_logs.timestamps.factory_dates import is_factory_date
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.timestamps.resolver import StampResolver

TIMES = ("time", "time_utc", "time_quality", "received", "is_unset")
"""Columns of the values of a resolved stamp, in their order."""


class BatchBuilder:
    """Builds the batches of one source, in order.

    State between batches:

    - `_stamps` completes years and dates from the stamps before.
    - `_last` is the last event that a grammar parsed. None: there is none yet, and `_event_before` finds the one before
      the source. It is called once at most, and then None.
    """

    def __init__(
        self,
        source: str,
        grammars: Mapping[str, Grammar],
        anchor: Anchor,
        search: Search | None,
        event_before: Callable[[], Event | None],
    ) -> None:
        self._source, self._grammars, self._search = source, grammars, search
        self._stamps = StampResolver(anchor)
        self._last: Event | None = None
        self._event_before: Callable[[], Event | None] | None = event_before

    @property
    def assumed(self) -> bool:
        """Whether a year or a date was completed from the anchor."""
        return self._stamps.assumed

    def build(self, lines: EventLines, event_rows: Sequence[int], literals: Mapping[int, frozenset[int]]) -> Batch:
        """The events that begin with `event_rows`, which are in order; there is at least one.

        `literals` are those that the search found, by the offset of their line.
        """
        slices = _slices(event_rows)
        columns = {
            name: [*chain.from_iterable(map(values.__getitem__, slices))] for name, values in lines.columns.items()
        }
        prefixes = columns.pop("prefix", ())
        batch = Batch(self._source, columns, columns["message"])
        batch.prefixes = {row: prefix for row, prefix in enumerate(prefixes) if prefix}
        batch.unparsed = [row for row, name in enumerate(columns["grammar"]) if not name]
        batch.gaps = {bisect_left(event_rows, row) for row in lines.rows.after_gap} - {len(event_rows)}
        if repairs := lines.rows.repairs:
            batch.repairs = {row: repairs[line] for row, line in enumerate(event_rows) if line in repairs}
        self._resolve_stamps(batch)
        self._parse_messages(batch, self._candidates(batch, lines, literals))
        self._parse_notices(batch)
        _append_continuations(batch, lines, event_rows)
        return batch

    def _resolve_stamps(self, batch: Batch) -> None:
        columns = batch.columns
        written = zip(columns["stamp"], columns["stamp_owner"], columns["received"], strict=True)
        stamps = self._stamps.read(written, columns["offset"])
        columns["time_raw"] = columns["stamp"]
        columns |= zip(TIMES, map(list, zip(*stamps, strict=True)), strict=True)
        if self._stamps.has_factory_dates:
            _mark_factory_dates(columns)
        columns["time_corrected"] = columns["time"]
        if any(columns["mac"]):
            columns["phone"] = [normalize_mac(mac) if mac else "" for mac in columns["mac"]]

    def _candidates(
        self, batch: Batch, lines: EventLines, literals: Mapping[int, frozenset[int]]
    ) -> Iterator[tuple[int, Sequence[int] | None]]:
        """Rows that may hold a message of a known kind, with the numbers of these kinds, None if any is possible."""
        names = batch.columns["grammar"]
        if self._search is None:
            yield from ((row, None) for row, name in enumerate(names) if name)
            return
        joined = {lines.rows.offsets[line] for line in lines.joined}
        for row, offset in enumerate(batch.columns["offset"]):
            found = literals.get(offset)
            if offset in joined:
                yield row, None
            elif found and names[row]:
                is_altered = row in batch.repairs or offset in lines.rows.envelopes
                yield row, None if is_altered else self._search.messages(found, names[row])

    def _parse_messages(self, batch: Batch, candidates: Iterator[tuple[int, Sequence[int] | None]]) -> None:
        columns = batch.columns
        columns["kind"] = [MESSAGE if name else UNPARSED for name in columns["grammar"]]
        for row, among in candidates:
            grammar = self._grammars[columns["grammar"][row]]
            message = batch.own_messages[row]
            kind, fields, marked = grammar.read_message(message, among)
            if kind == MESSAGE and "\n" in message:
                kind, fields, marked = grammar.read_message(message.partition("\n")[0])
            if kind != MESSAGE:
                columns["kind"][row], batch.parsed[row] = kind, (with_sip_fields(kind, message, fields), marked)
        columns["message"] = [
            message.rstrip() if name else message
            for message, name in zip(batch.own_messages, columns["grammar"], strict=True)
        ]

    def _parse_notices(self, batch: Batch) -> None:
        """Treat a repeat notice without text as the message before it, if that came from the same host."""
        columns = batch.columns
        names, counts, messages = columns["grammar"], columns["count"], columns["message"]
        latest, examined = None, 0
        for notice in [row for row in batch.unparsed if counts[row] > 1 and not messages[row]]:
            latest = next((row for row in range(notice - 1, examined - 1, -1) if names[row]), latest)
            examined = notice
            before = self._before() if latest is None else batch.event(latest)
            if before and before.hostname == columns["hostname"][notice]:
                for name in ("kind", "component", "grammar", "message"):
                    columns[name][notice] = getattr(before, name)
                batch.parsed[notice] = (before.fields, None)
        batch.unparsed = [row for row in batch.unparsed if not names[row]]
        last = next((row for row in range(len(batch) - 1, -1, -1) if names[row]), None)
        if last is not None:
            self._last = batch.event(last)

    def _before(self) -> Event | None:
        """The last parsed event before the batch."""
        if self._last is None and self._event_before is not None:
            self._last, self._event_before = self._event_before(), None
        return self._last


def _mark_factory_dates(columns: Columns) -> None:
    """Mark the times at which the clocks of a line's phone family start, before they are set."""
    for row, (is_unset, time, grammar) in enumerate(
        zip(columns["is_unset"], columns["time"], columns["grammar"], strict=True)
    ):
        if is_unset is None and columns["time_quality"][row] != "assumed-year" and is_factory_date(time, grammar):
            columns["is_unset"][row], columns["time_quality"][row] = True, "unset"


def _slices(rows: Sequence[int]) -> list[slice]:
    """The ranges of consecutive rows."""
    if rows[-1] - rows[0] == len(rows) - 1:
        return [slice(rows[0], rows[-1] + 1)]
    ends = [at for at, (row, following) in enumerate(pairwise(rows), 1) if row + 1 != following]
    return [slice(rows[start], rows[stop - 1] + 1) for start, stop in pairwise((0, *ends, len(rows)))]


def _append_continuations(batch: Batch, lines: EventLines, event_rows: Sequence[int]) -> None:
    """Give events the spans, the text and, if it does not hold it yet, the message of their further lines."""
    further: dict[int, list[int]] = {}
    for line, first in lines.owner.items():
        further.setdefault(first, []).append(line)
    texts, messages = batch.columns["text"], batch.columns["message"]
    for first, others in further.items():
        row = bisect_left(event_rows, first)
        if row == len(event_rows) or event_rows[row] != first:
            continue
        spans = (Span(lines.rows.offsets[line], lines.rows.lengths[line]) for line in others)
        batch.spans[row] = (*batch.spans_of(row), *spans)
        texts[row] = "\n".join([texts[row], *(lines.rows.texts[line] for line in others)])
        if first not in lines.joined:
            messages[row] = "\n".join([messages[row], *(lines.columns["message"][line] for line in others)])
