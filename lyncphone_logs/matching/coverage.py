"""Which part of each clock segment of a phone a trace shows: its first and last event, and where lines were lost."""

from collections import OrderedDict, deque

from lyncphone_logs.events.event import LOST, Event

MAX_SEGMENTS = 256


class Coverage:
    """What was seen of one phone, event by event; of the latest 256 segments and the latest 256 losses."""

    def __init__(self) -> None:
        self._edges: OrderedDict[int, tuple[Event, Event]] = OrderedDict()
        self._losses: deque[tuple[int, Event]] = deque(maxlen=MAX_SEGMENTS)
        self._latest = 0

    def note(self, event: Event, position: int) -> None:
        """Take in the next event."""
        edges = self._edges.get(event.segment)
        self._edges[event.segment] = (edges[0] if edges else event, event)
        self._latest = max(self._latest, event.segment)
        if event.kind == LOST:
            self._losses.append((position, event))
        if len(self._edges) > MAX_SEGMENTS:
            self._edges.popitem(last=False)

    def edges(self, event: Event) -> tuple[Event, Event] | None:
        """The first and the last event of the segment in which an event lies."""
        return self._edges.get(event.segment)

    def is_latest(self, event: Event) -> bool:
        """Whether no segment follows the one in which an event lies."""
        return event.segment == self._latest

    def losses(self, first: int, last: int | None) -> list[Event]:
        """Where lines were lost between two positions, or after the first."""
        return [event for place, event in self._losses if first <= place and (last is None or place <= last)]


CLOCK_UNKNOWN = "clock unknown: the time between the lines cannot be told"


def seconds_between(first: Event, second: Event) -> float | None:
    """How far two events lie apart, by the phone's clock within one segment of it, else by the collector's.

    Never negative: lines that came late lie as far away as their stamps say. None where neither clock tells.
    """
    if first.time and second.time and (first.phone, first.segment) == (second.phone, second.segment):
        return abs((second.time - first.time).total_seconds())
    if first.received and second.received:
        return abs((second.received - first.received).total_seconds())
    return None
