"""No cell of CSV begins with what a spreadsheet runs: on any of its lines, and after any list separator."""

import csv
import itertools
import re
from io import StringIO

import pytest

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event, Span
from lyncphone_logs.reports.tables import event_csv_lines

STARTERS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r")
COMMANDS = ("1+1", "cmd|' /C calc'!A0", "SUM(A1)", 'HYPERLINK("http://x")', "")
BEFORE = ("", "a;", "word of text;", "a\n", "a;b;", ";", "\n", "long text before it\n")


def cells(message: str) -> dict[str, str]:
    """The row of an event with this message, as a reader of CSV gets it."""
    event = Event(
        id="x", kind="log.message", source="x.log", line=1, spans=(Span(0, 9),), message=message, text=message
    )
    text = "\n".join(event_csv_lines([Batch.of([event])]))
    (row,) = csv.DictReader(StringIO(text, newline=""))
    return row


def runs(cell: str) -> bool:
    """Whether a spreadsheet would run a part of a cell, read with any list separator."""
    parts = re.split(r"[;\n]", cell)
    return any(part.lstrip('"').startswith(STARTERS) for part in parts)


@pytest.mark.parametrize("starter", STARTERS, ids=ascii)
def test_no_part_of_a_message_is_run(starter: str) -> None:
    tried = 0
    for before, quotes, command in itertools.product(BEFORE, ("", '"', '""'), COMMANDS):
        message = f"{before}{quotes}{starter}{command}"
        row = cells(message)
        assert not runs(row["message"]), message
        assert re.sub(r"(^|;)'", r"\1", row["message"], flags=re.M) == message.replace("\t", "␉").replace("\r", "␍")
        tried += 1
    assert tried == len(BEFORE) * 3 * len(COMMANDS)


def test_texts_that_are_no_formula_have_no_guard() -> None:
    for message in ("a=1", "a - b", "word", "no formula at all, 1+1", "a\nb", "a;b", "a'b", "x\t=1"):
        assert cells(message)["message"] == message.replace("\t", "␉")
