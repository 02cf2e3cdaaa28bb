"""Hosts of which each line is one of a daemon that any computer runs are no phones, unless something else says so."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from support.daemon_logs import DAEMONS, FORMS, daemon_lines, write_daemon_log
from support.paths import FIXTURES
from support.server_logs import FRAMINGS, RAW, SERVERS, server_lines
from typer.testing import CliRunner

import lyncphone_logs as lp
from lyncphone_logs.api import explain
from lyncphone_logs.cli.app import app
from lyncphone_logs.diagnosis.senders import is_server

VOIP = "Nov  2 10:01:00 host-udhcpc local7.info voip_task[440]: LCD      : INFO - screen idle"
OWN_LINES = {
    "AudioCodes": VOIP,
    "Polycom": "Nov  2 09:59:00 host-udhcpc 1102095900|so   |*|00|---------- Initial log entry ----------",
    "Yealink": "<134>Nov  2 09:59:00 host-udhcpc sua [552.560]: SUA <6+info  > [000] timer 1 fired",
    "snom": "Nov  2 09:59:00 host-udhcpc 000413123456 [DEBUG2] PHN: timer 1 fired",
    "Cisco": "Nov  2 09:59:00 host-udhcpc 0001 NOT Nov 02 09:59:00.402533 (346:1887) SECUREAPP-Hashes match...",
}
"""A line of a maker's own, from a host of one name."""
CERTAIN = {"confirmed", "likely"}
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
@pytest.mark.sampled(6)
def test_the_log_of_one_daemon_never_fails(program: str, tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    log.write_text("\n".join(daemon_lines(program, "host")), encoding="utf-8")
    code, shown = run(str(log))
    assert code in (0, 3)
    assert "no phone" in shown


ALL_PROGRAMS = DAEMONS | SERVERS
MIN_PROGRAMS, MIN_CASES = 75, 1000


def assert_no_phone(log: Path) -> None:
    report = lp.diagnose(log, year=2026)
    assert report.known_phones == ()
    assert CERTAIN.isdisjoint(each.verdict for each in report)


def written(log: Path, lines: Iterable[str]) -> Path:
    log.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return log


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("host", ["", "server"], ids=["a host each", "one host"])
@pytest.mark.sampled(3)
def test_logs_of_servers_are_of_no_phone_however_they_are_framed(framing: str, host: str, tmp_path: Path) -> None:
    assert len(ALL_PROGRAMS) >= MIN_PROGRAMS
    lines = [
        line
        for program, texts in ALL_PROGRAMS.items()
        for line in server_lines(program, texts, host or f"host-of-{program.replace('/', '-')}", framing)
    ]
    log = written(tmp_path / "servers.log", lines)
    assert_no_phone(log)
    assert run(str(log))[0] in (0, 3)


@pytest.mark.parametrize("name", [*RAW, *SERVERS])
def test_the_log_of_one_server_is_of_no_phone(name: str, tmp_path: Path) -> None:
    lines = RAW.get(name) or server_lines(name, SERVERS[name], "server", "file")
    code, shown = run(str(written(tmp_path / "server.log", lines)), "-f", "json")
    phones = json.loads(shown)["phones"]
    assert code in (0, 3)
    assert not any(each["is_phone"] for each in phones)
    assert CERTAIN.isdisjoint(each["verdict"] for phone in phones for each in phone["diagnoses"])


@pytest.mark.slow
def test_no_program_in_any_framing_is_a_phone(tmp_path: Path) -> None:
    cases = 0
    for framing in FRAMINGS:
        for program, texts in ALL_PROGRAMS.items():
            assert_no_phone(written(tmp_path / "server.log", server_lines(program, texts * 2, "server", framing)))
            cases += 1
    assert cases >= MIN_CASES


@pytest.mark.parametrize(
    ("vendor", "framing"),
    [
        *((vendor, "file") for vendor in OWN_LINES),
        *(("AudioCodes", framing) for framing in ("datagram", "RFC 5424", "rsyslog", "level words", "Kiwi")),
    ],
)
@pytest.mark.sampled(10)
def test_daemons_of_a_collector_with_the_name_of_a_phone_make_nothing_certain(
    vendor: str, framing: str, tmp_path: Path
) -> None:
    own = OWN_LINES[vendor]
    (phone,) = lp.diagnose(written(tmp_path / "own.log", [own])).phones
    alone = {each.rule.code for each in phone.diagnoses}
    daemons = [line for name, texts in DAEMONS.items() for line in server_lines(name, texts, "host-udhcpc", framing)]
    programs = [name for name in SERVERS if is_server(name)]
    assert len(programs) >= 30
    for program in programs:
        lines = server_lines(program, SERVERS[program], "host-udhcpc", framing)
        report = lp.diagnose(written(tmp_path / "relayed.log", [own, *daemons, *lines]), year=2026)
        assert [each.vendor for each in report.known_phones] == [vendor]
        certain = {each.rule.code for each in report if each.verdict in CERTAIN}
        assert certain <= alone, program
        assert any("writes with the same host name" in note for note in report.notes), program


def test_the_daemons_of_a_phone_without_a_server_on_its_host_stay_certain(tmp_path: Path) -> None:
    lines = server_lines("wpa_supplicant", DAEMONS["wpa_supplicant"], "host-udhcpc", "file")
    report = lp.diagnose(written(tmp_path / "trace.log", [VOIP, *lines]), year=2026)
    assert [each.verdict for each in report if each.rule.code == "NET004"] == ["confirmed"]
    log = written(tmp_path / "relayed.log", [VOIP, *lines, "Nov  2 10:02:00 host-udhcpc systemd[1]: Started Daemon."])
    trace = lp.read_trace(log, year=2026)
    assert [each.verdict for each in lp.diagnose(trace) if each.rule.code == "NET004"] == ["possible"]
    rule = next(each for each in trace.catalog.rules if each.code == "NET004")
    (found,) = explain(lp.read_trace(log, year=2026), rule)
    assert {each.verdict for each in found.weighed} == {"possible"}


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
