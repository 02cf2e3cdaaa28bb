"""What one clause is decided to be: its state, its events, its reason and its nearest miss."""

from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta
from typing import Any

import pytest
from support.keyed import keyed
from support.small_rules import START, SYMPTOM, clause, event, rule

from lyncphone_logs.diagnosis.evaluation import LINES_SKIPPED, NO_DATE, ZONE_UNKNOWN, Decision, Evaluator
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.accumulators import MAX_EVENTS, NOT_ENOUGH_KNOWN, TOO_MANY
from lyncphone_logs.matching.matcher import moment_of
from lyncphone_logs.matching.phone_group import GroupDecision
from lyncphone_logs.matching.rule_index import RuleIndex, RuleMatcher
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.clause import MAX_STORED

LEASE, FAILED, DISCOVER, SET = "dhcp.lease.obtained", "dhcp.lease.failed", "dhcp.discover.sent", "time.set"
CHAIN, CERTIFICATE = "certificate.chain", "certificate.inspected"


def decisions(
    events: Sequence[Event],
    *clauses: dict[str, Any],
    facts: Sequence[Event] = (),
    unseen: Iterable[str] = (),
    group: GroupDecision | None = None,
) -> dict[str, Decision]:
    """The decisions of a rule for its one symptom; `group` is what the clause "a" finds out about all phones."""

    class Group:
        def decision(self, phone: str) -> GroupDecision:
            assert phone == "the phone"
            assert group is not None
            return group

    asked = rule("AAA001", *clauses)
    index = RuleIndex([asked])
    found = SymptomState(RuleMatcher(index))
    for batch in keyed(events):
        for each in batch.events(derived=True):
            found.add(each)
    found.unseen, found.name = frozenset(unseen), "the phone"
    found.dated = next(filter(None, map(moment_of, reversed(events))), None)
    if group:
        found.groups = {index.queries["AAA001", "a"]: Group()}  # type: ignore[dict-item]
    (symptom,) = found.symptoms.values()
    return Evaluator(asked, symptom, found, facts).decisions()


def decided(events: Sequence[Event], facts: Sequence[Event] = (), unseen: Iterable[str] = (), **given: Any) -> Decision:
    return decisions(events, clause(**given), facts=facts, unseen=unseen)["a"]


def times(kind: str, *seconds: float, **fields: Any) -> list[Event]:
    return [event(kind, at=at, **fields) for at in seconds]


def shown(found: Decision) -> list[tuple[str, float]]:
    """The kinds and seconds of the events of a decision."""
    return [(each.kind, (each.time - START).total_seconds() if each.time else -1) for each in found.events]


def test_evidence_is_the_first_events_and_no_more_than_the_limit() -> None:
    found = decided([*times(LEASE, 1, 2, 3, 4, 5), SYMPTOM], event=LEASE)
    assert found == Decision("holds", found.events)
    assert shown(found) == [(LEASE, 1), (LEASE, 2), (LEASE, 3)]
    assert len(shown(found)) == MAX_EVENTS


def test_evidence_of_a_sequence_has_all_of_its_steps() -> None:
    steps = [{"event": kind} for kind in (FAILED, LEASE, SET, DISCOVER)]
    events = [event(kind, at=at) for at, kind in enumerate((DISCOVER, FAILED, LEASE, SET, DISCOVER))]
    found = decided([*events, SYMPTOM], event=DISCOVER, then=steps, within=20.0)
    assert shown(found) == [(DISCOVER, 0), (FAILED, 1), (LEASE, 2), (SET, 3), (DISCOVER, 4)]


def test_facts_are_evidence_before_events() -> None:
    kinds = (CHAIN, LEASE)
    fact = event(CHAIN, at=None)
    found = decided([event(LEASE), SYMPTOM], [fact], event=kinds)
    assert [each.kind for each in found.events] == [CHAIN, LEASE]


@pytest.mark.parametrize(
    ("facts", "events", "count", "state"),
    [(1, 1, 2, "holds"), (1, 1, 3, "refuted"), (2, 0, 2, "holds"), (0, 2, 2, "holds"), (1, 2, 3, "holds")],
)
def test_facts_add_to_the_count(facts: int, events: int, count: int, state: str) -> None:
    given = [event(CHAIN, at=None, number=number) for number in range(facts)]
    asked: dict[str, Any] = {"event": (CHAIN, LEASE), "count": count}
    assert decided([*times(LEASE, *range(events)), SYMPTOM], given, **asked).state == state


