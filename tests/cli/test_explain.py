"""`explain`: what is typed or pasted is found, or help is given; pages fit 80 columns."""

import re
from pathlib import Path

import pytest
from support.paths import FOUNDING
from support.small_rules import clause, rule

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import run
from lyncphone_logs.events.pasted import find
from lyncphone_logs.evidence.models import makers_of
from lyncphone_logs.reports.code_lookup import render_choice, render_entries, render_models
from lyncphone_logs.reports.explanation import render_rule
from lyncphone_logs.reports.line_meaning import readings, render_readings
from lyncphone_logs.reports.text_search import render_found, search, search_codes

CATALOG = read_catalog()
LINE = "voip_task[440]: CERT     : ERR  - {f():653} server cert is invalid. ctx->error=7."


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("ctx->error=7", "x509:7 · OpenSSL verify code"),
        ("1416F086", "certificate verify failed"),
        ("error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed", "SSL routines (20)"),
        ("sha256", "A digest algorithm of the SHA-2 family."),
        ("option:43", "MS-UC-Client"),
        ("AADSTS50076", "multifactor authentication"),
        ("_sipinternaltls._tcp", "port 5061"),
        ("420HD", "audiocodes_400hd"),
        ("1234", "web interface"),
        ("7", "7 has 2 meanings:"),
        ("42", "dhcp:42"),
        ("BToE pairing", "NET005 btoe-port-blocked"),
        ("mfa", "term:multifactor authentication"),
        ("0xCAA82EE7", "could not be resolved"),
        ("polycom", "polycom_ucs"),
        ("SIP-T46U", "read by yealink: "),
        ("c450hd", "phone of AudioCodes"),
        ("snom D785", "read by snom: "),
        ("7841", "phone of Cisco"),
        ("CX600", "phone of Polycom"),
        ("register multifactor", "aadsts:50079"),
        ("invalid_grant", "A class of OAuth errors"),
        (LINE, "tls.server_certificate.rejected"),
        (LINE, "x509:7 · OpenSSL verify code"),
        ("voip_task[440]: CERT : ERR - {f():1} nothing that is known", "no grammar reads this message"),
    ],
)
def test_what_is_pasted_is_explained(asked: str, says: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", asked]) == 0
    out, err = capfd.readouterr()
    assert says in " ".join(out.split())
    assert err == ""


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("ctx->error=999", "known numbers: x509:0 to x509:103"),
        ("x5099:20", "did you mean 'x509'?"),
        ("TLS01", "did you mean 'TLS"),
        ("user@contoso.com", "is an address of a user"),
        ("00:90:8f:11:22:33", "is a MAC address"),
        ("192.168.1.20", "is an IP address"),
        (str(FOUNDING), "is a file or a folder"),
        ("pool01.contoso.com", "is a host name"),
        ("qwertzuiop", "write a number"),
        ("12345678", "known numbers"),
    ],
)
def test_what_is_not_found_gets_help(asked: str, says: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", asked]) == 2
    assert says in " ".join(re.sub("[│╭╰─╮╯]", " ", capfd.readouterr().err).split())


def test_the_pasted_founding_line_is_explained_with_its_number_and_causes(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", Path(FOUNDING).read_text(encoding="utf-8")]) == 0
    out = capfd.readouterr().out
    assert re.search(r"causes +TLS001 ", out)
    assert out.count("x509:7 · ") == 1


def test_control_characters_of_a_pasted_text_are_escaped(capfd: pytest.CaptureFixture[str]) -> None:
    run(["explain", f"{LINE}\x1b[31m\x07"])
    run(["explain", "x\x1b[31m"])
    out, err = capfd.readouterr()
    assert "\x1b[31m" not in out + err
    assert "\x07" not in out + err


@pytest.mark.parametrize(
    "asked", ["ctx->error=7", "1416F086", "option 43", "AADSTS50076", "_sip._tls", "SHA-1", "sip:504"]
)
def test_the_page_of_a_code_fits_80_columns_except_for_addresses(asked: str) -> None:
    page = render_entries(find(asked), CATALOG.rules, color=False, width=80)
    assert [line for line in page.split("\n") if len(line) > 80 and "http" not in line] == []


def test_the_other_pages_fit_80_columns() -> None:
    pages = [
        render_models("420HD", makers_of("420HD"), CATALOG.grammars, color=False, width=80),
        render_choice("42", find("42"), color=False, width=80),
        render_found("a", search("certificate", CATALOG.rules), search_codes("certificate"), color=False, width=80),
        render_readings(readings(LINE, CATALOG.grammars), CATALOG.rules, color=False, width=80),
    ]
    lines = [line for page in pages for line in page.split("\n")]
    assert [line for line in lines if len(line) > 80 and "http" not in line] == []


def test_a_word_as_it_is_counts_more_than_the_beginning_of_a_longer_word() -> None:
    rules = [rule("AAA001", title="AudioCodes phones"), rule("AAA002", cause="No audio."), rule("AAA003")]
    assert [each.code for each in search("audio", rules)] == ["AAA002", "AAA001"]


def test_rules_with_the_word_in_the_title_come_first_and_all_words_are_required() -> None:
    found = search("certificate expired", CATALOG.rules)
    assert found[0].code == "TLS008"
    assert search("certificate zzz", CATALOG.rules) == []
    assert search("the of", CATALOG.rules) == []


def test_explaining_a_rule_prints_neither_braces_nor_the_words_of_python() -> None:
    for each in CATALOG.rules:
        page = render_rule(each, color=False, width=80)
        assert re.search(r"\{\w+\}|Condition\(|\(\)", page) is None


def test_explaining_a_rule_prints_why_checks_and_whom_a_step_is_for() -> None:
    shown = rule(
        "AAA001",
        clause(event="dhcp.option.missing", where={"option": [43, 120]}, role="part"),
        clause(id="b", all=["a"]),
        clause(
            id="c", event="tls.error", where={"reason": {"regex": "^x{2}$"}}, absent=True, after="symptom", within=9.0
        ),
        clause(id="d", event="certificate.chain", where={"complete": True, "sha2": {"none_of": ["no", "unknown"]}}),
        why="The option is missing.",
        fix_at="network",
        checks=[{"says": "Ask the server.", "commands": ["ipconfig /all"], "vendor": "AudioCodes"}],
        remedy=[
            {"who": "w", "where": "x", "what": "y", "undo": "nothing to undo", "environment": ["lync-onprem"]},
            {"who": "w", "where": "x", "what": "y", "undo": "z"},
        ],
    )
    lines = render_rule(shown, color=False, width=None).split("\n")
    assert "  why            The option is missing." in lines
    assert "  check          [AudioCodes] Ask the server." in lines
    assert "    ipconfig /all" in lines
    assert "  fix            1. [lync-onprem] w · x: y" in lines
    assert "                 2. w · x: y   (undo: z)" in lines
    assert "fix at the network" in lines[1]
    assert any("option one of 43, 120" in line for line in lines)
    assert any("complete yes and sha2 none of no, unknown" in " ".join(line.split()) for line in lines)
    assert not any("^x{2}$" in line for line in lines)
