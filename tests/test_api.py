"""The functions and names that the package exports."""

import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.paths import FIXTURES, FOUNDING

import lyncphone_logs as lp
from lyncphone_logs import api
from lyncphone_logs.catalog import Catalog

CHAIN = FIXTURES / "certificates" / "chain-sha256.pem"
STORIES = sorted(FIXTURES.glob("*/*/trace.log"))


def test_completion_offers_every_public_name_before_the_first_use() -> None:
    code = "import lyncphone_logs as lp; print(sorted(each for each in dir(lp) if not each.startswith('__')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(sorted(lp.__all__))


@pytest.mark.parametrize("path", [FOUNDING, str(FOUNDING)], ids=["Path", "str"])
def test_diagnose_reads_a_path(path: str | Path) -> None:
    assert lp.diagnose(path).to_json() == lp.diagnose(lp.read_trace(FOUNDING)).to_json()


def test_diagnose_reads_several_paths_with_the_options_of_read_trace(tmp_path: Path) -> None:
    other = tmp_path / "b.log"
    other.write_bytes(FOUNDING.read_bytes())
    report = lp.diagnose(FOUNDING, other, certificate=CHAIN, firmware="2.0.5")
    read = lp.read_trace(FOUNDING, other, certificate=CHAIN, firmware="2.0.5")
    assert report.to_json() == lp.diagnose(read).to_json()
    assert {event.kind for event in report.facts} >= {"fact.firmware", "certificate.inspected"}


def test_the_options_of_diagnose_are_those_of_read_trace() -> None:
    parameters = inspect.signature(lp.read_trace).parameters
    options = [name for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY]
    assert list(api.ReadOptions.__annotations__) == options
    assert list(inspect.signature(lp.diagnose).parameters) == ["trace", "more", "verify_fix", "phone", *options]


def test_options_for_a_trace_that_is_open_are_refused() -> None:
    trace = lp.read_trace(FOUNDING)
    with pytest.raises(TypeError, match=r"opened already: pass firmware to read_trace"):
        lp.diagnose(trace, firmware="2.0.5")
    with pytest.raises(TypeError, match=r"opened already: pass 'b\.log'"):
        lp.diagnose(trace, "b.log")


def test_what_is_neither_a_trace_nor_a_path_is_refused() -> None:
    with pytest.raises(TypeError, match="not a list"):
        lp.diagnose([str(FOUNDING)])  # type: ignore[arg-type]  # what is tested


# Pickling


def unpickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
@pytest.mark.sampled(4)
def test_a_pickled_report_is_equal(path: Path) -> None:
    report = lp.diagnose(path, year=2013)
    again = unpickled(report)
    assert again == report
    assert type(again) is lp.Report
    assert (str(again), again.to_json()) == (str(report), report.to_json())


def test_a_pickled_trace_is_read_again_with_the_same_options_and_facts() -> None:
    trace = lp.read_trace(
        FOUNDING, certificate=CHAIN, firmware="2.0.5", display="Verification failed for the domain",
        tz="Europe/Berlin", year=2013,
        grammar="audiocodes_400hd",
    )  # fmt: skip
    before = unpickled(trace)
    report = lp.diagnose(trace)
    for again in (before, unpickled(trace)):
        assert lp.diagnose(again).to_json() == report.to_json()
        assert list(again.events()) == list(trace.events())
        assert [each.name for each in again.catalog.grammars] == ["audiocodes_400hd"]


def test_a_catalog_that_was_made_by_hand_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="not read from folders"):
        pickle.dumps(lp.Trace(["t.log"], Catalog((), ())))


# Chosen lines


def test_a_trace_is_limited_to_chosen_lines(tmp_path: Path) -> None:
    path, other = tmp_path / "a.log", tmp_path / "b.log"
    line = FOUNDING.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(f"{line}\n{line.replace('error=7', 'error=20')}\n{line}\n", encoding="utf-8")
    other.write_text("nothing\n", encoding="utf-8")
    trace = lp.read_trace(path, other)
    assert [each.line for each in trace.only({str(path): [3, 1]}).events()] == [1, 3]
    report = lp.diagnose(trace.only({str(path): [2]}))
    assert [each.path for each in report.inputs] == [str(path)]
    assert report.inputs[0].account.outside_bytes > 0
    assert f"{path}: lines that were not chosen were skipped: 2" in report.notes
    found = {event.event.line for each in report.phones[0].diagnoses for event in each.evidence}
    assert found == {2}
    with pytest.raises(lp.InputError, match=r"no event begins at this line\n  where: .*a\.log:4"):
        list(trace.only({str(path): [1, 4]}).events())
    other.unlink()
    with pytest.raises(lp.InputError, match=r"cannot read the chosen lines again\n  because: .*b\.log"):
        list(trace.only({str(path): [1], str(other): [1]}).events())
    with pytest.raises(lp.InputError, match=r"c\.log is not there"):
        list(trace.only({str(path): [1], "c.log": [1]}).events())
