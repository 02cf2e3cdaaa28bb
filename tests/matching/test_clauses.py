"""Clauses with a count, a sequence, a window or an absence: what holds, and what cannot be decided."""

from collections.abc import Sequence
from typing import Any

import pytest
from support.small_rules import START, SYMPTOM, clause, event, phone_of, rule, state, term_of

from lyncphone_logs.events.event import Event
from lyncphone_logs.validation import InvalidContent

CHALLENGED, FAILED, DISCOVER, LEASE = (
    "sip.register.challenged",
    "sip.register.failed",
    "dhcp.discover.sent",
    "dhcp.lease.obtained",
)
LOST = event("trace.lines_lost", at=12, lines=3)


def times(kind: str, *seconds: float | None, **fields: Any) -> list[Event]:
    return [event(kind, at=at, **fields) for at in seconds]


def nearest(events: Sequence[Event], **given: Any) -> str:
    return term_of(phone_of(events, rule("AAA001", clause(**given))).diagnoses[0]).nearest


@pytest.mark.parametrize(
    ("seconds", "expected", "miss"),
    [
        ((0, 30, 60), "holds", ""),
        ((0, 30, 61), "refuted", "3 of 3 within 61 s, limit 60 s"),
        ((0, 61), "refuted", "2 of 3 within 61 s, limit 60 s"),
        ((0, 50, 100, 105, 109), "holds", ""),
        ((5, 5, 5), "holds", ""),
    ],
)
def test_count_within_slides_over_the_events(seconds: tuple[float, ...], expected: str, miss: str) -> None:
    events = [*times(CHALLENGED, *seconds), event(SYMPTOM.kind, at=200, verify_code=7)]
    asked: dict[str, Any] = {"event": CHALLENGED, "count": 3, "within": 60.0}
    assert state(events, **asked)[0] == expected
    assert nearest(events, **asked) == miss


def test_without_timestamps_a_clause_with_a_time_limit_is_undecidable() -> None:
    events = [*times(CHALLENGED, None, None, None), SYMPTOM]
    found = state(events, event=CHALLENGED, count=3, within=60.0)
    assert found == ("undecidable", "clock unknown: the time between the lines cannot be measured")
    assert state(events, event=CHALLENGED, count=3)[0] == "holds"


def test_the_collectors_clock_is_used_if_the_phones_clock_jumped() -> None:
    def stamped(at: float, received: float) -> Event:
        return event(CHALLENGED, at=at)._replace(received=START.replace(second=int(received)))

    jumped = [stamped(100_000, 1), stamped(0, 2), stamped(1, 3)]
    assert state([*jumped, SYMPTOM], event=CHALLENGED, count=3, within=5.0)[0] == "holds"


def test_a_repeated_line_counts_as_often_as_it_was_logged() -> None:
    thrice = event(CHALLENGED)._replace(count=3)
    assert state([thrice, SYMPTOM], event=CHALLENGED, count=3, within=60.0)[0] == "holds"


def test_by_counts_events_with_the_same_value() -> None:
    asked: dict[str, Any] = {"event": "dns.lookup.failed", "count": 2, "by": "name"}
    one, other = (event("dns.lookup.failed", name=name) for name in ("a.contoso.com", "b.contoso.com"))
    assert state([one, other, SYMPTOM], **asked)[0] == "refuted"
    assert state([one, other, one, SYMPTOM], **asked)[0] == "holds"


def test_once_per_boot_counts_each_boot_once() -> None:
    asked: dict[str, Any] = {"event": "device.watchdog.expired", "count": 2, "once_per": "boot"}
    boot, again, expired = event("device.started"), event("device.started", at=5), event("device.watchdog.expired")
    assert state([boot, expired, expired, SYMPTOM], **asked)[0] == "refuted"
    assert state([boot, expired, again, event("device.watchdog.expired", at=6), SYMPTOM], **asked)[0] == "holds"


def then(ordered: bool = True, **given: Any) -> dict[str, Any]:
    return {"event": DISCOVER, "then": [{"event": CHALLENGED}, {"event": FAILED}], "ordered": ordered} | given


@pytest.mark.parametrize(
    ("seconds", "ordered", "expected"),
    [
        ((0, 1, 2), True, "holds"),
        ((0, 1, 11), True, "refuted"),
        ((2, 1, 3), True, "refuted"),
        ((2, 1, 0), False, "holds"),
        ((12, 1, 0), False, "refuted"),
    ],
)
def test_then_requires_an_order_and_a_time(seconds: tuple[float, ...], ordered: bool, expected: str) -> None:
    found = [event(kind, at=at) for kind, at in zip((DISCOVER, CHALLENGED, FAILED), seconds, strict=True)]
    events = sorted([*found, event(SYMPTOM.kind, at=30, verify_code=7)], key=lambda each: each.time or START)
    assert state(events, **then(ordered, within=10.0))[0] == expected


