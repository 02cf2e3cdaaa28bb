"""The accessor `frame.phone`: it diagnoses the lines of a frame, and says so if it is taken for the column."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest
from support.paths import FIXTURES, FOUNDING

import lyncphone_logs as lp
from lyncphone_logs.diagnosis.journey import STAGES
from lyncphone_logs.errors import InputError

STORIES = sorted(FIXTURES.glob("*/*/trace.log"))
LINE = FOUNDING.read_text(encoding="utf-8").rstrip("\n")


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Two lines of the founding trace with code 7, one with code 20 between them, and one that no grammar reads."""
    path = tmp_path / "trace.log"
    path.write_text(f"{LINE}\n{LINE.replace('error=7', 'error=20')}\n{LINE}\nno phone wrote this\n", encoding="utf-8")
    return path


def lines_of(report: lp.Report) -> set[int]:
    return {each.event.line for phone in report.phones for found in phone.diagnoses for each in found.evidence}


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
@pytest.mark.sampled(4)
def test_a_frame_of_all_lines_gets_the_diagnoses_of_its_trace(path: Path) -> None:
    trace = lp.read_trace(path, year=2013)
    report = trace.to_frame().phone.diagnose(year=2013)
    assert report.phones == lp.diagnose(trace).phones
    assert report.to_json() == lp.diagnose(trace).to_json()


def test_exactly_the_lines_in_the_frame_are_diagnosed(trace: Path) -> None:
    frame = lp.read_trace(trace).to_frame()
    assert lines_of(frame.phone.diagnose()) == {1, 2, 3}
    assert lines_of(frame[frame["line"] == 2].phone.diagnose()) == {2}
    both = pd.concat([frame[frame["line"] == 3], frame[frame["line"] == 1]])
    assert lines_of(both.phone.diagnose(firmware="2.0.5")) >= {1, 3}
    assert 2 not in lines_of(both.phone.diagnose())


def test_options_are_those_of_read_trace(trace: Path) -> None:
    frame = lp.read_trace(trace).to_frame()
    assert {each.kind for each in frame.phone.diagnose(firmware="2.0.5").facts} == {"fact.firmware"}
    names = list(inspect.signature(frame.phone.timeline).parameters)
    assert names == [*inspect.signature(lp.read_trace).parameters][1:]


def test_a_member_of_an_archive_is_read_again(tmp_path: Path) -> None:
    archive = tmp_path / "bundle.zip"
    with ZipFile(archive, "w") as writer:
        writer.writestr("logs/a.log", f"{LINE}\n")
        writer.writestr("logs/b.log", f"{LINE}\n{LINE}\n")
    frame = lp.read_trace(archive).to_frame()
    report = frame[frame["source"].str.endswith("b.log")].phone.diagnose()
    assert [(each.path, each.events) for each in report.inputs] == [(f"{archive}!/logs/b.log", 2)]


def test_a_missing_or_changed_source_is_an_error(trace: Path) -> None:
    frame = lp.read_trace(trace).to_frame()
    trace.write_text(f"{LINE}\n", encoding="utf-8")
    with pytest.raises(lp.InputError, match=r"no event begins at this line\n  where: .*trace\.log:2"):
        frame.phone.diagnose()
    trace.unlink()
    with pytest.raises(lp.InputError, match=r"trace\.log"):
        frame.phone.diagnose()
    with pytest.raises(lp.InputError, match="cannot read standard input again"):
        frame.assign(source="-").phone.diagnose()
    with pytest.raises(lp.InputError, match="the frame has no lines"):
        frame.iloc[:0].phone.diagnose()


@pytest.mark.parametrize("method", ["diagnose", "journey", "timeline", "unparsed"])
def test_a_frame_that_names_no_lines_is_an_error_that_names_the_columns(method: str) -> None:
    with pytest.raises(AttributeError, match="'source' and 'line'"):
        getattr(pd.DataFrame({"phone": ["a"], "time": pd.to_datetime(["2013-01-01"])}).phone, method)()


def test_the_journey_has_a_row_for_each_phone_boot_and_stage(trace: Path) -> None:
    journey = lp.read_trace(trace).to_frame().phone.journey()
    assert list(journey.columns) == ["phone", "boot", "stage", "state", "time", "source", "line"]
    assert journey["stage"].tolist() == list(STAGES)
    assert journey["stage"].max() == "call"
    failed = journey[journey["state"] == "failed"]
    assert failed[["stage", "line"]].to_numpy().tolist() == [["tls", 1]]
    assert pd.concat([journey, journey]).dtypes.to_dict() == journey.dtypes.to_dict()


