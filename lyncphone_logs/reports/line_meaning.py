"""Prints what a pasted line of a trace means: which grammar reads it, its event, its codes, and the possible causes."""

from collections.abc import Sequence

from lyncphone_logs.events import codes, pasted
from lyncphone_logs.events.codes import CodeEntry
from lyncphone_logs.events.event import MESSAGE, UNPARSED, Event
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.grammar.grammar import Grammar, ParsedLine
from lyncphone_logs.matching.matcher import matches
from lyncphone_logs.parsing.enveloped import unwrapped
from lyncphone_logs.reports.code_lookup import print_entries, rule_line
from lyncphone_logs.reports.page import Page
from lyncphone_logs.rules.rule import Rule

MAX_LINES = 20
"""Lines of a pasted text that are explained."""


def readings(text: str, grammars: Sequence[Grammar]) -> list[tuple[str, Grammar, ParsedLine]]:
    """The lines of a text with the first grammar that reads a message in each, or else its header."""
    found = []
    grammars = tuple(grammars)
    for line in [line for line in text.split("\n") if line.strip()][:MAX_LINES]:
        device_text = unwrapped(line, grammars).text
        read = [(grammar, parsed) for grammar in grammars if (parsed := grammar.read(device_text))]
        read.sort(key=lambda each: each[1].kind in (MESSAGE, UNPARSED))
        found += [(line, *read[0])] if read else []
    return found


def render_readings(
    read: Sequence[tuple[str, Grammar, ParsedLine]], rules: Sequence[Rule], *, color: bool, width: int | None
) -> str:
    """The meaning of each line, without a final line end; each code is explained once, after the lines."""
    page = Page(color=color, width=width)
    meant: dict[CodeEntry, None] = {}
    for line, grammar, parsed in read:
        event = Event(id="", kind=parsed.kind, source="", fields=parsed.fields)
        _line(page, line, grammar, event)
        causes = [rule for rule in rules if any(matches(each, event) is True for each in rule.explains)]
        page.labelled("causes", *map(rule_line, causes))
        page.blank()
        found = pasted.in_context(line) if event.kind != UNPARSED else ()
        meant |= dict.fromkeys([*codes.of_event(event), *found] or pasted.find(parsed.header.get("message", line)))
    print_entries(page, tuple(meant), rules)
    return page.text()


def _line(page: Page, line: str, grammar: Grammar, event: Event) -> None:
    page.prose(line, style="strong")
    page.labelled("read by", f"{grammar.name} ({grammar.vendor})")
    if event.kind in (MESSAGE, UNPARSED):
        page.labelled("means", "no grammar reads this message")
        return
    page.labelled("event", event.kind)
    page.labelled("means", kinds()[event.kind].meaning)
    page.labelled("fields", *(f"{name} {value}" for name, value in event.fields.items()))
