"""Rotated files are one stream, oldest first; lines that are in two of them count once."""

import gzip
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.containers import in_tar, in_zip

import lyncphone_logs as lp
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import details
from lyncphone_logs.sources.discovery import find_sources
from lyncphone_logs.sources.rotation import MAX_COMPARED_BYTES, mark_duplicates, rotation_key

LINE = "Jul  9 {:02}:{:02}:{:02} synthetic-phone local7.info voip_task[440]: SIP     : INFO - step {}"
LINES = [LINE.format(10 + number // 3600, number // 60 % 60, number % 60, number) for number in range(400)]
UNSTAMPED = [f"no stamp {number}" for number in range(100)]


def text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def saved(folder: Path, files: dict[str, bytes]) -> str:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return str(folder)


def read(path: str) -> tuple[lp.Trace, list[Event]]:
    trace = lp.read_trace(path, year=2013)
    return trace, list(trace.events())


def duplicates(trace: lp.Trace) -> dict[str, int]:
    for source, tally in trace.inputs:
        assert tally.account.total == source.bytes
        assert (tally.account.duplicate_bytes > 0) == (source.duplicate_lines > 0)
    return {source.path.rpartition("/")[2]: source.duplicate_lines for source, _ in trace.inputs}


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        ("x.log x.log.0 x.log.1 x.log.2.gz x.log.10", "x.log.10 x.log.2.gz x.log.1 x.log.0 x.log"),
        ("x.log x.log.gz x.log.old", "x.log.old x.log x.log.gz"),
        ("m m-20240102 m-20240101.xz", "m-20240101.xz m-20240102 m"),
        ("192.0.2.1 192.0.2.2", "192.0.2.1 192.0.2.2"),
        ("a.log b.log.1 b.log a.log.1", "a.log.1 a.log b.log.1 b.log"),
        ("z!/x.log z!/x.log.1", "z!/x.log.1 z!/x.log"),
    ],
)
def test_names_determine_the_order(names: str, ordered: str) -> None:
    assert sorted(names.split(), key=lambda name: (*rotation_key(name), name)) == ordered.split()


@pytest.mark.parametrize("lines", [LINES, UNSTAMPED], ids=["stamped", "unstamped"])
@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_rotated_files_are_one_stream(kind: str, lines: list[str], tmp_path: Path) -> None:
    step = len(lines) // 4
    parts = [text(lines[start : start + step]) for start in range(0, len(lines), step)]
    names = ("phone.log.2.gz", "phone.log.1", "phone.log.0", "phone.log")
    files = dict(zip(names, [gzip.compress(parts[0], mtime=0), *parts[1:]], strict=True))
    bundle = {"zip": in_zip, "tar": in_tar}
    path = saved(tmp_path, {"b": bundle[kind](files)} if kind in bundle else files)
    trace, events = read(path)
    assert [each.text for each in events] == lines
    assert set(duplicates(trace).values()) == {0}


def test_a_line_without_a_stamp_stays_after_the_previous_rotated_file(tmp_path: Path) -> None:
    files = {"phone.log.1": text(LINES[:50]), "phone.log": text(["without a stamp", *LINES[50:100]])}
    _, events = read(saved(tmp_path, files))
    assert [each.text for each in events] == [*LINES[:50], "without a stamp", *LINES[50:100]]


def test_times_decide_if_names_contradict_them(tmp_path: Path) -> None:
    files = {"phone.log.1": text(LINES[200:300]), "phone.log.2": text(LINES[300:]), "phone.log": text(LINES[:200])}
    _, events = read(saved(tmp_path, files))
    assert [each.text for each in events] == LINES


