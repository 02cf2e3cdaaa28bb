"""Numbers that logs print: the tables are whole and agree with what they overlap with, and words find their rows."""

import csv
import re
import runpy
import ssl
from functools import cache
from itertools import product
from typing import Any, get_args

import pytest
from support.paths import FIXTURES
from support.sample_report import event, lead

from lyncphone_logs.catalog import grammars_folder, read_catalog
from lyncphone_logs.cli.app import run
from lyncphone_logs.diagnosis.findings import Evidence
from lyncphone_logs.errors import InputError
from lyncphone_logs.events.codes import (
    FOLDER,
    TABLES,
    Basis,
    CodeEntry,
    citation,
    entries,
    look_up,
    of_event,
    range_around,
    suggest,
)
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Stage
from lyncphone_logs.reports import wording
from lyncphone_logs.reports.code_lookup import render_entries, uses_entry
from lyncphone_logs.rules.condition import Condition, EventPattern, Scalar

MATRIX = FIXTURES / "x509" / "x509_verify_matrix.csv"
VERSIONS = ["0.9.8", "0.9.8k", "0.9.8y", "1.0.0", "1.0.1j", "1.0.2u", "1.1.0", "1.1.1w", "3.0.19", "3.2.1", "3.4.0"]
ALL = [entry for table in TABLES for entry in entries(table)]
OTHER_SPELLING = {"user_cancelled": "user_canceled"}


def words(found: tuple[CodeEntry, ...]) -> list[str]:
    return [entry.word for entry in found]


def names(found: tuple[CodeEntry, ...]) -> list[str]:
    return [entry.name for entry in found]


@cache
def handshakes() -> list[dict[str, str]]:
    with MATRIX.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def message_set(name: str) -> dict[str, Any]:
    return runpy.run_path(str(grammars_folder() / "messages" / f"{name}.py"))


def test_the_tables_hold_what_their_sources_have() -> None:
    counts = {table: len(entries(table)) for table in TABLES}
    assert counts == {
        "x509": 109, "alert": 34, "sip": 76, "ms": 169, "step": 31, "dhcp": 32, "dns": 20, "aadsts": 59, "q850": 37,
        "oos": 12,
        "eap": 11, "openssl": 0, "term": 82, "ice": 28,
    }  # fmt: skip


def test_every_file_of_the_folder_is_read_and_no_source_is_idle() -> None:
    files = {name for table in TABLES.values() for name in table.files}
    assert {path.stem for path in FOLDER.glob("*.csv")} == files | {
        "sources",
        "openssl_errors",
        "firmware_capabilities",
    }
    titles = [row["title"] for row in csv.DictReader((FOLDER / "sources.csv").read_text(encoding="utf-8").split("\n"))]
    cited = {source.title for entry in ALL for source in entry.sources}
    assert sorted(titles) == sorted(cited | {citation("openssl-errors").title})


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_a_source_and_its_own_number_and_name(table: str) -> None:
    rows = entries(table)
    assert all(entry.sources and entry.name for entry in rows)
    assert all(entry.meaning or entry.last > entry.number for entry in rows if table != "ms")
    once = {(entry.number, entry.last, entry.name, entry.scope, entry.texts, entry.meaning) for entry in rows}
    assert len(once) == len(rows)
    assert [entry.number for entry in rows] == sorted(entry.number for entry in rows) or table == "ms"


def test_a_cause_says_what_it_rests_on_and_nothing_else_does() -> None:
    assert [entry.word for entry in ALL if bool(entry.cause) != bool(entry.basis)] == []
    assert {entry.basis for entry in ALL} - {""} == set(get_args(Basis))


def test_what_a_row_points_to_is_there_and_is_another() -> None:
    assert [entry.word for entry in ALL for word in entry.see if not look_up(word) or entry in look_up(word)] == []


