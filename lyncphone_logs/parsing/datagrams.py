"""Splits datagrams with several messages: each message gets a row, with the header that the datagram has once.

A collector writes a datagram as one line, with its line ends as `#012`, or as several lines, with the further ones
indented.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.multiline_spec import MAX_CONTINUATIONS, MultilineSpec
from lyncphone_logs.parsing.header import Columns
from lyncphone_logs.syslog.lines import LineTable

SHARED_FIELDS = ("hostname", "facility", "severity", "app_name", "procid", "sequence", "framing")
"""What the first row of a datagram says for all of them."""
STAMPS = ("stamp", "stamp_owner", "received")
FIRST_ROW_FIELDS = ("component", "function", "source_line", "level")
"""What the header of a line says only for its first message."""
MAX_RECORD_HEADER = 64
"""Characters after a line end that decide whether a message of the datagram begins there."""


class Trailer(NamedTuple):
    """The last part of a datagram, and its stamp."""

    message: str
    stamp: str


@dataclass(frozen=True, slots=True)
class _Piece:
    offset: int
    length: int
    text: str
    repaired: str
    message: str


def split_datagrams(rows: LineTable, columns: Columns, specs: Mapping[str, MultilineSpec]) -> tuple[LineTable, Columns]:
    """Rows and columns with one row for each message. Each byte of a line belongs to one of its rows."""
    pieces_of: dict[int, list[_Piece]] = {}
    for name, spec in specs.items():
        if spec.record and spec.between:
            for row, message in enumerate(columns["message"]):
                if spec.between in message and columns["grammar"][row] == name:
                    pieces = _pieces(rows, row, message, spec.between, spec.record)
                    pieces_of |= {row: pieces} if len(pieces) > 1 else {}
    return _with_pieces(rows, columns, pieces_of) if pieces_of else (rows, columns)


def _pieces(rows: LineTable, row: int, message: str, between: str, record: CompiledExpression) -> list[_Piece]:
    """The messages of a line; none if its text, without damage and as it is written, has different numbers of them."""
    texts = _split(rows.texts[row], between, record)
    repaired = texts if rows.texts[row] is rows.repaired[row] else _split(rows.repaired[row], between, record)
    first, *others = _split(message, between, record)
    if not len(texts) == len(repaired) == 1 + len(others):
        return []
    messages = [first, *(_message(other.removeprefix(between), record) for other in others)]
    encoding = _encoding(rows, row)
    starts = list(accumulate((len(text.encode(encoding, "replace")) for text in texts[:-1]), initial=0))
    lengths = [end - start for start, end in pairwise((*starts, rows.lengths[row]))]
    offsets = [rows.offsets[row] + start for start in starts]
    return [_Piece(*piece) for piece in zip(offsets, lengths, texts, repaired, messages, strict=True)]


def _encoding(rows: LineTable, row: int) -> str:
    """The encoding in which the text of a line has as many bytes as the line."""
    if "cp1252" in rows.repairs.get(row, ()):
        return "latin-1"
    known = ("utf-8", "utf-16-le", "utf-32-le")
    return next((name for name in known if len(rows.texts[row].encode(name)) == rows.lengths[row]), "utf-8")


def _split(text: str, between: str, record: CompiledExpression) -> list[str]:
    """The text in pieces, each of which but the first begins with `between`."""
    starts, found = [0], text.find(between)
    while found >= 0:
        end = found + len(between)
        if record.match(text[end : end + MAX_RECORD_HEADER]):
            starts.append(found)
        found = text.find(between, end)
    return [text[start:end] for start, end in pairwise((*starts, len(text)))]


def _message(piece: str, record: CompiledExpression) -> str:
    spans = record.match(piece)
    return piece[slice(*spans["message"])].lstrip(" ") if spans else piece


def _with_pieces(rows: LineTable, columns: Columns, pieces_of: Mapping[int, list[_Piece]]) -> tuple[LineTable, Columns]:
    origin = [row for row in range(len(rows)) for _ in pieces_of.get(row, (row,))]
    new = rows.picked(origin)
    columns = {name: [column[row] for row in origin] for name, column in columns.items()}
    first_copies = {row: copy for copy, row in reversed(list(enumerate(origin)))}
    for row, pieces in pieces_of.items():
        for copy, piece in enumerate(pieces, first_copies[row]):
            new.offsets[copy], new.lengths[copy] = piece.offset, piece.length
            new.texts[copy], new.repaired[copy] = piece.text, piece.repaired
            columns["message"][copy] = piece.message
            for name in FIRST_ROW_FIELDS if copy > first_copies[row] else ():
                columns[name][copy] = None
    return new, columns | {"offset": new.offsets, "bytes": new.lengths, "text": new.texts}


def share_datagram_header(rows: LineTable, columns: Columns, specs: Mapping[str, MultilineSpec]) -> dict[int, int]:
    """Copy what the first row of a datagram says to its further rows, and the stamp at its end to all of them.

    Changes `columns`. Returns the first row of each row of a datagram.
    """
    first_of = _datagrams(rows, columns, {name for name, spec in specs.items() if spec.record})
    blocks: dict[int, list[int]] = {}
    for row, first in first_of.items():
        blocks.setdefault(first, []).append(row)
    several = {first: block for first, block in blocks.items() if len(block) > 1}
    if several:
        # Columns without values may be the same list.
        columns |= {name: columns[name].copy() for name in (*SHARED_FIELDS, *STAMPS, "message")}
    for first, block in several.items():
        _share(rows, columns, block, specs[columns["grammar"][first]])
    return first_of


def _datagrams(rows: LineTable, columns: Columns, names: set[str]) -> dict[int, int]:
    """The first row of each row of a datagram; `names` are the grammars whose datagrams have several messages."""
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


def trailer_of(text: str, spec: MultilineSpec) -> Trailer | None:
    """What a line says if a datagram ends with it; None if none does."""
    if not spec.trailer or not any(literal in text for literal in spec.trailer.literals):
        return None
    spans = spec.trailer.match(text)
    return Trailer(text[slice(*spans["message"])], text[slice(*spans["stamp"])]) if spans else None


def _share(rows: LineTable, columns: Columns, block: Sequence[int], spec: MultilineSpec) -> None:
    first = block[0]
    parsed = [row for row in block if columns["grammar"][row]]
    values = {name: columns[name][first] for name in (*SHARED_FIELDS, *STAMPS)}
    found = ((row, trailer_of(rows.repaired[row], spec)) for row in reversed(block[1:]))
    row, trailer = next(((row, trailer) for row, trailer in found if trailer), (first, None))
    if trailer:
        values["received"] = values["received"] or values["stamp"]
        values |= {"stamp": trailer.stamp, "stamp_owner": "phone"}
        if row not in parsed:
            columns["message"][row] = trailer.message
    for name, value in values.items():
        for row in parsed:
            columns[name][row] = value
