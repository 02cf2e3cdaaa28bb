"""Checks the conventions of the project: layout, names, sizes, content that loads, and pages that match the code."""

import ast
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles

import pytest
from support import limits
from support.paths import FOUNDING, ROOT

import lyncphone_logs
from lyncphone_logs.catalog import grammars_folder, read_catalog
from lyncphone_logs.diagnosis.fact_weights import FACTOR
from lyncphone_logs.diagnosis.ranking import LIKELIHOOD, OTHER_CAUSE, PRIOR
from lyncphone_logs.events.columns import COLUMNS
from lyncphone_logs.reports import text

PACKAGE = ROOT / "lyncphone_logs"
MODULES = sorted(PACKAGE.rglob("*.py"))
INITS = [path for path in MODULES if path.name == "__init__.py" and path.parent != PACKAGE]
GRAMMARS = sorted((ROOT / "grammars").rglob("*.py"))
RULES = sorted((PACKAGE / "content" / "rules").rglob("*.toml"))
SOURCES = [*MODULES, *GRAMMARS, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
MEANINGLESS_NAMES = {"utils", "util", "helpers", "helper", "base", "core", "common", "misc"}
FORMER_NAMES = {
    "usual", "kept", "ahead", "closed", "places", "own_line", "portion", "extent", "question", "watch", "succession",
    "lateness", "heading", "entry", "mask", "parts", "combined", "told",
}  # fmt: skip
"""Names of modules before they were moved into packages; they said nothing to a newcomer."""
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|raise NotImplemented")
CLOCK = re.compile(r"\b(datetime\.now|datetime\.today|date\.today|utcnow|time\.time|localtime|gmtime)\(")

FORMER_LIMITS = re.compile(r"_?(MOST|LONGEST|LARGEST|KEPT|FEWEST)_")
UNCLEAR = re.compile(
    r"\b(pass(ed|es)? over|nobody|somebody|(is|are) told|told (by|apart)|(stands?|lies?) behind|beside|go(es)? on with"
    r"|hangs? on|c(o|a)mes? about|taken for|put together|speaks (for|against)|wherever|at hand|said of|no good end)\b",
    re.IGNORECASE,
)
"""Phrases that readers of English as a second language misread; each has a plain word in technical English."""


def by_path(paths: list[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """One test of all files, which names those that fail: a test for each file takes longer than its check."""

    def test_of(check: Callable[[Path], None]) -> Callable[[], None]:
        def of_all() -> None:
            wrong = []
            for path in paths:
                try:
                    check(path)
                except AssertionError as error:
                    wrong.append(f"{path.relative_to(ROOT)}: {error}")
            assert not wrong, "\n".join(wrong)

        return of_all

    return test_of


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def pyproject() -> dict[str, dict[str, object]]:
    return tomllib.loads(read(ROOT / "pyproject.toml"))


def module_name(path: Path) -> str:
    """The dotted name relative to the package: `grammar.loader`; a package has the name of its folder."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def line_count(path: Path) -> int:
    return read(path).count("\n")


def functions(path: Path) -> list[tuple[str, int]]:
    """Name and length in lines of every function of a module."""
    tree = ast.walk(ast.parse(read(path)))
    nodes = [node for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(f"{path.name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1) for node in nodes]


def importers() -> dict[str, set[str]]:
    """The modules of the package that import each of its modules, at the top or inside functions."""
    names = {module_name(path) for path in MODULES}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in MODULES:
        for node in ast.walk(ast.parse(read(path))):
            for name in _imported(node):
                imported = name.removeprefix("lyncphone_logs.")
                if imported in names - {module_name(path)}:
                    found[imported].add(module_name(path))
    return found


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


def prose(path: Path) -> Iterator[str]:
    """The docstrings and comments of a module, or the text of a page without its code blocks, on one line each."""
    if path.suffix == ".md":
        yield " ".join(re.sub(r"(?s)```.*?```", "", read(path)).split())
        return
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield " ".join(node.value.value.split())
    with tokenize.open(path) as file:
        comments = [
            token.string.lstrip("# ")
            for token in tokenize.generate_tokens(file.readline)
            if token.type == tokenize.COMMENT
        ]
    yield " ".join(comments)


def readme_commands() -> list[str]:
    return [line for line in read(ROOT / "README.md").split("\n") if line.startswith("python3 -m venv ")]


def architecture_rows() -> list[list[str]]:
    """The cells of the package table, with the backticks removed."""
    rows = [line for line in read(ROOT / "ARCHITECTURE.md").split("\n") if line.startswith("| `")]
    return [[cell.strip().replace("`", "") for cell in row.split("|")[1:-1]] for row in rows]


# Public names


def test_public_names_are_sorted_few_and_defined() -> None:
    names = lyncphone_logs.__all__
    assert names == sorted(names)
    assert len(names) <= limits.MAX_PUBLIC_NAMES
    assert all(hasattr(lyncphone_logs, name) for name in names)


def test_the_package_declares_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


# Modules and packages


@by_path(SOURCES)
def test_a_module_has_a_meaningful_name_and_no_unfinished_code(path: Path) -> None:
    assert path.stem not in MEANINGLESS_NAMES
    assert path.name == "test_project.py" or not UNFINISHED.search(read(path))


def test_no_module_has_one_of_the_former_names() -> None:
    assert [module_name(path) for path in MODULES if path.stem in FORMER_NAMES] == []


def test_no_two_modules_have_the_same_name() -> None:
    counts = Counter(path.stem for path in MODULES if path.stem not in limits.SAME_STEMS)
    twice = [module_name(path) for path in MODULES if counts[path.stem] > 1]
    assert twice == [], "rename one, or give the reason in SAME_STEMS of tests/support/limits.py"


def test_no_two_classes_have_the_same_name() -> None:
    defined: defaultdict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.ClassDef):
                defined[node.name].append(module_name(path))
    assert {name: places for name, places in defined.items() if len(places) > 1} == {}


@by_path(INITS)
def test_an_init_file_is_a_short_docstring(path: Path) -> None:
    docstring, *rest = ast.parse(read(path)).body
    assert isinstance(docstring, ast.Expr)
    if path.parent.name == "content":
        assert [node.name for node in rest if isinstance(node, ast.FunctionDef)] == ["path"]
        assert [name for node in rest for name in _imported(node)] == ["pathlib", "pathlib.Path"]
        assert len(rest) == 2
    else:
        assert rest == [], "an import here would run at each start; import the module that is needed instead"
        lines = (docstring.end_lineno or 0) - docstring.lineno + 1
        assert limits.MIN_INIT_LINES <= lines <= limits.MAX_INIT_LINES


@by_path(MODULES)
def test_a_module_is_not_too_long(path: Path) -> None:
    assert line_count(path) <= limits.MAX_MODULE_LINES


def test_a_short_module_with_a_single_importer_has_a_reason() -> None:
    modules = [
        path for path in MODULES if not path.name.startswith("__") and line_count(path) < limits.MIN_MODULE_LINES
    ]
    imported_by = importers()
    short = {module_name(path) for path in modules if len(imported_by[module_name(path)]) <= 1}
    missing = {name: sorted(imported_by[name]) for name in sorted(short - limits.SHORT_MODULES.keys())}
    assert missing == {}, (
        f"merge each with its only importer, or give the reason in SHORT_MODULES of tests/support/limits.py: {missing}"
    )
    stale = sorted(limits.SHORT_MODULES.keys() - short)
    assert stale == [], f"remove from SHORT_MODULES of tests/support/limits.py, they need no reason any more: {stale}"


def test_limits_are_named_max_or_min() -> None:
    names = [
        f"{module_name(path)}.{node.id}"
        for path in MODULES
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and FORMER_LIMITS.match(node.id)
    ]
    assert names == []


@by_path(MODULES)
def test_lines_are_split_at_newlines_only_and_no_clock_is_read(path: Path) -> None:
    assert ".splitlines(" not in read(path)
    assert not CLOCK.search(read(path))


@by_path(MODULES)
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    assert [found for found in functions(path) if found[1] > limits.MAX_FUNCTION_LINES] == []


def test_functions_are_short() -> None:
    lengths = [length for path in MODULES for _, length in functions(path)]
    assert median(lengths) <= limits.MAX_MEDIAN_FUNCTION_LINES
    assert quantiles(lengths, n=10)[-1] <= limits.MAX_P90_FUNCTION_LINES


def test_the_layers_of_the_import_contract_are_those_of_the_architecture_page() -> None:
    contracts = pyproject()["tool"]["importlinter"]["contracts"]  # type: ignore[index]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    table: defaultdict[int, set[str]] = defaultdict(set)
    for names, layer, *_ in architecture_rows():
        table[int(layer)] |= {name.strip().removesuffix("/") for name in names.split(",")}
    assert list(table) == list(range(1, 12))
    assert [{name.strip() for name in re.split("[|:]", layer)} for layer in layers] == list(table.values())


# Grammars and rules


@by_path(RULES)
def test_a_rule_is_short_without_its_samples(path: Path) -> None:
    assert read(path).partition("[[sample]]")[0].count("\n") <= limits.MAX_RULE_LINES


@by_path(GRAMMARS)
def test_a_grammar_is_short_without_its_samples(path: Path) -> None:
    assert read(path).partition("\nsamples = [")[0].count("\n") <= limits.MAX_GRAMMAR_LINES


def test_every_rule_and_every_grammar_is_loaded_without_a_problem() -> None:
    catalog = read_catalog()
    assert catalog.problems == ()
    assert sorted(rule.name for rule in catalog.rules) == sorted(path.stem for path in RULES)
    assert [grammar.name for grammar in catalog.grammars] == sorted(
        path.stem for path in (ROOT / "grammars").glob("*.py")
    )
    assert len(catalog.rules) >= 16


def test_the_grammars_are_found_in_or_next_to_the_running_package() -> None:
    found = grammars_folder()
    assert found.parent in {Path(lyncphone_logs.__file__).parent, Path(lyncphone_logs.__file__).parent.parent}
    assert read(found / "audiocodes_400hd.py") == read(ROOT / "grammars" / "audiocodes_400hd.py")


def test_every_message_set_is_used_by_a_grammar() -> None:
    used = {name for path in (ROOT / "grammars").glob("*.py") for name in re.findall(r'"(\w+)"', _shared(path))}
    assert used == {path.stem for path in (ROOT / "grammars" / "messages").glob("*.py")}


def _shared(path: Path) -> str:
    return read(path).partition("\nshared = ")[2].partition(")")[0]


# Start


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
def test_commands_without_tables_do_not_import_pandas(arguments: list[str], code: int) -> None:
    done = run("-X", "importtime", "-m", "lyncphone_logs", *arguments)
    assert done.returncode == code
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.split("\n") if line.startswith("import time:")}
    assert "lyncphone_logs.cli" in imported
    assert not imported & {"pandas", "numpy", "IPython"}


def test_importing_the_package_does_not_import_pandas() -> None:
    done = run("-c", "from lyncphone_logs import *; import sys; print('pandas' in sys.modules, diagnose.__module__)")
    assert done.stdout.split() == ["False", "lyncphone_logs.api"]


# Pages


def test_the_readme_starts_with_two_commands_of_one_line_each() -> None:
    first, second = readme_commands()
    assert first in read(ROOT / "README.md")[:1500]
    assert second in read(ROOT / "README.md")[:1500]
    assert first.endswith(f"lyncphone-logs {FOUNDING.relative_to(ROOT).as_posix()}")
    assert second.endswith("pytest")


def test_the_checks_run_the_commands_of_the_readme() -> None:
    script = read(ROOT / ".ci" / "run")
    assert "grep '^python3 -m venv ' README.md" in script
    assert '"$(readme_command 1)"' in script
    assert '"$(readme_command 2)"' in script


def test_the_readme_shows_what_the_program_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    report = lyncphone_logs.diagnose(lyncphone_logs.read_trace(FOUNDING.relative_to(ROOT).as_posix()))
    printed = text.render(report, color=False).split("\n")
    excerpt = read(ROOT / "README.md").partition("```text\n")[2].partition("```")[0].split("\n")
    shown = [line for line in excerpt if line not in {"", "…"}]
    assert len(shown) > 10
    assert [line for line in shown if line not in printed] == []


def test_the_page_on_confidence_gives_the_numbers_of_the_ranking() -> None:
    page = read(ROOT / "docs" / "design" / "confidence.md")
    for table in (PRIOR, LIKELIHOOD, FACTOR):
        for word, number in table.items():
            assert f"{word} {number:g}" in page
    assert f"{OTHER_CAUSE:g}" in page


@by_path([*MODULES, *PAGES, ROOT / "CHANGELOG.md"])
def test_docstrings_comments_and_pages_use_plain_words(path: Path) -> None:
    assert [found[0] for passage in prose(path) for found in UNCLEAR.finditer(passage)] == []


@by_path(sorted(PACKAGE.glob("*/__init__.py")))
def test_the_names_that_a_package_calls_public_exist(path: Path) -> None:
    named = re.findall(r"`(\w+)\.(\w+)`", read(path).partition("Public: ")[2])
    found = [(module, name) for module, name in named if (path.parent / f"{module}.py").exists()]
    assert found == named
    modules = [import_module(f"lyncphone_logs.{path.parent.name}.{module}") for module, _ in named]
    assert [name for module, (_, name) in zip(modules, named, strict=True) if not hasattr(module, name)] == []


@by_path(PAGES)
def test_every_link_of_a_page_leads_to_a_file(path: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", read(path)) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_package_has_its_row_in_the_architecture_page() -> None:
    rows = {name.strip() for names, *_ in architecture_rows() for name in names.split(",")}
    modules = {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}
    folders = {f"{path.name}/" for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] not in "_."}
    assert rows == modules | folders


def test_the_interfaces_page_names_every_column_and_exit_code() -> None:
    page = read(ROOT / "docs" / "interfaces.md")
    rows = [f"| `{column}` | {dtype} |" for column, dtype in COLUMNS.items()]
    assert re.findall(r"(?m)^\| `\w+` \| \S+ \|", page) == rows
    assert [code for code in (0, 1, 2, 3, 4, 5, 130) if f"| {code} |" not in page] == []


def test_both_files_of_the_notebook_have_the_same_cells_and_no_output() -> None:
    notebook = json.loads(read(ROOT / "notebooks" / "first_look.ipynb"))
    twin = read(ROOT / "notebooks" / "first_look.py").partition("\n\n# %%")[2]
    cells = [cell.partition("\n") for cell in f" {twin}".replace("\n# %%", "\n\0").split("\0")]
    assert ["".join(cell["source"]) for cell in notebook["cells"]] == [_source(*cell) for cell in cells]
    assert all(cell.get("outputs", []) == [] and cell.get("execution_count") is None for cell in notebook["cells"])


def _source(title: str, _: str, body: str) -> str:
    body = body.strip("\n")
    return re.sub(r"(?m)^# ?", "", body) if "[markdown]" in title else body


def test_the_changelog_has_the_version_of_the_project() -> None:
    assert f"## [{pyproject()['project']['version']}]" in read(ROOT / "CHANGELOG.md")
