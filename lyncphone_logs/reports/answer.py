"""Chooses what a reader needs first about one phone: cause, check, fix, rivals, and the next command.

All formats for people print an `Answer`; JSON has everything. The texts are not escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lyncphone_logs.diagnosis.environment import steps_for
from lyncphone_logs.diagnosis.findings import Diagnosis, Failure, Findings, Phone, Term
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import command, grouping, headline, wording
from lyncphone_logs.reports.grouping import Case
from lyncphone_logs.rules.rule import EXPLAINS, Remedy, Rule

MAX_RIVALS = 2
MAX_CONSEQUENCES = 2
MAX_FAILURES = 3
MAX_SUPPORT = 2
MAX_STEPS = 3
MAX_SENTENCE = 100


class ShownCheck(NamedTuple):
    """What to look at before anything is changed, and commands to copy."""

    says: str
    commands: tuple[str, ...]


class Other(NamedTuple):
    """Another diagnosis on one line: its code, its title, and a remark or ""."""

    code: str
    title: str
    remark: str


class Block(NamedTuple):
    """One cause with its evidence, check and fix.

    `word` is the certainty. `support` and `but` are what supports and contradicts it, `leads_to` its consequences, and
    `also_possible` the rivals that are not unlikely.
    """

    word: str
    rule: Rule
    event: Event | None
    seen: str
    why: str
    support: tuple[str, ...]
    but: tuple[str, ...]
    checks: tuple[ShownCheck, ...]
    steps: tuple[str, ...]
    fixed: str
    leads_to: tuple[Other, ...]
    also_possible: tuple[Other, ...]


class Answer(NamedTuple):
    """What the first screen says about one phone.

    `condition`: on what the rest depends, "" for a phone. `fails`: the headline is the first failure. `errors` are
    lines of the level error whose meaning is not known, if nothing else is. `remarks` are counted facts about the trace
    next to which there is a cause. `less_likely` are rivals, `more` is the number of further ones, `ruled_out` are
    codes.
    """

    condition: str
    headline: str
    environment: str
    blocks: tuple[Block, ...]
    failures: tuple[Failure, ...]
    more_failures: int
    fails: bool
    capture: str
    errors: tuple[Event, ...]
    remarks: tuple[Other, ...]
    less_likely: tuple[Other, ...]
    more: int
    ruled_out: tuple[str, ...]
    next: str


def answer(report: Findings, phone: Phone) -> Answer:
    """The first screen for one phone of a report."""
    cases = _leading_cases(phone)
    facts = [case for case in cases if case.lead.rule.is_fact]
    known = [case for case in cases if case not in facts]
    shown = known or ([] if phone.failures else facts)
    blocks = tuple(_block(report, phone, case) for case in shown)
    unlikely = list(_remaining(phone, shown, facts))
    return Answer(
        condition="" if phone.is_phone else headline.IF_PHONE,
        headline=headline.of_phone(phone, [case.lead for case in known]),
        environment=headline.environment(phone),
        blocks=blocks,
        failures=phone.failures[:MAX_FAILURES],
        more_failures=len(phone.failures[MAX_FAILURES:]),
        fails=not known and bool(phone.failures),
        capture="" if known or not phone.failures else phone.capture,
        errors=() if known or phone.failures or headline.is_signed_in(phone) else phone.unknown_errors,
        remarks=tuple(_other(case.lead, _counted(case.lead)) for case in facts if case not in shown),
        less_likely=tuple(_other(each, _aside(report, each)) for each in unlikely[:MAX_RIVALS]),
        more=len(unlikely[MAX_RIVALS:]),
        ruled_out=tuple(each.rule.code for each in phone.ruled_out),
        next=_next(report, phone, blocks),
    )


def causes_of(phone: Phone) -> list[Diagnosis]:
    """The diagnoses of a phone that are blocks of their own, without counted facts."""
    return [case.lead for case in _leading_cases(phone) if not case.lead.rule.is_fact]


def _leading_cases(phone: Phone) -> list[Case]:
    return [case for case in grouping.cases(phone) if _leads(case.lead, phone)]


def _leads(found: Diagnosis, phone: Phone) -> bool:
    """Whether a diagnosis is a block of its own: neither unlikely, silenced, nor about a consequence of another one."""
    if found.verdict == "unlikely" or found.silenced_by:
        return False
    rivals = [each for each in phone.diagnoses if each.rule.code in found.rivals and each.score >= found.score]
    return not any(_follows(each, phone) for each in (found, *rivals))


def _follows(found: Diagnosis, phone: Phone) -> bool:
    """Whether a diagnosis may be a consequence of one that is listed and not unlikely."""
    listed = {each.rule.code for each in phone.diagnoses if each.verdict != "unlikely"}
    return not listed.isdisjoint(found.consequence_of)


def _remaining(phone: Phone, shown: Sequence[Case], facts: Sequence[Case]) -> Iterator[Diagnosis]:
    """The diagnoses that are in no block: neither its cause, nor a possible rival, nor a consequence."""
    leads = [case.lead for case in (*shown, *facts)]
    codes = {each.rule.code for each in leads}
    rivals = {each.rule.code for case in shown for each in case.rivals if each.verdict != "unlikely"}
    for each in phone.diagnoses:
        is_named = each.rule.code in codes | rivals or not codes.isdisjoint(each.consequence_of)
        if not each.silenced_by and (each.verdict == "unlikely" or not is_named):
            yield each


def _block(report: Findings, phone: Phone, case: Case) -> Block:
    lead = case.lead
    events = [each.event for each in lead.evidence if each.role == EXPLAINS]
    holding = {term.clause for term in lead.terms if term.state == "holds"}
    steps = steps_for(lead.rule.remedy, phone.environment, phone.vendor).steps
    follows = [each for each in phone.diagnoses if lead.rule.code in each.consequence_of and each.verdict != "unlikely"]
    tied = [each for each in case.rivals if each.verdict != "unlikely" and not each.silenced_by and each not in follows]
    return Block(
        word=_word(lead),
        rule=lead.rule,
        event=events[0] if events and not events[0].derived else None,
        seen=_seen(lead),
        why=lead.rule.why_of.get(phone.vendor, lead.rule.why) or grouping.paragraphs(lead.rule.cause)[0],
        support=tuple(_further(grouping.supporting(lead), lead))[:MAX_SUPPORT],
        but=tuple(_further(grouping.contradicting(lead), lead))[:MAX_SUPPORT],
        checks=tuple(_checks(report, phone, lead)),
        steps=tuple(map(step_text, (each for each in steps if each.unless not in holding)))[:MAX_STEPS],
        fixed=lead.rule.verify.says,
        leads_to=tuple(_other(each, "") for each in follows[:MAX_CONSEQUENCES]),
        also_possible=tuple(_other(each, _aside(report, each)) for each in tied),
    )


def _seen(found: Diagnosis) -> str:
    """How often the symptom was seen if it was more than once, and a warning if no source shows its text."""
    often = wording.occurrences(found) if found.count > 1 else ""
    return "; ".join(filter(None, [often, wording.grade(found) if found.grade == "synthetic" else ""]))


def _word(found: Diagnosis) -> str:
    return "note" if found.rule.is_fact else found.verdict


def _further(terms: Iterable[Term], found: Diagnosis) -> Iterator[str]:
    """The sentences of clauses, without those that only repeat a line that is shown."""
    shown = {each.event.id for each in found.evidence if each.role == EXPLAINS}
    for term in terms:
        events = {each.event.id for each in found.evidence if each.clause == term.clause}
        if term.role not in {EXPLAINS, "scale"} and term.clause != "applies-to" and not (events and events <= shown):
            sources = [each.event for each in found.evidence if each.clause == term.clause]
            files = [event.source for event in sources if event.family == "certificate"]
            yield _shortened(term.says, files)


def _shortened(says: str, files: Sequence[str]) -> str:
    """The sentence of a clause; of a long one only what comes before its details, with the file that has them."""
    head, colon, _ = says.partition(": ")
    if len(says) <= MAX_SENTENCE or not colon:
        return says
    return f"{head} ({files[0]})" if files else head


def _checks(report: Findings, phone: Phone, found: Diagnosis) -> Iterator[ShownCheck]:
    undecided = {term.clause for term in found.terms if term.state == "undecidable"}
    fitting = [
        each
        for each in steps_for(found.rule.checks, phone.environment, phone.vendor).steps
        if not each.settles or undecided.intersection(each.settles)
    ]
    # One check is enough: that for the phone's own environment or vendor, if there is one.
    for each in sorted(fitting, key=lambda each: not (each.environment or each.vendor))[:1]:
        yield ShownCheck(each.says, tuple(command.with_trace(text, report.paths) for text in each.commands))


def step_text(step: Remedy) -> str:
    """A step of a fix as one sentence: what to do, and where in brackets."""
    if not step.where:
        return step.what
    what = step.what.rstrip(" ")
    return f"{what[:-1]} ({step.where}){what[-1]}" if what.endswith((".", "?")) else f"{what} ({step.where})"


def _other(found: Diagnosis, remark: str) -> Other:
    return Other(found.rule.code, found.rule.title, remark)


def _aside(report: Findings, found: Diagnosis) -> str:
    """What the rule adds to its title if it is a rival for this symptom, unless it asks for what was given."""
    first = next((each.event for each in found.evidence if each.role == EXPLAINS), None)
    aside = wording.aside(found.rule, first) if first else ""
    given = {
        f"--{fact.family if fact.family == 'certificate' else fact.kind.partition('.')[2]}" for fact in report.facts
    }
    return "" if given.intersection(aside.split()) else aside


def _counted(found: Diagnosis) -> str:
    return next((term.says for term in found.terms if term.role == EXPLAINS), "")


def _next(report: Findings, phone: Phone, blocks: Sequence[Block]) -> str:
    if not phone.is_phone:
        return command.line(*report.paths, "--model", "MODEL")
    if blocks:
        return command.line("explain", blocks[0].rule.code, *report.paths)
    if phone.failures or phone.diagnoses:
        return command.line(*report.paths, "--all")
    return command.line("events", *report.paths)
