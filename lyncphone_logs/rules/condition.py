"""The schema of patterns: events of some kinds whose fields pass tests."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Annotated

from lyncphone_logs.events.event import MESSAGE, family_of
from lyncphone_logs.events.templates import names_in
from lyncphone_logs.events.vocabulary import FREE_TEXT, field_of, is_of_line, unknown_kind, unknown_test
from lyncphone_logs.validation import ClosedModel, Constraint

Scalar = bool | int | float | str
SYMPTOM = "symptom"
"""The name of the event that a rule explains, in keys that may also name a clause."""
GIVEN = frozenset({"certificate", "fact", "display"})
"""Families of events that the user gives; they do not come from the trace."""
TRACE = "trace"
"""The name of the last line of the trace whose date is written in full, in `days_from`."""
MAX_REGEX, MAX_OPENED = 1000, 100
"""Characters of a regex, and its `(` and `[`. `regex` recurses into them."""
VERSION = r"^((<|<=|=|>=|>)\d+(\.\d+)*)?$"
MAX_KINDS, MAX_TESTS, MAX_NETWORKS = 64, 64, 64
"""Kinds and tests of a pattern, and networks of a test."""
COMPARED = r"^((=|!=|<|<=|>|>=) [a-z0-9-]+\.\w+)?$"


def check_braces(says: str) -> tuple[str, ...]:
    """The names of the fields in a sentence. Raises ValueError if it has other braces."""
    try:
        return names_in(says)
    except ValueError as error:
        raise ValueError(f"says {error}") from None


@dataclass(frozen=True, kw_only=True)
class Condition(ClosedModel):
    """A test of one field, other than equality. All keys that are given must hold.

    `cidr`: the address is in one of these networks (RFC 4632); `outside`: in none of them. `none_of`: equal to none.
    `present`: whether the event has the field. `compared`: with a field of another clause's event in the same scope, as
    in `"!= first-boot.firmware"`; `symptom` names the event that the rule explains. `not`: a condition that the field
    must not meet. `days_from`: `at_least` and `at_most` are about the complete days from there to the time in the
    field: from `trace`, the last line whose date is written in full, from `symptom`, or from another clause's event.
    """

    version: str = ""
    at_least: float | None = None
    at_most: float | None = None
    contains: str = ""
    prefix: str = ""
    suffix: str = ""
    regex: str = ""
    cidr: Annotated[tuple[str, ...], Constraint(max_length=MAX_NETWORKS)] = ()
    outside: Annotated[tuple[str, ...], Constraint(max_length=MAX_NETWORKS)] = ()
    none_of: tuple[Scalar, ...] = ()
    present: bool | None = None
    compared: str = ""
    earlier_than_symptom: bool | None = None
    days_from: Annotated[str, Constraint(pattern=r"^[a-z0-9-]*$")] = ""
    not_: "Condition | None" = None

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the keys that are given."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) != each.default)

    def accepts(self, text: str) -> bool:
        """Whether a text contains, begins and ends with what it must, in any case."""
        folded = text.casefold()
        is_around = folded.startswith(self.prefix.casefold()) and folded.endswith(self.suffix.casefold())
        return is_around and self.contains.casefold() in folded

    def permits(self, word: str) -> bool:
        """Whether one of the values that the vocabulary lists passes the tests of a text."""
        from lyncphone_logs.rules.regex_budget import finds  # imports this module

        is_excluded = word.casefold() in {str(each).casefold() for each in self.none_of}
        is_denied = self.not_ is not None and self.not_.permits(word)
        is_found = not self.regex or finds(self.regex, word) is not False
        return self.accepts(word) and is_found and not (is_excluded or is_denied)

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
        ranges = {"at_least", "at_most"}
        if self.days_from and (ranges.isdisjoint(self.given) or {*self.given} - ranges - {"days_from"}):
            raise ValueError("days_from needs at_least or at_most, and permits no other test")
        if self.not_ and {"not_", "present", "compared", "days_from"}.intersection(self.not_.given):
            raise ValueError("not cannot contain not, present, compared or days_from: state the opposite test instead")
        if len(self.regex) > MAX_REGEX or sum(map(self.regex.count, "([")) > MAX_OPENED:
            raise ValueError(f"regex is longer than {MAX_REGEX} characters, or has {MAX_OPENED} ( and [")
        try:
            regex.compile(self.regex)
        except (regex.error, RecursionError, OverflowError) as error:
            raise ValueError(f"regex {self.regex!r}: {error}") from None


@dataclass(frozen=True, kw_only=True)
class EventPattern(ClosedModel):
    """Events of one of these kinds whose fields pass all tests.

    A test in `where` is a value to equal (case ignored), a list of such values, or a condition. Its name is a field of
    the kind, or a part of the line, such as `component` or `message`.
    """

    event: tuple[str, ...] | str
    where: Annotated[dict[str, Condition | list[Scalar] | Scalar], Constraint(max_length=MAX_TESTS)] = field(
        default_factory=dict
    )

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

    @property
    def dates(self) -> tuple[tuple[str, Condition], ...]:
        """Name and test of each field whose time is compared with that of a line."""
        tests = self.where.items()
        return tuple((name, test) for name, test in tests if isinstance(test, Condition) and test.days_from)

    @property
    def rests_on_text(self) -> bool:
        """Whether it asks for words of a line, or for a line of which no grammar says what it means."""
        words = FREE_TEXT.intersection(self.where)
        return MESSAGE in self.kinds or any(is_of_line(kind, name) for kind in self.kinds for name in words)

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        if not self.kinds:
            raise ValueError("event: at least one kind is required")
        if len(self.kinds) > MAX_KINDS:
            raise ValueError(f"event: at most {MAX_KINDS} kinds are permitted")
        for complaint in filter(None, map(self._complaint, self.kinds)):
            raise ValueError(complaint)

    def _complaint(self, kind: str) -> str:
        """Why it may not ask for a kind, or can never match one."""
        from lyncphone_logs.rules.impossible import never_meets  # imports this module

        if complaint := unknown_kind(kind) or next(filter(None, (unknown_test(kind, name) for name in self.where)), ""):
            return complaint
        for name, test in self.where.items():
            if family_of(kind) in GIVEN and is_of_line(kind, name):
                return f"{kind} is not from a line, so it has no {name}"
            field = field_of(kind, name)
            if field and (never := never_meets(field, test)):
                return f"{name} of {kind}: {never}"
        return ""

    def check_template(self, template: str) -> None:
        """Raises ValueError if braces in a sentence are no field, or one that the events do not have."""
        for name in sorted({*check_braces(template)} - {"count"}):
            complaint = next(filter(None, (unknown_test(kind, name) for kind in self.kinds)), "")
            if complaint:
                raise ValueError(f"says: {complaint}")
