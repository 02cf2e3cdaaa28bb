"""The schema of patterns: events of some kinds whose fields pass tests."""

import ipaddress
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from lyncphone_logs.events.vocabulary import unknown_field, unknown_kind
from lyncphone_logs.validation import ClosedModel

Scalar = bool | int | float | str
SYMPTOM = "symptom"
"""The name of the event that a rule explains, in keys that may also name a clause."""
VERSION = r"^((<|<=|=|>=|>)\d+(\.\d+)*)?$"
COMPARED = r"^((=|!=|<|<=|>|>=) [a-z0-9-]+\.\w+)?$"


def unfilled(template: str) -> str:
    """A sentence of a rule with … in place of each field of an event."""
    return re.sub(r"\{\w+\}", "…", template)


@dataclass(frozen=True, kw_only=True)
class Condition(ClosedModel):
    """A test of one field, other than equality. All keys that are given must hold.

    `cidr`: the address is in one of these networks (RFC 4632); `outside`: in none of them. `none_of`: equal to none.
    `present`: whether the event has the field. `compared`: with a field of another clause's event in the same scope, as
    in `"!= first-boot.firmware"`; `symptom` names the event that the rule explains.
    """

    version: str = ""
    at_least: float | None = None
    at_most: float | None = None
    contains: str = ""
    prefix: str = ""
    regex: str = ""
    cidr: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    none_of: tuple[Scalar, ...] = ()
    present: bool | None = None
    compared: str = ""
    earlier_than_symptom: bool | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the keys that are given."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) != each.default)

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        import regex

        if not self.given:
            raise ValueError("an empty condition tests nothing")
        if not regex.fullmatch(VERSION, self.version):
            raise ValueError(f"version {self.version!r} is not one of < <= = >= > followed by digits and dots")
        if not regex.fullmatch(COMPARED, self.compared):
            raise ValueError(f"compared {self.compared!r} is not one of = != < <= > >= and clause.field")
        for network in (*self.cidr, *self.outside):
            ipaddress.ip_network(network)
        if self.present is False and len(self.given) > 1:
            raise ValueError("present = false cannot be combined with another test")
        try:
            regex.compile(self.regex)
        except regex.error as error:
            raise ValueError(f"regex {self.regex!r}: {error}") from None


@dataclass(frozen=True, kw_only=True)
class EventPattern(ClosedModel):
    """Events of one of these kinds whose fields pass all tests.

    A test in `where` is a value to equal (case ignored), a list of such values, or a condition.
    """

    event: tuple[str, ...] | str
    where: dict[str, Condition | list[Scalar] | Scalar] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds as a tuple."""
        return (self.event,) if isinstance(self.event, str) else self.event

    @property
    def comparisons(self) -> Iterator[tuple[str, str, str, str]]:
        """Field, operator, id of the other clause and its field, for each test that compares."""
        for name, test in self.where.items():
            if isinstance(test, Condition) and test.compared:
                operator, _, other = test.compared.partition(" ")
                clause, _, other_field = other.partition(".")
                yield name, operator, clause, other_field

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        if not self.kinds:
            raise ValueError("event: at least one kind is required")
        for kind in self.kinds:
            complaint = unknown_kind(kind) or next(filter(None, (unknown_field(kind, f) for f in self.where)), "")
            if complaint:
                raise ValueError(complaint)

    def check_template(self, template: str) -> None:
        """Raises ValueError if braces in a sentence name a field that the events do not have."""
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
        for name in sorted(names - {"count"}):
            complaint = next(filter(None, (unknown_field(kind, name) for kind in self.kinds)), "")
            if complaint:
                raise ValueError(f"says: {complaint}")
