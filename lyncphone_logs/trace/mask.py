"""The shape of a text: what many lines have in common when names, addresses and numbers are taken out.

A masked text shows nobody's name, number or address, so that it can be given away; the rest stands as it was logged.
"""

import re
from functools import lru_cache

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
LONGEST = 1000
"""Characters of a text that are looked at."""


@lru_cache(maxsize=4096)
def masked(text: str) -> str:
    """The text with names, numbers of people, addresses and quoted words replaced by what they are."""
    text = text[:LONGEST]
    for word, expression in MASKS:
        text = expression.sub(word, text)
    return text


@lru_cache(maxsize=4096)
def shape(text: str) -> str:
    """What texts that differ in numbers, names and times only have in common."""
    text = masked(text)
    for word, expression in PARTS:
        text = expression.sub(word, text)
    return text.strip()
