"""Interruptions and requests to end: each unwinds the program, so that no half file and no process is left."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that end the program, with the exit code 128 + number. Windows has no SIGHUP."""
_received: list[int] = []


class Ended(KeyboardInterrupt):
    """The program must end because of the signal `number`."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def ending_signals(noted: Callable[[int], None] = lambda number: None) -> Iterator[None]:
    """Raise Ended at each of the signals in this context, after `noted` was called with its number.

    Code that is called by a library in C may lose the exception; `noted` makes it possible to raise it again. A signal
    that was ignored, as by nohup, stays ignored. Outside the main thread nothing changes.
    """
    before = {}

    def handle(number: int, frame: FrameType | None) -> None:
        _received.append(number)
        noted(number)
        raise Ended(number)

    try:
        for each in ENDING:
            if signal.getsignal(each) is not signal.SIG_IGN:
                before[each] = signal.signal(each, handle)
    except ValueError:  # Only the main thread handles signals.
        before = {}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def exit_code() -> int:
    """The exit code of a program that was ended: 130, or that of the latest signal."""
    number = _received[-1] if _received else signal.SIGINT
    _received.clear()
    return 128 + number


def ignore_interruptions() -> None:
    """Ignore interruptions from now on: the program has done its work and ends in a moment."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
