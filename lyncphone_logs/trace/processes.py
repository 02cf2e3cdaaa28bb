"""Runs functions in several processes that count what they read, and that an interruption stops at once."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from ctypes import c_bool
from multiprocessing import Value
from multiprocessing.sharedctypes import RawValue, Synchronized
from types import FrameType, TracebackType
from typing import Any, NamedTuple, TypeVar

from lyncphone_logs.sources.source import Source

T = TypeVar("T")
WAITING_SECONDS = 0.2
"""Seconds after which `waiting` is called again. On Windows, no interruption is noticed meanwhile."""


class _Shared(NamedTuple):
    """What all processes see: the bytes that they have read, and whether they must stop."""

    read: "Synchronized[int]"
    is_stopped: c_bool


class _Stopped(Exception):
    """Ends a function in a process that must stop."""


class Processes:
    """A context with processes. They end with it: at once if it ends with an error, an interruption included.

    `waiting` is called while a result is not ready, with the bytes that all processes have read so far.
    """

    def __init__(self, jobs: int, waiting: Callable[[int], None] | None = None) -> None:
        self._shared = _Shared(Value("Q", 0), RawValue(c_bool, False))
        self._pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=self._shared)
        self._waiting = waiting

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Processes that read stop at their next read. To kill one that returns a result would block the pool for ever.
        self._shared.is_stopped.value = kind is not None
        self._pool.shutdown(cancel_futures=kind is not None)

    def submit(self, function: Callable[..., T], *arguments: Any) -> "Future[T]":
        """Run a function in one of the processes; both it and its arguments are pickled."""
        with _interruptions_blocked(), _ended_by_the_system():
            return self._pool.submit(function, *arguments)

    def result(self, future: "Future[T]") -> T:
        """Wait for the result of a function. Raises what it raised, and InputError if its process was ended."""
        while not wait([future], WAITING_SECONDS).done:
            if self._waiting:
                self._waiting(self._shared.read.value)
        with _ended_by_the_system():
            return future.result()


@contextmanager
def _ended_by_the_system() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        # A process that is killed, as the system does if memory is used up, cannot say so itself.
        raise MemoryError("a process that reads has ended") from None


_ENDING = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}
"""Signals that a terminal or a service manager sends to all processes of the program."""


@contextmanager
def _interruptions_blocked() -> Iterator[None]:
    """A process that starts in this context is not interrupted before it ignores interruptions."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_shared: _Shared | None = None
"""In a process that reads: what it shares with the others."""


def _begin(read: "Synchronized[int]", is_stopped: c_bool) -> None:
    # The process that started this one receives the same signals, and stops it. If it was killed, nothing else would.
    parent = os.getppid()

    def handle(number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT and os.getppid() != parent:
            os._exit(128 + number)

    for each in _ENDING:
        signal.signal(each, handle)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    global _shared
    _shared = _Shared(read, is_stopped)


def count_read(source: Source) -> None:
    """In one of the processes: count what is read of a source, and end its reading if the process must stop.

    Sets `on_read` of the source.
    """
    before = 0

    def count() -> None:
        nonlocal before
        if _shared is None:
            return
        if _shared.is_stopped.value:
            raise _Stopped
        with _shared.read.get_lock():
            _shared.read.value += source.bytes - before
        before = source.bytes

    source.on_read = count
