"""A large file in parts that can be read apart from each other: what is read is the same as in one piece."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.grammar.grammar import Grammar, reader_of
from lyncphone_logs.grammar.multiline_spec import MAX_EVENT_LINES
from lyncphone_logs.parsing.literal_search import Search, is_available
from lyncphone_logs.parsing.reader import Reader
from lyncphone_logs.sources.decompression import Readable
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.window import decode
from lyncphone_logs.syslog.unwrap import unwrap
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.trace.accounting import SourceStats
from lyncphone_logs.trace.condense import condense

PART = 8 * 1024 * 1024
"""Bytes of a part, about."""
SURVEYED = 1024 * 1024
PRINTED = range(0x21, 0x7F)
LOOKED_BACK = 64 * 1024


class FileSlice(Source):
    """The bytes of a file from `start` to `stop`, whole lines, of which the first has this number."""

    def __init__(self, path: str, start: int, stop: int, number: int) -> None:
        self.start, self.stop, self.number = start, stop, number
        super().__init__(path)

    def __reduce__(self) -> tuple[type, tuple[str, int, int, int]]:
        return FileSlice, (self.path, self.start, self.stop, self.number)

    def _reset(self) -> None:
        super()._reset()
        self.lines, self._handed_out = self.number - 1, self.start

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        with open(self.path, "rb") as file:
            file.seek(self.start)
            yield file

    def _next(self, stream: Readable, size: int) -> bytes:
        return super()._next(stream, min(size, self.stop - self.start - self.bytes))

    def lines_before(self) -> Iterator[bytes]:
        """The lines before the part, the nearest first, without line ends."""
        with open(self.path, "rb") as file:
            rest, at = b"", self.start
            while at > 0:
                size = min(LOOKED_BACK, at)
                at -= size
                file.seek(at)
                rest, *lines = (file.read(size) + rest).split(b"\n")
                yield from (line.removesuffix(b"\r") for line in reversed(lines))
            yield rest.removesuffix(b"\r")


def slices_of(source: Source, size: int = PART, grammars: Sequence[Grammar] = ()) -> Iterator[FileSlice]:
    """The parts of a file, while it is read for its size, its lines and its digest.

    Each begins with a printed character of ASCII: with such a line no event goes on, unless it is one that some line
    nearby opens, as its grammar has it.
    """
    start, number, before = 0, 1, b""
    for window in source.windows(SURVEYED):
        if (
            window.offset - start >= size
            and window.data[0] in PRINTED
            and not _may_open(_nearby(before, window.data), grammars)
        ):
            yield FileSlice(source.path, start, window.offset, number)
            start, number = window.offset, window.number
        before = window.data
    yield FileSlice(source.path, start, source.bytes, number)


def _may_open(lines: bytes, grammars: Sequence[Grammar]) -> bool:
    """Whether one of these lines may open a message that goes on in lines that are not indented."""
    literals = {each.encode() for grammar in grammars if grammar.multiline for each in grammar.multiline.literals}
    found = [line for line in lines.split(b"\n") if any(each in line for each in literals)]
    texts = (unwrap(decode(line.removesuffix(b"\r"))[0]).text for line in found)
    readers = (reader_of(text, grammars) for text in texts)
    return any(reader is not None and reader.multiline is not None for reader in readers)


def _nearby(before: bytes, behind: bytes) -> bytes:
    """The last lines of what stands before a place, and the first of what stands behind it."""
    start, end = len(before), 0
    for _ in range(MAX_EVENT_LINES):
        start = max(before.rfind(b"\n", 0, max(start - 1, 0)), 0)
        end = behind.find(b"\n", end) + 1 or len(behind)
    return before[start:] + behind[:end]


AHEAD = 2
"""Parts for each process that are read ahead of the one that is wanted, so that memory stays bounded."""

SliceResult = tuple[list[Batch], SourceStats]


def read_in_parts(
    sources: Iterable[tuple[Source, Anchor, SourceStats]],
    grammars: str,
    names: tuple[str, ...],
    jobs: int,
    known: Sequence[Grammar] = (),
) -> Iterator[Batch]:
    """The events of regular files in order, read by `jobs` processes, and booked in the tallies.

    `grammars` names a folder of more grammars, or is empty, and `names` those that may read; `known` are these, which
    tell where a message may go on in later lines.
    """
    with ProcessPoolExecutor(jobs) as pool:
        pending: deque[tuple[Future[SliceResult], SourceStats]] = deque()
        for source, anchor, tally in sources:
            for part in slices_of(source, grammars=known):
                pending.append((pool.submit(_read, part, anchor, grammars, names), tally))
                if len(pending) > AHEAD * jobs:
                    yield from _taken(*pending.popleft())
        while pending:
            yield from _taken(*pending.popleft())


def _taken(future: Future[SliceResult], tally: SourceStats) -> list[Batch]:
    batches, part = future.result()
    tally.add(part)
    return batches


def _read(part: FileSlice, anchor: Anchor, grammars: str, names: tuple[str, ...]) -> SliceResult:
    known, search = _known(grammars, names)
    tally = SourceStats()
    batches = []
    reader = Reader(part, known, anchor, search, is_alone=True)
    for batch in reader.batches():
        tally.count(batch)
        batches.append(condense(batch))
    tally.close(reader)
    return batches, tally


@cache
def _known(grammars: str, names: tuple[str, ...]) -> tuple[tuple[Grammar, ...], Search | None]:
    known = read_catalog(grammars=grammars).only(names).grammars
    return known, Search(known) if is_available() else None
