"""Data files of the package: rules, vocabulary, knowledge tables, and the JSON schema of the report."""

from pathlib import Path


def path(name: str) -> Path:
    """The path of one folder: `rules`, `vocabulary`, `knowledge` or `schema`."""
    return Path(__file__).parent / name
