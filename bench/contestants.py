"""The contestants: the command of each, the count it must find in the trace, and how to read that from its output."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from generate import YEAR, Truth
from line_pattern import BY_HAND, LITERAL, write_lnav_format
from measure import Command
from peers import SAMPLES

PEERS = Path(__file__).parent / "peers.py"
NEEDS = {
    "rg-literal": "rg", "rg-pattern": "rg", "rg-100": "rg", "lnav-count": "lnav", "lnav-csv": "lnav",
    "frame": "pyarrow", "events-parquet": "pyarrow",
}  # fmt: skip
PYTHON_PEERS = ("pygrok", "re2", "pandas", "polars", "duckdb", "pyarrow")


@dataclass(frozen=True, slots=True)
class Contestant:
    """A process to measure: its label in tables, the count that it must find, and a function that extracts it.

    `tried` is the number of lines that it reads: only the first ones if it is slow.
    """

    label: str
    command: Command
    tried: int
    expected: int
    found: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Course:
    """The common input: a trace, its known contents, a folder written by packs.py, and a folder for output."""

    trace: Path
    truth: Truth
    pack: Path
    work: Path


def all_contestants(course: Course) -> dict[str, Contestant]:
    """All contestants by name, in the order of the tables."""
    return {**searchers(course), **line_readers(course), **frames(course), **diagnoses(course)}


def missing(names: Sequence[str]) -> list[str]:
    """Programs and modules that the named contestants need and that are not installed."""
    wanted = {NEEDS.get(name, name if name in PYTHON_PEERS else "") for name in names} - {""}
    return sorted(each for each in wanted if not (shutil.which(each) if each in ("rg", "lnav") else find_spec(each)))


def searchers(course: Course) -> dict[str, Contestant]:
    """Programs that count lines."""
    truth, trace = course.truth, str(course.trace)
    write_lnav_format(course.work / "lnav")
    lnav = ("lnav", "-n", "-I", str(course.work / "lnav"), "-c")
    query = ";select count(*) as found from phone_log"
    rejected = truth.kinds["tls.server_certificate.rejected"]
    literals = str(course.pack / "literals.txt")

    def counting(label: str, expected: int, *arguments: str) -> Contestant:
        return Contestant(label, Command([*arguments, trace]), truth.lines, expected, _first_number)

    return {
        "wc": counting("wc -l", truth.lines, "wc", "-l"),
        "rg-literal": counting("ripgrep, one literal, count", rejected, "rg", "-c", "-F", "-e", LITERAL),
        "rg-pattern": counting("ripgrep, the line pattern, count", truth.headers, "rg", "-c", "-e", BY_HAND),
        "rg-100": counting("ripgrep, the 100 literals, count", truth.listed, "rg", "-c", "-F", "-f", literals),
        "lnav-count": counting("lnav headless, equivalent format, count", truth.headers, *lnav, query),
    }


def line_readers(course: Course) -> dict[str, Contestant]:
    """Libraries that apply the line pattern, and ours."""
    labels = {
        "python_re": "Python `re` hand-written, named groups, line by line",
        "compiled": "**ours: the same line compiled from pyparsing, line by line**",
        "pyparsing": "pyparsing itself",
        "pygrok": "pygrok",
        "re2": "google-re2, line by line",
        "pandas": "pandas `str.extract`",
        "polars": "polars `str.extract_groups`, 1 thread",
        "duckdb": "duckdb `regexp_extract`, 1 thread",
        "pyarrow": "pyarrow `extract_regex`, 1 thread",
    }
    return {name: _peer(course, name, label) for name, label in labels.items()}


def frames(course: Course) -> dict[str, Contestant]:
    """Programs that turn a file into columns."""
    ours, rows = ("events", "--year", str(YEAR)), course.truth.lines - course.truth.continuations
    parquet, table, other = (course.work / name for name in ("ours.parquet", "ours.csv", "lnav.csv"))
    lnav = ("lnav", "-n", "-q", "-I", str(course.work / "lnav"), "-c", ";select *, log_body from phone_log", "-c")

    def writing(label: str, expected: int, found: Callable[[], int], *arguments: str) -> Contestant:
        command = Command([*arguments, str(course.trace)])
        return Contestant(label, command, course.truth.lines, expected, lambda _: found())

    return {
        "frame": frame(course),
        "frame-without-pyarrow": _peer(course, "frame_without_pyarrow", "**ours: typed DataFrame, without pyarrow**"),
        "events-parquet": writing(
            "**ours: `events -o x.parquet`**", rows, lambda: _rows_of_parquet(parquet),
            *_program(*ours, "-o", str(parquet))),
        "events-csv": writing(
            "**ours: `events -f csv`, all columns**", rows, lambda: _records(table),
            *_program(*ours, "-f", "csv", "-o", str(table))),
        "lnav-csv": writing(
            "lnav headless, all columns to CSV", course.truth.headers, lambda: _records(other),
            *lnav, f":write-csv-to {other}"),
    }  # fmt: skip


def frame(course: Course) -> Contestant:
    """From file to typed DataFrame."""
    return _peer(course, "frame", "**ours: typed DataFrame, pyarrow installed**")


def diagnoses(course: Course) -> dict[str, Contestant]:
    """`diagnose` with the rules and the grammar of the pack."""
    return {
        "diagnose": diagnosis(course, "**ours: `diagnose --search-first`**", "--search-first", 1),
        "diagnose-2": diagnosis(course, "**ours: `diagnose --search-first --jobs 2`**", "--search-first", 2),
        "full": diagnosis(course, "**ours: `diagnose --full`**", "--full", 1),
        "full-2": diagnosis(course, "**ours: `diagnose --full --jobs 2`**", "--full", 2),
    }


def diagnosis(course: Course, label: str, how: str, jobs: int) -> Contestant:
    """One way to diagnose. It must list each rule whose text or fault was planted."""
    rules, grammars = course.pack / "rules", course.pack / "grammars"
    known = {path.stem for path in rules.glob("*.toml")}
    planted = {rule for rule in course.truth.rules if rule in known or not rule.startswith("measured-rule-")}
    arguments = _program(
        "diagnose", how, "--jobs", str(jobs), "--year", str(YEAR), "--format", "json",
        "--rules", str(rules), "--grammars", str(grammars), str(course.trace),
    )  # fmt: skip

    def listed(output: str) -> int:
        report = json.loads(output)
        if [each["lines"] for each in report["inputs"]] != [course.truth.lines]:
            raise RuntimeError(f"{label}: the account does not include every line")
        return len(planted & {each["name"] for phone in report["phones"] for each in phone["diagnoses"]})

    return Contestant(label, Command(arguments, (1,), jobs), course.truth.lines, len(planted), listed)


def _peer(course: Course, name: str, label: str) -> Contestant:
    command = Command([sys.executable, str(PEERS), name, str(course.trace)])
    tried = min(SAMPLES.get(name, course.truth.lines), course.truth.lines)
    expected = course.truth.headers if tried == course.truth.lines else matches(course.trace, tried)
    return Contestant(label, command, tried, expected, lambda output: int(work(output)["matched"]))


def _program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "lyncphone_logs", *arguments]


def matches(trace: Path, lines: int) -> int:
    """The number of the first lines that the pattern matches."""
    match = re.compile(BY_HAND).match
    with trace.open(encoding="utf-8", newline="\n") as stream:
        return sum(match(line) is not None for _, line in zip(range(lines), stream, strict=False))


def work(output: str) -> Mapping[str, float]:
    """The figures that peers.py prints."""
    reported = json.loads(output)
    return {**dict(reported.pop("more")), **reported}


def _first_number(output: str) -> int:
    return int(re.findall(r"[0-9]+", output)[0])


def _rows_of_parquet(path: Path) -> int:
    # In a separate process: a large parent would count in the peak memory of its children.
    script = "import sys, pyarrow.parquet as pq; print(pq.read_metadata(sys.argv[1]).num_rows)"
    return int(subprocess.check_output([sys.executable, "-c", script, str(path)]))


def _records(path: Path) -> int:
    """Records of a CSV file after its heading; a quoted cell may contain line ends."""
    with path.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1
