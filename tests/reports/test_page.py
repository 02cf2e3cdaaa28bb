"""Pages: colour and width of standard output are those that rich determines, also when rich is not imported."""

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console
from support.paths import FOUNDING

from lyncphone_logs.reports.page import Terminal, standard_output

SETTINGS: list[dict[str, str]] = [
    {},
    {"NO_COLOR": "1"},
    {"NO_COLOR": ""},
    {"FORCE_COLOR": "1"},
    {"FORCE_COLOR": ""},
    {"FORCE_COLOR": "1", "NO_COLOR": "1"},
    {"TTY_COMPATIBLE": "1"},
    {"TTY_COMPATIBLE": "0", "FORCE_COLOR": "1"},
    {"TERM": "dumb"},
    {"TERM": "unknown", "FORCE_COLOR": "1"},
    {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    {"COLUMNS": "77", "LINES": "20"},
    {"COLUMNS": "wide"},
    {"TERM": "dumb", "COLUMNS": "77"},
]


class Stream(io.StringIO):
    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_rich_and_the_page_agree(settings: dict[str, str], is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TERM", "COLORTERM", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Stream(is_terminal))
    console = Console(file=sys.stdout)
    color = console.color_system is not None and not console.no_color
    stated = settings.get("COLUMNS", "")
    piped = int(stated) if stated.isdecimal() else 80
    assert standard_output() == Terminal(color, console.width if is_terminal else piped)


@pytest.mark.parametrize(("settings", "is_imported"), [({}, "False"), ({"FORCE_COLOR": "1"}, "True")])
@pytest.mark.sampled(2)
def test_a_pipe_needs_no_rich(settings: dict[str, str], is_imported: str) -> None:
    script = f"import sys; from lyncphone_logs.cli.app import run; run([{str(FOUNDING)!r}]); " \
        "print('rich.console' in sys.modules, file=sys.stderr)"  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "TTY_COMPATIBLE"}}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment | settings, capture_output=True, text=True, check=True
    )
    assert done.stderr.split()[-1] == is_imported
    assert ("\x1b[" in done.stdout) == (is_imported == "True")
