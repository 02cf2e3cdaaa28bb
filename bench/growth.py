"""Measures `diagnose` by the size of the trace and the number of rules, and DataFrames by framing."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from contestants import Contestant, Course, diagnosis, frame
from generate import FRAMINGS, Request, write
from measure import MEGABYTE, Usage, interleaved, median
from packs import write_pack

SIZES = (1, 10, 100, 200, 1000, 2000)
"""Megabytes of the traces."""

RULES = (10, 100, 1000)
LINE = 140
"""Average bytes of a line, to compute the number of lines for a size."""


def generated(path: Path, request: Request, pack: Path) -> Course:
    """Write a trace to the path; returns it with its known contents."""
    print(f"generating {request.lines:,} lines", file=sys.stderr, flush=True)
    with path.open("wb") as stream:
        truth = write(request, stream)
    return Course(path, truth, pack, path.parent)


def by_size(
    largest: int, work: Path, pack: Path, rounds: int, environment: Mapping[str, str]
) -> list[tuple[int, Usage]]:  # fmt: skip
    """Bytes of each trace up to `largest` MB, with the usage of `diagnose --search-first`."""
    sizes = [size for size in SIZES if size <= largest]
    with _traces(work, pack, [Request(size * MEGABYTE // LINE, seed=size) for size in sizes]) as courses:
        found = {f"{course.truth.bytes / MEGABYTE:,.0f} MB": _search_first(course) for course in courses}
        usages = checked(found, rounds, environment)
        return [(course.truth.bytes, usage) for course, usage in zip(courses, usages.values(), strict=True)]


def by_rules(course: Course, rounds: int, environment: Mapping[str, str]) -> list[tuple[int, Usage]]:
    """Numbers of additional rules, with the usage of `diagnose --search-first`."""
    found: dict[str, Contestant] = {}
    for rules in RULES:
        pack = course.work / f"rules-{rules}"
        write_pack(rules, pack)
        found[f"{rules:,} rules"] = _search_first(replace(course, pack=pack))
    return [*zip(RULES, checked(found, rounds, environment).values(), strict=True)]


def by_framing(
    lines: int, work: Path, pack: Path, rounds: int, environment: Mapping[str, str]
) -> list[tuple[str, int, Usage]]:  # fmt: skip
    """Framings, with the bytes of their trace and the usage of a typed DataFrame of it."""
    with _traces(work, pack, [Request(lines, framing=framing) for framing in FRAMINGS]) as courses:
        found = {framing: frame(course) for framing, course in zip(FRAMINGS, courses, strict=True)}
        usages = checked(found, rounds, environment)
        sizes = [course.truth.bytes for course in courses]
        return [*zip(FRAMINGS, sizes, usages.values(), strict=True)]


def checked(contestants: Mapping[str, Contestant], rounds: int, environment: Mapping[str, str]) -> dict[str, Usage]:
    """The medians of all contestants. Raises RuntimeError if one finds another count than the trace contains."""

    def check(name: str, usage: Usage) -> None:
        found, expected = contestants[name].found(usage.output), contestants[name].expected
        if found != expected:
            raise RuntimeError(f"{name} found {found:,} instead of {expected:,}")

    runs = interleaved({name: each.command for name, each in contestants.items()}, rounds, environment, check)
    return {name: median(each) for name, each in runs.items()}


@contextmanager
def _traces(work: Path, pack: Path, requests: Sequence[Request]) -> Iterator[list[Course]]:
    courses = [generated(work / f"growth-{number}.log", request, pack) for number, request in enumerate(requests)]
    yield courses
    for course in courses:
        course.trace.unlink()


def _search_first(course: Course) -> Contestant:
    return diagnosis(course, "diagnose --search-first", "--search-first", 1)
