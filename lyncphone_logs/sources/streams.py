"""Bytes that can be read again and again: a file, what is held in memory, a part of either, unpacked or not."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lyncphone_logs.sources.decompression import PIECE, CorruptStream, Pieces, Readable, decompressed

HEAD = 4096
"""Bytes by which it is told what something is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a container may be: entries, containers inside each other, bytes unpacked, bytes of it held in memory."""

    entries: int = 10_000
    depth: int = 3
    bytes: int = 8 * 1024**3
    held: int = 128 * 1024**2


@dataclass(slots=True)
class Memory:
    """Bytes that may still be held in memory, for all containers together."""

    left: int


@dataclass(frozen=True, slots=True)
class ByteSource:
    """`opened` gives a new stream from the first byte on; `seekable`, where there is one, one that can be sought in.

    `modified` is naive: UTC, but of zip members the local time of whoever packed them. `expected` bytes or more are in
    it. `layers` are the compressions around it.
    """

    path: str
    opened: Callable[[], Readable]
    modified: datetime | None = None
    seekable: Callable[[], io.BufferedIOBase] | None = None
    expected: int | None = None
    layers: int = 0
    is_file: bool = False
    is_named: bool = False

    def open_at(self, offset: int) -> Readable:
        """A stream from this byte on."""
        if self.seekable:
            file = self.seekable()
            file.seek(offset)
            return file
        stream = self.opened()
        try:
            for piece in _limited(stream, offset):
                del piece
        except OSError:
            stream.close()
            raise
        return stream

    @property
    def head(self) -> bytes:
        """Its first 4096 bytes, fewer where it is shorter or cannot be read on."""
        try:
            with closing(self.opened()) as stream:
                return stream.read(HEAD)
        except OSError:
            return b""

    def part(self, path: str, offset: int, size: int, modified: datetime | None) -> "ByteSource":
        """Some of its bytes, under a name of their own."""

        def opened() -> Readable:
            stream = self.open_at(offset)
            return Pieces(_limited(stream, size), stream)

        return ByteSource(path, opened, modified or self.modified, expected=size)

    def without(self, compression: str, modified: datetime | None, most: int) -> "ByteSource":
        """What it holds, compressed in this way; beyond `most` bytes that is Damaged."""

        def opened() -> Readable:
            stream = decompressed(self.opened(), compression)
            return Pieces(_capped(stream, most), stream)

        return ByteSource(self.path, opened, modified or self.modified, None, self.expected, self.layers + 1)

    def held(self, memory: Memory) -> "ByteSource | None":
        """The same in memory, up to where it can be read; None where it is more than may be held."""
        if self.seekable:
            return self
        most = memory.left
        found, failure = bytearray(), None
        try:
            with closing(self.opened()) as stream:
                while len(found) <= most and (piece := stream.read(PIECE)):
                    found += piece
        except OSError as error:
            failure = error
        if len(found) > most:
            return None
        memory.left -= len(found)
        return memory_source(self.path, bytes(found), self.modified, self.layers, failure)


class ArchiveEntry(NamedTuple):
    """A member of an archive; where there is a `problem`, why it is not read."""

    name: str
    content: ByteSource
    problem: str = ""


def memory_source(
    path: str, data: bytes, modified: datetime | None = None, layers: int = 0, failure: OSError | None = None
) -> ByteSource:
    """Bytes in memory, at whose end reading fails where there is a failure."""

    def opened() -> Readable:
        return Pieces(_failing(io.BytesIO(data), failure))

    return ByteSource(path, opened, modified, lambda: io.BytesIO(data), len(data), layers)


def file_source(path: str, modified: datetime | None, size: int | None, *, is_named: bool) -> ByteSource:
    """A regular file; `is_named` by the user, so that it is read although it looks like no text."""
    return ByteSource(path, lambda: open(path, "rb"), modified, lambda: open(path, "rb"), size, 0, True, is_named)


def _failing(stream: Readable, failure: OSError | None) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece
    if failure:
        raise failure


def _limited(stream: Readable, size: int) -> Iterator[bytes]:
    while size > 0:
        piece = stream.read(min(PIECE, size))
        if not piece:
            raise CorruptStream("it breaks off")
        size -= len(piece)
        yield piece


def _capped(stream: Readable, most: int) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece[: max(most, 0)]
        most -= len(piece)
        if most < 0:
            raise CorruptStream("more than the limit of bytes comes out of it; what is beyond is not read")


@contextmanager
def seek_in(content: ByteSource) -> Iterator[io.BufferedIOBase]:
    """A stream that can be sought in. Raises Damaged where there is none."""
    if not content.seekable:
        raise CorruptStream("it cannot be sought in")
    with content.seekable() as file:
        yield file
