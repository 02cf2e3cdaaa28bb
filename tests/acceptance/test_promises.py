"""Promises about the whole program: equal output everywhere, and nothing is written or sent that was not asked for."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.made_traces import made_trace
from support.paths import FOUNDING, ROOT

MIN_BYTES = 17 << 20
"""A trace that is read by several processes."""
PAGE = ROOT / "docs" / "promises.md"
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "as it is": {},
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "locale C without UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Turkish locale": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "time zone of Kiritimati": {"TZ": "Pacific/Kiritimati"},
    "narrow terminal": {"COLUMNS": "41", "LINES": "5", "TERM": "dumb"},
    "optimized": {"PYTHONOPTIMIZE": "2"},
    "no cache": {"LYNCPHONE_LOGS_CACHE": ""},
}
OUTPUTS = (
    ("diagnose", "-f", "json"), ("diagnose", "-f", "jsonl"), ("diagnose", "-f", "html"), ("diagnose", "-f", "concise"),
    ("events", "-f", "csv"), ("unparsed", "-f", "jsonl"),
)  # fmt: skip


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("promises") / "made.log"
    path.write_bytes(made_trace(5) + FOUNDING.read_bytes())
    return path


def output_of(arguments: tuple[str, ...], trace: Path, environment: dict[str, str]) -> bytes:
    command = [sys.executable, "-m", "lyncphone_logs", *arguments, trace.name, "--year", "2013"]
    if arguments[0] == "unparsed":
        command = command[:-2]
    done = subprocess.run(command, cwd=trace.parent, env=os.environ | environment, capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("arguments", OUTPUTS, ids=" ".join)
def test_every_environment_prints_the_same_bytes(arguments: tuple[str, ...], trace: Path) -> None:
    shown = {name: output_of(arguments, trace, values) for name, values in ENVIRONMENTS.items()}
    assert len(shown) == 9
    assert len(shown["as it is"]) > 200
    assert {name for name, text in shown.items() if text != shown["as it is"]} == set()


@pytest.mark.slow
def test_several_processes_print_the_same_bytes(tmp_path: Path) -> None:
    large = tmp_path / "large.log"
    part = FOUNDING.read_bytes().rstrip(b"\n") + b"\nvoip_task[440]: CC       : INFO - key 1 was pressed\n" * 20
    large.write_bytes(part * (MIN_BYTES // len(part) + 1))
    one, two = (output_of(("diagnose", "-f", "json", "--full", "--jobs", jobs), large, {}) for jobs in ("1", "2"))
    assert b"has no effect" not in two
    assert one == two


WATCHED = """
import sys
ACTIONS = ("socket.connect", "socket.bind", "socket.sendto", "subprocess.", "os.exec", "os.fork", "os.system",
           "shutil.",
           "os.posix_spawn", "os.remove", "os.rename", "os.mkdir", "os.chmod")
seen, counted = [], set()
def watch(event, arguments):
    if event.startswith(ACTIONS):
        seen.append((event, arguments))
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & 3:
        seen.append((event, arguments))
    counted.add(event)
import lyncphone_logs as lp
from lyncphone_logs.reports import concise, details, html, markdown, screen, tables
lp.diagnose(sys.argv[1]).to_json()  # makes the cache
sys.addaudithook(watch)
trace = lp.read_trace(sys.argv[1], year=2013, full=True)
report = lp.diagnose(trace)
shown = [html.document(report), markdown.render(report), concise.render(report), screen.render(report),
         report.to_json(), details.render(report, color=False, width=80), *tables.event_csv_lines(trace.batches())]
trace.to_frame("all")
print(all(shown), "open" in counted, seen)
"""


def test_nothing_is_written_started_or_sent(trace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(trace)], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stdout.strip() == "True True []"


def rows() -> list[list[str]]:
    table = [line for line in PAGE.read_text(encoding="utf-8").split("\n") if line.startswith("| P")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def test_the_page_has_a_row_for_each_promise_with_figure_and_command() -> None:
    assert [row[0] for row in rows()] == [f"P{number}" for number in range(1, 15)]
    assert [row for row in rows() if len(row) != 5 or not all(row)] == []


def test_the_commands_of_the_page_name_files_that_exist() -> None:
    for row in rows():
        named = re.findall(r"(?:tests|bench|\.ci|docs)/[\w./-]+\w", row[3])
        assert named or row[0] == "P9", row
        assert [each for each in named if not (ROOT / each).exists()] == []


def test_no_promise_of_the_page_fails() -> None:
    assert [row for row in rows() if "fail" in row[4].lower()] == []
