"""Prints the report as Markdown for a ticket: the first screen of the text report, then the details in a short list.

Text from a trace cannot add formatting, links, images or HTML to it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from lyncphone_logs.diagnosis.findings import Boot, Diagnosis, Findings, Phone
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import (
    answer,
    cause_list,
    command,
    fleet,
    fleet_text,
    grouping,
    headline,
    notes,
    text,
    wording,
)
from lyncphone_logs.reports.answer import Answer, Block, Other
from lyncphone_logs.reports.cause_list import Cause
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.excerpt import cells, marked_line
from lyncphone_logs.reports.fleet import PhoneRow
from lyncphone_logs.rules.rule import Rule

MAX_NAMED = 10
"""Phones that are named under their cause."""
MAX_PHONES = 40
"""Lines of the table of phones."""
MAX_INPUTS = 4
# CommonMark 0.31 section 2.4, GFM autolinks, and the emoji, mentions and mathematics of common trackers
_SPECIAL = re.compile(
    r"""[\\`*_\[\]<>&|~#@$]
    | : (?= // | [A-Za-z_+-][\w+-]*: )
    | (?i: (?<=mailto) | (?<=xmpp) ) :
    | (?i: (?<=www) ) \.
    | ^[-+=]""",
    re.VERBOSE,
)
_NUMBERED = re.compile(r"^(\d+)([.)])")


def render(report: Findings) -> str:
    """The report as CommonMark with tables, without a final line end."""
    phones = headline.leading_phones(report)
    if len(phones) > 1:
        blocks = [*_fleet(report)]
    else:
        blocks = [f"# {escaped(headline.subject(report))}"]
        for phone in phones:
            blocks += _phone(report, phone)
        blocks += [] if phones else _nothing(report)
    return "\n\n".join([*blocks, "## Details", "\n".join(_details(report))])


def escaped(text: str) -> str:
    """Input text, escaped so that Markdown shows it unchanged, in one line."""
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", visible(text).strip(" ")))


def code(text: str) -> str:
    """Input text as a code span, in one line."""
    shown = visible(text)
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[:1] in {"`", " "} or shown[-1:] in {"`", " "} else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}" if shown else ""


def fenced(lines: Iterable[str]) -> str:
    """Input lines as a code block, whose fence is longer than any run of backticks in them."""
    shown = [visible(line) for line in lines]
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in shown))
    return "\n".join([f"{fence}text", *shown, fence])


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _nothing(report: Findings) -> Iterator[str]:
    for problem in notes.problems(report) or ["No line of a phone was read."]:
        yield escaped(problem[:1].upper() + problem[1:])
    yield from _next(command.line("unparsed", *report.paths))


def _phone(report: Findings, phone: Phone) -> Iterator[str]:
    found = answer.answer(report, phone)
    if found.condition:
        yield f"**{escaped(found.condition)}**"
    yield f"## {escaped(found.headline)}"
    if found.environment:
        yield escaped(found.environment)
    for block in found.blocks:
        yield from _block(block)
        yield from _others("Also possible", block.also_possible)
    yield from _failures(found)
    if found.errors:
        yield f"### {text.UNKNOWN_ERRORS}"
        yield from map(_line, found.errors)
    yield from _others("Also", found.remarks)
    yield from _others("Less likely", found.less_likely, f"{found.more} more in the details" if found.more else "")
    if found.ruled_out:
        yield f"Ruled out: {', '.join(found.ruled_out)}"
    yield from _notes(report)
    yield from _next(found.next)


def _block(block: Block) -> Iterator[str]:
    yield f"### {block.word}: {escaped(block.rule.title)} ({block.rule.code})"
    if block.event:
        yield _line(block.event)
    if block.seen:
        yield escaped(block.seen)
    yield f"**Why** {escaped(block.why)}"
    yield from (f"**Support** {escaped(says)}" for says in block.support)
    yield from (f"**But** {escaped(says)}" for says in block.but)
    for check in block.checks:
        yield f"**Check** {escaped(check.says)}"
        if check.commands:
            yield fenced(check.commands)
    if len(block.steps) > 1:
        yield "\n".join(["**Fix**", "", *(f"{number}. {escaped(step)}" for number, step in enumerate(block.steps, 1))])
    elif block.steps:
        yield f"**Fix** {escaped(block.steps[0])}"
    yield f"**Fixed** when {escaped(block.fixed)} in a new trace"
    yield from (f"**Then** {_named(each)}" for each in block.leads_to)


def _line(event: Event) -> str:
    """The location of an event and its line, with carets under the part that the rule matched."""
    line, location = marked_line(event), visible(wording.short_location(event))
    before = f"{location}  {line.before}"
    carets = [" " * cells(before) + "^" * cells(line.marked)] if line.marked else []
    return fenced([before + line.marked + line.after, *carets])


def _named(other: Other) -> str:
    return f"{other.code} {escaped(other.title)}" + (f" ({escaped(other.remark)})" if other.remark else "")


def _others(label: str, others: Sequence[Other], more: str = "") -> Iterator[str]:
    if others:
        yield _list(label, [*map(_named, others), *filter(None, [more])])


def _list(label: str, items: Iterable[str]) -> str:
    return "\n".join([f"**{label}**", "", *(f"- {item}" for item in items)])


def _failures(found: Answer) -> Iterator[str]:
    listed = found.failures
    if found.fails:
        yield _line(listed[0].event)
        if found.capture:
            yield f"To find the cause, record a more detailed trace. {escaped(found.capture)}"
        listed = listed[1:]
    if listed:
        yield f"**{text.unexplained(found)}**"
    for failure in listed:
        yield escaped(text.failure_of(failure))
        yield _line(failure.event)
    if found.more_failures:
        yield f"{found.more_failures} more: {code('--all')}"


def _notes(report: Findings) -> Iterator[str]:
    yield from (f"**Earlier** {escaped(wording.fix(each))}" for each in report.fixes)
    problems, assumed = notes.problems(report), notes.aggregated(report)
    lines = [*(f"problem: {each}" for each in problems), *(f"note: {each}" for each in assumed)]
    if lines:
        yield "\\\n".join(map(escaped, lines))


def _next(line: str) -> Iterator[str]:
    yield "**Next**"
    yield fenced([line])


def _fleet(report: Findings) -> Iterator[str]:
    found = fleet.summary(report.phones)
    around = fleet_text.sentences(report, found)
    yield f"# {escaped(around.heading)}"
    causes = list(cause_list.causes(report, found.causes))
    if causes:
        rows = [(str(len(row.phones)), row.verdict, row.cause, row.fix_at, row.code) for row in found.causes]
        yield _table(("phones", "verdict", "cause", "fix at", "code"), rows)
    yield from map(escaped, around.remarks)
    yield from _notes(report)
    yield from _next(around.next)
    if causes:
        yield "## Check and fix"
    for each in causes:
        yield from _cause(each)
    yield "## Phones"
    yield _table(("phone", "stopped at", "last seen", "code", "cause"), map(_phone_row, found.phones[:MAX_PHONES]))
    if len(found.phones) > MAX_PHONES:
        yield f"{len(found.phones) - MAX_PHONES} more: {code('--by phone')}"


def _cause(found: Cause) -> Iterator[str]:
    if found.block:
        yield from _block(found.block)
    else:
        yield f"### {found.row.verdict}: {escaped(found.row.cause)}"
        yield from (_line(each.event) for each in found.phones[:1] if each.event)
        if found.capture:
            yield f"To find the cause, record a more detailed trace. {escaped(found.capture)}"
    shown = [code(each.phone) for each in found.phones[:MAX_NAMED]]
    more = len(found.phones) - len(shown)
    yield f"Phones: {', '.join(shown)}" + (f" and {more} more" if more else "")


def _phone_row(row: PhoneRow) -> tuple[str, ...]:
    last = f"{row.last:%d %b %H:%M}" if row.last else "-"
    return row.id, row.stopped_at or "-", last, " ".join(row.codes), row.cause


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *([*map(escaped, row)] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _details(report: Findings) -> Iterator[str]:
    """What the first screen leaves out, one item a line."""
    phones = headline.leading_phones(report)
    for phone in phones if len(phones) == 1 else ():
        yield from _phone_details(report, phone)
    if not report.phones:
        yield from _items("Result", [wording.nothing_diagnosed(report, [])])
    yield from _items("Given", (event.text for event in report.facts))
    yield from _items("Examined", [wording.coverage(report)])
    yield from _items("Read by", [wording.grammars(report) or "no grammar"])
    yield from _items("Rules", [wording.packs(report)])
    yield from _items("Bytes", [wording.account_of_bytes(report)])
    for read in report.inputs[:MAX_INPUTS]:
        yield f"- **Input** {code(read.path)}, SHA-256 {code(read.sha256 or 'not known')}"
    yield from _items("Inputs", [f"{len(report.inputs) - MAX_INPUTS} more"] if report.inputs[MAX_INPUTS:] else [])


def _phone_details(report: Findings, phone: Phone) -> Iterator[str]:
    found = answer.answer(report, phone)
    if not phone.diagnoses:
        yield from _items("Result", [wording.nothing_diagnosed(report, [phone])])
    shown = {says for block in found.blocks for says in (*block.support, *block.but)}
    for lead in answer.causes_of(phone):
        yield from _cause_details(lead, shown)
    named = {each.code for block in found.blocks for each in (*block.leads_to, *block.also_possible)}
    named |= {each.code for each in (*found.less_likely, *found.remarks)} | {each.rule.code for each in found.blocks}
    others = [each.rule for each in phone.diagnoses if each.rule.code not in named]
    if others:
        yield f"- **Less likely too** {'; '.join(f'{rule.code} {escaped(rule.title)}' for rule in others)}"
    yield from _items("Sign-in", map(_boot, islice(phone.boots, grouping.MAX_SHOWN_BOOTS)))
    for out in phone.ruled_out:
        yield f"- **Ruled out** {out.rule.code} {escaped(out.rule.title)}: {escaped(out.reason)}"
    unchecked = len(phone.not_checkable)
    shown_by = code(command.line(*report.paths, "--all"))
    if unchecked:
        yield f"- **Not checkable** {wording.counted(unchecked, 'cause')}; how to record them: {shown_by}"


def _cause_details(found: Diagnosis, shown: Collection[str]) -> Iterator[str]:
    """What the first screen leaves out of a cause; `shown` are sentences that it has."""
    rule = found.rule
    support, but = (
        [each.says for each in terms] for terms in (grouping.supporting(found), grouping.contradicting(found))
    )
    yield from _items(f"{rule.code} impact", grouping.paragraphs(rule.impact))
    yield from _items(f"{rule.code} supported by", (says for says in support if says not in shown))
    yield from _items(f"{rule.code} contradicted by", (says for says in but if says not in shown))
    yield from _items(f"{rule.code} to decide", _numbered(gap.capture for gap in grouping.open_questions(found)))
    yield from _items(f"{rule.code} how to undo the fix", _undo(rule))
    old = (f"{each.year}: {each.advice}. Do not do this today: {each.danger}" for each in rule.history)
    yield from _items(f"{rule.code} history", old)
    yield f"- **{rule.code} read** {'; '.join(_references(rule))}"


def _items(label: str, texts: Iterable[str]) -> Iterator[str]:
    yield from (f"- **{label}** {escaped(each)}" for each in texts)


def _undo(rule: Rule) -> list[str]:
    """How to undo the steps of the fix that can be undone, with the number of each step."""
    ways = [f"({number}) {step.way_back}" for number, step in enumerate(rule.remedy, 1) if step.way_back]
    return [" ".join(ways)] if len(rule.remedy) > 1 and ways else [way.partition(" ")[2] for way in ways]


def _numbered(texts: Iterable[str]) -> list[str]:
    """Several texts as one, with numbers."""
    found = [*texts]
    return [" ".join(f"({number}) {each}" for number, each in enumerate(found, 1))] if len(found) > 1 else found


def _references(rule: Rule) -> Iterator[str]:
    for each in rule.references:
        is_link = re.fullmatch(r"https://[\x21-\x7e]+", each.url) and not re.search(r"[<>\\]", each.url)
        title = escaped(each.title)
        yield f"[{title}](<{each.url}>)" if is_link else f"{title} {code(each.url)}".strip()


def _boot(boot: Boot) -> str:
    stages = (f"{state}: {', '.join(stage.stage for stage in found)}" for state, found in grouping.journey(boot))
    return f"boot {boot.id} ({wording.span(boot.first, boot.last)}): {wording.stopped_at(boot)}; {'; '.join(stages)}"
