"""Reassembles messages that were cut and continue in later lines of their sender.

The grammar declares how they continue (`grammar.multiline_spec`). The search for pieces is bounded: by the lines and
bytes from the first piece to the last, by the number of pieces, by the size of the message, and by how late a sequence
number may come. A piece that is not found within these bounds is missing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.multiline_spec import MAX_EVENT_LINES, SEQUENCE, MultilineSpec
from lyncphone_logs.parsing import sip
from lyncphone_logs.parsing.datagrams import STAMPS
from lyncphone_logs.parsing.header import Columns, device_text
from lyncphone_logs.parsing.sequence_numbers import MAX_LATE_NUMBERS
from lyncphone_logs.parsing.sip_text import NAMES
from lyncphone_logs.syslog.lines import LineTable

MAX_PIECES = 64
MAX_MESSAGE_BYTES = 256 * 1024
MAX_EVENT_BYTES = 1024 * 1024
"""Bytes from the first piece of a message to the last, including lines of other senders."""

# A header of SIP with its long or its compact name, or a line of a session description. No name with "=" that a header
# has as a parameter is one of these, so that a header that was cut before it is joined.
_LINE_START = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9-]{1,40}|[b-fiklmorstuvx]): "
    r"|v=0\b|o=\S|s=[^\d\s]|c=IN |t=\d{1,20} \d|m=[a-z]{1,20} \d|a=[a-z]"
)
_RETURN = ("^M", "\r")
MAX_FOLD = 8
"""Blanks that a header's folded line begins with, seldom more."""


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
    piece that they continue. `last` is the latest sequence number, -2 before the first. `dated` is the row of the
    latest line with a stamp of the phone.
    """

    open: list[_OpenMessage] = field(default_factory=list)
    waiting: dict[int, int] = field(default_factory=dict)
    last: int = -2
    dated: int | None = None


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

    State: `_senders` by host, else by the MAC address in their lines; `_lines`, the rows that directly continue a row;
    `_joined`, the rows of the pieces of a message by the first, in order.
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
        if self._spec.by != SEQUENCE:
            self._join_next_lines()
            return
        hosts, consumed = self._columns["hostname"], self._rows.consumed
        for row, name in enumerate(self._columns["grammar"]):
            if name == self._grammar.name:
                sender = self._senders.setdefault(hosts[row], _Sender())
                self._add_numbered(sender, row, self._rows.offsets[row] in consumed)

    def _join_next_lines(self) -> None:
        hosts, macs, consumed = self._columns["hostname"], self._columns["mac"], self._rows.consumed
        if self._spec.dated:
            # Columns without values may be the same list.
            self._columns |= {name: self._columns[name].copy() for name in STAMPS}
        for row, name in enumerate(self._columns["grammar"]):
            if name == self._grammar.name:
                sender = self._senders.setdefault(hosts[row] or macs[row], _Sender())
                if self._spec.dated:
                    self._carry_stamp(sender, row)
                self._add_next(sender, row, self._rows.offsets[row] in consumed)
            elif not name and self._spec.bare and row not in self._owner:
                sender = self._senders.get(hosts[row], _Sender())
                text = self._continuation(row) if sender.open else None
                if text is not None and self._is_of_process(row, sender.open[0]):
                    self._append(sender, sender.open[0], row, text)

    def _carry_stamp(self, sender: _Sender, row: int) -> None:
        """Give a line without a stamp of the phone that of the sender's latest line with one."""
        columns = self._columns
        if columns["stamp_owner"][row] == "phone":
            sender.dated = row
        elif sender.dated is not None and self._spec.dated in self._rows.repaired[row]:
            if not self._is_near(sender.dated, row):
                sender.dated = None
                return
            columns["received"][row] = columns["received"][row] or columns["stamp"][row]
            columns["stamp"][row], columns["stamp_owner"][row] = columns["stamp"][sender.dated], "phone"

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
            dated = () if sender.dated is None else (sender.dated,)
            for row in (*(message.pieces[0] for message in sender.open), *sender.waiting.values(), *dated):
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
            and self._is_of_process(row, message)
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
        may_open = self._spec.opens in self._rows.repaired[row]
        if not (may_open or sender.open):
            return
        kind = self._grammar.read_message(message)[0]
        if may_open and kind.startswith("sip.") and not is_consumed:
            sender.open = [_OpenMessage([row], 0, self._bytes(row))]
        elif sender.open and self._is_of_process(row, sender.open[0]):
            text = self._continuation(row)
            if text is None or is_consumed or kind.startswith("sip."):
                sender.open = []
            elif kind == MESSAGE:
                self._append(sender, sender.open[0], row, text)

    def _is_of_process(self, row: int, message: _OpenMessage) -> bool:
        """Whether the process that began a message wrote a line; a line without header need not name its process."""
        procid = self._columns["procid"][row]
        if not self._columns["grammar"][row] and self._spec.bare:
            spans = self._spec.bare.match(self._device_text(row)) or {}
            if "procid" not in spans:
                return True
            procid = self._device_text(row)[slice(*spans["procid"])]
        return bool(procid == self._columns["procid"][message.pieces[0]])

    def _device_text(self, row: int) -> str:
        return device_text(self._rows, self._columns, row)

    def _bytes(self, row: int) -> int:
        return self._rows.lengths[row] + sum(self._rows.lengths[line] for line in self._lines.get(row, ()))

    def _plain_continuation(self, row: int) -> str | None:
        """The text of a continuation, if the header of its line says nothing else."""
        text = self._continuation(row)
        return text if (text or "").lstrip().startswith(self._columns["message"][row].strip()) else None

    def _continuation(self, row: int) -> str | None:
        """The text of a line that continues a message, None if it does not."""
        line = self._device_text(row)
        is_bare = not self._columns["grammar"][row]
        expression = self._spec.bare if is_bare else self._spec.goes_on
        spans = expression.match(line) if expression else None
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
            if number and (self._begins_line(more) if self._spec.by != SEQUENCE else _is_cut_at_line_end(text, more)):
                is_cut = False
            text = f"{text}{more}" if is_cut or not number else f"{text}\n{more}"
        return text

    def _begins_line(self, more: str) -> bool:
        return self._spec.whole or _LINE_START.match(more) is not None

    def _piece(self, row: int, text: str) -> str:
        """A line and the lines that directly continue it, without what the datagram adds at its end."""
        before = self._rows.numbers[row]
        more = self._lines.get(row, ())
        common = _common_indent([self._columns["message"][following] for following in more], self._spec.indents)
        for following in more:
            line = self._columns["message"][following]
            indent = common or next(filter(line.startswith, self._spec.indents), "")
            ends = "\n" * min(self._rows.numbers[following] - before, 2)
            # A line may have nothing but its indentation, whatever that is, if a datagram ends with a line end.
            shown = "" if line.isspace() else line.removeprefix(indent)
            text, before = f"{text}{ends}{shown}", self._rows.numbers[following]
        if self._spec.trailer is None:
            return text
        spans = self._spec.trailer.match(text)
        return (text[slice(*spans["message"])] if spans else text).removesuffix(" ")


def _is_cut_at_line_end(text: str, more: str) -> bool:
    """Whether a line ended between two pieces, in a trace that does not show the line end there.

    The rest of a name, as in `Record-` and `Route: `, begins no line.
    """
    if text.endswith("\n") or "#012" in text or "^M" in text or "\r" in text or not _LINE_START.match(more):
        return False
    last = text.rpartition("\n")[2]
    return last[1:2] == "=" if more[1:2] == "=" else ":" in last and more.partition(":")[0].lower() in NAMES


def _common_indent(lines: Sequence[str], indents: Sequence[str]) -> str:
    """What a viewer with wider columns indents all further lines by, "" if it is one of these or less.

    One line alone may be a folded header.
    """
    first = min(lines, default="")
    begin = next(filter(first.startswith, indents), "")
    if not begin:
        return ""
    width = min((len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()), default=0)
    common = first[:width] if all(line.startswith(first[:width]) for line in lines if line.strip()) else ""
    return common if len(lines) > 1 or len(common) > len(begin) + MAX_FOLD else ""