@pytest.mark.parametrize("overlap", [3, 10, 100, 199])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(("first", "second"), [("phone.log.1", "phone.log"), ("monday.log", "tuesday.log"), ("b", "a")])
def test_an_overlap_counts_once(first: str, second: str, packed: bool, overlap: int, tmp_path: Path) -> None:
    old, new = text(LINES[:200]), text(LINES[200 - overlap :])
    trace, events = read(saved(tmp_path, {first: gzip.compress(old) if packed else old, second: new}))
    assert [each.text for each in events] == LINES
    assert duplicates(trace) == {first: 0, second: overlap}
    assert any(f"{overlap} lines are copies of lines in {tmp_path}/{first}" in each for each in trace.assumptions)
    report = lp.diagnose(trace)
    assert sum(each.duplicate_lines for each in report.inputs) == overlap
    assert "duplicate" in details.render(report, color=False, width=None)


@pytest.mark.parametrize(
    "files",
    [
        {"phone.log": text(LINES), "phone.log.gz": gzip.compress(text(LINES))},
        {"a.log": text(LINES), "b.log": text(LINES)},
        {"a.log": text(LINES), "b.log": text(LINES).replace(b"\n", b"\r\n")},
        {"a.log": text(LINES), "b.log": "\r\n".join(LINES).encode("utf-16")},
        {"a.log": text(LINES[:37]), "b.log": text(LINES)},
        {"a.log": text(LINES), "b.log": text(LINES[300:])},
        {"a.log": text(LINES), "b.log": text(LINES[380:390])},
        {"a.log": text(LINES), "b.zip": in_zip({"c": text(LINES), "d": text(LINES[:5])})},
    ],
)
def test_a_copy_counts_once(files: dict[str, bytes], tmp_path: Path) -> None:
    trace, events = read(saved(tmp_path, files))
    assert [each.text for each in events] == LINES
    counts = duplicates(trace)
    assert sum(counts.values()) == sum(source.lines for source, _ in trace.inputs) - len(LINES)
    assert all(not each.problem for each in lp.diagnose(trace).inputs)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a", "x", "x", "x"], ["x", "x", "x", "b"]),
        ([*LINES[:9], "tail"], ["tail", *LINES[9:20]]),
        ([*LINES[:9], *LINES[7:9]], [*LINES[7:9], *LINES[9:20]]),
        (LINES[:20], LINES[20:40]),
        (LINES[:20], [*LINES[5:10], *LINES[30:40]]),
    ],
)
def test_similar_lines_are_not_duplicates(one: list[str], other: list[str], tmp_path: Path) -> None:
    trace, events = read(saved(tmp_path, {"a.log": text(one), "b.log": text(other)}))
    assert sorted(each.text for each in events for _ in range(each.count)) == sorted([*one, *other])
    assert set(duplicates(trace).values()) == {0}


