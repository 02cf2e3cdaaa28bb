"""Inputs that hold others: compressed files, zip and tar archives, inside each other, told by their first bytes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from lyncphone_logs.sources.decompression import compression_of
from lyncphone_logs.sources.encodings import encoding_of
from lyncphone_logs.sources.member import ArchiveMember, Budget
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.streams import ArchiveEntry, ByteSource, Limits, Memory
from lyncphone_logs.sources.tar import is_tar, tar_entries
from lyncphone_logs.sources.zip import zip_entries

INSIDE = "!/"
"""Stands between the path of an archive and the name of its member."""
LIMITS = Limits()
_HELP = "if a trace is in it, unpack that or copy it again, and name the file"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_NO_TEXT_OF = 4
"""Of a text with zeros in it at most one byte in so many is another control character or no UTF-8."""
_MIN_SAMPLE_BYTES = 2048
"""Bytes by which that can be told."""
# JPEG, PNG, GIF, ELF, pcap in either byte order and with nanoseconds, pcapng.
_BINARY = (
    b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"\x7fELF", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4",
    b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a",
)  # fmt: skip
_CONTROL = bytes({*range(1, 0x20)} - {*b"\t\n\v\f\r\x1b"})


def is_archive(head: bytes) -> bool:
    """Whether what begins like this has members."""
    return head.startswith(_ZIP) or is_tar(head)


class _Bounds(NamedTuple):
    limits: Limits
    memory: Memory
    budget: Budget


def sources_in(content: ByteSource, limits: Limits = LIMITS, memory: Memory | None = None) -> Iterator[Source]:
    """What is to be read of a file: itself where it is no container, else each member, and a problem beside these.

    `memory` may be shared with other files.
    """
    return _sources(content, _Bounds(limits, memory or Memory(limits.held), Budget(limits.bytes)), 0)


def _sources(content: ByteSource, bounds: _Bounds, depth: int) -> Iterator[Source]:
    head, limits = content.head, bounds.limits
    if kind := compression_of(head):
        if content.layers < limits.depth:
            yield from _sources(content.without(kind, _packed_at(head, kind), limits.bytes), bounds, depth)
            return
        problem = f"it is compressed more than {limits.depth} times over"
    elif is_archive(head):
        if depth < limits.depth:
            yield from _members(content, head, bounds, depth)
            return
        problem = f"it is an archive inside {limits.depth} others; deeper ones are not opened"
    elif _is_binary(head) and not content.is_named:
        problem = "it is no text"
    else:
        yield _text(content, encoding_of(head), bounds.budget)
        return
    yield _refused(content.path, problem)


def _members(content: ByteSource, head: bytes, bounds: _Bounds, depth: int) -> Iterator[Source]:
    limits = bounds.limits
    whole = content.held(bounds.memory)
    is_zip = head.startswith(_ZIP)
    if is_zip and whole is None:
        held = f"it does not fit into the {limits.held} bytes of archives that are held in memory; unpack it first"
        yield _refused(content.path, held)
        return
    whole = whole or content
    names: Counter[str] = Counter()
    entries = zip_entries(whole, limits.bytes) if is_zip else tar_entries(whole)
    for entry, problem in _up_to_problem(entries, limits.entries):
        if entry is None:
            yield _refused(content.path, problem)
            continue
        names[entry.name] += 1
        again = f" ({names[entry.name]})" if names[entry.name] > 1 else ""
        member = replace(entry.content, path=f"{content.path}{INSIDE}{entry.name}{again}")
        if entry.problem:
            yield _refused(member.path, entry.problem)
        else:
            yield from _sources(member, bounds, depth + 1)


def _up_to_problem(entries: Iterator[ArchiveEntry], most: int) -> Iterator[tuple[ArchiveEntry | None, str]]:
    try:
        for number, entry in enumerate(entries):
            if number == most:
                yield None, f"it has more than {most} entries; those behind are not read"
                return
            yield entry, ""
    except OSError as error:
        yield None, str(error.strerror or error)


def _text(content: ByteSource, encoding: str, budget: Budget) -> Source:
    if content.is_file:
        source = Source(content.path)
        source.encoding = encoding
        return source
    return ArchiveMember(content, encoding, budget)


def _refused(path: str, problem: str) -> Source:
    source = Source(path, f"cannot read {path}: {problem}")
    source.help = _HELP
    return source


def _is_binary(head: bytes) -> bool:
    """Zeros alone do not make it binary: holes in files and broken writes leave them in logs."""
    if b"\0" not in head or encoding_of(head):
        return False
    if len(head) < _MIN_SAMPLE_BYTES:
        return head.startswith(_BINARY)
    shown = head.translate(None, b"\0")
    others = len(shown) - len(shown.translate(None, _CONTROL)) + shown.decode("utf-8", "replace").count("\ufffd")
    return others * _NO_TEXT_OF > len(shown)


def _packed_at(head: bytes, kind: str) -> datetime | None:
    """MTIME of gzip (RFC 1952, 2.3.1), UTC, where it is set."""
    seconds = int.from_bytes(head[4:8], "little") if kind == "gzip" else 0
    return datetime(1970, 1, 1) + timedelta(seconds=seconds) if seconds else None
