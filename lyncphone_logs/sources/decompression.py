"""Compressed streams: gzip, bzip2, xz and Zstandard, recognised by their first bytes and read piece by piece.

Magic numbers: RFC 1952 (gzip), RFC 8878 (Zstandard), the xz file format 1.2.1, the bzip2 manual. Several streams in a
row are one, as their programs have it. The only door to Zstandard.
"""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, Protocol

PIECE = 64 * 1024
"""Bytes that are made of what is compressed at a time."""
# What a decoder made in the call in which it meets damage is lost: little.
_FINE = 1024
_RAW_DEFLATE, _GZIP = -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS
_MAGIC = {"gzip": b"\x1f\x8b\x08", "bzip2": b"BZh", "xz": b"\xfd7zXZ\0", "zstd": b"\x28\xb5\x2f\xfd"}
_BLOCKS_OF_BZIP2 = (b"1AY&SY", b"\x17rE8P\x90")
WITHOUT_ZSTD = "it is compressed with Zstandard; to read that, install lyncphone_logs[zstd]"


class CorruptStream(OSError):
    """What is compressed, or an archive, cannot be read on from here; the message says why."""


class Readable(Protocol):
    """What can be read to its end."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""

    def close(self) -> None:
        """It is not read any more."""


class Pieces:
    """Pieces of bytes, of any size, as a stream; reading gives what came before an error, and then raises that.

    `opened` are closed with it.
    """

    def __init__(self, pieces: Iterator[bytes], *opened: Readable) -> None:
        self._pieces, self._opened = pieces, opened
        self._held: list[bytes] = []
        self._failure: OSError | None = None

    def read(self, size: int, /) -> bytes:
        """As many bytes as asked for, but at the end and before an error, which is an OSError."""
        held = sum(map(len, self._held))
        while held < size and not self._failure:
            try:
                piece = next(self._pieces, None)
            except OSError as error:
                self._failure = error
                break
            if piece is None:
                break
            self._held.append(piece)
            held += len(piece)
        if not held and self._failure:
            raise self._failure
        data = b"".join(self._held)
        self._held = [data[size:]]
        return data[:size]

    def close(self) -> None:
        """Close what it was made of."""
        for each in self._opened:
            each.close()


def compression_of(head: bytes) -> str:
    """How something is compressed that begins with these bytes: gzip, bzip2, xz, zstd, or "" for not at all."""
    kind = next((name for name, magic in _MAGIC.items() if head.startswith(magic)), "")
    if kind == "bzip2" and not (head[3:4].isdigit() and head[4:10] in _BLOCKS_OF_BZIP2):
        return ""
    return kind


def decompressed(stream: Readable, kind: str) -> Pieces:
    """What a stream holds; `kind` may also be `deflate`, as zip files have it.

    Reading raises Damaged behind all that can be made of what is damaged or broken off.
    """
    return Pieces(_pieces(stream, kind), stream)


def _pieces(stream: Readable, kind: str) -> Iterator[bytes]:
    decoder, data = _DECODERS[kind](), b""
    while True:
        if not data and decoder.needs_input:
            data = stream.read(PIECE)
        is_over = not data and decoder.needs_input
        try:
            made = decoder.decompress(data, _FINE)
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, MemoryError) as error:
            raise CorruptStream(f"the {kind} data is damaged") from error
        data = b""
        if made:
            yield made
        if decoder.eof:
            if kind == "deflate" or not (data := _next_start(decoder.unused_data, stream)):
                return
            if compression_of(data) != kind:
                raise CorruptStream(f"behind the end of the {kind} data stand bytes that are none")
            decoder = _DECODERS[kind]()
        elif is_over and not made:
            raise CorruptStream(f"the {kind} data breaks off")


def _next_start(data: bytes, stream: Readable) -> bytes:
    """What stands behind the end of a stream, without zeros, which are padding."""
    data = data.lstrip(b"\0")
    while len(data) < len(max(_MAGIC.values(), key=len)) + len(_BLOCKS_OF_BZIP2[0]) and (more := stream.read(PIECE)):
        data = (data + more).lstrip(b"\0")
    return data


class _Inflate:
    """zlib with the interface of bz2, and all that stands before damage."""

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
            made = self._decoder.decompress(data, PIECE)
        except zlib.error as error:
            self._error = error
            return b"".join(_byte_by_byte(before, data))
        self._rest = self._decoder.unconsumed_tail
        return made


def _byte_by_byte(decoder: Any, data: bytes) -> Iterator[bytes]:
    with suppress(zlib.error):
        for at in range(len(data)):
            yield decoder.decompress(data[at : at + 1])


class _Zstd:
    """The decoder of Zstandard, whose error is no built-in one."""

    def __init__(self) -> None:
        try:
            zstd = _zstd()
        except ImportError:
            raise CorruptStream(WITHOUT_ZSTD) from None
        self._decoder, self._fault = zstd.ZstdDecompressor(), zstd.ZstdError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decoder, name)

    def decompress(self, data: bytes, size: int) -> bytes:
        try:
            made: bytes = self._decoder.decompress(data, size)
        except self._fault as error:
            raise ValueError(error) from error
        return made


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
    "xz": lzma.LZMADecompressor,
    "zstd": _Zstd,
}


MAX_AHEAD_BYTES = 8
"""Pieces of 64 KiB that are made before they are wanted."""


class ReadAhead:
    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._made: Queue[bytes | BaseException] = Queue(MAX_AHEAD_BYTES)
        self._is_left = Event()
        self._thread = Thread(target=self._fill, name="lyncphone_logs.ahead", daemon=True)
        self._thread.start()

    def _fill(self) -> None:
        try:
            while not self._is_left.is_set():
                piece = self._stream.read(PIECE)
                self._made.put(piece)
                if not piece:
                    return
        except BaseException as error:
            self._made.put(error)

    def pieces(self) -> Iterator[bytes]:
        while made := self._made.get():
            if isinstance(made, BaseException):
                raise made
            yield made

    def leave(self) -> None:
        """The thread may wait for room: once there is some, it sees that nobody reads, and ends."""
        self._is_left.set()
        while self._thread.is_alive():
            try:
                self._made.get(timeout=0.01)
            except Empty:
                continue
        self._thread.join()


@contextmanager
def read_ahead(opened: Callable[[], Readable]) -> Iterator[Pieces]:
    """What a stream holds, read by a thread that ends with the context; its errors are raised where it is read."""
    stream = opened()
    ahead = ReadAhead(stream)
    try:
        yield Pieces(ahead.pieces())
    finally:
        ahead.leave()
        stream.close()
