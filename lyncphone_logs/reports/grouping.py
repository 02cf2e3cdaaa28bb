"""Groups findings for a report: rivals under the diagnosis they compete with, evidence by clause, gaps by remedy."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from lyncphone_logs.diagnosis.findings import Boot, Diagnosis, Evidence, NotCheckable, Phone, StageState, Term
from lyncphone_logs.events.event import Event

MAX_SHOWN_EVIDENCE = 3
MAX_DETAILED = 100
"""Phones of which all findings are printed, whatever their causes."""
MAX_SHOWN_BOOTS = 5


class Case(NamedTuple):
    """The most probable diagnosis of a symptom, and the diagnoses that compete with it."""

    lead: Diagnosis
    rivals: list[Diagnosis]


class MissingEvidence(NamedTuple):
    """Information that is missing, how to capture it, and the clauses or rules that need it."""

    missing: str
    capture: str
    waiting: list[str]


class Proof(NamedTuple):
    """The evidence of one clause: its sentence, the events to show, and how many more there are."""

    role: str
    says: str
    events: list[Event]
    more: int


def detailed(phones: Sequence[Phone]) -> list[Phone]:
    """The phones of which all findings are printed: all, or of many the first ones, and the first with each cause.

    A report about thousands of phones with one cause would repeat it for each of them.
    """
    if len(phones) <= MAX_DETAILED:
        return list(phones)
    seen: set[str] = set()
    found = []
    for number, phone in enumerate(phones):
        causes = {each.rule.code for each in phone.diagnoses} | {each.kind for each in phone.failures}
        if number < MAX_DETAILED or not causes <= seen:
            found.append(phone)
        seen |= causes
    return found


def cases(phone: Phone) -> list[Case]:
    """The diagnoses of a phone in their order, each rival under the first diagnosis that it competes with."""
    found: list[Case] = []
    for diagnosis in phone.diagnoses:
        case = next((case for case in found if _compete(case.lead, diagnosis)), None)
        if case:
            case.rivals.append(diagnosis)
        else:
            found.append(Case(diagnosis, []))
    return found


def _compete(one: Diagnosis, other: Diagnosis) -> bool:
    return other.rule.code in one.rivals or one.rule.code in other.rivals


def proofs(evidence: Iterable[Evidence], terms: Iterable[Term] = ()) -> list[Proof]:
    """Evidence by clause, at most three events of each; the symptom comes first."""
    says = {(term.clause, term.role): term.says for term in terms if term.state == "holds"}
    by_clause: dict[tuple[str, str], list[Event]] = {}
    for each in sorted(evidence, key=lambda each: each.role != "explains"):
        by_clause.setdefault((each.clause, each.role), []).append(each.event)
    return [
        Proof(key[1], says.get(key, ""), events[:MAX_SHOWN_EVIDENCE], len(events[MAX_SHOWN_EVIDENCE:]))
        for key, events in by_clause.items()
    ]


def further_proofs(rival: Diagnosis, lead: Diagnosis) -> list[Proof]:
    """The evidence of a rival that is not evidence of the leading diagnosis."""
    shown = {each.event.id for each in lead.evidence}
    return proofs((each for each in rival.evidence if each.event.id not in shown), rival.terms)


def explanations(found: Diagnosis) -> list[str]:
    """The sentences that say how the cause explains the symptom, without duplicates."""
    return _unique(term.says for term in found.terms if term.role == "explains")


def supporting(found: Diagnosis) -> list[Term]:
    """The clauses that hold and make the cause more probable, or are required."""
    return [term for term in _further(found) if term.weight >= 1 and term.role not in {"contradicts", "rules_out"}]


def contradicting(found: Diagnosis) -> list[Term]:
    """The clauses that hold and make the cause less probable."""
    return [term for term in _further(found) if term.weight < 1 or term.role in {"contradicts", "rules_out"}]


def _further(found: Diagnosis) -> list[Term]:
    """The clauses that hold, except the symptom, and that the rule is about such a phone, which says nothing new."""
    return [
        term
        for term in found.terms
        if term.role not in {"explains", "part"} and term.clause != "applies-to" and term.state == "holds"
    ]


def open_questions(found: Diagnosis) -> list[MissingEvidence]:
    """The information that would decide the undecidable clauses, without duplicates."""
    terms = [term for term in found.terms if term.state == "undecidable"]
    return _gaps((term.reason, term.capture, term.clause) for term in terms)


def missing_evidence(rules: Iterable[NotCheckable]) -> list[MissingEvidence]:
    """The information that the rules need, without duplicates; what most rules need comes first."""
    gaps = _gaps((each.missing, each.how_to_capture, each.rule.code) for each in rules)
    return sorted(gaps, key=lambda gap: -len(gap.waiting))


def _gaps(open_questions: Iterable[tuple[str, str, str]]) -> list[MissingEvidence]:
    gaps: dict[str, list[tuple[str, str]]] = {}
    for missing, capture, waiting in open_questions:
        gaps.setdefault(capture, []).append((missing, waiting))
    return [
        MissingEvidence(
            "; ".join(_unique(missing for missing, _ in each)), capture, _unique(waiting for _, waiting in each)
        )
        for capture, each in gaps.items()
    ]


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))


def journey(boot: Boot) -> list[tuple[str, list[StageState]]]:
    """The stages of a boot by state, in the order passed, failed, not seen, not checkable."""
    order = ["passed", "failed", "not seen", "not checkable"]
    stages = sorted(boot.journey, key=lambda stage: order.index(stage.state))
    return [(state, list(together)) for state, together in groupby(stages, key=lambda stage: stage.state)]


def paragraphs(prose: str) -> list[str]:
    """The paragraphs of a text of a rule, which empty lines separate, without the line breaks of its file."""
    blocks = [block.strip("\n") for block in prose.split("\n\n")]
    return [" ".join(line.strip(" ") for line in block.split("\n")) for block in blocks if block]
