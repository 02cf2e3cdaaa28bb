"""Measures `redact`: megabytes per second, memory by size, and time compared with `diagnose --full`.

    python bench/redaction.py [ROUNDS]

The traces are generated, of one phone and of a thousand, 20 MB each; one of 200 MB shows whether memory grows.
"""

import os
import sys
import tempfile
from pathlib import Path

from generate import Request, write
from growth import LINE
from measure import MEGABYTE, Command, interleaved, median

HERE = Path(__file__).parent
TRACES = {"one phone, 20 MB": (20, 1), "1,000 phones, 20 MB": (20, 1000), "one phone, 200 MB": (200, 1)}
"""Megabytes and phones of each trace."""


def measure(rounds: int) -> None:
    """Print the median of each trace."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(HERE.parent), "LC_ALL": "C.UTF-8"}
        commands, sizes = {}, {}
        for name, (megabytes, phones) in TRACES.items():
            trace = Path(folder, f"{megabytes}-{phones}.log")
            with trace.open("wb") as stream:
                write(Request(megabytes * MEGABYTE // LINE, phones=phones), stream)
            sizes[name] = trace.stat().st_size / MEGABYTE
            program = [sys.executable, "-m", "lyncphone_logs"]
            commands[f"redact, {name}"] = Command([*program, "redact", str(trace), "-o", f"{trace}.redacted", "-q"])
            commands[f"diagnose --full, {name}"] = Command(
                [*program, "diagnose", str(trace), "--full", "--jobs", "1", "-f", "concise"], (0, 1)
            )
        for command, runs in interleaved(commands, rounds, environment).items():
            usage = median(runs)
            speed = sizes[command.partition(", ")[2]] / usage.wall
            print(f"{command:40} {usage.wall:7.2f} s {speed:7.1f} MB/s {usage.memory:7.0f} MB of memory")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
