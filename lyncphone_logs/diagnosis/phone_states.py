"""Collects the states of the phones of a trace from batches of events, of at most MAX_PHONES at a time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from mmap import mmap

from lyncphone_logs.diagnosis.phone_state import PhoneState, is_of_phone
from lyncphone_logs.diagnosis.senders import servers
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import MESSAGE, UNPARSED, Event
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.matching.rule_index import RuleMatcher, index_of
from lyncphone_logs.matching.symptom_state import SymptomState
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.trace.counted_hosts import MAX_PHONES, CountedHosts
from lyncphone_logs.trace.phone_identity import tells_maker

MAX_SHARING = 10_000
"""Hosts of which it is remembered that a server program writes with their name."""
RESERVED_BYTES = 32 * 1024 * 1024
"""Address space that is set free if memory is used up, so that what was read until then can be diagnosed."""


class PhoneStates:
    """The states of the phones of a trace by name, MAX_PHONES at most. `counted` has the hosts that have none.

    The first phones get a state. After MAX_PHONES, a new one takes the place of one that matters less: a host of which
    nothing shows that it is a phone, else a phone without a failure, the one whose latest line is the oldest. If all
    have failed, the new one is counted. One that was counted stays so, because its state would lack lines. A phone
    whose name contains one of those that `counted` wants takes the place of any other. `number` is that of the batch
    that is read, `position` where its last line is.
    """

    def __init__(self, matcher: RuleMatcher, counted: CountedHosts) -> None:
        # `_less` are the names of phones that may be replaced, the best to replace last, as they were at the latest
        # search. It is repeated after `_wait` further hosts only, so that a host costs the same on average. `_failing`
        # are the phones that fail in the batch that is read.
        self.states: dict[str, PhoneState] = {}
        self.counted = counted
        self._matcher = matcher
        self._wanted = [name.casefold() for name in counted.wanted]
        self._less: list[str] = []
        self._servers: dict[str, str] = {}
        self._wait = 0
        self._failing: set[str] = set()
        self.number = 0
        self.position = "the first line"

    def get(self, event: Event) -> PhoneState | None:
        """The state of the phone of an event; None if the phone is only counted."""
        phone = self.states.get(event.phone)
        if phone is None and event.phone not in self.counted and self._has_room(event.phone):
            phone = self.states[event.phone] = PhoneState(SymptomState(self._matcher), event)
        return phone

    def add(self, batch: Batch, vendors: Mapping[str, str]) -> None:
        """Add the lines of the next batch. `vendors` maps the name of a grammar to the vendor of its phones."""
        groups = _rows_by_boot(batch)
        events = list(_relevant_events(batch, self._matcher.index.kinds))
        # If there is no room, it matters who fails later in the batch.
        is_tight = len(self.states) + len(groups) > MAX_PHONES
        self._failing = {event.phone for event in events if self._fails(event)} if is_tight else set()
        for rows, last in zip(groups, batch.pick([rows[-1] for rows in groups]), strict=True):
            phone = self.get(last)
            self.position = f"{last.source}:{last.line}"
            if phone is None:
                self.counted.add(last.phone, lines=len(rows), is_phone=bool(_grammar(batch, rows)))
                continue
            phone.seen = self.number
            phone.add_lines(batch, rows, last)
            if not phone.grammar:
                phone.grammar = _grammar(batch, rows)
                if phone.grammar:
                    phone.identity.setdefault("vendor", vendors.get(phone.grammar, ""))
        for event in events:
            phone = self.get(event)
            if phone is not None:
                phone.add(event)
            elif self._fails(event):
                self.counted.add(event.phone, failures=event.count, first=event)
        self._servers |= ((host, program) for host, program in servers(batch) if len(self._servers) < MAX_SHARING)

    def end(self) -> None:
        """Give each phone the server whose program writes with its name; no more batches come."""
        for name in self._servers.keys() & self.states.keys():
            self.states[name].server = self._servers[name]

    def _fails(self, event: Event) -> bool:
        match = self._matcher.match(event)
        return bool(match.explained_by) or match.is_failure or bool(kinds()[event.kind].is_failure(event.fields))

    def _has_room(self, name: str) -> bool:
        if len(self.states) < MAX_PHONES:
            return True
        is_wanted = self._is_wanted(name)
        if self.counted.is_full and not is_wanted:
            return False
        victim = self._next(is_wanted)
        if victim:
            state = self.states.pop(victim)
            failures = [*state.symptom_state.failures]
            symptoms = [*state.symptom_state.symptoms.values()]
            self.counted.add(
                victim, lines=state.events, is_phone=is_of_phone(state, ()),
                failures=max(sum(each.count for each in some) for some in (failures, symptoms)),
                first=next((each.first for each in symptoms), None) or next((each.event for each in failures), None),
            )  # fmt: skip
        return bool(victim)

    def _next(self, for_wanted: bool) -> str:
        """The name of the phone to replace next, "" if there is none."""
        for _ in range(2):
            while self._less:
                name = self._less.pop()
                if name in self.states and self._may_replace(name):
                    return name
            if self._wait > 0:
                break
            self._wait = MAX_PHONES // 50
            less = [name for name in self.states if self._may_replace(name) and not self._is_wanted(name)]
            ranks = {name: (_rank(self.states[name]), self.states[name].seen) for name in less}
            self._less = sorted(less, key=ranks.__getitem__, reverse=True)
        self._wait -= 1
        return next((name for name in self.states if not self._is_wanted(name)), "") if for_wanted else ""

    def _may_replace(self, name: str) -> bool:
        return name not in self._failing and _rank(self.states[name]) < _FAILED

    def _is_wanted(self, name: str) -> bool:
        return any(wanted in name.casefold() for wanted in self._wanted)


_FAILED = 2


def _rank(phone: PhoneState) -> int:
    """0 for a host that may be no phone, 1 for a phone without a failure, else _FAILED."""
    if phone.symptom_state.symptoms or any(True for _ in phone.symptom_state.failures):
        return _FAILED
    return int(is_of_phone(phone, ()))


def gather_phones(
    batches: Iterable[Batch],
    rules: Sequence[Rule],
    vendors: Mapping[str, str],
    verified: Collection[str] = (),
    counted: CountedHosts | None = None,
) -> dict[str, PhoneState]:
    """The phones by name, from batches with their keys. A phone with no line that a grammar read is not listed.

    `vendors` maps the name of a grammar to the vendor of its phones; `verified` are codes of the rules whose fix is
    looked for; `counted` is that of PhoneStates. Reads the batches one at a time; memory grows with
    phones, at most MAX_PHONES, and their symptoms, not with events.
    """
    matcher = RuleMatcher(index_of(rules, verified))
    phones = PhoneStates(matcher, CountedHosts() if counted is None else counted)
    reserve = _reserved()
    try:
        for phones.number, batch in enumerate(batches):
            phones.add(batch, vendors)
    except MemoryError:
        # The pages of the reserve were never used, so that they took none of the memory, only of its limit.
        if reserve:
            reserve.close()
        phones.counted.ended_at = phones.position
    phones.end()
    return phones.states


def _reserved() -> mmap | None:
    with suppress(OSError):
        return mmap(-1, RESERVED_BYTES)
    return None


def read_phones(
    batches: Iterable[Batch],
    rules: Sequence[Rule],
    vendors: Mapping[str, str],
    unseen: Callable[[], frozenset[str]],
    verified: Collection[str] = (),
    counted: CountedHosts | None = None,
) -> tuple[dict[str, PhoneState], frozenset[str]]:
    """The phones of `gather_phones`, and the kinds that `unseen` returns after the last batch, which they know."""
    phones = gather_phones(batches, rules, vendors, verified, counted)
    unseen_kinds = unseen()
    for phone in phones.values():
        phone.symptom_state.unseen = unseen_kinds
    return phones, unseen_kinds


def _grammar(batch: Batch, rows: Sequence[int]) -> str:
    """The grammar of the first of these rows that has a form of one maker only, "" if none has."""
    grammars, programs, components, names = (
        batch.columns[name] for name in ("grammar", "app_name", "component", "kind")
    )
    for row in rows:
        if tells_maker(programs[row], components[row], names[row]):
            return str(grammars[row])
    return ""


def _rows_by_boot(batch: Batch) -> list[list[int]]:
    """The rows of each boot of each phone, without lines that no grammar read."""
    keys = list(zip(batch.columns["phone"], batch.columns["boot"], strict=True))
    unparsed = set(batch.unparsed)
    rows = [row for row in range(len(batch)) if row not in unparsed] if unparsed else list(range(len(batch)))
    if keys.count(keys[0]) == len(keys):
        return [rows] if rows else []
    groups: dict[tuple[str, int], list[int]] = {}
    for row in rows:
        groups.setdefault(keys[row], []).append(row)
    return list(groups.values())


def _relevant_events(batch: Batch, kinds: Collection[str]) -> Iterator[Event]:
    """The events that a rule or a stage of the journey may name, with the events derived from lines."""
    rows = sorted({*batch.parsed, *batch.derived})
    if MESSAGE in kinds:
        unparsed = set(batch.unparsed)
        rows = [row for row in range(len(batch)) if row not in unparsed or row in batch.derived]
    for row, event in zip(rows, batch.pick(rows), strict=True):
        if event.kind != UNPARSED:
            yield event
        yield from batch.derived.get(row, ())
