"""A line of 32 kB takes at most three seconds of CPU time, whatever it repeats, in every family and framing."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT


def read_lines(seed: int, count: int, folder: Path) -> None:
    program = ROOT / "tests" / "support" / "long_lines.py"
    arguments = [sys.executable, str(program), str(seed), str(count), str(folder)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=ROOT)
    *_, last = done.stdout.strip().split("\n")
    assert done.returncode == 0, f"{last[:500]}\n{done.stderr[-2000:]}"
    assert int(last.partition(" ")[0]) == count


@pytest.mark.slow
def test_no_long_line_takes_long(tmp_path: Path) -> None:
    read_lines(1, 150, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_none_of_many_long_lines_takes_long(tmp_path: Path, seed: int) -> None:
    read_lines(seed, 3000, tmp_path)
