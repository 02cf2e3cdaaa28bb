"""A large file in parts that can be read apart from each other: what is read is the same as in one piece."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.multiline_spec import MOST_LINES
from lyncphone_logs.sources.decompression import Readable
from lyncphone_logs.sources.source import Source, decode
from lyncphone_logs.syslog.own_line import own_line

PART = 8 * 1024 * 1024
"""Bytes of a part, about."""
SURVEYED = 1024 * 1024
PRINTED = range(0x21, 0x7F)
LOOKED_BACK = 64 * 1024


class Part(Source):
    """The bytes of a file from `start` to `stop`, whole lines, of which the first has this number."""

    def __init__(self, path: str, start: int, stop: int, number: int) -> None:
        self.start, self.stop, self.number = start, stop, number
        super().__init__(path)

    def __reduce__(self) -> tuple[type, tuple[str, int, int, int]]:
        return Part, (self.path, self.start, self.stop, self.number)

    def _reset(self) -> None:
        super()._reset()
        self.lines, self._handed_out = self.number - 1, self.start

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        with open(self.path, "rb") as file:
            file.seek(self.start)
            yield file

    def _next(self, stream: Readable, size: int) -> bytes:
        return super()._next(stream, min(size, self.stop - self.start - self.bytes))

    def lines_before(self) -> Iterator[bytes]:
        """The lines before the part, the nearest first, without line ends."""
        with open(self.path, "rb") as file:
            rest, at = b"", self.start
            while at > 0:
                size = min(LOOKED_BACK, at)
                at -= size
                file.seek(at)
                rest, *lines = (file.read(size) + rest).split(b"\n")
                yield from (line.removesuffix(b"\r") for line in reversed(lines))
            yield rest.removesuffix(b"\r")


def parts_of(source: Source, size: int = PART, grammars: Sequence[Grammar] = ()) -> Iterator[Part]:
    """The parts of a file, while it is read for its size, its lines and its digest.

    Each begins with a printed character of ASCII: with such a line no event goes on, unless it is one that some line
    nearby opens, as its grammar has it.
    """
    start, number, before = 0, 1, b""
    for window in source.windows(SURVEYED):
        if (
            window.offset - start >= size
            and window.data[0] in PRINTED
            and not _may_open(_nearby(before, window.data), grammars)
        ):
            yield Part(source.path, start, window.offset, number)
            start, number = window.offset, window.number
        before = window.data
    yield Part(source.path, start, source.bytes, number)


def _may_open(lines: bytes, grammars: Sequence[Grammar]) -> bool:
    """Whether one of these lines may open a message that goes on in lines that are not indented."""
    literals = {each.encode() for grammar in grammars if grammar.joining for each in grammar.joining.literals}
    found = [line for line in lines.split(b"\n") if any(each in line for each in literals)]
    texts = (own_line(decode(line.removesuffix(b"\r"))[0]).text for line in found)
    readers = (next((each for each in grammars if each.header.pattern.fullmatch(text)), None) for text in texts)
    return any(reader is not None and reader.joining is not None for reader in readers)


def _nearby(before: bytes, behind: bytes) -> bytes:
    """The last lines of what stands before a place, and the first of what stands behind it."""
    start, end = len(before), 0
    for _ in range(MOST_LINES):
        start = max(before.rfind(b"\n", 0, max(start - 1, 0)), 0)
        end = behind.find(b"\n", end) + 1 or len(behind)
    return before[start:] + behind[:end]
