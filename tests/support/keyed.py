"""Events as batches with keys, for tests that make events by hand."""

from collections.abc import Iterable, Mapping

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event
from lyncphone_logs.grammar.multiline_spec import MultilineSpec
from lyncphone_logs.parsing.sequence_numbers import runs_of
from lyncphone_logs.trace.correlator import Correlator


def keyed(events: Iterable[Event]) -> list[Batch]:
    """One batch of the events, with keys; none if there are no events."""
    batch = Batch.of(events)
    Correlator().key(batch)
    return [batch] if len(batch) else []


def keyed_one_by_one(events: Iterable[Event], joinings: Mapping[str, MultilineSpec | None]) -> list[Batch]:
    """A batch for each event, with keys."""
    correlator = Correlator()
    batches = [Batch.of([event]) for event in events]
    for batch in batches:
        batch.runs = runs_of(batch.columns, [0], 1, joinings)
        correlator.key(batch)
    return batches
