"""Splits a window into a table of lines: number, byte offset and length, decoded text, and text without damage.

`Window.lines` yields the same lines one by one. Columns are several times faster.
"""

from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate, compress
from operator import itemgetter

from lyncphone_logs.sources.window import MAX_LINE_BYTES, Window, decode
from lyncphone_logs.syslog.damage import has_escapes, repair
from lyncphone_logs.syslog.envelopes import STARTS, Envelope, open_envelope


@dataclass(slots=True)
class LineTable:
    """Lines that are not blank, one row each.

    `numbers`, `offsets` and `lengths` (bytes) are those of the lines in the source; of a line longer than 64 KiB, the
    length is that of its text. `overlong_lines` are such lines, and `overlong_bytes` the rest of them. `texts` are the
    lines as decoded, `repaired` as the phone may have written them. `repairs` names the repairs of a row, for rows that
    have any. `after_gap` are the rows whose line does not follow the line of the previous row. `consumed` are the
    offsets of lines that belong to events already returned. `envelopes` are those around the lines at these offsets;
    `repaired` is then the line in it.
    """

    numbers: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    repairs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    after_gap: set[int] = field(default_factory=set)
    consumed: set[int] = field(default_factory=set)
    envelopes: dict[int, Envelope] = field(default_factory=dict)
    overlong_lines: int = 0
    overlong_bytes: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    def tail(self, start: int) -> "LineTable":
        """A new table of the rows from `start` on."""
        part = LineTable()
        for name in _COLUMNS:
            setattr(part, name, getattr(self, name)[start:])
        part.repairs = {row - start: names for row, names in self.repairs.items() if row >= start}
        part.after_gap = {row - start for row in self.after_gap if row >= start}
        part.consumed = {offset for offset in self.consumed if part and offset >= part.offsets[0]}
        part.envelopes = {at: each for at, each in self.envelopes.items() if part and at >= part.offsets[0]}
        return part

    def picked(self, origin: Sequence[int]) -> "LineTable":
        """A new table with a copy of row `origin[i]` as row i. Only the first copy of a row is after a gap."""
        part = LineTable(consumed=self.consumed, envelopes=self.envelopes)
        for name in _COLUMNS:
            values = getattr(self, name)
            setattr(part, name, [values[row] for row in origin])
        part.repairs = {new: self.repairs[row] for new, row in enumerate(origin) if row in self.repairs}
        first_copies = {row: new for new, row in reversed(list(enumerate(origin)))}
        part.after_gap = {first_copies[row] for row in self.after_gap}
        return part

    def is_apart(self, row: int) -> bool:
        """Whether a row cannot continue the previous one: there is a gap between them, or that one was returned."""
        return row in self.after_gap or self.offsets[row - 1] in self.consumed

    def extend(self, others: "LineTable") -> None:
        """Append the rows of another table to this one."""
        start = len(self)
        for name in _COLUMNS:
            getattr(self, name).extend(getattr(others, name))
        self.repairs |= {row + start: names for row, names in others.repairs.items()}
        self.after_gap |= {row + start for row in others.after_gap}
        self.consumed |= others.consumed
        self.envelopes |= others.envelopes


_COLUMNS = ("numbers", "offsets", "lengths", "texts", "repaired")


def lines_of_window(window: Window, positions: list[tuple[int, int]] | None = None) -> LineTable:
    """Split a window into lines, without blank ones.

    `positions` are number and offset of each line, if the window contains selected lines of a source.
    """
    contents = window.data.split(b"\n")
    ended = not contents[-1]
    if ended:
        contents.pop()
    rows = LineTable()
    if not contents:
        return rows
    _locate(rows, window, contents, positions)
    if b"\r" in window.data and not window.places:
        last = contents[-1]
        contents = [content.removesuffix(b"\r") for content in contents]
        contents[-1] = contents[-1] if ended else last
    if window.places:
        rows.lengths = [length for _, length in window.places]
    else:
        rows.lengths = list(map(len, contents))
        rows.lengths[-1] += window.beyond
    rows.texts, rows.repairs = _decoded(contents)
    if rows.repairs:
        _cut_lengths(rows, window)
    _repair(rows)
    rows = _without_blanks(rows)
    if not _ENVELOPE_STARTS.isdisjoint(map(itemgetter(0), rows.texts)):
        _open_envelopes(rows)
    return rows


