"""The progress of a long run on a terminal, and what an interruption leaves behind."""

import gzip
import io
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from generate import Request, write

import lyncphone_logs as lp
from lyncphone_logs.cli import progress as shown
from lyncphone_logs.cli.progress import ProgressLine, watched
from lyncphone_logs.cli.signals import Ended
from lyncphone_logs.sources.source import Source
from lyncphone_logs.trace.processes import Processes, count_read
from lyncphone_logs.trace.reading_progress import Progress

LINE = "Jul  9 12:00:00 10.1.2.{0} voip_task[440]: CC       : INFO - call {0} is ringing\n"
FAILED = "Jul  9 12:00:00 10.1.2.1 voip_task[440]: CERT     : ERR  - server cert is invalid. ctx->error=7.\n"


def progress(**values: Any) -> Any:
    known = {"is_reading": True, "read": 0, "size": None, "share": None, "phones": 0, "failures": 0}
    return SimpleNamespace(**known | values)


class Terminal(io.StringIO):
    """A stream that is a terminal; `screen` is what its line shows."""

    def isatty(self) -> bool:
        return True

    @property
    def screen(self) -> str:
        line: list[str] = []
        at = 0
        for character in self.getvalue():
            if character == "\r":
                at = 0
            else:
                line[at : at + 1] = [character]
                at += 1
        return "".join(line).rstrip()


@pytest.fixture
def clock() -> Any:
    return SimpleNamespace(seconds=100.0)


def line_on(terminal: Terminal, clock: Any) -> ProgressLine:
    return ProgressLine(terminal, lambda: float(clock.seconds))


def test_the_line_says_share_rate_time_left_and_what_was_found(clock: Any) -> None:
    terminal = Terminal()
    line = line_on(terminal, clock)
    line.update(progress())
    clock.seconds += 2
    line.update(progress(read=20_000_000, size=80_000_000, share=0.25, phones=3, failures=1))
    assert terminal.screen == " 25%  20.0 of 80.0 MB  10.0 MB/s  6 s left  3 phones, 1 problem"


def test_a_pipe_has_no_share_and_a_compressed_file_no_size(clock: Any) -> None:
    terminal = Terminal()
    line = line_on(terminal, clock)
    line.update(progress())
    clock.seconds += 2
    line.update(progress(read=20_000_000, phones=1))
    assert terminal.screen == "20.0 MB  10.0 MB/s  1 phone, 0 problems"
    clock.seconds += 2
    line.update(progress(read=40_000_000, share=0.01, phones=1))
    assert terminal.screen == "  1%  40.0 MB  10.0 MB/s  6:36 min left  1 phone, 0 problems"


def test_it_is_first_shown_after_a_second_and_then_five_times_a_second_at_most(clock: Any) -> None:
    terminal = Terminal()
    line = line_on(terminal, clock)
    sizes = []
    for _ in range(300):
        clock.seconds += 0.01
        line.update(progress(read=1))
        sizes.append(len(terminal.getvalue()))
    assert sizes[98] == 0 < sizes[101]
    assert 8 <= len(set(sizes[101:])) <= 11


def test_it_is_erased_and_no_longer_than_the_terminal(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    terminal = Terminal()
    line = line_on(terminal, clock)
    clock.seconds += 2
    line.update(progress(read=20_000_000, phones=123456789))
    assert terminal.screen == "20.0 MB  123456789 phones, 0"
    assert len(terminal.getvalue()) == len("\r") + 29
    clock.seconds += 2
    line.update(progress(is_reading=False))
    assert terminal.screen == "examining the inputs"
    line.erase()
    assert terminal.screen == ""
    before = terminal.getvalue()
    line.erase()
    assert terminal.getvalue() == before


def test_an_interruption_that_was_lost_is_raised_at_the_next_update(clock: Any) -> None:
    line = line_on(Terminal(), clock)
    line.interrupt(signal.SIGTERM)
    with pytest.raises(Ended, check=lambda error: error.number == signal.SIGTERM):
        line.update(progress())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"read": 12_400_000, "size": 80_000_000, "phones": 3}, " after 12.4 MB of 80.0 MB, 3 phones"),
        ({"read": 12_400_000, "phones": 1}, " after 12.4 MB, 1 phone"),
        ({"is_reading": False}, ""),
    ],
)
def test_an_interruption_says_what_was_read(values: dict[str, Any], said: str, clock: Any) -> None:
    line = line_on(Terminal(), clock)
    assert line.so_far() == ""
    line.update(progress(**values))
    assert line.so_far() == said


