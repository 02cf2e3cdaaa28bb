"""Sets the keys that connect events (phone, boot, clock segment, TLS handshake), and derives events between lines.

A phone is what `phone_identity` names, a handshake what `tls_handshakes` numbers. A boot begins when the logging daemon
starts. A segment ends at a boot and when the phone's clock jumps.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import LOST, Event, Value
from lyncphone_logs.parsing.sequence_numbers import SequenceGap, SequenceReport, SequenceTracker
from lyncphone_logs.trace.counted_hosts import MAX_KEYED
from lyncphone_logs.trace.phone_identity import IDENTIFIED, PhoneNames
from lyncphone_logs.trace.stated_identity import mac_in_name, named_in, statements
from lyncphone_logs.trace.tls_handshakes import FAMILY, HandshakeTracker

STEPPED, SET, UNSET, BOOTED = "time.clock.stepped", "time.clock.set", "time.clock.unset", "device.booted"
DERIVED = (STEPPED, SET, UNSET, LOST, BOOTED)
"""Kinds that no line reports: they are derived from two lines."""
STARTED = "device.started"
KEYED_ALONE = (f"{FAMILY}.", STARTED)
"""Beginnings of the kinds whose events begin a boot or belong to a handshake."""
MAX_BACKWARDS = timedelta(hours=1)
"""A clock that goes back by more has been set; less may be a late line."""
NO_CLOCK = ("collector", "assumed-date")
"""Qualities of times that do not show the phone's clock, or not its date: no step is measured from or to them."""
ONE_DAY, ONE_YEAR = timedelta(days=1), timedelta(days=365)


class _ClockChange(NamedTuple):
    """`step` in seconds if the clock jumped; `is_set` if it had never been set before this line."""

    step: float | None
    is_set: bool


@dataclass(slots=True)
class _PhoneKeys:
    """The keys of the next line of one phone, and its clock.

    - `boot` begins at 1. It grows when the logging daemon starts, but not at the first line of the phone (`lines` is
      0). After a sender has shown that it counts its boots (`counts_boots`), it grows only when that count does.
    - `segment` grows with `boot` and with each step of the clock; UNSET is derived once per segment (`unset_derived`).
    - `clock` is the phone's latest own time. It is None before the first one and after lines were skipped, that is if
      `era` is not that of the correlator: no step is measured across a gap.
    - `is_unset`: the latest own time was of a clock that was never set. It survives a gap, so that SET is derived even
      if the step was not seen.
    - `keyed` orders the phones by their latest lines.
    """

    boot: int = 1
    segment: int = 0
    lines: int = 0
    handshakes: HandshakeTracker = field(default_factory=HandshakeTracker)
    clock: datetime | None = None
    is_unset: bool = False
    unset_derived: bool = False
    counts_boots: bool = False
    era: int = 0
    keyed: int = 0

    def enter_era(self, era: int) -> None:
        """Forget the clock if lines were skipped since the latest line of the phone."""
        if self.era != era:
            self.era, self.clock = era, None

    def advance_clock(self, event: Event) -> _ClockChange:
        """Compare the clock with the time of the next line; a step begins a segment."""
        before, was_unset = self.clock, self.is_unset
        if event.time is None or event.time_quality in NO_CLOCK:
            return _ClockChange(None, False)
        self.clock, self.is_unset = event.time, event.time_quality == "unset"
        is_set = was_unset and not self.is_unset
        if before is None:
            # The step is not known: this is the first line, or lines were skipped before it.
            return _ClockChange(None, is_set)
        step = event.time - before
        jumped = (is_set and step > ONE_DAY) or (was_unset and step > ONE_YEAR)
        if not jumped and step >= -MAX_BACKWARDS:
            return _ClockChange(None, False)
        self._begin_segment()
        return _ClockChange(step.total_seconds(), is_set)

    def advance_boot(self, kind: str, report: SequenceReport | None) -> None:
        """Begin a boot if the next line, of this kind, is the first of one."""
        self.counts_boots |= report is not None and report.counts_boots
        has_started = kind == STARTED and not self.counts_boots and self.lines > 0
        if has_started or (report and report.resets is not None):
            self.boot += 1
            self._begin_segment()
        self.lines += 1

    def _begin_segment(self) -> None:
        self.segment += 1
        self.unset_derived = False

    def first_unset(self, event: Event) -> bool:
        """Whether this is the first line of a segment whose clock was never set."""
        if self.unset_derived or event.time_quality != "unset":
            return False
        self.unset_derived = True
        return True


