"""Writes docs/calibration.md: how often diagnoses are right, by word and by score, over cases with a known cause.

Run from the top of the checkout: PYTHONPATH=.:tests python tests/support/calibration.py
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from lyncphone_logs.diagnosis.fact_weights import FACTOR
from lyncphone_logs.diagnosis.ranking import LIKELIHOOD, OTHER_CAUSE, PRIOR
from support.known_truth import SHOWN, WORDS, Answer, Pair, draws, pairs
from support.paths import ROOT

CASES = 3000
PAGE = ROOT / "docs" / "calibration.md"


@cache
def answers() -> tuple[Answer, ...]:
    """All diagnoses of all drawn cases."""
    return tuple(answer for case in draws(CASES) for answer in case)


@cache
def together() -> tuple[Pair, ...]:
    """All pairs of causes in one trace."""
    return tuple(pairs())


def bins(found: Iterable[Answer]) -> dict[int, list[Answer]]:
    """Answers by the tenth of their score."""
    by_tenth: dict[int, list[Answer]] = {tenth: [] for tenth in range(10)}
    for answer in found:
        by_tenth[min(int(answer.score * 10), 9)].append(answer)
    return by_tenth


def expected_calibration_error(found: Sequence[Answer]) -> float:
    """The mean difference between score and share of true diagnoses, over ten bins weighted by their size."""
    return sum(abs(_mean(each) - _right(each)) * len(each) for each in bins(found).values() if each) / len(found)


def page(found: Sequence[Answer], both: Sequence[Pair]) -> str:
    """The page as Markdown."""
    return "\n".join(_page(found, both)) + "\n"


def _page(found: Sequence[Answer], both: Sequence[Pair]) -> Iterator[str]:
    yield "# How often is each word right?\n"
    yield (
        "Reports print words for certainty (confirmed, likely, possible, unlikely). JSON also has `score`, a weight to "
        "order causes by. This page counts how often the cause with a word is the true one. **The cases are drawn from "
        "the pack's own world**, not from the field: "
        f"{CASES} cases were drawn with a fixed seed from what the rules state. For each case, a symptom is drawn, "
        "then its cause, by its prior and the likelihood of the symptom, then further lines. A line is drawn more "
        "often under its own cause, by the weight of its clause. Evidence that would confirm a false cause is never "
        "drawn, nor are facts that a user states. So the table shows whether the program computes what its rules "
        "state. It cannot show whether the rules are true in the field. Written by "
        "[calibration.py](../tests/support/calibration.py).\n"
    )
    numbers = [
        ("prior", PRIOR),
        ("likelihood", LIKELIHOOD),
        ("factor of a clause", FACTOR),
        ("probability that a clause is shown", SHOWN),
    ]
    for name, table in numbers:
        yield f"- {name}: {', '.join(f'{word} {number:g}' for word, number in table.items())}"
    yield f"- other cause: {OTHER_CAUSE:g}\n"
    yield "| word | diagnoses | share true |\n|---|---:|---:|"
    for word in WORDS:
        each = [answer for answer in found if answer.verdict == word]
        yield f"| {word} | {len(each)} | {_right(each):.3f} |"
    yield "\n| score | diagnoses | mean score | share true |\n|---|---:|---:|---:|"
    for tenth, each in bins(found).items():
        if each:
            interval = f"{tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}"
            yield f"| {interval} | {len(each)} | {_mean(each):.3f} | {_right(each):.3f} |"
    yield f"\nExpected calibration error: {expected_calibration_error(found):.3f}."
    complete = [pair for pair in both if len(pair.found) == 2]
    ordered, wrong = (len([pair for pair in both if each(pair)]) for each in (_is_ordered, _is_wrong))
    yield (
        f"\n## Two causes at once\n\nThere are {len(both)} pairs of causes that one trace can contain. Both causes "
        f"are listed in {len(complete)} ({len(complete) / len(both):.1%}). The root comes first in {ordered}. A third "
        f"cause is wrongly confirmed in {wrong}."
    )


def _is_ordered(pair: Pair) -> bool:
    return pair.is_ordered


def _is_wrong(pair: Pair) -> bool:
    return bool(pair.wrong)


def _mean(found: Sequence[Answer]) -> float:
    return sum(answer.score for answer in found) / len(found)


def _right(found: Sequence[Answer]) -> float:
    return sum(answer.is_true for answer in found) / len(found)


if __name__ == "__main__":
    PAGE.write_text(page(answers(), together()), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
