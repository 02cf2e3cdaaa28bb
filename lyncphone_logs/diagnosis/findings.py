"""The findings of one run as frozen values, from which all reports are made (JSON: schema version 2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Stage
from lyncphone_logs.matching.phone_group import Clock
from lyncphone_logs.notebook import shown
from lyncphone_logs.rules.clause import Fault, Signature
from lyncphone_logs.rules.packs import Pack
from lyncphone_logs.rules.rule import Rule, Verdict
from lyncphone_logs.trace.accounting import ByteAccount
from lyncphone_logs.trace.counted_hosts import CountedHosts

State = Literal["holds", "refuted", "undecidable"]
FixState = Literal["fixed", "not fixed", "cannot tell"]


@shown()
@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """An event that shows a clause. `clause` and `role` are both `explains` for the symptom itself."""

    event: Event
    clause: str
    role: str


@shown("clause", "role", "state", "weight", "says")
@dataclass(frozen=True, slots=True, repr=False)
class Term:
    """One factor of a confidence. `weight` multiplies it: above 1 it supports, below 1 it contradicts.

    It is 1 if the clause does not hold, and prior times likelihood for the symptom itself. `reason` says why a
    clause is undecidable, `capture` how to obtain what decides it, `nearest` describes its nearest miss.
    """

    clause: str
    role: str
    state: State
    weight: float
    says: str
    fault: Fault
    signature: Literal["", Signature] = ""
    reason: str = ""
    capture: str = ""
    nearest: str = ""


@shown("rule", "verdict", "score", "count", "first_seen", "evidence")
@dataclass(frozen=True, slots=True, repr=False)
class Diagnosis:
    """A rule whose symptom was seen.

    `score` is its share among all causes of that symptom, 0 to 1: a weight to order causes by, not a probability.
    `other_cause` is the share of causes that no rule covers. `grade` says where the text of the symptom is from.
    `tied_with` are codes of rivals with nearly the same score. `symptoms` are kinds and fields of the symptoms that it
    explains, `count` the number of their occurrences. `rivals` are codes of the rules that explain the same symptom.
    `is_consequence`: the symptom follows another failure of its handshake. `consequence_of` are codes of diagnoses of
    the phone that may have led to it, `silenced_by` of more specific ones.
    """

    rule: Rule
    verdict: Verdict
    score: float
    other_cause: float
    grade: Literal["", Signature]
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
    tied_with: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """The former name of `score`."""
        return self.score


@shown()
@dataclass(frozen=True, slots=True, repr=False)
class Failure:
    """A failure that was read and that no rule explains with at least *possible*; `event` is its first occurrence.

    `kind`, `source`, `line` and `text` are those of the event, `count` the number of its occurrences.
    """

    event: Event
    count: int = 1

    @property
    def kind(self) -> str:
        """The event kind."""
        return self.event.kind

    @property
    def source(self) -> str:
        """The path of the trace."""
        return self.event.source

    @property
    def line(self) -> int:
        """The number of the line, from 1."""
        return self.event.line

    @property
    def text(self) -> str:
        """The text of the line."""
        return self.event.text


@shown("verdict", "score", "count", "symptom")
@dataclass(frozen=True, slots=True, repr=False)
class WeighedSymptom:
    """One rule for one symptom: its first occurrences, their number, and the verdict or why there is none."""

    symptom: tuple[Event, ...]
    count: int
    verdict: str
    score: float
    terms: tuple[Term, ...]
    evidence: tuple[Evidence, ...]


@shown("phone", "rule", "weighed", "nearest")
@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """One rule for one phone.

    If its symptom was not seen, `nearest` is the event that came nearest. `capture` says how to obtain one.
    """

    phone: str
    rule: Rule
    weighed: tuple[WeighedSymptom, ...]
    nearest: Event | None
    capture: str


@shown("rule", "reason", "evidence")
@dataclass(frozen=True, slots=True, repr=False)
class RuledOut:
    """A rule whose symptom was seen, but that a clause with the role `rules_out` excludes."""

    rule: Rule
    reason: str
    evidence: tuple[Evidence, ...]


@shown()
@dataclass(frozen=True, slots=True, repr=False)
class NotCheckable:
    """A rule whose symptom this trace could not have shown."""

    rule: Rule
    missing: str
    how_to_capture: str


@shown()
@dataclass(frozen=True, slots=True, repr=False)
class StageState:
    """The outcome of one stage of the sign-in in one boot."""

    stage: Stage
    state: Literal["passed", "failed", "not seen", "not checkable"]
    evidence: tuple[Event, ...] = ()


@shown()
@dataclass(frozen=True, slots=True, repr=False)
class Boot:
    """The lines between two starts of a phone. `id` counts from 1; `first` and `last` are by the phone's clock."""

    id: int
    first: datetime | None
    last: datetime | None
    journey: tuple[StageState, ...]


