"""`rules test --mutate`: what a change of a rule is, and that the samples of every rule notice each."""

from dataclasses import replace
from typing import Any

import pytest
from support.small_rules import REJECTED, clause, rule

from lyncphone_logs.authoring.mutation import mutants, survivors
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import run
from lyncphone_logs.rules.rule import Rule, RuleSample, SampleEvent

GRAMMARS = read_catalog().grammars
SYMPTOM = SampleEvent(kind=REJECTED, fields={"verify_code": 7})
LEASE = SampleEvent(kind="dhcp.lease.obtained", fields={"address": "192.0.2.1"})
OTHER = SampleEvent(kind="dhcp.lease.obtained", fields={"address": "198.51.100.1"})
ASKED: dict[str, Any] = {"event": LEASE.kind, "where": {"address": "192.0.2.1"}}


def sampled(checked: Rule, *samples: RuleSample) -> Rule:
    return replace(checked, sample=samples)


def positive(*events: SampleEvent, holds: tuple[str, ...] | None = None) -> RuleSample:
    return RuleSample(kind="positive", says="p", events=events, holds=holds)


def left(checked: Rule) -> list[str]:
    return list(survivors(checked, [checked], GRAMMARS))


def test_the_changes_of_a_rule() -> None:
    shown = [{"event": REJECTED, "where": {"verify_code": code}} | {"basis": "seen", "source": "t", "says": "s"}
             for code in (7, 9)]  # fmt: skip
    part = clause(id="part", role="part", event="dhcp.discover.sent")
    checked = rule("AAA001", part, clause(any=["part"]), clause(id="b", **ASKED), explains=shown)
    assert [change for change, _ in mutants(checked)] == [
        "explains entry 1 dropped",
        "explains entry 2 dropped",
        "clause part negated",
        "clause a dropped",
        "clause a negated",
        "clause b dropped",
        "clause b negated",
        "clause b loosened",
    ]


@pytest.mark.parametrize(
    ("given", "looser"),
    [
        (ASKED, {"where": {}}),
        ({"event": LEASE.kind, "count": 3, "within": 60.0}, {"count": 1, "within": None}),
        ({"event": LEASE.kind, "before": "symptom", "within": 60.0}, {"within": 600.0}),
        ({"event": LEASE.kind, "same": "handshake"}, {"same": "boot"}),
    ],
)
def test_what_is_loosened(given: dict[str, Any], looser: dict[str, Any]) -> None:
    changed = dict(mutants(rule("AAA001", clause(**given))))["clause a loosened"]
    assert {name: getattr(changed.clause[0], name) for name in looser} == looser


def test_samples_that_say_what_holds_notice_every_change() -> None:
    checked = rule("AAA001", clause(**ASKED))
    assert left(sampled(checked, positive(LEASE, SYMPTOM, holds=("a",)), positive(OTHER, SYMPTOM, holds=()))) == []


def test_a_clause_that_no_sample_shows_is_told() -> None:
    checked = rule("AAA001", clause(**ASKED))
    assert left(sampled(checked, positive(SYMPTOM))) == [
        "no sample notices: clause a dropped",
        "no sample notices: clause a negated",
        "no sample notices: clause a loosened",
    ]


def test_a_line_must_act_as_its_role_says() -> None:
    checked = rule("AAA001", clause(event=LEASE.kind, role="supports"), clause(id="b", **ASKED, role="contradicts"))
    assert [each for each in left(sampled(checked, positive(LEASE, SYMPTOM))) if "line" in each] == []
    requiring = rule("AAA001", clause(event=LEASE.kind, role="requires"))
    assert [each for each in left(sampled(requiring, positive(LEASE, SYMPTOM))) if "line" in each] == []


@pytest.mark.slow
def test_the_samples_of_every_rule_notice_every_change(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["rules", "test", "--mutate"])
    assert (code, capsys.readouterr().out.split("\n")[:-2]) == (0, [])
