"""Sources that are no plain files: members of containers, and what comes compressed through a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from lyncphone_logs.sources.decompression import (
    PIECE,
    CorruptStream,
    Pieces,
    Readable,
    compression_of,
    decompressed,
    read_ahead,
)
from lyncphone_logs.sources.encodings import encoding_of
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.streams import HEAD, ByteSource


class Budget:
    """Bytes that may come out of one container, all members together, each counted once however often it is read."""

    def __init__(self, most: int) -> None:
        self.most = self.left = most
        self._taken: dict[str, int] = {}

    def take(self, path: str, total: int) -> bool:
        """Whether a member may be read as far as this."""
        self.left -= max(total - self._taken.get(path, 0), 0)
        self._taken[path] = max(total, self._taken.get(path, 0))
        return self.left >= 0


class ArchiveMember(Source):
    """A member of a container, unpacked: `bytes`, `sha256` and offsets are those of its text."""

    help = "copy the file again from where it came, and compare its size; what stands before was read"

    def __init__(self, content: ByteSource, encoding: str, budget: Budget) -> None:
        self._content, self._budget = content, budget
        super().__init__(content.path)
        self.encoding = encoding

    @property
    def is_repeatable(self) -> bool:
        """It can be read again."""
        return True

    @property
    def size(self) -> None:
        """None: it cannot be read from the middle."""

    @property
    def expected(self) -> int | None:
        """Bytes that are there to be read, or compressed ones, where that can be told beforehand."""
        return self._content.expected

    @property
    def modified(self) -> datetime | None:
        """When it was last written: in UTC, of zip files in the local time of who packed it; else of the container."""
        return self._content.modified

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        with read_ahead(self._content.opened) as stream:
            yield stream

    def _next(self, stream: Readable, size: int) -> bytes:
        if not self._budget.take(self.path, self.bytes):
            self.problem = (
                f"cannot read {self.path} from byte {self.bytes} on:"
                f" more than {self._budget.most} bytes come out of its container"
            )
            return b""
        return super()._next(stream, size)


class PipedSource(Source):
    """Standard input or a named pipe, of which the `start` was read already; what is compressed is unpacked.

    `is_archive` tells by the first bytes what cannot be read so.
    """

    def __init__(self, path: str, is_archive: Callable[[bytes], bool], start: bytes = b"") -> None:
        self._start, self._is_archive = start, is_archive
        super().__init__(path)

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        with super()._open() as stream:
            head, readable = peeked(Pieces(_behind(self._start, stream)))
            while kind := compression_of(head):
                head, readable = peeked(decompressed(readable, kind))
            if self._is_archive(head):
                raise CorruptStream("an archive has to be read more than once; save it and name the file")
            self.encoding = encoding_of(head)
            yield readable


def peeked(stream: Readable) -> tuple[bytes, Readable]:
    """The first 4096 bytes of a stream, and a stream that has them still before it."""
    head = stream.read(HEAD)
    return head, Pieces(_behind(head, stream))


def _behind(start: bytes, stream: Readable) -> Iterator[bytes]:
    if start:
        yield start
    while piece := stream.read(PIECE):
        yield piece