class Correlator:
    """Sets the keys of batches in the order in which they come.

    `mac_of_file` returns the MAC address of the phone of a file without host names, "" if it is not known. `_stated`
    has what each phone has stated about itself. `_era` counts the gaps of skipped lines so far. Phones compare their
    own era with it when their next line comes. At most MAX_KEYED phones are followed; `forgotten` counts those
    that were dropped, whose boots begin anew if they write again.
    """

    def __init__(self, mac_of_file: Callable[[str], str] = mac_in_name) -> None:
        self._sequences = SequenceTracker()
        self._phones: dict[str, _PhoneKeys] = {}
        self._era = 0
        self._names = PhoneNames(mac_of_file)
        self._stated: dict[str, dict[str, str]] = {}
        self._identified: set[tuple[str, str]] = set()
        self._keyed = 0
        self.forgotten = 0

    def key(self, batch: Batch) -> None:
        """Set `phone`, `boot`, `segment` and `handshake` of a batch in place, and add derived events to its `derived`.

        Most rows only repeat the keys of the row before: these are keyed run by run. The others are keyed one by one.
        """
        if not len(batch):
            return
        columns = batch.columns
        macs = self._name_phones(batch)
        reports = self._sequences.report(batch.source, batch.runs, columns)
        stated = self._new_statements(batch)
        alone = {row for row in batch.parsed if columns["kind"][row].startswith(KEYED_ALONE)}
        rows = sorted(alone | reports.keys() | macs.keys() | stated.keys())
        gaps = sorted(batch.gaps)
        start = 0
        for row, event in zip(rows, batch.pick(rows), strict=True):
            self._key_lines(batch, start, row, gaps)
            keyed = self._key_row(batch, row, event, reports.get(row))
            if identity := stated.get(row, {}) | self._new_mac(keyed.phone, macs.get(row, "")):
                batch.derived.setdefault(row, []).append(_derived(keyed, IDENTIFIED, dict(identity)))
            start = row + 1
        self._key_lines(batch, start, len(batch), gaps)

    def end(self, batch: Batch) -> None:
        """Add the lines that are still missing after this batch, the last one, to its `derived`."""
        if lost := [_lost(gap) for gap in self._sequences.end()]:
            batch.derived.setdefault(len(batch) - 1, []).extend(lost)

    def _name_phones(self, batch: Batch) -> dict[int, str]:
        """Name the phone of each row. Returns the rows that show a phone's MAC address for the first time, with it."""
        columns, macs = batch.columns, batch.columns["phone"]
        if None not in columns["hostname"] and self._names.are_plain and not any(macs):
            columns["phone"] = columns["hostname"]
            self._names.note_host(batch.source, columns["hostname"][-1])
            return {}
        named = zip(columns["hostname"], columns["kind"], macs, strict=True)
        columns["phone"] = [self._names.phone_of(batch.source, *each) for each in named]
        pairs = {pair: row for row, pair in reversed(list(enumerate(zip(columns["phone"], macs, strict=True))))}
        return {row: mac for (phone, mac), row in pairs.items() if mac and (phone, mac) not in self._identified}

    def _new_statements(self, batch: Batch) -> dict[int, dict[str, str]]:
        """What rows state about their phone that it has not stated before, and what the name of a file states."""
        phones = batch.columns["phone"]
        found: dict[int, dict[str, str]] = {}
        in_name = named_in(batch.source) if batch.source else {}
        of_file = [(phones.index(in_name["mac"]), in_name)] if in_name.get("mac") in phones else []
        for row, stated in (*of_file, *statements(batch)):
            known = self._stated.setdefault(phones[row], {})
            new = {name: value for name, value in stated.items() if name not in known}
            if new:
                known |= new
                found[row] = found.get(row, {}) | new
        return found

    def _new_mac(self, phone: str, mac: str) -> dict[str, str]:
        """The MAC address in the header of a line, if no line of the phone before it has this address."""
        if not mac or (phone, mac) in self._identified:
            return {}
        self._identified.add((phone, mac))
        return {"mac": mac}

    def _key_lines(self, batch: Batch, start: int, stop: int, gaps: Sequence[int]) -> None:
        """Key rows that neither begin a boot nor belong to a handshake; in one run if they are of one phone."""
        if start == stop:
            return
        phones = batch.columns["phone"][start:stop]
        if phones.count(phones[0]) == len(phones):
            self._key_run(batch, start, stop, gaps)
        else:
            for row in range(start, stop):
                self._key_run(batch, row, row + 1, gaps)

    def _key_run(self, batch: Batch, start: int, stop: int, gaps: Sequence[int]) -> None:
        """Key rows of one phone: all at once if its clock neither jumps nor was unset, else one by one."""
        columns = batch.columns
        phone = self._phone(columns["phone"][start])
        times, qualities = columns["time"][start:stop], columns["time_quality"][start:stop]
        has_own_times = "collector" not in qualities and None not in times
        if has_own_times:
            # Only the lines around can decide what None in `is_unset` means.
            was_set = not phone.is_unset and columns["is_unset"][start:stop].count(False) == stop - start
            is_steady = was_set and _is_steady(phone.clock, times)
        else:
            is_steady = not any(times) or qualities.count("collector") == len(qualities)
        if not is_steady:
            for row, event in zip(range(start, stop), batch.pick(range(start, stop)), strict=True):
                self._key_row(batch, row, event)
            return
        self._era += bisect_left(gaps, stop) - bisect_left(gaps, start)
        if has_own_times and qualities[-1] not in NO_CLOCK:
            phone.clock, phone.era = times[-1], self._era
        phone.lines += stop - start
        columns["boot"][start:stop] = [phone.boot] * (stop - start)
        columns["segment"][start:stop] = [phone.segment] * (stop - start)

    def _key_row(self, batch: Batch, row: int, event: Event, report: SequenceReport | None = None) -> Event:
        """Key one row; the event with its keys is returned."""
        self._era += row in batch.gaps
        name = batch.columns["phone"][row]
        phone = self._phone(name)
        change = phone.advance_clock(event)
        phone.advance_boot(event.kind, report)
        handshake = phone.handshakes.number(event, phone.boot)
        keyed = event._replace(phone=name, boot=phone.boot, segment=phone.segment, handshake=handshake)
        derived = [*_clock_events(keyed, change, phone.first_unset(keyed)), *_sequence_events(keyed, report)]
        batch.columns["boot"][row], batch.columns["segment"][row] = keyed.boot, keyed.segment
        batch.handshake[row] = handshake
        if derived:
            batch.derived[row] = derived
        return keyed

    def _phone(self, name: str) -> _PhoneKeys:
        phone = self._phones.get(name)
        if phone is None:
            if len(self._phones) >= MAX_KEYED:
                self._forget_oldest()
            phone = self._phones[name] = _PhoneKeys()
        self._keyed += 1
        phone.keyed = self._keyed
        phone.enter_era(self._era)
        return phone

    def _forget_oldest(self) -> None:
        """Drop the half of the phones whose latest lines are the oldest, with what they stated."""
        oldest = sorted(self._phones, key=lambda name: self._phones[name].keyed)[: MAX_KEYED // 2]
        for name in oldest:
            del self._phones[name]
            self._stated.pop(name, None)
        self._identified = {pair for pair in self._identified if pair[0] in self._phones}
        self.forgotten += len(oldest)


def _is_steady(clock: datetime | None, times: Sequence[datetime]) -> bool:
    """Whether a clock shows these times one after the other, without a jump from which an event is derived."""
    before = times[0] if clock is None else clock
    return before <= times[0] and (len(times) == 1 or times == sorted(times))


def _clock_events(event: Event, change: _ClockChange, is_first_unset: bool) -> Iterator[Event]:
    step: dict[str, Value] = {} if change.step is None else {"step": change.step}
    if step:
        yield _derived(event, STEPPED, step)
    if change.is_set:
        yield _derived(event, SET, step)
    if is_first_unset:
        yield _derived(event, UNSET, {"clock": event.time_raw})


def _sequence_events(event: Event, report: SequenceReport | None) -> Iterator[Event]:
    if report is None:
        return
    for gap in report.noticed:
        gap.noticed.append(event)
    if report.resets is not None:
        yield _derived(event, BOOTED, {"resets": report.resets})
    if report.dropped:
        yield _derived(event, LOST, {"lines": report.dropped, "says": "sender"})
    yield from map(_lost, report.lost)


def _lost(gap: SequenceGap) -> Event:
    event = gap.noticed[0]
    fields: dict[str, Value] = {"lines": gap.last - gap.first + 1, "first": gap.first, "last": gap.last}
    return _derived(event, LOST, fields | {"says": "sequence"})._replace(id=f"{event.id}:{LOST}:{gap.first}")


def _derived(event: Event, kind: str, fields: dict[str, Value]) -> Event:
    return event._replace(
        id=f"{event.id}:{kind}", kind=kind, fields=MappingProxyType(fields), marked=None, derived=True
    )