def test_the_chain_that_began_latest_counts() -> None:
    events = [*times(DISCOVER, 0, 100), *times(CHALLENGED, 101), *times(FAILED, 102), SYMPTOM]
    assert state(events, **then(within=10.0))[0] == "holds"
    assert nearest(times(DISCOVER, 0) + times(CHALLENGED, 5) + [SYMPTOM], **then(within=10.0)) == "2 of 3 steps"


def test_the_same_kind_twice_needs_two_events() -> None:
    asked: dict[str, Any] = {"event": CHALLENGED, "then": [{"event": CHALLENGED}], "within": 10.0}
    assert state([*times(CHALLENGED, 0), SYMPTOM], **asked)[0] == "refuted"
    assert state([*times(CHALLENGED, 0, 1), SYMPTOM], **asked)[0] == "holds"


def test_then_within_events_counts_the_events_of_the_phone() -> None:
    asked: dict[str, Any] = {"event": DISCOVER, "then": [{"event": LEASE}], "within_events": 2}
    near = [*times(DISCOVER, 0), *times(CHALLENGED, 1), *times(LEASE, 2), SYMPTOM]
    far = [*times(DISCOVER, 0), *times(CHALLENGED, 1, 2), *times(LEASE, 3), SYMPTOM]
    assert (state(near, **asked)[0], state(far, **asked)[0]) == ("holds", "refuted")


def test_first_of_is_decided_by_the_first_event() -> None:
    asked: dict[str, Any] = {"event": DISCOVER, "first_of": [{"event": LEASE}]}
    assert state([*times(DISCOVER, 0), *times(LEASE, 1), SYMPTOM], **asked)[0] == "holds"
    assert state([*times(LEASE, 0), *times(DISCOVER, 1), SYMPTOM], **asked)[0] == "refuted"
    assert nearest([*times(LEASE, 0), *times(DISCOVER, 1), SYMPTOM], **asked) == f"{LEASE} came first: x.log:1"


@pytest.mark.parametrize(
    ("at", "given", "expected"),
    [
        (8, {"before": "symptom", "within": 5.0}, "holds"),
        (2, {"before": "symptom", "within": 5.0}, "refuted"),
        (12, {"before": "symptom", "within": 5.0}, "refuted"),
        (12, {"after": "symptom", "within": 5.0}, "holds"),
        (20, {"after": "symptom", "within": 5.0}, "refuted"),
        (8, {"after": "symptom", "within": 5.0}, "refuted"),
    ],
)
@pytest.mark.parametrize("same", ["boot", "phone"])
def test_a_window_before_or_after_the_symptom(at: float, given: dict[str, Any], expected: str, same: str) -> None:
    events = sorted([SYMPTOM, event(LEASE, at=at)], key=lambda each: each.time or START)
    assert state(events, event=LEASE, same=same, **given)[0] == expected


def test_each_occurrence_of_the_symptom_opens_a_window() -> None:
    later = event(SYMPTOM.kind, at=100, verify_code=7)
    asked: dict[str, Any] = {"event": LEASE, "before": "symptom", "within": 5.0}
    assert state([SYMPTOM, *times(LEASE, 97), later], **asked)[0] == "holds"
    assert state([*times(LEASE, 50), SYMPTOM, later], **asked)[0] == "refuted"


def two(part: dict[str, Any], **given: Any) -> Any:
    def states(events: Sequence[Event]) -> str:
        parts = clause(id="anchor", role="part", **part)
        return term_of(phone_of(events, rule("AAA001", parts, clause(**given))).diagnoses[0]).state

    return states


def test_a_window_after_an_event_of_another_clause() -> None:
    after_discover = two({"event": DISCOVER}, event=LEASE, after="anchor", within=5.0)
    assert after_discover([*times(DISCOVER, 0), *times(LEASE, 4), SYMPTOM]) == "holds"
    assert after_discover([*times(DISCOVER, 0), *times(LEASE, 6), SYMPTOM]) == "refuted"
    assert after_discover([*times(LEASE, 0), *times(DISCOVER, 1), SYMPTOM]) == "refuted"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([*times(DISCOVER, 0), *times(LEASE, 1), *times(FAILED, 2)], "holds"),
        ([*times(DISCOVER, 0), *times(FAILED, 2), *times(LEASE, 3)], "refuted"),
        ([*times(LEASE, 0), *times(DISCOVER, 1), *times(FAILED, 2)], "refuted"),
    ],
)
def test_between_two_anchors(events: list[Event], expected: str) -> None:
    anchors = [clause(id="one", role="part", event=DISCOVER), clause(id="two", role="part", event=FAILED)]
    between = clause(event=LEASE, between=["one", "two"])
    (found,) = phone_of([*events, SYMPTOM], rule("AAA001", *anchors, between)).diagnoses
    assert term_of(found).state == expected


