"""Searches raw bytes for the literals of the grammars' messages, so that most lines are not matched with any message.

Hyperscan searches about a gigabyte per second. It has no wheel for every machine. Without it there is no search, and
each message is matched with the expression of each kind.
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

# Bytes that `repair` or an envelope may change, so that a literal may be there in another spelling: the character
# references that it resolves, escapes of rsyslog and of terminals, and all that is neither ASCII nor one of the dashes,
# which it does not change.
_DAMAGE = (
    rb"&(?:[lg]t|amp|quot|apos|nbsp|shy|[nm]dash|[lr][sd]quo|minus|#)",
    rb"#(?:0(?:[02][0-7]|1[0134567]|3[0-7])|177|[23][0-7]{2}#)",
    rb"\x1b|\^\[\[|\\(?:x1[bB]|033|u001[bB]|e)\[",
    rb"[\xc0-\xe1\xe3-\xff]",
    rb"\xe2(?:[^\x80\x88]|\x80[^\x92-\x94]|\x88[^\x92])",
    rb"\xe2[\x80\x88]?\z",
    # Escapes in JSON strings, and messages that journald writes as bytes.
    rb"\\(?:u[0-9A-Fa-f]{4}|[\x22/\\t])",
    rb"\x22MESSAGE\x22[ ]?:[ ]?\[",
    rb"(?:^|[\x00-\x7f]|\xe2\x80[\x92-\x94]|\xe2\x88\x92)[\x80-\xbf]",
)
_UNSET_CLOCKS = ("Jan  1 0", "1970-01-0", "2000-01-0")
"""How the stamps of clocks begin that were never set."""


class LiteralHit(NamedTuple):
    """A line of a window, `data[start:stop]` with its line end, and the numbers of the literals in it.

    `is_notice`: it may be the notice that the line before it was repeated.
    """

    start: int
    stop: int
    literals: frozenset[int] = frozenset()
    is_notice: bool = False


def is_available() -> bool:
    """Whether hyperscan is installed."""
    return find_spec("hyperscan") is not None


class Search:
    """Finds the lines that may hold messages of `kinds`, None for all kinds of the grammars, and which kinds these are.

    Raises ImportError if hyperscan is not installed.
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
        self.messages = lru_cache(self._message_numbers)

    def lines(self, data: bytes) -> list[LiteralHit]:
        """The lines of `data` with a literal, a notice or an unset clock, or with bytes that `repair` may change."""
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

    def _message_numbers(self, literals: frozenset[int], grammar: str) -> tuple[int, ...]:
        known = [self._messages[number] for number in literals if number < len(self._messages)]
        return tuple(sorted({message for some in known for name, message in some if name == grammar}))


def _database(literals: Sequence[str]) -> Any:
    import hyperscan

    expressions = [*(re.escape(literal.encode()) for literal in literals), *_DAMAGE]
    key = sha256(repr(expressions).encode()).hexdigest()
    written = cached("search", lambda: key, lambda: _compiled(expressions), (), shape=bytes)
    try:
        return _loaded(written)
    except hyperscan.error:  # The database is of another release, or of another processor that shares the cache folder.
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


MAX_LOOK_BACK_LINES = 100
"""Lines that no grammar reads, before which the last one that a grammar reads is searched for."""


class Selection(NamedTuple):
    """Some lines of a window, joined to a window of their own, with number and offset of each.

    `reaches_end` if the last line of the window is among them. `skipped_bytes` are those of all other lines, with their
    line ends.
    """

    window: Window
    positions: list[tuple[int, int]]
    reaches_end: bool
    skipped_bytes: int


def select(
    window: Window, hits: Sequence[LiteralHit], is_parsed: Callable[[bytes], bool], *, continues: bool
) -> Selection | None:
    """The lines that were found, and those that belong to them; None if these cannot be determined.

    A line includes the indented ones after it, which may continue its message. A notice that the line before it was
    repeated includes the last line before it that `is_parsed` accepts; so does the end of the window, since the next
    window may begin with a notice. If the event before the window `continues`, the indented lines at its start belong
    to that event.
    """
    data = window.data
    spans: list[tuple[int, int]] = [(0, _end_of_indented(data, 0) if continues else 0)]
    for line in [*hits, LiteralHit(len(data), len(data), is_notice=True)]:
        if line.is_notice:
            before = _parsed_line_before(data, spans[-1][1], line.start, is_parsed)
            if before is None:
                return None
            spans.append(before)
        # A line that ends before the last span does is one of the indented lines of that span.
        if line.stop > max(line.start, spans[-1][1]):
            spans.append((line.start, _end_of_indented(data, line.stop)))
    selected = b"".join([data[start:stop] for start, stop in spans])
    skipped_bytes = len(data) - len(selected) + (0 if selected else window.beyond)
    part = Window(window.number, window.offset, selected, window.beyond if selected else 0)
    return Selection(part, list(_positions(window, spans)), spans[-1][1] == len(data), skipped_bytes)


def _end_of_indented(data: bytes, start: int) -> int:
    """The end of the indented and blank lines from `start` on, where a line begins."""
    end = start
    while end < len(data) and data[end] in b" \t\r\n":
        end = data.find(b"\n", end) + 1 or len(data)
    return end


def _parsed_line_before(
    data: bytes, first: int, end: int, is_parsed: Callable[[bytes], bool]
) -> tuple[int, int] | None:
    """The last parsed line from `first` to `end`; an empty range if there is none, None if it is too far away."""
    for _ in range(MAX_LOOK_BACK_LINES):
        if end <= first:
            return first, first
        start = data.rfind(b"\n", first, end - 1) + 1 or first
        if is_parsed(data[start:end]):
            return start, end
        end = start
    return None


def _positions(window: Window, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    number, at = window.number, 0
    for start, stop in spans:
        number += window.data.count(b"\n", at, start)
        at = start
        while at < stop:
            yield number, window.offset + at
            number, at = number + 1, window.data.find(b"\n", at) + 1 or stop
