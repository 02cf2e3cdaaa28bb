"""The functions and names that the package exports."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import FIXTURES, FOUNDING

import lyncphone_logs as lp
from lyncphone_logs import api

CHAIN = FIXTURES / "certificates" / "chain-sha256.pem"


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
    assert list(inspect.signature(lp.diagnose).parameters) == ["trace", "more", "verify_fix", *options]


def test_options_for_a_trace_that_is_open_are_refused() -> None:
    trace = lp.read_trace(FOUNDING)
    with pytest.raises(TypeError, match=r"opened already: pass firmware to read_trace"):
        lp.diagnose(trace, firmware="2.0.5")
    with pytest.raises(TypeError, match=r"opened already: pass 'b\.log'"):
        lp.diagnose(trace, "b.log")


def test_what_is_neither_a_trace_nor_a_path_is_refused() -> None:
    with pytest.raises(TypeError, match="not a list"):
        lp.diagnose([str(FOUNDING)])  # type: ignore[arg-type]  # what is tested