@pytest.mark.parametrize("limits", [{"within": 60.0}, {"once_per": "boot"}])
def test_facts_do_not_add_to_a_count_within_a_time_or_once_per_scope(limits: dict[str, Any]) -> None:
    fact = event(CHAIN, at=None)
    asked: dict[str, Any] = {"event": (CHAIN, LEASE), "count": 2, **limits}
    assert decided([event(LEASE), SYMPTOM], [fact], **asked).state == "refuted"


@pytest.mark.parametrize("form", [{"then": [{"event": SET}], "within": 9.0}, {"first_of": [{"event": SET}]}])
def test_a_fact_is_no_sequence(form: dict[str, Any]) -> None:
    assert decided([event(SET), SYMPTOM], [event(CHAIN, at=None)], event=(CHAIN, LEASE), **form).state == "refuted"


def test_lines_that_were_skipped_leave_a_clause_open_only_if_they_may_have_its_kinds() -> None:
    asked: dict[str, Any] = {"event": LEASE, "where": {"address": "10.0.0.1"}}
    other = event(LEASE, address="10.0.0.2")
    assert decided([other, SYMPTOM], unseen={LEASE}, **asked) == Decision("undecidable", (), LINES_SKIPPED)
    assert decided([other, SYMPTOM], unseen={SET}, **asked).state == "refuted"
    assert decided([event(LEASE, address="10.0.0.1"), SYMPTOM], unseen={LEASE}, **asked).state == "holds"
    steps: dict[str, Any] = {"event": DISCOVER, "then": [{"event": LEASE}], "within": 5.0}
    assert decided([event(DISCOVER), SYMPTOM], unseen={LEASE}, **steps) == Decision(
        "undecidable", (), LINES_SKIPPED, "1 of 2 steps"
    )


def test_a_field_that_is_missing_leaves_a_clause_open() -> None:
    asked: dict[str, Any] = {"event": LEASE, "where": {"address": "10.0.0.1"}}
    assert decided([event(LEASE), SYMPTOM], **asked) == Decision("undecidable", (), NOT_ENOUGH_KNOWN)
    chain: dict[str, Any] = {"event": CHAIN, "where": {"sha2": "yes"}}
    assert decided([SYMPTOM], [event(CHAIN, at=None)], **chain) == Decision("undecidable", (), NOT_ENOUGH_KNOWN)
    assert decided([SYMPTOM], [event(CHAIN, at=None, sha2="no")], **chain).state == "refuted"
    both = [event(CHAIN, at=None), event(CHAIN, at=None, sha2="yes")]
    assert [each.fields for each in decided([SYMPTOM], both, **chain).events] == [{"sha2": "yes"}]


def test_the_nearest_miss_names_the_line_the_kind_and_the_tested_fields() -> None:
    asked: dict[str, Any] = {"event": LEASE, "where": {"address": "10.0.0.1", "server": "10.0.0.9"}}
    found = decided([event(LEASE, address="10.0.0.2", server="10.0.0.9"), SYMPTOM], **asked)
    said = f"x.log:1 is {LEASE} with address 10.0.0.2, server 10.0.0.9"
    assert found == Decision("refuted", (), "", said)
    missing = decided([event(LEASE, address="10.0.0.2"), SYMPTOM], **asked)
    assert missing.nearest == f"x.log:1 is {LEASE} with address 10.0.0.2, server (not known)"


@pytest.mark.parametrize(("length", "is_cut"), [(80, False), (81, True)])
def test_a_long_text_in_the_nearest_miss_is_cut(length: int, is_cut: bool) -> None:
    found = decided([event("tls.error", reason="x" * length), SYMPTOM], event="tls.error", where={"reason": "y"})
    assert found.nearest == f"x.log:1 is tls.error with reason {'x' * 80}{'…' * is_cut}"


