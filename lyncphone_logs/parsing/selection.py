"""Which lines of a window are read, where the rest of it is passed over."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from lyncphone_logs.parsing.literal_search import Found
from lyncphone_logs.sources.source import Window

FARTHEST_LOOK_BACK = 100
"""Lines that nobody understands, before which the last one that somebody does is looked for."""


class Selection(NamedTuple):
    """Lines of a window, one behind the other, with number and offset of each.

    `reaches_end` tells whether the last of them is the last of the window, `passed_over` counts the bytes of all other
    lines, with their line ends.
    """

    window: Window
    places: list[tuple[int, int]]
    reaches_end: bool
    passed_over: int


def select(
    window: Window, found: Sequence[Found], understood: Callable[[bytes], bool], *, goes_on: bool
) -> Selection | None:
    """The lines that were found, and those that belong to them; None where that cannot be told.

    To a line belong the indented ones behind it, which may go on with its message; to a notice that the line before was
    repeated, the one before it that is understood. So does the last line that is understood to the next window, and
    what is indented at the start of this one to the last, if the event there `goes_on`.
    """
    data = window.data
    spans: list[tuple[int, int]] = [(0, _behind_indented(data, 0) if goes_on else 0)]
    for line in [*found, Found(len(data), len(data), is_notice=True)]:
        if line.is_notice:
            before = _understood_before(data, spans[-1][1], line.start, understood)
            if before is None:
                return None
            spans.append(before)
        if line.start < line.stop:
            spans.append((max(line.start, spans[-1][1]), max(_behind_indented(data, line.stop), spans[-1][1])))
    parts = [data[start:stop] for start, stop in spans]
    selected = b"".join(parts)
    passed_over = len(data) - len(selected) + (0 if selected else window.beyond)
    beyond = window.beyond if selected else 0
    places = list(_places(window, spans))
    return Selection(
        Window(window.number, window.offset, selected, beyond), places, spans[-1][1] == len(data), passed_over
    )


def _behind_indented(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in b" \t\r\n":
        at = data.find(b"\n", at) + 1 or len(data)
    return at


def _understood_before(
    data: bytes, first: int, end: int, understood: Callable[[bytes], bool]
) -> tuple[int, int] | None:
    """The last line before `end`, and not before `first`, that is understood; nothing of it, where none is."""
    for _ in range(FARTHEST_LOOK_BACK):
        if end <= first:
            return first, first
        start = data.rfind(b"\n", first, end - 1) + 1 or first
        if understood(data[start:end]):
            return start, end
        end = start
    return None


def _places(window: Window, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    number, at = window.number, 0
    for start, stop in spans:
        number += window.data.count(b"\n", at, start)
        at = start
        while at < stop:
            yield number, window.offset + at
            number, at = number + 1, window.data.find(b"\n", at) + 1 or stop
