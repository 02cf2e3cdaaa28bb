"""From events to findings: one fold for each phone, then every rule beside every symptom that it explains."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lyncphone_logs.diagnosis.evaluation import FULL_DECIDES
from lyncphone_logs.diagnosis.findings import (
    Diagnosis,
    Evidence,
    Explanation,
    NotCheckable,
    Phone,
    RuledOut,
    WeighedSymptom,
)
from lyncphone_logs.diagnosis.phone_state import PhoneState, finish_phone, gather_phones
from lyncphone_logs.diagnosis.ranking import LIKELY, Assessment, Device, assess, is_decided, shares, verdict
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import capture_of
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.rule import Rule

MAX_NOTES = 10


@dataclass(frozen=True, slots=True)
class _Candidate:
    assessment: Assessment
    share: float
    rivals: tuple[str, ...]


def diagnose_phones(
    events: Iterable[Event | Batch],
    facts: Sequence[Event],
    rules: Sequence[Rule],
    vendors: Mapping[str, str],
    unseen: Callable[[], frozenset[str]] = frozenset,
    verified: Collection[str] = (),
) -> tuple[tuple[Phone, ...], tuple[str, ...]]:
    """Diagnose correlated events, phone by phone; the notes say what was set aside or is explained by no rule.

    `vendors` maps a grammar's name to the maker of its phones. A phone of which no line was understood is left out.
    `unseen` tells, when all events were seen, of which kinds there may be more; `verified` are codes of rules whose fix
    is looked for. Memory grows with phones, rules and
    different symptoms, not with events.
    """
    seen = gather_phones(events, rules, vendors, verified)
    unseen_kinds = unseen()
    notes: list[str] = []
    if unseen_kinds:
        notes.append(f"lines that no rule asks for were passed over; {FULL_DECIDES} what hangs on them")
    for phone in seen.values():
        phone.fold.unseen = unseen_kinds
    phones = tuple(_conclude(name, phone, facts, notes) for name, phone in sorted(seen.items()))
    return phones, tuple(notes)


def _conclude(name: str, phone: PhoneState, facts: Sequence[Event], notes: list[str]) -> Phone:
    fold, (agreeing, identity) = phone.fold, finish_phone(phone, facts)
    notes += [f"{name}: {fact.text} is set aside, the trace says otherwise" for fact in facts if fact not in agreeing]
    candidates, roots, ruled_out = _assess_all(fold, agreeing, identity)
    silencers = _named_by(candidates, lambda rule: rule.silences)
    found = (_diagnosis(each, roots.get(code, ()), silencers.get(code, ())) for code, each in candidates.items())
    diagnoses = _ranked(tuple(found))
    told = {rule.code for rule in (*(each.rule for each in diagnoses), *(each.rule for each in ruled_out))}
    silent = [rule for rule in fold.matcher.index.rules if rule.code not in told]
    used = {kind for each in diagnoses for clause in each.rule.clause for kind in clause.all_kinds}
    unexplained = [event for event in fold.unexplained.values() if event.kind not in used][:MAX_NOTES]
    notes += [f"{each.source}:{each.line}: no rule explains {_symptom(each)}" for each in unexplained]
    return Phone(
        id=name,
        basis=phone.basis,
        vendor=identity.vendor,
        model=identity.model,
        firmware=identity.firmware,
        boots=phone.journey.boots(),
        verified=fold.verified,
        diagnoses=diagnoses,
        ruled_out=tuple(ruled_out),
        not_shown=tuple(rule for rule in silent if _could_be_seen(rule, fold)),
        not_checkable=tuple(_not_checkable(rule, fold) for rule in silent if not _could_be_seen(rule, fold)),
    )


def _assess_all(
    fold: SymptomState, facts: Sequence[Event], identity: Device
) -> tuple[dict[str, list[_Candidate]], dict[str, list[str]], list[RuledOut]]:
    """The candidates, what may have led to them, and what is ruled out."""
    out: dict[str, Assessment] = {}
    rivals: list[list[Assessment]] = []
    for group in fold.symptoms.values():
        assessed = [assess(rule, explained, group, fold, facts, identity) for rule, explained in group.explained_by]
        out |= {each.rule.code: each for each in assessed if each.ruled_out}
        rivals.append([each for each in assessed if each.weight > 0])
    roots = _named_by(_candidates(rivals, {}), lambda rule: rule.leads_to)
    candidates = _candidates(rivals, roots)
    return candidates, roots, [_ruled_out(each) for code, each in sorted(out.items()) if code not in candidates]


def _candidates(rivals: Sequence[list[Assessment]], roots: Mapping[str, Sequence[str]]) -> dict[str, list[_Candidate]]:
    """By code. A diagnosis with a root is as probably its consequence as a cause, unless its own evidence decides.

    Evidence against it leaves that open.
    """
    candidates: defaultdict[str, list[_Candidate]] = defaultdict(list)
    for live in rivals:
        for each, share in zip(live, shares(live, follows=bool(live) and live[0].symptom.follows), strict=True):
            code = each.rule.code
            others = tuple(other.rule.code for other in live if other is not each)
            is_halved = code in roots and not (is_decided(each) and each.is_uncontradicted)
            candidates[code].append(_Candidate(each, share / 2 if is_halved else share, others))
    return candidates


def _named_by(
    candidates: Mapping[str, list[_Candidate]], names: Callable[[Rule], Sequence[str]]
) -> dict[str, list[str]]:
    """For each diagnosis the likely ones that name it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, each in sorted(candidates.items()):
        if max(candidate.share for candidate in each) >= LIKELY:
            for named in names(each[0].assessment.rule):
                if named in candidates and named != code:
                    found[named].append(code)
    return found


