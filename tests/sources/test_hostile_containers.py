"""Containers that claim, nest or repeat more than they hold end soon, in bounded memory, with a reason in one line."""

import gzip
import io
import json
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from support.containers import in_tar, in_zip
from support.hostile_containers import LINE, attacks, chains, claims, damaged, header

from lyncphone_logs.sources.archives import MAX_NAMED_PROBLEMS, sources_in
from lyncphone_logs.sources.decompression import window_of
from lyncphone_logs.sources.rotation import mark_duplicates
from lyncphone_logs.sources.source import InMemorySource, Source
from lyncphone_logs.sources.streams import Limits, memory_source

RUNNER = Path(__file__).parent.parent / "support" / "limited_runs.py"
SECONDS, MEGABYTES, MAX_LINES = 10, 700, 60
SHOWN = {
    "chain-longlink-200.tar": "more than 16 headers in a row belong to one member",
    "claim-file-8796093022208.tar": "unexpected end of data",
    "claim-sparse-map.tar.gz": "its headers take more than 16 MiB",
    "window-31.zst": "it needs a window of 2 GiB, the limit is 128 MiB",
    "dictionary.xz": "xz needs more memory than 256 MiB",
    "tree-tars.zip": "more bytes must be unpacked than the limit",
    "many-empty.tar.gz": "it has more than 10000 entries",
    "overlap.zip": "overlaps another member",
    "bomb-folders.tar.gz": "it has more than 100000 headers",
}
"""What is said of some of them."""