def test_a_code_and_the_alert_that_openssl_sends_for_it_name_each_other() -> None:
    of_code = {(entry.word, word) for entry in entries("x509") for word in entry.see if word.startswith("alert:")}
    of_alert = {(word, entry.word) for entry in entries("alert") for word in entry.see}
    assert {pair for pair in of_code if pair[1] != "alert:46"} == of_alert


def test_only_the_numbers_that_changed_between_versions_have_two_meanings_and_a_version_tells_them_apart() -> None:
    numbers = [entry.number for entry in entries("x509")]
    assert {number for number in numbers if numbers.count(number) > 1} == {24, 44, 65, 66, 67}
    for number, version in product(sorted(set(numbers)), VERSIONS):
        assert len(look_up(f"x509:{number}@{version}")) <= 1


def test_every_code_of_the_real_handshakes_is_in_the_table_with_its_text() -> None:
    for row in handshakes():
        version = re.sub(r"[^0-9.]*$", "", row["openssl"].removeprefix("OpenSSL_").replace("_", "."))
        (entry,) = look_up(f"x509:{row['final_verify_result']}@{version}")
        assert row["final_text"] in entry.texts
        for error in row["callback_errors"].split():
            assert look_up(f"x509:{error.partition('@')[0]}@{version}")


def test_the_alert_that_a_real_server_saw_is_the_one_of_the_code() -> None:
    seen = [(row["final_verify_result"], row["server_saw"].partition(" alert ")[2]) for row in handshakes()]
    pairs = {(code, alert) for code, alert in seen if alert and code != "0"}
    assert len(pairs) >= 8
    for code, alert in pairs:
        (sent,) = look_up(f"alert:{alert}")
        assert sent.word in look_up(f"x509:{code}")[0].see


def test_the_alerts_are_those_of_the_library_that_python_runs_on() -> None:
    for alert in ssl.AlertDescription:
        name = alert.name.removeprefix("ALERT_DESCRIPTION_").lower()
        assert names(look_up(f"alert:{alert.value}")) == [OTHER_SPELLING.get(name, name)]


def test_every_reason_phrase_that_the_grammar_knows_is_in_the_table() -> None:
    phrases = message_set("sip")["phrases"].replace("\n", " ").strip().split("|")
    assert len(phrases) > 40
    assert [phrase for phrase in phrases if not look_up(f"sip:{phrase}")] == []


@pytest.mark.parametrize("shared", ["sip", "openssl"])
def test_the_samples_of_the_grammar_say_what_the_table_says(shared: str) -> None:
    known = 0
    for _, _, kind, fields in message_set(shared)["samples"]:
        found = of_event(Event(id="", kind=kind, source="", fields=fields))
        texts = {text.casefold() for entry in found for text in (entry.name.replace("_", " "), *entry.texts)}
        said = {
            str(fields[name]).casefold() for name in ("reason_phrase", "verify_text", "description") if name in fields
        }
        assert said <= texts
        known += bool(found)
    assert known >= 5


def test_every_number_that_a_rule_tests_is_in_its_table() -> None:
    tested = set()
    for rule in read_catalog().rules:
        for pattern, table in product([*rule.explains, *rule.clause], TABLES.values()):
            if table.number_field in pattern.where and pattern.kinds[0].startswith(table.kind):
                tested |= {f"{table.name}:{number}" for number in numbers_of(pattern, table.number_field)}
    assert {"x509:7", "x509:20", "ms:1013"} <= tested
    assert [word for word in sorted(tested) if not look_up(word)] == []


def numbers_of(pattern: EventPattern, field: str) -> list[Scalar]:
    test = pattern.where[field]
    return test if isinstance(test, list) else [test] if isinstance(test, int) else []


