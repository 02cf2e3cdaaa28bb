"""Searches the texts of rules and of the knowledge tables for words, and lists what has all of them, best first."""

import re
from collections.abc import Iterable, Sequence

from lyncphone_logs.events.codes import TABLES, CodeEntry, entries
from lyncphone_logs.events.templates import unfilled
from lyncphone_logs.reports.code_lookup import command_for, rule_line
from lyncphone_logs.reports.page import Page
from lyncphone_logs.rules.condition import Condition, EventPattern
from lyncphone_logs.rules.rule import Rule

MAX_SHOWN = 8
MAX_SHOWN_CODES = 6
MIN_WORD = 2
"""Characters of a word that is searched for."""
MIN_PREFIX = 4
"""Characters from which the beginning of a word is enough."""
UNSEARCHED = {
    "a", "an", "and", "at", "by", "does", "for", "from", "has", "in", "is", "it", "its", "my", "no", "not", "of", "on",
    "or", "the", "to", "what", "where", "why", "with",
}  # fmt: skip
"""Words that are not searched for."""
EXACT, PREFIX = 10, 1
"""Weights of a word that is found as it is, and of one that is the beginning of a longer word."""
Weighted = Iterable[tuple[int, str]]


def search(text: str, rules: Iterable[Rule]) -> list[Rule]:
    """The rules whose texts have all words of `text`, those with the words in the title first."""
    asked = _asked(text)
    scored = [(_score(_texts_of_rule(rule), asked), rule) for rule in rules]
    return [rule for score, rule in sorted(scored, key=lambda each: (-each[0], each[1].code)) if score]


def search_codes(text: str) -> list[CodeEntry]:
    """The entries of all tables whose texts have all words of `text`, those with the words in the name first."""
    asked, known = _asked(text), [entry for table in TABLES for entry in entries(table)]
    scored = [(_score(_texts_of_entry(entry), asked), entry) for entry in known]
    return [entry for score, entry in sorted(scored, key=lambda each: -each[0]) if score]


def render_found(
    asked: str, rules: Sequence[Rule], codes: Sequence[CodeEntry], *, color: bool, width: int | None
) -> str:
    """The rules and the codes, at least one of them, that mention what was asked, without a final line end."""
    page = Page(color=color, width=width)
    page.prose(f"No code is called {asked!r}.")
    _list(page, "diagnosis mentions", "diagnoses mention", [*map(rule_line, rules)], MAX_SHOWN)
    _list(page, "code mentions", "codes mention", [f"{each.word} {_named(each)}" for each in codes], MAX_SHOWN_CODES)
    page.blank()
    page.line(command_for(rules[0].code if rules else codes[0].word))
    return page.text()


def _list(page: Page, one: str, several: str, lines: Sequence[str], most: int) -> None:
    if lines:
        page.prose(f"{len(lines)} {one if len(lines) == 1 else several} it:")
    for line in lines[:most]:
        page.prose(line, indent=2, hang=10)
    if len(lines) > most:
        page.line(f"  … {len(lines) - most} more")


def _named(entry: CodeEntry) -> str:
    return entry.meaning if entry.word.endswith(f":{entry.name}") else entry.name


def _asked(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return [word for word in words if word not in UNSEARCHED and len(word) >= MIN_WORD]


def _score(weighted: Weighted, asked: Sequence[str]) -> int:
    """The sum over all words of the weight of the best text that has it; 0 if no text has one of them."""
    texts = [(weight, _words(text)) for weight, text in weighted]
    scores = [max((weight * _found(word, known) for weight, known in texts), default=0) for word in asked]
    return sum(scores) if all(scores) else 0


def _found(word: str, known: set[str]) -> int:
    if word in known:
        return EXACT
    return PREFIX if len(word) >= MIN_PREFIX and any(each.startswith(word) for each in known) else 0


def _texts_of_entry(entry: CodeEntry) -> Weighted:
    yield 2, " ".join([entry.name, *entry.texts])
    yield 1, f"{entry.meaning} {entry.scope}"


def _texts_of_rule(rule: Rule) -> Weighted:
    yield 8, f"{rule.title} {rule.name}"
    yield 4, rule.why
    said = (*(each.says for each in rule.explains), *(each.says for each in rule.clause))
    yield 3, " ".join(map(unfilled, said))
    yield 3, " ".join(text for pattern in rule.patterns for text in _tested(pattern))
    yield 2, f"{rule.cause} {rule.impact}"
    checks = (f"{each.says} {' '.join(each.commands)}" for each in rule.checks)
    steps = (f"{each.where} {each.what}" for each in rule.remedy)
    yield 1, " ".join([*checks, *steps, *(each.title for each in rule.references)])


def _tested(pattern: EventPattern) -> Iterable[str]:
    """The kinds of a pattern, and the texts and numbers that it tests for."""
    yield from pattern.kinds
    for test in pattern.where.values():
        if isinstance(test, Condition):
            yield from (test.contains, test.prefix)
        else:
            yield from map(str, test if isinstance(test, list) else [test])


def _words(text: str) -> set[str]:
    """The words of a text; those with hyphens also in one word, so that sha256 finds SHA-256."""
    folded = text.casefold()
    joined = (word.replace("-", "") for word in re.findall(r"(?<![^\W_])[^\W_]++(?:-[^\W_]++)++", folded))
    return {*re.findall(r"[^\W_]+", folded), *joined}
