"""Finds gaps in the numbers that senders count their lines with, and boots that these numbers show.

A late line can still fill a gap, so a gap is reported only after the numbers have passed it by MAX_LATE_NUMBERS, or at
the end. If a count goes back further than that, it wrapped around or began anew: nothing is missing then. A sender may
also have several counters, one for each facility or program. A jump from one to another is no gap: see `_Count`.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from lyncphone_logs.events.batch import SequenceRun
from lyncphone_logs.events.event import Event
from lyncphone_logs.grammar.multiline_spec import MultilineSpec

MAX_LATE_NUMBERS = 64
"""How many numbers after its turn a late line may come. A larger jump may lead to another counter of the sender."""
MAX_NUMBERS_TO_RETURN = 4096
"""After so many numbers a sender does not return to the counter before a jump."""
MAX_FORMER = 8
"""Counters of a sender that are remembered."""
MAX_SENDERS = 50_000
"""Senders whose numbers are followed at a time."""
COUNTS_BOOTS = ("device", "resets")
# The name of a file, the number of a line, or both.
MAX_COUNT_DIGITS = 18
"""Digits of a counter. A longer number is none, and Python refuses to convert one of 4,300 digits."""
_PRINTED_BY_GREP = re.compile(
    r"(?:(?=[^\s:/]{0,255}+/)[^\s:]{1,511}+|[^\s:]{1,255}\.(?:log|txt|[0-9]{1,3})):|[0-9]{1,9}:(?![0-9]{2}[:.\s])"
).match

SENDER = ("hostname", "grammar", "facility")
"""The columns of `Sender`."""

Columns = Mapping[str, Sequence[Any]]
Sender = tuple[str, str, str | None]
"""The name of a host, or of the source if there is none, that of a grammar, and the facility of the lines."""


@dataclass(slots=True)
class SequenceGap:
    """Missing numbers, `first` to `last`. `noticed` holds, once it is known, the line after them.

    `position` is that of its end (see `_Count`). `continued`: the numbers went on where the gap begins, and nothing
    else of it came. They are rather those of a second counter than late lines.
    """

    first: int
    last: int
    noticed: list[Event]
    position: int = 0
    continued: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether it is too wide for late lines to fill it."""
        return self.last - self.first >= MAX_LATE_NUMBERS

    @property
    def final(self) -> int:
        """The position after which it is lost. A wide one may also turn out to be a jump to another counter."""
        return self.position + (MAX_NUMBERS_TO_RETURN if self.is_wide else MAX_LATE_NUMBERS)

    def without(self, first: int, last: int) -> Iterator["SequenceGap"]:
        """What is left of the gap after these numbers have come."""
        if first > self.last or last < self.first:
            yield self
            return
        if self.first < first:
            yield replace(self, last=first - 1, continued=False)
        if self.last > last:
            yield replace(self, first=last + 1, continued=first <= self.first)


@dataclass(slots=True)
class SequenceReport:
    """What the numbers say at one line: gaps noticed here, and gaps that are final here, perhaps noticed earlier."""

    noticed: list[SequenceGap] = field(default_factory=list)
    lost: list[SequenceGap] = field(default_factory=list)
    dropped: int = 0
    resets: int | None = None
    counts_boots: bool = False


FinalGap = tuple[SequenceGap, int]
"""A gap that is lost, and the number after which that is certain."""


