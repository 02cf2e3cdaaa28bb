"""The report: everything that one run of diagnose has to say, and its JSON form (schema version 1)."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from lyncphone_logs.event import Event, Value
from lyncphone_logs.finding import Diagnosis, Evidence, Fix, Input, Phone, RuledOut
from lyncphone_logs.pack import Pack
from lyncphone_logs.reports import encoding
from lyncphone_logs.rule import Rule

SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Report:
    """The answer. `notes` are assumptions that were made; `problems` name rules or grammars that could not be used.

    `packs` are those of the rules, `fixes` say what became of the diagnoses of an earlier report, where one was given.
    """

    tool: str
    inputs: tuple[Input, ...]
    facts: tuple[Event, ...]
    phones: tuple[Phone, ...]
    rules_tried: int
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    packs: tuple[Pack, ...] = ()
    fixes: tuple[Fix, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON types, keys in the order of the schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "tool": self.tool,
            "inputs": [_input(each) for each in self.inputs],
            "facts": [_fact(each) for each in self.facts],
            "rules_tried": self.rules_tried,
            "rule_packs": [
                {"name": each.name, "version": each.version, "files": len(each.files), "sha256": each.sha256}
                for each in self.packs
            ],
            "notes": list(self.notes),
            "problems": list(self.problems),
            "phones": [_phone(each) for each in self.phones],
            "fixes": [_fix(each) for each in self.fixes],
        }

    def to_json(self) -> str:
        """One JSON document, without a final line end; the same input, rules and options give the same text."""
        return encoding.to_json(self.to_dict(), indent=2)

    def __str__(self) -> str:
        """The report as text, neither coloured nor wrapped."""
        from lyncphone_logs.reports import text

        return text.render(self, color=False, width=None)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What Jupyter shows: inert in every form."""
        from lyncphone_logs.reports import html, markdown

        return {"text/plain": str(self), "text/html": html.render(self), "text/markdown": markdown.render(self)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _value(value: Value) -> Any:
    return value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value


def _input(read: Input) -> dict[str, Any]:
    return asdict(read) | {"grammars": dict(read.grammars)}


def _fact(event: Event) -> dict[str, Any]:
    fields = {name: _value(value) for name, value in event.fields.items()}
    return {"kind": event.kind, "source": event.source, "text": event.text, "fields": fields}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    event = evidence.event
    spans = [list(span) for span in event.spans]
    place = {"event": event.id, "path": event.source, "member": event.member, "line": event.line, "spans": spans}
    return place | {"text": event.text, "clause": evidence.clause, "role": evidence.role}


def _diagnosis(found: Diagnosis) -> dict[str, Any]:
    rule = found.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "verdict": found.verdict,
        "confidence": round(found.confidence, 4),
        "terms": [asdict(term) for term in found.terms],
        "first_seen": _iso(found.first_seen),
        "last_seen": _iso(found.last_seen),
        "count": found.count,
        "evidence": [_evidence(each) for each in found.evidence],
        "cause": rule.cause,
        "impact": rule.impact,
        "remedy": [asdict(step) for step in rule.remedy],
        "history": [asdict(each) for each in rule.history],
        "verify": rule.verify.says,
        "references": [asdict(each) for each in rule.references],
        "symptoms": list(found.symptoms),
        "rivals": list(found.rivals),
        "consequence_of": list(found.consequence_of),
        "silenced_by": list(found.silenced_by),
    }


def _ruled_out(out: RuledOut) -> dict[str, Any]:
    return _named(out.rule) | {"reason": out.reason, "evidence": [_evidence(each) for each in out.evidence]}


def _fix(fix: Fix) -> dict[str, Any]:
    evidence = [{"event": each.id, "path": each.source, "line": each.line, "text": each.text} for each in fix.evidence]
    return asdict(replace(fix, evidence=())) | {"evidence": evidence}


def _named(rule: Rule) -> dict[str, Any]:
    return {"code": rule.code, "name": rule.name}


def _phone(phone: Phone) -> dict[str, Any]:
    return {
        "id": phone.id,
        "basis": phone.basis,
        "vendor": phone.vendor,
        "model": phone.model,
        "firmware": phone.firmware,
        "boots": [
            {
                "id": boot.id,
                "first": _iso(boot.first),
                "last": _iso(boot.last),
                "journey": [
                    {"stage": stage.stage, "state": stage.state, "evidence": [event.id for event in stage.evidence]}
                    for stage in boot.journey
                ],
            }
            for boot in phone.boots
        ],
        "diagnoses": [_diagnosis(each) for each in phone.diagnoses],
        "ruled_out": [_ruled_out(each) for each in phone.ruled_out],
        "not_shown": [_named(rule) for rule in phone.not_shown],
        "not_checkable": [
            _named(each.rule) | {"missing": each.missing, "how_to_capture": each.how_to_capture}
            for each in phone.not_checkable
        ],
    }