@pytest.mark.parametrize(
    ("term", "quiet", "streams", "is_shown"),
    [
        ("xterm", False, False, True),
        ("dumb", False, False, False),
        ("xterm", True, False, False),
        ("xterm", False, True, False),
    ],
)
def test_it_is_shown_on_a_terminal_only(
    term: str, quiet: bool, streams: bool, is_shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, out = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(shown, "FIRST_SECONDS", 0.0)
    monkeypatch.setenv("TERM", term)
    path = tmp_path / "x.log"
    path.write_text(FAILED * 3, encoding="utf-8")
    trace = lp.read_trace(path)
    with watched(trace, quiet=quiet, streams=streams):
        assert sum(1 for _ in trace.events()) == 3
    assert bool(terminal.getvalue()) is is_shown
    assert terminal.screen == ""
    assert out.getvalue() == ""


def test_nothing_is_written_if_standard_error_is_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shown, "FIRST_SECONDS", 0.0)
    path = tmp_path / "x.log"
    path.write_text(FAILED * 3, encoding="utf-8")
    trace = lp.read_trace(path)
    with watched(trace):
        list(trace.events())
    assert capfd.readouterr() == ("", "")


def test_the_former_handler_of_interruptions_is_restored(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text(FAILED, encoding="utf-8")
    before = signal.getsignal(signal.SIGINT)
    with watched(lp.read_trace(path)):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


# What a trace reports


def seen(path: Path, **options: Any) -> list[tuple[int, int | None, float | None, int, int]]:
    found = []

    def called(progress: Progress) -> None:
        if progress.is_reading:
            found.append((progress.read, progress.size, progress.share, progress.phones, progress.failures))

    trace = lp.read_trace(path, **options)
    trace.watch(called)
    lp.diagnose(trace)
    return found


def test_the_progress_of_a_file_grows_to_its_size(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("".join(LINE.format(number % 5) for number in range(20_000)) + FAILED * 3, encoding="utf-8")
    size = path.stat().st_size
    found = seen(path)
    assert len(found) > 3
    assert [each[0] for each in found] == sorted(each[0] for each in found)
    assert found[-1] == (size, size, 1.0, 5, 3)
    assert {each[1] for each in found} == {size}


@pytest.mark.slow
def test_the_share_of_a_compressed_file_is_that_of_its_compressed_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x.log.gz"
    text = "".join(LINE.format(number % 250) + f"{number * 7919 % 1_000_003}\n" for number in range(40_000))
    path.write_bytes(gzip.compress(text.encode()))
    found = seen(path)
    shares = [share or 0.0 for _, _, share, *_ in found]
    assert shares == sorted(shares)
    assert shares[0] < 1.0 == shares[-1]
    assert found[-1][:2] == (len(text.encode()), None)


def test_a_pipe_has_no_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(FAILED.encode())))
    assert seen(Path("-"))[-1] == (len(FAILED), None, None, 1, 1)


def test_several_processes_count_what_they_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lyncphone_logs.trace.read_plan.MIN_PARALLEL_BYTES", 1)
    monkeypatch.setattr("lyncphone_logs.trace.processes.WAITING_SECONDS", 0.001)
    path = tmp_path / "x.log"
    path.write_text("".join(LINE.format(number % 5) for number in range(20_000)), encoding="utf-8")
    found = seen(path, jobs=2, full=True)
    assert found[-1][1] == path.stat().st_size
    assert {phones for *_, phones, _ in found} >= {0, 5}
    assert max(share or 0.0 for _, _, share, *_ in found) <= 1.0


