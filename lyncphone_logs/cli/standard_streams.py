"""Standard output and standard error that may be closed, full, or read by a program that ends early.

A failure to write to standard output is an OutputError, unless its reader has gone. No failure of standard error
changes what the program does. After a failure, the rest is discarded.
"""

import io
import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, TextIO, TypeVar, cast

from lyncphone_logs.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

Result = TypeVar("Result")
STANDARD_OUTPUT = "standard output"
BUFFER_BYTES = 64 * 1024


def guard_standard_streams() -> None:
    """Replace `sys.stdout` and `sys.stderr` by streams that fail in one way only. Call it before anything is written.

    A closed descriptor is opened: the first file that is opened would otherwise have its number.
    """
    for number in (1, 2):
        if (sys.stdout, sys.stderr)[number - 1] is None:
            _occupy(number)
    sys.stdout = _guarded(sys.stdout, 1, _output_failed)
    sys.stderr = _guarded(sys.stderr, 2, lambda error: None)


@contextmanager
def output_errors(target: str) -> Iterator[None]:
    """Raise OutputError for an OSError of this context. `target` is the name of the output."""
    try:
        yield
    except OSError as error:
        raise OutputError("cannot write output", error.strerror or str(error), target) from None


def failing_stream(raw: io.RawIOBase, target: str) -> BinaryIO:
    """A buffer before `raw` that raises OutputError if the output, which is called `target`, cannot be written.

    An OSError that something else raises while the output is made remains one. After a failure, the rest is discarded.
    """

    def failed(error: OSError) -> None:
        with output_errors(target):
            raise error

    return cast(BinaryIO, io.BufferedWriter(_GuardedStream(raw, failed), BUFFER_BYTES))


def _output_failed(error: OSError) -> None:
    if not isinstance(error, BrokenPipeError):
        with output_errors(STANDARD_OUTPUT):
            raise error


def _occupy(number: int) -> None:
    """Open the null device as this descriptor, for reading: writing to it fails as to a closed one."""
    opened = os.open(os.devnull, os.O_RDONLY)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)


def _guarded(stream: TextIO | None, number: int, failed: Callable[[OSError], None]) -> TextIO:
    if stream is None:
        raw: io.RawIOBase = io.FileIO(number, "w", closefd=False)
        return io.TextIOWrapper(io.BufferedWriter(_GuardedStream(raw, failed)), "utf-8", "backslashreplace")
    buffer = cast(io.RawIOBase, stream.buffer)
    guarded = io.BufferedWriter(_GuardedStream(getattr(buffer, "raw", buffer), failed), BUFFER_BYTES)
    return io.TextIOWrapper(guarded, stream.encoding, stream.errors, line_buffering=number == 2 or stream.isatty())


class _GuardedStream(io.RawIOBase):
    """Writes to `raw`. Calls `failed` with the first error, and discards everything after it."""

    def __init__(self, raw: io.RawIOBase, failed: Callable[[OSError], None]) -> None:
        self._raw, self._failed = raw, failed
        self._is_lost = False

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._raw.isatty()

    def fileno(self) -> int:
        return self._raw.fileno()

    def write(self, data: "Buffer", /) -> int:
        return self._guarded(lambda: self._written(data)) or memoryview(data).nbytes

    def close(self) -> None:
        super().close()
        if self._is_lost:
            with suppress(OSError):
                self._raw.close()
        self._guarded(self._raw.close)

    def _guarded(self, function: Callable[[], Result]) -> Result | None:
        if not self._is_lost:
            try:
                return function()
            except OSError as error:
                self._is_lost = True
                self._failed(error)
        return None

    def _written(self, data: "Buffer") -> int:
        while (count := self._raw.write(data)) is None:
            # The reader is slow, and has set its pipe to be non-blocking.
            select.select([], [self._raw], [])
        return count
