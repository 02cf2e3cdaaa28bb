"""Counts the events that match one clause within one scope, whether it holds, and its nearest miss."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import accumulate, repeat
from typing import TypeVar

from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import value_of
from lyncphone_logs.matching.coverage import CLOCK_UNKNOWN, seconds_between
from lyncphone_logs.matching.matcher import folded
from lyncphone_logs.rules.clause import MAX_STORED, Clause

TARGET, END, START = 0, -1, -2
"""The step of a clause that an event matches: its target (`event`), or an anchor that ends or starts a window.

Steps above 0 are the entries of `then` or `first_of`.
"""
MAX_EVENTS = 3
MAX_VALUES = 256
MAX_WINDOW_EVENTS = MAX_VALUES * MAX_STORED
"""Events in all windows of a clause in one scope; the more of them a window has, the fewer windows there are."""
NOT_ENOUGH_KNOWN = "the events do not contain enough to decide"
TOO_MANY = "there are more events than are stored for this clause"
K = TypeVar("K")
V = TypeVar("V")
PositionedEvent = tuple[Event, int]
ScopeKey = tuple[str, object]
"""Name of a scope (`boot`, `call` …) and the value that its events share."""


def scope_key(scope: str, event: Event) -> ScopeKey | None:
    """The key that events of one transaction, call, handshake, boot or phone share; None for an event of none."""
    if scope == "phone":
        return "phone", 0
    if scope in ("boot", "handshake"):
        value = event.boot if scope == "boot" else event.handshake
        return None if value is None else (scope, value)
    call = event.fields.get("call_id")
    if scope == "transaction" and "cseq" in event.fields:
        return None if call is None else (scope, (call, event.fields["cseq"]))
    return None if call is None or scope == "transaction" else (scope, call)


def drop_oldest(entries: OrderedDict[K, V], limit: int) -> None:
    """Remove the oldest entry if there are more than `limit`."""
    if len(entries) > limit:
        entries.popitem(last=False)


def stored_events(clause: Clause) -> int:
    """How many events of a clause are stored in a scope: enough for its count."""
    return max(MAX_STORED, clause.count)


class Accumulator:
    """Events that count for a clause, within its window.

    `evidence` are the first of them, `nearest` describes the nearest miss. `undecidable_reason` says why events that
    may count could not be counted.
    """

    def __init__(self, clause: Clause, max_events: int = MAX_EVENTS) -> None:
        # `count` only grows. `_starts` has the latest anchor that starts a window; with `offset` several, because an
        # event may be too near to the latest. If an anchor ends the window, target events wait in `_pending` until such
        # an anchor follows; those too far from it, or too near, keep waiting for the next one.
        self.clause = clause
        self.count = 0
        self.evidence: list[Event] = []
        self.undecidable_reason = ""
        self.nearest = ""
        self._max_events = max_events
        self._has_start, self._has_end = bool(clause.starts), bool(clause.ends)
        self._starts: deque[PositionedEvent] = deque(maxlen=MAX_STORED if clause.offset else 1)
        self._pending: deque[PositionedEvent] = deque(maxlen=stored_events(clause))

    @property
    def holds(self) -> bool:
        """Whether the events seen so far meet the clause. For `absent`: whether such an event was seen."""
        return self.count >= self.clause.count

    @property
    def rank(self) -> tuple[bool, int]:
        """Of the accumulators of several scopes, the one with the highest rank decides the clause."""
        return self.holds, self.count

    def observe(self, step: int, event: Event, position: int, matched: bool | None) -> None:
        """Process an event that matches `step` of the clause. `matched` None: its fields do not say whether it does."""
        if matched is None:
            self.undecidable_reason = self.undecidable_reason or NOT_ENOUGH_KNOWN
        elif step == START:
            self._append(self._starts, event, position)
        elif step == END:
            for early in self._pop_pending(event, position):
                self._count(early)
        elif not self._has_start or self._has_started(event, position):
            if self._has_end:
                self._append(self._pending, event, position)
            else:
                self._count(event)

    def _append(self, stored: deque[PositionedEvent], event: Event, position: int) -> None:
        """Store an event; with `offset`, an old one that is removed for it may have counted later."""
        if self.clause.offset and len(stored) == stored.maxlen and self._is_near(stored[0][0], event):
            self.undecidable_reason = self.undecidable_reason or TOO_MANY
        stored.append((event, position))

    def _is_near(self, first: Event, second: Event) -> bool:
        limit, seconds = self.clause.within, seconds_between(first, second)
        return limit is None or seconds is None or seconds <= limit

    def _has_started(self, event: Event, position: int) -> bool:
        return any(at < position and self._is_within(start, event) for start, at in self._starts)

    def _pop_pending(self, anchor: Event, position: int) -> Iterator[Event]:
        """Remove and yield the pending events whose window `anchor` ends."""
        for _ in range(len(self._pending)):
            event, event_position = self._pending.popleft()
            if event_position < position and self._is_within(event, anchor):
                yield event
            else:
                self._pending.append((event, event_position))

    def _is_within(self, first: Event, second: Event) -> bool:
        limit, offset = self.clause.within, self.clause.offset
        if (limit is None and not offset) or self.clause.count > 1:
            return True
        seconds = seconds_between(first, second)
        if seconds is None:
            self.undecidable_reason = self.undecidable_reason or CLOCK_UNKNOWN
            return False
        if limit is not None and seconds > limit:
            self.nearest = self.nearest or f"{seconds:g} s apart, limit {limit:g} s"
        elif seconds < offset:
            self.nearest = self.nearest or f"{seconds:g} s apart, at least {offset:g} s required"
        return seconds >= offset and (limit is None or seconds <= limit)

    def _count(self, event: Event) -> None:
        self.count += event.count
        if len(self.evidence) < self._max_events:
            self.evidence.append(event)
        if self.count < self.clause.count:
            self.nearest = f"{self.count} of {self.clause.count}"


class WindowCount(Accumulator):
    """`count` events `within` a time, `by` the same value of a field, with `distinct` values, or `once_per` scope."""

    def __init__(self, clause: Clause, max_events: int = MAX_EVENTS) -> None:
        # For each value of the `by` field, the latest `clause.count` events: a window that slides over the events. With
        # `distinct` it has the latest event of each value. `count` is the size of the largest window so far. Once
        # `_is_met` it stays so, with the evidence of that time.
        super().__init__(clause, max_events)
        self._window_by_value: OrderedDict[object, deque[Event]] = OrderedDict()
        self._max_windows = min(MAX_VALUES, MAX_WINDOW_EVENTS // clause.count)
        self._counted_scopes: OrderedDict[object, None] = OrderedDict()
        self._largest = 0
        self._is_met = False

    @property
    def holds(self) -> bool:
        """Whether one window contained enough events within the limit."""
        return self._is_met

    def _count(self, event: Event) -> None:
        clause = self.clause
        value = value_of(event, clause.by) if clause.by else ""
        scope = scope_key(clause.once_per, event) if clause.once_per else None
        is_told_apart = not clause.distinct or value_of(event, clause.distinct) not in (None, "unknown")
        if value is None or (clause.once_per and scope is None) or not is_told_apart:
            self.undecidable_reason = self.undecidable_reason or NOT_ENOUGH_KNOWN
        elif clause.distinct:
            self._slide(value, event, 1)
        elif not clause.once_per:
            self._slide(value, event, min(event.count, clause.count))
        elif scope not in self._counted_scopes:
            self._counted_scopes[scope] = None
            drop_oldest(self._counted_scopes, MAX_VALUES)
            self._slide(value, event, 1)

    def _slide(self, value: object, event: Event, times: int) -> None:
        """Add an event to the window of its value, as often as it was logged."""
        window = self._window_by_value.setdefault(value, deque(maxlen=self.clause.count))
        self._window_by_value.move_to_end(value)
        if len(self._window_by_value) > self._max_windows:
            self._window_by_value.popitem(last=False)
            self.undecidable_reason = self.undecidable_reason or TOO_MANY
        if name := self.clause.distinct:
            same = (each for each in window if _folded_value(each, name) == _folded_value(event, name))
            for former in list(same):
                window.remove(former)
        for repetition in repeat(event, times):
            window.append(repetition)
            self._measure(window)

    def _measure(self, window: deque[Event]) -> None:
        limit = self.clause.within
        seconds = seconds_between(window[0], window[-1]) if limit and len(window) > 1 else 0.0
        self.count = max(self.count, len(window))
        is_full = len(window) >= self.clause.count
        if is_full and seconds is None:
            self.undecidable_reason = self.undecidable_reason or CLOCK_UNKNOWN
        if is_full and not self._is_met and seconds is not None and (limit is None or seconds <= limit):
            self._is_met = True
            self.evidence = list({event.id: event for event in window}.values())[: self._max_events]
        elif len(window) > self._largest:
            self._largest, self.nearest = len(window), self._miss(len(window), seconds)

    def _miss(self, events: int, seconds: float | None) -> str:
        limit = self.clause.within
        span = f" within {seconds:g} s, limit {limit:g} s" if limit and seconds is not None else ""
        return f"{events} of {self.clause.count}{span}"


def _folded_value(event: Event, name: str) -> object:
    value = value_of(event, name)
    return None if value is None else folded(value)


class SequenceMatch(Accumulator):
    """`then`: the event and its followers, in the given order or in any, each as often as its `count` says."""

    def __init__(self, clause: Clause, max_events: int = MAX_EVENTS) -> None:
        # A step with a `count` is as many links, of which `_first` has the number of the first for each step, and for
        # the end. Ordered: `_chains[n]` is a chain of events that match the links 0 to n, and of all such chains the
        # one that began latest, so no other can be shorter. Unordered: `_chains[n]` has the latest events of step n.
        super().__init__(clause, max_events)
        self._chains: dict[int, tuple[PositionedEvent, ...]] = {}
        self._first = list(accumulate((clause.count, *(step.count for step in clause.then)), initial=0))
        self._length = self._first[-1]
        self._longest = 0

    @property
    def holds(self) -> bool:
        """Whether one sequence is complete."""
        return self.count > 0

    def observe(self, step: int, event: Event, position: int, matched: bool | None) -> None:
        """Process an event. If it matches several steps, the caller must pass the last step first."""
        if matched is None:
            self.undecidable_reason = self.undecidable_reason or NOT_ENOUGH_KNOWN
        elif self.clause.ordered:
            for repetition in range(min(event.count, self._first[step + 1] - self._first[step])):
                for link in reversed(range(self._first[step], self._first[step + 1])):
                    # A repeated line may be several links of one step.
                    latest = position + (repetition > 0 and link > self._first[step])
                    before = self._chains.get(link - 1, ())
                    if link == 0 or (before and before[-1][1] < latest):
                        self._extend(link, (*before, (event, position)))
        else:
            wanted = self._first[step + 1] - self._first[step]
            latest_events = (*self._chains.get(step, ()), *repeat((event, position), min(event.count, wanted)))
            self._chains[step] = latest_events[-wanted:]
            self._combine()

    def _combine(self) -> None:
        """Unordered: look whether the latest events of all steps are a sequence; no event counts for two steps."""
        chains = [chain for _, chain in sorted(self._chains.items())]
        positions = [{position for _, position in chain} for chain in chains]
        together = tuple(member for chain in chains for member in chain)
        if together and sum(map(len, positions)) == len(set().union(*positions)):
            self._extend(len(together) - 1, together)

    def _extend(self, step: int, chain: tuple[PositionedEvent, ...]) -> None:
        if not (self._is_within_events(chain) and self._is_within_seconds(chain)):
            return
        if self.clause.ordered:
            self._chains[step] = chain
        if len(chain) == self._length:
            self.count += 1
            self.evidence = self.evidence or list({event.id: event for event, _ in chain}.values())
        elif len(chain) > self._longest:
            self._longest, self.nearest = len(chain), f"{len(chain)} of {self._length} {self._links}"

    @property
    def _links(self) -> str:
        return "steps" if self._length == len(self.clause.steps) else "events"

    def _is_within_events(self, chain: tuple[PositionedEvent, ...]) -> bool:
        positions = [position for _, position in chain]
        width, limit = max(positions) - min(positions), self.clause.within_events
        if limit is None or width <= limit:
            return True
        self.nearest = f"{len(chain)} of {self._length} {self._links} within {width} events, limit {limit}"
        return False

    def _is_within_seconds(self, chain: tuple[PositionedEvent, ...]) -> bool:
        limit = self.clause.within
        if limit is None or len(chain) == 1:
            return True
        events = [event for event, _ in chain]
        lasts = events[-1:] if self.clause.ordered else events
        distances = [seconds_between(first, last) for last in lasts for first in events]
        known = [seconds for seconds in distances if seconds is not None]
        if len(known) < len(distances):
            self.undecidable_reason = self.undecidable_reason or CLOCK_UNKNOWN
            return False
        if max(known) > limit:
            self.nearest = f"{len(chain)} of {self._length} {self._links} within {max(known):g} s, limit {limit:g} s"
        return max(known) <= limit


class FirstOf(Accumulator):
    """`first_of`: the first event of the scope decides, whether it is the target or a competitor."""

    def __init__(self, clause: Clause, max_events: int = MAX_EVENTS) -> None:
        # `_first` is the position of the first event of any step. Later positions change nothing; if one event matches
        # both the target and a competitor, the competitor wins.
        super().__init__(clause, max_events)
        self._first: int | None = None

    def observe(self, step: int, event: Event, position: int, matched: bool | None) -> None:
        """Process an event; only the first one counts."""
        if self._first is None and matched is None:
            self.undecidable_reason = self.undecidable_reason or NOT_ENOUGH_KNOWN
        elif self._first is None or (self._first == position and step != TARGET):
            self._first = position
            self.count, self.evidence = (1, [event]) if step == TARGET else (0, [])
            self.nearest = "" if step == TARGET else f"{event.kind} came first: {event.source}:{event.line}"
