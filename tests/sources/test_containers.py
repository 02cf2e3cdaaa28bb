"""Inputs in containers give the events of the plain file; damage is reported, nothing is written."""

import io
import os
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.containers import ARCHIVES, COMPRESSIONS, CONTAINERS, WRITTEN_AT, ZSTD, in_tar, in_zip
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.errors import InputError
from lyncphone_logs.events.event import Event
from lyncphone_logs.sources import discovery
from lyncphone_logs.sources.archives import sources_in
from lyncphone_logs.sources.decompression import ChunkStream, CorruptStream, compression_of, decompressed
from lyncphone_logs.sources.discovery import find_sources
from lyncphone_logs.sources.member import ArchiveMember, UnpackBudget
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.streams import ByteSource, Limits, MemoryBudget, memory_source

STORIES = [
    "audiocodes_400hd/signed-in", "audiocodes_400hd/clock-never-set", "audiocodes_sbc/refused-in-datagrams-cut",
    "cisco/alarm-sent-in-pieces", "polycom_ucs/option-43-unusable", "snom/registered",
]  # fmt: skip
TEXT = (FIXTURES / "audiocodes_400hd/signed-in/trace.log").read_bytes()
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(256)) * 4


def story(name: str) -> bytes:
    (path,) = (FIXTURES / name).glob("*.log")
    return path.read_bytes()


def saved(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    os.utime(path, (WRITTEN_AT, WRITTEN_AT))
    return str(path)


def read(*paths: str) -> tuple[lp.Trace, list[Event]]:
    trace = lp.read_trace(*paths)
    return trace, list(trace.events())


def without_names(events: list[Event]) -> list[Event]:
    """Events apart from what is made of the path."""
    return [
        each._replace(id=each.id.rpartition(":")[2], source="", phone=each.phone if each.phone == each.hostname else "")
        for each in events
    ]


def problems(trace: lp.Trace) -> list[str]:
    return [source.problem for source, _ in trace.inputs if source.problem]


def texts(sources: list[Source]) -> dict[str, str]:
    return {source.path: "\n".join(line.text for line in source) for source in sources if not source.problem}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Event]]:
    folder = tmp_path_factory.mktemp("plain")
    known: dict[str, list[Event]] = {}

    def events(name: str) -> list[Event]:
        if name not in known:
            known[name] = without_names(read(saved(folder / "phone.log", story(name)))[1])
        return known[name]

    return events


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("kind", [*CONTAINERS])
def test_a_container_gives_the_events_of_the_plain_file(
    kind: str, name: str, tmp_path: Path, plain: Callable[[str], list[Event]]
) -> None:
    trace, events = read(saved(tmp_path / "named-otherwise", CONTAINERS[kind](story(name))))
    assert without_names(events) == plain(name)
    assert problems(trace) == []
    ((source, tally),) = trace.inputs
    assert tally.account.total == source.bytes == len(story(name))
    assert list(source) == list(source)


@pytest.mark.parametrize("outer", [*ARCHIVES])
@pytest.mark.parametrize("inner", ["gz", "zst", "zip", "tar", "tar.xz"])
def test_containers_inside_containers_are_read_to_depth_three(outer: str, inner: str) -> None:
    once = CONTAINERS[inner](TEXT)
    twice = ARCHIVES[outer]({"bundle": once})
    for data, is_read in ((twice, True), (ARCHIVES["zip"]({"b": twice}), True)):
        sources = list(sources_in(memory_source("x", data)))
        assert [[line.text for line in each] for each in sources] == [TEXT.decode().splitlines()] * is_read


