"""What happened, in one sentence: how far the sign-in of a phone came, and at which line it failed."""

from collections.abc import Sequence
from datetime import datetime

from lyncphone_logs.diagnosis.findings import Boot, Diagnosis, Failure, Findings, Phone, StageState
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Stage, happened
from lyncphone_logs.reports import wording
from lyncphone_logs.rules.rule import EXPLAINS

STAGES: dict[Stage, str] = {
    "link": "the network link", "vlan": "the voice VLAN", "dhcp": "DHCP", "time": "the time server", "dns": "DNS",
    "tls": "TLS", "root-chain": "the root certificate download", "web-ticket": "the web ticket or token",
    "user-certificate": "the user certificate", "register": "registration", "subscribe": "subscription",
    "exchange": "Exchange", "update": "the firmware update", "call": "the call",
}  # fmt: skip
"""The words for a stage."""
AFTER_SIGN_IN: dict[Stage, str] = {
    "subscribe": "A subscription failed", "exchange": "Exchange failed", "update": "The firmware update failed",
    "call": "A call failed",
}  # fmt: skip
MAX_PATH, MAX_NAMED = 40, 3
SIGNED_IN = "signed in"
IF_PHONE = "If this host is a phone: --model MODEL"
"""The heading of what a host shows of which no line is a phone's own."""
GATEWAY = "gateway"
SHORT_STAGES: dict[Stage, str] = {
    "link": "link", "vlan": "VLAN", "dhcp": "DHCP", "time": "time", "dns": "DNS", "tls": "TLS",
    "root-chain": "root certificate", "web-ticket": "web ticket", "user-certificate": "user certificate",
    "register": "registration", "subscribe": "subscription", "exchange": "Exchange", "update": "update", "call": "call",
}  # fmt: skip
ENVIRONMENTS = {
    "lync-onprem": "Lync Server or Skype for Business Server",
    "sip-gateway": "the Teams SIP Gateway",
    "teams": "Microsoft Teams",
    "generic-sip": "a SIP registrar or PBX",
}


def of_phone(phone: Phone, causes: Sequence[Diagnosis]) -> str:
    """The headline of a phone; `causes` are the diagnoses that lead its report."""
    failed = _failed_stage(phone, causes)
    if failed:
        return _failure_of(failed, phone.device)
    if causes:
        return _symptom_of(causes[0], phone.device)
    if phone.failures:
        return _unexplained(phone.failures[0], phone)
    return healthy(phone)


def unknown(phone: Phone) -> str:
    """That no rule explains the failures of a phone."""
    return f"No cause is known for this {phone.device}."


def _failed_stage(phone: Phone, causes: Sequence[Diagnosis]) -> StageState | None:
    """The failed stage whose event the leading cause explains, in the latest boot that has one."""
    symptoms = {each.event.id for found in causes[:1] for each in found.evidence if each.role == EXPLAINS}
    stages = [stage for boot in reversed(phone.boots) for stage in boot.journey if stage.state == "failed"]
    return next((stage for stage in stages if symptoms.intersection(event.id for event in stage.evidence)), None)


def stage_of(phone: Phone, causes: Sequence[Diagnosis]) -> str:
    """The stage at which a phone stopped, or SIGNED_IN, or the last stage that it passed; "" if none was seen."""
    failed = _failed_stage(phone, causes)
    if failed:
        return SHORT_STAGES[failed.stage]
    passed = [stage for boot in phone.boots for stage in _passed(boot)]
    if is_signed_in(phone):
        return SIGNED_IN
    return SHORT_STAGES[passed[-1].stage] if passed else ""


def _failure_of(failed: StageState, device: str) -> str:
    what = happened(failed.evidence[0].kind, failed.evidence[0].fields, device)
    if failed.stage in AFTER_SIGN_IN:
        return f"{AFTER_SIGN_IN[failed.stage]}: {what}"
    if device == GATEWAY:
        return f"Failed at {STAGES[failed.stage]}: {what}"
    return f"Sign-in failed at {STAGES[failed.stage]}: {what}"


def _symptom_of(cause: Diagnosis, device: str) -> str:
    event = next((each.event for each in cause.evidence if each.role == EXPLAINS), None)
    if event is None:
        return cause.rule.title
    return f"{_sentence(happened(event.kind, event.fields, device))}{_line(event)}"


def _unexplained(failure: Failure, phone: Phone) -> str:
    what = _sentence(happened(failure.kind, failure.event.fields, phone.device))
    return f"{what}{_line(failure.event)}. {unknown(phone)}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _line(event: Event) -> str:
    return f" (line {event.line})" if event.line else ""


