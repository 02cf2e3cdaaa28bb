"""Whether an event fits a pattern: yes, no, or not to be told from what the event holds."""

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.rules.condition import Condition, EventPattern, Scalar

UNKNOWN_ZONE = timedelta(hours=14)
"""A phone's naive clock and a certificate's UTC dates may differ by so much."""

MAX_SEARCH_SECONDS = 0.25
"""Seconds that a rule's own regex may take on one field."""
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(pattern: EventPattern, event: Event, symptom: Event | None = None) -> bool | None:
    """True or False; None where a tested field is missing or `unknown`, a time is not known or a regex is too slow.

    `symptom` is needed where a condition compares with its time; without it such a condition is None. Comparisons with
    fields of other events are left to `compares`.
    """
    if event.kind not in pattern.kinds:
        return False
    states = [passes(test, event.fields.get(name), symptom) for name, test in pattern.where.items()]
    return all_of(states)


def all_of(states: Iterable[bool | None]) -> bool | None:
    """Whether all hold: False where one does not, None where that cannot be told."""
    known = set(states)
    return False if False in known else None if None in known else True


def any_of(states: Iterable[bool | None]) -> bool | None:
    """Whether one holds: True where one does, None where that cannot be told."""
    known = set(states)
    return True if True in known else None if None in known else False


def compares(event: Event, comparison: tuple[str, str, str, str], other: Event) -> bool | None:
    """Whether a field of an event stands to one of another as `comparison` asks; None where one of them is missing."""
    name, relation, _, theirs = comparison
    left, right = event.fields.get(name), other.fields.get(theirs)
    if left is None or right is None:
        return None
    if relation in ("=", "!="):
        return (folded(left) == folded(right)) == (relation == "=")
    if isinstance(left, int | float) and isinstance(right, int | float):
        return ORDERS[relation](left, right)
    return version_matches(f"{relation}{right}", str(left)) if version_of(str(right)) else None


def passes(test: Condition | list[Scalar] | Scalar, value: Value | None, symptom: Event | None = None) -> bool | None:
    """The same for one field."""
    if isinstance(test, Condition) and test.present is not None and (value is None or not test.present):
        return (value is not None) == test.present
    if value is None or value == "unknown":
        return None
    values = value if isinstance(value, tuple) else (value,)
    if isinstance(test, Condition):
        return any_of(_meets(test, each, symptom) for each in values)
    wanted = [folded(each) for each in (test if isinstance(test, list) else [test])]
    return any(folded(each) in wanted for each in values)


def folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def _meets(test: Condition, value: Value, symptom: Event | None) -> bool | None:
    text = str(value)
    return all_of(
        [
            version_matches(test.version, text) if test.version else True,
            _at_least(value, test.at_least),
            _at_most(value, test.at_most),
            test.contains.casefold() in text.casefold(),
            text.casefold().startswith(test.prefix.casefold()),
            _found(test.regex, text) if test.regex else True,
            _lies_in(test.cidr, text) if test.cidr else True,
            _is_outside(test.outside, text) if test.outside else True,
            folded(value) not in map(folded, test.none_of),
            True if test.earlier_than_symptom is None else _is_earlier(value, symptom, test.earlier_than_symptom),
        ]
    )


def _lies_in(networks: Iterable[str], text: str) -> bool | None:
    """The address may be followed by a port or stand in brackets; None where the text is none."""
    host = text.strip().removeprefix("[").partition("]")[0]
    for candidate in (host, host.rpartition(":")[0]):
        try:
            address = ipaddress.ip_address(candidate)
        except ValueError:
            continue
        return any(address in ipaddress.ip_network(network) for network in networks)
    return None


def _is_outside(networks: Iterable[str], text: str) -> bool | None:
    lies_in = _lies_in(networks, text)
    return None if lies_in is None else not lies_in


def _at_least(value: Value, bound: float | None) -> bool | None:
    return True if bound is None else value >= bound if isinstance(value, int | float) else None


def _at_most(value: Value, bound: float | None) -> bool | None:
    return True if bound is None else value <= bound if isinstance(value, int | float) else None


def _found(expression: str, text: str) -> bool | None:
    import regex

    try:
        return regex.search(expression, text, timeout=MAX_SEARCH_SECONDS) is not None
    except TimeoutError:
        return None


def _is_earlier(value: Value, symptom: Event | None, wanted: bool) -> bool | None:
    moment = (symptom.time_utc or symptom.time) if symptom else None
    if not isinstance(value, datetime) or moment is None:
        return None
    written = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return None if abs(written - moment) < UNKNOWN_ZONE else (written < moment) == wanted


def version_of(text: str) -> tuple[int, ...]:
    """The numbers of a firmware version: (3, 0, 1, 322) of `UC_3.0.1.322`; empty where there is none."""
    found = re.search(r"\d+(?:\.\d+)+", text) or re.search(r"\d+", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def version_matches(condition: str, text: str) -> bool | None:
    """Whether a version meets a condition such as `<3.0.1`; None where the text holds no version."""
    relation = condition[: 2 if condition[1:2] == "=" else 1]
    found, bound = version_of(text), version_of(condition)
    if not found:
        return None
    if relation == "=":
        return found[: len(bound)] == bound
    width = max(len(found), len(bound))
    left, right = found + (0,) * (width - len(found)), bound + (0,) * (width - len(bound))
    return ORDERS[relation](left, right)
