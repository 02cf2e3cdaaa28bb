"""Records which part of each clock segment a trace shows: its first and last event, and where lines were lost."""

from collections import OrderedDict, deque

from lyncphone_logs.events.event import LOST, Event

MAX_SEGMENTS = 256
MAX_LOSSES = 256
CLOCK_UNKNOWN = "clock unknown: the time between the lines cannot be measured"


class Coverage:
    """First and last event of each of the latest 256 segments of one phone, and its latest 256 losses of lines."""

    def __init__(self) -> None:
        # Segments are added in the order of their first event; a late line may extend an earlier one. The oldest entry
        # is dropped first. `_latest` is the highest segment number ever recorded, also after its entry was dropped.
        self._edges: OrderedDict[int, tuple[Event, Event]] = OrderedDict()
        self._losses: deque[tuple[int, Event]] = deque(maxlen=MAX_LOSSES)
        self._latest = 0

    def record(self, event: Event, position: int) -> None:
        """Record the next event of the phone; `position` counts the events from 1."""
        edges = self._edges.get(event.segment)
        self._edges[event.segment] = (edges[0] if edges else event, event)
        self._latest = max(self._latest, event.segment)
        if event.kind == LOST:
            self._losses.append((position, event))
        if len(self._edges) > MAX_SEGMENTS:
            self._edges.popitem(last=False)

    def edges(self, event: Event) -> tuple[Event, Event] | None:
        """The first and the last event of the segment that contains `event`; None if the segment was dropped."""
        return self._edges.get(event.segment)

    def is_latest(self, event: Event) -> bool:
        """Whether no segment follows the one that contains `event`."""
        return event.segment == self._latest

    def losses(self, first: int, last: int | None) -> list[Event]:
        """The losses of lines between two positions, both included; `last` None means up to the end."""
        return [event for position, event in self._losses if first <= position and (last is None or position <= last)]


def seconds_between(first: Event, second: Event) -> float | None:
    """The time between two events, by the phone's clock within one segment of it, else by the collector's clock.

    Never negative: a line that came late is as far away as its timestamp says. None if neither clock can measure it.
    """
    if first.time and second.time and (first.phone, first.segment) == (second.phone, second.segment):
        return abs((second.time - first.time).total_seconds())
    if first.received and second.received:
        return abs((second.received - first.received).total_seconds())
    return None
