"""Caches on disk what is slow to make and depends on files only: compiled grammars, validated rules, the vocabulary.

An entry is a file: the SHA-256 of its name and payload, then the payload, a pickle. An entry that is truncated, altered
or renamed is ignored and made again. So is one of another version, because the key, and with it the name, contains the
code that made it. Pickle restores a thousand rules in half the time that plain tuples and constructors need. It could
run code, so entries are read only from a folder that only its owner can write to, and only classes that the
caller expects are looked up.
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
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from lyncphone_logs.user_folders import cache_folder

VARIABLE = "LYNCPHONE_LOGS_CACHE"
MAX_ENTRIES = 100
SUFFIX = ".kept"
"""Not to be changed: entries of older versions are found, and in the end removed, by it."""
PACKAGE = Path(__file__).parent
DIGEST_SIZE = sha256().digest_size
T = TypeVar("T")


def cached(
    kind: str,
    key: Callable[[], str],
    make: Callable[[], T],
    classes: Sequence[type],
    may_store: Callable[[], bool] = lambda: True,
    shape: Any = Any,
) -> T:
    """What `make` returns, from disk if it was stored under this key. Raises what `make` raises.

    `key` must change with everything that the result depends on. `classes` are those of all instances in the result.
    Nothing is stored if the key cannot be computed (OSError), if it changed meanwhile, if `may_store` returns false, or
    if the folder cannot be used. `shape` is the type of the result, such as `tuple[Rule, ...]`: an entry of another
    type is made again.
    """
    folder = _folder()
    name = _name(kind, key) if folder else ""
    entry = _read(folder / name, classes) if folder and name else None
    if entry is not None and _fits(entry[0], shape):
        found: T = entry[0]
        return found
    made = make()
    # If a file changed meanwhile, the result may be that of neither key.
    if folder and name and name == _name(kind, key) and may_store():
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
def code_version(*packages: str, libraries: tuple[str, ...] = ()) -> str:
    """Identifies the code that makes a cached result: Python, all modules of some packages, and some libraries.

    `packages` are folders of this package, such as "grammar". The modules next to them always count (errors, validation
    and this one among them). Modules are compared by content, libraries by path and version. Every start computes this
    for each kind of entry, so a folder is read once in a process. Raises OSError if a module or library is missing.
    """
    modules = [_modules(package) for package in ("", *packages)]
    return f"{sys.version} {modules} {[_library(name) for name in libraries]}"


@cache
def _modules(package: str) -> str:
    folder = os.path.join(PACKAGE, package)
    return fingerprint(sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".py")))


def _library(name: str) -> str:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(name)
    try:
        return f"{spec.origin} {version(name)}"
    except PackageNotFoundError:
        raise FileNotFoundError(name) from None


def _name(kind: str, key: Callable[[], str]) -> str:
    """The file name of an entry, or "" if its key cannot be computed."""
    try:
        return f"{kind}-{sha256(key().encode('utf-8', 'surrogateescape')).hexdigest()}{SUFFIX}"
    except OSError:
        return ""


def _read(path: Path, classes: Sequence[type]) -> tuple[Any] | None:
    """The stored result in a tuple, because it may be None itself; None if there is no sound entry."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    payload = content[DIGEST_SIZE:]
    if content[:DIGEST_SIZE] != _checksum(path, payload):
        return None
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return (_Unpickler(payload, classes).load(),)
    except Exception:  # a pickle that does not fit raises whatever its classes raise
        return None
    finally:
        if was_collecting:
            gc.enable()


def _fits(value: object, shape: Any) -> bool:
    """Whether a value has a type. Elements of containers count, attributes of instances do not."""
    if shape is Any:
        return True
    kind, parts = get_origin(shape) or shape, get_args(shape)
    if not isinstance(value, kind):
        return False
    if isinstance(value, dict) and parts:
        return all(_fits(key, parts[0]) and _fits(each, parts[1]) for key, each in value.items())
    if isinstance(value, tuple) and parts and parts[-1] is not Ellipsis:
        return len(value) == len(parts) and all(map(_fits, value, parts))
    return not parts or not isinstance(value, list | tuple) or all(_fits(each, parts[0]) for each in value)


class _Unpickler(pickle.Unpickler):
    """Restores instances of the expected classes and looks up nothing else."""

    def __init__(self, payload: bytes, classes: Sequence[type]) -> None:
        super().__init__(io.BytesIO(payload))
        self._classes = {(each.__module__, each.__qualname__): each for each in classes}

    def find_class(self, module: str, name: str) -> type:
        return self._classes[module, name]


def _write(path: Path, made: object) -> None:
    """Write the entry under another name and rename it, so that no process reads half of it."""
    new = path.with_name(f".{os.urandom(8).hex()}{SUFFIX}")
    try:
        payload = pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
        with open(new, "xb") as file:
            file.write(_checksum(path, payload) + payload)
        os.replace(new, path)
        _remove_oldest(path.parent)
    except (OSError, pickle.PicklingError, TypeError, AttributeError):
        with suppress(OSError):
            new.unlink()


def _checksum(path: Path, payload: bytes) -> bytes:
    return sha256(path.name.encode() + payload).digest()


def _remove_oldest(folder: Path) -> None:
    entries = [entry for entry in os.scandir(folder) if entry.name.endswith(SUFFIX)]
    for _, path in sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries)[:-MAX_ENTRIES]:
        os.unlink(path)


def _folder() -> Path | None:
    """The folder of the entries, created if necessary; None if caching is off or others can write to the folder."""
    wanted = os.environ.get(VARIABLE)
    folder = cache_folder() if wanted is None else wanted
    try:
        if not folder:
            return None
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return Path(folder) if _is_private(folder) else None
    except OSError:
        return None


def _is_private(folder: str) -> bool:
    if sys.platform == "win32":
        return True
    status = os.stat(folder)
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
