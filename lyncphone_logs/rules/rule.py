"""The closed schema of a rule, which is one diagnosis in one TOML file: a pattern of events and what it means.

A rule is a candidate cause if one of its symptoms (`explains`) was seen. Its clauses then make it more or less
probable.

The classes have no slots: without slots pickle restores them in half the time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Literal

from lyncphone_logs.errors import suggestion
from lyncphone_logs.events.vocabulary import Environment, Stage, unknown_field, unknown_kind
from lyncphone_logs.notebook import shown
from lyncphone_logs.rules.clause import Clause, Explained, SequenceStep
from lyncphone_logs.rules.condition import SYMPTOM, TRACE, VERSION, Condition, EventPattern, Scalar, check_braces
from lyncphone_logs.rules.impossible import never_compares
from lyncphone_logs.validation import ClosedModel, Constraint, OneLine, Text

Severity = Literal["error", "warning", "note"]
Verdict = Literal["confirmed", "likely", "possible", "unlikely"]
Code = Annotated[str, Constraint(pattern=r"^[A-Z]{2,5}\d{3}$")]
Few = Constraint(max_length=100)
"""Restricts a list of parts of a rule."""
EXPLAINS = "explains"
"""The name of the symptom in `confirmed_by`."""


@dataclass(frozen=True, kw_only=True)
class Applicability(ClosedModel):
    """Phones that the rule is about. An empty key permits all; `firmware` is a version condition such as `<2.0.1`.

    `device`: what they are: a phone that signs in, or a gateway or border controller, which does not.
    """

    device: Literal["", "phone", "gateway"] = ""
    environment: tuple[Environment, ...] = ()
    vendor: str = ""
    model: str = ""
    firmware: Annotated[str, Constraint(pattern=VERSION)] = ""


@dataclass(frozen=True, kw_only=True)
class Remedy(ClosedModel):
    """One step of the fix: who does it, what to do, how to undo it, and where, if `what` does not name the place.

    `environment` and `vendor`: the step is for these only, and printed only if the phone is known to be one of them; if
    both are empty, for any phone. `unless`: the id of a clause; if it holds, the step is done already and not printed.
    """

    who: OneLine
    what: OneLine
    undo: OneLine
    where: Annotated[str, Constraint(pattern=r"^[^\n]*$")] = ""
    environment: tuple[Environment, ...] = ()
    vendor: str = ""
    unless: str = ""

    @property
    def way_back(self) -> str:
        """How to undo the step; empty if there is nothing to undo."""
        return "" if self.undo.casefold().startswith("nothing to undo") else self.undo


@dataclass(frozen=True, kw_only=True)
class Check(ClosedModel):
    """How to find out, before anything is changed, whether this is the cause.

    `commands` can be copied; each works in bash, cmd and PowerShell. `TRACE` in one stands for the paths of the trace,
    words in capitals such as SERVER for what the user must put there. `settles`: ids of clauses; if none of them is
    undecidable any more, the check is not printed. `environment` and `vendor` are those of a Remedy.
    """

    says: OneLine
    commands: tuple[OneLine, ...] = ()
    settles: tuple[str, ...] = ()
    environment: tuple[Environment, ...] = ()
    vendor: str = ""


@dataclass(frozen=True, kw_only=True)
class History(ClosedModel):
    """Advice of the past that must not be followed today, and why it is dangerous."""

    year: int
    advice: OneLine
    danger: OneLine
    source: OneLine


@dataclass(frozen=True, kw_only=True)
class Reference(ClosedModel):
    """A page or document to read more in."""

    title: OneLine
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Verify(EventPattern):
    """What the next trace must show if the fix worked."""

    says: OneLine

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        super().check()
        check_braces(self.says)


@dataclass(frozen=True, kw_only=True)
class SampleEvent(ClosedModel):
    """An event of a sample without a line, such as a fact. `at` is in seconds from the start of the sample."""

    at: Annotated[float, Constraint(ge=0)] | None = None
    kind: str
    fields: dict[str, Scalar | list[str]] = field(default_factory=dict)

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        complaint = unknown_kind(self.kind) or next(
            filter(None, map(partial(unknown_field, self.kind), self.fields)), ""
        )
        if complaint:
            raise ValueError(complaint)


@dataclass(frozen=True, kw_only=True)
class SampleLine(ClosedModel):
    """A line of a sample. `at` is in seconds from the start of the sample."""

    at: Annotated[float, Constraint(ge=0)]
    line: str


@dataclass(frozen=True, kw_only=True)
class RuleSample(ClosedModel):
    """A small trace and the verdict that the rule must reach.

    positive: the rule is listed with a verdict from `verdict` to `at_most`; if `holds` is given, exactly these clauses
    hold. negative: the rule is not listed, or is ruled out. near_miss: a negative that lacks one piece of a positive.
    Lines and events with `at` are in the order of these times. Those without come before them, events first. `origin`
    is `synthetic` or `real: source`.
    """

    kind: Literal["positive", "negative", "near_miss"]
    says: OneLine
    origin: Annotated[str, Constraint(pattern=r"^(synthetic|real: .+)$")] = "synthetic"
    lines: tuple[str | SampleLine, ...] = ()
    events: tuple[SampleEvent, ...] = ()
    verdict: Verdict = "unlikely"
    at_most: Verdict = "confirmed"
    holds: tuple[str, ...] | None = None


@shown("code", "name", "title", "severity", "stage")
@dataclass(frozen=True, kw_only=True)
class Rule(ClosedModel):
    """One diagnosis.

    `confirmed_by`: sets of clauses; the diagnosis is confirmed if all clauses of one set hold. `explains` in a set is
    the symptom itself, which counts if a source shows its text and says what it means. `leads_to`: diagnoses that may
    be consequences of this one, and are then listed under it. `silences`: more general diagnoses that add nothing to
    this one. `prevalence`: which of the causes of one symptom comes first, common before occasional before rare;
    `ranked_by` is the source of that. Without both the rule is not ranked, and counts as common. `why`: the cause in
    one or two short sentences, for the first screen; `why_of`: instead of it, for phones of a vendor. `fix_at`: where
    the fix starts. `is_fact`: the rule states what was counted, such as lost lines, and so has no probability.
    `only_if_alone`: it is listed only if nothing else is known about a phone, neither a diagnosis nor a failure.
    `requires_environment`: it is a candidate only for phones that are known to be in one of these environments.
    `applies_to`: the rule weighs less for other phones. `only_for`: it is no candidate for other phones.
    """

    code: Code
    name: Annotated[str, Constraint(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")]
    title: OneLine
    severity: Severity
    stage: Stage | None = None
    prevalence: Literal["", "common", "occasional", "rare"] = ""
    ranked_by: Annotated[str, Constraint(pattern=r"^[^\n]*$")] = ""
    is_fact: bool = False
    only_if_alone: bool = False
    fix_at: Literal["", "phone", "server", "network", "account", "trace"] = ""
    why: Annotated[str, Constraint(pattern=r"^[^\n]*$")] = ""
    why_of: dict[str, OneLine] = field(default_factory=dict)
    applies_to: Annotated[tuple[Applicability, ...], Few] = ()
    requires_environment: tuple[Environment, ...] = ()
    only_for: Annotated[tuple[Applicability, ...], Few] = ()
    explains: Annotated[tuple[Explained, ...], Few]
    clause: Annotated[tuple[Clause, ...], Few] = ()
    confirmed_by: Annotated[tuple[tuple[str, ...], ...], Few] = ()
    leads_to: tuple[Code, ...] = ()
    silences: tuple[Code, ...] = ()
    cause: Text
    impact: Text
    checks: Annotated[tuple[Check, ...], Few] = ()
    remedy: Annotated[tuple[Remedy, ...], Few]
    history: Annotated[tuple[History, ...], Few] = ()
    verify: Verify
    references: Annotated[tuple[Reference, ...], Few]
    sample: Annotated[tuple[RuleSample, ...], Few] = ()

    @property
    def patterns(self) -> tuple[EventPattern, ...]:
        """All events that the rule looks for in a trace."""
        return (*self.explains, *(step for clause in self.clause for step in clause.steps), self.verify)

    def check(self) -> None:
        """Raises ValueError if the values are wrong together."""
        for name in ("explains", "remedy", "references", "sample"):
            if not getattr(self, name):
                raise ValueError(f"{name}: at least one is required")
        ids = [clause.id for clause in self.clause]
        if len(set(ids)) < len(ids) or {EXPLAINS, SYMPTOM, TRACE}.intersection(ids):
            raise ValueError(f"two clauses have the same id, or the id of one is {EXPLAINS}, {SYMPTOM} or {TRACE}")
        complaint = next(self._complaints(ids), "")
        if complaint:
            raise ValueError(complaint)

    def _complaints(self, ids: list[str]) -> Iterator[str]:
        if bool(self.prevalence) != bool(self.ranked_by):
            yield "prevalence and ranked_by need each other"
        for name in sorted({name for together in self.confirmed_by for name in together} - {EXPLAINS, *ids}):
            yield f"confirmed_by has {name!r}, which is no clause {suggestion(name, ids)}".strip()
        yield from self._reference_complaints(ids)
        named = {each.unless for each in self.remedy if each.unless}
        named |= {name for each in self.checks for name in each.settles}
        named |= {name for each in self.explains for name in each.ignores}
        for name in sorted(named.difference(ids)):
            yield f"unless, settles or ignores has {name!r}, which is no clause {suggestion(name, ids)}".strip()
        for name in sorted({name for each in self.sample for name in each.holds or ()}.difference(ids)):
            yield f"holds of a sample has {name!r}, which is no clause {suggestion(name, ids)}".strip()
        yield from self._unused_part_complaints()
        yield from self._comparison_complaints()
        yield from self._text_complaints()

    def rests_on_text(self, names: Iterable[str], explains: Sequence[Explained] = ()) -> bool:
        """Whether all of these clauses ask for words of a line: such evidence alone confirms nothing.

        `explains`: the entries that match the symptom, if that is known.
        """
        symptom = all(each.rests_on_text for each in explains or self.explains)
        known: dict[str, bool] = {EXPLAINS: symptom}
        return all(self._is_about_text(name, known) for name in names)

    def _is_about_text(self, name: str, known: dict[str, bool]) -> bool:
        """Whether a clause asks for words of a line. `known` has what is known already, and grows: clauses may name
        one clause so often that there are more ways to it than could be walked."""
        if name not in known:
            clause = next(each for each in self.clause if each.id == name)
            if clause.is_composed:
                is_needed = all(self._is_about_text(each, known) for each in (*clause.all, *clause.none))
                some = clause.any or clause.named
                known[name] = is_needed and any(self._is_about_text(each, known) for each in some)
            else:
                known[name] = any(step.rests_on_text for step in clause.steps)
        return known[name]

    def _text_complaints(self) -> Iterator[str]:
        for together in self.confirmed_by:
            if self.rests_on_text(together):
                yield f"confirmed_by {', '.join(together)}: words of a line alone cannot confirm"
        if self.is_fact and any(each.rests_on_text for each in self.explains):
            yield "words of a line are no fact: is_fact needs another event"
        about_text: dict[str, bool] = {}
        for clause in self.clause:
            is_about_text = clause.is_composed and self._is_about_text(clause.id, about_text)
            if is_about_text and (clause.strength in {"decisive", "strong"} or clause.role == "rules_out"):
                yield f"clause {clause.id} rests on words of a line: at most moderate, and it cannot rule out"

    def _comparison_complaints(self) -> Iterator[str]:
        kinds = {clause.id: clause.kinds for clause in self.clause}
        kinds[SYMPTOM] = tuple(kind for each in self.explains for kind in each.kinds)
        for pattern in self.patterns:
            if pattern.dates and not isinstance(pattern, Clause):
                yield "days_from is permitted in the event of a clause only"
            if any(pattern.comparisons) and not isinstance(pattern, Clause):
                yield "compared is permitted in the event of a clause only"
            for name, relation, other, wanted in pattern.comparisons:
                if other in kinds and (never := never_compares(pattern.kinds, name, relation, kinds[other], wanted)):
                    yield f"compared never holds: {never}"

    def _reference_complaints(self, ids: list[str]) -> Iterator[str]:
        """A clause is composed of clauses before it. It may refer to any that has an event and the same scope."""
        with_event = {clause.id: clause for clause in self.clause if not (clause.is_composed or clause.absent)}
        for number, clause in enumerate(self.clause):
            for name in sorted(set(clause.named).difference(ids[:number])):
                yield f"clause {clause.id} has {name!r}, which is no clause before it {suggestion(name, ids)}".strip()
            others = _referred_to(clause) - {SYMPTOM}
            for name in sorted(others.difference(with_event)):
                yield f"clause {clause.id} refers to {name!r}, which is no clause with an event"
            for name in sorted(others.intersection(with_event)):
                if with_event[name].same != clause.same:
                    scope = with_event[name].same
                    yield f"clause {clause.id} and {name} have different scopes: {name} has same = {scope!r}"

    def _unused_part_complaints(self) -> Iterator[str]:
        used = {name for clause in self.clause for name in (*clause.named, *clause.anchors)}
        used |= {name for clause in self.clause for name in _referred_to(clause)}
        for clause in self.clause:
            if clause.role == "part" and clause.id not in used:
                yield f"clause {clause.id} has role part, but no other clause uses it"


def _referred_to(clause: Clause) -> set[str]:
    """The clauses whose events bound a clause in time, or are compared with its events."""
    compared = {other for step in clause.steps for _, _, other, _ in step.comparisons}
    return {*clause.anchors, *compared, *(test.days_from for _, test in clause.dates)} - {TRACE}


CLASSES = (
    Applicability, Check, Clause, Condition, EventPattern, Explained, History, Reference, Remedy, Rule, RuleSample,
    SampleEvent, SampleLine, SequenceStep, Verify,
)  # fmt: skip
"""The classes of all instances in a Rule."""
