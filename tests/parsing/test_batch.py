"""The events of a source do not depend on the size of windows, slices and batches, or on the number of processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.keyed import keyed_one_by_one
from support.made_traces import made_trace

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.parsing.literal_search import Search
from lyncphone_logs.parsing.reader import Reader, anchor_of
from lyncphone_logs.sources.source import InMemorySource, Source
from lyncphone_logs.sources.window import Window
from lyncphone_logs.trace import parallel, read_plan
from lyncphone_logs.trace.condense import condense
from lyncphone_logs.trace.correlator import Correlator
from lyncphone_logs.trace.parallel import FileSlice, slices_of

GRAMMARS = read_catalog().grammars
RULES = read_catalog().rules
SEARCH = Search(GRAMMARS)
JOININGS = {grammar.name: grammar.multiline for grammar in GRAMMARS}


class Windowed(Source):
    """A source that is read in windows of a given size."""

    def __init__(self, path: str, size: int) -> None:
        super().__init__(path)
        self._size = size

    def windows(self, size: int = 0) -> Iterator[Window]:
        return super().windows(self._size or size)


def new_reader(source: Source, *, search: bool = True) -> Reader:
    return Reader(source, GRAMMARS, anchor_of(source, 2013), SEARCH if search else None)


def written(tmp_path: Path, seed: int) -> Path:
    path = tmp_path / f"{seed}.log"
    content = made_trace(seed, lines=150)
    path.write_bytes(content.replace(b"\n", b"\r\n") if seed % 3 == 0 else content)
    return path


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.sampled(3)
def test_the_size_of_the_window_and_the_search_make_no_difference(tmp_path: Path, seed: int) -> None:
    path = str(written(tmp_path, seed))
    whole = list(new_reader(Source(path), search=False).events())
    for size in (1, 40, 333, 4096):
        reader = new_reader(Windowed(path, size))
        assert list(reader.events()) == whole
        size_of = reader.source.bytes - reader.separator_bytes
        assert sum(span.length for event in whole for span in event.spans) == size_of


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.sampled(4)
def test_slices_of_a_file_contain_the_events_of_the_file(tmp_path: Path, seed: int) -> None:
    path = str(written(tmp_path, seed))
    whole = list(new_reader(Source(path)).events())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "SCAN_BYTES", 50)
        source = Source(path)
        found = list(slices_of(source, 500, read_catalog().grammars))
    assert len(found) > 2
    assert [part.start for part in found[1:]] == [part.stop for part in found[:-1]]
    assert [event for part in found for event in new_reader(part).events()] == whole
    assert (source.sha256, source.lines) == (read_source(path).sha256, read_source(path).lines)


def read_source(path: str) -> Source:
    source = Source(path)
    assert list(source)
    return source


def test_the_lines_before_a_slice_come_in_reverse_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "LOOK_BACK_BYTES", 3)
    path = tmp_path / "x.log"
    path.write_bytes(b"first\r\nsecond\n\nfourth\nfifth\n")
    status = path.stat()
    before = list(FileSlice(str(path), 22, 28, 5, (status.st_dev, status.st_ino)).lines_before())
    assert [line for line in before if line] == [b"fourth", b"second", b"first"]


def batches(path: str) -> Iterator[Batch]:
    correlator = Correlator()
    for batch in new_reader(Windowed(path, 700)).batches():
        correlator.key(batch)
        yield batch


@pytest.mark.parametrize("seed", range(12))
def test_a_batch_gets_the_keys_of_its_events(tmp_path: Path, seed: int) -> None:
    path = str(written(tmp_path, seed))
    one_by_one = keyed_one_by_one(new_reader(Source(path)).events(), JOININGS)
    in_batches = [event for batch in batches(path) for event in batch.events(derived=True)]
    assert in_batches == [event for batch in one_by_one for event in batch.events(derived=True)]


@pytest.mark.parametrize("seed", range(12))
def test_batches_condensed_or_not_give_the_diagnosis_of_their_events(tmp_path: Path, seed: int) -> None:
    path = str(written(tmp_path, seed))
    found = diagnose_phones(keyed_one_by_one(new_reader(Source(path)).events(), JOININGS), [], RULES, {})
    assert diagnose_phones(batches(path), [], RULES, {}) == found
    correlator = Correlator()
    few = [condense(batch) for batch in new_reader(Windowed(path, 700)).batches()]
    for batch in few:
        correlator.key(batch)
    assert diagnose_phones(few, [], RULES, {}) == found


def test_a_condensed_run_counts_omitted_messages_and_names_their_components(tmp_path: Path) -> None:
    lines = [f"Jul  9 12:00:{second:02d} 10.1.2.3 voip_task[1]: C{second}: INFO - x" for second in range(50)]
    path = tmp_path / "x.log"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    few = [condense(batch) for batch in new_reader(Source(str(path))).batches()]
    assert [len(batch) for batch in few] == [2, 1]
    assert few[0].omitted[0].messages == 47
    assert few[0].omitted[0].components == {f"C{second}" for second in range(1, 48)}


def test_every_number_of_jobs_gives_the_same_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PART_BYTES", 3000)
    monkeypatch.setattr(parallel, "SCAN_BYTES", 500)
    monkeypatch.setattr(parallel.slices_of, "__defaults__", (3000, ()))
    monkeypatch.setattr(read_plan, "MIN_PARALLEL_BYTES", 0)
    for seed in range(4):
        written(tmp_path, seed)
    answers = [lp.diagnose(lp.read_trace(tmp_path, year=2013, full=True, jobs=jobs)).to_json() for jobs in (1, 2, 3)]
    assert answers[0] == answers[1] == answers[2]
    assert '"code"' in answers[0]


class Part(InMemorySource):
    """The second half of a text; counts how often the first half is read."""

    def __init__(self, text: str, before: list[bytes]) -> None:
        super().__init__(text, "x.log")
        self.before, self.reads = before, 0

    def lines_before(self) -> Iterator[bytes]:
        self.reads += 1
        return reversed(self.before)


LINE = "10.1.2.3 voip_task[1]: CC       : INFO - key 1 was pressed"
NOTICE = "10.1.2.3 last message repeated 2 times"


@pytest.mark.parametrize("before", [[], [b"???"], [f"Jul  9 12:00:00 {LINE}".encode(), b"???"]])
def test_notices_at_the_start_of_a_part_repeat_the_last_event_before_it(before: list[bytes]) -> None:
    stamped = [f"Jul  9 12:00:{second:02d} {NOTICE}" for second in range(20)]
    part = Part("\n".join(stamped), before)
    messages = {event.message for event in new_reader(part).events()}
    assert messages == ({"key 1 was pressed"} if len(before) > 1 else {""})
    assert part.reads == 1


def test_a_notice_repeats_the_nearest_line_that_a_grammar_reads_if_it_is_of_its_host() -> None:
    texts = [
        LINE,
        "???",
        NOTICE,
        NOTICE.replace("10.1.2.3", "10.1.2.4"),
        NOTICE,
        LINE.replace("key 1", "key 2"),
        NOTICE,
    ]
    lines = [f"Jul  9 12:00:{second:02d} {text}" for second, text in enumerate(texts)]
    events = list(new_reader(InMemorySource("\n".join(lines), "x.log")).events())
    assert [(event.message, event.count) for event in events] == [
        ("key 1 was pressed", 1), ("???", 1), ("key 1 was pressed", 2), ("", 2), ("key 1 was pressed", 2),
        ("key 2 was pressed", 1), ("key 2 was pressed", 2),
    ]  # fmt: skip
