"""Signals at many moments of a run: it ends at once with the code of the signal, without a traceback or a file."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.paths import ROOT

LINE = "Jul  9 12:{:02}:{:02} 10.1.2.{} voip_task[440]: CC       : INFO - call {} is ringing\n"
COMMANDS = {
    "diagnose": ["big.log", "--full", "--jobs", "1", "-o", "out/answer"],
    "jobs": ["big.log", "--full", "--jobs", "2", "-o", "out/answer"],
    "searched": ["big.log", "--search-first", "-o", "out/answer"],
    "events": ["events", "big.log", "-f", "csv", "-o", "out/answer"],
    "phones": ["phones", "big.log", "-o", "out/answer"],
    "unparsed": ["unparsed", "big.log", "-o", "out/answer"],
    "explain": ["explain", "TLS001", "big.log"],
    "rules": ["rules", "test"],
}
SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
MOMENTS = 12
"""Moments for each command and signal."""
START_SECONDS, RUN_SECONDS = 0.1, 2.0
"""When Python has started, and how long a run lasts, about."""
MAX_SECONDS = 5.0
"""A signal ends the program within a second; a computer that runs many tests at once needs more."""
SEED = 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signals")
    (folder / "out").mkdir()
    with (folder / "big.log").open("w", encoding="utf-8") as file:
        file.writelines(LINE.format(n // 60 % 60, n % 60, n % 9, n) for n in range(300_000))
    return folder


def ended(folder: Path, command: str, number: int, delay: float) -> tuple[int, str]:
    """The exit code and the messages of a run whose processes receive the signal after some seconds."""
    for path in (folder / "out").iterdir():
        path.unlink()
    process = subprocess.Popen(
        [sys.executable, "-m", "lyncphone_logs", *COMMANDS[command]],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(delay)
    if process.poll() is None:
        os.killpg(process.pid, number)
    _, err = process.communicate(timeout=MAX_SECONDS)
    return process.returncode, err


def check(folder: Path, command: str, number: int, moments: int) -> int:
    """Send the signal at seeded moments. Returns how many runs it has ended."""
    generator = random.Random(f"{SEED} {command} {number}")
    count = 0
    for _ in range(moments):
        code, err = ended(folder, command, number, generator.uniform(START_SECONDS, RUN_SECONDS))
        left = [path.name for path in (folder / "out").iterdir()]
        assert "Traceback" not in err
        assert "bug" not in err
        # Before the program handles them, SIGTERM and SIGHUP end Python themselves.
        if code in {128 + number, -number}:
            count += 1
            assert number != signal.SIGINT or code == 128 + number
            assert set(left) <= {"answer"}
        else:
            assert code in {0, 1, 3}
    return count


@pytest.mark.slow
def test_an_interruption_at_some_moments_leaves_nothing(folder: Path) -> None:
    assert sum(check(folder, command, signal.SIGINT, 2) for command in COMMANDS) >= 4


@pytest.mark.long
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_signal_at_any_moment_leaves_nothing(command: str, number: int, folder: Path) -> None:
    check(folder, command, number, MOMENTS)


@pytest.mark.slow
def test_a_signal_that_is_ignored_stays_ignored(folder: Path) -> None:
    command = f"trap '' HUP; '{sys.executable}' -m lyncphone_logs phones big.log & sleep 0.6; kill -HUP $!; wait $!"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, check=False, env=environment)
    assert done.returncode == 0


def test_all_cases_were_made() -> None:
    assert len(COMMANDS) * MOMENTS == 96
