"""None of more than 10,000 planted values comes out again, in any output."""

import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from support.planted import KINDS, planted
from support.redacting import redacted, redactor

from lyncphone_logs.cli.app import run

VALUES, PARTS = 10_500, 7
COMMANDS: tuple[list[str], ...] = (
    [], ["-f", "concise"], ["-f", "json"], ["-f", "jsonl"], ["-f", "markdown"], ["-f", "html"], ["--all"],
)  # fmt: skip
OTHERS = (
    ["events"], ["events", "-f", "csv"], ["events", "-f", "jsonl"], ["phones"], ["phones", "-f", "jsonl"], ["unparsed"],
    ["unparsed", "-f", "markdown"], ["unparsed", "-f", "jsonl"],
)  # fmt: skip


def leaks(text: str, needles: tuple[str, ...], original: str) -> list[str]:
    """The needles in a text that are not also in what stays of the original, such as the stamp of its header."""
    folded = text.casefold()
    return [each for each in needles if each.casefold() in folded and original.casefold().count(each.casefold()) < 2]


@pytest.mark.sampled(7)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_planted_value_stays_in_a_redacted_trace(part: int) -> None:
    made = redactor()
    found: Counter[str] = Counter()
    count = 0
    for kind, how, split, lines, needles in planted(VALUES // PARTS, seed=part + 1):
        shown = "\n".join(redacted(lines, made))
        count += 1
        if leaked := leaks(shown, needles, "\n".join(lines)):
            found[f"{kind}, {how}, {split}: {leaked}: {shown}"] += 1
    assert count == VALUES // PARTS
    assert len(KINDS) >= 25
    assert not found


WORDS = frozenset({"manager", "welcome", "monitor", "status", "server", "office", "contoso"})
"""Planted values that are also words of the program, and so occur elsewhere."""


def write_trace(path: Path, number: int) -> tuple[list[str], list[str]]:
    """A trace with planted values, and their needles that are long enough not to occur by chance."""
    lines, needles = [], []
    for _, _, _, written, hidden in planted(number, seed=7):
        lines += written
        needles += [each for each in hidden if len(each) >= 6 and each not in WORDS]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lines, needles


@pytest.mark.parametrize("command", [*COMMANDS, *OTHERS], ids=" ".join)
def test_no_output_shows_a_planted_value(command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "zimquathex"
    folder.mkdir()
    trace = folder / "yolkubwam-00908fa7b1c2.log"
    _, needles = write_trace(trace, 250)
    words = command if command[:1] and not command[0].startswith("-") else ["diagnose", *command]
    code = run([words[0], str(trace), *words[1:], "--redact"])
    shown = capfd.readouterr()
    assert code in (0, 1, 3)
    assert len(needles) > 150
    text = f"{shown.out}\n{shown.err}".casefold()
    assert [each for each in (*needles, "zimquathex", "yolkubwam") if each.casefold() in text] == []


def test_the_files_of_a_bundle_show_no_planted_value(tmp_path: Path) -> None:
    trace, bundle = tmp_path / "yolkubwam.log", tmp_path / "bundle.zip"
    _, needles = write_trace(trace, 250)
    assert run(["support-bundle", str(trace), "-o", str(bundle), "-q"]) == 0
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        text = "\n".join([*names, *(archive.read(name).decode("utf-8", "replace") for name in names)]).casefold()
        assert json.loads(archive.read("report.json"))["phones"]
    assert [each for each in (*needles, "yolkubwam") if each.casefold() in text] == []


def test_errors_and_explanations_show_no_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["diagnose", str(tmp_path / "zimquathex.log"), "--redact"]) == 2
    assert run(["explain", "--line", "voip_task[440]: CC : INFO - call to zimquathex@borvax.com", "--redact"]) == 0
    shown = "".join(capfd.readouterr())
    assert "zimquathex" not in shown
    assert "borvax" not in shown
