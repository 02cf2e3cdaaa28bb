"""Every byte of every named input is read once, in constant memory, and its position is known."""

import hashlib
import io
import os
import threading
import tracemalloc
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyncphone_logs.errors import InputError
from lyncphone_logs.sources.discovery import find_sources
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.window import MAX_LINE_BYTES, Line
from lyncphone_logs.trace.accounting import AccountError, ByteAccount

BOM = b"\xef\xbb\xbf"
BYTES = st.binary(max_size=200) | st.lists(
    st.sampled_from([BOM, b"\n", b"\r\n", b"\r", b"a", b"\xc3\xa9", b"\xe9", b"\0", b" ", b"\x81", b"\xe2\x80\xa8"]),
    max_size=30,
).map(b"".join)  # fmt: skip


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> Source:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    return Source("-")


def read(content: bytes) -> tuple[Source, list[Line]]:
    with pytest.MonkeyPatch.context() as patch:
        source = feed(patch, content)
        return source, list(source)


def written(tmp_path: Path, content: bytes, name: str = "trace.log") -> str:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path)


@given(BYTES)
def test_line_lengths_and_separators_add_up_to_the_size(content: bytes) -> None:
    source, lines = read(content)
    assert sum(line.length for line in lines) + source.separator_bytes == len(content) == source.bytes
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert [line.number for line in lines] == list(range(1, source.lines + 1))
    assert source.problem == ""


@given(BYTES)
def test_offsets_and_lengths_point_at_the_bytes(content: bytes) -> None:
    _, lines = read(content)
    for line in lines:
        original = content[line.offset : line.offset + line.length]
        assert b"\n" not in original
        assert content[line.offset + line.length :][:2] in (b"\r\n", b"") or content[line.offset + line.length :][
            :1
        ] in (b"\n", b"")
        assert ("cp1252" in line.repairs) != (original.decode("utf-8", "replace") == line.text)
    assert len(lines) == content.removeprefix(BOM).count(b"\n") + (content.removeprefix(BOM)[-1:] not in (b"", b"\n"))


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), max_size=8))
def test_windows_line_ends_and_unix_line_ends_give_the_same_texts(texts: list[str]) -> None:
    unix, windows = (read("".join(text + end for text in texts).encode())[1] for end in ("\n", "\r\n"))
    assert [line.text for line in unix] == [line.text for line in windows]
    assert [line.length for line in unix] == [line.length for line in windows]


@pytest.mark.parametrize(
    ("content", "texts", "separators"),
    [
        (b"", [], 0),
        (BOM, [], 3),
        (BOM + b"a\r\nb\n", ["a", "b"], 6),
        (b"a\rb\x0bc\x0cd\xc2\x85e\n", ["a\rb\x0bc\x0cd\x85e"], 1),
        ("a\u2028b\n".encode(), ["a\u2028b"], 1),
        (b"a\n\n  \t\nb", ["a", "", "  \t", "b"], 3),
        (b"a\r\r\n", ["a\r"], 2),
        (b"a\r", ["a\r"], 0),
        (b"x\n" + BOM + b"y", ["x", "\ufeffy"], 1),
    ],
)
def test_only_lf_and_crlf_end_a_line(content: bytes, texts: list[str], separators: int) -> None:
    source, lines = read(content)
    assert [line.text for line in lines] == texts
    assert source.separator_bytes == separators


def test_the_first_offset_is_after_the_byte_order_mark() -> None:
    assert read(BOM + b"ab\r\nc")[1] == [Line(1, 3, 2, "ab", ()), Line(2, 7, 1, "c", ())]


@pytest.mark.parametrize("byte", range(0x80, 0x100))
def test_a_line_that_is_not_utf8_is_read_as_cp1252_alone_and_flagged(byte: int) -> None:
    _, lines = read("é\n".encode() + b"x" + bytes([byte]) + b"y\n" + "ü".encode())
    try:
        expected = bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        expected = chr(byte)
    assert [(line.text, line.repairs) for line in lines] == [("é", ()), (f"x{expected}y", ("cp1252",)), ("ü", ())]


