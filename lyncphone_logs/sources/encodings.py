"""Detects UTF-16 and UTF-32 text, as Windows and log viewers save it, and converts its lines to UTF-8.

The encoding is detected by its byte-order mark, or by zero bytes. Each line keeps its position in the original. A lost
or added byte damages only the rest of its line: a line end is recognised although it is one byte off, because what it
would otherwise be, U+0A00, is no character.
"""

import codecs
from collections.abc import Iterator
from typing import NamedTuple

_MARKS = {
    "utf-32-le": codecs.BOM_UTF32_LE,  # before UTF-16, because it begins with the mark of UTF-16
    "utf-32-be": codecs.BOM_UTF32_BE,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
_SAMPLE_BYTES = 4096
# A text without a mark is assumed to be UTF-16 only if it has at least so many characters with a zero byte.
_MIN_CHARACTERS = 16
_PRINTED = frozenset(b"\t\n\r\x1b").union(range(0x20, 0x7F))


class Transcoded(NamedTuple):
    """Lines converted to UTF-8 with LF.

    `places` are offset and length of each in the original. `consumed` are the bytes of the lines in the original,
    `separators` those of their line ends.
    """

    data: bytes
    places: list[tuple[int, int]]
    consumed: int
    separators: int


def encoding_of(head: bytes) -> str:
    """The encoding of a text that begins with `head`: utf-16-le, utf-16-be, utf-32-le, utf-32-be, or "" for another."""
    for encoding, mark in _MARKS.items():
        if head.startswith(mark):
            return encoding
    head = head[: min(_SAMPLE_BYTES, len(head) // 2 * 2)]
    for encoding, high, low in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        latin = [low_byte for high_byte, low_byte in zip(high, low, strict=True) if not high_byte]
        if len(latin) >= _MIN_CHARACTERS and 2 * len(latin) > len(low):
            printed = sum(byte in _PRINTED for byte in latin)
            if 10 * printed > 9 * len(latin):
                return encoding
    return ""


def mark_of(encoding: str) -> bytes:
    """The byte-order mark of an encoding that `encoding_of` returns."""
    return _MARKS[encoding]


def transcoded(raw: bytes, offset: int, encoding: str, max_bytes: int, *, is_last: bool) -> Transcoded:
    """Convert the complete lines in `raw`, which begins at `offset` of the original.

    A line is truncated to `max_bytes` of UTF-8. A last line without line end is included only if `is_last`.
    """
    texts: list[bytes] = []
    places: list[tuple[int, int]] = []
    start = separators = 0
    for end, stop in _lines(raw, encoding, is_last):
        content = raw[start:end].decode(encoding, "replace")
        texts.append(content.encode("utf-8", "replace")[:max_bytes] + (b"\n" if stop > end else b""))
        places.append((offset + start, end - start))
        separators += stop - end
        start = stop
    return Transcoded(b"".join(texts), places, start, separators)


def _lines(raw: bytes, encoding: str, is_last: bool) -> Iterator[tuple[int, int]]:
    """For each line, the index of the end of its content, and of the end of the line."""
    line_end, carriage_return = "\n".encode(encoding), "\r".encode(encoding)
    width, start, at = len(line_end), 0, raw.find(line_end)
    is_little = encoding.endswith("le")
    while at >= 0:
        neighbour = raw[at - 1 : at] if is_little else raw[at + width : at + width + 1]
        if (at - start) % width == 0 or (neighbour == b"\0" and at > start):
            is_crlf = raw[max(start, at - width) : at] == carriage_return
            yield at - width * is_crlf, at + width
            start = at + width
            at = raw.find(line_end, start)
        else:
            at = raw.find(line_end, at + 1)
    if is_last and start < len(raw):
        yield len(raw), len(raw)
