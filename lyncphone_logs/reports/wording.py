"""The short phrases that every form of the report for people shares. What comes from input is not made visible here."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from lyncphone_logs.diagnosis.findings import Boot, Diagnosis, Findings, Fix, Phone, StageState
from lyncphone_logs.events import codes
from lyncphone_logs.events.codes import CodeEntry
from lyncphone_logs.events.event import Event
from lyncphone_logs.trace.accounting import ByteAccount


def place(event: Event) -> str:
    """Where the event stands: `path!/member:line`, without a line for what is not in a trace."""
    member = f"!/{event.member}" if event.member else ""
    return f"{event.source}{member}" + (f":{event.line}" if event.line else "")


def place_with_offset(event: Event) -> str:
    """The place with the byte offset in the original file, where there is one."""
    return place(event) + (f" (byte {event.spans[0].offset})" if event.line and event.spans else "")


def share(confidence: float) -> str:
    """Two digits, rounded down: a confidence never looks higher than it is, and never like certainty."""
    return f"{min(math.floor(round(confidence * 100, 6)), 99) / 100:.2f}"


def factor(weight: float) -> str:
    """A factor of the odds: ×8, ÷3; empty where it changes nothing."""
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
    """From when to when, or that no time is known."""
    if first is None or last is None:
        return "no time known" if first is last else moment(first or last or datetime.min)
    return moment(first) if first == last else f"{moment(first)} to {moment(last)}"


def device(phone: Phone) -> str:
    """Vendor, model and firmware, as far as they are known."""
    unknown = [f"{name} not known" for name in ("model", "firmware") if not getattr(phone, name)]
    firmware = f"firmware {phone.firmware}" if phone.firmware else ""
    known = " ".join(filter(None, [phone.vendor, phone.model, firmware]))
    return ", ".join(filter(None, [known, *unknown]))


def occurrences(found: Diagnosis) -> str:
    """How often the symptom was seen, and when."""
    when = f", {span(found.first_seen, found.last_seen)}" if found.first_seen or found.last_seen else ""
    return f"{'once' if found.count == 1 else f'{found.count} times'}{when}"


def numbers(found: Diagnosis) -> dict[str, str]:
    """The numbers that the symptom holds, each with its name; with both names where they depend on the library."""
    named: dict[str, list[CodeEntry]] = {}
    events = (each.event for each in found.evidence if each.role == "explains")
    for entry in dict.fromkeys(entry for event in events for entry in codes.of_event(event)):
        named.setdefault(entry.word, []).append(entry)
    return {word: f"{word} {' or '.join(_names(meant))}" for word, meant in named.items()}


def _names(meant: list[CodeEntry]) -> list[str]:
    return [f"{entry.name} ({entry.versions})" if len(meant) > 1 else entry.name for entry in meant]


def fix(found: Fix) -> str:
    """What became of an earlier diagnosis, with the lines that show it."""
    places = f" ({', '.join(map(place, found.evidence))})" if found.evidence else ""
    return f"{found.state}: {found.code} {found.name}, phone {found.phone}: {found.because}{places}"


def standing(found: Diagnosis) -> list[str]:
    """How a diagnosis stands to others of the same phone."""
    led = [f"may be a consequence of {', '.join(found.consequence_of)}"] if found.consequence_of else []
    silenced = [f"{', '.join(found.silenced_by)} says more exactly what is wrong"] if found.silenced_by else []
    return led + silenced


def start(found: Diagnosis) -> str:
    """What the odds begin with, before any further clause: from the explains term."""
    weights = [term.weight for term in found.terms if term.role == "explains"]
    how_common = f"{found.rule.prevalence} cause"
    return f"start at {max(weights):g} ({how_common})" if weights else how_common


def stopped_at(boot: Boot) -> str:
    """The stage that failed with none passed after it; or that the phone signed in; or the last stage that passed."""
    ended = [stage for stage in boot.journey if stage.state in {"passed", "failed"}]
    passed = [stage for stage in ended if stage.state == "passed"]
    later = ended[ended.index(passed[-1]) + 1 :] if passed else ended
    if later:
        return f"stopped at {stage_with_line(later[0])}"
    failed = ", ".join(stage_with_line(stage) for stage in ended if stage.state == "failed")
    signed_in = next((stage for stage in passed if stage.stage == "register"), None)
    if signed_in:
        line = stage_with_line(signed_in).removeprefix("register").strip()
        return f"signed in {line}".rstrip() + (f", though {failed} failed" if failed else "; no stage failed")
    if passed:
        through = f"came as far as {stage_with_line(passed[-1])}"
        return f"{through}, though {failed} failed" if failed else f"nothing failed, {through}"
    return "no stage was seen"


def stage_with_line(stage: StageState) -> str:
    """`tls (line 1)`."""
    return stage.stage + (f" (line {stage.evidence[0].line})" if stage.evidence and stage.evidence[0].line else "")


def silence(report: Findings, phones: Iterable[Phone]) -> str:
    """What to say where nothing was diagnosed: never that the phone is healthy."""
    said = "nothing was diagnosed; that does not show that the phone is healthy: "
    unchecked = sum(len(phone.not_checkable) for phone in phones)
    if unchecked:
        return f"{said}{counted(unchecked, 'cause')} could not be checked in this trace"
    return f"{said}no symptom was seen that one of the {counted(report.rules_tried, 'rule')} explains"


def looked_at(report: Findings) -> str:
    """What the answer rests on."""
    boots = [boot for phone in report.phones for boot in phone.boots]
    times = sorted(time for boot in boots for time in (boot.first, boot.last) if time)
    when = span(times[0], times[-1]) if times else "no time known"
    lines, events = (sum(getattr(read, name) for read in report.inputs) for name in ("lines", "events"))
    unparsed = sum(read.unparsed_lines for read in report.inputs)
    seen = f"{counted(lines, 'line')}, {counted(events, 'event')}, {unparsed} unparsed, {when}"
    return f"{seen}, {counted(report.rules_tried, 'rule')} tried"


def readers(report: Findings) -> str:
    """Which grammars read the lines, and why: their headers."""
    counts: Counter[str] = Counter()
    for read in report.inputs:
        counts.update(dict(read.grammars))
    of = sum(counts.values()) + sum(read.unparsed_lines for read in report.inputs)
    return ", ".join(
        f"{name} ({count} of {counted(of, 'line')} with its header)" for name, count in counts.most_common()
    )


def packs(report: Findings) -> str:
    """Which rules were tried: name, version and the first digits of the hash of each pack."""
    return ", ".join(
        f"{each.name} {each.version} (SHA-256 {each.sha256[:12]})".replace("  ", " ") for each in report.packs
    )


def account_of_bytes(report: Findings) -> str:
    """Where every byte of the inputs went."""
    accounts = [read.account for read in report.inputs]
    parts = ["event", "continuation", "unparsed", "separator", "passed over"]
    parts += [part for part in ("outside", "duplicate") if any(_bytes(account, part) for account in accounts)]
    sums = [sum(_bytes(account, part) for account in accounts) for part in parts]
    spoken = " + ".join(f"{number} {part}" for number, part in zip(sums, parts, strict=True))
    return f"{spoken} = {sum(read.bytes for read in report.inputs)}"


def _bytes(account: ByteAccount, part: str) -> int:
    return int(getattr(account, f"{part.replace(' ', '_')}_bytes"))
