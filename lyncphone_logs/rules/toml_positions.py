"""Where each key and item of a TOML file stands, by line and column; for complaints about what it says.

tomllib tells values without places; this reads only so much of TOML 1.0 as places need, of text that tomllib took.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

KeyPosition = tuple[str | int, ...]
TOKEN = re.compile(
    r'(?P<skip>[ \t\r]+|#[^\n]*)|(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<sign>[\[\]{}=,.\n])|(?P<bare>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    offset: int


def key_positions(text: str) -> dict[KeyPosition, tuple[int, int]]:
    """Line and column, from 1, of every key and item by its path, as in `("clause", 0, "where")`."""
    found: dict[KeyPosition, tuple[int, int]] = {}
    for place, offset in _Reader(text).statements():
        found.setdefault(place, (text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)))
    return found


def nearest(known: dict[KeyPosition, tuple[int, int]], place: KeyPosition) -> tuple[int, int]:
    """Line and column of a place, or of the closest thing around it."""
    return next((known[place[:length]] for length in range(len(place), 0, -1) if place[:length] in known), (1, 1))


class _Reader:
    def __init__(self, text: str) -> None:
        found = TOKEN.finditer(text)
        self._tokens = [_Token(each[0], each.start()) for each in found if each.lastgroup != "skip"]
        self._tokens += [_Token("\n", len(text)), _Token("", len(text))]
        self._at = 0

    def statements(self) -> Iterator[tuple[KeyPosition, int]]:
        tables: Counter[KeyPosition] = Counter()
        table: KeyPosition = ()
        while (token := self._next()).text:
            if token.text == "\n":
                continue
            if token.text == "[":
                is_array = self._tokens[self._at].text == "["
                self._at += is_array
                table = tuple(self._keys(self._next()))
                if is_array:
                    tables[table] += 1
                    table = (*table, tables[table] - 1)
                yield table, token.offset
                self._until({"\n"})
            else:
                yield from self._pair(table, token)

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[min(self._at, len(self._tokens)) - 1]

    def _keys(self, token: _Token) -> list[str]:
        """A dotted key; its `=` or `]` is taken."""
        keys = []
        while token.text not in {"=", "]", ""}:
            if token.text != ".":
                keys.append(token.text.strip("\"'"))
            token = self._next()
        return keys

    def _pair(self, table: KeyPosition, token: _Token) -> Iterator[tuple[KeyPosition, int]]:
        place = (*table, *self._keys(token))
        yield place, token.offset
        yield from self._value(place)

    def _value(self, place: KeyPosition) -> Iterator[tuple[KeyPosition, int]]:
        token = self._next()
        if token.text == "{":
            yield from self._items(place, "}")
        elif token.text == "[":
            yield from self._items(place, "]")
        else:
            self._until({",", "]", "}", "\n"})

    def _items(self, place: KeyPosition, end: str) -> Iterator[tuple[KeyPosition, int]]:
        number = 0
        while (token := self._next()).text not in {end, ""}:
            if token.text in {",", "\n"}:
                continue
            if end == "}":
                yield from self._pair(place, token)
            else:
                self._at -= 1
                yield (*place, number), token.offset
                yield from self._value((*place, number))
                number += 1

    def _until(self, ends: set[str]) -> None:
        while self._tokens[self._at].text not in {*ends, ""}:
            self._at += 1
