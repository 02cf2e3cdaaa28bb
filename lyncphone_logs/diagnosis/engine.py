"""Diagnoses each phone of a trace: assesses every rule for every symptom that it explains, then ranks the causes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import get_args

from lyncphone_logs.diagnosis.environment import FoundEnvironment
from lyncphone_logs.diagnosis.findings import (
    Diagnosis,
    Evidence,
    Explanation,
    Failure,
    Phone,
    RuledOut,
    WeighedSymptom,
)
from lyncphone_logs.diagnosis.phone_state import PhoneState, add_groups, finish_phone
from lyncphone_logs.diagnosis.phone_states import read_phones
from lyncphone_logs.diagnosis.ranking import (
    Assessment,
    Device,
    Standing,
    assess_causes,
    grade,
    is_decided,
    standings,
    verdict,
)
from lyncphone_logs.diagnosis.senders import Sender
from lyncphone_logs.diagnosis.unlisted_rules import UnlistedRules
from lyncphone_logs.events.batch import Batch, no_collection
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.grammar.capture_hint import CaptureHint
from lyncphone_logs.matching.regex_limit import limited_regexes
from lyncphone_logs.matching.symptom import Symptom
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.regex_budget import RegexBudget, slow_rules
from lyncphone_logs.rules.rule import EXPLAINS, Rule, Verdict
from lyncphone_logs.trace.counted_hosts import CountedHosts

MIN_ROOT_SCORE = 0.5
"""The least score of a cause that makes others its consequences."""
SKIPPED_NOTE = "lines no rule needs were skipped; run with --full to evaluate the undecided clauses"
SKIPPED_SENDERS_NOTE = "hosts with lines of daemons only: a phone's own lines may have been skipped; --full reads them"
NO_HINTS: Mapping[str, CaptureHint] = MappingProxyType({})
Codes = Mapping[str, Sequence[str]]
"""For the code of a rule, codes of others that name it."""


@dataclass(frozen=True, slots=True)
class _AssessedPhone:
    """A phone after its last line. `symptoms` has for each symptom the assessments of all rules that explain it.

    `facts` are those that its lines do not contradict.
    """

    name: str
    state: PhoneState
    facts: Sequence[Event]
    device: Device
    environment: FoundEnvironment
    is_phone: bool
    symptoms: Sequence[tuple[Symptom, Sequence[Assessment]]]

    @property
    def sender(self) -> Sender:
        """What is known about who wrote its lines."""
        return Sender(self.is_phone, self.state.server)


@dataclass(frozen=True, slots=True)
class _Candidate:
    assessment: Assessment
    standing: Standing
    rivals: tuple[str, ...]

    @property
    def score(self) -> float:
        return self.standing.score


@no_collection()
def diagnose_phones(
    batches: Iterable[Batch],
    facts: Sequence[Event],
    rules: Sequence[Rule],
    vendors: Mapping[str, str],
    unseen: Callable[[], frozenset[str]] = frozenset,
    verified: Collection[str] = (),
    hints: Mapping[str, CaptureHint] = NO_HINTS,
    gateways: Collection[str] = (),
    *,
    are_phones: bool = False,
    counted: CountedHosts | None = None,
) -> tuple[tuple[Phone, ...], tuple[str, ...]]:
    """Diagnose the phones of batches with their keys. Returns the phones by name, and notes for the user.

    `facts` are events that do not come from the trace. `vendors` maps the name of a grammar to the vendor of its
    phones. `unseen` is called after the last batch: the kinds of which skipped lines may have more events. `verified`
    are codes of the rules whose fix is looked for. `hints` maps the name of a grammar to how its phones are traced;
    `gateways` are the names of the grammars of gateways, to which rules about phones do not apply. `are_phones`: all
    senders are known to be phones. A phone with no line that a grammar read is not listed. Memory grows with phones,
    rules and distinct symptoms, not with events; of more than MAX_PHONES, `counted` counts those not diagnosed.
    """
    notes, found = [], []
    with limited_regexes() as budget:
        phones, unseen_kinds = read_phones(batches, _usable(rules, budget), vendors, unseen, verified, counted)
        unlisted = UnlistedRules(rules, unseen_kinds, budget)
        try:
            for assessed in _assess_phones(phones, facts, hints, gateways, rules, budget, are_phones=are_phones):
                notes += [*_notes_of(assessed, facts), *assessed.sender.notes(assessed.name)]
                found.append(_findings(assessed, unlisted))
        except MemoryError:
            if counted is None:
                raise
            counted.ended_at = counted.ended_at or (f"phone {found[-1].id}" if found else "the first phone")
        found = [unlisted.without_slow(phone) for phone in found]
    if unseen_kinds:
        notes.insert(0, SKIPPED_NOTE)
    if unseen_kinds and any(not phone.is_phone for phone in found):
        notes.append(SKIPPED_SENDERS_NOTE)
    return tuple(found), tuple(notes)


@no_collection()
def explain(
    batches: Iterable[Batch],
    facts: Sequence[Event],
    rules: Sequence[Rule],
    vendors: Mapping[str, str],
    rule: Rule,
    unseen: Callable[[], frozenset[str]] = frozenset,
    hints: Mapping[str, CaptureHint] = NO_HINTS,
    gateways: Collection[str] = (),
    counted: CountedHosts | None = None,
) -> tuple[Explanation, ...]:
    """How one of the rules was assessed for each phone, by name; the other arguments are those of `diagnose_phones`.

    Scores are shares among all rivals. They are not halved for a cause that may be a consequence of another one.
    """
    with limited_regexes() as budget:
        phones, _ = read_phones(batches, _usable(rules, budget), vendors, unseen, counted=counted)
        assessed = _assess_phones(phones, facts, hints, gateways, rules, budget)
        return tuple(_explanation(phone, rule) for phone in assessed)


def _usable(rules: Sequence[Rule], budget: RegexBudget) -> Sequence[Rule]:
    slow = slow_rules(rules, budget)
    return [rule for rule in rules if rule.code not in slow] if slow else rules


def _assess_phones(
    phones: dict[str, PhoneState],
    facts: Sequence[Event],
    hints: Mapping[str, CaptureHint],
    gateways: Collection[str],
    rules: Sequence[Rule],
    budget: RegexBudget,
    *,
    are_phones: bool = False,
) -> Iterator[_AssessedPhone]:
    """Finish and assess the phones by name; each is removed from `phones`, so that its state can be freed.

    A rule with a regex that was stopped is not assessed: some events were tested, and others were not.
    """
    add_groups(phones, facts, are_phones=are_phones)
    for name in sorted(phones):
        phone = phones.pop(name)
        agreeing, device, environment, is_phone = finish_phone(phone, facts, hints, gateways)
        state = phone.symptom_state
        slow = slow_rules(rules, budget)
        symptoms = [(each, assess_causes(each, state, agreeing, device, slow)) for each in state.symptoms.values()]
        yield _AssessedPhone(name, phone, agreeing, device, environment, is_phone or are_phones, symptoms)


def _findings(phone: _AssessedPhone, unlisted: UnlistedRules) -> Phone:
    live = [[each for each in assessments if each.weight > 0] for _, assessments in phone.symptoms]
    roots = _likely_naming(_candidates(live, {}), lambda rule: rule.leads_to)
    candidates = _candidates(live, roots)
    silencers = _likely_naming(candidates, lambda rule: rule.silences)
    assessed = [_diagnosis(each, roots.get(code, ()), silencers.get(code, ())) for code, each in candidates.items()]
    diagnoses = _ranked(list(phone.sender.limit(assessed)))
    failures = tuple(_failures(phone.state.symptom_state, diagnoses))
    others = tuple(each for each in diagnoses if not each.rule.only_if_alone)
    diagnoses = others if others or failures else diagnoses
    excluded = {each.rule.code: each for _, assessments in phone.symptoms for each in assessments if each.ruled_out}
    ruled_out = [_ruled_out(each) for code, each in sorted(excluded.items()) if code not in candidates]
    listed = {each.rule.code for each in diagnoses} | {each.rule.code for each in ruled_out}
    not_shown, not_checkable = unlisted.split(listed, phone.state, phone.device)
    return Phone(
        id=phone.name,
        basis=phone.state.basis,
        mac=phone.state.mac(phone.name),
        hostnames=tuple(phone.state.hostnames),
        vendor=phone.device.vendor,
        model=phone.device.model,
        firmware=phone.device.firmware,
        environment=phone.environment.name,
        environment_evidence=phone.environment.evidence,
        capture=str(phone.device.hint),
        device=phone.device.kind,
        boots=phone.state.journey.boots(),
        verified=phone.state.symptom_state.verified,
        diagnoses=diagnoses,
        failures=failures,
        unknown_errors=tuple(phone.state.errors),
        is_phone=phone.is_phone,
        ruled_out=tuple(ruled_out),
        not_shown=not_shown,
        not_checkable=not_checkable,
    )


def _failures(state: SymptomState, diagnoses: Sequence[Diagnosis]) -> Iterator[Failure]:
    """The failures that no diagnosis explains with at least *possible*, uses as evidence, or explains more exactly.

    One that may be normal counts only if no diagnosis has a symptom in the same boot.
    """
    known = [each for each in diagnoses if each.verdict != "unlikely" and not each.rule.is_fact]
    codes = {each.rule.code for each in known}
    used = {kind for each in known for clause in each.rule.clause for kind in clause.all_kinds}
    symptoms = [each.event for found in known for each in found.evidence if each.role == EXPLAINS]
    exact = {event.kind for event in symptoms}
    boots = {event.boot for event in symptoms}
    for failure in state.failures:
        event = failure.event
        kind = kinds()[event.kind]
        is_explained = not codes.isdisjoint(failure.explained_by) or event.kind in used
        is_minor = kind.failure and event.boot in boots
        if not (is_explained or is_minor or exact.intersection(kind.generic_of)):
            yield Failure(event, failure.count)


def _notes_of(phone: _AssessedPhone, facts: Sequence[Event]) -> list[str]:
    """Which stated facts, and that the stated environment, do not fit the trace."""
    contradicted = [fact.text for fact in facts if fact not in phone.facts]
    notes = [f"{phone.name}: {text} is ignored, because the trace contradicts it" for text in contradicted]
    found = phone.environment
    if found.suggested_by is None or not found.contradicts:
        return notes
    line = f"{found.suggested_by.source}:{found.suggested_by.line}"
    return [*notes, f"{phone.name}: environment {found.name} is used as stated; {line} suggests {found.suggested}"]


def _candidates(live: Sequence[Sequence[Assessment]], roots: Codes) -> dict[str, list[_Candidate]]:
    """By rule code, the assessments that are not excluded, with their shares; `live` has one list for each symptom.

    A diagnosis with a root is as probably a consequence of the root as a cause itself, so its share is halved. It is
    not if its own evidence decides and none contradicts it.
    """
    candidates: defaultdict[str, list[_Candidate]] = defaultdict(list)
    for rivals in live:
        follows = bool(rivals) and rivals[0].symptom.follows
        for each, standing in zip(rivals, standings(rivals, follows=follows), strict=True):
            code = each.rule.code
            others = tuple(rival.rule.code for rival in rivals if rival is not each)
            is_halved = code in roots and not (is_decided(each) and each.is_uncontradicted)
            if is_halved:
                half = standing.score / 2
                standing = standing._replace(score=half, other_cause=standing.other_cause + half)
            candidates[code].append(_Candidate(each, standing, others))
    return candidates


def _likely_naming(
    candidates: Mapping[str, Sequence[_Candidate]], names: Callable[[Rule], Sequence[str]]
) -> dict[str, list[str]]:
    """For each candidate, the codes of the candidates above MIN_ROOT_SCORE of which `names` gives its code."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, each in sorted(candidates.items()):
        if max(candidate.score for candidate in each) >= MIN_ROOT_SCORE:
            for named in names(each[0].assessment.rule):
                if named in candidates and named != code:
                    found[named].append(code)
    return found


