"""Lines of a source: some whole ones in a row as bytes, each as text, and where each stands in the original."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

MAX_LINE_BYTES = 64 * 1024
"""Bytes of a line that become text; the rest of a longer one is counted and hashed only."""

# cp1252 leaves five bytes undefined; they are taken from latin-1, so that every line can be decoded.
_CP1252 = "".join(
    chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252") for byte in range(256)
)


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line. `number` counts from 1; `offset` and `length` are bytes of the original, without line end.

    `text` is at most the first 64 KiB, decoded. `repairs` holds `cp1252` where the line was not UTF-8 and `overlong`
    where the text was cut.
    """

    number: int
    offset: int
    length: int
    text: str
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Whole lines in a row: the number of the first, its byte offset, and their bytes with line ends.

    `beyond` is how many bytes of the last line, one over 64 KiB, are not in `data`. Where `data` was made
    UTF-8 from another encoding, `places` are offset and length of each line in the original, in which the window ends
    at `stop`.
    """

    number: int
    offset: int
    data: bytes
    beyond: int = 0
    places: tuple[tuple[int, int], ...] = ()
    stop: int = 0

    @property
    def size(self) -> int:
        """Bytes of the original."""
        return self.stop - self.offset if self.places else len(self.data) + self.beyond

    def offset_of(self, at: int) -> int:
        """Where in the original the line stands that begins at this place of `data`."""
        return self.places[self.data.count(b"\n", 0, at)][0] if self.places else self.offset + at

    def divided(self, end: int) -> tuple["Window", "Window"]:
        """The lines before this place of `data`, where one begins, and those behind it; both are some."""
        count = self.data.count(b"\n", 0, end)
        middle = self.offset_of(end)
        before = Window(self.number, self.offset, self.data[:end], 0, self.places[:count], middle * bool(self.places))
        behind = self.data[end:]
        return before, Window(self.number + count, middle, behind, self.beyond, self.places[count:], self.stop)

    def lines(self) -> Iterator[Line]:
        """Each line with its place."""
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
    """The text of at most 64 KiB of a line, and what had to be done for it: `cp1252`, `overlong`."""
    overlong = len(content) > MAX_LINE_BYTES
    content = content[:MAX_LINE_BYTES]
    cut: tuple[str, ...] = ("overlong",) if overlong else ()
    try:
        # A character that the cut at 64 KiB splits is left out: it is no sign of another encoding.
        return codecs.utf_8_decode(content, "strict", not overlong)[0], cut
    except UnicodeDecodeError:
        return codecs.charmap_decode(content, "strict", _CP1252)[0], ("cp1252", *cut)