def absent(events: Sequence[Event], **given: Any) -> tuple[str, str]:
    return state(events, event=LEASE, absent=True, **given)


def test_absence_after_an_anchor_holds_only_if_the_trace_shows_the_complete_window() -> None:
    after: dict[str, Any] = {"after": "symptom", "within": 30.0}
    logged = times(DISCOVER, 0)
    assert absent([*logged, SYMPTOM, *times(DISCOVER, 41)], **after) == ("holds", "")
    assert absent([*logged, SYMPTOM, *times(DISCOVER, 39)], **after)[1] == "the trace ends within the time window"
    assert absent([*logged, SYMPTOM, *times(LEASE, 40)], **after)[0] == "refuted"
    assert absent([*logged, SYMPTOM, *times(LEASE, 41)], **after)[0] == "holds"
    assert absent([SYMPTOM, event("sip.request", at=50)], **after)[1].startswith("no line about dhcp")


def test_a_reboot_or_lost_lines_within_the_window_make_absence_undecidable() -> None:
    after: dict[str, Any] = {"after": "symptom", "within": 30.0}
    logged = times(DISCOVER, 0)
    rebooted = [*logged, SYMPTOM, event("device.started", at=15), *times(DISCOVER, 99)]
    # The boot of the symptom is what counts, and it ended before the window did.
    assert absent(rebooted, **after) == (
        "undecidable",
        "the phone rebooted, or its clock was set, within the time window",
    )
    lost = [*logged, SYMPTOM, LOST, *times(DISCOVER, 41)]
    assert absent(lost, **after) == ("undecidable", "lines were lost within the time window")
    late = [*logged, SYMPTOM, *times(DISCOVER, 41), LOST._replace(time=START.replace(minute=5))]
    assert absent(late, **after)[0] == "holds"


def test_absence_before_the_symptom_requires_a_trace_that_reaches_back() -> None:
    before: dict[str, Any] = {"before": "symptom", "within": 5.0}
    assert absent([*times(DISCOVER, 0), SYMPTOM], **before)[0] == "holds"
    assert absent([*times(DISCOVER, 7), SYMPTOM], **before)[1] == "the trace begins within the time window"
    assert absent([event("device.started", at=6), *times(DISCOVER, 7), SYMPTOM], **before)[0] == "holds"
    assert absent([*times(LEASE, 6), SYMPTOM], **before)[0] == "refuted"
    assert absent([*times(LEASE, 1), SYMPTOM], **before)[0] == "holds"


def test_absence_between_two_anchors_holds_if_one_of_the_windows_is_empty() -> None:
    anchors = [clause(id="one", role="part", event=DISCOVER), clause(id="two", role="part", event=FAILED)]
    between = clause(event=LEASE, absent=True, between=["one", "two"])

    def term(*events: Event) -> tuple[str, str]:
        found = term_of(phone_of([*events, SYMPTOM], rule("AAA001", *anchors, between)).diagnoses[0])
        return found.state, found.reason

    occupied = [*times(DISCOVER, 0), *times(LEASE, 1), *times(FAILED, 2)]
    assert term(*occupied)[0] == "refuted"
    assert term(*occupied, *times(DISCOVER, 3), *times(FAILED, 4))[0] == "holds"
    assert term(*times(DISCOVER, 0)) == ("undecidable", "the event that ends the time window was not seen")
    assert term(*times(FAILED, 0))[0] == "undecidable"


@pytest.mark.parametrize(
    ("given", "events", "expected"),
    [
        ({"all": ["one", "two"]}, [*times(DISCOVER, 0), *times(FAILED, 1)], "holds"),
        ({"all": ["one", "two"]}, times(DISCOVER, 0), "undecidable"),
        ({"any": ["one", "two"]}, times(DISCOVER, 0), "holds"),
        ({"any": ["one", "two"]}, times(LEASE, 0), "undecidable"),
        ({"none": ["one"]}, times(DISCOVER, 0), "refuted"),
        ({"any": ["two"], "none": ["one"]}, times(FAILED, 0), "undecidable"),
    ],
)
def test_clauses_composed_of_others(given: dict[str, Any], events: list[Event], expected: str) -> None:
    parts = [clause(id="one", event=DISCOVER), clause(id="two", event=FAILED)]
    (found,) = phone_of([*events, SYMPTOM], rule("AAA001", *parts, clause(**given))).diagnoses
    assert term_of(found).state == expected


