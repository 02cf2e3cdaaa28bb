"""The account of a trace, compared with an independent reader: fixtures, encodings, containers and damaged traces."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from support import oracle
from support.containers import CONTAINERS
from support.made_traces import made_trace
from support.mutations import mutated, traces
from support.paths import FIXTURES

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.trace.trace import Trace

LOGS = sorted(
    path for kind in ("log", "json", "jsonl", "csv") for path in FIXTURES.rglob(f"*.{kind}") if path.parent != FIXTURES
)
ENCODINGS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
DAMAGED_TRACES = 400


def differences(path: Path, content: bytes) -> list[str]:
    """What the oracle finds in the events and the account of the only source in a file."""
    trace = Trace([str(path)], read_catalog())
    events = list(trace.events())
    ((source, tally),) = trace.inputs
    assert source.bytes == len(content)
    has_records = source.export is not None
    return oracle.mismatches(content, events, vars(tally.account), encoding=source.encoding, has_records=has_records)


@pytest.mark.parametrize("path", LOGS, ids=[path.relative_to(FIXTURES).as_posix() for path in LOGS])
def test_the_account_of_every_fixture_is_that_of_the_oracle(path: Path) -> None:
    assert differences(path, path.read_bytes()) == []


def test_the_fixtures_were_found() -> None:
    assert len(LOGS) > 60


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_account_refers_to_the_bytes_of_the_encoding(encoding: str, end: str, tmp_path: Path) -> None:
    text = made_trace(3).decode().replace("\n", end)
    content = f"\ufeff{text}".encode(encoding)
    path = tmp_path / "encoded.log"
    path.write_bytes(content)
    assert differences(path, content) == []


@pytest.mark.parametrize("pack", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_the_account_of_a_member_is_that_of_its_text(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    content = made_trace(4)
    path = tmp_path / "packed"
    path.write_bytes(pack(content))
    assert differences(path, content) == []


def test_the_account_of_damaged_traces_is_that_of_the_oracle(tmp_path: Path) -> None:
    path, done, wrong = tmp_path / "damaged.log", 0, {}
    seeds = traces()
    for number in range(DAMAGED_TRACES):
        content = mutated(random.Random(number), seeds)
        path.write_bytes(content)
        trace = Trace([str(path)], read_catalog())
        events = list(trace.events())
        ((source, tally),) = trace.inputs
        if source.bytes == len(content) and source.path == str(path):
            done += 1
            found = oracle.mismatches(
                content, events, vars(tally.account), encoding=source.encoding, has_records=source.export is not None
            )
            if found:
                wrong[number] = found[:3]
    assert wrong == {}
    assert done > DAMAGED_TRACES * 0.9


def test_the_oracle_sees_each_kind_of_fault() -> None:
    data = b"one\r\n\r\ntwo\n"

    def check(events: list[tuple[int, list[tuple[int, int]], str]], separators: int) -> list[str]:
        made = [_Made(*each) for each in events]
        content = sum(length for _, spans, _ in events for _, length in spans)
        account = {"event_bytes": content, "separator_bytes": separators, "continuation_bytes": 0}
        return oracle.mismatches(data, made, account)

    right = [(1, [(0, 3)], "one"), (3, [(7, 3)], "two")]
    assert check(right, 5) == []
    assert check(right, 4)
    assert check(right[:1], 8)
    assert check([(1, [(0, 4)], "one\r"), right[1]], 4)
    assert check([(1, [(0, 2)], "on"), right[1]], 6)
    assert check([right[0], (2, [(7, 3)], "two")], 5)
    assert check([right[0], (3, [(7, 3)], "tow")], 5)
    assert check([right[0], right[0], right[1]], 2)
    assert check([*right, (4, [(11, 3)], "end")], 2)


class _Made:
    def __init__(self, line: int, spans: list[tuple[int, int]], text: str) -> None:
        self.line, self.spans, self.text = line, spans, text
