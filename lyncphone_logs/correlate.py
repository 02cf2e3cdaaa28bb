"""Keys that tie events together: phone, boot, clock segment, TLS handshake; and events that lie between two lines.

Basis of the keys: a phone is its host name as the collector wrote it, else the file. A boot begins where the logging
daemon starts. A segment ends at a boot and where the phone's clock jumps. A handshake is a run of TLS lines of one
process: a new one begins after half a minute, at a boot, and where a certificate is refused after an alert or OpenSSL's
"certificate verify failed" ended the earlier handshake.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from lyncphone_logs.event import UNPARSED, Event, Value

LONGEST_HANDSHAKE = timedelta(seconds=30)
BACKWARDS = timedelta(hours=1)
BEHIND_COLLECTOR = timedelta(days=1)
ALMOST_A_YEAR = timedelta(days=360)
"""So far behind the collector, a clock whose year was assumed may as well be a few days ahead."""
OLDEST_PHONE = datetime(2010, 1, 1)
"""A clock that shows less was never set: the phones of this trade are younger."""

OPEN_PROCESSES = 64
"""Processes of a phone whose latest handshake is remembered."""

REFUSAL = "tls.server_certificate.rejected"
GIVEN_UP = "certificate verify failed"
"""OpenSSL's last word on a handshake whose certificate was refused."""


@dataclass(slots=True)
class _Handshake:
    number: int
    last: datetime | None
    boot: int
    is_over: bool = False


@dataclass(slots=True)
class _Phone:
    boot: int = 1
    segment: int = 0
    events: int = 0
    handshakes: int = 0
    clock: datetime | None = None
    told_unset: bool = False
    open: dict[str | None, _Handshake] = field(default_factory=dict)


class Correlator:
    """Gives events their keys, in the order in which they come."""

    def __init__(self) -> None:
        self._phones: dict[str, _Phone] = {}
        self._hosts_of_source: dict[str, str] = {}

    def correlate(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events with their keys; a derived event follows the line that it was derived from."""
        for event in events:
            name = self._phone_of(event)
            phone = self._phones.setdefault(name, _Phone())
            stepped = self._tell_time(phone, event)
            if event.kind == "device.started" and phone.events:
                phone.boot += 1
                phone.segment += 1
                phone.told_unset = False
            phone.events += 1
            handshake = _handshake(phone, event) if event.family == "tls" else None
            keyed = replace(event, phone=name, boot=phone.boot, segment=phone.segment, handshake=handshake)
            yield keyed
            if stepped is not None:
                yield _derived(keyed, "time.clock.stepped", {"step": stepped})
            if keyed.time is not None and _is_unset(keyed) and not phone.told_unset:
                phone.told_unset = True
                yield _derived(keyed, "time.clock.unset", {"clock": keyed.time_raw})

    def _phone_of(self, event: Event) -> str:
        if event.hostname:
            self._hosts_of_source[event.source] = event.hostname
            return event.hostname
        if event.kind == UNPARSED:
            return self._hosts_of_source.get(event.source, event.source)
        return event.source

    def _tell_time(self, phone: _Phone, event: Event) -> float | None:
        if event.time is None or event.time_quality == "collector":
            return None
        before, phone.clock = phone.clock, event.time
        if before is None:
            return None
        is_set = before < OLDEST_PHONE <= event.time
        if not is_set and event.time - before >= -BACKWARDS:
            return None
        phone.segment += 1
        phone.told_unset = False
        return (event.time - before).total_seconds()


def _handshake(phone: _Phone, event: Event) -> int:
    current = phone.open.get(event.procid)
    if current is None or _is_new(current, event, phone.boot):
        phone.handshakes += 1
        current = phone.open[event.procid] = _Handshake(phone.handshakes, None, phone.boot)
        if len(phone.open) > OPEN_PROCESSES:
            del phone.open[next(iter(phone.open))]
    current.last = event.time or current.last
    current.is_over |= "alert" in event.kind or event.fields.get("reason") == GIVEN_UP
    return current.number


def _is_new(current: _Handshake, event: Event, boot: int) -> bool:
    late = event.time is not None and current.last is not None and abs(event.time - current.last) > LONGEST_HANDSHAKE
    return late or current.boot != boot or (current.is_over and event.kind == REFUSAL)


def _is_unset(event: Event) -> bool:
    if event.time is None or event.time_quality == "collector":
        return False
    if event.time_quality == "exact" and event.time < OLDEST_PHONE:
        return True
    if event.received is None:
        return False
    behind = event.received - event.time
    return behind > BEHIND_COLLECTOR and (event.time_quality == "exact" or behind < ALMOST_A_YEAR)


def _derived(event: Event, kind: str, fields: dict[str, Value]) -> Event:
    return replace(
        event, id=f"{event.id}:{kind}", kind=kind, fields=MappingProxyType(fields), marked=None, derived=True
    )
