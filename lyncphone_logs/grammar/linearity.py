"""Proves that a compiled pattern matches in linear time. The proof is built together with the pattern.

Every element has `MatchFacts`. Sets of characters are bit masks and may be too large, never too small: one bit for each
ASCII character and each typographic quote, and four for the rest of Unicode (word, digit, space, other). "Far" means
further than a constant that depends only on the grammar. The one question is whether a position of the text can be
examined far more often than a constant: a repetition is refused if a turn may look far beyond the text that it matches,
because the next turn may look there again.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

UNBOUNDED = sys.maxsize
MAX_COUNTED = 64
"""Counted repetitions up to this are constants of the grammar; longer ones are treated as unbounded."""
ASCII = (1 << 128) - 1
WORD, DIGIT, SPACE, OTHER = (1 << bit for bit in range(128, 132))
QUOTES = {"“": 1 << 132, "”": 1 << 133, "‘": 1 << 134, "’": 1 << 135}
EXACT = ASCII | sum(QUOTES.values())
"""The characters with a bit of their own."""
ALL = (1 << 136) - 1


class UnsupportedElement(Exception):
    """An element that cannot be used; `because` and `help` are for the grammar's author."""

    def __init__(self, because: str, help: str) -> None:
        super().__init__(because)
        self.because = because
        self.help = help


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """What holds for every match of an element. The default is the element that matches only the empty text.

    `empty`: it may match the empty text · `fallible`: it may fail · `first`: characters that it may examine first ·
    `alphabet`: characters that it may match · `endless`: those of its unbounded parts · `fails`: characters of the far
    stretches that it may examine before it fails · `overshoots`: the same beyond the end of a match · `tail`: what
    would have continued a repetition at its end · `outside(characters)`: whether every match contains a character that
    is not one of these.
    """

    empty: bool = True
    fallible: bool = False
    first: int = 0
    alphabet: int = 0
    endless: int = 0
    fails: int = 0
    overshoots: int = 0
    tail: int = 0
    outside: Callable[[int], bool] = lambda characters: False

    @property
    def scanned(self) -> int:
        """Characters of all far stretches that it may examine."""
        return self.endless | self.fails | self.overshoots


NOTHING = MatchFacts()
TEST = MatchFacts(fallible=True)
"""A test of the neighbouring characters, such as a word boundary."""


def mask(characters: Iterable[str]) -> int:
    """The set of the characters as bits."""
    result = 0
    for character in characters:
        result |= 1 << ord(character) if character < "\x80" else QUOTES.get(character) or _class_of(character)
    return result


def _class_of(character: str) -> int:
    if character.isdecimal():
        return DIGIT
    return WORD if character.isalnum() else SPACE if character.isspace() else OTHER


_BLANKS = mask(" \t\r\n")


def one(characters: int) -> MatchFacts:
    """One character of a set."""
    return MatchFacts(False, True, characters, characters, outside=lambda others: not characters & others)


def run(characters: int, low: int, high: int) -> MatchFacts:
    """From `low` to `high` characters of a set, as many as possible, none of them given back."""
    endless = characters if high > MAX_COUNTED else 0
    fails = characters if low > MAX_COUNTED else 0
    return MatchFacts(
        low == 0, low > 0, characters, characters, endless, fails,
        outside=lambda others: low > 0 and not characters & others,
    )  # fmt: skip


def sequence(*parts: MatchFacts) -> MatchFacts:
    """One part after the other."""
    whole = NOTHING
    for part in parts:
        whole = _then(whole, part)
    return replace(whole, outside=lambda characters: any(part.outside(characters) for part in parts))


def _then(before: MatchFacts, part: MatchFacts) -> MatchFacts:
    return MatchFacts(
        empty=before.empty and part.empty,
        fallible=before.fallible or part.fallible,
        first=before.first | (part.first if before.empty else 0),
        alphabet=before.alphabet | part.alphabet,
        endless=before.endless | part.endless,
        fails=before.fails | part.fails | (before.endless | before.overshoots if part.fallible else 0),
        overshoots=before.overshoots | part.overshoots,
        tail=part.tail | (before.tail if part.empty else 0),
    )


