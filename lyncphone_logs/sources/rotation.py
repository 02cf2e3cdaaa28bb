"""Orders rotated files, oldest first, and marks lines that are in two inputs, so that they are read once.

An input is a copy of another if all its lines are the first, or the last, of the other, no matter how either is
compressed or encoded. It continues another if its first lines are the last of the other. At least three lines must be
equal, and a clock at their beginnings must change among them. This shows that both are from the same moment, and not
the same text again: from another phone with the same firmware, or from the next boot. Counters do not show it, because
each boot repeats them. Nor does a clock that was never set, which shows the first of January. Without such a clock,
only two rotations of one file are copies, if all their lines are equal.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lyncphone_logs.sources.source import Source

MAX_COMPARED_BYTES = 256 * 1024
"""Bytes at either end of an input that are compared with other inputs."""
MIN_COMMON_LINES = 3
MAX_STORED_LINES, MIN_STORED_LINES = 2_000_000, 64
"""Lines whose hashes are stored at either end of all inputs together, and of each at least."""
MAX_COMPARED_INPUTS = 50
"""Inputs that begin with one line, of which it is examined whether they begin with all lines of another."""
MAX_COMPARISONS = 1_000_000
"""Comparisons of the end of an input with the beginning of another."""
_STAMP_BYTES = 64
"""Bytes at the beginning of a line in which its clock is searched for."""
_CLOCK = re.compile(
    rb"(?<![0-9A-Fa-f:])(?:[01]?\d|2[0-3]):[0-5]\d:[0-5]\d(?!:[0-9A-Fa-f]{2}:)(?:[.,:]\d+)?"
    rb"|(?<!\d)\d{10}(?=\|)"
    rb"|(?<!\d)\d{9,10}\.\d{1,6}(?!\d)"
)
"""A time of day, but no MAC address; ten digits of a Polycom phone; seconds since 1970."""
_NEVER_SET = re.compile(rb"Jan[ ]+0?1(?!\d)|(?<!\d)01-01(?!\d)|(?<!\d)0?1/0?1/|(?<!\d)01(?:00|01)\d{6}\|")
"""The first of January, which clocks show before they are set, and Polycom's day 0."""
_HASH_BYTES = 8


@dataclass(frozen=True, slots=True)
class _Edge:
    """Lines at the start or the end of an input.

    `hashes` are eight bytes for each line. `dated` is the number of first lines among which the clock changes, None if
    it does not. `is_all` means that the input has no other lines.
    """

    hashes: bytes
    dated: int | None
    is_all: bool

    def __len__(self) -> int:
        return len(self.hashes) // _HASH_BYTES

    def first(self, count: int) -> bytes:
        return self.hashes[: count * _HASH_BYTES]

    def has_changing_clock(self, count: int) -> bool:
        return self.dated is not None and count >= max(self.dated, MIN_COMMON_LINES)


