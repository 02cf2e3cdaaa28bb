"""Groups the lines that no grammar reads, and the messages of no known kind, by the shape of their text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.redaction.builtin import builtin_masker
from lyncphone_logs.redaction.masking import Masker
from lyncphone_logs.syslog.envelopes import NAME as ENVELOPE
from lyncphone_logs.syslog.unwrap import unwrap

MAX_SHAPES = 10_000
"""Shapes that are listed; lines of further shapes are only counted."""


@dataclass(slots=True)
class UnparsedShape:
    """Lines of one shape. `what` is `line` if no grammar reads them, `message` if only their kind is unknown.

    `example` is the masked text of the first one; `source` and `line` locate it.
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

    `lines` counts all events, `others` those of shapes after the first MAX_SHAPES. `masker` names the words that are
    shown; by default those of the built-in grammars and rules.
    """

    def __init__(self, masker: Masker | None = None) -> None:
        self._masker = masker
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
        key = (grammar, component, shape(text, self._masker))
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MAX_SHAPES:
                self.others += count
                return
            what: Literal["line", "message"] = "message" if batch.columns["kind"][row] == MESSAGE else "line"
            line = batch.columns["line"][row]
            found = self._found[key] = UnparsedShape(
                what, grammar, component, anonymize(text, self._masker), batch.source, line
            )
        found.count += count

    def ranked(self) -> list[UnparsedShape]:
        """The shapes: lines before messages, frequent ones first."""
        return sorted(self._found.values(), key=lambda each: (each.what, -each.count, each.grammar, each.example))


def _device_text(batch: Batch, row: int) -> str:
    """The text of an unparsed line after its syslog prefix, with continuation lines."""
    text: str = batch.columns["text"][row]
    is_plain = "\n" in text and not batch.columns["framing"][row].startswith(ENVELOPE)
    return unwrap(text).text if is_plain else batch.columns["message"][row]


def unparsed_shapes(batches: Iterable[Batch], masker: Masker | None = None) -> UnparsedShapes:
    """Count the unparsed lines and messages of all batches."""
    found = UnparsedShapes(masker)
    for batch in batches:
        found.add(batch)
    return found


PARTS = (
    ("<time>", re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\b")),
    ("<hex>", re.compile(r"\b0x[0-9a-f]+\b", re.I)),
    ("<number>", re.compile(r"\d+(?:\.\d+)*")),
    (" ", re.compile(r"\s+")),
)
"""What is replaced in a shape after `mask`."""
_STATUS = re.compile(r"((?:HTTP|SIP)/\d\.\d\"? )(\d{3})(?!\d)")
_IN_STATUS = str.maketrans("0123456789", "\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009")
_SHOWN = {letter: digit for digit, letter in _IN_STATUS.items()}
"""Status codes are no numbers: answers with other codes are of other shapes."""
MAX_EXAMPLE_CHARACTERS = 1000
"""Characters of a text that are examined."""


def anonymize(text: str, masker: Masker | None = None) -> str:
    """The first 1,000 characters, masked."""
    return (masker or builtin_masker()).mask(text[:MAX_EXAMPLE_CHARACTERS])


# Masking one text takes 100 microseconds, so equal shapes are recognized before it, by their digits.
# 1. No expression distinguishes digits, except the 0 of 0x: all others become 1.
# 2. A number that stands alone is masked whatever its length, unless it has 12 hexadecimal digits (a MAC address) or
#    is one of several groups, or follows a plus sign, a comma or a colon (phone numbers, fractions of seconds, IPv6):
#    it becomes a short one.
_DIGITS = bytes.maketrans(b"023456789", b"1" * 9)
_DIGIT = re.compile(r"0(?!x)|[2-9]", re.I)
_ALONE, _NOT_A_MAC = r"(?<![\w.,:+/@\\%$&'’~-]){}(?![\w.:+/@\\%$&'’~-])", r"(?![0-9a-f]{12}(?![0-9a-f]))"
_LONE_NUMBERS = (
    ("1", re.compile(_ALONE.format(r"1+"))),
    ("0x1", re.compile(_ALONE.format(rf"0x{_NOT_A_MAC}[0-9a-f]+"), re.I)),
    ("1aaa", re.compile(_ALONE.format(rf"{_NOT_A_MAC}(?=1*[a-f])(?=[a-f]*1)[1a-f]{{4,}}"), re.I)),
)
_GROUPS = re.compile(r"(?<!\w)[\da-f]{2,8}[ -][\da-f]{2,8}[ -][\da-f]{2,8}(?!\w)", re.I)
"""A phone number or MAC address may be written in groups."""


def shape(text: str, masker: Masker | None = None) -> str:
    """What texts have in common that differ only in numbers, names and times."""
    text = text[:MAX_EXAMPLE_CHARACTERS]
    if "HTTP/" in text or "SIP/" in text:
        text = _STATUS.sub(lambda found: found[1] + found[2].translate(_IN_STATUS), text)
    if "0x" in text or "0X" in text:
        return _shape_of_ones(_DIGIT.sub("1", text), masker)
    # Bytes are translated five times as fast as characters; in UTF-8 a byte that is a digit is never part of another.
    ones = text.encode("utf-8", "surrogatepass").translate(_DIGITS).decode("utf-8", "surrogatepass")
    return _shape_of_ones(ones, masker)


@lru_cache(maxsize=8192)
def _shape_of_ones(text: str, masker: Masker | None) -> str:
    if "+" not in text and not _GROUPS.search(text):
        for word, expression in _LONE_NUMBERS:
            text = expression.sub(word, text)
    return _shape(text, masker)


@lru_cache(maxsize=4096)
def _shape(text: str, masker: Masker | None) -> str:
    text = anonymize(text, masker)
    for word, expression in PARTS:
        text = expression.sub(word, text)
    return text.strip().translate(_SHOWN)
