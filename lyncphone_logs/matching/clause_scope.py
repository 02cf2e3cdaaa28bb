"""What one clause met within one scope; where the symptom bounds its window, beside each symptom apart."""

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
)
from lyncphone_logs.matching.rule_index import ClauseQuery
from lyncphone_logs.rules.clause import MAX_COUNT
from lyncphone_logs.rules.condition import SYMPTOM

ScopeKey = tuple[str, object]


class ClauseScope:
    """One transaction, call, handshake, boot or phone, as one clause sees it."""

    def __init__(self, question: ClauseQuery) -> None:
        self.clause = question.clause
        self._keep = MAX_COUNT if question.is_compared else MAX_EVENTS
        self._own = self._watch()
        self._recent: deque[tuple[int, Event, int, bool | None]] = deque(maxlen=MAX_COUNT)
        self._beside: dict[int, Accumulator] = {}
        self._joined: dict[int, int] = {}

    def watch_of(self, group: object) -> Accumulator:
        """What was met beside the occurrences of one symptom."""
        return self._beside.get(id(group), self._own)

    def see(self, step: int, event: Event, position: int, state: bool | None) -> None:
        """Take in an event of the clause or one of its anchors."""
        if self.clause.is_by_symptom:
            self._recent.append((step, event, position, state))
            for watch in self._beside.values():
                watch.see(step, event, position, state)
        else:
            self._own.see(step, event, position, state)

    def join(self, group: object, symptom: Event, position: int) -> None:
        """Take in an occurrence of a symptom; what came before it is held against it too."""
        if not self.clause.is_by_symptom or self._joined.get(id(group)) == position:
            return
        self._joined[id(group)] = position
        watch = self._beside.get(id(group))
        is_new = watch is None
        if watch is None:
            watch = self._beside[id(group)] = self._watch()
        place = START if SYMPTOM in self.clause.starts else END
        later = [each for each in self._recent if each[2] > position] if is_new else []
        for step, event, at, state in self._recent if is_new else ():
            if at <= position:
                watch.see(step, event, at, state)
        watch.see(place, symptom, position, True)
        for step, event, at, state in later:
            watch.see(step, event, at, state)

    def _watch(self) -> Accumulator:
        clause = self.clause
        if clause.absent:
            return Absence(clause, self._keep)
        if clause.then:
            return SequenceMatch(clause, self._keep)
        if clause.first_of:
            return FirstOf(clause, self._keep)
        is_plain = clause.count == 1 or not (clause.within or clause.by or clause.once_per)
        return Accumulator(clause, self._keep) if is_plain else WindowCount(clause, self._keep)