def test_deeper_containers_are_reported() -> None:
    data = TEXT
    for name in ("log", "1.zip", "2.zip", "3.zip"):
        data = in_zip({name: data, "other.log": b"x\n"})
    sources = list(sources_in(memory_source("b.zip", data)))
    assert {each.path: bool(each.problem) for each in sources} == {
        "b.zip!/3.zip!/2.zip!/1.zip": True, "b.zip!/3.zip!/2.zip!/other.log": False,
        "b.zip!/3.zip!/other.log": False, "b.zip!/other.log": False,
    }  # fmt: skip
    for _ in range(4):
        data = COMPRESSIONS["gz"](data)
    (source,) = sources_in(memory_source("x.gz", data))
    assert "more than 3 times" in source.problem


def test_paths_are_names_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["../../up.log", "/absolute.log", "C:\\drive.log", "same.log"]
    for data in (in_zip(dict.fromkeys(names, b"x\n")), in_tar(dict.fromkeys(names, b"x\n"))):
        path = saved(tmp_path / "bundle", data)
        found = find_sources([path])
        assert [each.path for each in found] == [f"{path}!/{name}" for name in names]
        assert [[line.text for line in each] for each in found] == [["x"]] * 4
    assert [each.name for each in tmp_path.rglob("*")] == ["bundle"]


def test_members_of_one_name_are_different_sources(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.log", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.log", "second")
    path = saved(tmp_path / "b.zip", packed.getvalue())
    assert texts(find_sources([path])) == {f"{path}!/a.log": "first", f"{path}!/a.log (2)": "second"}


def test_a_member_has_its_own_time_or_that_of_the_container(tmp_path: Path) -> None:
    for name in ("zip", "tar", "gz"):
        (source,) = find_sources([saved(tmp_path / name, CONTAINERS[name](b"x"))])
        assert source.modified is not None
        assert source.modified.isoformat() == ("2013-06-23T15:06:40")
    (source,) = find_sources([saved(tmp_path / "b.bz2", CONTAINERS["bz2"](b"x"))])
    assert source.modified == Source(str(tmp_path / "b.bz2")).modified
    assert source.size is None


