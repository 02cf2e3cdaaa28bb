"""Infers the environment of a phone from its events, and chooses the advice that fits environment and vendor.

The strongest evidence counts. Evidence of equal strength for two environments decides nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypeVar

from lyncphone_logs.events.environments import signs_in
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.matcher import all_of

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


class Step(Protocol):
    """Advice for certain environments and one vendor; empty ones permit all. Remedy and Check are such steps."""

    @property
    def environment(self) -> Sequence[str]:
        """The environments that the step is for."""

    @property
    def vendor(self) -> str:
        """The vendor that the step is for."""


StepT = TypeVar("StepT", bound=Step)


class ChosenSteps(NamedTuple, Generic[StepT]):
    """The steps for one phone, in their order: those that fit, and those of which that is not known.

    `undecided` would fit if the phone's environment, or its vendor, turned out to be theirs.
    """

    steps: tuple[StepT, ...]
    undecided: tuple[StepT, ...]


def steps_for(items: Iterable[StepT], environment: str, vendor: str) -> ChosenSteps[StepT]:
    """Choose the steps for a phone: the neutral ones, and those for its environment and vendor ("" if not known).

    If `steps` is empty and `undecided` is not, tell the user that advice depends on the environment or the vendor.
    """
    fits = [(item, _fits(item, environment, vendor)) for item in items]
    return ChosenSteps(
        tuple(item for item, state in fits if state), tuple(item for item, state in fits if state is None)
    )


def _fits(step: Step, environment: str, vendor: str) -> bool | None:
    in_environment = (environment in step.environment if environment else None) if step.environment else True
    return all_of([in_environment, _is_vendor(step.vendor, vendor) if step.vendor else True])


def _is_vendor(wanted: str, known: str) -> bool | None:
    """Whether a vendor is the wanted one, case ignored: `Polycom Inc.` is `Polycom`. None if it is not known."""
    return f"{known.strip()} ".casefold().startswith(f"{wanted.strip()} ".casefold()) if known.strip() else None
