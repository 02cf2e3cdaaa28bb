"""Escapes characters that a terminal, a browser or a reader would act on or not see, for text and for JSON."""

import json
import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from lyncphone_logs.events.columns import plain

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: controls, format characters (bidi, zero width, tags), lone surrogates, line separators."""

_BEYOND_ASCII = (
    "\x80-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064"
    "\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
"""Code points that are HIDDEN in Unicode 14 or 15; those that the running Python does not know stay as they are."""
_HIDDEN = re.compile(f"[\x00-\x1f\x7f{_BEYOND_ASCII}]")
_HIDDEN_IN_JSON = re.compile(f"[\x7f{_BEYOND_ASCII}]")
_DELETE = "\x7f"


def visible(text: str) -> str:
    """The text with every hidden character escaped: `␛`, `␊`, `\\x9b`, `\\u202e`. Split lines before the call."""
    return text if text.isprintable() else _HIDDEN.sub(_picture_of, text)


def to_json(value: Any, *, compact: bool = False) -> str:
    """The value as JSON that always encodes as UTF-8, times as ISO 8601. `compact`: without spaces between its parts.

    Raises ValueError for numbers that JSON does not have.
    """
    text = _encoder(compact).encode(value)
    return text if text.isascii() and _DELETE not in text else _HIDDEN_IN_JSON.sub(_json_escape_of, text)


@cache
def _encoder(compact: bool) -> json.JSONEncoder:
    separators = (",", ":") if compact else None
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=separators, default=plain)


def _picture_of(found: re.Match[str]) -> str:
    return _picture(found[0])


@lru_cache(maxsize=4096)
def _picture(character: str) -> str:
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    if character == _DELETE:
        return "␡"
    if unicodedata.category(character) not in HIDDEN:
        return character
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _json_escape_of(found: re.Match[str]) -> str:
    character = found[0]
    if character == _DELETE:
        return "\\u007f"
    return json.dumps(character)[1:-1] if unicodedata.category(character) in HIDDEN else character
