"""How probable each cause of one symptom is, against its rivals and against a cause that nobody thought of.

weight = prior (how common) x likelihood (how readily it shows so) x a factor for each clause that holds; the share of
all weights is the confidence. Clauses that do not hold weigh 1: what was not seen is no counter-evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lyncphone_logs.diagnosis.evaluation import Decision, evaluate
from lyncphone_logs.diagnosis.findings import Evidence, Term
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import capture_of, families
from lyncphone_logs.matching.matcher import version_matches
from lyncphone_logs.matching.symptom import Symptom
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.clause import Clause, Explained
from lyncphone_logs.rules.condition import unfilled
from lyncphone_logs.rules.rule import EXPLAINS, Applicability, Rule, Verdict

PRIOR = {"common": 1.0, "occasional": 0.25, "rare": 0.06}
LIKELIHOOD = {"strong": 1.0, "moderate": 0.3, "weak": 0.1}
FACTOR = {"decisive": 100.0, "strong": 8.0, "moderate": 3.0, "weak": 1.5}
OTHER_CAUSE = 0.15
CONSEQUENCE = 2.0
"""Weight of "a consequence of the earlier failure in the same handshake", which competes for every later one."""

APPLIES_TO = "applies-to"
INFERRED = (EXPLAINS, "inferred")
CERTAIN, LIKELY, POSSIBLE = 0.95, 0.5, 0.1


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of the phone; empty where it is not."""

    vendor: str = ""
    model: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One rule beside one symptom group. `weight` is 0 where `ruled_out` holds or a requirement is refuted."""

    rule: Rule
    group: Symptom
    weight: float
    terms: tuple[Term, ...]
    evidence: tuple[Evidence, ...]
    ruled_out: tuple[Term, ...]
    is_candidate: bool

    @property
    def holding(self) -> set[str]:
        """Ids of the clauses that hold; the symptom is one of them where its signature is not inferred."""
        return {term.clause for term in self.terms if term.state == "holds" and (term.clause, term.basis) != INFERRED}

    @property
    def is_uncontradicted(self) -> bool:
        """Whether nothing speaks against it."""
        return not any(term.role == "contradicts" and term.state == "holds" for term in self.terms)


def assess(
    rule: Rule, explained: Explained, group: Symptom, fold: SymptomState, facts: Sequence[Event], phone: Device
) -> Assessment:
    """Weigh one rule for one symptom. `facts` are the events that do not come from the trace."""
    weight = PRIOR[rule.prevalence] * LIKELIHOOD[explained.likelihood]
    says = _fill(explained.says, group.last)
    terms = [Term(EXPLAINS, EXPLAINS, "holds", round(weight, 4), says, explained.basis)]
    evidence = [Evidence(event, EXPLAINS, EXPLAINS) for event in group.evidence]
    for clause, decision in zip(rule.clause, evaluate(rule, group, fold, facts).values(), strict=True):
        terms.append(_term(clause, decision, rule))
        evidence += [Evidence(event, clause.id, clause.role) for event in decision.events]
    terms += _applicability(rule, phone)
    out = tuple(term for term in terms if term.role == "rules_out" and term.state == "holds")
    is_candidate = not any(term.role == "requires" and term.state == "refuted" for term in terms)
    for factor in _independent(rule, terms):
        weight *= factor
    weight = 0.0 if out or not is_candidate else weight
    return Assessment(rule, group, weight, tuple(terms), tuple(evidence), out, is_candidate)


def is_decided(assessment: Assessment) -> bool:
    """Whether one whole decisive set of the rule holds."""
    return any(assessment.holding.issuperset(together) for together in assessment.rule.confirmed_by)


def shares(assessments: Sequence[Assessment], *, follows: bool) -> list[float]:
    """The confidence of each, 0 to 1; their sum stays below 1 by the share of causes that no rule knows."""
    total = sum(each.weight for each in assessments) + OTHER_CAUSE + (CONSEQUENCE if follows else 0)
    return [each.weight / total for each in assessments]


def verdict(assessment: Assessment, confidence: float) -> Verdict:
    """The word for a confidence; `confirmed` also needs one whole decisive set of the rule."""
    if confidence >= CERTAIN and is_decided(assessment):
        return "confirmed"
    return "likely" if confidence >= LIKELY else "possible" if confidence >= POSSIBLE else "unlikely"


def _independent(rule: Rule, terms: Sequence[Term]) -> list[float]:
    groups = {clause.id: clause.group for clause in rule.clause}
    factors: dict[str, float] = {}
    for term in terms:
        if term.role in {"supports", "contradicts"} and term.state == "holds":
            together = groups.get(term.clause) or term.clause
            best = factors.get(together, 1.0)
            factors[together] = max(best, term.weight, key=lambda factor: max(factor, 1 / factor))
    return list(factors.values())


def _term(clause: Clause, decision: Decision, rule: Rule) -> Term:
    factor = FACTOR[clause.strength] if clause.role in {"requires", "supports"} else 1 / FACTOR[clause.strength]
    is_filled = decision.events and not clause.absent and not clause.is_composed
    says = _fill(clause.says, decision.events[0]) if is_filled else unfilled(clause.says)
    capture = capture_of(_looked_for(clause, rule)) if decision.state == "undecidable" else ""
    weight = round(factor, 4) if decision.state == "holds" and clause.role in {"supports", "contradicts"} else 1.0
    reason, nearest = decision.reason, decision.nearest
    return Term(clause.id, clause.role, decision.state, weight, says, clause.basis, reason, capture, nearest)


def _looked_for(clause: Clause, rule: Rule) -> str:
    """The kind of a clause's event, or of the first clause that it is made of."""
    parts = (each for each in rule.clause if each.id in clause.named)
    return clause.kinds[0] if clause.kinds else _looked_for(next(parts), rule)


def _applicability(rule: Rule, phone: Device) -> list[Term]:
    states = [_applies(each, phone) for each in rule.applies_to]
    if not states:
        return []
    if True in states:
        return [Term(APPLIES_TO, "supports", "holds", 1.0, "the rule is about this phone", "documented")]
    if None in states:
        says, capture = "the rule is about certain phones only", capture_of("fact.firmware")
        return [Term(APPLIES_TO, "supports", "undecidable", 1.0, says, "documented", "the phone is not known", capture)]
    factor = round(1 / FACTOR["strong"], 4)
    return [Term(APPLIES_TO, "contradicts", "holds", factor, "the rule is about other phones", "documented")]


def _applies(wanted: Applicability, phone: Device) -> bool | None:
    states = [
        _names(wanted.vendor, phone.vendor),
        _names(wanted.model, phone.model),
        version_matches(wanted.firmware, phone.firmware) if wanted.firmware else True,
    ]
    return False if False in states else None if None in states else True


def _names(wanted: str, known: str) -> bool | None:
    return True if not wanted else wanted.casefold() in known.casefold() if known else None


def _fill(template: str, event: Event) -> str:
    values = {name: _shown(event.fields.get(name)) for name in [*_known_fields(event), "count"]}
    return template.format_map(values | {"count": str(event.count)})


def _known_fields(event: Event) -> list[str]:
    return sorted({*families()[event.family].kinds[event.kind].fields, *event.fields})


def _shown(value: object) -> str:
    return "(not known)" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
