"""A hand-written report: the founding line (AudioCodes 420HD, real) with two rival causes. The rest is synthetic."""

from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from lyncphone_logs.diagnosis.findings import (
    Boot,
    Diagnosis,
    Evidence,
    InputSummary,
    NotCheckable,
    Phone,
    RuledOut,
    StageState,
    Term,
)
from lyncphone_logs.events.event import Event, Span
from lyncphone_logs.reports.report import Report
from lyncphone_logs.rules.clause import Clause, Explained
from lyncphone_logs.rules.packs import Pack
from lyncphone_logs.rules.rule import History, Reference, Remedy, Rule, RuleSample, Verify
from lyncphone_logs.trace.accounting import ByteAccount

SAID = "server cert is invalid. ctx->error=7."
HEADER = "local7.err voip_task[440]: CERT     : ERR  – "
MESSAGE = f"{{acl_user_tls_server_validation():653}} {SAID}"
LINE = HEADER + MESSAGE

NOT_FROM_INPUT = {
    "code", "name", "severity", "stage", "prevalence", "fault", "signature", "verdict", "state", "role", "clause",
    "sha256", "rivals", "device", "strength", "likelihood", "event", "confirmed_by", "kind", "environment",
}  # fmt: skip
"""Fields whose values come from fixed lists or match patterns that the rule schema enforces."""


STATED = Event(
    id="fact:firmware",
    kind="fact.firmware",
    source="--firmware",
    fields={"firmware": "2.0.5"},
    text="firmware 2.0.5 (stated)",
    message="firmware 2.0.5 (stated)",
)


def event(**changed: Any) -> Event:
    """The founding line as an event."""
    start = MESSAGE.index(SAID)
    values: dict[str, Any] = {
        "id": "founding.log@0", "kind": "tls.server_certificate.rejected", "source": "founding.log", "line": 1,
        "spans": (Span(0, len(LINE.encode())),), "fields": {"verify_code": 7}, "message": MESSAGE, "text": LINE,
        "marked": (start, start + len(SAID)),
    }  # fmt: skip
    return Event(**(values | changed))


def rule(code: str, name: str, title: str, **changed: Any) -> Rule:
    """A rule with one clause that explains code 7."""
    where: dict[str, Any] = {"verify_code": 7}
    kind = "tls.server_certificate.rejected"
    values: dict[str, Any] = {
        "code": code, "name": name, "title": title, "severity": "error", "stage": "tls",
        "explains": (Explained(event=kind, where=where, fault="documented", signature="seen", source="an article",
                               says="code 7"),),
        "clause": (
            Clause(id="chain-is-sha2", event="certificate.inspected", role="supports", strength="strong",
                   fault="documented", source="release notes", says="signed with SHA-2"),
        ),
        "confirmed_by": (("chain-is-sha2",),),
        "cause": "The CA signs with SHA-256.\nThis firmware cannot verify that.\n\nA second paragraph.",
        "impact": "The phone cannot sign in.",
        "remedy": (Remedy(who="engineer", where="web page", what="install new firmware", undo="install the old"),),
        "history": (History(year=2013, advice="Sign with SHA-1", danger="it can be forged", source="an article"),),
        "verify": Verify(event="sign_in.succeeded", says="the certificate is accepted"),
        "references": (Reference(title="Notes", url="https://example.org/n?a=1&b=2"), Reference(title="A book")),
        "sample": (RuleSample(kind="positive", says="the line", lines=(LINE,)),),
    }  # fmt: skip
    return Rule(**(values | changed))


SIGNATURE = rule("TLS001", "signature-algorithm-unsupported", "The firmware cannot verify the signature algorithm")
EXTERNAL = rule("TLS002", "external-first-sign-in", "The first sign-in was made outside, without the root certificate")
REKEYED = rule("TLS005", "ca-rekeyed", "The CA was renewed with a new key")
CLOCK = rule("TLS008", "clock-behind", "The clock of the phone is behind", severity="warning", stage="time")


