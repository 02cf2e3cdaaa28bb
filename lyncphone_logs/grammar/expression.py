"""A compiled expression: the pattern of the stdlib `re` that does the work of a pyparsing expression.

It says nothing about how it was made, so that one that was kept on disk needs no pyparsing.
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
    """Raises RuntimeError when this Python's `re` gets atomic groups wrong (cpython 106052, until 3.11.4)."""
    for pattern, text, span, group in probes:
        found = re.match(pattern, text)
        if found is None or (found.span(), found.span("a")) != (span, group):
            raise RuntimeError(f"this Python's re gets {pattern} wrong (cpython 106052); use Python 3.11.5 or newer")


check_engine()


@dataclass(frozen=True)
class CompiledExpression:
    """`rendered` is the text of `pattern`; `fields` in order of first appearance; `groups`: each field's group numbers.

    `literals`: texts of which at least one occurs, in this case, in every text that matches; () if none is known.
    `first` has only the first alternative of the choice that the expression is, or ends with: what matches it matches
    the whole, with the same fields.
    """

    rendered: str
    fields: tuple[str, ...]
    literals: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    first: "CompiledExpression | None" = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, made for `fullmatch`; compiled when it is first needed, since most are not in most runs."""
        return re.compile(self.rendered)

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
