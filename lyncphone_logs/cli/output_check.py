"""Refuses an output that is one of the inputs: it would replace what is read, or be read as a trace the next time."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

from lyncphone_logs.cli.standard_streams import STANDARD_OUTPUT
from lyncphone_logs.errors import InputError
from lyncphone_logs.sources.source import STDIN

_IS_INPUT = "the output is one of the inputs"


def check_output(output: str, inputs: Iterable[str], folders: Iterable[str] = ()) -> None:
    """Raise InputError if the output file is an input, however it is named, or is in a folder that is an input.

    If `output` is "", it is standard output, which may be a file. Of `folders`, only existing files are inputs.
    """
    status = _output_status(output)
    where = output or STANDARD_OUTPUT
    for path in filter(None, [*inputs, *folders]):
        of_input = _status(path)
        if of_input is None:
            continue
        if not stat.S_ISDIR(of_input.st_mode):
            if status and os.path.samestat(status, of_input):
                raise InputError(_IS_INPUT, f"{path} is the same file", where, "name another file for the output")
        elif _is_below(output, of_input) and (path not in folders or status):
            because = f"it is in the folder {path}, which is read"
            raise InputError(_IS_INPUT, because, where, "name a file in another folder for the output")
        elif status and any(os.path.samestat(status, each) for each in _files_below(path)):
            because = f"the folder {path} contains it"
            raise InputError(_IS_INPUT, because, where, "name a file in another folder for the output")


def _output_status(output: str) -> os.stat_result | None:
    """The status of the output if it is a file or a named pipe that exists. Devices have no content to be lost."""
    try:
        status = os.stat(output) if output else os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) or (output and stat.S_ISFIFO(status.st_mode)) else None


def _status(path: str) -> os.stat_result | None:
    try:
        return os.fstat(sys.stdin.fileno()) if path == STDIN and sys.stdin else os.stat(path)
    except (OSError, ValueError):
        return None


def _is_below(output: str, folder: os.stat_result) -> bool:
    parent = os.path.dirname(os.path.realpath(output)) if output else ""
    while parent:
        of_parent = _status(parent)
        if of_parent and os.path.samestat(of_parent, folder):
            return True
        above = os.path.dirname(parent)
        parent = above if above != parent else ""
    return False


def _files_below(folder: str) -> Iterator[os.stat_result]:
    """The status of each file that is read of a folder: links in it are not followed."""
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                yield os.lstat(os.path.join(parent, name))
