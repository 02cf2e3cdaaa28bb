"""Prints the report for a terminal: each finding with its evidence, cause and fix, then each phone, then the inputs."""

from collections.abc import Iterable
from itertools import islice

from lyncphone_logs.diagnosis.findings import Diagnosis, Findings, InputSummary, Phone
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import grouping, wording
from lyncphone_logs.reports.document import Lists, diagnosis_lists
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.excerpt import ExcerptLine, cells, excerpt, fitted
from lyncphone_logs.reports.grouping import Case, Proof
from lyncphone_logs.reports.headline import IF_PHONE
from lyncphone_logs.reports.page import Ink, Page, wrapped
from lyncphone_logs.rules.rule import Rule

MAX_SHOWN_FACTS = 10
BEFORE_UNDO = "   "
WEIGHING = ("related", "supports", "contradicts", "would decide")
LEAD = ("seen", "evidence", "number", "why", "impact", *WEIGHING, "fix", "history", "verify")


def render(report: Findings, *, color: bool, width: int | None) -> str:
    """The report as text, without a final line end. `width` in columns; if None, nothing is wrapped."""
    page = Page(color=color, width=width)
    shown = grouping.detailed(report.phones)
    for phone in shown:
        for case in grouping.cases(phone):
            _case(page, phone, case)
    for phone in shown:
        _phone(page, report, phone)
    if more := len(report.phones) - len(shown):
        page.prose(f"{more:,} more phones, with causes that these have too: --by phone lists them, --phone shows one")
        page.blank()
    _closing(page, report)
    return page.text()


def _case(page: Page, phone: Phone, case: Case) -> None:
    lead = case.lead
    print_title(page, lead.rule)
    known = f"phone {phone.id} ({phone.basis}) · {wording.device(phone)}"
    page.line("  ", Ink(lead.verdict, "strong"), f" · {known}")
    if not phone.is_phone:
        page.prose(IF_PHONE, indent=2, style="warning")
    for proof in grouping.proofs(lead.evidence, lead.terms):
        _proof(page, proof, lead.rule.severity)
    print_lists(page, diagnosis_lists(lead, BEFORE_UNDO), LEAD)
    page.labelled("help", *(f"lyncphone-logs explain {word}" for word in (lead.rule.code, *wording.numbers(lead))))
    page.blank()
    for rival in case.rivals:
        _rival(page, rival, lead)


def print_title(page: Page, rule: Rule, prefix: str = "") -> None:
    """Print severity, code, name and title of a rule."""
    head = f"{prefix}{rule.severity}[{rule.code}]"
    first, *rest = wrapped(visible(f"{head} {rule.name}: {rule.title}"), page.room(2), page.width)
    page.line(Ink(head, rule.severity), Ink(first.removeprefix(head), "strong"))
    for piece in rest:
        page.line("  ", Ink(piece, "strong"))


def print_lists(page: Page, lists: Lists, labels: Iterable[str]) -> None:
    """Print the lists of these labels in this order."""
    for label in labels:
        page.labelled(label, *(item.shown() for item in lists[label]))


def _rival(page: Page, rival: Diagnosis, lead: Diagnosis) -> None:
    lists = diagnosis_lists(rival, BEFORE_UNDO)
    print_title(page, rival.rule, "or ")
    page.line("  ", Ink(rival.verdict, "strong"), f" · for the same symptom as {lead.rule.code}")
    print_lists(page, lists, ["symptom"])
    for proof in grouping.further_proofs(rival, lead):
        _proof(page, proof, rival.rule.severity)
    print_lists(page, lists, WEIGHING)
    page.labelled("help", f"lyncphone-logs explain {rival.rule.code}")
    page.blank()


def _proof(page: Page, proof: Proof, severity: str) -> None:
    for event in proof.events:
        _event(page, event, proof.says if event is proof.events[0] else "", severity)
    if proof.more:
        page.line(f"  … {proof.more} more")


