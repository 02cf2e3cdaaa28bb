"""Shows lines of reports with hostile texts in every field on an emulated terminal, one line at a time.

Above and below the line is a row of known text. Afterwards these rows, the title, the modes, the margins, the
character sets, the tab stops and the cursor's attributes must be what they were: no text of a trace commands the
terminal.
"""

import random
from collections.abc import Iterator
from itertools import count, islice

import pyte

from lyncphone_logs.reports import concise, details, explanation, screen
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.page import Terminal
from support.hostile_texts import hostile
from support.sample_report import phone, planted, report

COLUMNS, ROWS = 10_000, 4
"""One row holds the longest line."""
ABOVE, BELOW = "above the line", "below the line"
WIDTHS = (60, 80, 100, 120)


def lines(seed: str) -> Iterator[str]:
    """Lines of reports whose fields from input end with a hostile text, coloured and plain, at several widths."""
    rng = random.Random(seed)
    text = hostile(rng)
    width = rng.choice(WIDTHS)
    found = planted(report(phones=(phone(), phone(id="10.1.2.4"))[: rng.randint(1, 2)]), text)
    shown = [
        details.render(found, color=rng.random() < 0.5, width=width),
        screen.render(found, terminal=Terminal(color=rng.random() < 0.5, width=width)),
        explanation.render_rule(found.phones[0].diagnoses[0].rule, color=True, width=width),
        concise.render(found),
        visible(text),
        f"error: cannot read {visible(text)}",
    ]
    for each in shown:
        yield from each.split("\n")


def lines_of_reports(first: int, step: int, most: int) -> Iterator[tuple[str, str]]:
    """So many lines, each with the seed that made it: `lines:FIRST`, and every `step`-th after it."""
    seeds = (f"lines:{number}" for number in count(first, step))
    return islice(((seed, line) for seed in seeds for line in lines(seed)), most)


class Watched:
    """An emulated terminal whose state is known before each line."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self._screen)
        self._state = self._after("")

    def is_commanded_by(self, line: str) -> bool:
        """Whether a line changes more than the rows that it is written to."""
        return self._after(line) != self._state

    def _after(self, line: str) -> tuple[object, ...]:
        screen = self._screen
        screen.reset()
        self._stream.feed(f"{ABOVE}\r\n{line}\r\n{BELOW}")
        rows = ["".join(row[at].data for at in sorted(row)) for _, row in sorted(screen.buffer.items()) if row]
        return (
            rows[0], rows[-1], len([row for row in rows if ABOVE in row or BELOW in row]), len(rows) - bool(line),
            screen.title, screen.icon_name, sorted(screen.mode), screen.margins, screen.charset, screen.g0_charset,
            screen.g1_charset, sorted(screen.tabstops), screen.cursor.attrs, screen.cursor.hidden, screen.cursor.x,
            len(screen.savepoints),
        )  # fmt: skip
