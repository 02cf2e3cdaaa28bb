"""Prints the report as Markdown for a ticket. Text from a trace cannot add formatting, links, images or HTML to it."""

import re
from collections.abc import Iterable, Iterator

from lyncphone_logs.diagnosis.findings import Boot, Findings, Phone
from lyncphone_logs.reports import grouping, wording
from lyncphone_logs.reports.document import Lists, diagnosis_lists
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.excerpt import excerpt
from lyncphone_logs.reports.grouping import Case, Proof
from lyncphone_logs.rules.rule import Rule

# CommonMark 0.31 section 2.4, GFM autolinks, and the emoji, mentions and mathematics of common trackers
_SPECIAL = re.compile(
    r"""[\\`*_\[\]<>&|~#@$]
    | : (?= // | [A-Za-z_+-][\w+-]*: )
    | (?i: (?<=mailto) | (?<=xmpp) ) :
    | (?i: (?<=www) ) \.
    | ^[-+=]""",
    re.VERBOSE,
)
WEIGHING = ("related", "supports", "contradicts", "would decide")
LEAD = ("why", "impact", *WEIGHING, "fix", "history", "verify")
_NUMBERED = re.compile(r"^(\d+)([.)])")


def render(report: Findings) -> str:
    """The report as CommonMark, without a final line end."""
    return "\n\n".join(_blocks(report))


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


def _blocks(report: Findings) -> Iterator[str]:
    for phone in report.phones:
        for case in grouping.cases(phone):
            yield from _case(phone, case)
    for phone in report.phones:
        yield f"## Phone {code(phone.id)}"
        yield from _phone(report, phone)
    yield "## Examined"
    yield from _closing(report)


def _case(phone: Phone, case: Case) -> Iterator[str]:
    lead = case.lead
    yield f"## {_title(lead.rule)}"
    known = f"phone {code(phone.id)} ({escaped(phone.basis)}) · {escaped(wording.device(phone))}"
    yield f"**{lead.verdict}**, {wording.share(lead.confidence)} · {known} · seen {wording.occurrences(lead)}"
    yield from _proofs(grouping.proofs(lead.evidence, lead.terms))
    yield from _lists(diagnosis_lists(lead), LEAD)
    yield from _list("Read", _references(lead.rule))
    for rival in case.rivals:
        yield f"### or {_title(rival.rule)}"
        yield f"**{rival.verdict}**, {wording.share(rival.confidence)} · for the same symptom as {lead.rule.code}"
        yield from (escaped(says) for says in grouping.explanations(rival))
        yield from _proofs(grouping.further_proofs(rival, lead))
        yield from _lists(diagnosis_lists(rival), WEIGHING)


def _title(rule: Rule) -> str:
    return f"{rule.severity} {rule.code} {rule.name}: {escaped(rule.title)}"


def _proofs(proofs: Iterable[Proof]) -> Iterator[str]:
    for proof in proofs:
        for event in proof.events:
            said = f": {escaped(proof.says)}" if proof.says else ""
            yield f"{code(wording.location_with_offset(event))}{said}"
            yield fenced(line.before + line.marked + line.after for line in excerpt(event))
        if proof.more:
            yield f"… {proof.more} more"


def _lists(lists: Lists, labels: Iterable[str]) -> Iterator[str]:
    for label in labels:
        items, title = [item.shown(escaped) for item in lists[label]], f"**{label.capitalize()}**"
        if label in {"why", "impact"}:
            yield "\n\n".join([title, *items])
        elif label == "verify":
            yield f"{title} {items[0]}"
        elif label == "fix":
            yield "\n".join([title, "", *items])
        else:
            yield from _list(label.capitalize(), items)


def _references(rule: Rule) -> Iterator[str]:
    for each in rule.references:
        is_link = re.fullmatch(r"https://[\x21-\x7e]+", each.url) and not re.search(r"[<>\\]", each.url)
        title = escaped(each.title)
        yield f"[{title}](<{each.url}>)" if is_link else f"{title} {code(each.url)}".strip()


def _list(label: str, items: Iterable[str]) -> Iterator[str]:
    rows = [f"- {item}" for item in items]
    if rows:
        yield "\n".join([f"**{label}**", "", *rows])


def _phone(report: Findings, phone: Phone) -> Iterator[str]:
    if not phone.diagnoses:
        yield escaped(wording.nothing_diagnosed(report, [phone]))
    yield from _list("Journey", map(_boot, phone.boots[: grouping.MAX_SHOWN_BOOTS]))
    for out in phone.ruled_out:
        yield f"**Ruled out** {out.rule.code} {out.rule.name}: {escaped(out.reason)}"
        yield from _proofs(grouping.proofs(out.evidence))
    if phone.not_shown:
        yield f"**Not shown** {', '.join(f'{rule.code} {rule.name}' for rule in phone.not_shown)}"
    gaps = grouping.missing_evidence(phone.not_checkable)
    yield from _list(
        "Not checkable",
        (f"{', '.join(gap.waiting)}: {escaped(gap.missing)}; {escaped(gap.capture)}" for gap in gaps),
    )


def _boot(boot: Boot) -> str:
    stages = (f"{state}: {', '.join(stage.stage for stage in found)}" for state, found in grouping.journey(boot))
    return f"boot {boot.id} ({wording.span(boot.first, boot.last)}): {wording.stopped_at(boot)} · {' · '.join(stages)}"


def _closing(report: Findings) -> Iterator[str]:
    if not report.phones:
        yield escaped(wording.nothing_diagnosed(report, []))
    yield from _list("Given", (escaped(event.text) for event in report.facts))
    yield from _list("Earlier", (escaped(wording.fix(each)) for each in report.fixes))
    yield from _list("Notes", map(escaped, report.notes))
    unusable = [read for read in report.inputs if read.problem]
    troubles = [f"{escaped(read.problem)} {escaped(read.help)}" for read in unusable]
    yield from _list("Problems", [*troubles, *map(escaped, report.problems)])
    yield wording.coverage(report)
    yield f"read by: {escaped(wording.grammars(report) or 'no grammar')}"
    yield f"rules: {escaped(wording.packs(report))}"
    yield f"bytes: {wording.account_of_bytes(report)}"
