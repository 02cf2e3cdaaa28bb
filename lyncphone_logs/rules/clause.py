"""The schema of clauses: which other events were seen, how often, in which order, within which time, or not at all.

Times between two events are measured with the phone's clock if both are in one segment of it, else with the
collector's; never with that of this machine. Events with equal stamps, and lines that came late, keep the order of the
trace. If a time is not known, a clause that needs it is undecidable.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from lyncphone_logs.events.event import family_of
from lyncphone_logs.events.vocabulary import unknown_test
from lyncphone_logs.rules.condition import GIVEN, SYMPTOM, EventPattern, check_braces
from lyncphone_logs.rules.impossible import value_count
from lyncphone_logs.validation import Constraint, OneLine

Strength = Literal["decisive", "strong", "moderate", "weak"]
Fault = Literal["documented", "inferred"]
"""Whether a source says that the cause leads to this, or that this supports or contradicts it; else it is inferred."""
Signature = Literal["seen", "documented", "synthetic"]
"""Whether the text was seen in a real trace, is in a document or in source code, or is in no known source."""
ScopeName = Literal["transaction", "call", "handshake", "boot", "phone"]
MAX_STORED = 32
"""Events that are stored, for each clause and scope, to measure the times between them; more if `count` is more."""
MAX_COUNT = 1000
MAX_SEQUENCE = 64
"""Events of a sequence, with the `count` of each step."""
IN_SCOPE: dict[str, frozenset[str]] = {
    "transaction": frozenset({"transaction", "call"}),
    "call": frozenset({"call"}),
    "handshake": frozenset({"handshake", "boot"}),
    "boot": frozenset({"boot"}),
    "phone": frozenset(),
}
"""Of which scopes the events of one scope share one."""


@dataclass(frozen=True, kw_only=True)
class Explained(EventPattern):
    """A symptom that the cause would produce. `likelihood`: how probable this symptom is if the cause is present.

    If several symptoms of one rule match an event, the first counts. `aside`: a few words that a report adds to the
    title if the rule is only a rival: why it is less likely, or what would decide. `ignores`: ids of clauses that say
    nothing about this symptom, and then do not change its weight.
    """

    likelihood: Literal["strong", "moderate", "weak"] = "strong"
    fault: Fault
    signature: Signature
    source: OneLine
    says: OneLine
    aside: Annotated[str, Constraint(pattern=r"^[^\n]*$")] = ""
    ignores: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        super().check()
        self.check_template(self.says)


@dataclass(frozen=True, kw_only=True)
class SequenceStep(EventPattern):
    """A step of a sequence: `count` such events, repeats counted."""

    count: Annotated[int, Constraint(ge=1, le=MAX_SEQUENCE)] = 1


@dataclass(frozen=True, kw_only=True)
class Clause(EventPattern):
    """Further evidence. `same`: the transaction, call, handshake, boot or phone that it shares with the symptom.

    `count`: at least this many events, `within` this many seconds of each other, all with the same value of the field
    `by`, counted once per boot, call and so on if `once_per` is given; `distinct`: with different values of that field.
    `then`: the event is followed by these, in any order if `ordered` is false, all `within` seconds or `within_events`
    events of the phone; each as often as its `count` says. `first_of`: the event comes before any of these. `before`,
    `after`, `between`: its position relative to the symptom or to the event of another clause (the anchors), at least
    `offset` and at most `within` seconds away. `absent`: there is no such event in that window. Every anchor opens a
    window; the clause holds if one was empty and complete, so that the event would have been seen. `phones`: at least
    this many phones of the trace, of which this phone is one, have such an event `within` this many seconds. `all`,
    `any`, `none`: of other clauses, instead of an event.

    `signature` is empty for facts, derived events and composed clauses, which have no text.

    Role `part` has no weight; other clauses refer to it. Clauses of one `group` state one fact in several ways: of
    those that hold, only the one with the greatest weight counts.
    """

    event: tuple[str, ...] | str = ()
    id: Annotated[str, Constraint(pattern=r"^[a-z0-9-]+$")]
    role: Literal["requires", "supports", "contradicts", "rules_out", "part"]
    strength: Strength = "moderate"
    fault: Fault
    signature: Literal["", Signature] = ""
    source: OneLine
    says: OneLine
    same: ScopeName = "phone"
    count: Annotated[int, Constraint(ge=1, le=MAX_COUNT)] = 1
    within: Annotated[float, Constraint(gt=0)] | None = None
    within_events: Annotated[int, Constraint(ge=1)] | None = None
    offset: Annotated[float, Constraint(ge=0)] = 0
    by: str = ""
    distinct: str = ""
    phones: Annotated[int, Constraint(ge=0, le=MAX_COUNT)] = 0
    once_per: Literal["", "transaction", "call", "handshake", "boot"] = ""
    then: tuple[SequenceStep, ...] = ()
    ordered: bool = True
    first_of: tuple[EventPattern, ...] = ()
    before: str = ""
    after: str = ""
    between: tuple[str, ...] = ()
    absent: bool = False
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    group: str = ""

    @property
    def is_composed(self) -> bool:
        """Whether it is composed of other clauses, and has no event."""
        return bool(self.all or self.any or self.none)

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of the clauses that it is composed of."""
        return (*self.all, *self.any, *self.none)

    @property
    def starts(self) -> tuple[str, ...]:
        """Anchors that its events come after."""
        return tuple(filter(None, (self.after, *self.between[:1])))

    @property
    def ends(self) -> tuple[str, ...]:
        """Anchors that its events come before."""
        return tuple(filter(None, (self.before, *self.between[1:])))

    @cached_property
    def anchors(self) -> tuple[str, ...]:
        """All anchors: ids of clauses, or SYMPTOM."""
        return (*self.starts, *self.ends)

    @cached_property
    def is_by_symptom(self) -> bool:
        """Whether the symptom is one of the anchors."""
        return SYMPTOM in self.anchors

    @property
    def steps(self) -> tuple[EventPattern, ...]:
        """Its event, then those of `then` and `first_of`."""
        return () if self.is_composed else (self, *self.then, *self.first_of)

    @cached_property
    def all_kinds(self) -> tuple[str, ...]:
        """The kinds of all its steps, without duplicates."""
        return tuple(dict.fromkeys(kind for step in self.steps for kind in step.kinds))

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        if not self.is_composed:
            super().check()
        complaint = next(self._complaints(), "")
        if complaint:
            raise ValueError(complaint)
        check_braces(self.says)
        if not (self.absent or self.is_composed):
            self.check_template(self.says)

    def _complaints(self) -> Iterator[str]:
        yield from self._weight_complaints()
        yield from self._form_complaints()
        yield from self._anchor_complaints()
        yield from self._limit_complaints()
        yield from self._count_complaints()
        yield from self._sequence_complaints()
        yield from self._phones_complaints()
        yield from self._text_complaints()
        yield from self._date_complaints()
        yield from self._comparison_complaints()

    def _weight_complaints(self) -> Iterator[str]:
        if self.fault == "inferred" and self.strength in {"decisive", "strong"}:
            yield "strength of an inferred clause is at most moderate"
        if self.fault == "inferred" and self.role == "rules_out":
            yield "an inferred clause cannot rule out"

    def _form_complaints(self) -> Iterator[str]:
        count = self.count > 1 and not self.then
        forms = {"count": count, "then": self.then, "first_of": self.first_of, "absent": self.absent}
        forms |= {"phones": self.phones}
        given = [name for name, is_given in forms.items() if is_given]
        if self.is_composed and (given or self.kinds or self.anchors or self.within):
            yield "all, any and none combine other clauses: no event, form or window is permitted with them"
        if len(given) > 1:
            yield f"{' and '.join(given)} cannot be combined"

    def _anchor_complaints(self) -> Iterator[str]:
        if self.between and (len(self.between) != 2 or self.before or self.after):
            yield "between has two anchors, and replaces before and after"
        if self.anchors and (self.then or self.first_of):
            yield "then and first_of cannot be combined with before, after or between"

    def _limit_complaints(self) -> Iterator[str]:
        if self.within and not (self.count > 1 or self.then or self.anchors or self.phones):
            yield "within needs count, then, before, after or between, or phones"
        if self.offset and (self.count > 1 or not (self.before or self.after)):
            yield "offset needs before or after, and one event"
        if self.offset and self.within and self.offset >= self.within:
            yield "no event is at least offset and less than within seconds away: offset must be less than within"
        if self.then and not (self.within or self.within_events):
            yield "then needs a limit: set within or within_events"
        if self.within_events and not self.then:
            yield "within_events needs then"
        if self.absent and not self._absence_has_an_end:
            yield 'absent needs between, an anchor with within, or same = "boot" with before = "symptom"'

    @property
    def _absence_has_an_end(self) -> bool:
        in_boot = self.same == "boot" and self.before == SYMPTOM
        return in_boot or bool(self.between or (self.anchors and self.within))

    def _count_complaints(self) -> Iterator[str]:
        if (self.by or self.once_per) and (self.count == 1 or self.then):
            yield "by and once_per need count, and permit no then"
        if self.distinct and self.count == 1:
            yield "distinct needs count"
        for name in filter(None, (self.by, self.distinct)):
            yield from filter(None, (unknown_test(kind, name) for kind in self.kinds))
        if self.once_per in IN_SCOPE[self.same]:
            yield f"the events of one {self.same} are in one {self.once_per}: once_per never counts more than one"
        if self.distinct and (self.once_per or self.then or self.distinct == self.by):
            yield "distinct cannot be combined with once_per or then, nor be the field of by"
        if self.distinct and self.count > 1:
            values = sum(value_count(kind, self.distinct, self.where.get(self.distinct)) for kind in self.kinds)
            if values < self.count:
                yield f"{self.distinct} has at most {values:g} different values here, so {self.count} are never seen"

    def _sequence_complaints(self) -> Iterator[str]:
        events = self.count + sum(step.count for step in self.then)
        if self.then and events > MAX_SEQUENCE:
            yield f"a sequence has at most {MAX_SEQUENCE} events"
        if self.within_events and self.within_events < len(self.then):
            yield f"within_events = {self.within_events} is too few for the steps of then"

    def _phones_complaints(self) -> Iterator[str]:
        if not self.phones:
            return
        if self.phones == 1 or not self.within:
            yield "phones is at least 2, and needs within"
        if self.anchors or self.same != "phone" or next(self.comparisons, None):
            yield "phones cannot be combined with before, after, between, same or compared"
        if any(family_of(kind) in GIVEN for kind in self.kinds):
            yield "phones needs events of the trace: what the user gives has no time"

    def _text_complaints(self) -> Iterator[str]:
        if any(step.rests_on_text for step in self.steps):
            if self.strength in {"decisive", "strong"}:
                yield "strength of a clause about message, text or log.message is at most moderate"
            if self.role == "rules_out":
                yield "a clause about message, text or log.message cannot rule out"

    def _date_complaints(self) -> Iterator[str]:
        is_single = self.count == 1 and len(self.steps) == 1 and not (self.absent or self.phones)
        if any(step.dates for step in self.steps) and not is_single:
            yield "days_from needs a clause about one event, without count, then, first_of, absent or phones"

    def _comparison_complaints(self) -> Iterator[str]:
        # Events are counted before they are compared; then only their sum is known, not which were near each other.
        is_sum = len(self.steps) == 1 and not (self.absent or self.by or self.distinct or self.once_per)
        if any(any(step.comparisons) for step in self.steps) and not (is_sum and not (self.count > 1 and self.within)):
            yield (
                "compared needs events that are only counted: it permits no then, first_of, absent, by, distinct or "
                "once_per, and no count with within"
            )
