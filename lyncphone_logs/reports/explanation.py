"""Prints what `explain` shows: a rule, a rule compared with the phones of a trace, or how a line is parsed."""

from collections.abc import Iterable, Iterator, Sequence

from lyncphone_logs.diagnosis.findings import Evidence, Explanation, Term, WeighedSymptom
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.templates import unfilled
from lyncphone_logs.grammar.grammar import Grammar, ParsedLine
from lyncphone_logs.parsing.enveloped import unwrapped
from lyncphone_logs.reports import grouping, wording
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.page import Ink, Page
from lyncphone_logs.rules.clause import Clause, SequenceStep
from lyncphone_logs.rules.condition import SYMPTOM, Condition, EventPattern, Scalar
from lyncphone_logs.rules.rule import EXPLAINS, Applicability, Check, Remedy, Rule
from lyncphone_logs.syslog.unwrap import DeviceLine

ROLES = {
    "requires": "requires",
    "supports": "supports",
    "contradicts": "contradicts",
    "rules_out": "rules out",
    "part": "part",
}


def render_rule(rule: Rule, *, color: bool, width: int | None) -> str:
    """The rule as text, without a final line end. `width` in columns; if None, nothing is wrapped."""
    page = Page(color=color, width=width)
    _title(page, rule)
    stage = f"stage {rule.stage}" if rule.stage else ""
    fix_at = f"fix at the {rule.fix_at}" if rule.fix_at else ""
    ranked = f"{rule.prevalence} ({rule.ranked_by})" if rule.prevalence else "not ranked by frequency"
    page.prose(" · ".join(filter(None, [ranked, stage, fix_at, _phones(rule)])), indent=2)
    page.labelled("why", *filter(None, [rule.why]), *(f"{vendor}: {text}" for vendor, text in rule.why_of.items()))
    page.labelled("cause", *grouping.paragraphs(rule.cause))
    page.labelled("impact", *grouping.paragraphs(rule.impact))
    for shown in rule.explains:
        how = f"{shown.likelihood}, {wording.basis(shown)}: {shown.source}"
        page.labelled("shown by", f"{_pattern(shown)} — {unfilled(shown.says)} ({how})")
    for clause in rule.clause:
        page.labelled(ROLES[clause.role], _clause(clause))
    page.labelled("confirmed by", *(" and ".join(together) for together in rule.confirmed_by))
    for check in rule.checks:
        _check(page, check)
    page.labelled("fix", *(f"{number}. {_step(step)}" for number, step in enumerate(rule.remedy, start=1)))
    page.labelled("history", *(f"{each.year}: {each.advice} — danger: {each.danger}" for each in rule.history))
    page.labelled("verify", unfilled(rule.verify.says))
    page.labelled("read", *(" ".join(filter(None, [each.title, each.url])) for each in rule.references))
    return page.text()


def _title(page: Page, rule: Rule) -> None:
    page.prose(f"{rule.severity}[{rule.code}] {rule.name}: {rule.title}", hang=2, style="strong")


def _check(page: Page, check: Check) -> None:
    """The check, and each command on a line of its own, not wrapped, so that it can be copied."""
    page.labelled("check", f"{_tag(check)}{check.says}")
    for command in check.commands:
        page.line(f"    {command}")


def _step(step: Remedy) -> str:
    undo = f"   (undo: {step.way_back})" if step.way_back else ""
    return f"{_tag(step)}{' · '.join(filter(None, [step.who, step.where]))}: {step.what}{undo}"


def _tag(step: Check | Remedy) -> str:
    """The environments and the vendor that a step is for, in brackets; "" if it is for all."""
    named = [*step.environment, *filter(None, [step.vendor])]
    return f"[{', '.join(named)}] " if named else ""


def _phones(rule: Rule) -> str:
    if rule.requires_environment:
        return f"only for {', '.join(rule.requires_environment)}"
    named = ", ".join(filter(None, map(_phone, rule.applies_to)))
    only = ", ".join(filter(None, map(_phone, rule.only_for)))
    if only:
        return f"only for {only}"
    return f"for {named}" if named else "for any phone"


