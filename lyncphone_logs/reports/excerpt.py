"""Selects the lines and columns of an event that a report shows, around the part that the rule matched."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from lyncphone_logs.events.event import Event
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.syslog.envelopes import NAME as ENVELOPE

MAX_SHOWN_LINES = 6
ELLIPSIS = "…"


class ExcerptLine(NamedTuple):
    """One line of an event, escaped, in three parts. `number` is 0 if unknown; `omitted` lines precede it."""

    number: int
    before: str
    marked: str
    after: str
    omitted: int = 0


def cells(text: str) -> int:
    """The number of terminal columns of the text (UAX #11; combining characters take none)."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def excerpt(event: Event) -> list[ExcerptLine]:
    """The first lines of an event, and the lines that its mark covers."""
    start, end = _mark(event)
    shown, offset, omitted = [], 0, 0
    for index, line in enumerate(event.text.split("\n")):
        low, high = (min(max(position - offset, 0), len(line)) for position in (start, end))
        if index < MAX_SHOWN_LINES or low < high:
            before, marked, after = map(visible, (line[:low], line[low:high], line[high:]))
            shown.append(ExcerptLine(0 if index else event.line, before, marked, after, omitted))
            omitted = 0
        else:
            omitted += 1
        offset += len(line) + 1
    return [*shown, ExcerptLine(0, "", "", "", omitted)] if omitted else shown


def marked_line(event: Event) -> ExcerptLine:
    """The line of an event that the rule matched, without the header before its message; else its first line."""
    if event.framing.startswith(ENVELOPE) and event.message:
        # Escapes of the envelope would be in the text, and what is around the message means nothing to a reader.
        line = _marked_or_first(excerpt(event._replace(text=event.message)))
        return line._replace(number=event.line, before=f"{ELLIPSIS} {line.before}")
    line = _marked_or_first(excerpt(event))
    if event.message and not line.marked and event.message.split("\n", 1)[0] not in event.text:
        # Damage was undone before the message was read, so it is not in the text as it stands.
        return line._replace(before=f"{ELLIPSIS} {visible(event.message.split(chr(10), 1)[0])}")
    at = event.text.find(event.message.split("\n", 1)[0]) if event.message else -1
    header = visible(event.text[:at]) if at > 0 else ""
    if header and line.before.startswith(header):
        return line._replace(before=f"{ELLIPSIS} {line.before[len(header) :]}")
    if header and not line.before and not line.marked and line.after.startswith(header):
        return line._replace(before=f"{ELLIPSIS} {line.after[len(header) :]}", after="")
    return line


def _marked_or_first(lines: Sequence[ExcerptLine]) -> ExcerptLine:
    return next((each for each in lines if each.marked), lines[0])


def _mark(event: Event) -> tuple[int, int]:
    at = event.text.rfind(event.message) if event.message and event.marked else -1
    return (0, 0) if at < 0 or event.marked is None else (at + event.marked[0], at + event.marked[1])


def fitted(line: ExcerptLine, room: int) -> ExcerptLine:
    """The line truncated to `room` columns, with the mark and as much around it as fits."""
    if cells(line.before + line.marked + line.after) <= room:
        return line
    if cells(line.marked) > room - 2:
        return line._replace(before=ELLIPSIS if line.before else "", marked=truncated(line.marked, room - 1), after="")
    marked = line.marked
    around = room - cells(marked)
    left = min(cells(line.before), max(around // 2, around - cells(line.after)))
    return line._replace(before=_tail(line.before, left), marked=marked, after=truncated(line.after, around - left))


def truncated(text: str, room: int) -> str:
    """The start of a text that fits into `room` columns, with an ellipsis if it does not all fit."""
    if cells(text) <= room:
        return text
    shown, used = [], cells(ELLIPSIS)
    for character in text:
        used += _cells_of(character)
        if used > room:
            break
        shown.append(character)
    return "".join(shown) + ELLIPSIS


def _tail(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    shown, used = [], cells(ELLIPSIS)
    for character in reversed(text):
        used += _cells_of(character)
        if used > room:
            break
        shown.append(character)
    return ELLIPSIS + "".join(reversed(shown))
