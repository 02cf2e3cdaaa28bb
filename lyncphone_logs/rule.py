"""A rule: a pattern of events and what it means. Data in TOML, one file a diagnosis; this is its closed schema.

A rule whose symptom (`explains`) was seen is a candidate cause of it; its clauses then make it more or less probable.
"""

import string
from typing import Annotated, Literal, Self

import regex
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from lyncphone_logs.vocabulary import Stage, suggestion, unknown_field, unknown_kind

Severity = Literal["error", "warning", "note"]
Strength = Literal["decisive", "strong", "moderate", "weak"]
Basis = Literal["seen", "documented", "inferred"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = Annotated[Text, StringConstraints(pattern=r"^[^\n]*$")]
Scalar = bool | int | float | str


class Strict(BaseModel):
    """Unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Strict):
    """A test of one field that is more than equality. All keys that are given must hold."""

    version: str = ""
    at_least: float | None = None
    at_most: float | None = None
    contains: str = ""
    regex: str = ""
    earlier_than_symptom: bool | None = None

    @model_validator(mode="after")
    def _is_readable(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("an empty condition tests nothing")
        if self.version and not regex.fullmatch(r"(<|<=|=|>=|>)\d+(\.\d+)*", self.version):
            raise ValueError(f"version {self.version!r} is not one of < <= = >= > followed by digits and dots")
        try:
            regex.compile(self.regex)
        except regex.error as error:
            raise ValueError(f"regex {self.regex!r}: {error}") from None
        return self


class Pattern(Strict):
    """Events of one of these kinds whose fields pass all tests: equal (in any case), one of, or a condition."""

    event: tuple[str, ...] | str
    where: dict[str, Condition | list[Scalar] | Scalar] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds as a tuple."""
        return (self.event,) if isinstance(self.event, str) else self.event

    @model_validator(mode="after")
    def _names_what_the_vocabulary_has(self) -> Self:
        for kind in self.kinds:
            complaint = unknown_kind(kind) or next(filter(None, (unknown_field(kind, f) for f in self.where)), "")
            if complaint:
                raise ValueError(complaint)
        return self

    def _check_template(self, template: str) -> None:
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
        for name in sorted(names - {"count"}):
            complaint = next(filter(None, (unknown_field(kind, name) for kind in self.kinds)), "")
            if complaint:
                raise ValueError(f"says: {complaint}")


class Explained(Pattern):
    """A symptom that the cause would produce. `likelihood`: how readily the cause shows itself in just this way.

    Of the entries of one rule the first that fits an event counts.
    """

    likelihood: Literal["strong", "moderate", "weak"] = "strong"
    basis: Basis
    source: Line
    says: Line

    @model_validator(mode="after")
    def _says_only_what_is_there(self) -> Self:
        self._check_template(self.says)
        return self


class Clause(Pattern):
    """A further piece of evidence, looked for in the same handshake, boot or phone as the symptom.

    `order = "before"`: only events before the symptom count. `count`: at least so many. `absent`: the clause holds
    when the boot shows no such event before the symptom, and is undecidable where it could not have been seen. Clauses
    of one `group` say the same thing twice: only the weightiest that holds counts.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
    role: Literal["requires", "supports", "contradicts", "rules_out"]
    strength: Strength = "moderate"
    basis: Basis
    source: Line
    says: Line
    same: Literal["handshake", "boot", "phone"] = "phone"
    order: Literal["any", "before"] = "any"
    count: Annotated[int, Field(ge=1)] = 1
    absent: bool = False
    group: str = ""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.absent and (self.count, self.same, self.order) != (1, "boot", "before"):
            raise ValueError(
                'absent needs same = "boot", order = "before" and no count: what precedes the symptom is complete'
            )
        if self.basis == "inferred" and self.strength in {"decisive", "strong"}:
            raise ValueError("an inferred signature weighs at most moderate")
        if self.basis == "inferred" and self.role == "rules_out":
            raise ValueError("an inferred signature cannot rule out")
        if not self.absent:
            self._check_template(self.says)
        return self


class Applicability(Strict):
    """Phones that the rule is about; what is not named does not matter. `firmware` is a version condition."""

    vendor: str = ""
    model: str = ""
    firmware: Annotated[str, StringConstraints(pattern=r"^((<|<=|=|>=|>)\d+(\.\d+)*)?$")] = ""


class Remedy(Strict):
    """One step: who does it, where, what, and how it is undone."""

    who: Line
    where: Line
    what: Line
    undo: Line


class History(Strict):
    """Advice that was given once and must not be followed today, with its danger."""

    year: int
    advice: Line
    danger: Line
    source: Line


class Reference(Strict):
    """Where to read more."""

    title: Line
    url: str = ""


class Verify(Pattern):
    """What the next trace must show when the fix worked."""

    says: Line


class SampleEvent(Strict):
    """An event of a sample that does not come from a line, such as an inspected certificate."""

    kind: str
    fields: dict[str, Scalar | list[str]] = {}


class Sample(Strict):
    """A trace in small with what the rule makes of it.

    positive: listed with at least `verdict`; negative: not listed at all, or ruled out; near_miss: as negative, but one
    piece short of a positive. `origin` is real (with its source) or synthetic.
    """

    kind: Literal["positive", "negative", "near_miss"]
    says: Line
    origin: Annotated[str, StringConstraints(pattern=r"^(synthetic|real: .+)$")] = "synthetic"
    lines: tuple[str, ...] = ()
    events: tuple[SampleEvent, ...] = ()
    verdict: Literal["confirmed", "likely", "possible", "unlikely"] = "unlikely"


class Rule(Strict):
    """One diagnosis."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,5}\d{3}$")]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")]
    title: Line
    severity: Severity
    stage: Stage | None = None
    prevalence: Literal["common", "occasional", "rare"]
    applies_to: tuple[Applicability, ...] = ()
    explains: tuple[Explained, ...]
    clause: tuple[Clause, ...] = ()
    confirmed_by: tuple[tuple[str, ...], ...] = ()
    cause: Text
    impact: Text
    remedy: tuple[Remedy, ...]
    history: tuple[History, ...] = ()
    verify: Verify
    references: tuple[Reference, ...]
    sample: tuple[Sample, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for name in ("explains", "remedy", "references", "sample"):
            if not getattr(self, name):
                raise ValueError(f"{name}: at least one is needed")
        ids = [clause.id for clause in self.clause]
        if len(set(ids)) < len(ids):
            raise ValueError("two clauses have the same id")
        for name in {name for together in self.confirmed_by for name in together}.difference(ids):
            raise ValueError(f"confirmed_by names no clause: {name!r} {suggestion(name, ids)}".strip())
        return self