def _ruled_out(assessment: Assessment) -> RuledOut:
    ids = {term.clause for term in assessment.ruled_out} | {"explains"}
    evidence = tuple(each for each in assessment.evidence if each.clause in ids)
    return RuledOut(assessment.rule, "; ".join(term.says for term in assessment.ruled_out), evidence)


def _diagnosis(candidates: Sequence[_Candidate], roots: Sequence[str], silencers: Sequence[str]) -> Diagnosis:
    """One diagnosis from the candidates of one rule; the candidate with the largest share leads."""
    lead = max(candidates, key=lambda each: each.score)
    symptoms = [each.assessment.symptom for each in candidates]
    return Diagnosis(
        rule=lead.assessment.rule,
        verdict=verdict(lead.assessment, lead.standing),
        score=lead.score,
        other_cause=lead.standing.other_cause,
        grade=grade(lead.assessment),
        terms=lead.assessment.terms,
        first_seen=min(filter(None, (_moment(symptom.first) for symptom in symptoms)), default=None),
        last_seen=max(filter(None, (_moment(symptom.last) for symptom in symptoms)), default=None),
        count=sum(symptom.count for symptom in symptoms),
        evidence=_all_evidence([lead, *(each for each in candidates if each is not lead)]),
        symptoms=tuple(_symptom_text(symptom.first) for symptom in symptoms),
        rivals=lead.rivals,
        tied_with=lead.standing.tied_with,
        is_consequence=lead.assessment.symptom.follows,
        consequence_of=tuple(roots),
        silenced_by=tuple(silencers),
    )


