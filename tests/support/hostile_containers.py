"""Generates containers that claim, nest or repeat more than they hold. Equal calls give equal bytes."""

import bz2
import gzip
import lzma
import random
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from itertools import product

from support.containers import ZSTD, in_tar, in_zip

LINE = b"Jul  9 12:00:00 phone-1 CERT     : ERR  - {f():653} server cert is invalid. ctx->error=10.\n"
SIZES = (1, 511, 512, 513, 1 << 20, 1 << 33, 8 << 40, (1 << 62) + 1, (1 << 87) + 7)
"""Sizes that a header claims."""

Attack = tuple[str, bytes]


def header(name: str, size: int = 0, type: bytes = tarfile.REGTYPE) -> bytes:
    """A header of a tar archive; a large size is in base 256."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, type
    return info.tobuf(tarfile.GNU_FORMAT)


def resealed(block: bytes) -> bytes:
    """The header with the checksum that it needs."""
    total = sum(block[:148]) + 8 * 0x20 + sum(block[156:512])
    return block[:148] + b"%06o\0 " % total + block[156:]


def with_octal(size: bytes, type: bytes = tarfile.REGTYPE) -> bytes:
    """A header whose field for the size has these bytes."""
    block = header("big", 0, type)
    return resealed(block[:124] + size[:12].ljust(12, b"\0") + block[136:])


def block(data: bytes) -> bytes:
    """The data with zeros up to the end of its last block."""
    return data + bytes(-len(data) % 512)


def pax(records: bytes, type: bytes = tarfile.XHDTYPE) -> bytes:
    """An extension with these records."""
    return header("pax", len(records), type) + block(records)


def record(name: bytes, value: bytes) -> bytes:
    """A pax record, which begins with its own length."""
    length = len(name) + len(value) + 3
    while len(str(length)) + len(name) + len(value) + 3 != length:
        length = len(str(length)) + len(name) + len(value) + 3
    return b"%d %s=%s\n" % (length, name, value)


def chains() -> Iterator[Attack]:
    """Extensions in a row, alone and before a member."""
    kinds = {
        "longlink": header("x", 9, tarfile.GNUTYPE_LONGLINK) + block(b"name.log\0"),
        "longname": header("x", 9, tarfile.GNUTYPE_LONGNAME) + block(b"name.log\0"),
        "pax": pax(record(b"path", b"name.log")),
        "global": pax(record(b"comment", b"x"), tarfile.XGLTYPE),
        "solaris": pax(record(b"path", b"name.log"), tarfile.SOLARIS_XHDTYPE),
        "empty": header("x", 0, tarfile.GNUTYPE_LONGNAME),
    }
    for (kind, piece), length in product(kinds.items(), (15, 17, 200, 5000)):
        yield f"chain-{kind}-{length}.tar", piece * length + in_tar({"a.log": LINE})
        yield f"chain-{kind}-{length}.tar.gz", gzip.compress(piece * length, mtime=1)
    mixed = b"".join(kinds.values())
    yield "chain-mixed.tar", mixed * 100 + in_tar({"a.log": LINE})


def claims() -> Iterator[Attack]:
    """Sizes that are larger than the archive, in both encodings, in headers, extensions, sparse maps and zip files."""
    types = {"file": tarfile.REGTYPE, "sparse": tarfile.GNUTYPE_SPARSE, "unknown": b"Z", "folder": tarfile.DIRTYPE}
    for (kind, type), size in product(types.items(), SIZES):
        yield f"claim-{kind}-{size}.tar", header("big", size, type) + block(b"x" * 100)
    for size in SIZES:
        yield f"claim-long-name-{size}.tar", header("x", size, tarfile.GNUTYPE_LONGNAME) + block(b"x")
        yield f"claim-pax-{size}.tar", header("x", size, tarfile.XHDTYPE) + block(b"x")
        says = pax(record(b"size", b"%d" % size))
        yield f"claim-pax-size-{size}.tar", says + header("big", 4) + block(LINE)
    for number, text in enumerate(
        (b"-1", b"77777777777", b"999999999999", b"\xff" * 12, b"\x80" + b"\xff" * 11, b"0x10")
    ):
        yield f"claim-text-{number}.tar", with_octal(text) + block(LINE)
        yield f"claim-pax-text-{number}.tar", pax(record(b"size", text)) + header("big", 4) + block(LINE)
    more = bytearray(512)
    more[504] = 1
    sparse = bytearray(header("s", 0, tarfile.GNUTYPE_SPARSE))
    sparse[482] = 1
    yield "claim-sparse-map.tar.gz", gzip.compress(resealed(bytes(sparse)) + bytes(more) * 60_000, mtime=1)
    yield from _zip_claims()


def _zip_claims() -> Iterator[Attack]:
    """Entries and directories that claim what the file does not have."""
    packed = in_zip({"a.log": LINE * 20, "b.log": LINE})
    central, end = packed.find(b"PK\x01\x02"), packed.find(b"PK\x05\x06")
    places = {
        "method": central + 10,
        "size": central + 20,
        "header": central + 42,
        "count": end + 10,
        "bytes": end + 12,
    }
    for (name, at), value in product({**places, "start": end + 16}.items(), (0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)):
        width = 2 if name in ("method", "count") else 4
        data = packed[:at] + value.to_bytes(4, "little")[:width] + packed[at + width :]
        yield f"claim-zip-{name}-{value}.zip", data
    for offset in (1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 2):
        extra = struct.pack("<HHQ", 1, 8, offset)
        entry = bytearray(packed[central : central + 46])
        entry[28:34] = struct.pack("<HHH", 5, len(extra), 0)
        entry[42:46] = b"\xff" * 4
        directory = bytes(entry) + b"a.log" + extra
        ending = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), central, 0)
        yield f"claim-zip64-{offset}.zip", packed[:central] + directory + ending


def bombs() -> Iterator[Attack]:
    """Streams that unpack to far more than logs do, windows that are too large, and very many streams in a row."""
    zeros = bytes(1 << 20)
    yield "bomb-many.gz", gzip.compress(b"", mtime=1) * 20_000
    yield "bomb-many.bz2", bz2.compress(b"") * 20_000
    yield "bomb-zeros.gz", gzip.compress(zeros * 100, mtime=1)
    yield "bomb-zeros.xz", lzma.compress(zeros * 50)
    yield "bomb-tar-tail.gz", gzip.compress(in_tar({"a.log": LINE}) + zeros * 100, mtime=1)
    yield "bomb-folders.tar.gz", gzip.compress(header("d/", 0, tarfile.DIRTYPE) * 120_000, mtime=1)
    yield "window-31.zst", b"\x28\xb5\x2f\xfd\x00\xa8" + ZSTD.compress(LINE * 30)[6:]
    yield "window-largest.zst", b"\x28\xb5\x2f\xfd\x00\xff" + b"\x01\0\0" * 20
    yield "window-size.zst", b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + b"\x01\0\0" * 20
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 29}]
    yield "dictionary.xz", lzma.compress(LINE, filters=filters)
    many = b"".join(record(b"k%d" % number, b"v") for number in range(60_000))
    local = pax(record(b"path", b"a.log")) + header("a", 0)
    yield "bomb-global.tar.gz", gzip.compress(pax(many, tarfile.XGLTYPE) + local * 3000, mtime=1)


def trees() -> Iterator[Attack]:
    """Archives in archives, equal ones many times, and very many members."""
    leaf = {f"{number}.log": LINE for number in range(30)}
    for name, pack in (("zip", in_zip), ("tar", in_tar)):
        inner = pack(leaf)
        middle = pack({f"{number}.{name}": inner for number in range(30)})
        yield f"tree.{name}", pack({f"{number}.{name}": middle for number in range(3)})
    bomb = gzip.compress(bytes(30 << 20), mtime=1)
    yield "tree-bombs.zip", in_zip({f"{number}.gz": bomb for number in range(60)})
    tar_bomb = gzip.compress(header("a.log", 200 << 20) + bytes(200 << 20), mtime=1)
    yield "tree-tars.zip", in_zip({f"{number}.tgz": tar_bomb for number in range(40)})
    yield "many-empty.tar.gz", gzip.compress(b"".join(header(f"{n}.log") for n in range(30_000)), mtime=1)
    yield "many-empty.zip", in_zip({f"{number}.log": b"" for number in range(12_000)}, zipfile.ZIP_STORED)
    yield (
        "many-links.tar.gz",
        gzip.compress(b"".join(header(f"{n}.log", 0, tarfile.SYMTYPE) for n in range(12_000)), mtime=1),
    )
    yield "many-small.zip", in_zip({f"{number}.log": LINE for number in range(1_000)})
    packed = bytearray(in_zip({f"{number:04}.log": LINE for number in range(2_000)}))
    at = packed.find(b"PK\x01\x02")
    while at >= 0:
        packed[at + 42 : at + 46] = bytes(4)
        at = packed.find(b"PK\x01\x02", at + 46)
    yield "overlap.zip", bytes(packed)


def damaged(seed: int = 1, number: int = 60) -> Iterator[Attack]:
    """Real archives with one digit, bit or piece changed, or truncated, at many places."""
    chance = random.Random(seed)
    text = LINE * 40
    real = {
        "tar": in_tar({"a.log": text, "b/long" * 30 + ".log": text}), "zip": in_zip({"a.log": text, "b.log": text}),
        "gz": gzip.compress(text, mtime=1), "xz": lzma.compress(text), "zst": ZSTD.compress(text),
        "bz2": bz2.compress(text),
    }  # fmt: skip
    for name, data in real.items():
        for count in range(number // len(real)):
            at = chance.randrange(len(data))
            yield f"truncated-{count}.{name}", data[:at]
            changed = bytearray(data)
            changed[at] ^= 1 << chance.randrange(8)
            yield f"flipped-{count}.{name}", bytes(changed)
    tar = real["tar"]
    for at, digit in product(range(124, 135), (b"1", b"7", b"9", b"\x80", b"\xff")):
        yield f"digit-{at}-{digit.hex()}.tar", resealed(tar[:at] + digit + tar[at + 1 : 512]) + tar[512:]


def attacks() -> dict[str, bytes]:
    """All containers by their file names."""
    return dict([*chains(), *claims(), *bombs(), *trees(), *damaged()])
