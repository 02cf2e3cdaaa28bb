"""TLS handshakes: runs of TLS lines of one process of a phone.

A new one begins after half a minute, at a boot, and where a certificate is refused after an alert or OpenSSL's
"certificate verify failed" ended the earlier one.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lyncphone_logs.events.event import Event

FAMILY = "tls"
MAX_HANDSHAKE_TIME = timedelta(seconds=30)
MAX_OPEN_HANDSHAKES = 64
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
class HandshakeTracker:
    """Those of one phone, numbered from 1."""

    count: int = 0
    _open: dict[str | None, _Handshake] = field(default_factory=dict)

    def number(self, event: Event, boot: int) -> int | None:
        """The handshake to which the next event of the phone belongs; None where it is not of TLS."""
        if event.family != FAMILY:
            return None
        current = self._open.get(event.procid)
        if current is None or _is_new(current, event, boot):
            self.count += 1
            current = self._open[event.procid] = _Handshake(self.count, None, boot)
            if len(self._open) > MAX_OPEN_HANDSHAKES:
                del self._open[next(iter(self._open))]
        current.last = event.time or current.last
        current.is_over |= "alert" in event.kind or event.fields.get("reason") == GIVEN_UP
        return current.number


def _is_new(current: _Handshake, event: Event, boot: int) -> bool:
    late = event.time is not None and current.last is not None and abs(event.time - current.last) > MAX_HANDSHAKE_TIME
    return late or current.boot != boot or (current.is_over and event.kind == REFUSAL)
