"""Says what happened to a file while it was read: it grew, was truncated, replaced, removed or overwritten."""

import os
from typing import NamedTuple


class FileChange(NamedTuple):
    """What happened, as the rest of a sentence about the file. `is_loss`: a part of what was there was not read."""

    what: str
    is_loss: bool = False


def change_of(
    found: os.stat_result | None, opened: os.stat_result, now: os.stat_result | None, read: int
) -> FileChange | None:
    """What happened to a regular file of which `read` bytes were read; None if it did not change.

    The status is that when the file was `found`, if it is known, when it was `opened`, and the one that the path has
    now, None if there is no such file any more. Not more than the size when it was opened is read.
    """
    if found and not os.path.samestat(found, opened):
        return FileChange("it was replaced before it was read: the new file was read", is_loss=True)
    if found and opened.st_size < found.st_size:
        return FileChange(_truncated(opened.st_size, found.st_size), is_loss=True)
    if read < opened.st_size:
        return FileChange(_truncated(read, opened.st_size), is_loss=True)
    if now is None:
        return FileChange("it was removed while it was read, and was read to its end")
    if not os.path.samestat(opened, now):
        return FileChange("another file took its place while it was read: the former one was read to its end")
    if now.st_size > opened.st_size:
        return FileChange(f"it grew by {now.st_size - opened.st_size:,} bytes while it was read; these were not read")
    if now.st_size < opened.st_size:
        return FileChange(f"it was truncated to {now.st_size:,} bytes after these were read")
    before = found if found and found.st_size == opened.st_size else opened
    if now.st_mtime_ns != before.st_mtime_ns:
        return FileChange("it was written while it was read: some lines may be older than others")
    return None


def _truncated(left: int, size: int) -> str:
    return f"it was truncated while it was read: {left:,} of {size:,} bytes were read"
