"""Hosts of which each line is one of a daemon that any computer runs are no phones, unless something else says so."""

import json
from pathlib import Path

import pytest
from support.daemon_logs import DAEMONS, FORMS, daemon_lines, write_daemon_log
from support.paths import FIXTURES
from typer.testing import CliRunner

import lyncphone_logs as lp
from lyncphone_logs.api import explain
from lyncphone_logs.cli.app import app

VOIP = "Nov  2 10:01:00 host-udhcpc local7.info voip_task[440]: LCD      : INFO - screen idle"
NO_SERVER = FIXTURES / "audiocodes_400hd" / "no-dhcp-server" / "trace.log"


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["diagnose", *words, "--year", "2026"])
    return found.exit_code, found.stdout


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("host", ["", "laptop"], ids=["a host each", "one host"])
def test_logs_of_common_daemons_are_of_no_phone(form: str, host: str, tmp_path: Path) -> None:
    log = write_daemon_log(tmp_path / "daemons.log", form, host)
    report = lp.diagnose(log, year=2026)
    assert report.known_phones == ()
    assert {each.verdict for each in report} <= {"possible", "unlikely"}
    assert not {each.rule.code for each in report if each.rule.fix_at == "trace"}
    assert run(str(log))[0] in (0, 3)


@pytest.mark.parametrize("program", DAEMONS)
def test_the_log_of_one_daemon_never_fails(program: str, tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    log.write_text("\n".join(daemon_lines(program, "host")), encoding="utf-8")
    code, shown = run(str(log))
    assert code in (0, 3)
    assert "no phone" in shown


def test_the_first_screen_states_the_condition_before_the_causes(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    log.write_text("\n".join(daemon_lines("wpa_supplicant", "laptop")), encoding="utf-8")
    _, shown = run(str(log))
    lines = shown.split("\n")
    assert lines[0].endswith("no phone, 1 host with lines of daemons only, laptop")
    assert lines.index("If this host is a phone: --model MODEL") < next(
        number for number, line in enumerate(lines) if line.startswith("possible")
    )
    for format in ("markdown", "html"):
        assert "If this host is a phone: --model MODEL" in run(str(log), "-f", format)[1]
    assert "If this host is a phone: --model MODEL" in run(str(log), "--all")[1]


def test_a_stated_model_makes_the_host_a_phone() -> None:
    (host,) = lp.diagnose(NO_SERVER, year=2013).phones
    (phone,) = lp.diagnose(NO_SERVER, year=2013, model="420HD").phones
    assert (host.is_phone, host.diagnoses[0].verdict) == (False, "possible")
    assert (phone.is_phone, phone.diagnoses[0].verdict) == (True, "confirmed")
    assert [run(str(NO_SERVER))[0], run(str(NO_SERVER), "--model", "420HD")[0]] == [0, 1]


@pytest.mark.parametrize("first", [True, False])
def test_one_line_of_a_makers_own_makes_the_host_a_phone_wherever_it_is(first: bool, tmp_path: Path) -> None:
    lines = [*daemon_lines("udhcpc", "host-udhcpc"), *daemon_lines("ntpd", "host-ntpd")]
    log = tmp_path / "trace.log"
    log.write_text("\n".join([VOIP, *lines] if first else [*lines, VOIP]), encoding="utf-8")
    report = lp.diagnose(log, year=2026)
    assert {each.id: each.is_phone for each in report.phones} == {"host-ntpd": False, "host-udhcpc": True}
    assert [each.id for each in report.known_phones] == ["host-udhcpc"]
    assert run(str(log))[0] == 1


def test_hosts_do_not_hide_the_answer_about_the_only_phone(tmp_path: Path) -> None:
    log = tmp_path / "trace.log"
    log.write_text("\n".join([*daemon_lines("ntpd", "host-ntpd"), VOIP]), encoding="utf-8")
    shown = run(str(log))[1]
    assert "1 AudioCodes phone, host-udhcpc" in shown
    assert "1 host with lines of daemons only, host-ntpd" in shown
    assert "TIME002" not in shown


def test_the_table_of_phones_counts_hosts_apart(tmp_path: Path) -> None:
    phones = [VOIP.replace("host-udhcpc", f"phone-{number}") for number in range(12)]
    hosts = [line for program in ("ntpd", "udhcpc", "klogd") for line in daemon_lines(program, f"host-{program}")]
    log = tmp_path / "trace.log"
    log.write_text("\n".join([*phones, *hosts]), encoding="utf-8")
    assert "12 phones, 3 hosts with lines of daemons only" in run(str(log))[1].replace("\n", " ")
    listed = run(str(log), "--by", "phone")[1]
    assert all(name in listed for name in ("phone-11", "host-ntpd", "host-klogd"))
    (host,) = [each for each in json.loads(run(str(log), "-f", "json")[1])["phones"] if each["id"] == "host-ntpd"]
    assert host["is_phone"] is False


def test_a_rule_compared_with_a_host_is_at_most_possible() -> None:
    trace = lp.read_trace(NO_SERVER, year=2013)
    rule = next(each for each in trace.catalog.rules if each.code == "DHCP001")
    (found,) = explain(trace, rule)
    assert {each.verdict for each in found.weighed} == {"possible"}
