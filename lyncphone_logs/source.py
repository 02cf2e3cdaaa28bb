"""Sources: the named inputs of a run, read line by line, with the place of every line in the original bytes."""

import codecs
import hashlib
import io
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from lyncphone_logs.errors import InputError

STDIN = "-"
LONGEST_LINE = 64 * 1024
"""Bytes of a line that become text; the rest of a longer one is counted and hashed only."""

# The longest line with a byte-order mark before it and a line end behind it still comes in one piece.
_PIECE = LONGEST_LINE + len(codecs.BOM_UTF8) + len(b"\r\n")
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


class Source:
    """One named input; iterate for its lines. `path` is as the user named it, `-` for standard input.

    `bytes`, `lines`, `separator_bytes` (line ends, byte-order mark) and `sha256` tell what was read so far and are
    whole once the iteration has ended. `problem` is empty, or says what could not be read and why.
    """

    def __init__(self, path: str, problem: str = "") -> None:
        self.path = path
        self.problem = problem
        self._exhausted = False
        self._reset()

    def _reset(self) -> None:
        self.bytes = self.lines = self.separator_bytes = 0
        self._digest = hashlib.sha256()

    def __repr__(self) -> str:
        return f"Source({self.path!r}, problem={self.problem!r})"

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes that were read, in hexadecimal digits."""
        return self._digest.hexdigest()

    @property
    def modified(self) -> datetime | None:
        """When a regular file was last written, naive UTC; None for anything else."""
        try:
            status = os.stat(self.path)
            moment = datetime(1970, 1, 1) + timedelta(microseconds=status.st_mtime_ns // 1000)
        except (OSError, ValueError, OverflowError):
            return None
        return moment if self.path != STDIN and stat.S_ISREG(status.st_mode) else None

    def __iter__(self) -> Iterator[Line]:
        """The lines, in constant memory. A failure to read sets `problem` and ends them.

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
                yield from self._read(stream)
        except OSError as error:
            self.problem = _problem(self.path, error)

    def _open(self) -> AbstractContextManager[BinaryIO]:
        if self.path != STDIN:
            return open(self.path, "rb")
        if sys.stdin is None:
            raise OSError("there is no standard input")
        return nullcontext(sys.stdin.buffer)

    def _read(self, stream: BinaryIO) -> Iterator[Line]:
        while head := stream.readline(_PIECE):
            offset = self.bytes
            end = self._take(stream, head)
            if offset == 0 and head.startswith(codecs.BOM_UTF8):
                offset = len(codecs.BOM_UTF8)
                self.separator_bytes += offset
                head = head[offset:]
            self.separator_bytes += end
            if self.bytes > offset:
                self.lines += 1
                length = self.bytes - end - offset
                text, repairs = _decode(head[: min(length, LONGEST_LINE)], overlong=length > LONGEST_LINE)
                yield Line(self.lines, offset, length, text, repairs)

    def _take(self, stream: BinaryIO, piece: bytes) -> int:
        """Count the line that begins with `piece`, reading on to its end; how many bytes its line end has."""
        self._count(piece)
        tail = piece[-2:]
        while not tail.endswith(b"\n") and (piece := stream.readline(_PIECE)):
            self._count(piece)
            tail = (tail + piece[-2:])[-2:]
        return 2 if tail == b"\r\n" else int(tail.endswith(b"\n"))

    def _count(self, piece: bytes) -> None:
        self.bytes += len(piece)
        self._digest.update(piece)


class Written(Source):
    """Text in memory, read as a file would be."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(path)
        self._content = text.encode("utf-8", "surrogatepass")

    def _open(self) -> AbstractContextManager[BinaryIO]:
        return io.BytesIO(self._content)


def find_sources(paths: Sequence[str]) -> list[Source]:
    """The inputs that the paths name: files, `-`, named pipes, and the regular files in and below directories.

    Links that are named are followed, links inside directories are not. A path that cannot be used becomes a source
    with a `problem`; raises InputError where that holds for all of them. An input that is named twice is read once.
    """
    found = [_named(path) for path in paths]
    problems = [source.problem for sources in found for source in sources if source.problem]
    if paths and all(sources and all(source.problem for source in sources) for sources in found):
        raise InputError(
            "nothing that was named can be read",
            because="; ".join(problems),
            where=", ".join(paths),
            help="name trace files, directories that hold some, or - for standard input",
        )
    return list({source.path: source for sources in found for source in sources}.values())


def _named(path: str) -> list[Source]:
    if path == STDIN:
        return [Source(path)]
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            return sorted(_below(path), key=lambda source: source.path)
    except (OSError, ValueError) as error:
        return [Source(path, _problem(path, error))]
    return [Source(path, "" if os.access(path, os.R_OK) else f"cannot read {path}: Permission denied")]


def _below(directory: str) -> Iterator[Source]:
    pending = [directory]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(here) as entries:
                inside = list(entries)
            pending += [entry.path for entry in inside if entry.is_dir(follow_symlinks=False)]
            files = [entry.path for entry in inside if entry.is_file(follow_symlinks=False)]
        except OSError as error:
            yield Source(here.replace(os.sep, "/"), _problem(here, error))
        else:
            yield from (Source(path.replace(os.sep, "/")) for path in files)


def _problem(path: str, error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) else ""
    return f"cannot read {path}: {reason or error}"


def _decode(content: bytes, *, overlong: bool) -> tuple[str, tuple[str, ...]]:
    cut: tuple[str, ...] = ("overlong",) if overlong else ()
    try:
        # A character that the cut at 64 KiB splits is left out: it is no sign of another encoding.
        return codecs.utf_8_decode(content, "strict", not overlong)[0], cut
    except UnicodeDecodeError:
        return codecs.charmap_decode(content, "strict", _CP1252)[0], ("cp1252", *cut)