def _phone(wanted: Applicability) -> str:
    firmware = f"firmware {wanted.firmware}" if wanted.firmware else ""
    return " ".join(filter(None, [wanted.device, *wanted.environment, wanted.vendor, wanted.model, firmware]))


def _clause(clause: Clause) -> str:
    how = f"{clause.strength}, {wording.basis(clause)}: {clause.source}"
    return f"{clause.id}: {_composition(clause) or _form(clause)} — {unfilled(clause.says)} ({how})"


def _composition(clause: Clause) -> str:
    parts = [("all of", clause.all), ("any of", clause.any), ("none of", clause.none)]
    return " and ".join(f"{word} {', '.join(names)}" for word, names in parts if names)


def _form(clause: Clause) -> str:
    link = ", then " if clause.ordered else " and "
    return " ".join(
        filter(
            None,
            [
                "no" if clause.absent else "",
                link.join(map(_step_pattern, (clause, *clause.then))),
                f"before any {' or '.join(map(_pattern, clause.first_of))}" if clause.first_of else "",
                f"at least {clause.count} times" if clause.count > 1 and not clause.then else "",
                f"at at least {clause.phones} phones" if clause.phones else "",
                f"with the same {clause.by}" if clause.by else "",
                f"with different values of {clause.distinct}" if clause.distinct else "",
                f"counted once per {clause.once_per}" if clause.once_per else "",
                f"in the same {clause.same}",
                *(f"after {_anchor(name)}" for name in clause.starts),
                *(f"before {_anchor(name)}" for name in clause.ends),
                f"at least {clause.offset:g} s away" if clause.offset else "",
                f"within {clause.within:g} s" if clause.within else "",
                f"within {clause.within_events} events" if clause.within_events else "",
            ],
        )
    )


def _step_pattern(step: EventPattern) -> str:
    """A step of a sequence; how often a clause without one counts is said with its other limits."""
    count = step.count if isinstance(step, SequenceStep) or (isinstance(step, Clause) and step.then) else 1
    return _pattern(step) + (f" {count} times" if count > 1 else "")


def _anchor(name: str) -> str:
    return "the symptom" if name == SYMPTOM else name


def _pattern(pattern: EventPattern) -> str:
    tests = " and ".join(f"{name} {_test(test)}" for name, test in pattern.where.items())
    return " or ".join(pattern.kinds) + (f" with {tests}" if tests else "")


def _test(test: Condition | list[Scalar] | Scalar) -> str:
    if isinstance(test, list):
        return f"one of {', '.join(map(_value, test))}"
    if not isinstance(test, Condition):
        return _value(test)
    return " and ".join(WORDS[name].format(_value(getattr(test, name))) for name in test.given)


def _value(value: Condition | Scalar | tuple[Scalar, ...]) -> str:
    if isinstance(value, Condition):
        return _test(value)
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


WORDS = {
    "version": "{}",
    "at_least": "at least {}",
    "at_most": "at most {}",
    "contains": "containing {}",
    "prefix": "beginning with {}",
    "suffix": "ending with {}",
    "regex": "matching a pattern",
    "cidr": "in {}",
    "outside": "outside {}",
    "none_of": "none of {}",
    "present": "present: {}",
    "compared": "{}",
    "earlier_than_symptom": "earlier than the symptom: {}",
    "days_from": "complete days from the {} to it",
    "not_": "not {}",
}
"""What `explain` prints for each key of a condition. A regular expression is for the author; `rules show` prints it."""


MARKS = {"holds": "yes", "refuted": "no", "undecidable": "open"}


