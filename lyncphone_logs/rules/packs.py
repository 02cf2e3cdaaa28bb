"""Finds rule packs: folders of rule files with a name, a version and a hash. Nothing in them is run.

Each pack overlays those before it by code, in this order: the built-in pack; installed packs (entry points of the group
`lyncphone_logs.rules`, each naming a folder inside its package, as in `contoso_rules.rules`); the folder of the user;
the folder that --rules names.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from lyncphone_logs import content
from lyncphone_logs.bounded_files import parse_toml, read_head, read_text
from lyncphone_logs.errors import LyncphoneLogsError, RuleError, collect
from lyncphone_logs.user_folders import settings_folder
from lyncphone_logs.validation import MAX_FILE_BYTES
from lyncphone_logs.version import program

GROUP = "lyncphone_logs.rules"
VARIABLE = "LYNCPHONE_LOGS_RULES"
DESCRIPTION = "pack.toml"
"""A file of a pack with its `name` and `version`. Without it the folder gives the name, and there is no version."""
MAX_RULES = 2000
"""Rule files in a pack."""
MAX_ENTRIES, MAX_FOLDER_DEPTH = 20_000, 16
"""Files of any kind in the folder of a pack and its subfolders, and these in each other."""
MAX_PACK_BYTES = 32 * 1024 * 1024
"""Sum of the sizes of the rule files of a pack."""
MAX_NAME_CHARACTERS = 100
"""Length of the name and of the version of a pack."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of rules. `origin` is `built-in`, `installed`, `user` or `named`.

    `sha256` is the hash of the names (relative to the folder) and contents of its files. `problems`: what of it cannot
    be used, but for rule files.
    """

    origin: str
    name: str
    version: str
    folder: Path
    files: tuple[str, ...]
    sha256: str
    problems: tuple[LyncphoneLogsError, ...] = ()

    @property
    def is_unasked(self) -> bool:
        """Whether it was loaded although no option names it."""
        return self.origin in ("installed", "user")

    def is_unchanged(self) -> bool:
        """Whether its files still have the same contents as when `sha256` was computed."""
        return _digest(self.folder, self.files) == self.sha256


def built_in() -> Pack:
    """The pack of this package."""
    name, _, version = program().partition(" ")
    folder = content.path("rules")
    files = rule_files(folder)
    return Pack("built-in", name, version, folder, files, _digest(folder, files))


def added(named: str = "", *, plugins: bool = True) -> Iterator[Pack]:
    """The packs that overlay the built-in one, in their order. `named` is the folder of --rules, if there is one.

    Without `plugins`, only the named one. A pack that cannot be used has no files, and a problem. Raises RuleError only
    if the named folder does not exist, or has too many files.
    """
    for entry in _entry_points() if plugins else ():
        version = entry.dist.version if entry.dist else ""
        yield _unasked("installed", partial(_folder_of, entry.value), entry.name, version)
    folder = (os.environ.get(VARIABLE) or _user_folder()) if plugins else ""
    if folder and (VARIABLE in os.environ or Path(folder).is_dir()):
        yield _unasked("user", partial(Path, folder))
    if named:
        yield _pack("named", Path(named), named)


def _unasked(origin: str, find: Callable[[], Path], name: str = "", version: str = "") -> Pack:
    """A pack that no option names. What is wrong with it is no reason to give no answer."""
    folder = Path()
    try:
        folder = find()
        return _pack(origin, folder, name, version)
    except RuleError as problem:
        return Pack(origin, name or folder.name, version, folder, (), "", (problem,))


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    """The entry points of the group by name, looked up once per process: every distribution's metadata is read."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda each: each.name))


def rule_files(folder: Path) -> tuple[str, ...]:
    """The paths of the rule files in a folder and its subfolders, sorted. Links to folders are not followed.

    Raises RuleError if there are too many, or a subfolder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise RuleError("folder cannot be read", error.strerror or str(error), str(error.filename or folder))

    paths: list[str] = []
    entries, top = 0, len(folder.parts)
    # Path.rglob takes five times as long, which is noticeable with a thousand rules.
    for parent, folders, names in os.walk(folder, onerror=refuse):
        entries += len(folders) + len(names)
        paths += [os.path.join(parent, name) for name in names if name.endswith(".toml") and name != DESCRIPTION]
        if len(paths) > MAX_RULES or entries > MAX_ENTRIES:
            because = f"more than {MAX_RULES} rules, or {MAX_ENTRIES} files of any kind"
            raise RuleError("folder holds too many files", because, str(folder))
        if folders and len(Path(parent).parts) - top >= MAX_FOLDER_DEPTH:
            raise RuleError("folder is too deep", f"more than {MAX_FOLDER_DEPTH} folders in each other", parent)
    return tuple(sorted(paths))


def _pack(origin: str, folder: Path, name: str = "", version: str = "") -> Pack:
    if not folder.is_dir():
        raise RuleError("folder cannot be read", "it does not exist, or is not a folder", str(folder))
    files = rule_files(folder)
    digest = _digest(folder, files)
    described, problems = collect([folder / DESCRIPTION], _description)
    for each in described:
        name, version = each.get("name", name), each.get("version", version)
    return Pack(origin, name or folder.name, version, folder, files, digest, tuple(problems))


def _description(path: Path) -> dict[str, str]:
    """The name and version that a pack states. Raises RuleError if they cannot be read."""
    try:
        described = parse_toml(read_text(path))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RuleError("description of a rule pack cannot be read", str(error), str(path)) from None
    found: dict[str, str] = {name: described[name] for name in ("name", "version") if name in described}
    for name, value in found.items():
        if not isinstance(value, str) or not value.isprintable() or len(value) > MAX_NAME_CHARACTERS:
            because = f"{name} is no text of at most {MAX_NAME_CHARACTERS} characters"
            raise RuleError("description of a rule pack cannot be read", because, str(path))
    return found


def _digest(folder: Path, files: Sequence[str]) -> str:
    digest, total = sha256(), 0
    for path in files:
        try:
            content = read_head(path, MAX_FILE_BYTES + 1)
        except (OSError, ValueError):
            content = b""
        total += len(content)
        if total > MAX_PACK_BYTES:
            raise RuleError("rules of a folder are too large", f"more than {MAX_PACK_BYTES} bytes in all", str(folder))
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _folder_of(value: str) -> Path:
    """The folder that an entry point names. Its package is not imported. Raises RuleError if the name is none."""
    package, _, subfolders = value.replace(":", ".").partition(".")
    try:
        spec = find_spec(package)
    except (ImportError, ValueError, AttributeError) as error:
        raise RuleError("folder of an installed rule pack is unknown", str(error), value) from None
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return Path(locations[0] if locations else package, *subfolders.split("."))


def _user_folder() -> str:
    folder = settings_folder()
    return os.path.join(folder, "rules") if folder else ""