@pytest.mark.parametrize("parts", [1, 3])
def test_an_iteration_that_ends_early_leaves_no_process(
    parts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lyncphone_logs.trace.read_plan.MIN_PARALLEL_BYTES", 1)
    path = tmp_path / "x.log"
    path.write_text("".join(LINE.format(number % 5) for number in range(20_000)), encoding="utf-8")
    batches = lp.read_trace(path, jobs=2, full=True).batches(to_diagnose=True)
    for _ in range(parts):
        next(batches)
    assert multiprocessing.active_children()
    batches.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_a_process_that_must_stop_ends_its_reading(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text(FAILED * 3, encoding="utf-8")
    with Processes(1) as processes:
        assert processes.result(processes.submit(lines_read, str(path))) == 3
    with suppress(KeyError), Processes(1) as processes:
        future = processes.submit(lines_read, str(path), 30.0)
        until_running(future)
        raise KeyError
    assert type(future.exception()).__name__ == "_Stopped"


def until_running(future: "Future[int]") -> None:
    while not future.running():
        time.sleep(0.01)


def lines_read(path: str, seconds: float = 0.0) -> int:
    """Count the lines of a file in one of the processes, again and again for some seconds."""
    source = Source(path)
    count_read(source)
    end = time.monotonic() + seconds
    while True:
        lines = sum(1 for _ in source)
        if time.monotonic() >= end:
            return lines


def test_an_error_of_the_watcher_ends_the_iteration(tmp_path: Path) -> None:
    def called(progress: Progress) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "x.log"
    path.write_text(FAILED, encoding="utf-8")
    trace = lp.read_trace(path)
    trace.watch(called)
    with pytest.raises(KeyboardInterrupt):
        list(trace.events())


# Real processes on a terminal

MAX_SECONDS = 2.0
"""An interrupted program ends within a second; computers that run many tests at once need more."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.log"
    with path.open("wb") as stream:
        write(Request(lines=300_000, phones=3), stream)
    return path


class OnTerminal:
    """The program with a terminal as its standard error; `shown` is what it has written there so far."""

    def __init__(self, arguments: list[str], **environment: str) -> None:
        self._own, theirs = os.openpty()
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - `end` closes it
        command = [sys.executable, "-m", "lyncphone_logs", *arguments]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=theirs,
            start_new_session=True,
            env=os.environ | {"TERM": "xterm"} | environment,
        )
        os.close(theirs)
        self.shown = b""

    def read_until(self, text: bytes) -> None:
        """Read the terminal until a text is on it, or until the program ends."""
        while text not in self.shown:
            try:
                piece = os.read(self._own, 4096)
            except OSError:  # Linux: no process has the terminal open any more.
                return
            if not piece:
                return
            self.shown += piece

    def end(self) -> tuple[int, bytes]:
        """The exit code, and the standard output. Fails if a process of the group is left."""
        self.read_until(b"no such text")
        self.process.wait()
        os.close(self._own)
        with self._out:
            self._out.seek(0)
            out = self._out.read()
        with pytest.raises(ProcessLookupError):
            os.killpg(self.process.pid, 0)
        return self.process.returncode, out


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("is_group", [True, False], ids=["terminal", "kill"])
@pytest.mark.sampled(4)
def test_an_interrupted_program_ends_at_once_and_says_what_it_read(jobs: str, is_group: bool, large: Path) -> None:
    program = OnTerminal([str(large), "--full", "--jobs", jobs])
    program.read_until(b" MB/s ")
    began = time.monotonic()
    (os.killpg if is_group else os.kill)(program.process.pid, signal.SIGINT)
    code, out = program.end()
    assert time.monotonic() - began < MAX_SECONDS
    assert (code, out) == (130, b"")
    last = program.shown.decode().rstrip().rpartition("\r")[2]
    size = large.stat().st_size / 1_000_000
    assert re.fullmatch(rf"interrupted after \d+\.\d MB of {size:.1f} MB, \d phones?", last)
    assert b"Traceback" not in program.shown


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
def test_the_line_is_gone_when_the_report_is_printed(large: Path) -> None:
    program = OnTerminal([str(large), "--search-first", "--format", "json"])
    code, out = program.end()
    assert code == 1
    assert json.loads(out)["inputs"][0]["bytes"] == large.stat().st_size
    lines = program.shown.decode().split("\r\n")
    assert [Terminal(line).screen for line in lines if Terminal(line).screen and not line.startswith("\r")] == [
        line for line in lines if line.startswith("note: ")
    ]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
@pytest.mark.slow
def test_a_dumb_terminal_and_a_short_trace_have_no_line(large: Path, tmp_path: Path) -> None:
    short = tmp_path / "x.log"
    short.write_text("voip_task[440]: CC       : INFO - registered\n", encoding="utf-8")
    for arguments, term in (([str(large), "--search-first"], "dumb"), ([str(short)], "xterm")):
        program = OnTerminal(arguments, TERM=term)
        program.end()
        assert b"MB" not in program.shown
