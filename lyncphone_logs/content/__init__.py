"""Content that ships inside the package: rules, vocabulary, knowledge tables, the JSON schema of the report."""

from pathlib import Path


def path(name: str) -> Path:
    """The path of one folder of the content: `rules`, `vocabulary`, `knowledge` or `schema`."""
    return Path(__file__).parent / name
