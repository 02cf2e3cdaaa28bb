"""Decodes ICEWarn of ms-client-diagnostics: a hexadecimal number whose bits name the paths of media that failed."""

import re

from lyncphone_logs.events.codes import CodeEntry, entries

IN_TEXT = re.compile(r"\bICEWarn(?:ing)?(?:Flags?)?\W{0,4}0x([0-9a-f]{1,8})\b", re.IGNORECASE)


def decode(flags: int) -> tuple[CodeEntry, ...]:
    """The entries of the bits that are set, lowest first; that of 0 if none is. A bit that no source names has none."""
    return tuple(entry for entry in entries("ice") if (entry.number & flags if flags else entry.number == 0))


def of_text(text: str) -> tuple[CodeEntry, ...]:
    """The entries of all ICEWarn numbers in a text, without duplicates, lowest bit first."""
    flags = [int(digits, 16) for digits in IN_TEXT.findall(text)]
    found = {entry for each in flags for entry in decode(each)}
    return tuple(sorted(found, key=lambda entry: entry.number))
