"""Turns facts that the user states about the phone into events."""

from types import MappingProxyType

from lyncphone_logs.errors import EvidenceError, suggestion
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import capture_of, kinds
from lyncphone_logs.evidence.models import makers_of


def state_facts(
    *, firmware: str = "", model: str = "", location: str = "", domain: str = "", environment: str = ""
) -> list[Event]:
    """Return one event for each fact that is given, in the order firmware, model, location, domain, environment.

    A model that one maker only has also states the vendor.
    Domain, location and environment are converted to lower case. Raises EvidenceError if the firmware contains no
    digit, the vocabulary does not list the location or the environment, or the domain is a complete SIP address.
    """
    stated = {
        "firmware": _firmware(firmware.strip()),
        "model": model.strip(),
        "location": _known("location", location.strip().lower()),
        "domain": _domain(domain.strip().lower().rstrip(".")),
        "environment": _known("environment", environment.strip().lower()),
    }
    return [_event(name, value) for name, value in stated.items() if value]


def _event(name: str, value: str) -> Event:
    text = f"{name} {value} (stated)"
    makers = makers_of(value) if name == "model" else ()
    vendor = {"vendor": makers[0].vendor} if len(makers) == 1 else {}
    return Event(
        id=f"fact:{name}",
        kind=f"fact.{name}",
        source=f"--{name}",
        fields=MappingProxyType({name: value} | vendor),
        text=text,
        message=text,
    )


def _refused(name: str, value: str, because: str, help: str) -> EvidenceError:
    return EvidenceError(f"the {name} {value!r} cannot be used", because, f"--{name}", help)


def _firmware(value: str) -> str:
    if value and not any(character.isdigit() for character in value):
        raise _refused("firmware", value, "a firmware version contains a digit", capture_of("fact.firmware"))
    return value


def _known(name: str, value: str) -> str:
    """The value of a fact whose values the vocabulary lists."""
    known = kinds()[f"fact.{name}"].fields[name].values
    if value and value not in known:
        help = suggestion(value, list(known)) or capture_of(f"fact.{name}")
        raise _refused(name, value, f"the {name} is {' or '.join(known)}", help)
    return value


def _domain(value: str) -> str:
    _, at, after = value.rpartition("@")
    if at:
        help = f"pass only the part after the @: --domain {after}" if after else capture_of("fact.domain")
        raise _refused("domain", value, "it is a complete SIP address, not a domain", help)
    return value
