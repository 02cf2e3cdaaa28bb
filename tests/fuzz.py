"""Runs the program on made-up inputs and counts what goes wrong.

    python tests/fuzz.py --minutes 60 [--jobs 2] [--only trace] [--first 0]
    python tests/fuzz.py --inputs 2000 [--lines 100000]
    python tests/fuzz.py --repeat trace:1234 --save FILE

`--minutes` are those of the processor, of all jobs together. Each input is made from its name, `trace:1234`: the target
and a number. It is wrong if it raises an exception that is no LyncphoneLogsError (*exceptions*), if the account or an
output is wrong (*mismatches*), or if it takes longer than its size allows (*superlinear*): `MAX_SECONDS`, and
`MAX_SECONDS_PER_MB` of the processor. A pumped line, of 4 and of 16 thousand characters, may take `MAX_GROWTH` times as
long for its fourfold length. `--lines` are lines of reports that are shown on an emulated terminal; one that changes
more than its own row is a *mismatch*. The exit code is 1 if anything is wrong.
"""

import argparse
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from support import mutations
from support.fuzz_targets import TARGETS, Mismatch
from support.terminal_lines import Watched, lines_of_reports

MAX_SECONDS, MAX_SECONDS_PER_MB = 2.0, 8.0
"""Four times what is promised for one line, and for a megabyte of any input: the processor is shared."""
CONTAINER_SECONDS = 10.0
"""A small container may hold much: this is promised for any, in addition to the time of its content."""
STOPPED_AFTER = 20.0
"""Seconds of the processor after which an input is stopped."""
SHORT, LONG, MAX_GROWTH, MIN_SECONDS = 4_000, 16_000, 10.0, 0.8
"""Below `MIN_SECONDS` the growth is not judged: one of the two lines may be reported in every format, the other not."""
MAX_BYTES = 4_000_000
"""Of an input that mutations multiplied, so many bytes are used."""
PUMPED = "pumped"
NAMES = (*TARGETS, PUMPED)
CRASHERS = Path(__file__).parent / "crashers"


class Stopped(Exception):
    """An input took too long."""


