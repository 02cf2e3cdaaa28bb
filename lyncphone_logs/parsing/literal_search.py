"""Literals of the grammars' messages, searched in raw bytes, so that most lines need not be held against any message.

Hyperscan does it at a gigabyte a second. It has no wheel for every machine: without it there is no search, and each
message is held against each expression.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from typing import Any, NamedTuple

from lyncphone_logs.cache import cached
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.sources.window import Window
from lyncphone_logs.syslog.unwrap import NOTICE

# Bytes that repair may change, so that what is wanted may stand there in another spelling: the references that it
# resolves, and whatever is neither ASCII nor one of the dashes, which it leaves alone.
_DAMAGE = (
    rb"&(?:[lg]t|amp|quot|apos|nbsp|shy|[nm]dash|[lr][sd]quo|minus|#)",
    rb"[\xc0-\xe1\xe3-\xff]",
    rb"\xe2(?:[^\x80\x88]|\x80[^\x92-\x94]|\x88[^\x92])",
    rb"\xe2[\x80\x88]?\z",
    rb"(?:^|[\x00-\x7f]|\xe2\x80[\x92-\x94]|\xe2\x88\x92)[\x80-\xbf]",
)
_UNSET_CLOCKS = ("Jan  1 0", "1970-01-0", "2000-01-0")
"""What clocks show that were never set."""


class LiteralHit(NamedTuple):
    """A line by the places of its first byte and behind its line end, with the numbers of the literals in it.

    `is_notice`: it may say that the line before it was repeated.
    """

    start: int
    stop: int
    literals: frozenset[int] = frozenset()
    is_notice: bool = False


def is_available() -> bool:
    """Whether hyperscan is installed."""
    return find_spec("hyperscan") is not None


class Search:
    """Tells which messages a line may hold. `kinds`: only these are looked for, None for all that the grammars know.

    Raises ImportError where hyperscan is not installed.
    """

    def __init__(self, grammars: Sequence[Grammar], kinds: Collection[str] | None = None) -> None:
        messages: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for grammar in grammars:
            for number, (kind, expression) in enumerate(grammar.messages):
                for literal in expression.literals if kinds is None or kind in kinds else ():
                    messages[literal].append((grammar.name, number))
        self._messages = list(messages.values())
        self._notice = len(messages)
        self._database = _database([*messages, NOTICE, *_UNSET_CLOCKS])
        self.messages = lru_cache(self._numbers)

    def lines(self, data: bytes) -> list[LiteralHit]:
        """Of whole lines, those that hold something that is looked for, or that may hold it in another spelling."""
        ends: list[tuple[int, int]] = []
        self._database.scan(data, match_event_handler=lambda number, _, end, *__: ends.append((end, number)))
        lines: dict[tuple[int, int], set[int]] = {}
        literals: set[int] = set()
        stop = 0
        for end, number in sorted(ends):
            if end > stop:
                start = data.rfind(b"\n", 0, end - 1) + 1
                stop = data.find(b"\n", end - 1) + 1 or len(data)
                literals = lines[start, stop] = set()
            literals.add(number)
        return [
            LiteralHit(start, stop, frozenset(numbers), self._notice in numbers)
            for (start, stop), numbers in lines.items()
        ]

    def _numbers(self, literals: frozenset[int], grammar: str) -> tuple[int, ...]:
        known = [self._messages[number] for number in literals if number < len(self._messages)]
        return tuple(sorted({message for some in known for name, message in some if name == grammar}))


def _database(literals: Sequence[str]) -> Any:
    import hyperscan

    expressions = [*(re.escape(literal.encode()) for literal in literals), *_DAMAGE]
    key = sha256(repr(expressions).encode()).hexdigest()
    written = cached("search", lambda: key, lambda: _compiled(expressions), ())
    try:
        return _loaded(written)
    except hyperscan.error:  # It is of another release, or of a processor of another kind that shares the folder.
        return _loaded(_compiled(expressions))


def _loaded(written: bytes) -> Any:
    import hyperscan

    database = hyperscan.loadb(written, mode=hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return database


def _compiled(expressions: Sequence[bytes]) -> bytes:
    import hyperscan

    database = hyperscan.Database()
    numbers = list(range(len(expressions)))
    database.compile(expressions, ids=numbers, elements=len(numbers), flags=hyperscan.HS_FLAG_DOTALL)
    written: bytes = hyperscan.dumpb(database)
    return written


MAX_LOOK_BACK_BYTES = 100
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
    window: Window, found: Sequence[LiteralHit], understood: Callable[[bytes], bool], *, goes_on: bool
) -> Selection | None:
    """The lines that were found, and those that belong to them; None where that cannot be told.

    To a line belong the indented ones behind it, which may go on with its message; to a notice that the line before was
    repeated, the one before it that is understood. So does the last line that is understood to the next window, and
    what is indented at the start of this one to the last, if the event there `goes_on`.
    """
    data = window.data
    spans: list[tuple[int, int]] = [(0, _behind_indented(data, 0) if goes_on else 0)]
    for line in [*found, LiteralHit(len(data), len(data), is_notice=True)]:
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
    for _ in range(MAX_LOOK_BACK_BYTES):
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
