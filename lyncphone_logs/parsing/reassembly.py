"""Reassembles messages that were cut and continue in later lines of their sender.

The grammar declares how they continue (`grammar.multiline_spec`). The search for pieces is bounded: by the lines and
bytes from the first piece to the last, by the number of pieces, by the size of the message, and by how late a sequence
number may come. A piece that is not found within these bounds is missing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.multiline_spec import MAX_EVENT_LINES, SEQUENCE, MultilineSpec
from lyncphone_logs.parsing import sip
from lyncphone_logs.parsing.header import Columns, device_text
from lyncphone_logs.parsing.sequence_numbers import MAX_LATE_NUMBERS
from lyncphone_logs.syslog.lines import LineTable

MAX_PIECES = 64
MAX_MESSAGE_BYTES = 256 * 1024
MAX_EVENT_BYTES = 1024 * 1024
"""Bytes from the first piece of a message to the last, including lines of other senders."""

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,40}: ")
_RETURN = ("^M", "\r")


@dataclass(slots=True)
class Reassembly:
    """The result: `owner` maps a further row of an event to the first, `messages` a first row to the whole message.

    From row `end` on, rows may belong to events that continue after the last row.
    """

    owner: dict[int, int]
    end: int
    messages: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _OpenMessage:
    """A message that may continue: the rows of its pieces, the sequence number of the next one, its bytes so far."""

    pieces: list[int]
    next: int = 0
    bytes: int = 0


@dataclass(slots=True)
class _Sender:
    """The lines of one sender.

    `open` are messages that may continue. `waiting` are rows of continuations, by sequence number, that came before the
    piece that they continue. `last` is the latest sequence number, -2 before the first.
    """

    open: list[_OpenMessage] = field(default_factory=list)
    waiting: dict[int, int] = field(default_factory=dict)
    last: int = -2


def reassemble(
    rows: LineTable,
    columns: Columns,
    grammars: Mapping[str, Grammar],
    owner: dict[int, int],
    first_of: Mapping[int, int],
) -> Reassembly:
    """Join the pieces of messages. Changes `owner`.

    `owner` maps lines that directly continue another line to that line, `first_of` rows of a datagram to its first row.
    """
    last = len(rows) - 1
    found = Reassembly(owner, last)
    for grammar in grammars.values():
        if grammar.multiline:
            reassembler = Reassembler(rows, columns, grammar, grammar.multiline, owner)
            reassembler.join()
            found.messages |= reassembler.messages()
            found.end = min([found.end, *reassembler.unfinished()])
    end = min(found.end, owner.get(last, last), first_of.get(last, last))
    found.end = _end_of_complete_events(end, rows, owner)
    return found


def _end_of_complete_events(end: int, rows: LineTable, owner: Mapping[int, int]) -> int:
    """The last row up to `end` at which a line begins, and before which no piece precedes its first piece."""
    early, before = [(first, row) for row, first in owner.items() if row < first], -1
    while end != before:
        before = end
        end = min([end, *(row for first, row in early if row < end <= first)])
        while end and rows.numbers[end - 1] == rows.numbers[end]:
            end -= 1
    return end


class Reassembler:
    """Joins the pieces of the messages of one grammar: `join`, then `messages` and `unfinished`.

    State: `_senders` by host; `_lines`, the rows that directly continue a row; `_joined`, the rows of the pieces of a
    message by the first, in order.
    """

    def __init__(
        self, rows: LineTable, columns: Columns, grammar: Grammar, spec: MultilineSpec, owner: dict[int, int]
    ) -> None:
        self._rows, self._columns, self._owner = rows, columns, owner
        self._grammar, self._spec = grammar, spec
        self._senders: dict[str | None, _Sender] = {}
        self._lines: dict[int, list[int]] = {}
        for row, first in sorted(owner.items()):
            self._lines.setdefault(first, []).append(row)
        self._joined: dict[int, list[int]] = {}

    def join(self) -> None:
        """Find the pieces of each message."""
        if self._spec.goes_on is None:
            return
        add = self._add_numbered if self._spec.by == SEQUENCE else self._add_next
        hosts, consumed = self._columns["hostname"], self._rows.consumed
        for row, name in enumerate(self._columns["grammar"]):
            if name == self._grammar.name:
                add(self._senders.setdefault(hosts[row], _Sender()), row, self._rows.offsets[row] in consumed)

    def messages(self) -> dict[int, str]:
        """The messages of several rows by their first row; adds the other rows to `owner`."""
        for first, pieces in self._joined.items():
            for piece in pieces[1:]:
                for row in (piece, *self._lines.get(piece, ())):
                    self._owner[row] = first
        several = {row for row in self._lines if self._columns["grammar"][row] == self._grammar.name}
        several -= {piece for pieces in self._joined.values() for piece in pieces[1:]}
        return {row: self._text(self._joined.get(row, [row])).strip() for row in several | self._joined.keys()}

    def unfinished(self) -> Iterator[int]:
        """Rows of messages that may continue after the last row."""
        for sender in self._senders.values():
            for row in (*(message.pieces[0] for message in sender.open), *sender.waiting.values()):
                if self._is_near(row, len(self._rows) - 1):
                    yield row

    def _is_near(self, row: int, other: int) -> bool:
        numbers, offsets = self._rows.numbers, self._rows.offsets
        return (
            abs(numbers[other] - numbers[row]) < MAX_EVENT_LINES
            and abs(offsets[other] - offsets[row]) < MAX_EVENT_BYTES
        )

    def _add_numbered(self, sender: _Sender, row: int, is_consumed: bool) -> None:
        """Add a row of a sender that numbers its lines: the next piece of a message has the next number."""
        number = self._columns["sequence"][row]
        if number is None:
            return
        # The line with the number before was read, and opened or continued no message.
        follows_other = number - 1 == sender.last and not sender.open and number - 1 not in sender.waiting
        if sender.open or sender.waiting:
            self._expire(sender, row, number)
        sender.last = number
        if is_consumed:
            return
        if self._spec.opens in self._rows.repaired[row]:
            message = _OpenMessage([row], number + 1, self._bytes(row))
            sender.open.append(message)
            self._add_waiting(sender, message)
        elif not follows_other and (text := self._plain_continuation(row)) is not None:
            self._continue(sender, row, number, text)
        else:
            sender.open = [message for message in sender.open if message.next != number]

    def _expire(self, sender: _Sender, row: int, number: int) -> None:
        """Drop what no line can continue: its last number came again, or it is too far away."""

        def may_continue(message: _OpenMessage) -> bool:
            ended = message.next == number + 1
            is_late = abs(number - message.next) > MAX_LATE_NUMBERS
            return not ended and not is_late and self._is_near(message.pieces[0], row)

        sender.open = list(filter(may_continue, sender.open))
        sender.waiting = {
            other: waiting
            for other, waiting in sender.waiting.items()
            if abs(number - other) <= MAX_LATE_NUMBERS and self._is_near(waiting, row)
        }

    def _continue(self, sender: _Sender, row: int, number: int, text: str) -> None:
        message = next((message for message in sender.open if message.next == number), None)
        if message is not None and self._append(sender, message, row, text):
            self._add_waiting(sender, message)
        else:
            sender.waiting[number] = row

    def _add_waiting(self, sender: _Sender, message: _OpenMessage) -> None:
        """Append the waiting lines that continue the message."""
        while message in sender.open and (row := sender.waiting.pop(message.next, None)) is not None:
            if not self._append(sender, message, row, self._continuation(row) or ""):
                # It may fit after more lines have come that continue the piece before.
                sender.waiting[message.next] = row
                return

    def _append(self, sender: _Sender, message: _OpenMessage, row: int, text: str) -> bool:
        """Append a piece if it fits; the message is no longer open if it does not, or if the piece is its end."""
        first, size = message.pieces[0], message.bytes + self._bytes(row)
        is_end = bool(self._spec.ends) and text.startswith(self._spec.ends)
        fits = (
            len(message.pieces) < MAX_PIECES
            and size <= MAX_MESSAGE_BYTES
            and self._columns["procid"][row] == self._columns["procid"][first]
            and (is_end or not self._is_complete(message))
        )
        if fits:
            message.pieces.append(row)
            message.next, message.bytes = message.next + 1, size
            self._joined[first] = message.pieces
        if is_end or not fits:
            sender.open.remove(message)
        return fits

    def _is_complete(self, message: _OpenMessage) -> bool:
        parsed = sip.parse(self._text(message.pieces), shortest_line_end=bool(self._spec.ends))
        return parsed is not None and parsed.is_complete

    def _add_next(self, sender: _Sender, row: int, is_consumed: bool) -> None:
        """Add a row of a sender without numbers: the next piece of a message is its next line."""
        sender.open = [message for message in sender.open if self._is_near(message.pieces[0], row)]
        message = self._columns["message"][row]
        if self._spec.opens in self._rows.repaired[row] and not is_consumed:
            sender.open = [_OpenMessage([row], 0, self._bytes(row))]
        elif sender.open:
            has_header = self._columns["component"][row] or self._columns["stamp_owner"][row] == "phone"
            if has_header or is_consumed or (kind := self._grammar.read_message(message)[0]).startswith("sip."):
                sender.open = []
            elif kind == MESSAGE:
                self._append(sender, sender.open[0], row, message)

    def _bytes(self, row: int) -> int:
        return self._rows.lengths[row] + sum(self._rows.lengths[line] for line in self._lines.get(row, ()))

    def _plain_continuation(self, row: int) -> str | None:
        """The text of a continuation, if the header of its line says nothing else."""
        text = self._continuation(row)
        return text if (text or "").lstrip().startswith(self._columns["message"][row].strip()) else None

    def _continuation(self, row: int) -> str | None:
        """The text of a line that continues a message, None if it does not."""
        goes_on = self._spec.goes_on
        line = device_text(self._rows, self._columns, row)
        spans = goes_on.match(line) if goes_on else None
        return line[slice(*spans["message"])] if spans else None

    def _text(self, pieces: list[int]) -> str:
        """The text of a message: pieces are joined within a line, or with a line end if a header begins there."""
        text = ""
        for number, row in enumerate(pieces):
            piece = self._columns["message"][row] if number == 0 else self._continuation(row) or ""
            if number and self._spec.ends and piece.startswith(self._spec.ends):
                break
            more = self._piece(row, piece)
            is_cut = not (text.endswith(_RETURN) and not more.startswith("\n"))
            if number and self._spec.by != SEQUENCE and _HEADER.match(more):
                is_cut = False
            text = f"{text}{more}" if is_cut or not number else f"{text}\n{more}"
        return text

    def _piece(self, row: int, text: str) -> str:
        """A line and the lines that directly continue it, without what the datagram adds at its end."""
        before = self._rows.numbers[row]
        for following in self._lines.get(row, ()):
            line = self._columns["message"][following]
            indent = next(filter(line.startswith, self._spec.indents), "")
            ends = "\n" * min(self._rows.numbers[following] - before, 2)
            text, before = f"{text}{ends}{line.removeprefix(indent)}", self._rows.numbers[following]
        if self._spec.trailer is None:
            return text
        spans = self._spec.trailer.match(text)
        return (text[slice(*spans["message"])] if spans else text).removesuffix(" ")
