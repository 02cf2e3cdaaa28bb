"""Finds faults that many phones show for the first time at the same time, as a server or the network causes them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from lyncphone_logs.diagnosis.findings import Phone, SharedFault

MIN_PHONES = 5
WINDOW = timedelta(seconds=60)


def shared_faults(phones: Iterable[Phone]) -> tuple[SharedFault, ...]:
    """The faults that at least 5 phones show for the first time within 60 s, by the number of phones.

    A fault is a diagnosis that is not unlikely, or a failure without a known cause of one kind. Times are those of the
    phones' clocks, or of their collector's; a phone whose times are not known does not count.
    """
    times: defaultdict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for phone in phones:
        for key, moment in _first_times(phone):
            times[key].append((moment, phone.id))
    found = [fault for key, each in times.items() for fault in _bursts(key, sorted(each))]
    return tuple(sorted(found, key=lambda fault: (-len(fault.phones), fault.first, fault.code, fault.kind)))


def _first_times(phone: Phone) -> Iterator[tuple[tuple[str, str], datetime]]:
    for diagnosis in phone.diagnoses:
        if diagnosis.verdict != "unlikely" and diagnosis.first_seen and not diagnosis.rule.is_fact:
            yield (diagnosis.rule.code, ""), diagnosis.first_seen.replace(tzinfo=None)
    first: dict[str, datetime] = {}
    for failure in phone.failures:
        moment = failure.event.time or failure.event.received
        if moment:
            first.setdefault(failure.kind, moment.replace(tzinfo=None))
    yield from ((("", kind), moment) for kind, moment in first.items())


def _bursts(key: tuple[str, str], times: Sequence[tuple[datetime, str]]) -> Iterator[SharedFault]:
    """The groups of at least MIN_PHONES phones within WINDOW of the first of them; no phone is in two groups."""
    start = 0
    while start < len(times):
        end = start
        while end < len(times) and times[end][0] - times[start][0] <= WINDOW:
            end += 1
        if end - start >= MIN_PHONES:
            together = times[start:end]
            yield SharedFault(*key, tuple(sorted(phone for _, phone in together)), together[0][0], together[-1][0])
            start = end
        else:
            start += 1
