"""What the header of a line and the fields of its message are: hosts are replaced, numbers that count something stay.

The program itself reads the lines: what it takes for a number or stamp of the header, or for a field that the
vocabulary declares to be a number, is not personal.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lyncphone_logs.events.vocabulary import field_of
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.header import line_columns
from lyncphone_logs.redaction.segments import Part
from lyncphone_logs.sources.window import Window
from lyncphone_logs.syslog.lines import lines_of_window

_COUNTS = ("procid", "source_line", "sequence", "missed")
_COUNTED_TYPES = frozenset({"integer", "number", "version", "boolean"})
_PEOPLE = frozenset({"user", "access_point", "peer", "originator", "destination", "domain", "registrar"})
"""Fields that name a person, a network or a host, whatever words they consist of."""
_PRODUCTS = frozenset({"model", "firmware", "version", "error_code"})
"""Fields that say what a phone is, or which error it reports: they belong to all phones alike."""
_REASON_CODE = re.compile(r"[A-Z]\d{1,9}")
_HEADER = re.compile(r"[^\n]{0,40}?\d\d:\d\d:\d\d\S* +(?:\S+ +)?[\w./-]{1,32}(?:\[\d+\])?: *")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{4,}(?!\d)|\d{1,5}(?:\.\d{1,5}){3,}")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
MESSAGE = "message"
"""The kind of the span of a message that may continue in the next line. It is no part to replace."""
_WORD = re.compile(r"\S+")
_MAY_BE_NAME = re.compile(r"[^\W\d_]{4}")
_ABBREVIATION = re.compile(
    r"[^\w]*(?:[A-Z]{1,5}|[ap]m|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[^\w]*"
)
_CONTINUES_BEFORE, _CONTINUES = re.compile(r"[\w.@+]$|\d[:-]$"), re.compile(r"[\w@+]|[.:-]\d")
"""A number next to these is part of an address or a time."""
MAX_EXAMINED = 8_000
"""Characters of a line in which fields are located."""


class KnownParts:
    """Finds the known parts of lines with the grammars."""

    def __init__(self, grammars: Sequence[Grammar]) -> None:
        self._grammars: Mapping[str, Grammar] = {each.name: each for each in grammars}

    def of(self, texts: Sequence[str]) -> list[tuple[Part, ...]]:
        """For each line, which has no line end, the spans of hosts, and of numbers that stay (of kind "")."""
        found: list[tuple[Part, ...]] = [()] * len(texts)
        for row, columns, place in self._rows(texts):
            found[row] = tuple(self._spans(texts[row], columns, place))
        return found

    def message_start(self, text: str) -> int:
        """Where the message of a line begins, after its header; 0 if it has none."""
        for _, columns, place in self._rows([text]):
            message = columns["message"][place] or ""
            start = text.rfind(message) if message else -1
            if start >= 0:
                return start
        # The message was repaired, so it is not in the line as it is.
        found = _HEADER.match(text)
        return found.end() if found else 0

    def _rows(self, texts: Sequence[str]) -> Iterator[tuple[int, Mapping[str, list[Any]], int]]:
        data = "\n".join(text[:MAX_EXAMINED].replace("\n", " ") for text in texts).encode("utf-8", "replace")
        rows = lines_of_window(Window(1, 0, data)) if data else None
        if not rows or not len(rows):
            return
        columns = line_columns(rows, self._grammars)
        for place, number in enumerate(columns["line"]):
            yield number - 1, columns, place

    def _spans(self, text: str, columns: Mapping[str, list[Any]], row: int) -> Iterator[Part]:
        message = columns["message"][row] or ""
        start = text.rfind(message) if message else -1
        end = start if start > 0 else len(text)
        for name in ("stamp", "received"):
            if (stamp := columns[name][row]) and all(map(_names_nobody, stamp.split())):
                yield from _found(text, stamp, "", end)
        for name in _COUNTS:
            if columns.get(name) and (value := str(columns[name][row])).isdecimal():
                yield from _counts(text, value, end)
        if host := columns["hostname"][row]:
            yield from _found(text, host, "address" if _ADDRESS.fullmatch(host) else "host", end)
        if mac := columns["mac"][row]:
            yield from _found(text, mac, "mac", end)
        grammar = self._grammars.get(columns["grammar"][row] or "")
        if grammar and start >= 0 and grammar.multiline:
            yield Part(start, start + len(message.rstrip()), MESSAGE)
        if grammar and start >= 0 and (read := grammar.spans_of(message)):
            yield from _of_fields(text, start, *read)


def _found(text: str, part: str, kind: str, end: int) -> Iterator[Part]:
    """The first occurrence of a part of the header."""
    start = text.find(part, 0, end)
    if start < 0:
        start = text.lower().find(part.lower(), 0, end)
    if start >= 0:
        yield Part(start, start + len(part), kind)


def _counts(text: str, number: str, end: int) -> Iterator[Part]:
    """The occurrences of a number of the header, with zeros before it. A short one stays anyway."""
    at = text.find(number, 0, end) if len(number) > 1 or "000" in text else -1
    while at >= 0:
        start, stop = at, at + len(number)
        while start and text[start - 1] == "0":
            start -= 1
        if not _CONTINUES_BEFORE.search(text, max(start - 2, 0), start) and not _CONTINUES.match(text, stop):
            yield Part(start, stop, "")
        at = text.find(number, stop, end)


def _names_nobody(word: str) -> bool:
    """Whether a word of a stamp or product has digits and no name, or is a month, a day, or one such as UTC or VVX."""
    has_digit = any(map(str.isdigit, word))
    return (has_digit and not _MAY_BE_NAME.search(word)) or _ABBREVIATION.fullmatch(word) is not None


def _of_product(text: str, start: int, end: int) -> Iterator[Part]:
    """The words of a model or version that stay. The others stay if the vocabulary has them."""
    for word in _WORD.finditer(text, start, end):
        if _names_nobody(word[0]):
            yield Part(*word.span(), "")


def _of_fields(text: str, start: int, kind: str, spans: Mapping[str, tuple[int, int]]) -> Iterator[Part]:
    for name, (first, last) in spans.items():
        declared = field_of(kind, name)
        if name in _PRODUCTS:
            yield from _of_product(text, start + first, start + last)
        elif name == "reason" and _REASON_CODE.fullmatch(text, start + first, start + last):
            yield Part(start + first, start + last, "")
        elif name in _PEOPLE:
            yield Part(start + first, start + last, "value")
        elif declared and declared.type in _COUNTED_TYPES:
            for found in _LONG_NUMBER.finditer(text, start + first, start + last):
                yield Part(*found.span(), "")
