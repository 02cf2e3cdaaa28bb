"""Names the folders in which this user keeps caches and settings, by the convention of the platform.

Linux: XDG Base Directory Specification. macOS: File System Programming Guide. Windows: known folders, from the
environment. Both functions return "" if the convention gives no absolute path.
"""

import os
import sys

PROGRAM = "lyncphone-logs"


def cache_folder() -> str:
    """The folder for what can be made again."""
    return _folder("LOCALAPPDATA", "Caches", "XDG_CACHE_HOME", ".cache")


def settings_folder() -> str:
    """The folder for what the user wrote."""
    return _folder("APPDATA", "Application Support", "XDG_CONFIG_HOME", ".config")


def _folder(windows: str, macos: str, xdg: str, default: str) -> str:
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        parent = os.environ.get(windows, "")
    elif sys.platform == "darwin":
        parent = os.path.join(home, "Library", macos)
    else:
        parent = os.environ.get(xdg) or os.path.join(home, default)
    return os.path.join(parent, PROGRAM) if os.path.isabs(parent) else ""
