"""Lines of a source, many at once: where each stands, and its text with damage undone.

What `Window.lines` gives one by one stands here in columns, which is several times faster.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress

from lyncphone_logs.sources.window import MAX_LINE_BYTES, Window, decode
from lyncphone_logs.syslog.damage import repair


@dataclass(slots=True)
class LineTable:
    """Lines that are not blank, a row each.

    `numbers`, `offsets` and `lengths` (bytes) are those of the lines, `texts` as decoded, `repaired` as the phone may
    have written them; `repairs` names what was done to a row, where anything was. `after_gap` are rows whose line does
    not follow that of the row before; `taken` are the offsets of those that belong to events already handed out.
    """

    numbers: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    repairs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    after_gap: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.numbers)

    def tail(self, start: int) -> "LineTable":
        """The rows from `start` on."""
        part = LineTable()
        for name in _COLUMNS:
            setattr(part, name, getattr(self, name)[start:])
        part.repairs = {row - start: names for row, names in self.repairs.items() if row >= start}
        part.after_gap = {row - start for row in self.after_gap if row >= start}
        part.taken = {offset for offset in self.taken if part and offset >= part.offsets[0]}
        return part

    def picked(self, origin: Sequence[int]) -> "LineTable":
        """Rows that are copies of these, in this order; of several copies of one row only the first is behind a gap."""
        part = LineTable(taken=self.taken)
        for name in _COLUMNS:
            values = getattr(self, name)
            setattr(part, name, [values[row] for row in origin])
        part.repairs = {place: self.repairs[row] for place, row in enumerate(origin) if row in self.repairs}
        firsts = {row: place for place, row in reversed(list(enumerate(origin)))}
        part.after_gap = {firsts[row] for row in self.after_gap}
        return part

    def is_apart(self, row: int) -> bool:
        """Whether a row cannot go on with the one before, which is not its neighbour or was handed out."""
        return row in self.after_gap or self.offsets[row - 1] in self.taken

    def extend(self, others: "LineTable") -> None:
        """Put other rows behind these."""
        start = len(self)
        for name in _COLUMNS:
            getattr(self, name).extend(getattr(others, name))
        self.repairs |= {row + start: names for row, names in others.repairs.items()}
        self.after_gap |= {row + start for row in others.after_gap}
        self.taken |= others.taken


LINE_END = 1
"""Bytes of a line end that are not part of the line as it is first cut; a carriage return is taken off later."""
_COLUMNS = ("numbers", "offsets", "lengths", "texts", "repaired")


def lines_of_window(window: Window, places: list[tuple[int, int]] | None = None) -> LineTable:
    """The lines of a window; `places` are number and offset of each, where these do not follow each other."""
    # In this encoding a byte is a character, whatever it means.
    pieces = str(window.data, "latin-1").split("\n")
    ended = not pieces[-1]
    if ended:
        pieces.pop()
    rows = LineTable()
    if not pieces:
        return rows
    if window.places:
        rows.numbers = list(range(window.number, window.number + len(pieces)))
        rows.offsets = [offset for offset, _ in window.places]
    elif places is None:
        rows.numbers = list(range(window.number, window.number + len(pieces)))
        sizes = [len(piece) + LINE_END for piece in pieces[:-1]]
        rows.offsets = list(accumulate(sizes, initial=window.offset))
    else:
        rows.numbers, rows.offsets = [number for number, _ in places], [offset for _, offset in places]
        rows.after_gap = {row for row in range(1, len(places)) if rows.numbers[row] != rows.numbers[row - 1] + 1}
    if b"\r" in window.data and not window.places:
        last = pieces[-1]
        pieces = [piece.removesuffix("\r") for piece in pieces]
        pieces[-1] = pieces[-1] if ended else last
    rows.lengths = list(map(len, pieces))
    rows.lengths[-1] += window.beyond
    if window.places:
        rows.lengths = [length for _, length in window.places]
    _decode(rows, pieces, window.data)
    return _without_blanks(rows)


def _decode(rows: LineTable, pieces: list[str], data: bytes) -> None:
    if data.isascii() and max(map(len, pieces)) <= MAX_LINE_BYTES:
        odd = [row for row, piece in enumerate(pieces) if "&" in piece] if b"&" in data else []
    else:
        odd = [
            row
            for row, piece in enumerate(pieces)
            if len(piece) > MAX_LINE_BYTES or not piece.isascii() or "&" in piece
        ]
    rows.texts = pieces
    rows.repaired = pieces.copy() if odd else pieces
    for row in odd:
        rows.texts[row], decoded = decode(pieces[row].encode("latin-1"))
        rows.repaired[row], repaired = repair(rows.texts[row])
        if names := (*decoded, *repaired):
            rows.repairs[row] = names


def _without_blanks(rows: LineTable) -> LineTable:
    if "" not in rows.texts and not any(map(str.isspace, rows.texts)):
        return rows
    is_kept = [bool(text) and not text.isspace() for text in rows.texts]
    new = LineTable()
    for name in _COLUMNS:
        setattr(new, name, list(compress(getattr(rows, name), is_kept)))
    kept = list(compress(range(len(rows)), is_kept))
    new.repairs = {place: rows.repairs[row] for place, row in enumerate(kept) if row in rows.repairs}
    # A gap before a blank line is a gap before the line behind it.
    new.after_gap = {bisect_left(kept, row) for row in rows.after_gap} - {len(kept)}
    return new
