"""Clause state per scope: shared by all symptoms, or one for each if the symptom is an anchor of the clause."""

from typing import Any

import pytest
from support.small_rules import REJECTED, SYMPTOM, clause, event, phone_of, rule, term_of

from lyncphone_logs.events.event import Event

LEASE = "dhcp.lease.obtained"
OTHER = event(REJECTED, at=50, verify_code=9)


def states(events: list[Event], **given: Any) -> dict[str, str]:
    asked = clause(event=LEASE, **given)
    phone = phone_of(events, rule("AAA001", asked), rule("AAA002", asked, verify_code=9))
    return {each.rule.code: term_of(each).state for each in phone.diagnoses}


@pytest.mark.parametrize("same", ["boot", "phone"])
@pytest.mark.parametrize(("at", "expected"), [(8, ("holds", "refuted")), (48, ("refuted", "holds"))])
def test_two_symptoms_of_a_scope_have_windows_of_their_own(at: float, expected: tuple[str, str], same: str) -> None:
    events = sorted([SYMPTOM, OTHER, event(LEASE, at=at)], key=lambda each: each.time.timestamp() if each.time else 0)
    found = states(events, before="symptom", within=5.0, same=same)
    assert (found["AAA001"], found["AAA002"]) == expected


@pytest.mark.parametrize("same", ["boot", "phone"])
def test_without_an_anchor_they_share_one_state(same: str) -> None:
    assert set(states([event(LEASE), SYMPTOM, OTHER], same=same).values()) == {"holds"}
    assert set(states([SYMPTOM, OTHER, event(LEASE, at=60)], same=same).values()) == {"holds"}


@pytest.mark.parametrize("events", [[event(LEASE, at=11), SYMPTOM], [SYMPTOM, event(LEASE, at=9)]])
def test_a_symptom_that_joins_late_is_placed_by_position_and_not_by_time(events: list[Event]) -> None:
    held = states(events, before="symptom", within=5.0)["AAA001"]
    assert held == ("holds" if events[0].kind == LEASE else "refuted")
