"""Shows on standard error how far a trace was read, and says what was read until an interruption."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from lyncphone_logs.cli.signals import Ended, ending_signals

if TYPE_CHECKING:
    from lyncphone_logs.trace.reading_progress import Progress
    from lyncphone_logs.trace.trace import Trace

FIRST_SECONDS, INTERVAL_SECONDS = 1.0, 0.2
"""Seconds until the line is first shown, and between two updates."""
MEGABYTE = 1_000_000


@contextmanager
def watched(trace: "Trace", *, quiet: bool = False, streams: bool = False) -> Iterator[None]:
    """Show the progress of a trace that is read in this context, in one line that is erased at its end.

    The line is shown only on a terminal. `quiet`: not at all. `streams`: the command writes its output while it reads,
    so that the line is not shown if the output goes to a terminal, too. An interruption prints what was read so far.
    """
    is_shown = not quiet and _is_terminal(sys.stderr) and not (streams and _is_terminal(sys.stdout))
    line = ProgressLine(sys.stderr if is_shown else None)
    trace.watch(line.update)
    with ending_signals(line.interrupt):
        try:
            yield
        except KeyboardInterrupt:
            line.erase()
            print(f"interrupted{line.so_far()}", file=sys.stderr)
            raise
        finally:
            line.erase()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


class ProgressLine:
    """The line that shows the progress on a stream; None shows nothing. `clock` returns seconds."""

    def __init__(self, stream: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._progress: Progress | None = None
        self._ended_by = 0
        self._width = 0
        self._due = clock() + FIRST_SECONDS
        self._began: float | None = None

    def update(self, progress: "Progress") -> None:
        """Show the progress if it is time to. Raises Ended again after a signal that ends the program."""
        self._progress = progress
        if self._ended_by:
            raise Ended(self._ended_by)
        if self._stream is None:
            return
        now = self._clock()
        if self._began is None and progress.is_reading:
            self._began = now
        if now >= self._due:
            self._due = now + INTERVAL_SECONDS
            self._show(_line(progress, now - self._began if self._began is not None else 0.0))

    def interrupt(self, number: int) -> None:
        """Note that a signal ends the program."""
        self._ended_by = number

    def erase(self) -> None:
        """Remove the line from the terminal."""
        if self._width and self._stream:
            width = min(self._width + len("^C"), _columns())
            self._stream.write(f"\r{' ' * width}\r")
            self._stream.flush()
            self._width = 0

    def so_far(self) -> str:
        """What was read: ` after 12.4 MB of 80.0 MB, 3 phones`; "" if nothing was."""
        progress = self._progress
        if progress is None or not progress.is_reading:
            return ""
        return f" after {_amount(progress, 'MB of ')}, {_counted(progress.phones, 'phone')}"

    def _show(self, text: str) -> None:
        assert self._stream is not None
        text = text[: _columns()]
        padded = text.ljust(self._width)
        # Before the line is written: an interruption in between must erase it.
        self._width = len(text)
        self._stream.write(f"\r{padded}")
        self._stream.flush()


def _columns() -> int:
    # The cursor stays on the line: a character in the last column would move it to the next one.
    return shutil.get_terminal_size().columns - 1


def _line(progress: "Progress", seconds: float) -> str:
    if not progress.is_reading:
        return "examining the inputs"
    share = progress.share
    parts = [f"{share:4.0%}"] if share is not None else []
    parts.append(_amount(progress, "of "))
    if seconds > 0:
        parts.append(f"{progress.read / seconds / MEGABYTE:.1f} MB/s")
    if share and seconds > 0:
        parts.append(f"{_duration(seconds / share - seconds)} left")
    parts.append(f"{_counted(progress.phones, 'phone')}, {_counted(progress.failures, 'problem')}")
    return "  ".join(parts)


def _counted(number: int, noun: str) -> str:
    from lyncphone_logs.reports.wording import counted

    return counted(number, noun)


def _amount(progress: "Progress", of: str) -> str:
    read, size = f"{progress.read / MEGABYTE:.1f}", progress.size
    return f"{read} MB" if size is None else f"{read} {of}{size / MEGABYTE:.1f} MB"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02} min" if whole < 3600 else f"{whole // 3600}:{whole // 60 % 60:02} h"
