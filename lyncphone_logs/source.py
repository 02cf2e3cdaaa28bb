"""Sources: the named inputs of a run, read line by line, with the place of every line in the original bytes."""

import codecs
import hashlib
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from lyncphone_logs.errors import InputError

STDIN = "-"
LONGEST_LINE = 64 * 1024
"""Bytes of a line that become text; the rest of a longer one is counted and hashed only."""

WINDOW = 64 * 1024
"""Bytes that are read at a time."""

# A line that is longer than the longest by its line end only is not cut.
_PIECE = LONGEST_LINE + len(b"\r\n")
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

    `beyond` is how many bytes of the last line, one over 64 KiB, are not in `data`.
    """

    number: int
    offset: int
    data: bytes
    beyond: int = 0

    def lines(self) -> Iterator[Line]:
        """Each line with its place."""
        offset = self.offset
        pieces = self.data.split(b"\n")
        last = len(pieces) - 1
        for index, piece in enumerate(pieces):
            content = piece.removesuffix(b"\r") if index < last else piece
            if index < last or piece:
                yield Line(self.number + index, offset, len(content) + self.beyond, *decode(content))
            offset += len(piece) + 1


class Source:
    """One named input; iterate for its lines. `path` is what the user named, `-` is standard input.

    What was read so far, and is whole once the iteration has ended: `bytes`, `lines`, `sha256`, `separator_bytes` (line
    ends and byte-order mark), `mark_bytes` (the latter alone). `problem` is empty, or says what could not be read.
    """

    def __init__(self, path: str, problem: str = "") -> None:
        self.path = path
        self.problem = problem
        self._exhausted = False
        self._reset()

    def _reset(self) -> None:
        self.bytes = self.lines = self.separator_bytes = self.mark_bytes = self._handed_out = 0
        self._digest = hashlib.sha256()

    def __repr__(self) -> str:
        return f"Source({self.path!r}, problem={self.problem!r})"

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes that were read, in hexadecimal digits."""
        return self._digest.hexdigest()

    @property
    def size(self) -> int | None:
        """Bytes of a regular file; None for anything else."""
        status = self._status()
        return status.st_size if status else None

    @property
    def modified(self) -> datetime | None:
        """When a regular file was last written, naive UTC; None for anything else."""
        status = self._status()
        try:
            return datetime(1970, 1, 1) + timedelta(microseconds=status.st_mtime_ns // 1000) if status else None
        except OverflowError:
            return None

    def _status(self) -> os.stat_result | None:
        try:
            status = os.stat(self.path)
        except (OSError, ValueError):
            return None
        return status if self.path != STDIN and stat.S_ISREG(status.st_mode) else None

    def __iter__(self) -> Iterator[Line]:
        """The lines, in constant memory; as `windows` otherwise."""
        for window in self.windows():
            yield from window.lines()

    def windows(self, size: int = WINDOW) -> Iterator[Window]:
        """The lines, about `size` bytes of them at a time. A failure to read sets `problem` and ends them.

        Raises InputError where standard input is read a second time.
        """
        if self.problem:
            return
        if self.path == STDIN and self._exhausted:
            raise InputError("standard input can be read only once", help="save the trace to a file and name that")
        self._exhausted = True
        self._reset()
        try:
            with self._open() as stream:
                yield from self._read(stream, size)
        except OSError as error:
            self.problem = problem_of(self.path, error)

    def lines_before(self) -> Iterator[bytes]:
        """Lines that stand in the file before what is read of it, the nearest first: none, all of it is read."""
        return iter(())

    def _open(self) -> AbstractContextManager[BinaryIO]:
        if self.path != STDIN:
            return open(self.path, "rb")
        if sys.stdin is None:
            raise OSError("there is no standard input")
        return nullcontext(sys.stdin.buffer)

    def _read(self, stream: BinaryIO, size: int) -> Iterator[Window]:
        rest = b""
        while chunk := self._next(stream, size):
            if not self._handed_out:
                chunk, rest = self._without_mark(rest + chunk), b""
            end = chunk.rfind(b"\n") + 1
            if end:
                yield self._window(b"".join([rest, memoryview(chunk)[:end]]))
                rest = chunk[end:]
            else:
                rest += chunk
            if len(rest) > _PIECE:
                head = rest[:_PIECE]
                length, line_end, rest = self._to_line_end(stream, size, rest)
                yield self._window(head + line_end, beyond=length - _PIECE)
        if rest := self._without_mark(rest):
            yield self._window(rest)

    def _without_mark(self, data: bytes) -> bytes:
        if self._handed_out or not data.startswith(codecs.BOM_UTF8):
            return data
        self._handed_out = self.separator_bytes = self.mark_bytes = len(codecs.BOM_UTF8)
        return data[len(codecs.BOM_UTF8) :]

    def _window(self, data: bytes, beyond: int = 0) -> Window:
        window = Window(self.lines + 1, self._handed_out, data, beyond)
        ends = data.count(b"\n")
        self.lines += ends + (not data.endswith(b"\n"))
        self.separator_bytes += ends + (data.count(b"\r\n") if b"\r" in data else 0)
        self._handed_out += len(data) + beyond
        return window

    def _to_line_end(self, stream: BinaryIO, size: int, line: bytes) -> tuple[int, bytes, bytes]:
        """Read on to the end of a line: its length, its line end, and what stands behind it."""
        length = len(line)
        while chunk := self._next(stream, size):
            end = chunk.find(b"\n")
            length += len(chunk) if end < 0 else end
            before = (line[-1:] + chunk[: max(end, 0)])[-1:]
            if end >= 0:
                return (length - 1, b"\r\n", chunk[end + 1 :]) if before == b"\r" else (length, b"\n", chunk[end + 1 :])
            line = chunk
        return length, b"", b""

    def _next(self, stream: BinaryIO, size: int) -> bytes:
        try:
            chunk = stream.read(size)
        except OSError as error:
            self.problem = problem_of(self.path, error)
            return b""
        self.bytes += len(chunk)
        self._digest.update(chunk)
        return chunk


class Written(Source):
    """Text in memory, read as a file would be."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(path)
        self._content = text.encode("utf-8", "surrogatepass")

    def _open(self) -> AbstractContextManager[BinaryIO]:
        return io.BytesIO(self._content)


def problem_of(path: str, error: OSError | ValueError) -> str:
    """Why a path cannot be read, for people."""
    reason = error.strerror if isinstance(error, OSError) else ""
    return f"cannot read {path}: {reason or error}"


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of at most 64 KiB of a line, and what had to be done for it: `cp1252`, `overlong`."""
    overlong = len(content) > LONGEST_LINE
    content = content[:LONGEST_LINE]
    cut: tuple[str, ...] = ("overlong",) if overlong else ()
    try:
        # A character that the cut at 64 KiB splits is left out: it is no sign of another encoding.
        return codecs.utf_8_decode(content, "strict", not overlong)[0], cut
    except UnicodeDecodeError:
        return codecs.charmap_decode(content, "strict", _CP1252)[0], ("cp1252", *cut)
