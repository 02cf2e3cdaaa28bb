"""Describes in few words what a grammar expects at a position of a line: names of fields and elements, and literals."""

from typing import Any

import pyparsing as pp

MAY_BE_EMPTY = (pp.Opt, pp.ZeroOrMore, pp.NotAny, pp.FollowedBy)


def shortly_named(expression: Any) -> Any:
    """The same expression, with each element but literals named after what it may begin with.

    Changes `expression` in place. `ParseException.msg` uses these names, as in "Expected sequence or '|=='".
    """
    elements = [element for element in (expression, *expression.visit_all()) if not isinstance(element, pp.Literal)]
    names = [" or ".join(_beginnings(element)) for element in elements]
    for element, name in zip(elements, names, strict=True):
        element.set_name(name or str(element))
    return expression


def _beginnings(element: Any) -> list[str]:
    """The names of what the element may begin with, without duplicates; none for a lookahead."""
    if element.customName or element.resultsName:
        return [element.customName or element.resultsName.replace("_", " ")]
    if isinstance(element, pp.NotAny | pp.FollowedBy):
        return []
    if isinstance(element, pp.And | pp.MatchFirst | pp.Or):
        parts = _first_of(element.exprs) if isinstance(element, pp.And) else element.exprs
        return list(dict.fromkeys(name for each in parts for name in _beginnings(each)))
    return _beginnings(element.expr) if isinstance(element, pp.ParseElementEnhance) else [str(element)]


def _first_of(parts: list[Any]) -> list[Any]:
    """The parts of a sequence up to the first that cannot be empty."""
    end = next((number for number, each in enumerate(parts, 1) if not isinstance(each, MAY_BE_EMPTY)), len(parts))
    return parts[:end]