@pytest.mark.parametrize("start", [b"", BOM])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("extra", [-1, 0, 1, 2, 3, 4, 5, 6, MAX_LINE_BYTES, 3 * MAX_LINE_BYTES + 7])
def test_a_line_over_64_kib_is_one_overlong_record(start: bytes, end: bytes, extra: int) -> None:
    length = MAX_LINE_BYTES + extra
    source, lines = read(start + b"x" * length + end + b"next")
    first = Line(1, len(start), length, "x" * min(length, MAX_LINE_BYTES), ("overlong",) if extra > 0 else ())
    if not end:
        assert [line.length for line in lines] == [length + 4]
        return
    assert lines == [first, Line(2, len(start) + length + len(end), 4, "next", ())]
    assert source.separator_bytes == len(start) + len(end)


def test_a_character_split_by_truncation_is_dropped_and_does_not_change_the_encoding() -> None:
    _, [line] = read(b"x" * (MAX_LINE_BYTES - 1) + "é".encode() + b"y" * 100)
    assert (line.text, line.repairs) == ("x" * (MAX_LINE_BYTES - 1), ("overlong",))


def test_an_overlong_line_can_be_cp1252() -> None:
    _, [line] = read(b"\xe9" * (MAX_LINE_BYTES + 10))
    assert (line.text, line.repairs) == ("é" * MAX_LINE_BYTES, ("cp1252", "overlong"))


def test_the_line_end_of_an_overlong_line_may_be_split_between_two_chunks() -> None:
    piece = MAX_LINE_BYTES + 5
    for shift in range(-3, 4):
        length = 2 * piece + shift
        source, lines = read(b"x" * length + b"\r\n" + b"y")
        assert [line.length for line in lines] == [length, 1]
        assert source.separator_bytes == 2


def test_a_line_of_100_mb_is_read_in_constant_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    piece = b"x" * (1 << 16)

    class Endless(io.RawIOBase):
        left = 1600

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            if not self.left:
                return 0
            self.left -= 1
            view = memoryview(buffer)  # type: ignore[arg-type]
            size = min(len(view), len(piece))
            view[:size] = piece[:size]
            return size

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BufferedReader(Endless(), 1 << 16)))
    tracemalloc.start()
    lines = list(Source("-"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [line.length for line in lines] == [1600 << 16]
    assert peak < 1 << 20


def test_a_file_can_be_read_again_and_standard_input_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(written(tmp_path, b"a\nb\n"))
    assert list(source) == list(source)
    assert (source.bytes, source.lines, source.separator_bytes) == (4, 2, 2)
    stdin = feed(monkeypatch, b"a\n")
    assert [line.text for line in stdin] == ["a"]
    with pytest.raises(InputError, match="only once"):
        list(stdin)


def test_a_directory_is_read_in_depth_sorted_and_without_links_or_special_files(tmp_path: Path) -> None:
    for name in ("b.log", "a/z.log", "a/c/d.log", "a.log"):
        written(tmp_path / "traces", b"x\n", name)
    written(tmp_path, b"x\n", "outside/o.log")
    (tmp_path / "traces/link.log").symlink_to(tmp_path / "outside/o.log")
    (tmp_path / "traces/linked").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "traces/loop").symlink_to(tmp_path / "traces", target_is_directory=True)
    os.mkfifo(tmp_path / "traces/pipe")
    directory = str(tmp_path / "traces")
    expected = [f"{directory}/{name}" for name in ("a.log", "a/c/d.log", "a/z.log", "b.log")]
    assert [source.path for source in find_sources([directory])] == expected
    assert [source.path for source in find_sources([directory + "/"])] == expected


def test_an_empty_directory_holds_no_sources(tmp_path: Path) -> None:
    (source,) = find_sources([str(tmp_path)])
    assert (source.path, source.problem) == (str(tmp_path), f"no file in {tmp_path}")
    assert find_sources([]) == []


def test_several_paths_keep_their_order_and_one_named_twice_is_read_once(tmp_path: Path) -> None:
    first, second = written(tmp_path, b"1", "b.log"), written(tmp_path, b"2", "a.log")
    assert [source.path for source in find_sources([first, "-", second, first])] == [first, "-", second]
    assert [source.path for source in find_sources([first, str(tmp_path)])] == [first, second]


def test_a_named_link_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link.log"
    link.symlink_to(written(tmp_path, b"x"))
    [source] = find_sources([str(link)])
    assert [line.text for line in source] == ["x"]


def test_a_named_pipe_is_streamed(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"a\nb",))
    [source] = find_sources([str(pipe)])
    writer.start()
    assert [line.text for line in source] == ["a", "b"]
    writer.join()
    assert source.modified is None