def healthy(phone: Phone) -> str:
    """How far a phone came whose trace shows no failure."""
    if phone.device == GATEWAY:
        return "A gateway does not sign in" + ("." if phone.unknown_errors else ", and no failure was seen.")
    boot = next((boot for boot in reversed(phone.boots) if _passed(boot)), None)
    if boot is None:
        return "No stage of a sign-in was seen" + ("." if phone.unknown_errors else ", and no failure.")
    last = _passed(boot)[-1]
    signed_in = next((stage for stage in boot.journey if stage.stage == "register" and stage.state == "passed"), None)
    if signed_in:
        return f"Signed in{_at(signed_in)}. Nothing failed afterwards."
    failed = "" if phone.unknown_errors else "Nothing failed; n"
    return f"Reached {STAGES[last.stage]}{_at(last)}. {failed or 'N'}o line is about what follows."


def is_signed_in(phone: Phone) -> bool:
    """Whether a boot of the phone reached the end of its sign-in."""
    return any(stage.stage == "register" for boot in phone.boots for stage in _passed(boot))


def _passed(boot: Boot) -> list[StageState]:
    return [stage for stage in boot.journey if stage.state == "passed"]


def _at(stage: StageState) -> str:
    """` at 10:00:13 (line 8)`."""
    if not stage.evidence:
        return ""
    event = stage.evidence[0]
    when = f" at {event.time:%H:%M:%S}" if event.time else ""
    return when + _line(event)


def environment(phone: Phone) -> str:
    """What the phone signs in to and what shows it; "" if it is not known."""
    if not phone.environment:
        return ""
    (shown,) = phone.environment_evidence[:1] or (None,)
    where = wording.short_location(shown) if shown and shown.line else "stated"
    verb = "Connects" if phone.device == GATEWAY else "Signs in"
    return f"{verb} to {ENVIRONMENTS.get(phone.environment, phone.environment)} ({where})"


def subject(report: Findings) -> str:
    """The inputs with their lines, and the only phone of the report or the number of its phones."""
    lines = sum(read.lines for read in report.inputs)
    phones = report.known_phones
    who = f"1 {_device(phones[0])}" if len(phones) == 1 else wording.counted(len(phones), "phone")
    hosts = hosts_of([phone for phone in report.phones if not phone.is_phone])
    who = ", ".join(filter(None, [who if phones else "no phone", hosts]))
    return f"{named_inputs(report)}: {lines:,} {'line' if lines == 1 else 'lines'}, {who}"


def leading_phones(report: Findings) -> tuple[Phone, ...]:
    """The phones that a report is about: without the hosts if it is about one phone."""
    return report.known_phones if len(report.known_phones) == 1 else report.phones


def hosts_of(hosts: Sequence[Phone]) -> str:
    """The number of hosts that may be no phones, with the name of the only one; "" if there is none."""
    if not hosts:
        return ""
    named = f", {hosts[0].id}" if len(hosts) == 1 and hosts[0].basis != "file" else ""
    return f"{wording.counted(len(hosts), 'host')} with lines of daemons only{named}"


def named_inputs(report: Findings) -> str:
    """The inputs as the user named them, shortened."""
    paths = list(report.paths or (read.path for read in report.inputs))
    more = f" and {len(paths) - MAX_NAMED} more" if len(paths) > MAX_NAMED else ""
    return ", ".join(wording.short_path(path, MAX_PATH) for path in paths[:MAX_NAMED]) + more


def _device(phone: Phone) -> str:
    named = f", {phone.id}" if phone.basis != "file" else ""
    known = " ".join(filter(None, [phone.vendor, phone.model or phone.device]))
    unknown = [name for name in ("model", "firmware") if not getattr(phone, name)]
    missing = f" ({' and '.join(unknown)} not in the trace)" if unknown else ""
    firmware = f", firmware {phone.firmware}" if phone.firmware else ""
    return f"{known}{named}{firmware}{missing}"


def times(phones: Sequence[Phone]) -> str:
    """The period of the phones, `9 Jul 10:00-10:40`; "" if no time is known."""
    moments = [each for phone in phones for boot in phone.boots for each in (boot.first, boot.last) if each]
    if not moments:
        return ""
    first, last = min(moments), max(moments)
    if first.year != last.year:
        return f"{_day(first)} {first:%Y} to {_day(last)} {last:%Y}"
    if first.date() != last.date():
        return f"{_day(first)} {first:%H:%M} to {_day(last)} {last:%H:%M}"
    until = f"-{last:%H:%M}" if (first.hour, first.minute) != (last.hour, last.minute) else ""
    return f"{_day(first)} {first:%H:%M}{until}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"
