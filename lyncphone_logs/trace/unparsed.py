"""What was not understood of a trace, by shape: lines that no grammar reads, messages that no kind knows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.syslog.unwrap import unwrap

MAX_SHAPES = 10_000
"""Shapes that are told apart; what comes after them is counted only."""


@dataclass(slots=True)
class UnparsedShape:
    """Lines of one shape. `what`: `line` where no grammar read it, `message` where no kind is known.

    `example` is the first, masked; `source` and `line` say where that stands.
    """

    what: Literal["line", "message"]
    grammar: str
    component: str
    example: str
    source: str
    line: int
    count: int = 0


class UnparsedShapes:
    """Counts of what was not understood, batch by batch; `others` are lines of shapes beyond the first ten thousand."""

    def __init__(self) -> None:
        self.lines = self.others = 0
        self._found: dict[tuple[str, str, str], UnparsedShape] = {}

    def add(self, batch: Batch) -> None:
        """Take in a batch of events."""
        columns = batch.columns
        unparsed = set(batch.unparsed)
        self.lines += len(batch)
        for row, kind in enumerate(columns["kind"]):
            if row in unparsed:
                text = unwrap(columns["text"][row]).text
                self._count(batch, row, "line", text)
            elif kind == MESSAGE:
                self._count(batch, row, "message", columns["message"][row])

    def _count(self, batch: Batch, row: int, what: Literal["line", "message"], text: str) -> None:
        columns = batch.columns
        grammar, component = columns["grammar"][row], columns["component"][row] or ""
        key = (grammar, component, shape(text))
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MAX_SHAPES:
                self.others += columns["count"][row]
                return
            line = columns["line"][row]
            found = self._found[key] = UnparsedShape(what, grammar, component, anonymize(text), batch.source, line)
        found.count += columns["count"][row]

    def ranked(self) -> list[UnparsedShape]:
        """Lines before messages, the frequent first."""
        return sorted(self._found.values(), key=lambda each: (each.what, -each.count, each.grammar, each.example))


def unparsed_shapes(batches: Iterable[Batch]) -> UnparsedShapes:
    """What was not understood in all of the batches."""
    found = UnparsedShapes()
    for batch in batches:
        found.add(batch)
    return found


NAMING = (
    r"user(?:name)?|account|owner|from|to|domain|host(?:name)?|display[ _]?name|contact|caller|callee|login|uri|serial"
)
"""Words behind which a name stands."""
MASKS = (
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
PARTS = (
    ("<time>", re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\b")),
    ("<hex>", re.compile(r"\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{4,}\b", re.I)),
    ("<number>", re.compile(r"\d+(?:\.\d+)*")),
    (" ", re.compile(r"\s+")),
)
MAX_EXAMPLE_CHARACTERS = 1000
"""Characters of a text that are looked at."""


@lru_cache(maxsize=4096)
def anonymize(text: str) -> str:
    """The text with names, numbers of people, addresses and quoted words replaced by what they are."""
    text = text[:MAX_EXAMPLE_CHARACTERS]
    for word, expression in MASKS:
        text = expression.sub(word, text)
    return text


@lru_cache(maxsize=4096)
def shape(text: str) -> str:
    """What texts that differ in numbers, names and times only have in common."""
    text = anonymize(text)
    for word, expression in PARTS:
        text = expression.sub(word, text)
    return text.strip()
