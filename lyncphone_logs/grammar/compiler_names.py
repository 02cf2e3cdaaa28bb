"""Compiles a pyparsing expression, which is the specification, to one pattern of the stdlib `re`, which does the work.

The pattern matches exactly what `expression.copy().parse_with_tabs().parse_string(text, parse_all=True)` accepts in
pyparsing 3.3: ordered choice, greedy repetition that never goes back, each element's own skipping of blanks. What
cannot be rendered exactly, or not shown to take linear time, is refused.

A field is the text that the named element spans, from behind the skipped blanks, also within a Group. A name that is
matched several times in one text gives its last span; the name of an optional part or of a repetition is absent when
nothing of it stands there. The name `_skipped`, which pyparsing gives to `...`, is no field.

One known difference: `CaselessLiteral` and `CaselessKeyword` of pyparsing compare `str.upper()`, and so take a ligature
(U+FB01 for FI, U+00DF for SS) as the end of a text for two letters; the pattern does not.
"""

import re
from dataclasses import replace

import pyparsing as pp

from lyncphone_logs.grammar.compiler import render
from lyncphone_logs.grammar.elements import Part
from lyncphone_logs.grammar.expression import CompiledExpression


def compile_expression(expression: pp.ParserElement, *, where: str = "") -> CompiledExpression:
    """Renders the expression; raises `GrammarError` with the element, the reason and what to use instead."""
    whole, short = _compiled(*render(expression, where)), _first_only(expression)
    return replace(whole, first=_compiled(*render(short, where))) if short else whole


def _first_only(expression: pp.ParserElement) -> pp.ParserElement | None:
    """The expression with only the first alternative of the choice that it is, or ends with; None without one."""
    whole = last = expression.copy().streamline()
    while isinstance(last, pp.And) and last.exprs:
        last = last.exprs[-1]
    if type(last) is not pp.MatchFirst:
        return None
    last.exprs = last.exprs[:1]
    return whole


def _compiled(part: Part, names: list[str]) -> CompiledExpression:
    numbers: dict[str, list[int]] = {}
    for group, number in sorted(re.compile(part.pattern).groupindex.items(), key=lambda item: item[1]):
        numbers.setdefault(names[int(group[1:])], []).append(number)
    return CompiledExpression(part.pattern, tuple(numbers), part.literals, tuple(map(tuple, numbers.values())))