@dataclass(slots=True)
class _Count:
    """The count of one sender, which may turn out to be those of several counters.

    `last` is the highest number of the current counter; None before the first line. `former` are the last numbers of
    counters that may go on. `gaps` are the open gaps of the current counter, `ended` those of counters before it. They
    are few: each ends when the position is MAX_LATE_NUMBERS beyond it, or more if it is wide. A position is a number
    less `skipped`, so that a jump counts as one line. `since` is that at which the current counter began or went on.
    `boots` and `missed` are the last values that the sender printed.

    | next number | effect |
    |---|---|
    | the next, or at most MAX_LATE_NUMBERS back | it fills gaps |
    | ahead | a gap |
    | further back | a counter began: the current one is `former`, its gaps are `ended` |
    | in a wide gap, or after a `former` number | back to that counter: the wide gap was a jump, nothing is missing |
    | the same again, with no new counter in between | `is_mixed`: counters take turns, nothing is missing any more |
    """

    last: int | None = None
    skipped: int = 0
    since: int = 0
    former: list[int] = field(default_factory=list)
    gaps: list[SequenceGap] = field(default_factory=list)
    ended: list[SequenceGap] = field(default_factory=list)
    has_returned: bool = False
    is_mixed: bool = False
    boots: str = ""
    missed: int | None = None

    def add(self, first: int, last: int) -> tuple[list[SequenceGap], list[FinalGap]]:
        """Add consecutive numbers; returns the gap before them, if any, and gaps that can no longer be filled."""
        is_far = self.last is not None and not -MAX_LATE_NUMBERS <= first - self.last <= 1
        if self.is_mixed or (is_far and self._fill_narrow(first, last)):
            return [], []
        if is_far:
            self._switch(first)
        noticed = self._place(first, last)
        return noticed, self._expire()

    def begin_anew(self) -> None:
        """Begin a counter: the device has booted, or the numbers went back."""
        self.has_returned = False
        if self.last is not None:
            self._leave(None)

    def _leave(self, other: int | None) -> None:
        """Leave the current counter for the one whose last number is `other`, None for a new one."""
        if self.last is None:
            return
        self.since = self.last - self.skipped
        self.former = [*(each for each in self.former if each != other), self.last][-MAX_FORMER:]
        self.ended += self.gaps
        self.gaps, self.last = [], other
        self.skipped = 0 if other is None else other - self.since

    def mix(self) -> None:
        """The numbers are of counters that take turns: no gap in them means anything."""
        self.is_mixed = True
        self.gaps, self.ended, self.former = [], [], []

    def _fill_narrow(self, first: int, last: int) -> bool:
        """Whether lines that come late, after a jump, fill a narrow gap."""
        found = any(gap.first <= first and last <= gap.last and not gap.is_wide for gap in (*self.gaps, *self.ended))
        if found:
            self._fill(first, last)
        return found

    def _fill(self, first: int, last: int) -> None:
        self.gaps = [part for gap in self.gaps for part in gap.without(first, last)]
        self.ended = [part for gap in self.ended for part in gap.without(first, last)]

    def _switch(self, first: int) -> None:
        """Change to the counter that a number far from `last` shows."""
        jump = next((gap for gap in (*self.gaps, *self.ended) if gap.is_wide and gap.first <= first <= gap.last), None)
        former = max((each for each in self.former if self._goes_on(each, first)), default=None)
        if jump is None and former is None:
            if self.last is not None and first < self.last:
                self.begin_anew()
        elif self.has_returned:
            self.mix()
        else:
            self._leave(first - 1 if jump or former is None else former)
            self.ended = [gap for gap in self.ended if gap is not jump]
            self.has_returned = True

    def _goes_on(self, former: int, first: int) -> bool:
        """Whether a number is rather of a former counter than after `last`, the highest number of the current one.

        Soon after the jump it is, if it is near. Later, a new count may have come near to the former one.
        """
        last = self.last or 0
        is_next, is_near = first == former + 1, 0 < first - former <= MAX_LATE_NUMBERS
        is_soon = last - self.skipped - self.since <= MAX_LATE_NUMBERS
        if first < last or former > last + MAX_LATE_NUMBERS:
            return is_next or (is_soon and is_near)
        return is_next and is_soon and former > last

    def _place(self, first: int, last: int) -> list[SequenceGap]:
        """Fill gaps, or open and return one after the highest number so far."""
        if self.is_mixed:
            return []
        if self.last is None:
            self.skipped = first - 1 - self.since
            self.last = last
            return []
        before, self.last = self.last, max(self.last, last)
        if first > before + 1:
            self.skipped += first - before - 2
            gap = SequenceGap(before + 1, first - 1, [], first - 1 - self.skipped)
            self.gaps.append(gap)
            return [gap]
        if self.gaps or self.ended:
            self._fill(first, last)
        return []

    def _expire(self) -> list[FinalGap]:
        """Remove and return the gaps that the position has left too far behind."""
        position = (self.last or 0) - self.skipped
        if position - self.since > MAX_NUMBERS_TO_RETURN:
            self.former, self.has_returned = [], False
        if not (self.gaps or self.ended):
            return []
        finals = [(gap, gap.final) for gap in (*self.ended, *self.gaps) if gap.final < position]
        self.gaps = [gap for gap in self.gaps if gap.final >= position]
        self.ended = [gap for gap in self.ended if gap.final >= position]
        return [(gap, final + self.skipped) for gap, final in finals if not gap.continued]

    def dropped(self, missed: int | None) -> int:
        """How many more lines the sender says it dropped; 0 if its count of them began anew."""
        before, self.missed = self.missed, self.missed if missed is None else missed
        return max(0, missed - before) if missed is not None and before is not None else 0

    def booted(self, boots: str) -> int | None:
        """The number of resets if the device printed a smaller one before. Its counter begins anew then.

        Two devices behind one name have two counters.
        """
        device_before, _, resets_before = self.boots.rpartition(":")
        device, _, resets = boots.rpartition(":")
        self.boots = boots or self.boots
        if not device or not device_before or max(len(resets), len(resets_before)) > MAX_COUNT_DIGITS:
            return None
        if device != device_before:
            self.mix()
            return None
        if int(resets) <= int(resets_before):
            return None
        self.begin_anew()
        return int(resets)


