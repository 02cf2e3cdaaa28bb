"""Where the text of a symptom is from: "seen" needs a real line, and a text that no source shows confirms nothing."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.small_rules import SYMPTOM, clause, event, phone_of, rule

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.event import UNPARSED, Event
from lyncphone_logs.matching.matcher import matches
from lyncphone_logs.rules.clause import Clause, Explained
from lyncphone_logs.rules.rule import Rule

CATALOG = read_catalog()


def real_texts() -> Iterator[str]:
    """The real lines among the samples of grammars and rules, those of one sample together."""
    yield from (each.line for grammar in CATALOG.grammars for each in grammar.samples if each.origin != "synthetic")
    for each in (sample for found in CATALOG.rules for sample in found.sample if sample.origin != "synthetic"):
        yield "\n".join(line if isinstance(line, str) else line.line for line in each.lines)


@cache
def real_events() -> tuple[Event, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trace.log"
        found: list[Event] = []
        for text in real_texts():
            path.write_text(f"{text}\n", encoding="utf-8")
            found += [each for each in lp.read_trace(path).events() if each.kind != UNPARSED]
    return tuple(found)


@pytest.mark.parametrize("checked", CATALOG.rules, ids=lambda each: each.code)
def test_a_text_is_called_seen_exactly_if_a_real_line_shows_it(checked: Rule) -> None:
    entries: list[Explained | Clause] = [*checked.explains, *(each for each in checked.clause if each.signature)]
    for entry in entries:
        shown = any(matches(entry, each) for each in real_events())
        assert (entry.signature == "seen") == shown, entry.says


@pytest.mark.parametrize("signature", ["seen", "documented", "synthetic"])
@pytest.mark.parametrize("fault", ["documented", "inferred"])
def test_only_a_sourced_text_with_a_sourced_meaning_confirms(signature: str, fault: str) -> None:
    symptom = {"event": SYMPTOM.kind, "fault": fault, "signature": signature, "source": "t", "says": "s"}
    further = clause(event="time.set", strength="decisive")
    for sets, is_confirmed in ([["explains"]], signature != "synthetic" and fault == "documented"), ([["a"]], True):
        weighed = rule("AAA001", further, explains=[symptom], confirmed_by=sets)
        (found,) = phone_of([SYMPTOM, event("time.set", at=11)], weighed).diagnoses
        assert (found.verdict == "confirmed") == is_confirmed
        assert found.grade == signature
