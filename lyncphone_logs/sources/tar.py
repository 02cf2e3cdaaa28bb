"""The members of a tar archive, by reading its headers one after the other; nothing is extracted."""

import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, Self

from lyncphone_logs.sources.decompression import PIECE, CorruptStream, Readable
from lyncphone_logs.sources.streams import ArchiveEntry, ByteSource

BLOCK = 512
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
    """A header that is damaged or missing is an error wherever it stands, not the end of the archive."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile)
        except _End:
            raise
        except _Fault as error:
            raise _Unreadable(f"its next header cannot be read ({error})") from None

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if self.type in _EXTENSIONS and self.size > _MAX_EXTENSION_BYTES:
            raise tarfile.ReadError("a header goes on for more than a megabyte")
        return super()._proc_member(archive)  # type: ignore[misc]


# Inside of the class the name is that of an argument.
_End, _Fault, _Unreadable = tarfile.EOFHeaderError, tarfile.HeaderError, tarfile.ReadError  # type: ignore[attr-defined]


class _UpToDamage:
    """tarfile would lose what it read before an error: it gets all of that, and then the end."""

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
    """Whether the header of a tar archive stands at the beginning: by its magic number, in old ones its checksum."""
    if len(head) < BLOCK or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return head[257:262] == b"ustar"
    return True


def tar_entries(whole: ByteSource) -> Iterator[ArchiveEntry]:
    """The members, directories apart. Raises Damaged behind those that can be found."""
    with closing(whole.opened()) as stream:
        readable = _UpToDamage(stream)
        try:
            with tarfile.open(fileobj=readable, mode="r|", tarinfo=_Header) as archive:  # type: ignore[call-overload]
                for header in archive:
                    if not header.isdir():
                        yield _entry(whole, header)
        except _FAULTS as error:
            raise CorruptStream(str(readable.failure or error)) from None
        # Behind the end mark stands the checksum of what the archive was compressed with.
        while readable.read(PIECE):
            continue
        if readable.failure:
            raise CorruptStream(str(readable.failure))


def _entry(whole: ByteSource, header: tarfile.TarInfo) -> ArchiveEntry:
    name = header.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if header.type in _OTHERS:
        target = f" ({header.linkname})" if header.linkname else ""
        return ArchiveEntry(name, whole, f"it is {_OTHERS[header.type]}{target}, which is not followed")
    if header.issparse() or not header.isreg():
        return ArchiveEntry(name, whole, "it is not a plain file, but of a kind that is not read")
    return ArchiveEntry(name, whole.part(whole.path, header.offset_data, header.size, _modified(header)))


def _modified(header: tarfile.TarInfo) -> datetime | None:
    try:
        return datetime(1970, 1, 1) + timedelta(seconds=int(header.mtime)) if header.mtime > 0 else None
    except (OverflowError, ValueError):
        return None
