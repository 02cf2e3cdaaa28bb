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
from dataclasses import dataclass

import pyparsing as pp

from lyncphone_logs.rendering import render

_PROBES = [  # pattern with a group a, text, span of the match, span of a
    (r"(?>(?:(?P<a>x)|y)*)", "xy", (0, 2), (0, 1)),
    (r"(?>(?:(?>(?P<a>x)y|)x)*)", "xyxx", (0, 4), (0, 1)),
    (r"(?>(?:ab?c)*)(?P<a>)", "aca", (0, 2), (2, 2)),
    (r"(?:ab?c)*+(?P<a>)", "aca", (0, 2), (2, 2)),
    (r"[ab]*+(?P<a>b?)", "abab", (0, 4), (4, 4)),
]


def check_engine(probes: list[tuple[str, str, tuple[int, int], tuple[int, int]]] = _PROBES) -> None:
    """Raises RuntimeError when this Python's `re` gets atomic groups wrong (cpython 106052, until 3.11.4)."""
    for pattern, text, span, group in probes:
        found = re.match(pattern, text)
        if found is None or (found.span(), found.span("a")) != (span, group):
            raise RuntimeError(f"this Python's re gets {pattern} wrong (cpython 106052); use Python 3.11.5 or newer")


check_engine()


@dataclass(frozen=True, slots=True)
class CompiledExpression:
    """`pattern` is made for `fullmatch`; `fields` in order of first appearance; `groups`: each field's group numbers.

    `literals`: texts of which at least one occurs, in this case, in every text that matches; () if none is known.
    """

    pattern: re.Pattern[str]
    fields: tuple[str, ...]
    literals: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]

    def match(self, text: str) -> dict[str, tuple[int, int]] | None:
        """Spans of the fields that took part, or None when the text does not match."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        spans: tuple[tuple[int, int], ...] = found.regs
        fields = {}
        for field, groups in zip(self.fields, self.groups, strict=True):
            # What a name matches later begins where it ended before, or behind that; groups without a match are at -1.
            span = spans[groups[0]] if len(groups) == 1 else max([spans[group] for group in groups])
            if span[0] >= 0:
                fields[field] = span
        return fields


def compile_expression(expression: pp.ParserElement, *, where: str = "") -> CompiledExpression:
    """Renders the expression; raises `GrammarError` with the element, the reason and what to use instead."""
    part, names = render(expression, where)
    pattern = re.compile(part.pattern)
    numbers: dict[str, list[int]] = {}
    for group, number in sorted(pattern.groupindex.items(), key=lambda item: item[1]):
        numbers.setdefault(names[int(group[1:])], []).append(number)
    return CompiledExpression(pattern, tuple(numbers), part.literals, tuple(map(tuple, numbers.values())))
