"""Phrases that the text, Markdown and HTML reports share. They are not escaped."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from lyncphone_logs.diagnosis.findings import Boot, Diagnosis, Findings, Fix, Phone, StageState, Term
from lyncphone_logs.events import codes
from lyncphone_logs.events.codes import CodeEntry
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.matcher import matches
from lyncphone_logs.rules.clause import Clause, Explained
from lyncphone_logs.rules.rule import Rule

MAX_LOCATION = 28
"""Characters of a path that are shown before a line of the trace."""
RARE_BYTES = {"outside", "duplicate", "overlong", "unread"}
"""Bytes that are not mentioned if there are none."""
BYTES = {
    "event": "event",
    "continuation": "continuation",
    "unparsed": "unparsed",
    "separator": "separator",
    "passed_over": "skipped",
    "outside": "outside",
    "duplicate": "duplicate",
    "overlong": "overlong",
    "unread": "unread",
}
"""Parts of a ByteAccount, and their names in reports."""


def location(event: Event) -> str:
    """The location of an event: `path!/member:line`, without a line if the event is not from a trace."""
    member = f"!/{event.member}" if event.member else ""
    return f"{event.source}{member}" + (f":{event.line}" if event.line else "")


def short_path(path: str, room: int = MAX_LOCATION) -> str:
    """A path with as many of its last parts as fit into `room` characters, after an ellipsis if parts are left out."""
    if len(path) <= room:
        return path
    parts = re.split(r"(?<=[/\\])", path)
    shown = parts.pop()
    while parts and len(parts[-1]) + len(shown) + 2 <= room:
        shown = parts.pop() + shown
    return f"…/{shown}" if len(shown) + 2 <= room else f"…{shown[-room + 1 :]}"


def short_location(event: Event) -> str:
    """The location of an event with a shortened path."""
    name = location(event._replace(line=0))
    return short_path(name) + (f":{event.line}" if event.line else "")


def location_with_offset(event: Event) -> str:
    """The location of an event, with its byte offset in the original file if it has one."""
    return location(event) + (f" (byte {event.spans[0].offset})" if event.line and event.spans else "")


def share(confidence: float) -> str:
    """A confidence with two digits, rounded down and at most 0.99, so that it never looks higher or certain."""
    return f"{min(math.floor(round(confidence * 100, 6)), 99) / 100:.2f}"


def aside(rule: Rule, symptom: Event) -> str:
    """What a rule adds to its title if it is a rival for this symptom."""
    return next((each.aside for each in rule.explains if matches(each, symptom)), "")


def factor(weight: float) -> str:
    """A factor of the odds: ×8, ÷3; empty if it is 1."""
    if weight == 1:
        return ""
    if weight <= 0:
        return "×0"
    return f"×{_number(weight)}" if weight > 1 else f"÷{_number(1 / weight)}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def counted(number: int, noun: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def moment(time: datetime) -> str:
    """A time as the phone wrote it."""
    return time.isoformat(sep=" ")


def span(first: datetime | None, last: datetime | None) -> str:
    """A period, or that its times are not known."""
    if first is None or last is None:
        return "no timestamps" if first is last else moment(first or last or datetime.min)
    return moment(first) if first == last else f"{moment(first)} to {moment(last)}"


def device(phone: Phone) -> str:
    """Vendor, model and firmware of a phone, and which of these are not known."""
    unknown = [f"{name} not known" for name in ("model", "firmware") if not getattr(phone, name)]
    firmware = f"firmware {phone.firmware}" if phone.firmware else ""
    known = " ".join(filter(None, [phone.vendor, phone.model, firmware]))
    return ", ".join(filter(None, [known, *unknown]))


def occurrences(found: Diagnosis) -> str:
    """How often the symptom of a diagnosis was seen, and when."""
    when = f", {span(found.first_seen, found.last_seen)}" if found.first_seen or found.last_seen else ""
    return f"{'once' if found.count == 1 else f'{found.count} times'}{when}"


def numbers(found: Diagnosis) -> dict[str, str]:
    """The error numbers in the symptom, by the word for `explain`, with their names; several if libraries differ."""
    named: dict[str, list[CodeEntry]] = {}
    events = (each.event for each in found.evidence if each.role == "explains")
    for entry in dict.fromkeys(entry for event in events for entry in codes.of_event(event)):
        named.setdefault(entry.word, []).append(entry)
    return {word: f"{word} {' or '.join(_names(meant))}" for word, meant in named.items()}


def _names(meant: list[CodeEntry]) -> list[str]:
    return [f"{entry.name} ({entry.versions})" if len(meant) > 1 else entry.name for entry in meant]


def fix(found: Fix) -> str:
    """The state of an earlier diagnosis, with the lines that show it."""
    locations = f" ({', '.join(map(location, found.evidence))})" if found.evidence else ""
    return f"{found.state}: {found.code} {found.name}, phone {found.phone}: {found.because}{locations}"


def relations(found: Diagnosis) -> list[str]:
    """How a diagnosis relates to others of the same phone."""
    led = [f"may be a consequence of {', '.join(found.consequence_of)}"] if found.consequence_of else []
    silenced = [f"{', '.join(found.silenced_by)} is more specific"] if found.silenced_by else []
    return led + silenced


GRADES: dict[str, str] = {
    "seen": "this text was seen in a real trace",
    "documented": "this text is documented",
    "synthetic": "no known source shows this text",
}


def grade(found: Diagnosis) -> str:
    """Where the text of the symptom is from."""
    return GRADES.get(found.grade, found.grade)


def basis(stated: Explained | Clause | Term) -> str:
    """Whether a source states what a clause says, and where its text is from."""
    text = f", text {stated.signature}" if stated.signature else ""
    return f"{stated.fault}{text}"


def stopped_at(boot: Boot) -> str:
    """The first stage that failed after the last one that passed; else that the phone signed in, or how far it got."""
    ended = [stage for stage in boot.journey if stage.state in {"passed", "failed"}]
    passed = [stage for stage in ended if stage.state == "passed"]
    later = ended[ended.index(passed[-1]) + 1 :] if passed else ended
    if later:
        return f"stopped at {stage_with_line(later[0])}"
    if not passed:
        return "no stage was seen"
    failed = ", ".join(stage_with_line(stage) for stage in ended if stage.state == "failed")
    return _reached(passed, f", but {failed} failed" if failed else "")


def _reached(passed: Sequence[StageState], except_for: str) -> str:
    signed_in = next((stage for stage in passed if stage.stage == "register"), None)
    if signed_in:
        line = stage_with_line(signed_in).removeprefix("register").strip()
        return f"signed in {line}".rstrip() + (except_for or "; no stage failed")
    through = f"reached {stage_with_line(passed[-1])}"
    return f"{through}{except_for}" if except_for else f"{through}, no stage failed"


def stage_with_line(stage: StageState) -> str:
    """`tls (line 1)`."""
    return stage.stage + (f" (line {stage.evidence[0].line})" if stage.evidence and stage.evidence[0].line else "")


def nothing_diagnosed(report: Findings, phones: Iterable[Phone]) -> str:
    """That nothing was diagnosed, and why this does not mean that the phone is healthy."""
    said = "nothing was diagnosed; that does not show that the phone is healthy: "
    unchecked = sum(len(phone.not_checkable) for phone in phones)
    if unchecked:
        return f"{said}{counted(unchecked, 'cause')} could not be checked in this trace"
    return f"{said}none of {counted(report.rules_tried, 'rule')} explains what was seen"


def coverage(report: Findings) -> str:
    """Lines, events, time and rules that the report is based on."""
    boots = [boot for phone in report.phones for boot in phone.boots]
    times = sorted(time for boot in boots for time in (boot.first, boot.last) if time)
    when = span(times[0], times[-1]) if times else "no timestamps"
    lines, events = (sum(getattr(read, name) for read in report.inputs) for name in ("lines", "events"))
    unparsed = sum(read.unparsed_lines for read in report.inputs)
    seen = f"{counted(lines, 'line')}, {counted(events, 'event')}, {unparsed} unparsed, {when}"
    return f"{seen}, {counted(report.rules_tried, 'rule')} tried"


def grammars(report: Findings) -> str:
    """The grammars that matched lines, with the number of lines."""
    counts: Counter[str] = Counter()
    for read in report.inputs:
        counts.update(dict(read.grammars))
    lines = sum(counts.values()) + sum(read.unparsed_lines for read in report.inputs)
    return ", ".join(
        f"{name} ({count} of {counted(lines, 'line')} with its header)" for name, count in counts.most_common()
    )


def packs(report: Findings) -> str:
    """The rule packs: name, version and the first digits of the hash of each."""
    return ", ".join(
        f"{each.name} {each.version} (SHA-256 {each.sha256[:12]})".replace("  ", " ") for each in report.packs
    )


def account_of_bytes(report: Findings) -> str:
    """The bytes of the inputs by what they were read as."""
    accounts = [read.account for read in report.inputs]
    sums = {part: sum(getattr(account, f"{part}_bytes") for account in accounts) for part in BYTES}
    terms = " + ".join(f"{number} {BYTES[part]}" for part, number in sums.items() if number or part not in RARE_BYTES)
    return f"{terms} = {sum(read.bytes for read in report.inputs)}"
