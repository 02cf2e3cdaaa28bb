"""Which lines are one event, and which line is several: what grammars declare of it, done to many lines at once."""

from collections.abc import Mapping
from typing import NamedTuple

from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.datagrams import divided, shared
from lyncphone_logs.parsing.heading import Columns
from lyncphone_logs.parsing.multiline import continuations
from lyncphone_logs.parsing.reassembly import assemble
from lyncphone_logs.syslog.lines import Rows


class Lines(NamedTuple):
    """A row for each message; `owner` gives of a further row of an event its first one.

    `put_together` are first rows whose message holds those of the further ones. From `end` on rows may belong to events
    that go on behind the last row; that is where a line begins. `every_line_matters` where lines that say nothing
    by themselves may go on with others, or be counted.
    """

    rows: Rows
    columns: Columns
    owner: dict[int, int]
    put_together: frozenset[int]
    end: int
    every_line_matters: bool


def lines_of(rows: Rows, columns: Columns, grammars: Mapping[str, Grammar]) -> Lines:
    """What the lines of a window are; there is at least one."""
    present = {name: grammars[name] for name in sorted({*columns["grammar"]} - {""}) if grammars[name].joining}
    joinings = {name: grammar.joining for name, grammar in present.items() if grammar.joining}
    rows, columns = divided(rows, columns, joinings)
    first_of = shared(rows, columns, joinings)
    owner = continuations(rows, columns, joinings)
    made = assemble(rows, columns, present, owner, first_of)
    for row, text in made.messages.items():
        columns["message"][row] = text
    return Lines(rows, columns, made.owner, frozenset(made.messages), made.end, bool(present))
