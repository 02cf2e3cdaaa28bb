"""Writes output to standard output or to a file, which is complete or unchanged, and messages to standard error."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lyncphone_logs.errors import OutputError
from lyncphone_logs.reports.escaping import visible


def write(lines: str | Iterable[str], path: str = "") -> None:
    """Write the lines as UTF-8, each with a line end, to a file or to standard output.

    If the reader closes standard output early, the rest is discarded. Raises OutputError if writing fails.
    """
    parts = [lines] if isinstance(lines, str) else lines
    try:
        if path:
            with replaced_file(path) as stream:
                stream.writelines(map(_encoded, parts))
        else:
            _to_stdout(parts)
    except BrokenPipeError:
        # Python would fail again to flush the buffer when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise _failed(error, "standard output") from None


def print_messages(label: str, texts: Iterable[object]) -> None:
    """Write messages to standard error, each after its label, with hidden characters escaped."""
    for text in texts:
        print("\n".join(map(visible, f"{label}: {text}".split("\n"))), file=sys.stderr)


def _to_stdout(parts: Iterable[str]) -> None:
    for part in parts:
        sys.stdout.buffer.write(_encoded(part))
    sys.stdout.buffer.flush()


@contextmanager
def replaced_file(path: str) -> Iterator[BinaryIO]:
    """A stream that replaces the file when the context ends without an error; else the file stays unchanged.

    Raises OutputError if writing fails.
    """
    try:
        with _replacing(Path(path)) as stream:
            yield stream
    except OSError as error:
        raise _failed(error, path) from None


def _failed(error: OSError, target: str) -> OutputError:
    return OutputError("cannot write output", error.strerror or str(error), target)


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    if path.exists() and not path.is_file():
        with path.open("wb") as special:
            yield special
        return
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _encoded(part: str) -> bytes:
    return f"{part}\n".encode("utf-8", "backslashreplace")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
