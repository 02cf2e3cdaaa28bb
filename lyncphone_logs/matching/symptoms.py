"""Events of one phone, folded in order into symptom groups and what clauses met, with bounded state.

A *group* is all occurrences of one symptom: events that the same entries of the same rules explain. Occurrences that
follow another failure of the same handshake form a group of their own, since they may be its consequence.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Stage, kinds
from lyncphone_logs.matching.accumulators import MAX_EVENTS, Accumulator, scope_of
from lyncphone_logs.matching.clause_scope import ClauseScope, ScopeKey
from lyncphone_logs.matching.coverage import Coverage
from lyncphone_logs.matching.rule_index import ClauseQuery, QueriesByScope, RuleIndex, RuleMatch
from lyncphone_logs.rules.clause import Explained
from lyncphone_logs.rules.rule import Rule

MAX_UNEXPLAINED = 100
AFTER_SIGN_IN: tuple[Stage, ...] = ("subscribe", "exchange", "update", "call")
"""Stages of which nothing is told by what failed in the sign-in."""
MAX_SCOPES = 8
"""Scopes of a clause that are remembered for one symptom: those that say most."""
MAX_OPEN_SCOPES = 256
"""Handshakes, boots and so on that are remembered: so far may lines of a clause and its symptom lie apart."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Symptom:
    """All occurrences of one symptom; `watches` are those of the scopes in which it occurred, `latest` are these."""

    explained_by: Sequence[tuple[Rule, Explained]]
    asked: QueriesByScope
    follows: bool
    first: Event
    last: Event
    position: int = 0
    count: int = 0
    kept: list[Event] = field(default_factory=list)
    watches: dict[ClauseQuery, OrderedDict[ScopeKey, Accumulator]] = field(default_factory=dict)
    latest: dict[str, ScopeKey] = field(default_factory=dict)

    def add(self, event: Event, position: int) -> None:
        """Count one more occurrence."""
        self.last, self.position = event, position
        self.count += event.count
        if len(self.kept) < MAX_EVENTS:
            self.kept.append(event)

    def attach(self, question: ClauseQuery, scope: ScopeKey, watch: Accumulator) -> None:
        """Remember what a clause met in a scope of the symptom."""
        watches = self.watches.setdefault(question, OrderedDict())
        watches[scope] = watch
        if len(watches) > MAX_SCOPES:
            del watches[min(list(watches)[:-1], key=lambda each: watches[each].rank)]

    def best(self, question: ClauseQuery) -> Accumulator | None:
        """What the clause met in the scope that says most."""
        return max(self.watches.get(question, {}).values(), key=lambda watch: watch.rank, default=None)


