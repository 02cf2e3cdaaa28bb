"""Parts of a text that are replaced, and how those of a long text are found a segment at a time."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

MAX_SEGMENT = 1_000
"""Characters that are examined at a time: the time of some patterns grows with the square of a text."""
_CONTEXT = MAX_SEGMENT // 4
"""Segments overlap by twice as much. What begins within the context before the end of a segment is left to the next."""
_REST_OF_RUN, _REST_OF_TEXT = re.compile(r"[^\s\"'<>]*"), re.compile(r"[^\"'<>\r\n]*")


class Part(NamedTuple):
    """A part of a text. `kind` says how it is replaced."""

    start: int
    end: int
    kind: str


Find = Callable[[str, tuple[Part, ...]], list[Part]]
"""Finds the parts of a text to replace, given parts that are known."""


def segmented(text: str, known: tuple[Part, ...], find: Find) -> list[Part]:
    """The parts that `find` finds in the segments of a text, in order, apart.

    Of a part that is longer than three quarters of a segment, only a token is divided: each piece of any other gets the
    kind "secret". Known parts are one part of any length.
    """
    return [each for each in apart([*_found(text, known, find), *known]) if each.kind]


def _found(text: str, known: tuple[Part, ...], find: Find) -> Iterator[Part]:
    # All parts that begin before `done` are found. Each segment begins after the one before, and at most at `done`.
    start = done = 0
    while True:
        end = min(start + MAX_SEGMENT, len(text))
        is_last = end == len(text)
        last = end if is_last else end - _CONTEXT
        for found in find(text[start:end], _within(known, start, end)):
            first, stop = max(found.start + start, done), found.end + start
            if first >= min(stop, last):
                continue
            is_cut = stop == end and not is_last
            if is_cut and found.kind != "secret" and first > start + _CONTEXT:
                last = first  # The next segment has all of it.
                break
            is_cut = is_cut or first > found.start + start
            kind = "secret" if is_cut and found.kind != "token" else found.kind
            stop = _end_of_secret(text, first, stop) if found.kind == "secret" and stop == end else stop
            yield Part(first, stop, kind)
            done = stop
        if is_last:
            return
        done = max(done, last)
        start = max(start + 1, done - _CONTEXT)


def _within(known: tuple[Part, ...], start: int, end: int) -> tuple[Part, ...]:
    """The known parts of a segment, as parts of it that stay."""
    within = (Part(max(each.start - start, 0), min(each.end, end) - start, "") for each in known)
    return tuple(each for each in within if each.start < each.end)


def _end_of_secret(text: str, start: int, end: int) -> int:
    rest = _REST_OF_TEXT if any(map(str.isspace, text[start:end])) else _REST_OF_RUN
    found = rest.match(text, end)
    return found.end() if found else end


def apart(parts: Iterable[Part]) -> list[Part]:
    """The parts in order. Of those that overlap, a secret or the earlier one wins and gets the text of both."""
    found: list[Part] = []
    for each in sorted(parts):
        if not found or each.start >= found[-1].end:
            found.append(each)
            continue
        last = found.pop()
        kinds = (last.kind, each.kind)
        kind = next((kind for kind in ("secret", "login") if kind in kinds), last.kind)
        found.append(Part(last.start, max(last.end, each.end), kind))
    return found
