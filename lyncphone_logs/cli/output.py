"""Where an answer goes: standard output, or a file that is either whole or untouched; the rest to standard error."""

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

    A reader that closes standard output early ends the writing quietly. Raises OutputError where it cannot be written.
    """
    parts = [lines] if isinstance(lines, str) else lines
    try:
        if path:
            with whole_file(path) as stream:
                stream.writelines(map(_encoded, parts))
        else:
            _to_stdout(parts)
    except BrokenPipeError:
        # What is still buffered would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise _refused(error, "standard output") from None


def tell(label: str, texts: Iterable[object]) -> None:
    """Write messages to standard error, each behind its label; nothing hidden in them reaches the terminal."""
    for text in texts:
        print("\n".join(map(visible, f"{label}: {text}".split("\n"))), file=sys.stderr)


def _to_stdout(parts: Iterable[str]) -> None:
    for part in parts:
        sys.stdout.buffer.write(_encoded(part))
    sys.stdout.buffer.flush()


@contextmanager
def whole_file(path: str) -> Iterator[BinaryIO]:
    """A stream whose content is the file's once all of it is written; until then, and after an error, it is untouched.

    Raises OutputError where it cannot be written.
    """
    try:
        with _replacing(Path(path)) as stream:
            yield stream
    except OSError as error:
        raise _refused(error, path) from None


def _refused(error: OSError, where: str) -> OutputError:
    return OutputError("the answer cannot be written", error.strerror or str(error), where)


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