def test_a_missing_path_next_to_a_usable_one_is_a_source_with_a_problem(tmp_path: Path) -> None:
    good, missing = written(tmp_path, b"x"), str(tmp_path / "missing.log")
    sources = find_sources([missing, good])
    assert [(source.path, source.problem) for source in sources] == [
        (missing, f"cannot read {missing}: No such file or directory"),
        (good, ""),
    ]
    assert list(sources[0]) == []


@pytest.mark.parametrize("missing", [["missing.log"], ["missing.log", "also/missing.log"], ["nul\x00.log"]])
def test_nothing_usable_among_what_was_named_is_an_error_in_four_parts(missing: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        find_sources(missing)
    assert all([caught.value.what, caught.value.because, caught.value.where, caught.value.help])
    assert all(path in caught.value.where and path in caught.value.because for path in missing)


def test_an_unreadable_file_is_reported_and_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, closed = written(tmp_path, b"x", "good.log"), written(tmp_path, b"x", "closed.log")
    monkeypatch.setattr("os.access", lambda path, mode: path != closed)
    assert [source.problem for source in find_sources([good, closed])] == [
        "",
        f"cannot read {closed}: Permission denied",
    ]
    with pytest.raises(InputError):
        find_sources([closed])


def test_a_directory_that_cannot_be_listed_is_reported_next_to_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, b"x", "closed/a.log")
    good, scandir = written(tmp_path, b"x", "good.log"), os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    closed = f"{tmp_path}/closed"
    assert [(source.path, source.problem) for source in find_sources([str(tmp_path)])] == [
        (closed, f"cannot read {closed}: Permission denied"),
        (good, ""),
    ]


def test_a_file_that_vanishes_before_it_is_read_has_a_problem(tmp_path: Path) -> None:
    path = written(tmp_path, b"x")
    [source] = find_sources([path])
    Path(path).unlink()
    assert list(source) == []
    assert source.problem == f"cannot read {path}: No such file or directory"


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_failure_in_mid_read_ends_the_lines_and_keeps_the_account(
    failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(io.BytesIO):
        calls = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.calls += 1
            if self.calls == failing:
                raise OSError(5, "Input/output error")
            return super().read(2)

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=Failing(b"a\nb\nc\n")))
    source = Source("-")
    assert [line.text for line in source] == ["a", "b"][: failing - 1]
    assert source.problem == "cannot read -: Input/output error"
    assert source.bytes == 2 * (failing - 1)
    assert source.sha256 == hashlib.sha256(b"a\nb\n"[: source.bytes]).hexdigest()
    assert list(source) == []


def test_a_closed_standard_input_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    source = Source("-")
    assert list(source) == []
    assert source.problem == "cannot read -: there is no standard input"


def test_modified_is_the_files_time_in_utc(tmp_path: Path) -> None:
    path = written(tmp_path, b"x")
    os.utime(path, ns=(0, 1_373_457_600_123_456_789))
    assert Source(path).modified == datetime(2013, 7, 10, 12, 0, 0, 123456)
    assert Source("-").modified is None
    assert Source(str(tmp_path)).modified is None
    assert Source(str(tmp_path / "missing")).modified is None


def test_a_file_is_asked_for_its_status_once_until_it_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked, stat = written(tmp_path, b"x\n"), [], os.stat

    def counted(name: str) -> os.stat_result:
        asked.append(name)
        return stat(name)

    (source,) = find_sources([str(tmp_path)])
    monkeypatch.setattr("os.stat", counted)
    assert (source.size, source.expected, source.is_repeatable, bool(source.modified)) == (2, 2, True, True)
    assert asked == []
    Path(path).write_bytes(b"x\ny\n")
    assert [line.text for line in source] == ["x", "y"]
    assert (source.size, source.expected, source.is_repeatable) == (4, 4, True)
    assert asked == [path]


def test_an_account_that_adds_up_passes() -> None:
    account = ByteAccount(1, 2, 4, 8, 16)
    assert account.total == 31
    account.check(31, "trace.log")


@pytest.mark.parametrize("size", [30, 32, 0])
def test_an_account_that_does_not_add_up_is_a_bug(size: int) -> None:
    with pytest.raises(AccountError, match=r"^this is a bug: trace\.log has \d+ bytes, but 31 are"):
        ByteAccount(1, 2, 4, 8, 16).check(size, "trace.log")
