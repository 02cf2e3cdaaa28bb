"""The state of one phone while its lines are read, and how it is finished at the end of the trace."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from lyncphone_logs.diagnosis.environment import EnvironmentEvidence, FoundEnvironment
from lyncphone_logs.diagnosis.journey import Journey
from lyncphone_logs.diagnosis.ranking import Device
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import MESSAGE, Event, Value, family_of, normalize_mac
from lyncphone_logs.grammar.capture_hint import NEUTRAL, CaptureHint
from lyncphone_logs.matching.capabilities import KIND as KNOWN_DEVICE
from lyncphone_logs.matching.capabilities import UNKNOWN, capabilities, firmware_can
from lyncphone_logs.matching.matcher import UNKNOWN_ZONE, Moment, version_of
from lyncphone_logs.matching.phone_group import PhoneGroup
from lyncphone_logs.matching.rule_index import ClauseQuery
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.trace.condense import MAX_ERRORS, error_rows
from lyncphone_logs.trace.phone_identity import FILE, basis_of, mac_of
from lyncphone_logs.trace.stated_identity import is_gateway

INFORMATIVE = {"tls", "sip", "sign_in", "provisioning", "exchange", "call"}
"""Families of events that belong to a sign-in, or to the download of the settings before it."""

OF_A_PHONE = {"fact.model", "fact.firmware"}
"""Facts about the phone itself. Texts of its screen are too; the others are about network, server or account."""

MAX_FIRMWARES = 10
"""Lines with different firmware versions of a phone that are stored; one that is updated within a trace has two."""

MAX_COMPONENTS = 1_000
"""Components of a phone after which no further ones are stored."""

MAX_HOSTNAMES = 10
"""Host names of a phone that are stored; one that DHCP gives a new address each day has more."""


@dataclass(slots=True)
class PhoneState:
    """One phone as far as its lines were read.

    `last` is its last line, `events` counts its lines, `informative` those of the families INFORMATIVE. `repaired`
    counts the events of known kinds whose line was damaged in transit; a dash alone does not count, because some phones
    write it themselves. `identity` has the vendor, model and so on that its lines state, the latest value of each;
    `grammar` is the name of the grammar that the vendor is from. `server` is a program of servers that writes with its
    host name. `hostnames` are those of its lines, at most MAX_HOSTNAMES, `errors` its first messages of the level
    error whose meaning no grammar knows, at most MAX_ERRORS. `firmwares` has the last line that states each firmware
    version, at most MAX_FIRMWARES.
    `seen` is the number of the batch with its last line.
    `dated` is the time of its last line whose date is written in full, in UTC if the zone is known (`is_dated_in_utc`).
    """

    symptom_state: SymptomState
    last: Event
    journey: Journey = field(default_factory=Journey)
    identity: dict[str, str] = field(default_factory=dict)
    grammar: str = ""
    server: str = ""
    basis: str = FILE
    events: int = 0
    informative: int = 0
    repaired: int = 0
    errors: list[Event] = field(default_factory=list)
    components: set[str] = field(default_factory=set)
    environment: EnvironmentEvidence = field(default_factory=EnvironmentEvidence)
    hostnames: dict[str, None] = field(default_factory=dict)
    firmwares: dict[str, Event] = field(default_factory=dict)
    dated: datetime | None = None
    is_dated_in_utc: bool = False
    seen: int = 0

    def mac(self, phone: str) -> str:
        """The MAC address that its lines state, or that is a part of its name; or ""."""
        return mac_of(normalize_mac(self.identity.get("mac", ""))) or mac_of(phone)

    def add_lines(self, batch: Batch, rows: Sequence[int], last: Event) -> None:
        """Count the lines in some rows, which are all of one boot; `last` is the event of the last row."""
        omitted = [batch.omitted[row] for row in rows if row in batch.omitted] if batch.omitted else []
        self.last = last
        self.events += len(rows) + sum(some.messages for some in omitted)
        components = batch.columns["component"]
        if len(self.components) < MAX_COMPONENTS:
            self.components.update(filter(None, (components[row] for row in rows)))
            self.components.update(name for some in omitted for name in some.components)
        if len(self.errors) < MAX_ERRORS:
            names = batch.columns["kind"]
            unknown = [row for row in error_rows(batch, rows) if names[row] == MESSAGE]
            self.errors += batch.pick(unknown[: MAX_ERRORS - len(self.errors)])
        times = batch.columns["time"]
        self.journey.add_times(last.boot, [times[row] for row in rows])
        qualities = batch.columns["time_quality"]
        dated = next((row for row in reversed(rows) if qualities[row] == "exact"), None)
        if dated is not None:
            self.is_dated_in_utc = batch.columns["time_utc"][dated] is not None
            self.dated = batch.columns["time_utc"][dated] or times[dated]
        self.basis = basis_of(last.phone, last.hostname)
        if len(self.hostnames) < MAX_HOSTNAMES:
            hosts = batch.columns["hostname"]
            self.hostnames |= dict.fromkeys(filter(None, (hosts[row] for row in rows)))

    def add(self, event: Event) -> None:
        """Process an event that a rule or a stage of the journey may name."""
        self.symptom_state.add(event)
        self.journey.add(event)
        self.environment.add(event)
        self.informative += event.family in INFORMATIVE
        self.repaired += event.kind != MESSAGE and not event.derived and not {"dash"}.issuperset(event.repairs)
        if event.kind == "device.identified":
            self.identity |= {name: str(value) for name, value in event.fields.items()}
            firmware = str(event.fields.get("firmware", ""))
            if firmware and (firmware in self.firmwares or len(self.firmwares) < MAX_FIRMWARES):
                self.firmwares[firmware] = event


def add_groups(phones: Mapping[str, PhoneState], facts: Sequence[Event], *, are_phones: bool) -> None:
    """Give each phone what all phones have for the clauses with `phones`. Hosts that may be no phones do not count."""
    states = {name: phone.symptom_state for name, phone in phones.items() if are_phones or is_of_phone(phone, facts)}
    asked = {query for state in states.values() for query in state.matcher.index.group_queries}
    groups: dict[ClauseQuery, PhoneGroup] = {}
    for query in asked:
        families = set(map(family_of, query.clause.kinds))
        logging = sum(not families.isdisjoint(state.families) for state in states.values())
        sightings = {name: state.sightings(query) for name, state in states.items()}
        groups[query] = PhoneGroup(query.clause, sightings, logging, len(states))
    for name, phone in phones.items():
        phone.symptom_state.name, phone.symptom_state.groups = name, groups


class FinishedPhone(NamedTuple):
    """The facts that do not contradict the lines of a phone, what is known about the device, and its environment.

    `is_phone`: something shows that it is a phone.
    """

    facts: list[Event]
    device: Device
    environment: FoundEnvironment
    is_phone: bool


def finish_phone(
    phone: PhoneState, facts: Sequence[Event], hints: Mapping[str, CaptureHint], gateways: Collection[str]
) -> FinishedPhone:
    """Complete the state of a phone after its last line: add a summary of the trace, and the facts that agree with it.

    `hints` has those of the grammars; `gateways` are the names of the grammars of gateways. Changes `phone`, so it must
    be called once.
    """
    if not phone.symptom_state.unseen:
        phone.symptom_state.add(_summary(phone))
    agreeing = [fact for fact in facts if _agrees(fact, phone.identity)]
    for validity in filter(None, (_validity(phone, fact) for fact in agreeing)):
        phone.symptom_state.add(validity)
    if phone.dated:
        slack = timedelta() if phone.is_dated_in_utc else UNKNOWN_ZONE
        phone.symptom_state.dated = Moment(phone.dated, slack)
    known = _device(phone.identity, agreeing)
    for described in _known_device(phone, known, agreeing):
        phone.symptom_state.add(described)
    phone.symptom_state.end(phone.last)
    for fact in agreeing:
        phone.symptom_state.add_fact(fact)
    environment = phone.environment.found(agreeing)
    device = replace(known, environment=environment.name, hint=hints.get(phone.grammar, NEUTRAL))
    if phone.grammar in gateways or is_gateway(device.vendor, device.model):
        device = replace(device, kind="gateway")
    is_phone = is_of_phone(phone, agreeing)
    return FinishedPhone(agreeing, device, environment, is_phone)


def is_of_phone(phone: PhoneState, facts: Sequence[Event]) -> bool:
    """Whether a line has a form of one maker only or identifies the device, or the user states something about it."""
    is_stated = any(fact.kind in OF_A_PHONE or fact.family == "display" for fact in facts)
    return bool(phone.grammar or phone.identity) or is_stated


def _summary(phone: PhoneState) -> Event:
    """The derived event `trace.examined`, which rules about the trace itself refer to."""
    kind = "trace.examined"
    fields: dict[str, Value] = {
        "events": phone.events,
        "informative": phone.informative,
        "repaired": phone.repaired,
        "components": tuple(sorted(phone.components)),
    }
    return phone.last._replace(
        id=f"{phone.last.id}:{kind}",
        kind=kind,
        fields=MappingProxyType(fields),
        marked=None,
        derived=True,
        handshake=None,
    )


def _validity(phone: PhoneState, fact: Event) -> Event | None:
    """How long a certificate is still valid after the last dated line of the phone; None if that is not known."""
    ends = fact.fields.get("not_after")
    if fact.kind != "certificate.inspected" or not isinstance(ends, datetime) or phone.dated is None:
        return None
    kind = "certificate.validity_compared"
    ends_utc = ends.astimezone(UTC).replace(tzinfo=None) if ends.tzinfo else ends
    fields: dict[str, Value] = {
        name: fact.fields[name] for name in ("role", "subject", "not_after") if name in fact.fields
    }
    fields |= {"days_left": (ends_utc - phone.dated).days, "compared_with": phone.dated}
    return _derived(phone, kind, fact, fields)


def _known_device(phone: PhoneState, device: Device, facts: Sequence[Event]) -> Iterator[Event]:
    """What the phone's firmware can do, if its version is known; versions of which it differs are undecided."""
    stated = {str(fact.fields["firmware"]): fact for fact in facts if fact.kind == "fact.firmware"}
    firmwares = phone.firmwares or stated
    if not firmwares:
        return
    fields: dict[str, Value] = {"firmware": device.firmware}
    fields |= {name: value for name, value in (("vendor", device.vendor), ("model", device.model)) if value}
    for capability in capabilities():
        values = {firmware_can(capability, device.vendor, device.model, each) for each in firmwares}
        fields[capability] = values.pop() if len(values) == 1 else UNKNOWN
    yield _derived(phone, KNOWN_DEVICE, [*firmwares.values()][-1], fields)


