"""Ranks the causes of one symptom, including an "other cause" that no rule covers.

weight = prior (how common the cause is) x likelihood (how often it shows this symptom) x a factor for each clause that
holds. The score is the share of the weight in all weights. A clause that does not hold has factor 1: an event that was
not seen is no counter-evidence. Factors of clauses about a stated fact are scaled (`fact_weights`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from lyncphone_logs.diagnosis.evaluation import Decision, Evaluator
from lyncphone_logs.diagnosis.fact_weights import FACTOR, Fact, fact_of, scale
from lyncphone_logs.diagnosis.findings import Evidence, Term
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.templates import filled, unfilled
from lyncphone_logs.events.vocabulary import capture_of, value_of
from lyncphone_logs.grammar.capture_hint import NEUTRAL, CaptureHint
from lyncphone_logs.matching.matcher import all_of, version_matches
from lyncphone_logs.matching.symptom import Symptom
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.clause import Clause, Explained, Signature
from lyncphone_logs.rules.rule import EXPLAINS, Applicability, Rule, Verdict

PRIOR = {"not ranked": 1.0, "common": 1.0, "occasional": 0.25, "rare": 0.06}
LIKELIHOOD = {"strong": 1.0, "moderate": 0.3, "weak": 0.1}
OTHER_CAUSE = 0.15
CONSEQUENCE = 2.0
"""Weight of "consequence of the earlier failure in the same handshake", a rival for the symptom of every later one."""

APPLIES_TO = "applies-to"
CERTAIN, POSSIBLE = 0.9, 0.1
"""Least scores of a *confirmed* and of a *possible* cause."""
MIN_LEAD, MIN_LEAD_OF_OTHER, MAX_TIE = 4.0, 2.0, 1.5
"""A *likely* cause has this many times the score of the next rival and of "another cause". Scores within the third
factor of each other are tied."""
SCALE = "scale"
"""The role of a term that scales the factors of the clauses about one fact."""


@dataclass(frozen=True, slots=True)
class Device:
    """What is known about the phone; a field that is not known is empty. `hint`: how such phones are traced.

    `kind`: `phone`, or `gateway` for a gateway or border controller, which does not sign in.
    """

    vendor: str = ""
    model: str = ""
    firmware: str = ""
    environment: str = ""
    hint: CaptureHint = NEUTRAL
    kind: str = "phone"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One rule for one symptom. `weight` is 0 if it is ruled out or a requirement is refuted.

    `ruled_out` are the terms that rule it out.
    """

    rule: Rule
    symptom: Symptom
    weight: float
    terms: tuple[Term, ...]
    evidence: tuple[Evidence, ...]
    ruled_out: tuple[Term, ...]

    @property
    def holding(self) -> set[str]:
        """Ids of the clauses that hold, and `explains` if a source shows the text and says what it means."""
        holding = (term for term in self.terms if term.state == "holds")
        return {
            term.clause
            for term in holding
            if term.clause != EXPLAINS or (term.fault == "documented" and term.signature != "synthetic")
        }

    @property
    def is_uncontradicted(self) -> bool:
        """Whether no clause contradicts it."""
        return not any(term.role == "contradicts" and term.state == "holds" for term in self.terms)


def assess_causes(
    symptom: Symptom, state: SymptomState, facts: Sequence[Event], device: Device, left_out: Collection[str]
) -> list[Assessment]:
    """Weigh each rule that explains a symptom and may be about the device, but those with the codes `left_out`.

    `facts` do not come from the trace.
    """
    causes = [each for each in symptom.explained_by if each[0].code not in left_out and is_for(each[0], device)]
    return [assess(rule, explained, symptom, state, facts, device) for rule, explained in causes]


