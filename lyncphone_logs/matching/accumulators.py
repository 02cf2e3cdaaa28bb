"""What one clause met in one scope, event by event, in bounded memory: whether it holds, and how near it came."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import repeat

from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.coverage import CLOCK_UNKNOWN, seconds_between
from lyncphone_logs.rules.clause import MAX_COUNT, Clause

OWN, END, START = 0, -1, -2
"""What an event is to a clause: its own, or an anchor that ends or starts a window; above 0 a step of it."""
MAX_EVENTS = 3
MAX_VALUES = 256
LEFT_OPEN = "what is known leaves it open"
PlacedEvent = tuple[Event, int]


class Accumulator:
    """Events that count for a clause, within its window. `kept` are the first, `nearest` tells of the nearest miss."""

    def __init__(self, clause: Clause, keep: int = MAX_EVENTS) -> None:
        self.clause = clause
        self.count = 0
        self.kept: list[Event] = []
        self.unknown = ""
        self.nearest = ""
        self._keep = keep
        self._start: PlacedEvent | None = None
        self._waiting: deque[PlacedEvent] = deque(maxlen=MAX_COUNT)

    @property
    def holds(self) -> bool:
        """Whether the clause holds by what was seen; of `absent`, whether such an event was."""
        return self.count >= self.clause.count

    @property
    def rank(self) -> tuple[bool, int]:
        """By this the scope is chosen that says most."""
        return self.holds, self.count

    def see(self, step: int, event: Event, position: int, state: bool | None) -> None:
        """Take in an event; `state` None where it may be another."""
        if state is None:
            self.unknown = self.unknown or LEFT_OPEN
        elif step == START:
            self._start = event, position
        elif step == END:
            for early in self._ended(event, position):
                self._meet(early)
        elif not self.clause.starts or self._is_started(event, position):
            if self.clause.ends:
                self._waiting.append((event, position))
            else:
                self._meet(event)

    def _is_started(self, event: Event, position: int) -> bool:
        return self._start is not None and self._start[1] < position and self._is_near(self._start[0], event)

    def _ended(self, anchor: Event, position: int) -> Iterator[Event]:
        for _ in range(len(self._waiting)):
            event, place = self._waiting.popleft()
            if place < position and self._is_near(event, anchor):
                yield event
            else:
                self._waiting.append((event, place))

    def _is_near(self, first: Event, second: Event) -> bool:
        limit = self.clause.within
        if limit is None or self.clause.count > 1:
            return True
        seconds = seconds_between(first, second)
        if seconds is None:
            self.unknown = self.unknown or CLOCK_UNKNOWN
        elif seconds > limit:
            self.nearest = self.nearest or f"{seconds:g} s apart, limit {limit:g} s"
        return seconds is not None and seconds <= limit

    def _meet(self, event: Event) -> None:
        self.count += event.count
        if len(self.kept) < self._keep:
            self.kept.append(event)
        if self.count < self.clause.count:
            self.nearest = f"{self.count} of {self.clause.count}"


class WindowCount(Accumulator):
    """So many events within a time, with the same value of a field, or in so many scopes."""

    def __init__(self, clause: Clause, keep: int = MAX_EVENTS) -> None:
        super().__init__(clause, keep)
        self._latest: OrderedDict[object, deque[Event]] = OrderedDict()
        self._counted: OrderedDict[object, None] = OrderedDict()
        self._best = 0
        self._is_met = False

    @property
    def holds(self) -> bool:
        """Whether so many lay near enough."""
        return self._is_met

    def _meet(self, event: Event) -> None:
        value = event.fields.get(self.clause.by) if self.clause.by else ""
        scope = scope_of(self.clause.once_per, event) if self.clause.once_per else ("", self.count)
        if value is None or scope is None:
            self.unknown = self.unknown or LEFT_OPEN
        elif scope not in self._counted or not self.clause.once_per:
            self._counted[scope] = None
            latest = self._latest.setdefault(value, deque(maxlen=self.clause.count))
            self._latest.move_to_end(value)
            for each in repeat(event, 1 if self.clause.once_per else min(event.count, self.clause.count)):
                latest.append(each)
                self._measure(latest)
            for remembered in (self._latest, self._counted):
                if len(remembered) > MAX_VALUES:
                    remembered.popitem(last=False)

    def _measure(self, latest: deque[Event]) -> None:
        wanted, limit = self.clause.count, self.clause.within
        seconds = seconds_between(latest[0], latest[-1]) if limit and len(latest) > 1 else 0.0
        self.count = max(self.count, len(latest))
        if len(latest) >= wanted and seconds is None:
            self.unknown = self.unknown or CLOCK_UNKNOWN
        is_met = len(latest) >= wanted and seconds is not None and (limit is None or seconds <= limit)
        if is_met and not self._is_met:
            self._is_met, self.kept = True, list({each.id: each for each in latest}.values())[: self._keep]
        elif len(latest) > self._best:
            span = f" within {seconds:g} s, limit {limit:g} s" if limit and seconds is not None else ""
            self._best, self.nearest = len(latest), f"{len(latest)} of {wanted}{span}"


def scope_of(same: str, event: Event) -> tuple[str, object] | None:
    """What an event shares with others of the same transaction, call, handshake, boot or phone; None where nothing."""
    if same == "phone":
        return "phone", 0
    if same in ("boot", "handshake"):
        value = event.boot if same == "boot" else event.handshake
        return None if value is None else (same, value)
    call = event.fields.get("call_id")
    if same == "transaction" and "cseq" in event.fields:
        return None if call is None else (same, (call, event.fields["cseq"]))
    return None if call is None or same == "transaction" else (same, call)


class SequenceMatch(Accumulator):
    """`then`: for each step the chain up to it that began latest; no other can be shorter."""

    def __init__(self, clause: Clause, keep: int = MAX_EVENTS) -> None:
        super().__init__(clause, keep)
        self._chains: dict[int, tuple[PlacedEvent, ...]] = {}
        self._furthest = 0

    def see(self, step: int, event: Event, position: int, state: bool | None) -> None:
        """Take in an event; of the steps that it fits the last comes first."""
        if state is None:
            self.unknown = self.unknown or LEFT_OPEN
        elif self.clause.ordered:
            before = self._chains.get(step - 1, ())
            if step == OWN or (before and before[-1][1] < position):
                self._reach(step, (*before, (event, position)))
        else:
            self._chains[step] = ((event, position),)
            together = [chain[0] for _, chain in sorted(self._chains.items())]
            if len({place for _, place in together}) == len(together):
                self._reach(len(together) - 1, tuple(together))

    def _reach(self, step: int, chain: tuple[PlacedEvent, ...]) -> None:
        wanted = len(self.clause.then) + 1
        is_near = self._lies_together(chain)
        if is_near and self.clause.ordered:
            self._chains[step] = chain
        if is_near and len(chain) == wanted:
            self.count += 1
            self.kept = self.kept or [event for event, _ in chain]
        elif is_near and len(chain) > self._furthest:
            self._furthest, self.nearest = len(chain), f"{len(chain)} of {wanted} steps"

    def _lies_together(self, chain: tuple[PlacedEvent, ...]) -> bool:
        places = [place for _, place in chain]
        wanted = len(self.clause.then) + 1
        width, most = max(places) - min(places), self.clause.within_events
        if most is not None and width > most:
            self.nearest = f"{len(chain)} of {wanted} steps within {width} events, limit {most}"
            return False
        limit = self.clause.within
        if limit is None or len(chain) == 1:
            return True
        apart = [seconds_between(first, last) for first, _ in chain for last, _ in chain[-1:] if first is not last]
        if not self.clause.ordered:
            apart = [seconds_between(first, last) for first, _ in chain for last, _ in chain]
        known = [seconds for seconds in apart if seconds is not None]
        if len(known) < len(apart):
            self.unknown = self.unknown or CLOCK_UNKNOWN
            return False
        if max(known) > limit:
            self.nearest = f"{len(chain)} of {wanted} steps within {max(known):g} s, limit {limit:g} s"
        return max(known) <= limit


class FirstOf(Accumulator):
    """`first_of`: what came first in the scope decides."""

    def __init__(self, clause: Clause, keep: int = MAX_EVENTS) -> None:
        super().__init__(clause, keep)
        self._first: int | None = None

    def see(self, step: int, event: Event, position: int, state: bool | None) -> None:
        """Take in an event."""
        if self._first is None and state is None:
            self.unknown = self.unknown or LEFT_OPEN
        elif self._first is None or (self._first == position and step != OWN):
            self._first = position
            self.count, self.kept = (1, [event]) if step == OWN else (0, [])
            self.nearest = "" if step == OWN else f"{event.kind} came first: {event.source}:{event.line}"