def test_every_stage_of_the_sign_in_is_a_step() -> None:
    assert set(get_args(Stage)) <= {entry.name for entry in entries("step")}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("28033", ["ms:28033"]),
        ("x509:20", ["x509:20"]),
        (" X509 : 020 ", ["x509:20"]),
        ("sip:504", ["sip:504"]),
        ("alert:48", ["alert:48"]),
        ("ms:28033", ["ms:28033"]),
        ("20", ["x509:20", "alert:20", "q850:20"]),
        ("66", ["x509:66", "x509:66", "dhcp:66"]),
        ("1", ["x509:1", "ms:1", "dhcp:1", "q850:1"]),
        ("unknown_ca", ["alert:48"]),
        ("Unknown CA", ["alert:48"]),
        ("tlsv1 alert unknown ca", ["alert:48"]),
        ("x509:unable to get local issuer certificate", ["x509:20"]),
        ("X509_V_ERR_CERT_HAS_EXPIRED", ["x509:10"]),
        ("cert_has_expired", ["x509:10"]),
        ("self signed certificate", ["x509:18"]),
        ("self-signed certificate", ["x509:18"]),
        ("certificate revoked", ["x509:23", "alert:44"]),
        ("Suite B: invalid ECC curve", ["x509:58"]),
        ("sip:server time-out", ["sip:504"]),
        ("Not Acceptable", ["sip:406", "sip:606"]),
        ("Final handshake failed", ["ms:1000"]),
        ("MakeTlsConnection: SSL_connect error 1", ["step:tls"]),
        ("step:dhcp", ["step:dhcp"]),
        ("step:3", ["step:dhcp"]),
        ("step:certificate service", ["step:certificate-service"] * 3),
        ("20@1.0.2u", ["x509:20"]),
        ("28010", ["ms:28000-28999"]),
        ("1000", ["ms:1000"]),
        ("ms:1500", ["ms:1000-1999"]),
        ("ms:1000-1999", ["ms:1000-1999"]),
        ("x509:-1", []),
        ("x509:104", []),
        ("ms:18000", []),
        ("17", ["x509:17", "q850:17"]),
        ("1500", []),
        ("unknown", []),
        ("9" * 5000, []),
    ],
)
def test_a_word_finds_its_rows_table_by_table(word: str, found: list[str]) -> None:
    assert words(look_up(word)) == found


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("x509:24@1.1.1k", "INVALID_CA"),
        ("x509:24@3.0.13", "NO_ISSUER_PUBLIC_KEY"),
        ("x509:24@3", "NO_ISSUER_PUBLIC_KEY"),
        ("x509:44@0.9.8y", "UNNESTED_RESOURCE"),
        ("x509:44@1.0.0", "DIFFERENT_CRL_SCOPE"),
        ("65@1.0.2u", "INVALID_CALL"),
        ("x509:65@1.1.0", "DANE_NO_MATCH"),
        ("x509:66@1.0.2", "STORE_LOOKUP"),
        ("x509:66@3.4.0", "EE_KEY_TOO_SMALL"),
        ("x509:67@1.0.2", "PROXY_SUBJECT_NAME_VIOLATION"),
        ("x509:67@1.1.1", "CA_KEY_TOO_SMALL"),
        ("x509:62@1.0.1j", ""),
    ],
)
def test_the_version_of_the_library_decides_between_two_meanings(word: str, name: str) -> None:
    assert names(look_up(word)) == [f"X509_V_ERR_{name}"] * bool(name)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("", "nothing to look up"),
        ("   ", "nothing to look up"),
        ("x509:", "nothing to look up"),
        ("x5099:20", "did you mean 'x509'?"),
        ("error:14090086:SSL routines", "no table is called 'error'"),
        ("x509:66@soon", "write it as x509:66@1.0.2"),
        ("alert:48@1.0.2", "@ must follow an x509 code"),
        ("user@contoso.com", "cannot be looked up"),
    ],
)
def test_a_malformed_word_is_one_clear_error(word: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        look_up(word)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("unknown_cb", "did you mean 'unknown ca'?"),
        ("x509:unable to get local isuer certificate", "did you mean 'x509:unable to get local issuer certificate'?"),
        ("step:tsl", "did you mean 'step:tls'?"),
        ("clock-behnd", "did you mean 'clock-behind'?"),
        ("x509:999", "known numbers: x509:0 to x509:103"),
        ("x509:66@0.9.8k", "not in OpenSSL 0.9.8k, but in OpenSSL 1.1.0 and later or OpenSSL 1.0.2"),
        ("nothing like it", ""),
    ],
)
def test_a_word_that_finds_nothing_is_helped_on(word: str, says: str) -> None:
    assert look_up(word) == ()
    assert suggest(word, also=["clock-behind"]) == says


