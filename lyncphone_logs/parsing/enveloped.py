"""Adds what envelopes say about their lines to the columns of these lines: host, time, level, further lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lyncphone_logs.grammar.grammar import Grammar, reader_of
from lyncphone_logs.parsing.unknown_framing import find_header
from lyncphone_logs.syslog.envelopes import Envelope, within
from lyncphone_logs.syslog.framing import SyslogPrefix
from lyncphone_logs.syslog.lines import LineTable
from lyncphone_logs.syslog.unwrap import DeviceLine, Framed, chosen_text, unwrap
from lyncphone_logs.timestamps.formats import Anchor, read_stamp

MAX_DELAY = timedelta(days=1)
"""If the stamp of an envelope is further from the phone's own, the phone's clock is wrong or a file was imported."""
_NO_ANCHOR = Anchor(None, "")


def choose_lines(rows: LineTable, grammars: Mapping[str, Grammar]) -> None:
    """Give lines the program that a log server took off them, if a grammar reads them only so. Changes `rows`."""
    is_read = _is_read_by(tuple(grammars.values()))
    for row, envelope in _envelopes(rows):
        if len(envelope.texts) > 1:
            rows.repaired[row] = chosen_text(envelope, is_read)


def enveloped_columns(rows: LineTable, columns_of: Callable[[list[str]], dict[str, list[Any]]]) -> dict[str, list[Any]]:
    """The columns of the rows. A message of several lines has the header in its first line.

    `columns_of` reads lines of one line each.
    """
    parts = [text.partition("\n") for text in rows.repaired]
    columns = {name: values.copy() for name, values in columns_of([first for first, _, _ in parts]).items()}
    for row, envelope in _envelopes(rows):
        _, line_end, more = parts[row]
        columns["message"][row] += line_end + more
        line = {name: columns[name][row] for name in SyslogPrefix._fields if name in columns}
        for name, value in within(envelope, line).items():
            columns[name][row] = value
        if line["stamp"] and not line["received"] and not _is_arrival(envelope, line["stamp"]):
            columns["received"][row] = ""
    return columns


def unwrapped(line: str, grammars: Sequence[Grammar]) -> DeviceLine:
    """A line without envelope and framing, known or not, as `unwrap` returns it; of several lines only the first."""
    is_read = _is_read_by(grammars)

    def search(text: str, known: Framed) -> Framed | None:
        return None if is_read(known.text) else find_header(text.partition("\n")[0], known.prefix, grammars)

    device_line = unwrap(line, is_read, search)
    return replace(device_line, text=device_line.text.partition("\n")[0])


def is_phone_line(line: str, grammars: Sequence[Grammar]) -> bool:
    """Whether a grammar reads a line, or the first one of the message in an envelope."""
    return reader_of(unwrapped(line, grammars).text, grammars) is not None


def _is_read_by(grammars: Sequence[Grammar]) -> Callable[[str], bool]:
    return lambda text: reader_of(text.partition("\n")[0], grammars) is not None


def _envelopes(rows: LineTable) -> Iterator[tuple[int, Envelope]]:
    for row, offset in enumerate(rows.offsets):
        if envelope := rows.envelopes.get(offset):
            yield row, envelope


def _is_arrival(envelope: Envelope, stamp: str) -> bool:
    """Whether the stamp of an envelope shows when the log server received a line that the phone stamped.

    A forwarder that reads a file stamps its lines with the time of the import, perhaps months later. Nothing follows
    from it.
    """
    received = read_stamp(envelope.stamp, _NO_ANCHOR).time
    if envelope.is_received or not received:
        return envelope.is_received
    written = read_stamp(stamp, Anchor(received, "collector")).time
    return written is not None and abs(received - written) <= MAX_DELAY
