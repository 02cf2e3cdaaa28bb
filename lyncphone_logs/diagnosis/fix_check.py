"""Checks against a newer trace whether the diagnoses of a previous report are fixed."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from lyncphone_logs.bounded_files import read_text
from lyncphone_logs.diagnosis.findings import Fix, FixState, Phone
from lyncphone_logs.diagnosis.same_phone import KnownPhone, Match, known_phone, match_phones
from lyncphone_logs.errors import InputError
from lyncphone_logs.events.event import Event
from lyncphone_logs.rules.rule import Rule

MAX_REPORT_BYTES = 64 * 1024 * 1024
"""Size limit of a previous report."""


class PreviousPhone(NamedTuple):
    """A phone of a previous report, with code and name of its diagnoses that were at least possible."""

    phone: KnownPhone
    diagnoses: tuple[tuple[str, str], ...]


def read_previous(path: str) -> tuple[PreviousPhone, ...]:
    """The phones of a JSON report of schema 1 or 2. Raises InputError if it is not such a report."""
    try:
        report = json.loads(read_text(path, MAX_REPORT_BYTES))
        found = [_previous_phone(each) for each in report["phones"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        because = error.strerror or "" if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise InputError(
            "cannot use the previous report",
            because,
            path,
            "create it with: lyncphone-logs OLD --format json -o FILE",
        ) from None
    return tuple(found)


def _previous_phone(phone: Any) -> PreviousPhone:
    id, basis, vendor, model = (str(phone[name]) for name in ("id", "basis", "vendor", "model"))
    identity = phone.get("identity", {})  # Schema 1 has none.
    hostnames = [str(each) for each in identity.get("hostnames", ())]
    known = known_phone(id, basis, vendor, model, str(identity.get("mac", "")), hostnames)
    diagnoses = [each for each in phone["diagnoses"] if each["verdict"] != "unlikely"]
    return PreviousPhone(known, tuple((str(each["code"]), str(each["name"])) for each in diagnoses))


def fixes(
    previous: Sequence[PreviousPhone], phones: Sequence[Phone], rules: Sequence[Rule], stated: str = ""
) -> tuple[Fix, ...]:
    """Whether each previous diagnosis is fixed, by the findings of a newer trace.

    `stated` is the id of the phone that the user states to be the one phone of the report; else `match_phones` decides.
    Nothing is said about a phone that may be another one. A symptom that occurs again is not fixed, unless an event
    that matches the rule's `verify` follows it: then the trace may be older than the fix.
    """
    rule_by_code = {rule.code: rule for rule in rules}
    matches = match_phones([each.phone for each in previous], phones, stated)
    return tuple(
        _fix(each.phone, diagnosis, match, rule_by_code.get(diagnosis[0]))
        for each, match in zip(previous, matches, strict=True)
        for diagnosis in each.diagnoses
    )


def _fix(previous: KnownPhone, diagnosis: tuple[str, str], match: Match, rule: Rule | None) -> Fix:
    def result(state: FixState, because: str, *evidence: Event) -> Fix:
        return Fix(previous.id, *diagnosis, state, because, evidence)

    phone, same = match
    if rule is None:
        return result("cannot tell", "no rule has this code")
    if phone is None:
        return result("cannot tell", same)
    again = next((each for each in phone.diagnoses if each.rule.code == rule.code), None)
    verified = phone.verified.get(rule.code)
    if again and verified:
        because = f"its symptom was seen, and later: {rule.verify.says}; save a trace from after the fix"
        return result("cannot tell", because, again.evidence[-1].event, verified)
    if again:
        return result("not fixed", f"its symptom was seen again; {same}", *(each.event for each in again.evidence[:1]))
    if verified:
        return result("fixed", f"{rule.verify.says}; {same}", verified)
    return result("cannot tell", f"neither its symptom nor the sign of a fix was seen: {rule.verify.says}")