def test_an_id_lies_in_its_documented_range() -> None:
    (expired,) = look_up("ms:28033")
    around = range_around(expired)
    assert around is not None
    assert around.word == "ms:28000-28999"
    assert range_around(around) is None
    assert range_around(look_up("ms:2000004")[0]) is None
    assert range_around(look_up("x509:20")[0]) is None


@pytest.mark.parametrize(
    ("kind", "fields", "found"),
    [
        ("tls.server_certificate.rejected", {"verify_code": 20}, ["x509:20"]),
        ("tls.server_certificate.rejected", {"verify_code": 24}, ["x509:24", "x509:24"]),
        ("tls.server_certificate.rejected", {"verify_code": 24, "verify_text": "invalid CA certificate"}, ["x509:24"]),
        ("tls.server_certificate.rejected", {"verify_code": 20, "verify_text": "another text"}, ["x509:20"]),
        ("tls.alert.sent", {"description": "unknown CA"}, ["alert:48"]),
        ("tls.alert.received", {"description": "protocol version", "number": 70}, ["alert:70"]),
        ("sip.register.failed", {"status_code": 403, "ms_diagnostics": 4003}, ["sip:403", "ms:4003"]),
        ("sign_in.web_ticket.failed", {"status_code": 404}, []),
        ("sip.response", {}, []),
        ("log.message", {"number": 48}, []),
    ],
)
def test_an_event_is_known_by_its_numbers(kind: str, fields: dict[str, Any], found: list[str]) -> None:
    assert words(of_event(Event(id="", kind=kind, source="", fields=fields))) == found


@pytest.mark.parametrize(
    ("kind", "where", "word", "speaks"),
    [
        ("tls.server_certificate.rejected", {"verify_code": 20}, "x509:20", True),
        ("tls.server_certificate.rejected", {"verify_code": [19, 20]}, "x509:20", True),
        ("tls.server_certificate.rejected", {"verify_code": 20}, "alert:20", False),
        ("tls.server_certificate.rejected", {"depth": 20}, "x509:20", False),
        ("tls.server_certificate.rejected", {"verify_text": Condition(contains="local issuer")}, "x509:20", True),
        ("tls.alert.sent", {"description": "Unknown CA"}, "alert:48", True),
        ("tls.alert.sent", {"number": Condition(at_least=42, at_most=48)}, "alert:48", True),
        ("sip.response", {"status_code": Condition(at_least=500)}, "sip:504", True),
        ("sip.response", {"status_code": Condition(at_least=500)}, "sip:404", False),
        ("sign_in.web_ticket.failed", {"status_code": 404}, "sip:404", False),
        ("sip.response", {"ms_diagnostics": 28033, "status_code": 403}, "ms:28033", True),
    ],
)
def test_a_pattern_uses_entry_the_numbers_that_it_tests(
    kind: str, where: dict[str, Any], word: str, speaks: bool
) -> None:
    assert uses_entry([EventPattern(event=kind, where=where)], look_up(word)) is speaks


def test_the_page_says_what_a_number_means_which_rules_speak_of_it_and_where_that_stands() -> None:
    page = render_entries(look_up("x509:20"), read_catalog().rules, color=False, width=100).split("\n")
    labels = [line[2:17].strip() for line in page[1:] if line[2:17].strip()]
    assert page[0].startswith("x509:20 · OpenSSL verify code")
    assert labels == [
        "name",
        "log texts",
        "applies to",
        "means",
        "cause",
        "next",
        "see also",
        "diagnoses",
        "evidence in",
        "read",
    ]
    text = " ".join(" ".join(page).split())
    assert "TLS002 external-first-sign-in: " in text
    assert "TLS001" not in text
    assert "see also alert:48 unknown_ca" in text
    assert "https://github.com/openssl/openssl" in text
    assert max(map(len, page)) <= 100


