"""Writes docs/accuracy.md: how often the right cause comes first, for each set of traces with a known cause.

Run from the top of the checkout: PYTHONPATH=.:tests python tests/support/accuracy.py
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.findings import Phone
from support.paths import CORPUS, FIXTURES, ROOT
from support.situations import Situation, answered, is_cause, phones_of, situations
from support.x509_matrix import LINE, rows

PAGE = ROOT / "docs" / "accuracy.md"
FIRST = 3
STRONG = ("confirmed", "likely")


@dataclass(frozen=True)
class Case:
    """The right causes of a trace, empty if none can be known, and the codes of the answer, first cause first.

    `misleading`: another cause than a right one is called likely or confirmed.
    """

    right: frozenset[str]
    codes: tuple[str, ...]
    misleading: bool


@dataclass(frozen=True)
class CaseSet:
    """Cases from one place. `is_from_outside`: the project did not write their lines."""

    name: str
    origin: str
    cases: tuple[Case, ...]


def case_sets() -> Iterator[CaseSet]:
    """The sets; that of real cases is empty if the corpus is not next to the project."""
    yield CaseSet("TLS handshakes", "recorded with four OpenSSL builds; verify codes real", tuple(_handshakes()))
    yield CaseSet(
        "situations, texts with a source", "see fixtures/situations.toml", tuple(_situations(synthetic=False))
    )
    yield CaseSet("situations, synthetic texts", "see fixtures/situations.toml", tuple(_situations(synthetic=True)))
    yield CaseSet("stories", "bundled traces, most of them synthetic", tuple(_stories()))
    if CORPUS.is_dir():
        yield CaseSet("field cases", "real excerpts, not distributed with the project", tuple(_field_cases()))


def page(sets: Iterable[CaseSet]) -> str:
    """The page as Markdown."""
    return "\n".join(_page(sets)) + "\n"


def _page(sets: Iterable[CaseSet]) -> Iterator[str]:
    yield "# How often is the right cause first?\n"
    yield (
        "For each set of traces with a known cause, this page counts how often the right cause comes first, is one of "
        f"the first {FIRST}, is missed (not among them), and how often the first answer is wrong: another cause comes "
        "first and is likely or confirmed. If no cause can be known from the lines, no cause that is at least possible "
        "is right. Where a trace leaves several causes open, each of them is right. Written by "
        "[accuracy.py](../tests/support/accuracy.py).\n"
    )
    yield "| set | lines | cases | first | in the first three | missed | wrong |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for each in sets:
        counts = " | ".join(str(sum(map(counted, each.cases))) for counted in (is_first, is_near, is_missed, is_wrong))
        yield f"| {each.name} | {each.origin} | {len(each.cases)} | {counts} |"
    yield (
        "\nRight causes of the handshakes and of the field cases come from outside of the rules: from the way in which "
        "the handshake was made, and from what the people who posted the trace found. Those of the situations and "
        "stories were written down by the project, from the sources that it names there."
    )


def is_first(case: Case) -> bool:
    """Whether a right cause comes first, or rightly none is named."""
    return bool(case.right.intersection(case.codes[:1])) if case.right else not case.codes


def is_near(case: Case) -> bool:
    """Whether a right cause is one of the first ones."""
    return is_first(case) or bool(case.right.intersection(case.codes[:FIRST]))


def is_missed(case: Case) -> bool:
    """Whether there is a right cause that is none of the first ones."""
    return bool(case.right) and not is_near(case)


def is_wrong(case: Case) -> bool:
    """Whether another cause comes first and is likely or confirmed."""
    return case.misleading and not is_first(case)


def _case(right: Iterable[str], phones: Sequence[Phone]) -> Case:
    found = answered(phones)
    listed = [each for phone in phones for each in phone.diagnoses if not each.silenced_by]
    strong = {each.rule.code for each in listed if each.verdict in STRONG and is_cause(each.rule)}
    causes = frozenset(right)
    return Case(causes, found.codes if causes else found.sure, bool(strong - causes))


def _handshakes() -> Iterator[Case]:
    known = {rule.name: rule.code for rule in read_catalog().rules}
    for row in rows():
        if row.codes:
            lines = tuple(map(LINE.format, row.codes))
            yield _case((known[name] for name in row.true), phones_of(Situation(id=row.number, says="", lines=lines)))


def _situations(*, synthetic: bool) -> Iterator[Case]:
    for each in situations():
        if (each.origin == "synthetic") is synthetic:
            yield _case(each.first, phones_of(each))


def _stories() -> Iterator[Case]:
    known = {rule.name: rule.code for rule in read_catalog().rules if is_cause(rule)}
    for path in sorted(FIXTURES.glob("*/*/story.toml")):
        story = tomllib.loads(path.read_text(encoding="utf-8"))
        right = {known[each["name"]] for each in story["diagnoses"][:1] if each["name"] in known}
        trace = lp.read_trace(path.with_name("trace.log"), year=story["year"], model=story.get("model", ""))
        yield _case(right, lp.diagnose(trace).phones)


def _field_cases() -> Iterator[Case]:
    for name, right in tomllib.loads((FIXTURES / "field_cases.toml").read_text(encoding="utf-8"))["right"].items():
        yield _case(right, lp.diagnose(CORPUS / "field" / f"{name}.log", year=2026).phones)


if __name__ == "__main__":
    PAGE.write_text(page(case_sets()), encoding="utf-8")
