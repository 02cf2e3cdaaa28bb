"""Masks a text to group lines: the parts that redaction replaces become the names of their kinds, such as `<name>`.

Digits decide by their number alone, so equal texts with other digits are masked in the same way.
"""

import re
from functools import lru_cache

from lyncphone_logs.redaction.replacing import MAX_PLAIN_HEXADECIMAL, WITH_DIGITS, is_file_ending, is_version
from lyncphone_logs.redaction.segments import Part
from lyncphone_logs.redaction.spans import MAX_PLAIN_DIGITS, SpanFinder
from lyncphone_logs.redaction.words import Vocabulary

_SHOWN = {
    "address": "<address>", "attribute": "<text>", "bytes": "<text>", "dashed": "<address>", "dump": "<id>",
    "epoch": "<number>", "escaped": "<text>", "owner": "<text>", "spread": "<text>",
    "guid": "<id>", "host": "<name>", "login": "<text>", "mac": "<mac>", "mail": "<uri>", "name": "<text>",
    "number": "<number>", "secret": "<text>", "unicode": "<word>",
    "uri": "<uri>", "url": "<url>", "user": "<user>", "value": "<text>",
}  # fmt: skip
_NUMBER = re.compile(r"\d+")
_PIECES = re.compile(r"[^\W_]+|[\ud800-\udfff]+")
_MAC = re.compile(r"(?i)(?P<before>.*?)[0-9a-f]{12}")
_IS_URI = re.compile(r"@|^(?:sips?|tel):")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_MAC_CHARACTERS = 12


class Masker:
    """Masks texts. `vocabulary` names the words that are shown."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._finder = SpanFinder(vocabulary)
        self.mask = lru_cache(maxsize=4096)(self._mask)

    def _mask(self, text: str) -> str:
        found: list[str] = []
        position = 0
        for span in self._finder.spans(text):
            found += text[position : span.start], self._shown(text, span)
            position = span.end
        found.append(text[position:])
        return "".join(found)

    def _shown(self, text: str, span: Part) -> str:
        part = text[span.start : span.end]
        if span.kind in ("date", "zone"):
            return part
        if span.kind == "value" and _IS_URI.search(part):
            return _SHOWN["uri"]
        if span.kind == "token":
            return self._token(part)
        return _SHOWN[span.kind] + " " * part.endswith(" ")

    def _token(self, token: str) -> str:
        if _HEXADECIMAL.fullmatch(token):
            if len(token) <= MAX_PLAIN_HEXADECIMAL + 2 or self._vocabulary.is_known(token):
                return token
            return f"{token[:2]}<mac>" if len(token) == _MAC_CHARACTERS + 2 else f"{token[:2]}<id>"
        if "." in token.strip("."):
            return self._dotted(token)
        if self._is_plain(token):
            return token
        found = _MAC.fullmatch(token)
        if found and any(each.isdecimal() for each in token[-_MAC_CHARACTERS:]):
            before = found["before"]
            if not before or self._is_plain(before):
                return f"{before}<mac>"
        return "<id>" if any(each.isdecimal() for each in token) else "<word>"

    def _dotted(self, token: str) -> str:
        if is_version(token):
            return token
        parts = token.split(".")
        endings: list[str] = []
        while len(parts) > 1 and is_file_ending(parts[-1]):
            endings.insert(0, parts.pop())
        if endings:
            return ".".join([self._token(".".join(parts)), *endings])
        return "<number>" if all(part.isdecimal() for part in parts) else "<name>"

    def _is_plain(self, token: str) -> bool:
        pieces = _PIECES.findall(token)
        return all(map(self._is_plain_piece, pieces)) and bool(pieces)

    def _is_plain_piece(self, piece: str) -> bool:
        if piece.isdecimal():
            return len(piece) <= MAX_PLAIN_DIGITS
        if any(each.isdecimal() for each in piece):
            longest = max(map(len, _NUMBER.findall(piece)))
            return longest <= MAX_PLAIN_DIGITS and _NUMBER.sub("1", piece).lower() in WITH_DIGITS
        return self._vocabulary.is_known(piece)
