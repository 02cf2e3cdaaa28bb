"""Copies among the inputs: lines that stand in two of them are read once.

An input is a copy of another where all its lines are the first, or the last, of the other, in whatever way either was
compressed or encoded; and it goes on with another where its first lines are the last of that. Three lines at least,
among which the numbers at their beginnings change (clocks, counters), show that it is the same place and not the same
text again.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lyncphone_logs.sources.source import Source

MAX_COMPARED_BYTES = 256 * 1024
"""Bytes at either end of an input in which lines of another are looked for."""
MIN_COMMON_LINES = 3
_NUMBERS = re.compile(rb"\d+")
_BEGINNING = 64
_HASH = 8


@dataclass(frozen=True, slots=True)
class _End:
    """Lines at one end of an input: a hash of each, eight bytes, and the numbers at the beginning of each."""

    hashes: bytes
    numbers: tuple[int, ...]
    is_all: bool

    def __len__(self) -> int:
        return len(self.numbers)

    def first(self, count: int) -> bytes:
        return self.hashes[: count * _HASH]

    def tells_its_place(self, count: int) -> bool:
        return count >= MIN_COMMON_LINES and self.numbers[0] != self.numbers[count - 1]


def mark_duplicates(sources: Sequence[Source]) -> list[Source]:
    """The inputs in the order of their paths, rotated files the oldest first; what is a copy is marked."""
    ordered = sorted(sources, key=lambda source: (*rotation_key(source.path), source.path))
    able = [source for source in ordered if source.is_repeatable and not source.problem]
    if len(able) < 2:
        return ordered
    ends = [_ends(source) for source in able]
    heads, tails = [head for head, _ in ends], [tail for _, tail in ends]
    _mark_copies(able, heads)
    _mark_continuations(able, heads, tails)
    return ordered


def copies_in(sources: Sequence[Source]) -> list[str]:
    """How many lines of each were copies when it was read, a sentence each."""
    copied = [(each, "lines are copies" if each.duplicate_lines > 1 else "line is a copy") for each in sources]
    return [
        f"{each.path}: {each.duplicate_lines} {are_copies} of lines in {each.copy_of}, counted there"
        for each, are_copies in copied
        if each.duplicate_lines
    ]


def _mark_copies(sources: Sequence[Source], heads: Sequence[_End]) -> None:
    """Those that are the beginning of another, or all of it."""
    alike: dict[bytes, list[int]] = {}
    for place, head in enumerate(heads):
        if len(head):
            alike.setdefault(head.first(1), []).append(place)
    for places in alike.values():
        # The longest first: others may be its beginning.
        lengths = {place: _length(sources[place]) for place in places if len(places) > 1}
        kept: list[int] = []
        for place in sorted(lengths, key=lambda each: (-lengths[each], each)):
            length = lengths[place]
            for other in kept:
                is_same = length == lengths[other]
                if not is_same and not heads[place].tells_its_place(min(length, len(heads[place]))):
                    continue
                if _digest(sources[place], length) == _digest(sources[other], length):
                    sources[place].copied_lines, sources[place].copy_of = length, sources[other].path
                    break
            else:
                kept.append(place)


def _mark_continuations(sources: Sequence[Source], heads: Sequence[_End], tails: Sequence[_End]) -> None:
    """Those whose first lines are the last of another."""
    beginning: dict[bytes, list[int]] = {}
    for place, head in enumerate(heads):
        if len(head) >= MIN_COMMON_LINES and not sources[place].copied_lines:
            beginning.setdefault(head.first(1), []).append(place)
    # All of a copy stands in another already.
    others = [place for place, source in enumerate(sources) if not source.copied_lines]
    for other in others:
        tail = tails[other]
        for start in range(len(tail) - MIN_COMMON_LINES + 1):
            for place in beginning.get(tail.hashes[start * _HASH : (start + 1) * _HASH], ()):
                if place != other and sources[other].copy_of != sources[place].path:
                    _mark(sources[place], sources[other], heads[place], tail, start)


def _mark(source: Source, other: Source, head: _End, tail: _End, start: int) -> None:
    count = min(len(tail) - start, len(head))
    reaches_end = count == len(tail) - start or head.is_all
    if count <= source.copied_lines or not reaches_end or not head.tells_its_place(count):
        return
    if tail.hashes[start * _HASH : (start + count) * _HASH] == head.first(count):
        source.copied_lines, source.copy_of = count, other.path


def _ends(source: Source) -> tuple[_End, _End]:
    size = source.size
    if size is None:
        first, last, is_all = _read(source)
    else:
        try:
            with open(source.path, "rb") as file:
                first = file.read(MAX_COMPARED_BYTES)
                file.seek(max(size - MAX_COMPARED_BYTES, 0))
                last, is_all = file.read(MAX_COMPARED_BYTES), size <= MAX_COMPARED_BYTES
        except OSError:
            first, last, is_all = b"", b"", False
    if is_all:
        end = _end(first.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n"), is_all=True)
        return end, end
    head = first[: first.rfind(b"\n") + 1].removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n")
    return _end(head), _end(last[last.find(b"\n") + 1 :].removesuffix(b"\n"))


def _read(source: Source) -> tuple[bytes, bytes, bool]:
    first = last = b""
    length = 0
    for window in source.windows(4 * MAX_COMPARED_BYTES):
        length += len(window.data)
        first += window.data[: MAX_COMPARED_BYTES - len(first)]
        last = (last + window.data)[-MAX_COMPARED_BYTES:]
    return first, last, length <= MAX_COMPARED_BYTES


def _end(data: bytes, *, is_all: bool = False) -> _End:
    lines = [line.removesuffix(b"\r") for line in data.split(b"\n")] if data else []
    hashes = b"".join(hash(line).to_bytes(_HASH, "little", signed=True) for line in lines)
    return _End(hashes, tuple(hash(tuple(_NUMBERS.findall(line[:_BEGINNING]))) for line in lines), is_all)


def _lines(source: Source) -> Iterator[bytes]:
    for window in source.windows():
        yield from (line.removesuffix(b"\r") for line in window.data.removesuffix(b"\n").split(b"\n"))


def _length(source: Source) -> int:
    return sum(1 for _ in _lines(source))


def _digest(source: Source, count: int) -> bytes:
    digest = hashlib.sha256()
    for line in islice(_lines(source), count):
        digest.update(line + b"\n")
    return digest.digest()


_ROTATED = re.compile(
    r"(?P<name>.+?)(?:\.(?P<number>\d{1,3})|[.-](?P<date>\d{8}(?:-?\d{4,6})?)|\.(?P<old>old|bak|prev))?"
    r"(?:\.(?:gz|bz2|xz|zst))?",
    re.DOTALL,
)
# The last part of a name has a letter: 192.0.2.1 is an address, not the first of 192.0.2.
_NAMED = re.compile(r"[^/]*[A-Za-z][^./]*\Z")


def rotation_key(path: str) -> tuple[str, tuple[int, str]]:
    """The name that a file had before it was rotated, and what its rotations are sorted by, the oldest first.

    As logrotate and syslogd name them: the highest number is the oldest, a date or `old` is older than none.
    """
    found = _ROTATED.fullmatch(path)
    if not found or not _NAMED.search(found["name"]):
        return path, (2, "")
    name = found["name"]
    if found["number"]:
        return name, (1, f"{999 - int(found['number']):03}")
    if found["date"]:
        return name, (1, found["date"])
    return name, (1, "~") if found["old"] else (2, "")
