"""Prints what `explain x509:20` shows: the meaning of an error number, and the rules that use it."""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby

from lyncphone_logs.events.codes import TABLES, Citation, CodeEntry, look_up, range_around
from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.evidence.models import Maker
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.matching.matcher import matches
from lyncphone_logs.reports.page import Page
from lyncphone_logs.rules.condition import EventPattern
from lyncphone_logs.rules.rule import Rule

RANGE = "IDs of this server component; no cited source documents this ID"
LOGGED = {"x509", "alert", "sip", "ms", "step", "q850", "openssl"}
"""Tables whose texts are printed by programs. Those of the others are further names."""
STEP_KINDS = {
    "certificate-service": ("sign_in.web_ticket.address_invalid", "sign_in.root_certificate.download_failed"),
    "provisioning": ("provisioning.",),
    "btoe": ("btoe.",),
}
"""For steps of the sign-in that are no stage of a rule: beginnings of the event kinds that show a fault of the step."""


def render_entries(entries: Iterable[CodeEntry], rules: Sequence[Rule], *, color: bool, width: int | None) -> str:
    """The entries as text, without a final line end, each number with the rules that use it.

    `width` in columns; if None, nothing is wrapped.
    """
    page = Page(color=color, width=width)
    print_entries(page, tuple(entries), rules)
    return page.text()


def print_entries(page: Page, entries: Sequence[CodeEntry], rules: Sequence[Rule]) -> None:
    """Print the entries, each number with the rules that use it."""
    for word, meanings in groupby(entries, key=lambda entry: entry.word):
        meant = tuple(meanings)
        page.prose(f"{word} · {TABLES[meant[0].table].title}", style="strong")
        for entry in meant:
            _meaning(page, entry)
        _rules(page, meant, rules)
        page.labelled("read", *map(_source, dict.fromkeys(source for entry in meant for source in entry.sources)))
        page.blank()


def render_choice(asked: str, entries: Sequence[CodeEntry], *, color: bool, width: int | None) -> str:
    """The meanings of a word that several tables have, one line each, and how to ask for one of them."""
    page = Page(color=color, width=width)
    named: dict[str, list[CodeEntry]] = {}
    for entry in entries:
        named.setdefault(entry.word, []).append(entry)
    page.prose(f"{asked} has {len(named)} meanings:", style="strong")
    for word, meant in named.items():
        page.prose(f"{word}  {TABLES[meant[0].table].title}: {' or '.join(_names(meant))}", indent=2, hang=4)
    page.blank()
    page.line(command_for(entries[0].word))
    return page.text()


def render_models(
    asked: str, makers: Iterable[Maker], grammars: Sequence[Grammar], *, color: bool, width: int | None
) -> str:
    """The makers of a model, and the grammars that read their phones, without a final line end."""
    page = Page(color=color, width=width)
    for maker in makers:
        reading = [grammar for grammar in grammars if grammar.vendor == maker.vendor]
        abouts = [" ".join([f"{each.name}:", *each.about.split("\n")[:1]]) for each in reading]
        page.prose(f"{asked} · phone of {maker.vendor}", style="strong")
        page.labelled("read by", *(abouts or ["no grammar reads its traces"]))
        page.labelled("models", ", ".join(maker.names))
        page.labelled("read", maker.source)
        page.blank()
    page.line("Next: lyncphone-logs grammars list")
    return page.text()


def command_for(word: str) -> str:
    """The line that names the command which explains a word."""
    return f"Next: lyncphone-logs explain {word if ' ' not in word else json.dumps(word)}"


def _names(meant: Iterable[CodeEntry]) -> list[str]:
    return list(dict.fromkeys(entry.name for entry in meant))


def _meaning(page: Page, entry: CodeEntry) -> None:
    page.labelled("name", *([] if entry.word.endswith(f":{entry.name}") else [entry.name]))
    texts = entry.texts if entry.table in LOGGED else [", ".join(entry.texts)] * bool(entry.texts)
    page.labelled("log texts" if entry.table in LOGGED else "also called", *texts)
    page.labelled(TABLES[entry.table].scope, *filter(None, [entry.scope]))
    page.labelled("applies to", *filter(None, [entry.versions]))
    page.labelled("means", *filter(None, [entry.meaning or (RANGE if entry.last > entry.number else "")]))
    page.labelled("cause", *([f"{entry.cause} ({entry.basis})"] if entry.cause else []))
    page.labelled("next", *filter(None, [entry.next]))
    if around := range_around(entry):
        page.labelled("part of", f"{around.word} {around.name}")
    page.labelled("see also", *map(_named, entry.see))
    page.blank()


def _named(word: str) -> str:
    """A word with its name, or with all names if a number has several meanings."""
    names = dict.fromkeys(entry.name for entry in look_up(word) if not word.endswith(f":{entry.name}"))
    return " ".join([word, " or ".join(names)]).strip()


def _rules(page: Page, meant: Sequence[CodeEntry], rules: Sequence[Rule]) -> None:
    stage = meant[0].name if meant[0].table == "step" else ""
    explaining = [rule for rule in rules if _is_of_step(rule, stage) or uses_entry(rule.explains, meant)]
    further = [rule for rule in rules if rule not in explaining and uses_entry(rule.clause, meant)]
    page.labelled("diagnoses", *map(rule_line, explaining))
    page.labelled("evidence in", *map(rule_line, further))
    if not explaining and not further and meant[0].table in LOGGED - {"openssl"}:
        page.labelled("diagnoses", "no rule uses it yet")


def _is_of_step(rule: Rule, step: str) -> bool:
    """Whether a rule is about a step of the sign-in: by its stage, or by a symptom that only this step has."""
    shown = STEP_KINDS.get(step, ())
    return rule.stage == step or any(kind.startswith(shown) for each in rule.explains for kind in each.kinds if shown)


def rule_line(rule: Rule) -> str:
    """Code, name and title of a rule."""
    return f"{rule.code} {rule.name}: {rule.title}"


def uses_entry(patterns: Iterable[EventPattern], meant: Sequence[CodeEntry]) -> bool:
    """Whether a pattern tests a field for the number or the text of an entry."""
    return any(_tests(pattern, entry) for pattern in patterns for entry in meant)


def _tests(pattern: EventPattern, entry: CodeEntry) -> bool:
    table = TABLES[entry.table]
    kind = next((kind for kind in pattern.kinds if kind.startswith(table.kind)), "")
    values: dict[str, tuple[Value, ...]] = {
        entry.number_field: (entry.number,),
        table.text_field: (entry.name, entry.name.replace("_", " "), *entry.texts),
    }
    tested = [(field, value) for field, known in values.items() if kind and field in pattern.where for value in known]
    return any(_passes(pattern, kind, field, value) for field, value in tested)


def _passes(pattern: EventPattern, kind: str, field: str, value: Value) -> bool:
    alone = EventPattern(event=kind, where={field: pattern.where[field]})
    return matches(alone, Event(id="", kind=kind, source="", fields={field: value})) is True


def _source(source: Citation) -> str:
    return " ".join(filter(None, [source.title, source.url]))
