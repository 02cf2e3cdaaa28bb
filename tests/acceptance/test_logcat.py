"""Android's log is read only if a line shows a desk phone: other Android devices write the same form."""

from pathlib import Path

import pytest
from support.paths import CORPUS, FIXTURES
from typer.testing import CliRunner

import lyncphone_logs as lp
from lyncphone_logs.cli.app import app
from lyncphone_logs.events.event import UNPARSED

SOFTPHONE = (
    "2022-09-07 22:03:07.659 19897-19897/com.contoso.softphone E/Tls: error:0A000086:SSL routines::certificate verify "
    "failed",
    "02-28 09:43:17.988  8272  8405 D Baresip Lib: tls: verify_handler: err          = 20",
    "02-28 09:43:17.988  8272  8405 E SipService: error:0A000086:SSL routines::certificate verify failed",
    "E/SipService( 8272): error:0A000086:SSL routines::certificate verify failed",
)
TEAMS = (
    "02-28 09:43:17.988  1899 22514 I BetterTogether:EndpointPairingService: No endpoint paired",
    "02-28 09:43:18.100  1899 22514 E OtherTag: text",
)


def run(path: Path) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["diagnose", str(path), "--year", "2022"])
    return found.exit_code, found.stdout


@pytest.mark.parametrize("line", SOFTPHONE)
def test_the_log_of_another_android_device_is_of_no_phone(line: str, tmp_path: Path) -> None:
    log = tmp_path / "logcat.txt"
    log.write_text(f"{line}\n" * 3, encoding="utf-8")
    code, shown = run(log)
    assert code == 3
    assert "Android (logcat)" in shown


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus of real lines")
def test_a_real_log_of_a_softphone_is_of_no_phone() -> None:
    assert run(CORPUS / "field" / "023.log")[0] == 3


def test_a_line_that_shows_a_desk_phone_is_read_with_tag_level_and_time(tmp_path: Path) -> None:
    log = tmp_path / "logcat.txt"
    log.write_text("\n".join(TEAMS), encoding="utf-8")
    first, other = lp.read_trace(log, year=2022).events()
    assert (first.component, first.severity, first.procid) == ("BetterTogether:EndpointPairingService", "info", "1899")
    assert str(first.time) == "2022-02-28 09:43:17.988000"
    assert other.kind == UNPARSED
    assert other.phone == first.phone


def test_an_openssl_error_of_the_teams_application_is_a_failure_of_the_phone() -> None:
    code, shown = run(FIXTURES / "teams_android" / "server-certificate-refused" / "trace.log")
    assert code == 1
    assert "1 Android phone" in shown
