"""What a clause asks of the events of a scope. Clauses of many rules ask the same: it is answered once."""

from collections.abc import Iterable
from dataclasses import dataclass

from lyncphone_logs.rules.clause import Clause
from lyncphone_logs.rules.condition import SYMPTOM
from lyncphone_logs.rules.rule import Rule

ASKED = (
    "event", "where", "same", "count", "within", "within_events", "by", "once_per", "then", "ordered", "first_of",
    "before", "after", "between", "absent",
)  # fmt: skip
"""What of a clause the answer hangs on; the rest of it says what the answer means."""


ClauseKey = tuple[str, str]
"""Code of the rule and id of the clause."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
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


def questions_of(rules: Iterable[Rule]) -> dict[ClauseKey, Question]:
    """What each clause asks; one that refers to another clause, or that another refers to, asks by itself."""
    shared: dict[str, Question] = {}
    questions = {}
    for rule in rules:
        compared = {other for each in rule.patterns for _, _, other, _ in each.comparisons}
        for clause in rule.clause:
            is_compared = clause.id in compared or any(clause.comparisons)
            question = Question(rule, clause, is_compared)
            if not (is_compared or clause.is_composed or set(clause.anchors) - {SYMPTOM}):
                question = shared.setdefault(repr([getattr(clause, name) for name in ASKED]), question)
            questions[rule.code, clause.id] = question
    return questions
