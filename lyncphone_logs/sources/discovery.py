"""The inputs that paths name: files, folders, pipes, standard input, and what containers among them hold."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence

from lyncphone_logs.errors import InputError
from lyncphone_logs.sources.archives import LIMITS, is_archive, sources_in
from lyncphone_logs.sources.decompression import PIECE, Pieces, Readable, compression_of, decompressed
from lyncphone_logs.sources.member import PipedSource, peeked
from lyncphone_logs.sources.source import STDIN, Source, problem_of
from lyncphone_logs.sources.streams import Memory, file_source, memory_source


def find_sources(paths: Sequence[str]) -> list[Source]:
    """The inputs that the paths name: files, `-`, named pipes, and the regular files in and below directories.

    What is compressed is unpacked while it is read; of an archive each member is an input, `bundle.zip!/phone.log`. An
    archive on standard input is held in memory, up to 128 MiB. Links that are named are followed, links inside
    directories are not. A path that cannot be used becomes a source with a `problem`; raises InputError where that
    holds for all of them. An input that is named twice is read once.
    """
    memory = Memory(LIMITS.held)
    found = [_named(path, memory) for path in paths]
    problems = [source.problem for sources in found for source in sources if source.problem]
    if paths and all(sources and all(source.problem for source in sources) for sources in found):
        raise InputError(
            "nothing that was named can be read",
            because="; ".join(problems),
            where=", ".join(paths),
            help="name trace files, directories that hold some, or - for standard input",
        )
    return list({source.path: source for sources in found for source in sources}.values())


def _named(path: str, memory: Memory) -> list[Source]:
    if path == STDIN:
        return _from_stdin()
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            return sorted(_below(path, memory), key=lambda source: source.path)
    except (OSError, ValueError) as error:
        return [Source(path, problem_of(path, error))]
    if not os.access(path, os.R_OK):
        return [Source(path, f"cannot read {path}: Permission denied")]
    return _in_file(path, memory, is_named=True) if stat.S_ISREG(mode) else [PipedSource(path, is_archive)]


def _in_file(path: str, memory: Memory, *, is_named: bool) -> list[Source]:
    source = Source(path)
    return list(sources_in(file_source(path, source.modified, source.expected, is_named=is_named), memory=memory))


def _below(directory: str, memory: Memory) -> Iterator[Source]:
    pending = [directory]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(here) as entries:
                inside = list(entries)
            pending += [entry.path for entry in inside if entry.is_dir(follow_symlinks=False)]
            files = [entry.path for entry in inside if entry.is_file(follow_symlinks=False)]
        except OSError as error:
            yield Source(here.replace(os.sep, "/"), problem_of(here, error))
        else:
            for path in files:
                yield from _in_file(path.replace(os.sep, "/"), memory, is_named=False)


class _Recorded:
    """A stream, and what was read of it."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._read = bytearray()

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._read += data
        return data

    def close(self) -> None:
        self._stream.close()

    @property
    def start(self) -> bytes:
        return bytes(self._read)

    @property
    def size(self) -> int:
        return len(self._read)


def _from_stdin() -> list[Source]:
    if sys.stdin is None:
        return [Source(STDIN)]
    recorded = _Recorded(sys.stdin.buffer)
    try:
        head, _ = peeked(recorded)
        inside: Readable = Pieces(_again(recorded))
        while kind := compression_of(head):
            head, inside = peeked(decompressed(inside, kind))
        if is_archive(head):
            while recorded.size <= LIMITS.held and recorded.read(PIECE):
                pass
    except OSError:
        return [PipedSource(STDIN, is_archive, recorded.start)]
    if not is_archive(head):
        return [PipedSource(STDIN, is_archive, recorded.start)]
    if recorded.size > LIMITS.held:
        return [Source(STDIN, f"cannot read -: an archive of more than {LIMITS.held} bytes; save it and name the file")]
    return list(sources_in(memory_source(STDIN, recorded.start)))


def _again(recorded: _Recorded) -> Iterator[bytes]:
    yield recorded.start
    while piece := recorded.read(PIECE):
        yield piece
