"""Tables of events: CSV and JSON Lines hold what the events of the trace hold, column by column."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.paths import ROOT

import lyncphone_logs as lp
from lyncphone_logs.cli.app import run
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.columns import COLUMNS
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.tables import event_csv_lines

TRACES = sorted((ROOT / "fixtures").rglob("trace.log"))
ODD = """\
Jul  9 12:00:00 phone voip_task[440]: CC       : INFO - =cmd|'/c calc'!A0
Jul  9 12:00:01 phone voip_task[440]: CC       : INFO - "quoted", a=1 b=2, \x1b[2J \u202e \x85 – 漢
 @SUM(1)
\t+1
=1+1
'

Jul  9 12:00:02 phone voip_task[440]: -C       : INFO - a=\x7f b="=1" message repeated 3 times
"""
SEVERAL_LINES = """\
1150 DEB Dec 21 14:33:08.179266 JAVA-sipio-recv<--- SIP/2.0 200 OK^M
        Call-ID: 1^M
        CSeq: 101 REGISTER^M
"""


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "=odd, \n.log"
    path.write_text(ODD, encoding="utf-8")
    return path


def printed(path: Path, format: str, capfd: pytest.CaptureFixture[str]) -> str:
    run(["events", str(path), "--format", format])
    return capfd.readouterr().out


def cells(event: Event) -> dict[str, Any]:
    """The columns of an event as JSON types."""
    values = {name: getattr(event, name) for name in COLUMNS if name not in {"offset", "bytes", "fields"}}
    values |= {"offset": event.spans[0].offset, "bytes": sum(span.length for span in event.spans)}
    values |= {"fields": {name: _plain(value) for name, value in event.fields.items()}}
    return {name: _plain(values[name]) for name in COLUMNS}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value


def undone(cell: str) -> str:
    """The text of a cell of CSV without guards, as docs/interfaces.md says."""
    return re.sub(r"(^|;)'", r"\1", cell, flags=re.M)


def shown(value: Any) -> str:
    """A cell as CSV has it, without guards."""
    return "" if value is None else "\n".join(map(visible, str(value).split("\n")))


def events(path: Path) -> Iterator[dict[str, Any]]:
    return map(cells, lp.read_trace(path).events())


@pytest.mark.parametrize("path", TRACES, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
def test_csv_has_a_row_for_each_event(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _check_csv(path, capfd)


def test_csv_escapes_controls_and_formulas(odd: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _check_csv(odd, capfd)


def test_csv_quotes_a_message_of_several_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trace.log"
    path.write_text(SEVERAL_LINES, encoding="utf-8")
    assert next(events(path))["message"].count("\n") > 1
    _check_csv(path, capfd)


def _check_csv(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(path, "csv", capfd), newline=""), strict=True))
    for cell in (cell for row in rows for cell in row.values() if not re.fullmatch(r"-?\d+", cell)):
        assert not re.search(r"(?:^|;)\"*[=+\-@＝＋－＠]", cell, re.M), cell
    assert [json.loads(row.pop("fields")) for row in rows] == [event["fields"] for event in events(path)]
    expected = [{name: shown(value) for name, value in event.items() if name != "fields"} for event in events(path)]
    for row in expected:  # A name is one line, so that it cannot forge a row.
        row |= {name: row[name].replace("\n", "␊") for name in ("id", "source", "phone")}
    assert [{name: undone(cell) for name, cell in row.items()} for row in rows] == expected


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"),
        ("＝1\n＋2\nplain", "'＝1\n'＋2\nplain"),
        ("a;=1;-2; b", "a;'=1;'-2; b"),
        ('a;"=1"', 'a;\'"=1"'),
        ("'quoted'", "''quoted'"),
        ("'=1", "''=1"),
        ("\t=1", "'␉=1"),
        ("440", "'440"),
        ("12:00:00;=1", "'12:00:00;'=1"),
        ("1.5e3", "'1.5e3"),
        ("NULL", "'NULL"),
        ("True", "'True"),
        ("2013-07-09T12:00:00Z", "'2013-07-09T12:00:00Z"),
        ("192.0.2.10", "192.0.2.10"),
        ("0a1b2c:7:55", "0a1b2c:7:55"),
        ("state = 1, a-b", "state = 1, a-b"),
    ],
)
def test_a_text_stays_a_text_and_its_guard_can_be_undone(text: str, cell: str) -> None:
    batch = Batch.of([Event("a", "log.message", "t.log", line=1, message=text)])
    _, row = csv.reader(io.StringIO("\n".join(event_csv_lines([batch])), newline=""), strict=True)
    assert row[list(COLUMNS).index("message")] == cell
    assert undone(cell).replace("␉", "\t") == text


@given(st.text(st.sampled_from("a1;='\"\n-,:. \tT＋"), max_size=12))
def test_every_guard_can_be_undone(text: str) -> None:
    batch = Batch.of([Event("a", "log.message", "t.log", line=1, message=text)])
    _, row = csv.reader(io.StringIO("\n".join(event_csv_lines([batch])), newline=""), strict=True)
    assert undone(row[list(COLUMNS).index("message")]).replace("␉", "\t") == text


@pytest.mark.parametrize("path", TRACES, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
def test_json_lines_have_an_object_for_each_event(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _check_json_lines(path, capfd)


def test_json_lines_escape_controls(odd: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _check_json_lines(odd, capfd)


def _in_json(named: tuple[str, Any]) -> tuple[str, Any]:
    """A column as JSON Lines have it: nothing is null, times have a fraction."""
    name, value = named
    if value is None:
        return name, -1 if COLUMNS[name] == "Int32" else ""
    is_time = COLUMNS[name].startswith("datetime")
    return name, datetime.fromisoformat(value).isoformat(timespec="microseconds") if is_time else value


def _check_json_lines(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = printed(path, "jsonl", capfd).rstrip("\n").split("\n")
    loaded = [json.loads(line) for line in lines]
    loaded = [row | {"fields": json.loads(row["fields"])} for row in loaded]
    assert [list(row.items()) for row in loaded] == [list(map(_in_json, event.items())) for event in events(path)]
    assert "\x1b" not in "".join(lines)
    assert "\x85" not in "".join(lines)
