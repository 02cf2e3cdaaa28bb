"""Numbers TLS handshakes: each is a run of TLS lines of one process of a phone.

A new one begins after 30 s, at a boot, when a line after others reports the beginning of a connection, and when a
certificate is rejected after an alert or OpenSSL's "certificate verify failed" has ended the previous one.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lyncphone_logs.events.event import Event

FAMILY = "tls"
MAX_HANDSHAKE_TIME = timedelta(seconds=30)
MAX_OPEN_HANDSHAKES = 64
"""Processes of a phone whose latest handshake is stored; the first one is dropped."""

STARTED = "tls.handshake.started"
REFUSAL = "tls.server_certificate.rejected"
GIVEN_UP = "certificate verify failed"
"""What OpenSSL prints last for a handshake whose certificate was rejected."""


@dataclass(slots=True)
class _Handshake:
    """The latest handshake of one process. `last` is the time of its last line with a time. `is_over` stays True.

    `is_connecting` until a line reports more than the beginning of the connection.
    """

    number: int
    last: datetime | None
    boot: int
    is_over: bool = False
    is_connecting: bool = True


@dataclass(slots=True)
class HandshakeTracker:
    """The handshakes of one phone, numbered from 1. `_open` has the latest one of each process, by `procid`."""

    count: int = 0
    _open: dict[str | None, _Handshake] = field(default_factory=dict)

    def number(self, event: Event, boot: int) -> int | None:
        """The number of the handshake to which the next event of the phone belongs; None if it is not about TLS."""
        if event.family != FAMILY:
            return None
        current = self._open.get(event.procid)
        if current is None or _is_new(current, event, boot):
            self.count += 1
            current = self._open[event.procid] = _Handshake(self.count, None, boot)
            if len(self._open) > MAX_OPEN_HANDSHAKES:
                del self._open[next(iter(self._open))]
        current.last = event.time or current.last
        current.is_connecting &= event.kind == STARTED
        current.is_over |= "alert" in event.kind or event.fields.get("reason") == GIVEN_UP
        return current.number


def _is_new(current: _Handshake, event: Event, boot: int) -> bool:
    late = event.time is not None and current.last is not None and abs(event.time - current.last) > MAX_HANDSHAKE_TIME
    begins = (current.is_over and event.kind == REFUSAL) or (not current.is_connecting and event.kind == STARTED)
    return late or current.boot != boot or begins
