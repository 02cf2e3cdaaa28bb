"""Real lines of phones, stored outside the repository; skipped without them."""

import pytest
from support.paths import CORPUS, FOUNDING

LOGS = sorted(CORPUS.glob("*/*.log"))

pytestmark = pytest.mark.skipif(not LOGS, reason="the corpus is not next to the project")


def test_the_fixture_contains_the_founding_line_of_the_corpus() -> None:
    (original,) = (path for path in LOGS if "founding-line" in path.name)
    assert original.read_bytes() == FOUNDING.read_bytes()
