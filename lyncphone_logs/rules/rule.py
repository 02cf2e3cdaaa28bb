"""A rule: a pattern of events and what it means. Data in TOML, one file a diagnosis; this is its closed schema.

A rule whose symptom (`explains`) was seen is a candidate cause of it; its clauses then make it more or less probable.

The classes have no slots: pickle restores them in half the time without.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Literal

from lyncphone_logs.errors import suggestion
from lyncphone_logs.events.vocabulary import Stage, unknown_field, unknown_kind
from lyncphone_logs.rules.clause import Clause, Explained
from lyncphone_logs.rules.condition import SYMPTOM, VERSION, Condition, EventPattern, Scalar
from lyncphone_logs.validation import ClosedModel, Constraint, OneLine, Text

Severity = Literal["error", "warning", "note"]
Verdict = Literal["confirmed", "likely", "possible", "unlikely"]
Code = Annotated[str, Constraint(pattern=r"^[A-Z]{2,5}\d{3}$")]
EXPLAINS = "explains"
"""How `confirmed_by` names the symptom itself."""


@dataclass(frozen=True, kw_only=True)
class Applicability(ClosedModel):
    """Phones that the rule is about; what is not named does not matter. `firmware` is a version condition."""

    vendor: str = ""
    model: str = ""
    firmware: Annotated[str, Constraint(pattern=VERSION)] = ""


@dataclass(frozen=True, kw_only=True)
class Remedy(ClosedModel):
    """One step: who does it, where, what, and how it is undone."""

    who: OneLine
    where: OneLine
    what: OneLine
    undo: OneLine


@dataclass(frozen=True, kw_only=True)
class History(ClosedModel):
    """Advice that was given once and must not be followed today, with its danger."""

    year: int
    advice: OneLine
    danger: OneLine
    source: OneLine


@dataclass(frozen=True, kw_only=True)
class Reference(ClosedModel):
    """Where to read more."""

    title: OneLine
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Verify(EventPattern):
    """What the next trace must show when the fix worked."""

    says: OneLine


@dataclass(frozen=True, kw_only=True)
class SampleEvent(ClosedModel):
    """An event of a sample that does not come from a line; `at` is in seconds from the start of the sample."""

    at: Annotated[float, Constraint(ge=0)] | None = None
    kind: str
    fields: dict[str, Scalar | list[str]] = field(default_factory=dict)

    def check(self) -> None:
        """Raises ValueError where it is not sound."""
        complaint = unknown_kind(self.kind) or next(
            filter(None, map(partial(unknown_field, self.kind), self.fields)), ""
        )
        if complaint:
            raise ValueError(complaint)


@dataclass(frozen=True, kw_only=True)
class SampleLine(ClosedModel):
    """A line of a sample, so many seconds from its start."""

    at: Annotated[float, Constraint(ge=0)]
    line: str


@dataclass(frozen=True, kw_only=True)
class RuleSample(ClosedModel):
    """A trace in small with what the rule makes of it.

    positive: listed with at least `verdict`, and at most `at_most` where that is said; `holds` names the clauses that
    hold, and no other may; negative: not listed at all, or ruled out; near_miss: as negative, but one piece short of a
    positive. Lines and events that say `at` come in that order, others before them, events first. `origin` is real
    (with its source) or synthetic.
    """

    kind: Literal["positive", "negative", "near_miss"]
    says: OneLine
    origin: Annotated[str, Constraint(pattern=r"^(synthetic|real: .+)$")] = "synthetic"
    lines: tuple[str | SampleLine, ...] = ()
    events: tuple[SampleEvent, ...] = ()
    verdict: Verdict = "unlikely"
    at_most: Verdict = "confirmed"
    holds: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(ClosedModel):
    """One diagnosis.

    `confirmed_by`: sets of clauses of which one must hold as a whole for the word; `explains` in such a set is the
    symptom itself, where its signature is not inferred. `leads_to`: diagnoses that may be consequences of this one, and
    are then put under it. `silences`: more general ones that say nothing beside it.
    """

    code: Code
    name: Annotated[str, Constraint(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")]
    title: OneLine
    severity: Severity
    stage: Stage | None = None
    prevalence: Literal["common", "occasional", "rare"]
    applies_to: tuple[Applicability, ...] = ()
    explains: tuple[Explained, ...]
    clause: tuple[Clause, ...] = ()
    confirmed_by: tuple[tuple[str, ...], ...] = ()
    leads_to: tuple[Code, ...] = ()
    silences: tuple[Code, ...] = ()
    cause: Text
    impact: Text
    remedy: tuple[Remedy, ...]
    history: tuple[History, ...] = ()
    verify: Verify
    references: tuple[Reference, ...]
    sample: tuple[RuleSample, ...] = ()

    @property
    def patterns(self) -> tuple[EventPattern, ...]:
        """Everything that it looks for in a trace."""
        return (*self.explains, *(step for clause in self.clause for step in clause.steps), self.verify)

    def check(self) -> None:
        """Raises ValueError where it is not sound."""
        for name in ("explains", "remedy", "references", "sample"):
            if not getattr(self, name):
                raise ValueError(f"{name}: at least one is needed")
        ids = [clause.id for clause in self.clause]
        if len(set(ids)) < len(ids) or {EXPLAINS, SYMPTOM}.intersection(ids):
            raise ValueError(f"two clauses have the same id, or one is called {EXPLAINS} or {SYMPTOM}")
        complaint = next(self._complaints(ids), "")
        if complaint:
            raise ValueError(complaint)

    def _complaints(self, ids: list[str]) -> Iterator[str]:
        for name in sorted({name for together in self.confirmed_by for name in together} - {EXPLAINS, *ids}):
            yield f"confirmed_by names no clause: {name!r} {suggestion(name, ids)}".strip()
        yield from self._reference_complaints(ids)
        for name in sorted({name for each in self.sample for name in each.holds or ()}.difference(ids)):
            yield f"a sample says that {name!r} holds, which is no clause {suggestion(name, ids)}".strip()
        yield from self._unused_part_complaints()

    def _reference_complaints(self, ids: list[str]) -> Iterator[str]:
        """A clause is composed of clauses before it. It may refer to any that has an event and the same scope."""
        with_event = {clause.id: clause for clause in self.clause if not (clause.is_composed or clause.absent)}
        for number, clause in enumerate(self.clause):
            for name in sorted(set(clause.named).difference(ids[:number])):
                yield f"clause {clause.id} names {name!r}, no clause before it {suggestion(name, ids)}".strip()
            others = _referred_to(clause) - {SYMPTOM}
            for name in sorted(others.difference(with_event)):
                yield f"clause {clause.id} refers to {name!r}, which is no clause with an event"
            for name in sorted(others.intersection(with_event)):
                if with_event[name].same != clause.same:
                    scope = with_event[name].same
                    yield f"clause {clause.id} and {name} lie in different scopes: same = {scope!r}"

    def _unused_part_complaints(self) -> Iterator[str]:
        used = {name for clause in self.clause for name in (*clause.named, *clause.anchors)}
        used |= {other for pattern in self.patterns for _, _, other, _ in pattern.comparisons}
        for clause in self.clause:
            if clause.role == "part" and clause.id not in used:
                yield f"clause {clause.id} is part of nothing"


def _referred_to(clause: Clause) -> set[str]:
    """The clauses whose events bound a clause in time, or are compared with its events."""
    return {*clause.anchors, *(other for step in clause.steps for _, _, other, _ in step.comparisons)}


CLASSES = (
    Applicability, Clause, Condition, EventPattern, Explained, History, Reference, Remedy, Rule, RuleSample,
    SampleEvent, SampleLine, Verify,
)  # fmt: skip
"""Those that an instance of Rule is made of."""
