"""Public logs of people with a problem: the exit code, the number of phones, and what the first screen says.

A text is a code, a beginning of codes, or a part of the headline.
"""

from pathlib import Path

import pytest
from support.paths import CORPUS, FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.cli.app import run

FIELD = CORPUS / "field"
pytestmark = pytest.mark.skipif(not FIELD.exists(), reason="needs the corpus of real lines")

NO_FAILURE = "No stage of a sign-in was seen, and no failure."
GATEWAY = "A gateway does not sign in, and no failure was seen."
PHONES = {
    # The SBC refuses the certificate of its peer.
    "001": (1, 1, "certificate verify failed"),
    "003": (0, 1, GATEWAY),
    "004": (0, 2, "0 failed, 2 unclear."),
    "006": (0, 1, GATEWAY),
    # Packets are missing.
    "008": (1, 1, "CALL017"),
    # The server refuses the phone's certificate (LSC of another cluster).
    "011": (1, 1, "TLS036"),
    "012": (0, 1, "Reached TLS at"),
    # The clock has its factory date.
    "014": (1, 1, "TIME002"),
    # The TFTP server has no files for the phone.
    "015": (1, 1, "PROV009"),
    "016": (0, 1, NO_FAILURE),
    # The master configuration was not downloaded.
    "018": (1, 1, "PROV007"),
    "019": (0, 1, NO_FAILURE),
    # The Trust Verification Service refuses TLS.
    "046": (1, 1, "TLS022"),
    "047": (0, 1, "Reached TLS at"),
    "049": (0, 1, NO_FAILURE),
    # The registrar's 200 OK has no Contact header.
    "050": (1, 1, "SIP006"),
    # The name in an action URL is not in DNS.
    "052": (1, 1, "PROV008"),
}
"""By case: exit code, phones, text."""

FOREIGN = [
    "020", "022", "023", "025", "026", "027", "028", "029", "030", "031", "033", "036", "037", "038", "039", "042",
]  # fmt: skip
"""Logs of servers and of other devices: no phone, no finding. 038 is an alarm of a phone in the log of Asterisk."""

OUT_OF_SERVICE = "DEV003"
"""The answer to 038 if the alarm is taken from the phone itself."""

REAL_LINES = {
    # The web service did not respond; restarting it helped (blog article of 2017-02-02).
    "web ticket": ("PROV010", ["0202115811|tickt|*|00|m_bCertExpired [1]", "0202115811|tickt|*|00|m_eErrorCode [9]"]),
    # The phone cannot reach the PBX over HTTP (documentation of MikoPBX).
    "provisioning": (
        "PROV005",
        [
            "LIBD[528]: HTTP<3+error > Connect Error",
            "AUTP[528]: AUTP<3+error > http to file failed, code = -3, msg = Connect Failed, cout = 0",
        ],
    ),
    # The server of a former system is still in the phone's flash memory (public procedure of 2026-03-02).
    "former system": (
        "PROV007",
        [
            "sip|*|00|Sip Register Usr:2xx Dsp:[Room Name] Auth:'2xx/[mac]'",
            "res|4|00|Failed to download file WTEK-Polycom-VVX-Bkgrd_320x240_v2.jpg",
        ],
    ),
}
"""Real lines with the cause that their source states: the code of the first diagnosis."""


def test_each_case_has_a_row() -> None:
    assert sorted([*PHONES, *FOREIGN]) == sorted(path.stem for path in FIELD.glob("*.log"))


@pytest.mark.parametrize("case", PHONES)
def test_a_phones_log_gets_its_answer(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    exit_code, phones, says = PHONES[case]
    path = str(FIELD / f"{case}.log")
    assert run(["diagnose", path, "--year", "2021"]) == exit_code
    assert says in " ".join(capfd.readouterr().out.split())
    assert len(lp.diagnose(path, year=2021).phones) == phones


@pytest.mark.parametrize("case", FOREIGN)
def test_a_foreign_log_has_no_phone_and_no_finding(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    path = str(FIELD / f"{case}.log")
    assert run(["diagnose", path]) == 3
    assert "no phone" in " ".join(capfd.readouterr().out.split())
    assert lp.diagnose(path).phones == ()


def test_the_alarm_in_a_foreign_log_has_its_answer_if_it_is_from_the_phone_itself(tmp_path: Path) -> None:
    alarm = (FIELD / "038.log").read_text(encoding="utf-8").partition("-- ")[2]
    path = tmp_path / "alarm.log"
    path.write_text(alarm, encoding="utf-8")
    (phone,) = lp.diagnose(path, year=2019).phones
    assert [each.rule.code for each in phone.diagnoses] == [OUT_OF_SERVICE]


@pytest.mark.parametrize("case", REAL_LINES)
def test_real_lines_get_the_cause_that_their_source_states(case: str, tmp_path: Path) -> None:
    code, lines = REAL_LINES[case]
    path = tmp_path / "trace.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (phone,) = lp.diagnose(path, year=2026).phones
    assert phone.diagnoses[0].rule.code == code


def test_the_founding_line_is_a_certificate_of_sha_256() -> None:
    (phone,) = lp.diagnose(FIXTURES / "audiocodes_400hd" / "founding-line" / "trace.log", year=2013).phones
    assert phone.diagnoses[0].rule.code == "TLS001"
