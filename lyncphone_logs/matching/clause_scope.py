"""Holds the state of one clause within one scope, separately for each symptom if the symptom bounds its window."""

from collections import deque

from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.absence import Absence
from lyncphone_logs.matching.accumulators import (
    END,
    MAX_EVENTS,
    START,
    Accumulator,
    FirstOf,
    SequenceMatch,
    WindowCount,
    stored_events,
)
from lyncphone_logs.matching.phone_group import Sightings
from lyncphone_logs.matching.rule_index import ClauseQuery
from lyncphone_logs.matching.symptom import Symptom
from lyncphone_logs.rules.clause import MAX_STORED, Clause
from lyncphone_logs.rules.condition import SYMPTOM


class ClauseScope:
    """One clause within one transaction, call, handshake, boot or phone: every symptom in it has the same count."""

    def __init__(self, query: ClauseQuery) -> None:
        self.shared = _accumulator(query)

    def accumulator(self, symptom: Symptom) -> Accumulator:
        """What was counted for a symptom that has joined."""
        return self.shared

    def observe(self, step: int, event: Event, position: int, matched: bool | None) -> None:
        """Process an event that matches a step of the clause, or one of its anchors."""
        self.shared.observe(step, event, position, matched)

    def join(self, symptom: Symptom, event: Event, position: int) -> None:
        """Process an occurrence of a symptom in the scope."""


class AnchoredClauseScope(ClauseScope):
    """The same for a clause of which the symptom is an anchor: every symptom has its own count."""

    def __init__(self, query: ClauseQuery) -> None:
        # An accumulator for each symptom that has joined. `_recent` has the latest observations: a symptom that joins
        # later still needs them. `_joined_at` is the position of the latest occurrence that each symptom joined with.
        self._query = query
        self._recent: deque[tuple[int, Event, int, bool | None]] = deque(maxlen=stored_events(query.clause))
        self._by_symptom: dict[Symptom, Accumulator] = {}
        self._joined_at: dict[Symptom, int] = {}

    def accumulator(self, symptom: Symptom) -> Accumulator:
        """What was counted for a symptom that has joined."""
        return self._by_symptom[symptom]

    def observe(self, step: int, event: Event, position: int, matched: bool | None) -> None:
        """Process an event that matches a step of the clause, or one of its other anchors."""
        self._recent.append((step, event, position, matched))
        for accumulator in self._by_symptom.values():
            accumulator.observe(step, event, position, matched)

    def join(self, symptom: Symptom, event: Event, position: int) -> None:
        """Process an occurrence of a symptom as an anchor. The first one is placed among the recent observations."""
        if self._joined_at.get(symptom) == position:
            return
        self._joined_at[symptom] = position
        anchor = START if SYMPTOM in self._query.clause.starts else END
        accumulator = self._by_symptom.get(symptom)
        if accumulator is not None:
            accumulator.observe(anchor, event, position, True)
            return
        accumulator = self._by_symptom[symptom] = _accumulator(self._query)
        for observation in self._recent:
            if observation[2] <= position:
                accumulator.observe(*observation)
        accumulator.observe(anchor, event, position, True)
        for observation in self._recent:
            if observation[2] > position:
                accumulator.observe(*observation)


def new_scope(query: ClauseQuery) -> ClauseScope:
    """The empty state of a clause in a scope."""
    return AnchoredClauseScope(query) if query.clause.is_by_symptom else ClauseScope(query)


def _accumulator(query: ClauseQuery) -> Accumulator:
    clause, max_events = query.clause, MAX_STORED if query.is_compared else MAX_EVENTS
    return _form(clause)(clause, max_events)


def _form(clause: Clause) -> type[Accumulator]:
    if clause.absent:
        return Absence
    if clause.phones:
        return Sightings
    if clause.then:
        return SequenceMatch
    if clause.first_of:
        return FirstOf
    is_plain = clause.count == 1 or not (clause.within or clause.by or clause.once_per or clause.distinct)
    return Accumulator if is_plain else WindowCount