def test_a_clause_without_a_test_has_no_nearest_miss() -> None:
    found = decided([SYMPTOM, event(LEASE, at=20)], event=LEASE, before="symptom")
    assert found == Decision("refuted")


def test_the_nearest_miss_of_the_count_is_not_said_of_a_clause_that_holds() -> None:
    assert decided([*times(LEASE, 1), SYMPTOM], event=LEASE, count=2) == Decision("refuted", (), "", "1 of 2")
    assert decided([*times(LEASE, 1, 2), SYMPTOM], event=LEASE, count=2).nearest == ""


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (LEASE, "the trace has no line about dhcp lease obtained"),
        ((LEASE, "time.set"), "the trace has no line about dhcp lease obtained or time set"),
        ("trace.lines_lost", "the trace has no line about trace lines lost"),
        ("time.clock.stepped", "the trace has no line about time clock stepped"),
        (CHAIN, "not given"),
        ((CHAIN, "fact.firmware"), "not given"),
        ((CHAIN, LEASE), "the trace has no line about certificate chain or dhcp lease obtained"),
    ],
)
def test_what_is_missing_is_named_in_words(kinds: Any, reason: str) -> None:
    assert decided([SYMPTOM], event=kinds) == Decision("undecidable", (), reason)


# Comparisons: with an event of another clause, never with the event itself.


def compared(events: Sequence[Event], relation: str = "!=", **given: Any) -> Decision:
    first = clause(id="first", role="part", event=LEASE, where={"address": {"present": True}})
    asked = clause(event=LEASE, where={"address": {"compared": f"{relation} first.address"}}, **given)
    return decisions(events, first, asked)["a"]


def test_an_event_is_not_compared_with_itself() -> None:
    one, two = event(LEASE, at=1, address="10.0.0.1"), event(LEASE, at=2, address="10.0.0.2")
    assert compared([one, SYMPTOM], "=").state == "refuted"
    assert compared([one, two, SYMPTOM], "=").state == "refuted"
    assert compared([one, two, SYMPTOM], "!=").state == "holds"
    again = event(LEASE, at=3, address="10.0.0.1")
    assert shown(compared([one, two, again, SYMPTOM], "=")) == [(LEASE, 1), (LEASE, 3)]


def test_a_comparison_with_a_clause_that_has_no_event_is_open() -> None:
    first = clause(id="first", role="part", event=SET, where={"offset": {"present": True}})
    asked = clause(event=LEASE, where={"address": {"compared": "!= first.offset"}})
    found = decisions([event(LEASE, address="10.0.0.1"), SYMPTOM], first, asked)["a"]
    assert found == Decision("undecidable", (), NOT_ENOUGH_KNOWN)


def test_a_comparison_with_a_missing_field_is_open_unless_another_event_decides() -> None:
    asked: dict[str, Any] = {"event": LEASE, "where": {"address": {"compared": "= first.server"}}}
    first = clause(id="first", role="part", event=LEASE)
    known = event(LEASE, at=1, address="10.0.0.1", server="10.0.0.2")
    silent = event(LEASE, at=2, address="10.0.0.2")
    found = decisions([known, silent, SYMPTOM], first, clause(**asked))["a"]
    assert (found.state, shown(found)) == ("holds", [(LEASE, 2)])
    unlike = event(LEASE, at=2, address="10.0.0.3")
    assert decisions([known, unlike, SYMPTOM], first, clause(**asked))["a"] == Decision(
        "undecidable", (), NOT_ENOUGH_KNOWN
    )


def test_facts_are_compared_too() -> None:
    first = clause(id="first", role="part", event="device.started", where={"version": {"present": True}})
    asked = clause(event="fact.firmware", where={"firmware": {"compared": "= first.version"}})
    events = [event("device.started", version="2.0.0"), SYMPTOM]
    for version, state in [("2.0.0", "holds"), ("2.0.1", "refuted")]:
        fact = event("fact.firmware", at=None, firmware=version)
        assert decisions(events, first, asked, facts=[fact])["a"].state == state
    given = clause(id="first", role="part", event="fact.firmware", where={"firmware": "2.0.0"})
    other = clause(event="device.started", where={"version": {"compared": "= first.firmware"}})
    facts = [event("fact.firmware", at=None, firmware=version) for version in ("2.0.0", "9.9")]
    assert decisions(events, given, other, facts=facts)["a"].state == "holds"
    assert decisions(events, given, other, facts=facts[1:])["a"].state == "undecidable"


