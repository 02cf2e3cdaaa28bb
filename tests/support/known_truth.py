"""Generates cases with a known cause from the samples in the rules.

There are two kinds: two causes in one trace, and evidence drawn in the proportions that the rules state.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import combinations
from operator import itemgetter

from lyncphone_logs.authoring.rule_samples import START, diagnosed, events_of
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.diagnosis.evaluation import GIVEN
from lyncphone_logs.diagnosis.fact_weights import FACTOR, fact_of
from lyncphone_logs.diagnosis.findings import Diagnosis, Phone
from lyncphone_logs.diagnosis.ranking import LIKELIHOOD, OTHER_CAUSE, Device, is_for, prior
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.matcher import matches
from lyncphone_logs.rules.clause import Clause, Explained
from lyncphone_logs.rules.rule import EXPLAINS, Rule
from support.keyed import keyed

WHOLE = "LOG001"
"""The diagnosis of a trace without evidence; no other diagnosis is possible there."""
APART = timedelta(hours=1)
WORDS = ("confirmed", "likely", "possible", "unlikely")
SHOWN = {"decisive": 0.7, "strong": 0.5, "moderate": 0.3, "weak": 0.3}
"""How often a clause that supports the true cause is seen. A guess; the results depend little on it."""


@cache
def rules() -> tuple[Rule, ...]:
    return read_catalog().rules


def diagnose(events: Sequence[Event], among: Sequence[Rule] | None = None) -> Phone:
    """The diagnosis of one phone's events and facts, with all rules."""
    seen = [event for event in events if event.family not in GIVEN]
    facts = [event for event in events if event.family in GIVEN]
    vendors = {each.name: each.vendor for each in read_catalog().grammars}
    ((phone,), _) = diagnose_phones(keyed(seen), facts, among or rules(), vendors, are_phones=True)
    return phone


@cache
def stories() -> dict[str, tuple[tuple[Event, ...], ...]]:
    """For each rule, its positive samples as events of one phone, in the order of their verdicts."""
    grammars = read_catalog().grammars
    found_for: defaultdict[str, list[tuple[int, tuple[Event, ...]]]] = defaultdict(list)
    for rule in rules():
        for sample in rule.sample:
            events = tuple(
                event._replace(hostname="phone", source="phone.log", phone="")
                for event in events_of(sample, grammars)
                if not event.derived
            )
            found = diagnosed(rule, events, rules(), grammars) if sample.kind == "positive" else None
            if found and any(event.family not in GIVEN for event in events):
                found_for[rule.code].append((WORDS.index(found.verdict), events))
    return {code: tuple(events for _, events in sorted(some, key=itemgetter(0))) for code, some in found_for.items()}


@dataclass(frozen=True)
class Pair:
    """Two causes in one trace: which were found, whether in order, and what was confirmed wrongly."""

    codes: tuple[str, str]
    found: frozenset[str]
    is_ordered: bool
    wrong: frozenset[str]


def pairs() -> Iterator[Pair]:
    """Every pair of rules whose evidence does not exclude the other, one after the other in one trace.

    Rules with the same symptom compete for it and are no pair; nor are rules with different certificates, or about
    different devices.
    """
    examples = stories()
    alone = {code: {each.rule.code for each in diagnose(events[0]).diagnoses} for code, events in examples.items()}
    for one, other in combinations(sorted(examples), 2):
        if (
            WHOLE in (one, other)
            or other in alone[one]
            or one in alone[other]
            or _clash(examples[one][0], examples[other][0])
        ):
            continue
        phone = diagnose(_one_after_the_other(examples[one][0], examples[other][0]))
        if {one, other} & {each.rule.code for each in phone.ruled_out} or not _are_of_one_device(one, other, phone):
            continue
        yield _judged(one, other, phone)


def _judged(one: str, other: str, phone: Phone) -> Pair:
    listed = {each.rule.code: each for each in phone.diagnoses}
    rivals = {name for code in (one, other) if code in listed for name in listed[code].rivals}
    confirmed = {code for code, each in listed.items() if each.verdict == "confirmed" and not each.silenced_by}
    order = [each.rule.code for each in phone.diagnoses if each.rule.code in (one, other)]
    known = {rule.code: rule for rule in rules()}
    led = {(root, code) for root in (one, other) for code in known[root].leads_to if code in (one, other)}
    is_ordered = all(order.index(root) < order.index(code) for root, code in led if {root, code} <= set(order))
    return Pair(
        (one, other), frozenset({one, other} & set(listed)), is_ordered, frozenset(confirmed - {one, other}) - rivals
    )


def _are_of_one_device(one: str, other: str, phone: Phone) -> bool:
    device = Device(phone.vendor, phone.model, phone.firmware, phone.environment, kind=phone.device)
    return all(is_for(rule, device) for rule in rules() if rule.code in (one, other))


def _clash(one: Sequence[Event], other: Sequence[Event]) -> bool:
    kinds = [{event.kind for event in events if event.family in GIVEN} for events in (one, other)]
    return bool(kinds[0] & kinds[1])


def _one_after_the_other(first: Sequence[Event], second: Sequence[Event]) -> list[Event]:
    last = max((event.time for event in first if event.time), default=START)
    begin = min((event.time for event in second if event.time), default=START)
    later = last - begin + APART
    moved = [
        event._replace(id=f"later:{event.id}", time=(event.time or begin) + later, time_quality="exact", procid="later")
        for event in second
    ]
    return [*(event._replace(time=event.time or START) for event in first), *moved]


