"""Renders RESULTS.md: the targets, and tables of all measurements."""

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
    "Parsing a line into its fields": (
        "python_re", "compiled", "pyparsing", "pygrok", "re2", "pandas", "polars", "duckdb", "pyarrow",
    ),
    "From file to columns": ("frame", "frame-without-pyarrow", "events-parquet", "events-csv", "lnav-csv"),
    "Diagnosing": ("diagnose", "diagnose-2", "full", "full-2"),
}  # fmt: skip

METHOD = """\
All contestants of a table ran on the same file in one run. Each is a process of its own; the rounds are
interleaved, after one round that fills the caches. Times are medians, peak memory is the highest value. Every
process is pinned to one core unless its name says otherwise. "Process" is wall time from start to end, imports
included. For programs, "work" is the same; for libraries that apply the line pattern, it excludes imports and
compilation. Lines/s and MB/s refer to the work. Each contestant had to find what the generator planted ("found"):
lines with a phone's header if it applies the line pattern, rules for `diagnose`. pyparsing, pygrok and google-re2
read only the first lines; their work is scaled up to all lines. The hand-written pattern knows less than the
grammar (bench/line_pattern.py). Compare only ratios within one table."""


@dataclass(slots=True)
class Results:
    """All measurements; a part that was not measured is empty. `floor` is the peak memory in MB of an empty process."""

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
        """Time for all lines: of the work if the contestant reports it, scaled up if it read only some lines."""
        scale = self.truth.lines / self.contestants[name].tried
        reported = self._reported(name)
        return (reported["seconds"] if reported else self.usages[name].wall) * scale

    def process(self, name: str) -> float:
        """Wall time of the process in seconds; if it read only some lines, scaled up to all lines."""
        return self.seconds(name) if self._is_sample(name) else self.usages[name].wall

    def per_million_rows(self, name: str) -> float:
        """Memory of the finished frame in MB per million rows."""
        reported = work(self.usages[name].output)
        return reported["bytes"] / reported["rows"]

    def _reported(self, name: str) -> Mapping[str, float]:
        is_peer = name in GROUPS["Parsing a line into its fields"]
        return work(self.usages[name].output) if is_peer else {}

    def _is_sample(self, name: str) -> bool:
        return self.contestants[name].tried < self.truth.lines

    def row(self, name: str) -> list[str]:
        """The table row of a contestant."""
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
    """Processor, cores, memory and versions; neither host names nor paths."""
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
    """A Markdown table with numbers aligned to the right."""
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
    """Tables by size, rules and framing; start-up; pumped inputs."""
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
        (
            "`diagnose --search-first` by rules",
            ["rules in addition to the built-in ones", "process s", "peak MB"],
            rules,
        ),
        ("Typed DataFrame by framing", ["framing", "MB", "process s", "peak MB"], framings),
        ("Start-up", ["", "process s", "peak MB"], start),
        (
            "Pumped inputs, nanoseconds per character",
            ["element and pump", "1 k", "4 k", "16 k", "64 k", "64 k to 1 k"],
            pumped,
        ),
    ]
    return [line for title, heading, rows in parts if rows for line in (f"## {title}", "", *table(heading, rows))]


def page(results: Results, promises: Sequence[str]) -> str:
    """The complete text of RESULTS.md."""
    truth = results.truth
    trace = (
        f"The trace: {truth.lines:,} synthetic lines, {truth.bytes / MEGABYTE:,.0f} MB; {truth.headers:,} with a "
        f"phone's header, {truth.foreign:,} that match no grammar, {truth.continuations:,} continuation lines; "
        f"{truth.concerning:,} concern a rule, {truth.listed:,} contain one of the 100 texts. {results.rounds} rounds. "
        f"Peak memory below {results.floor:.0f} MB cannot be distinguished."
    )
    head = [
        "# Measurements",
        "",
        "Written by `python bench/run.py`. Do not edit.",
        "",
        *machine(),
        "",
        trace,
        "",
        METHOD,
        "",
    ]
    return "\n".join([*head, *promises, *contestant_tables(results), *growth_tables(results)]).rstrip() + "\n"
