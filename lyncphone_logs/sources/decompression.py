"""Decompresses streams of gzip, bzip2, xz and Zstandard in chunks, up to where they are damaged.

Magic numbers: RFC 1952 (gzip), RFC 8878 (Zstandard), the xz file format 1.2.1, the bzip2 manual. Several streams one
after the other are one, as the programs of these formats define it. The only module that imports Zstandard.
"""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Protocol

CHUNK_BYTES = 64 * 1024
"""Bytes read at a time."""
# If a decoder finds damage, the output of that call is lost. So each call makes little output.
_MAX_OUTPUT_BYTES = 1024
_RAW_DEFLATE, _GZIP = -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS
_MAGIC = {"gzip": b"\x1f\x8b\x08", "bzip2": b"BZh", "xz": b"\xfd7zXZ\0", "zstd": b"\x28\xb5\x2f\xfd"}
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
MAX_DECODER_BYTES = 256 * 1024**2
"""Memory that the decoder of xz may take; `xz -9` needs 65 MiB."""
MAX_WINDOW_BYTES = 128 * 1024**2
"""Window of a Zstandard frame up to which the decoder reads it; `zstd --ultra -22` needs 128 MiB."""
_ZSTD_HEADER_BYTES = 18
WITHOUT_ZSTD = "it is compressed with Zstandard; install lyncphone_logs[zstd] to read it"


class CorruptStream(OSError):
    """A compressed stream or an archive that cannot be read further. The message says why."""


class Readable(Protocol):
    """A stream of bytes that can be read to its end."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes. Empty only at the end."""

    def close(self) -> None:
        """Release what the stream uses. It is not read afterwards."""


class ChunkStream:
    """Chunks of any size as a stream. An error of the chunks is raised after all bytes before it were read.

    Closes `opened` when it is closed.
    """

    def __init__(self, chunks: Iterator[bytes], *opened: Readable) -> None:
        self._chunks, self._opened = chunks, opened
        self._rest = b""
        self._failure: OSError | None = None

    def read(self, size: int, /) -> bytes:
        """As many bytes as asked for. Fewer only at the end or before an error. Raises that OSError."""
        read = [self._rest]
        left = size - len(self._rest)
        while left > 0 and not self._failure:
            try:
                chunk = next(self._chunks, None)
            except OSError as error:
                self._failure = error
                break
            if chunk is None:
                break
            read.append(chunk)
            left -= len(chunk)
        data = b"".join(read)
        if not data and self._failure:
            raise self._failure
        self._rest = data[size:]
        return data[:size]

    def close(self) -> None:
        """Close the streams that it was made of."""
        for stream in self._opened:
            stream.close()


def compression_of(head: bytes) -> str:
    """The compression of a stream that begins with `head`: gzip, bzip2, xz, zstd, or "" for none."""
    kind = next((name for name, magic in _MAGIC.items() if head.startswith(magic)), "")
    if kind == "bzip2" and not (head[3:4].isdigit() and head[4:10] in _BZIP2_BLOCKS):
        return ""
    return kind


def decompressed(stream: Readable, kind: str) -> ChunkStream:
    """Decompress a stream. `kind` is a result of `compression_of`, or `deflate` for a member of a zip file.

    If the data is damaged or truncated, reading raises CorruptStream after all bytes that could be decompressed.
    """
    return ChunkStream(_chunks(stream, kind), stream)


def _chunks(stream: Readable, kind: str) -> Iterator[bytes]:
    decoder, data = _DECODERS[kind](), b""
    while True:
        if not data and decoder.needs_input:
            data = stream.read(CHUNK_BYTES)
        is_at_end = not data and decoder.needs_input
        try:
            made = decoder.decompress(data, _MAX_OUTPUT_BYTES)
        except CorruptStream:
            raise
        except MemoryError:
            raise CorruptStream(f"there is too little memory to decompress the {kind} data") from None
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
            raise CorruptStream(f"the {kind} data is damaged") from error
        data = b""
        if made:
            yield made
        if decoder.eof:
            if kind == "deflate" or not (data := _next_start(decoder.unused_data, stream)):
                return
            if compression_of(data) != kind:
                raise CorruptStream(f"unknown bytes follow the {kind} data")
            decoder = _DECODERS[kind]()
        elif is_at_end and not made:
            raise CorruptStream(f"the {kind} data is truncated")


