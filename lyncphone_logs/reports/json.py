"""Converts findings to JSON (schema version 2) and to JSON Lines, one object a line. Both are stable interfaces.

What is equal for many phones is said once, at the top: `rules` by code, `terms`, `gaps` and `coverage` by index. In
a phone, what is equal for several diagnoses is said once: `events` are the lines, `symptoms` what rival causes explain;
both are referred to by index. So 150 phones take less than 1 MB.

The `type` of an object in JSON Lines is one of:

- `report`, always first: the keys of the JSON report without those that follow as lines
- `rule` with its `code`, `term`, `gap` and `coverage` with their `index`
- for each phone `phone`: the object of the JSON report without the lists that follow as lines; then
  `diagnosis`, `failure`, `ruled_out`: the objects of these lists, with the phone's id as `phone`

Both are written phone by phone: the JSON of one phone is in memory at a time.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any, get_args

from lyncphone_logs.diagnosis.findings import (
    Boot,
    Diagnosis,
    Evidence,
    Failure,
    Findings,
    Fix,
    InputSummary,
    NotCheckable,
    Phone,
    RuledOut,
    Term,
)
from lyncphone_logs.events.columns import plain
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Stage
from lyncphone_logs.reports.escaping import to_json
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.trace.counted_hosts import CountedHosts

SCHEMA_VERSION = "2"
MAX_LISTED_HOSTS = 1_000
"""Hosts without a diagnosis that are listed; the others are counted."""
FINDINGS = {"diagnoses": "diagnosis", "failures": "failure", "ruled_out": "ruled_out"}
"""Keys of a phone in the JSON report, and the `type` of their objects in JSON Lines."""
OPENED = ("rules", "phones")
"""Keys of the report whose objects have a line for each key; other objects take one line."""
INDEXED = {"terms": "term", "gaps": "gap", "coverage": "coverage"}
"""Keys of the report whose objects others refer to by index, and the `type` of these in JSON Lines."""


def to_dict(findings: Findings) -> dict[str, Any]:
    """The report as JSON types, with keys in the order of the schema."""
    report = _report(findings)
    return report | {"phones": [phone() for phone in report["phones"]]}


def document(findings: Findings) -> str:
    """The report as one JSON document, without a final line end; equal input, rules and options give equal text."""
    return "\n".join(document_parts(findings))


def document_parts(findings: Findings) -> Iterator[str]:
    """The lines of the JSON document, without line ends; each phone is converted when its lines are needed."""
    return _lines(_report(findings))


def json_lines(findings: Findings) -> Iterator[str]:
    """The report as JSON Lines, without line ends."""
    return (to_json(each, compact=True) for each in _objects(_report(findings)))


def _objects(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "report"} | {key: value for key, value in report.items() if key not in {*OPENED, *INDEXED}}
    for code, rule in report["rules"].items():
        yield {"type": "rule", "code": code} | rule
    for key, type_ in INDEXED.items():
        for index, shared in enumerate(report[key]):
            yield {"type": type_, "index": index} | shared
    for phone in (each() for each in report["phones"]):
        yield {"type": "phone"} | {key: value for key, value in phone.items() if key not in FINDINGS}
        for key, type_ in FINDINGS.items():
            for finding in phone[key]:
                yield {"type": type_, "phone": phone["id"]} | finding


def _lines(value: Any, before: str = "", after: str = "", depth: int = 0, opened: int = 2) -> Iterator[str]:
    """The lines of a JSON value at a depth. Lists of objects have a line for each, and so have keys of opened objects.

    `opened` is the greatest depth of objects to open. A callable is a value that is made when it is needed.
    """
    value = value() if callable(value) else value
    indent = " " * depth
    is_object, is_list = isinstance(value, dict), isinstance(value, list)
    has_lines = (is_object and depth <= opened) or (is_list and value and isinstance(value[0], dict | partial))
    if not value or not has_lines:
        yield f"{indent}{before}{to_json(value, compact=True)}{after}"
        return
    yield f"{indent}{before}{'{' if is_object else '['}"
    parts = value.items() if is_object else (("", each) for each in value)
    for number, (key, part) in enumerate(parts, 1):
        name = f"{to_json(key)}: " if is_object else ""
        deepest = opened if depth or key in OPENED else 0
        yield from _lines(part, name, "," if number < len(value) else "", depth + 1, deepest)
    yield f"{indent}{'}' if is_object else ']'}{after}"


class _Table:
    """Objects of a list that others refer to by index; those with equal keys are one."""

    def __init__(self) -> None:
        self._index: dict[Hashable, int] = {}
        self.objects: list[dict[str, Any]] = []

    def index(self, key: Hashable, make: Callable[[], dict[str, Any]]) -> int:
        """The index of the object with this key, which is made if there is none."""
        if key not in self._index:
            self._index[key] = len(self.objects)
            self.objects.append(make())
        return self._index[key]


class _SharedParts:
    """What the phones of a report share."""

    def __init__(self, phones: Iterable[Phone]) -> None:
        self.rules: dict[str, Rule] = {}
        self.terms, self.gaps, self.coverage = _Table(), _Table(), _Table()
        for phone in phones:
            self.coverage_of(phone)
            for found in phone.diagnoses:
                self.rules[found.rule.code] = found.rule
                self.terms_of(found)

    def terms_of(self, found: Diagnosis) -> list[int]:
        """Indexes of the terms of a diagnosis."""
        return [self.terms.index(term, partial(_term, term)) for term in found.terms]

    def coverage_of(self, phone: Phone) -> int:
        """Index of the coverage of a phone."""
        not_shown = [rule.code for rule in phone.not_shown]
        codes_by_gap: dict[int, list[str]] = {}
        for each in phone.not_checkable:
            gap = self.gaps.index((each.missing, each.how_to_capture), partial(_gap, each))
            codes_by_gap.setdefault(gap, []).append(each.rule.code)
        not_checkable = [{"gap": gap, "codes": codes} for gap, codes in codes_by_gap.items()]
        coverage = {"not_shown": not_shown, "not_checkable": not_checkable}
        return self.coverage.index(to_json(coverage), lambda: coverage)


def _term(term: Term) -> dict[str, Any]:
    return asdict(term) | {"weight": round(term.weight, 4)}


def _gap(lacking: NotCheckable) -> dict[str, Any]:
    return {"missing": lacking.missing, "how_to_capture": lacking.how_to_capture}


def _report(findings: Findings) -> dict[str, Any]:
    """The report as JSON types, except that each phone is a function that returns its JSON."""
    shared = _SharedParts(findings.phones)
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
        "rules": {code: _rule(rule) for code, rule in sorted(shared.rules.items())},
        "terms": shared.terms.objects,
        "gaps": shared.gaps.objects,
        "coverage": shared.coverage.objects,
        "stages": list(get_args(Stage)),
        "shared_faults": [
            asdict(each) | {"count": len(each.phones), "first": _iso(each.first), "last": _iso(each.last)}
            for each in findings.shared_faults
        ],
        "counted_hosts": _counted(findings.counted),
        "phones": [partial(_phone, each, shared) for each in findings.phones],
        "fixes": [_fix(each) for each in findings.fixes],
    }


def _counted(hosts: CountedHosts) -> dict[str, Any]:
    every = [*hosts.named.values(), hosts.others]
    named = sorted(hosts.named.items(), key=lambda each: not each[1].failures)[:MAX_LISTED_HOSTS]
    listed = [
        {
            "id": name,
            "is_phone": host.is_phone,
            "lines": host.lines,
            "failures": host.failures,
            "first_failure": dict(zip(("kind", "path", "line"), host.first, strict=True)) if host.first else None,
        }
        for name, host in named
    ]
    counts = {name: sum(getattr(each, name) for each in every) for name in ("lines", "failures")}
    return {"count": len(hosts), "is_least": hosts.is_full, **counts, "forgotten": hosts.forgotten, "listed": listed}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _input(read: InputSummary) -> dict[str, Any]:
    return {"name": read.path} | asdict(read) | {"grammars": dict(read.grammars)}


def _fact(event: Event) -> dict[str, Any]:
    return {"kind": event.kind, "source": event.source, "text": event.text, "fields": plain(event.fields)}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "stage": rule.stage,
        "cause": rule.cause,
        "impact": rule.impact,
        "why": rule.why,
        "fix_at": rule.fix_at,
        "checks": [asdict(each) for each in rule.checks],
        "remedy": [asdict(step) for step in rule.remedy],
        "history": [asdict(each) for each in rule.history],
        "verify": rule.verify.says,
        "references": [asdict(each) for each in rule.references],
    }


def _fix(fix: Fix) -> dict[str, Any]:
    evidence = [{"event": each.id, "path": each.source, "line": each.line, "text": each.text} for each in fix.evidence]
    return asdict(replace(fix, evidence=())) | {"evidence": evidence}


def _phone(phone: Phone, shared: _SharedParts) -> dict[str, Any]:
    events, symptoms = _Table(), _Table()
    return {
        "id": phone.id,
        "basis": phone.basis,
        "is_phone": phone.is_phone,
        "device": phone.device,
        "vendor": phone.vendor,
        "model": phone.model,
        "firmware": phone.firmware,
        "identity": {"mac": phone.mac, "hostnames": list(phone.hostnames)},
        "environment": phone.environment,
        "environment_evidence": _indexes(phone.environment_evidence, events),
        "boots": [_boot(each, events) for each in phone.boots],
        "diagnoses": [_diagnosis(each, shared, events, symptoms) for each in phone.diagnoses],
        "failures": [_failure(each) for each in phone.failures],
        "unknown_errors": _indexes(phone.unknown_errors, events),
        "ruled_out": [_ruled_out(each, events) for each in phone.ruled_out],
        "coverage": shared.coverage_of(phone),
        "symptoms": symptoms.objects,
        "events": events.objects,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "path": event.source,
        "member": event.member,
        "line": event.line,
        "spans": [list(span) for span in event.spans],
        "text": event.text,
    }


def _indexes(found: Iterable[Event], events: _Table) -> list[int]:
    return [events.index(each.id, partial(_event, each)) for each in found]


def _boot(boot: Boot, events: _Table) -> dict[str, Any]:
    ended = [each for each in boot.journey if each.state in ("passed", "failed")]
    return {
        "id": boot.id,
        "first": _iso(boot.first),
        "last": _iso(boot.last),
        "journey": [
            {"stage": each.stage, "state": each.state, "evidence": _indexes(each.evidence, events)} for each in ended
        ],
        "not_seen": [each.stage for each in boot.journey if each.state == "not seen"],
    }


def _symptom(found: Diagnosis) -> dict[str, Any]:
    return {
        "seen": list(found.symptoms),
        "count": found.count,
        "first_seen": _iso(found.first_seen),
        "last_seen": _iso(found.last_seen),
        "codes": sorted({found.rule.code, *found.rivals}),
        "other_cause": round(found.other_cause, 4),
    }


def _diagnosis(found: Diagnosis, shared: _SharedParts, events: _Table, symptoms: _Table) -> dict[str, Any]:
    score = round(found.score, 4)
    symptom = _symptom(found)
    return {
        "code": found.rule.code,
        "name": found.rule.name,
        "title": found.rule.title,
        "verdict": found.verdict,
        "score": score,
        "confidence": score,
        "grade": found.grade,
        "tied_with": list(found.tied_with),
        "symptom": symptoms.index(to_json(symptom), lambda: symptom),
        "terms": shared.terms_of(found),
        "evidence": _evidence(found.evidence, events),
        "consequence_of": list(found.consequence_of),
        "silenced_by": list(found.silenced_by),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {name: getattr(failure, name) for name in ("kind", "source", "line", "text", "count")}


def _ruled_out(out: RuledOut, events: _Table) -> dict[str, Any]:
    named = {"code": out.rule.code, "name": out.rule.name, "reason": out.reason}
    return named | {"evidence": _evidence(out.evidence, events)}


def _evidence(evidence: Sequence[Evidence], events: _Table) -> list[dict[str, Any]]:
    indexes = _indexes((each.event for each in evidence), events)
    return [
        {"event": index, "clause": each.clause, "role": each.role}
        for index, each in zip(indexes, evidence, strict=True)
    ]