def test_a_comparison_with_the_symptom_uses_its_first_events() -> None:
    asked = clause(event=SYMPTOM.kind, where={"verify_code": {"compared": "= symptom.verify_code"}})
    second = event(SYMPTOM.kind, at=50, verify_code=7)
    assert decisions([SYMPTOM], asked)["a"].state == "refuted"
    assert decisions([SYMPTOM, second], asked)["a"].state == "holds"


@pytest.mark.parametrize(("events", "reason"), [(MAX_STORED, ""), (MAX_STORED + 1, TOO_MANY)])
def test_events_beyond_the_stored_ones_leave_a_comparison_open(events: int, reason: str) -> None:
    first = clause(id="first", role="part", event="device.started", where={"version": {"present": True}})
    asked = clause(event=LEASE, where={"address": {"compared": "= first.version"}})
    many = [event(LEASE, at=at / 10, address="10.0.0.1") for at in range(events)]
    found = decisions([event("device.started", version="2"), *many, SYMPTOM], first, asked)["a"]
    assert (found.state, found.reason) == ("undecidable" if reason else "refuted", reason)


def test_a_repeated_line_is_one_stored_event_with_its_count() -> None:
    first = clause(id="first", role="part", event="device.started", where={"version": {"present": True}})
    asked = clause(event=LEASE, count=3, where={"address": {"compared": "= first.version"}})
    thrice = event(LEASE, address="2")._replace(count=3)
    events = [event("device.started", version="2"), thrice, SYMPTOM]
    assert decisions(events, first, asked)["a"].state == "holds"
    many = [event(LEASE, at=at / 10, address="9")._replace(count=5) for at in range(MAX_STORED)]
    assert decisions([events[0], *many, SYMPTOM], first, asked | {"count": 1})["a"].state == "refuted"


@pytest.mark.parametrize(("passing", "state"), [(0, "refuted"), (1, "refuted"), (2, "refuted"), (3, "holds")])
def test_only_events_that_compare_as_required_count(passing: int, state: str) -> None:
    first = clause(id="first", role="part", event="device.started", where={"version": {"present": True}})
    asked = clause(event=LEASE, count=3, where={"address": {"compared": "= first.version"}})
    events = [event(LEASE, at=at, address="2" if at < passing else "9") for at in range(4)]
    found = decisions([event("device.started", version="2"), *events, SYMPTOM], first, asked)["a"]
    assert (found.state, len(found.events)) == (state, passing if state == "holds" else 0)


@pytest.mark.parametrize(("address", "state"), [("2", "holds"), ("9", "refuted")])
def test_an_event_near_the_symptom_is_compared(address: str, state: str) -> None:
    first = clause(id="first", role="part", event="device.started", where={"version": {"present": True}})
    where = {"address": {"compared": "= first.version"}}
    asked = clause(event=LEASE, before="symptom", within=30.0, where=where)
    events = [event("device.started", version="2"), event(LEASE, at=1, address=address), SYMPTOM]
    assert decisions(events, first, asked)["a"].state == state


# Dates: the days from a line to a time.


def until(days: float) -> Event:
    return event(CERTIFICATE, at=None, not_after=(START + timedelta(days=days)).replace(tzinfo=UTC))


def days_from(reference: str) -> dict[str, Any]:
    return {"event": CERTIFICATE, "where": {"not_after": {"days_from": reference, "at_most": 30}}}


def exact(found: Event, *, utc: bool = True) -> Event:
    return found._replace(time_quality="exact", time_utc=found.time if utc else None)


