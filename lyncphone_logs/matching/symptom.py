"""A symptom of one phone: what explains it, how often it occurred, and what its clauses counted in each scope."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.accumulators import MAX_EVENTS, Accumulator, ScopeKey
from lyncphone_logs.matching.rule_index import ClauseQuery, QueriesByScope
from lyncphone_logs.rules.clause import Explained
from lyncphone_logs.rules.rule import Rule

MAX_SCOPES = 8
"""Scopes per clause and symptom; if there are more, those with the highest rank are retained, and the latest."""


@dataclass(slots=True, eq=False)
class Symptom:
    """All occurrences of one symptom: events that the same entries of the same rules explain.

    `queries` are the clauses of these rules. `follows`: the occurrences follow another failure of their handshake, so
    they may be its consequence. `first`, `last` and `evidence` (the first three) are occurrences, `position` is that of
    the last, `count` their number.
    """

    # `accumulators` has an entry for each clause and each scope in which the symptom occurred, at most MAX_SCOPES for a
    # clause. `latest_scope` is, by scope name, the key of the latest occurrence.
    explained_by: Sequence[tuple[Rule, Explained]]
    queries: QueriesByScope
    follows: bool
    first: Event
    last: Event
    position: int = 0
    count: int = 0
    evidence: list[Event] = field(default_factory=list)
    accumulators: dict[ClauseQuery, OrderedDict[ScopeKey, Accumulator]] = field(default_factory=dict)
    latest_scope: dict[str, ScopeKey] = field(default_factory=dict)

    def add(self, event: Event, position: int) -> None:
        """Count one more occurrence."""
        self.last, self.position = event, position
        self.count += event.count
        if len(self.evidence) < MAX_EVENTS:
            self.evidence.append(event)

    def attach(self, query: ClauseQuery, scope: ScopeKey, accumulator: Accumulator) -> None:
        """Store what was counted for a clause in a scope in which the symptom occurred."""
        accumulators = self.accumulators.setdefault(query, OrderedDict())
        accumulators[scope] = accumulator
        if len(accumulators) > MAX_SCOPES:
            del accumulators[min(list(accumulators)[:-1], key=lambda key: accumulators[key].rank)]

    def best(self, query: ClauseQuery) -> Accumulator | None:
        """The accumulator of a clause with the highest rank among the scopes of the symptom; None if there is none."""
        accumulators = self.accumulators.get(query)
        return max(accumulators.values(), key=lambda accumulator: accumulator.rank) if accumulators else None
