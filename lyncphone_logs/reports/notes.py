"""Joins notes that say the same of several inputs, and lists what could not be read."""

from collections.abc import Iterable

from lyncphone_logs.diagnosis.findings import Findings

MAX_NOTES = 4
MAX_PROBLEMS = 4


def aggregated(report: Findings, most: int = MAX_NOTES, rest: str = "--all") -> list[str]:
    """The notes of a report, identical ones of several inputs as one.

    The last of at most `most` counts the others, and says with `rest` where these are.
    """
    return _first(joined(report.notes, [read.path for read in report.inputs]), most, rest)


def problems(report: Findings, most: int = MAX_PROBLEMS, rest: str = "--all") -> list[str]:
    """What could not be read and what helps, one line each, as `aggregated`."""
    troubles = [f"{read.problem}; {read.help}" if read.help else read.problem for read in report.inputs if read.problem]
    inputs = joined(troubles, [read.path for read in report.inputs])
    return _first([text.replace("\n  ", "; ") for text in (*inputs, *report.problems)], most, rest)


def joined(notes: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Notes that begin with the path of an input and end alike become one: `43 files: year 2026 assumed from …`."""
    known = set(paths)
    by_text: dict[tuple[bool, str], list[str]] = {}
    for note in notes:
        path, colon, text = note.partition(": ")
        of_file = bool(colon) and path in known
        found = by_text.setdefault((of_file, text if of_file else note), [])
        if of_file or not found:
            found.append(path)
    return [_joined(text, each if of_file else [], known) for (of_file, text), each in by_text.items()]


def _joined(text: str, paths: list[str], known: set[str]) -> str:
    if len(paths) > 1:
        return f"{len(paths)} files: {text.replace('file time ', 'file times ')}"
    return f"{paths[0]}: {text}" if paths and len(known) > 1 else text


def _first(texts: list[str], most: int, rest: str) -> list[str]:
    return texts if len(texts) <= most else [*texts[: most - 1], f"{len(texts) - most + 1} more: {rest}"]
