"""Condenses batches for a diagnosis: of each run of plain messages only some rows remain, with a count of the others.

Keys, journeys and diagnoses of a condensed batch are those of the complete one. Tables need the complete one.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from lyncphone_logs.events.batch import Batch, Omitted
from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.trace.phone_identity import tells_maker
from lyncphone_logs.trace.stated_identity import stated_by

MAX_ERRORS = 3
"""Messages of the level error or worse that are kept, of which a report prints the first ones of a phone."""
ERRORS = frozenset({"emerg", "alert", "crit", "err"})


def error_rows(batch: Batch, rows: Iterable[int]) -> list[int]:
    """Those of the rows whose severity is error or worse."""
    severities = batch.columns["severity"]
    return [row for row in rows if severities[row] in ERRORS] if not ERRORS.isdisjoint(severities) else []


def condense(batch: Batch) -> Batch:
    """A batch of the rows of a known kind, and of the first and last ones of each other run if its clock is steady.

    `omitted` of the result counts what the rows represent in addition to themselves.
    """
    selected: list[int] = []
    omitted: dict[int, Omitted] = {}
    for start, stop in _runs(batch):
        rows = _edges(batch, start, stop)
        dropped = sorted(set(range(start, stop)).difference(rows))
        messages = [row for row in dropped if batch.columns["kind"][row] == MESSAGE]
        if messages:
            first = next(row for row in rows if batch.columns["kind"][row] == MESSAGE)
            omitted[len(selected) + rows.index(first)] = Omitted(
                len(messages), frozenset(filter(None, (batch.columns["component"][row] for row in messages)))
            )
        selected += rows
    some = batch.take(selected)
    some.omitted = omitted
    return some


def _runs(batch: Batch) -> Iterator[tuple[int, int]]:
    """Ranges of rows. A row of a known kind, after a gap or with a sequence number is a range of its own."""
    alone = batch.parsed.keys() | batch.gaps | batch.runs.keys()
    edges = sorted({0, len(batch), *alone, *(row + 1 for row in alone)} - {len(batch) + 1})
    yield from pairwise(edges)


def _edges(batch: Batch, start: int, stop: int) -> list[int]:
    """The rows of a run that remain: ends, first and last messages, those that show maker and identity, errors."""
    rows = range(start, stop)
    if not _is_steady(batch, start, stop):
        return list(rows)
    messages = [row for row in rows if batch.columns["kind"][row] == MESSAGE]
    programs, components = batch.columns["app_name"], batch.columns["component"]
    shows_maker = next((row for row in messages if tells_maker(programs[row], components[row], MESSAGE)), start)
    grammars, texts = batch.columns["grammar"], batch.columns["message"]
    names_itself = next((row for row in messages if stated_by(MESSAGE, grammars[row], texts[row])), start)
    errors = error_rows(batch, messages)[:MAX_ERRORS]
    return sorted({start, stop - 1, shows_maker, names_itself, *messages[:1], *messages[-1:], *errors})


def _is_steady(batch: Batch, start: int, stop: int) -> bool:
    """Whether the rows are of one phone whose clock is set and does not go back."""
    hosts, times, qualities, unset = (
        batch.columns[name][start:stop] for name in ("hostname", "time", "time_quality", "is_unset")
    )
    macs = batch.columns["phone"][start:stop]
    one_host = hosts[0] is not None and hosts.count(hosts[0]) == len(hosts) and macs.count(macs[0]) == len(macs)
    one_clock = None not in times and qualities.count(qualities[0]) == len(qualities)
    return one_host and one_clock and True not in unset and None not in unset and times == sorted(times)
