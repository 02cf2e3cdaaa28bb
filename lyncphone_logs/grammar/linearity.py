"""The static proof that a compiled pattern takes linear time, built together with the pattern.

Every element has `MatchFacts`. Sets of characters are over-approximated: one bit for each ASCII character and four for
the rest of Unicode (word, digit, space, other). "Far" means further than a constant that depends on the grammar alone.
The one question is whether a place of the text can be looked at far more often than a constant: a repetition is
refused when a turn may look far ahead of what it takes and the next turn may look there again.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

MANY = sys.maxsize
FEW = 64  # counted repetitions up to here are constants of the grammar, longer ones count as endless
ASCII = (1 << 128) - 1
WORD, DIGIT, SPACE, OTHER = (1 << place for place in range(128, 132))
ALL = (1 << 132) - 1


class UnsupportedElement(Exception):
    """An element that cannot be used; `because` and `help` are for the grammar's author."""

    def __init__(self, because: str, help: str) -> None:
        super().__init__(because)
        self.because = because
        self.help = help


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """What is known of every match of an element; the default is the element that matches the empty text.

    `first`: characters that it may look at first · `alphabet`: characters that it may take · `endless`: those of its
    parts without bound · `fails`, `overshoots`: characters of the far stretches that it may look at before it fails,
    or behind the end of what it takes · `tail`: what would have continued a repetition at its end ·
    `outside(some)`: whether each match surely takes a character that is not in `some`.
    """

    empty: bool = True
    fallible: bool = False
    first: int = 0
    alphabet: int = 0
    endless: int = 0
    fails: int = 0
    overshoots: int = 0
    tail: int = 0
    outside: Callable[[int], bool] = lambda some: False

    @property
    def scanned(self) -> int:
        return self.endless | self.fails | self.overshoots


NOTHING = MatchFacts()
TEST = MatchFacts(fallible=True)  # a look at the neighbouring characters


def mask(characters: Iterable[str]) -> int:
    """The set of the characters as bits."""
    result = 0
    for character in characters:
        result |= 1 << ord(character) if character < "\x80" else _beyond(character)
    return result


def _beyond(character: str) -> int:
    if character.isdecimal():
        return DIGIT
    return WORD if character.isalnum() else SPACE if character.isspace() else OTHER


_BLANKS = mask(" \t\r\n")


def one(some: int) -> MatchFacts:
    """One character of a set."""
    return MatchFacts(False, True, some, some, outside=lambda other: not some & other)


def run(some: int, low: int, high: int) -> MatchFacts:
    """From `low` to `high` characters of a set, never given back."""
    far = some if high > FEW else 0
    fails = some if low > FEW else 0
    return MatchFacts(low == 0, low > 0, some, some, far, fails, outside=lambda other: low > 0 and not some & other)


def sequence(*parts: MatchFacts) -> MatchFacts:
    """One part after the other."""
    whole = NOTHING
    for part in parts:
        whole = _then(whole, part)
    return replace(whole, outside=lambda some: any(part.outside(some) for part in parts))


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
    earlier = _union(part.fails for part in parts[:-1])
    return MatchFacts(
        empty=any(part.empty for part in parts),
        fallible=fallible,
        first=_union(part.first for part in parts),
        alphabet=_union(part.alphabet for part in parts),
        endless=_union(part.endless for part in parts),
        fails=fails if fallible else 0,
        overshoots=earlier | _union(part.overshoots for part in parts),
        tail=_union(part.tail for part in parts),
        outside=lambda some: all(part.outside(some) for part in parts),
    )


def _union(sets: Iterable[int]) -> int:
    result = 0
    for some in sets:
        result |= some
    return result


def repeated(body: MatchFacts, low: int, high: int) -> MatchFacts:
    """From `low` to `high` turns; raises `UnsupportedElement`."""
    if body.empty:
        raise UnsupportedElement(
            "a turn of the repetition may take nothing and be repeated for ever", "repeat what takes text"
        )
    if high > FEW:
        _check_turns(body)
    again = body.scanned | (body.alphabet if high > FEW else 0)
    return MatchFacts(
        empty=low == 0,
        fallible=low > 0,
        first=body.first,
        alphabet=body.alphabet,
        endless=body.alphabet if high > FEW else body.endless,
        fails=again if low > 1 else body.fails if low else 0,
        overshoots=body.overshoots | body.fails,
        tail=body.first,
        outside=lambda some: low > 0 and body.outside(some),
    )


def _check_turns(body: MatchFacts) -> None:
    if body.overshoots and not body.outside(body.overshoots):
        raise UnsupportedElement(
            "a turn of the repetition may look far ahead of what it takes, and the next turn looks there again",
            "begin alternatives and optional parts with what tells them apart, or take out what they begin with",
        )
    if body.tail & body.first & ~_BLANKS:
        raise UnsupportedElement(
            "the inner repetition takes what the next turn of the outer one begins with",
            "use one repetition, or give the inner one a stop_on",
        )


def lookahead(part: MatchFacts) -> MatchFacts:
    """A look at what follows, wanted or not."""
    return MatchFacts(True, True, part.first, fails=part.scanned, overshoots=part.scanned)


def skipping(target: MatchFacts) -> MatchFacts:
    """Anything until the target, which is tried at each place; raises `UnsupportedElement`."""
    if target.fails and (target.empty or target.first & target.fails):
        raise UnsupportedElement(
            "the target may look far ahead at each place where it fails",
            "skip to a text that is known (a literal, one_of) and parse the rest after it",
        )
    return MatchFacts(True, True, ALL, ALL, ALL, ALL, target.endless | target.overshoots)


def best(sets: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The most selective of several necessary sets of texts: the longest shortest text, then the fewest texts."""
    return max(filter(None, sets), key=lambda texts: (min(map(len, texts)), -len(texts)), default=())


def any_of(sets: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The necessary set of a choice: the texts of all alternatives, or () when one of them has none."""
    return tuple(dict.fromkeys(text for texts in sets for text in texts)) if all(sets) else ()
