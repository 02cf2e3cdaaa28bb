"""Sources that are no plain files: members of archives, compressed files, pipes and standard input."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from lyncphone_logs.sources.decompression import (
    CHUNK_BYTES,
    ChunkStream,
    CorruptStream,
    Readable,
    compression_of,
    decompressed,
)
from lyncphone_logs.sources.encodings import encoding_of
from lyncphone_logs.sources.exports import export_of
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.streams import HEAD_BYTES, ByteSource


class UnpackBudget:
    """Bytes that may come out of one container, for all members together.

    A member that is read several times counts once.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = self.left = max_bytes
        self._read: dict[str, int] = {}

    def covers(self, path: str, total: int) -> bool:
        """Note that `total` bytes of a member were read. Returns whether more of it may be read."""
        before = self._read.get(path, 0)
        self.left -= max(total - before, 0)
        self._read[path] = max(total, before)
        return self.left >= 0


class ArchiveMember(Source):
    """A member of an archive, or a compressed file. `bytes`, `sha256` and offsets are those of its unpacked text."""

    help = "copy the file again from its origin and compare the sizes; everything before the error was read"

    def __init__(self, content: ByteSource, encoding: str, budget: UnpackBudget) -> None:
        self._content, self._budget = content, budget
        super().__init__(content.path)
        self.encoding = encoding
        self.is_packed = content.meter is not None

    @property
    def is_repeatable(self) -> bool:
        """Always true: it can be unpacked again."""
        return True

    @property
    def size(self) -> None:
        """Always None: it can only be read from the start."""

    @property
    def expected(self) -> int | None:
        """Bytes to be read, or compressed bytes, if that is known before reading; else None."""
        return self._content.expected

    @property
    def progress(self) -> tuple[int, int | None]:
        """Bytes read so far, and bytes to be read if that is known; of a compressed member both are compressed ones."""
        meter = self._content.meter
        return meter.read if meter else self.bytes, self.expected

    @property
    def modified(self) -> datetime | None:
        """When it was last written: in UTC, for zip members in the local time of the computer that packed them.

        If the member has no time, that of the container.
        """
        return self._content.modified

    def note_changes(self) -> None:
        """Set `problem` if the file that contains the member has changed: parts of it may be of either state."""
        if self._content.origin and not self.problem and self._content.origin.was_changed():
            self.problem = f"cannot read {self.path} completely: {self._content.origin.path} changed while it was read"

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        with closing(self._content.open_stream()) as stream:
            yield stream

    def _next(self, stream: Readable, size: int) -> bytes:
        if not self._budget.covers(self.path, self.bytes):
            self.problem = (
                f"cannot read {self.path} from byte {self.bytes} on:"
                f" its container unpacks to more than {self._budget.max_bytes} bytes"
            )
            return b""
        return super()._next(stream, size)


class PipedSource(Source):
    """Standard input or a named pipe, decompressed if need be. `start` are bytes of it that were already read.

    `is_archive` detects by the first bytes an archive, which cannot be read from a pipe.
    """

    def __init__(self, path: str, is_archive: Callable[[bytes], bool], start: bytes = b"") -> None:
        self._start, self._is_archive = start, is_archive
        super().__init__(path)

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        with super()._open() as stream:
            head, readable = peek(ChunkStream(_chained(self._start, stream)))
            while kind := compression_of(head):
                head, readable = peek(decompressed(readable, kind))
            if self._is_archive(head):
                raise CorruptStream("an archive cannot be read from a pipe; save it and name the file")
            self.encoding = encoding_of(head)
            self.export = None if self.encoding else export_of(head)
            yield readable


def peek(stream: Readable) -> tuple[bytes, Readable]:
    """Read the first 4096 bytes of a stream. Returns them, and a stream of all bytes that replaces the given one."""
    head = stream.read(HEAD_BYTES)
    return head, ChunkStream(_chained(head, stream))


def _chained(start: bytes, stream: Readable) -> Iterator[bytes]:
    if start:
        yield start
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
