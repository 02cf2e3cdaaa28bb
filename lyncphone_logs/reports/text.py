"""Prints the first screen: for one phone its cause, check and fix; for several a table by cause (`fleet`).

Budgets at 80 columns: one problem 24 rows, each further one 12, a healthy phone 6, nothing readable 4, a fleet 30.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lyncphone_logs.diagnosis.findings import Failure, Findings, Phone
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import happened
from lyncphone_logs.reports import command, headline, notes, wording
from lyncphone_logs.reports.answer import Answer, Block, Other, answer
from lyncphone_logs.reports.excerpt import cells, fitted, marked_line
from lyncphone_logs.reports.page import DEFAULT_WIDTH, Ink, Page

WORD_WIDTH, TITLE_WIDTH = 10, 61
"""Columns of the word for certainty and of the title of a cause; its code follows."""
LABEL_WIDTH = 8
BODY = WORD_WIDTH
UNKNOWN_ERRORS = "Lines of the level error whose meaning is not known"
MAX_CODES = 6


class Budget(NamedTuple):
    """How many steps, rivals and so on the first screen shows."""

    steps: int
    rivals: int
    support: int
    notes: int


BUDGETS = (
    Budget(3, 2, 2, 3), Budget(3, 2, 1, 2), Budget(3, 1, 1, 1), Budget(2, 1, 0, 1), Budget(2, 0, 0, 1),
    Budget(1, 0, 0, 1),
)  # fmt: skip
"""From generous to strict; the first with which a screen is within its budget is used, else the last."""
MAX_ROWS, MAX_WORDS, ROWS_OF_FURTHER, WORDS_OF_FURTHER = 24, 170, 12, 85
"""Budgets of one problem, and of each further one."""


def render(report: Findings, *, color: bool, width: int = DEFAULT_WIDTH) -> str:
    """The first screen of a report about at most one phone, without a final line end. `width` in columns."""
    shown = ""
    for budget in BUDGETS:
        page = Page(color=color, width=width)
        page.prose(headline.subject(report))
        phones = headline.leading_phones(report)
        if not phones:
            _nothing(page, report)
        blocks = sum(print_phone(page, report, phone, budget) for phone in phones)
        shown = page.text()
        further = max(blocks - 1, 0)
        rows, words = MAX_ROWS + further * ROWS_OF_FURTHER, MAX_WORDS + further * WORDS_OF_FURTHER
        if shown.count("\n") < rows and len(shown.split()) <= words:
            break
    return shown


def _nothing(page: Page, report: Findings) -> None:
    """Print why no phone was read; what was assumed about such lines has no use."""
    problems = notes.problems(report)
    for text in problems or ["No line of a phone was read."]:
        page.prose(text[:1].upper() + text[1:], style="warning")
    _next(page, command.line("unparsed", *report.paths))


def print_phone(page: Page, report: Findings, phone: Phone, budget: Budget = BUDGETS[0]) -> int:
    """Print the first screen of one phone, after the line that names it. Returns the number of its causes."""
    found = answer(report, phone)
    if found.condition:
        page.prose(found.condition, style="warning")
    page.prose(found.headline, style="strong")
    if found.environment:
        page.prose(found.environment)
    for block in found.blocks:
        page.blank()
        print_block(page, block, budget)
        _others(page, "Also possible", block.also_possible)
    _failures(page, found)
    _errors(page, found)
    _others(page, "Also", found.remarks)
    _rivals(page, found, budget)
    print_notes(page, report, budget.notes)
    print_next(page, found.next)
    return len(found.blocks)


def print_block(page: Page, block: Block, budget: Budget = BUDGETS[0]) -> None:
    """Print one cause: title, line, why, check, fix and how to know that it worked."""
    _title(page, block)
    if block.event:
        _evidence(page, block.event, block.rule.severity)
    if block.seen:
        page.prose(block.seen, indent=BODY)
    page.labelled("Why", block.why, width=LABEL_WIDTH)
    page.labelled("Support", *block.support[: budget.support], width=LABEL_WIDTH)
    page.labelled("But", *block.but[: budget.support], width=LABEL_WIDTH)
    label = "Check"
    for check in block.checks:
        page.labelled(label, check.says, width=LABEL_WIDTH)
        for line in check.commands:
            page.line(" " * BODY, line)
        label = ""
    page.numbered("Fix", block.steps[: budget.steps], width=LABEL_WIDTH)
    page.labelled("Fixed", f"when {block.fixed} in a new trace", width=LABEL_WIDTH)
    page.labelled("Then", *map(_named, block.leads_to), width=LABEL_WIDTH)


def _title(page: Page, block: Block) -> None:
    title, code = block.rule.title, block.rule.code
    room = page.room(WORD_WIDTH + len(code) + 1) or TITLE_WIDTH
    word = Ink(f"{block.word:<{WORD_WIDTH}}", block.rule.severity)
    if cells(title) < min(TITLE_WIDTH, room + 1):
        page.line(word, Ink(title, "strong"), " " * (min(TITLE_WIDTH, room + 1) - cells(title)), code)
        return
    page.line(word, code)
    page.prose(title, indent=BODY, style="strong")


def _evidence(page: Page, event: Event, severity: str) -> None:
    """Print the line that shows the cause, with carets under the part that the rule matched."""
    location = f"{wording.short_location(event)}  "
    indent = BODY + cells(location)
    line = marked_line(event)
    room = page.room(indent)
    line = line if room is None else fitted(line, room)
    page.line(" " * BODY, Ink(location, "label"), line.before, Ink(line.marked, severity), line.after)
    if line.marked:
        page.line(" " * (indent + cells(line.before)), Ink("^" * max(cells(line.marked), 1), severity))


def _named(other: Other) -> str:
    return f"{other.code}  {other.title}" + (f" ({other.remark})" if other.remark else "")


def _others(page: Page, label: str, others: Sequence[Other]) -> None:
    if others:
        page.blank()
        page.prose(label)
        for each in others:
            page.prose(_named(each), indent=2, hang=10)


def _rivals(page: Page, found: Answer, budget: Budget) -> None:
    shown = found.less_likely[: budget.rivals]
    _others(page, "Less likely", shown)
    more = found.more + len(found.less_likely) - len(shown)
    if more and shown:
        page.line(f"  {more} more: --all")
    elif more:
        page.blank()
        page.line(f"{more} less likely: --all")
    if found.ruled_out and budget.rivals:
        codes = ", ".join(found.ruled_out[:MAX_CODES]) + (", …" if len(found.ruled_out) > MAX_CODES else "")
        page.prose(f"Ruled out: {codes}")


def _failures(page: Page, found: Answer) -> None:
    listed = found.failures
    if found.fails:
        print_line(page, listed[0].event)
        if found.capture:
            page.blank()
            page.prose(f"To find the cause, record a more detailed trace. {found.capture}")
        listed = listed[1:]
    if not listed:
        return
    page.blank()
    page.prose(unexplained(found))
    for failure in listed:
        page.prose(failure_of(failure), indent=2, hang=4)
        print_line(page, failure.event)
    if found.more_failures:
        page.line(f"  {found.more_failures} more: --all")


def unexplained(found: Answer) -> str:
    """The number of the failures without a known cause that the headline does not name."""
    number = len(found.failures) + found.more_failures - found.fails
    return f"{wording.counted(number, 'more failure' if found.fails else 'failure')} without a known cause"


def failure_of(failure: Failure) -> str:
    """What failed, and how often."""
    what = happened(failure.kind, failure.event.fields)
    return f"{what} ({failure.count} times)" if failure.count > 1 else what


def _errors(page: Page, found: Answer) -> None:
    if found.errors:
        page.blank()
        page.prose(UNKNOWN_ERRORS)
    for event in found.errors:
        print_line(page, event)


def print_line(page: Page, event: Event) -> None:
    """Print where an event is, and as much of its line as fits."""
    location = f"{wording.short_location(event)}  "
    room = page.room(4 + cells(location))
    line = marked_line(event)
    line = line if room is None else fitted(line, room)
    page.line("    ", Ink(location, "label"), line.before, line.marked, line.after)


def print_notes(page: Page, report: Findings, most: int = notes.MAX_NOTES) -> None:
    """Print whether earlier diagnoses are fixed, what was assumed, and what could not be read, each once."""
    if report.fixes:
        page.blank()
    for each in report.fixes:
        page.labelled("Earlier", wording.fix(each), indent=0, width=LABEL_WIDTH)
    found, problems = notes.aggregated(report, most), notes.problems(report)
    if found or problems:
        page.blank()
    for text in problems:
        page.prose(f"problem: {text}", hang=2, style="warning")
    for text in found:
        page.prose(f"note: {text}", hang=2, style="faint")


def print_next(page: Page, line: str) -> None:
    """Print the last line: a command."""
    page.blank()
    _next(page, line)


def _next(page: Page, line: str) -> None:
    page.line(Ink("Next: ", "label"), line)
