"""Whether what an earlier report found is fixed, by a newer trace: fixed, not fixed, or cannot tell."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lyncphone_logs.diagnosis.findings import Fix, Phone
from lyncphone_logs.errors import InputError
from lyncphone_logs.rules.rule import Rule

MAX_REPORT_BYTES = 64 * 1024 * 1024
"""Bytes of an earlier report."""


class PreviousDiagnosis(NamedTuple):
    """A diagnosis of an earlier report."""

    phone: str
    code: str
    name: str


def read_previous(path: str) -> tuple[PreviousDiagnosis, ...]:
    """The diagnoses of a JSON report that were at least possible. Raises InputError where it is none."""
    try:
        if Path(path).stat().st_size > MAX_REPORT_BYTES:
            raise ValueError(f"more than {MAX_REPORT_BYTES} bytes")
        found = list(_diagnoses(json.loads(Path(path).read_text(encoding="utf-8"))))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        because = error.strerror or "" if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise InputError(
            "the earlier report cannot be used",
            because,
            path,
            "write it with: lyncphone-logs OLD --format json -o FILE",
        ) from None
    return tuple(found)


def _diagnoses(report: Any) -> Iterator[PreviousDiagnosis]:
    for phone in report["phones"]:
        for each in phone["diagnoses"]:
            if each["verdict"] != "unlikely":
                yield PreviousDiagnosis(str(phone["id"]), str(each["code"]), str(each["name"]))


def fixes(earlier: Sequence[PreviousDiagnosis], phones: Sequence[Phone], rules: Sequence[Rule]) -> tuple[Fix, ...]:
    """What a newer trace says of each earlier diagnosis.

    A phone is found again by its id, or as the only one there was and is. A symptom that is seen again is not fixed,
    unless what the rule's `verify` asks for came after it: then the trace may be older than the fix.
    """
    known = {rule.code: rule for rule in rules}
    was_one = len({each.phone for each in earlier}) == 1
    found = {phone.id: phone for phone in phones}
    only = phones[0] if was_one and len(phones) == 1 else None
    return tuple(_fix(each, found.get(each.phone, only), known.get(each.code)) for each in earlier)


def _fix(earlier: PreviousDiagnosis, phone: Phone | None, rule: Rule | None) -> Fix:
    def said(state: Any, because: str, *evidence: Any) -> Fix:
        return Fix(earlier.phone, earlier.code, earlier.name, state, because, evidence)

    if rule is None:
        return said("cannot tell", "no rule has this code any more")
    if phone is None:
        return said("cannot tell", "the trace has no line of this phone")
    again = next((each for each in phone.diagnoses if each.rule.code == rule.code), None)
    shown = phone.verified.get(rule.code)
    if again and shown:
        because = f"its symptom was seen, and later: {rule.verify.says}; save a trace from after the fix"
        return said("cannot tell", because, again.evidence[-1].event, shown)
    if again:
        return said("not fixed", "its symptom was seen again", *(each.event for each in again.evidence[:1]))
    if shown:
        return said("fixed", rule.verify.says, shown)
    return said("cannot tell", f"neither its symptom nor what would show the fix was seen: {rule.verify.says}")
