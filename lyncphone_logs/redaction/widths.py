"""The shape of a line without the widths of its numbers: counters gain digits while a phone runs.

Spans depend on the width of a number that stands alone only as far as it is one digit, up to three, or up to seven. So
a plan for one line serves for all that differ in widths within these classes: its positions are shifted.
"""

import re
from bisect import bisect_right
from itertools import accumulate

from lyncphone_logs.redaction.segments import MAX_SEGMENT, Part

_ALONE = re.compile(rb"(?<![\w.:+@/\\%&#~-])(?<!0[ -])0{2,7}(?![\w.:@/\\%&#~-]|[ -]0)")
"""Numbers that stand alone. All digits are zeros here."""
_IDENTIFIERS = re.compile(rb"(?<![0A-Za-z])(?:[A-Za-z]+0|0+[A-Za-z])[0A-Za-z]*")
_BEFORE_SHORT, _AFTER_SHORT = re.compile(rb"[\w.:+-]"), re.compile(rb"[\w.:-]")
_HEXADECIMAL = re.compile(rb"(0x)?[0a-f]{3,7}")
MIN_IDENTIFIER = 8
"""Runs of letters and digits from this length are all replaced, if at all, by the same rule, and so are shorter
hexadecimal numbers."""
_SHORT, _LONG = b"00", b"0000"


class Widths:
    """A shape, and where its numbers are wider than in `key`, which lines of all widths share."""

    def __init__(self, shape: bytes) -> None:
        self._places: list[int] = []
        self._added: list[int] = []
        if shape.isascii() and len(shape) <= MAX_SEGMENT:  # Where a longer line is divided depends on its widths.
            shape = _ALONE.sub(self._note, shape)
        self.key = _IDENTIFIERS.sub(_marks, shape)
        self._sums = [0, *accumulate(self._added)]

    def _note(self, found: re.Match[bytes]) -> bytes:
        new = _SHORT if len(found[0]) <= 3 else _LONG
        if len(found[0]) != len(new):
            self._places.append(found.end())
            self._added.append(len(found[0]) - len(new))
        return new

    def shortened(self, plan: tuple[Part, ...]) -> tuple[Part, ...]:
        """A plan for the line, as one for the key."""
        if not self._places:
            return plan
        return tuple(Part(self._back(start), self._back(end), kind) for start, end, kind in plan)

    def lengthened(self, plan: tuple[Part, ...]) -> tuple[Part, ...]:
        """A plan for the key, as one for the line."""
        if not self._places:
            return plan
        ends = [place - added for place, added in zip(self._places, self._sums[1:], strict=True)]
        return tuple(
            Part(start + self._sums[bisect_right(ends, start)], end + self._sums[bisect_right(ends, end)], kind)
            for start, end, kind in plan
        )

    def _back(self, place: int) -> int:
        return place - self._sums[bisect_right(self._places, place)]


def _marks(found: re.Match[bytes]) -> bytes:
    run = found[0]
    if len(run) >= MIN_IDENTIFIER:
        return b"\1" * len(run)
    start, end = found.span()
    is_alone = not _BEFORE_SHORT.match(found.string, start - 1, start) and not _AFTER_SHORT.match(found.string, end)
    if not is_alone or not (hexadecimal := _HEXADECIMAL.fullmatch(run)):
        return run
    before = hexadecimal[1] or b""
    return before + b"\1" * (len(run) - len(before))
