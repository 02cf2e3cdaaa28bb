"""Inputs that are no traces: what the command line answers to typos, empty folders, other files and foreign logs.

All lines are synthetic.
"""

import gzip
import os
import string
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lyncphone_logs.cli.app import run

GOOD = "voip_task[440]: CC       : INFO - registered\n"


def printed(capfd: pytest.CaptureFixture[str]) -> str:
    """What was printed to both outputs, without line breaks."""
    return " ".join("".join(capfd.readouterr()).split())


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
    assert f"cannot read {name}: No such file or directory" in printed(capfd)


@pytest.mark.parametrize("arguments", [["trace.lgo"], ["diagnose", "trace.lgo"], ["phones", "trace.lgo"]])
def test_for_a_missing_file_a_file_of_a_similar_name_is_suggested(
    arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "trace.log").write_text(GOOD, encoding="utf-8")
    assert run(arguments) == 2
    assert "did you mean 'trace.log'?" in printed(capfd)


def test_the_suggestion_is_a_path_that_can_be_copied(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "logs").mkdir()
    (folder / "logs" / "trace.log").write_text(GOOD, encoding="utf-8")
    assert run(["logs/trace.lgo"]) == 2
    assert "did you mean 'logs/trace.log'?" in printed(capfd)
    (folder / "good.log").write_text(GOOD, encoding="utf-8")
    assert run(["good.log", "logs/trace.lgo"]) == 3
    assert "did you mean 'logs/trace.log'?" in printed(capfd)


# Folders


def test_an_empty_folder_is_nothing_to_read_and_says_so(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    assert run(["empty"]) == run(["phones", "empty"]) == 3
    assert printed(capfd).count("o file in empty") == 2


def test_files_that_are_no_logs_are_one_note_and_do_not_change_the_exit_code(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "logs").mkdir()
    (folder / "logs" / "a.log").write_text(GOOD, encoding="utf-8")
    (folder / "logs" / "config.toml").write_text("a = 1\n", encoding="utf-8")
    (folder / "logs" / "lines.toml").write_text(GOOD, encoding="utf-8")
    assert run(["logs"]) == 0
    assert "note: logs: 1 file is no log: config.toml" in printed(capfd)


def test_only_files_that_are_no_logs_are_nothing_to_read(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "logs").mkdir()
    (folder / "logs" / "config.toml").write_text("a = 1\n", encoding="utf-8")
    assert run(["logs"]) == 3
    assert "o log in logs: 1 file is no log: config.toml" in printed(capfd)


def test_a_named_file_that_is_no_log_is_an_error_with_what_helps(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "config.toml").write_text("a = 1\n", encoding="utf-8")
    (folder / "x.pcap").write_bytes(b"\xd4\xc3\xb2\xa1\2\0\4\0")
    assert run(["x.pcap"]) == 2
    assert "tshark -r x.pcap -Y syslog -T json" in printed(capfd)
    (folder / "a.log").write_text(GOOD, encoding="utf-8")
    assert run(["a.log", "config.toml"]) == 3
    assert "onfig.toml is a TOML file" in printed(capfd)


def test_standard_input_that_is_no_log_is_an_error_with_what_it_is() -> None:
    command = [sys.executable, "-m", "lyncphone_logs", "-"]
    done = subprocess.run(command, input=b"\x89PNG\r\n\x1a\n\0\0", capture_output=True, check=False)
    assert (done.returncode, b"- is a picture" in done.stderr) == (2, True)


# Logs of other programs

ASTERISK = "[Nov  2 10:00:00] NOTICE[12]: chan_sip.c:28713 handle_request_register: Registration failed\n"


def test_a_log_of_another_program_is_a_problem_that_names_it(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "full").write_text(ASTERISK * 2301, encoding="utf-8")
    assert run(["full"]) == 3
    said = "hese look like lines of Asterisk (2,301 of 2,301 lines); this tool reads what the phone itself writes, see "
    assert said in printed(capfd)


def test_a_log_of_another_program_with_a_line_of_a_phone_is_a_note(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "full").write_text(ASTERISK * 200 + GOOD, encoding="utf-8")
    assert run(["full"]) == 0
    assert "these look like lines of Asterisk (200 of 201 lines); this tool" in printed(capfd)


@pytest.mark.parametrize("content", [ASTERISK * 50 + GOOD, ASTERISK + "text of nobody\n" * 50, "text\n" * 9])
def test_a_mixed_or_an_unknown_log_is_of_no_program(
    content: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "full").write_text(content, encoding="utf-8")
    run(["full"])
    assert "look like" not in "".join(capfd.readouterr())


def test_the_program_is_named_whatever_reads_the_lines(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "full").write_text(ASTERISK * 5000, encoding="utf-8")
    for options in (["--full"], ["--search-first"]):
        assert run(["full", *options]) == 3
        assert "hese look like lines of Asterisk" in printed(capfd)
    assert run(["phones", "full"]) == 3
    assert "hese look like lines of Asterisk (5,000 of 5,000 lines)" in printed(capfd)


# Processes


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--jobs", "4"], "note: --jobs 4 has no effect: the trace is smaller than 16 MiB"),
        (["--jobs", "1"], ""),
        (["--jobs", "0"], ""),
        ([], ""),
    ],
)
def test_a_number_of_processes_that_cannot_help_is_a_note(
    options: list[str], says: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "x.log").write_text(GOOD, encoding="utf-8")
    assert run(["x.log", *options]) == 0
    assert (says in printed(capfd)) if says else "has no effect" not in printed(capfd)


