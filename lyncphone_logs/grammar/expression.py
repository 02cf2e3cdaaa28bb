"""A compiled expression: a pattern of the stdlib `re` that matches what a pyparsing expression matches.

This module does not know how it is compiled, so an expression from the cache needs no pyparsing.
"""

import re
from dataclasses import dataclass
from functools import cached_property

_PROBES = [  # pattern with a group a, text, span of the match, span of a
    (r"(?>(?:(?P<a>x)|y)*)", "xy", (0, 2), (0, 1)),
    (r"(?>(?:(?>(?P<a>x)y|)x)*)", "xyxx", (0, 4), (0, 1)),
    (r"(?>(?:ab?c)*)(?P<a>)", "aca", (0, 2), (2, 2)),
    (r"(?:ab?c)*+(?P<a>)", "aca", (0, 2), (2, 2)),
    (r"[ab]*+(?P<a>b?)", "abab", (0, 4), (4, 4)),
]


def check_engine(probes: list[tuple[str, str, tuple[int, int], tuple[int, int]]] = _PROBES) -> None:
    """Raises RuntimeError if this Python's `re` handles atomic groups wrongly (cpython issue 106052, up to 3.11.4)."""
    for pattern, text, span, group in probes:
        found = re.match(pattern, text)
        if found is None or (found.span(), found.span("a")) != (span, group):
            raise RuntimeError(f"this Python's re gets {pattern} wrong (cpython 106052); use Python 3.11.5 or newer")


check_engine()


@dataclass(frozen=True)
class CompiledExpression:
    """`rendered` is the text of `pattern`; `fields` in order of first appearance; `groups`: each field's group numbers.

    `literals`: texts of which at least one occurs, in this case, in every text that matches; () if none is known.
    """

    rendered: str
    fields: tuple[str, ...]
    literals: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, made for `fullmatch`. Compiled on first use, because most runs need few of the patterns."""
        return re.compile(self.rendered)

    def match(self, text: str) -> dict[str, tuple[int, int]] | None:
        """The span (start, end) of each field that took part, or None if the text does not match."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        spans: tuple[tuple[int, int], ...] = found.regs
        fields = {}
        for field, groups in zip(self.fields, self.groups, strict=True):
            # The last match of a name counts. It begins at or after the end of the one before; no match is (-1, -1).
            span = spans[groups[0]] if len(groups) == 1 else max([spans[group] for group in groups])
            if span[0] >= 0:
                fields[field] = span
        return fields
