"""Consecutive lines of a source: as bytes with their position in the original, and decoded one by one."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

MAX_LINE_BYTES = 64 * 1024
"""Bytes of a line that become text. The rest of a longer line is only counted and hashed."""

# cp1252 does not define five bytes. Their characters are those of latin-1, so that every line can be decoded.
_CP1252 = "".join(
    chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252") for byte in range(256)
)


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line. `number` counts from 1. `offset` and `length` are bytes of the original, without line end.

    `text` is at most the first 64 KiB, decoded. `repairs` contains `cp1252` if the line was not UTF-8, and `overlong`
    if the text was truncated.
    """

    number: int
    offset: int
    length: int
    text: str
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Complete consecutive lines: the number of the first, its byte offset, and their bytes with line ends.

    `beyond` is the number of bytes that `data` does not contain, because the last line is longer than 64 KiB. If `data`
    was converted to UTF-8 from another encoding, `places` are offset and length of each line in the original, and the
    window ends at offset `stop` of the original. Otherwise `places` is empty and `stop` is 0. `encoding` is that of the
    original if it has two or four bytes for a character.
    """

    number: int
    offset: int
    data: bytes
    beyond: int = 0
    places: tuple[tuple[int, int], ...] = ()
    stop: int = 0
    encoding: str = ""

    @property
    def size(self) -> int:
        """Bytes of the original that the window covers."""
        return self.stop - self.offset if self.places else len(self.data) + self.beyond

    def offset_of(self, at: int) -> int:
        """The offset in the original of the line that begins at index `at` of `data`."""
        return self.places[self.data.count(b"\n", 0, at)][0] if self.places else self.offset + at

    def divided(self, end: int) -> tuple["Window", "Window"]:
        """Split before index `end` of `data`, where a line begins. Neither part may be empty."""
        count = self.data.count(b"\n", 0, end)
        middle = self.offset_of(end)
        stop = middle * bool(self.places)
        before = Window(self.number, self.offset, self.data[:end], 0, self.places[:count], stop, self.encoding)
        rest, places = self.data[end:], self.places[count:]
        return before, Window(self.number + count, middle, rest, self.beyond, places, self.stop, self.encoding)

    def lines(self) -> Iterator[Line]:
        """Each line, with its number, offset and length."""
        if self.places:
            texts = self.data.removesuffix(b"\n").split(b"\n")
            for index, (text, (offset, length)) in enumerate(zip(texts, self.places, strict=True)):
                yield Line(self.number + index, offset, length, *decode(text))
            return
        offset = self.offset
        pieces = self.data.split(b"\n")
        last = len(pieces) - 1
        for index, piece in enumerate(pieces):
            content = piece.removesuffix(b"\r") if index < last else piece
            if index < last or piece:
                yield Line(self.number + index, offset, len(content) + self.beyond, *decode(content))
            offset += len(piece) + 1


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode at most 64 KiB of a line. Returns the text, and `cp1252` and `overlong` if they apply."""
    overlong = len(content) > MAX_LINE_BYTES
    content = content[:MAX_LINE_BYTES]
    truncated: tuple[str, ...] = ("overlong",) if overlong else ()
    try:
        # A character that is split at 64 KiB is dropped. It is no sign of another encoding.
        return codecs.utf_8_decode(content, "strict", not overlong)[0], truncated
    except UnicodeDecodeError:
        return codecs.charmap_decode(content, "strict", _CP1252)[0], ("cp1252", *truncated)
