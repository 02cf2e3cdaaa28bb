"""Reads a large file in parts, in several processes; the result is the same as that of one process."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.grammar.grammar import Grammar, reader_of
from lyncphone_logs.grammar.multiline_spec import MAX_EVENT_LINES
from lyncphone_logs.parsing.enveloped import unwrapped
from lyncphone_logs.parsing.literal_search import Search, is_available
from lyncphone_logs.parsing.reader import Reader
from lyncphone_logs.parsing.reassembly import MAX_EVENT_BYTES
from lyncphone_logs.sources.decompression import Readable
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.window import decode
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.trace.accounting import SourceStats
from lyncphone_logs.trace.condense import condense
from lyncphone_logs.trace.processes import Processes, count_read

PART_BYTES = 8 * 1024 * 1024
"""Bytes of a part, about."""
SCAN_BYTES = 1024 * 1024
"""Bytes that are read at a time to find where a part may begin."""
PRINTABLE = range(0x21, 0x7F)
LOOK_BACK_BYTES = 64 * 1024


class FileSlice(Source):
    """The complete lines of a file from byte `start` to `stop`; the first one has this number.

    `file` is device and inode: another file that has taken its place meanwhile is not read.
    """

    def __init__(self, path: str, start: int, stop: int, number: int, file: tuple[int, int]) -> None:
        self.start, self.stop, self.number, self.file = start, stop, number, file
        super().__init__(path)

    def __reduce__(self) -> tuple[type, tuple[str, int, int, int, tuple[int, int]]]:
        return FileSlice, (self.path, self.start, self.stop, self.number, self.file)

    def _reset(self) -> None:
        super()._reset()
        self.lines, self._handed_out = self.number - 1, self.start

    @contextmanager
    def _open(self) -> Iterator[Readable]:
        with open(self.path, "rb") as file:
            if _identity(os.fstat(file.fileno())) != self.file:
                raise OSError("another file took its place while it was read")
            file.seek(self.start)
            yield file

    def note_changes(self) -> None:
        """Nothing: the process that reads the complete file compares it with what it was."""

    def _next(self, stream: Readable, size: int) -> bytes:
        return super()._next(stream, min(size, self.stop - self.start - self.bytes))

    def lines_before(self) -> Iterator[bytes]:
        """The lines before the part, the nearest first, without line ends."""
        with open(self.path, "rb") as file:
            rest, at = b"", self.start
            while at > 0:
                size = min(LOOK_BACK_BYTES, at)
                at -= size
                file.seek(at)
                rest, *lines = (file.read(size) + rest).split(b"\n")
                yield from (line.removesuffix(b"\r") for line in reversed(lines))
            yield rest.removesuffix(b"\r")


def slices_of(source: Source, size: int = PART_BYTES, grammars: Sequence[Grammar] = ()) -> Iterator[FileSlice]:
    """The parts of a file. The file is read on the way, which counts its bytes and lines and computes its digest.

    Each part begins with a printable ASCII character: such a line continues no event, unless a line nearby may open a
    message over several lines that are not indented, as its grammar says.
    """
    start, number, before = 0, 1, b""
    file = (0, 0)
    for window in source.windows(SCAN_BYTES):
        file = _identity(source.opened) if source.opened else file
        if (
            window.offset - start >= size
            and window.data[0] in PRINTABLE
            and not _may_open(before + _head(window.data), grammars)
        ):
            yield FileSlice(source.path, start, window.offset, number, file)
            start, number = window.offset, window.number
        before = _tail(before + window.data)
    yield FileSlice(source.path, start, source.bytes, number, file)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _may_open(lines: bytes, grammars: Sequence[Grammar]) -> bool:
    """Whether one of these lines may open a message that continues in lines that are not indented."""
    literals = {each.encode() for grammar in grammars if grammar.multiline for each in grammar.multiline.literals}
    found = [line for line in lines.split(b"\n") if any(each in line for each in literals)]
    texts = (unwrapped(decode(line.removesuffix(b"\r"))[0], grammars).text for line in found)
    readers = (reader_of(text, grammars) for text in texts)
    return any(reader is not None and reader.multiline is not None for reader in readers)


def _tail(lines: bytes) -> bytes:
    """As many last lines as a message may span; the first one may be cut."""
    start = len(lines)
    for _ in range(MAX_EVENT_LINES):
        start = max(lines.rfind(b"\n", 0, max(start - 1, 0)), 0)
    return lines[max(start, len(lines) - MAX_EVENT_BYTES) :]


def _head(lines: bytes) -> bytes:
    """As many first lines."""
    end = 0
    for _ in range(MAX_EVENT_LINES):
        end = lines.find(b"\n", end) + 1 or len(lines)
    return lines[:end]


MAX_PARTS_AHEAD = 2
"""Parts per process that are read before their turn; this bounds memory."""

SliceResult = tuple[list[Batch], SourceStats]


def read_in_parts(
    sources: Iterable[tuple[Source, Anchor, SourceStats]],
    grammars: str,
    names: tuple[str, ...],
    jobs: int,
    known: Sequence[Grammar] = (),
    waiting: Callable[[int], None] | None = None,
) -> Iterator[Batch]:
    """The condensed batches of regular files in order, read by `jobs` processes, and counted in the statistics.

    `grammars` names a folder of further grammars, or is "". `names` are those that may read lines, `known` the
    grammars of these names: they decide where a part may begin. `waiting` is called while a part is read, with the
    number of bytes that all processes have read so far. If the iteration ends early, the processes are stopped.
    """
    with Processes(jobs, waiting) as processes:
        pending: deque[tuple[Future[SliceResult], Source, SourceStats]] = deque()

        def next_result() -> list[Batch]:
            future, source, tally = pending.popleft()
            batches, part = processes.result(future)
            tally.add(part)
            if lost := tally.account.unread_bytes:
                what = f"it changed while it was read; {lost:,} bytes of it were no longer there"
                source.problem = f"cannot read {source.path} completely: {what}"
            return batches

        read = [*sources]
        for source, anchor, tally in read:
            for part in slices_of(source, grammars=known):
                pending.append((processes.submit(_read, part, anchor, grammars, names), source, tally))
                if len(pending) > MAX_PARTS_AHEAD * jobs:
                    yield from next_result()
        while pending:
            yield from next_result()
        for source, *_ in read:
            source.note_changes()


def _read(part: FileSlice, anchor: Anchor, grammars: str, names: tuple[str, ...]) -> SliceResult:
    known, search = _known(grammars, names)
    tally = SourceStats()
    batches = []
    count_read(part)
    reader = Reader(part, known, anchor, search, is_alone=True)
    for batch in reader.batches():
        tally.count(batch)
        batches.append(condense(batch))
    tally.close(reader)
    tally.account.unread_bytes = part.stop - part.start - part.bytes
    return batches, tally


@cache
def _known(grammars: str, names: tuple[str, ...]) -> tuple[tuple[Grammar, ...], Search | None]:
    known = read_catalog(grammars=grammars, plugins=False).only(names).grammars
    return known, Search(known) if is_available() else None