def _derived(phone: PhoneState, kind: str, shown: Event, fields: Mapping[str, Value]) -> Event:
    """An event of the phone after its last line, with the line or the fact that it is derived from."""
    return phone.last._replace(
        id=f"{shown.id}:{kind}:{phone.last.phone}",
        kind=kind,
        source=shown.source,
        member=shown.member,
        line=shown.line,
        spans=shown.spans,
        text=shown.text,
        message=shown.message,
        fields=MappingProxyType(fields),
        marked=None,
        derived=True,
        handshake=None,
    )


def _agrees(fact: Event, identity: Mapping[str, str]) -> bool:
    """Whether a fact does not contradict what the lines state; a version agrees with a longer form of itself."""
    if fact.kind == "fact.firmware" and identity.get("firmware"):
        given, seen = version_of(str(fact.fields["firmware"])), version_of(identity["firmware"])
        return given == seen[: len(given)] or seen == given[: len(seen)]
    if fact.kind == "fact.model" and identity.get("model"):
        return str(fact.fields["model"]).casefold() in identity["model"].casefold()
    return True


def _device(identity: Mapping[str, str], facts: Sequence[Event]) -> Device:
    """What lines state goes before what the user states, except for a vendor that only the form of the lines shows."""
    given = {name: str(value) for fact in facts if fact.family == "fact" for name, value in fact.fields.items()}
    known = given | {name: value for name, value in identity.items() if value}
    if "vendor" in given and not identity.get("model"):
        known["vendor"] = given["vendor"]
    return Device(known.get("vendor", ""), known.get("model", ""), known.get("firmware", ""))
