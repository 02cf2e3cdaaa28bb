"""Checks rules that load: events that no trace can contain, clauses without effect, missing parts, wording."""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from lyncphone_logs import content
from lyncphone_logs.authoring.lint_texts import text_complaints
from lyncphone_logs.bounded_files import read_text
from lyncphone_logs.diagnosis.evaluation import GIVEN
from lyncphone_logs.events.event import LOST, family_of
from lyncphone_logs.events.vocabulary import field_of, is_of_line
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.linearity import UnsupportedElement
from lyncphone_logs.grammar.search_linearity import check_search
from lyncphone_logs.rules.clause import Clause
from lyncphone_logs.rules.condition import Condition, EventPattern, Scalar
from lyncphone_logs.rules.rule import EXPLAINS, Rule
from lyncphone_logs.rules.toml_positions import key_positions, nearest
from lyncphone_logs.trace.correlator import DERIVED
from lyncphone_logs.validation import KeyPath

DERIVED_KINDS = {*DERIVED, LOST, "trace.examined", "certificate.validity_compared"}
NOT_FROM_LINES = {*DERIVED_KINDS, "log.message"}
"""Kinds that no message of a grammar produces."""
MIN_SAMPLES = {"positive": 3, "negative": 5}
OPPOSITES = {("supports", "contradicts"), ("requires", "rules_out")}
TEXT_TYPES = {"text", "version", "list"}


class Complaint(NamedTuple):
    """One fault of a rule: `file:line:column`, the code of the rule, the fault."""

    location: str
    code: str
    says: str

    def __str__(self) -> str:
        return f"{self.location}: {self.code} {self.says}"


@cache
def timers() -> dict[str, tuple[float, str, str]]:
    """For a kind of event: the seconds that a device may take to show it, the timer, and its source."""
    path = content.path("knowledge") / "timers.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: (row["seconds"], row["timer"], row["source"]) for kind, row in table.items()}


def lint(files: Iterable[tuple[Path, Rule]], rules: Sequence[Rule], grammars: Sequence[Grammar]) -> Iterator[Complaint]:
    """Complaints about the rules in `files`, compared with all `rules`, in the order of the files."""
    produced = {kind for grammar in grammars for kind, _ in grammar.messages} | NOT_FROM_LINES
    twins = _overlapping(rules)
    for path, rule in files:
        positions = key_positions(read_text(path))
        found = [*_complaints(rule, rules, produced), *((("explains",), each) for each in twins[rule.code])]
        for key, says in sorted(found, key=lambda each: nearest(positions, each[0])):
            line, column = nearest(positions, key)
            yield Complaint(f"{path}:{line}:{column}", rule.code, says)


def _complaints(rule: Rule, rules: Sequence[Rule], produced: set[str]) -> Iterator[tuple[KeyPath, str]]:
    for number, explained in enumerate(rule.explains):
        yield from _pattern(explained, ("explains", number), produced)
    for number, clause in enumerate(rule.clause):
        for step in clause.steps:
            yield from _pattern(step, ("clause", number), produced)
        yield from ((("clause", number), says) for says in _clause(clause, rule))
    yield from _pattern(rule.verify, ("verify",), produced)
    yield from _sets(rule)
    yield from _links(rule, rules)
    yield from _samples(rule)
    yield from text_complaints(rule)


def _pattern(pattern: EventPattern, position: KeyPath, produced: set[str]) -> Iterator[tuple[KeyPath, str]]:
    if not any(kind in produced or family_of(kind) in GIVEN for kind in pattern.kinds):
        yield position, f"no grammar produces {' or '.join(pattern.kinds)}"
    for kind in pattern.kinds:
        for name, test in pattern.where.items():
            if kind in DERIVED_KINDS and is_of_line(kind, name):
                yield (*position, "where", name), f"{kind} is not from a line, so {name} is not what it says"
            yield from (((*position, "where", name), says) for says in _values(kind, name, test))
    for name, test in pattern.where.items():
        if isinstance(test, Condition):
            yield from (((*position, "where", name), says) for says in _condition(test))


def _values(kind: str, name: str, test: Condition | list[Scalar] | Scalar) -> Iterator[str]:
    field = field_of(kind, name)
    if field is None:
        return
    values = test.none_of if isinstance(test, Condition) else test if isinstance(test, list) else [test]
    unknown = [each for each in values if field.values and str(each) not in field.values]
    if unknown:
        yield f"{kind} never has {name} {unknown[0]!r}: {', '.join(field.values)}"
    if field.type in {"integer", "number"} and any(isinstance(each, str) for each in values):
        yield f"{name} is a number but is compared with text"
    if field.type in TEXT_TYPES and any(not isinstance(each, str) for each in values):
        yield f"{name} is text but is compared with a number"


