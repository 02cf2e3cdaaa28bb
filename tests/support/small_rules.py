"""Small rules and traces for tests of the engine."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.diagnosis.findings import Diagnosis, Phone, Term
from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.validation import validate
from support.keyed import keyed

START = datetime(2013, 7, 9, 12)
REJECTED = "tls.server_certificate.rejected"


def event(kind: str, *, at: float | None = 0.0, procid: str = "1", **fields: Value) -> Event:
    return Event(
        id=f"{kind}:{at}:{sorted(fields.items(), key=str)}",
        kind=kind,
        source="x.log",
        line=1,
        procid=procid,
        text=kind,
        time=None if at is None else START + timedelta(seconds=at),
        fields=MappingProxyType(fields),
    )


def clause(**given: Any) -> dict[str, Any]:
    return {
        "id": "a",
        "role": "supports",
        "fault": "documented",
        "source": "test",
        "says": "it",
        "strength": "strong",
    } | given


def rule(code: str = "AAA001", *clauses: dict[str, Any], verify_code: int = 7, **given: Any) -> Rule:
    symptom = {"event": REJECTED, "where": {"verify_code": verify_code}}
    shape = {
        "code": code,
        "name": f"rule-{code.lower()}",
        "title": "a rule",
        "severity": "error",
        "explains": [
            symptom | {"fault": "documented", "signature": "seen", "source": "test", "says": "code {verify_code}"}
        ],
        "clause": list(clauses),
        "cause": "c",
        "impact": "i",
        "remedy": [{"who": "w", "where": "x", "what": "y", "undo": "z"}],
        "verify": {"event": "sip.register.succeeded", "says": "v"},
        "references": [{"title": "r"}],
        "sample": [{"kind": "positive", "says": "s"}],
    }
    return validate(Rule, shape | given)


def phone_of(events: Sequence[Event], *rules: Rule, facts: Sequence[Event] = ()) -> Phone:
    ((phone,), _) = diagnose_phones(keyed(events), facts, rules, {}, are_phones=True)
    return phone


def term_of(found: Diagnosis, name: str = "a") -> Term:
    return next(term for term in found.terms if term.clause == name)


def state(events: Sequence[Event], *, facts: Sequence[Event] = (), **given: Any) -> tuple[str, str]:
    term = term_of(phone_of(events, rule("AAA001", clause(**given)), facts=facts).diagnoses[0])
    return term.state, term.reason


SYMPTOM = event(REJECTED, at=10, verify_code=7)
