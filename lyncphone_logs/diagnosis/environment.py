"""Infers the environment of a phone from its events: the strongest evidence counts; a contradiction decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lyncphone_logs.events.environments import signs_in
from lyncphone_logs.events.event import Event

UNKNOWN = ""
STATED = "fact.environment"


class FoundEnvironment(NamedTuple):
    """An environment, "" if it is not known, and the events that show it.

    `suggested` is what the lines of the trace show, with `suggested_by`, the event that shows it; it differs from
    `name` only if the user stated another one.
    """

    name: str = UNKNOWN
    evidence: tuple[Event, ...] = ()
    suggested: str = UNKNOWN
    suggested_by: Event | None = None

    @property
    def contradicts(self) -> bool:
        """Whether the trace suggests another environment than the stated one."""
        return bool(self.suggested) and self.suggested != self.name


@dataclass(slots=True)
class EnvironmentEvidence:
    """The evidence in the events of one phone: for each environment the rank of the strongest, and its first event."""

    _strongest: dict[str, tuple[int, Event]] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Process an event of the phone."""
        for environment, rank in signs_in(event):
            known = self._strongest.get(environment)
            if known is None or known[0] < rank:
                self._strongest[environment] = rank, event

    def found(self, facts: Sequence[Event]) -> FoundEnvironment:
        """The environment that one of the facts states, else the one that the events show."""
        suggested, by = self._inferred()
        stated = next((fact for fact in facts if fact.kind == STATED), None)
        if stated is not None:
            return FoundEnvironment(str(stated.fields["environment"]), (stated,), suggested, by)
        return FoundEnvironment(suggested, (by,) if by else (), suggested, by)

    def _inferred(self) -> tuple[str, Event | None]:
        highest = max((rank for rank, _ in self._strongest.values()), default=0)
        leading = [(name, event) for name, (rank, event) in self._strongest.items() if rank == highest]
        return leading[0] if len(leading) == 1 else (UNKNOWN, None)
