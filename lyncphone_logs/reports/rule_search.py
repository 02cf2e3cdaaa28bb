"""Searches the texts of rules for words, and lists the rules that have all of them, best first."""

import re
from collections.abc import Iterable, Sequence

from lyncphone_logs.reports.code_lookup import rule_line
from lyncphone_logs.reports.page import Page
from lyncphone_logs.rules.condition import unfilled
from lyncphone_logs.rules.rule import Rule

MAX_SHOWN = 8
MIN_WORD = 2
"""Characters of a word that is searched for."""
MIN_PREFIX = 4
"""Characters from which the beginning of a word is enough."""
UNSEARCHED = {"a", "an", "and", "at", "in", "is", "of", "on", "or", "the", "to", "what"}
EXACT, PREFIX = 2, 1
"""Weights of a word that is found as it is, and of one that is the beginning of a longer word."""


def search(text: str, rules: Iterable[Rule]) -> list[Rule]:
    """The rules whose texts have all words of `text`, those with the words in the title first."""
    asked = [
        word for word in re.findall(r"[^\W_]+", text.casefold()) if word not in UNSEARCHED and len(word) >= MIN_WORD
    ]
    if not asked:
        return []
    scored = [(_score(rule, asked), rule) for rule in rules]
    return [rule for score, rule in sorted(scored, key=lambda each: (-each[0], each[1].code)) if score]


def render_found(asked: str, found: Sequence[Rule], *, color: bool, width: int | None) -> str:
    """The rules that mention what was asked, without a final line end."""
    page = Page(color=color, width=width)
    verb = "diagnosis mentions" if len(found) == 1 else "diagnoses mention"
    page.prose(f"No code is called {asked!r}. {len(found)} {verb} it:")
    for rule in found[:MAX_SHOWN]:
        page.prose(rule_line(rule), indent=2, hang=10)
    if len(found) > MAX_SHOWN:
        page.line(f"  … {len(found) - MAX_SHOWN} more")
    page.blank()
    page.line(f"Next: lyncphone-logs explain {found[0].code}")
    return page.text()


def _score(rule: Rule, asked: Sequence[str]) -> int:
    """The sum over all words of the weight of the best text that has it; 0 if a word is in no text."""
    texts = [(weight, _words(text)) for weight, text in _weighted_texts(rule)]
    scores = [max((weight * _found(word, known) for weight, known in texts), default=0) for word in asked]
    return sum(scores) if all(scores) else 0


def _found(word: str, known: Sequence[str]) -> int:
    if word in known:
        return EXACT
    return PREFIX if len(word) >= MIN_PREFIX and any(each.startswith(word) for each in known) else 0


def _weighted_texts(rule: Rule) -> Iterable[tuple[int, str]]:
    yield 8, f"{rule.title} {rule.name}"
    yield 4, rule.why
    said = (*(each.says for each in rule.explains), *(each.says for each in rule.clause))
    yield 3, " ".join(map(unfilled, said))
    yield 3, " ".join(f"{' '.join(each.kinds)} {' '.join(map(str, each.where.values()))}" for each in rule.patterns)
    yield 2, f"{rule.cause} {rule.impact}"
    checks = (f"{each.says} {' '.join(each.commands)}" for each in rule.checks)
    steps = (f"{each.where} {each.what}" for each in rule.remedy)
    yield 1, " ".join([*checks, *steps, *(each.title for each in rule.references)])


def _words(text: str) -> list[str]:
    """The words of a text; those with hyphens also in one word, so that sha256 finds SHA-256."""
    folded = text.casefold()
    joined = (word.replace("-", "") for word in re.findall(r"[^\W_]+(?:-[^\W_]+)+", folded))
    return [*re.findall(r"[^\W_]+", folded), *joined]