@dataclass(frozen=True)
class Answer:
    """One diagnosis of a drawn case: score, verdict, and whether it was the cause."""

    code: str
    score: float
    verdict: str
    is_true: bool


@dataclass(frozen=True)
class Symptom:
    """An event, with the rules that explain it."""

    event: Event
    explained_by: tuple[tuple[Rule, Explained], ...]


def draws(number: int, seed: int = 1) -> Iterator[list[Answer]]:
    """The diagnoses of `number` drawn cases.

    A symptom is drawn, then its cause: one of the rules that explain it or an "other cause", by prior times likelihood,
    as the rules state them. Then further evidence is drawn: a clause more often under its own cause, by its weight.
    Evidence that would confirm a false cause is never drawn, since it cannot exist. Facts that a user states are not
    drawn either: `test_words` checks what they do.
    """
    chance = random.Random(seed)
    symptoms = _symptoms()
    for _ in range(number):
        symptom = chance.choice(symptoms)
        cause = _cause(symptom, chance)
        evidence = _evidence(symptom, cause, chance)
        while _confirms_another(symptom, evidence, cause):
            evidence = _evidence(symptom, cause, chance)
        found = diagnose([*evidence, symptom.event._replace(time=START + APART, time_quality="exact")])
        yield [_answer(each, cause) for each in found.diagnoses if each.symptoms[0].startswith(symptom.event.kind)]


def _answer(found: Diagnosis, cause: Rule | None) -> Answer:
    return Answer(found.rule.code, found.score, found.verdict, cause is not None and found.rule.code == cause.code)


@cache
def _symptoms() -> list[Symptom]:
    """Every distinct symptom of the stories that needs no other event."""
    found: dict[tuple[object, ...], Symptom] = {}
    for events in (story for examples in stories().values() for story in examples):
        for event in (event for event in events if event.family not in GIVEN):
            first: dict[str, tuple[Rule, int, Explained]] = {}
            for rule in (each for each in rules() if not each.is_fact):
                for number, shown in enumerate(rule.explains):
                    if rule.code not in first and matches(shown, event):
                        first[rule.code] = rule, number, shown
            key = (event.kind, *((code, number) for code, (_, number, _) in sorted(first.items())))
            listed = {each.rule.code for each in diagnose([event]).diagnoses} if first and key not in found else set()
            if first and set(first) <= listed:
                found[key] = Symptom(event, tuple((rule, shown) for rule, _, shown in first.values()))
    return [found[key] for key in sorted(found, key=str)]


def _cause(symptom: Symptom, chance: random.Random) -> Rule | None:
    """Draws the cause of a symptom. If the symptom alone confirms a rule, that rule is the cause."""
    decided = [rule for rule, _ in symptom.explained_by if _is_confirmed(rule, [symptom.event])]
    if decided:
        return decided[0]
    weights = [prior(rule) * LIKELIHOOD[shown.likelihood] for rule, shown in symptom.explained_by]
    return chance.choices([*(rule for rule, _ in symptom.explained_by), None], [*weights, OTHER_CAUSE])[0]


def _evidence(symptom: Symptom, cause: Rule | None, chance: random.Random) -> list[Event]:
    shown: dict[str, Event] = {}
    for rule, _ in symptom.explained_by:
        for clause in rule.clause:
            event = _example(rule.code, clause.id)
            is_weighed = event is not None and clause.role in {"supports", "contradicts"} and fact_of(clause) is None
            if event and is_weighed and chance.random() < _probability(clause, is_cause=rule is cause):
                shown[event.id] = event
    return list(shown.values())


def _confirms_another(symptom: Symptom, evidence: Sequence[Event], cause: Rule | None) -> bool:
    events = [*evidence, symptom.event]
    return any(rule is not cause and _is_confirmed(rule, events) for rule, _ in symptom.explained_by)


def _is_confirmed(rule: Rule, events: Sequence[Event]) -> bool:
    """Whether events meet a complete decisive set of a rule; composed clauses are resolved."""
    met = {EXPLAINS}
    for clause in rule.clause:
        met |= {clause.id for event in events if not clause.is_composed and matches(clause, event)}
        is_met = clause.is_composed and met.issuperset(clause.all) and not met.intersection(clause.none)
        met |= {clause.id} if is_met and (not clause.any or met.intersection(clause.any)) else set()
    return any(met.issuperset(together) for together in rule.confirmed_by)


def _probability(clause: Clause, *, is_cause: bool) -> float:
    supports = clause.role == "supports"
    return SHOWN[clause.strength] / (1 if supports == is_cause else FACTOR[clause.strength])


@cache
def _example(code: str, name: str) -> Event | None:
    """An event of the stories that meets a clause and is no symptom of any rule."""
    (rule,) = (each for each in rules() if each.code == code)
    (clause,) = (each for each in rule.clause if each.id == name)
    if clause.is_composed or clause.absent or clause.count > 1 or clause.then or clause.anchors or clause.first_of:
        return None
    for event in (event for examples in stories().values() for story in examples for event in story):
        if matches(clause, event) and not any(matches(shown, event) for each in rules() for shown in each.explains):
            return event._replace(id=f"example:{event.kind}:{sorted(event.fields.items(), key=str)}", time=START)
    return None
