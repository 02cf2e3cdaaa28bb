"""Finds the sources in a file: itself, or the members of zip and tar archives, compressed and nested in any order."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from lyncphone_logs.sources.decompression import compression_of
from lyncphone_logs.sources.encodings import encoding_of
from lyncphone_logs.sources.exports import export_of
from lyncphone_logs.sources.file_kinds import EXAMINED_BYTES, UNREADABLE_ARCHIVES, FileKind, kind_of
from lyncphone_logs.sources.member import ArchiveMember, UnpackBudget
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.streams import ArchiveEntry, ByteSource, Limits, MemoryBudget, SearchBudget
from lyncphone_logs.sources.tar import is_tar, tar_entries
from lyncphone_logs.sources.zip import zip_entries

INSIDE = "!/"
"""Separates the path of an archive from the name of its member."""
LIMITS = Limits()
_HELP = "if it contains a trace, unpack the trace or copy it again, then name the file"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
MAX_NAMED_PROBLEMS = 20
"""Members with a problem that are named, for each file; the others are counted."""
MAX_REASONS, MAX_NAMED_REASONS = 100, 3
"""Different reasons of others that are counted, and that are named."""
# A file with zero bytes is text if at most one other byte in four is a control character or no UTF-8. Fewer bytes than
# this are too few to decide by.
_MAX_BINARY_SHARE = 1 / 4
_MIN_SAMPLE_BYTES = 2048
_CONTROL = bytes({*range(1, 0x20)} - {*b"\t\n\v\f\r\x1b"})


def is_archive(head: bytes) -> bool:
    """Whether a file that begins with `head` is an archive with members."""
    return head.startswith(_ZIP) or is_tar(head)


IsLog = Callable[[str], bool]
"""Whether a line is one that a phone writes."""


@dataclass(slots=True)
class _Counts:
    """Members of one file that were listed so far, and empty ones."""

    entries: int = 0
    empty: int = 0

    def is_one_of_many_empty(self) -> bool:
        """Count an empty member. The first ones are read like any other file; then the reader says what is wrong."""
        self.empty += 1
        return self.empty > MAX_NAMED_PROBLEMS


class _Bounds(NamedTuple):
    """What one file with all that is nested in it may take, and what of it was found so far."""

    limits: Limits
    memory: MemoryBudget
    budget: UnpackBudget
    is_log: IsLog
    counts: _Counts


def sources_in(
    content: ByteSource, limits: Limits = LIMITS, memory: MemoryBudget | None = None, is_log: IsLog = lambda line: False
) -> Iterator[Source]:
    """Yield the sources in a file: the file itself if it is no container, else each member.

    A member that cannot be read, and damage of the container, are sources with a `problem`; of many, the first ones
    are, and the last counts the others. `memory` may be shared with other files; it is reduced by what is held in
    memory. `is_log` recognizes a line of a phone: a text with one is read, whatever else it looks like.
    """
    limits = limits.of(content.expected or 0)
    budget = UnpackBudget(limits.unpacked_bytes)
    bounds = _Bounds(limits, memory or MemoryBudget(limits.memory_bytes), budget, is_log, _Counts())
    content = replace(content, search=SearchBudget(limits.search_bytes))
    return _few_problems(content.path, _sources(content, bounds, 0))


def _few_problems(path: str, sources: Iterator[Source]) -> Iterator[Source]:
    """The sources; of those with a problem the first MAX_NAMED_PROBLEMS, and one that counts the others by reason."""
    named, more, others = 0, 0, Counter[str]()
    for source in sources:
        if not source.problem or not source.is_log:
            yield source
        elif named < MAX_NAMED_PROBLEMS:
            named += 1
            yield source
        else:
            more += 1
            reason = source.problem.removeprefix(f"cannot read {source.path}: ")
            if reason in others or len(others) < MAX_REASONS:
                others[reason] += 1
    if more:
        reasons = [f"{reason} ({times:,} times)" for reason, times in others.most_common(MAX_NAMED_REASONS)]
        yield _refused(f"{path}{INSIDE}…", f"{more:,} more members have a problem: {'; '.join(reasons)}")


def _sources(content: ByteSource, bounds: _Bounds, depth: int) -> Iterator[Source]:
    head, limits = content.head, bounds.limits
    if kind := compression_of(head):
        if content.layers < limits.depth:
            unpacked = content.decompressed(kind, _packed_at(head, kind), limits.unpacked_bytes)
            yield from _sources(unpacked, bounds, depth)
            return
        problem = f"it is compressed more than {limits.depth} times"
    elif no_log := _no_log(content, head, bounds.is_log):
        yield not_a_log(content.path, no_log)
        return
    elif is_archive(head):
        if depth < limits.depth:
            yield from _members(content, head, bounds, depth)
            return
        problem = f"it is an archive nested in {limits.depth} others; deeper archives are not opened"
    elif packed := next((name for magic, name in UNREADABLE_ARCHIVES.items() if head.startswith(magic)), ""):
        problem = f"it is {packed}, which is not opened; unpack it first"
    elif _is_binary(head) and not content.is_named:
        yield not_a_log(content.path, FileKind("not a text file", _HELP))
        return
    elif depth and not head and _is_empty(content) and bounds.counts.is_one_of_many_empty():
        problem = "it is empty"
    else:
        yield _text(content, head, bounds.budget)
        return
    yield _refused(content.path, problem)


def _members(content: ByteSource, head: bytes, bounds: _Bounds, depth: int) -> Iterator[Source]:
    limits = bounds.limits
    archive = content.load(bounds.memory)
    is_zip = head.startswith(_ZIP)
    if is_zip and archive is None:
        limit = f"the limit of {limits.memory_bytes} bytes for archives in memory"
        yield _refused(content.path, f"it exceeds {limit}; unpack it first")
        return
    # A tar archive can also be read without seeking, from the start for each member.
    archive = archive or content
    names: Counter[str] = Counter()
    entries = zip_entries(archive, limits.unpacked_bytes) if is_zip else tar_entries(archive)
    for entry, problem in _up_to_problem(entries, bounds):
        if entry is None:
            yield _refused(content.path, problem)
            continue
        names[entry.name] += 1
        repetition = f" ({names[entry.name]})" if names[entry.name] > 1 else ""
        member = replace(entry.content, path=f"{content.path}{INSIDE}{entry.name}{repetition}")
        if entry.problem:
            yield _refused(member.path, entry.problem)
        else:
            yield from _sources(member, bounds, depth + 1)


def _up_to_problem(entries: Iterator[ArchiveEntry], bounds: _Bounds) -> Iterator[tuple[ArchiveEntry | None, str]]:
    most = bounds.limits.entries
    try:
        for entry in entries:
            if bounds.counts.entries >= most:
                yield None, f"it has more than {most} entries; the rest are not read"
                return
            bounds.counts.entries += 1
            yield entry, ""
    except OSError as error:
        yield None, str(error.strerror or error)


def _is_empty(content: ByteSource) -> bool:
    """Whether there is no byte. One that cannot be read is not empty."""
    try:
        with closing(content.open_stream()) as stream:
            return not stream.read(1)
    except OSError:
        return False


def _text(content: ByteSource, head: bytes, budget: UnpackBudget) -> Source:
    encoding = encoding_of(head)
    source = content.file or ArchiveMember(content, encoding, budget)
    source.encoding = encoding
    source.export = None if encoding else export_of(head)
    return source


def _refused(path: str, problem: str) -> Source:
    source = Source(path, f"cannot read {path}: {problem}")
    source.help = _HELP
    return source


def _no_log(content: ByteSource, head: bytes, is_log: IsLog) -> FileKind | None:
    """What a file is if it is obviously no log."""
    encoding = encoding_of(head)
    kind = kind_of(content.path, head, encoding)
    if kind is None or not kind.is_text:
        return kind
    start = content.first(EXAMINED_BYTES)
    lines = start.decode(encoding or "utf-8", "replace").removeprefix("\ufeff").split("\n")
    if any(is_log(line.removesuffix("\r")) for line in lines):
        return None
    return kind_of(content.path, start, encoding)


def not_a_log(path: str, kind: FileKind) -> Source:
    """A source that is not read, with a `problem` that says what it is."""
    shown = f'"{path}"' if " " in path else path
    source = Source(path, f"{path} is {kind.name}")
    source.help = kind.help.format(path=shown) or "name the log that the phone wrote"
    source.is_log = False
    return source


def _is_binary(head: bytes) -> bool:
    """Zero bytes alone do not make a file binary: holes in files and interrupted writes leave them in logs."""
    if b"\0" not in head or encoding_of(head) or len(head) < _MIN_SAMPLE_BYTES:
        return False
    filled = head.translate(None, b"\0")
    others = len(filled) - len(filled.translate(None, _CONTROL)) + filled.decode("utf-8", "replace").count("\ufffd")
    return others > _MAX_BINARY_SHARE * len(filled)


def _packed_at(head: bytes, kind: str) -> datetime | None:
    """MTIME of gzip (RFC 1952, 2.3.1) in UTC. None if it is not set, and for other compressions."""
    seconds = int.from_bytes(head[4:8], "little") if kind == "gzip" else 0
    return datetime(1970, 1, 1) + timedelta(seconds=seconds) if seconds else None
