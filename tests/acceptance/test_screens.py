"""The first screens of typical inputs: golden texts at 80 and 120 columns, budgets, and their order."""

import re
from pathlib import Path

import pytest
from support.paths import FOUNDING
from support.screens import SCREENS, WIDTHS, path_of, rendered, report_of

from lyncphone_logs.cli.app import run
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.reports import screen
from lyncphone_logs.reports.page import Terminal

BANNED = ("repaired before reading", "not shown", "odds", "NoneType", "pydantic")
"""What a screen never shows, in addition to braces of templates and event kinds."""
SLOW = {"fleet-1000", "founding-certificate-firmware"}
each_screen = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in SCREENS]
)


@pytest.mark.parametrize("width", WIDTHS)
@each_screen
def test_the_screen_is_the_golden_one(name: str, width: int) -> None:
    assert rendered(name, width) == path_of(name, width).read_text(encoding="utf-8")


@each_screen
def test_a_screen_is_within_its_budget(name: str) -> None:
    case, shown = SCREENS[name], rendered(name, 80)
    assert shown.count("\n") <= case.rows
    assert len(shown.split()) <= case.words


@pytest.mark.parametrize("width", WIDTHS)
@each_screen
def test_no_line_but_a_command_is_wider_than_the_screen(name: str, width: int) -> None:
    for line in rendered(name, width).split("\n"):
        assert len(line) <= width or "lyncphone-logs " in line, line


@each_screen
def test_the_last_line_is_a_command(name: str) -> None:
    assert rendered(name, 80).strip().split("\n")[-1].startswith("Next: lyncphone-logs ")


@each_screen
def test_no_screen_shows_the_words_of_the_program_itself(name: str) -> None:
    shown = rendered(name, 80)
    assert [word for word in (*BANNED, *(kind for kind in kinds() if "." in kind)) if word in shown] == []
    assert not re.search(r"\{\w+\}", shown)


@each_screen
def test_colour_changes_no_word(name: str) -> None:
    coloured = screen.render(report_of(name), terminal=Terminal(color=True, width=80)) + "\n"
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == rendered(name, 80)


@each_screen
def test_the_check_comes_before_the_fix(name: str) -> None:
    shown = rendered(name, 80)
    if "\n  Check " in shown:
        assert shown.index("\n  Check ") < shown.index("\n  Fix ") < shown.index("\n  Fixed ")


SPECIFIED = """\
trace.log: 1 line, 1 AudioCodes phone (model and firmware not in the trace)
Sign-in failed at TLS: the phone rejected the server's certificate

likely    Firmware cannot verify the CA's SHA-2 signature              TLS001
          trace.log:1  … server cert is invalid. ctx->error=7.
                                                 ^^^^^^^^^^^^
  Why     OpenSSL verify error 7: a signature in the chain did not verify. 400HD
          firmware seen in 2013 verified MD2, MD5 and SHA-1 only.
  Check   A chain without SHA-2 rules this out. Save it and run again:
          echo Q | openssl s_client -connect SERVER:5061 -showcerts > chain.pem
          lyncphone-logs trace.log --certificate chain.pem
  Fix     1. Update the phone firmware (phone web interface, Upgrade).
          2. If none verifies SHA-2: issue the server certificate from a CA the
             phone can verify, or replace the phone.
  Fixed   when REGISTER gets 200 OK in a new trace

Less likely
  TLS002  First sign-in from outside the network (then: --location external)
  TLS003  Root certificate missing (OpenSSL normally reports 20, not 7)
  4 more: --all

Next: lyncphone-logs explain TLS001 trace.log
"""
"""The specified answer to the line with which this project began."""


def test_the_founding_screen_is_the_specified_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("trace.log").write_bytes(FOUNDING.read_bytes())
    assert run(["trace.log"]) == 1
    assert capfd.readouterr() == (SPECIFIED, "")


def test_a_step_that_is_done_is_not_printed() -> None:
    assert "Update the phone firmware" in rendered("founding", 80)
    assert "Update the phone firmware" not in rendered("founding-certificate-firmware", 80)


def test_a_check_that_was_made_is_not_printed() -> None:
    assert "-showcerts" not in rendered("founding-certificate", 80)
