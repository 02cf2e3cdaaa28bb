"""Real lines of real phones, kept beside the project where they are at hand: skipped without them."""

from pathlib import Path

import pytest

import lyncphone_logs as lp

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
FOUNDING = Path(__file__).parent.parent / "fixtures" / "audiocodes_400hd" / "founding-line" / "trace.log"
LOGS = sorted(CORPUS.glob("*/*.log"))

pytestmark = pytest.mark.skipif(not LOGS, reason="the corpus is not beside the project")


def test_the_founding_line_of_the_corpus_is_that_of_the_fixture() -> None:
    (original,) = (path for path in LOGS if "founding-line" in path.name)
    assert original.read_bytes() == FOUNDING.read_bytes()


@pytest.mark.parametrize("path", LOGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_line_is_kept_and_no_other_familys_line_is_taken_for_a_400hds(path: Path) -> None:
    trace = lp.read_trace(path, year=2013)
    read = {each.grammar for each in trace.events() if each.kind != "unparsed"}
    assert read == ({"audiocodes_400hd"} if "founding-line" in path.name else set())
    (inputs,) = trace.inputs
    assert inputs.account.total == path.stat().st_size
