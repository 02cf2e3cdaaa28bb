"""Finds the sources that paths name: files, folders, pipes, standard input, and members of archives among them."""

import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from lyncphone_logs.errors import InputError, closest
from lyncphone_logs.sources.archives import INSIDE, LIMITS, IsLog, is_archive, not_a_log, sources_in
from lyncphone_logs.sources.decompression import CHUNK_BYTES, ChunkStream, Readable, compression_of, decompressed
from lyncphone_logs.sources.encodings import encoding_of
from lyncphone_logs.sources.file_kinds import kind_of
from lyncphone_logs.sources.member import PipedSource, peek
from lyncphone_logs.sources.source import STDIN, Source, problem_of
from lyncphone_logs.sources.streams import MemoryBudget, file_source, memory_source

MAX_SIMILAR = 10_000
"""Names of a folder that are compared with a name that is not there."""
MAX_NAMED = 10
"""Names that a sentence on skipped files contains."""
_HELP, _HELP_FOR_LINKS = "name a trace, or a folder that contains one", "name the files that the links point to"
_LINK = "symbolic link"
_SPECIAL = {
    stat.S_IFLNK: _LINK, stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket", stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}  # fmt: skip
"""Entries of a folder that are not read, by their type."""


def find_sources(
    paths: Sequence[str], is_log: IsLog = lambda line: False, notes: list[str] | None = None
) -> list[Source]:
    """Find the sources that paths name: files, `-`, named pipes, and the regular files in and below directories.

    Compressed files are decompressed when they are read. Each member of an archive is a source, named like
    `bundle.zip!/phone.log`. An archive on standard input is held in memory, up to 128 MiB. Links that the user names
    are followed, links inside directories are not. A file that is named twice is one source. A path that cannot be
    used, or a directory without a log, becomes a source with a `problem`.

    Files in directories and archives that are obviously no logs are skipped, unless `is_log` recognizes one of their
    lines. Appends to `notes` one sentence for each path with skipped files. Raises InputError if no path can be used.
    """
    search = _Search(MemoryBudget(LIMITS.memory_bytes), is_log, [] if notes is None else notes)
    found = [search.sources(path) for path in paths]
    refused = [source for sources in found for source in sources if source.problem]
    if paths and not search.empty and all(all(source.problem for source in sources) for sources in found):
        helps = dict.fromkeys(source.help for source in refused if source.help != Source.help)
        raise InputError(
            "none of the inputs can be read",
            because="; ".join(source.problem for source in refused),
            where=", ".join(paths),
            help="; ".join(helps) or "name trace files, directories with trace files, or - for standard input",
        )
    return list({source.path: source for sources in found for source in sources}.values())


class _Search:
    """Finds the sources of one path after the other.

    `notes` says what was skipped. `empty` are the paths of folders and archives without a log.
    """

    def __init__(self, memory: MemoryBudget, is_log: IsLog, notes: list[str]) -> None:
        self.empty: list[str] = []
        self._memory, self._is_log, self._notes = memory, is_log, notes
        self._special: Counter[str] = Counter()

    def sources(self, path: str) -> list[Source]:
        """The sources that a path names; at least one, with a problem if there is nothing to read."""
        self._special.clear()
        found = self._named(path)
        sources = [source for source in found if source.is_log or source.path == path]
        no_logs = Counter(_name(each.path) for each in found if not (each.is_log or each.path == path))
        skipped = "; ".join([*_no_logs(no_logs), *_special(self._special)])
        if not sources:
            self.empty.append(path)
            sources = [Source(path, f"no {'log' if no_logs else 'file'} in {path}{': ' * bool(skipped)}{skipped}")]
            sources[0].help = _HELP_FOR_LINKS if _LINK in self._special else _HELP
        elif skipped:
            self._notes.append(f"{path}: {skipped}")
        return sources

    def _named(self, path: str) -> list[Source]:
        if path == STDIN:
            return _from_stdin(self._is_log)
        try:
            mode = os.stat(path).st_mode
            if stat.S_ISDIR(mode):
                return sorted(self._below(path), key=lambda source: source.path)
        except FileNotFoundError as error:
            return [_missing(path, error)]
        except (OSError, ValueError) as error:
            return [Source(path, problem_of(path, error))]
        if not os.access(path, os.R_OK):
            return [Source(path, f"cannot read {path}: Permission denied")]
        if stat.S_ISREG(mode):
            return self._in_file(path, is_named=True)
        return [_endless(path) if _may_be_endless(path, mode) else PipedSource(path, is_archive)]

    def _in_file(self, path: str, *, is_named: bool) -> list[Source]:
        content = file_source(Source(path), is_named=is_named)
        found: list[Source] = []
        try:
            found.extend(sources_in(content, memory=self._memory, is_log=self._is_log))
        except OSError as error:
            found.append(Source(path, problem_of(path, error)))
        return found

    def _below(self, directory: str) -> Iterator[Source]:
        pending = [directory]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(folder) as scan:
                    entries = [(entry.path, stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)) for entry in scan]
            except OSError as error:
                yield Source(folder.replace(os.sep, "/"), problem_of(folder, error))
                continue
            pending += [path for path, kind in entries if kind == stat.S_IFDIR]
            self._special.update(_SPECIAL[kind] for _, kind in entries if kind in _SPECIAL)
            for path in [path for path, kind in entries if kind == stat.S_IFREG]:
                yield from self._in_file(path.replace(os.sep, "/"), is_named=False)


