"""Measures processes: wall time, processor time, peak memory, with the rounds of all contestants interleaved.

Linux only. Processor time is user and system time of the process and of the children that it waited for. Peak memory is
the largest resident set of any one of them (`getrusage`, ru_maxrss), not their sum.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """One run: wall and processor time in seconds, peak memory in MB (10^6 bytes), and its output."""

    wall: float
    processor: float
    memory: float
    output: str


@dataclass(frozen=True, slots=True)
class Command:
    """A process to measure. It fails if its exit code is not in `codes`; it may use `cores` cores."""

    arguments: Sequence[str]
    codes: tuple[int, ...] = (0,)
    cores: int = 1


def measure(command: Command, environment: Mapping[str, str]) -> Usage:
    """Run it once. Raises RuntimeError with the end of standard error if it fails."""
    all_cores = os.sched_getaffinity(0)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        # Children inherit the cores. The last ones are used, since the first handles most interrupts.
        os.sched_setaffinity(0, sorted(all_cores)[-command.cores :])
        start = time.perf_counter()
        process = subprocess.Popen(command.arguments, stdout=output, stderr=errors, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        os.sched_setaffinity(0, all_cores)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode not in command.codes:
            errors_end = errors.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(command.arguments)} ended with {process.returncode}: {errors_end}")
        memory = usage.ru_maxrss * 1024 / MEGABYTE
        return Usage(wall, usage.ru_utime + usage.ru_stime, memory, output.read().decode())


def interleaved(
    commands: Mapping[str, Command],
    rounds: int,
    environment: Mapping[str, str],
    check: Callable[[str, Usage], None] = lambda name, usage: None,
) -> dict[str, list[Usage]]:
    """The runs of each command; each round runs every command once.

    A first round fills the caches and is checked, so that errors show early. Only the last output of each command is
    stored, since the memory of this process would count in the peak memory of its children.
    """
    runs: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            print(f"round {number} of {rounds}: {name}", file=sys.stderr, flush=True)
            usage = measure(command, environment)
            if number == 0:
                check(name, usage)
            else:
                runs[name] = [*(replace(each, output="") for each in runs[name]), usage]
    return runs


def median(runs: Sequence[Usage]) -> Usage:
    """Median times, the highest peak of memory, the output of the last run."""
    return Usage(
        statistics.median(run.wall for run in runs),
        statistics.median(run.processor for run in runs),
        max(run.memory for run in runs),
        runs[-1].output,
    )
