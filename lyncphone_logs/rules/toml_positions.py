"""Finds line and column of each key and item of a TOML file, for errors that name them.

tomllib does not report positions. This parses only what positions need of TOML 1.0; the text must be valid, that is,
tomllib must have accepted it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lyncphone_logs.validation import KeyPath

TOKEN = re.compile(
    r'(?P<skip>[ \t\r]++|#[^\n]*+)|(?P<text>"""(?:[^"\\]|\\.|"{1,2}+(?!"))*+"{0,5}+|"(?:[^"\\\n]|\\.)*+"?+'
    r"|'''(?:[^']|'{1,2}+(?!'))*+'{0,5}+|'[^'\n]*+'?+)"
    r"|(?P<sign>[\[\]{}=,.\n])|(?P<bare>[^\s\[\]{}=,.#\"']++)",
    re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    offset: int


def key_positions(text: str) -> dict[KeyPath, tuple[int, int]]:
    """Line and column, from 1, of every key and item by its path, as in `("clause", 0, "where")`."""
    positions: dict[KeyPath, tuple[int, int]] = {}
    for key, offset in _Parser(text).statements():
        positions.setdefault(key, (text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)))
    return positions


def nearest(positions: dict[KeyPath, tuple[int, int]], key: KeyPath) -> tuple[int, int]:
    """The position of a key, or of the innermost table or array around it that has one, or (1, 1)."""
    return next((positions[key[:length]] for length in range(len(key), 0, -1) if key[:length] in positions), (1, 1))


class _Parser:
    """Parses the tokens of a TOML file. `_next_index` is that of the next token; the last one is empty."""

    def __init__(self, text: str) -> None:
        matches = TOKEN.finditer(text)
        self._tokens = [_Token(each[0], each.start()) for each in matches if each.lastgroup != "skip"]
        self._tokens += [_Token("\n", len(text)), _Token("", len(text))]
        self._next_index = 0

    def statements(self) -> Iterator[tuple[KeyPath, int]]:
        tables: Counter[KeyPath] = Counter()
        table: KeyPath = ()
        while (token := self._next()).text:
            if token.text == "\n":
                continue
            if token.text == "[":
                is_array = self._tokens[self._next_index].text == "["
                self._next_index += is_array
                table = tuple(self._keys(self._next()))
                if is_array:
                    tables[table] += 1
                    table = (*table, tables[table] - 1)
                yield table, token.offset
                self._until({"\n"})
            else:
                yield from self._pair(table, token)

    def _next(self) -> _Token:
        self._next_index += 1
        return self._tokens[min(self._next_index, len(self._tokens)) - 1]

    def _keys(self, token: _Token) -> list[str]:
        """The parts of a dotted key that begins with this token. Consumes the `=` or `]` after it."""
        keys = []
        while token.text not in {"=", "]", ""}:
            if token.text != ".":
                keys.append(token.text.strip("\"'"))
            token = self._next()
        return keys

    def _pair(self, table: KeyPath, token: _Token) -> Iterator[tuple[KeyPath, int]]:
        key = (*table, *self._keys(token))
        yield key, token.offset
        yield from self._value(key)

    def _value(self, key: KeyPath) -> Iterator[tuple[KeyPath, int]]:
        token = self._next()
        if token.text == "{":
            yield from self._items(key, "}")
        elif token.text == "[":
            yield from self._items(key, "]")
        else:
            self._until({",", "]", "}", "\n"})

    def _items(self, key: KeyPath, end: str) -> Iterator[tuple[KeyPath, int]]:
        number = 0
        while (token := self._next()).text not in {end, ""}:
            if token.text in {",", "\n"}:
                continue
            if end == "}":
                yield from self._pair(key, token)
            else:
                self._next_index -= 1
                yield (*key, number), token.offset
                yield from self._value((*key, number))
                number += 1

    def _until(self, ends: set[str]) -> None:
        while self._tokens[self._next_index].text not in {*ends, ""}:
            self._next_index += 1