@shown("id", "vendor", "model", "firmware", "boots", "diagnoses", "failures")
@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """One phone and its findings. `basis` says by what its lines were identified: a host name, a file and so on.

    `failures` are those without a known cause, in the order of the trace. `unknown_errors`: its first lines of the
    level error whose meaning no grammar knows.
    `is_phone`: a line, its MAC address or a fact shows that it is a phone. Otherwise it is a host that wrote only what
    the daemons of any computer write, and a cause is at most *possible*.
    `mac` (twelve hexadecimal digits) and `hostnames` are what its lines and the name of its file state.
    `verified` has, by code of the rules whose fix was looked for, the last event that shows that the fix worked.
    `environment` is what the phone signs in to, "" if that is not known; `environment_evidence` are the events that
    show it. `capture`: two sentences on how to record a trace of such a phone that says more. `device`: `phone`, or
    `gateway` for a gateway or border controller, which does not sign in.
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
    failures: tuple[Failure, ...] = ()
    unknown_errors: tuple[Event, ...] = ()
    capture: str = ""
    verified: Mapping[str, Event] = field(default_factory=dict)
    environment: str = ""
    environment_evidence: tuple[Event, ...] = ()
    mac: str = ""
    hostnames: tuple[str, ...] = ()
    is_phone: bool = True
    device: str = "phone"


@shown()
@dataclass(frozen=True, slots=True, repr=False)
class SharedFault:
    """A fault that several phones show for the first time within a minute, so probably one of a server or the network.

    `code` is that of the rule, or `kind` the kind of a failure without a known cause; the other one is empty. `what`
    says what happened, as a clause. `first` and `last` are the first times at the first and the last of the `phones`,
    by the same `clock`: that of the collector, UTC, or the phones' own clocks.
    """

    code: str
    kind: str
    what: str
    phones: tuple[str, ...]
    first: datetime
    last: datetime
    clock: Clock


@shown()
@dataclass(frozen=True, slots=True, repr=False)
class Fix:
    """Whether a diagnosis of a previous report is fixed, why, and the lines that show it."""

    phone: str
    code: str
    name: str
    state: FixState
    because: str
    evidence: tuple[Event, ...] = ()


@shown("path", "lines", "events", "unparsed_lines", "problem")
@dataclass(frozen=True, slots=True, repr=False)
class InputSummary:
    """One named input and the account of its bytes. `problem` says why it could not be read, or only in part.

    `grammars` are the names of the grammars that read lines of it, with their number. `duplicate_lines` is the number
    of its lines that are copies of lines in another input.
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
    """The findings of one run. `notes` are assumptions and remarks, `problems` name unusable rules and grammars.

    `packs` are the packs of the rules. `fixes` say whether the diagnoses of a previous report are fixed, if one was
    given. `paths` are the inputs as the user named them. `shared_faults`: what many phones showed at the same time.
    `counted`: hosts without a diagnosis, because the trace has too many.
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
    paths: tuple[str, ...] = ()
    shared_faults: tuple[SharedFault, ...] = ()
    counted: CountedHosts = field(default_factory=CountedHosts)

    @property
    def known_phones(self) -> tuple[Phone, ...]:
        """The phones without the hosts of which nothing shows that they are phones."""
        return tuple(phone for phone in self.phones if phone.is_phone)
