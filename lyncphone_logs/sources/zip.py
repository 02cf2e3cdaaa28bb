"""Lists the members of a zip file by its directory, or by the headers before the members if the directory is damaged.

Layout: .ZIP File Format Specification (APPNOTE) 6.3, sections 4.3 and 4.4. Extracts nothing. The names of members are
never used as paths.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from io import BufferedIOBase
from struct import Struct, error
from typing import NamedTuple

from lyncphone_logs.sources.decompression import CHUNK_BYTES, ChunkStream, CorruptStream, Readable
from lyncphone_logs.sources.streams import ArchiveEntry, ByteSource, seek_in

_LOCAL = Struct("<4s5H3L2H")
_SIGNATURE, _MAX_DESCRIPTOR_BYTES = b"PK\x03\x04", 64
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_COMPRESSIONS = {_DEFLATED: "deflate", _BZIP2: "bzip2"}
_ENCRYPTED, _LENGTH_AFTER_DATA, _UTF8 = 0x1, 0x8, 0x800
_FAULTS = (zipfile.BadZipFile, error, ValueError, OverflowError, NotImplementedError, EOFError, MemoryError)
_NO_TIME = (1980, 1, 1, 0, 0, 0)
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024
"""Bytes of a directory that are read; 10,000 members with long names take less. Each takes ten times its bytes."""


class _BoundedReads:
    """A file that refuses to read a directory that is too large. zipfile would read it whole."""

    def __init__(self, file: BufferedIOBase) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile("the directory is too large")
        return self._file.read(size)


class _PackedMember(NamedTuple):
    name: str
    method: int
    flags: int
    header: int
    size: int
    crc: int
    packed_at: tuple[int, int, int, int, int, int]

    @property
    def modified(self) -> datetime | None:
        year, month, day, hour, minute, second = self.packed_at
        try:
            return None if self.packed_at == _NO_TIME else datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None


def zip_entries(content: ByteSource, max_bytes: int) -> Iterator[ArchiveEntry]:
    """The members of a seekable zip file, without directories. At most `max_bytes` come out of each.

    If the archive is damaged, raises CorruptStream after the members that could be found.
    """
    with seek_in(content) as file:
        try:
            with zipfile.ZipFile(_BoundedReads(file)) as archive:
                infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
        except _FAULTS:
            for packed in _salvaged(file, content.count):
                yield _entry(content, file, packed, max_bytes)
            raise CorruptStream(
                "its directory is missing, damaged or too large; members were located by their own headers"
            ) from None
        end = 0
        for info in sorted(infos, key=lambda info: info.header_offset):
            packed = _PackedMember(
                info.filename, info.compress_type, info.flag_bits, info.header_offset, info.compress_size, info.CRC,
                info.date_time,
            )  # fmt: skip
            if info.header_offset < end:
                yield ArchiveEntry(info.filename, content, "it overlaps another member of the archive")
                continue
            end = info.header_offset + _LOCAL.size + info.compress_size
            yield _entry(content, file, packed, max_bytes)


def _entry(content: ByteSource, file: BufferedIOBase, packed: _PackedMember, max_bytes: int) -> ArchiveEntry:
    if packed.flags & _ENCRYPTED:
        return ArchiveEntry(packed.name, content, "it is encrypted")
    if packed.method != _STORED and packed.method not in _COMPRESSIONS:
        return ArchiveEntry(packed.name, content, f"its compression method {packed.method} is not supported")
    header = _read_at(file, packed.header)
    if len(header) < _LOCAL.size or not header.startswith(_SIGNATURE):
        return ArchiveEntry(packed.name, content, "its header in the archive is damaged")
    *_, name, extra = _LOCAL.unpack(header)
    start = packed.header + _LOCAL.size + name + extra
    member = content.part(content.path, start, packed.size, packed.modified)
    if packed.method in _COMPRESSIONS:
        member = member.decompressed(_COMPRESSIONS[packed.method], None, max_bytes)
    return ArchiveEntry(packed.name, _checked(member, packed.crc))


def _read_at(file: BufferedIOBase, offset: int) -> bytes:
    """The header that a directory claims to be there; b"" if no file can be so long."""
    try:
        file.seek(offset)
        return file.read(_LOCAL.size)
    except (OSError, ValueError, OverflowError):
        return b""


def _checked(content: ByteSource, crc: int) -> ByteSource:
    def open_stream() -> Readable:
        stream = content.open_stream()
        return ChunkStream(chunks(stream), stream)

    def chunks(stream: Readable) -> Iterator[bytes]:
        found = 0
        while chunk := stream.read(CHUNK_BYTES):
            found = zlib.crc32(chunk, found)
            yield chunk
        if found != crc:
            raise CorruptStream("its checksum does not match: the data was changed")

    return replace(content, open_stream=open_stream, layers=0)


def _salvaged(file: BufferedIOBase, count: Callable[[int], None]) -> Iterator[_PackedMember]:
    at = 0
    while True:
        file.seek(at)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(_SIGNATURE):
            return
        _, _, flags, method, time, date, crc, size, _, name_length, extra = _LOCAL.unpack(header)
        name = file.read(name_length).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        start = at + _LOCAL.size + name_length + extra
        if flags & _LENGTH_AFTER_DATA:
            size, crc = _measured(file, start, method, count)
        packed_at = (
            (date >> 9) + 1980, date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, time % 32 * 2,
        )  # fmt: skip
        if not name.endswith("/"):
            yield _PackedMember(name, method, flags, at, size, crc, packed_at)
        file.seek(start + size)
        # A descriptor with length and checksum may come before the next header.
        distance = file.read(_MAX_DESCRIPTOR_BYTES).find(_SIGNATURE)
        if distance < 0:
            return
        at = start + size + distance


def _measured(file: BufferedIOBase, start: int, method: int, count: Callable[[int], None]) -> tuple[int, int]:
    """Packed bytes and checksum of a member whose header has neither. All bytes and 0 if the member is truncated."""
    file.seek(start)
    decoder, size, crc = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
    while method == _DEFLATED and not decoder.eof and (data := decoder.unconsumed_tail or file.read(CHUNK_BYTES)):
        try:
            made = decoder.decompress(data, CHUNK_BYTES)
            crc = zlib.crc32(made, crc)
            count(len(made))
        except zlib.error:
            break
        size += len(data) - len(decoder.unconsumed_tail) - len(decoder.unused_data)
    if decoder.eof:
        return size, crc
    file.seek(0, 2)
    return file.tell() - start, 0
