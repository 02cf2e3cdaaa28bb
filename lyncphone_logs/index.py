"""What an event says to the rules: which explain it, and which of their clauses it meets."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lyncphone_logs.event import Event
from lyncphone_logs.pattern import fits
from lyncphone_logs.rule import Clause, Explained, Rule

MOST_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Meaning:
    """What events of one kind with the same fields say to the rules.

    `explained_by`: the rules that explain it, each by the first of its entries that fits, `entries` the numbers of
    these. `clauses`: those that it may meet; `unknown` where the event leaves that open.
    """

    explained_by: tuple[tuple[Rule, Explained], ...]
    entries: tuple[tuple[str, int], ...]
    clauses: tuple[tuple[Rule, Clause, bool | None], ...]


class Index:
    """Rules by the event kinds that they name, so that an event meets only the rules that speak of it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._explained: defaultdict[str, list[tuple[Rule, int, Explained]]] = defaultdict(list)
        self._clauses: defaultdict[str, list[tuple[Rule, Clause]]] = defaultdict(list)
        self._known: dict[tuple[object, ...], Meaning] = {}
        for rule in self.rules:
            for number, explained in enumerate(rule.explains):
                for kind in explained.kinds:
                    self._explained[kind].append((rule, number, explained))
            for clause in rule.clause:
                for kind in clause.kinds:
                    self._clauses[kind].append((rule, clause))
        self.kinds = {*self._explained, *self._clauses}
        patterns = [each for rule in self.rules for each in (*rule.explains, *rule.clause)]
        self._tested = {
            kind: tuple(sorted({field for each in patterns if kind in each.kinds for field in each.where}))
            for kind in self.kinds
        }

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
        tried = [(rule, clause, fits(clause, event)) for rule, clause in self._clauses.get(event.kind, ())]
        return Meaning(
            tuple((rule, explained) for rule, _, explained in first.values()),
            tuple((rule.code, number) for rule, number, _ in first.values()),
            tuple(each for each in tried if each[2] is not False),
        )
