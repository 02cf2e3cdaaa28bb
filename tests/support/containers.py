"""Packs a text into containers: compressed files, tar and zip archives."""

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from importlib import import_module

ZSTD = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
WRITTEN_AT = 1372000000
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=WRITTEN_AT),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: ZSTD.compress(data, options={ZSTD.CompressionParameter.checksum_flag: 1}),
}


def in_tar(members: Mapping[str, bytes]) -> bytes:
    """A tar archive with an end mark."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members.items():
            header = tarfile.TarInfo(name)
            header.size, header.mtime = len(data), WRITTEN_AT
            archive.addfile(header, io.BytesIO(data))
    return packed.getvalue()


def in_zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, streamed: bool = False) -> bytes:
    """A zip file; `streamed` writes lengths after the members, as into a pipe."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    packed = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members.items():
            header = zipfile.ZipInfo(name, (2013, 6, 23, 15, 6, 40))
            header.compress_type = method
            archive.writestr(header, data)
    return packed.getvalue()


ARCHIVES: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "zip": in_zip,
    "stored.zip": lambda members: in_zip(members, zipfile.ZIP_STORED),
    "bzip2.zip": lambda members: in_zip(members, zipfile.ZIP_BZIP2),
    "streamed.zip": lambda members: in_zip(members, streamed=True),
    "tar": in_tar,
    "tar.gz": lambda members: COMPRESSIONS["gz"](in_tar(members)),
    "tar.bz2": lambda members: COMPRESSIONS["bz2"](in_tar(members)),
    "tar.xz": lambda members: COMPRESSIONS["xz"](in_tar(members)),
    "tar.zst": lambda members: COMPRESSIONS["zst"](in_tar(members)),
}
CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    **COMPRESSIONS,
    **{name: (lambda data, pack=pack: pack({"logs/phone.log": data})) for name, pack in ARCHIVES.items()},  # type: ignore[misc]
}