@dataclass
class Result:
    """Counts of inputs by target, and what is wrong: kind, name of the input and reason."""

    inputs: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    bytes: int = 0
    seconds: float = 0.0

    def add(self, other: "Result") -> None:
        """Add the counts of another process."""
        self.inputs += other.inputs
        self.wrong += other.wrong
        self.bytes += other.bytes
        self.seconds += other.seconds

    def count(self, kind: str) -> int:
        """How many inputs are wrong in this way."""
        return sum(each == kind for each, _, _ in self.wrong)


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Raise Stopped after so much time of the processor."""

    def stop(number: int, frame: object) -> None:
        raise Stopped

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def made(name: str) -> bytes:
    """The input of that name."""
    target, _, _ = name.partition(":")
    rng = random.Random(name)
    return _pump(rng, SHORT) if target == PUMPED else TARGETS[target].make(rng)[:MAX_BYTES]


def _pump(rng: random.Random, size: int) -> bytes:
    """A line in which a piece is repeated until the line has the size."""
    line = rng.choice(rng.choice(mutations.traces()).split(b"\n"))[:2000]
    at = rng.randint(0, len(line))
    piece = rng.choice((line[at : at + rng.randint(1, 12)] or b" ", *mutations.PIECES)).replace(b"\n", b" ")
    end = rng.choice((line[at:], b"", b"\x00", b"y"))
    return line[:at] + piece * (size // len(piece)) + end


def check(name: str, folder: Path) -> tuple[str, str]:
    """The kind of what is wrong with one input, and the reason; both are empty if nothing is."""
    target, _, _ = name.partition(":")
    if target == PUMPED:
        return _check_growth(name, folder)
    data = made(name)
    return run(partial(TARGETS[target].run, data, folder), len(data), CONTAINER_SECONDS if target == "container" else 0)


def run(action: Callable[[], None], size: int, extra: float = 0) -> tuple[str, str]:
    """What is wrong if the action is run; an action that takes too long is run again to be sure.

    It may take `extra` seconds more than its size allows.
    """
    for _ in range(2):
        start = time.process_time()
        try:
            with stopped_after(STOPPED_AFTER + MAX_SECONDS_PER_MB * size / 1e6):
                action()
        except Mismatch as error:
            return "mismatch", str(error)
        except Stopped:
            return "superlinear", f"stopped after {STOPPED_AFTER} s for {size} bytes"
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            return "exception", f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        taken = time.process_time() - start
        if taken <= MAX_SECONDS + MAX_SECONDS_PER_MB * size / 1e6 + extra:
            return "", ""
    return "superlinear", f"{taken:.1f} s for {size} bytes"


def _check_growth(name: str, folder: Path) -> tuple[str, str]:
    """Whether a pumped line takes too long to read or redact. If so, it is tried again, as in `run`."""
    target = TARGETS[random.Random(name).choice(("trace", "redaction"))]
    for _ in range(2):
        taken = []
        for size in (SHORT, LONG):
            data = _pump(random.Random(name), size)
            start = time.process_time()
            kind, reason = run(partial(target.run, data, folder), size)
            taken.append(time.process_time() - start)
            if kind:
                return kind, reason
        if taken[1] <= MIN_SECONDS or taken[1] <= MAX_GROWTH * taken[0]:
            return "", ""
    return "superlinear", f"{taken[0]:.3f} s for {SHORT} characters, {taken[1]:.3f} s for {LONG}"


def fuzz(worker: int, workers: int, first: int, inputs: int, seconds: float, names: tuple[str, ...]) -> Result:
    """Run every `workers`-th input, until there are `inputs` or the time of the processor is over."""
    result, start = Result(), time.process_time()
    with TemporaryDirectory(prefix="fuzz-") as folder:
        number = first + worker
        while number < first + inputs and time.process_time() - start < seconds:
            name = f"{names[number % len(names)]}:{number}"
            kind, reason = check(name, Path(folder))
            result.inputs[name.partition(":")[0]] += 1
            if kind:
                result.wrong.append((kind, name, reason))
            number += workers
    result.seconds = time.process_time() - start
    return result


def replay(folder: Path) -> Result:
    """Run the stored inputs: those that once went wrong, and what they are examples of."""
    result = Result()
    for path in sorted(CRASHERS.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            kind, reason = run(partial(TARGETS[path.parent.name].run, data, folder), len(data))
            result.inputs["stored"] += 1
            if kind:
                result.wrong.append((kind, path.relative_to(CRASHERS).as_posix(), reason))
    return result


def show_lines(worker: int, workers: int, count: int) -> Result:
    """Show lines of reports on an emulated terminal."""
    result, start, terminal = Result(), time.process_time(), Watched()
    for seed, line in lines_of_reports(worker, workers, count):
        result.inputs["lines"] += 1
        if terminal.is_commanded_by(line):
            result.wrong.append(("mismatch", seed, f"the terminal is commanded by {line!r}"))
    result.seconds = time.process_time() - start
    return result


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=0.0, help="time of the processor, of all jobs together")
    parser.add_argument("--inputs", type=int, default=0, help="number of inputs")
    parser.add_argument("--lines", type=int, default=0, help="number of lines on an emulated terminal")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--only", choices=NAMES, nargs="+", default=NAMES, help="targets")
    parser.add_argument("--repeat", metavar="NAME", help="run one input")
    parser.add_argument("--save", metavar="FILE", help="write the input of --repeat to a file")
    options = parser.parse_args(arguments)
    if options.repeat:
        if options.save:
            Path(options.save).write_bytes(made(options.repeat))
        with TemporaryDirectory(prefix="fuzz-") as folder:
            kind, reason = check(options.repeat, Path(folder))
        print(kind or "nothing is wrong", reason)
        return bool(kind)
    most = options.inputs or (sys.maxsize if options.minutes else 2000)
    seconds = options.minutes * 60 / options.jobs if options.minutes else float("inf")
    with TemporaryDirectory(prefix="fuzz-") as folder:
        total = replay(Path(folder))
    with ProcessPoolExecutor(options.jobs) as pool:
        waiting = [
            pool.submit(fuzz, worker, options.jobs, options.first, most, seconds, tuple(options.only))
            for worker in range(options.jobs)
        ]
        share = -(-options.lines // options.jobs)
        waiting += [pool.submit(show_lines, worker, options.jobs, share) for worker in range(options.jobs)]
        for each in waiting:
            total.add(each.result())
    return _print(total)


def _print(total: Result) -> int:
    for kind, name, reason in total.wrong:
        print(f"{kind}: {name}: {reason}")
    print(", ".join(f"{name} {count:,}" for name, count in sorted(total.inputs.items())))
    print(
        f"{total.inputs.total():,} inputs in {total.seconds / 60:.1f} minutes of the processor: "
        f"{total.count('exception')} exceptions, {total.count('superlinear')} superlinear inputs, "
        f"{total.count('mismatch')} mismatches"
    )
    return bool(total.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
