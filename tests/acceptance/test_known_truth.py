"""Cases with a known cause: confirmed diagnoses are right, confidences are calibrated, two causes are both found."""

from pathlib import Path

import pytest
from support.calibration import PAGE, answers, expected_calibration_error, page, together

import lyncphone_logs

pytestmark = pytest.mark.slow


def test_a_confirmed_diagnosis_is_never_wrong() -> None:
    confirmed = [answer for answer in answers() if answer.verdict == "confirmed"]
    assert len(confirmed) > 300
    assert {answer.code for answer in confirmed if not answer.is_true} == set()


def test_confidences_are_calibrated() -> None:
    assert expected_calibration_error(answers()) <= 0.05


def test_two_causes_in_one_trace_are_both_found_with_the_root_first() -> None:
    pairs = together()
    assert len(pairs) >= 200
    assert [pair.codes for pair in pairs if pair.wrong] == []
    assert [pair.codes for pair in pairs if not pair.is_ordered] == []
    assert sum(len(pair.found) == 2 for pair in pairs) >= 0.95 * len(pairs)


def test_the_calibration_page_shows_these_numbers() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(answers(), together())


HEAD = "local7.err voip_task[440]: "
REJECTED = (
    f"{HEAD}CERT     : ERR  - {{{{acl_user_tls_server_validation():653}}}} server cert is invalid. ctx->error={{}}."
)


@pytest.mark.parametrize(
    ("lines", "root", "other"),
    [
        ([REJECTED.format(9), *[""] * 3, REJECTED.format(20)], "clock-behind", "root-certificate-missing"),
        ([REJECTED.format(20), REJECTED.format(7)], "root-certificate-missing", "signature-algorithm-unsupported"),
        (
            [*[f"{HEAD}CC       : ERR  - IncorrectPin"] * 3, f"{HEAD}CC       : ERR  - UserPinAccountLocked"],
            "pin-invalid",
            "pin-locked",
        ),
    ],
)
def test_the_root_of_two_causes_comes_first(lines: list[str], root: str, other: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace.log"
    trace.write_text("\n".join(lines), encoding="utf-8")
    (phone,) = lyncphone_logs.diagnose(lyncphone_logs.read_trace(trace)).phones
    found = [each.rule.name for each in phone.diagnoses if each.verdict != "unlikely"]
    assert {root, other} <= set(found), found
    assert found.index(root) < found.index(other)