def _event(page: Page, event: Event, says: str, severity: str) -> None:
    page.line("  ", Ink("-->", "label"), f" {wording.location_with_offset(event)}")
    gutter = max(5, len(str(event.line)) + 2)
    is_said = False
    for line in excerpt(event):
        if line.omitted:
            page.line(" " * gutter, Ink(" | ", "label"), f"… {wording.counted(line.omitted, 'more line')}")
        is_said |= _source_line(page, line, gutter, "" if is_said else says, severity)
    notes = [] if is_said or not says else [says]
    notes += [f"logged {event.count} times"] if event.count > 1 else []
    notes += [f"read as if not altered: {', '.join(event.repairs)}"] if event.repairs else []
    for note in notes:
        page.prose(f"= {note}", indent=gutter + 1, hang=gutter + 3)


def _source_line(page: Page, line: ExcerptLine, gutter: int, says: str, severity: str) -> bool:
    """Print a line with carets under its mark, and `says` after them if it fits; returns whether it was printed."""
    if not (line.number or line.before or line.marked or line.after):
        return False
    room = page.room(gutter + 3)
    line = line if room is None else fitted(line, room)
    number = str(line.number) if line.number else ""
    page.line(Ink(f"{number:>{gutter}} | ", "label"), line.before, Ink(line.marked, severity), line.after)
    if not line.marked:
        return False
    at, length = cells(line.before), max(cells(line.marked), 1)
    fits = room is None or at + length + 1 + cells(says) <= room
    carets = Ink(" " * at + "^" * length + (f" {says}" if says and fits else ""), severity)
    page.line(" " * gutter, Ink(" | ", "label"), carets)
    return fits


def _phone(page: Page, report: Findings, phone: Phone) -> None:
    word = "phone" if phone.is_phone else "host"
    page.line(Ink(f"{word} {phone.id}", "strong"), f" ({phone.basis}) · {wording.device(phone)}")
    if not phone.diagnoses:
        page.labelled("result", wording.nothing_diagnosed(report, [phone]))
    _journey(page, phone)
    for out in phone.ruled_out:
        page.labelled("ruled out", f"{out.rule.code} {out.rule.name}: {out.reason}")
        for proof in grouping.proofs(out.evidence):
            _proof(page, proof, "note")
    if phone.not_shown:
        page.labelled("no sign of", ", ".join(f"{rule.code} {rule.name}" for rule in phone.not_shown))
    gaps = grouping.missing_evidence(phone.not_checkable)
    said = (f"{len(gap.waiting)} ({', '.join(gap.waiting)}): {gap.missing}; {gap.capture}" for gap in gaps)
    page.labelled("not checkable", *said)
    page.blank()


def _journey(page: Page, phone: Phone) -> None:
    for boot in islice(phone.boots, grouping.MAX_SHOWN_BOOTS):
        when = f" ({wording.span(boot.first, boot.last)})" if boot.first else ""
        stages = (f"{state}: {', '.join(stage.stage for stage in found)}" for state, found in grouping.journey(boot))
        page.labelled("journey", f"boot {boot.id}{when}: {wording.stopped_at(boot)} · {' · '.join(stages)}")
    if len(phone.boots) > grouping.MAX_SHOWN_BOOTS:
        page.labelled("", f"… {wording.counted(len(phone.boots) - grouping.MAX_SHOWN_BOOTS, 'more boot')}")


def _closing(page: Page, report: Findings) -> None:
    if not report.phones:
        page.prose(wording.nothing_diagnosed(report, []))
    page.labelled("given", *(event.text for event in report.facts[:MAX_SHOWN_FACTS]), indent=0)
    if len(report.facts) > MAX_SHOWN_FACTS:
        page.labelled("", f"… {len(report.facts) - MAX_SHOWN_FACTS} more", indent=0)
    page.labelled("earlier", *map(wording.fix, report.fixes), indent=0)
    page.labelled("note", *report.notes, indent=0)
    _problems(page, report.inputs, report.problems)
    page.prose(f"examined: {wording.coverage(report)}")
    page.prose(f"read by: {wording.grammars(report) or 'no grammar'}")
    page.prose(f"rules: {wording.packs(report)}")
    page.prose(f"bytes: {wording.account_of_bytes(report)}")


def _problems(page: Page, inputs: Iterable[InputSummary], problems: Iterable[str]) -> None:
    for read in inputs:
        if read.problem:
            page.line(Ink("warning", "warning"), f": {read.problem}")
            page.labelled("help", *filter(None, [read.help]))
    for problem in problems:
        page.line(Ink("warning", "warning"), f": {problem}")
