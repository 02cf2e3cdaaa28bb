"""Mutation tests of rules: changes each clause; if no sample then fails, the samples do not test that clause."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lyncphone_logs.authoring.rule_samples import diagnosed, events_of, failures
from lyncphone_logs.diagnosis.evaluation import GIVEN
from lyncphone_logs.events.event import Event
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.matching.capabilities import KIND as KNOWN_DEVICE
from lyncphone_logs.rules.clause import Clause, ScopeName, SequenceStep
from lyncphone_logs.rules.condition import Condition
from lyncphone_logs.rules.rule import Rule

WIDER: dict[ScopeName, ScopeName] = {"transaction": "call", "call": "phone", "handshake": "boot", "boot": "phone"}
LOOSENED = 10.0
"""Factor by which a window is lengthened."""
BOOT = "device.started"


def survivors(rule: Rule, rules: Sequence[Rule], grammars: Sequence[Grammar]) -> Iterator[str]:
    """The changes of a rule that no sample notices, and lines of positive samples whose role is not theirs."""
    samples = [(sample, events_of(sample, grammars)) for sample in rule.sample]
    rivals = _rivals(rule, rules)
    for change, mutant in mutants(rule):
        competing = [mutant if other.code == rule.code else other for other in rivals]
        found = (each for sample, events in samples for each in failures(mutant, sample, events, competing, grammars))
        if next(found, None) is None:
            yield f"no sample notices: {change}"
    for sample, events in samples:
        if sample.kind == "positive":
            yield from (f"{each}: {sample.says}" for each in _misleading_lines(rule, events, grammars))


def _rivals(rule: Rule, rules: Sequence[Rule]) -> list[Rule]:
    """The rules that explain events of the same kinds, with the rule itself."""
    symptoms = {kind for each in rule.explains for kind in each.kinds}
    return [other for other in rules if symptoms & {kind for each in other.explains for kind in each.kinds}]


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Each change with the changed rule: a symptom dropped; a clause dropped, negated or loosened in each way."""
    for number in range(len(rule.explains)):
        rest = (*rule.explains[:number], *rule.explains[number + 1 :])
        if rest:
            yield f"explains entry {number + 1} dropped", replace(rule, explains=rest)
    named = {name for clause in rule.clause for name in (*clause.named, *clause.anchors)}
    compared = {other for each in rule.patterns for _, _, other, _ in each.comparisons}
    for clause in rule.clause:
        if clause.id not in named | compared:
            yield f"clause {clause.id} dropped", _without(rule, clause)
        if clause.id not in compared and not _is_anchor(rule, clause):
            yield f"clause {clause.id} negated", _with(rule, clause, _negated(clause))
        looser = _loosened(clause)
        if looser:
            yield f"clause {clause.id} loosened", _with(rule, clause, [looser])
        for what, changed in _without_a_limit(clause):
            yield f"clause {clause.id} without {what}", _with(rule, clause, [changed])


def _is_anchor(rule: Rule, clause: Clause) -> bool:
    return any(clause.id in other.anchors for other in rule.clause)


def _without(rule: Rule, clause: Clause) -> Rule:
    rest = tuple(each for each in rule.clause if each is not clause)
    return replace(rule, clause=rest, confirmed_by=tuple(each for each in rule.confirmed_by if clause.id not in each))


def _with(rule: Rule, clause: Clause, instead: Sequence[Clause]) -> Rule:
    changed = [new for each in rule.clause for new in (instead if each is clause else [each])]
    return replace(rule, clause=tuple(changed))


def _negated(clause: Clause) -> list[Clause]:
    part = replace(clause, id=f"{clause.id}-part", role="part")
    said = {"role": clause.role, "strength": clause.strength, "fault": clause.fault, "group": clause.group}
    return [part, Clause(id=clause.id, none=(part.id,), source=clause.source, says="not so", **said)]  # type: ignore[arg-type]


def _loosened(clause: Clause) -> Clause | None:
    """The clause with fewer conditions on fields, steps, number, time or scope; None if it has none of these."""
    if clause.where:
        return replace(clause, where={}, says="looser")
    if clause.then:
        return replace(
            clause, then=tuple(SequenceStep(event=step.event) for step in clause.then[:-1]), count=1, within=None
        )
    if clause.count > 1:
        within = None if not clause.anchors else clause.within
        return replace(clause, count=1, within=within, by="", once_per="", distinct="")
    if clause.within:
        return replace(clause, within=clause.within * LOOSENED)
    return replace(clause, same=WIDER[clause.same]) if clause.same in WIDER and not clause.absent else None


def _without_a_limit(clause: Clause) -> Iterator[tuple[str, Clause]]:
    """The clause without each single limit that `_loosened` removes only together with others, or not at all."""
    if clause.offset:
        yield "offset", replace(clause, offset=0)
    if clause.distinct:
        yield "distinct", replace(clause, distinct="")
    if clause.phones:
        yield "phones", replace(clause, phones=0, within=None)
        if clause.where and clause.within:
            yield "time", replace(clause, within=clause.within * LOOSENED)
    if clause.then and clause.count > 1:
        yield "count", replace(clause, count=1)
    for number, step in enumerate(clause.then):
        if step.count > 1:
            steps = (*clause.then[:number], replace(step, count=1), *clause.then[number + 1 :])
            yield f"count of step {number + 2}", replace(clause, then=steps)
    for name, test in clause.where.items():
        for what, looser in _looser_tests(test) if isinstance(test, Condition) else ():
            yield f"{what} of {name}", replace(clause, where=clause.where | {name: looser})


def _looser_tests(test: Condition) -> Iterator[tuple[str, Condition]]:
    anything = Condition(present=True)
    if test.not_:
        yield "not", replace(test, not_=None) if len(test.given) > 1 else anything
    if test.suffix:
        yield "suffix", replace(test, suffix="") if len(test.given) > 1 else anything
    if test.days_from and test.at_least is not None:
        yield "at_least", replace(test, at_least=None) if test.at_most is not None else anything
    if test.days_from and test.at_most is not None:
        yield "at_most", replace(test, at_most=None) if test.at_least is not None else anything


def _misleading_lines(rule: Rule, events: Sequence[Event], grammars: Sequence[Grammar]) -> Iterator[str]:
    """Lines whose removal changes the confidence against their role. Without rivals, which would change it too."""
    complete = diagnosed(rule, events, [rule], grammars)
    if complete is None or any(clause.absent for clause in rule.clause):
        return
    for number, event in enumerate(events):
        # A boot is no evidence but separates evidence; without any line there is no phone. A fact that no clause is
        # about has a weight too: it is another value than the ones that they are about.
        if event.kind == BOOT or len(events) == 1 or event.family in GIVEN:
            continue
        without = diagnosed(rule, [*events[:number], *events[number + 1 :]], [rule], grammars)
        change = (without.confidence if without else 0.0) - complete.confidence
        ids = event.id, f"{event.id}:{KNOWN_DEVICE}"
        roles = {each.role for each in complete.evidence if each.event.id == ids[0] or each.event.id.startswith(ids[1])}
        yield from _faults(number + 1, roles, change)


def _faults(number: int, roles: set[str], change: float) -> Iterator[str]:
    if roles and roles <= {"supports", "requires"} and change > 0:
        yield f"removing supporting line {number} raised the confidence"
    if roles == {"contradicts"} and change < 0:
        yield f"removing contradicting line {number} lowered the confidence"
    if not roles and change:
        yield f"removing line {number}, which is no evidence, changed the confidence"
