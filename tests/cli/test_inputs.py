"""Inputs that are no traces: what the command line answers to typos, empty folders, other files and foreign logs.

All lines are synthetic.
"""

from pathlib import Path

import pytest

from lyncphone_logs.cli.app import run

GOOD = "voip_task[440]: CC       : INFO - registered\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Command typos


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("diagnos", "diagnose"),
        ("Diagnose", "diagnose"),
        ("unparse", "unparsed"),
        ("rule", "rules"),
        ("evnets", "events"),
    ],
)
def test_a_word_like_a_command_is_a_typo_of_it(
    word: str, command: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run([word, "x"]) == 2
    assert capfd.readouterr() == ("", f"error: no such command '{word}'; did you mean '{command}'?\n")


def test_a_path_that_exists_is_no_typo(folder: Path) -> None:
    (folder / "rule").write_text(GOOD, encoding="utf-8")
    assert run(["rule"]) == 0


@pytest.mark.parametrize("name", ["diagnos.log", "./diagnos", "trace", "x"])
def test_a_missing_file_is_no_typo_of_a_command(name: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([name]) == 2
    assert f"cannot read {name}: No such file or directory" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [["trace.lgo"], ["diagnose", "trace.lgo"], ["phones", "trace.lgo"]])
def test_for_a_missing_file_a_file_of_a_similar_name_is_suggested(
    arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "trace.log").write_text(GOOD, encoding="utf-8")
    assert run(arguments) == 2
    assert "did you mean 'trace.log'?" in capfd.readouterr().err


def test_the_suggestion_is_a_path_that_can_be_copied(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "logs").mkdir()
    (folder / "logs" / "trace.log").write_text(GOOD, encoding="utf-8")
    assert run(["logs/trace.lgo"]) == 2
    assert "did you mean 'logs/trace.log'?" in capfd.readouterr().err
    (folder / "good.log").write_text(GOOD, encoding="utf-8")
    assert run(["good.log", "logs/trace.lgo"]) == 3
    assert "did you mean 'logs/trace.log'?" in capfd.readouterr().out
