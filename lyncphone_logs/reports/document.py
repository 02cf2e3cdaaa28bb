"""Builds the labelled lists of a rule and of a diagnosis that the text report, `explain` and the Markdown report print.

Each renderer chooses the lists, their order, and how it escapes what comes from a trace or a rule.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from lyncphone_logs.diagnosis.findings import Diagnosis, Term
from lyncphone_logs.reports import grouping, wording
from lyncphone_logs.rules.rule import Rule


class Item(NamedTuple):
    """`words` are the program's own, with a `{}` for each of `texts`, which come from a trace or a rule."""

    words: str
    texts: tuple[str, ...]

    def shown(self, escape: Callable[[str], str] = str) -> str:
        """The item as one line."""
        return self.words.format(*map(escape, self.texts))


Lists = dict[str, list[Item]]


def rule_lists(rule: Rule, before_undo: str = " ") -> Lists:
    """The lists of a rule, by label. `before_undo`: what separates a step from how it is undone."""
    return {
        "why": _plain(grouping.paragraphs(rule.cause)),
        "impact": _plain(grouping.paragraphs(rule.impact)),
        "fix": [
            Item(
                f"{number}. {{}}: {{}}" + f"{before_undo}(undo: {{}})" * bool(step.way_back),
                (" · ".join(filter(None, [step.who, step.where])), step.what, *filter(None, [step.way_back])),
            )
            for number, step in enumerate(rule.remedy, start=1)
        ],
        "history": [Item(f"{each.year}: {{}} — danger: {{}}", (each.advice, each.danger)) for each in rule.history],
        "verify": _plain([rule.verify.says]),
        "read": _plain(" ".join(filter(None, [each.title, each.url])) for each in rule.references),
    }


def diagnosis_lists(found: Diagnosis, before_undo: str = " ") -> Lists:
    """The lists of a diagnosis and of its rule, by label."""
    return rule_lists(found.rule, before_undo) | {
        "symptom": _plain(grouping.explanations(found)),
        "seen": _plain([wording.occurrences(found)]),
        "number": _plain(wording.numbers(found).values()),
        "related": _plain(wording.relations(found)),
        "evidence": _plain([wording.grade(found)]),
        "supports": [*map(_term, grouping.supporting(found))],
        "contradicts": [*map(_term, grouping.contradicting(found))],
        "would decide": [Item("{} ({})", (gap.capture, gap.missing)) for gap in grouping.open_questions(found)],
    }


def _plain(texts: Iterable[str]) -> list[Item]:
    return [Item("{}", (text,)) for text in texts]


def _term(term: Term) -> Item:
    return Item(f"{{}} ({wording.basis(term)})", (term.says,))
