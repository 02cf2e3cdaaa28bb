"""Finds the sources that paths name: files, folders, pipes, standard input, and members of archives among them."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from lyncphone_logs.errors import InputError, closest
from lyncphone_logs.sources.archives import LIMITS, is_archive, sources_in
from lyncphone_logs.sources.decompression import CHUNK_BYTES, ChunkStream, Readable, compression_of, decompressed
from lyncphone_logs.sources.member import PipedSource, peek
from lyncphone_logs.sources.source import STDIN, Source, problem_of
from lyncphone_logs.sources.streams import MemoryBudget, file_source, memory_source

MAX_SIMILAR = 10_000
"""Names of a folder that are compared with a name that is not there."""


def find_sources(paths: Sequence[str]) -> list[Source]:
    """Find the sources that paths name: files, `-`, named pipes, and the regular files in and below directories.

    Compressed files are decompressed when they are read. Each member of an archive is a source, named like
    `bundle.zip!/phone.log`. An archive on standard input is held in memory, up to 128 MiB. Links that the user names
    are followed, links inside directories are not. A file that is named twice is one source. A path that cannot be used
    becomes a source with a `problem`. Raises InputError if no path can be used.
    """
    memory = MemoryBudget(LIMITS.memory_bytes)
    found = [_named(path, memory) for path in paths]
    problems = [source.problem for sources in found for source in sources if source.problem]
    helps = {source.help for sources in found for source in sources if source.help != Source.help}
    if paths and all(sources and all(source.problem for source in sources) for sources in found):
        raise InputError(
            "none of the inputs can be read",
            because="; ".join(problems),
            where=", ".join(paths),
            help="; ".join(sorted(helps)) or "name trace files, directories with trace files, or - for standard input",
        )
    return list({source.path: source for sources in found for source in sources}.values())


def _named(path: str, memory: MemoryBudget) -> list[Source]:
    if path == STDIN:
        return _from_stdin()
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            return sorted(_below(path, memory), key=lambda source: source.path)
    except FileNotFoundError as error:
        return [_missing(path, error)]
    except (OSError, ValueError) as error:
        return [Source(path, problem_of(path, error))]
    if not os.access(path, os.R_OK):
        return [Source(path, f"cannot read {path}: Permission denied")]
    return _in_file(path, memory, is_named=True) if stat.S_ISREG(mode) else [PipedSource(path, is_archive)]


def _missing(path: str, error: OSError) -> Source:
    source = Source(path, problem_of(path, error))
    folder, name = os.path.split(path)
    with suppress(OSError), os.scandir(folder or ".") as scan:
        if similar := closest(name, sorted(entry.name for entry in islice(scan, MAX_SIMILAR))):
            source.help = f"did you mean {os.path.join(folder, similar)!r}?"
    return source


def _in_file(path: str, memory: MemoryBudget, *, is_named: bool) -> list[Source]:
    return list(sources_in(file_source(Source(path), is_named=is_named), memory=memory))


def _below(directory: str, memory: MemoryBudget) -> Iterator[Source]:
    pending = [directory]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = list(scan)
            pending += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
            files = [entry.path for entry in entries if entry.is_file(follow_symlinks=False)]
        except OSError as error:
            yield Source(folder.replace(os.sep, "/"), problem_of(folder, error))
        else:
            for path in files:
                yield from _in_file(path.replace(os.sep, "/"), memory, is_named=False)


class _Recorded:
    """A stream that stores the bytes read from it in `start`."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._start = bytearray()

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._start += data
        return data

    def close(self) -> None:
        self._stream.close()

    @property
    def start(self) -> bytes:
        return bytes(self._start)

    @property
    def size(self) -> int:
        return len(self._start)


def _from_stdin() -> list[Source]:
    if sys.stdin is None:
        return [Source(STDIN)]
    recorded = _Recorded(sys.stdin.buffer)
    try:
        head, _ = peek(recorded)
        content: Readable = ChunkStream(_from_start(recorded))
        while kind := compression_of(head):
            head, content = peek(decompressed(content, kind))
        if is_archive(head):
            while recorded.size <= LIMITS.memory_bytes and recorded.read(CHUNK_BYTES):
                pass
    except OSError:
        return [PipedSource(STDIN, is_archive, recorded.start)]
    if not is_archive(head):
        return [PipedSource(STDIN, is_archive, recorded.start)]
    limit = LIMITS.memory_bytes
    if recorded.size > limit:
        return [Source(STDIN, f"cannot read -: the archive is larger than {limit} bytes; save it and name the file")]
    return list(sources_in(memory_source(STDIN, recorded.start)))


def _from_start(recorded: _Recorded) -> Iterator[bytes]:
    yield recorded.start
    while chunk := recorded.read(CHUNK_BYTES):
        yield chunk