def test_only_the_ends_of_large_files_are_compared(tmp_path: Path) -> None:
    lines = [f"{LINES[number % 400]} {number} {'x' * 200}" for number in range(3 * MAX_COMPARED_BYTES // 200)]
    path = saved(tmp_path, {"a": text(lines), "b": text([*lines[-50:], "0 more"]), "c": text(lines[:10])})
    sources = mark_duplicates(find_sources([path]))
    assert [each.copied_lines for each in sources] == [0, 50, 10]
    assert [len(list(each)) for each in sources] == [len(lines), 1, 0]
    assert [each.duplicate_lines for each in sources] == [0, 50, 10]


FOUNDING = "local7.err voip_task[440]: CERT     : ERR  – {f():653} server cert is invalid. ctx->error=7."
BOOT = [f"kern.info kernel: [    {number}.000000] step {number}" for number in range(9)]
NEVER_SET = [
    ["Jan  1 00:00:{:02} local7.info voip_task[440]: SIP     : INFO - step", "Jan 01 00:00:{:02} a"],
    ["1970-01-01T00:00:{:02}.000000Z a", "2000-01-01 00:00:{:02} a", "01-01@00:00:{:02}.123 a"],
    ["1/1/1970 00:00:{:02}:123 a", "01000000{:02}|so   |*|00|a", "01010000{:02}|so   |*|00|a"],
]
STAMPLESS = [
    [FOUNDING],
    [FOUNDING] * 9,
    BOOT,
    [f"00:04:13:00:00:{number:02} a" for number in range(9)],
    *([form.format(number) for number in range(9)] for forms in NEVER_SET for form in forms),
]


@pytest.mark.parametrize("names", [("1.log", "2.log", "3.log"), ("a/trace.log", "b/trace.log", "b.zip!/trace.log")])
@pytest.mark.parametrize("lines", STAMPLESS)
def test_the_same_text_without_a_clock_in_files_of_different_names_is_of_different_phones(
    lines: list[str], names: tuple[str, ...], tmp_path: Path
) -> None:
    for name in names:
        archive, is_member, member = name.partition("!/")
        (tmp_path / archive).parent.mkdir(exist_ok=True)
        (tmp_path / archive).write_bytes(in_zip({member: text(lines)}) if is_member else text(lines))
    trace, events = read(str(tmp_path))
    assert set(duplicates(trace).values()) == {0}
    assert sum(each.count for each in events) == 3 * len(lines)
    if FOUNDING in lines:
        assert len(lp.diagnose(trace).phones) == 3


@pytest.mark.parametrize("change", [lambda lines: lines[:-1], lambda lines: lines[4:], lambda lines: [*lines, "more"]])
@pytest.mark.parametrize("lines", STAMPLESS[1:])
def test_a_boot_without_a_clock_that_is_repeated_in_a_rotated_file_is_no_copy(
    lines: list[str], change: Callable[[list[str]], list[str]], tmp_path: Path
) -> None:
    trace, _ = read(saved(tmp_path, {"x.log.1": text(lines), "x.log": text(change(lines))}))
    assert set(duplicates(trace).values()) == {0}


@pytest.mark.parametrize("second", ["x.log.gz", "x.log.1", "x.log.old", "x.log-20240102"])
@pytest.mark.parametrize("lines", STAMPLESS)
def test_an_equal_rotation_without_a_clock_is_a_copy(lines: list[str], second: str, tmp_path: Path) -> None:
    data = text(lines)
    trace, events = read(saved(tmp_path, {"x.log": data, second: gzip.compress(data) if "gz" in second else data}))
    assert sum(each.count for each in events) == len(lines)
    assert sorted(duplicates(trace).values()) == [0, len(lines)]


@pytest.mark.parametrize(
    "form",
    [
        "0709100{:03}|sip  |4|00|x", "1373364{:03}.123456 a", "2013-07-09T10:00:{:02}.123+02:00 a", "10:00:{:02}.123 a",
        "09-07@10:00:{:02}.123 a", "9/7/2013 10:00:{:02}:123 a", "Sun Dec 31 2023 10:00:{:02} a",
        "2013.07.01 1:00:{:02} a",
    ],
)  # fmt: skip
def test_a_copy_is_recognized_by_every_clock_of_a_phone(form: str, tmp_path: Path) -> None:
    lines = [form.format(number) for number in range(10, 19)]
    trace, _ = read(saved(tmp_path, {"a.log": text(lines), "b.log": text(lines)}))
    assert sorted(duplicates(trace).values()) == [0, 9]


@settings(max_examples=30, deadline=None)
@given(cuts=st.sets(st.integers(1, 7)), overlap=st.integers(3, 30))
def test_any_overlapping_parts_give_the_lines_of_the_complete_file(
    cuts: set[int], overlap: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    borders = [0, *(15 * cut for cut in sorted(cuts)), 120]
    folder = tmp_path_factory.mktemp("cuts")
    files = {
        f"x.log.{len(borders) - place}": text(LINES[max(start - overlap, 0) : stop])
        for place, (start, stop) in enumerate(pairwise(borders))
    }
    trace, events = read(saved(folder, files))
    assert [each.text for each in events] == LINES[:120]
    assert sum(duplicates(trace).values()) == sum(source.lines for source, _ in trace.inputs) - 120