def _locate(
    rows: LineTable, window: Window, contents: Sequence[bytes], positions: list[tuple[int, int]] | None
) -> None:
    if positions is not None and not window.places:
        rows.numbers, rows.offsets = [number for number, _ in positions], [offset for _, offset in positions]
        rows.after_gap = {row for row in range(1, len(positions)) if rows.numbers[row] != rows.numbers[row - 1] + 1}
        return
    rows.numbers = list(range(window.number, window.number + len(contents)))
    if window.places:
        rows.offsets = [offset for offset, _ in window.places]
    else:
        sizes = [len(content) + len(b"\n") for content in contents[:-1]]
        rows.offsets = list(accumulate(sizes, initial=window.offset))


def _decoded(contents: Sequence[bytes]) -> tuple[list[str], dict[int, tuple[str, ...]]]:
    """The texts of lines, and what decoding changed by row. Decodes all lines at once if all of them are UTF-8."""
    if max(map(len, contents)) <= MAX_LINE_BYTES:
        with suppress(UnicodeDecodeError):
            return str(b"\n".join(contents), "utf-8").split("\n"), {}
    decoded = [decode(content) for content in contents]
    return [text for text, _ in decoded], {row: names for row, (_, names) in enumerate(decoded) if names}


def _cut_lengths(rows: LineTable, window: Window) -> None:
    """Let the length of a truncated line be that of its text in the original, and count the rest."""
    for row, names in rows.repairs.items():
        if "overlong" in names:
            length = rows.lengths[row]
            is_wide = bool(window.encoding)
            examined = len(rows.texts[row].encode(window.encoding)) if is_wide else MAX_LINE_BYTES
            rows.lengths[row] = min(examined, length)
            rows.overlong_lines += 1
            rows.overlong_bytes += length - rows.lengths[row]


def _repair(rows: LineTable) -> None:
    joined = "\n".join(rows.texts)
    rows.repaired = rows.texts
    is_escaped = has_escapes(joined)
    if joined.isascii() and "&" not in joined and not is_escaped:
        return
    rows.repaired = rows.texts.copy()
    for row, text in enumerate(rows.texts):
        if is_escaped or not text.isascii() or "&" in text:
            rows.repaired[row], names = repair(text)
            if names:
                rows.repairs[row] = (*rows.repairs.get(row, ()), *names)


_ENVELOPE_STARTS = {start[0] for start in STARTS}


def _open_envelopes(rows: LineTable) -> None:
    rows.repaired = rows.repaired.copy()
    for row, text in enumerate(rows.texts):
        if text.startswith(STARTS) and (envelope := open_envelope(text)):
            rows.envelopes[rows.offsets[row]] = envelope
            rows.repaired[row] = envelope.texts[-1]
            decoding = [name for name in rows.repairs.pop(row, ()) if name in _DECODING]
            if names := (*decoding, *envelope.repairs):
                rows.repairs[row] = names


_DECODING = ("cp1252", "overlong")
"""Names of what decoding changed; other repairs are those of the text."""


_BLANKS = " \t\r\v\f"
"""Characters of blank lines. Python counts NEL, no-break spaces and separators too, but these are text that was lost
or damaged: a line of them is an event."""


def _without_blanks(rows: LineTable) -> LineTable:
    if "" not in rows.texts and not any(map(str.isspace, rows.texts)):
        return rows
    is_filled = [bool(text.strip(_BLANKS)) for text in rows.texts]
    if all(is_filled):
        return rows
    new = LineTable(overlong_lines=rows.overlong_lines, overlong_bytes=rows.overlong_bytes)
    for name in _COLUMNS:
        setattr(new, name, list(compress(getattr(rows, name), is_filled)))
    filled = list(compress(range(len(rows)), is_filled))
    new.repairs = {place: rows.repairs[row] for place, row in enumerate(filled) if row in rows.repairs}
    # A gap before a blank line is a gap before the next line that is not blank.
    new.after_gap = {bisect_left(filled, row) for row in rows.after_gap} - {len(filled)}
    return new
