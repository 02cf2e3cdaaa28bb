"""What takes long to make and depends on files only, kept on disk: compiled grammars, validated rules, the vocabulary.

An entry is a file of the SHA-256 of its key and payload, then the payload, a pickle. What was cut, altered, moved or
written by another version is made anew. Pickle, since it restores a thousand rules in half the time that plain tuples
and constructors take; only from a folder that nobody but its owner can write to, and it may name no class but those
that the reader expects, so that it can run nothing.
"""

import gc
import io
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from lyncphone_logs.user_folders import cache_folder

VARIABLE = "LYNCPHONE_LOGS_CACHE"
MAX_ENTRIES = 100
SUFFIX = ".kept"
PACKAGE = Path(__file__).parent
DIGEST = sha256().digest_size
T = TypeVar("T")


def cached(
    kind: str,
    key: Callable[[], str],
    make: Callable[[], T],
    classes: Sequence[type],
    keep: Callable[[], bool] = lambda: True,
) -> T:
    """What `make` gives, from disk where it was kept under this key, which a change of what it depends on changes.

    `classes`: those of the instances in it; `keep`: whether to keep what was made. Nothing is kept where the key cannot
    be told (OSError) or the folder cannot be used. What `make` raises is raised.
    """
    folder = _folder()
    name = _name(kind, key) if folder else ""
    entry = _read(folder / name, classes) if folder and name else None
    if entry is not None:
        found: T = entry[0]
        return found
    made = make()
    # What changed while it was made may be neither the old nor the new.
    if folder and name and name == _name(kind, key) and keep():
        _write(folder / name, made)
    return made


def fingerprint(paths: Iterable[Path | str]) -> str:
    """SHA-256 of the names and contents of files, in this order. Raises OSError."""
    digest = sha256()
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            content = file.read()
        digest.update(f"{path}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


@cache
def code_version(*names: str, libraries: tuple[str, ...] = ()) -> str:
    """What tells this code from other versions of it: Python, all modules of some packages of ours, some libraries.

    The modules beside the packages (errors, validation and this one) always count.
    """
    modules = [path for name in ("", *names) for path in sorted((PACKAGE / name).glob("*.py"))]
    return f"{sys.version} {fingerprint(modules)} {[_installed(name) for name in libraries]}"


def _installed(library: str) -> list[str]:
    # The name of the metadata folder holds the version; importlib.metadata would take longer than all grammars.
    spec = find_spec(library)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(library)
    folder = Path(spec.origin).parent.parent
    return [spec.origin, *sorted(name for name in os.listdir(folder) if name.startswith(f"{library}-"))]


def _name(kind: str, key: Callable[[], str]) -> str:
    try:
        return f"{kind}-{sha256(key().encode('utf-8', 'surrogateescape')).hexdigest()}{SUFFIX}"
    except OSError:
        return ""


def _read(path: Path, classes: Sequence[type]) -> tuple[Any] | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    payload = content[DIGEST:]
    if content[:DIGEST] != _seal(path, payload):
        return None
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return (_Reader(payload, classes).load(),)
    except Exception:  # a pickle that does not fit raises whatever its classes raise
        return None
    finally:
        if was_collecting:
            gc.enable()


class _Reader(pickle.Unpickler):
    """Restores instances of the expected classes, and refuses to look up anything else."""

    def __init__(self, payload: bytes, classes: Sequence[type]) -> None:
        super().__init__(io.BytesIO(payload))
        self._classes = {(each.__module__, each.__qualname__): each for each in classes}

    def find_class(self, module: str, name: str) -> type:
        return self._classes[module, name]


def _write(path: Path, made: object) -> None:
    new = path.with_name(f".{os.urandom(8).hex()}{SUFFIX}")
    try:
        payload = pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
        with open(new, "xb") as file:
            file.write(_seal(path, payload) + payload)
        os.replace(new, path)
        _remove_oldest(path.parent)
    except (OSError, pickle.PicklingError, TypeError, AttributeError):
        with suppress(OSError):
            new.unlink()


def _seal(path: Path, payload: bytes) -> bytes:
    return sha256(path.name.encode() + payload).digest()


def _remove_oldest(folder: Path) -> None:
    entries = [entry for entry in os.scandir(folder) if entry.name.endswith(SUFFIX)]
    for _, path in sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries)[:-MAX_ENTRIES]:
        os.unlink(path)


def _folder() -> Path | None:
    """The folder of the entries, made where it is not there; None where there shall be none or others can write."""
    wanted = os.environ.get(VARIABLE)
    folder = cache_folder() if wanted is None else wanted
    try:
        if not folder:
            return None
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return Path(folder) if _is_own(folder) else None
    except OSError:
        return None


def _is_own(folder: str) -> bool:
    if sys.platform == "win32":
        return True
    found = os.stat(folder)
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022
