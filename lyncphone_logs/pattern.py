"""Whether an event fits a pattern: yes, no, or not to be told from what the event holds."""

import re
from datetime import UTC, datetime, timedelta

from lyncphone_logs.event import Event, Value
from lyncphone_logs.rule import Condition, Pattern, Scalar

UNKNOWN_ZONE = timedelta(hours=14)
"""A phone's naive clock and a certificate's UTC dates may differ by so much."""

SLOWEST_SEARCH = 0.25
"""Seconds that a rule's own regex may take on one field."""


def fits(pattern: Pattern, event: Event, symptom: Event | None = None) -> bool | None:
    """True or False; None where a tested field is missing or `unknown`, a time is not known or a regex is too slow.

    `symptom` is needed where a condition compares with it; without it such a condition is None.
    """
    if event.kind not in pattern.kinds:
        return False
    states = [_passes(test, event.fields.get(name), symptom) for name, test in pattern.where.items()]
    return False if False in states else None if None in states else True


def _passes(test: Condition | list[Scalar] | Scalar, value: Value | None, symptom: Event | None) -> bool | None:
    if value is None or value == "unknown":
        return None
    values = value if isinstance(value, tuple) else (value,)
    if isinstance(test, Condition):
        states = [_meets(test, each, symptom) for each in values]
        return True if True in states else None if None in states else False
    wanted = [_folded(each) for each in (test if isinstance(test, list) else [test])]
    return any(_folded(each) in wanted for each in values)


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def _meets(test: Condition, value: Value, symptom: Event | None) -> bool | None:
    states = [
        version_fits(test.version, str(value)) if test.version else True,
        _at_least(value, test.at_least),
        _at_most(value, test.at_most),
        test.contains.casefold() in str(value).casefold(),
        _found(test.regex, str(value)) if test.regex else True,
        True if test.earlier_than_symptom is None else _is_earlier(value, symptom, test.earlier_than_symptom),
    ]
    return False if False in states else None if None in states else True


def _at_least(value: Value, bound: float | None) -> bool | None:
    return True if bound is None else value >= bound if isinstance(value, int | float) else None


def _at_most(value: Value, bound: float | None) -> bool | None:
    return True if bound is None else value <= bound if isinstance(value, int | float) else None


def _found(expression: str, text: str) -> bool | None:
    import regex

    try:
        return regex.search(expression, text, timeout=SLOWEST_SEARCH) is not None
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


def version_fits(condition: str, text: str) -> bool | None:
    """Whether a version meets a condition such as `<3.0.1`; None where the text holds no version."""
    operator = condition.rstrip("0123456789.")
    found, bound = version_of(text), version_of(condition)
    if not found:
        return None
    if operator == "=":
        return found[: len(bound)] == bound
    width = max(len(found), len(bound))
    left, right = found + (0,) * (width - len(found)), bound + (0,) * (width - len(bound))
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
