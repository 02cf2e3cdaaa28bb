"""Lists the members of a tar archive by reading its headers in order. Extracts nothing.

Layout: POSIX.1-2017, `pax`, and the GNU tar manual, "Basic Tar Format". The loop is its own, because tarfile calls
itself for each header before a member and reads on to where a size claims that the next header is.
"""

import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

from lyncphone_logs.sources.decompression import CHUNK_BYTES, CorruptStream, Readable
from lyncphone_logs.sources.streams import ArchiveEntry, ByteSource

BLOCK_BYTES = 512
MAX_EXTENSIONS = 16
"""Headers before a member that give it a long name and so on; programs write at most four."""
MAX_EXTENSION_BYTES = 1024 * 1024
MAX_ALL_EXTENSION_BYTES = 16 * 1024 * 1024
MAX_HEADERS = 100_000
"""Headers of an archive that are read, those of folders included."""
MAX_SIZE_DIGITS = 20
_PAX = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_GLOBAL = tarfile.XGLTYPE
_LONG_NAME, _LONG_LINK = tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK
_EXTENSIONS = (*_PAX, _GLOBAL, _LONG_NAME, _LONG_LINK)
_PAX_RECORD = re.compile(rb"([0-9]{1,7}) ([^=\n]{1,255})=")
_SPARSE = "GNU.sparse."
# A header of a GNU sparse file says with this byte that a block with more of its map follows, and so does such a block.
_MORE_IN_HEADER, _MORE_IN_BLOCK = 482, 504
_OTHERS = {
    tarfile.SYMTYPE: "a symbolic link", tarfile.LNKTYPE: "a link to another member", tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device", tarfile.FIFOTYPE: "a named pipe",
}  # fmt: skip
_EndOfArchive = tarfile.EOFHeaderError  # type: ignore[attr-defined]


class _Blocks:
    """The blocks of a stream. `at` is the offset of the next byte, `extensions` counts the bytes of all extensions.

    `count` is called with the number of bytes that were read; it may raise CorruptStream.
    """

    def __init__(self, stream: Readable, count: Callable[[int], None]) -> None:
        self._stream, self._count = stream, count
        self.at = self.extensions = 0

    def header(self) -> bytes:
        """The next block; fewer bytes if the stream ends before."""
        return self._read(BLOCK_BYTES)

    def skip(self, size: int) -> None:
        """Read the data of a member, and what fills its last block. Raises CorruptStream if there is less data."""
        left = padded(size)
        while left > 0:
            chunk = self._stream.read(min(CHUNK_BYTES, left))
            if not chunk:
                # Programs may omit what fills the last block of an archive.
                if left <= padded(size) - size:
                    return
                raise CorruptStream("unexpected end of data")
            left -= len(chunk)
            self.at += len(chunk)
            self._count(len(chunk))

    def extension(self, size: int) -> bytes:
        """The data of a header that extends the next one."""
        if size > MAX_EXTENSION_BYTES:
            raise CorruptStream("a header is longer than 1 MiB")
        self.extensions += size
        if self.extensions > MAX_ALL_EXTENSION_BYTES:
            raise CorruptStream(f"its headers take more than {MAX_ALL_EXTENSION_BYTES // 1024**2} MiB")
        data = self._read(padded(size))
        if len(data) < size:
            raise CorruptStream("unexpected end of data")
        return data[:size]

    def _read(self, size: int) -> bytes:
        """Fewer bytes only at the end. If the stream fails, raises its error, which says more than that it is short."""
        data = b""
        while len(data) < size and (more := self._stream.read(size - len(data))):
            data += more
        self.at += len(data)
        return data

    def end(self) -> None:
        """Read the rest of the stream, because after the end mark comes the checksum of the compression around it."""
        while chunk := self._stream.read(CHUNK_BYTES):
            self._count(len(chunk))