def _ruled_out(assessment: Assessment) -> RuledOut:
    ids = {term.clause for term in assessment.ruled_out} | {"explains"}
    evidence = tuple(each for each in assessment.evidence if each.clause in ids)
    return RuledOut(assessment.rule, "; ".join(term.says for term in assessment.ruled_out), evidence)


def _diagnosis(candidates: Sequence[_Candidate], roots: Sequence[str], silencers: Sequence[str]) -> Diagnosis:
    lead = max(candidates, key=lambda each: each.share)
    groups = [each.assessment.symptom for each in candidates]
    return Diagnosis(
        rule=lead.assessment.rule,
        verdict=verdict(lead.assessment, lead.share),
        confidence=lead.share,
        terms=lead.assessment.terms,
        first_seen=min(filter(None, (_moment(group.first) for group in groups)), default=None),
        last_seen=max(filter(None, (_moment(group.last) for group in groups)), default=None),
        count=sum(group.count for group in groups),
        evidence=_all_evidence([lead, *(each for each in candidates if each is not lead)]),
        symptoms=tuple(_symptom(group.first) for group in groups),
        rivals=lead.rivals,
        is_consequence=lead.assessment.symptom.follows,
        consequence_of=tuple(roots),
        silenced_by=tuple(silencers),
    )


def _all_evidence(candidates: Sequence[_Candidate]) -> tuple[Evidence, ...]:
    found = [evidence for each in candidates for evidence in each.assessment.evidence]
    return tuple({(each.event.id, each.clause): each for each in found}.values())


def _symptom(event: Event) -> str:
    return " ".join([event.kind, *(f"{name}={value}" for name, value in sorted(event.fields.items()))])


def _moment(event: Event) -> datetime | None:
    return event.time or event.received


def _ranked(diagnoses: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """In the order in which they are told: a cause before what may be its consequence, however sure that is."""
    roots = {each.rule.code: each.consequence_of for each in diagnoses}

    def rank(diagnosis: Diagnosis) -> tuple[int, int, float, str]:
        place = 2 if diagnosis.silenced_by else int(diagnosis.verdict == "unlikely")
        later = max(int(diagnosis.is_consequence), _steps_from_root(diagnosis.rule.code, roots, frozenset()))
        return place, later if place == 0 else 0, -diagnosis.confidence, diagnosis.rule.code

    return tuple(sorted(diagnoses, key=rank))


def _steps_from_root(code: str, roots: Mapping[str, Sequence[str]], seen: frozenset[str]) -> int:
    before = seen | {code}
    steps = (_steps_from_root(root, roots, before) + 1 for root in roots.get(code, ()) if root not in before)
    return max(steps, default=0)


def _could_be_seen(rule: Rule, fold: SymptomState) -> bool:
    may_be_unseen = fold.unseen.intersection(kind for explained in rule.explains for kind in explained.kinds)
    return not may_be_unseen and bool(_families(rule) & fold.families)


def _families(rule: Rule) -> set[str]:
    # What comes first is how the cause shows itself best; the rest is what it may look like from afar.
    return {kind.partition(".")[0] for kind in rule.explains[0].kinds}


def _not_checkable(rule: Rule, fold: SymptomState) -> NotCheckable:
    families = " or ".join(sorted(_families(rule)))
    if fold.unseen:
        return NotCheckable(rule, f"lines were passed over, perhaps some about {families}", f"{FULL_DECIDES} it")
    return NotCheckable(rule, f"the trace has no line about {families}", capture_of(rule.explains[0].kinds[0]))


def explain(
    items: Iterable[Event | Batch],
    facts: Sequence[Event],
    rules: Sequence[Rule],
    vendors: Mapping[str, str],
    rule: Rule,
    unseen: Callable[[], frozenset[str]] = frozenset,
) -> tuple[Explanation, ...]:
    """What one of the rules makes of each phone. Shares are those beside all rivals, before roots are considered."""
    seen = gather_phones(items, rules, vendors)
    for phone in seen.values():
        phone.fold.unseen = unseen()
    return tuple(_explained(name, phone, facts, rule) for name, phone in sorted(seen.items()))


def _explained(name: str, phone: PhoneState, facts: Sequence[Event], rule: Rule) -> Explanation:
    fold, (agreeing, identity) = phone.fold, finish_phone(phone, facts)
    weighed = []
    for group in fold.symptoms.values():
        assessed = [assess(each, shown, group, fold, agreeing, identity) for each, shown in group.explained_by]
        for each, share in zip(assessed, shares(assessed, follows=group.follows), strict=True):
            if each.rule is rule:
                word = verdict(each, share) if each.weight else ""
                out = "ruled out" if each.ruled_out else "a requirement is refuted"
                weighed.append(
                    WeighedSymptom(tuple(group.evidence), group.count, word or out, share, each.terms, each.evidence)
                )
    missed = fold.matcher.near_miss(rule.explains)
    nearest = missed if missed and missed.phone == name and not weighed else None
    return Explanation(name, rule, tuple(weighed), nearest, capture_of(rule.explains[0].kinds[0]))
