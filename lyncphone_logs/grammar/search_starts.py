"""Finds where a match of a pattern may start: the sets of its first character and of the characters before it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from lyncphone_logs.grammar import linearity
from lyncphone_logs.grammar.linearity import ALL, MAX_COUNTED, UnsupportedElement
from lyncphone_logs.grammar.regex_linearity import Region, category, character_class, folded

MAX_STARTS = 1000
"""Different ways to start that are compared."""
SINGLE = frozenset({"LITERAL", "NOT_LITERAL", "ANY", "IN", "SET"})
"""Items that match one character."""
_NEWLINE = linearity.mask("\n")
_NEAR_TURNS, _FAR_TURNS = ("AT", "NEAR"), ("AT", "FAR")
"""Stand for the further turns of a repetition: nothing follows its first turn at once, and perhaps nothing soon."""
_Items = Sequence[Any]


class Start(NamedTuple):
    """One way to start: the set of the first character, and the sets of those before it, the nearest first.

    An empty set before it means the beginning of the text. `soon`: sets of which a character must follow within a
    constant, or else the match fails before it looks far.
    """

    first: int
    before: tuple[int, ...] = ()
    soon: tuple[int, ...] = ()

    def is_rare_in(self, stretch: int) -> bool:
        """Whether each stretch of these characters has a constant number of such starts that look far."""
        return not all(each & stretch for each in (self.first, *self.before, *self.soon))

    def after(self, *sets: int) -> "Start":
        """The same start with further conditions on the characters before it."""
        return self._replace(before=tuple(one & other for one, other in zip_longest(self.before, sets, fillvalue=ALL)))


class Starts:
    """The ways in which a match may start. Raises UnsupportedElement if there are more than MAX_STARTS."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._count = 0

    def of(self, items: _Items, so_far: Start) -> Iterator[Start]:
        """The starts of the items of a bare pattern, restricted to those permitted by what was before them."""
        if not items:
            yield self._counted(so_far)
            return
        (op, value), rest = items[0], items[1:]
        if op == "BRANCH":
            for branch in value[1]:
                yield from self.of([*branch, *rest], so_far)
        elif op in ("SUBPATTERN", "ATOMIC_GROUP"):
            yield from self.of([*(value[-1] if op == "SUBPATTERN" else value), *rest], so_far)
        elif op.endswith("_REPEAT"):
            yield from self._of_repetition(value, rest, so_far)
        elif op in SINGLE:
            yield self._counted(self._at(self._region.characters(op, value), rest, so_far))
        elif op != "FAILURE":
            if op.startswith("ASSERT") and value[0] > 0 and self._region.facts(value[1]).scanned:
                yield from self.of(value[1], so_far)  # it looks far before the characters after it are tested
            for start in self._after_test(op, value, so_far):
                yield from self.of(rest, start)

    def _of_repetition(self, value: Any, rest: _Items, so_far: Start) -> Iterator[Start]:
        low, high, body = value
        if not low:
            yield from self.of(rest, so_far)
        if high:
            turns = _FAR_TURNS if high > MAX_COUNTED or self._region.facts(body).scanned else _NEAR_TURNS
            yield from self.of([*body, *([turns] if high > 1 else []), *rest], so_far)

    def _counted(self, start: Start) -> Start:
        self._count += 1
        if self._count > MAX_STARTS:
            raise UnsupportedElement("it has too many ways to start", "write fewer alternatives and optional parts")
        return start

    def _at(self, characters: int, rest: _Items, so_far: Start) -> Start:
        """The start at one of these characters; a look behind may follow, as in `[ ](?<![ ][ ])`."""
        start = Start(so_far.first & characters, so_far.before, tuple(self._soon(rest)))
        if rest and rest[0][0] == "ASSERT_NOT" and rest[0][1][0] < 0:
            behind = rest[0][1][1]
            if len(behind) == 2 and not characters & ~self._certain(behind[1:]):
                return start.after(ALL & ~self._certain(behind[:1]))
        return start

    def _soon(self, items: _Items) -> Iterator[int]:
        """The sets of the characters that the items require, up to their first part that may look far."""
        for op, value in items:
            if op in SINGLE:
                yield self._region.characters(op, value)
            elif op in ("SUBPATTERN", "ATOMIC_GROUP") or (op.endswith("_REPEAT") and value[0]):
                yield from self._soon(value if op == "ATOMIC_GROUP" else value[-1])
            if (op, value) == _FAR_TURNS or self._region.item(op, value).scanned:
                return

    def _after_test(self, op: str, value: Any, so_far: Start) -> Iterator[Start]:
        if op == "AT":
            yield from self._at_place(str(value), so_far)
            return
        is_behind, body = value[0] < 0, value[1]
        if op == "ASSERT_NOT":
            others = ALL & ~self._certain(body)
            yield so_far.after(others) if is_behind else so_far._replace(first=so_far.first & others)
        elif is_behind:
            yield so_far.after(*(self._possible(item) for item in reversed(body)))
        else:
            facts = self._region.facts(body)
            yield so_far if facts.empty else so_far._replace(first=so_far.first & facts.first)

    def _at_place(self, place: str, so_far: Start) -> Iterator[Start]:
        is_of_line = place == "AT_BEGINNING" and self._region.flags & re.MULTILINE
        if place in ("AT_BEGINNING_STRING", "AT_BEGINNING"):
            yield so_far.after(_NEWLINE if is_of_line else 0)
        elif place in ("AT_BOUNDARY", "AT_NON_BOUNDARY"):
            word = category("CATEGORY_WORD", self._region.flags & re.ASCII)
            for here in (word, ALL & ~word):
                start = so_far._replace(first=so_far.first & here)
                yield start.after(ALL & ~here if place == "AT_BOUNDARY" else here)
        else:
            yield so_far

    def _possible(self, item: Any) -> int:
        """The characters that an item of a look behind may accept, which is taken to be one character wide."""
        op, value = item
        if op == "BRANCH" and all(len(branch) == 1 for branch in value[1]):
            return _union(self._possible(branch[0]) for branch in value[1])
        return self._region.characters(op, value) if op in SINGLE else ALL

    def _certain(self, body: _Items) -> int:
        """The characters that a test of one character accepts for certain; none, if it looks at several."""
        if len(body) != 1:
            return 0
        op, value = body[0]
        if op == "BRANCH":
            return _union(map(self._certain, value[1]))
        if op == "SUBPATTERN":
            return self._certain(value[-1])
        return self._certain_single(op, value) if op in SINGLE else 0

    def _certain_single(self, op: str, value: Any) -> int:
        flags = self._region.flags
        if op == "ANY":
            return ALL & ~_NEWLINE
        items = value if op == "IN" else [("LITERAL", value)]
        if op != "NOT_LITERAL" and str(items[0][0]) != "NEGATE":
            return ALL & ~character_class([("NEGATE", None), *items], flags & re.ASCII)
        accepted = character_class([each for each in items if str(each[0]) != "NEGATE"], flags & re.ASCII)
        return ALL & ~(folded(accepted, flags) if flags & re.IGNORECASE else accepted)


def _union(sets: Iterable[int]) -> int:
    result = 0
    for characters in sets:
        result |= characters
    return result
