"""Measures start-up: median wall times of complete processes. Run: `python bench/startup.py [RUNS]`."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOUNDING = Path(__file__).parent.parent / "fixtures" / "audiocodes_400hd" / "founding-line" / "trace.log"
COMMAND = ["-m", "lyncphone_logs"]
MEGABYTE = 1_000_000

# Synthetic: no long trace of such a phone is published.
USUAL = [
    "daemon.info udhcpc[210]: Lease of 192.0.2.20 obtained, lease time 86400",
    "local7.info voip_task[440]: SIP      : INFO - {acl_sip_send():118} SIP/2.0 200 OK CSeq: 4 NOTIFY",
    "local7.debug voip_task[440]: CC       : DEBUG - {cc_state():77} registration state=2 line=1 call=0",
    "local7.info voip_task[440]: LCD      : INFO - {lcd_show():12} screen idle",
]


def megabyte() -> str:
    """A trace of one megabyte: the founding line among many lines without TLS."""
    block = FOUNDING.read_text(encoding="utf-8") + "".join(f"{line}\n" for line in USUAL * 25)
    return block * (MEGABYTE // len(block) + 1)


def seconds(arguments: list[str], runs: int) -> list[float]:
    """Wall time of each run in seconds, after one that fills the caches. Exits if a run fails."""
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
        taken.append(time.perf_counter() - start)
        if done.returncode not in (0, 1):
            sys.exit(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return taken[1:]


def cases(folder: Path) -> dict[str, list[str]]:
    """The cases, as arguments of Python. Writes the trace of one megabyte to the folder."""
    large = folder / "megabyte.log"
    large.write_text(megabyte(), encoding="utf-8")
    return {
        "python alone": ["-c", "pass"],
        "import of diagnose": ["-c", "from lyncphone_logs import diagnose"],
        "--help": [*COMMAND, "--help"],
        "diagnose, founding line": [*COMMAND, "diagnose", str(FOUNDING)],
        "diagnose, 1 MB": [*COMMAND, "diagnose", str(large)],
    }


def measure(runs: int) -> None:
    """Print median, minimum and maximum of each case."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"Python {sys.version.split()[0]} on {sys.platform}, {runs} runs each, seconds")
        for name, arguments in cases(Path(folder)).items():
            taken = seconds(arguments, runs)
            print(f"{name:26} median {statistics.median(taken):6.3f}   {min(taken):6.3f} to {max(taken):6.3f}")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