def padded(size: int) -> int:
    """The bytes of the blocks that `size` bytes take."""
    return -(-size // BLOCK_BYTES) * BLOCK_BYTES


def is_tar(head: bytes) -> bool:
    """Whether `head` begins with the header of a tar archive: by its checksum, or by its magic number if damaged."""
    if len(head) < BLOCK_BYTES or not head[0]:
        return False
    try:
        _parsed(head[:BLOCK_BYTES])
    except (tarfile.TarError, ValueError):
        return head[257:262] == b"ustar"
    return True


def tar_entries(content: ByteSource) -> Iterator[ArchiveEntry]:
    """The members of an archive, without directories.

    If the archive is damaged, raises CorruptStream after the members that could be found.
    """
    with closing(content.open_stream()) as stream:
        # Bytes that can be sought need not be unpacked.
        blocks = _Blocks(stream, (lambda size: None) if content.open_seekable else content.count)
        shared: dict[str, str] = {}
        for _ in range(MAX_HEADERS):
            header = _next_member(blocks, shared)
            if header is None:
                blocks.end()
                return
            if not header.isdir():
                yield _entry(content, header)
            blocks.skip(header.size if _has_data(header) else 0)
        raise CorruptStream(f"it has more than {MAX_HEADERS} headers")


def _next_member(blocks: _Blocks, shared: dict[str, str]) -> tarfile.TarInfo | None:
    """The header of the next member with what its extensions say; None at the end of the archive.

    `shared` is what the extensions for all members say; it is changed.
    """
    own: dict[str, str] = {}
    for _ in range(MAX_EXTENSIONS + 1):
        raw = blocks.header()
        try:
            header = _parsed(raw)
        except _EndOfArchive:
            return None
        except (tarfile.TarError, ValueError, OverflowError) as error:
            raise CorruptStream(f"the next header cannot be read ({error})") from None
        if header.type not in _EXTENSIONS:
            is_sparse = header.type == tarfile.GNUTYPE_SPARSE
            _skip_sparse_map(blocks, is_sparse and bool(raw[_MORE_IN_HEADER]))
            header.offset_data = blocks.at
            return _extended(header, shared | own)
        data = blocks.extension(header.size)
        if header.type in (_LONG_NAME, _LONG_LINK):
            name = "path" if header.type == _LONG_NAME else "linkpath"
            own[name] = _text(data.partition(b"\0")[0])
        else:
            (shared if header.type == _GLOBAL else own).update(_pax_records(data))
    raise CorruptStream(f"more than {MAX_EXTENSIONS} headers in a row belong to one member")


def _parsed(raw: bytes) -> tarfile.TarInfo:
    header = tarfile.TarInfo.frombuf(raw, "utf-8", "surrogateescape")
    if header.size < 0:
        raise tarfile.ReadError("its size is negative")
    return header


def _skip_sparse_map(blocks: _Blocks, has_more: bool) -> None:
    while has_more:
        block = blocks.extension(BLOCK_BYTES)
        has_more = bool(block[_MORE_IN_BLOCK])


def _pax_records(data: bytes) -> Iterator[tuple[str, str]]:
    """The records that matter here. One that is no record ends the list, as in tarfile."""
    at = 0
    while found := _PAX_RECORD.match(data, at):
        length = int(found[1])
        if length <= found.end() - at:
            return
        name = found[2].decode("utf-8", "replace")
        if name in ("path", "linkpath", "size", "mtime"):
            yield name, _text(data[found.end() : at + length - 1])
        elif name.startswith(_SPARSE):
            yield _SPARSE, ""
        at += length


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _extended(header: tarfile.TarInfo, says: dict[str, str]) -> tarfile.TarInfo:
    header.name = says.get("path", header.name).rstrip("/")
    header.linkname = says.get("linkpath", header.linkname)
    size = says.get("size", "")
    if size:
        if not size.isdecimal() or len(size) > MAX_SIZE_DIGITS:
            raise CorruptStream("the next header cannot be read (its size is no number)")
        header.size = int(size)
    if "mtime" in says:
        try:
            header.mtime = float(says["mtime"])
        except ValueError:
            header.mtime = 0
    if _SPARSE in says:
        header.type = tarfile.GNUTYPE_SPARSE
    return header


def _has_data(header: tarfile.TarInfo) -> bool:
    """Whether blocks of data follow; tarfile decides so too. By POSIX, unknown types have such blocks."""
    return header.isreg() or header.type not in tarfile.SUPPORTED_TYPES


def _entry(content: ByteSource, header: tarfile.TarInfo) -> ArchiveEntry:
    name = header.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if header.type in _OTHERS:
        target = f" ({header.linkname})" if header.linkname else ""
        return ArchiveEntry(name, content, f"it is {_OTHERS[header.type]}{target}, which is not read")
    if header.type == tarfile.GNUTYPE_SPARSE or not header.isreg():
        return ArchiveEntry(name, content, "it is not a regular file")
    return ArchiveEntry(name, content.part(content.path, header.offset_data, header.size, _modified(header)))


def _modified(header: tarfile.TarInfo) -> datetime | None:
    try:
        return datetime(1970, 1, 1) + timedelta(seconds=int(header.mtime)) if header.mtime > 0 else None
    except (OverflowError, ValueError):
        return None
