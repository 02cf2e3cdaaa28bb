"""What an event says to the rules: which explain it, and which of their clauses it meets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from lyncphone_logs.clause import Clause, Explained
from lyncphone_logs.condition import Pattern
from lyncphone_logs.event import Event
from lyncphone_logs.pattern import fits
from lyncphone_logs.rule import EXPLAINS, Rule
from lyncphone_logs.watch import END, OWN, START

MOST_REMEMBERED = 4096
ClauseKey = tuple[str, str]
"""Code of the rule and id of the clause."""


@dataclass(frozen=True, slots=True)
class Met:
    """An event beside one step of a clause, or one of its anchors: `state` None where the event leaves it open."""

    rule: Rule
    clause: Clause
    step: int
    state: bool | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What events of one kind with the same fields say to the rules.

    `explained_by`: the rules that explain it, each by the first of its entries that fits, `entries` the numbers of
    these. `clauses`: those that it may meet; `verifies`: rules of which it shows that the fix worked.
    """

    explained_by: tuple[tuple[Rule, Explained], ...]
    entries: tuple[tuple[str, int], ...]
    clauses: tuple[Met, ...]
    verifies: tuple[str, ...] = ()


class Index:
    """Rules by the event kinds that they name, so that an event meets only the rules that speak of it.

    `verified` are codes of rules whose `verify` is looked for. `missed` holds, for each clause and for `explains`, an
    event of its kind that did not fit.
    """

    def __init__(self, rules: Iterable[Rule], verified: Collection[str] = ()) -> None:
        self.rules = tuple(rules)
        self._verified = [rule for rule in self.rules if rule.code in verified]
        self.missed: dict[ClauseKey, Event] = {}
        self._explained: defaultdict[str, list[tuple[Rule, int, Explained]]] = defaultdict(list)
        self._clauses: defaultdict[str, list[tuple[Rule, Clause, int, Pattern]]] = defaultdict(list)
        self._known: dict[tuple[object, ...], Meaning] = {}
        tested: defaultdict[str, set[str]] = defaultdict(set)
        for rule in self.rules:
            for number, explained in enumerate(rule.explains):
                for kind in explained.kinds:
                    self._explained[kind].append((rule, number, explained))
                    tested[kind].update(explained.where)
            for clause, step, pattern in _steps(rule):
                for kind in pattern.kinds:
                    self._clauses[kind].append((rule, clause, step, pattern))
                    tested[kind].update(pattern.where)
        for rule in self._verified:
            for kind in rule.verify.kinds:
                tested[kind].update(rule.verify.where)
        self.kinds = set(tested)
        self._tested = {kind: tuple(sorted(fields)) for kind, fields in tested.items()}

    def meaning(self, event: Event) -> Meaning:
        """What the event says to the rules; events repeat, and so it is remembered."""
        key = (event.kind, *map(event.fields.get, self._tested.get(event.kind, ())))
        meaning = self._known.get(key)
        if meaning is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            meaning = self._known[key] = self._read(event)
        return meaning

    def _read(self, event: Event) -> Meaning:
        first: dict[str, tuple[Rule, int, Explained]] = {}
        for rule, number, explained in self._explained.get(event.kind, ()):
            if rule.code not in first and fits(explained, event):
                first[rule.code] = (rule, number, explained)
            elif rule.code not in first:
                self.missed.setdefault((rule.code, EXPLAINS), event)
        return Meaning(
            tuple((rule, explained) for rule, _, explained in first.values()),
            tuple((rule.code, number) for rule, number, _ in first.values()),
            tuple(self._met(event)),
            tuple(rule.code for rule in self._verified if fits(rule.verify, event)),
        )

    def _met(self, event: Event) -> Iterator[Met]:
        for rule, clause, step, pattern in self._clauses.get(event.kind, ()):
            state = fits(pattern, event)
            if state is not False:
                yield Met(rule, clause, step, state)
            elif step == OWN:
                self.missed.setdefault((rule.code, clause.id), event)


def _steps(rule: Rule) -> Iterator[tuple[Clause, int, Pattern]]:
    """Each clause with its steps, the last first, and with the clauses that are anchors of its window."""
    named = {clause.id: clause for clause in rule.clause}
    for clause in rule.clause:
        for step in reversed(range(len(clause.steps))):
            yield clause, step, clause.steps[step]
        for place, anchors in ((START, clause.starts), (END, clause.ends)):
            yield from ((clause, place, named[name]) for name in anchors if name in named)
