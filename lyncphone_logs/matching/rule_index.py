"""Finds the rules and clauses that an event matches, without testing it against every pattern."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.events.vocabulary import is_of_line, kinds, value_of
from lyncphone_logs.matching.accumulators import END, START
from lyncphone_logs.matching.matcher import folded, matches, passes
from lyncphone_logs.rules.clause import Clause, Explained, ScopeName
from lyncphone_logs.rules.condition import SYMPTOM, Condition, EventPattern, Scalar
from lyncphone_logs.rules.rule import Rule

DECIDING_FIELDS = (
    "event", "where", "same", "count", "within", "within_events", "by", "once_per", "then", "ordered", "first_of",
    "before", "after", "between", "absent", "offset", "distinct", "phones",
)  # fmt: skip
"""Fields of a clause that decide whether it holds; the others say what that means."""
MAX_INDEXES = 4
MAX_CACHED_VALUES = 4096
MAX_NEAR_MISSES = 16
"""Distinct events of a kind that are stored, to report the one that came nearest to a pattern."""

ClauseKey = tuple[str, str]
"""Code of the rule and id of the clause."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class ClauseQuery:
    """What a clause asks; clauses that ask the same share one query, so that their events are counted once.

    `rule` and `clause` are the first that ask it. `is_compared`: its events are compared with those of other clauses,
    so more of its events are stored.
    """

    rule: Rule
    clause: Clause
    is_compared: bool

    @property
    def is_windowed(self) -> bool:
        """Whether each occurrence of the symptom opens a window, even if no event of the clause was seen before it.

        That of an absence may stay empty, and with `offset` another one than that of the latest occurrence may count.
        """
        clause = self.clause
        return clause.is_by_symptom and bool(clause.offset or (clause.absent and (clause.within or clause.between)))


QueriesByScope = dict[ScopeName, tuple[ClauseQuery, ...]]


def clause_queries(rules: Iterable[Rule]) -> dict[ClauseKey, ClauseQuery]:
    """The query of each clause. A clause that refers to another one, or is referred to, has a query of its own."""
    shared: dict[str, ClauseQuery] = {}
    queries = {}
    for rule in rules:
        compared = {other for pattern in rule.patterns for _, _, other, _ in pattern.comparisons}
        compared |= {test.days_from for clause in rule.clause for _, test in clause.dates}
        for clause in rule.clause:
            is_compared = clause.id in compared or any(clause.comparisons) or bool(clause.dates)
            query = ClauseQuery(rule, clause, is_compared)
            if not (is_compared or clause.is_composed or set(clause.anchors) - {SYMPTOM}):
                query = shared.setdefault(repr([getattr(clause, name) for name in DECIDING_FIELDS]), query)
            queries[rule.code, clause.id] = query
    return queries


@dataclass(frozen=True, slots=True)
class ClauseStep:
    """A step of a query, or one of its anchors, that an event matches; `matched` None: its fields leave it open."""

    query: ClauseQuery
    step: int
    matched: bool | None


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """What events of one kind with equal fields mean to the rules.

    `explained_by`: the rules that explain them, each with the first of its entries that matches; `entries` are codes
    and numbers of these, `queries` those of their clauses. `steps`: what they may match, by scope. `verifies`: codes of
    the rules of which they show that the fix worked. `is_failure`: the vocabulary calls the kind a failure.
    """

    explained_by: tuple[tuple[Rule, Explained], ...]
    entries: tuple[tuple[str, int], ...]
    queries: QueriesByScope
    steps: dict[ScopeName, tuple[ClauseStep, ...]]
    verifies: tuple[str, ...]
    is_failure: bool


