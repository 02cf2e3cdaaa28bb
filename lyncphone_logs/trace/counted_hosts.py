"""Counts the hosts of a trace that have no state of their own, because there are too many: spoofed or relayed senders.

A host takes 50 kB while it is diagnosed, so only MAX_PHONES are. Of the others, MAX_COUNTED have a name, their counts
and their first failure here, and all further ones are counted together.
"""

from dataclasses import dataclass, field

from lyncphone_logs.events.event import Event

MAX_PHONES = 3_000
"""Phones that are diagnosed; others are counted."""
MAX_COUNTED = 20_000
"""Counted hosts whose names are stored."""
MAX_DISTINCT = 500_000
"""Further hosts that are distinguished, by a hash of their names; if there are more, their number is at least this."""
MAX_KEYED = 50_000
"""Senders whose boots, clocks, MAC addresses and numbers of lines are followed; of more, the latest ones are."""
FULL_HELP = "name a phone with --phone to diagnose it, or name fewer files"


@dataclass(slots=True)
class CountedHost:
    """A host that is only counted: its lines, its failures, and the first of these. `is_phone`: a line shows it."""

    lines: int = 0
    failures: int = 0
    first: tuple[str, str, int] | None = None
    """Kind, path and line of the first failure."""
    is_phone: bool = False

    def add(self, lines: int, failures: int, first: Event | None) -> None:
        """Add the counts of further lines."""
        self.lines += lines
        self.failures += failures
        if first is not None and self.first is None:
            self.first = first.kind, first.source, first.line


@dataclass(slots=True)
class CountedHosts:
    """All hosts that are only counted. `others` are those whose names are not stored, together.

    `wanted` are names, or parts of names, of phones that are diagnosed rather than others.
    `ended_at` is where reading ended because memory was used up, "" if it did not.
    `most` is the number of the hosts that are not only counted.
    `forgotten` is the number of times that the boots, clock and so on of a sender were dropped to make room.
    """

    wanted: tuple[str, ...] = ()
    named: dict[str, CountedHost] = field(default_factory=dict)
    others: CountedHost = field(default_factory=CountedHost)
    forgotten: int = 0
    most: int = MAX_PHONES
    ended_at: str = ""
    _others: set[int] = field(default_factory=set)

    def __contains__(self, name: str) -> bool:
        return name in self.named or (bool(self._others) and hash(name) in self._others)

    def __len__(self) -> int:
        return len(self.named) + len(self._others)

    @property
    def is_full(self) -> bool:
        """Whether further hosts are no longer distinguished."""
        return len(self._others) >= MAX_DISTINCT

    def add(
        self, name: str, *, lines: int = 0, failures: int = 0, first: Event | None = None, is_phone: bool = False
    ) -> None:
        """Count lines or failures of a host."""
        host = self.named.get(name)
        if host is None:
            host = self._new(name)
        host.add(lines, failures, first)
        host.is_phone |= is_phone

    def _new(self, name: str) -> CountedHost:
        if len(self.named) < MAX_COUNTED and not self._others:
            host = self.named[name] = CountedHost()
            return host
        if not self.is_full:
            self._others.add(hash(name))
        return self.others

    @property
    def problems(self) -> list[str]:
        """Sentences for the user, none if every host has a state and was read to its end."""
        ended = f"out of memory at {self.ended_at}: what follows was not diagnosed; name fewer files"
        return [*([ended] if self.ended_at else []), *filter(None, [self._problem()])]

    def _problem(self) -> str:
        if not len(self):
            return (
                f"more than {MAX_KEYED:,} senders: boots and clocks of {self.forgotten:,} began anew"
                if self.forgotten
                else ""
            )
        each = [*self.named.values(), self.others]
        number = f"{'at least ' * self.is_full}{len(self):,} more {'hosts' if len(self) > 1 else 'host'}"
        failures = sum(host.failures for host in each)
        counts = f"{sum(host.lines for host in each):,} lines, {failures:,} failures"
        first = next(((name, host.first) for name, host in self.named.items() if host.first), None)
        shown = f", the first: {first[0]}, {first[1][0]}, {first[1][1]}:{first[1][2]}" if first and first[1] else ""
        if self.most != MAX_PHONES:
            return f"only {self.most:,} phones are listed; {number} were counted ({counts.partition(', ')[0]})"
        return f"only {self.most:,} phones are diagnosed; {number} were counted ({counts}{shown}); {FULL_HELP}"
