"""Keys that tie events together: phone, boot, clock segment, TLS handshake; and events that lie between two lines.

Basis of the keys: a phone is what `identity` tells, a handshake what `handshake` does. A boot begins where the logging
daemon starts. A segment ends at a boot and where the phone's clock jumps.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import LOST, Event, Value
from lyncphone_logs.parsing.sequence_numbers import SequenceGap, SequenceReport, SequenceTracker
from lyncphone_logs.timestamps.resolver import OLDEST_PHONE, is_unset
from lyncphone_logs.trace.phone_identity import IDENTIFIED, PhoneNames
from lyncphone_logs.trace.tls_handshakes import FAMILY, HandshakeTracker

STEPPED, SET, UNSET, BOOTED = "time.clock.stepped", "time.clock.set", "time.clock.unset", "device.booted"
DERIVED = (STEPPED, SET, UNSET, LOST, BOOTED)
"""Kinds that no line says: they lie between two lines."""
STARTED = "device.started"
ALONE = (f"{FAMILY}.", STARTED)
"""Beginnings of the kinds whose events begin a boot or belong to a handshake."""
BACKWARDS = timedelta(hours=1)
ONE_DAY, ONE_YEAR = timedelta(days=1), timedelta(days=365)


@dataclass(slots=True)
class _Phone:
    boot: int = 1
    segment: int = 0
    events: int = 0
    handshakes: HandshakeTracker = field(default_factory=HandshakeTracker)
    clock: datetime | None = None
    told_unset: bool = False
    counts_boots: bool = False
    is_unset: bool = False
    era: int = 0


class Correlator:
    """Gives events their keys, in the order in which they come."""

    def __init__(self) -> None:
        self._sequences = SequenceTracker()
        self._phones: dict[str, _Phone] = {}
        self._era = 0
        self._identities = PhoneNames()
        self._known: set[tuple[str, str]] = set()

    def key(self, batch: Batch) -> None:
        """Set the keys of a batch in place; what was derived from a row is added to its `derived`."""
        if not len(batch):
            return
        columns = batch.columns
        macs = self._name_phones(batch)
        told = self._sequences.tell(batch.source, batch.runs, columns)
        alone = {row for row in batch.parsed if columns["kind"][row].startswith(ALONE)}
        rows = sorted(alone | told.keys() | macs.keys())
        gaps = sorted(batch.gaps)
        start = 0
        for row, event in zip(rows, batch.pick(rows), strict=True):
            self._key_lines(batch, start, row, gaps)
            keyed = self._key_row(batch, row, event, told.get(row))
            if row in macs:
                batch.derived.setdefault(row, []).extend(self._identified(keyed, macs[row]))
            start = row + 1
        self._key_lines(batch, start, len(batch), gaps)

    def _name_phones(self, batch: Batch) -> dict[int, str]:
        """Name who wrote each row; the rows that show a phone's MAC address for the first time, with it."""
        columns, macs = batch.columns, batch.columns["phone"]
        if None not in columns["hostname"] and self._identities.are_plain and not any(macs):
            columns["phone"] = columns["hostname"]
            self._identities.note_host(batch.source, columns["hostname"][-1])
            return {}
        named = zip(columns["hostname"], columns["kind"], macs, strict=True)
        columns["phone"] = [self._identities.phone_of(batch.source, *each) for each in named]
        pairs = {pair: row for row, pair in reversed(list(enumerate(zip(columns["phone"], macs, strict=True))))}
        return {row: mac for (phone, mac), row in pairs.items() if mac and (phone, mac) not in self._known}

    def _identified(self, keyed: Event, mac: str) -> list[Event]:
        if not mac or (keyed.phone, mac) in self._known:
            return []
        self._known.add((keyed.phone, mac))
        return [_derived(keyed, IDENTIFIED, {"mac": mac})]

    def _key_lines(self, batch: Batch, start: int, stop: int, gaps: Sequence[int]) -> None:
        """Rows that neither begin a boot nor belong to a handshake; all at once, where they are of one phone."""
        if start == stop:
            return
        some = batch.columns["phone"][start:stop]
        if some.count(some[0]) == len(some):
            self._key_run(batch, start, stop, gaps)
        else:
            for row in range(start, stop):
                self._key_run(batch, row, row + 1, gaps)

    def _key_run(self, batch: Batch, start: int, stop: int, gaps: Sequence[int]) -> None:
        columns = batch.columns
        phone = self._phone(columns["phone"][start])
        times, qualities = columns["time"][start:stop], columns["time_quality"][start:stop]
        is_own = "collector" not in qualities and None not in times
        if is_own:
            # Only the lines around can tell what None means.
            is_set = not phone.is_unset and columns["is_unset"][start:stop].count(False) == stop - start
            is_steady = is_set and _goes_on(phone.clock, times)
        else:
            is_steady = not any(times) or qualities.count("collector") == len(qualities)
        if not is_steady:
            for row, event in zip(range(start, stop), batch.pick(range(start, stop)), strict=True):
                self._key_row(batch, row, event)
            return
        self._era += bisect_left(gaps, stop) - bisect_left(gaps, start)
        if is_own:
            phone.clock, phone.era = times[-1], self._era
        phone.events += stop - start
        columns["boot"][start:stop] = [phone.boot] * (stop - start)
        columns["segment"][start:stop] = [phone.segment] * (stop - start)

    def end(self, batch: Batch) -> None:
        """Take in that no more lines come behind this batch."""
        if lost := [_lost(hole) for hole in self._sequences.end()]:
            batch.derived.setdefault(len(batch) - 1, []).extend(lost)

    def _key_row(self, batch: Batch, row: int, event: Event, told: SequenceReport | None = None) -> Event:
        # What was passed over may have set a clock: none is compared across it.
        self._era += row in batch.gaps
        keyed, derived = self._key(event, batch.columns["phone"][row], told)
        batch.columns["boot"][row], batch.columns["segment"][row] = keyed.boot, keyed.segment
        batch.handshake[row] = keyed.handshake
        if derived:
            batch.derived[row] = derived
        return keyed

    def _key(self, event: Event, name: str, told: SequenceReport | None = None) -> tuple[Event, list[Event]]:
        phone = self._phone(name)
        was_unset, was_seen = phone.is_unset, phone.clock is not None
        stepped = self._tell_time(phone, event)
        phone.counts_boots |= told is not None and told.counts_boots
        has_started = event.kind == STARTED and not phone.counts_boots
        if (has_started and phone.events) or (told and told.resets is not None):
            phone.boot += 1
            phone.segment += 1
            phone.told_unset = False
        phone.events += 1
        handshake = phone.handshakes.number(event, phone.boot)
        keyed = event._replace(phone=name, boot=phone.boot, segment=phone.segment, handshake=handshake)
        derived = [] if stepped is None else [_derived(keyed, STEPPED, {"step": stepped})]
        # Where lines were passed over, the jump was not seen, but there was one.
        if was_unset and not phone.is_unset and (stepped is not None or not was_seen):
            derived.append(_derived(keyed, SET, {} if stepped is None else {"step": stepped}))
        if not phone.told_unset and is_unset(keyed.time, keyed.time_quality, keyed.received):
            phone.told_unset = True
            derived.append(_derived(keyed, UNSET, {"clock": keyed.time_raw}))
        return keyed, derived + (_told(keyed, told) if told else [])

    def _phone(self, name: str) -> _Phone:
        phone = self._phones.setdefault(name, _Phone())
        if phone.era != self._era:
            phone.era, phone.clock = self._era, None
        return phone

    def _tell_time(self, phone: _Phone, event: Event) -> float | None:
        if event.time is None or event.time_quality == "collector":
            return None
        before, phone.clock = phone.clock, event.time
        was_unset, phone.is_unset = phone.is_unset, event.time_quality == "unset"
        if before is None:
            return None
        is_set = before < OLDEST_PHONE <= event.time
        is_set |= was_unset and not phone.is_unset and event.time - before > ONE_DAY
        is_set |= before < OLDEST_PHONE and event.time - before > ONE_YEAR
        if not is_set and event.time - before >= -BACKWARDS:
            return None
        phone.segment += 1
        phone.told_unset = False
        return (event.time - before).total_seconds()