def test_days_are_open_without_a_date_and_for_hours_that_the_zone_decides() -> None:
    dated, zoneless = exact(event(SET, at=5)), exact(event(SET, at=5), utc=False)
    for facts in ([until(9)], [until(99)]):
        assert decided([SYMPTOM], facts, **days_from("trace")) == Decision("undecidable", (), NO_DATE)
        assert decided([SYMPTOM, dated], facts, **days_from("symptom")).reason == NO_DATE
    assert decided([SYMPTOM, dated], [until(9)], **days_from("trace")).state == "holds"
    assert decided([SYMPTOM, dated], [until(31.5)], **days_from("trace")) == Decision("refuted")
    assert decided([SYMPTOM, zoneless], [until(31.5)], **days_from("trace")).reason == ZONE_UNKNOWN
    assert decided([SYMPTOM, zoneless], [until(31.5), until(9)], **days_from("trace")).state == "holds"
    assert decided([SYMPTOM, zoneless], [until(31.4), until(32)], **days_from("trace")).reason == ZONE_UNKNOWN


def test_days_from_the_symptom_count_from_its_last_event() -> None:
    many = [exact(event(SYMPTOM.kind, at=86400 * day, verify_code=7)) for day in range(10)]
    assert decided(many, [until(38)], **days_from("symptom")).state == "holds"
    assert decided(many[:5], [until(38)], **days_from("symptom")).state == "refuted"


EARLIER: dict[str, Any] = {"event": CERTIFICATE, "where": {"not_after": {"earlier_than_symptom": True}}}


@pytest.mark.parametrize(("days", "state"), [(-9, "holds"), (9, "refuted")])
def test_the_time_of_a_fact_is_compared_with_that_of_the_symptom(days: float, state: str) -> None:
    assert decided([SYMPTOM], [until(days)], **EARLIER).state == state
    asked = clause(event=CERTIFICATE, where={"not_after": {"compared": "= early.not_after"}})
    found = decisions([SYMPTOM], clause(id="early", role="part", **EARLIER), asked, facts=[until(days)])
    assert found["early"].state == state
    same = [until(days), until(days)._replace(id="again")]
    found = decisions([SYMPTOM], clause(id="early", role="part", **EARLIER), asked, facts=same)
    assert found["a"].state == ("holds" if state == "holds" else "undecidable")
    absence = decided([event("device.started"), SYMPTOM], [until(days)], **EARLIER, absent=True, **IN_BOOT)
    assert absence.state == ("refuted" if state == "holds" else "undecidable")


def test_days_from_one_of_several_events() -> None:
    anchor = clause(id="anchor", role="part", event=SET)
    near, far = exact(event(SET, at=5)), exact(event(SET, at=86400 * 40))
    for events, state in [([near], "refuted"), ([near, far], "holds"), ([event(SET)], "undecidable")]:
        found = decisions([SYMPTOM, *events], anchor, clause(**days_from("anchor")), facts=[until(65)])["a"]
        assert found.state == state


# Absence.


def absent(events: Sequence[Event], facts: Sequence[Event] = (), unseen: Iterable[str] = (), **given: Any) -> Decision:
    return decided(events, facts, unseen, event=LEASE, absent=True, **given)


AFTER: dict[str, Any] = {"after": "symptom", "within": 30.0}
IN_BOOT: dict[str, Any] = {"same": "boot", "before": "symptom"}


def test_an_absence_that_is_refuted_names_the_event() -> None:
    found = absent([event(DISCOVER), SYMPTOM, event(LEASE, at=11)._replace(line=5), event(LEASE, at=12)], **AFTER)
    assert found == Decision("refuted", (), "", "x.log:5")


def test_an_absence_by_the_symptom_has_no_events_and_one_by_a_clause_has_its_anchor() -> None:
    assert absent([event(DISCOVER), SYMPTOM, event(DISCOVER, at=50)], **AFTER) == Decision("holds")
    anchor = clause(id="anchor", role="part", event=SET)
    asked = clause(event=LEASE, absent=True, after="anchor", within=30.0)
    events = [event(DISCOVER), event(SET, at=5), SYMPTOM, event(DISCOVER, at=50)]
    found = decisions(events, anchor, asked)["a"]
    assert (found.state, shown(found)) == ("holds", [(SET, 5)])


