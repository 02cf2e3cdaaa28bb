"""A rule: a pattern of events and what it means. Data in TOML, one file a diagnosis; this is its closed schema.

A rule whose symptom (`explains`) was seen is a candidate cause of it; its clauses then make it more or less probable.

The classes have no slots: pickle restores them in half the time without.
"""

import string
from dataclasses import dataclass, field, fields
from typing import Annotated, Literal

from lyncphone_logs.closed import Line, Must, Strict, Text
from lyncphone_logs.vocabulary import Stage, suggestion, unknown_field, unknown_kind

Severity = Literal["error", "warning", "note"]
Strength = Literal["decisive", "strong", "moderate", "weak"]
Basis = Literal["seen", "documented", "inferred"]
Scalar = bool | int | float | str
LARGEST_FILE = 256 * 1024
"""Bytes of a rule file."""


@dataclass(frozen=True, kw_only=True)
class Condition(Strict):
    """A test of one field that is more than equality. All keys that are given must hold."""

    version: str = ""
    at_least: float | None = None
    at_most: float | None = None
    contains: str = ""
    regex: str = ""
    earlier_than_symptom: bool | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the tests that are made."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) != each.default)

    def check(self) -> None:
        """Raises ValueError where it is not sound."""
        import regex

        if not self.given:
            raise ValueError("an empty condition tests nothing")
        if self.version and not regex.fullmatch(r"(<|<=|=|>=|>)\d+(\.\d+)*", self.version):
            raise ValueError(f"version {self.version!r} is not one of < <= = >= > followed by digits and dots")
        try:
            regex.compile(self.regex)
        except regex.error as error:
            raise ValueError(f"regex {self.regex!r}: {error}") from None


@dataclass(frozen=True, kw_only=True)
class Pattern(Strict):
    """Events of one of these kinds whose fields pass all tests: equal (in any case), one of, or a condition."""

    event: tuple[str, ...] | str
    where: dict[str, Condition | list[Scalar] | Scalar] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds as a tuple."""
        return (self.event,) if isinstance(self.event, str) else self.event

    def check(self) -> None:
        """Raises ValueError where it is not sound."""
        for kind in self.kinds:
            complaint = unknown_kind(kind) or next(filter(None, (unknown_field(kind, f) for f in self.where)), "")
            if complaint:
                raise ValueError(complaint)

    def _check_template(self, template: str) -> None:
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
        for name in sorted(names - {"count"}):
            complaint = next(filter(None, (unknown_field(kind, name) for kind in self.kinds)), "")
            if complaint:
                raise ValueError(f"says: {complaint}")


@dataclass(frozen=True, kw_only=True)
class Explained(Pattern):
    """A symptom that the cause would produce. `likelihood`: how readily the cause shows itself in just this way.

    Of the entries of one rule the first that fits an event counts.
    """

    likelihood: Literal["strong", "moderate", "weak"] = "strong"
    basis: Basis
    source: Line
    says: Line

    def check(self) -> None:
        """Raises ValueError where it is not sound."""
        super().check()
        self._check_template(self.says)


@dataclass(frozen=True, kw_only=True)
class Clause(Pattern):
    """A further piece of evidence, looked for in the same handshake, boot or phone as the symptom.

    `order = "before"`: only events before the symptom count. `count`: at least so many. `absent`: the clause holds
    when the boot shows no such event before the symptom, and is undecidable where it could not have been seen. Clauses
    of one `group` say the same thing twice: only the weightiest that holds counts.
    """

    id: Annotated[str, Must(pattern=r"^[a-z0-9-]+$")]
    role: Literal["requires", "supports", "contradicts", "rules_out"]
    strength: Strength = "moderate"
    basis: Basis
    source: Line
    says: Line
    same: Literal["handshake", "boot", "phone"] = "phone"
    order: Literal["any", "before"] = "any"
    count: Annotated[int, Must(ge=1)] = 1
    absent: bool = False
    group: str = ""

    def check(self) -> None:
        """Raises ValueError where it is not sound."""
        super().check()
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


@dataclass(frozen=True, kw_only=True)
class Applicability(Strict):
    """Phones that the rule is about; what is not named does not matter. `firmware` is a version condition."""

    vendor: str = ""
    model: str = ""
    firmware: Annotated[str, Must(pattern=r"^((<|<=|=|>=|>)\d+(\.\d+)*)?$")] = ""


@dataclass(frozen=True, kw_only=True)
class Remedy(Strict):
    """One step: who does it, where, what, and how it is undone."""

    who: Line
    where: Line
    what: Line
    undo: Line


@dataclass(frozen=True, kw_only=True)
class History(Strict):
    """Advice that was given once and must not be followed today, with its danger."""

    year: int
    advice: Line
    danger: Line
    source: Line


@dataclass(frozen=True, kw_only=True)
class Reference(Strict):
    """Where to read more."""

    title: Line
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Verify(Pattern):
    """What the next trace must show when the fix worked."""

    says: Line


@dataclass(frozen=True, kw_only=True)
class SampleEvent(Strict):
    """An event of a sample that does not come from a line, such as an inspected certificate."""

    kind: str
    fields: dict[str, Scalar | list[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sample(Strict):
    """A trace in small with what the rule makes of it.

    positive: listed with at least `verdict`; negative: not listed at all, or ruled out; near_miss: as negative, but one
    piece short of a positive. `origin` is real (with its source) or synthetic.
    """

    kind: Literal["positive", "negative", "near_miss"]
    says: Line
    origin: Annotated[str, Must(pattern=r"^(synthetic|real: .+)$")] = "synthetic"
    lines: tuple[str, ...] = ()
    events: tuple[SampleEvent, ...] = ()
    verdict: Literal["confirmed", "likely", "possible", "unlikely"] = "unlikely"


@dataclass(frozen=True, kw_only=True)
class Rule(Strict):
    """One diagnosis."""

    code: Annotated[str, Must(pattern=r"^[A-Z]{2,5}\d{3}$")]
    name: Annotated[str, Must(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")]
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

    def check(self) -> None:
        """Raises ValueError where it is not sound."""
        for name in ("explains", "remedy", "references", "sample"):
            if not getattr(self, name):
                raise ValueError(f"{name}: at least one is needed")
        ids = [clause.id for clause in self.clause]
        if len(set(ids)) < len(ids):
            raise ValueError("two clauses have the same id")
        for name in sorted({name for together in self.confirmed_by for name in together}.difference(ids)):
            raise ValueError(f"confirmed_by names no clause: {name!r} {suggestion(name, ids)}".strip())


CLASSES = (Applicability, Clause, Condition, Explained, History, Reference, Remedy, Rule, Sample, SampleEvent, Verify)
"""Those that an instance of Rule is made of."""
