"""Which lines go on with the one before."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.multiline_spec import MAX_CONTINUATIONS, MultilineSpec
from lyncphone_logs.parsing.datagrams import share_datagram_header, split_datagrams
from lyncphone_logs.parsing.header import Columns
from lyncphone_logs.parsing.reassembly import assemble
from lyncphone_logs.syslog.lines import LineTable
from lyncphone_logs.syslog.unwrap import unwrap

LINE_END = 2
"""Bytes of a line end in SIP (RFC 3261 section 7)."""


def continuations(rows: LineTable, columns: Columns, joinings: Mapping[str, MultilineSpec]) -> dict[int, int]:
    """Of lines that are nothing by themselves: the row of the event that goes on there.

    They are indented, or the line before them tells how many bytes of message follow it.
    """
    owner = _counted(rows, columns, joinings)
    lines = Counter(owner.values())
    unread = [row for row, name in enumerate(columns["grammar"]) if not name and columns["framing"][row] == "none"]
    for row in (row for row in unread if rows.texts[row][0] in " \t" and columns["message"][row]):
        first = owner.get(row - 1, row - 1)
        if row and row not in owner and not rows.is_apart(row) and lines[first] < MAX_CONTINUATIONS:
            owner[row] = first
            lines[first] += 1
    return owner


def _counted(rows: LineTable, columns: Columns, joinings: Mapping[str, MultilineSpec]) -> dict[int, int]:
    owner: dict[int, int] = {}
    for name, joining in joinings.items():
        if joining.counted:
            for first in [row for row, grammar in enumerate(columns["grammar"]) if grammar == name]:
                text = unwrap(rows.repaired[first]).text
                if spans := joining.counted.match(text):
                    start, end = spans["length"]
                    owner |= dict.fromkeys(_body(rows, columns, first, int(text[start:end][:9])), first)
    return owner


def _body(rows: LineTable, columns: Columns, first: int, left: int) -> list[int]:
    """The rows behind one that hold this many bytes, blank lines between them included; fewer where others follow."""
    body: list[int] = []
    for row in range(first + 1, min(len(rows), first + 1 + MAX_CONTINUATIONS)):
        blank = rows.numbers[row] - rows.numbers[row - 1] - 1
        left -= LINE_END * blank if body else 0
        if left <= 0 or columns["grammar"][row] or rows.is_apart(row):
            break
        body.append(row)
        left -= rows.lengths[row] + LINE_END
    return body


class EventLines(NamedTuple):
    """A row for each message; `owner` gives of a further row of an event its first one.

    `put_together` are first rows whose message holds those of the further ones. From `end` on rows may belong to events
    that go on behind the last row; that is where a line begins. `every_line_matters` where lines that say nothing
    by themselves may go on with others, or be counted.
    """

    rows: LineTable
    columns: Columns
    owner: dict[int, int]
    put_together: frozenset[int]
    end: int
    every_line_matters: bool


def lines_of(rows: LineTable, columns: Columns, grammars: Mapping[str, Grammar]) -> EventLines:
    """What the lines of a window are; there is at least one."""
    present = {name: grammars[name] for name in sorted({*columns["grammar"]} - {""}) if grammars[name].multiline}
    joinings = {name: grammar.multiline for name, grammar in present.items() if grammar.multiline}
    rows, columns = split_datagrams(rows, columns, joinings)
    first_of = share_datagram_header(rows, columns, joinings)
    owner = continuations(rows, columns, joinings)
    made = assemble(rows, columns, present, owner, first_of)
    for row, text in made.messages.items():
        columns["message"][row] = text
    return EventLines(rows, columns, made.owner, frozenset(made.messages), made.end, bool(present))
