"""The schema of clauses: which other events were seen, how often, in which order, within which time, or not at all.

Times between two events are measured with the phone's clock if both are in one segment of it, else with the
collector's; never with that of this machine. Events with equal stamps, and lines that came late, keep the order of the
trace. If a time is not known, a clause that needs it is undecidable.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from lyncphone_logs.events.vocabulary import unknown_field
from lyncphone_logs.rules.condition import SYMPTOM, EventPattern
from lyncphone_logs.validation import Constraint, OneLine

Strength = Literal["decisive", "strong", "moderate", "weak"]
Basis = Literal["seen", "documented", "inferred"]
ScopeName = Literal["transaction", "call", "handshake", "boot", "phone"]
MAX_COUNT = 32
"""Events that are stored, for each clause and scope, to measure the times between them."""


@dataclass(frozen=True, kw_only=True)
class Explained(EventPattern):
    """A symptom that the cause would produce. `likelihood`: how probable this symptom is if the cause is present.

    If several symptoms of one rule match an event, the first counts. `aside`: a few words that a report adds to the
    title if the rule is only a rival: why it is less likely, or what would decide. `ignores`: ids of clauses that say
    nothing about this symptom, and then do not change its weight.
    """

    likelihood: Literal["strong", "moderate", "weak"] = "strong"
    basis: Basis
    source: OneLine
    says: OneLine
    aside: Annotated[str, Constraint(pattern=r"^[^\n]*$")] = ""
    ignores: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        super().check()
        self.check_template(self.says)


@dataclass(frozen=True, kw_only=True)
class Clause(EventPattern):
    """Further evidence. `same`: the transaction, call, handshake, boot or phone that it shares with the symptom.

    `count`: at least this many events, `within` this many seconds of each other, all with the same value of the field
    `by`, counted once per boot, call and so on if `once_per` is given. `then`: the event is followed by these, in any
    order if `ordered` is false, all `within` seconds or `within_events` events of the phone. `first_of`: the event
    comes before any of these. `before`, `after`, `between`: its position relative to the symptom or to the event of
    another clause (the anchors), at most `within` seconds away. `absent`: there is no such event in that window. Every
    anchor opens a window; the clause holds if one was empty and complete, so that the event would have been seen.
    `all`, `any`, `none`: of other clauses, instead of an event.

    Role `part` has no weight; other clauses refer to it. Clauses of one `group` state one fact in several ways: of
    those that hold, only the one with the greatest weight counts.
    """

    event: tuple[str, ...] | str = ()
    id: Annotated[str, Constraint(pattern=r"^[a-z0-9-]+$")]
    role: Literal["requires", "supports", "contradicts", "rules_out", "part"]
    strength: Strength = "moderate"
    basis: Basis
    source: OneLine
    says: OneLine
    same: ScopeName = "phone"
    count: Annotated[int, Constraint(ge=1, le=MAX_COUNT)] = 1
    within: Annotated[float, Constraint(gt=0)] | None = None
    within_events: Annotated[int, Constraint(ge=1)] | None = None
    by: str = ""
    once_per: Literal["", "transaction", "call", "handshake", "boot"] = ""
    then: tuple[EventPattern, ...] = ()
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
        if not (self.absent or self.is_composed):
            self.check_template(self.says)

    def _complaints(self) -> Iterator[str]:
        yield from self._weight_complaints()
        yield from self._form_complaints()
        yield from self._anchor_complaints()
        yield from self._limit_complaints()
        yield from self._count_complaints()

    def _weight_complaints(self) -> Iterator[str]:
        if self.basis == "inferred" and self.strength in {"decisive", "strong"}:
            yield "strength of an inferred clause is at most moderate"
        if self.basis == "inferred" and self.role == "rules_out":
            yield "an inferred clause cannot rule out"

    def _form_complaints(self) -> Iterator[str]:
        forms = {"count": self.count > 1, "then": self.then, "first_of": self.first_of, "absent": self.absent}
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
        if self.within and not (self.count > 1 or self.then or self.anchors):
            yield "within needs count, then, before, after or between"
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
        if (self.by or self.once_per) and self.count == 1:
            yield "by and once_per need count"
        if self.by:
            yield from filter(None, (unknown_field(kind, self.by) for kind in self.kinds))
