"""Evaluates clauses that hold if an event is absent although it could have been seen: silence alone proves nothing."""

from collections import deque
from dataclasses import dataclass

from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.accumulators import MAX_EVENTS, NOT_ENOUGH_KNOWN, START, TARGET, Accumulator
from lyncphone_logs.matching.coverage import CLOCK_UNKNOWN, Coverage, seconds_between
from lyncphone_logs.rules.clause import MAX_STORED, Clause

TRACE_ENDED = "the trace ends within the time window"
TRACE_BEGAN = "the trace begins within the time window"
NOT_CLOSED = "the event that ends the time window was not seen"
REBOOTED = "the phone rebooted, or its clock was set, within the time window"
LINES_LOST = "lines were lost within the time window"


@dataclass(slots=True)
class AbsenceWindow:
    """The window that one anchor opened, from `position` to `end`; `end` is None as long as its end was not seen.

    `has_event`: the event that should be absent was in it. `undecidable_reason`: whether it was cannot be decided.
    """

    anchor: Event
    position: int
    end: int | None = None
    has_event: bool = False
    undecidable_reason: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether its end was seen."""
        return self.end is not None


class Absence(Accumulator):
    """The latest windows of a clause with `absent`, 32 at most."""

    def __init__(self, clause: Clause, max_events: int = MAX_EVENTS) -> None:
        # Each anchor opens a window. If the clause has a start anchor, events fill the open windows as they come, and
        # with `between` the end anchor closes them. If it has an end anchor only, the window reaches back from it: the
        # latest events are kept in `_pending` and compared with each new window. `has_event` never becomes False again.
        super().__init__(clause, max_events)
        self.windows: deque[AbsenceWindow] = deque(maxlen=MAX_STORED)

    @property
    def rank(self) -> tuple[bool, int]:
        """A scope with an empty window ranks highest, then the one with the most windows."""
        return any(not window.has_event for window in self.windows), len(self.windows)

    def observe(self, step: int, event: Event, position: int, matched: bool | None) -> None:
        """Process the event that should be absent, or an anchor."""
        if step == TARGET:
            self._observe_target(event, position, matched)
        elif step == START:
            self.windows.append(AbsenceWindow(event, position))
        elif self.clause.between:
            for window in self.windows:
                if window.position < position and not window.is_closed:
                    window.end = position
        else:
            self._add_window_before(event, position)

    def _observe_target(self, event: Event, position: int, matched: bool | None) -> None:
        if matched is None:
            self.undecidable_reason = self.undecidable_reason or NOT_ENOUGH_KNOWN
            return
        self._pending.append((event, position))
        self.count += event.count
        if len(self.evidence) < self._max_events:
            self.evidence.append(event)
        if self._has_start:
            for window in self.windows:
                if not window.is_closed and window.position < position:
                    self._fill(window, event)

    def _add_window_before(self, anchor: Event, position: int) -> None:
        window = AbsenceWindow(anchor, 0, position)
        self.windows.append(window)
        for event, event_position in self._pending:
            if event_position < position:
                self._fill(window, event)

    def _fill(self, window: AbsenceWindow, event: Event) -> None:
        """Note that an event is in the window, if it is close enough to the anchor."""
        limit, offset = self.clause.within, self.clause.offset
        seconds = seconds_between(window.anchor, event) if limit else 0.0
        if seconds is None:
            window.undecidable_reason = CLOCK_UNKNOWN
        elif seconds < offset:
            self.nearest = f"{seconds:g} s away, at least {offset:g} s required"
        elif limit is None or seconds <= limit:
            window.has_event = True
        else:
            self.nearest = f"{seconds:g} s away, limit {limit:g} s"


def incomplete_reason(clause: Clause, window: AbsenceWindow, coverage: Coverage) -> str:
    """Why the trace may not show all of an empty window; empty if it does."""
    if window.undecidable_reason:
        return window.undecidable_reason
    if clause.between and not window.is_closed:
        return NOT_CLOSED
    if any(_may_be_inside(clause, window, loss) for loss in coverage.losses(window.position, window.end)):
        return LINES_LOST
    if clause.between or clause.within is None:
        return ""
    return _cut_reason(clause, window.anchor, clause.within, coverage)


def _may_be_inside(clause: Clause, window: AbsenceWindow, loss: Event) -> bool:
    if clause.within is None:
        return loss.boot == window.anchor.boot
    seconds = seconds_between(window.anchor, loss)
    return seconds is None or seconds <= clause.within


def _cut_reason(clause: Clause, anchor: Event, limit: float, coverage: Coverage) -> str:
    """Why the segment of the anchor does not cover `limit` seconds on the side of the window; empty if it does."""
    first, last = coverage.edges(anchor) or (anchor, anchor)
    if clause.ends and first.kind == "device.started":
        return ""
    seconds = seconds_between(anchor, last if clause.starts else first)
    if seconds is None:
        return CLOCK_UNKNOWN
    if seconds >= limit:
        return ""
    if clause.ends:
        return TRACE_BEGAN
    return TRACE_ENDED if coverage.is_latest(anchor) else REBOOTED
