"""Lists the members of a tar archive by reading its headers in order. Extracts nothing."""

import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, Self

from lyncphone_logs.sources.decompression import CHUNK_BYTES, CorruptStream, Readable
from lyncphone_logs.sources.streams import ArchiveEntry, ByteSource

BLOCK_BYTES = 512
_MAX_EXTENSION_BYTES = 1024 * 1024
_EXTENSIONS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_FAULTS = (tarfile.TarError, ValueError, OverflowError, EOFError, OSError, IndexError, KeyError, MemoryError)
_OTHERS = {
    tarfile.SYMTYPE: "a symbolic link", tarfile.LNKTYPE: "a link to another member", tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device", tarfile.FIFOTYPE: "a named pipe",
}  # fmt: skip


class _Header(tarfile.TarInfo):
    """A header whose damage or absence is always an error. tarfile would treat it as the end of the archive."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile)
        except _EndOfArchive:
            raise
        except _DamagedHeader as error:
            raise _UnreadableArchive(f"the next header cannot be read ({error})") from None

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if self.type in _EXTENSIONS and self.size > _MAX_EXTENSION_BYTES:
            raise tarfile.ReadError("a header is longer than 1 MiB")
        return super()._proc_member(archive)  # type: ignore[misc]


# In the method above `tarfile` is the name of an argument.
_EndOfArchive, _DamagedHeader = tarfile.EOFHeaderError, tarfile.HeaderError  # type: ignore[attr-defined]
_UnreadableArchive = tarfile.ReadError


class _EndsBeforeFailure:
    """A stream that ends where reading fails, and stores the `failure`. tarfile would lose what it read before."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.failure: OSError | None = None

    def read(self, size: int) -> bytes:
        try:
            return b"" if self.failure else self._stream.read(size)
        except OSError as error:
            self.failure = error
            return b""


def is_tar(head: bytes) -> bool:
    """Whether `head` begins with the header of a tar archive: by its checksum, or by its magic number if damaged."""
    if len(head) < BLOCK_BYTES or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK_BYTES], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return head[257:262] == b"ustar"
    return True


def tar_entries(content: ByteSource) -> Iterator[ArchiveEntry]:
    """The members of an archive, without directories.

    If the archive is damaged, raises CorruptStream after the members that could be found.
    """
    with closing(content.open_stream()) as stream:
        readable = _EndsBeforeFailure(stream)
        try:
            with tarfile.open(fileobj=readable, mode="r|", tarinfo=_Header) as archive:  # type: ignore[call-overload]
                for header in archive:
                    if not header.isdir():
                        yield _entry(content, header)
        except _FAULTS as error:
            raise CorruptStream(str(readable.failure or error)) from None
        # After the end mark comes the checksum of the compression around the archive.
        while readable.read(CHUNK_BYTES):
            continue
        if readable.failure:
            raise CorruptStream(str(readable.failure))


def _entry(content: ByteSource, header: tarfile.TarInfo) -> ArchiveEntry:
    name = header.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if header.type in _OTHERS:
        target = f" ({header.linkname})" if header.linkname else ""
        return ArchiveEntry(name, content, f"it is {_OTHERS[header.type]}{target}, which is not read")
    if header.issparse() or not header.isreg():
        return ArchiveEntry(name, content, "it is not a regular file")
    return ArchiveEntry(name, content.part(content.path, header.offset_data, header.size, _modified(header)))


def _modified(header: tarfile.TarInfo) -> datetime | None:
    try:
        return datetime(1970, 1, 1) + timedelta(seconds=int(header.mtime)) if header.mtime > 0 else None
    except (OverflowError, ValueError):
        return None
