"""Which phone wrote a line, and whose make it is."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import lyncphone_logs as lp
from lyncphone_logs.events.event import MESSAGE, UNPARSED
from lyncphone_logs.trace.phone_identity import PhoneNames, basis_of
from lyncphone_logs.trace.phone_list import PhoneEntry, phone_list
from lyncphone_logs.trace.stated_identity import mac_in_name

ONE, OTHER = "000413000001", "000413000002"
Line = tuple[str | None, str]


@pytest.mark.parametrize(
    ("lines", "phones"),
    [
        ([("a", ""), ("b", ""), ("a", "")], ["a", "b", "a"]),
        ([("a", ONE), ("b", ONE), ("b", "")], ["a", "a", "a"]),
        ([("a", ONE), ("a", OTHER), ("a", ""), ("a", ONE)], ["a", f"a {OTHER}", "a", "a"]),
        ([("a", ""), ("a", ONE)], ["a", "a"]),
        ([(None, ONE), ("a", ONE), ("a", "")], [ONE, ONE, ONE]),
        ([(None, ""), ("a", ""), (None, "")], ["t.log", "a", "t.log"]),
    ],
    ids=["hosts", "an address that changed", "a relay", "a host that tells later", "no host at first", "a file"],
)
def test_a_phone_is_told_by_its_mac_address_then_by_its_host(lines: Sequence[Line], phones: list[str]) -> None:
    identities = PhoneNames(mac_in_name)
    assert [identities.phone_of("t.log", host, MESSAGE, mac) for host, mac in lines] == phones


def test_a_line_that_nobody_understood_is_of_the_phone_before() -> None:
    identities = PhoneNames(mac_in_name)
    assert identities.phone_of("t.log", None, UNPARSED) == "t.log"
    identities.phone_of("t.log", "a", MESSAGE, ONE)
    assert identities.phone_of("t.log", None, UNPARSED) == "a"


@pytest.mark.parametrize(
    ("path", "mac"),
    [
        ("logs/0004f2000001-app.log", "0004f2000001"),
        ("bundle.zip!/00-15-65-00-00-01.log", "001565000001"),
        ("0090.7a00.0001.txt", "00907a000001"),
        ("64167F000001-boot.log", "64167f000001"),
        ("201307091000.log", ""),
        ("0004f2000001/app.log", ""),
        ("10004f2000001.log", ""),
        ("trace.log", ""),
    ],
)
def test_a_mac_address_in_the_name_of_a_file(path: str, mac: str) -> None:
    assert mac_in_name(path) == mac


@pytest.mark.parametrize(
    ("phone", "host", "basis"),
    [
        ("a", "a", "host name"),
        (ONE, None, "MAC address"),
        (f"a {ONE}", "a", "host name and MAC address"),
        ("my trace.log", None, "file"),
    ],
)
def test_by_what_a_phone_was_told(phone: str, host: str | None, basis: str) -> None:
    assert basis_of(phone, host) == basis


def listed(*paths: Path) -> list[PhoneEntry]:
    trace = lp.read_trace(*paths, year=2013)
    return phone_list(trace.batches(), {each.name: each.vendor for each in trace.catalog.grammars})


def test_the_two_files_of_a_polycom_phone_are_one_phone(tmp_path: Path) -> None:
    for name, line in (("boot", "so   |*|00|---------- Initial log entry ----------"), ("app", "sip  |4|00|x")):
        (tmp_path / f"0004f2000001-{name}.log").write_text(f"0709100000|{line}\n", encoding="utf-8")
    (phone,) = listed(tmp_path)
    assert (phone.id, phone.basis, phone.lines, phone.identity["vendor"]) == (
        "0004f2000001", "MAC address", 2, "Polycom",
    )  # fmt: skip


SNOM = (
    "Jul  9 10:00:0{second} {host} {mac} [INFO  ] SIP: Registered at registrar as 7351@contoso.com (Expires: 3600 secs)"
)


def test_a_phone_whose_address_changes_is_one_phone_with_two_names(tmp_path: Path) -> None:
    lines = [
        SNOM.format(second=n, host=host, mac=ONE) for n, host in enumerate(["192.0.2.1", "192.0.2.2", "192.0.2.2"])
    ]
    trace = tmp_path / "trace.log"
    trace.write_text("\n".join(lines), encoding="utf-8")
    (phone,) = listed(trace)
    assert (phone.id, list(phone.aliases), phone.lines, phone.identity["mac"]) == ("192.0.2.1", ["192.0.2.2"], 3, ONE)
    (found,) = lp.diagnose(lp.read_trace(trace, year=2013)).phones
    assert (found.id, found.basis) == ("192.0.2.1", "host name")


def test_phones_behind_a_relay_are_told_apart(tmp_path: Path) -> None:
    trace = tmp_path / "trace.log"
    trace.write_text(
        "\n".join(SNOM.format(second=n, host="relay", mac=mac) for n, mac in enumerate([ONE, OTHER, ONE])),
        encoding="utf-8",
    )
    assert [(each.id, each.lines, each.identity["mac"]) for each in listed(trace)] == [
        ("relay", 2, ONE),
        (f"relay {OTHER}", 1, OTHER),
    ]


def test_two_names_with_one_mac_address_that_only_messages_state_are_told(tmp_path: Path) -> None:
    agent = "local7.info voip_task[440]: SIP      : INFO - User-Agent: AUDC-IPPhone/2.0.5 (420HD; 00908F000001)"
    trace = tmp_path / "trace.log"
    trace.write_text(f"Jul  9 10:00:00 a {agent}\nJul  9 10:00:01 b {agent}\n", encoding="utf-8")
    assert [(each.id, list(each.aliases)) for each in listed(trace)] == [
        ("a", ["b (same MAC address)"]),
        ("b", ["a (same MAC address)"]),
    ]


UDHCPC = "Jul  9 10:00:00 a daemon.info udhcpc[201]: Sending discover..."
VOIP = "Jul  9 10:00:01 a local7.info voip_task[440]: LCD      : INFO - screen idle"
SYSLOGD = "Jul  9 10:00:00 a syslog.info syslogd started: BusyBox v1.22.1"


@pytest.mark.parametrize(
    ("lines", "vendor"),
    [
        ([SYSLOGD, UDHCPC], ""),
        ([UDHCPC, VOIP], "AudioCodes"),
        ([UDHCPC, SNOM.format(second=2, host="a", mac=ONE)], "snom"),
    ],
    ids=["only what all makers' phones write", "with a line of its own", "with a line of another family"],
)
def test_lines_that_phones_of_all_makers_write_tell_no_maker(lines: list[str], vendor: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace.log"
    trace.write_text("\n".join(lines), encoding="utf-8")
    (phone,) = listed(trace)
    (found,) = lp.diagnose(lp.read_trace(trace, year=2013)).phones
    assert (phone.identity.get("vendor", ""), found.vendor) == (vendor, vendor)
