"""What a diagnosis run finds, as plain values: the shapes behind the JSON report (schema version 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Stage
from lyncphone_logs.rules.packs import Pack
from lyncphone_logs.rules.rule import Rule, Verdict
from lyncphone_logs.trace.accounting import ByteAccount

State = Literal["holds", "refuted", "undecidable"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """An event that a clause rests on. `role` is that of the clause, or `explains` for the symptom itself."""

    event: Event
    clause: str
    role: str


@dataclass(frozen=True, slots=True)
class Term:
    """One factor of a confidence. `weight` multiplies (or divides) the odds; 1 where the clause does not hold.

    `reason` says why a clause is undecidable, `capture` how it could be decided, `nearest` how near it came to hold.
    """

    clause: str
    role: str
    state: State
    weight: float
    says: str
    basis: str
    reason: str = ""
    capture: str = ""
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A rule whose symptom was seen. `confidence` is its share among all causes of that symptom, 0 to 1.

    `symptoms` are kinds and fields of what was seen; `rivals` the codes that compete for the same symptom;
    `is_consequence` tells that the symptom it explains best came after another failure of the same handshake;
    `consequence_of` are diagnoses of the same phone that may have led to it, `silenced_by` those that say more.
    """

    rule: Rule
    verdict: Verdict
    confidence: float
    terms: tuple[Term, ...]
    first_seen: datetime | None
    last_seen: datetime | None
    count: int
    evidence: tuple[Evidence, ...]
    symptoms: tuple[str, ...]
    rivals: tuple[str, ...]
    is_consequence: bool = False
    consequence_of: tuple[str, ...] = ()
    silenced_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeighedSymptom:
    """One rule beside one symptom: some of its occurrences, how many, the verdict or why there is none."""

    symptom: tuple[Event, ...]
    count: int
    verdict: str
    confidence: float
    terms: tuple[Term, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One rule beside one phone. `nearest` came nearest to a symptom that was not seen; `capture` how to see it."""

    phone: str
    rule: Rule
    weighed: tuple[WeighedSymptom, ...]
    nearest: Event | None
    capture: str


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A rule whose symptom was seen and that a decisive contradiction excludes."""

    rule: Rule
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class NotCheckable:
    """A rule whose symptom could not have been seen in this trace."""

    rule: Rule
    missing: str
    how_to_capture: str


@dataclass(frozen=True, slots=True)
class StageState:
    """How far a boot got at one stage of the sign-in."""

    stage: Stage
    state: Literal["passed", "failed", "not seen", "not checkable"]
    evidence: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Boot:
    """The lines between two starts of a phone; `id` counts from 1. `first` and `last` are the phone's own clock."""

    id: int
    first: datetime | None
    last: datetime | None
    journey: tuple[StageState, ...]


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone and what was found of it. `basis` says by what its lines were told from others'.

    `verified` holds, by code of a rule that was asked about, the last event that shows that its fix worked.
    """

    id: str
    basis: str
    vendor: str
    model: str
    firmware: str
    boots: tuple[Boot, ...]
    diagnoses: tuple[Diagnosis, ...]
    ruled_out: tuple[RuledOut, ...]
    not_shown: tuple[Rule, ...]
    not_checkable: tuple[NotCheckable, ...]
    verified: Mapping[str, Event] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fix:
    """What a trace says of a diagnosis of an earlier report: whether it is fixed, why, and by which lines."""

    phone: str
    code: str
    name: str
    state: Literal["fixed", "not fixed", "cannot tell"]
    because: str
    evidence: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class InputSummary:
    """One named input and where its bytes went. `problem` is why it could not be used, or in part only.

    `grammars` are those whose header lines of it have, with how many. `duplicate_lines` are copies of lines in another.
    """

    path: str
    sha256: str
    bytes: int
    lines: int
    account: ByteAccount
    events: int
    unparsed_lines: int
    problem: str = ""
    help: str = ""
    grammars: tuple[tuple[str, int], ...] = ()
    duplicate_lines: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """The answer. `notes` are assumptions that were made; `problems` name rules or grammars that could not be used.

    `packs` are those of the rules, `fixes` say what became of the diagnoses of an earlier report, where one was given.
    """

    tool: str
    inputs: tuple[InputSummary, ...]
    facts: tuple[Event, ...]
    phones: tuple[Phone, ...]
    rules_tried: int
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    packs: tuple[Pack, ...] = ()
    fixes: tuple[Fix, ...] = ()
