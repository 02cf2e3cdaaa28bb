"""Characters that a terminal, a browser or a reader would obey or not see, turned into ones that show."""

import json
import unicodedata
from typing import Any

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: controls, format characters (bidi, zero width, tags), lone surrogates, line separators."""

_DELETE = 0x7F


class _Pictures(dict[int, str]):
    """A table for str.translate that meets each hidden character once; others are looked up and not kept."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        if unicodedata.category(character) not in HIDDEN:
            return character
        self[point] = _picture(point)
        return self[point]


def _picture(point: int) -> str:
    if point < 0x20:
        return chr(0x2400 + point)
    if point == _DELETE:
        return "␡"
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


_PICTURES = _Pictures()


def visible(text: str) -> str:
    """The text with every hidden character as a picture: `␛`, `␊`, `\\x9b`, `\\u202e`. Split lines before the call."""
    return text if text.isascii() and text.isprintable() else text.translate(_PICTURES)


class _Escapes(dict[int, str]):
    def __missing__(self, point: int) -> str:
        character = chr(point)
        if character == "\n" or unicodedata.category(character) not in HIDDEN:
            return character
        self[point] = json.dumps(character)[1:-1] if point != 0x7F else "\\u007f"
        return self[point]


_ESCAPES = _Escapes()


def to_json(value: Any, *, indent: int | None = None) -> str:
    """The value as JSON that always encodes as UTF-8. Raises ValueError for numbers that JSON does not have."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent).translate(_ESCAPES)
