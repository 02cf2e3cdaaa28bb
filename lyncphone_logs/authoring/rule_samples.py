"""Tests the samples of rules with the code that reads and diagnoses traces."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import get_args

from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.diagnosis.evaluation import GIVEN
from lyncphone_logs.diagnosis.findings import Diagnosis
from lyncphone_logs.diagnosis.ranking import APPLIES_TO, SCALE
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.reader import Reader, anchor_of
from lyncphone_logs.parsing.sequence_numbers import runs_of
from lyncphone_logs.rules.loader import load_rules
from lyncphone_logs.rules.packs import Pack
from lyncphone_logs.rules.rule import EXPLAINS, Rule, RuleSample, SampleEvent, SampleLine, Verdict
from lyncphone_logs.sources.source import InMemorySource
from lyncphone_logs.trace.correlator import Correlator

LAST_YEAR = 2013
"""The year of sample lines whose stamps have none: that of the founding line."""
START = datetime(LAST_YEAR, 7, 9, 12)
"""The time from which `at` counts, for lines without a stamp."""


def rivals_by_code(packs: Sequence[Pack]) -> dict[str, tuple[Rule, ...]]:
    """For each code the rules, sorted by code, that compete in its samples: those of its own pack and of packs before.

    A pack cannot know the rules of packs that are added later, so these must not change what its samples show. `packs`
    in the order in which each overlays those before it.
    """
    known: dict[str, Rule] = {}
    rivals: dict[str, tuple[Rule, ...]] = {}
    for pack in packs:
        own, _ = load_rules(pack)
        known |= {rule.code: rule for rule in own}
        competing = tuple(known[code] for code in sorted(known))
        rivals |= dict.fromkeys((rule.code for rule in own), competing)
    return rivals


def check_rule(rule: Rule, rules: Sequence[Rule], grammars: Sequence[Grammar]) -> Iterator[str]:
    """The failures of the samples of a rule, one line each. `rules` compete, as in a diagnosis."""
    for sample in rule.sample:
        yield from failures(rule, sample, events_of(sample, grammars), rules, grammars)


def failures(
    rule: Rule, sample: RuleSample, events: Sequence[Event], rules: Sequence[Rule], grammars: Sequence[Grammar]
) -> Iterator[str]:
    """At most one line: how the diagnosis of `events`, which are those of the sample, differs from what it states."""
    found = diagnosed(rule, events, rules, grammars)
    if sample.kind != "positive":
        if found:
            yield f"{sample.kind} sample is diagnosed ({found.verdict}): {sample.says}"
    elif not found:
        yield f"positive sample should be {sample.verdict}, is not listed: {sample.says}"
    elif not _is_within(found.verdict, sample):
        most = f", at most {sample.at_most}" if sample.at_most != "confirmed" else ""
        yield f"positive sample should be {sample.verdict}{most}, is {found.verdict}: {sample.says}"
    elif sample.holds is not None and _holding(found) != set(sample.holds):
        yield f"clauses that hold should be {sorted(sample.holds)}, are {sorted(_holding(found))}: {sample.says}"


def diagnosed(
    rule: Rule, events: Sequence[Event], rules: Sequence[Rule], grammars: Sequence[Grammar]
) -> Diagnosis | None:
    """The diagnosis of the rule for the events; those that cannot come from a trace count as facts from the user.

    Samples are about phones, even those of which each line is one of a daemon that any computer runs.
    """
    seen = [event for event in events if event.family not in GIVEN]
    facts = [event for event in events if event.family in GIVEN]
    batch = Batch.of(seen)
    batch.runs = runs_of(batch.columns, range(len(batch)), len(batch), {each.name: each.multiline for each in grammars})
    Correlator().key(batch)
    keyed = [batch] if len(batch) else []
    vendors = {each.name: each.vendor for each in grammars}
    gateways = {each.name for each in grammars if each.device == "gateway"}
    phones, _ = diagnose_phones(keyed, facts, rules, vendors, gateways=gateways, are_phones=True)
    found = [each for phone in phones for each in phone.diagnoses if each.rule.code == rule.code]
    return found[0] if found else None


def events_of(sample: RuleSample, grammars: Sequence[Grammar]) -> list[Event]:
    """The events of a sample, in order of time."""
    lines = [(each.at, each.line) if isinstance(each, SampleLine) else (None, each) for each in sample.lines]
    lines.sort(key=lambda each: each[0] or 0)
    written = InMemorySource("\n".join(line for _, line in lines), "sample")
    read = Reader(written, grammars, anchor_of(written, LAST_YEAR)).events()
    placed = [(lines[event.line - 1][0], event) for event in read]
    stated = [(each.at, _event(number, each)) for number, each in enumerate(sample.events)]
    return [_at(event, at) for at, event in sorted([*stated, *placed], key=lambda each: each[0] or 0)]


def _at(event: Event, at: float | None) -> Event:
    is_stamped = event.time is not None or at is None
    return event if is_stamped else event._replace(time=START + timedelta(seconds=at or 0), time_quality="exact")


def _event(number: int, sample: SampleEvent) -> Event:
    fields = {name: _value(sample.kind, name, value) for name, value in sample.fields.items()}
    text = f"{sample.kind} {sample.fields}"
    return Event(id=f"sample:{number}", kind=sample.kind, source="sample", fields=MappingProxyType(fields), text=text)


def _value(kind: str, name: str, value: bool | int | float | str | list[str]) -> Value:
    if isinstance(value, list):
        return tuple(value)
    is_time = kinds()[kind].fields[name].type == "time"
    return datetime.fromisoformat(value) if is_time and isinstance(value, str) else value


def _holding(found: Diagnosis) -> set[str]:
    holding = {term.clause for term in found.terms if term.state == "holds" and term.role != SCALE}
    return holding - {EXPLAINS, APPLIES_TO}


def _is_within(verdict: Verdict, sample: RuleSample) -> bool:
    order = get_args(Verdict)
    return order.index(sample.at_most) <= order.index(verdict) <= order.index(sample.verdict)