def assess(
    rule: Rule, explained: Explained, symptom: Symptom, state: SymptomState, facts: Sequence[Event], device: Device
) -> Assessment:
    """Weigh one rule for one symptom, which its entry `explained` matches. `facts` do not come from the trace."""
    weight = prior(rule) * LIKELIHOOD[explained.likelihood]
    says = _fill(explained.says, symptom.last)
    terms = [Term(EXPLAINS, EXPLAINS, "holds", weight, says, explained.fault, explained.signature)]
    evidence = [Evidence(event, EXPLAINS, EXPLAINS) for event in symptom.evidence]
    decisions = Evaluator(rule, symptom, state, facts).decisions()
    heeded = [clause for clause in rule.clause if clause.id not in explained.ignores]
    for clause in heeded:
        decision = decisions[clause.id]
        terms.append(_term(clause, decision, rule, device.hint))
        evidence += [Evidence(event, clause.id, clause.role) for event in decision.events]
    terms += _applicability(rule, device)
    terms += _scales(rule, explained, heeded, decisions)
    out = tuple(term for term in terms if term.role == "rules_out" and term.state == "holds")
    is_refuted = any(term.role == "requires" and term.state == "refuted" for term in terms)
    for factor in _independent(rule, terms):
        weight *= factor
    weight = 0.0 if out or is_refuted else weight
    return Assessment(rule, symptom, weight, tuple(terms), tuple(evidence), out)


def is_for(rule: Rule, device: Device) -> bool:
    """Whether a rule may be about a device: in a required environment, if any, and not outside of `only_for`.

    The environment must be known; what is not known of the other properties refutes nothing.
    """
    if rule.requires_environment and device.environment not in rule.requires_environment:
        return False
    return not rule.only_for or any(_applies(wanted, device) is not False for wanted in rule.only_for)


def is_decided(assessment: Assessment) -> bool:
    """Whether all clauses of one set of `confirmed_by` hold; words of a line alone decide nothing."""
    rule, holding = assessment.rule, assessment.holding
    explains = [entry for other, entry in assessment.symptom.explained_by if other is rule]
    return any(holding.issuperset(each) and not rule.rests_on_text(each, explains) for each in rule.confirmed_by)


class Standing(NamedTuple):
    """How one cause of a symptom stands: its score, that of its best rival, and that of "another cause", 0 to 1.

    `tied_with` are the codes of the possible rivals whose score is within the factor MAX_TIE.
    """

    score: float
    best_rival: float
    other_cause: float
    tied_with: tuple[str, ...] = ()


def standings(assessments: Sequence[Assessment], *, follows: bool) -> list[Standing]:
    """How each of the causes of one symptom stands. The sum of all scores and that of "another cause" is 1.

    A rule that states a counted fact has no rival: its score is 1.
    `follows`: the symptom may be a consequence of an earlier failure, which is then counted as another cause too.
    """
    if any(each.rule.is_fact for each in assessments):
        return [Standing(float(each.rule.is_fact), 0.0, 0.0) for each in assessments]
    other = OTHER_CAUSE + (CONSEQUENCE if follows else 0)
    total = sum(each.weight for each in assessments) + other
    scores = [(each.rule.code, each.weight / total) for each in assessments]
    return [_standing(code, score, scores, other / total) for code, score in scores]


def _standing(code: str, score: float, scores: Sequence[tuple[str, float]], other: float) -> Standing:
    rivals = [(rival, its) for rival, its in scores if rival != code]
    tied = [
        rival for rival, its in rivals if min(score, its) >= POSSIBLE and max(score, its) <= MAX_TIE * min(score, its)
    ]
    return Standing(score, max((its for _, its in rivals), default=0.0), other, tuple(tied))


def prior(rule: Rule) -> float:
    """The odds of a cause before its symptom is weighed."""
    return PRIOR[rule.prevalence or "not ranked"]


def verdict(assessment: Assessment, standing: Standing) -> Verdict:
    """The word for the certainty of a cause; `confirmed` also requires `is_decided`."""
    score = standing.score
    if assessment.rule.is_fact or (score >= CERTAIN and is_decided(assessment)):
        return "confirmed"
    if score >= MIN_LEAD * standing.best_rival and score >= MIN_LEAD_OF_OTHER * standing.other_cause:
        return "likely"
    return "possible" if score >= POSSIBLE else "unlikely"


def grade(assessment: Assessment) -> Signature | Literal[""]:
    """Where the text of the symptom is from."""
    return next(term.signature for term in assessment.terms if term.role == EXPLAINS)


