"""Lists the phones of a trace: their identity, when they wrote, and which of their lines are missing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import LOST, Event, normalize_mac
from lyncphone_logs.trace.counted_hosts import CountedHosts
from lyncphone_logs.trace.phone_identity import FILE, IDENTIFIED, basis_of, tells_maker

SILENCE = timedelta(hours=1)
"""Gap after which a phone counts as silent; it renews its registration more often."""
MAX_LISTED = 20_000
"""Phones that are listed; the lines of others are counted."""
MAX_ALIASES = 20
"""Other names of a phone that are stored."""
IDENTITY = ("vendor", "model", "firmware", "mac")


@dataclass(slots=True)
class PhoneEntry:
    """One phone. `id` is its name from the collector or its own header, else the file; `basis` says which.

    `first` and `last` are times of its own clock, naive. `lines` includes repeats; `unparsed` are those that no grammar
    reads. `silences` are gaps of an hour or more, `longest` the longest of them in seconds. `lost` lines are known to
    be missing. `grammars` counts its lines by the grammar that reads them. `aliases` are other host names of the phone,
    and phones that state the same MAC address.
    """

    id: str
    basis: str = FILE
    identity: dict[str, str] = field(default_factory=dict)
    grammars: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    boots: int = 1
    lines: int = 0
    unparsed: int = 0
    silences: int = 0
    longest: float = 0.0
    lost: int = 0
    segment: int = 0
    aliases: dict[str, None] = field(default_factory=dict)

    @property
    def is_phone(self) -> bool:
        """Whether a line states what it is, or has a form that only one maker's phones write."""
        return bool(self.identity)

    def note(self, time: datetime, segment: int) -> None:
        """Add the time of the next line. A clock that was set between two lines makes no silence."""
        if self.last is not None and segment == self.segment and time - self.last >= SILENCE:
            self.silences += 1
            self.longest = max(self.longest, (time - self.last).total_seconds())
        self.first, self.last, self.segment = self.first or time, time, segment


class PhoneList:
    """Collects phones batch by batch. `vendors` maps the name of a grammar to the maker of its phones.

    Of more than MAX_LISTED phones, the first ones are listed, and the lines of the others are counted in `counted`.
    """

    def __init__(self, vendors: Mapping[str, str], counted: CountedHosts | None = None) -> None:
        self._vendors = vendors
        self._phones: dict[str, PhoneEntry] = {}
        self._counted = CountedHosts() if counted is None else counted
        self._counted.most = MAX_LISTED

    def add(self, batch: Batch) -> None:
        """Add a batch whose keys are set."""
        columns, unparsed = batch.columns, set(batch.unparsed)
        names = (
            "phone", "hostname", "grammar", "count", "boot", "segment", "time", "time_quality", "app_name", "component",
            "kind",
        )  # fmt: skip
        for row, (name, host, grammar, count, boot, segment, time, quality, app_name, component, kind) in enumerate(
            zip(*(columns[each] for each in names), strict=True)
        ):
            phone = self._entry(name)
            if phone is None:
                self._counted.add(name, lines=count)
                continue
            phone.lines += count
            phone.boots = max(phone.boots, boot)
            if row in unparsed:
                phone.unparsed += count
                continue
            phone.grammars[grammar] += count
            if tells_maker(app_name, component, kind):
                phone.identity.setdefault("vendor", self._vendors.get(grammar, ""))
            phone.basis = basis_of(name, host) if host or phone.basis == FILE else phone.basis
            if host and name.rpartition(" ")[0] != host != name and len(phone.aliases) < MAX_ALIASES:
                phone.aliases[host] = None
            if time is not None and quality not in ("unset", "none"):
                phone.note(time, segment)
        for event in _identifying(batch):
            self._add_event(event)

    def _entry(self, name: str) -> PhoneEntry | None:
        phone = self._phones.get(name)
        if phone is None and len(self._phones) < MAX_LISTED:
            phone = self._phones[name] = PhoneEntry(name)
        return phone

    def _add_event(self, event: Event) -> None:
        phone = self._entry(event.phone)
        if phone is None:
            return
        if event.kind == LOST:
            phone.lost += int(str(event.fields.get("lines", 0) or 0))
        else:
            phone.identity |= {name: str(event.fields[name]) for name in IDENTITY if event.fields.get(name)}

    def phones(self) -> list[PhoneEntry]:
        """The phones by id."""
        found = [self._phones[name] for name in sorted(self._phones)]
        by_mac: defaultdict[str, list[PhoneEntry]] = defaultdict(list)
        for phone in found:
            by_mac[normalize_mac(phone.identity.get("mac", ""))].append(phone)
        for mac, phones in by_mac.items():
            for phone in phones if mac else ():
                others = (other for other in phones if other is not phone)
                phone.aliases |= {f"{other.id} (same MAC address)": None for other in islice(others, MAX_ALIASES)}
        return found


def _identifying(batch: Batch) -> Iterable[Event]:
    """The events that identify a phone, or report lost lines."""
    for row in sorted({*batch.parsed, *batch.derived}):
        if batch.columns["kind"][row] == IDENTIFIED:
            yield batch.event(row)
        yield from (event for event in batch.derived.get(row, ()) if event.kind in (IDENTIFIED, LOST))


def phone_list(
    batches: Iterable[Batch], vendors: Mapping[str, str], counted: CountedHosts | None = None
) -> list[PhoneEntry]:
    """The phones of all batches, by id; `counted` is that of PhoneList."""
    found = PhoneList(vendors, counted)
    for batch in batches:
        found.add(batch)
    return found.phones()