def test_a_part_has_no_weight() -> None:
    parts = [clause(id="one", role="part", event=DISCOVER), clause(any=["one"], strength="weak")]
    (found,) = phone_of([*times(DISCOVER, 0), SYMPTOM], rule("AAA001", *parts)).diagnoses
    assert [term_of(found, "one").weight, term_of(found).weight] == [1.0, 1.5]


@pytest.mark.parametrize(
    ("second", "operator", "expected"),
    [
        ("2.0.1", "!=", "holds"),
        ("2.0.0", "!=", "refuted"),
        ("2.0.0", "=", "holds"),
        ("2.0.10", ">", "holds"),
        ("1.9", ">", "refuted"),
    ],
)
def test_fields_of_two_clauses_are_compared(second: str, operator: str, expected: str) -> None:
    first = clause(id="first", role="part", event="device.started", where={"version": {"present": True}})
    other = clause(event="device.identified", where={"firmware": {"compared": f"{operator} first.version"}})
    events = [event("device.started", version="2.0.0"), event("device.identified", firmware=second), SYMPTOM]
    (found,) = phone_of(events, rule("AAA001", first, other)).diagnoses
    assert term_of(found).state == expected


@pytest.mark.parametrize(
    ("test", "address", "expected"),
    [
        ({"cidr": ["10.0.0.0/8"]}, "10.1.2.3", "holds"),
        ({"cidr": ["10.0.0.0/8"]}, "192.0.2.1", "refuted"),
        ({"cidr": ["2001:db8::/32"]}, "[2001:db8::1]:5061", "holds"),
        ({"outside": ["10.0.0.0/8", "192.168.0.0/16"]}, "192.0.2.1:443", "holds"),
        ({"outside": ["10.0.0.0/8"]}, "10.1.2.3", "refuted"),
        ({"cidr": ["10.0.0.0/8"]}, "pool.contoso.com", "undecidable"),
        ({"prefix": "10.1."}, "10.1.2.3", "holds"),
        ({"none_of": ["10.1.2.3"]}, "10.1.2.3", "refuted"),
        ({"present": True}, "10.1.2.3", "holds"),
        ({"present": False}, "10.1.2.3", "refuted"),
        ({"present": False}, None, "holds"),
        ({"present": True}, None, "refuted"),
    ],
)
def test_tests_of_an_address(test: dict[str, Any], address: str | None, expected: str) -> None:
    fields: dict[str, Any] = {"address": address} if address else {}
    assert state([event(LEASE, **fields), SYMPTOM], event=LEASE, where={"address": test})[0] == expected


def test_calls_and_transactions_are_joined_by_their_ids() -> None:
    def response(at: float, call: str, cseq: int, status: int) -> Event:
        return event("sip.response", at=at, call_id=call, cseq=cseq, status_code=status)

    shown = [
        {
            "event": "sip.response",
            "where": {"status_code": 403},
            "fault": "documented",
            "signature": "seen",
            "source": "t",
            "says": "s",
        }
    ]
    for same, other, expected in [
        ("call", ("a", 1), "holds"),
        ("call", ("b", 2), "undecidable"),
        ("transaction", ("a", 2), "holds"),
        ("transaction", ("a", 1), "undecidable"),
    ]:
        asked = clause(event="sip.request", where={"method": "REGISTER"}, same=same)
        request = event("sip.request", call_id=other[0], cseq=other[1], method="REGISTER")
        (found,) = phone_of([request, response(1, "a", 2, 403)], rule("AAA001", asked, explains=shown)).diagnoses
        assert (term_of(found).state == "holds") == (expected == "holds"), (same, other)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"event": LEASE, "within": 5.0}, "within needs count, then, before, after or between"),
        ({"event": LEASE, "then": [{"event": FAILED}]}, "then needs a limit"),
        ({"event": LEASE, "by": "address"}, "by and once_per need count"),
        ({"event": LEASE, "absent": True, "after": "symptom"}, "absent needs between"),
        ({"event": LEASE, "absent": True, "count": 2}, "cannot be combined"),
        ({"event": LEASE, "before": "nobody"}, "which is no clause with an event"),
        ({"all": ["nobody"]}, "no clause before it"),
        ({"event": LEASE, "all": ["b"]}, "combine other clauses"),
        ({"event": LEASE, "role": "part"}, "no other clause uses it"),
        ({"event": LEASE, "where": {"address": {"cidr": ["10.0.0.1/8"]}}}, "has host bits set"),
        ({"event": LEASE, "where": {"address": {"compared": "10 a.b"}}}, "is not one of = !="),
        ({"event": LEASE, "count": 2, "by": "adress"}, "did you mean 'address'?"),
    ],
)
def test_a_clause_that_contradicts_itself_is_refused(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidContent, match=complaint.replace("(", r"\(")):
        rule("AAA001", clause(**given))
