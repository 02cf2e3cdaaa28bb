"""Tests that can never hold are refused when a rule is loaded, with what is wrong."""

from typing import Any

import pytest
from support.small_rules import REJECTED, clause, rule

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.vocabulary import field_of
from lyncphone_logs.rules.condition import EventPattern
from lyncphone_logs.rules.impossible import never_meets
from lyncphone_logs.rules.loader import _known_keys
from lyncphone_logs.validation import InvalidContent, validate

LOOKUP, CHAIN, CERTIFICATE, LEASE = (
    "dns.lookup.failed",
    "certificate.chain",
    "certificate.inspected",
    "dhcp.lease.obtained",
)
DATE = {"days_from": "trace", "at_most": 30}
UNLIKE_SYMPTOM: dict[str, Any] = {"hostname": {"compared": "!= symptom.hostname"}}


def pattern(event: str, **where: Any) -> EventPattern:
    return validate(EventPattern, {"event": event, "where": where})


@pytest.mark.parametrize(
    ("event", "where", "complaint"),
    [
        ("sip.register.ended", {"line": 1}, "line of sip.register.ended: is text but is compared with a number"),
        (REJECTED, {"verify_code": "7"}, "is integer but is compared with text"),
        (REJECTED, {"verify_code": True}, "is integer but is compared with true or false"),
        (CHAIN, {"complete": "yes"}, "is boolean but is compared with text"),
        (CHAIN, {"sha2": "si"}, "never is 'si': yes, no, unknown"),
        (CHAIN, {"sha2": []}, "no value is one of an empty list"),
        (CERTIFICATE, {"not_after": "2030-01-01"}, "a time equals no value"),
        (CHAIN, {"sha2": {"suffix": "yesyes"}}, "none of its values passes"),
        (CHAIN, {"sha2": {"prefix": "sha"}}, "none of its values passes"),
        (CHAIN, {"sha2": {"regex": "^sha"}}, "none of its values passes"),
        (CHAIN, {"sha2": {"none_of": ["yes", "No", "UNKNOWN"]}}, "none of its values passes"),
        (CHAIN, {"sha2": {"not": {"regex": "."}}}, "none of its values passes"),
        (CHAIN, {"complete": {"none_of": [True, False]}}, "none_of excludes both"),
        (CHAIN, {"complete": {"contains": "t"}}, "contains never holds, because it is boolean"),
        (CHAIN, {"severity": {"suffix": "xyz"}}, "certificate.chain is not from a line, so it has no severity"),
        (LOOKUP, {"severity": "error"}, "never is 'error': emerg"),
        (LOOKUP, {"severity": {"suffix": "emergency"}}, "none of its values passes"),
        (LOOKUP, {"source_line": {"cidr": ["10.0.0.0/8"]}}, "cidr never holds, because it is integer"),
        (LOOKUP, {"mesage": "x"}, "did you mean 'message'?"),
        (LOOKUP, {"name": {"at_least": 1}}, "at_least never holds, because it is text"),
        (CERTIFICATE, {"not_after": {"at_most": 30}}, "at_least and at_most of a time need days_from"),
        (CERTIFICATE, {"not_after": {"version": "<3.0"}}, "version never holds, because it is time"),
        (CERTIFICATE, {"not_after": {"cidr": ["10.0.0.0/8"]}}, "cidr never holds"),
        (CERTIFICATE, {"not_after": {"prefix": "x"}}, "prefix never holds"),
        (CERTIFICATE, {"not_after": {"not": {"suffix": "x"}}}, "not has no effect: suffix never holds"),
        (CERTIFICATE, {"subject": DATE}, "at_most never holds, because it is text"),
        (CERTIFICATE, {"not_after": {"days_from": "trace"}}, "days_from needs at_least or at_most"),
        (CERTIFICATE, {"not_after": DATE | {"present": True}}, "permits no other test"),
        (CERTIFICATE, {"not_after": {"days_from": "trace", "at_least": 9, "at_most": 8}}, "no number meets both"),
        (CERTIFICATE, {"not_after": {"days_from": "trace", "at_least": 8.2, "at_most": 8.9}}, "no number meets both"),
        (REJECTED, {"verify_code": {"at_least": 5.0, "at_most": 4.0}}, "no number meets both"),
        (REJECTED, {"verify_code": {"at_least": 5, "not": {"at_least": 4}}}, "not excludes all"),
        (LOOKUP, {"name": {"suffix": "a.example", "not": {"suffix": "EXAMPLE"}}}, "not excludes all"),
        (LOOKUP, {"name": {"prefix": "sip.a", "not": {"contains": "p."}}}, "not excludes all"),
        (LOOKUP, {"name": {"not": {"not": {"suffix": "x"}}}}, "state the opposite test"),
        (LOOKUP, {"name": {"not": {}}}, "an empty condition tests nothing"),
        (LEASE, {"address": {"cidr": ["10.1.0.0/16"], "outside": ["10.0.0.0/8"]}}, "all networks of cidr"),
        (LEASE, {"address": {"cidr": ["10.1.0.0/16"], "not": {"cidr": ["10.0.0.0/8"]}}}, "not excludes all"),
        ("device.started", {"version": {"version": "<0.0"}}, "no version is <0.0"),
    ],
)  # fmt: skip
def test_a_test_that_never_holds_is_refused(event: str, where: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidContent) as refused:
        pattern(event, **where)
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("event", "where"),
    [
        (CHAIN, {"sha2": {"suffix": "S"}}),
        (CHAIN, {"sha2": {"not": {"suffix": "s"}}}),
        (CHAIN, {"complete": {"none_of": [True]}}),
        (LOOKUP, {"severity": ["err", "crit"], "component": {"prefix": "CERT"}, "message": {"contains": "x"}}),
        (LOOKUP, {"name": {"suffix": "example", "not": {"suffix": "a.example"}}}),
        (LEASE, {"address": {"cidr": ["10.0.0.0/8"], "outside": ["10.1.0.0/16"]}}),
        (REJECTED, {"verify_code": {"at_least": 5, "not": {"at_least": 9}}}),
        (CERTIFICATE, {"not_after": DATE}),
        ("device.started", {"version": {"version": "<=0"}}),
        ("display.message", {"text": {"contains": "x"}}),
    ],
)
def test_a_test_that_may_hold_is_not(event: str, where: dict[str, Any]) -> None:
    assert pattern(event, **where).where.keys() == where.keys()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"event": LEASE, "after": "symptom", "offset": 9, "within": 9}, "offset must be less than within"),
        ({"event": LEASE, "offset": 9}, "offset needs before or after"),
        ({"event": LEASE, "after": "symptom", "offset": 9, "within": 10, "count": 2}, "and one event"),
        ({"event": LEASE, "count": 1001}, "less than or equal to 1000"),
        ({"event": LEASE, "count": 2, "once_per": "boot", "same": "boot"}, "once_per never counts more than one"),
        ({"event": LEASE, "count": 2, "once_per": "boot", "same": "handshake"}, "once_per never counts"),
        ({"event": LEASE, "distinct": "address"}, "distinct needs count"),
        ({"event": LEASE, "distinct": "adress", "count": 2}, "did you mean 'address'?"),
        ({"event": LEASE, "distinct": "address", "count": 2, "where": {"address": "10.1.1.1"}}, "at most 1 different"),
        (
            {"event": LEASE, "distinct": "address", "count": 3, "where": {"address": ["10.1.1.1", "10.1.1.2"]}},
            "at most 2 different values here, so 3 are never seen",
        ),
        ({"event": LEASE, "distinct": "severity", "count": 9}, "at most 8 different"),
        ({"event": CHAIN, "distinct": "complete", "count": 3}, "at most 2 different"),
        (
            {"event": CHAIN, "distinct": "sha2", "count": 3, "where": {"sha2": {"not": {"prefix": "u"}}}},
            "at most 2 different",
        ),
        ({"event": LEASE, "distinct": "address", "count": 2, "by": "address"}, "nor be the field of by"),
        ({"event": LEASE, "then": [{"event": LOOKUP}] * 3, "within_events": 2}, "is too few for the steps"),
        ({"event": LEASE, "then": [{"event": LOOKUP, "count": 64}], "within": 9}, "at most 64 events"),
        ({"event": LEASE, "phones": 5}, "and needs within"),
        ({"event": LEASE, "phones": 1, "within": 60}, "phones is at least 2"),
        ({"event": CHAIN, "phones": 2, "within": 60}, "phones needs events of the trace"),
        ({"event": LEASE, "phones": 2, "within": 60, "same": "boot"}, "phones cannot be combined with"),
        ({"event": LEASE, "phones": 2, "within": 60, "count": 2}, "count and phones cannot be combined"),
        ({"event": LOOKUP, "where": {"message": {"contains": "x"}}, "strength": "strong"}, "at most moderate"),
        ({"event": "log.message", "strength": "decisive"}, "at most moderate"),
        ({"event": "log.message", "role": "rules_out", "strength": "weak"}, "cannot rule out"),
        ({"event": CERTIFICATE, "where": {"not_after": DATE}, "count": 2}, "days_from needs a clause about one event"),
        (
            {"event": CERTIFICATE, "where": {"not_after": {"days_from": "b", "at_most": 1}}},
            "refers to 'b', which is no clause",
        ),
        *(
            ({"event": LEASE, "where": UNLIKE_SYMPTOM, **form}, "compared needs events that are only counted")
            for form in (
                {"count": 2, "within": 60.0}, {"count": 2, "by": "address"}, {"count": 2, "distinct": "address"},
                {"count": 2, "once_per": "boot"}, {"then": [{"event": LOOKUP}], "within": 60.0},
                {"first_of": [{"event": LOOKUP}]}, {"absent": True, "after": "symptom", "within": 60.0},
            )
        ),
        (
            {"event": LOOKUP, "within": 9.0, "then": [{"event": LEASE, "where": UNLIKE_SYMPTOM}]},
            "compared needs events that are only counted",
        ),
        ({"event": LOOKUP, "where": {"name": {"compared": "= symptom.bogus"}}}, "has no field 'bogus'"),
        ({"event": LOOKUP, "where": {"name": {"compared": "= symptom.verify_code"}}}, "is text but verify_code is"),
    ],
)  # fmt: skip
def test_a_clause_that_never_holds_is_refused(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidContent) as refused:
        rule("AAA001", clause(**given))
    assert complaint in str(refused.value)


