"""Finds rule packs: folders of rule files with a name, a version and a hash. Nothing in them is run.

Each pack overlays those before it by code, in this order: the built-in pack; installed packs (entry points of the group
`lyncphone_logs.rules`, each naming a folder inside its package, as in `contoso_rules.rules`); the folder of the user;
the folder that --rules names.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from lyncphone_logs import content
from lyncphone_logs.errors import RuleError
from lyncphone_logs.user_folders import settings_folder
from lyncphone_logs.validation import MAX_FILE_BYTES
from lyncphone_logs.version import program

GROUP = "lyncphone_logs.rules"
VARIABLE = "LYNCPHONE_LOGS_RULES"
DESCRIPTION = "pack.toml"
"""A file of a pack with its `name` and `version`. Without it the folder gives the name, and there is no version."""
MAX_RULES = 2000
"""Rule files in a pack."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of rules. `origin` is `built-in`, `installed`, `user` or `named`.

    `sha256` is the hash of the names (relative to the folder) and contents of its files.
    """

    origin: str
    name: str
    version: str
    folder: Path
    files: tuple[str, ...]
    sha256: str

    def is_unchanged(self) -> bool:
        """Whether its files still have the same contents as when `sha256` was computed."""
        return _digest(self.folder, self.files) == self.sha256


def built_in() -> Pack:
    """The pack of this package."""
    name, _, version = program().partition(" ")
    folder = content.path("rules")
    files = rule_files(folder)
    return Pack("built-in", name, version, folder, files, _digest(folder, files))


def added(named: str = "") -> Iterator[Pack]:
    """The packs that overlay the built-in one, in their order. `named` is the folder of --rules, if there is one.

    Raises RuleError if a pack has no folder, too many files, or a description that cannot be read.
    """
    for entry in _entry_points():
        yield _pack("installed", _folder_of(entry.value), entry.name, entry.dist.version if entry.dist else "")
    folder = os.environ.get(VARIABLE) or _user_folder()
    if folder and (VARIABLE in os.environ or Path(folder).is_dir()):
        yield _pack("user", Path(folder))
    if named:
        yield _pack("named", Path(named), named)


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    """The entry points of the group by name, looked up once per process: every distribution's metadata is read."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda each: each.name))


def rule_files(folder: Path) -> tuple[str, ...]:
    """The paths of the rule files in a folder and its subfolders, sorted."""
    # Path.rglob takes five times as long, which is noticeable with a thousand rules.
    paths = [
        os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names if name != DESCRIPTION
    ]
    return tuple(sorted(path for path in paths if path.endswith(".toml")))


def _pack(origin: str, folder: Path, name: str = "", version: str = "") -> Pack:
    if not folder.is_dir():
        raise RuleError("folder cannot be read", "it does not exist, or is not a folder", str(folder))
    files = rule_files(folder)
    if len(files) > MAX_RULES:
        raise RuleError("folder holds too many files", f"{len(files)}, at most {MAX_RULES}", str(folder))
    described = _description(folder / DESCRIPTION)
    name, version = described.get("name", name or folder.name), described.get("version", version)
    return Pack(origin, name, version, folder, files, _digest(folder, files))


def _description(path: Path) -> dict[str, str]:
    import tomllib

    try:
        with path.open("rb") as file:
            described = tomllib.loads(file.read(MAX_FILE_BYTES).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise RuleError("description of a rule pack cannot be read", str(error), str(path)) from None
    return {name: str(value) for name, value in described.items()}


def _digest(folder: Path, files: Sequence[str]) -> str:
    digest = sha256()
    for path in files:
        try:
            with open(path, "rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except OSError:
            content = b""
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _folder_of(value: str) -> Path:
    """The folder that an entry point names. Its package is not imported."""
    package, _, subfolders = value.replace(":", ".").partition(".")
    spec = find_spec(package)
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return Path(locations[0] if locations else package, *subfolders.split("."))


def _user_folder() -> str:
    folder = settings_folder()
    return os.path.join(folder, "rules") if folder else ""