def results(folder: Path, found: dict[str, bytes]) -> dict[str, Any]:
    folder.mkdir()
    for name, data in found.items():
        (folder / name).write_bytes(data)
    command = [sys.executable, str(RUNNER), str(folder), str(SECONDS), str(MEGABYTES), "-q", "--all"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    read: dict[str, Any] = json.loads(run.stdout)
    return read


def check(found: dict[str, Any]) -> None:
    wrong = {
        name: (each["code"], each["printed"][-300:])
        for name, each in found.items()
        if each["code"] not in (0, 1, 2, 3) or "this is a bug" in each["printed"] or "Traceback" in each["printed"]
    }
    assert wrong == {}
    for name, text in SHOWN.items():
        assert name not in found or text in " ".join(found[name]["printed"].split()), name


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.slow
def test_some_attacks_end_within_limits_of_time_and_memory(tmp_path: Path) -> None:
    small = dict([*chains(), *claims(), *damaged()])
    chosen = {name: data for number, (name, data) in enumerate(small.items()) if name in SHOWN or number % 30 == 0}
    assert len(chosen) == 15
    check(results(tmp_path / "attacks", chosen))


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_every_attack_ends_within_limits_of_time_and_memory(tmp_path: Path) -> None:
    every = attacks()
    assert len(every) == 354
    check(results(tmp_path / "attacks", every))


def test_chains_and_claims_of_tar_archives_read_no_more_than_the_archive_has() -> None:
    checked = 0
    for name, data in [*chains(), *claims()]:
        if not name.endswith(".tar"):
            continue
        reads = 0

        class Counted(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                nonlocal reads
                reads += 1
                return super().read(size)

        content = memory_source("x.tar", data)
        counted = type(content)("x.tar", lambda data=data, kind=Counted: kind(data))  # type: ignore[misc]
        list(sources_in(counted, Limits()))
        assert reads <= 60 + len(data) // 100, name
        checked += 1
    assert checked == 100


def test_a_member_with_a_few_extensions_has_what_they_say() -> None:
    for format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT):
        packed = io.BytesIO()
        name = "a" * 90 + "/" + "b" * 90 + ".log"
        with tarfile.open(fileobj=packed, mode="w", format=format) as archive:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(LINE), 1372000000
            archive.addfile(info, io.BytesIO(LINE))
        (source,) = sources_in(memory_source("x", packed.getvalue()))
        assert source.path == f"x!/{name}"
        assert source.modified is not None
        assert [line.text for line in source] == [LINE.decode().rstrip("\n")]


def test_problems_are_named_up_to_a_limit_and_then_counted() -> None:
    data = b"".join(header(f"{number}.log", 0, tarfile.SYMTYPE) for number in range(500)) + in_tar({"a.log": LINE})
    sources = list(sources_in(memory_source("x.tar", data)))
    refused = [each.problem for each in sources if each.problem]
    assert len(refused) == MAX_NAMED_PROBLEMS + 1
    assert "480 more members have a problem: it is a symbolic link, which is not read (480 times)" in refused[-1]
    assert [len(list(each)) for each in sources if not each.problem] == [1]


def test_entries_of_nested_archives_count_together() -> None:
    inner = in_zip({f"{number}.log": LINE for number in range(10)})
    sources = list(sources_in(memory_source("x", in_zip({f"{n}.zip": inner for n in range(10)})), Limits(entries=25)))
    assert sum(not each.problem for each in sources) == 22
    assert any("more than 25 entries" in each.problem for each in sources)


def test_a_small_file_does_not_unpack_to_more_than_logs_do() -> None:
    assert Limits().of(1000).unpacked_bytes == 1 << 30
    assert Limits().of(10 << 20).unpacked_bytes == 2000 << 20
    assert Limits().of(1 << 30).unpacked_bytes == Limits().unpacked_bytes
    assert Limits(unpacked_bytes=30).of(1 << 30).unpacked_bytes == 30


def test_what_is_unpacked_to_find_members_is_limited() -> None:
    bomb = gzip.compress(header("a.log", 4 << 20) + bytes(4 << 20), mtime=1)
    packed = in_zip({f"{number}.tgz": bomb for number in range(9)})
    limits = Limits(memory_bytes=1 << 20, search_bytes=0)
    sources = list(sources_in(memory_source("x", packed), limits))
    assert any("more bytes must be unpacked than the limit" in each.problem for each in sources)


@pytest.mark.parametrize(
    ("start", "window"),
    [(b"\x00\xa8", 1 << 31), (b"\x00\x58", 1 << 21), (b"\x00\x59", 9 << 18), (b"\x20\x05", 5), (b"\x60\x00\x01", 512)],
)
def test_the_window_of_a_frame_is_that_of_the_specification(start: bytes, window: int) -> None:
    assert window_of((b"\x28\xb5\x2f\xfd" + start).ljust(18, b"\0")) == window


def test_many_inputs_that_begin_alike_are_compared_a_limited_number_of_times() -> None:
    class Repeatable(InMemorySource):
        is_repeatable = True

    same = "".join(f"Jul  9 12:00:{second:02} h a line\n" for second in range(5))
    sources: list[Source] = [
        Repeatable(same + f"another {number}\n" * (number % 7), f"{number}.log") for number in range(300)
    ]
    notes: list[str] = []
    mark_duplicates(sources, notes)
    assert notes == ["too many inputs begin alike to compare all of them: lines that are copies may count twice"]
    assert {each.copied_lines for each in sources[::7]} == {5}


@pytest.mark.parametrize("wrong", [None, 1, [], {}, {"tls": "x"}, ("x",), b"x"])
def test_a_sealed_entry_of_another_type_is_made_again(
    wrong: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lyncphone_logs import cache

    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    shape = dict[str, Path]
    made = cache.cached("k", lambda: "key", lambda: {"a": 1}, (), shape=dict[str, int])
    (entry,) = tmp_path.iterdir()
    payload = pickle.dumps(wrong)
    entry.write_bytes(cache._checksum(entry, payload) + payload)
    assert cache.cached("k", lambda: "key", lambda: made, (), shape=dict[str, int]) == (wrong if wrong == {} else made)
    assert cache._fits({"a": tmp_path}, shape)
    assert not cache._fits({"a": 1}, shape)
    assert cache._fits(([1], ["a"]), tuple[list[int], list[str]])
    assert not cache._fits(([1],), tuple[list[int], list[str]])
    assert not cache._fits((1, "a"), tuple[int, ...])