def lead(**changed: Any) -> Diagnosis:
    """The more probable cause, with one term of each type."""
    values: dict[str, Any] = {
        "rule": SIGNATURE, "verdict": "likely", "score": 0.654321, "other_cause": 0.1, "grade": "seen",
        "terms": (
            Term("explains", "explains", "holds", 1.0, "the signature could not be verified", "documented", "seen"),
            Term("old-firmware", "supports", "holds", 8.0, "firmware 2.0.5 is older than 3.0.1", "documented"),
            Term("one-server-only", "contradicts", "holds", 0.3333, "another server was accepted", "inferred"),
            Term("chain-is-sha2", "supports", "undecidable", 1.0, "signed with {signature_hash}", "documented", "",
                 "not given", "add --certificate FILE"),
            Term("root-is-sha2", "supports", "undecidable", 1.0, "signed with {signature_hash}", "documented", "",
                 "not given", "add --certificate FILE"),
        ),
        "first_seen": None, "last_seen": None, "count": 1,
        "evidence": (
            Evidence(STATED, "old-firmware", "supports"),
            Evidence(event(), "explains", "explains"),
        ),
        "symptoms": ("code 7",), "rivals": ("TLS002",),
    }  # fmt: skip
    return Diagnosis(**(values | changed))


def rival() -> Diagnosis:
    """The less probable cause of the same line."""
    says = "this line does not show it; code 20 would"
    term = Term("explains", "explains", "holds", 0.1, says, "inferred")
    seen = (Evidence(event(), "explains", "explains"),)
    return lead(rule=EXTERNAL, verdict="possible", score=0.12, terms=(term,), evidence=seen, rivals=("TLS001",))


def phone(**changed: Any) -> Phone:
    """One phone with one boot."""
    journey = (
        StageState("dhcp", "not seen"),
        StageState("time", "not checkable"),
        StageState("tls", "failed", (event(),)),
        StageState("register", "not checkable"),
    )
    values: dict[str, Any] = {
        "id": "10.1.2.3", "basis": "by host name", "vendor": "AudioCodes", "model": "420HD", "firmware": "2.0.5",
        "boots": (Boot(1, datetime(2013, 5, 7, 8, 0), datetime(2013, 5, 7, 8, 0, 9), journey),),
        "diagnoses": (lead(), rival()),
        "ruled_out": (RuledOut(REKEYED, "the key is the old one", (Evidence(event(), "old-key", "rules_out"),)),),
        "not_shown": (CLOCK,),
        "not_checkable": (NotCheckable(CLOCK, "no line about time", "switch on the component ntp"),),
    }  # fmt: skip
    return Phone(**(values | changed))


def report(**changed: Any) -> Report:
    """The complete report."""
    size = len(LINE.encode())
    account = ByteAccount(event_bytes=size, separator_bytes=1)
    values: dict[str, Any] = {
        "tool": "lyncphone-logs 0.1.0",
        "inputs": (
            InputSummary("founding.log", "0" * 64, size + 1, 1, account, 1, 0, grammars=(("audiocodes_400hd", 1),)),
            InputSummary(
                "other.log", "", 0, 0, ByteAccount(), 0, 0, "cannot read other.log: permission denied", "unlock it"
            ),
        ),
        "facts": (STATED,), "phones": (phone(),), "rules_tried": 4,
        "packs": (Pack("built-in", "sample", "1.0", Path("rules"), (), "0123456789abcdef" * 4),),
        "notes": ("the year is assumed",),
        "problems": ("rule file x.toml is refused",),
    }  # fmt: skip
    return Report(**(values | changed))


def planted(value: Any, seed: str) -> Any:
    """The value with the seed appended to every string in it that comes from input."""
    if isinstance(value, str):
        return value + seed
    if isinstance(value, Event):
        return Event(*(_planted_field(value, name, seed) for name in Event._fields))
    if isinstance(value, tuple) and not isinstance(value, Span):
        return tuple(planted(each, seed) for each in value)
    if isinstance(value, dict):
        return {key: planted(each, seed) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        return replace(value, **{name: _planted_field(value, name, seed) for name in names})
    return value


def _planted_field(owner: Any, name: str, seed: str) -> Any:
    value = getattr(owner, name)
    return (
        value
        if name in NOT_FROM_INPUT and not isinstance(value, Event) and not _is_clauses(value)
        else planted(value, seed)
    )


def _is_clauses(value: Any) -> bool:
    return isinstance(value, tuple) and any(isinstance(each, Clause) for each in value)
