"""Writes redacted inputs to a file, or to a new zip or tar archive with a member for each."""

import gzip
import hashlib
import os
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

from lyncphone_logs.errors import InputError
from lyncphone_logs.redaction.key_map import KeyMap
from lyncphone_logs.redaction.redactor import Redactor
from lyncphone_logs.redaction.rewriting import RewrittenSource, redacted_source
from lyncphone_logs.sources.archives import INSIDE
from lyncphone_logs.sources.source import Source

CHUNK = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_FIRST_YEAR = 1980
"""Of a zip archive."""
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lzma")
_TAR_MODES = {
    ".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz",
}  # fmt: skip


class Written(NamedTuple):
    """What was written: the names of members, lines and bytes, and what could not be read."""

    names: tuple[str, ...]
    bytes: int
    problems: tuple[str, ...]


class Redaction:
    """Redacts the inputs of some paths. `sources` are those that `find_sources` returned for `paths`."""

    def __init__(self, paths: Sequence[str], sources: Sequence[Source], redactor: Redactor, map: KeyMap | None) -> None:
        self._paths, self._redactor, self._map = paths, redactor, map
        self._sources = [each for each in sources if not each.problem]
        self._problems = [redactor.message(each.problem) for each in sources if each.problem]
        self._bytes = 0
        if not self._sources:
            raise InputError("nothing to redact", "; ".join(self._problems), help="name traces, or folders of traces")

    def write(self, output: str, stream: BinaryIO) -> Written:
        """Write all inputs to the stream of a file named `output`, whose ending chooses the form.

        Raises InputError if there are several inputs and the name is not that of an archive.
        """
        name = output.lower()
        mode = next((mode for ending, mode in _TAR_MODES.items() if name.endswith(ending)), "")
        if name.endswith(".zip"):
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                names = self.add_to(archive)
        elif mode:
            names = self._tar(stream, mode)
        else:
            names = self._one(output, stream)
        return Written(tuple(names), self._bytes, tuple(self._problems))

    def add_to(self, archive: zipfile.ZipFile, folder: str = "") -> list[str]:
        """Add a member for each input to a zip archive."""
        names = []
        for name, source in self._named():
            info = zipfile.ZipInfo(f"{folder}{name}", _zip_time(source.modified))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            with archive.open(info, "w", force_zip64=True) as member:
                for chunk in self._chunks(source):
                    member.write(chunk)
            names.append(name)
        return names

    def _tar(self, stream: BinaryIO, mode: str) -> list[str]:
        names = []
        with tarfile.open(fileobj=stream, mode=mode, format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]  # mode is one of its literals
            for name, source in self._named():
                # The size precedes a member. Only redacted text reaches the disk.
                with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
                    for chunk in self._chunks(source):
                        file.write(chunk)
                    info = tarfile.TarInfo(name)
                    info.size, info.mtime = file.tell(), _seconds(source.modified)
                    file.seek(0)
                    archive.addfile(info, file)
                names.append(name)
        return names

    def _one(self, output: str, stream: BinaryIO) -> list[str]:
        if len(self._sources) > 1:
            because = f"there are {len(self._sources)} inputs"
            raise InputError(
                "one file cannot hold them", because, output, "name an output that ends in .zip or .tar.gz"
            )
        ((name, source),) = self._named()
        if output.lower().endswith(".gz"):
            with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=_seconds(source.modified)) as packed:
                for chunk in self._chunks(source):
                    packed.write(chunk)
        else:
            for chunk in self._chunks(source):
                stream.write(chunk)
        return [name]

    @property
    def modified(self) -> datetime | None:
        """When the only input was last written, in naive UTC; None if there are several."""
        return self._sources[0].modified if len(self._sources) == 1 else None

    def _named(self) -> Iterator[tuple[str, Source]]:
        seen: Counter[str] = Counter()
        for source in self._sources:
            name = _relative(source.path, self._paths)
            name = (name if self._is_output(source) else self._redactor.path(name)).lstrip("/") or "trace.log"
            seen[name] += 1
            if seen[name] > 1:
                start, ending = os.path.splitext(name)
                name = f"{start}-{seen[name]}{ending}"
            yield name, source

    def _chunks(self, source: Source) -> Iterator[bytes]:
        digest = hashlib.sha256()
        rewritten = redacted_source(source, self._redactor)
        for chunk in _read(source if self._is_output(source) else rewritten, self._problems):
            digest.update(chunk)
            self._bytes += len(chunk)
            yield chunk
        if self._map is not None:
            self._map.outputs.add(digest.hexdigest())

    def _is_output(self, source: Source) -> bool:
        """Whether an input was written by an earlier redaction under the same key, and stays as it is."""
        if self._map is None or not source.is_repeatable:
            return False
        return self._map.is_output(_read(source, []))


def _read(source: Source | RewrittenSource, problems: list[str]) -> Iterator[bytes]:
    try:
        with source._open() as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except OSError as error:
        problems.append(f"cannot read {source.path}: {error.strerror or error}")
        return
    if source.problem:
        problems.append(source.problem)


def _relative(path: str, named: Sequence[str]) -> str:
    """The name of an input below the path that the user named, without compression endings."""
    base = max((each for each in named if path.startswith(each)), key=len, default="")
    rest = path[len(base) :]
    name = rest.lstrip("/!\\") if rest.strip("/!\\") else os.path.basename(path.rstrip("/"))
    name = name.replace(INSIDE, "/")
    parts = [each for each in name.split("/") if each not in ("", ".", "..")]
    if parts and parts[-1].lower().endswith(_COMPRESSED):
        parts[-1] = os.path.splitext(parts[-1])[0]
    return "/".join(parts)


def _seconds(modified: datetime | None) -> int:
    return max(int(modified.replace(tzinfo=UTC).timestamp()), 0) if modified else 0


def _zip_time(modified: datetime | None) -> tuple[int, int, int, int, int, int]:
    if modified is None or modified.year < _FIRST_YEAR:
        return _FIRST_YEAR, 1, 1, 0, 0, 0
    return modified.year, modified.month, modified.day, modified.hour, modified.minute, modified.second
