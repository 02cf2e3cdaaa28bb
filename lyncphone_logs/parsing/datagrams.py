"""Datagrams that hold several messages: each becomes a row of its own, with what the datagram says of all of them.

A collector writes a datagram as one line, its line ends as `#012`, or as several, of which the further are indented.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.multiline_spec import MAX_CONTINUATIONS, MultilineSpec
from lyncphone_logs.parsing.header import Columns
from lyncphone_logs.syslog.lines import LineTable

SHARED = ("hostname", "facility", "severity", "app_name", "procid", "sequence", "framing")
STAMPS = ("stamp", "stamp_owner", "received")
OWN = ("component", "function", "source_line", "level")
MAX_RECORD_HEADER = 64
"""Characters in which a message of a datagram is told from text that happens to follow a line end."""


@dataclass(frozen=True, slots=True)
class _Piece:
    row: int
    offset: int
    length: int
    text: str
    repaired: str
    message: str


def split_datagrams(
    rows: LineTable, columns: Columns, joinings: Mapping[str, MultilineSpec]
) -> tuple[LineTable, Columns]:
    """Rows and columns with a row for each message; the bytes of a line are shared out among its rows."""
    several: dict[int, list[_Piece]] = {}
    for name, joining in joinings.items():
        if joining.record and joining.between:
            for row, message in enumerate(columns["message"]):
                if joining.between in message and columns["grammar"][row] == name:
                    pieces = _pieces(rows, row, message, joining.between, joining.record)
                    several |= {row: pieces} if len(pieces) > 1 else {}
    return _spread(rows, columns, several) if several else (rows, columns)


def _pieces(rows: LineTable, row: int, message: str, between: str, record: CompiledExpression) -> list[_Piece]:
    written, repaired = rows.texts[row], rows.repaired[row]
    starts, own = _starts(written, between, record), _starts(message, between, record)
    in_repaired = starts if written is repaired else _starts(repaired, between, record)
    if not len(starts) == len(own) == len(in_repaired):
        return []
    places = [len(written[:start].encode(_encoding(rows, row), "replace")) for start in starts]
    lengths = [end - start for start, end in zip(places, [*places[1:], rows.lengths[row]], strict=True)]
    messages = _cut(message, own)
    texts = [messages[0], *(_text(each.removeprefix(between), record) for each in messages[1:])]
    offsets = [rows.offsets[row] + place for place in places]
    parts = zip(offsets, lengths, _cut(written, starts), _cut(repaired, in_repaired), texts, strict=True)
    return [_Piece(row, *part) for part in parts]


def _encoding(rows: LineTable, row: int) -> str:
    """That in which the text of a line is as long as the line."""
    if "cp1252" in rows.repairs.get(row, ()):
        return "latin-1"
    known = ("utf-8", "utf-16-le", "utf-32-le")
    return next((each for each in known if len(rows.texts[row].encode(each)) == rows.lengths[row]), "utf-8")


def _starts(text: str, between: str, record: CompiledExpression) -> list[int]:
    starts, at = [0], text.find(between)
    while at >= 0:
        behind = at + len(between)
        if record.match(text[behind : behind + MAX_RECORD_HEADER]):
            starts.append(at)
        at = text.find(between, behind)
    return starts


def _cut(text: str, starts: Sequence[int]) -> list[str]:
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _text(piece: str, record: CompiledExpression) -> str:
    spans = record.match(piece)
    return piece[slice(*spans["message"])].lstrip(" ") if spans else piece


def _spread(rows: LineTable, columns: Columns, several: Mapping[int, list[_Piece]]) -> tuple[LineTable, Columns]:
    origin = [row for row in range(len(rows)) for _ in several.get(row, (row,))]
    new = rows.picked(origin)
    columns = {name: [column[row] for row in origin] for name, column in columns.items()}
    first = {row: place for place, row in reversed(list(enumerate(origin)))}
    for row, pieces in several.items():
        for place, piece in enumerate(pieces, first[row]):
            new.offsets[place], new.lengths[place] = piece.offset, piece.length
            new.texts[place], new.repaired[place] = piece.text, piece.repaired
            columns["message"][place] = piece.message
            for name in OWN if place > first[row] else ():
                columns[name][place] = None
    return new, columns | {"offset": new.offsets, "bytes": new.lengths, "text": new.texts}


def share_datagram_header(rows: LineTable, columns: Columns, joinings: Mapping[str, MultilineSpec]) -> dict[int, int]:
    """Put into the indented rows of a datagram what its first row says, and into all the stamp at its end.

    Gives for each row of such a datagram the first one.
    """
    first_of = _datagrams(rows, columns, {name for name, joining in joinings.items() if joining.record})
    blocks: dict[int, list[int]] = {}
    for row, first in first_of.items():
        blocks.setdefault(first, []).append(row)
    several = {first: block for first, block in blocks.items() if len(block) > 1}
    if several:
        # Columns in which nothing stands may be one and the same list.
        columns |= {name: columns[name].copy() for name in (*SHARED, *STAMPS, "message")}
    for first, block in several.items():
        _share(rows, columns, block, joinings[columns["grammar"][first]])
    return first_of


def _datagrams(rows: LineTable, columns: Columns, names: set[str]) -> dict[int, int]:
    first_of: dict[int, int] = {}
    first: int | None = None
    for row, text in enumerate(rows.texts) if names else ():
        is_further = text[0] in " \t" or (row > 0 and rows.numbers[row] == rows.numbers[row - 1])
        if not is_further:
            first = row if columns["grammar"][row] in names else None
        elif row in rows.after_gap or (
            first is not None and rows.numbers[row] - rows.numbers[first] > MAX_CONTINUATIONS
        ):
            first = None
        if first is not None:
            first_of[row] = first
    return first_of


def _share(rows: LineTable, columns: Columns, block: Sequence[int], joining: MultilineSpec) -> None:
    first, last = block[0], block[-1]
    own = [row for row in block if columns["grammar"][row]]
    for name in SHARED:
        for row in own:
            columns[name][row] = columns[name][first]
    text = rows.repaired[last]
    if joining.trailer and (spans := joining.trailer.match(text)):
        received = columns["received"][first] or columns["stamp"][first]
        for row in own:
            for name, value in zip(STAMPS, (text[slice(*spans["stamp"])], "phone", received), strict=True):
                columns[name][row] = value
        if last not in own:
            columns["message"][last] = text[slice(*spans["message"])]
    else:
        for name in STAMPS:
            for row in own:
                columns[name][row] = columns[name][first]
