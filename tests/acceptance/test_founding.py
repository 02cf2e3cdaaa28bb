"""The founding case: how each further piece of evidence changes the findings for its one line.

All lines except the founding line are synthetic.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.diagnosis.findings import Diagnosis, Phone
from lyncphone_logs.reports.details import render

FOUNDING = str(FIXTURES / "audiocodes_400hd" / "founding-line" / "trace.log")
CERT = "local7.err voip_task[440]: CERT     : ERR  - "
LINE = f"{CERT}{{{{acl_user_tls_server_validation():653}}}} server cert is invalid. ctx->error={{}}."
DIGEST = f"{CERT}error:0D0C50A1:asn1 encoding routines:ASN1_item_verify:unknown message digest algorithm"
MISSING_ROOT = ["external-first-sign-in", "root-certificate-missing"]


def certificate(name: str) -> str:
    return str(FIXTURES / "certificates" / name)


def phone_of(path: str, **known: Any) -> Phone:
    (phone,) = lp.diagnose(lp.read_trace(path, **known)).phones
    return phone


def written(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "trace.log"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def named(phone: Phone, name: str) -> Diagnosis:
    return next(each for each in phone.diagnoses if each.rule.name == name)


def names(phone: Phone) -> list[str]:
    return [each.rule.name for each in phone.diagnoses]


def test_the_line_alone_makes_sha2_likely_and_leaves_the_external_first_sign_in_possible() -> None:
    phone = phone_of(FOUNDING)
    first, external = phone.diagnoses[0], named(phone, "external-first-sign-in")
    assert (first.rule.name, first.verdict) == ("signature-algorithm-unsupported", "likely")
    assert external.verdict in {"possible", "unlikely"}
    (explains,) = (term for term in external.terms if term.clause == "explains")
    assert "does not show this cause" in explains.says
    assert "20, 19, 2, 21 or 27" in explains.says


def test_every_diagnosis_has_the_line_as_evidence() -> None:
    for found in phone_of(FOUNDING).diagnoses:
        assert [(each.event.line, each.clause) for each in found.evidence] == [(1, "explains")]


def test_diagnoses_of_one_symptom_come_most_probable_first_and_leave_a_share_to_other_causes() -> None:
    shares = [each.confidence for each in phone_of(FOUNDING).diagnoses]
    assert shares == sorted(shares, reverse=True)
    assert 0.8 < sum(shares) < 0.95


def test_a_sha256_certificate_makes_it_more_likely_but_does_not_confirm() -> None:
    alone = phone_of(FOUNDING).diagnoses[0]
    for file in ("chain-sha256.pem", "leaf-sha256.pem", "leaf-sha256.der", "chain-sha256.p7b"):
        first = phone_of(FOUNDING, certificate=certificate(file)).diagnoses[0]
        assert (first.rule.name, first.verdict) == ("signature-algorithm-unsupported", "likely")
        assert first.confidence > alone.confidence


def test_a_sha256_chain_and_old_firmware_do_not_confirm_it_since_no_source_says_what_it_cannot_verify() -> None:
    without_firmware = phone_of(FOUNDING, certificate=certificate("chain-sha256.pem"))
    phone = phone_of(FOUNDING, certificate=certificate("chain-sha256.pem"), firmware="2.0.5", model="420HD")
    assert (phone.diagnoses[0].rule.name, phone.diagnoses[0].verdict) == ("signature-algorithm-unsupported", "likely")
    assert phone.diagnoses[0].confidence == without_firmware.diagnoses[0].confidence
    assert phone.firmware == "2.0.5"


@pytest.mark.parametrize("lines", [(LINE.format(7), DIGEST), (DIGEST, LINE.format(7))])
def test_a_sha256_chain_and_the_words_of_openssl_confirm_it_in_either_order(
    lines: tuple[str, str], tmp_path: Path
) -> None:
    phone = phone_of(written(tmp_path, *lines), certificate=certificate("chain-sha256.pem"))
    assert (phone.diagnoses[0].rule.name, phone.diagnoses[0].verdict) == (
        "signature-algorithm-unsupported",
        "confirmed",
    )


def test_the_words_of_openssl_alone_do_not_confirm_it_since_pss_gives_the_same(tmp_path: Path) -> None:
    phone = phone_of(written(tmp_path, LINE.format(7), DIGEST), firmware="2.0.5")
    assert (phone.diagnoses[0].rule.name, phone.diagnoses[0].verdict) == ("signature-algorithm-unsupported", "likely")
    assert "pss-signature" in names(phone)


@pytest.mark.parametrize("file", ["chain-sha1.pem", "chain-sha1-without-root.pem"])
def test_a_complete_sha1_chain_rules_it_out_and_names_the_certificates(file: str) -> None:
    phone = phone_of(FOUNDING, certificate=certificate(file))
    (out,) = (each for each in phone.ruled_out if each.rule.name == "signature-algorithm-unsupported")
    assert "CN=fe01.contoso.com (sha1WithRSAEncryption)" in out.reason
    assert {each.event.kind for each in out.evidence} == {"tls.server_certificate.rejected", "certificate.chain"}
    assert "signature-algorithm-unsupported" not in names(phone)


def test_a_lone_sha1_certificate_weakens_it_and_rules_nothing_out() -> None:
    phone = phone_of(FOUNDING, certificate=certificate("leaf-sha1.pem"))
    assert 0.5 < named(phone, "signature-algorithm-unsupported").confidence < phone_of(FOUNDING).diagnoses[0].confidence
    assert not phone.ruled_out


@pytest.mark.parametrize(
    ("model", "firmware"),
    [("420HD", "UC_2.2.16.600"), ("420HD", "3.2.1.616"), ("420HD", "3.4.4"), ("", "3.4.4"), ("SIP-T46S", "66.86.5.1")],
)
@pytest.mark.parametrize("chain", ["chain-sha256.pem", ""])
def test_firmware_that_microsoft_lists_for_a_sha256_service_contradicts_it(
    model: str, firmware: str, chain: str
) -> None:
    known: dict[str, Any] = {"certificate": certificate(chain)} if chain else {}
    phone = phone_of(FOUNDING, firmware=firmware, model=model, **known)
    assert "certificate-altered" in names(phone)[:3]
    assert phone.diagnoses[0].rule.name not in {"signature-algorithm-unsupported", *MISSING_ROOT}
    assert named(phone, "signature-algorithm-unsupported").verdict in {"possible", "unlikely"}


@pytest.mark.parametrize(
    ("model", "firmware"),
    [("420HD", "UC_3.0.1.322"), ("SoundPoint IP 450", "3.2.6"), ("SIP-T46S", "66.86.5.0"), ("SIP-T28P", "2.72.14.2")],
)
def test_firmware_of_which_no_source_says_anything_changes_nothing(model: str, firmware: str) -> None:
    phone = phone_of(FOUNDING, firmware=firmware, model=model)
    assert phone.diagnoses[0].confidence == phone_of(FOUNDING).diagnoses[0].confidence


@pytest.mark.parametrize("code", [20, 19, 2, 21, 27])
def test_the_codes_of_a_missing_root_put_that_pair_first(code: int, tmp_path: Path) -> None:
    path = written(tmp_path, LINE.format(code))
    assert set(MISSING_ROOT) == set(names(phone_of(path))[:2])
    assert names(phone_of(path, location="external"))[0] == "external-first-sign-in"
    assert names(phone_of(path, location="internal"))[0] == "root-certificate-missing"


@pytest.mark.parametrize("known", [{}, {"certificate": certificate("chain-sha256.pem"), "firmware": "2.0.5"}])
@pytest.mark.parametrize("code", [19, 20])
def test_a_missing_root_followed_by_7_keeps_both_families_missing_root_first(
    code: int, known: dict[str, Any], tmp_path: Path
) -> None:
    phone = phone_of(written(tmp_path, LINE.format(code), LINE.format(7)), **known)
    assert set(names(phone)[:2]) == set(MISSING_ROOT)
    assert named(phone, "signature-algorithm-unsupported").is_consequence
    assert named(phone, "signature-algorithm-unsupported").verdict != "unlikely"


def test_failures_of_two_handshakes_are_independent(tmp_path: Path) -> None:
    at = "Jul  9 10:0{}:00 10.1.2.3 {}"
    phone = phone_of(written(tmp_path, at.format(1, LINE.format(20)), at.format(5, LINE.format(7))), year=2013)
    assert not named(phone, "signature-algorithm-unsupported").is_consequence
    assert named(phone, "signature-algorithm-unsupported").verdict == "likely"
    assert set(MISSING_ROOT) <= set(names(phone))


def test_repetitions_become_one_diagnosis_with_count_and_time_span(tmp_path: Path) -> None:
    lines = [f"Jul  9 10:{minute:02}:00 10.1.2.3 {LINE.format(7)}" for minute in range(0, 60, 2)]
    path = written(tmp_path, *lines, f"Jul  9 10:59:30 10.1.2.3 {LINE.format(7)[:11]}last message repeated 4 times")
    first = phone_of(path, year=2013).diagnoses[0]
    assert (first.count, len(first.evidence)) == (34, 3)
    assert (str(first.first_seen), str(first.last_seen)) == ("2013-07-09 10:00:00", "2013-07-09 10:59:30")


def test_the_sha1_advice_of_2013_is_history_with_its_danger_and_no_remedy() -> None:
    for rule in lp.read_trace(FOUNDING).catalog.rules:
        for step in rule.remedy:
            assert "CNGHashAlgorithm" not in step.what
            assert "SHA-1 chain" not in step.what
    rule = phone_of(FOUNDING).diagnoses[0].rule
    assert ["CNGHashAlgorithm SHA1" in each.advice and bool(each.danger) for each in rule.history] == [True]


def test_nothing_but_a_boot_is_uninformative_and_never_healthy(tmp_path: Path) -> None:
    path = written(tmp_path, "syslogd started: BusyBox v1.22.1", "udhcpc[201]: Sending discover...")
    phone = phone_of(path, model="420HD")
    assert names(phone) == ["trace-uninformative"]
    assert "signature-algorithm-unsupported" in {each.rule.name for each in phone.not_checkable}
    assert all(each.how_to_capture for each in phone.not_checkable)
    states = {stage.stage: stage.state for stage in phone.boots[0].journey}
    assert (states["dhcp"], states["tls"]) == ("not seen", "not checkable")


def test_a_screen_text_lists_rivals_if_the_trace_has_no_tls_line(tmp_path: Path) -> None:
    path = written(tmp_path, "udhcpc[201]: lease of 10.1.2.3 obtained from 10.1.2.1, lease time 86400")
    phone = phone_of(path, display="Verification failed for the domain contoso.com")
    assert {*MISSING_ROOT, "signature-algorithm-unsupported", "certificate-expired"} <= set(names(phone))
    assert all(each.verdict != "confirmed" for each in phone.diagnoses)


def test_a_screen_text_is_no_symptom_of_its_own_if_the_trace_has_the_line() -> None:
    with_display = phone_of(FOUNDING, display="Verification failed for the domain contoso.com")
    assert names(with_display) == names(phone_of(FOUNDING))


def test_the_firmware_in_the_trace_takes_precedence_over_a_given_one(tmp_path: Path) -> None:
    identity = "voip_task[440]: SIP      : INFO - User-Agent: AUDC-IPPhone-420HD_UC_3.0.1.429/1"
    report = lp.diagnose(lp.read_trace(written(tmp_path, identity, LINE.format(7)), firmware="2.0.5"))
    assert (report.phones[0].firmware, report.phones[0].model) == ("UC_3.0.1.429", "420HD")
    assert any("is ignored" in note for note in report.notes)
    assert report.phones[0].diagnoses[0].verdict != "confirmed"


@pytest.mark.parametrize(
    "known", [{}, {"certificate": certificate("chain-sha1.pem"), "firmware": "2.0.5", "location": "internal"}]
)
def test_the_json_of_a_real_run_is_valid_and_equal_every_time(known: dict[str, Any]) -> None:
    schema = json.loads(
        (Path(lp.__file__).parent / "content" / "schema" / "report-2.schema.json").read_text(encoding="utf-8")
    )
    text = lp.diagnose(lp.read_trace(FOUNDING, **known)).to_json()
    jsonschema.validate(json.loads(text), schema)
    assert text == lp.diagnose(lp.read_trace(FOUNDING, **known)).to_json()


def test_evidence_points_at_the_bytes_of_the_line() -> None:
    content = Path(FOUNDING).read_bytes()
    for found in phone_of(FOUNDING).diagnoses:
        for each in found.evidence:
            ((offset, length),) = each.event.spans
            assert content[offset : offset + length].decode() == each.event.text


def test_words_that_do_not_fit_next_to_the_caret_are_indented_below_it() -> None:
    report = lp.diagnose(lp.read_trace(FOUNDING))
    lines = render(report, color=False, width=100).split("\n")
    caret = next(number for number, line in enumerate(lines) if "^^^" in line)
    assert lines[caret + 1].startswith("      = code 7: the signature")
    assert lines[caret + 2].startswith("        ")
