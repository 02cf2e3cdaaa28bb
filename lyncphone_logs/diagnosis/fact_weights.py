"""Scales the weights of clauses about facts, so that a fact that is not known counts as the mean of its values.

Without this, a rule that no value of a fact concerns would lose weight by whatever value is stated, because each value
supports some rival. For each rule, the factor of a known value is divided by the mean of the factors of all VALUES.
The mean is then 1, the factor of a fact that is not known. With equal probabilities for all rules it follows that the
score of a diagnosis without the fact lies between its least and its greatest score with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.events.vocabulary import Environment
from lyncphone_logs.matching.matcher import Moment, all_of, any_of, is_days_from, matches
from lyncphone_logs.rules.clause import Clause, Explained
from lyncphone_logs.rules.rule import Rule

Fact = Literal["location", "firmware", "certificate", "environment"]
FACTOR = {"decisive": 100.0, "strong": 8.0, "moderate": 3.0, "weak": 1.5}
SEEN_AT = datetime(2020, 1, 1)
"""The time of the symptom for which the certificates in VALUES are valid or expired."""


class FactValue(NamedTuple):
    """One value of a fact: how probable it is before it is known, and the events that state it."""

    probability: float
    events: tuple[Event, ...]


def _event(kind: str, **fields: Value) -> Event:
    return Event(id="", kind=kind, source="", fields=MappingProxyType(fields))


def _server(
    probability: float, sha2: str, *, pss: str = "no", weak: str = "no", complete: bool = True, **changed: Value
) -> FactValue:
    """The chain of a server that is ordinary but for what is stated."""
    fields: dict[str, Value] = {
        "role": "server", "issuer": "CN=Contoso CA", "self_signed": False, "server_auth": True,
        "issuer_known": "in-file", "signature_hash": "sha1" if sha2 == "no" else "sha256",
        "not_before": datetime(2019, 1, 1, tzinfo=UTC), "not_after": datetime(2021, 1, 1, tzinfo=UTC),
        "names": ("sip.contoso.com",),
    }  # fmt: skip
    algorithms: dict[str, Value] = {"sha2": sha2, "pss": pss, "weak": weak}
    if not complete:
        algorithms = dict.fromkeys(algorithms, "unknown")
    chain = _event("certificate.chain", complete=complete, intermediates=int(complete), **algorithms)
    return FactValue(probability, (_event("certificate.inspected", **fields | changed), chain))


VALUES: Mapping[Fact, tuple[FactValue, ...]] = MappingProxyType({
    "location": tuple(
        FactValue(0.5, (_event("fact.location", location=each),)) for each in ("internal", "external")
    ),
    "firmware": tuple(FactValue(0.5, (_event("fact.firmware", firmware=each),)) for each in ("0.0.1", "999.0")),
    # Judgements: most servers that phones meet have an ordinary SHA-2 chain, fewer an old one; each fault is rare.
    "certificate": (
        _server(0.308, "yes"),
        _server(0.28, "yes", issuer="CN=DigiCert TLS RSA SHA256 2020 CA1"),
        _server(0.2, "no", weak="yes"),
        _server(0.1, "unknown", complete=False, issuer_known="not-in-file"),
        _server(0.03, "yes", pss="yes"),
        _server(0.03, "yes", not_after=datetime(2019, 6, 1, tzinfo=UTC)),
        _server(0.03, "yes", self_signed=True, issuer_known="self"),
        _server(0.02, "yes", server_auth=False),
        _server(0.001, "yes", issuer="CN=Fortinet"),
        _server(0.001, "yes", names=("*.contoso.com",)),
    ),
    "environment": tuple(
        FactValue(0.25, (_event("fact.environment", environment=each),)) for each in get_args(Environment)
    ),
})  # fmt: skip
"""The values of each fact that the user can state, with the probabilities that all rules share (they add up to 1)."""

_FAMILIES: tuple[tuple[Fact, frozenset[str]], ...] = (
    ("location", frozenset({"fact.location"})),
    ("firmware", frozenset({"fact.firmware", "device.identified"})),
    ("certificate", frozenset({"certificate.inspected", "certificate.chain", "certificate.names_checked"})),
    ("environment", frozenset({"fact.environment"})),
)


def fact_of(clause: Clause) -> Fact | None:
    """The fact that a clause is about, if it is about nothing else."""
    kinds = set(clause.kinds)
    if not kinds or clause.absent or len(clause.steps) > 1 or (kinds == {"device.identified"}):
        return None
    return next((fact for fact, known in _FAMILIES if kinds <= known), None)


def strongest(clauses: Iterable[Clause]) -> float:
    """The product of the factors of clauses that hold; of the clauses of one `group` only the one farthest from 1.

    0 if one of them rules out its cause.
    """
    factors: dict[str, float] = {}
    for clause in clauses:
        if clause.role == "rules_out":
            return 0.0
        if clause.role in {"supports", "contradicts"}:
            factor = FACTOR[clause.strength] if clause.role == "supports" else 1 / FACTOR[clause.strength]
            group = clause.group or clause.id
            factors[group] = max(factors.get(group, 1.0), factor, key=lambda each: max(each, 1 / each))
    product = 1.0
    for factor in factors.values():
        product *= factor
    return product


def scale(rule: Rule, explained: Explained, fact: Fact) -> float:
    """By what the factor of a known value is multiplied: 1 / mean of the factors of all its values."""
    return _scale(_Scaled(rule, tuple(explained.ignores)), fact)


class _Scaled:
    """A rule with the clauses that a symptom ignores; compared by the identity of the rule, which has no hash."""

    def __init__(self, rule: Rule, ignores: Sequence[str]) -> None:
        self.rule = rule
        self.ignores = frozenset(ignores)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Scaled) and self.rule is other.rule and self.ignores == other.ignores

    def __hash__(self) -> int:
        return hash((id(self.rule), self.ignores))


@cache
def _scale(scaled: _Scaled, fact: Fact) -> float:
    clauses = [each for each in scaled.rule.clause if fact_of(each) == fact and each.id not in scaled.ignores]
    mean = sum(value.probability * _factor(clauses, value.events) for value in VALUES[fact])
    return 1 / mean if mean else 1.0


def _is_held(clause: Clause, event: Event, symptom: Event) -> bool | None:
    seen_at = Moment(SEEN_AT, timedelta())
    dates = [is_days_from(test, event.fields.get(name), seen_at) for name, test in clause.dates]
    return all_of([matches(clause, event, symptom), *dates])


def _factor(clauses: Collection[Clause], events: Sequence[Event]) -> float:
    """The factor of all clauses if these events state the fact."""
    symptom = Event(id="", kind="", source="", time=SEEN_AT)
    held = {each.id: any_of(_is_held(each, event, symptom) for event in events) for each in clauses}
    if any(each.role == "requires" and held[each.id] is False for each in clauses):
        return 0.0
    return strongest(each for each in clauses if held[each.id])
