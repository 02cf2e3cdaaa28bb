"""Proves linear time for the regular expressions that users write, in which the stdlib `re` may backtrack.

Every choice (how often to repeat, which branch to take) must be decided by the next character, so that backtracking
fails at once. A choice that the next character does not decide is "open". Open choices are permitted outside of
repetitions: branches and counted repetitions multiply the time by a constant, and one endless repetition may be open if
giving back a character takes constant time (`.*foo`).
"""

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Self

from lyncphone_logs.grammar import linearity
from lyncphone_logs.grammar.linearity import (
    ALL,
    ASCII,
    EXACT,
    MAX_COUNTED,
    NOTHING,
    TEST,
    MatchFacts,
    UnsupportedElement,
)

parser: Any = importlib.import_module("re._parser")
_constants: Any = importlib.import_module("re._constants")
MAX_PATHS = 1000
"""Ways to match that open choices may multiply to."""
_EXAMPLES = [*map(chr, range(128)), "\u00e9", "\u0663", "\u2003", "\u2014", *linearity.QUOTES]
"""All of ASCII, and one character of each class beyond it."""
_FOLDED_BEYOND_ASCII = linearity.mask("kKsSiI")
"""ASCII letters that a character beyond ASCII equals if case is ignored: Kelvin sign, long s, dotted and dotless i."""
_UNSUPPORTED = {
    "GROUPREF": ("it refers back to a group", "write the text twice, or parse it and compare afterwards"),
    "GROUPREF_EXISTS": ("it refers back to a group", "use two alternatives"),
}


@lru_cache(maxsize=1024)  # a grammar uses the same few elements again and again
def regex_facts(pattern: str, flags: int) -> tuple[MatchFacts, tuple[str, ...]]:
    """Facts and literals (see `CompiledExpression`) of a regular expression of the stdlib.

    Raises UnsupportedElement if it may take more than linear time or cannot be rendered, and `re.error`.
    """
    tree = parser.parse(pattern, flags)
    if tree.state.groups > 1:
        raise UnsupportedElement("it has capturing groups", "write (?:...), and name the element with a results name")
    facts = Region(tree.state.flags).facts_within(list(tree))
    ignores_case = tree.state.flags & re.IGNORECASE
    return replace(facts, tail=0), () if ignores_case else _literals(list(tree))


def literals_of(pattern: str) -> Iterator[str]:
    """The texts that a pattern of `re` contains as such."""
    try:
        yield from _all_literals(parser.parse(pattern))
    except (re.error, RecursionError):
        return


def _all_literals(parsed: Any) -> Iterator[str]:
    run: list[str] = []
    for operation, argument in parsed:
        if operation is _constants.LITERAL:
            run.append(chr(argument))
            continue
        yield "".join(run)
        run.clear()
        yield from _inner(argument)
    yield "".join(run)


def _inner(argument: Any) -> Iterator[str]:
    if isinstance(argument, parser.SubPattern):
        yield from _all_literals(argument)
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _inner(each)


def _literals(items: Sequence[Any]) -> tuple[str, ...]:
    found: list[tuple[str, ...]] = []
    literal = ""
    for op, value in [*items, (None, None)]:
        if op is _constants.LITERAL:
            literal += chr(value)
            continue
        found += [(literal,)] if literal else []
        found.append(_literals_inside(str(op), value))
        literal = ""
    return linearity.literals_of_sequence(found)


def _literals_inside(op: str, value: Any) -> tuple[str, ...]:
    if op == "BRANCH":
        return linearity.literals_of_choice([_literals(list(branch)) for branch in value[1]])
    if op.endswith("_REPEAT"):
        return _literals(list(value[2])) if value[0] else ()
    return _literals(_grouped(op, value)) if op in ("SUBPATTERN", "ATOMIC_GROUP") else ()


def _grouped(op: str, value: Any) -> list[Any]:
    if op == "SUBPATTERN":
        if value[1] or value[2]:
            raise UnsupportedElement("it changes flags inside", "use flags= for the whole Regex")
        value = value[-1]
    return list(value)


