"""The pages of RESULTS.md: tables of what was measured, and what of it the project promised."""

import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contestants import Contestant, work
from generate import Truth
from measure import MEGABYTE, Usage

PEERS = ("pyparsing", "pandas", "pyarrow", "polars", "duckdb", "pygrok", "google-re2", "hyperscan")
GROUPS = {
    "Searching": ("wc", "rg-literal", "rg-pattern", "rg-100", "lnav-count"),
    "Reading a line into its fields": (
        "python_re", "compiled", "compiled_by_line", "pyparsing", "pygrok", "re2", "pandas", "polars", "duckdb",
        "pyarrow",
    ),
    "The whole way to columns": ("frame", "frame-without-pyarrow", "events-parquet", "events-csv", "lnav-csv"),
    "Diagnosing": ("diagnose", "diagnose-2", "full", "full-2"),
}  # fmt: skip

METHOD = """\
All contestants of a table ran in one run on the same file, each in a process of its own, round after round
interleaved, after one round that filled the caches; times are medians, peak memory is the highest. Every process is
pinned to one core unless its name says otherwise. "Process" is wall time from start to end, imports included; "work"
is the same for programs, and leaves out imports and compilation for libraries that read the line pattern; lines/s and
MB/s are those of the work. Each had to arrive at what the generator planted ("found"): lines with a phone's header
for all that apply the line pattern, rules for `diagnose`. pyparsing, pygrok and google-re2 read only the first lines;
their work is scaled up to all lines. The pattern by hand knows less than the grammar (bench/line_pattern.py). Trust
the ratios within one table."""


@dataclass(slots=True)
class Results:
    """What was measured; a part that was not is empty. `floor` is the peak memory in MB that any process shows."""

    truth: Truth
    rounds: int
    contestants: Mapping[str, Contestant]
    usages: Mapping[str, Usage]
    sizes: Sequence[tuple[int, Usage]] = ()
    rules: Sequence[tuple[int, Usage]] = ()
    framings: Sequence[tuple[str, int, Usage]] = ()
    start: Mapping[str, Usage] = field(default_factory=dict)
    pumped: Sequence[tuple[str, Sequence[float]]] = ()
    floor: float = 0.0

    def seconds(self, name: str) -> float:
        """Time for all lines: of the work where it is told, scaled up where only some were read."""
        scale = self.truth.lines / self.contestants[name].tried
        told = self._told(name)
        return (told["seconds"] if told else self.usages[name].wall) * scale

    def process(self, name: str) -> float:
        """Wall time of the process; for those that read some lines only, the time for all lines."""
        return self.seconds(name) if self._is_sample(name) else self.usages[name].wall

    def per_million_rows(self, name: str) -> float:
        """Memory of the finished frame in MB per million rows."""
        told = work(self.usages[name].output)
        return told["bytes"] / told["rows"]

    def _told(self, name: str) -> Mapping[str, float]:
        is_peer = name in GROUPS["Reading a line into its fields"]
        return work(self.usages[name].output) if is_peer else {}

    def _is_sample(self, name: str) -> bool:
        return self.contestants[name].tried < self.truth.lines

    def row(self, name: str) -> list[str]:
        """The row of a contestant."""
        usage, each = self.usages[name], self.contestants[name]
        label = f"{each.label} ({each.tried:,} lines)" if self._is_sample(name) else each.label
        seconds = self.seconds(name)
        return [
            label,
            *(f"{each:.2f}" for each in (usage.wall, usage.processor, seconds)),
            f"{self.truth.lines / seconds:,.0f}",
            f"{self.truth.bytes / MEGABYTE / seconds:,.1f}",
            f"{usage.memory:,.0f}",
            f"{each.expected:,}",
        ]


def machine() -> list[str]:
    """Processor, cores, memory, versions; no names of hosts and no paths."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    programs = [_first_line("rg", "--version"), _first_line("lnav", "-V")]
    packages = [f"{name} {_version(name)}" for name in PEERS]
    return [
        f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}; "
        f"{platform.python_implementation()} {platform.python_version()}; {', '.join([*programs, *packages])}."
    ]


def _first_line(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]
    except OSError:
        return f"no {command[0]}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table, numbers to the right."""
    rule = ["---", *(["---:"] * (len(heading) - 1))]
    return [f"| {' | '.join(cells)} |" for cells in [heading, rule, *rows]] + [""]


def contestant_tables(results: Results) -> list[str]:
    """A table for each group of contestants."""
    heading = ["", "process s", "processor s", "work s, all lines", "lines/s", "MB/s", "peak MB", "found"]
    page: list[str] = []
    for title, names in GROUPS.items():
        rows = [results.row(name) for name in names if name in results.usages]
        page += [f"## {title}", "", *table(heading, rows)] if rows else []
    return page


def growth_tables(results: Results) -> list[str]:
    """Growth with size, rules and framing; waiting at the start; pumped inputs."""
    sizes = [
        [f"{size / MEGABYTE:,.0f} MB", f"{usage.wall:.2f}", f"{usage.wall / size * 1e9:.2f}", f"{usage.memory:,.0f}"]
        for size, usage in results.sizes
    ]
    rules = [[f"{number:,}", f"{usage.wall:.2f}", f"{usage.memory:,.0f}"] for number, usage in results.rules]
    framings = [
        [name, f"{size / MEGABYTE:,.0f}", f"{usage.wall:.2f}", f"{usage.memory:,.0f}"]
        for name, size, usage in results.framings
    ]
    start = [[name, f"{usage.wall:.3f}", f"{usage.memory:,.0f}"] for name, usage in results.start.items()]
    pumped = [
        [name, *(f"{each:.1f}" for each in taken), f"{taken[-1] / taken[0]:.2f}"] for name, taken in results.pumped
    ]
    parts = [
        ("`diagnose --search-first` by size", ["trace", "process s", "ns/byte", "peak MB"], sizes),
        ("`diagnose --search-first` by rules", ["rules beside the built-in ones", "process s", "peak MB"], rules),
        ("Typed DataFrame by framing", ["framing", "MB", "process s", "peak MB"], framings),
        ("Waiting at the start", ["", "process s", "peak MB"], start),
        (
            "Pumped inputs, nanoseconds a character",
            ["element and pump", "1 k", "4 k", "16 k", "64 k", "64 k to 1 k"],
            pumped,
        ),
    ]
    return [line for title, heading, rows in parts if rows for line in (f"## {title}", "", *table(heading, rows))]


def page(results: Results, promises: Sequence[str]) -> str:
    """RESULTS.md as a whole."""
    truth = results.truth
    trace = (
        f"The trace: {truth.lines:,} synthetic lines, {truth.bytes / MEGABYTE:,.0f} MB; {truth.headers:,} with a "
        f"phone's header, {truth.foreign:,} that match no grammar, {truth.continuations:,} continuation lines; "
        f"{truth.concerning:,} concern a rule, {truth.listed:,} hold one of the 100 texts. {results.rounds} rounds. "
        f"Peak memory below {results.floor:.0f} MB is not told apart."
    )
    head = [
        "# Measurements",
        "",
        "Written by `python bench/run.py`; not edited.",
        "",
        *machine(),
        "",
        trace,
        "",
        METHOD,
        "",
    ]
    return "\n".join([*head, *promises, *contestant_tables(results), *growth_tables(results)]).rstrip() + "\n"
