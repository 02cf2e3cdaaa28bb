"""Which lines go on with the one before."""

from collections import Counter

from lyncphone_logs.heading import Columns
from lyncphone_logs.rows import Rows

MOST_CONTINUATIONS = 200
"""Indented lines that are joined to the event before them; what follows is unparsed, so that memory stays bounded."""


def continuations(rows: Rows, columns: Columns) -> dict[int, int]:
    """Of indented lines that are nothing by themselves: the row of the event that goes on there."""
    owner: dict[int, int] = {}
    lines: Counter[int] = Counter()
    indented = [row for row, text in enumerate(rows.texts) if text[0] in " \t" and columns["message"][row]]
    bare = [row for row in indented if not columns["grammar"][row] and columns["framing"][row] == "none"]
    for row in bare:
        first = owner.get(row - 1, row - 1)
        if row and row not in rows.after_gap and lines[first] < MOST_CONTINUATIONS:
            owner[row] = first
            lines[first] += 1
    return owner