def choice(*parts: MatchFacts) -> MatchFacts:
    """The first part that matches."""
    fallible = all(part.fallible for part in parts)
    fails = _union(part.fails for part in parts)
    earlier_fails = _union(part.fails for number, part in enumerate(parts, 1) if _may_follow(part, parts[number:]))
    return MatchFacts(
        empty=any(part.empty for part in parts),
        fallible=fallible,
        first=_union(part.first for part in parts),
        alphabet=_union(part.alphabet for part in parts),
        endless=_union(part.endless for part in parts),
        fails=fails if fallible else 0,
        overshoots=earlier_fails | _union(part.overshoots for part in parts),
        tail=_union(part.tail for part in parts),
        outside=lambda characters: all(part.outside(characters) for part in parts),
    )


def _may_follow(failed: MatchFacts, later: Sequence[MatchFacts]) -> bool:
    """Whether one of the later alternatives may match a text that the failed one began to examine."""
    return any(part.empty or part.first & failed.first for part in later)


def _union(sets: Iterable[int]) -> int:
    result = 0
    for characters in sets:
        result |= characters
    return result


def repeated(body: MatchFacts, low: int, high: int) -> MatchFacts:
    """From `low` to `high` turns. Raises UnsupportedElement if a turn may be empty, or examine the text of another."""
    if body.empty:
        raise UnsupportedElement(
            "a turn of the repetition may match no text, so it could repeat forever",
            "repeat an element that matches text",
        )
    if high > MAX_COUNTED:
        _check_turns(body)
    later_fails = body.scanned | (body.alphabet if low > MAX_COUNTED else 0)
    return MatchFacts(
        empty=low == 0,
        fallible=low > 0,
        first=body.first,
        alphabet=body.alphabet,
        endless=body.alphabet if high > MAX_COUNTED else body.endless,
        fails=later_fails if low > 1 else body.fails if low else 0,
        overshoots=body.overshoots | body.fails,
        tail=body.first,
        outside=lambda characters: low > 0 and body.outside(characters),
    )


def _check_turns(body: MatchFacts) -> None:
    if body.overshoots and not body.outside(body.overshoots):
        raise UnsupportedElement(
            "a turn of the repetition may look far beyond its match, and the next turn may look there again",
            "begin alternatives and optional parts with different texts, or move their common beginning before them",
        )
    if body.tail & body.first & ~_BLANKS:
        raise UnsupportedElement(
            "the inner repetition matches the beginning of the next turn of the outer one",
            "use one repetition, or give the inner one a stop_on",
        )


def lookahead(part: MatchFacts) -> MatchFacts:
    """A test of the text that follows, positive or negative."""
    return MatchFacts(True, True, part.first, fails=part.scanned, overshoots=part.scanned)


def skipping(target: MatchFacts) -> MatchFacts:
    """All text up to the target, which is tried at each position.

    Raises UnsupportedElement if the target may look far before it fails.
    """
    if target.fails and (target.empty or target.first & target.fails):
        raise UnsupportedElement(
            "the target may look far ahead at each position before it fails",
            "skip to a fixed text (a literal, one_of) and parse the rest after it",
        )
    return MatchFacts(True, True, ALL, ALL, ALL, ALL, target.endless | target.overshoots)


def literals_of_sequence(sets: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The most selective of the literals of several parts: the longest shortest text, then the fewest texts."""
    return max(filter(None, sets), key=lambda texts: (min(map(len, texts)), -len(texts)), default=())


def literals_of_choice(sets: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The literals of all alternatives, or () if one of them has none."""
    return tuple(dict.fromkeys(text for texts in sets for text in texts)) if all(sets) else ()