def _condition(test: Condition) -> Iterator[str]:
    if test.contains and any(test.contains.casefold() in each.casefold() for each in (test.prefix, test.suffix)):
        yield "contains has no effect: prefix or suffix implies it"
    for expression in filter(None, (test.regex, test.not_.regex if test.not_ else "")):
        try:
            check_search(expression)
        except (UnsupportedElement, re.error) as error:
            yield f"regex is not proven to take linear time: {error}"


def _clause(clause: Clause, rule: Rule) -> Iterator[str]:
    if _is_symptom(clause, rule):
        yield f"clause {clause.id} repeats the symptom, so it always holds"
    for other in rule.clause:
        yield from _conflict(clause, other)
    yield from _window(clause)


def _is_symptom(clause: Clause, rule: Rule) -> bool:
    if len(clause.steps) != 1 or clause.absent or clause.anchors or clause.count > 1:
        return False
    return all((clause.kinds, clause.where) == (each.kinds, each.where) for each in rule.explains)


def _conflict(clause: Clause, other: Clause) -> Iterator[str]:
    if (clause.role, other.role) in OPPOSITES and _conditions(clause) == _conditions(other):
        yield f"clauses {clause.id} and {other.id} have the same conditions but opposite roles"
    is_contrary = clause.absent and not other.absent and _conditions(clause)[:-1] == _conditions(other)[:-1]
    if is_contrary and clause.role == other.role == "requires":
        yield f"clauses {clause.id} and {other.id} are both required but exclude each other"


def _window(clause: Clause) -> Iterator[str]:
    """Absence of an event for less time than a device may take to show it proves nothing."""
    if not (clause.absent and clause.within and clause.starts):
        return
    for kind in clause.kinds:
        seconds, timer, source = timers().get(kind, (0.0, "", ""))
        if clause.within < seconds:
            why = f"{timer} ({source})"
            yield f"within {clause.within:g} s is shorter than the {seconds:g} s that {kind} may take: {why}"


def _conditions(clause: Clause) -> tuple[object, ...]:
    window = (clause.before, clause.after, clause.between, clause.within, clause.count, clause.by, clause.once_per)
    further = (clause.offset, clause.distinct, clause.phones, [step.count for step in clause.then])
    steps = [(step.kinds, step.where) for step in clause.steps]
    return (steps, clause.named, window, further, clause.same, clause.absent)


def _sets(rule: Rule) -> Iterator[tuple[KeyPath, str]]:
    inferred = {each.id for each in rule.clause if each.fault == "inferred" or each.signature == "synthetic"}
    if all(each.fault == "inferred" or each.signature == "synthetic" for each in rule.explains):
        inferred.add(EXPLAINS)
    for number, together in enumerate(rule.confirmed_by):
        if inferred.issuperset(together):
            yield (
                ("confirmed_by", number),
                f"{', '.join(together)}: inferred clauses and synthetic texts cannot confirm alone",
            )


def _links(rule: Rule, rules: Sequence[Rule]) -> Iterator[tuple[KeyPath, str]]:
    known = {each.code: each for each in rules}
    for name in ("leads_to", "silences"):
        for number, code in enumerate(getattr(rule, name)):
            if code not in known:
                yield (name, number), f"{name}: no rule {code}"
            elif rule.code == code or rule.code in getattr(known[code], name):
                yield (name, number), f"{name}: {code} names {rule.code} too"


def _samples(rule: Rule) -> Iterator[tuple[KeyPath, str]]:
    counts: Counter[str] = Counter("negative" if each.kind == "near_miss" else each.kind for each in rule.sample)
    for kind, least in MIN_SAMPLES.items():
        if counts[kind] < least:
            yield ("sample",), f"{counts[kind]} {kind} samples, at least {least} required"
    needed = sum(clause.role == "requires" for clause in rule.clause) or 1
    near = sum(each.kind == "near_miss" for each in rule.sample)
    if near < needed:
        yield ("sample",), f"{near} near misses, one required for each required clause: {needed}"
    faults = {each.fault for each in rule.explains} | {each.fault for each in rule.clause}
    if "documented" in faults and not any(each.url.startswith(("https://", "http://")) for each in rule.references):
        yield ("references",), "no reference has a URL, although something is documented"


def _overlapping(rules: Sequence[Rule]) -> dict[str, list[str]]:
    """Complaints by code: rules that have the same symptoms and clauses as one before them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one, other in combinations(rules, 2):
        if _content(one) == _content(other):
            found[other.code].append(f"indistinguishable from {one.code}: same symptoms and clauses")
    return found


def _content(rule: Rule) -> tuple[object, ...]:
    shown = [(each.kinds, each.where, each.likelihood) for each in rule.explains]
    return shown, [(each.role, each.strength, _conditions(each)) for each in rule.clause], rule.applies_to
