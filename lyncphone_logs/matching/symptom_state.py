"""Processes the events of one phone in order: which symptoms occurred and what the clauses of their rules counted.

A *symptom* is all events that the same entries of the same rules explain. Occurrences that follow another failure of
the same handshake form a symptom of their own, because they may be its consequence.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from lyncphone_logs.events.event import Event, family_of
from lyncphone_logs.events.vocabulary import Stage, kinds, outcome_kinds
from lyncphone_logs.matching.accumulators import ScopeKey, drop_oldest, scope_key
from lyncphone_logs.matching.clause_scope import ClauseScope, new_scope
from lyncphone_logs.matching.coverage import Coverage
from lyncphone_logs.matching.matcher import Moment
from lyncphone_logs.matching.open_failures import OpenFailures
from lyncphone_logs.matching.phone_group import PhoneGroup, Sightings
from lyncphone_logs.matching.rule_index import ClauseQuery, RuleMatch, RuleMatcher
from lyncphone_logs.matching.symptom import Symptom

AFTER_SIGN_IN: tuple[Stage, ...] = ("subscribe", "exchange", "update", "call")
"""Stages about which a failure during the sign-in says nothing."""
MAX_OPEN_SCOPES = 256
"""Scopes of one name per clause: events of a clause and its symptom may be this many handshakes, boots … apart."""

SymptomKey = tuple[str, tuple[tuple[str, int], ...], bool]
"""Kind of the events, the entries that explain them, and whether they follow another failure of their handshake."""
K = TypeVar("K")
V = TypeVar("V")


class SymptomState:
    """What the rules need to know about one phone, in bounded memory.

    `verified`: by rule code, the last event that showed that a fix worked; removed if the symptom occurs again.
    `unseen`: kinds of which skipped lines may have more events. `failures`: those that no later success ends. `name` is
    that of the phone, `dated` the time of its last line with a complete date, `groups` what all phones have for the
    clauses with `phones`.
    """

    def __init__(self, matcher: RuleMatcher) -> None:
        # `_position` counts the events. Clause state is separate for each clause and scope (`_scopes`); a scope that
        # opens after a symptom occurred in it is joined with that symptom (`_symptoms_by_scope`; every symptom is in
        # the scope "phone"). Each OrderedDict drops its oldest key beyond MAX_OPEN_SCOPES.
        self.matcher = matcher
        self.symptoms: dict[SymptomKey, Symptom] = {}
        self.kinds: set[str] = set()
        self.unseen: frozenset[str] = frozenset()
        self.failures = OpenFailures()
        self.coverage = Coverage()
        self.verified: dict[str, Event] = {}
        self.name = ""
        self.dated: Moment | None = None
        self.groups: Mapping[ClauseQuery, PhoneGroup] = {}
        self._position = 0
        self._failures: set[str] = set()
        self._failures_by_handshake: OrderedDict[int, set[str]] = OrderedDict()
        self._kinds_by_boot: OrderedDict[int, set[str]] = OrderedDict()
        self._scopes: defaultdict[ClauseQuery, OrderedDict[ScopeKey, ClauseScope]] = defaultdict(OrderedDict)
        self._symptoms_by_scope: OrderedDict[ScopeKey, list[Symptom]] = OrderedDict()

    @property
    def families(self) -> set[str]:
        """The families of all events of the phone."""
        return set(map(family_of, self.kinds))

    def kinds_of_boot(self, boot: int) -> set[str]:
        """The kinds of the events of one boot; empty for a boot before the latest 256."""
        return self._kinds_by_boot.get(boot, set())

    def add(self, event: Event) -> None:
        """Process the next event of the phone."""
        self._position += 1
        self.coverage.record(event, self._position)
        self.kinds.add(event.kind)
        _get_or_add(self._kinds_by_boot, event.boot, set).add(event.kind)
        match = self.matcher.match(event)
        for scope, steps in match.steps.items():
            if key := scope_key(scope, event):
                for found in steps:
                    clause_scope = self._scopes[found.query].get(key) or self._open_scope(found.query, key)
                    clause_scope.observe(found.step, event, self._position, found.matched)
        if event.kind in outcome_kinds():
            self.failures.add(event, match)
        if match.explained_by or match.is_failure:
            self._add_failure(event, match)
        for code in match.verifies:
            self.verified[code] = event

    def end(self, event: Event) -> None:
        """Record the last line of the phone, which may not concern any rule."""
        self.coverage.record(event, self._position + 1)

    def sightings(self, query: ClauseQuery) -> Sightings:
        """The events of a clause with `phones`."""
        scope = self._scopes[query].get(("phone", 0)) if query in self._scopes else None
        found = scope.shared if scope else None
        return found if isinstance(found, Sightings) else Sightings(query.clause)

    def add_fact(self, fact: Event) -> None:
        """Process a fact given by the user; it is a symptom unless the trace has a more exact one."""
        match = self.matcher.match(fact)
        has_exact = self._failures.intersection(kinds()[fact.kind].generic_of)
        if match.explained_by and (not has_exact or fact.fields.get("stage") in AFTER_SIGN_IN):
            self._add_occurrence(fact, match, follows=False)

    def _open_scope(self, query: ClauseQuery, key: ScopeKey) -> ClauseScope:
        """Add the state of a clause in a new scope, joined with the symptoms that occurred in it before."""
        scopes = self._scopes[query]
        scope = scopes[key] = new_scope(query)
        drop_oldest(scopes, MAX_OPEN_SCOPES)
        for symptom in self._symptoms_in(key):
            if query in symptom.queries.get(query.clause.same, ()):
                scope.join(symptom, symptom.last, symptom.position)
                symptom.attach(query, key, scope.accumulator(symptom))
        return scope

    def _symptoms_in(self, key: ScopeKey) -> Iterable[Symptom]:
        return list(self.symptoms.values()) if key[0] == "phone" else self._symptoms_by_scope.get(key, ())

    def _add_failure(self, event: Event, match: RuleMatch) -> None:
        earlier = self._earlier_failures(event)
        self._failures.add(event.kind)
        if earlier.intersection(kinds()[event.kind].generic_of):
            return
        if match.explained_by:
            exact = {kind for kind in earlier if event.kind not in kinds()[kind].generic_of}
            self._add_occurrence(event, match, follows=event.handshake is not None and bool(exact))

    def _earlier_failures(self, event: Event) -> set[str]:
        if event.handshake is None:
            return set(self._failures)
        failures = _get_or_add(self._failures_by_handshake, event.handshake, set)
        earlier = set(failures)
        failures.add(event.kind)
        return earlier

    def _add_occurrence(self, event: Event, match: RuleMatch, *, follows: bool) -> None:
        key = (event.kind, match.entries, follows)
        symptom = self.symptoms.get(key)
        if symptom is None:
            symptom = self.symptoms[key] = Symptom(match.explained_by, match.queries, follows, event, event)
        symptom.add(event, self._position)
        for rule, _ in match.explained_by:
            self.verified.pop(rule.code, None)
        for scope, queries in match.queries.items():
            if key_of_scope := scope_key(scope, event):
                self._enter_scope(symptom, key_of_scope, queries, event)

    def _enter_scope(self, symptom: Symptom, key: ScopeKey, queries: Sequence[ClauseQuery], event: Event) -> None:
        is_new_scope = symptom.latest_scope.get(key[0]) != key
        symptom.latest_scope[key[0]] = key
        for query in queries:
            if is_new_scope or query.clause.is_by_symptom:
                scope = self._scopes[query].get(key)
                if scope is None and query.is_windowed:
                    scope = self._open_scope(query, key)
                if scope is not None:
                    scope.join(symptom, event, self._position)
                    symptom.attach(query, key, scope.accumulator(symptom))
        if is_new_scope and key[0] != "phone":
            symptoms = _get_or_add(self._symptoms_by_scope, key, list)
            if symptom not in symptoms:
                symptoms.append(symptom)


def _get_or_add(entries: OrderedDict[K, V], key: K, make: type[V]) -> V:
    """The value of a key; a new key gets an empty value, and the oldest key is dropped if there are too many."""
    value = entries.get(key)
    if value is None:
        value = entries[key] = make()
        drop_oldest(entries, MAX_OPEN_SCOPES)
    return value
