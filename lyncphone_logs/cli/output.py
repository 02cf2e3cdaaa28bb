"""Writes output to standard output or to a file, which is complete or unchanged, and messages to standard error."""

import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from lyncphone_logs.cli.standard_streams import failing_stream, output_errors
from lyncphone_logs.errors import LyncphoneLogsError
from lyncphone_logs.reports.escaping import visible


def write(lines: str | Iterable[str], path: str = "") -> None:
    """Write the lines as UTF-8, each with a line end, to a file or to standard output; nothing if the text is empty.

    If the reader closes standard output early, the rest is discarded. Raises OutputError if writing fails.
    """
    parts = filter(None, [lines]) if isinstance(lines, str) else lines
    if path:
        with replaced_file(path) as stream:
            stream.writelines(map(_encoded, parts))
    else:
        sys.stdout.buffer.writelines(map(_encoded, parts))
        sys.stdout.buffer.flush()


_redactions: list[Callable[[str], str]] = []
"""What is applied to messages before they are printed; at most one."""


def redact_messages(redact: Callable[[str], str] | None) -> None:
    """Redact the messages that `print_messages` prints from now on; None: no longer."""
    _redactions[:] = [redact] if redact else []


def print_messages(label: str, texts: Iterable[object]) -> None:
    """Write messages to standard error, each after its label, with hidden characters escaped.

    The lines of an error are those of its parts; any other message is one line.
    """
    for text in texts:
        message = str(text)
        for redact in _redactions:
            message = redact(message)
        lines = message.split("\n") if isinstance(text, LyncphoneLogsError) else [message]
        print("\n".join(map(visible, [f"{label}: {lines[0]}", *lines[1:]])), file=sys.stderr)


@contextmanager
def replaced_file(path: str) -> Iterator[BinaryIO]:
    """A stream that replaces the file when the context ends without an error; else the file stays unchanged.

    Raises OutputError if writing fails.
    """
    with output_errors(path):
        special = os.path.exists(path) and not os.path.isfile(path)
    with _written_directly(path) if special else _replacing(path) as stream:
        yield stream


@contextmanager
def _written_directly(path: str) -> Iterator[BinaryIO]:
    with output_errors(path):
        raw = open(path, "wb", buffering=0)  # noqa: SIM115  # failing_stream closes it
    with failing_stream(raw, path) as stream:
        yield stream


@contextmanager
def _replacing(path: str) -> Iterator[BinaryIO]:
    from lyncphone_logs.sources.file_kinds import UNFINISHED_PREFIX, UNFINISHED_SUFFIX

    target = os.path.realpath(path)
    # The name is known before the file exists, so that an interruption at any time removes the file.
    name = os.path.join(os.path.dirname(target), f"{UNFINISHED_PREFIX}{secrets.token_hex(8)}{UNFINISHED_SUFFIX}")
    try:
        with output_errors(path):
            mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else None
            opener = _public if mode is None else _private
            raw = open(name, "xb", buffering=0, opener=opener)  # noqa: SIM115  # failing_stream closes it
        with failing_stream(raw, path) as stream:
            yield stream
            with output_errors(path):
                stream.flush()
                os.fsync(raw.fileno())
        with output_errors(path):
            if mode is not None:
                os.chmod(name, mode)
            os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _public(name: str, flags: int) -> int:
    return os.open(name, flags, 0o666)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _encoded(part: str) -> bytes:
    return f"{part}\n".encode("utf-8", "backslashreplace")