def _scales(
    rule: Rule, explained: Explained, clauses: Sequence[Clause], decisions: Mapping[str, Decision]
) -> Iterator[Term]:
    """A term for each fact that is completely known, which makes the mean over its values 1."""
    for fact in get_args(Fact):
        states = [decisions[clause.id].state for clause in clauses if fact_of(clause) == fact]
        if states and "undecidable" not in states:
            factor = scale(rule, explained, fact)
            if factor != 1:
                says = f"the {fact} is known; if it is not, its possible values count on average"
                yield Term(f"known-{fact}", SCALE, "holds", factor, says, "inferred", "")


def _independent(rule: Rule, terms: Sequence[Term]) -> list[float]:
    """The factors of the terms that hold; of the clauses of one `group` only the one farthest from 1."""
    groups = {clause.id: clause.group for clause in rule.clause}
    factors: dict[str, float] = {}
    for term in terms:
        if term.role in {"supports", "contradicts", SCALE} and term.state == "holds":
            group = groups.get(term.clause) or term.clause
            strongest = factors.get(group, 1.0)
            factors[group] = max(strongest, term.weight, key=lambda factor: max(factor, 1 / factor))
    return list(factors.values())


def _term(clause: Clause, decision: Decision, rule: Rule, hint: CaptureHint) -> Term:
    factor = FACTOR[clause.strength] if clause.role in {"requires", "supports"} else 1 / FACTOR[clause.strength]
    is_filled = decision.events and not clause.absent and not clause.is_composed
    says = _fill(clause.says, decision.events[0]) if is_filled else unfilled(clause.says)
    capture = hint.for_kind(_kind_of(clause, rule)) if decision.state == "undecidable" else ""
    weight = factor if decision.state == "holds" and clause.role in {"supports", "contradicts"} else 1.0
    reason, nearest = decision.reason, decision.nearest
    return Term(
        clause.id, clause.role, decision.state, weight, says, clause.fault, clause.signature, reason, capture, nearest
    )


def _kind_of(clause: Clause, rule: Rule) -> str:
    """The first kind of a clause; for a composed clause, that of the first clause that it names."""
    parts = (part for part in rule.clause if part.id in clause.named)
    return clause.kinds[0] if clause.kinds else _kind_of(next(parts), rule)


def _applicability(rule: Rule, device: Device) -> list[Term]:
    states = [_applies(wanted, device) for wanted in rule.applies_to]
    if not states:
        return []
    if True in states:
        return [Term(APPLIES_TO, "supports", "holds", 1.0, "the rule applies to this phone", "documented")]
    if None in states:
        says, capture = "the rule applies to certain phones only", capture_of("fact.firmware")
        unknown = "the vendor, model, firmware or environment of the phone is not known"
        return [Term(APPLIES_TO, "supports", "undecidable", 1.0, says, "documented", "", unknown, capture)]
    factor = 1 / FACTOR["strong"]
    return [Term(APPLIES_TO, "contradicts", "holds", factor, "the rule applies to other phones", "documented")]


def _applies(wanted: Applicability, device: Device) -> bool | None:
    return all_of(
        [
            not wanted.device or wanted.device == device.kind,
            _is_in(wanted.environment, device.environment),
            _contains(wanted.vendor, device.vendor),
            _contains(wanted.model, device.model),
            version_matches(wanted.firmware, device.firmware) if wanted.firmware else True,
        ]
    )


def _is_in(wanted: Sequence[str], known: str) -> bool | None:
    """Whether a word is one of the wanted ones, if any are; None if the word is not known."""
    if not wanted:
        return True
    return known in wanted if known else None


def _contains(wanted: str, known: str) -> bool | None:
    """Whether a name contains the wanted one, in any case; None if the name is not known."""
    if not wanted:
        return True
    return wanted.casefold() in known.casefold() if known else None


def _fill(template: str, event: Event) -> str:
    """The sentence with the fields of an event, and with `count`."""
    return filled(template, lambda name: str(event.count) if name == "count" else _shown(value_of(event, name)))


def _shown(value: object) -> str:
    return "(not known)" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
