"""Limits the time that the regexes of rules take: one search, all searches of one regex, and those of one run.

Only a regex that takes longer than its text explains uses its budget, so the size of a trace does not matter. A regex
that exceeds its budget is stopped, unless it is proven to take linear time: then the machine was slow, not the regex.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from lyncphone_logs.errors import RuleError
from lyncphone_logs.rules.condition import Condition
from lyncphone_logs.rules.rule import Rule

MAX_SEARCH_SECONDS = 0.25
"""Time limit of one search."""
MAX_REGEX_SECONDS = 1.0
"""Time that one regex may use in a run."""
MAX_RUN_SECONDS = 3.0
"""Time that all regexes may use in a run; after that, each may use MIN_REGEX_SECONDS only."""
MIN_REGEX_SECONDS = 0.02
FREE_SECONDS, FREE_SECONDS_PER_CHARACTER = 20e-6, 0.1e-6
"""Time of a search that uses no budget. A search of ten characters takes 2 µs."""
SLOW = "its regex takes too long"
SLOW_HELP = "rewrite the regex; `lyncphone-logs rules lint` says what makes it slow"

Search = Callable[[str, str, float | None], bool]
"""Whether a regex is found in a text. Raises TimeoutError after so many seconds."""


def search(expression: str, text: str, seconds: float | None) -> bool:
    """A search with the library `regex`."""
    import regex

    return regex.search(expression, text, timeout=seconds) is not None


class RegexBudget:
    """The time that the regexes of one run have used. `stopped` are those that exceeded their budget."""

    def __init__(
        self,
        is_linear: Callable[[str], bool],
        clock: Callable[[], float] = time.process_time,
        search: Search = search,
    ) -> None:
        self.stopped: dict[str, None] = {}
        self._is_linear = is_linear
        self._clock = clock
        self._search = search
        self._used: defaultdict[str, float] = defaultdict(float)
        self._used_by_all = 0.0

    def finds(self, expression: str, text: str) -> bool | None:
        """Whether a regex is found in a text; None if its budget does not suffice."""
        if expression in self.stopped:
            return None
        start = self._clock()
        try:
            found = self._search(expression, text, MAX_SEARCH_SECONDS)
        except (TimeoutError, MemoryError):
            return self._exceeded(expression, text)
        excess = self._clock() - start - FREE_SECONDS - FREE_SECONDS_PER_CHARACTER * len(text)
        if excess > 0:
            self._used[expression] += excess
            self._used_by_all += excess
            permitted = MAX_REGEX_SECONDS if self._used_by_all < MAX_RUN_SECONDS else MIN_REGEX_SECONDS
            if self._used[expression] > permitted:
                return self._exceeded(expression, text)
        return found

    def _exceeded(self, expression: str, text: str) -> bool | None:
        if self._is_linear(expression):
            return self._search(expression, text, None)
        self.stopped[expression] = None
        return None


_active: ContextVar[RegexBudget | None] = ContextVar("regex_budget", default=None)


@contextmanager
def limited(is_linear: Callable[[str], bool]) -> Iterator[RegexBudget]:
    """Limit all searches in this context: by the budget of the run, or by a new one outside of a run."""
    budget = _active.get() or RegexBudget(is_linear)
    with using(budget):
        yield budget


@contextmanager
def using(budget: RegexBudget) -> Iterator[None]:
    """Limit all searches in this context by a budget."""
    token = _active.set(budget)
    try:
        yield
    finally:
        _active.reset(token)


def finds(expression: str, text: str) -> bool | None:
    """Whether the regex of a rule is found in a text; None if the budget of the run does not suffice."""
    budget = _active.get() or RegexBudget(lambda _: False)
    return budget.finds(expression, text)


def slow_rules(rules: Sequence[Rule], budget: RegexBudget) -> dict[str, str]:
    """By code of each rule with a stopped regex, that regex."""
    if not budget.stopped:
        return {}
    found: dict[str, str] = {}
    for rule in rules:
        for expression in _regexes(rule):
            if expression in budget.stopped:
                found.setdefault(rule.code, expression)
    return found


def _regexes(rule: Rule) -> Iterator[str]:
    for pattern in rule.patterns:
        for test in pattern.where.values():
            while isinstance(test, Condition):
                yield test.regex
                test = test.not_ or ""


def slow_rule_problems(rules: Sequence[Rule], budget: RegexBudget) -> list[RuleError]:
    """An error for each rule that cannot be checked because one of its regexes was stopped."""
    slow = slow_rules(rules, budget)
    return [
        RuleError(
            f"rule {rule.code} ({rule.name}) cannot be checked", f"{SLOW}: {_short(slow[rule.code])}", "", SLOW_HELP
        )
        for rule in rules
        if rule.code in slow
    ]


def _short(expression: str) -> str:
    return repr(expression if len(expression) <= 60 else f"{expression[:57]}...")