def render_explanations(found: Iterable[Explanation], *, color: bool, width: int | None) -> str:
    """The explanations as text, without a final line end. `width` in columns; if None, nothing is wrapped."""
    page = Page(color=color, width=width)
    for each in found:
        page.blank()
        _title(page, each.rule)
        page.line("  ", Ink(f"phone {each.phone}", "strong"))
        for weighed in each.weighed:
            _weighed(page, weighed)
        if not each.weighed:
            _unseen(page, each)
    return page.text()


def _weighed(page: Page, weighed: WeighedSymptom) -> None:
    share = f", {wording.share(weighed.score)}" if weighed.score else ""
    page.labelled("result", f"{weighed.verdict}{share}")
    locations = ", ".join(map(wording.location, weighed.symptom))
    page.labelled("symptom", f"{locations} · {wording.counted(weighed.count, 'time')}")
    for term in weighed.terms:
        page.labelled(MARKS[term.state], _statement(term))
        page.labelled("", *_details(term, weighed.evidence))


def _statement(term: Term) -> str:
    role = "" if term.role == EXPLAINS else f"{ROLES.get(term.role, term.role)}, "
    return " ".join(
        filter(None, [f"{term.clause} ({role}{wording.basis(term)})", wording.factor(term.weight), term.says])
    )


def _details(term: Term, evidence: Iterable[Evidence]) -> Iterable[str]:
    proofs = [each.event for each in evidence if (each.clause, each.role) == (term.clause, term.role)]
    if proofs and term.role != EXPLAINS:
        yield f"at {', '.join(map(wording.location, proofs))}"
    if term.reason:
        yield f"undecided: {term.reason}"
    if term.nearest:
        yield f"closest event: {term.nearest}"
    if term.capture:
        yield f"to decide: {term.capture}"


def _unseen(page: Page, found: Explanation) -> None:
    page.labelled("result", "symptom not seen")
    for shown in found.rule.explains:
        page.labelled("looked for", f"{' or '.join(shown.kinds)}: {unfilled(shown.says)}")
    if found.nearest:
        page.labelled("closest event", f"{wording.location(found.nearest)}: {_fields(found.nearest)}")
    page.labelled("to decide", found.capture)


def _fields(event: Event) -> str:
    return " ".join([event.kind, *(f"{name}={value}" for name, value in sorted(event.fields.items()))])


def render_line(line: str, grammars: Sequence[Grammar]) -> Iterator[str]:
    """How a line is parsed: its framing, the grammars that match it, then the others, longest match first."""
    device_line = unwrapped(line, grammars)
    yield visible(line)
    yield from _framing(device_line)
    results = [(grammar, grammar.read(device_line.text)) for grammar in grammars]
    for grammar, parsed in results:
        if parsed:
            yield from _parsed(grammar, parsed)
    refused = [(grammar.name, *grammar.stopped_at(device_line.text)) for grammar, parsed in results if not parsed]
    for name, position, expected in sorted(refused, key=lambda each: (-each[1], each[0])):
        yield f"grammar   {name}: does not match this line"
        yield f"  {visible(device_line.text)}"
        yield f"  {' ' * len(visible(device_line.text[:position]))}^ expected here: {visible(expected)}"


def _framing(device_line: DeviceLine) -> Iterator[str]:
    framed = device_line.framed
    yield f"framing   {framed.framing}"
    for name in ("facility", "severity", "hostname", "app_name", "procid", "stamp", "received"):
        if value := getattr(framed, name):
            yield f"  {name:14} {visible(value)}"
    if device_line.repairs:
        yield f"repaired  {', '.join(device_line.repairs)}"
    if device_line.count > 1:
        yield f"repeated  {device_line.count} times"


def _parsed(grammar: Grammar, parsed: ParsedLine) -> Iterator[str]:
    yield f"grammar   {grammar.name} ({grammar.vendor})"
    for name, value in parsed.header.items():
        yield f"  {name:14} {visible(value)}"
    yield f"kind      {parsed.kind}"
    for name, field in parsed.fields.items():
        yield f"  {name:14} {visible(str(field))}"