@pytest.mark.parametrize("place", ["explains", "verify"])
def test_the_symptom_and_the_line_of_success_are_not_compared(place: str) -> None:
    pattern = {"event": LOOKUP, "where": {"name": {"compared": "= a.name"}}, "says": "s"}
    shown = [pattern | {"fault": "documented", "signature": "seen", "source": "s"}]
    given: dict[str, Any] = {place: shown if place == "explains" else pattern}
    with pytest.raises(InvalidContent, match="compared is permitted in the event of a clause only"):
        rule("AAA001", clause(event=LOOKUP), **given)


WORDS: dict[str, Any] = {"event": "log.message", "where": {"message": {"contains": "x"}}, "strength": "weak"}


def test_words_of_a_line_alone_confirm_nothing() -> None:
    words, lease = clause(**WORDS), clause(id="b", event=LEASE)
    with pytest.raises(InvalidContent, match="words of a line alone cannot confirm"):
        rule("AAA001", words, lease, confirmed_by=[["b"], ["a"]])
    assert rule("AAA001", words, lease, confirmed_by=[["a", "b"], ["a", "explains"]]).confirmed_by
    both = clause(id="c", any=["a", "b"])
    with pytest.raises(InvalidContent, match="clause c rests on words of a line"):
        rule("AAA001", words, lease, both)
    assert rule("AAA001", words, lease, clause(id="c", all=["a", "b"])).clause[2].strength == "strong"