def test_a_compressed_trace_is_read_by_one_process_and_a_note_says_why(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "x.log.gz").write_bytes(gzip.compress(GOOD.encode()))
    assert run(["x.log.gz", "--jobs", "2"]) == 0
    assert "has no effect: a pipe, an archive, a compressed file or one in UTF-16" in printed(capfd)


# Shapes of unparsed lines


@pytest.mark.parametrize(("options", "shown"), [([], 20), (["--top", "3"], 3), (["--top", "26"], 26)])
@pytest.mark.parametrize("format", ["table", "markdown", "jsonl"])
def test_unparsed_lists_the_most_frequent_shapes_and_counts_the_rest(
    options: list[str], shown: int, format: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [f"{letter}{letter}" for letter in string.ascii_lowercase]
    lines = [f"{word} is odd\n" * (26 - place) for place, word in enumerate(words)]
    (folder / "x.log").write_text("".join(lines), encoding="utf-8")
    assert run(["unparsed", "x.log", "--format", format, *options]) == 3
    out = capfd.readouterr().out
    if format == "jsonl" and not options:
        shown = 26
    assert [word for word in words if f"{word} is odd" in out] == words[:shown]
    count = sum(range(1, 27 - shown))
    shapes = "1 more shape" if shown == 25 else f"{26 - shown} more shapes"
    rest = f"{count} more lines in {shapes} (--top 26 lists all)\n"
    assert (rest in out) is (format != "jsonl" and shown < 26)


def test_top_counts_from_one(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["unparsed", "x.log", "--top", "0"]) == 2


# Devices and pipes


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/urandom"])
@pytest.mark.parametrize("arguments", [[], ["events"], ["phones"], ["unparsed"], ["explain", "TLS001"]])
def test_a_device_without_an_end_is_refused(
    device: str, arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if not os.path.exists(device):
        pytest.skip("needs the device")
    assert run([*arguments, device]) == 2
    assert f"cannot read {device}: it is a device, which may have no end" in printed(capfd)
    (folder / "link.log").symlink_to(device)
    assert run([*arguments, "link.log"]) == 2


@pytest.mark.slow
def test_a_device_as_standard_input_is_refused_and_the_null_device_is_empty() -> None:
    for device, code in (("/dev/zero", 2), (os.devnull, 3)):
        if os.path.exists(device):
            with open(device, "rb") as stream:
                done = subprocess.run([sys.executable, "-m", "lyncphone_logs", "-"], stdin=stream, check=False)
            assert done.returncode == code, device


@pytest.mark.parametrize("option", ["--certificate", "--verify-fix"])
def test_a_device_as_another_input_is_read_up_to_its_limit(option: str, folder: Path) -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("needs /dev/zero")
    (folder / "good.log").write_text(GOOD, encoding="utf-8")
    assert run(["good.log", option, "/dev/zero"]) == 2


def test_a_named_pipe_is_read_as_it_is_written(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs named pipes")
    os.mkfifo("pipe")
    writer = threading.Thread(target=lambda: Path("pipe").write_text(GOOD * 1000, encoding="utf-8"))
    writer.start()
    assert run(["events", "pipe", "-f", "csv"]) == 0
    writer.join()
    assert capfd.readouterr().out.count("\n") == 1001
