"""Limits the time of the regexes of rules in a run, by what the grammar package can prove about them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from lyncphone_logs.rules.regex_budget import RegexBudget, limited


@contextmanager
def limited_regexes() -> Iterator[RegexBudget]:
    """Limit all searches in this context: by the budget of the run, or by a new one outside of a run."""
    with limited(_is_linear) as budget:
        yield budget


def _is_linear(expression: str) -> bool:
    """Whether a regex is proven to take linear time."""
    from lyncphone_logs.grammar.linearity import UnsupportedElement
    from lyncphone_logs.grammar.search_linearity import check_search

    try:
        check_search(expression)
    except (UnsupportedElement, re.error, RecursionError, OverflowError):
        return False
    return True
