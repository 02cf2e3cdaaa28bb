"""What the lines of a trace showed of each phone: its fold, its journey, and what is told of the lines as a whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from lyncphone_logs.diagnosis.journey import Journey
from lyncphone_logs.diagnosis.ranking import Device
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import MESSAGE, UNPARSED, Event, Value
from lyncphone_logs.matching.matcher import version_of
from lyncphone_logs.matching.rule_index import RuleIndex, RuleMatcher
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.trace.phone_identity import FILE, basis_of, tells_maker

TELLING = ("grammar", "app_name", "component", "kind")
INFORMATIVE = {"tls", "sip", "sign_in", "provisioning", "exchange", "call"}
"""Families of events that come of a sign-in, or before it of the phone's settings."""


@dataclass(slots=True)
class PhoneState:
    """One phone. `last` is its last line, `events` counts its lines, `informative` those of the families INFORMATIVE.

    `repaired` counts events of known kinds whose line was damaged on its way; a dash alone may be the phone's own.
    """

    fold: SymptomState
    last: Event
    journey: Journey = field(default_factory=Journey)
    identity: dict[str, str] = field(default_factory=dict)
    basis: str = FILE
    events: int = 0
    informative: int = 0
    repaired: int = 0
    components: set[str] = field(default_factory=set)

    def note(
        self, last: Event, times: Sequence[datetime | None], components: Iterable[str | None], more: int = 0
    ) -> None:
        """Take in that there were lines of one boot, of which `last` is the last, and `more` without a time."""
        self.last = last
        self.events += len(times) + more
        self.components.update(filter(None, components))
        self.journey.note(last.boot, times)
        self.basis = basis_of(last.phone, last.hostname)

    def take(self, event: Event) -> None:
        """Take in what an event says."""
        self.fold.add(event)
        self.journey.reach(event)
        self.informative += event.family in INFORMATIVE
        self.repaired += event.kind != MESSAGE and not event.derived and not {"dash"}.issuperset(event.repairs)
        if event.kind == "device.identified":
            self.identity |= {name: str(value) for name, value in event.fields.items()}


def gather_phones(
    items: Iterable[Event | Batch], rules: Sequence[Rule], vendors: Mapping[str, str], verified: Collection[str] = ()
) -> dict[str, PhoneState]:
    """The phones by name, from correlated events or batches of them; lines that nobody understood tell of none.

    `vendors` maps a grammar's name to the maker of its phones; `verified` are rules whose fix is looked for.
    """
    index = RuleIndex(rules, verified)
    matcher = RuleMatcher(index)
    phones: dict[str, PhoneState] = {}

    def phone_of(event: Event) -> PhoneState:
        phone = phones.get(event.phone)
        if phone is None:
            phone = phones[event.phone] = PhoneState(SymptomState(matcher), event)
        return phone

    for item in items:
        if isinstance(item, Batch):
            for rows in _by_boot(item):
                phone = phone_of(item.event(rows[0]))
                if "vendor" not in phone.identity:
                    phone.identity |= _maker(zip(*(item.columns[name] for name in TELLING), strict=True), rows, vendors)
                times, components = ([item.columns[name][row] for row in rows] for name in ("time", "component"))
                others = [item.omitted[row] for row in rows if row in item.omitted]
                named = {*components, *(name for other in others for name in other.components)}
                phone.note(item.event(rows[-1]), times, named, sum(other.messages for other in others))
            for event in _telling(item, index):
                phone_of(event).take(event)
        elif item.kind != UNPARSED:
            phone = phone_of(item)
            if not item.derived:
                phone.note(item, [item.time], [item.component])
            if "vendor" not in phone.identity:
                phone.identity |= _maker([(item.grammar, item.app_name, item.component, item.kind)], [0], vendors)
            phone.take(item)
    return phones


def _maker(
    lines: Iterable[tuple[str, str | None, str | None, str]], rows: Sequence[int], vendors: Mapping[str, str]
) -> dict[str, str]:
    """The maker of the phone that wrote these rows, if one of them tells it."""
    every = list(lines)
    own = (every[row] for row in rows)
    found = (grammar for grammar, app_name, component, kind in own if tells_maker(app_name, component, kind))
    return next(({"vendor": vendors.get(grammar, "")} for grammar in found), {})


def _by_boot(batch: Batch) -> list[list[int]]:
    """The rows of each boot of each phone."""
    keys = list(zip(batch.columns["phone"], batch.columns["boot"], strict=True))
    unparsed = set(batch.unparsed)
    rows = [row for row in range(len(batch)) if row not in unparsed] if unparsed else list(range(len(batch)))
    if keys.count(keys[0]) == len(keys):
        return [rows] if rows else []
    groups: dict[tuple[str, int], list[int]] = {}
    for row in rows:
        groups.setdefault(keys[row], []).append(row)
    return list(groups.values())


def _telling(batch: Batch, index: RuleIndex) -> Iterable[Event]:
    """The events that a rule or a stage of the journey may name."""
    rows = sorted({*batch.parsed, *batch.derived})
    if MESSAGE in index.kinds:
        unparsed = set(batch.unparsed)
        rows = [row for row in range(len(batch)) if row not in unparsed or row in batch.derived]
    for row, event in zip(rows, batch.pick(rows), strict=True):
        if event.kind != UNPARSED:
            yield event
        yield from batch.derived.get(row, ())


class FinishedPhone(NamedTuple):
    """The facts that agree with the lines, and what is known of the phone."""

    facts: list[Event]
    identity: Device


def finish_phone(phone: PhoneState, facts: Sequence[Event]) -> FinishedPhone:
    """Take in that no more lines come, and what was stated; facts that the lines contradict are set aside."""
    if not phone.fold.unseen:
        phone.fold.add(_examined(phone))
    phone.fold.end(phone.last)
    agreeing = [fact for fact in facts if _agrees(fact, phone.identity)]
    for fact in agreeing:
        phone.fold.add_fact(fact)
    return FinishedPhone(agreeing, _identity(phone.identity, agreeing))


def _examined(phone: PhoneState) -> Event:
    kind = "trace.examined"
    components = tuple(sorted(phone.components))
    fields: dict[str, Value] = {
        "events": phone.events,
        "informative": phone.informative,
        "repaired": phone.repaired,
        "components": components,
    }
    return phone.last._replace(
        id=f"{phone.last.id}:{kind}",
        kind=kind,
        fields=MappingProxyType(fields),
        marked=None,
        derived=True,
        handshake=None,
    )


def _agrees(fact: Event, identity: Mapping[str, str]) -> bool:
    if fact.kind == "fact.firmware" and identity.get("firmware"):
        stated, shown = version_of(str(fact.fields["firmware"])), version_of(identity["firmware"])
        return stated == shown[: len(stated)] or shown == stated[: len(shown)]
    if fact.kind == "fact.model" and identity.get("model"):
        return str(fact.fields["model"]).casefold() in identity["model"].casefold()
    return True


def _identity(identity: Mapping[str, str], facts: Sequence[Event]) -> Device:
    stated = {name: str(value) for fact in facts if fact.family == "fact" for name, value in fact.fields.items()}
    known = stated | {name: value for name, value in identity.items() if value}
    return Device(known.get("vendor", ""), known.get("model", ""), known.get("firmware", ""))
