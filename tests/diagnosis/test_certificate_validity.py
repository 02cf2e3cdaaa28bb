"""A certificate that ended, or ends soon, is a finding of its own, held against the last line with a complete date."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

import lyncphone_logs as lp
from lyncphone_logs.reports.report import Report

KEY = ec.generate_private_key(ec.SECP256R1())
QUIET = "2013-07-09T10:00:00Z 420HD voip_task[440]: UI       : INFO - nothing\n"
LAST = datetime(2013, 7, 9, 10, tzinfo=UTC)


def given(folder: Path, ends: datetime) -> Path:
    """A server's certificate that ends at a time."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fe01.contoso.com")])
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 7)
    builder = builder.not_valid_before(datetime(1990, 1, 1, tzinfo=UTC)).not_valid_after(ends)
    path = folder / "given.pem"
    path.write_bytes(builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM))
    return path


def diagnosed(folder: Path, text: str, ends: datetime) -> Report:
    trace = folder / "trace.log"
    trace.write_text(text, encoding="utf-8")
    return lp.diagnose(trace, certificate=given(folder, ends))


@pytest.mark.parametrize(
    ("days", "is_listed"), [(-5000, True), (-1, True), (0, True), (1, True), (30, True), (31, False), (5000, False)]
)
def test_a_given_certificate_is_held_against_the_last_dated_line(days: int, is_listed: bool, tmp_path: Path) -> None:
    report = diagnosed(tmp_path, QUIET, LAST + timedelta(days=days, hours=1))
    found = [each.rule.severity for each in report.diagnoses if each.rule.code == "TLS023"]
    assert found == ["warning"] * is_listed
    if not is_listed:
        assert "TLS023" in {rule.code for rule in report.phones[0].not_shown}


def test_the_evidence_is_the_certificate_and_its_date(tmp_path: Path) -> None:
    report = diagnosed(tmp_path, QUIET, LAST - timedelta(days=9))
    (found,) = (each for each in report.diagnoses if each.rule.code == "TLS023")
    assert found.verdict == "confirmed"
    assert found.evidence[0].event.source == str(tmp_path / "given.pem")
    assert found.evidence[0].event.fields["days_left"] == -9


@pytest.mark.parametrize(
    "line",
    [
        "Jul  9 10:00:00 420HD udhcpc[210]: Lease of 10.1.2.3 obtained, lease time 86400\n",
        "daemon.info udhcpc[210]: Lease of 10.1.2.3 obtained, lease time 86400\n",
        "1970-01-01T00:01:00Z 420HD udhcpc[210]: Lease of 10.1.2.3 obtained, lease time 86400\n",
    ],
)
def test_an_assumed_year_an_unset_clock_and_this_computers_clock_decide_nothing(line: str, tmp_path: Path) -> None:
    report = diagnosed(tmp_path, line, datetime(2001, 1, 1, tzinfo=UTC))
    assert "TLS023" not in {each.rule.code for each in report.diagnoses}
    assert "TLS023" in {each.rule.code for each in report.phones[0].not_checkable}


def test_without_a_certificate_nothing_is_said(tmp_path: Path) -> None:
    trace = tmp_path / "trace.log"
    trace.write_text(QUIET, encoding="utf-8")
    (missing,) = (each for each in lp.diagnose(trace).phones[0].not_checkable if each.rule.code == "TLS023")
    assert "--certificate" in str(missing)


def test_the_error_of_an_expired_certificate_is_listed_and_not_both(tmp_path: Path) -> None:
    line = (
        "<187>1 2013-07-09T10:00:00Z 420HD voip_task 440 - - CERT     : ERR  - "
        "{acl_user_tls_server_validation():653} server cert is invalid. ctx->error=10.\n"
    )
    report = diagnosed(tmp_path, line, datetime(2012, 1, 1, tzinfo=UTC))
    assert report.diagnoses[0].rule.code == "TLS008"
    assert [each.silenced_by for each in report.diagnoses if each.rule.code == "TLS023"] in ([], [("TLS008",)])
