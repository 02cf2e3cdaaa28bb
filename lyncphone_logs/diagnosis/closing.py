"""The end of a phone's trace: what is told of it as a whole, and what was stated beside its lines."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from lyncphone_logs.diagnosis.phones import PhoneSeen
from lyncphone_logs.diagnosis.ranking import Identity
from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.matching.matcher import version_of


class Closed(NamedTuple):
    """The facts that agree with the lines, and what is known of the phone."""

    facts: list[Event]
    identity: Identity


def close(phone: PhoneSeen, facts: Sequence[Event]) -> Closed:
    """Take in that no more lines come, and what was stated; facts that the lines contradict are set aside."""
    if not phone.fold.unseen:
        phone.fold.add(_examined(phone))
    phone.fold.end(phone.last)
    agreeing = [fact for fact in facts if _agrees(fact, phone.identity)]
    for fact in agreeing:
        phone.fold.state(fact)
    return Closed(agreeing, _identity(phone.identity, agreeing))


def _examined(phone: PhoneSeen) -> Event:
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


def _identity(identity: Mapping[str, str], facts: Sequence[Event]) -> Identity:
    stated = {name: str(value) for fact in facts if fact.family == "fact" for name, value in fact.fields.items()}
    known = stated | {name: value for name, value in identity.items() if value}
    return Identity(known.get("vendor", ""), known.get("model", ""), known.get("firmware", ""))
