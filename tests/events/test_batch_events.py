"""Batches and events are two forms of the same: either can be made of the other."""

from pathlib import Path
from types import MappingProxyType

import pytest
from support.made_traces import made_trace

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.columns import COLUMNS, column
from lyncphone_logs.events.event import Event, Span
from lyncphone_logs.parsing.reader import Reader, anchor_of
from lyncphone_logs.sources.source import Source
from lyncphone_logs.trace.correlator import Correlator

GRAMMARS = read_catalog().grammars


def read(folder: Path, seed: int) -> list[Batch]:
    path = folder / "trace.log"
    path.write_bytes(made_trace(seed, lines=400))
    source = Source(str(path))
    correlator = Correlator()
    found = list(Reader(source, GRAMMARS, anchor_of(source, 2013)).batches())
    for batch in found:
        correlator.key(batch)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_batch_of_the_events_of_a_batch_has_the_same_events(tmp_path: Path, seed: int) -> None:
    for batch in read(tmp_path, seed):
        events = list(batch.events(derived=True))
        assert list(Batch.of(events).events(derived=True)) == events
        assert [batch.event(row) for row in range(len(batch))] == list(batch.events())


@pytest.mark.parametrize("seed", range(8))
def test_taken_rows_are_the_same_events_without_keys(tmp_path: Path, seed: int) -> None:
    for batch in (each for each in read(tmp_path, seed) if len(each) > 1):
        assert batch.take(range(len(batch))) is batch
        rows = range(len(batch) - 1, -1, -2)
        some = batch.take(rows)
        assert [event.text for event in some.events()] == [batch.columns["text"][row] for row in rows]
        assert list(some.events()) == [event._replace(boot=0, segment=0, handshake=None) for event in batch.pick(rows)]
        assert some.unparsed == [index for index, row in enumerate(rows) if row in batch.unparsed]
        assert Batch.of(some.events()).take([0]).event(0) == some.event(0)


def test_an_event_that_no_line_says_stays_as_it_is() -> None:
    stated = Event(id="stated:1", kind="fact.model", source="x", fields=MappingProxyType({"model": "420HD"}))
    message = Event(id="x:0", kind="log.message", source="x", spans=(Span(0, 5), Span(9, 2)), boot=3, segment=2)
    later = message._replace(id="x:0:later", kind="time.clock.set", derived=True)
    batch = Batch.of([stated, message, later])
    assert list(batch.events(derived=True)) == [stated, message, later]
    assert [batch.event(0), batch.event(1)] == [stated, message]


def test_a_batch_has_one_source_and_derived_events_have_a_line() -> None:
    event = Event(id="1", kind="log.message", source="a")
    with pytest.raises(ValueError, match="one source, not 2"):
        Batch.of([event, event._replace(source="b")])
    with pytest.raises(ValueError, match="derived event needs"):
        Batch.of([event._replace(derived=True)])
    empty = Batch.of([])
    Correlator().key(empty)
    assert (len(empty), list(empty.events())) == (0, [])


@pytest.mark.parametrize("seed", range(4))
def test_a_column_of_a_table_has_the_values_of_the_events(tmp_path: Path, seed: int) -> None:
    for read_batch in read(tmp_path, seed):
        renamed = [event._replace(id=f"renamed:{event.line}") for event in read_batch.events()]
        for batch in (read_batch, Batch.of(renamed)):
            events = list(batch.events())
            expected = {name: [getattr(event, name, None) for event in events] for name in COLUMNS}
            expected["offset"] = [event.spans[0].offset for event in events]
            expected["bytes"] = [sum(span.length for span in event.spans) for event in events]
            assert {name: column(batch, name) for name in COLUMNS} == expected
