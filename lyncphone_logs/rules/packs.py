"""Rule packs: folders of rule files with a name, a version and a hash. Data only: nothing in them is run.

Each later one overlays those before it by code: the built-in pack, installed ones (entry points of the group
`lyncphone_logs.rules`, each naming a folder inside its package, as in `contoso_rules.rules`), the user's own folder,
and the folder that --rules names.
"""

import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from functools import cache
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
"""File of a pack with `name` and `version`; without it the folder's name stands, and no version."""
MAX_RULES = 2000


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of rules. `origin` is `built-in`, `installed`, `user` or `named`; `sha256` is of names and contents."""

    origin: str
    name: str
    version: str
    folder: Path
    files: tuple[str, ...]
    sha256: str

    def is_unchanged(self) -> bool:
        """Whether its files still have the contents that `sha256` is of."""
        return _digest(self.folder, self.files) == self.sha256


def built_in() -> Pack:
    """The rules of the package."""
    name, _, version = program().partition(" ")
    folder = content.path("rules")
    files = rule_files(folder)
    return Pack("built-in", name, version, folder, files, _digest(folder, files))


def added(named: str = "") -> Iterator[Pack]:
    """The packs that overlay the built-in one, in their order. Raises RuleError where one that is named is none."""
    for entry in _entry_points():
        yield _pack("installed", _folder_of(entry.value), entry.name, entry.dist.version if entry.dist else "")
    own = os.environ.get(VARIABLE) or _user_folder()
    if own and (VARIABLE in os.environ or Path(own).is_dir()):
        yield _pack("user", Path(own))
    if named:
        yield _pack("named", Path(named), named)


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    """The entry points of the group by name, looked up once per process: every distribution's metadata is read."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda each: each.name))


def rule_files(folder: Path) -> tuple[str, ...]:
    """The rule files in and below a folder."""
    # Path.rglob takes five times as long, which a thousand rules make felt.
    found = [os.path.join(above, name) for above, _, names in os.walk(folder) for name in names if name != DESCRIPTION]
    return tuple(sorted(path for path in found if path.endswith(".toml")))


def _pack(origin: str, folder: Path, name: str = "", version: str = "") -> Pack:
    if not folder.is_dir():
        raise RuleError("folder cannot be read", "it is not there, or not a folder", str(folder))
    files = rule_files(folder)
    if len(files) > MAX_RULES:
        raise RuleError("folder holds too many files", f"{len(files)}, at most {MAX_RULES}", str(folder))
    said = _description(folder / DESCRIPTION)
    name, version = said.get("name", name or folder.name), said.get("version", version)
    return Pack(origin, name, version, folder, files, _digest(folder, files))


def _description(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            said = tomllib.loads(file.read(MAX_FILE_BYTES).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise RuleError("description of a rule pack cannot be read", str(error), str(path)) from None
    return {name: str(value) for name, value in said.items()}


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
    """The folder that an entry point names, found without importing its package."""
    top, _, below = value.replace(":", ".").partition(".")
    spec = find_spec(top)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0] if places else top, *below.split("."))


def _user_folder() -> str:
    folder = settings_folder()
    return os.path.join(folder, "rules") if folder else ""
