"""The command line as its users meet it: what is printed where, and the exit codes that scripts rely on.

All lines but the founding one are synthetic.
"""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import FOUNDING, ROOT

import lyncphone_logs as lp
from lyncphone_logs.cli.app import run
from lyncphone_logs.events.columns import COLUMNS

TRACE = str(FOUNDING)
GOOD = "voip_task[440]: CC       : INFO - registered\n"
RULE = (ROOT / "lyncphone_logs" / "content" / "rules" / "tls" / "certificate-expired.toml").read_text(encoding="utf-8")


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "trace.log"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_path_alone_is_diagnosed_and_the_exit_code_says_that_something_was_found(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run([TRACE]) == run(["diagnose", TRACE]) == 1
    out, err = capfd.readouterr()
    assert out.count("Firmware cannot verify the CA's SHA-2 signature              TLS001") == 2
    assert err == ""


def test_all_findings_are_printed_if_they_are_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    assert run([TRACE, "--all"]) == 1
    out = capfd.readouterr().out
    assert "error[TLS001] signature-algorithm-unsupported" in out
    assert "examined: 1 line, 1 event, 0 unparsed" in out


def test_no_control_character_reaches_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    run([TRACE])
    out = capfd.readouterr().out
    assert all(character == "\n" or character.isprintable() for character in out)


def test_the_ending_of_the_output_file_chooses_the_format(tmp_path: Path) -> None:
    starts = {"a.json": "{", "a.jsonl": '{"type":"report"', "a.md": "#", "a.html": "<!doctype html>", "a.txt": "…/"}
    for name, start in starts.items():
        run([TRACE, "-o", str(tmp_path / name)])
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start), name
    run([TRACE, "-f", "concise", "-o", str(tmp_path / "b.json")])
    assert (tmp_path / "b.json").read_text(encoding="utf-8").startswith(TRACE)


@pytest.mark.parametrize(("level", "code"), [("note", 1), ("warning", 0), ("error", 0)])
def test_fail_on_sets_the_least_severity_that_counts(level: str, code: int, trace: Path) -> None:
    assert run(["diagnose", str(trace), "--fail-on", level]) == code


@pytest.mark.parametrize("format", ["text", "concise", "json", "jsonl", "markdown", "html"])
def test_every_format_goes_to_a_file_whole_and_leaves_standard_output_alone(
    format: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["diagnose", TRACE, "--format", format])
    printed = capfd.readouterr().out
    assert run(["diagnose", TRACE, "-f", format, "-o", str(tmp_path / "answer")]) == 1
    assert capfd.readouterr().out == ""
    assert (tmp_path / "answer").read_text(encoding="utf-8") == printed
    assert [each.name for each in tmp_path.iterdir()] == ["answer"]


def test_an_output_that_cannot_be_written_is_4_and_leaves_no_half_file(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["diagnose", TRACE, "-o", str(tmp_path / "no" / "such" / "folder")]) == 4
    assert "cannot write output" in capfd.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")
def test_a_full_disk_is_one_line_and_exit_code_4() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lyncphone_logs", TRACE], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 4
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_leaves_early_ends_the_writing_quietly() -> None:
    command = f"'{sys.executable}' -m lyncphone_logs '{TRACE}' | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("1", "")


