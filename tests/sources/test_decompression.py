"""The end of a compressed stream: where it is, what follows it, and where it is missing."""

import io
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from support.containers import COMPRESSIONS, ZSTD

from lyncphone_logs.sources import decompression
from lyncphone_logs.sources.decompression import (
    CHUNK_BYTES,
    CorruptStream,
    compression_of,
    decompressed,
    window_of,
)

NAMES = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd"}
TEXT = b"".join(b"line %d of a log\n" % number for number in range(3000))


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


KINDS: dict[str, Callable[[bytes], bytes]] = {
    **{NAMES[suffix]: pack for suffix, pack in COMPRESSIONS.items()}, "deflate": raw_deflate,
}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", KINDS)
every_stream = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "deflate"])


class Slow(io.BytesIO):
    """Gives a few bytes at a time, as a pipe may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(7)


def unpacked(data: bytes, kind: str, stream: type[io.BytesIO] = io.BytesIO) -> tuple[bytes, str]:
    """All bytes before an error, and what it says."""
    reader, found = decompressed(stream(data), kind), b""
    try:
        while chunk := reader.read(999):
            found += chunk
    except CorruptStream as error:
        return found, str(error)
    return found, ""


@every_kind
@pytest.mark.parametrize("stream", [io.BytesIO, Slow])
@pytest.mark.parametrize("text", [TEXT, b"", b"x"], ids=["long", "empty", "short"])
def test_a_whole_stream_has_an_end(kind: str, stream: type[io.BytesIO], text: bytes) -> None:
    assert unpacked(KINDS[kind](text), kind, stream) == (text, "")


@every_kind
@pytest.mark.parametrize("missing", [1, 2, 4, 9])
@pytest.mark.parametrize("stream", [io.BytesIO, Slow])
def test_a_stream_without_its_last_bytes_is_truncated(kind: str, missing: int, stream: type[io.BytesIO]) -> None:
    found, fault = unpacked(KINDS[kind](TEXT)[:-missing], kind, stream)
    assert fault == f"the {kind} data is truncated"
    assert TEXT.startswith(found)
    if kind == "gzip" and missing < 8:
        assert found == TEXT


@every_stream
@pytest.mark.parametrize("zeros", [0, 1, 8, 512, CHUNK_BYTES, CHUNK_BYTES * 2 + 1])
@pytest.mark.parametrize("stream", [io.BytesIO, Slow])
def test_zeros_between_and_after_streams_are_padding(kind: str, zeros: int, stream: type[io.BytesIO]) -> None:
    packed = KINDS[kind](b"one\n") + bytes(zeros) + KINDS[kind](b"two\n") + bytes(zeros)
    assert unpacked(packed, kind, stream) == (b"one\ntwo\n", "")


@every_stream
def test_what_follows_a_stream_and_is_none_of_its_kind_is_a_fault(kind: str) -> None:
    others = [b"x", b"text after it", *(KINDS[other](TEXT) for other in KINDS if other not in (kind, "deflate"))]
    for other in others:
        for zeros in (0, 3):
            found = unpacked(KINDS[kind](b"one\n") + bytes(zeros) + other, kind)
            assert found == (b"one\n", f"unknown bytes follow the {kind} data")


@every_stream
def test_a_second_stream_that_is_truncated_or_damaged_is_a_fault_after_the_first(kind: str) -> None:
    second = KINDS[kind](TEXT)
    found, fault = unpacked(KINDS[kind](b"one\n") + second[:-3], kind)
    assert found.startswith(b"one\n")
    assert fault == f"the {kind} data is truncated"
    damaged = bytearray(second)
    damaged[len(second) // 2] ^= 0xFF
    found, fault = unpacked(KINDS[kind](b"one\n") + bytes(damaged), kind)
    assert found.startswith(b"one\n")
    assert fault == f"the {kind} data is damaged"


def test_bytes_after_a_member_of_a_zip_file_are_of_the_next_one() -> None:
    assert unpacked(raw_deflate(TEXT) + b"PK\x03\x04 and so on", "deflate") == (TEXT, "")
    assert unpacked(raw_deflate(b"a") + raw_deflate(b"b"), "deflate") == (b"a", "")


def test_of_damaged_deflate_data_each_byte_before_the_damage_is_given() -> None:
    packed = bytearray(KINDS["gzip"](TEXT))
    packed[-8] ^= 1
    assert unpacked(bytes(packed), "gzip") == (TEXT, "the gzip data is damaged")
    assert unpacked(bytes(packed), "gzip", Slow) == (TEXT, "the gzip data is damaged")


@every_kind
def test_a_stream_that_makes_much_of_little_is_given_in_pieces(kind: str) -> None:
    packed = KINDS[kind](bytes(20 << 20))
    tracemalloc.start()
    try:
        reader = decompressed(io.BytesIO(packed), kind)
        assert len(reader.read(CHUNK_BYTES)) == CHUNK_BYTES
        # The dictionary of xz has 8 MiB.
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()


def test_the_kind_of_a_stream_is_known_by_its_first_bytes() -> None:
    for kind, pack in KINDS.items():
        assert compression_of(pack(TEXT)) == ("" if kind == "deflate" else kind)
        assert compression_of(pack(b"")) == ("" if kind == "deflate" else kind)
    for head in (b"", b"BZh", b"BZhx1AY&SY", b"BZh9text of a line", b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f"):
        assert compression_of(head) == ""


def test_a_lack_of_memory_is_a_fault_of_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        needs_input, eof = True, False

        def decompress(self, data: bytes, size: int) -> bytes:
            raise MemoryError

    monkeypatch.setitem(decompression._DECODERS, "bzip2", Failing)
    assert unpacked(b"x", "bzip2") == (b"", "there is too little memory to decompress the bzip2 data")


@pytest.mark.parametrize(
    ("descriptor", "size", "window"),
    [
        (0x20, b"\x05", 5),
        (0x21, b"\x00\x05", 5),
        (0x22, b"\x00\x00\x05", 5),
        (0x23, b"\x00\x00\x00\x00\x05", 5),
        (0x60, b"\x00\x00", 256),
        (0xA0, b"\x00\x01\x00\x00", 256),
        (0xE0, b"\x00\x00\x00\x00\x01\x00\x00\x00", 1 << 32),
    ],
)
def test_the_window_of_a_single_segment_is_the_size_of_its_content(descriptor: int, size: bytes, window: int) -> None:
    frame = b"\x28\xb5\x2f\xfd" + bytes([descriptor]) + size
    assert window_of(frame.ljust(18, b"\0")) == window
    assert window_of(frame.ljust(17, b"\0")) == 0


@pytest.mark.parametrize(
    ("log", "fault"),
    [(27, ""), (28, "it needs a window of 256 MiB, the limit is 128 MiB; decompress it with zstd -d --long=31 first"),
     (31, "it needs a window of 2 GiB, the limit is 128 MiB; decompress it with zstd -d --long=31 first")],
)  # fmt: skip
def test_a_window_up_to_the_limit_is_read(log: int, fault: str) -> None:
    packed = ZSTD.compress(TEXT, options={ZSTD.CompressionParameter.checksum_flag: 1})
    head = b"\x28\xb5\x2f\xfd" + bytes([packed[4] & ~0xE3 | 0x04, (log - 10) << 3])
    sized = {0: 1 if packed[4] & 0x20 else 0, 1: 2, 2: 4, 3: 8}[packed[4] >> 6]
    start = 5 + (0 if packed[4] & 0x20 else 1) + sized
    assert unpacked(head + packed[start:], "zstd") == (b"" if fault else TEXT, fault)
