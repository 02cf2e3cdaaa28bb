"""Redacts what the user states next to a trace: events of certificates, displays and facts."""

from collections.abc import Iterable

from lyncphone_logs.events.event import Event, Value, frozen
from lyncphone_logs.redaction.redactor import Redactor

_PRODUCTS = frozenset({"model", "firmware", "environment", "location", "vendor", "role", "signature_algorithm", "says"})
"""Fields that identify no person and no network."""
_HOSTS = frozenset({"domain", "names", "server"})


def redacted_facts(facts: Iterable[Event], redactor: Redactor) -> tuple[Event, ...]:
    """The facts with pseudonyms, which are those of the trace."""
    return tuple(_redacted(each, redactor) for each in facts)


def _redacted(event: Event, redactor: Redactor) -> Event:
    fields = {name: _value(name, value, redactor) for name, value in event.fields.items()}
    source = redactor.path(event.source) if event.source else event.source
    message, text = redactor.text(event.message), redactor.text(event.text)
    return event._replace(fields=frozen(fields), source=source, message=message, text=text)


def _value(name: str, value: Value, redactor: Redactor) -> Value:
    if name in _PRODUCTS or not isinstance(value, str | tuple):
        return value
    if isinstance(value, tuple):
        return tuple(_text(name, each, redactor) for each in value)
    return _text(name, value, redactor)


def _text(name: str, text: str, redactor: Redactor) -> str:
    return redactor.host(text) if name in _HOSTS else redactor.text(text)
