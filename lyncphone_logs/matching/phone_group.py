"""Decides whether enough phones of a trace have an event of a clause at the same time: the key `phones`."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.accumulators import MAX_EVENTS, NOT_ENOUGH_KNOWN, TOO_MANY, Accumulator
from lyncphone_logs.rules.clause import MAX_STORED, Clause

Clock = Literal["collector", "utc", "phone"]
"""The clocks by which times of several phones are compared, the best one first."""
Times = list[tuple[datetime, str, Event]]
CLOCKS_DIFFER = "the clocks of the phones are not known, so the times of their lines cannot be compared"


def time_of(event: Event) -> tuple[Clock, datetime] | None:
    """The time of an event by the best clock that is known for it."""
    if event.received:
        return "collector", event.received.replace(tzinfo=None)
    if event.time_quality in ("unset", "uptime"):
        return None
    if event.time_utc:
        return "utc", event.time_utc
    return ("phone", event.time_corrected.replace(tzinfo=None)) if event.time_corrected else None


class Sightings(Accumulator):
    """The events of one phone for a clause with `phones`: the latest ones, MAX_STORED at most."""

    def __init__(self, clause: Clause, max_events: int = MAX_EVENTS) -> None:
        super().__init__(clause, max_events)
        self.is_complete = True

    def observe(self, step: int, event: Event, position: int, matched: bool | None) -> None:
        """Process an event that matches the clause."""
        if matched is None:
            self.undecidable_reason = self.undecidable_reason or NOT_ENOUGH_KNOWN
            return
        self.is_complete = self.is_complete and len(self._pending) < MAX_STORED
        self._pending.append((event, position))

    @property
    def events(self) -> list[Event]:
        """The events that are stored."""
        return [event for event, _ in self._pending]


class GroupDecision(NamedTuple):
    """Whether enough phones have an event with one of a phone, which of its events, and why it is not known."""

    holds: bool | None
    event: Event | None = None
    reason: str = ""
    nearest: str = ""


class PhoneGroup:
    """The events of all phones for one clause.

    `logging` is the number of phones that have lines of the families of its events, `total` that of all phones.
    """

    def __init__(self, clause: Clause, sightings: Mapping[str, Sightings], logging: int, total: int) -> None:
        # `_members` has an event of each phone that is one of enough phones, `_most` the most phones in one window.
        self._clause = clause
        self._sightings = {phone: each for phone, each in sightings.items() if each.events}
        self._logging, self._total = logging, total
        self._is_open = any(each.undecidable_reason for each in sightings.values())
        self._is_complete = all(each.is_complete for each in self._sightings.values())
        self._times = _times(self._sightings)
        self._members: dict[str, Event] = {}
        self._most = 0
        for times in self._times.values():
            self._find_members(times)

    def decision(self, phone: str) -> GroupDecision:
        """Whether a phone is one of enough phones that have an event at the same time. Never refuted for one phone."""
        needed = self._clause.phones
        if self._total < needed:
            phones = "one phone" if self._total == 1 else f"{self._total} phones"
            return GroupDecision(None, None, f"the trace has only {phones}, {needed} are needed")
        if phone in self._members:
            return GroupDecision(True, self._members[phone])
        nearest = f"{self._most} of {needed} phones" + (", but not this one" if self._most >= needed else "")
        if self._is_open:
            return GroupDecision(None, None, NOT_ENOUGH_KNOWN, nearest)
        if not self._is_complete:
            return GroupDecision(None, None, TOO_MANY, nearest)
        if self._logging < needed:
            kinds = " or ".join(self._clause.kinds)
            reason = f"only {self._logging} of {self._total} phones have lines such as {kinds}, {needed} are needed"
            return GroupDecision(None, None, reason, nearest)
        if len(self._sightings) >= needed and not self._has_one_clock():
            return GroupDecision(None, None, CLOCKS_DIFFER, nearest)
        return GroupDecision(False, None, "", nearest)

    def _has_one_clock(self) -> bool:
        timed = sum(len(times) for times in self._times.values())
        return len(self._times) == 1 and timed == sum(len(each.events) for each in self._sightings.values())

    def _find_members(self, times: Times) -> None:
        """Slide a window over the times of one clock; the events in each that has enough phones are of members."""
        width = timedelta(seconds=self._clause.within or 0)
        counts: Counter[str] = Counter()
        start = marked = 0
        for end, (moment, phone, _) in enumerate(times):
            counts[phone] += 1
            while moment - times[start][0] > width:
                counts[times[start][1]] -= 1
                if not counts[times[start][1]]:
                    del counts[times[start][1]]
                start += 1
            self._most = max(self._most, len(counts))
            if len(counts) >= self._clause.phones:
                for _, member, event in times[max(start, marked) : end + 1]:
                    self._members.setdefault(member, event)
                marked = end + 1


def _times(sightings: Mapping[str, Sightings]) -> dict[Clock, Times]:
    found: defaultdict[Clock, Times] = defaultdict(list)
    for phone, each in sightings.items():
        for event in each.events:
            if timed := time_of(event):
                found[timed[0]].append((timed[1], phone, event))
    return {clock: sorted(times, key=lambda each: each[:2]) for clock, times in found.items()}
