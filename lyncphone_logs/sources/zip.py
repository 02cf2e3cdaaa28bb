"""The members of a zip file, by its directory; of one that is broken off or damaged, by the headers before the members.

Layout: .ZIP File Format Specification (APPNOTE) 6.3, sections 4.3 and 4.4. Nothing is extracted, names are only names.
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import BufferedIOBase
from struct import Struct, error
from typing import NamedTuple

from lyncphone_logs.sources.decompression import PIECE, CorruptStream, Pieces, Readable
from lyncphone_logs.sources.streams import ArchiveEntry, ByteSource, seek_in

_LOCAL = Struct("<4s5H3L2H")
_SIGNATURE, _DESCRIPTOR_AND_MORE = b"PK\x03\x04", 64
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_PACKED = {_DEFLATED: "deflate", _BZIP2: "bzip2"}
_ENCRYPTED, _LENGTH_BEHIND, _UTF8 = 0x1, 0x8, 0x800
_FAULTS = (zipfile.BadZipFile, error, ValueError, OverflowError, NotImplementedError, EOFError, MemoryError)
_NEVER = (1980, 1, 1, 0, 0, 0)


class _Packed(NamedTuple):
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
            return None if self.packed_at == _NEVER else datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None


def zip_entries(whole: ByteSource, most: int) -> Iterator[ArchiveEntry]:
    """The members of a zip file that can be sought in; of each at most this many bytes come.

    Raises Damaged behind those that can be found.
    """
    with seek_in(whole) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                infos = [each for each in archive.infolist() if not each.filename.endswith("/")]
        except _FAULTS:
            for packed in _salvaged(file):
                yield _entry(whole, file, packed, most)
            raise CorruptStream(
                "its directory is not there or damaged: members were looked for by their own headers"
            ) from None
        end = 0
        for info in sorted(infos, key=lambda each: each.header_offset):
            packed = _Packed(
                info.filename, info.compress_type, info.flag_bits, info.header_offset, info.compress_size, info.CRC,
                info.date_time,
            )  # fmt: skip
            if info.header_offset < end:
                yield ArchiveEntry(info.filename, whole, "it lies over another member of the archive")
                continue
            end = info.header_offset + _LOCAL.size + info.compress_size
            yield _entry(whole, file, packed, most)


def _entry(whole: ByteSource, file: BufferedIOBase, packed: _Packed, most: int) -> ArchiveEntry:
    if packed.flags & _ENCRYPTED:
        return ArchiveEntry(packed.name, whole, "it is encrypted")
    if packed.method != _STORED and packed.method not in _PACKED:
        return ArchiveEntry(packed.name, whole, f"it is packed by a method that is not known here ({packed.method})")
    file.seek(max(packed.header, 0))
    header = file.read(_LOCAL.size) if packed.header >= 0 else b""
    if len(header) < _LOCAL.size or not header.startswith(_SIGNATURE):
        return ArchiveEntry(packed.name, whole, "its header in the archive is damaged")
    *_, name, extra = _LOCAL.unpack(header)
    start = packed.header + _LOCAL.size + name + extra
    content = whole.part(whole.path, start, packed.size, packed.modified)
    if packed.method in _PACKED:
        content = content.without(_PACKED[packed.method], None, most)
    return ArchiveEntry(packed.name, _checked(content, packed.crc))


def _checked(content: ByteSource, crc: int) -> ByteSource:
    def opened() -> Readable:
        stream = content.opened()
        return Pieces(pieces(stream), stream)

    def pieces(stream: Readable) -> Iterator[bytes]:
        found = 0
        while piece := stream.read(PIECE):
            found = zlib.crc32(piece, found)
            yield piece
        if found != crc:
            raise CorruptStream("its checksum is another: it is not what was packed")

    return replace(content, opened=opened, layers=0)


def _salvaged(file: BufferedIOBase) -> Iterator[_Packed]:
    at = 0
    while True:
        file.seek(at)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(_SIGNATURE):
            return
        _, _, flags, method, time, date, crc, size, _, name_length, extra = _LOCAL.unpack(header)
        name = file.read(name_length).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        start = at + _LOCAL.size + name_length + extra
        if flags & _LENGTH_BEHIND:
            size, crc = _measured(file, start, method)
        packed_at = (
            (date >> 9) + 1980, date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, time % 32 * 2,
        )  # fmt: skip
        if not name.endswith("/"):
            yield _Packed(name, method, flags, at, size, crc, packed_at)
        file.seek(start + size)
        behind = file.read(_DESCRIPTOR_AND_MORE).find(_SIGNATURE)
        if behind < 0:
            return
        at = start + size + behind


def _measured(file: BufferedIOBase, start: int, method: int) -> tuple[int, int]:
    """Packed bytes and checksum of a member whose header does not tell them; all bytes, where it breaks off."""
    file.seek(start)
    decoder, size, crc = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
    while method == _DEFLATED and not decoder.eof and (data := decoder.unconsumed_tail or file.read(PIECE)):
        try:
            crc = zlib.crc32(decoder.decompress(data, PIECE), crc)
        except zlib.error:
            break
        size += len(data) - len(decoder.unconsumed_tail) - len(decoder.unused_data)
    if decoder.eof:
        return size, crc
    file.seek(0, 2)
    return file.tell() - start, 0
