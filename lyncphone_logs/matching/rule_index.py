"""What an event says to the rules: which explain it, and which of their clauses it meets."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.matching.accumulators import END, START
from lyncphone_logs.matching.matcher import folded, matches, passes
from lyncphone_logs.rules.clause import Clause, Explained, ScopeName
from lyncphone_logs.rules.condition import SYMPTOM, Condition, EventPattern, Scalar
from lyncphone_logs.rules.rule import Rule

ASKED = (
    "event", "where", "same", "count", "within", "within_events", "by", "once_per", "then", "ordered", "first_of",
    "before", "after", "between", "absent",
)  # fmt: skip
"""What of a clause the answer hangs on; the rest of it says what the answer means."""


ClauseKey = tuple[str, str]
"""Code of the rule and id of the clause."""


@dataclass(frozen=True, slots=True, eq=False)
class ClauseQuery:
    """One for all clauses that ask the same.

    `rule` and `clause` are the first that do; `is_compared`: events of it are held against those of others, and so more
    of them are kept.
    """

    rule: Rule
    clause: Clause
    is_compared: bool

    @property
    def is_windowed(self) -> bool:
        """Whether an absence is looked for around each occurrence of the symptom, even where nothing else was seen."""
        clause = self.clause
        return clause.absent and clause.is_by_symptom and bool(clause.within or clause.between)


def clause_queries(rules: Iterable[Rule]) -> dict[ClauseKey, ClauseQuery]:
    """What each clause asks; one that refers to another clause, or that another refers to, asks by itself."""
    shared: dict[str, ClauseQuery] = {}
    questions = {}
    for rule in rules:
        compared = {other for each in rule.patterns for _, _, other, _ in each.comparisons}
        for clause in rule.clause:
            is_compared = clause.id in compared or any(clause.comparisons)
            question = ClauseQuery(rule, clause, is_compared)
            if not (is_compared or clause.is_composed or set(clause.anchors) - {SYMPTOM}):
                question = shared.setdefault(repr([getattr(clause, name) for name in ASKED]), question)
            questions[rule.code, clause.id] = question
    return questions


MAX_CACHED_VALUES = 4096
MAX_NEAR_MISSES = 16
"""Different events of a kind that are remembered, to tell what came near to a pattern."""
T = TypeVar("T")
QueriesByScope = dict[ScopeName, tuple[ClauseQuery, ...]]
"""Questions by the scope that they ask about."""


@dataclass(frozen=True, slots=True)
class ClauseStep:
    """An event beside one step of a question, or one of its anchors: `state` None where the event leaves it open."""

    question: ClauseQuery
    step: int
    state: bool | None


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """What events of one kind with the same fields say to the rules.

    `explained_by`: the rules that explain it, each by the first of its entries that fits, `entries` the numbers of
    these, `asked` what their clauses ask. `clauses`: what it may meet; `verifies`: rules of which it shows that the fix
    worked.
    """

    explained_by: tuple[tuple[Rule, Explained], ...]
    entries: tuple[tuple[str, int], ...]
    asked: QueriesByScope
    clauses: tuple[ClauseStep, ...]
    verifies: tuple[str, ...] = ()


class PatternIndex(Generic[T]):
    """Things by the patterns that an event must fit, of which few are tested: most ask for a certain text."""

    def __init__(self) -> None:
        self._number = 0
        self._always: list[tuple[int, EventPattern, T]] = []
        self._by_value: defaultdict[str, defaultdict[Value, list[tuple[int, EventPattern, T]]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def put(self, pattern: EventPattern, thing: T) -> None:
        """Add a thing behind the others."""
        self._number += 1
        entry = self._number, pattern, thing
        for name, test in pattern.where.items():
            if not isinstance(test, Condition):
                for value in {folded(each) for each in (test if isinstance(test, list) else [test])}:
                    self._by_value[name][value].append(entry)
                return
        self._always.append(entry)

    def fitting(self, event: Event) -> Iterator[tuple[T, bool | None]]:
        """In order, the things whose pattern the event fits or, None, may fit."""
        near = {entry[0]: entry for entry in self._always}
        for name, entries in self._by_value.items():
            value = event.fields.get(name)
            if value is None or value == "unknown":
                some = list(entries.values())
            else:
                some = [entries.get(folded(each), []) for each in (value if isinstance(value, tuple) else (value,))]
            near.update((entry[0], entry) for each in some for entry in each)
        for number in sorted(near):
            _, pattern, thing = near[number]
            if (state := matches(pattern, event)) is not False:
                yield thing, state


class FieldTests:
    """The tests of one field by events of one kind: values that pass the same ones say the same."""

    def __init__(self) -> None:
        self._equal: dict[Value, int] = {}
        self._conditions: list[Condition] = []
        self._known: dict[tuple[type, Value | None], Hashable] = {}

    def put(self, test: Condition | list[Scalar] | Scalar) -> None:
        """Add a test."""
        if isinstance(test, Condition):
            self._conditions.append(test)
        else:
            for each in test if isinstance(test, list) else [test]:
                self._equal.setdefault(folded(each), len(self._equal))

    def passed(self, value: Value | None) -> Hashable:
        """Equal for values that cannot be told from each other by the tests."""
        key = type(value), value
        if key not in self._known:
            if len(self._known) >= MAX_CACHED_VALUES:
                self._known.clear()
            self._known[key] = self._passed(value)
        return self._known[key]

    def _passed(self, value: Value | None) -> Hashable:
        if value is None or value == "unknown":
            return value
        equal = (self._equal.get(folded(each)) for each in (value if isinstance(value, tuple) else (value,)))
        return tuple(equal), tuple(passes(test, value) for test in self._conditions)


class RuleIndex:
    """Rules by the event kinds that they name, so that an event meets only the rules that speak of it.

    `verified` are codes of rules whose `verify` is looked for. `questions` holds what each clause asks.
    """

    def __init__(self, rules: Iterable[Rule], verified: Collection[str] = ()) -> None:
        self.rules = tuple(rules)
        self.questions = clause_queries(self.rules)
        self._verified = [rule for rule in self.rules if rule.code in verified]
        self._explained: defaultdict[str, PatternIndex[tuple[Rule, int, Explained]]] = defaultdict(PatternIndex)
        self._clauses: defaultdict[str, PatternIndex[tuple[ClauseQuery, int]]] = defaultdict(PatternIndex)
        self._known: dict[tuple[object, ...], RuleMatch] = {}
        self._met: defaultdict[str, list[Event]] = defaultdict(list)
        self._facets: defaultdict[str, dict[str, FieldTests]] = defaultdict(dict)
        for rule in self.rules:
            for number, explained in enumerate(rule.explains):
                for kind in explained.kinds:
                    self._explained[kind].put(explained, (rule, number, explained))
                    self._test(kind, explained)
        for question, step, pattern in self._steps():
            for kind in pattern.kinds:
                self._clauses[kind].put(pattern, (question, step))
                self._test(kind, pattern)
        for rule in self._verified:
            for kind in rule.verify.kinds:
                self._test(kind, rule.verify)
        self.kinds = set(self._facets)

    def _test(self, kind: str, pattern: EventPattern) -> None:
        facets = self._facets[kind]
        for name, test in pattern.where.items():
            facets.setdefault(name, FieldTests()).put(test)

    def meaning(self, event: Event) -> RuleMatch:
        """What the event says to the rules; events repeat, and so it is remembered."""
        facets = self._facets.get(event.kind, {})
        key = (event.kind, *[facet.passed(event.fields.get(name)) for name, facet in facets.items()])
        meaning = self._known.get(key)
        if meaning is None:
            if len(self._known) >= MAX_CACHED_VALUES:
                self._known.clear()
            if len(self._met[event.kind]) < MAX_NEAR_MISSES:
                self._met[event.kind].append(event)
            meaning = self._known[key] = self._read(event)
        return meaning

    def missed(self, patterns: Sequence[EventPattern]) -> Event | None:
        """An event of such a kind that fits none of the patterns, of those that are remembered."""
        kinds = dict.fromkeys(kind for pattern in patterns for kind in pattern.kinds)
        near = (event for kind in kinds for event in self._met.get(kind, ()))
        return next((event for event in near if not any(matches(each, event) for each in patterns)), None)

    def _read(self, event: Event) -> RuleMatch:
        first: dict[str, tuple[Rule, int, Explained]] = {}
        shelf, clauses = self._explained.get(event.kind), self._clauses.get(event.kind)
        for found, state in shelf.fitting(event) if shelf else ():
            if state:
                first.setdefault(found[0].code, found)
        return RuleMatch(
            tuple((rule, explained) for rule, _, explained in first.values()),
            tuple((rule.code, number) for rule, number, _ in first.values()),
            _asked(self.questions[rule.code, clause.id] for rule, _, _ in first.values() for clause in rule.clause),
            tuple(ClauseStep(*thing, state) for thing, state in clauses.fitting(event)) if clauses else (),
            tuple(rule.code for rule in self._verified if matches(rule.verify, event)),
        )

    def _steps(self) -> Iterator[tuple[ClauseQuery, int, EventPattern]]:
        """What is asked, step by step, the last first, and with the clauses that are anchors of its window."""
        for question in dict.fromkeys(self.questions.values()):
            clause, named = question.clause, {clause.id: clause for clause in question.rule.clause}
            for step in reversed(range(len(clause.steps))):
                yield question, step, clause.steps[step]
            for place, anchors in ((START, clause.starts), (END, clause.ends)):
                yield from ((question, place, named[name]) for name in anchors if name in named)


def _asked(questions: Iterable[ClauseQuery]) -> QueriesByScope:
    asked: defaultdict[ScopeName, dict[ClauseQuery, None]] = defaultdict(dict)
    for question in questions:
        asked[question.clause.same][question] = None
    return {same: tuple(each) for same, each in asked.items()}
