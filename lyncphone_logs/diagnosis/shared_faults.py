"""Finds faults that many phones show for the first time at the same time, as a server or the network causes them."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from lyncphone_logs.diagnosis.findings import Diagnosis, Phone, SharedFault
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import happened_to_all
from lyncphone_logs.matching.phone_group import Clock, time_of
from lyncphone_logs.rules.rule import EXPLAINS

MIN_PHONES = 5
WINDOW = timedelta(seconds=60)
LARGE_SHARE = 0.25
"""A group with this share of all phones that show the fault stands out."""
DEVIATIONS = 6
"""So does a group that has this many standard deviations more phones than WINDOW has on average (Poisson). Of 1,000
phones that fail at random moments of half an hour, the largest group has 4 or 5 more."""


class _Fault(NamedTuple):
    """What phones have in common: the rule, or the kind of a failure without a known cause, and the clock.

    Times of two clocks are never compared."""

    code: str
    kind: str
    clock: Clock


class _Sighting(NamedTuple):
    """The first time at which a phone showed a fault; `title` is that of the rule."""

    moment: datetime
    phone: str
    event: Event
    title: str


def shared_faults(phones: Iterable[Phone], causes: Callable[[Phone], Iterable[Diagnosis]]) -> tuple[SharedFault, ...]:
    """The faults that at least 5 phones show for the first time within 60 s, by the number of phones.

    `causes` returns the leading diagnoses of a phone, so that rivals and consequences do not report a fault again. A
    fault is one of these, or a failure without a known cause of one kind. If a fault goes on in other phones all the
    time, only groups that stand out are reported (LARGE_SHARE, DEVIATIONS). Times are those of the collector, else
    UTC, else those of the phones' clocks; a phone whose clock is not known or was never set does not count.
    """
    seen: defaultdict[_Fault, list[_Sighting]] = defaultdict(list)
    for phone in phones:
        for fault, sighting in _first_sightings(phone, causes(phone)):
            seen[fault].append(sighting)
    found = [_shared(fault, group) for fault, each in seen.items() for group in _groups(each)]
    return tuple(sorted(found, key=lambda fault: (-len(fault.phones), fault.first, fault.code, fault.kind)))


def _first_sightings(phone: Phone, causes: Iterable[Diagnosis]) -> Iterator[tuple[_Fault, _Sighting]]:
    events: dict[tuple[str, str, str], list[Event]] = {}
    for cause in causes:
        shown = [each.event for each in cause.evidence if each.role == EXPLAINS]
        events[cause.rule.code, "", cause.rule.title] = shown
    for failure in phone.failures:
        events.setdefault(("", failure.kind, ""), []).append(failure.event)
    for (code, kind, title), each in events.items():
        times = [(*timed, event) for event in each if (timed := time_of(event))]
        if times:
            clock, moment, event = min(times, key=lambda time: (get_args(Clock).index(time[0]), time[1]))
            yield _Fault(code, kind, clock), _Sighting(moment, phone.id, event, title)


def _groups(sightings: Iterable[_Sighting]) -> Iterator[list[_Sighting]]:
    """The groups within WINDOW that are large enough and stand out, the largest first; no phone is in two groups."""
    left = sorted(sightings, key=lambda each: (each.moment, each.phone))
    if not left:
        return
    least = max(MIN_PHONES, min(len(left) * LARGE_SHARE, _outstanding(left)))
    while len(left) >= least:
        start, end = _largest(left)
        if end - start < least:
            return
        yield left[start:end]
        del left[start:end]


def _outstanding(sightings: Sequence[_Sighting]) -> float:
    """The number of phones in a WINDOW that no even distribution over the time of all sightings explains."""
    lasted = max(sightings[-1].moment - sightings[0].moment, WINDOW)
    average = len(sightings) * (WINDOW / lasted)
    return average + DEVIATIONS * math.sqrt(average)


def _largest(sightings: Sequence[_Sighting]) -> tuple[int, int]:
    """The first of the longest ranges within WINDOW: start, and end after the last."""
    best, start = (0, 0), 0
    for end, last in enumerate(sightings, 1):
        while last.moment - sightings[start].moment > WINDOW:
            start += 1
        if end - start > best[1] - best[0]:
            best = start, end
    return best


def _shared(fault: _Fault, group: Sequence[_Sighting]) -> SharedFault:
    phones = tuple(sorted(each.phone for each in group))
    what = _what([each.event for each in group]) or group[0].title
    return SharedFault(fault.code, fault.kind, what, phones, group[0].moment, group[-1].moment, fault.clock)


def _what(events: Sequence[Event]) -> str:
    """What happened to all of the phones, as a clause; "" if they report it by events of several kinds."""
    (kind, *others) = {event.kind for event in events}
    return "" if others else happened_to_all(kind, [event.fields for event in events])
