"""`rules test --mutate`: what a change of a rule is, and that the samples of every rule notice each."""

from dataclasses import replace
from typing import Any

import pytest
from support.small_rules import REJECTED, clause, rule

from lyncphone_logs.authoring.mutation import mutants, survivors
from lyncphone_logs.authoring.rule_samples import check_rule
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
    known = {"fault": "documented", "signature": "seen", "source": "t", "says": "s"}
    shown = [{"event": REJECTED, "where": {"verify_code": code}} | known
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


LOOKUP = "dns.lookup.failed"


def lookup(name: str, at: float) -> SampleEvent:
    return SampleEvent(kind=LOOKUP, fields={"name": name}, at=at)


def shown(at: float) -> SampleEvent:
    return replace(SYMPTOM, at=at)


def phones(*times: str) -> tuple[str, ...]:
    """A failure of a phone at each time."""
    line = "2013-07-09T{}Z phone{} voip_task[1]: CERT     : ERR  - server cert is invalid. ctx->error=7."
    return tuple(line.format(each, number) for number, each in enumerate(times))


HOLDS, FAILS = ("a",), ()
CERTIFICATE = SampleEvent(kind="certificate.inspected", fields={"not_after": "2013-08-01T00:00:00"})
LATER = SampleEvent(kind="certificate.inspected", fields={"not_after": "2014-08-01T00:00:00"})
EARLIER = SampleEvent(kind="certificate.inspected", fields={"not_after": "2012-08-01T00:00:00"})
DATED = "2013-07-09T12:00:00Z 420HD voip_task[440]: CERT     : ERR  - server cert is invalid. ctx->error=7."


@pytest.mark.parametrize(
    ("given", "change", "others", "telling"),
    [
        (
            {"event": LOOKUP, "where": {"name": {"prefix": "a", "suffix": "c"}}},
            "suffix of name",
            [((lookup("abc", 0), shown(9)), HOLDS), ((lookup("b", 0), shown(9)), FAILS)],
            ((lookup("ab", 0), shown(9)), FAILS),
        ),
        (
            {"event": LOOKUP, "where": {"name": {"prefix": "a", "not": {"contains": "b"}}}},
            "not of name",
            [((lookup("ac", 0), shown(9)), HOLDS), ((lookup("c", 0), shown(9)), FAILS)],
            ((lookup("ab", 0), shown(9)), FAILS),
        ),
        (
            {"event": LOOKUP, "count": 2, "distinct": "name"},
            "distinct",
            [((lookup("a", 0), lookup("b", 1), shown(9)), HOLDS), ((lookup("a", 0), shown(9)), FAILS)],
            ((lookup("a", 0), lookup("a", 1), shown(9)), FAILS),
        ),
        (
            {"event": LOOKUP, "before": "symptom", "offset": 5.0, "within": 10.0},
            "offset",
            [((lookup("a", 0), shown(9)), HOLDS), ((lookup("a", 0), shown(20)), FAILS)],
            ((lookup("a", 0), shown(4)), FAILS),
        ),
        (
            {"event": LOOKUP, "then": [{"event": REJECTED, "count": 2}], "within": 10.0},
            "count of step 2",
            [
                ((lookup("a", 0), shown(1), shown(2)), HOLDS),
                ((shown(1), shown(2)), FAILS),
                ((lookup("a", 0), shown(30)), FAILS),
            ],
            ((lookup("a", 0), shown(1)), FAILS),
        ),
        (
            {"event": LOOKUP, "count": 2, "then": [{"event": REJECTED}], "within": 10.0},
            "count",
            [((lookup("a", 0), lookup("a", 1), shown(2)), HOLDS), ((lookup("a", 0), lookup("a", 1), shown(30)), FAILS)],
            ((lookup("a", 0), shown(1)), FAILS),
        ),
        (
            {"event": REJECTED, "where": {"verify_code": {"at_most": 8}}, "phones": 2, "within": 60.0},
            "phones",
            [(phones("12:00:00", "12:00:09"), HOLDS)],
            (phones("12:00:00"), FAILS),
        ),
        (
            {"event": REJECTED, "where": {"verify_code": {"at_most": 8}}, "phones": 2, "within": 60.0},
            "time",
            [(phones("12:00:00", "12:00:09"), HOLDS), (phones("12:00:00"), FAILS)],
            (phones("12:00:00", "12:01:09"), FAILS),
        ),
        (
            {
                "event": "certificate.inspected",
                "where": {"not_after": {"days_from": "trace", "at_least": 0, "at_most": 30}},
            },
            "at_most of not_after",
            [((DATED, CERTIFICATE), HOLDS), ((DATED, EARLIER), FAILS)],
            ((DATED, LATER), FAILS),
        ),
        (
            {
                "event": "certificate.inspected",
                "where": {"not_after": {"days_from": "trace", "at_least": 0, "at_most": 30}},
            },
            "at_least of not_after",
            [((DATED, CERTIFICATE), HOLDS), ((DATED, LATER), FAILS)],
            ((DATED, EARLIER), FAILS),
        ),
        (
            {"event": REJECTED, "where": {"message": {"not": {"contains": "expired"}}}, "strength": "weak"},
            "not of message",
            [((DATED,), HOLDS)],
            ((DATED.replace("is invalid.", "is invalid: expired."),), FAILS),
        ),
    ],
)
def test_a_sample_that_tells_notices_each_new_change(
    given: dict[str, Any], change: str, others: list[Any], telling: tuple[Any, Any]
) -> None:
    def sample(parts: tuple[Any, ...], holds: tuple[str, ...]) -> RuleSample:
        lines = tuple(each for each in parts if isinstance(each, str))
        events = tuple(each for each in parts if not isinstance(each, str))
        return RuleSample(kind="positive", says="p", lines=lines, events=events, holds=holds)

    checked = rule("AAA001", clause(**given))
    without = sampled(checked, *(sample(*each) for each in others))
    told = f"no sample notices: clause a without {change}"
    assert list(check_rule(without, [without], GRAMMARS)) == []
    assert told in left(without)
    complete = sampled(checked, *without.sample, sample(*telling))
    assert list(check_rule(complete, [complete], GRAMMARS)) == []
    assert told not in left(complete)


@pytest.mark.slow
def test_the_samples_of_every_rule_notice_every_change(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["rules", "test", "--mutate"])
    assert (code, capsys.readouterr().out.split("\n")[:-2]) == (0, [])
