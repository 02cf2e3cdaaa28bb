"""Output: a file is complete or unchanged, keeps its mode and its link, and leaves nothing beside it."""

import os
import stat
from pathlib import Path

import pytest

from lyncphone_logs.cli.output import print_messages, replaced_file, write
from lyncphone_logs.errors import InputError, OutputError

needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@needs_modes
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o027, 0o077])
def test_a_new_file_has_the_mode_that_the_user_wants_for_files(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        write("text", str(tmp_path / "new.txt"))
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "new.txt") == 0o666 & ~mask


@needs_modes
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_text("old", encoding="utf-8")
    path.chmod(mode)
    write(["new", "lines"], str(path))
    assert path.read_bytes() == b"new\nlines\n"
    assert mode_of(path) == mode
    assert [each.name for each in tmp_path.iterdir()] == ["old.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError, MemoryError])
@pytest.mark.parametrize("exists", [True, False])
def test_an_error_leaves_the_file_as_it_was_and_nothing_beside_it(
    error: type[BaseException], exists: bool, tmp_path: Path
) -> None:
    path = tmp_path / "out.txt"
    if exists:
        path.write_text("old", encoding="utf-8")
    with pytest.raises(BaseException) as raised, replaced_file(str(path)) as stream:  # noqa: PT011, PT012
        stream.write(b"half")
        raise error("made up")
    assert raised.type in {error, OutputError}
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("out.txt", b"old")] * exists


def test_the_lines_are_written_while_the_file_still_has_its_old_text(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old", encoding="utf-8")
    with replaced_file(str(path)) as stream:
        stream.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@needs_modes
def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "folder" / "target.txt", tmp_path / "link.txt"
    target.parent.mkdir()
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write("new", str(link))
    assert link.is_symlink()
    assert target.read_bytes() == b"new\n"
    assert [each.name for each in tmp_path.iterdir() if each.is_file() and not each.is_symlink()] == []


@needs_modes
def test_a_device_is_written_and_not_replaced() -> None:
    before = os.stat(os.devnull)
    write("text", os.devnull)
    after = os.stat(os.devnull)
    assert (before.st_rdev, before.st_mode, before.st_ino) == (after.st_rdev, after.st_mode, after.st_ino)


@pytest.mark.parametrize("name", ["missing/out.txt", "."])
def test_what_cannot_be_written_is_named_with_the_reason(name: str, tmp_path: Path) -> None:
    path = str(tmp_path / name)
    with pytest.raises(OutputError) as raised:
        write("text", path)
    assert raised.value.what == "cannot write output"
    assert raised.value.where == path
    assert "rectory" in raised.value.because


def test_text_that_is_no_unicode_is_written_with_escapes(tmp_path: Path) -> None:
    write("é \udc9b", str(tmp_path / "out.txt"))
    assert (tmp_path / "out.txt").read_bytes() == "é \\udc9b\n".encode()


def test_standard_output_gets_the_same_bytes(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    lines = ["é", "", "two"]
    write(lines)
    write(lines, str(tmp_path / "out.txt"))
    assert capfdbinary.readouterr().out == (tmp_path / "out.txt").read_bytes() == "é\n\ntwo\n".encode()


def test_messages_have_a_label_and_no_hidden_character(capfd: pytest.CaptureFixture[str]) -> None:
    print_messages("note", ["one", "\x1b[2J\u202e"])
    print_messages("error", [InputError("what", "why\x07", "where", "help")])
    assert capfd.readouterr() == (
        "",
        "note: one\nnote: ␛[2J\\u202e\nerror: what\n  because: why␇\n  where: where\n  help: help\n",
    )