def test_an_absence_says_how_far_away_the_event_was() -> None:
    found = absent([event(DISCOVER), SYMPTOM, event(LEASE, at=41)], **AFTER)
    assert found == Decision("holds")
    short = absent([event(DISCOVER), SYMPTOM, event(DISCOVER, at=20)], **AFTER)
    assert short == Decision("undecidable", (), "the trace ends within the time window")
    early = [event(LEASE, at=2), event(DISCOVER, at=3), SYMPTOM]
    found = absent(early, before="symptom", within=9.0, offset=8.5)
    assert found.nearest == "8 s away, at least 8.5 s required"
    skipped = absent(early, unseen={LEASE}, before="symptom", within=9.0, offset=8.5)
    assert skipped == Decision("undecidable", (), LINES_SKIPPED, "8 s away, at least 8.5 s required")


def test_an_absence_is_open_if_its_window_was_not_opened_or_its_lines_were_skipped() -> None:
    anchor = clause(id="anchor", role="part", event=SET)
    asked = clause(event=LEASE, absent=True, after="anchor", within=30.0)
    events = [event(DISCOVER), SYMPTOM, event(DISCOVER, at=90)]
    assert decisions(events, anchor, asked)["a"] == Decision("undecidable", (), "no event opened its time window")
    assert absent(events, unseen={LEASE}, **AFTER) == Decision("undecidable", (), LINES_SKIPPED)
    assert absent(events, unseen={SET}, **AFTER).state == "holds"
    silent = [event(SET), SYMPTOM, event(SET, at=90)]
    assert absent(silent, unseen={SET}, **AFTER) == Decision("undecidable", (), LINES_SKIPPED)
    reason = "no line about dhcp in this boot; it may not be logged"
    assert absent(silent, **AFTER) == Decision("undecidable", (), reason)


def test_the_families_that_may_not_be_logged_are_named_in_order() -> None:
    found = decided([event("device.started"), SYMPTOM], event=(SET, LEASE), absent=True, **IN_BOOT)
    assert found.reason == "no line about dhcp or time in this boot; it may not be logged"


def test_an_event_that_may_be_the_absent_one_leaves_the_absence_open() -> None:
    where: dict[str, Any] = {"where": {"address": "10.0.0.1"}}
    events = [event("device.started"), event(LEASE, at=1), SYMPTOM]
    assert absent(events, **IN_BOOT, **where) == Decision("undecidable", (), NOT_ENOUGH_KNOWN)
    other = [event("device.started"), event(LEASE, at=1, address="10.0.0.2"), SYMPTOM]
    assert absent(other, **IN_BOOT, **where).state == "holds"


def test_an_absence_in_the_boot_of_the_symptom_needs_the_start_of_that_boot() -> None:
    boot, sent = event("device.started"), event(DISCOVER, at=1)
    assert absent([boot, sent, SYMPTOM], **IN_BOOT) == Decision("holds")
    assert absent([sent, SYMPTOM], **IN_BOOT).reason == "the trace does not begin with the boot"
    lost = event("trace.lines_lost", at=5, lines=3)
    assert absent([boot, sent, lost, SYMPTOM], **IN_BOOT).reason == "lines were lost within the time window"
    late = event("trace.lines_lost", at=15, lines=3)
    assert absent([boot, sent, SYMPTOM, late], **IN_BOOT) == Decision("holds")


def test_a_fact_refutes_the_absence_of_its_kind() -> None:
    asked: dict[str, Any] = {"event": CHAIN, "absent": True, **IN_BOOT}
    events = [event("device.started"), SYMPTOM]
    assert decided(events, [event(CHAIN, at=None)], **asked) == Decision("refuted")
    assert decided(events, [event(CERTIFICATE, at=None)], **asked).state == "undecidable"
    assert decided(events, [event(CHAIN, at=None)], **asked, where={"sha2": "yes"}).state == "undecidable"


# Clauses that are composed of others.

HOLDS, REFUTED, OPEN = (
    {"event": LEASE},
    {"event": LEASE, "where": {"address": "10.9.9.9"}},
    {"event": FAILED},
)
OPEN_REASON = "the trace has no line about dhcp lease failed"
PARTS: dict[str, dict[str, Any]] = {"holds": HOLDS, "refuted": REFUTED, "open": OPEN}


