"""Evaluates each clause of a rule for one symptom: holds, refuted, or undecidable with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lyncphone_logs.diagnosis.findings import State
from lyncphone_logs.events.event import Event, Value, family_of
from lyncphone_logs.events.vocabulary import value_of
from lyncphone_logs.matching.absence import Absence, AbsenceWindow, incomplete_reason
from lyncphone_logs.matching.accumulators import MAX_EVENTS, NOT_ENOUGH_KNOWN, TOO_MANY, Accumulator
from lyncphone_logs.matching.matcher import Moment, all_of, any_of, compares, is_days_from, matches, moment_of
from lyncphone_logs.matching.symptom import Symptom
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.clause import MAX_STORED, Clause
from lyncphone_logs.rules.condition import GIVEN as GIVEN
from lyncphone_logs.rules.condition import SYMPTOM, TRACE, Condition
from lyncphone_logs.rules.rule import Rule

NO_DATE = "no line that the time is compared with has a complete date"
ZONE_UNKNOWN = "the time zone of the phone is not known, and it decides the number of days"
LINES_SKIPPED = "lines were skipped; run with --full to decide"
MAX_SHOWN = 80
"""Characters of a value in the nearest miss."""
VALUES: dict[State, bool | None] = {"holds": True, "refuted": False, "undecidable": None}
STATES: dict[bool | None, State] = {value: state for state, value in VALUES.items()}


@dataclass(frozen=True, slots=True)
class Decision:
    """The state of one clause, the events that show it, why it is undecidable, and its nearest miss."""

    state: State
    events: tuple[Event, ...] = ()
    reason: str = ""
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class _Matched:
    """Events that match a clause: facts, and the evidence and count of its accumulator.

    `open_reason`: why it is not known whether a further event matches, "" if it is.
    """

    facts: list[Event]
    evidence: list[Event]
    count: int
    holds: bool
    open_reason: str


class Evaluator:
    """Evaluates the clauses of one rule for one symptom of a phone.

    `facts` are the events that do not come from the trace. Nothing that is passed in is changed.
    """

    def __init__(self, rule: Rule, symptom: Symptom, state: SymptomState, facts: Sequence[Event]) -> None:
        self._rule = rule
        self._symptom = symptom
        self._state = state
        self._facts = facts
        self._decisions: dict[str, Decision] = {}

    def decisions(self) -> dict[str, Decision]:
        """By clause id, in the order of the rule. A composed clause refers to clauses before it only."""
        for clause in self._rule.clause:
            if clause.is_composed:
                decision = self._composed(clause)
            elif clause.absent:
                decision = self._absent(clause, self._accumulator(clause.id))
            elif clause.phones:
                decision = self._of_phones(clause)
            else:
                decision = self._present(clause, self._accumulator(clause.id))
            self._decisions[clause.id] = decision
        return self._decisions

    def _accumulator(self, clause_id: str) -> Accumulator | None:
        return self._symptom.best(self._state.matcher.index.queries[self._rule.code, clause_id])

    def _of_phones(self, clause: Clause) -> Decision:
        """A clause that asks for events of several phones at the same time."""
        query = self._state.matcher.index.queries[self._rule.code, clause.id]
        found = self._state.groups[query].decision(self._state.name)
        if found.holds:
            return Decision("holds", (found.event,) if found.event else ())
        if self._state.unseen.intersection(clause.kinds):
            return Decision("undecidable", (), LINES_SKIPPED, found.nearest)
        return Decision(STATES[found.holds], (), found.reason, found.nearest)

    def _composed(self, clause: Clause) -> Decision:
        """A clause made of others: all of `all`, one of `any`, none of `none`."""
        decided = self._decisions

        def values(names: Iterable[str]) -> list[bool | None]:
            return [VALUES[decided[name].state] for name in names]

        excluded = any_of(values(clause.none))
        parts = [
            all_of(values(clause.all)),
            any_of(values(clause.any)) if clause.any else True,
            None if excluded is None else not excluded,
        ]
        state = STATES[all_of(parts)]
        if state == "holds":
            events = {event.id: event for name in (*clause.all, *clause.any) for event in decided[name].events}
            return Decision(state, tuple(events.values())[:MAX_EVENTS])
        open_parts = [name for name in clause.named if decided[name].state == state]
        # The reason of a composed clause has those of its parts; each is given once, or it would double with each.
        reasons = dict.fromkeys(
            filter(None, (each for name in open_parts for each in decided[name].reason.split("; ")))
        )
        return Decision(state, (), "; ".join(reasons), ", ".join(open_parts))

    def _present(self, clause: Clause, accumulator: Accumulator | None) -> Decision:
        """A clause that asks for events."""
        matched = self._matched(clause, accumulator)
        nearest = accumulator.nearest if accumulator and not matched.holds else ""
        if matched.holds or (_is_plain(clause) and len(matched.facts) + matched.count >= clause.count):
            return Decision("holds", (*matched.facts, *matched.evidence)[: max(MAX_EVENTS, len(clause.steps))])
        if reason := self._open_reason(clause, accumulator, matched):
            return Decision("undecidable", (), reason, nearest)
        if self._has_kind_of(clause):
            return Decision("refuted", (), "", nearest or self._near_miss(clause))
        return Decision("undecidable", (), _missing(clause), nearest)

    def _matched(self, clause: Clause, accumulator: Accumulator | None) -> _Matched:
        results = {event.id: matches(clause, event, self._symptom.last) for event in self._facts}
        facts = [event for event in self._facts if results[event.id]]
        open_reason = NOT_ENOUGH_KNOWN if None in results.values() else ""
        if accumulator is None:
            matched = _Matched(facts, [], 0, False, open_reason)
        else:
            matched = _Matched(facts, accumulator.evidence, accumulator.count, accumulator.holds, open_reason)
        for comparison in clause.comparisons:
            matched = self._compared(clause, comparison, matched)
        for name, test in clause.dates:
            matched = self._dated(clause, name, test, matched)
        return matched

    def _compared(self, clause: Clause, comparison: tuple[str, str, str, str], matched: _Matched) -> _Matched:
        """The events of which one field compares as required with an event of the other clause."""
        others = self._events_of(comparison[2])
        results = {
            event.id: any_of(compares(event, comparison, other) for other in others if other.id != event.id)
            for event in (*matched.facts, *matched.evidence)
        }
        is_open = None in results.values() or not others
        return _only(clause, matched, results, NOT_ENOUGH_KNOWN if is_open else "")

    def _dated(self, clause: Clause, name: str, test: Condition, matched: _Matched) -> _Matched:
        """The events of which the time in a field is as many days from a line as required."""
        moments = self._moments(test.days_from)
        results = {
            event.id: any_of(is_days_from(test, value_of(event, name), moment) for moment in moments)
            if moments
            else None
            for event in (*matched.facts, *matched.evidence)
        }
        reason = NO_DATE if not moments else ZONE_UNKNOWN if None in results.values() else ""
        return _only(clause, matched, results, reason)

    def _moments(self, name: str) -> list[Moment]:
        """The known times of the last line with a complete date, of the symptom, or of the events of another clause."""
        if name == TRACE:
            return [self._state.dated] if self._state.dated else []
        events = [self._symptom.last] if name == SYMPTOM else self._events_of(name)
        return [moment for moment in map(moment_of, events) if moment]

    def _events_of(self, name: str) -> list[Event]:
        """The events of another clause of the rule, or of the symptom."""
        if name == SYMPTOM:
            return self._symptom.evidence
        other = next(clause for clause in self._rule.clause if clause.id == name)
        accumulator = self._accumulator(name)
        facts = (event for event in self._facts if matches(other, event, self._symptom.last))
        return [*facts, *(accumulator.evidence if accumulator else ())]

    def _open_reason(self, clause: Clause, accumulator: Accumulator | None, matched: _Matched) -> str:
        """Why an event that was not counted may still match the clause; empty if none may."""
        if self._state.unseen.intersection(clause.all_kinds):
            return LINES_SKIPPED
        if matched.open_reason:
            return matched.open_reason
        return accumulator.undecidable_reason if accumulator else ""

    def _has_kind_of(self, clause: Clause) -> bool:
        """Whether an event of a kind of the clause was seen or given at all."""
        seen = self._state.kinds
        return any(kind in seen for kind in clause.all_kinds) or any(
            event.kind in clause.all_kinds for event in self._facts
        )

    def _near_miss(self, clause: Clause) -> str:
        event = self._state.matcher.near_miss([clause])
        if event is None:
            return ""
        tested = [f"{name} {_shown(value_of(event, name))}" for name in clause.where]
        return f"{event.source}:{event.line} is {event.kind} with {', '.join(tested)}"

    def _absent(self, clause: Clause, accumulator: Accumulator | None) -> Decision:
        """A clause that asks that an event is absent from a window."""
        if self._has_fact(clause):
            return Decision("refuted")
        absence = accumulator if isinstance(accumulator, Absence) else Absence(clause)
        empty = [window for window in absence.windows if not window.has_event]
        if absence.windows and not empty:
            first = absence.evidence[0]
            return Decision("refuted", (), "", f"{first.source}:{first.line}")
        if reason := absence.undecidable_reason or self._unlogged_reason(clause):
            return Decision("undecidable", (), reason, absence.nearest)
        if not empty and (clause.within or clause.between):
            return Decision("undecidable", (), "no event opened its time window")
        whole_boot = AbsenceWindow(self._symptom.last, 0, self._symptom.position)
        return self._empty(clause, empty or [whole_boot], absence.nearest)

    def _has_fact(self, clause: Clause) -> bool:
        return any(matches(clause, event, self._symptom.last) for event in self._facts)

    def _empty(self, clause: Clause, windows: Sequence[AbsenceWindow], nearest: str) -> Decision:
        """The absence holds if the trace shows all of one of its empty windows."""
        reason = ""
        for window in windows:
            reason = incomplete_reason(clause, window, self._state.coverage)
            if not reason:
                return Decision("holds", () if clause.is_by_symptom else (window.anchor,))
        return Decision("undecidable", (), reason, nearest)

    def _unlogged_reason(self, clause: Clause) -> str:
        """Why the trace might not have shown the event, so its absence proves nothing; empty if it would have."""
        state = self._state
        if state.unseen.intersection(clause.all_kinds):
            return LINES_SKIPPED
        seen = state.kinds_of_boot(self._symptom.last.boot)
        if not (clause.within or clause.between) and "device.started" not in seen:
            return "the trace does not begin with the boot"
        families = set(map(family_of, clause.kinds))
        if families.intersection(map(family_of, seen)):
            return ""
        return LINES_SKIPPED if state.unseen else _not_logged(families)


def _only(clause: Clause, matched: _Matched, results: Mapping[str, bool | None], open_reason: str) -> _Matched:
    """The matched events that pass a further test. Events beyond the stored ones were not tested."""
    stored = matched.evidence
    evidence = [event for event in stored if results[event.id]]
    is_cut = len(stored) >= MAX_STORED and matched.count > sum(event.count for event in stored)
    count = sum(event.count for event in evidence)
    return replace(
        matched,
        facts=[event for event in matched.facts if results[event.id]],
        evidence=evidence,
        count=count,
        holds=count >= clause.count,
        open_reason=matched.open_reason or open_reason or (TOO_MANY if is_cut else ""),
    )


def _shown(value: Value | None) -> str:
    """A value in the nearest miss; a text is cut, because a line can be long."""
    text = "(not known)" if value is None else str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _is_plain(clause: Clause) -> bool:
    """Whether facts may be added to the count: they have no position and no time."""
    return len(clause.steps) == 1 and not (clause.within or clause.by or clause.once_per or clause.distinct)


def _missing(clause: Clause) -> str:
    is_given = all(family_of(kind) in GIVEN for kind in clause.kinds)
    return "not given" if is_given else f"the trace has no line about {' or '.join(map(_words, clause.kinds))}"


def _words(kind: str) -> str:
    """A kind in words: `tls.server_certificate.rejected` is "tls server certificate rejected"."""
    return kind.replace(".", " ").replace("_", " ")


def _not_logged(families: Iterable[str]) -> str:
    return f"no line about {' or '.join(sorted(families))} in this boot; it may not be logged"
