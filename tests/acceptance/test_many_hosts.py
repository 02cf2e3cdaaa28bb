"""Memory, time and output are bounded in hosts: of too many, those that matter are diagnosed, and all are counted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import lyncphone_logs as lp
from lyncphone_logs.cli.app import run
from lyncphone_logs.diagnosis import phone_states
from lyncphone_logs.reports import screen
from lyncphone_logs.trace import correlator, counted_hosts, phone_list
from lyncphone_logs.trace.counted_hosts import CountedHosts

RUNNER = Path(__file__).parent.parent / "support" / "limited_runs.py"
FAILED = "CERT     : ERR  - {f():653} server cert is invalid. ctx->error=10."
QUIET = "CERT     : INFO - {f():653} a message"
DAEMON = "udhcpc[1]: Sending discover..."


def line(host: str, text: str, number: int) -> str:
    return f"<134>Jul  9 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} {host} {text}\n"


def spoofed(path: Path, hosts: int, text: str = FAILED) -> Path:
    path.write_text("".join(line(f"h{number:06}", text, number) for number in range(hosts)))
    return path


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that small traces reach."""
    monkeypatch.setattr(phone_states, "MAX_PHONES", 10)
    monkeypatch.setattr(counted_hosts, "MAX_COUNTED", 30)
    monkeypatch.setattr(counted_hosts, "MAX_DISTINCT", 40)


@pytest.mark.usefixtures("few")
def test_failures_beyond_the_limit_are_counted_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = spoofed(tmp_path / "t.log", 60)
    report = lp.diagnose(str(path))
    assert [phone.id for phone in report.phones] == [f"h{number:06}" for number in range(10)]
    written = json.loads(report.to_json())["counted_hosts"]
    assert (written["count"], written["lines"], written["failures"]) == (50, 50, 50)
    assert written["listed"][0] == {
        "id": "h000010", "is_phone": True, "lines": 1, "failures": 1,
        "first_failure": {"kind": "tls.server_certificate.rejected", "path": str(path), "line": 11},
    }  # fmt: skip
    assert len(written["listed"]) == 30
    assert "50 more hosts were counted (50 lines, 50 failures, the first: h000010" in report.problems[0]
    assert run(["-q", str(path)]) == 3
    assert "50 more hosts were counted" in " ".join(capsys.readouterr().out.split())
    assert run(["explain", "TLS008", str(path)]) == 3
    assert "50 more hosts were counted" in capsys.readouterr().err


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("noise", [DAEMON, QUIET])
def test_phones_that_fail_take_the_place_of_hosts_that_do_not(
    noise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted_hosts, "MAX_DISTINCT", 10_000)
    path = tmp_path / "t.log"
    # Whole windows of hosts come before the phones that fail, and after them.
    lines = [line(f"n{number:05}", noise, number) for number in range(3000)]
    bad = [line(f"phone-{number}", FAILED, 3000 + number) for number in range(8)]
    path.write_text("".join([*lines, *bad, *lines]))
    report = lp.diagnose(str(path))
    assert {f"phone-{number}" for number in range(8)} <= {phone.id for phone in report.phones}
    assert len(report.phones) <= 10
    assert len(report.counted) + len(report.phones) == 3008


@pytest.mark.usefixtures("few")
def test_a_phone_that_the_user_names_is_diagnosed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = spoofed(tmp_path / "t.log", 60)
    assert run(["-q", "--phone", "h000055", "-f", "json", str(path)]) == 3
    report = json.loads(capsys.readouterr().out)
    assert [(phone["id"], phone["diagnoses"][0]["code"]) for phone in report["phones"]] == [("h000055", "TLS008")]
    assert report["counted_hosts"]["count"] == 50


def test_boots_of_too_many_senders_begin_anew_and_that_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(correlator, "MAX_KEYED", 20)
    report = lp.diagnose(str(spoofed(tmp_path / "t.log", 50)))
    assert len(report.phones) == 50
    assert "boots and clocks of 30 began anew" in report.problems[0]


def test_the_roster_lists_the_first_phones_and_counts_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(phone_list, "MAX_LISTED", 10)
    assert run(["phones", "-f", "jsonl", str(spoofed(tmp_path / "t.log", 25, QUIET))]) == 3
    shown = capsys.readouterr()
    assert shown.out.count("\n") == 10
    assert "only 10 phones are listed; 15 more hosts were counted (15 lines)" in shown.err


def test_all_findings_of_many_phones_are_printed_once_for_each_cause(tmp_path: Path) -> None:
    path = spoofed(tmp_path / "t.log", 130)
    with path.open("a") as file:
        file.write(line("z-other", "CERT     : ERR  - {f():653} server cert is invalid. ctx->error=7.", 200))
    text = screen.render(lp.diagnose(str(path)), everything=True)
    assert "30 more phones, with causes that these have too" in text
    assert "z-other" in text


def test_counted_hosts_never_count_one_twice() -> None:
    hosts = CountedHosts()
    for _ in range(2):
        for number in range(25_000):
            hosts.add(f"h{number}", lines=1)
    assert len(hosts) == 25_000
    assert sum(each.lines for each in (*hosts.named.values(), hosts.others)) == 50_000


def test_without_memory_the_answer_so_far_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = spoofed(tmp_path / "t.log", 1500)
    added = phone_states.PhoneStates.add
    calls = []

    def failing(self: phone_states.PhoneStates, *arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        added(self, *arguments)

    monkeypatch.setattr(phone_states.PhoneStates, "add", failing)
    report = lp.diagnose(str(path))
    assert 0 < len(report.phones) < 1500
    assert report.problems[0].startswith(f"out of memory at {path}:")
    assert all(each.account.total == each.bytes for each in report.inputs)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.parametrize(
    ("hosts", "megabytes", "arguments"),
    [
        pytest.param(20_000, 400, ["--jobs", "1"], marks=pytest.mark.slow),
        (6_000, 150, ["--jobs", "1"]),
        (3_000, 60, ["--jobs", "1"]),
    ],
)
@pytest.mark.slow
def test_spoofed_hosts_end_within_limits(hosts: int, megabytes: int, arguments: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "traces"
    folder.mkdir()
    spoofed(folder / "t.log", hosts)
    command = [sys.executable, str(RUNNER), str(folder), "40", str(megabytes), *arguments]
    (found,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout).values()
    assert found["code"] == 3, found["printed"][-500:]
    assert found["mb"] <= 300
    assert found["printed"].count("\n") <= 40
    assert "this is a bug" not in found["printed"]
    text = " ".join(found["printed"].split())
    assert "17,000 more hosts were counted" in text if hosts == 20_000 else "out of memory" in text