class Region:
    """A part of the expression within which the engine may backtrack: all of it, or an atomic group.

    `paths` counts the ways to match that open choices multiply to, `open_repetitions` the open endless repetitions,
    `is_retried`: what follows an open choice may fail, so that another way is tried. They only
    grow, while `check` visits the items; `facts_within` reads them after that.
    """

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.paths = 1
        self.open_repetitions = 0
        self.is_retried = False

    def facts_within(self, items: Sequence[Any]) -> MatchFacts:
        """Facts of the region as a whole. Raises UnsupportedElement if a choice is open that may not be."""
        facts = self.facts(items)
        self.check(items, NOTHING, looped=False)
        if not self.is_retried:
            return facts
        return replace(facts, fails=facts.scanned, overshoots=facts.scanned)

    def inner(self) -> Self:
        """A region for a part within which the engine backtracks for itself."""
        return type(self)(self.flags)

    def facts(self, items: Sequence[Any]) -> MatchFacts:
        """Facts of some items of the region."""
        parts: list[MatchFacts] = []
        giving = 0
        for op, value in items:
            part = self.item(str(op), value)
            if part.empty and part.fallible:  # if a test fails, the parts before it give characters back
                part = replace(part, overshoots=part.overshoots | giving)
            if str(op) not in ("POSSESSIVE_REPEAT", "ATOMIC_GROUP"):
                giving |= part.endless
            parts.append(part)
        return linearity.sequence(*parts)

    def item(self, op: str, value: Any) -> MatchFacts:
        if op in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return linearity.one(self.characters(op, value))
        if op == "BRANCH":
            return linearity.choice(*(self.facts(list(branch)) for branch in value[1]))
        if op.endswith("_REPEAT"):
            return self.repetition(op, *value)
        if op == "SUBPATTERN":
            return self.facts(_grouped(op, value))
        if op == "ATOMIC_GROUP":
            return self.inner().facts_within(list(value))
        if op.startswith("ASSERT"):
            return self.lookaround(*value)
        if op in ("AT", "FAILURE"):
            return TEST
        raise UnsupportedElement(*_UNSUPPORTED.get(op, (f"{op} is not supported", "use a simpler expression")))

    def repetition(self, op: str, low: int, high: int, body: Any) -> MatchFacts:
        region = self.inner()
        facts = region.facts_within(list(body)) if op.startswith("POSSESSIVE") else self.facts(list(body))
        if (low, high) == (0, 1):
            return linearity.choice(facts, NOTHING)
        return linearity.repeated(facts, low, linearity.UNBOUNDED if high is _constants.MAXREPEAT else high)

    def lookaround(self, direction: int, body: Any) -> MatchFacts:
        if direction < 0:
            raise UnsupportedElement("it is a lookbehind", "put the text before it into the grammar")
        facts = self.inner().facts_within(list(body))
        if facts.scanned:
            raise UnsupportedElement("its lookahead may look far", "test a few characters only, or use FollowedBy or ~")
        return linearity.lookahead(facts)

    def check(self, items: Sequence[Any], after: MatchFacts, *, looped: bool) -> None:
        """Check each choice against what follows it. Raises UnsupportedElement.

        `after`: facts of what follows the items · `looped`: whether they are in a repetition.
        """
        for op, value in reversed(items):
            self.check_item(str(op), value, after, looped)
            after = linearity.sequence(self.item(str(op), value), after)

    def check_item(self, op: str, value: Any, after: MatchFacts, looped: bool) -> None:
        if op == "SUBPATTERN":
            self.check(_grouped(op, value), after, looped=looped)
        elif op == "BRANCH":
            self.check_branches([list(branch) for branch in value[1]], after, looped)
        elif op in ("MAX_REPEAT", "MIN_REPEAT"):
            self.check_repetition(*value, after=after, looped=looped)

    def check_branches(self, branches: list[list[Any]], after: MatchFacts, looped: bool) -> None:
        before, ways = self.paths, []
        for branch in branches:
            self.paths = before
            self.check(branch, after, looped=looped)
            ways.append((linearity.sequence(self.facts(branch), after).first, self.paths // before))
        self.paths = before
        most = max(sum(count for first, count in ways if first >> bit & 1) for bit in range(ALL.bit_length()))
        if most > max(count for _, count in ways):  # the branches that may begin alike are tried one after the other
            self.is_retried |= after.fallible
            self.add_open_choice(most, looped)
        else:
            self.paths *= max(count for _, count in ways)

    def check_repetition(self, low: int, high: int, body: Any, *, after: MatchFacts, looped: bool) -> None:
        items = list(body)
        facts = self.facts(items)
        loops = high > 1
        after_turn = linearity.choice(facts, after) if loops else after
        self.check(items, after_turn, looped=looped or loops)
        if low != high and facts.first & after.first:
            self.is_retried |= after.fallible
            if high > MAX_COUNTED:
                self.add_open_repetition(after, looped)
            else:
                self.add_open_choice(high - low + 1, looped)

    def add_open_choice(self, ways: int, looped: bool) -> None:
        self.paths *= ways
        if looped or self.paths > MAX_PATHS:
            raise UnsupportedElement(
                "the next character does not decide how to continue, and the time of backtracking multiplies",
                "let alternatives and what follows a repetition begin with different characters, or use (?>...)",
            )

    def add_open_repetition(self, after: MatchFacts, looped: bool) -> None:
        self.open_repetitions += 1
        far = after.fails and (after.empty or after.first & after.fails)
        if looped or far or self.open_repetitions > 1:
            raise UnsupportedElement(
                "a repetition and the text after it may begin with the same character, so it may be tried again at"
                " each position",
                "exclude that character from the repetition, make it possessive (*+), or split the Regex into elements",
            )

    def characters(self, op: str, value: Any) -> int:
        if op == "ANY":
            return ALL if self.flags & re.DOTALL else ALL & ~linearity.mask("\n")
        items = {"IN": value, "LITERAL": [(op, value)], "NOT_LITERAL": [("NEGATE", None), ("LITERAL", value)]}[op]
        characters = character_class(items, self.flags & re.ASCII)
        return folded(characters, self.flags) if self.flags & re.IGNORECASE else characters


def character_class(items: Sequence[Any], flags: int) -> int:
    """The set, or a larger one. Characters beyond ASCII have only a class, so negation never excludes one of them."""
    certain = possible = 0
    for op, value in items:
        members = _members(str(op), value, flags)
        possible |= members
        certain |= members & {"CATEGORY": ALL, "LITERAL": EXACT}.get(str(op), ASCII)
    return ALL & ~certain if str(items[0][0]) == "NEGATE" else possible


def _members(op: str, value: Any, flags: int) -> int:
    if op == "LITERAL":
        return linearity.mask(chr(value))
    if op == "RANGE":
        low, high = value
        return linearity.mask(map(chr, range(low, min(high, 127) + 1))) | (ALL & ~ASCII if high > 127 else 0)
    return category(str(value), flags) if op == "CATEGORY" else 0


@cache
def category(name: str, flags: int) -> int:
    letter = name.removeprefix("CATEGORY_").removeprefix("NOT_")[0].lower()
    escape = "\\" + (letter.upper() if "NOT_" in name else letter)
    return linearity.mask(sign for sign in _EXAMPLES if re.fullmatch(escape, sign, flags))


def folded(characters: int, flags: int) -> int:
    """The set with both cases of its letters."""
    for code in range(128):
        if characters >> code & 1 and chr(code).isalpha():
            characters |= linearity.mask(chr(code).swapcase())
    if flags & re.ASCII:
        return characters
    if characters & _FOLDED_BEYOND_ASCII:
        characters |= linearity.WORD
    return characters | (_FOLDED_BEYOND_ASCII if characters & linearity.WORD else 0)


MAX_WIDTH = 512
_BLANKS = r"[\t-\n\r ]*+"


def is_bounded(pattern: str) -> bool:
    """Whether a rendered pattern matches at most MAX_WIDTH characters, apart from runs of blanks.

    A search for such a pattern takes linear time: few positions are near enough to a run to scan it.
    """
    longest: int = parser.parse(pattern.replace(_BLANKS, "")).getwidth()[1]
    return longest <= MAX_WIDTH
