"""Groups the lines that no grammar reads, and the messages of no known kind, by the shape of their text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.syslog.unwrap import unwrap

MAX_SHAPES = 10_000
"""Shapes that are listed; lines of further shapes are only counted."""


@dataclass(slots=True)
class UnparsedShape:
    """Lines of one shape. `what` is `line` if no grammar reads them, `message` if only their kind is unknown.

    `example` is the text of the first one, anonymized as far as `anonymize` does it; `source` and `line` locate it.
    """

    what: Literal["line", "message"]
    grammar: str
    component: str
    example: str
    source: str
    line: int
    count: int = 0


class UnparsedShapes:
    """Counts unparsed lines and messages by shape, batch by batch.

    `lines` counts all events, `others` those of shapes after the first MAX_SHAPES.
    """

    def __init__(self) -> None:
        self.lines = self.others = 0
        self._found: dict[tuple[str, str, str], UnparsedShape] = {}

    def add(self, batch: Batch) -> None:
        """Count the events of a batch."""
        self.lines += len(batch)
        unparsed = set(batch.unparsed)
        names = ("kind", "grammar", "component", "message", "count")
        for row, (kind, grammar, component, message, count) in enumerate(
            zip(*map(batch.columns.__getitem__, names), strict=True)
        ):
            if row in unparsed:
                self._count(batch, row, (grammar, component or "", _device_text(batch, row)), count)
            elif kind == MESSAGE:
                self._count(batch, row, (grammar, component or "", message), count)

    def _count(self, batch: Batch, row: int, written: tuple[str, str, str], count: int) -> None:
        grammar, component, text = written
        key = (grammar, component, shape(text))
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MAX_SHAPES:
                self.others += count
                return
            what: Literal["line", "message"] = "message" if batch.columns["kind"][row] == MESSAGE else "line"
            line = batch.columns["line"][row]
            found = self._found[key] = UnparsedShape(what, grammar, component, anonymize(text), batch.source, line)
        found.count += count

    def ranked(self) -> list[UnparsedShape]:
        """The shapes: lines before messages, frequent ones first."""
        return sorted(self._found.values(), key=lambda each: (each.what, -each.count, each.grammar, each.example))


def _device_text(batch: Batch, row: int) -> str:
    """The text of an unparsed line after its syslog prefix, with continuation lines."""
    text: str = batch.columns["text"][row]
    return unwrap(text).text if "\n" in text else batch.columns["message"][row]


def unparsed_shapes(batches: Iterable[Batch]) -> UnparsedShapes:
    """Count the unparsed lines and messages of all batches."""
    found = UnparsedShapes()
    for batch in batches:
        found.add(batch)
    return found


NAMING = (
    r"user(?:name)?|account|owner|from|to|domain|host(?:name)?|display[ _]?name|contact|caller|callee|login|uri|serial"
)
"""Words before `=` or `:` and a name."""
MASKS = (
    ("<key>", re.compile(r"\binline:[^\s|]+(?:\|[^\s|]*)*", re.I)),
    ("<key>", re.compile(r"(?<![\w+/])(?=[a-z+/]*[A-Z0-9])(?=[A-Z0-9+/]*[a-z])[A-Za-z0-9+/]{32,}={0,2}")),
    ("<url>", re.compile(r"\b(?:https?|ftps?|tftp|ldaps?)://[^\s\"'<>]+", re.I)),
    ("<uri>", re.compile(r"\b(?:sips?|tel|im|mailto):[^\s\"'<>;,]+|[\w.+%-]+@[\w.-]+", re.I)),
    ("<text>", re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)")),
    ("<mac>", re.compile(r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}\b", re.I)),
    ("<mac>", re.compile(r"(?<![0-9a-f])(?=[0-9a-f]*[0-9])(?!\d{12})[0-9a-f]{12}(?![0-9a-f])", re.I)),
    ("<address>", re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")),
    ("<address>", re.compile(r"(?<![\w:])(?=[\d:]*(?:::|[a-f]))(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])", re.I)),
    ("<name>", re.compile(r"\b(?:[a-z0-9_-]+\.)+(?:com|net|org|local|lan|edu|gov|info|biz|[a-z]{2})\b", re.I)),
    (r"\1<text>", re.compile(rf"\b((?:{NAMING})\s*[=:]\s*)(?!<)[^\s,;]+", re.I)),
    ("<number>", re.compile(r"\+\d[\d ()-]{4,}\d|(?<![\w.])\d{5,}(?![\w.])")),
)
"""What is replaced in an example. Names and addresses in other forms stay in the text: this is no redaction."""
PARTS = (
    ("<time>", re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\b")),
    ("<hex>", re.compile(r"\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{4,}\b", re.I)),
    ("<number>", re.compile(r"\d+(?:\.\d+)*")),
    (" ", re.compile(r"\s+")),
)
"""What is replaced in a shape in addition to MASKS."""
MAX_EXAMPLE_CHARACTERS = 1000
"""Characters of a text that are examined."""


def anonymize(text: str) -> str:
    """The first 1,000 characters, with URIs, addresses, quoted words and long numbers replaced by what they are.

    Only the forms in MASKS are replaced. Names and addresses in other forms, passwords and keys may remain: redact the
    text before it is published.
    """
    text = text[:MAX_EXAMPLE_CHARACTERS]
    for word, expression in MASKS:
        text = expression.sub(word, text)
    return text


# Masking one text takes 50 microseconds, so equal shapes are recognized before it, by their digits.
# 1. No expression distinguishes digits, except the 0 of 0x: all others become 1.
# 2. A number that stands alone is masked whatever its length, unless it has 12 hexadecimal digits (a MAC address) or
#    follows a plus sign, a comma or a colon (phone numbers, fractions of seconds, IPv6): it becomes a short one.
_DIGITS = bytes.maketrans(b"023456789", b"1" * 9)
_DIGIT = re.compile(r"0(?!x)|[2-9]", re.I)
_ALONE, _NOT_A_MAC = r"(?<![\w.,:+-]){}(?![\w.:+-])", r"(?![0-9a-f]{12}(?![0-9a-f]))"
_LONE_NUMBERS = (
    ("1", re.compile(_ALONE.format(r"1+"))),
    ("0x1", re.compile(_ALONE.format(rf"0x{_NOT_A_MAC}[0-9a-f]+"), re.I)),
    ("1aaa", re.compile(_ALONE.format(rf"{_NOT_A_MAC}(?=1*[a-f])(?=[a-f]*1)[1a-f]{{4,}}"), re.I)),
)


def shape(text: str) -> str:
    """What texts have in common that differ only in numbers, names and times."""
    text = text[:MAX_EXAMPLE_CHARACTERS]
    if "0x" in text or "0X" in text:
        return _shape_of_ones(_DIGIT.sub("1", text))
    # Bytes are translated five times as fast as characters; in UTF-8 a byte that is a digit is never part of another.
    return _shape_of_ones(text.encode("utf-8", "surrogatepass").translate(_DIGITS).decode("utf-8", "surrogatepass"))


@lru_cache(maxsize=8192)
def _shape_of_ones(text: str) -> str:
    if "+" not in text:
        for word, expression in _LONE_NUMBERS:
            text = expression.sub(word, text)
    return _shape(text)


@lru_cache(maxsize=4096)
def _shape(text: str) -> str:
    text = anonymize(text)
    for word, expression in PARTS:
        text = expression.sub(word, text)
    return text.strip()