class PatternIndex(Generic[T]):
    """Items by the event pattern that selects them. Most patterns require a certain text, so few have to be tested."""

    def __init__(self) -> None:
        self._number = 0
        self._always: list[tuple[int, EventPattern, T]] = []
        self._by_value: defaultdict[str, defaultdict[Value, list[tuple[int, EventPattern, T]]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, pattern: EventPattern, item: T) -> None:
        """Add an item after the others."""
        self._number += 1
        entry = self._number, pattern, item
        for name, test in pattern.where.items():
            if not isinstance(test, Condition):
                for value in {folded(each) for each in (test if isinstance(test, list) else [test])}:
                    self._by_value[name][value].append(entry)
                return
        self._always.append(entry)

    def select(self, event: Event) -> Iterator[tuple[T, bool | None]]:
        """In the order of `add`, the items whose pattern the event matches (True) or may match (None)."""
        candidates = {entry[0]: entry for entry in self._always}
        for name, entries in self._by_value.items():
            value = value_of(event, name)
            if value is None or value == "unknown":
                some = list(entries.values())
            else:
                some = [entries.get(folded(each), []) for each in (value if isinstance(value, tuple) else (value,))]
            candidates.update((entry[0], entry) for found in some for entry in found)
        for number in sorted(candidates):
            _, pattern, item = candidates[number]
            if (matched := matches(pattern, event)) is not False:
                yield item, matched


class FieldTests:
    """All tests of one field of one kind. Rules cannot distinguish values that have equal results."""

    def __init__(self) -> None:
        self._equal: dict[Value, int] = {}
        self._conditions: list[Condition] = []

    def add(self, test: Condition | list[Scalar] | Scalar) -> None:
        """Add a test."""
        if isinstance(test, Condition):
            self._conditions.append(test)
        else:
            for value in test if isinstance(test, list) else [test]:
                self._equal.setdefault(folded(value), len(self._equal))

    def results(self, value: Value | None) -> Hashable:
        """The results of all tests for a value of the field."""
        if value is None or value == "unknown":
            return value
        equal = (self._equal.get(folded(each)) for each in (value if isinstance(value, tuple) else (value,)))
        return tuple(equal), tuple(passes(test, value) for test in self._conditions)


class RuleIndex:
    """Rules by the event kinds that they name. Does not change once it is built, so several runs can share it.

    `verified` are codes of rules whose `verify` pattern is looked for. `queries` has that of each clause, `kinds` all
    kinds that are looked for, `field_tests` the tests by kind and name of the field, `group_queries` the queries about
    several phones.
    """

    def __init__(self, rules: Iterable[Rule], verified: Collection[str] = ()) -> None:
        self.rules = tuple(rules)
        self.queries = clause_queries(self.rules)
        self.field_tests: defaultdict[str, dict[str, FieldTests]] = defaultdict(dict)
        self._verified = [rule for rule in self.rules if rule.code in verified]
        self._explained: defaultdict[str, PatternIndex[tuple[Rule, int, Explained]]] = defaultdict(PatternIndex)
        self._steps: defaultdict[str, PatternIndex[tuple[ClauseQuery, int]]] = defaultdict(PatternIndex)
        for rule in self.rules:
            for number, explained in enumerate(rule.explains):
                for kind in explained.kinds:
                    self._explained[kind].add(explained, (rule, number, explained))
                    self._add_tests(kind, explained)
        for query, step, pattern in _all_steps(self.queries.values()):
            for kind in pattern.kinds:
                self._steps[kind].add(pattern, (query, step))
                self._add_tests(kind, pattern)
        for rule in self._verified:
            for kind in rule.verify.kinds:
                self._add_tests(kind, rule.verify)
        self.kinds = frozenset(self.field_tests)
        self.group_queries = tuple(dict.fromkeys(query for query in self.queries.values() if query.clause.phones))

    def _add_tests(self, kind: str, pattern: EventPattern) -> None:
        tests = self.field_tests[kind]
        for name, test in pattern.where.items():
            tests.setdefault(name, FieldTests()).add(test)

    def match(self, event: Event) -> RuleMatch:
        """What the event means to the rules."""
        first: dict[str, tuple[Rule, int, Explained]] = {}
        explained, steps = self._explained.get(event.kind), self._steps.get(event.kind)
        for found, matched in explained.select(event) if explained else ():
            if matched:
                first.setdefault(found[0].code, found)
        return RuleMatch(
            tuple((rule, entry) for rule, _, entry in first.values()),
            tuple((rule.code, number) for rule, number, _ in first.values()),
            _by_scope(self.queries[rule.code, clause.id] for rule, _, _ in first.values() for clause in rule.clause),
            _steps_by_scope(ClauseStep(*found, matched) for found, matched in steps.select(event)) if steps else {},
            tuple(rule.code for rule in self._verified if matches(rule.verify, event)),
            kinds()[event.kind].outcome == "failed",
        )


_indexes: OrderedDict[tuple[tuple[int, ...], frozenset[str]], RuleIndex] = OrderedDict()


def index_of(rules: Iterable[Rule], verified: Collection[str] = ()) -> RuleIndex:
    """The index of these rules, cached for the process: building one takes longer than diagnosing a small trace.

    Rules contain dictionaries and have no hash, so the identity of each rule is the key. A cached index holds its
    rules, so no other rule can get the identity of one of them.
    """
    rules = tuple(rules)
    key = tuple(map(id, rules)), frozenset(verified)
    index = _indexes.pop(key, None) or RuleIndex(rules, verified)
    _indexes[key] = index
    if len(_indexes) > MAX_INDEXES:
        _indexes.popitem(last=False)
    return index


class ResultsByValue(dict[tuple[type, Value | None], Hashable]):
    """Results of the tests of one field, computed once for each value: `results[type(value), value]`."""

    def __init__(self, tests: FieldTests) -> None:
        self._tests = tests

    def __missing__(self, key: tuple[type, Value | None]) -> Hashable:
        if len(self) >= MAX_CACHED_VALUES:
            self.clear()
        results = self[key] = self._tests.results(key[1])
        return results


class RuleMatcher:
    """Matches the events of one run against an index.

    Everything that a run learns from its events is here and not in the index: cached matches, and events near a miss.
    """

    def __init__(self, index: RuleIndex) -> None:
        # `_matches` is keyed by kind and test results: events with equal keys mean the same to all rules. `_seen` has
        # the event of each new key, so the first MAX_NEAR_MISSES distinct ones of a kind.
        # Tests of the line are apart, and their results are computed for each event, as most lines differ.
        self.index = index
        self._results: dict[str, list[tuple[str, ResultsByValue]]] = {}
        self._tests_of_line: dict[str, list[tuple[str, FieldTests]]] = {}
        self._matches: dict[tuple[Hashable, ...], RuleMatch] = {}
        self._seen: defaultdict[str, list[Event]] = defaultdict(list)

    def match(self, event: Event) -> RuleMatch:
        """What the event means to the rules."""
        fields = event.fields
        results = self._results.get(event.kind)
        if results is None:
            results = self._add_kind(event.kind)
        key = (event.kind, *[by_value[type(value := fields.get(name)), value] for name, by_value in results])
        if self._tests_of_line and event.kind in self._tests_of_line:
            key += tuple(tests.results(value_of(event, name)) for name, tests in self._tests_of_line[event.kind])
        match = self._matches.get(key)
        if match is None:
            if len(self._matches) >= MAX_CACHED_VALUES:
                self._matches.clear()
            if len(self._seen[event.kind]) < MAX_NEAR_MISSES:
                self._seen[event.kind].append(event)
            match = self._matches[key] = self.index.match(event)
        return match

    def _add_kind(self, kind: str) -> list[tuple[str, ResultsByValue]]:
        """The results of the tests of the fields of a kind; its tests of the line are stored too."""
        tests = self.index.field_tests.get(kind, {})
        if of_line := [(name, each) for name, each in tests.items() if is_of_line(kind, name)]:
            self._tests_of_line[kind] = of_line
        fields = [(name, ResultsByValue(each)) for name, each in tests.items() if not is_of_line(kind, name)]
        return self._results.setdefault(kind, fields)

    def near_miss(self, patterns: Sequence[EventPattern]) -> Event | None:
        """An event of the kinds of the patterns that matches none of them, of those that are stored."""
        names = dict.fromkeys(kind for pattern in patterns for kind in pattern.kinds)
        seen = (event for kind in names for event in self._seen.get(kind, ()))
        return next((event for event in seen if not any(matches(pattern, event) for pattern in patterns)), None)


def _all_steps(queries: Iterable[ClauseQuery]) -> Iterator[tuple[ClauseQuery, int, EventPattern]]:
    """Every step of every query, the last step first, then the clauses that are anchors of its window."""
    for query in dict.fromkeys(queries):
        clause, by_id = query.clause, {clause.id: clause for clause in query.rule.clause}
        for step in reversed(range(len(clause.steps))):
            yield query, step, clause.steps[step]
        for anchor, names in ((START, clause.starts), (END, clause.ends)):
            yield from ((query, anchor, by_id[name]) for name in names if name in by_id)


def _by_scope(queries: Iterable[ClauseQuery]) -> QueriesByScope:
    found: defaultdict[ScopeName, dict[ClauseQuery, None]] = defaultdict(dict)
    for query in queries:
        found[query.clause.same][query] = None
    return {scope: tuple(some) for scope, some in found.items()}


def _steps_by_scope(steps: Iterable[ClauseStep]) -> dict[ScopeName, tuple[ClauseStep, ...]]:
    found: defaultdict[ScopeName, list[ClauseStep]] = defaultdict(list)
    for step in steps:
        found[step.query.clause.same].append(step)
    return {scope: tuple(some) for scope, some in found.items()}
