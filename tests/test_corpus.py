"""Real lines of real phones, kept beside the project where they are at hand: skipped without them."""

from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
FOUNDING = Path(__file__).parent.parent / "fixtures" / "audiocodes_400hd" / "founding-line" / "trace.log"
LOGS = sorted(CORPUS.glob("*/*.log"))

pytestmark = pytest.mark.skipif(not LOGS, reason="the corpus is not beside the project")


def test_the_founding_line_of_the_corpus_is_that_of_the_fixture() -> None:
    (original,) = (path for path in LOGS if "founding-line" in path.name)
    assert original.read_bytes() == FOUNDING.read_bytes()
