"""Proves linear time for any pattern, also for one that is searched for, that is, tried at every position of a text.

A match that fails after a far look is harmless, unless the search starts again within the text that it examined. So the
proof compares where a match may start (its first characters, and those before them) with the characters that it may
examine far ahead: only a constant number of positions of one far stretch may be starts. A stretch is of no concern if
the pattern requires a character shortly before it that it cannot contain, as in `"[^"]*"`: however many matches examine
it, they enter it at one position.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from lyncphone_logs.grammar import linearity
from lyncphone_logs.grammar.linearity import ALL, MAX_COUNTED, MatchFacts, UnsupportedElement
from lyncphone_logs.grammar.regex_linearity import Region, parser
from lyncphone_logs.grammar.search_starts import SINGLE, Start, Starts

_Items = Sequence[Any]
_Fences = frozenset[int]


@lru_cache(maxsize=1024)
def check_match(pattern: str | bytes, flags: int = 0) -> None:
    """Raises UnsupportedElement if a match at one position may take more than linear time, and `re.error`."""
    for tree, region in _alternatives(pattern, flags):
        region.facts_within(tree)


@lru_cache(maxsize=1024)
def check_search(pattern: str | bytes, flags: int = 0) -> None:
    """Raises UnsupportedElement if a search for a pattern may take more than linear time, and `re.error`."""
    for tree, region in _alternatives(pattern, flags):
        region.facts_within(tree)
        rest, _ = _Fencing(region).items(tree, frozenset())
        facts = region.facts(rest)
        stretch = facts.fails | facts.overshoots
        if not all(start.is_rare_in(stretch) for start in Starts(region).of(tree, Start(ALL))):
            raise UnsupportedElement(
                "the search may start again within the text that a failed match has examined",
                "begin with a text that does not repeat, forbid with (?<!...) what may precede it, or bound the"
                " repetition",
            )


def _alternatives(pattern: str | bytes, flags: int) -> Iterator[tuple[_Items, "_FarRegion"]]:
    """The alternatives of a parsed pattern: each adds its own time to the time of the others."""
    tree = parser.parse(pattern, flags)
    all_flags = tree.state.flags | _inner_flags(tree) | (re.ASCII if isinstance(pattern, bytes) else 0)
    for items in _distributed(_Bare().items(tree)):
        yield items, _FarRegion(all_flags)


def _distributed(items: list[Any]) -> Iterator[list[Any]]:
    """The items with each branch of the first choice among them."""
    for number, (op, value) in enumerate(items):
        before, after = items[:number], items[number + 1 :]
        if op == "SUBPATTERN":
            yield from _distributed([*before, *value[-1], *after])
            return
        if op == "BRANCH":
            yield from ([*before, *branch, *after] for branch in value[1])
            return
    yield items


def _inner_flags(items: Iterable[Any]) -> int:
    """The flags of all groups. With more of them, the sets of characters only get larger, which is safe."""
    flags = 0
    for op, value in items:
        if str(op) == "SUBPATTERN":
            flags |= value[1]
        for part in _bodies(str(op), value):
            flags |= _inner_flags(part)
    return flags


def _bodies(op: str, value: Any) -> list[_Items]:
    if op == "BRANCH":
        return list(value[1])
    if op == "GROUPREF_EXISTS":
        return list(filter(None, value[1:]))
    if op == "ATOMIC_GROUP":
        return [value]
    is_compound = op.endswith("_REPEAT") or op.startswith("ASSERT") or op == "SUBPATTERN"
    return [value[-1]] if is_compound else []


class _Bare:
    """Rewrites a parsed pattern: without names and flags of groups, and with the group itself for each back reference.

    A condition about a group becomes a choice.
    """

    def __init__(self) -> None:
        self._groups: dict[int, list[Any]] = {}

    def items(self, items: Iterable[Any]) -> list[Any]:
        """The rewritten items."""
        return [self._item(str(op), value) for op, value in items]

    def _item(self, op: str, value: Any) -> tuple[str, Any]:
        if op == "SUBPATTERN":
            inner = self.items(value[-1])
            self._groups[value[0]] = inner
            return op, (None, 0, 0, inner)
        if op == "GROUPREF":  # it has no choice, and its text may repeat as that of the group does
            return "ATOMIC_GROUP", self._groups.get(value, [])
        if op in ("BRANCH", "GROUPREF_EXISTS"):
            branches = value[1] if op == "BRANCH" else (value[1], value[2] or ())
            return "BRANCH", (None, [self.items(branch) for branch in branches])
        if op == "ATOMIC_GROUP":
            return op, self.items(value)
        if op.endswith("_REPEAT") or op.startswith("ASSERT"):
            return op, (*value[:-1], self.items(value[-1]))
        return op, value


class _FarRegion(Region):
    """A region whose lookaheads may look far, and in which what gives nothing back may be repeated."""

    def item(self, op: str, value: Any) -> MatchFacts:
        if op == "SET":
            return linearity.one(value)
        facts = super().item(op, value)
        return replace(facts, tail=0) if op in ("ATOMIC_GROUP", "POSSESSIVE_REPEAT") else facts

    def lookaround(self, direction: int, body: Any) -> MatchFacts:
        if direction < 0:  # the stdlib looks a fixed way behind
            return linearity.TEST
        return linearity.lookahead(self.inner().facts_within(list(body)))


class _Fencing:
    """Rewrites a pattern without the stretches that each match enters at the same position.

    A fence is the set of the characters of which one must be at most a constant before a position.
    """

    def __init__(self, region: Region) -> None:
        self._region = region

    def items(self, items: _Items, fences: _Fences) -> tuple[list[Any], _Fences]:
        """The rewritten items, and the fences at their end."""
        found = []
        for op, value in items:
            item, fences = self._item(op, value, fences)
            found.append(item)
        return found, fences

    def _item(self, op: str, value: Any, fences: _Fences) -> tuple[Any, _Fences]:
        if op in SINGLE:
            return (op, value), fences | {self._region.characters(op, value)}
        if op in ("SUBPATTERN", "ATOMIC_GROUP"):
            inner, after = self.items(value if op == "ATOMIC_GROUP" else value[-1], fences)
            return (op, inner if op == "ATOMIC_GROUP" else (None, 0, 0, inner)), after
        if op == "BRANCH":
            branches = [self.items(branch, fences) for branch in value[1]]
            common = frozenset.intersection(*(after for _, after in branches))
            return (op, (None, [inner for inner, _ in branches])), common
        if op.startswith("ASSERT") and value[0] > 0:
            return (op, (value[0], self.items(value[1], fences)[0])), fences
        return self._repetition(op, value, fences) if op.endswith("_REPEAT") else ((op, value), fences)

    def _repetition(self, op: str, value: Any, fences: _Fences) -> tuple[Any, _Fences]:
        low, high, body = value
        facts = self._region.facts(body)
        if high <= MAX_COUNTED:
            inner, after = self.items(body, frozenset() if facts.endless and high > 1 else fences)
            return (op, (low, high, inner)), after if low else frozenset() if facts.endless else fences
        examined = facts.alphabet | facts.scanned
        after = frozenset({facts.alphabet} if low and len(body) == 1 and body[0][0] in SINGLE else ())
        if any(not fence & examined for fence in fences):
            return ("POSSESSIVE_REPEAT", (min(low, 1), 2, [("SET", examined)])), after
        return (op, (low, high, self.items(body, frozenset())[0])), after
