"""The examples of docs/rules.md load and pass `rules lint`; each can hold, be refuted and stay undecided."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, timedelta
from typing import Any

import pytest
from support.keyed import keyed
from support.paths import ROOT
from support.small_rules import REJECTED, START, event, rule, term_of

from lyncphone_logs.authoring.lint import _clause, _pattern
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import LINE_FIELDS
from lyncphone_logs.reports.explanation import render_rule
from lyncphone_logs.rules.condition import Condition

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?s)```toml\n(.*?)```", PAGE)
CLAUSES: dict[str, dict[str, Any]] = {each["id"]: each for block in BLOCKS for each in tomllib.loads(block)["clause"]}
LEASE, LOOKUP, FAILED = "dhcp.lease.obtained", "dns.lookup.failed", "sip.register.failed"


def symptom(host: str = "phone0") -> Event:
    return event(REJECTED, at=0, verify_code=7)._replace(
        id=f"symptom {host}", hostname=host, time_quality="exact", time_utc=START, received=START
    )


def at(kind: str, seconds: float, **fields: Any) -> Event:
    return event(kind, at=seconds, **fields)._replace(hostname="phone0")


def line(message: str, severity: str = "err", component: str | None = "SIP") -> Event:
    return at("log.message", 1)._replace(message=message, severity=severity, component=component, id=message)


def names(*values: str) -> list[Event]:
    return [at(LOOKUP, number, name=value) for number, value in enumerate(values, 1)]


def until(days: int) -> list[Event]:
    return [
        event("certificate.inspected", at=None, not_after=(START + timedelta(days=days, hours=1)).replace(tzinfo=UTC))
    ]


def failures(*seconds: float, of: int = 6) -> list[Event]:
    found = [symptom(f"phone{number}") for number in range(of)]
    for number, moment in enumerate(seconds):
        each = event(FAILED, at=moment)._replace(id=f"failed {number}", hostname=f"phone{number}")
        found.append(each._replace(received=START + timedelta(seconds=moment)))
    return found


EXAMPLES: list[tuple[str, Sequence[Event], str]] = [
    ("no-route", [line("connect: No route to host")], "holds"),
    ("no-route", [line("connect: No route to host", "info")], "refuted"),
    ("no-route", [line("connect: No route to host", component=None)], "undecidable"),
    ("foreign-name", names("sip.fabrikam.com"), "holds"),
    ("foreign-name", names("sip.contoso.com"), "refuted"),
    ("foreign-name", [at(LOOKUP, 1)], "undecidable"),
    ("many-names", names("a", "b", "c", "d"), "holds"),
    ("many-names", names("a", "b", "c", "C", "c"), "refuted"),
    ("many-names", [*names("a", "b", "c"), at(LOOKUP, 9)], "undecidable"),
    ("timer-expired", [at(FAILED, 32)], "holds"),
    ("timer-expired", [at(FAILED, 20)], "refuted"),
    ("timer-expired", [], "undecidable"),
    ("lease-then-misses", [at(LEASE, 0.5), *names("a", "a", "a")], "holds"),
    ("lease-then-misses", [at(LEASE, 0.5), *names("a", "a")], "refuted"),
    ("lease-then-misses", [], "undecidable"),
    ("ends-soon", until(30), "holds"),
    ("ends-soon", until(31), "refuted"),
    ("ends-soon", [], "undecidable"),
    ("others-too", failures(1, 2, 3, 4, 61), "holds"),
    ("others-too", failures(1, 2, 3, 4), "undecidable"),
    ("others-too", failures(1, 2, 3, 4, 62), "refuted"),
    ("others-too", failures(1, of=1), "undecidable"),
]


def test_each_example_has_a_trace_for_each_value() -> None:
    assert len(CLAUSES) == len(BLOCKS) > 6
    assert {(name, state) for name, _, state in EXAMPLES} == {
        (name, state) for name in CLAUSES for state in ("holds", "refuted", "undecidable")
    }


@pytest.mark.parametrize(("name", "events", "expected"), EXAMPLES)
def test_an_example_of_the_page(name: str, events: Sequence[Event], expected: str) -> None:
    facts = [each for each in events if each.family == "certificate"]
    seen = [each for each in events if each not in facts]
    hosts = {each.hostname for each in seen if each.kind == REJECTED}
    trace = [*([] if hosts else [symptom()]), *seen]
    phones, _ = diagnose_phones(keyed(trace), facts, [rule("AAA001", CLAUSES[name])], {}, are_phones=True)
    term = term_of(phones[0].diagnoses[0], name)
    assert term.state == expected
    assert bool(term.reason) is (expected == "undecidable")


@pytest.mark.parametrize("name", CLAUSES)
def test_an_example_passes_lint_and_is_said_in_words(name: str) -> None:
    checked = rule("AAA001", CLAUSES[name])
    (clause,) = checked.clause
    produced = {kind for grammar in read_catalog().grammars for kind, _ in grammar.messages} | {"log.message"}
    assert [says for step in clause.steps for _, says in _pattern(step, (), produced)] == []
    assert list(_clause(clause, checked)) == []
    assert name in render_rule(checked, color=False, width=None)


def test_the_page_names_every_part_of_the_line_and_every_key() -> None:
    keys = [each.name.removesuffix("_") for each in fields(Condition)]
    assert [name for name in LINE_FIELDS if f"`{name}`" not in PAGE] == []
    assert [name for name in keys if f"{{ {name} = " not in PAGE and f", {name} = " not in PAGE] == []
