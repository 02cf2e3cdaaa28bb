"""The check that an output is no input, called without the program: each way to name a file, and what is no input."""

import io
import os
import sys
from pathlib import Path

import pytest

from lyncphone_logs.cli.output_check import check_output
from lyncphone_logs.errors import InputError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other links and no named pipes")
ANOTHER_FILE, ANOTHER_FOLDER = "name another file for the output", "name a file in another folder for the output"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tests run: `a.log`, `b.log`, and the folders `in`, `in/sub` and `out`."""
    monkeypatch.chdir(tmp_path)
    for name in ("in/sub", "out"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("a.log", "b.log", "in/c.log", "in/sub/d.log", "out/e.log"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


def refused(output: str, *inputs: str, folders: tuple[str, ...] = ()) -> tuple[str, str, str, str]:
    with pytest.raises(InputError) as raised:
        check_output(output, inputs, folders)
    error = raised.value
    return error.what, error.because, error.where, error.help


def test_the_same_file_is_refused() -> None:
    expected = ("the output is one of the inputs", "a.log is the same file", "a.log", ANOTHER_FILE)
    assert refused("a.log", "a.log") == expected
    assert refused("a.log", "b.log", "a.log") == expected
    assert refused("in/../a.log", "a.log")[2] == "in/../a.log"
    os.link("a.log", "hard")
    os.symlink("a.log", "soft")
    for one, other in (("hard", "a.log"), ("a.log", "hard"), ("soft", "a.log"), ("a.log", "soft"), ("soft", "hard")):
        assert refused(one, other)[1] == f"{other} is the same file"


def test_other_files_are_permitted() -> None:
    check_output("a.log", [])
    check_output("a.log", ["b.log", "", "missing.log", "in", "x\0y"])
    check_output("new.log", ["a.log", "b.log", "in"])
    check_output("out/new.log", ["in"])
    check_output("x\0y", ["a.log"])
    os.symlink("nowhere", "broken")
    check_output("broken", ["a.log", "broken"])
    check_output("in/c.log", ["in/sub"])


@pytest.mark.parametrize(
    "output", ["in/c.log", "in/new.log", "in/sub/new.log", "in/sub/d.log", "in/none/new.log", "./in/x"]
)
def test_a_file_in_a_folder_that_is_read_is_refused(output: str) -> None:
    because = "it is in the folder in, which is read"
    assert refused(output, "in") == ("the output is one of the inputs", because, output, ANOTHER_FOLDER)
    assert refused(output, "b.log", "missing", "in")[1] == because
    assert refused(output, ".")[1] == "it is in the folder ., which is read"
    os.symlink("in", "link")
    assert refused(output, "link")[1] == "it is in the folder link, which is read"
    assert refused(output.replace("in/", "link/"), "in")[1] == because


def test_a_file_of_which_the_folder_has_a_hard_link_is_refused() -> None:
    os.link("a.log", "in/sub/hard")
    because = "the folder in contains it"
    assert refused("a.log", "in") == ("the output is one of the inputs", because, "a.log", ANOTHER_FOLDER)
    check_output("b.log", ["in"])
    os.symlink("../b.log", "in/soft")
    check_output("b.log", ["in"])


def test_of_a_folder_of_rules_only_files_that_exist_are_inputs() -> None:
    check_output("in/new.log", ["a.log"], ["in"])
    check_output("in/sub/new.log", [], ["in"])
    assert refused("in/c.log", folders=("in",))[1] == "it is in the folder in, which is read"
    assert refused("in/sub/d.log", "a.log", folders=("out", "in"))[3] == ANOTHER_FOLDER
    assert refused("in/new.log", "in", folders=("out",))[1] == "it is in the folder in, which is read"
    assert refused("a.log", folders=("a.log",))[1] == "a.log is the same file"
    check_output("a.log", [], ["missing", ""])


def test_a_named_pipe_is_an_input_and_a_device_is_none() -> None:
    os.mkfifo("pipe")
    assert refused("pipe", "pipe")[1] == "pipe is the same file"
    check_output(os.devnull, [os.devnull])
    check_output("in", ["in/c.log"])


class _Stream(io.StringIO):
    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def fileno(self) -> int:
        return self._number


def test_standard_output_may_be_a_file(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    with (folder / "a.log").open("ab") as opened:
        monkeypatch.setattr(sys, "stdout", _Stream(opened.fileno()))
        assert refused("", "a.log")[1:3] == ("a.log is the same file", "standard output")
        check_output("", ["b.log", "in"])
        os.link("a.log", "in/hard")
        assert refused("", "in")[1:] == ("the folder in contains it", "standard output", ANOTHER_FOLDER)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    check_output("", ["a.log", "in", ".", ".."])


def test_standard_output_that_is_a_pipe_is_no_input(monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo("pipe")
    number = os.open("pipe", os.O_RDWR)
    try:
        monkeypatch.setattr(sys, "stdout", _Stream(number))
        check_output("", ["pipe"])
    finally:
        os.close(number)


def test_standard_input_may_be_the_output(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    with (folder / "a.log").open("rb") as opened:
        monkeypatch.setattr(sys, "stdin", _Stream(opened.fileno()))
        assert refused("a.log", "-")[1] == "- is the same file"
        check_output("b.log", ["-"])
    monkeypatch.setattr(sys, "stdin", None)
    check_output("a.log", ["-"])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    check_output("a.log", ["-"])


def test_a_file_that_vanishes_while_the_folder_is_read_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        if path.endswith("c.log"):
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(os, "lstat", lstat)
    check_output("a.log", ["in"])
    os.link("a.log", "in/sub/hard")
    assert refused("a.log", "in")[1] == "the folder in contains it"
