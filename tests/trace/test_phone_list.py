"""The commands `phones` and `unparsed`, and `--grammar`."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from support.healthy import healthy_lines

import lyncphone_logs
from lyncphone_logs.cli.app import run
from lyncphone_logs.errors import InputError
from lyncphone_logs.reports import details
from lyncphone_logs.trace.phone_list import phone_list
from lyncphone_logs.trace.unparsed import unparsed_shapes

BOB = "Jul  9 10:00:{0:02d} phone-b local7.info voip_task[440]: "
MIXED = f"""Jul  9 10:00:00 phone-a syslog.info syslogd started: BusyBox v1.22.1
{BOB.format(1)}SIP      : INFO - User-Agent: AUDC-IPPhone/2.0.5 (420HD; 00908F000001)
{BOB.format(2)}LCD      : INFO - screen 4 of 9, user=bob@contoso.com
Jul  9 12:30:00 phone-a daemon.info udhcpc[201]: Lease of 192.0.2.20 obtained, lease time 86400
no grammar reads 17 of these
no grammar reads 18 of these
Jul  9 12:30:01 phone-a syslog.info syslogd started: BusyBox v1.22.1
Jul  9 12:30:02 phone-c 000413000001 [INFO  ] SIP: Registered at registrar as 7351@contoso.com (Expires: 3600 secs)
"""


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.log"
    path.write_text(MIXED, encoding="utf-8")
    return path


def test_phones_are_listed_with_what_is_known_of_each(mixed: Path) -> None:
    trace = lyncphone_logs.read_trace(mixed, year=2013)
    phones = phone_list(trace.batches(), {each.name: each.vendor for each in trace.catalog.grammars})
    assert [(each.id, each.basis, each.boots, each.lines, each.unparsed) for each in phones] == [
        ("phone-a", "host name", 2, 5, 2),
        ("phone-b", "host name", 1, 2, 0),
        ("phone-c", "host name", 1, 1, 0),
    ]
    first, second, third = phones
    assert (first.silences, first.longest) == (1, 9000.0)
    assert (first.first, first.last) == (datetime(2013, 7, 9, 10), datetime(2013, 7, 9, 12, 30, 1))
    assert second.identity == {
        "vendor": "AudioCodes", "model": "420HD", "firmware": "2.0.5", "mac": "00908F000001"
    }  # fmt: skip
    assert (third.identity["vendor"], dict(third.grammars)) == ("snom", {"snom": 1})


def test_a_table_of_fifty_phones_has_a_line_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "fifty.log"
    trace.write_text("\n".join(healthy_lines(5_000, phones=50)), encoding="utf-8")
    assert run(["phones", str(trace), "--year", "2013"]) == 0
    heading, *rows = capsys.readouterr().out.rstrip("\n").split("\n")
    place = heading.index("read by")
    assert len(rows) >= 44  # Spectralink's handsets have one name in these lines
    assert all(row[place - 1] == " " and row[place] != " " for row in rows)


def test_phones_as_json_lines(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["phones", str(mixed), "--year", "2013", "--format", "jsonl"]) == 0
    first, *_ = map(json.loads, capsys.readouterr().out.rstrip("\n").split("\n"))
    assert (first["id"], first["silences"], first["longest_silence"], first["first"]) == (
        "phone-a", 1, 9000.0, "2013-07-09T10:00:00",
    )  # fmt: skip


def test_unknown_lines_and_messages_are_grouped_by_shape(mixed: Path) -> None:
    found = unparsed_shapes(lyncphone_logs.read_trace(mixed, year=2013).batches())
    lines, message = found.ranked()
    assert (lines.what, lines.count, lines.example, lines.line) == ("line", 2, "no grammar reads 17 of these", 5)
    assert (message.what, message.component, message.example) == ("message", "LCD", "screen 4 of 9, user=<uri>")


@pytest.mark.parametrize("format", ["table", "markdown", "jsonl"])
def test_the_user_of_a_uri_is_not_shown(mixed: Path, format: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["unparsed", str(mixed), "--format", format]) == 0
    said = capsys.readouterr().out
    assert "no grammar reads 17 of these" in said
    assert "bob" not in said


def test_a_named_grammar_alone_reads(mixed: Path) -> None:
    trace = lyncphone_logs.read_trace(mixed, year=2013, grammar="snom")
    assert [event.grammar for event in trace.events()].count("snom") == 1
    assert {event.grammar for event in trace.events()} == {"", "snom"}


def test_an_unknown_grammar_is_one_clear_error(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="no grammar is called 'snon'"):
        lyncphone_logs.read_trace(mixed, grammar="snon")
    assert run(["diagnose", str(mixed), "--grammar", "snon"]) == 2
    assert "did you mean 'snom'?" in capsys.readouterr().err


def test_the_report_says_what_read_the_lines_and_why(mixed: Path) -> None:
    report = lyncphone_logs.diagnose(lyncphone_logs.read_trace(mixed, year=2013))
    assert "audiocodes_400hd (5 of 8 lines with its header), snom (1 of 8 lines with its header)" in details.render(
        report, color=False, width=None
    )
    assert report.to_dict()["inputs"][0]["grammars"] == {"audiocodes_400hd": 5, "snom": 1}


@pytest.mark.parametrize("command", ["phones", "unparsed"])
@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\xff\xfe\x00" * 9, b"x" * 300_000])
def test_odd_input_gives_no_traceback(command: str, content: bytes, tmp_path: Path) -> None:
    trace = tmp_path / "odd.log"
    trace.write_bytes(content)
    assert run([command, str(trace)]) in (0, 3)