def test_the_timeline_has_failures_and_changes_by_time(tmp_path: Path) -> None:
    path, other = tmp_path / "a.log", tmp_path / "b.log"
    path.write_text(
        "2013-07-09T12:00:00+00:00 10.1.2.3 voip_task[440]: CC : INFO - nothing to see\n"
        "2013-07-09T12:00:01+00:00 10.1.2.3 udhcpc[1]: Lease of 10.1.2.3 obtained, lease time 86400\n"
        "2013-07-09T12:00:02+00:00 10.1.2.3 udhcpc[1]: Lease of 10.1.2.3 obtained, lease time 86400\n"
        f"2013-07-09T12:00:04+00:00 10.1.2.3 {LINE.partition(' ')[2]}\n"
        f"2013-07-09T12:00:05+00:00 10.1.2.3 {LINE.partition(' ')[2]}\n"
        "2013-07-09T16:00:05+00:00 10.1.2.3 syslogd started: BusyBox v1.22.1\n"
    )
    other.write_text("2013-07-09T12:00:03+00:00 10.1.2.4 udhcpc[1]: No lease, failing\n")
    frame = lp.read_trace(path, other).to_frame()
    shown = frame.sample(frac=1, random_state=1).phone.timeline()
    assert list(shown.columns) == list(frame.columns)
    assert shown["time"].is_monotonic_increasing
    kinds = shown["kind"].tolist()
    assert kinds.count("dhcp.lease.obtained") == 1
    assert "log.message" not in kinds
    assert {"dhcp.lease.failed", "device.started"} <= set(kinds)
    assert shown[["source", "line"]].to_numpy().tolist()[:2] == [[str(path), 2], [str(other), 1]]


def test_unparsed_gives_the_shapes_with_their_counts(trace: Path) -> None:
    found = lp.read_trace(trace).to_frame().phone.unparsed()
    assert found[["count", "what", "example", "line"]].to_numpy().tolist() == [[1, "line", "no phone wrote this", 4]]


@pytest.mark.parametrize(
    "use",
    [
        lambda frame: frame.phone == "x",
        lambda frame: frame[frame.phone != "x"],
        lambda frame: frame.phone < "x",
        lambda frame: frame.phone[0],
        lambda frame: list(frame.phone),
        lambda frame: len(frame.phone),
        lambda frame: "x" in frame.phone,
    ],
)
def test_the_accessor_is_not_silently_taken_for_the_column(use: Callable[[pd.DataFrame], Any]) -> None:
    with pytest.raises(TypeError, match=r'frame\["phone"\] is the column'):
        use(lp.read_trace(FOUNDING).to_frame())


def test_a_redacted_frame_never_shows_its_files(tmp_path: Path) -> None:
    trace = lp.read_trace(FOUNDING, redact=True)
    stored = tmp_path / "frame.pickle"
    trace.to_frame().to_pickle(stored)
    for frame in (
        trace.to_frame(),
        trace.fields("tls.server_certificate.rejected"),
        trace.to_frame().query("line > 0"),
        pd.read_pickle(stored),
    ):
        for method in ("diagnose", "journey", "timeline", "unparsed"):
            with pytest.raises(InputError, match="the frame is redacted"):
                getattr(frame.phone, method)()


def test_the_accessor_says_what_it_is() -> None:
    frame = lp.read_trace(FOUNDING).to_frame()
    assert 'frame["phone"] is the column' in repr(frame.phone)
    with pytest.raises(AttributeError, match=r'no attribute \'str\': frame\["phone"\] is the column'):
        _ = frame.phone.str
    assert "phone" in dir(frame)
    assert frame.query("phone == @frame['phone'].iloc[0]").equals(frame)


@pytest.mark.slow
def test_a_session_that_reads_frames_from_files_registers_the_accessor_by_an_import(tmp_path: Path) -> None:
    lp.read_trace(FOUNDING).to_frame().to_pickle(tmp_path / "frame.pickle")
    code = (
        "import pandas as pd, sys, lyncphone_logs.accessor\n"
        "print(pd.read_pickle(sys.argv[1]).phone.diagnose().phones[0].diagnoses[0].rule.code)"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "frame.pickle")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "TLS001\n"
