"""Real lines of real phones, kept beside the project where they are at hand: skipped without them."""

import pytest
from support.paths import CORPUS, FOUNDING

LOGS = sorted(CORPUS.glob("*/*.log"))

pytestmark = pytest.mark.skipif(not LOGS, reason="the corpus is not beside the project")


def test_the_founding_line_of_the_corpus_is_that_of_the_fixture() -> None:
    (original,) = (path for path in LOGS if "founding-line" in path.name)
    assert original.read_bytes() == FOUNDING.read_bytes()