def test_words_of_a_line_are_no_fact() -> None:
    shown = [
        {
            "event": "log.message",
            "where": {"text": {"contains": "x"}},
            "fault": "documented",
            "signature": "seen",
            "source": "t",
            "says": "s",
        }
    ]
    with pytest.raises(InvalidContent, match="words of a line are no fact"):
        rule("AAA001", explains=shown, is_fact=True)
    with pytest.raises(InvalidContent, match="words of a line alone cannot confirm"):
        rule("AAA001", explains=shown, confirmed_by=[["explains"]])


def test_dates_are_compared_in_clauses_only() -> None:
    shown = [
        {
            "event": CERTIFICATE,
            "where": {"not_after": DATE},
            "fault": "documented",
            "signature": "seen",
            "source": "t",
            "says": "s",
        }
    ]
    with pytest.raises(InvalidContent, match="in the event of a clause only"):
        rule("AAA001", explains=shown)


def test_no_test_of_the_rules_of_the_package_is_impossible() -> None:
    patterns = [each for rule in read_catalog().rules for each in rule.patterns]
    tests = [
        (field_of(kind, name), test) for each in patterns for kind in each.kinds for name, test in each.where.items()
    ]
    assert len(tests) > 300
    assert [never for field, test in tests if field and (never := never_meets(field, test))] == []


def test_an_unknown_key_of_a_step_is_refused_with_the_keys_of_a_step() -> None:
    assert _known_keys(["clause", "0", "then", "0", "cuont"]) == ["count", "event", "where"]
    assert "not" in _known_keys(["clause", "0", "where", "name", "Condition", "nott"])
