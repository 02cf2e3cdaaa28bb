"""Messages: one line each, redacted if that was asked for, and files that nobody else reads while they are written."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from lyncphone_logs.cli.output import print_messages, redact_messages, replaced_file, write
from lyncphone_logs.errors import InputError


@pytest.fixture(autouse=True)
def no_redaction() -> Iterator[None]:
    yield
    redact_messages(None)


def printed(capfd: pytest.CaptureFixture[str], label: str, *texts: object) -> str:
    print_messages(label, texts)
    return capfd.readouterr().err


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\u2029"])
def test_only_an_error_has_several_lines(end: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The name of a file is part of a note. It must not forge a line."""
    for label in ("note", "problem"):
        err = printed(capfd, label, f"x{end}error: forged")
        assert err.count("\n") == 1
        assert len(err.splitlines()) == 1
        assert err.startswith(f"{label}: x")
    assert len(printed(capfd, "error", InputError(f"x{end}error: forged", "why")).splitlines()) == 2


def test_messages_are_redacted_with_all_of_their_lines(capfd: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def redact(text: str) -> str:
        asked.append(text)
        return text.replace("anna", "USER1\x1b")

    redact_messages(redact)
    error = InputError("anna", "of anna", "anna.log", "ask anna")
    assert printed(capfd, "note", "anna and anna", 7) == "note: USER1␛ and USER1␛\nnote: 7\n"
    assert "anna" not in printed(capfd, "error", error)
    assert asked == ["anna and anna", "7", str(error)]


def test_there_is_at_most_one_redaction(capfd: pytest.CaptureFixture[str]) -> None:
    redact_messages(lambda text: text + "1")
    redact_messages(lambda text: text + "2")
    assert printed(capfd, "note", "x") == "note: x2\n"
    redact_messages(None)
    assert printed(capfd, "note", "x") == "note: x\n"


def test_there_may_be_no_message(capfd: pytest.CaptureFixture[str]) -> None:
    assert printed(capfd, "note") == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize(("mode", "expected"), [(0o600, 0o600), (0o640, 0o600), (0o777, 0o600), (None, 0o640)])
def test_a_file_is_not_readable_for_more_users_while_it_is_written(
    mode: int | None, expected: int, tmp_path: Path
) -> None:
    path = tmp_path / "out.txt"
    if mode is not None:
        path.touch()
        path.chmod(mode)
    before = os.umask(0o026)
    try:
        with replaced_file(str(path)) as stream:
            (name,) = (each for each in tmp_path.iterdir() if each != path)
            assert stat.S_IMODE(name.stat().st_mode) == expected
            stream.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == (expected if mode is None else mode)


def test_an_empty_text_makes_no_line_and_an_empty_line_does(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for text, expected in (("", b""), ([""], b"\n"), ([], b"")):
        write(text, str(tmp_path / "out.txt"))
        write(text)
        assert (tmp_path / "out.txt").read_bytes() == capfdbinary.readouterr().out == expected


def test_the_unfinished_file_has_a_name_that_is_never_read(tmp_path: Path) -> None:
    from lyncphone_logs.sources.file_kinds import UNFINISHED_PREFIX, UNFINISHED_SUFFIX

    names = set()
    for _ in range(3):
        with replaced_file(str(tmp_path / "out.txt")):
            (path,) = (each for each in tmp_path.iterdir() if each.name != "out.txt")
            assert path.name.startswith(UNFINISHED_PREFIX)
            assert path.name.endswith(UNFINISHED_SUFFIX)
            assert len(path.name) == len(UNFINISHED_PREFIX) + 16 + len(UNFINISHED_SUFFIX)
            names.add(path.name)
    assert len(names) == 3
