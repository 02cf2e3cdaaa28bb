"""Rotated files: what their names say of their order."""

import re

_ROTATED = re.compile(
    r"(?P<name>.+?)(?:\.(?P<number>\d{1,3})|[.-](?P<date>\d{8}(?:-?\d{4,6})?)|\.(?P<old>old|bak|prev))?"
    r"(?:\.(?:gz|bz2|xz|zst))?",
    re.DOTALL,
)
# The last part of a name has a letter: 192.0.2.1 is an address, not the first of 192.0.2.
_NAMED = re.compile(r"[^/]*[A-Za-z][^./]*\Z")


def rotation_of(path: str) -> tuple[str, tuple[int, str]]:
    """The name that a file had before it was rotated, and what its rotations are sorted by, the oldest first.

    As logrotate and syslogd name them: the highest number is the oldest, a date or `old` is older than none.
    """
    found = _ROTATED.fullmatch(path)
    if not found or not _NAMED.search(found["name"]):
        return path, (2, "")
    name = found["name"]
    if found["number"]:
        return name, (1, f"{999 - int(found['number']):03}")
    if found["date"]:
        return name, (1, found["date"])
    return name, (1, "~") if found["old"] else (2, "")
