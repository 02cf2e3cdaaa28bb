"""Whether each clause of a rule holds beside one symptom: holds, refuted, or undecidable with its reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lyncphone_logs.diagnosis.findings import State
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.absence import Absence, AbsenceWindow, incomplete_reason
from lyncphone_logs.matching.accumulators import MAX_EVENTS, NOT_ENOUGH_KNOWN, Accumulator
from lyncphone_logs.matching.matcher import all_of, any_of, compares, matches
from lyncphone_logs.matching.symptom import Symptom
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.clause import Clause
from lyncphone_logs.rules.condition import SYMPTOM
from lyncphone_logs.rules.rule import Rule

FULL_DECIDES = "--full decides"
PASSED_OVER = f"lines were passed over; {FULL_DECIDES}"
GIVEN = {"certificate", "fact", "display"}
"""Families whose events do not come from the trace."""
VALUES: dict[State, bool | None] = {"holds": True, "refuted": False, "undecidable": None}
STATES: dict[bool | None, State] = {value: state for state, value in VALUES.items()}


@dataclass(frozen=True, slots=True)
class Decision:
    """The state of one clause, the events that it rests on, why it is undecidable, and the nearest miss."""

    state: State
    events: tuple[Event, ...] = ()
    reason: str = ""
    nearest: str = ""


def evaluate(rule: Rule, group: Symptom, fold: SymptomState, facts: Sequence[Event]) -> dict[str, Decision]:
    """Every clause of a rule beside one symptom. `facts` are the events that do not come from the trace."""
    decided: dict[str, Decision] = {}
    for clause in rule.clause:
        watch = group.best(fold.matcher.index.queries[rule.code, clause.id])
        if clause.is_composed:
            decided[clause.id] = _composed(clause, decided)
        elif clause.absent:
            decided[clause.id] = _absent(clause, watch, group, fold, facts)
        else:
            decided[clause.id] = _met(clause, rule, watch, group, fold, facts)
    return decided


def _composed(clause: Clause, decided: dict[str, Decision]) -> Decision:
    def values(names: Iterable[str]) -> list[bool | None]:
        return [VALUES[decided[name].state] for name in names]

    nobody = any_of(values(clause.none))
    parts = [
        all_of(values(clause.all)),
        any_of(values(clause.any)) if clause.any else True,
        None if nobody is None else not nobody,
    ]
    state = STATES[all_of(parts)]
    if state == "holds":
        events = {event.id: event for name in (*clause.all, *clause.any) for event in decided[name].events}
        return Decision(state, tuple(events.values())[:MAX_EVENTS])
    wanted: State = "undecidable" if state == "undecidable" else "refuted"
    open_parts = [name for name in clause.named if decided[name].state == wanted]
    reasons = [f"{name}: {decided[name].reason}" for name in open_parts if decided[name].reason]
    return Decision(state, (), "; ".join(reasons), ", ".join(open_parts))


def _met(
    clause: Clause, rule: Rule, watch: Accumulator | None, group: Symptom, fold: SymptomState, facts: Sequence[Event]
) -> Decision:
    states = {event.id: matches(clause, event, group.last) for event in facts}
    stated = [event for event in facts if states[event.id]]
    met = watch.evidence if watch else []
    count, is_met = (watch.count, watch.holds) if watch else (0, False)
    is_open = False
    for comparison in clause.comparisons:
        others = _compared_with(comparison[2], rule, group, fold, facts)
        beside = {
            event.id: any_of(compares(event, comparison, other) for other in others if other.id != event.id)
            for event in (*stated, *met)
        }
        stated, met = ([event for event in some if beside[event.id]] for some in (stated, met))
        is_open |= None in beside.values() or not others
        count, is_met = sum(event.count for event in met), bool(met)
    nearest = watch.nearest if watch and not is_met else ""
    if is_met or (_is_plain(clause) and len(stated) + count >= clause.count):
        return Decision("holds", (*stated, *met)[: max(MAX_EVENTS, len(clause.steps))])
    if fold.unseen.intersection(clause.all_kinds):
        return Decision("undecidable", (), PASSED_OVER, nearest)
    if None in states.values() or is_open:
        return Decision("undecidable", (), NOT_ENOUGH_KNOWN, nearest)
    if watch and watch.undecidable_reason:
        return Decision("undecidable", (), watch.undecidable_reason, nearest)
    if fold.kinds.union(event.kind for event in facts).intersection(clause.all_kinds):
        return Decision("refuted", (), "", nearest or _missed(clause, rule, fold))
    is_given = all(kind.partition(".")[0] in GIVEN for kind in clause.kinds)
    missing = "not given" if is_given else f"the trace has no {' or '.join(clause.kinds)}"
    return Decision("undecidable", (), missing, nearest)


def _is_plain(clause: Clause) -> bool:
    return len(clause.steps) == 1 and not (clause.within or clause.by or clause.once_per)


def _compared_with(name: str, rule: Rule, group: Symptom, fold: SymptomState, facts: Sequence[Event]) -> list[Event]:
    if name == SYMPTOM:
        return group.evidence
    other = next(clause for clause in rule.clause if clause.id == name)
    watch = group.best(fold.matcher.index.queries[rule.code, name])
    return [*(event for event in facts if matches(other, event, group.last)), *(watch.evidence if watch else ())]


def _missed(clause: Clause, rule: Rule, fold: SymptomState) -> str:
    event = fold.matcher.near_miss([clause])
    if event is None:
        return ""
    tested = [f"{name} {event.fields.get(name, '(not known)')}" for name in clause.where]
    return f"{event.source}:{event.line} is {event.kind} with {', '.join(tested)}" if tested else ""


def _absent(
    clause: Clause, watch: Accumulator | None, group: Symptom, fold: SymptomState, facts: Sequence[Event]
) -> Decision:
    nearest = watch.nearest if watch else ""
    if any(matches(clause, event, group.last) for event in facts):
        return Decision("refuted")
    windows = list(watch.windows) if isinstance(watch, Absence) else []
    empty = [window for window in windows if not window.has_event]
    if windows and not empty:
        return Decision("refuted", (), "", f"{watch.evidence[0].source}:{watch.evidence[0].line}" if watch else "")
    if watch and watch.undecidable_reason:
        return Decision("undecidable", (), watch.undecidable_reason, nearest)
    reason = _unlogged(clause, group, fold)
    if reason:
        return Decision("undecidable", (), reason, nearest)
    if not windows and (clause.within or clause.between):
        return Decision("undecidable", (), "nothing opened its window")
    empty = empty or [AbsenceWindow(group.last, 0, group.position)]
    reasons = [incomplete_reason(clause, window, fold.coverage) for window in empty]
    whole = [window for window, reason in zip(empty, reasons, strict=True) if not reason]
    if whole:
        return Decision("holds", () if clause.is_by_symptom else (whole[0].anchor,))
    return Decision("undecidable", (), reasons[-1], nearest)


def _unlogged(clause: Clause, group: Symptom, fold: SymptomState) -> str:
    """Why what should be absent could not have been seen, or nothing where it could."""
    if fold.unseen.intersection(clause.all_kinds):
        return PASSED_OVER
    seen = fold.kinds_of_boot(group.last.boot)
    if not (clause.within or clause.between) and "device.started" not in seen:
        return "the trace does not begin with the boot"
    wanted = {kind.partition(".")[0] for kind in clause.kinds}
    if not wanted & {kind.partition(".")[0] for kind in seen}:
        if fold.unseen:
            return PASSED_OVER
        return f"no line about {' or '.join(sorted(wanted))} in this boot: perhaps not logged"
    return ""
