"""Checks against a newer trace whether the diagnoses of a previous report are fixed."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lyncphone_logs.diagnosis.findings import Fix, FixState, Phone
from lyncphone_logs.errors import InputError
from lyncphone_logs.events.event import Event
from lyncphone_logs.rules.rule import Rule

MAX_REPORT_BYTES = 64 * 1024 * 1024
"""Size limit of a previous report."""


class PreviousDiagnosis(NamedTuple):
    """A diagnosis of a previous report."""

    phone: str
    code: str
    name: str


def read_previous(path: str) -> tuple[PreviousDiagnosis, ...]:
    """The diagnoses of a JSON report that were at least possible. Raises InputError if it is not such a report."""
    try:
        if Path(path).stat().st_size > MAX_REPORT_BYTES:
            raise ValueError(f"more than {MAX_REPORT_BYTES} bytes")
        found = list(_diagnoses(json.loads(Path(path).read_text(encoding="utf-8"))))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        because = error.strerror or "" if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise InputError(
            "cannot use the previous report",
            because,
            path,
            "create it with: lyncphone-logs OLD --format json -o FILE",
        ) from None
    return tuple(found)


def _diagnoses(report: Any) -> Iterator[PreviousDiagnosis]:
    for phone in report["phones"]:
        for each in phone["diagnoses"]:
            if each["verdict"] != "unlikely":
                yield PreviousDiagnosis(str(phone["id"]), str(each["code"]), str(each["name"]))


def fixes(previous: Sequence[PreviousDiagnosis], phones: Sequence[Phone], rules: Sequence[Rule]) -> tuple[Fix, ...]:
    """Whether each previous diagnosis is fixed, by the findings of a newer trace.

    A phone is recognized by its id; if the report and the trace have one phone each, it is the same. A symptom that
    occurs again is not fixed, unless an event that matches the rule's `verify` follows it: then the trace may be older
    than the fix.
    """
    rule_by_code = {rule.code: rule for rule in rules}
    phone_by_id = {phone.id: phone for phone in phones}
    has_one = len({each.phone for each in previous}) == 1
    only = phones[0] if has_one and len(phones) == 1 else None
    return tuple(_fix(each, phone_by_id.get(each.phone, only), rule_by_code.get(each.code)) for each in previous)


def _fix(previous: PreviousDiagnosis, phone: Phone | None, rule: Rule | None) -> Fix:
    def result(state: FixState, because: str, *evidence: Event) -> Fix:
        return Fix(previous.phone, previous.code, previous.name, state, because, evidence)

    if rule is None:
        return result("cannot tell", "no rule has this code")
    if phone is None:
        return result("cannot tell", "the trace has no line of this phone")
    again = next((each for each in phone.diagnoses if each.rule.code == rule.code), None)
    verified = phone.verified.get(rule.code)
    if again and verified:
        because = f"its symptom was seen, and later: {rule.verify.says}; save a trace from after the fix"
        return result("cannot tell", because, again.evidence[-1].event, verified)
    if again:
        return result("not fixed", "its symptom was seen again", *(each.event for each in again.evidence[:1]))
    if verified:
        return result("fixed", rule.verify.says, verified)
    return result("cannot tell", f"neither its symptom nor the sign of a fix was seen: {rule.verify.says}")