def test_standard_input_is_read_as_a_trace() -> None:
    command = [sys.executable, "-m", "lyncphone_logs", "-", "--format", "concise"]
    done = subprocess.run(command, input=Path(TRACE).read_bytes(), capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith(b"-:1: TLS001 likely")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["missing.log"], 2, "missing.log"),
        (["--no-such-option", TRACE], 2, "No such option"),
        (["diagnose"], 2, "Missing argument"),
        ([TRACE, "missing.log"], 3, ""),
        ([TRACE, "--certificate", "missing.pem"], 2, "missing.pem"),
        (
            [TRACE, "--certificate", str(ROOT / "fixtures/certificates/not-a-certificate.pem")],
            2,
            "not-a-certificate.pem",
        ),
        ([TRACE, "--location", "moon"], 2, "moon"),
        ([TRACE, "--domain", "user@contoso.com"], 2, "after the @"),
        ([TRACE, "--rules", "no-such-folder"], 2, "no-such-folder"),
        (["explain", "clock-behnd"], 2, "did you mean 'clock-behind'?"),
        ([TRACE, "--year", "10000"], 2, "cannot be the last year"),
        ([TRACE, "--year", "-1"], 2, "cannot be the last year"),
        ([TRACE, "--year", "99"], 2, "a year of four digits, from 1980 to 2099"),
        ([TRACE, "--year", "1979"], 2, "cannot be the last year"),
        ([TRACE, "--model", "banana"], 2, "the model 'banana' cannot be used"),
        ([TRACE, "--model", "42OHD"], 2, "did you mean '420HD'?"),
        ([TRACE, "--display", "hello"], 2, "one of: verification failed for the domain;"),
        (["explain"], 2, "CODE"),
        (["rules", "show", "signature-algoritm-unsupported"], 2, "signature-algorithm-unsupported"),
        (["grammars", "show", "nokia"], 2, "grammars list"),
    ],
)
def test_a_mistake_is_one_clear_error_with_its_exit_code(
    arguments: list[str], code: int, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    err = capfd.readouterr().err
    assert says in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "nothing to read"),
        (b"\n \n\n", "nothing to read"),
        (b"the quick brown fox\n", "audiocodes_400hd matched 4 of 19 characters"),
        (bytes(range(256)) * 40, "no grammar matches any line"),
    ],
)
def test_a_file_without_a_line_of_a_phone_is_3_and_says_how_far_it_came(
    content: bytes, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.log"
    path.write_bytes(content)
    assert run([str(path)]) == 3
    assert says.casefold() in " ".join(capfd.readouterr().out.split()).casefold()
    assert run([str(path), "--format", "json"]) == 3
    (read,) = json.loads(capfd.readouterr().out)["inputs"]
    assert sum(read["account"].values()) == read["bytes"] == len(content)
    assert run([str(path), "--format", "concise"]) == 3
    assert str(path) in capfd.readouterr().err


def test_a_folder_without_a_file_is_nothing_to_read(tmp_path: Path) -> None:
    assert run([str(tmp_path)]) == 3


def test_a_file_that_is_not_a_log_beside_one_that_is_does_not_hide_the_answer(
    trace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (trace.parent / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (trace.parent / "founding.log").write_bytes(Path(TRACE).read_bytes())
    assert run([str(trace.parent)]) == 1
    assert "TLS001" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("severity =", "severty ="), "did you mean 'severity'?"),
        (('severity = "error"', 'severity = "fatal"'), "severity"),
        (
            ("tls.server_certificate.rejected", "tls.server_certificate.rejectd"),
            "did you mean 'tls.server_certificate.rejected'?",
        ),
        (("verify_code = 10", "verify_cod = 10"), "did you mean 'verify_code'?"),
        (("code =", "code"), "cannot be read"),
    ],
)
def test_a_bad_rule_is_named_with_key_and_help_and_the_others_still_answer(
    change: tuple[str, str], says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert change[0] in RULE
    (tmp_path / "certificate-expired.toml").write_text(RULE.replace(*change), encoding="utf-8")
    assert run([TRACE, "--rules", str(tmp_path)]) == 3
    shown = " ".join(capfd.readouterr().out.split())
    assert "Next: lyncphone-logs explain TLS001" in shown
    assert says in shown
    assert "certificate-expired.toml" in shown


def test_a_rule_of_a_named_folder_takes_the_place_of_its_code_with_a_note(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    title = next(line for line in RULE.split("\n") if line.startswith("title"))
    (tmp_path / "certificate-expired.toml").write_text(RULE.replace(title, 'title = "Another"'), encoding="utf-8")
    run(["rules", "list", "--rules", str(tmp_path)])
    assert "Another" in capfd.readouterr().out
    run([TRACE, "--rules", str(tmp_path)])
    assert "TLS008 is taken from rule pack" in " ".join(capfd.readouterr().out.split())


def test_grammars_of_a_named_folder_are_run_with_a_note_and_a_broken_one_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.py").write_text(
        "import pyparsing as pp\nvendor = 'Own'\nheader = 'OWN' + pp.Regex('.*')('message')\n"
        "messages, shared, levels, samples = [], ('busybox',), {}, []\n",
        encoding="utf-8",
    )
    (tmp_path / "broken.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    own = tmp_path / "own.log"
    own.write_text("OWN state=3\nOWN no lease, failing\n", encoding="utf-8")
    assert run(["events", str(own), "--grammars", str(tmp_path), "-f", "jsonl"]) == 3
    out, err = capfd.readouterr()
    events = [json.loads(line) for line in out.strip().split("\n")]
    assert [(each["grammar"], each["kind"], json.loads(each["fields"])) for each in events] == [
        ("own", "log.message", {"state": "3"}),
        ("own", "dhcp.lease.failed", {}),
    ]
    assert "are code and were run" in err
    assert "nothing_of_that_name" in err


def test_events_come_as_a_table_as_csv_and_as_json_lines_with_the_frozen_columns(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["events", TRACE]) == 0
    assert "tls.server_certificate.rejected" in capfd.readouterr().out
    run(["events", TRACE, "--format", "csv"])
    (row,) = csv.DictReader(io.StringIO(capfd.readouterr().out))
    assert list(row) == list(COLUMNS)
    assert (row["line"], row["bytes"], row["procid"], row["fields"]) == ("1", "123", "'440", '{"verify_code": 7}')
    run(["events", TRACE, "--format", "jsonl"])
    event = json.loads(capfd.readouterr().out)
    assert list(event) == list(COLUMNS)
    assert json.loads(event["fields"]) == {"verify_code": 7}


def test_csv_runs_no_formula_in_a_spreadsheet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trace.log"
    path.write_text("voip_task[440]: CC       : INFO - =cmd|'/c calc'!A0\n", encoding="utf-8")
    run(["events", str(path), "--format", "csv"])
    (row,) = csv.DictReader(io.StringIO(capfd.readouterr().out))
    assert row["message"] == "'=cmd|'/c calc'!A0"


def test_explain_shows_a_rule_by_code_or_name(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "tls001"]) == run(["explain", "signature-algorithm-unsupported"]) == 0
    out = capfd.readouterr().out
    assert out.count("error[TLS001]") == 2
    assert "CNGHashAlgorithm" in out


def test_explain_line_shows_framing_grammar_and_every_field(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--line", Path(TRACE).read_text(encoding="utf-8").rstrip()]) == 0
    words = capfd.readouterr().out.split()
    for expected in (
        "facility.severity",
        "local7",
        "audiocodes_400hd",
        "acl_user_tls_server_validation",
        "653",
        "verify_code",
    ):
        assert expected in words


def test_explain_line_shows_where_matching_stopped(capfd: pytest.CaptureFixture[str]) -> None:
    run(["explain", "--line", "Nov  2 10:00:00 web nginx[7]: GET ; ERR"])
    lines = capfd.readouterr().out.rstrip().split("\n")
    at = next(number for number, line in enumerate(lines) if "audiocodes_400hd" in line)
    own, pointer = lines[at + 1 : at + 3]
    assert own[pointer.index("^")] == ";"
    assert "expected here: ':'" in pointer


@pytest.mark.slow
def test_the_samples_of_rules_and_grammars_hold(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "test"]) == 0
    assert run(["grammars", "test"]) == 0
    rules, grammars = capfd.readouterr().out.strip().split("\n")
    assert int(rules.split()[0]) >= 16
    assert int(rules.split()[2]) >= 16 * 9
    assert int(grammars.split()[2]) >= 40


def test_a_sample_that_does_not_hold_fails_the_test_of_its_rule(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "certificate-expired.toml").write_text(
        RULE.replace("verify_code = 10", "verify_code = 11"), encoding="utf-8"
    )
    assert run(["rules", "test", "TLS008", "--rules", str(tmp_path)]) == 1
    assert "positive sample should be" in capfd.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], [], ["diagnose", "--help"], ["rules", "list"], ["grammars", "list"], ["-V"]]
)
def test_help_and_lists_are_answers(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    out, err = capfd.readouterr()
    assert out
    assert not err


@pytest.mark.parametrize("what", ["rules", "grammars"])
def test_show_prints_the_file(what: str, capfd: pytest.CaptureFixture[str]) -> None:
    name = {"rules": "TLS008", "grammars": "audiocodes_400hd"}[what]
    assert run([what, "show", name]) == 0
    out = capfd.readouterr().out.rstrip()
    assert out == (
        RULE.rstrip()
        if what == "rules"
        else (ROOT / "grammars" / "audiocodes_400hd.py").read_text(encoding="utf-8").rstrip()
    )


def test_a_bug_is_told_as_one_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("lyncphone_logs.api.diagnose", fail)
    assert run([TRACE]) == 5
    err = capfd.readouterr().err
    assert "this is a bug: ZeroDivisionError: planted" in err
    assert "Traceback" not in err
    monkeypatch.setenv("LYNCPHONE_LOGS_DEBUG", "1")
    run([TRACE])
    assert "Traceback" in capfd.readouterr().err


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lyncphone_logs.api.diagnose", interrupt)
    assert run([TRACE]) == 130


def test_a_rule_that_was_edited_is_read_anew_in_the_same_process(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    title = next(line for line in RULE.split("\n") if line.startswith("title"))
    for word in ("First", "Second"):
        (tmp_path / "certificate-expired.toml").write_text(RULE.replace(title, f'title = "{word}"'), encoding="utf-8")
        run(["rules", "list", "--rules", str(tmp_path)])
        assert word in capfd.readouterr().out


def test_events_go_to_a_parquet_file_whose_rows_are_those_of_the_frame(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    target = tmp_path / "events.parquet"
    assert run(["events", TRACE, "-o", str(target)]) == 0
    table = parquet.read_table(target)
    frame = lp.read_trace(TRACE).to_frame("all")
    assert table.column_names == list(frame.columns)
    (row,) = table.to_pylist()
    assert json.loads(row.pop("fields")) == dict(frame["fields"][0]) == {"verify_code": 7}
    assert {name: row[name] for name in ("id", "line", "kind", "component", "severity", "message")} == {
        name: frame[name][0] for name in ("id", "line", "kind", "component", "severity", "message")
    }


def test_without_pyarrow_parquet_is_one_error_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lyncphone_logs.events.parquet.find_spec", lambda name: None)
    assert run(["events", TRACE, "-o", str(tmp_path / "events.parquet")]) == 4
    assert "pip install 'lyncphone-logs[parquet]'" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_grammar_that_reads_what_another_reads_is_told_when_it_is_loaded(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.py").write_text(
        "import pyparsing as pp\nvendor, shared, levels = 'x', (), {}\nheader = pp.Regex('.*')('message')\n"
        "rest = pp.Regex('.*')\nlost = pp.SkipTo('lease') + 'lease' + rest\n"
        "messages = [('dhcp.lease.failed', 'no lease' + rest), ('dhcp.lease.lost', lost)]\n"
        "samples = [('synthetic', 'no lease', 'dhcp.lease.failed', {}),"
        " ('synthetic', 'udhcpc[1]: Sending discover...', 'log.message', {})]\n",
        encoding="utf-8",
    )
    run(["diagnose", TRACE, "--grammars", str(tmp_path), "--all"])
    told = " ".join(capfd.readouterr().out.split())
    assert "'no lease' matches dhcp.lease.failed and dhcp.lease.lost" in told
    assert "'udhcpc[1]: Sending discover...' is read by audiocodes_400hd too" in told


def test_the_help_of_unparsed_does_not_promise_that_examples_are_anonymous(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["unparsed", "--help"]) == 0
    shown = " ".join(capfd.readouterr().out.split())
    assert "A name that is such a word may remain: check before sharing." in shown
    assert "nobody" not in shown
