"""Messages that were cut and go on in later lines of their sender, put together again.

How they go on is declared by the grammar (see `joining`). What can be found is bounded: by lines between the first
piece and the last, by pieces, by bytes and by numbers that come in between. What is not found within that is missing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.multiline_spec import MAX_EVENT_LINES, SEQUENCE, MultilineSpec
from lyncphone_logs.parsing.header import Columns
from lyncphone_logs.parsing.sequence_numbers import MAX_LATE_NUMBERS
from lyncphone_logs.parsing.sip import parse
from lyncphone_logs.syslog.lines import LineTable
from lyncphone_logs.syslog.unwrap import unwrap

MAX_PIECES = 64
MAX_MESSAGE_BYTES = 256 * 1024
MAX_NUMBERS_BETWEEN = 1024 * 1024
"""Bytes from the first piece of a message to the last, with the lines of others in between."""

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,40}: ")
_RETURN = ("^M", "\r")


@dataclass(slots=True)
class Reassembly:
    """`owner`: of further rows of an event its first one; `messages` of events over several rows, by the first.

    From `end` on rows may belong to events that go on behind the last row.
    """

    owner: dict[int, int]
    end: int
    messages: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    pieces: list[int]
    next: int = 0
    bytes: int = 0


@dataclass(slots=True)
class _Sender:
    """Of the lines of one sender: messages that may go on, and lines that may go on with one still to come."""

    open: list[_Open] = field(default_factory=list)
    waiting: dict[int, int] = field(default_factory=dict)
    last: int = -2


def reassemble(
    rows: LineTable,
    columns: Columns,
    grammars: Mapping[str, Grammar],
    owner: dict[int, int],
    first_of: Mapping[int, int],
) -> Reassembly:
    """Put the pieces of messages together; `owner` and `first_of` tell of lines that stand one behind the other."""
    last = len(rows) - 1
    made = Reassembly(owner, last)
    for grammar in grammars.values():
        if grammar.multiline:
            some = Reassembler(rows, columns, grammar, grammar.multiline, owner)
            some.join()
            made.messages |= some.messages()
            made.end = min([made.end, *some.unfinished()])
    made.end = _whole_events_before(min(made.end, owner.get(last, last), first_of.get(last, last)), rows, owner)
    return made


def _whole_events_before(end: int, rows: LineTable, owner: Mapping[int, int]) -> int:
    """The last row, not behind this one, where a line begins and before which no piece waits for its first one."""
    early, before = [(first, row) for row, first in owner.items() if row < first], -1
    while end != before:
        before = end
        end = min([end, *(row for first, row in early if row < end <= first)])
        while end and rows.numbers[end - 1] == rows.numbers[end]:
            end -= 1
    return end


class Reassembler:
    """The lines of one grammar."""

    def __init__(
        self, rows: LineTable, columns: Columns, grammar: Grammar, joining: MultilineSpec, owner: dict[int, int]
    ) -> None:
        self._rows, self._columns, self._owner = rows, columns, owner
        self._grammar, self._joining = grammar, joining
        self._senders: dict[str | None, _Sender] = {}
        self._more: dict[int, list[int]] = {}
        for row, first in sorted(owner.items()):
            self._more.setdefault(first, []).append(row)
        self._joined: dict[int, list[int]] = {}

    def join(self) -> None:
        """Find the pieces that belong together."""
        if self._joining.goes_on is None:
            return
        take = self._by_number if self._joining.by == SEQUENCE else self._by_line
        hosts, consumed = self._columns["hostname"], self._rows.consumed
        for row, name in enumerate(self._columns["grammar"]):
            if name == self._grammar.name:
                take(self._senders.setdefault(hosts[row], _Sender()), row, self._rows.offsets[row] in consumed)

    def messages(self) -> dict[int, str]:
        """The messages of several rows, put together."""
        for first, pieces in self._joined.items():
            for piece in pieces[1:]:
                for row in (piece, *self._more.get(piece, ())):
                    self._owner[row] = first
        several = {row for row in self._more if self._columns["grammar"][row] == self._grammar.name}
        several -= {piece for pieces in self._joined.values() for piece in pieces[1:]}
        return {row: self._text(self._joined.get(row, [row])).strip() for row in several | self._joined.keys()}

    def unfinished(self) -> Iterator[int]:
        """Rows of messages that may go on behind the last row."""
        for sender in self._senders.values():
            for row in (*(each.pieces[0] for each in sender.open), *sender.waiting.values()):
                if self._is_near(row, len(self._rows) - 1):
                    yield row

    def _is_near(self, row: int, other: int) -> bool:
        numbers, offsets = self._rows.numbers, self._rows.offsets
        return (
            abs(numbers[other] - numbers[row]) < MAX_EVENT_LINES
            and abs(offsets[other] - offsets[row]) < MAX_NUMBERS_BETWEEN
        )

    def _by_number(self, sender: _Sender, row: int, is_taken: bool) -> None:
        number = self._columns["sequence"][row]
        if number is None:
            return
        is_behind_another = number - 1 == sender.last and not sender.open and number - 1 not in sender.waiting
        if sender.open or sender.waiting:
            self._forget(sender, row, number)
        sender.last = number
        if is_taken:
            return
        if self._joining.opens in self._rows.repaired[row]:
            self._open(sender, row, number)
        elif not is_behind_another and (text := self._bare(row)) is not None:
            self._continue(sender, row, number, text)
        else:
            sender.open = [each for each in sender.open if each.next != number]

    def _forget(self, sender: _Sender, row: int, number: int) -> None:
        """Let go of what nothing can go on with any more: what the same datagram ends, or what lies too far back."""

        def may_go_on(each: _Open) -> bool:
            ended = each.next == number + 1
            return not ended and abs(number - each.next) <= MAX_LATE_NUMBERS and self._is_near(each.pieces[0], row)

        sender.open = list(filter(may_go_on, sender.open))
        sender.waiting = {
            other: place
            for other, place in sender.waiting.items()
            if abs(number - other) <= MAX_LATE_NUMBERS and self._is_near(place, row)
        }

    def _open(self, sender: _Sender, row: int, number: int) -> None:
        message = _Open([row], number + 1, self._bytes(row))
        sender.open.append(message)
        self._catch_up(sender, message)

    def _continue(self, sender: _Sender, row: int, number: int, text: str) -> None:
        message = next((each for each in sender.open if each.next == number), None)
        if message is not None and self._add(sender, message, row, text):
            self._catch_up(sender, message)
        else:
            sender.waiting[number] = row

    def _catch_up(self, sender: _Sender, message: _Open) -> None:
        """Add lines that came before the one that they go on with."""
        while message in sender.open and (row := sender.waiting.pop(message.next, None)) is not None:
            if not self._add(sender, message, row, self._further(row) or ""):
                # It fits when more lines come behind the piece before.
                sender.waiting[message.next] = row
                return

    def _add(self, sender: _Sender, message: _Open, row: int, text: str) -> bool:
        first, size = message.pieces[0], message.bytes + self._bytes(row)
        is_end = bool(self._joining.ends) and text.startswith(self._joining.ends)
        fits = (
            len(message.pieces) < MAX_PIECES
            and size <= MAX_MESSAGE_BYTES
            and self._columns["procid"][row] == self._columns["procid"][first]
            and (is_end or not self._is_whole(message))
        )
        if fits:
            message.pieces.append(row)
            message.next, message.bytes = message.next + 1, size
            self._joined[first] = message.pieces
        if is_end or not fits:
            sender.open.remove(message)
        return fits

    def _is_whole(self, message: _Open) -> bool:
        sip = parse(self._text(message.pieces), shortest_line_end=bool(self._joining.ends))
        return sip is not None and sip.is_whole

    def _by_line(self, sender: _Sender, row: int, is_taken: bool) -> None:
        sender.open = [each for each in sender.open if self._is_near(each.pieces[0], row)]
        message = self._columns["message"][row]
        if self._joining.opens in self._rows.repaired[row] and not is_taken:
            sender.open = [_Open([row], 0, self._bytes(row))]
        elif sender.open:
            is_of_its_own = self._columns["component"][row] or self._columns["stamp_owner"][row] == "phone"
            if is_of_its_own or is_taken or (kind := self._grammar.read_message(message)[0]).startswith("sip."):
                sender.open = []
            elif kind == MESSAGE:
                self._add(sender, sender.open[0], row, message)

    def _bytes(self, row: int) -> int:
        return self._rows.lengths[row] + sum(self._rows.lengths[each] for each in self._more.get(row, ()))

    def _bare(self, row: int) -> str | None:
        """The text of a line of which the header tells no more than that it goes on."""
        text = self._further(row)
        return text if (text or "").lstrip().startswith(self._columns["message"][row].strip()) else None

    def _further(self, row: int) -> str | None:
        """The text of a line that goes on, None where it does not."""
        goes_on = self._joining.goes_on
        own = unwrap(self._rows.repaired[row]).text
        spans = goes_on.match(own) if goes_on else None
        return own[slice(*spans["message"])] if spans else None

    def _text(self, pieces: list[int]) -> str:
        text = ""
        for number, piece in enumerate(pieces):
            own = self._columns["message"][piece] if number == 0 else self._further(piece) or ""
            if number and self._joining.ends and own.startswith(self._joining.ends):
                break
            more = self._piece(piece, own)
            is_cut = not (text.endswith(_RETURN) and not more.startswith("\n"))
            if number and self._joining.by != SEQUENCE and _HEADER.match(more):
                is_cut = False
            text = f"{text}{more}" if is_cut or not number else f"{text}\n{more}"
        return text

    def _piece(self, row: int, text: str) -> str:
        """A line and the lines behind it, without what the datagram adds at its end."""
        before = self._rows.numbers[row]
        for each in self._more.get(row, ()):
            line = self._columns["message"][each]
            indent = next(filter(line.startswith, self._joining.indents), "")
            ends = "\n" * min(self._rows.numbers[each] - before, 2)
            text, before = f"{text}{ends}{line.removeprefix(indent)}", self._rows.numbers[each]
        if self._joining.trailer is None:
            return text
        spans = self._joining.trailer.match(text)
        return (text[slice(*spans["message"])] if spans else text).removesuffix(" ")