DAMAGED = ["gz", "bz2", "xz", "zst", "zip", "stored.zip", "streamed.zip", "tar", "tar.gz", "tar.zst"]


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_truncated_container_gives_what_is_complete_and_reports_the_rest(kind: str) -> None:
    text = TEXT * 3
    packed = ARCHIVES[kind]({"a.log": text, "b.log": text}) if kind in ARCHIVES else CONTAINERS[kind](text)
    # Of less the beginning of a tar archive looks like nothing.
    least = len(CONTAINERS["tar"](b"")) // 10 if kind == "tar" else 160
    for length in range(least, len(packed) - 1, max(1, len(packed) // 40)):
        sources = list(sources_in(memory_source("x", packed[:length])))
        found = {each.path: b"".join(window.data for window in each.windows()) for each in sources}
        assert all(text.startswith(each) for each in found.values())
        # The two blocks of zeros that end a tar archive may be more than one is needed.
        is_complete = kind == "tar" and length >= 2 * (512 + -(-len(text) // 512) * 512) + 512
        assert is_complete or any(each.problem for each in sources)
        assert all("cannot read x" in each.problem for each in sources if each.problem)


@pytest.mark.parametrize("kind", ["gz", "zip", "tar.gz"])
def test_of_a_broken_deflate_stream_every_byte_is_given(kind: str) -> None:
    text = b"".join(map(story, STORIES))
    packed = CONTAINERS[kind](text)
    lengths = []
    for length in range(160, len(packed), 50):
        sources = list(sources_in(memory_source("x", packed[:length])))
        lengths.append(sum(len(window.data) for each in sources for window in each.windows()))
    assert lengths == sorted(lengths)
    assert lengths[len(lengths) // 2] > len(text) // 4


@pytest.mark.parametrize("kind", DAMAGED)
def test_flipped_bits_raise_nothing_and_are_noticed(kind: str, tmp_path: Path) -> None:
    packed = CONTAINERS[kind](TEXT)
    whole = TEXT.decode().split("\n")
    for place in range(10, len(packed), max(1, len(packed) // 50)):
        data = bytearray(packed)
        data[place] ^= 0x10
        try:
            sources = find_sources([saved(tmp_path / "x", bytes(data))])
        except InputError:
            continue
        found = [line.text for each in sources for line in each]
        is_same = found == [line for line in whole if line or line != whole[-1]]
        # A plain tar archive has no checksum of what it holds.
        assert is_same or kind == "tar" or any(each.problem for each in sources)


@pytest.mark.parametrize("kind", ["gz", "zip", "tar.xz"])
def test_the_account_holds_for_what_is_damaged(kind: str, tmp_path: Path) -> None:
    packed = CONTAINERS[kind](TEXT * 4)
    trace, events = read(saved(tmp_path / "x", packed[: len(packed) // 2]))
    assert events
    assert problems(trace)
    assert all(tally.account.total == source.bytes for source, tally in trace.inputs)
    assert lp.diagnose(trace).inputs


def test_entries_bytes_and_memory_have_limits() -> None:
    many = {f"{number}.log": b"0123456789\n" for number in range(8)}
    for data in (in_zip(many), in_tar(many), COMPRESSIONS["zst"](in_tar(many))):
        content = memory_source("x", data)
        *members, named = sources_in(content, Limits(entries=5))
        assert len(members) == 5
        assert named.problem == "cannot read x: it has more than 5 entries; the rest are not read"
        read = [[line.text for line in each] for each in sources_in(content, Limits(unpacked_bytes=1 << 16))]
        assert read == [["0123456789"]] * 8
        sources = list(sources_in(content, Limits(unpacked_bytes=30)))
        list(map(list, sources))
        assert sum(each.bytes for each in sources) <= 33
        assert any("unpacks to more" in each.problem for each in sources)
    inner = in_zip({"inner.zip": in_zip(many)})
    (named,) = sources_in(memory_source("x", inner), Limits(memory_bytes=100))
    assert "it exceeds the limit of 100 bytes for archives in memory" in named.problem
    shared = MemoryBudget(len(in_zip(many)))
    both = [each for _ in range(2) for each in sources_in(memory_source("x", inner), memory=shared)]
    assert [bool(each.problem) for each in both] == [*[False] * 8, True]
    streamed = sources_in(memory_source("x", COMPRESSIONS["gz"](in_tar(many))), Limits(memory_bytes=100))
    assert [[line.text for line in each] for each in streamed] == [["0123456789"]] * 8


def test_a_bomb_is_read_up_to_the_limit_in_constant_memory() -> None:
    bomb = COMPRESSIONS["gz"](b"0" * 63 + b"\n") * 4096 + COMPRESSIONS["gz"](bytes(1 << 22))
    (source,) = sources_in(memory_source("x", bomb), Limits(unpacked_bytes=100_000))
    assert sum(len(window.data) for window in source.windows()) == 100_000
    assert "from byte 100000 on" in source.problem


def test_members_that_overlap_are_refused() -> None:
    data = bytearray(in_zip({"a.log": b"x\n" * 50, "b.log": b"y\n" * 50}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 42 : at + 46] = (4).to_bytes(4, "little")
    named = [each.problem for each in sources_in(memory_source("x", bytes(data))) if each.problem]
    assert named == ["cannot read x!/b.log: it overlaps another member of the archive"]


def test_encrypted_members_and_unknown_methods_are_reported() -> None:
    for place, value, why in ((8, 1, "encrypted"), (10, 99, "compression method 99 is not supported")):
        data = bytearray(in_zip({"a.log": b"x\n", "b.log": b"y\n"}))
        data[data.find(b"PK\x01\x02") + place] = value
        sources = list(sources_in(memory_source("x", bytes(data))))
        assert [each.problem.endswith(why) for each in sources] == [True, False]


def test_a_member_without_a_name_is_read() -> None:
    data = bytearray(in_zip({"a": b"x\n"}))
    data[data.rfind(b"PK\x01\x02") + 46] = 0
    assert texts(list(sources_in(memory_source("b.zip", bytes(data))))) == {"b.zip!/": "x"}


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_damage_raises(data: st.DataObject) -> None:
    packed = bytearray(CONTAINERS[data.draw(st.sampled_from([*CONTAINERS]))](TEXT))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(packed)))
        packed[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    for source in list(sources_in(memory_source("x", bytes(packed)), Limits(unpacked_bytes=1 << 20))):
        assert sum(window.size for window in source.windows()) + source.mark_bytes == source.bytes


def test_links_and_devices_in_a_tar_archive_are_reported_and_not_followed() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, type in (("link", tarfile.SYMTYPE), ("null", tarfile.CHRTYPE), ("dir", tarfile.DIRTYPE)):
            header = tarfile.TarInfo(name)
            header.type, header.linkname = type, "/etc/passwd" if name == "link" else ""
            archive.addfile(header)
    sources = list(sources_in(memory_source("x", packed.getvalue())))
    assert [each.problem for each in sources] == [
        "cannot read x!/link: it is a symbolic link (/etc/passwd), which is not read",
        "cannot read x!/null: it is a device, which is not read",
    ]


@pytest.mark.parametrize("where", ["folder", "zip"])
def test_files_that_are_no_text_are_skipped_next_to_text(where: str, tmp_path: Path) -> None:
    members = {"phone.log": TEXT, "shot.jpg": JPEG}
    folder = tmp_path / "bundle"
    if where == "zip":
        path = saved(folder, in_zip(members))
    else:
        folder.mkdir()
        path = str(folder)
        for name, data in members.items():
            saved(folder / name, data)
    trace, events = read(path)
    assert len(events) == TEXT.count(b"\n")
    assert problems(trace) == []
    assert trace.assumptions[0] == f"{path}: 1 file is no log: shot.jpg"


def test_bytes_of_an_unknown_kind_are_read_if_the_user_named_them(tmp_path: Path) -> None:
    (source,) = find_sources([saved(tmp_path / "shot.bin", JPEG[4:] * 3)])
    assert source.problem == ""
    assert sum(1 for _ in source) == source.lines > 0


def test_a_member_is_read_from_the_middle_of_no_file_and_by_one_process(tmp_path: Path) -> None:
    path = saved(tmp_path / "b.zip", in_zip({"a.log": TEXT}))
    one, several = (lp.diagnose(lp.read_trace(path, jobs=jobs)).to_json() for jobs in (1, 2))
    assert one == several


def test_zeros_in_a_log_do_not_make_it_binary() -> None:
    (source,) = sources_in(memory_source("x", bytes(3000) + TEXT))
    assert source.problem == ""
    assert len(list(source)) == TEXT.count(b"\n")


def test_without_a_package_for_zstandard_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, ZSTD.__name__, None)
    (source,) = sources_in(memory_source("x.zst", COMPRESSIONS["zst"](TEXT)))
    assert list(source) == []
    assert "install lyncphone_logs[zstd]" in source.problem


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_several_streams_in_a_row_are_one_and_other_bytes_after_them_are_reported(kind: str) -> None:
    packed = COMPRESSIONS[kind](b"a\n") + COMPRESSIONS[kind](b"b\n")
    for rest, is_named in ((b"", False), (bytes(8), False), (b"rubbish, no stream", True)):
        (source,) = sources_in(memory_source("x", packed + rest))
        assert [line.text for line in source] == ["a", "b"]
        assert bool(source.problem) == is_named


@pytest.mark.parametrize("kind", ["gz", "zst", "zip", "tar", "tar.gz"])
def test_standard_input_may_be_a_container(
    kind: str, monkeypatch: pytest.MonkeyPatch, plain: Callable[[str], list[Event]]
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(CONTAINERS[kind](TEXT))))
    trace, events = read("-")
    assert [each.message for each in events] == [each.message for each in plain("audiocodes_400hd/signed-in")]
    assert problems(trace) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize(("kind", "is_read"), [("gz", True), ("zip", False), ("tar.xz", False)])
def test_a_named_pipe_may_be_compressed_but_no_archive(kind: str, is_read: bool, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(CONTAINERS[kind](TEXT),))
    (source,) = find_sources([str(pipe)])
    writer.start()
    assert b"".join(window.data for window in source.windows()) == TEXT * is_read
    writer.join()
    assert ("save it and name the file" in source.problem) != is_read


def test_an_archive_on_standard_input_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "LIMITS", Limits(memory_bytes=100))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(in_zip({"a.log": bytes(range(256)) * 2000}))))
    with pytest.raises(InputError, match="save it and name the file"):
        find_sources(["-"])


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_container_around_any_split_gives_the_same_events(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(STORIES))
    lines = story(name).splitlines(keepends=True)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(lines) - 1), max_size=3))) if len(lines) > 1 else []
    parts = [b"".join(lines[start:stop]) for start, stop in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    named = {f"phone.log.{len(parts) - 1 - place}": part for place, part in enumerate(parts)}
    packed = ARCHIVES[data.draw(st.sampled_from([*ARCHIVES]))](named)
    found = "".join(
        f"{line.text}\n"
        for each in sorted(sources_in(memory_source("x", packed)), key=lambda each: -int(each.path[-1]))
        for line in each
    )
    assert found.encode() == b"".join(line.rstrip(b"\r\n") + b"\n" for line in lines)


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyError("a bug")])
def test_a_stream_that_is_left_or_fails_is_closed(error: Exception) -> None:
    closed = []

    class Opened(io.BytesIO):
        def close(self) -> None:
            closed.append(self)
            super().close()

    def failing() -> Iterator[bytes]:
        yield b"line\n" * 100_000
        raise error

    content = ByteSource("x", lambda: ChunkStream(failing(), Opened()))
    for is_left in (True, False):
        windows = ArchiveMember(content, "", UnpackBudget(1 << 30)).windows()
        next(windows)
        if is_left:
            windows.close()  # type: ignore[attr-defined]
        else:
            with nullcontext() if isinstance(error, OSError) else pytest.raises(type(error)):
                list(windows)
    assert len(closed) == 2