def _may_be_endless(file: str | int, mode: int) -> bool:
    """Whether it is a device such as /dev/zero, or a disk: no terminal, and not the null device."""
    if not (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)):
        return False
    try:
        if os.path.samestat(os.stat(file), os.stat(os.devnull)):
            return False
        opened = file if isinstance(file, int) else os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            return not os.isatty(opened)
        finally:
            if opened != file:
                os.close(opened)
    except OSError:
        return False  # Reading it reports the reason.


def _endless(path: str) -> Source:
    source = Source(path, f"cannot read {path}: it is a device, which may have no end")
    source.help = "copy what it contains to a file, and name that"
    return source


def _name(path: str) -> str:
    return path.replace(INSIDE, "/").rpartition("/")[2]


def _no_logs(names: Counter[str]) -> Iterator[str]:
    if not names:
        return
    count = names.total()
    shown = [f"{name} ({times} times)" if times > 1 else name for name, times in sorted(names.items())]
    more = [f"{len(shown) - MAX_NAMED} more"] if len(shown) > MAX_NAMED else []
    yield f"{'1 file is no log' if count == 1 else f'{count} files are no logs'}: {', '.join(shown[:MAX_NAMED] + more)}"


def _special(counts: Counter[str]) -> Iterator[str]:
    if counts:
        each = [f"{count} {kind}{'s' * (count > 1)}" for kind, count in sorted(counts.items())]
        why = "links in a folder are not followed" if _LINK in counts else "only regular files are read"
        yield f"{', '.join(each)} skipped ({why})"


def _missing(path: str, error: OSError) -> Source:
    source = Source(path, problem_of(path, error))
    folder, name = os.path.split(path)
    with suppress(OSError), os.scandir(folder or ".") as scan:
        if similar := closest(name, sorted(entry.name for entry in islice(scan, MAX_SIMILAR))):
            source.help = f"did you mean {os.path.join(folder, similar)!r}?"
    return source


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


def _from_stdin(is_log: IsLog) -> list[Source]:
    if sys.stdin is None:
        return [Source(STDIN)]
    with suppress(OSError, ValueError, AttributeError):  # It may have no file descriptor.
        if _may_be_endless(sys.stdin.fileno(), os.fstat(sys.stdin.fileno()).st_mode):
            return [_endless(STDIN)]
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
        no_log = kind_of(STDIN, head, encoding_of(head))
        if no_log and not no_log.is_text:
            return [not_a_log(STDIN, no_log)]
        return [PipedSource(STDIN, is_archive, recorded.start)]
    limit = LIMITS.memory_bytes
    if recorded.size > limit:
        return [Source(STDIN, f"cannot read -: the archive is larger than {limit} bytes; save it and name the file")]
    return list(sources_in(memory_source(STDIN, recorded.start), is_log=is_log))


def _from_start(recorded: _Recorded) -> Iterator[bytes]:
    yield recorded.start
    while chunk := recorded.read(CHUNK_BYTES):
        yield chunk
