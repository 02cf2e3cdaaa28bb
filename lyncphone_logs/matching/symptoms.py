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
from lyncphone_logs.matching.accumulators import KEPT_EVENTS, Watch, scope_of
from lyncphone_logs.matching.clause_scope import Scope, ScopeKey
from lyncphone_logs.matching.coverage import Extent
from lyncphone_logs.matching.rule_index import Asked, Index, Meaning, Question
from lyncphone_logs.rules.clause import Explained
from lyncphone_logs.rules.rule import Rule

KEPT_UNEXPLAINED = 100
AFTER_SIGN_IN: tuple[Stage, ...] = ("subscribe", "exchange", "update", "call")
"""Stages of which nothing is told by what failed in the sign-in."""
KEPT_SCOPES = 8
"""Scopes of a clause that are remembered for one symptom: those that say most."""
OPEN_SCOPES = 256
"""Handshakes, boots and so on that are remembered: so far may lines of a clause and its symptom lie apart."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Group:
    """All occurrences of one symptom; `watches` are those of the scopes in which it occurred, `latest` are these."""

    explained_by: Sequence[tuple[Rule, Explained]]
    asked: Asked
    follows: bool
    first: Event
    last: Event
    position: int = 0
    count: int = 0
    kept: list[Event] = field(default_factory=list)
    watches: dict[Question, OrderedDict[ScopeKey, Watch]] = field(default_factory=dict)
    latest: dict[str, ScopeKey] = field(default_factory=dict)

    def add(self, event: Event, position: int) -> None:
        """Count one more occurrence."""
        self.last, self.position = event, position
        self.count += event.count
        if len(self.kept) < KEPT_EVENTS:
            self.kept.append(event)

    def attach(self, question: Question, scope: ScopeKey, watch: Watch) -> None:
        """Remember what a clause met in a scope of the symptom."""
        watches = self.watches.setdefault(question, OrderedDict())
        watches[scope] = watch
        if len(watches) > KEPT_SCOPES:
            del watches[min(list(watches)[:-1], key=lambda each: watches[each].rank)]

    def best(self, question: Question) -> Watch | None:
        """What the clause met in the scope that says most."""
        return max(self.watches.get(question, {}).values(), key=lambda watch: watch.rank, default=None)


class Fold:
    """What the rules need to remember of one phone.

    `verified` is the last event that showed, of a rule, that its fix worked; none where its symptom came later.
    `unseen` are kinds of which there may be more than was seen; `unread` says why the input may have held more.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self.groups: dict[tuple[object, ...], Group] = {}
        self.kinds: set[str] = set()
        self.unseen: frozenset[str] = frozenset()
        self.unread = ""
        self.unexplained: dict[str, Event] = {}
        self.extent = Extent()
        self.verified: dict[str, Event] = {}
        self._failures: set[str] = set()
        self._position = 0
        self._kinds_of_boot: OrderedDict[int, set[str]] = OrderedDict()
        self._seen: defaultdict[Question, OrderedDict[ScopeKey, Scope]] = defaultdict(OrderedDict)
        self._groups_of_scope: OrderedDict[ScopeKey, list[Group]] = OrderedDict()
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

    def _scope(self, question: Question, key: ScopeKey) -> Scope:
        scopes = self._seen[question]
        scope = scopes.get(key)
        if scope is None:
            scope = scopes[key] = Scope(question)
            _forget_oldest(scopes)
            for group in self._groups_in(key):
                if question in group.asked.get(question.clause.same, ()):
                    scope.join(group, group.last, group.position)
                    group.attach(question, key, scope.watch_of(group))
        return scope

    def _groups_in(self, key: ScopeKey) -> Iterable[Group]:
        return list(self.groups.values()) if key[0] == "phone" else self._groups_of_scope.get(key, ())

    def _meet_symptoms(self, event: Event, meaning: Meaning) -> None:
        earlier = self._earlier_failures(event)
        self._failures.add(event.kind)
        if earlier.intersection(kinds()[event.kind].generic_of):
            return
        if meaning.explained_by:
            exact = {kind for kind in earlier if event.kind not in kinds()[kind].generic_of}
            self._occur(event, meaning, follows=event.handshake is not None and bool(exact))
        elif kinds()[event.kind].outcome == "failed" and len(self.unexplained) < KEPT_UNEXPLAINED:
            self.unexplained.setdefault(f"{event.kind} {sorted(event.fields.items(), key=str)}", event)

    def _earlier_failures(self, event: Event) -> set[str]:
        if event.handshake is None:
            return set(self._failures)
        seen = self._failures_of_handshake.setdefault(event.handshake, set())
        _forget_oldest(self._failures_of_handshake)
        earlier = set(seen)
        seen.add(event.kind)
        return earlier

    def _occur(self, event: Event, meaning: Meaning, *, follows: bool) -> None:
        name = (event.kind, meaning.entries, follows)
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = Group(meaning.explained_by, meaning.asked, follows, event, event)
        group.add(event, self._position)
        for rule, _ in meaning.explained_by:
            self.verified.pop(rule.code, None)
        for same, questions in meaning.asked.items():
            if key := scope_of(same, event):
                self._share_scope(group, key, questions, event)

    def _share_scope(self, group: Group, key: ScopeKey, questions: Sequence[Question], event: Event) -> None:
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
    if len(remembered) > OPEN_SCOPES:
        remembered.popitem(last=False)
