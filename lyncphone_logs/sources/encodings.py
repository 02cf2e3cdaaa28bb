"""UTF-16 and UTF-32, which Windows and viewers save: found by mark or by their zeros, split into lines, made UTF-8.

Lines keep their place in the original. A lost or added byte spoils the rest of its line: the next line end is known
although it stands one byte off, since what it would else be, U+0A00, is no character.
"""

import codecs
from collections.abc import Iterator
from typing import NamedTuple

_MARKS = {
    "utf-32-le": codecs.BOM_UTF32_LE,  # before UTF-16, with whose mark it begins
    "utf-32-be": codecs.BOM_UTF32_BE,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
_SAMPLE_BYTES = 4096
# Characters with a zero byte, without which a text that has no mark is not taken for UTF-16.
_MIN_CHARACTERS = 16
_PRINTED = frozenset(b"\t\n\r\x1b").union(range(0x20, 0x7F))


class Transcoded(NamedTuple):
    """Lines as UTF-8 with LF; offset and length of each in the original; bytes they take, and those of line ends."""

    data: bytes
    places: list[tuple[int, int]]
    taken: int
    separators: int


def encoding_of(head: bytes) -> str:
    """The wide encoding of a text that begins with these bytes: utf-16-le, utf-16-be, utf-32-le, utf-32-be, or ""."""
    for encoding, mark in _MARKS.items():
        if head.startswith(mark):
            return encoding
    head = head[: min(_SAMPLE_BYTES, len(head) // 2 * 2)]
    for encoding, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        beside = [other for zero, other in zip(zeros, others, strict=True) if not zero]
        if len(beside) >= _MIN_CHARACTERS and 2 * len(beside) > len(others):
            printed = sum(other in _PRINTED for other in beside)
            if 10 * printed > 9 * len(beside):
                return encoding
    return ""


def mark_of(encoding: str) -> bytes:
    """Its byte-order mark."""
    return _MARKS[encoding]


def transcoded(raw: bytes, offset: int, encoding: str, longest: int, *, is_last: bool) -> Transcoded:
    """The whole lines of bytes that stand at `offset`; of each at most `longest` bytes of UTF-8."""
    texts: list[bytes] = []
    places: list[tuple[int, int]] = []
    start = separators = 0
    for end, stop in _lines(raw, encoding, is_last):
        content = raw[start:end].decode(encoding, "replace").replace("\n", "\ufffd")
        texts.append(content.encode("utf-8", "replace")[:longest] + (b"\n" if stop > end else b""))
        places.append((offset + start, end - start))
        separators += stop - end
        start = stop
    return Transcoded(b"".join(texts), places, start, separators)


def _lines(raw: bytes, encoding: str, is_last: bool) -> Iterator[tuple[int, int]]:
    """Where the content of each line ends, and the line."""
    line_end, carriage_return = "\n".encode(encoding), "\r".encode(encoding)
    width, start, at = len(line_end), 0, raw.find(line_end)
    is_little = encoding.endswith("le")
    while at >= 0:
        beside = raw[at - 1 : at] if is_little else raw[at + width : at + width + 1]
        if (at - start) % width == 0 or (beside == b"\0" and at > start):
            is_crlf = raw[max(start, at - width) : at] == carriage_return
            yield at - width * is_crlf, at + width
            start = at + width
            at = raw.find(line_end, start)
        else:
            at = raw.find(line_end, at + 1)
    if is_last and start < len(raw):
        yield len(raw), len(raw)