def test_the_page_shows_both_meanings_with_their_versions_and_the_rules_once() -> None:
    page = render_entries(look_up("66"), read_catalog().rules, color=False, width=None)
    assert page.count("x509:66 ·") == 1
    assert page.index("EE_KEY_TOO_SMALL") < page.index("OpenSSL 1.1.0 and later") < page.index("OpenSSL 1.0.2\n")
    assert page.count("TLS012 certificate-chain-weak") == 1


def test_the_page_says_that_a_rule_tests_a_number_as_evidence_only_or_that_none_does() -> None:
    rules = read_catalog().rules
    assert re.search(r"evidence in +TIME001", render_entries(look_up("ms:1013"), rules, color=False, width=None))
    assert "no rule uses it" in render_entries(look_up("sip:100"), (), color=False, width=None)
    assert "part of        ms:1000-1999" in render_entries(look_up("ms:1013"), (), color=False, width=None)
    assert " step:time\n" in render_entries(look_up("ms:1013"), (), color=False, width=None)


def test_the_page_says_of_a_range_that_no_source_names_the_single_id() -> None:
    page = render_entries(look_up("28010"), (), color=False, width=None)
    assert page.startswith("ms:28000-28999 · ")
    assert "no cited source documents this ID" in page


def test_releases_that_are_no_whole_series_are_told_in_words() -> None:
    assert look_up("x509:44@0.9.8y")[0].versions == "late releases of OpenSSL 0.9.8 (read in 0.9.8y)"
    assert look_up("x509:24@1.0.0")[0].versions == "OpenSSL 0.9.8 to 1.1.1"


def test_a_step_is_shown_with_the_rules_of_its_stage() -> None:
    rules = read_catalog().rules
    page = render_entries(look_up("step:time"), rules, color=False, width=None)
    assert all(f" {rule.code} {rule.name}: " in page for rule in rules if rule.stage == "time")
    assert "  name " not in page
    assert "TLS001" not in page


def test_the_report_names_the_numbers_of_the_symptom() -> None:
    clear, changed = event(fields={"verify_code": 7}), event(fields={"verify_code": 66})
    stated = event(kind="sip.ms_diagnostics", fields={"ms_diagnostics": 28033})
    evidence = (
        Evidence(clear, "explains", "explains"),
        Evidence(changed, "explains", "explains"),
        Evidence(stated, "clause", "supports"),
    )
    assert list(wording.numbers(lead(evidence=evidence)).values()) == [
        "x509:7 X509_V_ERR_CERT_SIGNATURE_FAILURE",
        "x509:66 X509_V_ERR_EE_KEY_TOO_SMALL (OpenSSL 1.1.0 and later) or X509_V_ERR_STORE_LOOKUP (OpenSSL 1.0.2)",
    ]


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("28033", "The web ticket has expired."),
        ("x509:20", "unable to get local issuer certificate"),
        ("sip:504", "Server Time-out"),
        ("alert:48", "unknown_ca"),
        ("step:root-chain", "Error downloading certificate chain"),
        ("TLS001", "error[TLS001]"),
    ],
)
def test_explain_answers_for_numbers_beside_rules(word: str, says: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", word]) == 0
    out, err = capfd.readouterr()
    assert says in out
    assert err == ""


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("clock-behnd", "did you mean 'clock-behind'?"),
        ("unknown_cb", "did you mean 'unknown ca'?"),
        ("x509:999", "known numbers: x509:0 to x509:103"),
        ("x5099:20", "did you mean 'x509'?"),
    ],
)
def test_explain_helps_on_where_neither_a_rule_nor_a_number_has_that_name(
    word: str, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", word]) == 2
    out, err = capfd.readouterr()
    assert says in " ".join(err.replace("│", " ").split())
    assert out == ""