@pytest.mark.parametrize(
    ("form", "state", "reason", "nearest"),
    [
        ({"all": ["holds"]}, "holds", "", ""),
        ({"all": ["holds", "refuted"]}, "refuted", "", "refuted"),
        ({"all": ["open", "refuted"]}, "refuted", "", "refuted"),
        ({"all": ["holds", "open"]}, "undecidable", OPEN_REASON, "open"),
        ({"any": ["refuted", "holds"]}, "holds", "", ""),
        ({"any": ["refuted", "open"]}, "undecidable", OPEN_REASON, "open"),
        ({"any": ["refuted"]}, "refuted", "", "refuted"),
        ({"none": ["refuted"]}, "holds", "", ""),
        ({"none": ["open"]}, "undecidable", OPEN_REASON, "open"),
        ({"none": ["refuted", "open"]}, "undecidable", OPEN_REASON, "open"),
        ({"none": ["holds", "open"]}, "refuted", "", ""),
        ({"all": ["holds"], "none": ["refuted"]}, "holds", "", ""),
        ({"all": ["holds"], "any": ["open"], "none": ["refuted"]}, "undecidable", OPEN_REASON, "open"),
        ({"all": ["holds"], "any": ["holds"], "none": ["holds"]}, "refuted", "", ""),
    ],
)
def test_a_composed_clause(form: dict[str, Any], state: str, reason: str, nearest: str) -> None:
    events = [event(LEASE, address="10.0.0.1"), SYMPTOM]
    parts = [clause(id=name, **given) for name, given in PARTS.items()]
    found = decisions(events, *parts, clause(**form))["a"]
    assert (found.state, found.reason, found.nearest) == (state, reason, nearest)
    assert shown(found) == (
        [(LEASE, 0)]
        if (state == "holds" and "none" not in form) or form == {"all": ["holds"], "none": ["refuted"]}
        else []
    )


def test_a_composed_clause_has_the_events_of_its_parts_once_and_up_to_the_limit() -> None:
    parts = [clause(id="one", event=LEASE), clause(id="two", event=DISCOVER), clause(id="three", event=(LEASE, SET))]
    events = [*times(LEASE, 1), *times(DISCOVER, 2), *times(SET, 3), SYMPTOM]
    asked = clause(all=["one"], any=["two", "three"])
    assert shown(decisions(events, *parts, asked)["a"]) == [(LEASE, 1), (DISCOVER, 2), (SET, 3)]
    more = [*times(LEASE, 1, 1.5), *times(DISCOVER, 2, 2.5), SYMPTOM]
    assert shown(decisions(more, *parts, asked)["a"]) == [(LEASE, 1), (LEASE, 1.5), (DISCOVER, 2)]


def test_the_reasons_of_parts_are_given_once() -> None:
    parts = [
        clause(id="one", event=FAILED),
        clause(id="two", event=SET),
        clause(id="both", role="part", all=["one", "two"]),
    ]
    found = decisions([SYMPTOM], *parts, clause(all=["one", "both"]))["a"]
    assert found == Decision("undecidable", (), f"{OPEN_REASON}; the trace has no line about time set", "one, both")


# Clauses about several phones: what the group of phones decides, and lines that were skipped.


@pytest.mark.parametrize(
    ("group", "unseen", "expected"),
    [
        (GroupDecision(True, SYMPTOM), (), Decision("holds", (SYMPTOM,))),
        (GroupDecision(True), (), Decision("holds")),
        (GroupDecision(True, SYMPTOM), (LEASE,), Decision("holds", (SYMPTOM,))),
        (GroupDecision(False, None, "", "2 of 3 phones"), (), Decision("refuted", (), "", "2 of 3 phones")),
        (GroupDecision(False, None, "", "2 of 3 phones"), (SET,), Decision("refuted", (), "", "2 of 3 phones")),
        (
            GroupDecision(False, None, "r", "2 of 3 phones"), (LEASE,),
            Decision("undecidable", (), LINES_SKIPPED, "2 of 3 phones"),
        ),
        (GroupDecision(None, None, "why", "near"), (), Decision("undecidable", (), "why", "near")),
    ],
)  # fmt: skip
def test_a_clause_about_several_phones(group: GroupDecision, unseen: Sequence[str], expected: Decision) -> None:
    asked = clause(event=LEASE, phones=3, within=60.0)
    assert decisions([event(LEASE), SYMPTOM], asked, unseen=unseen, group=group)["a"] == expected