class SymptomState:
    """What the rules need to remember of one phone.

    `verified` is the last event that showed, of a rule, that its fix worked; none where its symptom came later.
    `unseen` are kinds of which there may be more than was seen; `unread` says why the input may have held more.
    """

    def __init__(self, index: RuleIndex) -> None:
        self.index = index
        self.groups: dict[tuple[object, ...], Symptom] = {}
        self.kinds: set[str] = set()
        self.unseen: frozenset[str] = frozenset()
        self.unread = ""
        self.unexplained: dict[str, Event] = {}
        self.extent = Coverage()
        self.verified: dict[str, Event] = {}
        self._failures: set[str] = set()
        self._position = 0
        self._kinds_of_boot: OrderedDict[int, set[str]] = OrderedDict()
        self._seen: defaultdict[ClauseQuery, OrderedDict[ScopeKey, ClauseScope]] = defaultdict(OrderedDict)
        self._groups_of_scope: OrderedDict[ScopeKey, list[Symptom]] = OrderedDict()
        self._failures_of_handshake: OrderedDict[int, set[str]] = OrderedDict()

    @property
    def families(self) -> set[str]:
        """The event families that the phone's lines showed."""
        return {kind.partition(".")[0] for kind in self.kinds}

    def kinds_of_boot(self, boot: int) -> set[str]:
        """The event kinds that one boot showed; none for a boot that is long past."""
        return self._kinds_of_boot.get(boot, set())

    def add(self, event: Event) -> None:
        """Take in the next event of the phone."""
        self._position += 1
        self.extent.note(event, self._position)
        self.kinds.add(event.kind)
        self._kinds_of_boot.setdefault(event.boot, set()).add(event.kind)
        _forget_oldest(self._kinds_of_boot)
        meaning = self.index.meaning(event)
        for met in meaning.clauses:
            key = scope_of(met.question.clause.same, event)
            if key is not None:
                self._scope(met.question, key).see(met.step, event, self._position, met.state)
        if meaning.explained_by or kinds()[event.kind].outcome == "failed":
            self._meet_symptoms(event, meaning)
        for code in meaning.verifies:
            self.verified[code] = event

    def end(self, event: Event) -> None:
        """Take in the last line of the phone, which may say nothing to the rules."""
        self.extent.note(event, self._position + 1)

    def state(self, fact: Event) -> None:
        """Take in what was stated; it is a symptom where the lines show none that says it more exactly."""
        meaning = self.index.meaning(fact)
        told = self._failures.intersection(kinds()[fact.kind].generic_of)
        if meaning.explained_by and (not told or fact.fields.get("stage") in AFTER_SIGN_IN):
            self._occur(fact, meaning, follows=False)

    def _scope(self, question: ClauseQuery, key: ScopeKey) -> ClauseScope:
        scopes = self._seen[question]
        scope = scopes.get(key)
        if scope is None:
            scope = scopes[key] = ClauseScope(question)
            _forget_oldest(scopes)
            for group in self._groups_in(key):
                if question in group.asked.get(question.clause.same, ()):
                    scope.join(group, group.last, group.position)
                    group.attach(question, key, scope.watch_of(group))
        return scope

    def _groups_in(self, key: ScopeKey) -> Iterable[Symptom]:
        return list(self.groups.values()) if key[0] == "phone" else self._groups_of_scope.get(key, ())

    def _meet_symptoms(self, event: Event, meaning: RuleMatch) -> None:
        earlier = self._earlier_failures(event)
        self._failures.add(event.kind)
        if earlier.intersection(kinds()[event.kind].generic_of):
            return
        if meaning.explained_by:
            exact = {kind for kind in earlier if event.kind not in kinds()[kind].generic_of}
            self._occur(event, meaning, follows=event.handshake is not None and bool(exact))
        elif kinds()[event.kind].outcome == "failed" and len(self.unexplained) < MAX_UNEXPLAINED:
            self.unexplained.setdefault(f"{event.kind} {sorted(event.fields.items(), key=str)}", event)

    def _earlier_failures(self, event: Event) -> set[str]:
        if event.handshake is None:
            return set(self._failures)
        seen = self._failures_of_handshake.setdefault(event.handshake, set())
        _forget_oldest(self._failures_of_handshake)
        earlier = set(seen)
        seen.add(event.kind)
        return earlier

    def _occur(self, event: Event, meaning: RuleMatch, *, follows: bool) -> None:
        name = (event.kind, meaning.entries, follows)
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = Symptom(meaning.explained_by, meaning.asked, follows, event, event)
        group.add(event, self._position)
        for rule, _ in meaning.explained_by:
            self.verified.pop(rule.code, None)
        for same, questions in meaning.asked.items():
            if key := scope_of(same, event):
                self._share_scope(group, key, questions, event)

    def _share_scope(self, group: Symptom, key: ScopeKey, questions: Sequence[ClauseQuery], event: Event) -> None:
        is_elsewhere = group.latest.get(key[0]) != key
        group.latest[key[0]] = key
        for question in questions:
            if is_elsewhere or question.clause.is_by_symptom:
                scope = self._scope(question, key) if question.is_windowed else self._seen[question].get(key)
                if scope is not None:
                    scope.join(group, event, self._position)
                    group.attach(question, key, scope.watch_of(group))
        if is_elsewhere and key[0] != "phone":
            groups = self._groups_of_scope.setdefault(key, [])
            if not any(each is group for each in groups):
                groups.append(group)
            _forget_oldest(self._groups_of_scope)


def _forget_oldest(remembered: OrderedDict[K, V]) -> None:
    if len(remembered) > MAX_OPEN_SCOPES:
        remembered.popitem(last=False)
