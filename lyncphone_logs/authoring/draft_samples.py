"""Makes the samples of a drafted rule from lines of a trace: with the symptom, and without a piece of it.

A sample is used only if reading its lines gives what it claims, so a draft has no sample that fails by itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lyncphone_logs.authoring.lint import MIN_SAMPLES
from lyncphone_logs.authoring.rule_samples import diagnosed, events_of
from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.rules.rule import Rule, RuleSample

CUTS = 24
"""Parts of a line: truncated samples end after some of them."""
OTHER_TEXT = "something else"


class Marked(NamedTuple):
    """What a draft is made from: the symptom, all marked events, and further events of the same trace.

    `before`: the event before the symptom, if there is one; a notice of repetition means nothing without it.
    """

    symptom: Event
    before: Event | None
    tests: Mapping[str, Value]
    marked: Sequence[Event]
    unmarked: Sequence[Event]


def samples(made_from: Marked, rule: Rule, grammars: Sequence[Grammar]) -> Iterator[RuleSample]:
    """Three positive samples of `rule` and five others, as far as the lines give them."""
    positive = [each for each in _positive(made_from) if _shows(each, rule, grammars)]
    yield from positive[: MIN_SAMPLES["positive"]]
    others = [each for each in _others(made_from) if not _shows(each, rule, grammars)]
    if not positive and not others:
        yield next(_positive(made_from))  # a rule needs a sample to load; rules test says what is wrong with it
    near = [each for each in others if each.kind == "near_miss"][:1]
    yield from [*near, *(each for each in others if each not in near)][: MIN_SAMPLES["negative"]]


def _shows(sample: RuleSample, rule: Rule, grammars: Sequence[Grammar]) -> bool:
    return diagnosed(rule, events_of(sample, grammars), [rule], grammars) is not None


def _lines(events: Sequence[Event]) -> tuple[str, ...]:
    return tuple(line for each in events for line in each.text.encode("utf-8", "replace").decode().split("\n"))


def _positive(made_from: Marked) -> Iterator[RuleSample]:
    origin = _origin(made_from)
    yield RuleSample(kind="positive", says="the marked lines", origin=origin, lines=_lines(made_from.marked))
    if len(made_from.marked) > 1:
        yield RuleSample(kind="positive", says="the symptom alone", origin=origin, lines=_lines([made_from.symptom]))
    units = [[made_from.symptom]] + ([[made_from.before, made_from.symptom]] if made_from.before else [])
    for unit, which in zip(units, ("", " with the line before it"), strict=False):
        for count, word in ((2, "twice"), (3, "three times")):
            yield RuleSample(kind="positive", says=f"the symptom{which} {word}", lines=_lines(unit) * count)
    if made_from.before:
        both = _lines(units[-1])
        yield RuleSample(kind="positive", says="the symptom with the line before it", origin=origin, lines=both)


def _others(made_from: Marked) -> Iterator[RuleSample]:
    origin = _origin(made_from)
    rest = [event for event in made_from.marked if event is not made_from.symptom]
    if rest:
        yield RuleSample(kind="near_miss", says="without the symptom", origin=origin, lines=_lines(rest))
    yield from _altered(made_from)
    for event in made_from.unmarked:
        says = f"another line of the trace, {event.kind}"
        yield RuleSample(kind="negative", says=says, origin=origin, lines=_lines([event]))
    yield from _truncated(made_from)


def _altered(made_from: Marked) -> Iterator[RuleSample]:
    """The symptom with another value of one of its fields."""
    for name, value in made_from.tests.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        other = str(value + 1) if is_number and isinstance(value, int | float) else OTHER_TEXT
        lines = _lines([made_from.symptom])
        changed = tuple(re.sub(rf"(?<![\w.]){re.escape(str(value))}(?!\w)", other, line) for line in lines)
        if changed != lines:
            yield RuleSample(kind="near_miss", says=f"another {name.replace('_', ' ')}", lines=changed)


def _truncated(made_from: Marked) -> Iterator[RuleSample]:
    lines = _lines([made_from.symptom])
    whole, first = "\n".join(lines), lines[0]
    lengths = {len(text) * part // CUTS for text in (whole, first) for part in range(1, CUTS)}
    for kept in (whole[:length] for length in sorted(lengths, reverse=True)):
        if kept.strip():
            says = f"the symptom, truncated after {len(kept)} characters"
            yield RuleSample(kind="near_miss", says=says, lines=tuple(kept.split("\n")))


def _origin(made_from: Marked) -> str:
    return f"real: {' '.join(made_from.symptom.source.split())}"
