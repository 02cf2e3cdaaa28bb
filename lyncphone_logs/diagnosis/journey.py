"""How far each boot of a phone got through the stages of its sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from lyncphone_logs.diagnosis.findings import Boot, StageState
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Outcome, Stage, kinds, reached, stages_of

MAX_STAGE_EVENTS = 3
MAX_BOOTS = 1000


@dataclass(slots=True)
class _BootSeen:
    first: datetime | None = None
    last: datetime | None = None
    families: set[str] = field(default_factory=set)
    outcomes: dict[Stage, Outcome] = field(default_factory=dict)
    evidence: dict[Stage, list[Event]] = field(default_factory=dict)


class Journey:
    """The boots of one phone, event by event. Boots after the first thousand are not kept."""

    def __init__(self) -> None:
        self._boots: dict[int, _BootSeen] = {}

    def note(self, number: int, times: Sequence[datetime | None]) -> None:
        """Take in that a boot had lines at these times of the phone's clock."""
        known = [time for time in times if time is not None]
        if (boot := self._boot(number)) and known:
            boot.first, boot.last = boot.first or known[0], known[-1]

    def reach(self, event: Event) -> None:
        """Take in what an event says of a stage."""
        if boot := self._boot(event.boot):
            boot.families.add(event.family)
            found = reached(event.kind, event.fields)
            if found:
                self._reach(boot, *found, event)

    def _boot(self, number: int) -> _BootSeen | None:
        if number not in self._boots and len(self._boots) < MAX_BOOTS:
            self._boots[number] = _BootSeen()
        return self._boots.get(number)

    def _reach(self, boot: _BootSeen, stage: Stage, outcome: Outcome, event: Event) -> None:
        if boot.outcomes.get(stage) != outcome:
            boot.outcomes[stage], boot.evidence[stage] = outcome, []
        if len(boot.evidence[stage]) < MAX_STAGE_EVENTS:
            boot.evidence[stage].append(event)

    def boots(self) -> tuple[Boot, ...]:
        """Each boot with the last outcome of every stage; a stage of which no line could speak is not checkable."""
        return tuple(
            Boot(number, boot.first, boot.last, tuple(_state(boot, stage) for stage in get_args(Stage)))
            for number, boot in sorted(self._boots.items())
        )


def _state(boot: _BootSeen, stage: Stage) -> StageState:
    if stage in boot.outcomes:
        return StageState(stage, boot.outcomes[stage], tuple(boot.evidence[stage]))
    speaking = {kind.partition(".")[0] for kind in kinds() if stage in stages_of(kind)}
    return StageState(stage, "not seen" if speaking & boot.families else "not checkable")
