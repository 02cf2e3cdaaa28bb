"""What a clause can ask beyond one event: each form holds, is refuted, or is undecidable with a reason."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

import pytest
from support.keyed import keyed
from support.small_rules import REJECTED, START, SYMPTOM, clause, event, phone_of, rule, state, term_of

from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.accumulators import MAX_VALUES, TOO_MANY
from lyncphone_logs.rules.rule import Rule

LEASE, LOOKUP, CHALLENGED, MESSAGE, CERTIFICATE = (
    "dhcp.lease.obtained",
    "dns.lookup.failed",
    "sip.register.challenged",
    "log.message",
    "certificate.inspected",
)
AFTER = {"after": "symptom"}


def line(kind: str = MESSAGE, *, at: float = 0.0, **columns: Any) -> Event:
    return event(kind, at=at)._replace(id=f"{kind}:{at}:{columns}", **columns)


def times(kind: str, *seconds: float, **fields: Any) -> list[Event]:
    return [event(kind, at=at, **fields) for at in seconds]


@pytest.mark.parametrize(
    ("where", "columns", "expected"),
    [
        ({"message": {"contains": "no route"}}, {"message": "voip: No Route to host"}, "holds"),
        ({"message": {"contains": "no route"}}, {"message": "voip: route to host"}, "refuted"),
        ({"message": {"contains": "no route"}}, {}, "undecidable"),
        ({"text": {"suffix": "to host"}}, {"text": "<1> no route to HOST"}, "holds"),
        ({"message": {"regex": "^no .* host$"}}, {"message": "no route to host"}, "holds"),
        ({"component": "CERT"}, {"component": "cert"}, "holds"),
        ({"component": "CERT"}, {"component": "UI"}, "refuted"),
        ({"component": "CERT"}, {}, "undecidable"),
        ({"severity": ["err", "crit"]}, {"severity": "crit"}, "holds"),
        ({"severity": ["err", "crit"]}, {"severity": "info"}, "refuted"),
        ({"app_name": {"not": {"prefix": "udhcp"}}}, {"app_name": "udhcpc"}, "refuted"),
        ({"app_name": {"not": {"prefix": "udhcp"}}}, {"app_name": "voip_task"}, "holds"),
        ({"app_name": {"not": {"prefix": "udhcp"}}}, {}, "undecidable"),
        ({"function": "main", "hostname": {"suffix": "-7"}}, {"function": "main", "hostname": "phone-7"}, "holds"),
        ({"source_line": {"at_least": 5}}, {"source_line": 7}, "holds"),
    ],
)
def test_the_line_of_an_event(where: dict[str, Any], columns: dict[str, Any], expected: str) -> None:
    asked: dict[str, Any] = {"event": MESSAGE, "where": where, "strength": "moderate"}
    symptom = SYMPTOM._replace(hostname=columns.get("hostname"))
    assert state([line(**columns), symptom], **asked)[0] == expected


def test_a_pair_in_an_unknown_message_is_no_part_of_the_line() -> None:
    asked: dict[str, Any] = {"event": MESSAGE, "where": {"component": "CERT"}, "strength": "moderate"}
    assert state([event(MESSAGE, component="CERT")._replace(component="UI"), SYMPTOM], **asked)[0] == "refuted"


def test_lines_that_differ_in_their_words_only_are_told_apart() -> None:
    asked: dict[str, Any] = {"event": LOOKUP, "where": {"message": {"contains": "b"}}, "count": 2, "strength": "weak"}
    lines = [line(LOOKUP, at=at, message=words) for at, words in enumerate("abcb")]
    assert state([*lines, SYMPTOM], **asked)[0] == "holds"
    assert state([*lines[:3], SYMPTOM], **asked)[0] == "refuted"


def test_words_of_a_line_support_but_never_confirm_alone() -> None:
    shown = {
        "event": MESSAGE,
        "where": {"message": {"contains": "x"}},
        "fault": "documented",
        "signature": "seen",
        "source": "t",
        "says": "s",
    }
    known = {
        "event": REJECTED,
        "where": {"verify_code": 7},
        "fault": "documented",
        "signature": "seen",
        "source": "t",
        "says": "s",
    }
    both = rule("AAA001", explains=[known, shown], confirmed_by=[["explains"]])
    by_words = phone_of([line(message="x")], both).diagnoses[0]
    by_code = phone_of([SYMPTOM], both).diagnoses[0]
    assert (by_words.verdict, by_code.verdict) == ("likely", "likely")
    decided = rule(
        "AAA001", clause(event=LEASE, strength="decisive"), explains=[known, shown], confirmed_by=[["explains"]]
    )
    assert phone_of([*times(LEASE, 0), SYMPTOM], decided).diagnoses[0].verdict == "confirmed"
    assert phone_of([*times(LEASE, 0), line(message="x")], decided).diagnoses[0].verdict == "likely"


def test_a_sentence_may_name_a_part_of_the_line() -> None:
    asked = clause(event=MESSAGE, where={"message": {"contains": "x"}}, strength="weak", says="{component}: {message}")
    (found,) = phone_of([line(message="x y", component="UI"), SYMPTOM], rule("AAA001", asked)).diagnoses
    assert term_of(found).says == "UI: x y"


@pytest.mark.parametrize(
    ("test", "name", "expected"),
    [
        ({"suffix": ".contoso.com"}, "sip.Contoso.COM", "holds"),
        ({"suffix": ".contoso.com"}, "contoso.com.example", "refuted"),
        ({"suffix": "com", "not": {"suffix": "contoso.com"}}, "sip.contoso.com", "refuted"),
        ({"suffix": "com", "not": {"suffix": "contoso.com"}}, "sip.fabrikam.com", "holds"),
        ({"not": {"contains": "a", "suffix": "b"}}, "ac", "holds"),
        ({"not": {"contains": "a", "suffix": "b"}}, "ab", "refuted"),
        ({"not": {"cidr": ["10.0.0.0/8"]}}, "10.1.2.3", "refuted"),
        ({"not": {"cidr": ["10.0.0.0/8"]}}, "name", "undecidable"),
    ],
)
def test_suffix_and_not(test: dict[str, Any], name: str, expected: str) -> None:
    assert state([event(LOOKUP, name=name), SYMPTOM], event=LOOKUP, where={"name": test})[0] == expected


def test_not_is_about_all_items_of_a_list() -> None:
    asked: dict[str, Any] = {"event": CERTIFICATE, "where": {"names": {"not": {"prefix": "*."}}}}
    for names, expected in [(("a.example", "b.example"), "holds"), (("a.example", "*.example"), "refuted")]:
        assert state([SYMPTOM], facts=[event(CERTIFICATE, at=None, names=names)], **asked)[0] == expected


@pytest.mark.parametrize(
    ("names", "at", "expected"),
    [
        ("aab", (0, 1, 2), ("refuted", "2 of 3 within 1 s, limit 60 s")),
        ("aabC", (0, 1, 2, 3), ("holds", "")),
        ("abc", (0, 30, 61), ("refuted", "3 of 3 within 61 s, limit 60 s")),
        ("abca", (0, 30, 61, 62), ("holds", "")),
        ("aAaA", (0, 1, 2, 3), ("refuted", "1 of 3 within 0 s, limit 60 s")),
    ],
)
def test_distinct_counts_values(names: str, at: Sequence[float], expected: tuple[str, str]) -> None:
    asked = clause(event=LOOKUP, count=3, distinct="name", within=60.0)
    lookups = [event(LOOKUP, at=moment, name=name) for name, moment in zip(names, at, strict=True)]
    symptom = event(REJECTED, at=200, verify_code=7)
    term = term_of(phone_of([*lookups, symptom], rule("AAA001", asked)).diagnoses[0])
    assert (term.state, term.nearest) == expected


def test_distinct_without_the_field_is_undecidable() -> None:
    asked: dict[str, Any] = {"event": LOOKUP, "count": 2, "distinct": "name"}
    assert state([event(LOOKUP, name="a"), event(LOOKUP, at=1), SYMPTOM], **asked) == (
        "undecidable",
        "the events do not contain enough to decide",
    )


@pytest.mark.parametrize(("seen", "expected"), [(499, "refuted"), (500, "holds")])
@pytest.mark.parametrize(
    "given", [{}, {"within": 250.0}, {"before": "symptom"}, {"before": "symptom", "within": 250.0}]
)
def test_counts_beyond_32(seen: int, expected: str, given: dict[str, Any]) -> None:
    symptom = event(REJECTED, at=500, verify_code=7)
    events = [*times(CHALLENGED, *(number / 2 for number in range(seen))), symptom]
    assert state(events, event=CHALLENGED, count=500, **given)[0] == expected


def test_more_values_than_are_stored_are_undecidable() -> None:
    asked: dict[str, Any] = {"event": LOOKUP, "count": 2, "by": "name", "within": 9999.0}
    events = [event(LOOKUP, at=at, name=f"n{at}") for at in range(MAX_VALUES + 1)]
    symptom = event(REJECTED, at=9000, verify_code=7)
    assert state([*events[:-1], symptom], **asked)[0] == "refuted"
    assert state([*events, event(LOOKUP, at=999, name="n0"), symptom], **asked) == ("undecidable", TOO_MANY)


@pytest.mark.parametrize(
    ("leases", "given", "expected"),
    [
        ((15,), AFTER | {"offset": 5, "within": 8.0}, "holds"),
        ((18,), AFTER | {"offset": 5, "within": 8.0}, "holds"),
        ((14,), AFTER | {"offset": 5, "within": 8.0}, "refuted"),
        ((19,), AFTER | {"offset": 5, "within": 8.0}, "refuted"),
        ((19,), AFTER | {"offset": 5}, "holds"),
        ((1,), {"before": "symptom", "offset": 8, "within": 9.0}, "holds"),
        ((3,), {"before": "symptom", "offset": 8, "within": 9.0}, "refuted"),
        ((0,), {"before": "symptom", "offset": 8, "within": 9.0}, "refuted"),
    ],
)
def test_a_window_that_does_not_begin_at_its_anchor(
    leases: Sequence[float], given: dict[str, Any], expected: str
) -> None:
    events = sorted([SYMPTOM, *times(LEASE, *leases)], key=lambda each: each.time or START)
    assert state(events, event=LEASE, **given)[0] == expected


def test_an_event_too_near_to_the_latest_anchor_counts_for_an_earlier_one() -> None:
    again = event(REJECTED, at=20, verify_code=7)
    asked: dict[str, Any] = {"event": LEASE, "after": "symptom", "offset": 9, "within": 15.0}
    assert state([SYMPTOM, again, *times(LEASE, 22)], **asked)[0] == "holds"
    assert state([SYMPTOM, again, *times(LEASE, 27)], **asked)[0] == "refuted"


def test_more_anchors_than_are_stored_are_undecidable() -> None:
    many = times(CHALLENGED, *(number / 10 for number in range(40)))
    anchor = clause(id="anchor", role="part", event=CHALLENGED)
    checked = rule("AAA001", anchor, clause(event=LEASE, after="anchor", offset=9, within=15.0))
    for at, expected in [(9.5, ("undecidable", TOO_MANY)), (10, ("holds", ""))]:
        (found,) = phone_of([*many, *times(LEASE, at), SYMPTOM], checked).diagnoses
        assert (term_of(found).state, term_of(found).reason) == expected


def test_without_timestamps_an_offset_is_undecidable() -> None:
    asked: dict[str, Any] = {"event": LEASE, "after": "symptom", "offset": 9}
    bare = event(REJECTED, at=None, verify_code=7)
    assert state([bare, event(LEASE, at=None)], **asked)[1].startswith("clock unknown")


def test_an_absence_in_a_window_that_does_not_begin_at_its_anchor() -> None:
    asked: dict[str, Any] = {"event": LEASE, "absent": True, "after": "symptom", "offset": 5, "within": 30.0}
    logged = times("dhcp.discover.sent", 0)
    end = times("dhcp.discover.sent", 41)
    assert state([*logged, SYMPTOM, *times(LEASE, 12), *end], **asked)[0] == "holds"
    assert state([*logged, SYMPTOM, *times(LEASE, 15), *end], **asked)[0] == "refuted"
    assert state([*logged, SYMPTOM, *times(LEASE, 12)], **asked)[0] == "undecidable"


@pytest.mark.parametrize(
    ("events", "given", "expected"),
    [
        ([("A", 0), ("B", 1), ("B", 2), ("B", 3)], {}, "holds"),
        ([("A", 0), ("B", 1), ("B", 2)], {}, "refuted"),
        ([("B", 0), ("A", 1), ("B", 2), ("B", 3)], {}, "refuted"),
        ([("B", 0), ("A", 1), ("B", 2), ("B", 3)], {"ordered": False}, "holds"),
        ([("A", 0), ("B", 1), ("B", 2), ("B", 11)], {}, "refuted"),
        ([("A", 0), ("A", 5), ("B", 6), ("B", 7), ("B", 11)], {}, "holds"),
        ([("A", 0), ("A", 5), ("B", 6), ("B", 7), ("B", 10)], {"count": 2}, "holds"),
        ([("A", 0), ("B", 6), ("B", 7), ("B", 10)], {"count": 2}, "refuted"),
    ],
)
def test_a_count_in_a_step(events: list[tuple[str, float]], given: dict[str, Any], expected: str) -> None:
    asked: dict[str, Any] = {"event": LEASE, "then": [{"event": LOOKUP, "count": 3}], "within": 10.0} | given
    kinds = {"A": LEASE, "B": LOOKUP}
    seen = [event(kinds[name], at=at) for name, at in events]
    assert state([*seen, event(REJECTED, at=99, verify_code=7)], **asked)[0] == expected


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(("repeats", "expected"), [(2, "refuted"), (3, "holds"), (9, "holds")])
def test_a_repeated_line_counts_in_a_step(repeats: int, expected: str, ordered: bool) -> None:
    asked: dict[str, Any] = {
        "event": LEASE,
        "then": [{"event": LOOKUP, "count": 3}],
        "within": 10.0,
        "ordered": ordered,
    }
    assert state([*times(LEASE, 0), event(LOOKUP, at=1)._replace(count=repeats), SYMPTOM], **asked)[0] == expected


def dated(at: float, *, utc: bool = True) -> Event:
    moment = START + timedelta(seconds=at)
    return event("sip.register.succeeded", at=at)._replace(time_quality="exact", time_utc=moment if utc else None)


def given_until(days: float) -> Event:
    return event(CERTIFICATE, at=None, not_after=(START + timedelta(days=days)).replace(tzinfo=UTC))


SOON: dict[str, Any] = {
    "event": CERTIFICATE,
    "where": {"not_after": {"days_from": "trace", "at_least": 0, "at_most": 30}},
}


@pytest.mark.parametrize(
    ("days", "expected"), [(-0.1, "refuted"), (0.1, "holds"), (30.9, "holds"), (31.1, "refuted"), (9999, "refuted")]
)
def test_days_from_the_last_line_with_a_date(days: float, expected: str) -> None:
    assert state([SYMPTOM, dated(20)], facts=[given_until(days)], **SOON)[0] == expected


def test_without_a_date_or_a_zone_days_are_undecidable() -> None:
    assert state([SYMPTOM], facts=[given_until(9)], **SOON) == (
        "undecidable",
        "no line that the time is compared with has a complete date",
    )
    assert state([SYMPTOM, dated(20, utc=False)], facts=[given_until(9)], **SOON)[0] == "holds"
    assert state([SYMPTOM, dated(20, utc=False)], facts=[given_until(31.2)], **SOON) == (
        "undecidable",
        "the time zone of the phone is not known, and it decides the number of days",
    )
    assert state([SYMPTOM, dated(20)], **SOON) == ("undecidable", "not given")
    assert state([SYMPTOM, dated(20)], facts=[event(CERTIFICATE, at=None)], **SOON)[0] == "undecidable"


@pytest.mark.parametrize(("days", "expected"), [(29, "holds"), (32, "refuted")])
@pytest.mark.parametrize("reference", ["symptom", "anchor"])
def test_days_from_another_event(days: float, expected: str, reference: str) -> None:
    where = {"not_after": {"days_from": reference, "at_most": 30}}
    symptom = SYMPTOM._replace(time_quality="exact", time_utc=SYMPTOM.time)
    anchor = clause(id="anchor", role="part", event="sip.register.succeeded")
    parts = [anchor] if reference == "anchor" else []
    asked = rule("AAA001", *parts, clause(event=CERTIFICATE, where=where))
    (found,) = phone_of([dated(0), symptom], asked, facts=[given_until(days)]).diagnoses
    assert term_of(found).state == expected


def test_a_zone_that_is_not_known_does_not_hide_a_day_between() -> None:
    only = {"event": CERTIFICATE, "where": {"not_after": {"days_from": "trace", "at_least": 5, "at_most": 5}}}
    assert state([SYMPTOM, dated(20, utc=False)], facts=[given_until(5.5)], **only)[0] == "undecidable"


FAILED: dict[str, Any] = {"event": REJECTED, "phones": 3, "within": 60.0}


def fleet(*seconds: float | None, kind: str = REJECTED, clock: str = "received") -> list[Event]:
    """A failure of a phone for each time; None: the phone has none."""
    events = []
    for number, at in enumerate(seconds):
        host = f"phone{number}"
        made = event(kind, at=at or 0.0, procid=host, verify_code=7) if at is not None else event(kind, verify_code=1)
        moment = START + timedelta(seconds=at or 0)
        placed = made._replace(id=f"{host}:{at}", hostname=host)
        events.append(placed._replace(received=moment) if clock == "received" else placed._replace(time_utc=moment))
    return events


def decided(events: Sequence[Event], checked: Rule, name: str = "phone0") -> tuple[str, str, str]:
    phones, _ = diagnose_phones(keyed(events), [], [checked], {}, are_phones=True)
    term = term_of(next(each for each in phones if each.id == name).diagnoses[0])
    return term.state, term.reason, term.nearest


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((0, 30, 60), ("holds", "", "")),
        ((0, 30, 61), ("refuted", "", "2 of 3 phones")),
        ((0, 90, 100, 110), ("refuted", "", "3 of 3 phones, but not this one")),
        ((0, 30), ("undecidable", "the trace has only 2 phones, 3 are needed", "")),
        ((0,), ("undecidable", "the trace has only one phone, 3 are needed", "")),
        ((0, 30, None, None), ("refuted", "", "2 of 3 phones")),
    ],
)
def test_enough_phones_at_the_same_time(seconds: Sequence[float | None], expected: tuple[str, str, str]) -> None:
    checked = rule("AAA001", clause(**FAILED | {"where": {"verify_code": 7}}))
    assert decided(fleet(*seconds), checked) == expected


def test_one_phone_with_many_failures_is_one_phone() -> None:
    again = [each._replace(id=f"again{number}") for number, each in enumerate(fleet(0) * 5)]
    assert decided([*again, *fleet(0, 10, 99)[1:]], rule("AAA001", clause(**FAILED)))[0] == "refuted"


def test_phones_that_do_not_log_such_lines_decide_nothing() -> None:
    quiet = [each._replace(kind="time.set", fields={}) for each in fleet(0, 0, 0, 0)[2:]]
    found = decided([*fleet(0, 1), *quiet], rule("AAA001", clause(**FAILED)))
    reason = "only 2 of 4 phones have lines such as tls.server_certificate.rejected, 3 are needed"
    assert found == ("undecidable", reason, "2 of 3 phones")


def test_times_of_different_clocks_are_not_compared() -> None:
    events = [*fleet(0, 1), *fleet(0, 0, 2, clock="time_utc")[2:]]
    state, reason, _ = decided(events, rule("AAA001", clause(**FAILED)))
    assert (state, reason.split(",")[0]) == ("undecidable", "the clocks of the phones are not known")


def test_more_events_than_are_stored_of_one_phone_are_undecidable() -> None:
    many = [each._replace(id=f"many{number}") for number, each in enumerate(fleet(0) * 40)]
    assert decided([*many, *fleet(0, 200, 300)[1:]], rule("AAA001", clause(**FAILED)))[1] == TOO_MANY
