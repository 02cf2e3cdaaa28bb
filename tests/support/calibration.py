"""How often the program is right, by what it says: a table over cases of known truth, for docs/calibration.md.

Run from the top of the checkout: PYTHONPATH=.:tests python tests/support/calibration.py
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from lyncphone_logs.diagnosis.ranking import FACTOR, LIKELIHOOD, OTHER_CAUSE, PRIOR
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
    """Answers by the tenth of their confidence."""
    sorted_in: dict[int, list[Answer]] = {tenth: [] for tenth in range(10)}
    for answer in found:
        sorted_in[min(int(answer.confidence * 10), 9)].append(answer)
    return sorted_in


def expected_calibration_error(found: Sequence[Answer]) -> float:
    """The mean distance between what was said and how often it was true, over ten bins weighted by their size."""
    return sum(abs(_mean(each) - _right(each)) * len(each) for each in bins(found).values() if each) / len(found)


def page(found: Sequence[Answer], both: Sequence[Pair]) -> str:
    """The page, Markdown."""
    return "\n".join(_page(found, both)) + "\n"


def _page(found: Sequence[Answer], both: Sequence[Pair]) -> Iterator[str]:
    yield "# Is a confidence what it says?\n"
    yield (
        f"{CASES} cases were drawn with a fixed seed from what the rules state: a symptom; its cause, by how common "
        "each is and how readily it shows itself so; and further lines, so much more often under their own cause as "
        "they weigh. What decides a question was never drawn under another cause. So the table shows whether the "
        "program reckons as its rules state; it cannot show whether they state what is true in the field. Written by "
        "[calibration.py](../tests/support/calibration.py).\n"
    )
    numbers = [
        ("how common", PRIOR),
        ("likelihood", LIKELIHOOD),
        ("factor of a clause", FACTOR),
        ("clause shown", SHOWN),
    ]
    for name, table in numbers:
        yield f"- {name}: {', '.join(f'{word} {number:g}' for word, number in table.items())}"
    yield f"- a cause that no rule knows: {OTHER_CAUSE:g}\n"
    yield "| said | diagnoses | mean confidence | true |\n|---|---:|---:|---:|"
    for tenth, each in bins(found).items():
        if each:
            said = f"{tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}"
            yield f"| {said} | {len(each)} | {_mean(each):.3f} | {_right(each):.3f} |"
    yield f"\nExpected calibration error: {expected_calibration_error(found):.3f}.\n"
    yield "| word | diagnoses | true |\n|---|---:|---:|"
    for word in WORDS:
        each = [answer for answer in found if answer.verdict == word]
        yield f"| {word} | {len(each)} | {_right(each):.3f} |"
    complete = [pair for pair in both if len(pair.found) == 2]
    ordered, wrong = (len([pair for pair in both if each(pair)]) for each in (_is_ordered, _is_wrong))
    yield (
        f"\n## Two causes at once\n\nOf {len(both)} pairs of causes in one trace, each that can be there together, "
        f"both are listed in {len(complete)} ({len(complete) / len(both):.1%}); the root comes first in {ordered}; a "
        f"third cause is wrongly confirmed in {wrong}."
    )


def _is_ordered(pair: Pair) -> bool:
    return pair.is_ordered


def _is_wrong(pair: Pair) -> bool:
    return bool(pair.wrong)


def _mean(found: Sequence[Answer]) -> float:
    return sum(answer.confidence for answer in found) / len(found)


def _right(found: Sequence[Answer]) -> float:
    return sum(answer.is_true for answer in found) / len(found)


if __name__ == "__main__":
    PAGE.write_text(page(answers(), together()), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
