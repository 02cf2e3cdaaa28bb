"""Paths of the checkout, its fixtures and the corpus of real lines."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
FOUNDING = FIXTURES / "audiocodes_400hd" / "founding-line" / "trace.log"
CORPUS = ROOT.parent / "shared" / "corpus"
"""Lines of real phones, stored outside the repository. Tests that need them are skipped without them."""