def _next_start(data: bytes, stream: Readable) -> bytes:
    """The bytes after the end of a stream, without zero bytes, which are padding."""
    data = data.lstrip(b"\0")
    needed = len(max(_MAGIC.values(), key=len)) + len(_BZIP2_BLOCKS[0])
    while len(data) < needed and (more := stream.read(CHUNK_BYTES)):
        data = (data + more).lstrip(b"\0")
    return data


class _Inflate:
    """zlib with the interface of bz2. Returns all bytes before damage, then raises the error."""

    def __init__(self, bits: int) -> None:
        self._decoder = zlib.decompressobj(bits)
        self._rest = b""
        self._error: zlib.error | None = None

    @property
    def needs_input(self) -> bool:
        return not self._rest and not self._error

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, _: int) -> bytes:
        if self._error:
            raise self._error
        before, data = self._decoder.copy(), self._rest + data
        try:
            made = self._decoder.decompress(data, CHUNK_BYTES)
        except zlib.error as error:
            self._error = error
            return b"".join(_byte_by_byte(before, data))
        self._rest = self._decoder.unconsumed_tail
        return made


def _byte_by_byte(decoder: Any, data: bytes) -> Iterator[bytes]:
    with suppress(zlib.error):
        for at in range(len(data)):
            yield decoder.decompress(data[at : at + 1])


class _Xz:
    """The decoder of xz, with a limit: a header can claim to need 4 GiB."""

    def __init__(self) -> None:
        self._decoder = lzma.LZMADecompressor(memlimit=MAX_DECODER_BYTES)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decoder, name)

    def decompress(self, data: bytes, size: int) -> bytes:
        try:
            return self._decoder.decompress(data, size)
        except lzma.LZMAError as error:
            if "emory" not in str(error):
                raise
        limit = f"{MAX_DECODER_BYTES // 1024**2} MiB"
        raise CorruptStream(f"to decompress it, xz needs more memory than {limit}; decompress it with xz -d first")


class _Zstd:
    """The decoder of Zstandard. It raises ValueError instead of an error of the package."""

    def __init__(self) -> None:
        try:
            zstd = _zstd()
        except ImportError:
            raise CorruptStream(WITHOUT_ZSTD) from None
        self._decoder, self._fault = zstd.ZstdDecompressor(), zstd.ZstdError
        self._head: bytes | None = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decoder, name)

    def decompress(self, data: bytes, size: int) -> bytes:
        if self._head is not None:
            self._check_window(self._head + data)
        try:
            made: bytes = self._decoder.decompress(data, size)
        except self._fault as error:
            raise ValueError(error) from error
        return made

    def _check_window(self, head: bytes) -> None:
        window = window_of(head)
        if window > MAX_WINDOW_BYTES:
            limit = _in_units(MAX_WINDOW_BYTES)
            help = "decompress it with zstd -d --long=31 first"
            raise CorruptStream(f"it needs a window of {_in_units(window)}, the limit is {limit}; {help}")
        self._head = head if len(head) < _ZSTD_HEADER_BYTES else None


def window_of(frame: bytes) -> int:
    """The window of a Zstandard frame in bytes (RFC 8878, 3.1.1.1); 0 if it is not known.

    A frame in one segment needs one of the size of its content.
    """
    if len(frame) < _ZSTD_HEADER_BYTES:
        return 0
    descriptor, window = frame[4], frame[5]
    if not descriptor & 0x20:
        base = 1 << (10 + (window >> 3))
        return base + base // 8 * (window & 7)
    start = 5 + (0, 1, 2, 4)[descriptor & 3]
    length = 1 << (descriptor >> 6)
    size = int.from_bytes(frame[start : start + length], "little")
    return size + 256 * (length == 2)


def _in_units(size: int) -> str:
    for unit, name in ((1024**3, "GiB"), (1024**2, "MiB")):
        if size >= unit:
            return f"{size // unit:,} {name}"
    return f"{size} bytes"


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        import compression.zstd as zstd
    else:
        import backports.zstd as zstd
    return zstd


_DECODERS: dict[str, Callable[[], Any]] = {
    "gzip": lambda: _Inflate(_GZIP),
    "deflate": lambda: _Inflate(_RAW_DEFLATE),
    "bzip2": bz2.BZ2Decompressor,
    "xz": _Xz,
    "zstd": _Zstd,
}
