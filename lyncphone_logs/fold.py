"""Events of one phone, folded in order into symptom groups and clause hits, with bounded state.

A *group* is all occurrences of one symptom: events that the same entries of the same rules explain. Occurrences that
follow another failure of the same handshake form a group of their own, since they may be its consequence.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lyncphone_logs.event import Event
from lyncphone_logs.index import Index, Meaning
from lyncphone_logs.rule import Clause, Explained, Rule
from lyncphone_logs.vocabulary import kinds

KEPT_EVENTS = 3
KEPT_UNEXPLAINED = 100
OPEN_SCOPES = 256
"""Handshakes and boots that are remembered: the window within which lines of a clause and its symptom may lie apart."""

ClauseKey = tuple[str, str]
ScopeKey = tuple[str, int]
K = TypeVar("K")
V = TypeVar("V")
PHONE: ScopeKey = ("phone", 0)


@dataclass(slots=True)
class Hit:
    """The events that met one clause in one scope; the first few are kept. `position` is the place of the first."""

    position: int
    count: int = 0
    kept: list[Event] = field(default_factory=list)
    unknown: bool = False

    def add(self, event: Event) -> None:
        """Count one more event."""
        self.count += event.count
        if len(self.kept) < KEPT_EVENTS:
            self.kept.append(event)


@dataclass(slots=True)
class Group:
    """All occurrences of one symptom; `hits` are those of the handshakes and boots in which it occurred."""

    explained_by: Sequence[tuple[Rule, Explained]]
    follows: bool
    first: Event
    last: Event
    position: int = 0
    count: int = 0
    kept: list[Event] = field(default_factory=list)
    hits: dict[ClauseKey, Hit] = field(default_factory=dict)
    shared: tuple[int, int | None, int] | None = None

    def add(self, event: Event, position: int) -> None:
        """Count one more occurrence."""
        self.last, self.position = event, position
        self.count += event.count
        if len(self.kept) < KEPT_EVENTS:
            self.kept.append(event)

    def meet(self, key: ClauseKey, hit: Hit) -> None:
        """Keep the scope in which the clause was met most often."""
        mine = self.hits.get(key)
        if mine is None or hit.count > mine.count:
            self.hits[key] = hit


class Fold:
    """What the rules need to remember of one phone. `unseen` are kinds of which there may be more than was seen."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.groups: dict[tuple[object, ...], Group] = {}
        self.kinds: set[str] = set()
        self.unseen: frozenset[str] = frozenset()
        self.unexplained: dict[str, Event] = {}
        self._failures: set[str] = set()
        self._position = 0
        self._scopes = 0
        self._kinds_of_boot: OrderedDict[int, set[str]] = OrderedDict()
        self._hits: defaultdict[ClauseKey, OrderedDict[ScopeKey, Hit]] = defaultdict(OrderedDict)
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
        self.kinds.add(event.kind)
        self._kinds_of_boot.setdefault(event.boot, set()).add(event.kind)
        _forget_oldest(self._kinds_of_boot)
        meaning = self.index.meaning(event)
        self._meet_clauses(event, meaning.clauses)
        if meaning.explained_by or kinds()[event.kind].outcome == "failed":
            self._meet_symptoms(event, meaning)

    def state(self, fact: Event) -> None:
        """Take in what was stated; it is a symptom where the lines show none that says it more exactly."""
        meaning = self.index.meaning(fact)
        if meaning.explained_by and not self._failures.intersection(kinds()[fact.kind].generic_of):
            self._occur(fact, meaning, follows=False)

    def hit(self, group: Group, rule: Rule, clause: Clause) -> Hit | None:
        """What met the clause in the scope that it shares with the symptom, in the order that it asks for."""
        if clause.same != "phone":
            return group.hits.get((rule.code, clause.id))
        hit = self._hits[rule.code, clause.id].get(PHONE)
        return hit if hit and (clause.order == "any" or hit.position < group.position) else None

    def _meet_clauses(self, event: Event, clauses: Sequence[tuple[Rule, Clause, bool | None]]) -> None:
        for rule, clause, state in clauses:
            scope = _scope(clause, event)
            if scope is None:
                continue
            hits = self._hits[rule.code, clause.id]
            hit = hits.get(scope)
            if hit is None:
                hit = hits[scope] = Hit(self._position)
                self._scopes += 1
                _forget_oldest(hits)
            if state is None:
                hit.unknown = True
                continue
            hit.add(event)
            if clause.order == "any":
                for group in self._groups_of_scope.get(scope, ()):
                    group.meet((rule.code, clause.id), hit)

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
        key = (event.kind, meaning.entries, follows)
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group(meaning.explained_by, follows, event, event)
        group.add(event, self._position)
        shared = (event.boot, event.handshake, self._scopes)
        if group.shared != shared:
            group.shared = shared
            for rule, _ in meaning.explained_by:
                for clause in rule.clause:
                    self._share_scope(group, rule, clause, event)

    def _share_scope(self, group: Group, rule: Rule, clause: Clause, event: Event) -> None:
        scope = _scope(clause, event)
        if scope is None or scope == PHONE:
            return
        hit = self._hits[rule.code, clause.id].get(scope)
        if hit is not None:
            group.meet((rule.code, clause.id), hit)
        groups = self._groups_of_scope.setdefault(scope, [])
        if not any(each is group for each in groups):
            groups.append(group)
        _forget_oldest(self._groups_of_scope)


def _scope(clause: Clause, event: Event) -> ScopeKey | None:
    if clause.same == "phone":
        return PHONE
    if clause.same == "boot":
        return ("boot", event.boot)
    return None if event.handshake is None else ("handshake", event.handshake)


def _forget_oldest(remembered: OrderedDict[K, V]) -> None:
    if len(remembered) > OPEN_SCOPES:
        remembered.popitem(last=False)