def test_reading_gives_the_bytes_before_an_error_and_then_the_error() -> None:
    stream = decompressed(io.BytesIO(COMPRESSIONS["gz"](TEXT)[:-4]), "gzip")
    assert stream.read(1 << 20) == TEXT
    for _ in range(2):
        with pytest.raises(CorruptStream, match="truncated"):
            stream.read(1)


@pytest.mark.parametrize("head", [b"", b"\x1f\x8b", b"BZh9 is a text", b"BZhello", b"plain"])
def test_text_is_not_treated_as_compressed(head: bytes) -> None:
    assert compression_of(head) == ""


def test_the_program_reads_a_bundle_and_says_what_it_could_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[Any]
) -> None:
    from lyncphone_logs.cli.app import run

    gz = COMPRESSIONS["gz"](TEXT)
    members = {"log/phone.log": TEXT, "shot.jpg": JPEG, "log/other.log.gz": gz[: len(gz) // 2]}
    path = saved(tmp_path / "bundle.zip", in_zip(members))
    assert run(["diagnose", path, "--format", "json"]) == 3
    shown = capsys.readouterr().out
    assert "bundle.zip!/log/other.log.gz from byte" in shown
    assert "bundle.zip: 1 file is no log: shot.jpg" in shown


def test_a_text_in_a_container_that_cannot_be_opened_again_has_a_problem(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.gz", COMPRESSIONS["gz"](TEXT))
    (source,) = find_sources([path])
    Path(path).unlink()
    assert list(source) == []
    assert source.problem == f"cannot read {path}: No such file or directory"
