"""Converts findings to JSON (schema version 1) and to JSON Lines, one object a line. Both are stable interfaces.

The `type` of an object in JSON Lines is one of:

- `report`, always first: the keys of the JSON report, with phones that have no findings
- `diagnosis`, `ruled_out`, `not_shown`, `not_checkable`: the object of the JSON report, with its phone's id as `phone`

Phones are in the order of the report, and the findings of each phone in the order of the types above.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from lyncphone_logs.diagnosis.findings import Diagnosis, Evidence, Findings, Fix, InputSummary, Phone, RuledOut
from lyncphone_logs.events.columns import plain
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports.escaping import to_json
from lyncphone_logs.rules.rule import Rule

SCHEMA_VERSION = "1"
FINDINGS = {
    "diagnoses": "diagnosis",
    "ruled_out": "ruled_out",
    "not_shown": "not_shown",
    "not_checkable": "not_checkable",
}
"""Keys of a phone in the JSON report, and the `type` of their objects in JSON Lines."""


def to_dict(findings: Findings) -> dict[str, Any]:
    """The report as JSON types, with keys in the order of the schema."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": findings.tool,
        "inputs": [_input(each) for each in findings.inputs],
        "facts": [_fact(each) for each in findings.facts],
        "rules_tried": findings.rules_tried,
        "rule_packs": [
            {"name": each.name, "version": each.version, "files": len(each.files), "sha256": each.sha256}
            for each in findings.packs
        ],
        "notes": list(findings.notes),
        "problems": list(findings.problems),
        "phones": [_phone(each) for each in findings.phones],
        "fixes": [_fix(each) for each in findings.fixes],
    }


def document(findings: Findings) -> str:
    """The report as one JSON document, without a final line end; equal input, rules and options give equal text."""
    return to_json(to_dict(findings), indent=2)


def json_lines(findings: Findings) -> str:
    """The report as JSON Lines, without a final line end."""
    return "\n".join(map(to_json, _lines(to_dict(findings))))


def _lines(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    phones = [{key: value for key, value in phone.items() if key not in FINDINGS} for phone in report["phones"]]
    yield {"type": "report"} | report | {"phones": phones}
    for phone in report["phones"]:
        for key, type_ in FINDINGS.items():
            for finding in phone[key]:
                yield {"type": type_, "phone": phone["id"]} | finding


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _input(read: InputSummary) -> dict[str, Any]:
    return asdict(read) | {"grammars": dict(read.grammars)}


def _fact(event: Event) -> dict[str, Any]:
    return {"kind": event.kind, "source": event.source, "text": event.text, "fields": plain(event.fields)}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    event = evidence.event
    spans = [list(span) for span in event.spans]
    location = {"event": event.id, "path": event.source, "member": event.member, "line": event.line, "spans": spans}
    return location | {"text": event.text, "clause": evidence.clause, "role": evidence.role}


def _diagnosis(found: Diagnosis) -> dict[str, Any]:
    rule = found.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "verdict": found.verdict,
        "score": round(found.score, 4),
        "confidence": round(found.score, 4),
        "terms": [asdict(term) | {"weight": round(term.weight, 4)} for term in found.terms],
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
        "identity": {"mac": phone.mac, "hostnames": list(phone.hostnames)},
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
