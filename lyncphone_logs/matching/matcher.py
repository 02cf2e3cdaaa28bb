"""Tests whether an event matches a pattern: True, False, or None if its fields do not decide it."""

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.events.vocabulary import value_of
from lyncphone_logs.rules import regex_budget
from lyncphone_logs.rules.condition import Condition, EventPattern, Scalar

UNKNOWN_ZONE = timedelta(hours=14)
"""The most by which a phone's naive clock and a UTC date of a certificate may differ because of the time zone."""

ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(pattern: EventPattern, event: Event, symptom: Event | None = None) -> bool | None:
    """Whether the event matches; None if a tested field or time is missing or `unknown`, or a regex is too slow.

    Conditions that compare with the time of the symptom are None without `symptom`. Comparisons with other events are
    not tested here but by `compares` and `is_days_from`.
    """
    if event.kind not in pattern.kinds:
        return False
    return all_of([passes(test, value_of(event, name), symptom) for name, test in pattern.where.items()])


def all_of(states: Iterable[bool | None]) -> bool | None:
    """False if one state is False, else None if one is None, else True."""
    known = set(states)
    return False if False in known else None if None in known else True


def any_of(states: Iterable[bool | None]) -> bool | None:
    """True if one state is True, else None if one is None, else False."""
    known = set(states)
    return True if True in known else None if None in known else False


def compares(event: Event, comparison: tuple[str, str, str, str], other: Event) -> bool | None:
    """Whether a field of `event` compares with one of `other` as required; None if one of them is missing.

    `comparison`: name of the field, operator, clause of the other event, name of the other field.
    """
    name, relation, _, other_name = comparison
    left, right = value_of(event, name), value_of(other, other_name)
    if left is None or right is None:
        return None
    if relation in ("=", "!="):
        return (folded(left) == folded(right)) == (relation == "=")
    if isinstance(left, int | float) and isinstance(right, int | float):
        return ORDERS[relation](left, right)
    return version_matches(f"{relation}{right}", str(left)) if version_of(str(right)) else None


def passes(test: Condition | list[Scalar] | Scalar, value: Value | None, symptom: Event | None = None) -> bool | None:
    """Whether the value of one field passes a test; None if it is missing or does not decide it."""
    if isinstance(test, Condition) and test.present is not None and (value is None or not test.present):
        return (value is not None) == test.present
    if value is None or value == "unknown":
        return None
    values = value if isinstance(value, tuple) else (value,)
    if isinstance(test, Condition):
        found = any_of(_meets_condition(test, each, symptom) for each in values)
        if test.not_ is None:
            return found
        denied = passes(test.not_, value, symptom)
        return all_of([found, None if denied is None else not denied])
    return _is_one_of(test if isinstance(test, list) else [test], values)


def _is_one_of(wanted: list[Scalar], values: Iterable[Value]) -> bool:
    accepted = [folded(each) for each in wanted]
    return any(folded(each) in accepted for each in values)


def folded(value: Value) -> Value:
    """Text without case differences; other values unchanged."""
    return value.casefold() if isinstance(value, str) else value


def _meets_condition(test: Condition, value: Value, symptom: Event | None) -> bool | None:
    text = str(value)
    return all_of(
        [
            version_matches(test.version, text) if test.version else True,
            _is_in_range(test, value),
            test.accepts(text),
            regex_budget.finds(test.regex, text) if test.regex else True,
            _is_inside(test.cidr, text) if test.cidr else True,
            _is_outside(test.outside, text) if test.outside else True,
            folded(value) not in map(folded, test.none_of),
            True if test.earlier_than_symptom is None else _is_earlier(value, symptom, test.earlier_than_symptom),
        ]
    )


def _is_inside(networks: Iterable[str], text: str) -> bool | None:
    """None if the text is not an address. A port may follow the address; brackets may enclose it (RFC 3986)."""
    host = text.strip().removeprefix("[").partition("]")[0]
    for candidate in (host, host.rpartition(":")[0]):
        try:
            address = ipaddress.ip_address(candidate)
        except ValueError:
            continue
        return any(address in ipaddress.ip_network(network) for network in networks)
    return None


def _is_outside(networks: Iterable[str], text: str) -> bool | None:
    is_inside = _is_inside(networks, text)
    return None if is_inside is None else not is_inside


def _is_in_range(test: Condition, value: Value) -> bool | None:
    if test.days_from:
        return True if isinstance(value, datetime) else None
    if test.at_least is None and test.at_most is None:
        return True
    return _is_between(value, test) if isinstance(value, int | float) else None


def _is_between(number: float, test: Condition) -> bool:
    return (test.at_least is None or number >= test.at_least) and (test.at_most is None or number <= test.at_most)


class Moment(NamedTuple):
    """A time, and by how much it may be wrong because the time zone is not known."""

    time: datetime
    slack: timedelta


def moment_of(event: Event) -> Moment | None:
    """The time of a line whose date is written in full, in UTC if the zone is known; else None."""
    if event.time_quality != "exact" or event.time is None:
        return None
    return Moment(event.time_utc, timedelta()) if event.time_utc else Moment(event.time, UNKNOWN_ZONE)


def is_days_from(test: Condition, value: Value | None, moment: Moment) -> bool | None:
    """Whether the complete days from a moment to a time are in the range of a test; None if the zone decides."""
    if not isinstance(value, datetime):
        return None
    date = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    least, most = ((date - moment.time + slack).days for slack in (-moment.slack, moment.slack))
    states = {_is_between(days, test) for days in range(least, most + 1)}
    return states.pop() if len(states) == 1 else None


def _is_earlier(value: Value, symptom: Event | None, wanted: bool) -> bool | None:
    moment = (symptom.time_utc or symptom.time) if symptom else None
    if not isinstance(value, datetime) or moment is None:
        return None
    date = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return None if abs(date - moment) < UNKNOWN_ZONE else (date < moment) == wanted


def version_of(text: str) -> tuple[int, ...]:
    """The numbers of a firmware version: (3, 0, 1, 322) for `UC_3.0.1.322`; empty if the text has none."""
    found = re.search(r"(?<!\d)\d{1,18}+(?:\.\d{1,18}+)++", text) or re.search(r"\d{1,18}+", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def version_matches(condition: str, text: str) -> bool | None:
    """Whether a version meets a condition such as `<3.0.1`; None if the text contains no version."""
    relation = condition[: 2 if condition[1:2] == "=" else 1]
    found, bound = version_of(text), version_of(condition)
    if not found:
        return None
    if relation == "=":
        return found[: len(bound)] == bound
    width = max(len(found), len(bound))
    left, right = found + (0,) * (width - len(found)), bound + (0,) * (width - len(bound))
    return ORDERS[relation](left, right)
