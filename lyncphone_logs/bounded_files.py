"""Reads files that others may have written: rules, grammars, reports, certificates. What they can cost is bounded.

Only regular files are read, so that a device or a pipe cannot supply bytes for ever, and only so many bytes. Before
tomllib parses a text, its depth and its number of values are counted: tomllib takes time quadratic in the parts of a
dotted key, and recurses into arrays.
"""

import os
import re
import stat
from typing import Any

from lyncphone_logs.validation import MAX_FILE_BYTES

MAX_DEPTH = 16
"""Arrays and inline tables in each other."""
MAX_KEY_PARTS = 16
"""Parts of a dotted key."""
MAX_VALUES = 8000
"""Keys, items and parts of keys in a TOML file."""
_SKIPPED = r"[^\"'#\[\]{}.,=\n]++|#[^\n]*+"
_BASIC = r'"""(?:[^"\\]|\\.|"{1,2}+(?!"))*+"{3,5}+|"(?:[^"\\\n]|\\.)*+"'
_LITERAL = r"'''(?:[^']|'{1,2}+(?!'))*+'{3,5}+|'[^'\n]*+'"
_TOKEN = re.compile(rf"{_SKIPPED}|(?P<text>{_BASIC}|{_LITERAL})|(?P<sign>[\[\]{{}}.,=\n])", re.DOTALL)
_KINDS = {
    stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}  # fmt: skip


def read_regular(path: str | os.PathLike[str], limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a regular file, or of the one that a link points to. It never waits.

    Raises OSError if the file cannot be read, ValueError if it is not a regular file or is larger than `limit`.
    """
    data = read_head(path, limit + 1)
    if len(data) > limit:
        raise ValueError(f"it is larger than {limit} bytes")
    return data


def read_head(path: str | os.PathLike[str], size: int) -> bytes:
    """The first `size` bytes of a regular file. Raises what `read_regular` raises, but for its size."""
    _check_regular(os.stat(path).st_mode)  # To open a device may have an effect.
    with open(path, "rb", opener=_without_waiting) as file:
        _check_regular(os.fstat(file.fileno()).st_mode)
        return file.read(size) or b""


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise ValueError(f"it is {_KINDS.get(stat.S_IFMT(mode), 'of an unknown type')}, not a regular file")


def read_text(path: str | os.PathLike[str], limit: int = MAX_FILE_BYTES) -> str:
    """The UTF-8 text of a regular file, with `\\n` at the end of each line. Raises OSError or ValueError."""
    return text_of(read_regular(path, limit))


def text_of(data: bytes) -> str:
    """The UTF-8 text of a file, with `\\n` at the end of each line. Raises UnicodeDecodeError."""
    return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def parse_toml(text: str) -> dict[str, Any]:
    """The content of a TOML text. Raises ValueError if it is not TOML, or if it is too deep or has too many values."""
    import tomllib

    _check_limits(text)
    return tomllib.loads(text)


def _check_limits(text: str) -> None:
    """Raises ValueError if the part of a text that is TOML exceeds a limit. It ends where tomllib stops, too."""
    depth = parts = values = position = 0
    while token := _TOKEN.match(text, position):
        position = token.end()
        sign = token["sign"]
        if sign is None:
            continue
        depth = max(0, depth + (sign in "[{") - (sign in "]}"))
        parts = parts + 1 if sign == "." else 0
        values += sign not in "]}\n"
        if depth > MAX_DEPTH:
            raise ValueError(f"{_line_of(text, position)}: more than {MAX_DEPTH} arrays and tables in each other")
        if parts >= MAX_KEY_PARTS:
            raise ValueError(f"{_line_of(text, position)}: a key has more than {MAX_KEY_PARTS} parts")
        if values > MAX_VALUES:
            raise ValueError(f"{_line_of(text, position)}: more than {MAX_VALUES} keys and items")


def _line_of(text: str, position: int) -> str:
    return f"line {text.count(chr(10), 0, position) + 1}"
