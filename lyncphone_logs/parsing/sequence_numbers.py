"""Finds gaps in the numbers that senders count their lines with, and boots that these numbers show.

A late line can still fill a gap, so a gap is reported only after the numbers have passed it by MAX_LATE_NUMBERS, or at
the end. If a count goes back further than that, it wrapped around or began anew: nothing is missing then.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lyncphone_logs.events.batch import SequenceRun
from lyncphone_logs.events.event import Event
from lyncphone_logs.grammar.multiline_spec import MultilineSpec

MAX_LATE_NUMBERS = 64
"""How many numbers after its turn a late line may come."""
COUNTS_BOOTS = ("device", "resets")

Columns = Mapping[str, Sequence[Any]]
Sender = tuple[str, str]
"""The name of a host, or of the source if there is none, and that of a grammar."""


@dataclass(slots=True)
class SequenceGap:
    """Missing numbers, `first` to `last`. `noticed` holds, once it is known, the line after them."""

    first: int
    last: int
    noticed: list[Event]

    def without(self, first: int, last: int) -> Iterator["SequenceGap"]:
        """What is left of the gap after these numbers have come."""
        if self.first < first:
            yield replace(self, last=min(self.last, first - 1))
        if self.last > last:
            yield replace(self, first=max(self.first, last + 1))


@dataclass(slots=True)
class SequenceReport:
    """What the numbers say at one line: gaps noticed here, and gaps that are final here, perhaps noticed earlier."""

    noticed: list[SequenceGap] = field(default_factory=list)
    lost: list[SequenceGap] = field(default_factory=list)
    dropped: int = 0
    resets: int | None = None
    counts_boots: bool = False


@dataclass(slots=True)
class _Count:
    """The count of one sender.

    `last` is the highest number of the current count, None before the first line. `previous` is that of the count
    before, None if the sender cannot return to it. `gaps` are the open gaps in the order in which they were noticed.
    None ends more than MAX_LATE_NUMBERS before `last`, and between two of them is a number that came, so they are few.
    `boots` and `missed` are the last values that the sender printed.
    """

    last: int | None = None
    previous: int | None = None
    gaps: list[SequenceGap] = field(default_factory=list)
    boots: str = ""
    missed: int | None = None

    def add(self, first: int, last: int) -> tuple[list[SequenceGap], list[SequenceGap]]:
        """Add consecutive numbers; returns the gap before them, if any, and gaps that can no longer be filled."""
        self._return_to_previous(first)
        if self.last is None or first < self.last - MAX_LATE_NUMBERS:
            lost, self.gaps = self.gaps, []
            self.previous, self.last = self.last, last
            return [], lost
        noticed = self._place(first, last, self.last)
        self.last = max(self.last, last)
        return noticed, self._expire(self.last)

    def _return_to_previous(self, first: int) -> None:
        """Return to the previous count if it did not end: one line came very late, or two devices share a name."""
        if self.last is None or self.previous is None:
            return
        if first > self.last + 1 and 0 < first - self.previous <= MAX_LATE_NUMBERS:
            self.last, self.previous = self.previous, None

    def _place(self, first: int, last: int, before: int) -> list[SequenceGap]:
        """Fill gaps, or open and return one after `before`, the highest number so far."""
        if first > before + 1:
            gap = SequenceGap(before + 1, first - 1, [])
            self.gaps.append(gap)
            return [gap]
        self.gaps = [part for gap in self.gaps for part in gap.without(first, last)]
        return []

    def _expire(self, last: int) -> list[SequenceGap]:
        """Remove and return the gaps that are too far below `last`."""
        oldest = last - MAX_LATE_NUMBERS
        expired = [gap for gap in self.gaps if gap.last < oldest]
        self.gaps = [gap for gap in self.gaps if gap.last >= oldest]
        return expired

    def dropped(self, missed: int | None) -> int:
        """How many more lines the sender says it dropped; 0 if its count of them began anew."""
        before, self.missed = self.missed, self.missed if missed is None else missed
        return max(0, missed - before) if missed is not None and before is not None else 0

    def booted(self, boots: str) -> int | None:
        """The number of resets if the device printed a smaller one before."""
        device_before, _, resets_before = self.boots.rpartition(":")
        device, _, resets = boots.rpartition(":")
        self.boots = boots or self.boots
        has_grown = bool(device) and device == device_before and int(resets) > int(resets_before)
        return int(resets) if has_grown else None


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
            count = self._counts.setdefault((run.host or source, run.grammar), _Count())
            report = reports.setdefault(row, SequenceReport())
            report.counts_boots |= bool(run.boots)
            report.dropped += count.dropped(run.missed)
            report.resets = count.booted(run.boots) or report.resets
            if run.first is not None and run.last is not None:
                noticed, lost = count.add(run.first, run.last)
                report.noticed += noticed
                for gap in lost:
                    final_row = _row_after(gap.last + MAX_LATE_NUMBERS, row, run, columns)
                    reports.setdefault(final_row, SequenceReport()).lost.append(gap)
        return reports

    def end(self) -> list[SequenceGap]:
        """Remove and return the open gaps; no more lines come."""
        left = [gap for count in self._counts.values() for gap in count.gaps]
        for count in self._counts.values():
            count.gaps = []
        return left


def _row_after(number: int, row: int, run: SequenceRun, columns: Columns) -> int:
    """The first row of a run that begins at `row` with a higher number, whatever the size of the batch."""
    if run.first is None or run.first > number:
        return row
    senders = zip(columns["hostname"][row:], columns["grammar"][row:], strict=True)
    numbered = enumerate(zip(senders, columns["sequence"][row:], strict=True), row)
    sender = (run.host, run.grammar)
    return next((at for at, (other, counted) in numbered if other == sender and (counted or 0) > number), row)


def runs_of(
    columns: Columns, event_rows: Sequence[int], end: int, specs: Mapping[str, MultilineSpec | None]
) -> dict[int, tuple[SequenceRun, ...]]:
    """The runs of the rows before `end`, by position in `event_rows`, the rows that become events.

    `specs` are those of the grammars, by name. The result is empty if no sender counts its lines.
    """
    numbers = columns["sequence"]
    missed = columns.get("missed") or [None] * len(numbers)
    if not event_rows or (not any(missed) and numbers.count(None) == len(numbers)):
        return {}
    boots = _boots(columns, specs)
    runs: list[tuple[int, SequenceRun]] = []
    latest: dict[tuple[Any, Any], int] = {}
    rows = zip(columns["hostname"][:end], columns["grammar"], numbers, missed, boots, strict=False)
    for row, (host, grammar, number, dropped, boot) in enumerate(rows):
        if number is None and dropped is None:
            continue
        index = latest.get((host, grammar))
        count = int(dropped) if dropped else None
        if index is not None and runs[index][1][4:] == (boot, count) and _follows(runs[index][1].last, number):
            runs[index] = runs[index][0], runs[index][1]._replace(last=number)
        else:
            latest[host, grammar] = len(runs)
            runs.append((row, SequenceRun(host, grammar, number, number, boot, count)))
    return _by_position(runs, event_rows, columns)


def _by_position(
    runs: Sequence[tuple[int, SequenceRun]], event_rows: Sequence[int], columns: Columns
) -> dict[int, tuple[SequenceRun, ...]]:
    """The runs by the position of their first row, or, if that is no event, of the sender's nearest event."""
    positions = {row: position for position, row in enumerate(event_rows)}
    of_sender: defaultdict[tuple[Any, Any], list[int]] = defaultdict(list)
    for row in event_rows:
        of_sender[columns["hostname"][row], columns["grammar"][row]].append(row)
    found: defaultdict[int, list[SequenceRun]] = defaultdict(list)
    for row, run in runs:
        position = positions.get(row)
        if position is None and (rows := of_sender.get((run.host, run.grammar))):
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
