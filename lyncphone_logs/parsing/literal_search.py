"""Literals of the grammars' messages, searched in raw bytes, so that most lines need not be held against any message.

Hyperscan does it at a gigabyte a second. It has no wheel for every machine: without it there is no search, and each
message is held against each expression.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from typing import Any, NamedTuple

from lyncphone_logs.cache import kept
from lyncphone_logs.grammar.grammar import Grammar
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


class Found(NamedTuple):
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

    def lines(self, data: bytes) -> list[Found]:
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
            Found(start, stop, frozenset(numbers), self._notice in numbers) for (start, stop), numbers in lines.items()
        ]

    def _numbers(self, literals: frozenset[int], grammar: str) -> tuple[int, ...]:
        known = [self._messages[number] for number in literals if number < len(self._messages)]
        return tuple(sorted({message for some in known for name, message in some if name == grammar}))


def _database(literals: Sequence[str]) -> Any:
    import hyperscan

    expressions = [*(re.escape(literal.encode()) for literal in literals), *_DAMAGE]
    key = sha256(repr(expressions).encode()).hexdigest()
    written = kept("search", lambda: key, lambda: _compiled(expressions), ())
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
