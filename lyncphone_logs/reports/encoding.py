"""JSON text that is lossless and inert on a terminal: hidden characters are \\u escapes (RFC 8259 section 7)."""

import json
import unicodedata
from typing import Any

from lyncphone_logs.reports.escaping import HIDDEN


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