def mark_duplicates(sources: Sequence[Source], notes: list[str] | None = None) -> list[Source]:
    """Return the inputs in the order of their paths, rotated files oldest first.

    Sets `copied_lines` and `copy_of` of inputs that begin with copies of lines in another. Appends a sentence to
    `notes` if there are too many similar inputs to compare all.
    """
    ordered = sorted(sources, key=lambda source: (*rotation_key(source.path), source.path))
    repeatable = [source for source in ordered if source.is_repeatable and not source.problem]
    if len(repeatable) < 2:
        return ordered
    most = max(MAX_STORED_LINES // len(repeatable), MIN_STORED_LINES)
    edges = [_edges(source, most) for source in repeatable]
    heads, tails = [head for head, _ in edges], [tail for _, tail in edges]
    all_compared = _mark_copies(repeatable, heads)
    all_compared &= _mark_continuations(repeatable, heads, tails)
    if not all_compared and notes is not None:
        notes.append("too many inputs begin alike to compare all of them: lines that are copies may count twice")
    return ordered


def copies_in(sources: Sequence[Source]) -> list[str]:
    """One sentence for each input of which lines were copies when it was read."""
    copied = [(source, "lines are copies" if source.duplicate_lines > 1 else "line is a copy") for source in sources]
    return [
        f"{source.path}: {source.duplicate_lines} {are_copies} of lines in {source.copy_of}, counted there"
        for source, are_copies in copied
        if source.duplicate_lines
    ]


def _mark_copies(sources: Sequence[Source], heads: Sequence[_Edge]) -> bool:
    """Mark inputs that are the beginning of another, or equal to it. Returns whether all were compared."""
    by_first_line: dict[bytes, list[int]] = {}
    for index, head in enumerate(heads):
        if len(head):
            by_first_line.setdefault(head.first(1), []).append(index)
    all_compared = True
    for similar in by_first_line.values():
        # The longest first, because others may be its beginning.
        lengths = {index: _length(sources[index]) for index in similar if len(similar) > 1}
        originals = _Originals(sources, heads)
        for index in sorted(lengths, key=lambda each: (-lengths[each], each)):
            originals.add(index, lengths[index])
        all_compared &= originals.all_compared
    return all_compared


class _Originals:
    """Inputs with one first line that are no copies of each other, the longest first.

    Those that equal a further one are looked up; those that begin with it are compared, MAX_COMPARED_INPUTS at most.
    """

    def __init__(self, sources: Sequence[Source], heads: Sequence[_Edge]) -> None:
        self._sources, self._heads = sources, heads
        self._indexes: list[int] = []
        self._equal: dict[tuple[int, bytes], int] = {}
        self._rotations: dict[tuple[str, int, bytes], int] = {}
        self.all_compared = True

    def add(self, index: int, length: int) -> None:
        """Mark the next input if it is a copy of one before it; else it is an original itself."""
        source = self._sources[index]
        digest, name = _digest(source, length), rotation_key(source.path)[0]
        if self._heads[index].has_changing_clock(min(length, len(self._heads[index]))):
            other = self._equal.get((length, digest))
            if other is None:
                other = next(filter(lambda each: self._begins(each, index, length, digest), self._nearest()), None)
        else:
            other = self._rotations.get((name, length, digest))
        if other is not None:
            source.copied_lines, source.copy_of = length, self._sources[other].path
            return
        self._indexes.append(index)
        self._equal.setdefault((length, digest), index)
        self._rotations.setdefault((name, length, digest), index)

    def _nearest(self) -> Sequence[int]:
        self.all_compared &= len(self._indexes) <= MAX_COMPARED_INPUTS
        return self._indexes[:MAX_COMPARED_INPUTS]

    def _begins(self, other: int, index: int, length: int, digest: bytes) -> bool:
        """Whether an original begins with all lines of an input."""
        count = min(length, len(self._heads[index]), len(self._heads[other]))
        is_like = self._heads[other].first(count) == self._heads[index].first(count)
        return is_like and _digest(self._sources[other], length) == digest


def _mark_continuations(sources: Sequence[Source], heads: Sequence[_Edge], tails: Sequence[_Edge]) -> bool:
    """Mark inputs whose first lines are the last of another. Returns whether all were compared."""
    by_first_lines: dict[bytes, list[int]] = {}
    for index, head in enumerate(heads):
        if head.dated is not None and len(head) >= MIN_COMMON_LINES and not sources[index].copied_lines:
            by_first_lines.setdefault(head.first(MIN_COMMON_LINES), []).append(index)
    # All lines of a copy are in another input already.
    others = [index for index, source in enumerate(sources) if not source.copied_lines]
    left = MAX_COMPARISONS
    for other in others:
        tail = tails[other]
        for start in range(len(tail) - MIN_COMMON_LINES + 1):
            lines = tail.hashes[start * _HASH_BYTES : (start + MIN_COMMON_LINES) * _HASH_BYTES]
            for index in by_first_lines.get(lines, ()):
                if index != other and sources[other].copy_of != sources[index].path:
                    _mark(sources[index], sources[other], heads[index], tail, start)
                    left -= 1
            if left < 0:
                return False
    return True


def _mark(source: Source, other: Source, head: _Edge, tail: _Edge, start: int) -> None:
    count = min(len(tail) - start, len(head))
    reaches_end = count == len(tail) - start or head.is_all
    if count <= source.copied_lines or not reaches_end or not head.has_changing_clock(count):
        return
    if tail.hashes[start * _HASH_BYTES : (start + count) * _HASH_BYTES] == head.first(count):
        source.copied_lines, source.copy_of = count, other.path


def _edges(source: Source, most: int) -> tuple[_Edge, _Edge]:
    """The first and the last lines of an input, at most `most` of each."""
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
    if is_all and first.count(b"\n") < most:
        end = _edge(first.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n"), is_all=True)
        return end, end
    head = first[: first.rfind(b"\n") + 1].removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n")
    return _edge(head, most=most), _edge(last[last.find(b"\n") + 1 :].removesuffix(b"\n"), most=-most)


def _read(source: Source) -> tuple[bytes, bytes, bool]:
    first = last = b""
    length = 0
    for window in source.windows(4 * MAX_COMPARED_BYTES):
        length += len(window.data)
        first += window.data[: MAX_COMPARED_BYTES - len(first)]
        last = (last + window.data)[-MAX_COMPARED_BYTES:]
    return first, last, length <= MAX_COMPARED_BYTES


def _edge(data: bytes, *, is_all: bool = False, most: int = 0) -> _Edge:
    """The lines of some data; only the first `most`, or the last ones if that is negative, or all if it is 0."""
    lines = [line.removesuffix(b"\r") for line in data.split(b"\n")] if data else []
    lines = lines[:most] if most > 0 else lines[most:]
    hashes = b"".join(hash(line).to_bytes(_HASH_BYTES, "little", signed=True) for line in lines)
    return _Edge(hashes, _dated(lines), is_all)


def _dated(lines: Sequence[bytes]) -> int | None:
    """The number of first lines among which the clock changes; lines without a set clock do not count."""
    first = b""
    for number, line in enumerate(lines, 1):
        start = line[:_STAMP_BYTES]
        clock = _CLOCK.search(start)
        if clock and not _NEVER_SET.search(start):
            first = first or clock[0]
            if clock[0] != first:
                return number
    return None


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
_LETTER = re.compile("[A-Za-z]")


def rotation_key(path: str) -> tuple[str, tuple[int, str]]:
    """The name of a file before it was rotated, and a key that sorts its rotations, oldest first.

    Follows the names that logrotate and syslogd give: the highest number is the oldest, and a file with a date or `old`
    in its name is older than one without.
    """
    found = _ROTATED.fullmatch(path)
    # The last part of a rotated name contains a letter: 192.0.2.1 is an address, not a rotation of 192.0.2.
    if not found or not _LETTER.search(re.split("[./]", found["name"])[-1]):
        return path, (2, "")
    name = found["name"]
    if found["number"]:
        return name, (1, f"{999 - int(found['number']):03}")
    if found["date"]:
        return name, (1, found["date"])
    return name, (1, "~") if found["old"] else (2, "")