class SequenceTracker:
    """Follows the numbers of all senders from batch to batch."""

    def __init__(self) -> None:
        self._counts: dict[Sender, _Count] = {}

    def report(
        self, source: str, runs: Mapping[int, Sequence[SequenceRun]], columns: Columns
    ) -> dict[int, SequenceReport]:
        """What the runs of a batch of `source` say, by row."""
        reports: dict[int, SequenceReport] = {}
        for row, run in ((row, run) for row, some in sorted(runs.items()) for run in some):
            count = self._count_of((run.host or source, run.grammar, run.facility))
            report = reports.setdefault(row, SequenceReport())
            report.counts_boots |= bool(run.boots)
            report.dropped += count.dropped(run.missed)
            report.resets = count.booted(run.boots) or report.resets
            if run.first is not None and run.last is not None:
                noticed, lost = count.add(run.first, run.last)
                report.noticed += noticed
                for gap, final in lost:
                    final_row = _row_after(final, row, run, columns)
                    reports.setdefault(final_row, SequenceReport()).lost.append(gap)
        return reports

    def _count_of(self, sender: Sender) -> _Count:
        if sender not in self._counts and len(self._counts) >= MAX_SENDERS:
            # The counts of those that came first; the gaps of their lines are not reported any more.
            for oldest in [*islice(self._counts, MAX_SENDERS // 2)]:
                del self._counts[oldest]
        return self._counts.setdefault(sender, _Count())

    def end(self) -> list[SequenceGap]:
        """Remove and return the open gaps; no more lines come."""
        left = [gap for count in self._counts.values() for gap in (*count.ended, *count.gaps) if not gap.continued]
        for count in self._counts.values():
            count.gaps, count.ended = [], []
        return left


def _row_after(number: int, row: int, run: SequenceRun, columns: Columns) -> int:
    """The first row of a run that begins at `row` with a higher number, whatever the size of the batch."""
    if run.first is None or run.first > number:
        return row
    senders = zip(*(columns[name][row:] for name in SENDER), strict=True)
    numbered = enumerate(zip(senders, columns["sequence"][row:], strict=True), row)
    sender = (run.host, run.grammar, run.facility)
    return next((at for at, (other, counted) in numbered if other == sender and (counted or 0) > number), row)


def runs_of(
    columns: Columns, event_rows: Sequence[int], end: int, specs: Mapping[str, MultilineSpec | None]
) -> dict[int, tuple[SequenceRun, ...]]:
    """The runs of the rows before `end`, by position in `event_rows`, the rows that become events.

    `specs` are those of the grammars, by name. The result is empty if no sender counts its lines. Lines that `grep`
    printed have no number: the ones between them were not lost.
    """
    numbers = columns["sequence"]
    if prefixes := columns.get("prefix"):
        pairs = zip(numbers, prefixes, strict=True)
        numbers = [None if _PRINTED_BY_GREP(prefix) else number for number, prefix in pairs]
    missed = columns.get("missed") or [None] * len(numbers)
    if not event_rows or (not any(missed) and numbers.count(None) == len(numbers)):
        return {}
    boots = _boots(columns, specs)
    runs: list[tuple[int, SequenceRun]] = []
    latest: dict[tuple[Any, ...], int] = {}
    rows = zip(zip(*(columns[name][:end] for name in SENDER), strict=True), numbers, missed, boots, strict=False)
    for row, (sender, number, dropped, boot) in enumerate(rows):
        if number is None and dropped is None:
            continue
        index = latest.get(sender)
        count = int(dropped) if dropped and len(dropped) <= MAX_COUNT_DIGITS else None
        if index is not None and runs[index][1][4:6] == (boot, count) and _follows(runs[index][1].last, number):
            runs[index] = runs[index][0], runs[index][1]._replace(last=number)
        else:
            latest[sender] = len(runs)
            host, grammar, facility = sender
            runs.append((row, SequenceRun(host, grammar, number, number, boot, count, facility)))
    return _by_position(runs, event_rows, columns)


def _by_position(
    runs: Sequence[tuple[int, SequenceRun]], event_rows: Sequence[int], columns: Columns
) -> dict[int, tuple[SequenceRun, ...]]:
    """The runs by the position of their first row, or, if that is no event, of the sender's nearest event."""
    positions = {row: position for position, row in enumerate(event_rows)}
    of_sender: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in event_rows:
        of_sender[tuple(columns[name][row] for name in SENDER)].append(row)
    found: defaultdict[int, list[SequenceRun]] = defaultdict(list)
    for row, run in runs:
        position = positions.get(row)
        if position is None and (rows := of_sender.get((run.host, run.grammar, run.facility))):
            position = positions[_nearest(row, rows)]
        elif position is None:
            position = min(bisect_left(event_rows, row), len(event_rows) - 1)
        found[position].append(run)
    return {position: tuple(some) for position, some in found.items()}


def _nearest(row: int, others: Sequence[int]) -> int:
    """The nearest of some rows in ascending order, of two the earlier one."""
    after = bisect_left(others, row)
    return min(others[max(after - 1, 0) : after + 1], key=lambda other: abs(other - row))


def _follows(last: int | None, number: int | None) -> bool:
    return number == last or (number is not None and last is not None and number == last + 1)


def _boots(columns: Columns, specs: Mapping[str, MultilineSpec | None]) -> list[str]:
    """Device and number of resets of each row, as far as its process id prints them."""
    known: dict[tuple[str, str | None], str] = {}
    written = list(zip(columns["grammar"], columns["procid"], strict=True))
    for grammar, procid in {*written}:
        spec = specs.get(grammar)
        spans = spec.boots.match(procid) if spec and spec.boots and procid else None
        parts = [procid[slice(*spans[name])] for name in COUNTS_BOOTS] if spans and procid else []
        known[grammar, procid] = ":".join(parts)
    return [known[names] for names in written]
