"""The rule index: built once for the same rules, and without any trace of the runs that used it."""

from collections.abc import Sequence
from typing import Any

import pytest
from support.keyed import keyed
from support.small_rules import REJECTED, SYMPTOM, clause, event, rule

from lyncphone_logs.diagnosis.engine import diagnose_phones, explain
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching import rule_index
from lyncphone_logs.matching.rule_index import MAX_INDEXES, MAX_NEAR_MISSES, RuleIndex, RuleMatcher, index_of
from lyncphone_logs.rules.rule import Rule

LEASE, DISCOVER, REGISTERED = "dhcp.lease.obtained", "dhcp.discover.sent", "sip.register.succeeded"
LEASE_CLAUSE = clause(event=LEASE, where={"address": {"prefix": "10."}}, before="symptom", within=5.0)
RULES = (rule("AAA001", LEASE_CLAUSE), rule("AAA002", LEASE_CLAUSE, clause(id="b", event=DISCOVER, count=2)))
TRACES = {
    "near miss": [event(LEASE, at=8, address="192.0.2.1"), event(REJECTED, at=9, verify_code=1)],
    "holds": [event(LEASE, at=8, address="10.1.2.3"), SYMPTOM],
    "refuted": [event(LEASE, at=8, address="192.0.2.9"), SYMPTOM],
    "verified": [SYMPTOM, event(REGISTERED, at=20)],
    "nothing": [event(DISCOVER)],
}


def found(events: Sequence[Event], rules: Sequence[Rule], verified: Sequence[str] = ()) -> tuple[Any, ...]:
    diagnosed = diagnose_phones(keyed(events), [], rules, {}, verified=verified)
    return diagnosed, [explain(keyed(events), [], rules, {}, each) for each in rules]


def test_the_index_of_the_same_rules_is_built_once() -> None:
    index = index_of(RULES)
    assert index_of(list(RULES)) is index
    assert index_of(RULES, ["AAA001"]) is not index
    assert index_of(RULES[:1]) is not index
    assert index_of((rule("AAA001", LEASE_CLAUSE), RULES[1])) is not index


def test_only_the_latest_indexes_are_cached() -> None:
    first = index_of(RULES)
    others = [rule(f"BBB{number:03}") for number in range(MAX_INDEXES)]
    for each in others[:-1]:
        index_of([each])
    assert index_of(RULES) is first
    for each in others:
        index_of([each])
    assert len(rule_index._indexes) == MAX_INDEXES
    assert index_of(RULES) is not first


@pytest.mark.parametrize("verified", [(), ("AAA001",)])
def test_runs_that_share_an_index_give_the_findings_of_runs_of_their_own(verified: tuple[str, ...]) -> None:
    shared = {}
    for name in (*TRACES, *reversed(TRACES)):
        shared[name] = found(TRACES[name], RULES, verified)
    for name, events in TRACES.items():
        rule_index._indexes.clear()
        assert found(events, RULES, verified) == shared[name], name


def test_a_near_miss_of_one_run_is_not_that_of_the_next() -> None:
    (missed,) = explain(keyed(TRACES["near miss"]), [], RULES, {}, RULES[0])
    assert missed.nearest is not None
    assert missed.nearest.fields["verify_code"] == 1
    (other,) = explain(keyed(TRACES["nothing"]), [], RULES, {}, RULES[0])
    assert other.nearest is None


def test_near_misses_are_distinct_for_the_rules_and_bounded() -> None:
    matcher = RuleMatcher(RuleIndex([rule(f"AAA{code:03}", verify_code=code) for code in range(100)]))
    for _ in range(2):
        for code in range(100, 200):
            matcher.match(event(REJECTED, verify_code=code))
    assert len(matcher._seen[REJECTED]) == 1
    for code in range(100):
        matcher.match(event(REJECTED, verify_code=code))
    assert len(matcher._seen[REJECTED]) == MAX_NEAR_MISSES


def test_cached_matches_and_results_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_index, "MAX_CACHED_VALUES", 8)
    index = RuleIndex([rule(f"AAA{code:03}", verify_code=code) for code in range(50)])
    matcher = RuleMatcher(index)
    for code in range(60):
        assert matcher.match(event(REJECTED, verify_code=code)) == index.match(event(REJECTED, verify_code=code))
        assert len(matcher._matches) <= 8
        assert all(len(results) <= 8 for _, results in matcher._results[REJECTED])
