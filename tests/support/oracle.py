"""An independent reader of lines, to check the account of a trace. It shares no code with the package.

It knows what a line is, where it begins and ends in the original bytes, and which bytes separate lines. It does not
know what a line means. `mismatches` compares the events and the account of one source with it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

UTF8_MARK = b"\xef\xbb\xbf"
MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
SHOWN_BYTES = 65536
"""Bytes of a line that may become text."""
BLANKS = " \t\v\f\r"
"""A line of these alone is part of a separator."""


class Row(NamedTuple):
    """A line that is not blank: its number from 1, and the bytes of its content in the original."""

    number: int
    start: int
    stop: int


class Reading(NamedTuple):
    """The lines of some bytes.

    `is_shifted`: a byte of a text with wide characters was lost or added, and line ends are a guess.
    """

    size: int
    rows: tuple[Row, ...]
    is_shifted: bool


class Located(Protocol):
    """What the oracle reads of an event."""

    @property
    def line(self) -> int: ...
    @property
    def spans(self) -> Sequence[tuple[int, int]]: ...
    @property
    def text(self) -> str: ...


def read(data: bytes, encoding: str = "") -> Reading:
    """Split the bytes into lines. `encoding` is that of a text with two or four bytes for a character."""
    rows: list[Row] = []
    at = number = 0
    for mark, name in ((UTF8_MARK, ""), *MARKS):
        if name == encoding and data.startswith(mark):
            at = len(mark)
            break
    end, carriage_return = "\n".encode(encoding or "ascii"), "\r".encode(encoding or "ascii")
    while at < len(data):
        number += 1
        stop = _find(data, end, at)
        following = len(data) if stop < 0 else stop + len(end)
        stop = len(data) if stop < 0 else stop
        if following > stop and stop - at >= len(end) and data[stop - len(end) : stop] == carriage_return:
            stop -= len(end)
        text = decoded(data[at:stop], encoding)
        if text.strip(BLANKS):
            rows.append(Row(number, at, stop))
        at = following
    return Reading(len(data), tuple(rows), _is_shifted(data, end))


def _is_shifted(data: bytes, end: bytes) -> bool:
    found = data.find(end)
    while found >= 0 and found % len(end) == 0:
        found = data.find(end, found + 1)
    return found >= 0 or len(data) % len(end) != 0


def _find(data: bytes, end: bytes, at: int) -> int:
    """The next line end that begins where a character begins."""
    found = data.find(end, at)
    while found >= 0 and (found - at) % len(end):
        found = data.find(end, found + 1)
    return found


def decoded(content: bytes, encoding: str = "") -> str:
    """The text of a line: UTF-8, or Windows-1252 if it is none, in which each byte is a character."""
    if encoding:
        return content.decode(encoding, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return "".join(_windows(byte) for byte in content)


def _decoded_as_line(data: bytes, start: int, stop: int) -> str:
    """The text of a part of a line, in the encoding of the whole line: it may have several events."""
    first, last = data.rfind(b"\n", 0, start) + 1, data.find(b"\n", start)
    try:
        data[first : len(data) if last < 0 else last].decode()
    except UnicodeDecodeError:
        return "".join(map(_windows, data[start:stop]))
    return data[start:stop].decode("utf-8", "replace")


def _windows(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def mismatches(
    data: bytes, events: Iterable[Located], account: dict[str, int], *, encoding: str = "", has_records: bool = False
) -> list[str]:
    """What is wrong with the events and the account of these bytes; nothing if all agrees.

    `has_records`: the bytes are CSV or JSON, where a record is no line. Then only order and sums are compared.
    """
    events = list(events)
    spans = sorted((*span, event.line, place) for event in events for place, span in enumerate(event.spans))
    return [
        *_sums(data, events, account),
        *_overlaps(spans, len(data)),
        *([] if has_records else _differences(read(data, encoding), spans, account)),
        *([] if has_records or encoding else _texts(data, events)),
    ]


def _sums(data: bytes, events: Sequence[Located], account: dict[str, int]) -> list[str]:
    found = []
    if (total := sum(account.values())) != len(data):
        found.append(f"{len(data)} bytes, {total} accounted for")
    covered = sum(length for event in events for _, length in event.spans)
    if (separators := account["separator_bytes"]) != len(data) - covered:
        found.append(f"{separators} bytes of separators, but {len(data) - covered} are in no event")
    more = sum(length for event in events for _, length in event.spans[1:])
    if (continued := account["continuation_bytes"]) > more:
        found.append(f"{continued} bytes of continuation lines, but {more} are in other than the first span")
    return found


def _overlaps(spans: Sequence[tuple[int, int, int, int]], size: int) -> list[str]:
    at, found = 0, []
    for offset, length, line, _ in spans:
        if offset < at or length < 1:
            found.append(f"the span {offset}+{length} of line {line} is empty or overlaps the one before it")
        at = max(at, offset + length)
    return [*found, f"a span ends at {at} of {size}"] if at > size else found


def _differences(reading: Reading, spans: Sequence[tuple[int, int, int, int]], account: dict[str, int]) -> list[str]:
    """Each line is covered to the byte, nothing else is, and an event has the number of its first line."""
    if reading.is_shifted:
        return []
    found, at, stops = [], 0, {offset: offset + length for offset, length, _, _ in spans}
    lines = {offset: line for offset, _, line, place in spans if place == 0}
    for row in reading.rows:
        at = row.start
        while at in stops and at < row.stop:
            if lines.get(at, row.number) != row.number:
                found.append(f"the event at {at} says line {lines[at]}, it is in line {row.number}")
            at = stops.pop(at)
        if at != row.stop:
            found.append(f"line {row.number} is {row.start} to {row.stop}, its events end at {at}")
    found += [f"the span at {offset} is in no line" for offset in stops]
    if (separators := reading.size - sum(row.stop - row.start for row in reading.rows)) != account["separator_bytes"]:
        found.append(f"{account['separator_bytes']} bytes of separators are {separators}")
    return found


def _texts(data: bytes, events: Sequence[Located]) -> list[str]:
    """The text of an event on one line is the text of its bytes."""
    found = []
    for event in events:
        if len(event.spans) == 1 and event.spans[0][1] <= SHOWN_BYTES:
            offset, length = event.spans[0]
            if (own := _decoded_as_line(data, offset, offset + length)) != event.text:
                found.append(f"the text of line {event.line} is {event.text[:80]!r}, its bytes are {own[:80]!r}")
    return found
