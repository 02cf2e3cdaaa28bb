"""Finds the lines of each event: which lines of a window continue an earlier one."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.multiline_spec import MAX_CONTINUATIONS, MultilineSpec
from lyncphone_logs.parsing.datagrams import share_datagram_header, split_datagrams
from lyncphone_logs.parsing.header import Columns, device_text
from lyncphone_logs.parsing.reassembly import reassemble
from lyncphone_logs.syslog.envelopes import NAME
from lyncphone_logs.syslog.lines import LineTable

UNFRAMED = ("none", NAME)
"""Framings of further lines of a message: a forwarder that reads a file puts each line into an envelope."""
# Between the lines of a trace, people mark what they write themselves: ` ##### 09:31:57 || here it fails`.
REMARK = re.compile(r"[ \t]*+(?:([#=*<>!~])\1\1|//)")
LINE_END = 2
"""Bytes of a line end in SIP (RFC 3261 section 7)."""


class EventLines(NamedTuple):
    """The lines of a window, one row for each line, or for each message of a datagram that is written in one line.

    `owner` maps a further row of an event to its first row. `joined` are first rows whose message already contains the
    messages of their further rows. `end` is the row, at which a line begins, from which on rows may belong to events
    that continue in the next window. `every_line_matters` if lines without a literal may continue others, or if lines
    are numbered.
    """

    rows: LineTable
    columns: Columns
    owner: dict[int, int]
    joined: frozenset[int]
    end: int
    every_line_matters: bool

    def event_rows(self, end: int, consumed: Collection[int]) -> Sequence[int]:
        """The rows before `end` at which events begin, without lines that were consumed (offsets) by earlier ones."""
        if not (self.owner or consumed):
            return range(end)
        return [row for row in range(end) if row not in self.owner and self.rows.offsets[row] not in consumed]


def lines_of(rows: LineTable, columns: Columns, grammars: Mapping[str, Grammar]) -> EventLines:
    """Find the lines of each event; there is at least one row. Changes `columns` and may return others."""
    present = {name: grammars[name] for name in sorted({*columns["grammar"]} - {""}) if grammars[name].multiline}
    specs = {name: grammar.multiline for name, grammar in present.items() if grammar.multiline}
    rows, columns = split_datagrams(rows, columns, specs)
    first_of = share_datagram_header(rows, columns, specs)
    found = reassemble(rows, columns, present, continuations(rows, columns, specs), first_of)
    for row, text in found.messages.items():
        columns["message"][row] = text
    return EventLines(rows, columns, found.owner, frozenset(found.messages), found.end, bool(present))


def continuations(rows: LineTable, columns: Columns, specs: Mapping[str, MultilineSpec]) -> dict[int, int]:
    """Map lines that no grammar reads to the first row of the event that they continue.

    They are indented, a line before them states how many bytes of its message follow, or they are the rest of a
    datagram with line ends in it. A remark of a reader continues nothing.
    """
    owner = _counted_bodies(rows, columns, specs)
    lines = Counter(owner.values())
    unread = [row for row, name in enumerate(columns["grammar"]) if not name and columns["framing"][row] in UNFRAMED]
    bare = {name: spec for name, spec in specs.items() if spec.bare}
    likely = (row for row in unread if (bare or _is_indented(rows, row)) and columns["message"][row])
    for row in (row for row in likely if not REMARK.match(rows.texts[row])):
        first = owner.get(row - 1, row - 1)
        if not row or row in owner or rows.is_apart(row) or lines[first] >= MAX_CONTINUATIONS:
            continue
        if _is_indented(rows, row) or _is_rest(rows, row, first, bare.get(columns["grammar"][first])):
            owner[row] = first
            lines[first] += 1
    return owner


def _is_rest(rows: LineTable, row: int, first: int, spec: MultilineSpec | None) -> bool:
    """Whether a line is the rest of the datagram that begins with row `first`, of a grammar with this declaration."""
    if spec is None or spec.bare is None or not any(literal in rows.repaired[first] for literal in spec.literals):
        return False
    return spec.bare.match(rows.repaired[row]) is not None


def _is_indented(rows: LineTable, row: int) -> bool:
    texts = rows.repaired if rows.offsets[row] in rows.envelopes else rows.texts
    return texts[row][:1] in " \t"


def _counted_bodies(rows: LineTable, columns: Columns, specs: Mapping[str, MultilineSpec]) -> dict[int, int]:
    owner: dict[int, int] = {}
    for name, spec in specs.items():
        if spec.counted:
            for first in [row for row, grammar in enumerate(columns["grammar"]) if grammar == name]:
                text = device_text(rows, columns, first)
                if spans := spec.counted.match(text):
                    start, end = spans["length"]
                    owner |= dict.fromkeys(_body(rows, columns, first, int(text[start:end][:9])), first)
    return owner


def _body(rows: LineTable, columns: Columns, first: int, size: int) -> list[int]:
    """The rows after `first` with this many bytes, counting blank lines between them; fewer if other lines follow."""
    body: list[int] = []
    left = size
    for row in range(first + 1, min(len(rows), first + 1 + MAX_CONTINUATIONS)):
        blank_lines = rows.numbers[row] - rows.numbers[row - 1] - 1
        left -= LINE_END * blank_lines if body else 0
        if left <= 0 or columns["grammar"][row] or rows.is_apart(row):
            break
        body.append(row)
        left -= rows.lengths[row] + LINE_END
    return body
