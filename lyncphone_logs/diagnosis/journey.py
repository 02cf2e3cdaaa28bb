"""Records how far each boot of a phone got through the stages of its sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import get_args

from lyncphone_logs.diagnosis.findings import Boot, StageState
from lyncphone_logs.events.event import Event, family_of
from lyncphone_logs.events.vocabulary import Outcome, Stage, kinds, reached, stages_of

MAX_STAGE_EVENTS = 3
MAX_BOOTS = 1000
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(slots=True)
class _BootState:
    # `outcomes` has the last outcome of each stage that was reached, `evidence` the first events with that outcome: it
    # starts again if the outcome changes. `first` and `last` are the first and the latest time of the phone's clock.
    first: datetime | None = None
    last: datetime | None = None
    families: set[str] = field(default_factory=set)
    outcomes: dict[Stage, Outcome] = field(default_factory=dict)
    evidence: dict[Stage, list[Event]] = field(default_factory=dict)


class Journey:
    """The boots of one phone. The first 1,000 are recorded; later ones are ignored."""

    def __init__(self) -> None:
        self._boots: dict[int, _BootState] = {}

    def add_times(self, number: int, times: Sequence[datetime | None]) -> None:
        """Record that a boot has lines with these times of the phone's clock; None is a line without a time."""
        boot = self._boot(number)
        if boot is None:
            return
        last = next((time for time in reversed(times) if time is not None), None)
        if last is not None:
            boot.first = boot.first or next(time for time in times if time is not None)
            boot.last = last

    def add(self, event: Event) -> None:
        """Record the stage that an event reached, if any, and its outcome."""
        boot = self._boot(event.boot)
        if boot is None:
            return
        boot.families.add(event.family)
        found = reached(event.kind, event.fields)
        if found:
            stage, outcome = found
            if boot.outcomes.get(stage) != outcome:
                boot.outcomes[stage], boot.evidence[stage] = outcome, []
            if len(boot.evidence[stage]) < MAX_STAGE_EVENTS:
                boot.evidence[stage].append(event)

    def _boot(self, number: int) -> _BootState | None:
        if number not in self._boots and len(self._boots) < MAX_BOOTS:
            self._boots[number] = _BootState()
        return self._boots.get(number)

    def boots(self) -> tuple[Boot, ...]:
        """The boots by number, each with the last outcome of every stage."""
        return tuple(
            Boot(number, boot.first, boot.last, tuple(_stage_state(boot, stage) for stage in STAGES))
            for number, boot in sorted(self._boots.items())
        )


def _stage_state(boot: _BootState, stage: Stage) -> StageState:
    """A stage that was not reached is not checkable if the boot has no event of a family that could show it."""
    if stage in boot.outcomes:
        return StageState(stage, boot.outcomes[stage], tuple(boot.evidence[stage]))
    is_checkable = not _families_of(stage).isdisjoint(boot.families)
    return StageState(stage, "not seen" if is_checkable else "not checkable")


@cache
def _families_of(stage: Stage) -> frozenset[str]:
    """The families with an event kind that may show the stage."""
    return frozenset(family_of(kind) for kind in kinds() if stage in stages_of(kind))
