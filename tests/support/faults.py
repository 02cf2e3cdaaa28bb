"""Files whose n-th operation fails: opening, reading, writing, closing, renaming and the like.

A test runs a command with n = 1, 2, 3 … until no fault occurs, as SQLite's tests do. Only files below one folder are
affected. The buffers of Python lie above: a short read or write is one that they must complete.
"""

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

OPERATIONS = ("open", "read", "write", "close", "fsync", "replace", "chmod", "stat", "fstat", "scandir", "unlink")
SHORT = -1
"""In place of an error number: the operation transfers one byte only."""
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EINTR": errno.EINTR, "short": SHORT}


class Faults:
    """Lets one operation fail, the `number`-th on files of which `is_affected` accepts the name.

    `lasts`: all later ones fail, too, as on a broken disk. `fired` counts the failures.
    """

    def __init__(
        self, operation: str, error: int, number: int, is_affected: Callable[[str], bool], *, lasts: bool = False
    ) -> None:
        self._operation, self._error, self._left = operation, error, number
        self._is_affected, self._lasts = is_affected, lasts
        self.fired = 0

    def happens(self, operation: str, name: object) -> bool:
        """Whether the operation fails now. Raises the error, unless it is SHORT."""
        if operation != self._operation or not self.affects(name):
            return False
        self._left -= 1
        if self._left > 0 or (self._left < 0 and not self._lasts):
            return False
        self.fired += 1
        if self._error == SHORT:
            return True
        raise OSError(self._error, os.strerror(self._error))

    def affects(self, name: object) -> bool:
        """Whether files of this name are affected."""
        return isinstance(name, str | os.PathLike) and self._is_affected(os.path.abspath(os.fspath(name)))


class _File(io.FileIO):
    """A file of which each operation may fail."""

    def __init__(self, faults: Faults, name: Any, mode: str, opener: Any) -> None:
        faults.happens("open", name)
        super().__init__(name, mode, opener=opener)
        self._faults, self._path = faults, name

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        if self._faults.happens("read", self._path):
            view = view[:1]
        return super().readinto(view) or 0

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(1 << 16), b""))

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return self.readall()
        buffer = bytearray(size)
        return bytes(buffer[: self.readinto(buffer)])

    def write(self, data: Any, /) -> int:
        view = memoryview(data)
        return super().write(view[:1] if self._faults.happens("write", self._path) else view) or 0

    def close(self) -> None:
        was_open = not self.closed
        super().close()
        if was_open:
            self._faults.happens("close", self._path)


@contextmanager
def injected(faults: Faults) -> Iterator[None]:
    """Let the operations of this process fail as `faults` says."""
    original = builtins.open

    def opened(file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None,
               newline: Any = None, closefd: bool = True, opener: Any = None) -> Any:  # fmt: skip
        if not faults.affects(file):
            return original(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = _File(faults, os.fspath(file), mode.replace("b", "").replace("t", ""), opener)
        if not buffering:
            return raw
        buffered = io.BufferedReader(raw) if raw.readable() else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "open", opened)
        patch.setattr(io, "open", opened)
        for name in ("replace", "chmod", "stat", "scandir", "unlink", "fsync", "fstat"):
            patch.setattr(os, name, _failing(faults, name, getattr(os, name)))
        yield


def _failing(faults: Faults, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def function(path: Any = ".", *arguments: Any, **options: Any) -> Any:
        faults.happens(name, _path_of(path))
        return original(path, *arguments, **options)

    return function


def _path_of(path: Any) -> object:
    """The path of a descriptor, on systems that tell it."""
    if isinstance(path, int):
        try:
            return os.readlink(f"/proc/self/fd/{path}")
        except OSError:
            return ""
    return path