def _all_evidence(candidates: Sequence[_Candidate]) -> tuple[Evidence, ...]:
    found = [evidence for each in candidates for evidence in each.assessment.evidence]
    return tuple({(each.event.id, each.clause): each for each in found}.values())


def _symptom_text(event: Event) -> str:
    return " ".join([event.kind, *(f"{name}={value}" for name, value in sorted(event.fields.items()))])


def _moment(event: Event) -> datetime | None:
    return event.time or event.received


def _ranked(diagnoses: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """In the order of the report: a cause before its possible consequence, even if that has a higher confidence."""
    roots = {each.rule.code: each.consequence_of for each in diagnoses}

    def rank(diagnosis: Diagnosis) -> tuple[int, int, int, float, str]:
        section = 3 if diagnosis.silenced_by else 2 if diagnosis.verdict == "unlikely" else int(diagnosis.rule.is_fact)
        later = max(int(diagnosis.is_consequence), _steps_from_root(diagnosis.rule.code, roots, frozenset()))
        word = get_args(Verdict).index(diagnosis.verdict)
        return section, later if section == 0 else 0, word, -diagnosis.score, diagnosis.rule.code

    return tuple(sorted(diagnoses, key=rank))


def _steps_from_root(code: str, roots: Codes, seen: frozenset[str]) -> int:
    """Length of the longest chain of consequences that leads to a diagnosis; cycles count once."""
    before = seen | {code}
    steps = (_steps_from_root(root, roots, before) + 1 for root in roots.get(code, ()) if root not in before)
    return max(steps, default=0)


def _explanation(phone: _AssessedPhone, rule: Rule) -> Explanation:
    weighed = []
    for symptom, assessments in phone.symptoms:
        for each, standing in zip(assessments, standings(assessments, follows=symptom.follows), strict=True):
            if each.rule is rule:
                excluded = "ruled out" if each.ruled_out else "a requirement is refuted"
                known = verdict(each, standing)
                word = phone.sender.limit_word(known, each.evidence) if each.weight else excluded
                evidence = tuple(symptom.evidence)
                weighed.append(WeighedSymptom(evidence, symptom.count, word, standing.score, each.terms, each.evidence))
    missed = phone.state.symptom_state.matcher.near_miss(rule.explains)
    nearest = missed if missed and missed.phone == phone.name and not weighed else None
    return Explanation(phone.name, rule, tuple(weighed), nearest, phone.device.hint.for_kind(rule.explains[0].kinds[0]))
