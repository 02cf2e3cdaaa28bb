"""Where the checkout, its fixtures and the corpus of real lines are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
FOUNDING = FIXTURES / "audiocodes_400hd" / "founding-line" / "trace.log"
CORPUS = ROOT.parent / "shared" / "corpus"
"""Lines of real phones. They stay outside the repository; tests that need them are skipped without them."""
