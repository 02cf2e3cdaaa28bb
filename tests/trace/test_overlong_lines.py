"""Lines longer than 64 KiB: what was not examined of them is counted apart and reported, however they are read.

All lines are synthetic.
"""

import gzip
import json
import random
from pathlib import Path

import pytest

import lyncphone_logs as lp
from lyncphone_logs.cli.app import run
from lyncphone_logs.sources.window import MAX_LINE_BYTES
from lyncphone_logs.trace.parallel import PART_BYTES

LINE = "Jul  9 12:00:00 10.1.2.3 voip_task[440]: CC       : INFO - call 7 is ringing"
FAULT = "server cert is invalid. ctx->error=7."
HEAD = "Jul  9 12:00:00 10.1.2.3 voip_task[440]: CERT     : ERR  - "
SEED = 20


def overlong(extra: int, tail: str = "") -> str:
    """A line of a phone with `extra` bytes after the first 64 KiB."""
    return HEAD + "x" * (MAX_LINE_BYTES + extra - len(HEAD) - len(tail)) + tail


def read(path: Path, **options: object) -> tuple[int, int, dict[str, int]]:
    """Lines that are too long, their bytes that were not examined, and the account, which must add up."""
    trace = lp.read_trace(path, **options)  # type: ignore[arg-type]
    report = lp.diagnose(trace)
    (source,) = trace.inputs
    account = vars(source.tally.account)
    assert sum(account.values()) == report.inputs[0].bytes
    notes = [note for note in report.notes if "longer than 65,536 bytes" in note]
    assert len(notes) == bool(source.tally.overlong_lines)
    assert all(f"({account['overlong_bytes']:,} bytes) was not examined" in note for note in notes)
    return source.tally.overlong_lines, account["overlong_bytes"], account


def made(generator: random.Random) -> tuple[str, int, int]:
    """A text, how many of its lines are too long, and their bytes beyond 64 KiB."""
    lines, count, beyond = [], 0, 0
    for _ in range(generator.randint(1, 12)):
        if generator.random() < 0.4:
            extra = generator.choice([1, 2, 3, 100, 4586, 200_000, 1_000_000])
            lines.append(overlong(extra, FAULT if extra > 100 else ""))
            count, beyond = count + 1, beyond + extra
        else:
            lines.append(generator.choice([LINE, "", "x" * MAX_LINE_BYTES, LINE + "y" * (MAX_LINE_BYTES - len(LINE))]))
    end = generator.choice(["\n", "\r\n"])
    return end.join(lines) + generator.choice(["", end]), count, beyond


@pytest.mark.parametrize("number", range(25))
@pytest.mark.sampled(12)
def test_the_rest_of_overlong_lines_is_counted_in_every_way_of_reading(number: int, tmp_path: Path) -> None:
    text, count, beyond = made(random.Random(SEED + number))
    path = tmp_path / "trace.log"
    path.write_bytes(text.encode())
    (tmp_path / "packed.log.gz").write_bytes(gzip.compress(text.encode()))
    assert read(path)[:2] == (count, beyond)
    assert read(tmp_path / "packed.log.gz")[:2] == (count, beyond)
    for encoding, width in (("utf-16-le", 2), ("utf-16-be", 2), ("utf-32-le", 4)):
        path.write_bytes(f"\ufeff{text}".encode(encoding))
        assert read(path)[:2] == (count, width * beyond), encoding


@pytest.mark.parametrize("number", range(5))
def test_a_search_counts_as_skipped_only_what_it_has_searched(number: int, tmp_path: Path) -> None:
    text, count, beyond = made(random.Random(SEED + number))
    # The window of the search is larger than a line: what is in it was searched.
    path = tmp_path / "trace.log"
    path.write_bytes((LINE + "\n").encode() * 40_000 + text.encode() + b"\n" + overlong(5_000_000).encode() + b"\n")
    lines, unseen, account = read(path, full=False)
    assert account["passed_over_bytes"] > 0
    assert 1 <= lines <= count + 1
    assert 2_000_000 < unseen <= beyond + 5_000_000


@pytest.mark.slow
def test_several_processes_count_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lyncphone_logs.trace.read_plan.MIN_PARALLEL_BYTES", 1)
    path = tmp_path / "trace.log"
    filler = (LINE + "\n") * (PART_BYTES // len(LINE))
    path.write_text("\n".join([overlong(70), filler, overlong(100_000), filler, overlong(1)]), encoding="utf-8")
    assert read(path, full=True, jobs=2) == read(path, full=True, jobs=1)
    assert read(path, full=True, jobs=2)[:2] == (3, 100_071)


def test_an_overlong_record_of_an_export_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    records = [{"time": "2013-07-09T10:00:12Z", "message": LINE + "x" * size} for size in (0, 70_000, 0)]
    path.write_text("[" + ",\n".join(map(json.dumps, records)) + "]", encoding="utf-8")
    assert read(path)[:2] == (1, len(json.dumps(records[1])) - MAX_LINE_BYTES)


def test_what_follows_the_limit_is_no_evidence_and_the_user_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "trace.log"
    path.write_text(overlong(4586, FAULT) + "\n", encoding="utf-8")
    said = "1 line is longer than 65,536 bytes; the rest (4,586 bytes) was not examined"
    for arguments in (["--all"], ["-f", "markdown"], ["-f", "concise"]):
        assert run([str(path), *arguments]) == 0
        assert said in " ".join("".join(capfd.readouterr()).split())
    assert run([str(path), "-q", "-f", "json"]) == 0
    assert json.loads(capfd.readouterr().out)["inputs"][0]["account"]["overlong_bytes"] == 4586
    for command in ("events", "phones", "unparsed"):
        assert run([command, str(path)]) == 0
        assert said in capfd.readouterr().err


def test_the_span_of_an_overlong_line_is_that_of_its_text(tmp_path: Path) -> None:
    path = tmp_path / "trace.log"
    path.write_bytes(f"{LINE}\n{overlong(4586)}\r\n{LINE}\n".encode())
    data = path.read_bytes()
    events = list(lp.read_trace(path).events())
    assert len(events) == 3
    for event in events:
        (span,) = event.spans
        assert data[span.offset : span.offset + span.length].decode() == event.text
