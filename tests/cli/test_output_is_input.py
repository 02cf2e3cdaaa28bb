"""An output that is an input is refused with exit code 2, and the input stays as it is; nothing is left behind."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.paths import FOUNDING, ROOT

from lyncphone_logs.cli.app import run

LINE = FOUNDING.read_bytes()
COMMANDS = {
    "diagnose": [],
    "json": ["-f", "json"],
    "events": ["-f", "csv"],
    "phones": [],
    "unparsed": [],
}
"""Commands with an output file; `json` is `diagnose` in another format."""


def same(folder: Path) -> tuple[str, str]:
    return "in/trace.log", "in/trace.log"


def another_spelling(folder: Path) -> tuple[str, str]:
    return "in/trace.log", str(folder / "in" / ".." / "in" / "trace.log")


def output_links_to_input(folder: Path) -> tuple[str, str]:
    (folder / "link").symlink_to("in/trace.log")
    return "in/trace.log", "link"


def input_links_to_output(folder: Path) -> tuple[str, str]:
    (folder / "link").symlink_to("in/trace.log")
    return "link", "in/trace.log"


def hard_link(folder: Path) -> tuple[str, str]:
    os.link(folder / "in" / "trace.log", folder / "hard")
    return "in/trace.log", "hard"


def member_of_the_folder(folder: Path) -> tuple[str, str]:
    return "in", "in/trace.log"


def new_file_in_the_folder(folder: Path) -> tuple[str, str]:
    return "in", "in/answer"


def new_file_in_a_subfolder(folder: Path) -> tuple[str, str]:
    return "in", "in/sub/answer"


def in_the_current_folder(folder: Path) -> tuple[str, str]:
    return ".", "answer"


def hard_link_to_a_member(folder: Path) -> tuple[str, str]:
    os.link(folder / "in" / "trace.log", folder / "hard")
    return "in", "hard"


def link_to_a_member(folder: Path) -> tuple[str, str]:
    (folder / "link").symlink_to("in/trace.log")
    return "in", "link"


def folder_through_a_link(folder: Path) -> tuple[str, str]:
    (folder / "linked").symlink_to("in")
    return "in", "linked/answer"


WAYS: list[Callable[[Path], tuple[str, str]]] = [
    same, another_spelling, output_links_to_input, input_links_to_output, hard_link, member_of_the_folder,
    new_file_in_the_folder, new_file_in_a_subfolder, in_the_current_folder, hard_link_to_a_member, link_to_a_member,
    folder_through_a_link,
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a trace and a subfolder in `in`."""
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "trace.log").write_bytes(LINE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = files(folder)
    assert run(arguments) == 2, arguments
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("error: the output is one of the inputs\n")
    assert files(folder) == before


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_it_is_refused_in_every_way_that_names_it(
    command: str, way: Callable[[Path], tuple[str, str]], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    read, output = way(folder)
    refused([command.replace("json", "diagnose"), read, *COMMANDS[command], "-o", output], folder, capfd)


def test_all_ways_were_tried() -> None:
    assert len(WAYS) * len(COMMANDS) == 60


def test_a_parquet_file_and_a_new_rule_are_outputs_too(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    refused(["events", "in", "-o", "in/events.parquet"], folder, capfd)
    refused(["rules", "new", "TLS099", "--from", "in/trace.log", "--lines", "1", "-o", "in/trace.log"], folder, capfd)


def test_other_files_that_are_read_are_inputs_too(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["in/trace.log", "-o", "old.json"]) == 1
    refused(["in/trace.log", "--verify-fix", "old.json", "-o", "old.json"], folder, capfd)
    (folder / "chain.pem").write_bytes(next((ROOT / "fixtures/certificates").glob("*.pem")).read_bytes())
    refused(["in/trace.log", "--certificate", "chain.pem", "-o", "chain.pem"], folder, capfd)
    (folder / "rules").mkdir()
    (folder / "rules" / "own.toml").write_text("", encoding="utf-8")
    refused(["in/trace.log", "--rules", "rules", "-o", "rules/own.toml"], folder, capfd)


def test_a_new_file_in_a_folder_of_grammars_is_no_input(folder: Path) -> None:
    (folder / "grammars").mkdir()
    arguments = ["--from", "in/trace.log", "--lines", "1", "--grammars", "grammars", "-o", "grammars/own-rule.toml"]
    assert run(["rules", "new", "TLS099", *arguments]) == 0


def test_another_file_next_to_the_input_is_written(folder: Path) -> None:
    assert run(["in/trace.log", "-o", "in/answer"]) == 1
    assert run(["in/sub", "-o", "in/answer"]) == 3
    assert run(["in/trace.log", "-o", "in/answer", "-f", "json"]) == 1


@pytest.mark.parametrize(
    "arguments",
    ["events in >> in/trace.log", "diagnose in > in/answer", "phones in/trace.log 1<> in/trace.log",
     "explain TLS001 in > in/answer"],
)  # fmt: skip
@pytest.mark.slow
def test_standard_output_that_is_an_input_is_refused(arguments: str, folder: Path) -> None:
    done = subprocess.run(
        f"'{sys.executable}' -m lyncphone_logs {arguments}",
        shell=True, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "error: the output is one of the inputs" in done.stderr
    assert (folder / "in" / "trace.log").read_bytes() == LINE


def test_standard_input_that_is_the_output_is_refused(folder: Path) -> None:
    with open("in/trace.log", "rb") as trace:
        command = [sys.executable, "-m", "lyncphone_logs", "events", "-", "-o", "in/trace.log"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, stdin=trace, capture_output=True, check=False, env=environment)
    assert done.returncode == 2
    assert (folder / "in" / "trace.log").read_bytes() == LINE


def test_an_unfinished_output_is_never_read(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name = ".lyncphone-logs-0123456789abcdef.unfinished"
    for path in (folder / "in" / name, folder / "in" / "sub" / name, folder / name):
        path.write_bytes(LINE * 3)
    assert run(["events", "in", "-f", "csv"]) == 0
    out, err = capfd.readouterr()
    assert out.count("\n") == 2
    assert f"2 files are no logs: {name} (2 times)" in err
    assert run(["events", name]) == 2
    assert "is an unfinished output of lyncphone-logs" in capfd.readouterr().err
    subprocess.run(["tar", "cf", "in.tar", "in"], check=True)
    assert run(["events", "in.tar", "-f", "csv"]) == 0
    assert capfd.readouterr().out.count("\n") == 2


def test_a_run_that_was_killed_leaves_a_file_that_no_run_reads(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = (
        "import os, signal, sys\n"
        "from lyncphone_logs.cli.output import replaced_file\n"
        "with replaced_file('in/answer') as stream:\n"
        "    stream.write(open('in/trace.log', 'rb').read())\n"
        "    stream.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], check=False, env=environment)
    assert len(files(folder)) == 2
    assert run(["events", "in", "-f", "csv"]) == 0
    assert capfd.readouterr().out.count("\n") == 2
