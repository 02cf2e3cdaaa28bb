"""Times of phones whose zone is not known: what is decided, and what 14 hours of difference leave open."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from support.small_rules import START, SYMPTOM

from lyncphone_logs.matching.matcher import Moment, is_days_from, moment_of, passes
from lyncphone_logs.rules.condition import Condition

S, H = timedelta(seconds=1), timedelta(hours=1)
ZONE = 14 * H


@pytest.mark.parametrize(
    ("distance", "is_earlier"),
    [
        (-ZONE - S, True), (-ZONE, True), (-ZONE + S, None), (timedelta(), None),
        (ZONE - S, None), (ZONE, False), (ZONE + S, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wanted", [True, False])
def test_a_date_within_14_hours_is_neither_earlier_nor_later(
    distance: timedelta, is_earlier: bool | None, wanted: bool
) -> None:
    test = Condition(earlier_than_symptom=wanted)
    expected = None if is_earlier is None else is_earlier == wanted
    at = START + 10 * S + distance
    assert passes(test, at, SYMPTOM) is expected
    assert passes(test, at.replace(tzinfo=UTC), SYMPTOM) is expected
    assert passes(test, (at + 2 * H).replace(tzinfo=timezone(2 * H)), SYMPTOM) is expected
    assert passes(test, at) is None
    assert passes(test, at, SYMPTOM._replace(time=None)) is None
    assert passes(test, "a text", SYMPTOM) is None
    in_utc = SYMPTOM._replace(time_utc=START + 10 * S, time=datetime(1970, 1, 1))
    assert passes(test, at, in_utc) is expected


def test_days_are_open_if_14_hours_decide_them() -> None:
    test = Condition(days_from="trace", at_least=3, at_most=3)
    found = set()
    for hours in range(24 * 6):
        for slack in (ZONE, timedelta()):
            state = is_days_from(test, START + hours * H, Moment(START, slack))
            assert state is _plain(hours, slack), hours
            found.add(state)
    assert found == {True, False, None}
    assert is_days_from(test, "a text", Moment(START, ZONE)) is None


def _plain(hours: int, slack: timedelta) -> bool | None:
    """The definition: the whole days of every offset of the zone, in steps of an hour."""
    slack_hours = int(slack / H)
    states = {(hours + offset) // 24 == 3 for offset in range(-slack_hours, slack_hours + 1)}
    return states.pop() if len(states) == 1 else None


def test_a_moment_is_known_if_the_date_is_written_in_full() -> None:
    exact = SYMPTOM._replace(time_quality="exact")
    assert moment_of(exact) == Moment(START + 10 * S, ZONE)
    assert moment_of(exact._replace(time_utc=START)) == Moment(START, timedelta())
    assert moment_of(exact._replace(time=None)) is None
    for quality in ("assumed-year", "assumed-date", "unset", "none", "collector"):
        assert moment_of(exact._replace(time_quality=quality, time_utc=START)) is None
