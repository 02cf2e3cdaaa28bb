"""The time between two events of one trace."""

from lyncphone_logs.events.event import Event

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
