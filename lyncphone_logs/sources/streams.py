"""Bytes that can be read repeatedly: a file, data in memory, or a part of either, decompressed or not."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from lyncphone_logs.sources.decompression import CHUNK_BYTES, ChunkStream, CorruptStream, Readable, decompressed
from lyncphone_logs.sources.source import Source

HEAD_BYTES = 4096
"""Bytes by which the kind of a file is detected."""
MIN_UNPACKED_BYTES, MAX_EXPANSION = 1024**3, 200
"""What may come out of any container, and out of a larger one for each of its bytes. Logs have 5 to 50 bytes for one,
a line that repeats for ever has up to 150."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a container: its entries, the nesting of containers, and bytes.

    `entries` and `unpacked_bytes` are for one file with all that is nested in it, `memory_bytes` are held in memory for
    all files together. `search_bytes` are unpacked to find and reach members.
    """

    entries: int = 10_000
    depth: int = 3
    unpacked_bytes: int = 8 * 1024**3
    memory_bytes: int = 128 * 1024**2
    search_bytes: int = 2 * 1024**3

    def of(self, packed_bytes: int) -> "Limits":
        """The limits of a file of this size: of a small one that unpacks to much more than logs do, less is read."""
        unpacked = max(MIN_UNPACKED_BYTES, packed_bytes * MAX_EXPANSION)
        return replace(
            self,
            unpacked_bytes=min(self.unpacked_bytes, unpacked),
            search_bytes=self.search_bytes + packed_bytes * MAX_EXPANSION,
        )


@dataclass(slots=True)
class MemoryBudget:
    """Bytes that may still be held in memory, for all containers together."""

    left: int


@dataclass(slots=True)
class SearchBudget:
    """Bytes that may still be unpacked to find and reach the members of a container, those nested in it included.

    These bytes are not read as lines. Without a limit, each of thousands of members could cost as much as a bomb.
    """

    left: int

    def take(self, size: int) -> None:
        """Note that bytes were unpacked. Raises CorruptStream if these are too many."""
        self.left -= size
        if self.left < 0:
            raise CorruptStream("to find its members, more bytes must be unpacked than the limit; the rest is not read")


@dataclass(slots=True)
class Meter:
    """Counts the compressed bytes that were `read` for the latest stream of a source."""

    read: int = 0

    def count(self, stream: Readable) -> Readable:
        """The stream, whose bytes are counted from now on."""
        self.read = 0
        return ChunkStream(self._counted(stream), stream)

    def _counted(self, stream: Readable) -> Iterator[bytes]:
        while chunk := stream.read(CHUNK_BYTES):
            self.read += len(chunk)
            yield chunk


@dataclass(frozen=True, slots=True)
class ByteSource:
    """Bytes with a name. `open_stream` opens a new stream at the first byte.

    `open_seekable` opens a seekable stream; it is None if there is none. `modified` is naive: UTC, but for zip members
    the local time of the computer that packed them. At least `expected` bytes are to be read, if that is known.
    `layers` is the number of compressions around the bytes. `file` is the source that reads them, if they are a regular
    file. `is_named` means that the user named the file, so that it is read although it does not look like text. `meter`
    counts the bytes before the first decompression, of which there are `expected`; None if there is no compression.
    `search` limits what is unpacked to find and reach members. `origin` is the regular file that contains the bytes, if
    they are read from one.
    """

    path: str
    open_stream: Callable[[], Readable]
    modified: datetime | None = None
    open_seekable: Callable[[], io.BufferedIOBase] | None = None
    expected: int | None = None
    layers: int = 0
    file: Source | None = None
    is_named: bool = False
    meter: Meter | None = None
    search: SearchBudget | None = None
    origin: Source | None = None

    def open_at(self, offset: int) -> Readable:
        """Open a stream at byte `offset`. Raises CorruptStream if there are fewer bytes."""
        if self.open_seekable:
            file = self.open_seekable()
            file.seek(offset)
            return file
        stream = self.open_stream()
        try:
            for chunk in _exactly(stream, offset):
                self.count(len(chunk))
        except OSError:
            stream.close()
            raise
        return stream

    def count(self, size: int) -> None:
        """Note that bytes were unpacked to find or reach a member. Raises CorruptStream if these are too many."""
        if self.search:
            self.search.take(size)

    @property
    def head(self) -> bytes:
        """The first 4096 bytes, as `first`."""
        return self.first(HEAD_BYTES)

    def first(self, size: int) -> bytes:
        """The first `size` bytes. Fewer if there are no more or they are damaged. Raises OSError if reading fails."""
        try:
            with closing(self.open_stream()) as stream:
                return stream.read(size)
        except CorruptStream:
            return b""

    def part(self, path: str, offset: int, size: int, modified: datetime | None) -> "ByteSource":
        """The `size` bytes from `offset` on, named `path`. Reading raises CorruptStream if there are fewer."""

        def open_stream() -> Readable:
            stream = self.open_at(offset)
            return ChunkStream(_exactly(stream, size), stream)

        return ByteSource(
            path, open_stream, modified or self.modified, expected=size, search=self.search, origin=self.origin
        )

    def decompressed(self, compression: str, modified: datetime | None, max_bytes: int) -> "ByteSource":
        """The decompressed bytes. Reading raises CorruptStream after `max_bytes`."""
        meter = self.meter or Meter()

        def open_stream() -> Readable:
            packed = self.open_stream()
            stream = decompressed(packed if self.meter else meter.count(packed), compression)
            return ChunkStream(_at_most(stream, max_bytes), stream)

        modified = modified or self.modified
        return ByteSource(
            self.path, open_stream, modified, None, self.expected, self.layers + 1, meter=meter, search=self.search,
            origin=self.origin,
        )  # fmt: skip

    def load(self, memory: MemoryBudget) -> "ByteSource | None":
        """Return a seekable source of the same bytes, in memory if need be, or None if `memory` is too small.

        Reduces `memory`. If reading fails, reading the result fails at the same byte.
        """
        if self.open_seekable:
            return self
        data, failure = bytearray(), None
        try:
            with closing(self.open_stream()) as stream:
                while len(data) <= memory.left and (chunk := stream.read(CHUNK_BYTES)):
                    data += chunk
                    self.count(len(chunk))
        except OSError as error:
            failure = error
        if len(data) > memory.left:
            return None
        memory.left -= len(data)
        return replace(memory_source(self.path, bytes(data), self.modified, self.layers, failure), search=self.search)


class ArchiveEntry(NamedTuple):
    """A member of an archive. `problem` says why it is not read, or is empty."""

    name: str
    content: ByteSource
    problem: str = ""


def memory_source(
    path: str, data: bytes, modified: datetime | None = None, layers: int = 0, failure: OSError | None = None
) -> ByteSource:
    """Bytes in memory. A stream of them raises `failure` at their end, if there is one."""

    def open_stream() -> Readable:
        return ChunkStream(_then_failing(io.BytesIO(data), failure))

    return ByteSource(path, open_stream, modified, lambda: io.BytesIO(data), len(data), layers)


def file_source(file: Source, *, is_named: bool) -> ByteSource:
    """The bytes of a regular file. `is_named`: by the user, so that it is read although it does not look like text."""
    path = file.path

    def opened() -> io.BufferedReader:
        return open(path, "rb")

    return ByteSource(path, opened, file.modified, opened, file.expected, 0, file, is_named, origin=file)


def _then_failing(stream: Readable, failure: OSError | None) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
    if failure:
        raise failure


def _exactly(stream: Readable, size: int) -> Iterator[bytes]:
    while size > 0:
        chunk = stream.read(min(CHUNK_BYTES, size))
        if not chunk:
            raise CorruptStream("the data is truncated")
        size -= len(chunk)
        yield chunk


def _at_most(stream: Readable, max_bytes: int) -> Iterator[bytes]:
    left = max_bytes
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk[: max(left, 0)]
        left -= len(chunk)
        if left < 0:
            raise CorruptStream("it unpacks to more bytes than the limit; the rest is not read")


@contextmanager
def seek_in(content: ByteSource) -> Iterator[io.BufferedIOBase]:
    """A seekable stream of the bytes. Raises CorruptStream if they have none."""
    if not content.open_seekable:
        raise CorruptStream("not seekable")
    with content.open_seekable() as file:
        yield file
