"""Clauses about several kinds of events: one after the other, or one before any of its competitors."""

from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.accumulators import KEPT_EVENTS, LEFT_OPEN, OWN, Placed, Watch
from lyncphone_logs.matching.interval import CLOCK_UNKNOWN, seconds_between
from lyncphone_logs.rules.clause import Clause


class Succession(Watch):
    """`then`: for each step the chain up to it that began latest; no other can be shorter."""

    def __init__(self, clause: Clause, keep: int = KEPT_EVENTS) -> None:
        super().__init__(clause, keep)
        self._chains: dict[int, tuple[Placed, ...]] = {}
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

    def _reach(self, step: int, chain: tuple[Placed, ...]) -> None:
        wanted = len(self.clause.then) + 1
        is_near = self._lies_together(chain)
        if is_near and self.clause.ordered:
            self._chains[step] = chain
        if is_near and len(chain) == wanted:
            self.count += 1
            self.kept = self.kept or [event for event, _ in chain]
        elif is_near and len(chain) > self._furthest:
            self._furthest, self.nearest = len(chain), f"{len(chain)} of {wanted} steps"

    def _lies_together(self, chain: tuple[Placed, ...]) -> bool:
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


class Race(Watch):
    """`first_of`: what came first in the scope decides."""

    def __init__(self, clause: Clause, keep: int = KEPT_EVENTS) -> None:
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
