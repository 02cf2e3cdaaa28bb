"""Lists the causes of several phones: each once, with its check and fix and with the lines of all phones that show it.

Reports without a page limit (HTML, Markdown) print these lists after the table by cause.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lyncphone_logs.diagnosis.findings import Findings, Phone
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import answer
from lyncphone_logs.reports.answer import Block
from lyncphone_logs.reports.fleet import CauseRow
from lyncphone_logs.rules.rule import EXPLAINS


class Showing(NamedTuple):
    """One phone that shows a cause: its name, the word for certainty, and the first line that shows it."""

    phone: str
    word: str
    event: Event | None


class Cause(NamedTuple):
    """One cause of a fleet. `block` is that of a phone with the usual certainty; None if no cause is known.

    `capture` says how to record a trace that shows the cause, if it is not known.
    """

    row: CauseRow
    block: Block | None
    capture: str
    phones: tuple[Showing, ...]


def causes(report: Findings, rows: Sequence[CauseRow]) -> Iterator[Cause]:
    """The causes of these rows, in their order."""
    by_name = {phone.id: phone for phone in report.phones}
    for row in rows:
        phones = [by_name[name] for name in row.phones]
        shown = tuple(_showing(phone, row.code) for phone in phones)
        usual = next(phone for phone, each in zip(phones, shown, strict=True) if each.word == row.verdict)
        blocks = answer.answer(report, usual).blocks if row.code else ()
        block = next((each for each in blocks if each.rule.code == row.code), None)
        yield Cause(row, block, "" if row.code else phones[0].capture, shown)


def _showing(phone: Phone, code: str) -> Showing:
    """How a phone shows the cause with a code, or its first failure if the code is empty."""
    if not code:
        return Showing(phone.id, "unknown", phone.failures[0].event)
    found = next(each for each in answer.causes_of(phone) if each.rule.code == code)
    events = (each.event for each in found.evidence if each.role == EXPLAINS)
    return Showing(phone.id, found.verdict, next(events, None))
