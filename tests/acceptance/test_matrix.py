"""Diagnoses the error codes of real TLS handshakes: four OpenSSL builds, 28 certificate situations.

fixtures/x509/x509_verify_matrix.csv was recorded with a small TLS client and server built against each library. The
true cause of every row is known (x509_situations.csv). The numbers are real, the lines around them are synthetic.
"""

from pathlib import Path
from typing import Any

import pytest
from support.x509_matrix import CERT, LINE, MATRIX, Row, rows

import lyncphone_logs as lp
from lyncphone_logs.diagnosis.findings import Phone

QUEUE_LINE = f"{CERT}{{}}"
OTHER_LINE = "local7.info voip_task[440]: CERT     : INFO - {acl_user_tls_server_validation():640} connected"

MISSING_ROOT = {"external-first-sign-in", "root-certificate-missing", "intermediate-missing", "ca-rekeyed"}
SIGNATURE = {"signature-algorithm-unsupported", "pss-signature", "ca-rekeyed", "certificate-altered"}
FAMILIES = dict.fromkeys(("2", "19", "20", "21", "27"), MISSING_ROOT) | {
    "7": SIGNATURE,
    "9": {"clock-behind"},
    "10": {"certificate-expired"},
    "18": {"certificate-self-signed"},
    "26": {"certificate-wrong-purpose"},
}
SHA1, SHA256 = "chain-sha1.pem", "chain-sha256.pem"
SENT = dict.fromkeys(("10", "12", "14", "16", "20", "24", "25", "26"), SHA1)
SENT |= dict.fromkeys(("02", "03", "05", "07", "08", "11", "13", "15", "17", "18"), SHA256)
SENT |= {"09": "leaf-pss.pem", "19": "leaf-sha1.pem", "21": "self-signed.pem", "27": "client-auth-only.pem"}
"""The certificates that the server of a situation sends."""

CERTIFICATE_DIAGNOSES = {name for names in FAMILIES.values() for name in names}


def diagnosed(tmp_path: Path, *lines: str, **known: Any) -> Phone:
    path = tmp_path / "trace.log"
    path.write_text("".join(f"{line}\n" for line in [OTHER_LINE, *lines]), encoding="utf-8")
    (phone,) = lp.diagnose(lp.read_trace(path, **known)).phones
    return phone


def names(phone: Phone) -> list[str]:
    return [each.rule.name for each in phone.diagnoses]


FAILING = [row for row in rows() if row.codes]
PASSING = [row for row in rows() if not row.codes]


def test_the_matrix_is_complete() -> None:
    assert (len(FAILING), len(PASSING)) == (244, 110)


@pytest.mark.parametrize("row", FAILING, ids=str)
@pytest.mark.sampled(4)
def test_a_diagnosis_of_the_family_of_the_first_code_comes_first(row: Row, tmp_path: Path) -> None:
    found = names(diagnosed(tmp_path, *map(LINE.format, row.codes)))
    assert found[0] in FAMILIES[row.codes[0]]


@pytest.mark.parametrize("row", FAILING, ids=str)
@pytest.mark.sampled(4)
def test_the_true_cause_is_never_ruled_out_and_no_false_cause_is_confirmed(row: Row, tmp_path: Path) -> None:
    lines = [*map(LINE.format, row.codes), *map(QUEUE_LINE.format, row.queue)]
    for written in (lines[: len(row.codes)], lines):
        phone = diagnosed(tmp_path, *written)
        assert not row.true & {each.rule.name for each in phone.ruled_out}
        assert {each.rule.name for each in phone.diagnoses if each.verdict == "confirmed"} <= row.true


def test_rows_without_an_error_give_no_certificate_diagnosis(tmp_path: Path) -> None:
    assert all(not row.codes for row in PASSING)
    assert not CERTIFICATE_DIAGNOSES.intersection(names(diagnosed(tmp_path)))


def test_the_true_cause_is_listed_in_98_of_100_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = first = 0
    for row in FAILING:
        found = names(diagnosed(tmp_path, *map(LINE.format, row.codes)))
        listed += bool(row.true.intersection(found))
        first += found[0] in row.true
    with capsys.disabled():
        print(
            f"\nx509 matrix: of {len(FAILING)} failed handshakes the true cause is listed in {listed}, first in {first}"
        )
    assert listed >= 0.98 * len(FAILING)
    readme = (MATRIX.parent.parent / "README.md").read_text(encoding="utf-8")
    assert f"listed for {listed} of {len(FAILING)} failed handshakes, and comes first for {first}" in " ".join(
        readme.split()
    )


@pytest.mark.parametrize("first", ["19", "20"])
def test_a_missing_root_followed_by_7_lists_both_families_missing_root_first(first: str, tmp_path: Path) -> None:
    found = names(diagnosed(tmp_path, LINE.format(first), LINE.format(7)))
    assert found[0] in {"external-first-sign-in", "root-certificate-missing"}
    assert "signature-algorithm-unsupported" in found


@pytest.mark.parametrize("row", [row for row in FAILING if row.scenario in SENT], ids=str)
@pytest.mark.sampled(4)
def test_the_servers_certificates_never_rule_out_the_true_cause_nor_confirm_a_false_one(
    row: Row, tmp_path: Path
) -> None:
    certificate = MATRIX.parent / "certificates" / SENT[row.scenario]
    phone = diagnosed(tmp_path, *map(LINE.format, row.codes), certificate=certificate, firmware="2.0.5")
    assert row.true & set(names(phone))
    assert not row.true & {each.rule.name for each in phone.ruled_out}
    assert {each.rule.name for each in phone.diagnoses if each.verdict == "confirmed"} <= row.true
