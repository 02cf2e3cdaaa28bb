"""What standard output can show: rich knows terminals, NO_COLOR, FORCE_COLOR and TERM."""

import sys
from dataclasses import dataclass

from rich.console import Console


@dataclass(frozen=True, slots=True)
class Terminal:
    """`width` is the columns of the terminal; None for a pipe or a file, where nothing may wrap."""

    color: bool
    width: int | None


def standard_output() -> Terminal:
    """What the standard output of this process is."""
    console = Console(file=sys.stdout)
    color = console.color_system is not None and not console.no_color
    return Terminal(color, console.width if sys.stdout.isatty() else None)
