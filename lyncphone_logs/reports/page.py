"""Prints lines for a terminal or a pipe: escapes, colours and wraps text from a trace."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.excerpt import cells, truncated

INDENT = 2
LABEL_WIDTH = 15
MIN_ROOM = 24
DEFAULT_WIDTH = 80
MIN_WIDTH, MAX_WIDTH = 40, 120
"""Text in longer lines is hard to read."""

# SGR parameters (ECMA-48 section 8.3.117)
STYLES = {"error": "1;31", "warning": "1;33", "note": "1;36", "strong": "1", "label": "1;34", "faint": "2"}


class Ink(NamedTuple):
    """Text in one style of STYLES; the empty style is plain."""

    text: str
    style: str = ""


class Page:
    """Lines of output. If `width` is None, nothing is wrapped or truncated."""

    def __init__(self, *, color: bool, width: int | None) -> None:
        self.color = color
        self.width = width
        self._lines: list[str] = []

    def line(self, *inks: Ink | str) -> None:
        """Add one line, not wrapped."""
        self._lines.append("".join(self._inked(ink if isinstance(ink, Ink) else Ink(ink)) for ink in inks))

    def blank(self) -> None:
        """Add an empty line, except at the top and after another empty line."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def room(self, taken: int) -> int | None:
        """The columns that remain if `taken` are taken; at least MIN_ROOM. None if nothing is wrapped."""
        return None if self.width is None else max(self.width - taken, MIN_ROOM)

    def prose(self, text: str, *, indent: int = 0, hang: int | None = None, style: str = "") -> None:
        """Add text wrapped to the width; lines after the first are indented by `hang`."""
        hang = indent if hang is None else hang
        for index, piece in enumerate(wrapped(visible(text), self.room(hang), self.room(indent))):
            self.line(" " * (hang if index else indent), Ink(piece, style))

    def labelled(self, label: str, *items: str, indent: int = INDENT, width: int = LABEL_WIDTH) -> None:
        """Add items to the right of a label of `width` columns, each wrapped and indented."""
        hang = indent + width
        for item in items:
            head = f"{label:<{width}}"
            for piece in wrapped(visible(item), self.room(hang)):
                self.line(" " * indent, Ink(head, "label"), piece)
                head = " " * width
            label = ""

    def numbered(self, label: str, items: Sequence[str], *, indent: int = INDENT, width: int = LABEL_WIDTH) -> None:
        """Add steps to the right of a label, with their numbers if there are several."""
        hang = indent + width
        for number, item in enumerate(items, start=1):
            mark = f"{number}. " if len(items) > 1 else ""
            head = label if number == 1 else ""
            for piece in wrapped(visible(item), self.room(hang + len(mark))):
                self.line(" " * indent, Ink(f"{head:<{width}}", "label"), mark, piece)
                head, mark = "", " " * len(mark)

    def row(self, cells_and_widths: Sequence[tuple[Ink | str, int]]) -> None:
        """Add a line of cells, each truncated or padded to its width; a negative width aligns to the right."""
        inks: list[Ink | str] = []
        for cell, width in cells_and_widths:
            ink = cell if isinstance(cell, Ink) else Ink(cell)
            shown = visible(ink.text)
            shown = shown if cells(shown) <= abs(width) else truncated(shown, abs(width))
            pad = " " * (abs(width) - cells(shown))
            inks += [pad, ink._replace(text=shown)] if width < 0 else [ink._replace(text=shown), pad]
            inks.append("  ")
        while inks and not (inks[-1] if isinstance(inks[-1], str) else inks[-1].text).strip():
            inks.pop()
        self.line(*inks)

    @property
    def rows(self) -> int:
        """The number of lines."""
        return len(self._lines)

    def text(self) -> str:
        """All lines, without a line end after the last."""
        return "\n".join(self._lines).rstrip("\n")

    def _inked(self, ink: Ink) -> str:
        shown = visible(ink.text)
        return f"\x1b[{STYLES[ink.style]}m{shown}\x1b[0m" if self.color and ink.style and shown.strip() else shown


def wrapped(text: str, room: int | None, first: int | None = None) -> list[str]:
    """The text in lines of at most `room` columns, the first line of `first` ones if that is given.

    A longer word gets a line of its own.
    """
    width = room if first is None else first
    if room is None or width is None or cells(text) <= width:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        if line and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line, width = word, room
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


@dataclass(frozen=True, slots=True)
class Terminal:
    """`width` is the number of columns; DEFAULT_WIDTH for a pipe or a file."""

    color: bool
    width: int


PLAIN = Terminal(color=False, width=DEFAULT_WIDTH)
"""A pipe or a file."""
FORCING = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})
"""Environment variables by which rich treats a pipe as a terminal."""


def standard_output(color: bool | None = None) -> Terminal:
    """Colour and width of standard output; `color` as the user wants it, None for what the output can show.

    For a terminal rich decides; a pipe does not pay for its import (50 ms).
    """
    is_terminal = sys.stdout.isatty()
    if not is_terminal and FORCING.isdisjoint(os.environ):
        return Terminal(bool(color), _columns())
    from rich.console import Console

    console = Console(file=sys.stdout)
    can_color = console.color_system is not None and not console.no_color
    width = console.width if is_terminal else _columns()
    return Terminal(can_color if color is None else color, min(width, MAX_WIDTH))


def _columns() -> int:
    """The width that COLUMNS states for an output that is no terminal, else DEFAULT_WIDTH."""
    stated = os.environ.get("COLUMNS", "")
    return min(max(int(stated), MIN_WIDTH), MAX_WIDTH) if stated.isdecimal() and len(stated) < 6 else DEFAULT_WIDTH
