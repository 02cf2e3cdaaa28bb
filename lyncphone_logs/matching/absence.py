"""Clauses that hold where something was not seen, though it could have been: three values, never silence for proof."""

from collections import deque
from dataclasses import dataclass

from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.accumulators import LEFT_OPEN, MAX_EVENTS, OWN, START, Accumulator
from lyncphone_logs.matching.coverage import CLOCK_UNKNOWN, Coverage, seconds_between
from lyncphone_logs.rules.clause import MAX_COUNT, Clause

ENDED = "the trace ended within the time"
BEGAN = "the trace begins within the time"
NOT_OVER = "what would end the window was not seen"
REBOOTED = "the phone rebooted, or its clock was set, within the time"
LINES_LOST = "lines were lost within the time"


@dataclass(slots=True)
class AbsenceWindow:
    """What one anchor opened. `is_spoiled`: what should be absent was there."""

    anchor: Event
    position: int
    end: int | None = None
    is_spoiled: bool = False
    unknown: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether its other end was seen."""
        return self.end is not None

    @property
    def positions(self) -> tuple[int, int | None]:
        """Where it begins and ends; None where it has no end yet."""
        return self.position, self.end


class Absence(Accumulator):
    """The latest windows of the clause, 32 at most."""

    def __init__(self, clause: Clause, keep: int = MAX_EVENTS) -> None:
        super().__init__(clause, keep)
        self.windows: deque[AbsenceWindow] = deque(maxlen=MAX_COUNT)

    @property
    def rank(self) -> tuple[bool, int]:
        """The scope with an empty window says most."""
        return any(not window.is_spoiled for window in self.windows), len(self.windows)

    def see(self, step: int, event: Event, position: int, state: bool | None) -> None:
        """Take in what should be absent, or an anchor."""
        if step == OWN:
            self._appear(event, position, state)
        elif step == START:
            self.windows.append(AbsenceWindow(event, position))
        elif self.clause.between:
            for window in self.windows:
                if window.position < position and not window.is_closed:
                    window.end = position
        else:
            self._look_back(event, position)

    def _appear(self, event: Event, position: int, state: bool | None) -> None:
        if state is None:
            self.unknown = self.unknown or LEFT_OPEN
            return
        self._waiting.append((event, position))
        self.count += event.count
        if len(self.kept) < self._keep:
            self.kept.append(event)
        if self.clause.starts:
            for window in self.windows:
                if not window.is_closed and window.position < position:
                    self._spoil(window, event)

    def _look_back(self, anchor: Event, position: int) -> None:
        window = AbsenceWindow(anchor, 0, position)
        self.windows.append(window)
        for event, place in self._waiting:
            if place < position:
                self._spoil(window, event)

    def _spoil(self, window: AbsenceWindow, event: Event) -> None:
        limit = self.clause.within
        seconds = seconds_between(window.anchor, event) if limit else 0.0
        if seconds is None:
            window.unknown = CLOCK_UNKNOWN
        elif limit is None or seconds <= limit:
            window.is_spoiled = True
        else:
            self.nearest = f"{seconds:g} s away, limit {limit:g} s"


def left_open(clause: Clause, window: AbsenceWindow, extent: Coverage) -> str:
    """Why an empty window may not be whole, or nothing where it is."""
    if window.unknown:
        return window.unknown
    if clause.between and not window.is_closed:
        return NOT_OVER
    if any(_lies_in(clause, window, loss) for loss in extent.losses(*window.positions)):
        return LINES_LOST
    return "" if clause.between or clause.within is None else _edge(clause, window.anchor, clause.within, extent)


def _lies_in(clause: Clause, window: AbsenceWindow, loss: Event) -> bool:
    if clause.within is None:
        return loss.boot == window.anchor.boot
    seconds = seconds_between(window.anchor, loss)
    return seconds is None or seconds <= clause.within


def _edge(clause: Clause, anchor: Event, limit: float, extent: Coverage) -> str:
    first, last = extent.edges(anchor) or (anchor, anchor)
    if clause.ends and first.kind == "device.started":
        return ""
    seconds = seconds_between(anchor, last if clause.starts else first)
    if seconds is None:
        return CLOCK_UNKNOWN
    if seconds >= limit:
        return ""
    return BEGAN if clause.ends else ENDED if extent.is_latest(anchor) else REBOOTED
