"""What phones state about themselves in their lines and in the names of their files. All lines are synthetic."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import lyncphone_logs as lp
from lyncphone_logs.grammar.regex_linearity import regex_facts
from lyncphone_logs.trace import stated_identity
from lyncphone_logs.trace.phone_list import PhoneEntry, phone_list
from lyncphone_logs.trace.stated_identity import AGENTS, named_in, stated_by

CISCO = "{number} NOT Nov 29 09:31:{second:02}.600001 (1862:1862) {text}"
VOIP = "local7.info voip_task[440]: SIP      : INFO - "
REGISTER = "REGISTER sip:contoso.com SIP/2.0 Call-ID: 7f3a CSeq: 1 REGISTER User-Agent: "
PEER = "INVITE sip:bob@contoso.com SIP/2.0 Call-ID: 7f3b CSeq: 1 INVITE User-Agent: "


def listed(*paths: Path) -> list[PhoneEntry]:
    trace = lp.read_trace(*paths, year=2013)
    return phone_list(trace.batches(), {each.name: each.vendor for each in trace.catalog.grammars})


def cisco_log(path: Path, texts: Sequence[str]) -> Path:
    lines = [CISCO.format(number=100 + n, second=n, text=text) for n, text in enumerate(texts)]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("SEP001122334455.log", {"mac": "001122334455"}),
        ("logs/CTLSEP001122334455.tlv.log", {"mac": "001122334455"}),
        ("ITLSEP0011223344AA.log", {"mac": "0011223344aa"}),
        ("CP-8861-SEP0011223344AA.txt", {"mac": "0011223344aa", "model": "CP-8861"}),
        ("0004f2000001-app.log", {"mac": "0004f2000001"}),
        ("482567164887-boot.log", {"mac": "482567164887"}),
        ("VVX400-0004f2000001.log", {"mac": "0004f2000001", "model": "VVX400"}),
        ("site3-snom870_000413000001.log", {"mac": "000413000001", "model": "snom870"}),
        ("SIP-T46S_001565123456.log", {"mac": "001565123456", "model": "SIP-T46S"}),
        ("phone12-0004f2000001.log", {"mac": "0004f2000001"}),
        ("201307091000.log", {}),
        ("20-13-07-09-10-00.log", {}),
        ("000000000000-app.log", {}),
    ],
)
def test_the_name_of_a_file_states_mac_address_and_model(name: str, stated: dict[str, str]) -> None:
    assert named_in(name) == stated


@pytest.mark.parametrize(
    ("agent", "stated"),
    [
        ("AUDC-IPPhone/2.2.8.61 (440HDG-Rev0; 00908F602AAC)", ("440HDG", "2.2.8.61", "00908F602AAC")),
        ("AUDC-IPPhone-430HD_UC_3.0.1.322/1.0", ("430HD", "UC_3.0.1.322", None)),
        ("PolycomVVX-VVX_150-UA/6.4.1.2280_482567000001", ("VVX_150", "6.4.1.2280", "482567000001")),
        ("PolycomSoundPointIP-SPIP_650-UA/3.1.3.0439", ("SPIP_650", "3.1.3.0439", None)),
        ("Yealink SIP-T28P 2.72.14.2 00:15:65:00:00:01", ("SIP-T28P", "2.72.14.2", "00:15:65:00:00:01")),
        ("Yealink SIP-T30P", ("SIP-T30P", None, None)),
        ("Cisco-CP7861/12.1.1", ("CP7861", "12.1.1", None)),
        ("Cisco-CP-8841-3PCC/11.0 (00562b000001)", ("CP-8841-3PCC", "11.0", "00562b000001")),
        ("snom870/8.7.5.35", ("snom870", "8.7.5.35", None)),
        ("snomD785-SIP 10.1.169.16", ("snomD785", "10.1.169.16", None)),
        ("Grandstream HT801 1.0.49.2 c074ad000001", ("HT801", "1.0.49.2", "c074ad000001")),
        ("Contoso Softphone/1.0", (None, None, None)),
    ],
)
def test_the_user_agent_of_a_register_request_is_the_phones_own(agent: str, stated: tuple[str | None, ...]) -> None:
    known = {name: value for name, value in zip(("model", "firmware", "mac"), stated, strict=True) if value}
    assert stated_by("sip.request", "yealink", f"{REGISTER}{agent}\r\nExpires: 60") == known
    assert stated_by("sip.request", "yealink", f"{PEER}{agent}\r\nExpires: 60") == {}
    assert stated_by("sip.response", "yealink", f"SIP/2.0 200 OK CSeq: 1 REGISTER Server: {agent}") == {}


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("[28]:Requesting SEP0011223344AA.cnf.xml from 192.0.2.6", {"mac": "0011223344aa"}),
        ("GETXXTP [GT870][src=CTLSEP0011223344AA.tlv][dest=/tmp/CTLFile.tlv]", {"mac": "0011223344aa"}),
        ("tftp: ITLSEP001122334455.tlv", {"mac": "001122334455"}),
        ("subject: /O=Contoso/CN=CP-8861-SEP0011223344AA", {"mac": "0011223344aa", "model": "CP-8861"}),
        ("CFGID_DEVICE_NAME=SEP0011223344AA", {"mac": "0011223344aa"}),
        ("call from SEP0011223344AA", {}),
        ("SEPARATOR", {}),
    ],
)
def test_the_names_that_a_cisco_phone_gives_to_its_own_files_state_its_mac_address(
    text: str, stated: dict[str, str]
) -> None:
    assert stated_by("log.message", "cisco", text) == stated
    assert stated_by("log.message", "snom", text) == {}


def test_a_console_log_is_of_the_phone_that_it_names_from_its_first_line_on(tmp_path: Path) -> None:
    texts = [
        "downd-started",
        "TFTPD-Requesting SEP0011223344AA.cnf.xml from 192.0.2.6",
        "SECUREAPP-CN=CP-8861-SEP0011223344AA",
    ]
    (phone,) = listed(cisco_log(tmp_path / "console.log", texts))
    assert (phone.id, phone.basis, phone.lines) == ("0011223344aa", "MAC address", 3)
    assert (phone.identity["model"], phone.identity["vendor"]) == ("CP-8861", "Cisco")
    (found,) = lp.diagnose(tmp_path / "console.log", year=2013).phones
    assert (found.id, found.mac, found.model) == ("0011223344aa", "0011223344aa", "CP-8861")


def test_files_that_name_one_phone_are_of_one_phone(tmp_path: Path) -> None:
    cisco_log(tmp_path / "SEP0011223344AA.log", ["downd-started"])
    cisco_log(tmp_path / "console.log", ["downd-started", "TFTPD-Requesting SEP0011223344AA.cnf.xml from 192.0.2.6"])
    (phone,) = listed(tmp_path / "SEP0011223344AA.log", tmp_path / "console.log")
    assert (phone.id, phone.lines) == ("0011223344aa", 3)


def test_a_file_that_names_two_phones_is_of_neither(tmp_path: Path) -> None:
    texts = [f"TFTPD-Requesting SEP00112233440{n}.cnf.xml from 192.0.2.6" for n in "ab"]
    (phone,) = listed(cisco_log(tmp_path / "console.log", texts))
    assert phone.basis == "file"


def test_model_and_firmware_are_not_those_of_the_peer(tmp_path: Path) -> None:
    trace = tmp_path / "trace.log"
    own, peer = "AUDC-IPPhone-430HD_UC_3.0.1.322/1.0", "AUDC-IPPhone/2.2.8.61 (440HDG-Rev0; 00908F000001)"
    lines = [f"Jul  9 10:00:0{n} a {VOIP}{text}" for n, text in enumerate([REGISTER + own, PEER + peer])]
    trace.write_text("\n".join(lines), encoding="utf-8")
    (phone,) = listed(trace)
    assert {each.kind for each in lp.read_trace(trace, year=2013).events()} == {"sip.request"}
    assert phone.identity == {"vendor": "AudioCodes", "model": "430HD", "firmware": "UC_3.0.1.322"}


@pytest.mark.parametrize("full", [True, False])
def test_identity_does_not_depend_on_how_much_is_read(full: bool, tmp_path: Path) -> None:
    noise = [f"downd-line {n}" for n in range(30)]
    texts = [*noise, "SECUREAPP-Certificate subject: /CN=CP-8861-SEP0011223344AA", *noise[:20]]
    one, other = (cisco_log(tmp_path / f"{name}.log", texts) for name in ("one", "other"))
    (phone,) = lp.diagnose(one, other, year=2013, full=full).phones
    assert (phone.id, phone.model) == ("0011223344aa", "CP-8861")


def test_each_pattern_takes_linear_time() -> None:
    for pattern in (*map(re.compile, AGENTS), stated_identity.SEP):
        regex_facts(re.sub(r"(?<!\\)\((?:\?P<\w+>|(?!\?))", "(?:", pattern.pattern), 0)
