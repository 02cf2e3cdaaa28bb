"""The Markdown report: the first screen for a ticket, then a short list of details."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from support.paths import ROOT
from support.sample_report import REKEYED, SIGNATURE, event, lead, phone, report

import lyncphone_logs as lp
from lyncphone_logs.diagnosis.findings import Failure, Fix
from lyncphone_logs.reports import answer, markdown
from lyncphone_logs.rules.rule import Check

MAX_LINES = 64
FENCE = re.compile(r"^```text\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
TRACES = [
    *("audiocodes_400hd/founding-line", "grandstream/registration-refused", "yealink/root-certificate-unknown"),
    *("audiocodes_400hd/signed-in", "snom/registrar-silent", "foreign/asterisk.log"),
]


@pytest.mark.parametrize("trace", TRACES)
def test_one_problem_fits_into_a_ticket(trace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = lp.diagnose(Path("fixtures") / trace)
    shown = markdown.render(found)
    assert shown.count("\n") < MAX_LINES
    assert not re.search(r"repaired before reading|not shown|odds|×|÷", shown)
    for each in found.phones:
        first = answer.answer(found, each)
        assert f"## {markdown.escaped(first.headline)}\n" in shown
        assert first.next in FENCE.findall(shown)
        titles = [f"{block.word}: {markdown.escaped(block.rule.title)} ({block.rule.code})" for block in first.blocks]
        assert re.findall(r"^### (.*)$", shown, re.MULTILINE) == titles


def test_the_line_has_its_location_and_carets_under_the_mark() -> None:
    line, carets = FENCE.findall(markdown.render(report()))[0].split("\n")
    assert line.startswith("founding.log:1  … ")
    assert line[carets.index("^") :] == "server cert is invalid. ctx->error=7."
    assert len(line) == len(carets)


def test_commands_are_in_blocks_of_their_own() -> None:
    check = Check(says="Save the chain.", commands=("openssl s_client > chain.pem", "lyncphone-logs TRACE --all"))
    shown = report(phones=(phone(diagnoses=(lead(rule=replace(SIGNATURE, checks=(check,))),)),), paths=("a b.log",))
    assert FENCE.findall(markdown.render(shown))[1:] == [
        'openssl s_client > chain.pem\nlyncphone-logs "a b.log" --all',
        'lyncphone-logs explain TLS001 "a b.log"',
    ]


def test_the_details_are_words_without_numbers_and_ids() -> None:
    details = markdown.render(report()).partition("## Details\n\n")[2]
    for said in (
        "The phone cannot sign in.", "to decide** add --certificate FILE",
        "undo the fix** install the old", "2013: Sign with SHA-1", "[Notes](<https://example.org/n?a=1&b=2>)",
        f"**Ruled out** TLS005 {REKEYED.title}: the key is the old one", "boot 1 ", "1 cause; how to record",
        "123 event", "0" * 64, "sample 1.0",
    ):  # fmt: skip
        assert said in details, said
    for absent in ("old-firmware", "one-server-only", "chain-is-sha2", "tls.server", "×", "÷", "odds"):
        assert absent not in details
    assert all(line.startswith("- **") for line in details.split("\n"))


def test_a_failure_without_a_cause_shows_its_line_and_what_to_record() -> None:
    failed = phone(diagnoses=(), failures=(Failure(event()), Failure(event(line=9), 3)), capture="Set DEBUG.")
    shown = markdown.render(report(phones=(failed,)))
    assert "To find the cause, record a more detailed trace. Set DEBUG." in shown
    assert "**1 more failure without a known cause**" in shown
    assert "(3 times)" in shown
    assert "founding.log:9  " in shown


def test_the_state_of_earlier_diagnoses_is_on_the_first_screen() -> None:
    fixed = Fix("10.1.2.3", "TLS001", "sha2", "fixed", "REGISTER got 200 OK", (event(),))
    shown = markdown.render(report(fixes=(fixed,)))
    assert "**Earlier** fixed: TLS001" in shown.partition("## Details")[0]


def test_a_fleet_is_two_tables_and_each_cause_once() -> None:
    ids = [f"p{number:03}" for number in range(60)]
    found = (lead(rivals=()),)
    shown = markdown.render(report(phones=tuple(phone(id=each, diagnoses=found, ruled_out=()) for each in ids)))
    assert f"| 60 | likely | {SIGNATURE.title} |" in shown
    assert shown.count("### ") == 1
    assert "`p009` and 50 more" in shown
    assert len(re.findall(r"^\| p\d{3} \|", shown, re.MULTILINE)) == markdown.MAX_PHONES
    assert f"{60 - markdown.MAX_PHONES} more: `--by phone`" in shown
