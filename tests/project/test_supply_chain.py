"""The lock file has hashes and no trace of a machine, and the check of licences refuses what it should."""

import re
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest
from support.paths import ROOT

LOCK = ROOT / ".ci" / "lock.txt"
REQUIREMENT = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("supply_chain", ROOT / ".ci" / "supply_chain.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_version_of_the_lock_file_has_hashes() -> None:
    text = LOCK.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", text.strip())
    assert len(entries) > 100
    assert [each for each in entries if "--hash=sha256:" not in each or not REQUIREMENT.match(each)] == []


def test_the_lock_file_names_no_host_and_no_path() -> None:
    assert not re.search(r"https?:|file:|/|\\\w|--index|--find|@", LOCK.read_text(encoding="utf-8"))


def test_the_lock_file_has_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dev"], *extras["test"], *extras["parquet"], *extras["zstd"]]
    names = {normalized(re.split(r"[^A-Za-z0-9._-]", each)[0]) for each in wanted} - {"lyncphone-logs"}
    locked = {name for name, _ in REQUIREMENT.findall(LOCK.read_text(encoding="utf-8"))}
    assert names - locked == set()


def test_unknown_licences_and_too_many_packages_are_refused(script: ModuleType) -> None:
    right = [("a", "1", "MIT"), ("b", "1", "Apache-2.0 OR BSD-3-Clause"), ("c", "1", "PSF-2.0")]
    assert script.problems(right) == []
    assert script.problems([("a", "1", "")]) == ["a has the licence that it does not state"]
    assert script.problems([("a", "1", "LGPL-3.0")]) == ["a has the licence LGPL-3.0"]
    assert script.problems([("a", "1", "MIT AND GPL-2.0")]) == ["a has the licence MIT AND GPL-2.0"]
    assert script.problems([("a", "1", "Contoso")]) == ["a has the licence Contoso"]
    assert script.problems([("a", "1", "MIT")] * 26) == ["26 packages, at most 25 are promised"]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([{"expression": "MIT OR Apache-2.0"}], "MIT OR Apache-2.0"),
        ([{"license": {"id": "MIT"}}, {"license": {"id": "MIT"}}], "MIT"),
        ([{"license": {"name": "BSD License\nThe complete text"}}], "BSD License"),
        ([], ""),
    ],
)
def test_licences_are_those_that_the_metadata_states(
    script: ModuleType, stated: list[dict[str, object]], expected: str
) -> None:
    assert script.licences_of({"licenses": stated}) == expected
