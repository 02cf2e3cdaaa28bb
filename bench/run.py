"""Runs all measurements: `python bench/run.py` writes bench/RESULTS.md. See bench/README.md.

It runs our program and its peers on one generated trace, interleaved. Then it runs `diagnose` on traces of increasing
size and with more rules, a DataFrame of each framing, the start of the program, and pumped inputs. Traces are written
to a temporary folder and removed. The run ends if a contestant finds another number of lines than the generator
planted.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import growth
import startup
from contestants import Course, all_contestants, missing
from generate import Request
from measure import MEGABYTE, Command, interleaved, measure, median
from packs import write_pack
from promises import promise_table
from results import Results, page

HERE = Path(__file__).parent
RULES = 100
QUICK = {"lines": 20_000, "rounds": 2, "largest": 10}
FRAMING_LINES = 200_000
SPARE = 1.5
"""Factor on the size of the traces, for the tables that contestants write."""


def main(arguments: list[str]) -> None:
    """The command line."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(dir=options.temp or None) as folder:
        work = Path(folder)
        _check_room(work, options)
        results = run(work, options)
    text = page(results, [*promise_table(results)])
    if options.quick or options.only:
        print(text)
    else:
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure, and write bench/RESULTS.md.")
    parser.add_argument("--lines", type=int, default=2_000_000, help="lines of the common trace")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=2000, help="MB of the largest trace")
    parser.add_argument("--temp", default="", help="folder for temporary files, with space for all traces")
    parser.add_argument("--quick", action="store_true", help=f"small ({QUICK}); print only")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these contestants; print only")
    options = parser.parse_args(arguments)
    if options.quick:
        vars(options).update(QUICK)
    return options


def _check_room(work: Path, options: argparse.Namespace) -> None:
    sizes = [size for size in growth.SIZES if size <= options.largest]
    needed = SPARE * (options.lines * growth.LINE + sum(sizes) * MEGABYTE)
    if shutil.disk_usage(work).free < needed:
        sys.exit(f"{needed / MEGABYTE:,.0f} MB of temporary files do not fit; use --temp, or a smaller --largest")


def run(work: Path, options: argparse.Namespace) -> Results:
    """Run the measurements that the options select."""
    environment = _environment(work)
    pack = work / "pack"
    write_pack(RULES, pack)
    course = growth.generated(work / "trace.log", Request(options.lines), pack)
    contestants = all_contestants(course)
    names = options.only or [*contestants]
    _check_there(names, [*contestants])
    chosen = {name: contestants[name] for name in names}
    results = Results(course.truth, options.rounds, chosen, growth.checked(chosen, options.rounds, environment))
    if not options.only:
        _check_same(results)
        _grow(results, course, options, environment)
    results.floor = measure(Command(["true"]), environment).memory
    return results


def _check_there(names: list[str], known: list[str]) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.exit(f"unknown contestant {', '.join(unknown)}; known: {', '.join(known)}")
    if absent := missing(names):
        sys.exit(f"not installed: {', '.join(absent)}; see bench/README.md, or select contestants with --only")


def _check_same(results: Results) -> None:
    """One core and two cores give identical reports."""
    for one, two in (("diagnose", "diagnose-2"), ("full", "full-2")):
        if results.usages[one].output != results.usages[two].output:
            raise RuntimeError(f"{one} and {two} give different reports")


def _grow(results: Results, course: Course, options: argparse.Namespace, environment: Mapping[str, str]) -> None:
    results.rules = growth.by_rules(course, options.rounds, environment)
    lines = min(options.lines, FRAMING_LINES)
    results.framings = growth.by_framing(lines, course.work, course.pack, options.rounds, environment)
    results.sizes = growth.by_size(options.largest, course.work, course.pack, options.rounds, environment)
    cases = {
        name: Command([sys.executable, *arguments], (0, 1)) for name, arguments in startup.cases(course.work).items()
    }
    results.start = {name: median(runs) for name, runs in interleaved(cases, options.rounds, environment).items()}
    print("pumped inputs", file=sys.stderr, flush=True)
    pumped = subprocess.check_output([sys.executable, str(HERE / "pumped.py"), "--json"], env=environment)
    results.pumped = json.loads(pumped)


def _environment(work: Path) -> dict[str, str]:
    """The environment of every process: the code of this checkout, separate settings, one thread for polars."""
    home = work / "home"
    home.mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(HERE.parent),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(work),
        "POLARS_MAX_THREADS": "1",
    }


if __name__ == "__main__":
    main(sys.argv[1:])
