"""Numbers that a sender counts its lines with: where some are missing, where counting begins anew, where it boots.

Lines that came late fill a hole again, so a hole is told when the numbers have gone on for a while, or end. A count
that goes back by more than that is one that wrapped around, or that began anew: nothing is missing then.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lyncphone_logs.events.batch import SequenceRun
from lyncphone_logs.events.event import Event
from lyncphone_logs.grammar.multiline_spec import MultilineSpec

MAX_LATE_NUMBERS = 64
"""How many numbers a line may come too late."""
MAX_OPEN_GAPS = 64
"""Holes of a sender that may still be filled."""
COUNTS_BOOTS = ("device", "resets")

Columns = Mapping[str, Sequence[Any]]
Sender = tuple[str, str]
"""The name of a host, or of the source, and that of a grammar."""


@dataclass(slots=True)
class SequenceGap:
    """Numbers that are missing, from the first to the last; `noticed` at the line behind them, in a list of one."""

    first: int
    last: int
    noticed: list[Event]

    def without(self, first: int, last: int) -> Iterator["SequenceGap"]:
        """What is left when these numbers have come."""
        if self.first < first:
            yield replace(self, last=min(self.last, first - 1))
        if self.last > last:
            yield replace(self, first=max(self.first, last + 1))


@dataclass(slots=True)
class SequenceReport:
    """What the numbers tell at one line: holes noticed here, and holes, some noticed earlier, that stay."""

    noticed: list[SequenceGap] = field(default_factory=list)
    lost: list[SequenceGap] = field(default_factory=list)
    dropped: int = 0
    resets: int | None = None
    counts_boots: bool = False


@dataclass(slots=True)
class _Counted:
    last: int | None = None
    left: int | None = None
    boots: str = ""
    missed: int | None = None
    holes: list[SequenceGap] = field(default_factory=list)

    def noted(self, first: int, last: int) -> tuple[list[SequenceGap], list[SequenceGap]]:
        """Take in further numbers: the hole before them, and the holes that can no longer be filled."""
        before, lost, new = self.last, list[SequenceGap](), list[SequenceGap]()
        if (
            before is not None
            and self.left is not None
            and before + 1 < first
            and 0 < first - self.left <= MAX_LATE_NUMBERS
        ):
            # It did not begin anew: a single line came very late, or two devices count under one name.
            before, self.left = self.left, None
        if before is None or before - first > MAX_LATE_NUMBERS:
            lost, self.holes, self.last, self.left = self.holes, [], last, before
        elif first > before + 1:
            new = [SequenceGap(before + 1, first - 1, [])]
            self.last = last
        else:
            self.holes = [part for hole in self.holes for part in hole.without(first, last)]
            self.last = max(before, last)
        every = self.holes + new
        stay = [hole.last < self.last - MAX_LATE_NUMBERS for hole in every]
        stay[: max(0, len(every) - MAX_OPEN_GAPS)] = [True] * max(0, len(every) - MAX_OPEN_GAPS)
        self.holes = [hole for hole, is_past in zip(every, stay, strict=True) if not is_past]
        return new, lost + [hole for hole, is_past in zip(every, stay, strict=True) if is_past]

    def dropped(self, missed: int | None) -> int:
        """How many more lines the sender says it dropped; a count that began anew says nothing."""
        before, self.missed = self.missed, self.missed if missed is None else missed
        return max(0, missed - before) if missed is not None and before is not None else 0

    def booted(self, boots: str) -> int | None:
        """The number of resets, where it has grown."""
        before, self.boots = self.boots.rpartition(":"), boots or self.boots
        now = boots.rpartition(":")
        has_grown = before[0] == now[0] and bool(now[0]) and int(now[2]) > int(before[2])
        return int(now[2]) if has_grown else None


class SequenceTracker:
    """The numbers of all senders, batch by batch."""

    def __init__(self) -> None:
        self._senders: dict[Sender, _Counted] = {}

    def tell(
        self, source: str, runs: Mapping[int, Sequence[SequenceRun]], columns: Columns
    ) -> dict[int, SequenceReport]:
        """What the runs of a batch tell, by row."""
        told: dict[int, SequenceReport] = {}
        for row, run in ((row, run) for row, some in sorted(runs.items()) for run in some):
            counted = self._senders.setdefault((run.host or source, run.grammar), _Counted())
            at = told.setdefault(row, SequenceReport())
            at.counts_boots |= bool(run.boots)
            at.dropped += counted.dropped(run.missed)
            at.resets = counted.booted(run.boots) or at.resets
            if run.first is not None and run.last is not None:
                noticed, lost = counted.noted(run.first, run.last)
                at.noticed += noticed
                for hole in lost:
                    told.setdefault(
                        _first_behind(hole.last + MAX_LATE_NUMBERS, row, run, columns), SequenceReport()
                    ).lost.append(hole)
        return told

    def end(self) -> list[SequenceGap]:
        """The holes that are left when no more lines come."""
        left = [hole for counted in self._senders.values() for hole in counted.holes]
        for counted in self._senders.values():
            counted.holes = []
        return left


def _first_behind(number: int, row: int, run: SequenceRun, columns: Columns) -> int:
    """The row of a run where its numbers go beyond one: the same, however many rows are read at once."""
    if run.first is None or run.first > number:
        return row
    rows = zip(*(columns[name][row:] for name in ("hostname", "grammar", "sequence")), strict=True)
    places = (place for place, each in enumerate(rows, row) if each[:2] == run[:2] and (each[2] or 0) > number)
    return next(places, row)


def runs_of(
    columns: Columns, kept: Sequence[int], end: int, joinings: Mapping[str, MultilineSpec | None]
) -> dict[int, tuple[SequenceRun, ...]]:
    """The runs of the rows before `end`, by the place among the rows that are `kept`; none where nobody counts."""
    numbers = columns["sequence"]
    missed = columns.get("missed") or [None] * len(numbers)
    if not kept or (not any(missed) and numbers.count(None) == len(numbers)):
        return {}
    boots = _boots(columns, joinings)
    runs: list[tuple[int, SequenceRun]] = []
    latest: dict[tuple[Any, Any], int] = {}
    rows = zip(columns["hostname"][:end], columns["grammar"], numbers, missed, boots, strict=False)
    for row, (host, grammar, number, dropped, boot) in enumerate(rows):
        if number is None and dropped is None:
            continue
        place = latest.get((host, grammar))
        count = int(dropped) if dropped else None
        if place is not None and runs[place][1][4:] == (boot, count) and _follows(runs[place][1].last, number):
            runs[place] = runs[place][0], runs[place][1]._replace(last=number)
        else:
            latest[host, grammar] = len(runs)
            runs.append((row, SequenceRun(host, grammar, number, number, boot, count)))
    return _placed(runs, kept, columns)


def _placed(
    runs: Sequence[tuple[int, SequenceRun]], kept: Sequence[int], columns: Columns
) -> dict[int, tuple[SequenceRun, ...]]:
    """The runs by the place of a row that is kept, where the first one is not: of the sender's nearest one."""
    places = {row: place for place, row in enumerate(kept)}
    by_place: dict[int, list[SequenceRun]] = {}
    for row, run in runs:
        place = places.get(row)
        if place is None:
            own = [
                at for at, each in enumerate(kept) if (columns["hostname"][each], columns["grammar"][each]) == run[:2]
            ]
            place = min(own, key=lambda at: abs(kept[at] - row), default=min(bisect_left(kept, row), len(kept) - 1))
        by_place.setdefault(place, []).append(run)
    return {at: tuple(some) for at, some in by_place.items()}


def _follows(last: int | None, number: int | None) -> bool:
    return number == last or (number is not None and last is not None and number == last + 1)


def _boots(columns: Columns, joinings: Mapping[str, MultilineSpec | None]) -> list[str]:
    """What counts the boots, of each row."""
    known: dict[tuple[str, str | None], str] = {}
    written = list(zip(columns["grammar"], columns["procid"], strict=True))
    for grammar, procid in {*written}:
        joining = joinings.get(grammar)
        spans = joining.boots.match(procid) if joining and joining.boots and procid else None
        parts = [procid[slice(*spans[name])] for name in COUNTS_BOOTS] if spans and procid else []
        known[grammar, procid] = ":".join(parts)
    return [known[each] for each in written]
