"""What a grammar expects at a place of a line, in few words: the names of fields and elements, and literals."""

from typing import Any

import pyparsing as pp

MAY_BE_EMPTY = (pp.Opt, pp.ZeroOrMore, pp.NotAny, pp.FollowedBy)


def shortly_named(expression: Any) -> Any:
    """The expression, in which each element that has no name of its own is named after what it may begin with.

    Names are what `ParseException.msg` says of an element, as in "Expected sequence or '|=='".
    """
    elements = [each for each in (expression, *expression.visit_all()) if not isinstance(each, pp.Literal)]
    names = [(each, " or ".join(_beginnings(each))) for each in elements]
    for element, name in names:
        element.set_name(name or str(element))
    return expression


def _beginnings(element: Any) -> list[str]:
    """What the element may begin with, each once; nothing for one that only looks ahead."""
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
    end = next((place for place, each in enumerate(parts, 1) if not isinstance(each, MAY_BE_EMPTY)), len(parts))
    return parts[:end]