def _goes_on(clock: datetime | None, times: Sequence[datetime]) -> bool:
    """Whether a clock shows these times one after the other, without a jump that would be told."""
    before = times[0] if clock is None else clock
    is_set = before < OLDEST_PHONE <= times[-1]
    return not is_set and before <= times[0] and (len(times) == 1 or times == sorted(times))


def _told(event: Event, told: SequenceReport) -> list[Event]:
    for hole in told.noticed:
        hole.noticed.append(event)
    booted = [] if told.resets is None else [_derived(event, BOOTED, {"resets": told.resets})]
    dropped = [_derived(event, LOST, {"lines": told.dropped, "says": "sender"})] if told.dropped else []
    return booted + dropped + [_lost(hole) for hole in told.lost]


def _lost(hole: SequenceGap) -> Event:
    event = hole.noticed[0]
    fields: dict[str, Value] = {"lines": hole.last - hole.first + 1, "first": hole.first, "last": hole.last}
    return _derived(event, LOST, fields | {"says": "sequence"})._replace(id=f"{event.id}:{LOST}:{hole.first}")


def _derived(event: Event, kind: str, fields: dict[str, Value]) -> Event:
    return event._replace(
        id=f"{event.id}:{kind}", kind=kind, fields=MappingProxyType(fields), marked=None, derived=True
    )
