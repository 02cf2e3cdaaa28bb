"""The samples inside rules and grammars, put to the test by the very code that reads traces."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import get_args

from lyncphone_logs.catalog import overlaps
from lyncphone_logs.correlate import Correlator
from lyncphone_logs.decision import GIVEN
from lyncphone_logs.diagnosis import find
from lyncphone_logs.event import Event, Value
from lyncphone_logs.finding import Diagnosis
from lyncphone_logs.grammar import Grammar
from lyncphone_logs.own_line import own_line
from lyncphone_logs.reader import Reader, anchor_of
from lyncphone_logs.rule import Rule, Sample, SampleEvent, Verdict
from lyncphone_logs.source import Written
from lyncphone_logs.vocabulary import kinds

LAST_YEAR = 2013
"""Stamps without a year in samples are from the year of the founding line."""


def check_grammar(grammar: Grammar, others: Sequence[Grammar]) -> Iterator[str]:
    """What is wrong with the samples of a grammar, a line each; nothing when all are read as they say."""
    for sample in grammar.samples:
        text = own_line(sample.line).text
        reading = grammar.read(text)
        if reading is None and any(sample in other.samples and other.read(text) for other in others):
            continue  # a shared message, in a line of another family
        found = (reading.kind, dict(reading.fields)) if reading else None
        if found != (sample.kind, dict(sample.fields)):
            yield f"{sample.line!r} should be {sample.kind} {dict(sample.fields)}, is {found}"
    yield from overlaps(grammar, others)
    for kind in sorted({kind for kind, _ in grammar.messages} - {sample.kind for sample in grammar.samples}):
        yield f"no sample shows {kind}"


def check_rule(rule: Rule, rules: Sequence[Rule], grammars: Sequence[Grammar]) -> Iterator[str]:
    """What is wrong with the samples of a rule among all rules, a line each; nothing when all turn out as they say."""
    for sample in rule.sample:
        found = _diagnosed(rule, sample, rules, grammars)
        if sample.kind != "positive" and found:
            yield f"{sample.kind} sample is diagnosed ({found.verdict}): {sample.says}"
        if sample.kind == "positive" and (not found or _is_weaker(found.verdict, sample.verdict)):
            is_now = found.verdict if found else "not listed"
            yield f"positive sample should be {sample.verdict}, is {is_now}: {sample.says}"


def _diagnosed(rule: Rule, sample: Sample, rules: Sequence[Rule], grammars: Sequence[Grammar]) -> Diagnosis | None:
    events = [_event(number, each) for number, each in enumerate(sample.events)]
    written = Written("\n".join(sample.lines), "sample")
    reader = Reader(written, grammars, anchor_of(written, LAST_YEAR))
    seen = [*(event for event in events if event.family not in GIVEN), *reader.events()]
    facts = [event for event in events if event.family in GIVEN]
    phones, _ = find(Correlator().correlate(seen), facts, rules, {each.name: each.vendor for each in grammars})
    found = [each for phone in phones for each in phone.diagnoses if each.rule.code == rule.code]
    return found[0] if found else None


def _event(number: int, sample: SampleEvent) -> Event:
    fields = {name: _value(sample.kind, name, value) for name, value in sample.fields.items()}
    source, text = "sample", f"{sample.kind} {sample.fields}"
    return Event(id=f"sample:{number}", kind=sample.kind, source=source, fields=MappingProxyType(fields), text=text)


def _value(kind: str, name: str, value: bool | int | float | str | list[str]) -> Value:
    if isinstance(value, list):
        return tuple(value)
    is_time = kinds()[kind].fields[name].type == "time"
    return datetime.fromisoformat(value) if is_time and isinstance(value, str) else value


def _is_weaker(verdict: Verdict, wanted: Verdict) -> bool:
    order = get_args(Verdict)
    return order.index(verdict) > order.index(wanted)
