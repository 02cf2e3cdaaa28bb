"""Reads a named input (file, pipe, text in memory) as windows of lines with their positions in the original bytes."""

import codecs
import hashlib
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from lyncphone_logs.errors import InputError
from lyncphone_logs.sources.decompression import CorruptStream, Readable
from lyncphone_logs.sources.encodings import Transcoded, mark_of, transcoded
from lyncphone_logs.sources.exports import Export, split_records
from lyncphone_logs.sources.file_changes import change_of
from lyncphone_logs.sources.window import MAX_LINE_BYTES, Line, Window

STDIN = "-"
WINDOW = 64 * 1024
"""Bytes read at a time."""

# A line is truncated only if its content without the line end is too long.
_MAX_LINE_WITH_END = MAX_LINE_BYTES + len(b"\r\n")
# A character of one byte in UTF-8 has four bytes in UTF-32.
_MAX_ENCODED_LINE = 4 * _MAX_LINE_WITH_END


class Source:
    """One named input. Iterate over it for its lines. `path` is as the user named it, `-` is standard input.

    These count what was read so far, and are complete when the iteration has ended: `bytes`, `lines`, `sha256`,
    `separator_bytes` (line ends and byte-order mark), `mark_bytes` (byte-order mark alone). `problem` says why the
    input, or the rest of it, cannot be read. It is empty if there is no problem.

    `is_log` is False for a file that is obviously no log; its `problem` says what it is.

    `encoding` is utf-16-le or the like, or empty. Windows then contain UTF-8, with the position of each line in the
    original. The first `copied_lines` are copies of lines in the input `copy_of`. They are read but not returned, and
    counted in `duplicate_lines` and `duplicate_bytes`.
    """

    help = "check that the file exists and that you may read it"
    """How the user can solve the `problem`."""
    is_log = True
    on_read: Callable[[], None] | None = None
    """Called after each piece that was read; it must take no time."""
    is_packed = False
    """Whether `expected` counts compressed bytes."""
    encoding = ""
    export: Export | None = None
    """The form of an export of a log server whose records are no lines. Windows then contain a line for each record."""
    copied_lines = 0
    copy_of = ""
    change = ""
    """What happened to a file while it was read, without a loss; a loss is a `problem`."""

    def __init__(self, path: str, problem: str = "") -> None:
        self.path = path
        self.problem = self._refused = problem
        self._exhausted = False
        self._file_status: os.stat_result | None = None
        self._found_status: os.stat_result | None = None
        self._opened_status: os.stat_result | None = None
        self._reset()

    def _reset(self) -> None:
        # `_handed_out` is the offset of the first byte that no window covers yet.
        self.bytes = self.lines = self.separator_bytes = self.mark_bytes = self._handed_out = 0
        self.duplicate_lines = self.duplicate_bytes = 0
        self._digest = hashlib.sha256()

    def __repr__(self) -> str:
        return f"Source({self.path!r}, problem={self.problem!r})"

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes read so far, in hexadecimal digits."""
        return self._digest.hexdigest()

    @property
    def size(self) -> int | None:
        """Bytes of a regular file that can be read from any offset; None for anything else."""
        return None if self.encoding or self.export or self.copied_lines else self.expected

    @property
    def expected(self) -> int | None:
        """Bytes to be read, if that is known before reading; else None."""
        status = self._status()
        return status.st_size if status else None

    @property
    def progress(self) -> tuple[int, int | None]:
        """Bytes read so far, and bytes to be read if that is known: of a compressed file, its compressed bytes."""
        return self.bytes, self.expected

    @property
    def is_repeatable(self) -> bool:
        """Whether it can be read more than once."""
        return self.modified is not None

    @property
    def every_line_matters(self) -> bool:
        """Whether a search may skip no line: it searches for UTF-8 and would find nothing in another encoding."""
        return bool(self.encoding or self.export)

    @property
    def modified(self) -> datetime | None:
        """When a regular file was last written, in naive UTC; None for anything else."""
        status = self._status()
        try:
            return datetime(1970, 1, 1) + timedelta(microseconds=status.st_mtime_ns // 1000) if status else None
        except OverflowError:
            return None

    def _status(self) -> os.stat_result | None:
        # Cached until the next reading begins: a run asks up to ten times for size and time before it reads a file.
        if self._file_status is None and self.path != STDIN:
            try:
                status = os.stat(self.path)
            except (OSError, ValueError):
                return None
            self._file_status = status if stat.S_ISREG(status.st_mode) else None
            self._found_status = self._found_status or self._file_status
        return self._file_status

    def __iter__(self) -> Iterator[Line]:
        """The lines, in constant memory. Sets `problem` and raises InputError as `windows` does."""
        for window in self.windows():
            yield from window.lines()

    def windows(self, size: int = WINDOW) -> Iterator[Window]:
        """Complete lines, about `size` bytes at a time. A failure to read sets `problem` and ends the iteration.

        Raises InputError if standard input is read a second time.
        """
        if self._refused or (self.problem and self.path == STDIN):
            return
        if self.path == STDIN and self._exhausted:
            raise InputError("standard input can be read only once", help="save the trace to a file and name that")
        self._exhausted = True
        self._file_status = self._opened_status = None
        self._reset()
        self.problem = self.change = ""
        try:
            with self._open() as stream:
                for window in self._windows_of(stream, size):
                    yield from self._without_copies(window)
            self.note_changes()
        except OSError as error:
            self.problem = problem_of(self.path, error)

    def _without_copies(self, window: Window) -> Iterator[Window]:
        end = 0
        for _ in range(self.copied_lines - window.number + 1):
            end = window.data.find(b"\n", end) + 1 or len(window.data)
            self.duplicate_lines += 1
            if end == len(window.data):
                self.duplicate_bytes += window.size
                return
        copied, rest = window.divided(end) if end else (None, window)
        self.duplicate_bytes += copied.size if copied else 0
        yield rest

    def lines_before(self) -> Iterator[bytes]:
        """Lines of the file before the part that is read, the nearest first. None here, because all of it is read."""
        return iter(())

    def note_changes(self) -> None:
        """Compare the file with what it was when it was opened: sets `change`, or `problem` if something was lost."""
        if self._opened_status is None or self.problem:
            return
        try:
            now = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            now = None
        except OSError:
            return  # What was read is what was there; nothing more is known.
        found = change_of(self._found_status, self._opened_status, now, self.bytes)
        if found and found.is_loss:
            self.problem = f"cannot read {self.path} completely: {found.what}"
        self.change = found.what if found and not found.is_loss else ""

    def was_changed(self) -> bool:
        """Whether the file is not as it was when it was found."""
        before, self._file_status = self._found_status, None
        now = self._status()
        return before is not None and (now is None or _state(now) != _state(before))

    @property
    def opened(self) -> os.stat_result | None:
        """The status of a regular file when its reading began; None for anything else."""
        return self._opened_status

    def _open(self) -> AbstractContextManager[Readable]:
        if self.path != STDIN:
            file = open(self.path, "rb")  # noqa: SIM115  # the caller closes it
            try:
                self._note_opened(file)
            except BaseException:
                file.close()
                raise
            return file
        if sys.stdin is None:
            raise OSError("there is no standard input")
        return nullcontext(sys.stdin.buffer)

    def _note_opened(self, file: io.BufferedReader) -> None:
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode):
            self._opened_status = self._file_status = status
            if not status.st_size and file.peek(1) and not os.fstat(file.fileno()).st_size:
                raise OSError("the system gives no size for it; copy it to a file first")

    def _windows_of(self, stream: Readable, size: int) -> Iterator[Window]:
        if self.encoding:
            return self._read_encoded(stream)
        return self._read_records(stream, self.export) if self.export else self._read(stream, size)

    def _read_records(self, stream: Readable, export: Export) -> Iterator[Window]:
        rest, behind, is_last = b"", 0, False
        while not is_last:
            chunk = self._next(stream, WINDOW)
            rest, is_last = self._without_mark(rest + chunk), not chunk
            records = split_records(rest, self._handed_out, export, behind, is_last=is_last)
            behind += rest.count(b"\n", 0, records.consumed) - len(records.places)
            rest = rest[records.consumed :]
            if records.places:
                yield self._encoded_window(records, 0)

    def _read(self, stream: Readable, size: int) -> Iterator[Window]:
        rest = b""
        while chunk := self._next(stream, size):
            if not self._handed_out:
                chunk, rest = self._without_mark(rest + chunk), b""
            end = chunk.rfind(b"\n") + 1
            if end:
                yield self._window(b"".join([rest, memoryview(chunk)[:end]]))
                rest = chunk[end:]
            else:
                rest += chunk
            if len(rest) > _MAX_LINE_WITH_END:
                head = rest[:_MAX_LINE_WITH_END]
                length, line_end, rest = self._to_line_end(stream, size, rest)
                yield self._window(head + line_end, beyond=length - _MAX_LINE_WITH_END)
                if end := rest.rfind(b"\n") + 1:
                    yield self._window(rest[:end])
                    rest = rest[end:]
        if rest := self._without_mark(rest):
            yield self._window(rest)

    def _read_encoded(self, stream: Readable) -> Iterator[Window]:
        # `omitted` bytes were cut out of `rest`, whose first line is too long to be held.
        rest, omitted = self._next(stream, WINDOW), 0
        if rest.startswith(mark_of(self.encoding)):
            self._handed_out = self.separator_bytes = self.mark_bytes = len(mark_of(self.encoding))
            rest = rest[self.mark_bytes :]
        is_last = False
        while not is_last:
            chunk = self._next(stream, WINDOW)
            rest, is_last = rest + chunk, not chunk
            lines = transcoded(rest, self._handed_out, self.encoding, _MAX_LINE_WITH_END, is_last=is_last)
            rest = rest[lines.consumed :]
            if lines.places:
                yield self._encoded_window(lines, omitted)
                omitted = 0
            # A multiple of four bytes, so that no character of UTF-32 is split.
            more = max(len(rest) - 2 * _MAX_ENCODED_LINE, 0) // 4 * 4
            rest, omitted = rest[:_MAX_ENCODED_LINE] + rest[_MAX_ENCODED_LINE + more :], omitted + more

    def _encoded_window(self, lines: Transcoded, omitted: int) -> Window:
        (first, length), *others = lines.places
        places = ((first, length + omitted), *((offset + omitted, length) for offset, length in others))
        stop = self._handed_out + lines.consumed + omitted
        window = Window(self.lines + 1, self._handed_out, lines.data, 0, places, stop, self.encoding)
        self.lines += len(places)
        self.separator_bytes += lines.separators
        self._handed_out = stop
        return window

    def _without_mark(self, data: bytes) -> bytes:
        if self._handed_out or not data.startswith(codecs.BOM_UTF8):
            return data
        self._handed_out = self.separator_bytes = self.mark_bytes = len(codecs.BOM_UTF8)
        return data[len(codecs.BOM_UTF8) :]

    def _window(self, data: bytes, beyond: int = 0) -> Window:
        window = Window(self.lines + 1, self._handed_out, data, beyond)
        ends = data.count(b"\n")
        self.lines += ends + (not data.endswith(b"\n"))
        self.separator_bytes += ends + (data.count(b"\r\n") if b"\r" in data else 0)
        self._handed_out += len(data) + beyond
        return window

    def _to_line_end(self, stream: Readable, size: int, line: bytes) -> tuple[int, bytes, bytes]:
        """Read to the end of a line that begins with `line`: its length, its line end, and the bytes after it."""
        length = len(line)
        while chunk := self._next(stream, size):
            end = chunk.find(b"\n")
            length += len(chunk) if end < 0 else end
            before = (line[-1:] + chunk[: max(end, 0)])[-1:]
            if end >= 0:
                return (length - 1, b"\r\n", chunk[end + 1 :]) if before == b"\r" else (length, b"\n", chunk[end + 1 :])
            line = chunk
        return length, b"", b""

    def _next(self, stream: Readable, size: int) -> bytes:
        if self._opened_status:
            # What is appended meanwhile is not read: a log that grows fast would never end.
            size = min(size, self._opened_status.st_size - self.bytes)
        try:
            chunk = stream.read(size)
        except OSError as error:
            position = f" from byte {self.bytes} on" if self.bytes and isinstance(error, CorruptStream) else ""
            self.problem = problem_of(f"{self.path}{position}", error)
            return b""
        self.bytes += len(chunk)
        self._digest.update(chunk)
        if self.on_read:
            self.on_read()
        return chunk


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


class InMemorySource(Source):
    """Text in memory, read like a file."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(path)
        self._content = text.encode("utf-8", "surrogatepass")

    def _open(self) -> AbstractContextManager[Readable]:
        return io.BytesIO(self._content)


def problem_of(path: str, error: OSError | ValueError) -> str:
    """The message for the user that a path cannot be read, with the reason."""
    reason = error.strerror if isinstance(error, OSError) else ""
    return f"cannot read {path}: {reason or error}"
