"""The conventions of the project, held to by tests: names, sizes, content that loads, pages that say what is so."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from statistics import median, quantiles

import pytest
from support.paths import FOUNDING, ROOT

import lyncphone_logs
from lyncphone_logs.catalog import grammars_folder, read_catalog
from lyncphone_logs.diagnosis.ranking import FACTOR, LIKELIHOOD, OTHER_CAUSE, PRIOR
from lyncphone_logs.events.columns import COLUMNS
from lyncphone_logs.reports import text

PACKAGE = ROOT / "lyncphone_logs"
MODULES = sorted(PACKAGE.rglob("*.py"))
GRAMMARS = sorted((ROOT / "grammars").rglob("*.py"))
RULES = sorted((PACKAGE / "content" / "rules").rglob("*.toml"))
SOURCES = [*MODULES, *GRAMMARS, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "base", "core", "common", "misc"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|raise NotImplemented")
CLOCK = re.compile(r"\b(datetime\.now|datetime\.today|date\.today|utcnow|time\.time|localtime|gmtime)\(")


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[path.relative_to(ROOT).as_posix() for path in paths])


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def lines(path: Path) -> int:
    return read(path).count("\n")


def functions(path: Path) -> list[tuple[str, int]]:
    """Name and length in lines of every function of a module."""
    tree = ast.walk(ast.parse(read(path)))
    nodes = [node for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(f"{path.name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1) for node in nodes]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


def readme_commands() -> list[str]:
    return [line for line in read(ROOT / "README.md").split("\n") if line.startswith("python3 -m venv ")]


def test_the_public_names_are_sorted_few_and_there() -> None:
    names = lyncphone_logs.__all__
    assert names == sorted(names)
    assert len(names) <= 14
    assert all(hasattr(lyncphone_logs, name) for name in names)


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


@named(SOURCES)
def test_a_module_is_named_after_what_it_is_about_and_is_finished(path: Path) -> None:
    assert path.stem not in SAYS_NOTHING
    assert path.name == "test_project.py" or not UNFINISHED.search(read(path))


@named(MODULES)
def test_a_module_holds_one_concept(path: Path) -> None:
    assert lines(path) <= 400


@named(MODULES)
def test_lines_end_at_newlines_only_and_no_clock_is_read(path: Path) -> None:
    assert ".splitlines(" not in read(path)
    assert not CLOCK.search(read(path))


@named(MODULES)
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    assert [each for each in functions(path) if each[1] > 40] == []


def test_functions_are_short() -> None:
    lengths = [length for path in MODULES for _, length in functions(path)]
    assert median(lengths) <= 8
    assert quantiles(lengths, n=10)[-1] <= 25


@named(RULES)
def test_a_rule_says_its_piece_before_its_samples_in_80_lines(path: Path) -> None:
    assert read(path).partition("[[sample]]")[0].count("\n") <= 80


@named(GRAMMARS)
def test_a_grammar_says_its_piece_before_its_samples_in_150_lines(path: Path) -> None:
    assert read(path).partition("\nsamples = [")[0].count("\n") <= 150


def test_every_rule_and_every_grammar_is_loaded_without_a_problem() -> None:
    catalog = read_catalog()
    assert catalog.problems == ()
    assert sorted(rule.name for rule in catalog.rules) == sorted(path.stem for path in RULES)
    assert [each.name for each in catalog.grammars] == sorted(path.stem for path in (ROOT / "grammars").glob("*.py"))
    assert len(catalog.rules) >= 16


def test_the_grammars_are_found_where_the_code_runs() -> None:
    found = grammars_folder()
    assert found.parent in {Path(lyncphone_logs.__file__).parent, Path(lyncphone_logs.__file__).parent.parent}
    assert read(found / "audiocodes_400hd.py") == read(ROOT / "grammars" / "audiocodes_400hd.py")


def test_every_message_set_is_used_by_a_grammar() -> None:
    used = {name for path in (ROOT / "grammars").glob("*.py") for name in re.findall(r'"(\w+)"', _shared(path))}
    assert used == {path.stem for path in (ROOT / "grammars" / "messages").glob("*.py")}


def _shared(path: Path) -> str:
    return read(path).partition("\nshared = ")[2].partition(")")[0]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["diagnose", str(FOUNDING)], 1),
        (["diagnose", str(FOUNDING), "--format", "json"], 1),
        (["rules", "list"], 0),
    ],
    ids=["help", "diagnose", "json", "rules"],
)
def test_answers_come_without_pandas(arguments: list[str], code: int) -> None:
    done = run("-X", "importtime", "-m", "lyncphone_logs", *arguments)
    assert done.returncode == code
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.split("\n") if line.startswith("import time:")}
    assert "lyncphone_logs.cli" in imported
    assert not imported & {"pandas", "numpy", "IPython"}


def test_the_package_is_imported_without_pandas() -> None:
    done = run("-c", "from lyncphone_logs import *; import sys; print('pandas' in sys.modules, diagnose.__module__)")
    assert done.stdout.split() == ["False", "lyncphone_logs.api"]


def test_the_readme_opens_with_two_commands_of_one_line_each() -> None:
    first, second = readme_commands()
    assert first in read(ROOT / "README.md")[:1500]
    assert second in read(ROOT / "README.md")[:1500]
    assert first.endswith(f"lyncphone-logs {FOUNDING.relative_to(ROOT).as_posix()}")
    assert second.endswith("pytest")


def test_the_checks_run_the_commands_of_the_readme_as_they_stand_there() -> None:
    script = read(ROOT / ".ci" / "run")
    assert "grep '^python3 -m venv ' README.md" in script
    assert '"$(readme_command 1)"' in script
    assert '"$(readme_command 2)"' in script


def test_the_readme_shows_what_the_program_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    report = lyncphone_logs.diagnose(lyncphone_logs.read_trace(FOUNDING.relative_to(ROOT).as_posix()))
    said = text.render(report, color=False, width=100).split("\n")
    excerpt = read(ROOT / "README.md").partition("```text\n")[2].partition("```")[0].split("\n")
    shown = [line for line in excerpt if line not in {"", "…"}]
    assert len(shown) > 10
    assert [line for line in shown if line not in said] == []


def test_the_page_on_confidence_gives_the_numbers_of_the_ranking() -> None:
    page = read(ROOT / "docs" / "design" / "confidence.md")
    for table in (PRIOR, LIKELIHOOD, FACTOR):
        for word, number in table.items():
            assert f"{word} {number:g}" in page
    assert f"{OTHER_CAUSE:g}" in page


@named([ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))])
def test_a_page_names_only_files_that_are_there(path: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", read(path)) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_package_has_its_line_in_the_architecture() -> None:
    rows = [line for line in read(ROOT / "ARCHITECTURE.md").split("\n") if line.startswith("| `")]
    cells = " ".join(row.split("|")[1] for row in rows)
    modules = [path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")]
    folders = [f"{path.name}/" for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] not in "_."]
    assert [name for name in sorted([*modules, *folders]) if f"`{name}`" not in cells] == []


def test_the_interfaces_page_names_every_column_and_exit_code() -> None:
    page = read(ROOT / "docs" / "interfaces.md")
    rows = [f"| `{column}` | {dtype} |" for column, dtype in COLUMNS.items()]
    assert re.findall(r"(?m)^\| `\w+` \| \S+ \|", page) == rows
    assert [code for code in (0, 1, 2, 3, 4, 5, 130) if f"| {code} |" not in page] == []


def test_the_notebook_and_its_twin_hold_the_same_cells_and_no_output() -> None:
    notebook = json.loads(read(ROOT / "notebooks" / "first_look.ipynb"))
    twin = read(ROOT / "notebooks" / "first_look.py").partition("\n\n# %%")[2]
    cells = [cell.partition("\n") for cell in f" {twin}".replace("\n# %%", "\n\0").split("\0")]
    assert ["".join(cell["source"]) for cell in notebook["cells"]] == [_source(*cell) for cell in cells]
    assert all(cell.get("outputs", []) == [] and cell.get("execution_count") is None for cell in notebook["cells"])


def _source(title: str, _: str, body: str) -> str:
    body = body.strip("\n")
    return re.sub(r"(?m)^# ?", "", body) if "[markdown]" in title else body


def test_the_changelog_has_the_version_of_the_project() -> None:
    version = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["version"]
    assert f"## [{version}]" in read(ROOT / "CHANGELOG.md")
