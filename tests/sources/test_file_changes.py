"""Files that change while they are read: after the n-th read, for every n, in every way of reading.

Each change is reported, the account adds up, and what was read is what was there. All lines are synthetic.
"""

import gzip
import io
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lyncphone_logs as lp
from lyncphone_logs.cli.app import run
from lyncphone_logs.reports.report import Report
from lyncphone_logs.sources.source import Source
from lyncphone_logs.trace.clocks import SourceClocks
from lyncphone_logs.trace.processes import Processes

LINE = "Jul  9 12:{:02}:{:02} 10.1.2.3 voip_task[440]: CC       : INFO - call {} is ringing\n"
TEXT = "".join(LINE.format(number // 60 % 60, number % 60, number) for number in range(3500))
OTHER = TEXT.replace("10.1.2.3", "10.9.9.9")
MAX_READS = 60
"""More than any case needs: a loop that never ends is a fault of the test."""


def grow(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(OTHER)


def truncate(path: Path) -> None:
    os.truncate(path, 100)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def replace(path: Path) -> None:
    new = path.with_name("new")
    new.write_text(OTHER, encoding="utf-8")
    os.replace(new, path)


def rotate(path: Path) -> None:
    path.rename(path.with_name("old"))
    path.write_text(OTHER[:500], encoding="utf-8")


def remove(path: Path) -> None:
    path.unlink()


def overwrite(path: Path) -> None:
    status = path.stat()
    path.write_text(OTHER, encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


Change = Callable[[Path], None]
CHANGES: list[Change] = [grow, truncate, empty, replace, rotate, remove, overwrite]
SAYS: dict[Change, str] = {
    grow: "grew by",
    truncate: "truncated",
    empty: "truncated",
    replace: "replaced|took its place",
    rotate: "replaced|took its place|truncated",
    remove: "removed|No such file",
    overwrite: "was written while",
}


class AfterRead:
    """Changes a file after the n-th read of it. `is_done`: there were so many reads."""

    def __init__(self, path: Path, number: int, change: Callable[[Path], None]) -> None:
        self._path, self._left, self._change = path, number, change
        self.is_done = False

    def patched(self, original: Callable[..., bytes]) -> Callable[..., bytes]:
        def read(source: Source, stream: Any, size: int) -> bytes:
            data = original(source, stream, size)
            if source.path.startswith(str(self._path)):
                self._left -= 1
                if not self._left:
                    self._change(self._path)
                    self.is_done = True
            return data

        return read


def each_read(
    tmp_path: Path, change: Callable[[Path], None], arguments: dict[str, Any], content: bytes, name: str
) -> list[tuple[Report, Path]]:
    """The reports of runs in which the file changes after its first, second … read, until there is no such read."""
    reports: list[tuple[Report, Path]] = []
    for number in range(1, MAX_READS):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / name
        path.write_bytes(content)
        with pytest.MonkeyPatch.context() as patch:
            after = AfterRead(path, number, change)
            patch.setattr(Source, "_next", after.patched(Source._next))
            report = lp.diagnose(lp.read_trace(path, **arguments))
        shutil.rmtree(folder)
        if not after.is_done:
            return reports
        reports.append((report, path))
    raise AssertionError("the reads do not end")


def said(report: Report, path: Path) -> str:
    """What the report says about the change of the file."""
    problems = [each.problem for each in report.inputs if each.problem]
    return "; ".join(
        [*problems, *(note for note in report.notes if note.startswith((f"{path}: it ", f"{path}: another")))]
    )


WAYS = {"all": {"full": True}, "searched": {"full": False}}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.sampled(3)
def test_a_change_after_any_read_is_reported(change: Callable[[Path], None], way: str, tmp_path: Path) -> None:
    found = each_read(tmp_path, change, WAYS[way], TEXT.encode(), "trace.log")
    assert len(found) >= 2
    for report, path in found:
        (read,) = report.inputs
        assert sum(vars(read.account).values()) == read.bytes <= len(TEXT)
        assert any(word in said(report, path) for word in SAYS[change].split("|")), (said(report, path), report.notes)
        assert bool(read.problem) == (change in (truncate, empty) and read.bytes < len(TEXT))


def test_lines_that_are_appended_are_not_read_and_counted_in_the_note(tmp_path: Path) -> None:
    for report, path in each_read(tmp_path, grow, {"full": True}, TEXT.encode(), "trace.log"):
        assert report.inputs[0].bytes == len(TEXT)
        assert report.inputs[0].events == 3500
        assert said(report, path) == f"{path}: it grew by {len(OTHER):,} bytes while it was read; these were not read"


def test_a_file_that_changes_after_it_was_found_is_reported(tmp_path: Path) -> None:
    """Before it is opened to be read: its times were sampled from the former content."""
    original = SourceClocks
    for change in CHANGES:
        path = tmp_path / "trace.log"
        path.write_text(TEXT, encoding="utf-8")

        def changed(*arguments: Any, change: Change = change, path: Path = path) -> Any:
            clocks = original(*arguments)
            change(path)
            return clocks

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("lyncphone_logs.trace.trace.SourceClocks", changed)
            report = lp.diagnose(lp.read_trace(path))
        (read,) = report.inputs
        assert sum(vars(read.account).values()) == read.bytes
        # What was appended, or written in the same length, before it was opened, was read as a whole.
        assert bool(read.problem) == (change not in (grow, overwrite)), change
        assert bool(said(report, path)) == (change is not grow), change
        assert read.events == (7000 if change is grow else 3500 if change is overwrite else read.events)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_while_several_processes_read_is_reported(
    change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trace.log"
    path.write_text(TEXT, encoding="utf-8")
    original = Processes.submit

    def submit(self: Processes, *arguments: Any) -> Any:
        change(path)  # After the file was divided, and before its part is read.
        return original(self, *arguments)

    monkeypatch.setattr("lyncphone_logs.trace.read_plan.MIN_PARALLEL_BYTES", 1)
    monkeypatch.setattr(Processes, "submit", submit)
    report = lp.diagnose(lp.read_trace(path, full=True, jobs=2))
    (read,) = report.inputs
    assert sum(vars(read.account).values()) == read.bytes == len(TEXT)
    assert any(word in said(report, path) for word in (*SAYS[change].split("|"), "changed")), said(report, path)
    lost: dict[Change, int] = {
        truncate: len(TEXT) - 100,
        empty: len(TEXT),
        replace: len(TEXT),
        rotate: len(TEXT),
        remove: len(TEXT),
    }
    assert read.account.unread_bytes == lost.get(change, 0)
    assert bool(read.problem) == (change in lost)


def packed(kind: str) -> bytes:
    if kind == "gz":
        return gzip.compress(TEXT.encode(), mtime=0)
    buffer = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("trace.log", TEXT)
    else:
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            member = tarfile.TarInfo("trace.log")
            member.size = len(TEXT)
            tar.addfile(member, io.BytesIO(TEXT.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["gz", "zip", "tar"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.sampled(10)
def test_a_container_that_changes_while_it_is_read_is_a_problem(
    change: Callable[[Path], None], kind: str, tmp_path: Path
) -> None:
    found = each_read(tmp_path, change, {}, packed(kind), f"packed.{kind}")
    assert len(found) >= 2
    for report, _ in found:
        assert all(sum(vars(read.account).values()) == read.bytes for read in report.inputs)
        assert any(read.problem for read in report.inputs)


def test_a_file_that_did_not_change_has_no_note(tmp_path: Path) -> None:
    for name, content in (("a.log", TEXT.encode()), ("b.log.gz", packed("gz")), ("c.zip", packed("zip"))):
        path = tmp_path / name
        path.write_bytes(content)
        report = lp.diagnose(lp.read_trace(path))
        assert said(report, path) == ""


@pytest.mark.parametrize(("change", "code"), [(grow, 0), (truncate, 3), (replace, 0)])
@pytest.mark.sampled(3)
def test_the_exit_code_is_3_only_if_something_was_lost(
    change: Callable[[Path], None], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (["diagnose"], ["events"], ["phones"], ["unparsed"], ["explain", "TLS001"]):
        path = tmp_path / "trace.log"
        path.write_text(TEXT, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Source, "_next", AfterRead(path, 1, change).patched(Source._next))
            assert run([*arguments, str(path)]) == code, arguments


def test_a_file_without_a_size_is_not_read(capfd: pytest.CaptureFixture[str]) -> None:
    if not os.path.exists("/proc/self/pagemap"):
        pytest.skip("needs /proc")
    assert run(["/proc/self/pagemap"]) == 3
    assert "the system gives no size for it" in " ".join(capfd.readouterr().out.split())
