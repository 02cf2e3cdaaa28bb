"""The rule engine with small rules: three values, scopes, shares, verdicts."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from support.keyed import keyed
from support.small_rules import REJECTED, SYMPTOM, clause, event, phone_of, rule, state, term_of

import lyncphone_logs
from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.diagnosis.fact_weights import FACTOR
from lyncphone_logs.diagnosis.ranking import CONSEQUENCE, OTHER_CAUSE, PRIOR
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.rule_index import RuleIndex, RuleMatcher
from lyncphone_logs.matching.symptom_state import MAX_OPEN_SCOPES, SymptomState
from lyncphone_logs.rules.clause import Clause
from lyncphone_logs.validation import InvalidContent, validate


def test_shares_are_weights_over_all_weights_and_the_other_cause() -> None:
    phone = phone_of([SYMPTOM], rule("AAA001"), rule("AAA002", prevalence="occasional", ranked_by="t"))
    total = PRIOR["common"] + PRIOR["occasional"] + OTHER_CAUSE
    assert [each.confidence for each in phone.diagnoses] == pytest.approx([1 / total, 0.25 / total])
    assert [each.rivals for each in phone.diagnoses] == [("AAA002",), ("AAA001",)]


@pytest.mark.parametrize(("role", "power"), [("supports", 1), ("contradicts", -1)])
def test_a_clause_that_holds_multiplies_or_divides(role: str, power: int) -> None:
    phone = phone_of(
        [event("dhcp.lease.failed"), SYMPTOM], rule("AAA001", clause(event="dhcp.lease.failed", role=role))
    )
    weight = FACTOR["strong"] ** power
    assert phone.diagnoses[0].confidence == pytest.approx(weight / (weight + OTHER_CAUSE), abs=1e-3)
    assert term_of(phone.diagnoses[0]).weight == weight


def test_a_rule_competes_once_for_a_symptom_by_its_first_entry_that_matches() -> None:
    said = {"fault": "documented", "signature": "seen", "source": "t", "says": "s"}
    weak, strong = ({"event": REJECTED, "likelihood": likelihood} | said for likelihood in ("weak", "strong"))
    (found,) = phone_of([SYMPTOM], rule("AAA001", explains=[weak, strong])).diagnoses
    assert found.confidence == pytest.approx(0.1 / (0.1 + OTHER_CAUSE))
    assert found.rivals == ()


def test_an_event_that_refutes_an_absence_is_no_evidence_for_the_rule() -> None:
    absent = clause(event="time.set", absent=True, same="boot", before="symptom", says="no clock")
    events = [event("device.started"), event("time.set", at=2, offset=1.0), SYMPTOM]
    (found,) = phone_of(events, rule("AAA001", absent)).diagnoses
    assert [each.clause for each in found.evidence] == ["explains"]


def test_of_the_clauses_of_one_group_only_the_strongest_counts() -> None:
    two = [
        clause(id=name, event="dhcp.lease.failed", group="g", strength=s)
        for name, s in [("a", "moderate"), ("b", "strong")]
    ]
    together = phone_of([event("dhcp.lease.failed"), SYMPTOM], rule("AAA001", *two))
    assert together.diagnoses[0].confidence == pytest.approx(8 / (8 + OTHER_CAUSE))


def test_a_clause_that_does_not_hold_changes_nothing() -> None:
    with_clause = phone_of([SYMPTOM], rule("AAA001", clause(event="dhcp.lease.failed")))
    assert with_clause.diagnoses[0].confidence == phone_of([SYMPTOM], rule("AAA001")).diagnoses[0].confidence


def test_rules_out_excludes_with_its_reason_and_the_line() -> None:
    excluding = rule("AAA001", clause(event="dhcp.lease.obtained", role="rules_out", says="lease of {address}"))
    phone = phone_of([event("dhcp.lease.obtained", address="10.1.2.3"), SYMPTOM], excluding, rule("AAA002"))
    assert [each.rule.code for each in phone.diagnoses] == ["AAA002"]
    assert [(each.rule.code, each.reason) for each in phone.ruled_out] == [("AAA001", "lease of 10.1.2.3")]
    assert [each.event.kind for each in phone.ruled_out[0].evidence] == [REJECTED, "dhcp.lease.obtained"]


@pytest.mark.parametrize("seen", [True, False])
def test_a_rule_with_a_refuted_requirement_is_no_candidate(seen: bool) -> None:
    requiring = rule("AAA001", clause(event="time.set", role="requires", where={"offset": {"at_least": 100}}))
    phone = phone_of([event("time.set", offset=5.0), SYMPTOM] if seen else [SYMPTOM], requiring, rule("AAA002"))
    assert ("AAA001" in [each.rule.code for each in phone.diagnoses]) is not seen
    assert ("AAA001" in [each.code for each in phone.not_shown]) is seen


def test_a_clause_without_any_event_is_undecidable_with_reason_and_capture() -> None:
    term = term_of(
        phone_of([SYMPTOM], rule("AAA001", clause(event="certificate.chain", where={"sha2": "yes"}))).diagnoses[0]
    )
    assert (term.state, term.reason) == ("undecidable", "not given")
    assert "--certificate" in term.capture
    missing = "the trace has no line about dhcp lease failed"
    assert state([SYMPTOM], event="dhcp.lease.failed") == ("undecidable", missing)


@pytest.mark.parametrize(("sha2", "expected"), [("yes", "holds"), ("no", "refuted"), ("unknown", "undecidable")])
def test_a_fact_makes_a_clause_hold_refuted_or_undecidable(sha2: str, expected: str) -> None:
    fact = event("certificate.chain", at=None, sha2=sha2)
    assert state([SYMPTOM], facts=[fact], event="certificate.chain", where={"sha2": "yes"})[0] == expected


def test_absence_holds_only_if_the_boot_was_seen_and_the_component_was_logged() -> None:
    absent: dict[str, Any] = {"event": "time.set", "absent": True, "same": "boot", "before": "symptom"}
    boot, silent, lease = event("device.started"), event("time.server.silent", at=1), event("dhcp.lease.obtained", at=1)
    assert state([boot, silent, SYMPTOM], **absent) == ("holds", "")
    assert state([silent, SYMPTOM], **absent) == ("undecidable", "the trace does not begin with the boot")
    assert state([boot, lease, SYMPTOM], **absent)[1] == "no line about time in this boot; it may not be logged"
    assert state([boot, event("time.set", at=2, offset=1.0), SYMPTOM], **absent)[0] == "refuted"


def test_absence_is_about_the_boot_of_the_symptom_only() -> None:
    absent: dict[str, Any] = {"event": "time.set", "absent": True, "same": "boot", "before": "symptom"}
    first_boot = [event("device.started"), event("time.set", at=1, offset=1.0)]
    second_boot = [event("device.started", at=5), event("time.server.silent", at=6), SYMPTOM]
    assert state([*first_boot, *second_boot], **absent)[0] == "holds"


def test_order_before_counts_only_what_precedes_the_symptom() -> None:
    lease = event("dhcp.lease.obtained", address="10.1.2.3")
    assert state([lease, SYMPTOM], event="dhcp.lease.obtained", before="symptom")[0] == "holds"
    assert state([SYMPTOM, lease], event="dhcp.lease.obtained", before="symptom")[0] == "refuted"
    assert state([SYMPTOM, lease], event="dhcp.lease.obtained")[0] == "holds"
    assert state([SYMPTOM, lease], event="dhcp.lease.obtained", same="boot", before="symptom")[0] == "refuted"


def test_count_requires_that_many_events_and_repetitions_count() -> None:
    counted: dict[str, Any] = {"event": "dhcp.discover.sent", "count": 3}
    discover = event("dhcp.discover.sent")
    assert state([discover, discover, SYMPTOM], **counted)[0] == "refuted"
    assert state([discover, discover, discover, SYMPTOM], **counted)[0] == "holds"


def test_same_handshake_joins_by_handshake_and_not_by_time() -> None:
    digest: dict[str, Any] = {
        "event": "tls.error",
        "where": {"reason": "unknown message digest algorithm"},
        "same": "handshake",
    }
    words = event("tls.error", at=11, reason="unknown message digest algorithm")
    other = event("tls.error", at=11, procid="2", reason="unknown message digest algorithm")
    assert state([SYMPTOM, words], **digest)[0] == "holds"
    assert state([SYMPTOM, other], **digest)[0] == "refuted"
    assert (
        state([SYMPTOM, event("tls.error", at=60, reason="unknown message digest algorithm")], **digest)[0] == "refuted"
    )


def test_a_later_failure_of_the_handshake_competes_with_being_a_consequence() -> None:
    first, later = rule("AAA001", verify_code=20), rule("AAA002", verify_code=7)
    phone = phone_of([event(REJECTED, at=10, verify_code=20), SYMPTOM], first, later)
    assert [each.rule.code for each in phone.diagnoses] == ["AAA001", "AAA002"]
    assert phone.diagnoses[1].confidence == pytest.approx(1 / (1 + OTHER_CAUSE + CONSEQUENCE))
    assert phone.diagnoses[1].is_consequence


def test_a_generic_symptom_is_ignored_if_its_handshake_has_an_exact_one() -> None:
    generic = rule(
        "AAA002",
        explains=[{"event": "tls.error", "fault": "documented", "signature": "seen", "source": "t", "says": "s"}],
    )
    failed = event("tls.error", at=11, reason="certificate verify failed")
    assert [each.rule.code for each in phone_of([SYMPTOM, failed], rule("AAA001"), generic).diagnoses] == ["AAA001"]
    assert [each.rule.code for each in phone_of([failed], rule("AAA001"), generic).diagnoses] == ["AAA002"]


def test_confirmed_requires_both_the_share_and_a_complete_decisive_set() -> None:
    strong = clause(event="dhcp.lease.failed", strength="decisive")
    events = [event("dhcp.lease.failed"), SYMPTOM]
    assert phone_of(events, rule("AAA001", strong, confirmed_by=[["a"]])).diagnoses[0].verdict == "confirmed"
    assert phone_of(events, rule("AAA001", strong)).diagnoses[0].verdict == "likely"
    rival = rule("AAA002")
    assert phone_of(events, rule("AAA001", confirmed_by=[["explains"]]), rival).diagnoses[0].verdict == "possible"


@pytest.mark.parametrize(("firmware", "weight"), [("2.0.5", 1.0), ("3.0.2", 1 / 8), ("", 1.0)])
def test_a_rule_for_other_phones_is_weaker_and_says_so(firmware: str, weight: float) -> None:
    facts = [event("fact.firmware", at=None, firmware=firmware)] if firmware else []
    phone = phone_of([SYMPTOM], rule("AAA001", applies_to=[{"firmware": "<3.0.1"}]), facts=facts)
    assert phone.diagnoses[0].confidence == pytest.approx(weight / (weight + OTHER_CAUSE), abs=1e-3)
    assert term_of(phone.diagnoses[0], "applies-to").state == ("holds" if firmware else "undecidable")


def test_a_rule_without_its_symptom_is_not_checkable_if_no_line_could_show_it_else_not_shown() -> None:
    without_tls = phone_of([event("dhcp.lease.failed")], rule())
    assert [(each.rule.code, each.missing) for each in without_tls.not_checkable] == [
        ("AAA001", "the trace has no line about tls")
    ]
    assert [each.code for each in phone_of([event(REJECTED, verify_code=1)], rule()).not_shown] == ["AAA001"]


def test_a_failure_that_no_rule_explains_is_a_finding() -> None:
    phone = phone_of([event(REJECTED, verify_code=99)], rule())
    assert [(each.kind, each.source, each.line, each.text) for each in phone.failures] == [
        (REJECTED, "x.log", 1, REJECTED)
    ]


def test_a_failure_with_a_known_cause_is_none_without_one() -> None:
    assert phone_of([SYMPTOM], rule()).failures == ()


def test_a_failure_whose_causes_are_all_unlikely_has_no_known_cause() -> None:
    contradicts = clause(event="dhcp.lease.failed", role="contradicts", strength="decisive")
    phone = phone_of([event("dhcp.lease.failed"), SYMPTOM], rule("AAA001", contradicts))
    assert [each.verdict for each in phone.diagnoses] == ["unlikely"]
    assert REJECTED in [each.kind for each in phone.failures]


@pytest.mark.parametrize(
    ("later", "is_open"),
    [("tls.handshake.completed", False), ("sip.register.succeeded", False), ("dhcp.lease.obtained", True)],
)
def test_a_later_success_of_the_stage_or_of_the_sign_in_ends_a_failure(later: str, is_open: bool) -> None:
    phone = phone_of([event(REJECTED, verify_code=99), event(later, at=1.0)], rule())
    assert bool(phone.failures) == is_open


def test_a_success_in_another_boot_ends_no_failure() -> None:
    events = [event(REJECTED, verify_code=99), event("device.started", at=1.0), event("sip.register.succeeded", at=2.0)]
    assert len(phone_of(events, rule()).failures) == 1


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({"status_code": 404, "cseq_method": "INVITE"}, True),
        ({"status_code": 486, "cseq_method": "INVITE"}, False),
        ({"status_code": 491, "cseq_method": "INVITE"}, False),
        ({"status_code": 302, "cseq_method": "INVITE"}, False),
        ({"status_code": 407, "cseq_method": "INVITE"}, False),
        ({"status_code": 403, "cseq_method": "SUBSCRIBE"}, False),
        ({"status_code": 404, "cseq_method": "OPTIONS"}, False),
        ({"status_code": 481, "cseq_method": "NOTIFY"}, False),
    ],
)
def test_answers_that_are_normal_are_no_failures(fields: dict[str, Any], is_open: bool) -> None:
    assert bool(phone_of([event("sip.response", **fields)], rule()).failures) == is_open


def test_phones_are_distinguished_by_host_name() -> None:
    events = [
        Event(id=h, kind=REJECTED, source="x.log", hostname=h, fields=MappingProxyType({"verify_code": 7}))
        for h in "ab"
    ]
    phones, _ = diagnose_phones(keyed(events), [], [rule()], {})
    assert [(each.id, each.basis, each.diagnoses[0].count) for each in phones] == [
        ("a", "host name", 1),
        ("b", "host name", 1),
    ]


def test_memory_does_not_grow_with_handshakes() -> None:
    state = SymptomState(RuleMatcher(RuleIndex([rule("AAA001", clause(event="tls.error", same="handshake"))])))

    def one(number: int) -> list[Event]:
        return [
            event(REJECTED, at=number * 60, verify_code=7),
            event("tls.error", at=number * 60 + 1, reason="x"),
        ]

    (batch,) = keyed(each for number in range(3 * MAX_OPEN_SCOPES) for each in one(number))
    for each in batch.events(derived=True):
        state.add(each)
    (symptom,) = state.symptoms.values()
    assert symptom.count == 3 * MAX_OPEN_SCOPES
    assert len(symptom.evidence) <= 3
    sizes = [len(state._symptoms_by_scope), len(state._failures_by_handshake), *map(len, state._scopes.values())]
    assert max(sizes) <= MAX_OPEN_SCOPES


@pytest.mark.parametrize(
    ("method", "status_code", "stage", "state"),
    [
        ("SUBSCRIBE", 200, "subscribe", "passed"),
        ("SUBSCRIBE", 481, "subscribe", "failed"),
        ("SUBSCRIBE", 401, "subscribe", "not seen"),
        ("invite", 202, "call", "passed"),
        ("INVITE", 504, "call", "failed"),
        ("INVITE", 486, "call", "not seen"),
        ("OPTIONS", 504, "call", "not seen"),
    ],
)
def test_a_response_belongs_to_the_stage_of_its_request(method: str, status_code: int, stage: str, state: str) -> None:
    answer = event("sip.response", status_code=status_code, cseq_method=method)
    (boot,) = phone_of([answer], rule()).boots
    assert {each.stage: each.state for each in boot.journey}[stage] == state  # type: ignore[index]


def test_the_journey_shows_the_last_outcome_of_each_stage_and_which_are_not_checkable() -> None:
    events = [
        event("dhcp.lease.failed"),
        event("dhcp.lease.obtained", at=1, address="a"),
        event("time.clock.stepped", at=2),
        SYMPTOM,
    ]
    (boot,) = phone_of(events, rule()).boots
    states = {each.stage: each.state for each in boot.journey}
    assert {name: states[name] for name in ("dhcp", "time", "tls", "register")} == {
        "dhcp": "passed", "time": "not seen", "tls": "failed", "register": "not checkable",
    }  # fmt: skip
    assert [each.kind for stage in boot.journey if stage.stage == "dhcp" for each in stage.evidence] == [
        "dhcp.lease.obtained"
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"fault": "inferred"}, "at most moderate"),
        ({"fault": "inferred", "strength": "weak", "role": "rules_out"}, "cannot rule out"),
        ({"absent": True}, "absent needs"),
        ({"says": "{nothing}"}, "has no field 'nothing'"),
        ({"where": {"reason": {}}}, "tests nothing"),
        ({"where": {"reason": {"regex": "("}}}, "regex"),
        ({"where": {"reason": {"version": "3"}}}, "version"),
    ],
)
def test_an_unsound_clause_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidContent, match=says):
        validate(Clause, clause(event="tls.error") | given)


def test_confirmed_by_names_clauses_only() -> None:
    with pytest.raises(InvalidContent, match="did you mean 'a'"):
        rule("AAA001", clause(event="tls.error"), confirmed_by=[["aa"]])


def handshakes(*events: Event) -> list[int | None]:
    return [each.handshake for batch in keyed(events) for each in batch.events()]


def test_a_handshake_ends_with_its_last_event_after_half_a_minute_and_at_a_boot() -> None:
    rejected = event(REJECTED, at=None, verify_code=20)
    words = event("tls.error", at=None, reason="unknown message digest algorithm")
    failed = event("tls.error", at=None, reason="certificate verify failed")
    alert = event("tls.alert.sent", at=None, description="unknown CA")
    assert handshakes(words, rejected, words, rejected, failed, alert, rejected, alert, rejected) == [1] * 6 + [2, 2, 3]
    late = [event(REJECTED, at=at, verify_code=20) for at in (0, 30, 61)]
    assert handshakes(*late) == [1, 1, 2]
    assert handshakes(rejected, event("device.started", at=None), rejected) == [1, None, 2]
    assert handshakes(rejected, event(REJECTED, at=None, procid="2", verify_code=20), rejected) == [1, 2, 1]


@pytest.mark.parametrize(("given", "is_ignored"), [("3.0.1", False), ("3.0.1.429.5", False), ("2.0.5", True)])
def test_a_given_version_agrees_with_a_longer_or_shorter_form_in_the_trace(given: str, is_ignored: bool) -> None:
    events = [event("device.identified", firmware="UC_3.0.1.429"), SYMPTOM]
    ((phone,), notes) = diagnose_phones(keyed(events), [event("fact.firmware", at=None, firmware=given)], [rule()], {})
    assert phone.firmware == "UC_3.0.1.429"
    assert any("is ignored" in note for note in notes) is is_ignored


def test_the_journey_has_the_first_thousand_boots() -> None:
    boots = phone_of([event("device.started", at=at) for at in range(1100)], rule()).boots
    assert (len(boots), boots[-1].id) == (1000, 1000)


def test_a_root_comes_before_its_consequence_and_halves_its_confidence() -> None:
    root = rule("AAA002", verify_code=9, leads_to=["AAA001"])
    alone = phone_of([SYMPTOM], rule("AAA001")).diagnoses[0]
    phone = phone_of([SYMPTOM, event(SYMPTOM.kind, at=999, verify_code=9)], rule("AAA001"), root)
    assert [each.rule.code for each in phone.diagnoses] == ["AAA002", "AAA001"]
    assert phone.diagnoses[1].consequence_of == ("AAA002",)
    assert phone.diagnoses[1].confidence == pytest.approx(alone.confidence / 2)


def test_a_specific_rule_silences_a_generic_one_and_both_are_listed() -> None:
    specific, general = rule("AAA002", silences=["AAA001"]), rule("AAA001", verify_code=9)
    phone = phone_of([SYMPTOM, event(SYMPTOM.kind, at=999, verify_code=9)], specific, general)
    assert [(each.rule.code, each.silenced_by) for each in phone.diagnoses] == [("AAA002", ()), ("AAA001", ("AAA002",))]


def test_the_first_lines_of_the_level_error_that_no_grammar_knows_are_listed(tmp_path: Path) -> None:
    levels = [("info", "INFO"), *[("err", "ERR")] * 5]
    lines = [
        f"Jul  9 10:00:0{n} phone1 local7.{level} voip_task[440]: CC       : {word} - {{f():1}} thing {n}"
        for n, (level, word) in enumerate(levels)
    ]
    for name in ("a.log", "b.log"):  # Several sources are condensed.
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        lines = [line.replace("phone1", "phone2") for line in lines]
        phones = lyncphone_logs.diagnose(tmp_path, year=2013).phones
        assert {tuple(event.line for event in phone.unknown_errors) for phone in phones} == {(2, 3, 4)}
