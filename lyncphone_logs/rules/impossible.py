"""Finds tests that no event can ever pass: of another type, outside the known values, empty, or contradictory."""

import ipaddress
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from lyncphone_logs.events.vocabulary import Field, field_of
from lyncphone_logs.rules.condition import Condition, Scalar

Test = Condition | list[Scalar] | Scalar
Type = Literal["text", "number", "boolean", "time"]

TEXT_KEYS = frozenset({"contains", "prefix", "suffix", "regex", "version"})
RANGE_KEYS = frozenset({"at_least", "at_most"})
KEYS: dict[Type, frozenset[str]] = {
    "text": TEXT_KEYS | {"cidr", "outside", "none_of"},
    "number": TEXT_KEYS | RANGE_KEYS | {"none_of"},
    "boolean": frozenset({"none_of"}),
    "time": RANGE_KEYS | {"earlier_than_symptom", "days_from"},
}
"""What can be tested of a field of a type, in addition to `present`, `compared` and `not`."""


def type_of(field: Field) -> Type:
    """What the values of a field are to a test. Versions and the items of lists are texts."""
    if field.type in ("integer", "number"):
        return "number"
    return "boolean" if field.type == "boolean" else "time" if field.type == "time" else "text"


def never_meets(field: Field, test: Test) -> str:
    """Why no value of a field passes a test, "" if one may."""
    if not isinstance(test, Condition):
        return _never_equal(field, test if isinstance(test, list) else [test])
    return next(_contradictions(field, test), "")


def _never_equal(field: Field, wanted: Sequence[Scalar]) -> str:
    if not wanted:
        return "no value is one of an empty list"
    kind = type_of(field)
    if kind == "time":
        return "a time equals no value: use days_from or compared"
    if field.values and not {str(each).casefold() for each in wanted}.intersection(map(str.casefold, field.values)):
        return f"never is {wanted[0]!r}: {', '.join(field.values)}"
    fitting = {"number": (int, float), "boolean": (bool,), "text": (str,)}[kind]
    if any(isinstance(each, fitting) and (kind == "boolean" or not isinstance(each, bool)) for each in wanted):
        return ""
    return f"is {field.type} but is compared with {_type_name(wanted[0])}"


def _type_name(value: Scalar) -> str:
    return "text" if isinstance(value, str) else "true or false" if isinstance(value, bool) else "a number"


def _contradictions(field: Field, test: Condition) -> Iterator[str]:
    kind = type_of(field)
    unfit = sorted(set(test.given) - KEYS[kind] - {"present", "compared", "not_"})
    if unfit:
        yield f"{unfit[0]} never holds, because it is {field.type}"
    if kind == "time" and RANGE_KEYS.intersection(test.given) and not test.days_from:
        yield "at_least and at_most of a time need days_from"
    yield from _empty_range(test, is_whole=field.type == "integer" or bool(test.days_from))
    if test.version[:1] == "<" and set(test.version[1:]) <= {"0", "."}:
        yield f"no version is {test.version}"
    if test.cidr and _covered(test.cidr, test.outside):
        yield "all networks of cidr are in those of outside"
    if test.not_ and (never := never_meets(field, test.not_)):
        yield f"not has no effect: {never}"
    if test.not_ and _implies(test, test.not_):
        yield "not excludes all that the other tests permit"
    if field.values and not any(map(test.permits, field.values)):
        yield f"none of its values passes: {', '.join(field.values)}"
    if kind == "boolean" and {True, False} <= set(test.none_of):
        yield "none_of excludes both true and false"


def _empty_range(test: Condition, *, is_whole: bool) -> Iterator[str]:
    if test.at_least is None or test.at_most is None:
        return
    low, high = (math.ceil(test.at_least), math.floor(test.at_most)) if is_whole else (test.at_least, test.at_most)
    if low > high:
        yield "no number meets both at_least and at_most"


def _implies(test: Condition, other: Condition) -> bool:
    """Whether all values that pass a test pass the other one too, as far as the keys show it."""
    return all(_implies_key(test, other, name) for name in other.given)


def _implies_key(test: Condition, other: Condition, name: str) -> bool:
    prefix, suffix, contains = (each.casefold() for each in (test.prefix, test.suffix, test.contains))
    if name == "prefix":
        return prefix.startswith(other.prefix.casefold())
    if name == "suffix":
        return suffix.endswith(other.suffix.casefold())
    if name == "contains":
        return any(other.contains.casefold() in each for each in (prefix, suffix, contains))
    if name == "at_least":
        return test.at_least is not None and other.at_least is not None and test.at_least >= other.at_least
    if name == "at_most":
        return test.at_most is not None and other.at_most is not None and test.at_most <= other.at_most
    if name == "cidr":
        return bool(test.cidr) and _covered(test.cidr, other.cidr)
    if name == "none_of":
        return set(other.none_of) <= set(test.none_of)
    return bool(getattr(test, name) == getattr(other, name))


def _covered(inner: Iterable[str], outer: Iterable[str]) -> bool:
    """Whether each of the networks is in one of the others."""
    known = [ipaddress.ip_network(each) for each in outer]
    return all(any(_is_in(ipaddress.ip_network(each), other) for other in known) for each in inner)


def _is_in(one: ipaddress.IPv4Network | ipaddress.IPv6Network, other: object) -> bool:
    if isinstance(one, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return one.subnet_of(other)
    both_6 = isinstance(one, ipaddress.IPv6Network) and isinstance(other, ipaddress.IPv6Network)
    return both_6 and one.subnet_of(other)  # type: ignore[arg-type]  # both are of version 6


def never_compares(kinds: Sequence[str], name: str, relation: str, others: Sequence[str], other: str) -> str:
    """Why a field of some kinds never compares with one of other kinds as required, "" if it may."""
    left = [field for kind in kinds if (field := field_of(kind, name))]
    right = [field for kind in others if (field := field_of(kind, other))]
    if not right:
        return f"{' and '.join(others)} has no field {other!r}"
    types = {type_of(each) for each in left}, {type_of(each) for each in right}
    if types[0].isdisjoint(types[1]) and relation != "!=":
        return f"{name} is {left[0].type} but {other} is {right[0].type}"
    return ""


def value_count(kind: str, name: str, test: Test | None) -> float:
    """The number of different values that a field of a kind can have if it passes a test."""
    field = field_of(kind, name)
    known: float = 2 if field and field.type == "boolean" else len(field.values) if field and field.values else math.inf
    if isinstance(test, Condition):
        return sum(map(test.permits, field.values)) if field and field.values else known
    return known if test is None else min(known, len(test) if isinstance(test, list) else 1)
