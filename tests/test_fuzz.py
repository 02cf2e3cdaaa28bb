"""A short run of the fuzzer, and the stored inputs that once went wrong. `python tests/fuzz.py` runs it for longer."""

import time
from collections.abc import Callable
from pathlib import Path

import fuzz
import pytest
from support.fuzz_targets import TARGETS, Mismatch, Target
from support.hostile_texts import TERMINAL
from support.terminal_lines import Watched

INPUTS, LINES = 200, 2000
STORED = sorted(path for path in fuzz.CRASHERS.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", STORED, ids=[path.relative_to(fuzz.CRASHERS).as_posix() for path in STORED])
def test_a_stored_input_goes_right(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    assert fuzz.run(lambda: TARGETS[path.parent.name].run(data, tmp_path), len(data)) == ("", "")


def test_stored_inputs_are_small_and_their_names_say_why_they_are_stored() -> None:
    assert len(STORED) >= 10
    assert [path.name for path in STORED if path.stat().st_size > 64_000 or len(path.stem.split("-")) < 2] == []


def test_made_up_inputs_go_right() -> None:
    result = fuzz.fuzz(0, 1, 0, INPUTS, float("inf"), fuzz.NAMES)
    assert result.wrong == []
    assert result.inputs == dict.fromkeys(fuzz.NAMES, INPUTS // len(fuzz.NAMES))


@pytest.mark.parametrize("target", fuzz.NAMES)
def test_an_input_is_made_again_from_its_name(target: str) -> None:
    assert fuzz.made(f"{target}:7") == fuzz.made(f"{target}:7")
    assert len({fuzz.made(f"{target}:{number}") for number in range(20)}) > 10


def _fails(data: bytes, folder: Path) -> None:
    raise ZeroDivisionError("by input")


def _differs(data: bytes, folder: Path) -> None:
    raise Mismatch("1 byte is missing")


def _hangs(data: bytes, folder: Path) -> None:
    while True:
        pass


def _dawdles(data: bytes, folder: Path) -> None:
    start = time.process_time()
    while time.process_time() - start < 0.1:
        pass


@pytest.mark.parametrize(
    ("run", "kind"),
    [(_fails, "exception"), (_differs, "mismatch"), (_hangs, "superlinear"), (_dawdles, "superlinear")],
)
def test_what_goes_wrong_is_noticed_and_named(
    run: Callable[[bytes, Path], None], kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "STOPPED_AFTER", 0.3)
    monkeypatch.setattr(fuzz, "MAX_SECONDS", 0.01)
    monkeypatch.setitem(TARGETS, "time", Target(TARGETS["time"].make, run))
    result = fuzz.fuzz(0, 1, 0, 2, float("inf"), ("time",))
    assert [(found, name) for found, name, _ in result.wrong] == [(kind, "time:0"), (kind, "time:1")]
    assert fuzz.main(["--repeat", "time:0"]) == 1
    assert capsys.readouterr().out.startswith(kind)


def test_the_command_prints_how_many_inputs_it_ran(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fuzz, "CRASHERS", tmp_path)
    assert fuzz.main(["--inputs", "12", "--only", "time", "certificate"]) == 0
    counts, total = capsys.readouterr().out.rstrip("\n").split("\n")
    assert counts == "certificate 6, time 6"
    assert total.startswith("12 inputs in ")
    assert total.endswith(": 0 exceptions, 0 superlinear inputs, 0 mismatches")


def test_no_line_of_a_report_commands_a_terminal() -> None:
    result = fuzz.show_lines(0, 1, LINES)
    assert result.wrong == []
    assert result.inputs["lines"] == LINES


def test_a_line_that_commands_a_terminal_is_noticed() -> None:
    terminal = Watched()
    printing = {"\x05", "\x18", "\x1a", "\x00", "\x7f", "\x07"}
    commands = [each for each in TERMINAL if each.startswith("\x1b[") and each[-1] in "JHhlrm"]
    assert len(commands) > 10
    assert [each for each in commands if not terminal.is_commanded_by(f"x{each}y")] == []
    assert [each for each in printing if terminal.is_commanded_by(f"x{each}y")] == []
