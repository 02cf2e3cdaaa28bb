"""The families of phones together: only its own grammar reads a line, under any framing."""

from pathlib import Path
from typing import Any

import pytest
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.event import UNPARSED
from lyncphone_logs.grammar.grammar import Grammar, GrammarSample
from lyncphone_logs.parsing.reader import Reader, anchor_of
from lyncphone_logs.sources.source import InMemorySource
from lyncphone_logs.syslog.unwrap import unwrap

FOREIGN = sorted((FIXTURES / "foreign").glob("*.log"))
GRAMMARS = read_catalog().grammars
STAMP, ISO = "Jul 10 09:08:07", "2013-07-10T09:08:07.003+02:00"
FRAMINGS = {
    "none": "",
    "facility.severity": "local7.err ",
    "busybox": f"{STAMP} synthetic-phone local7.err ",
    "rfc3164": f"<187>{STAMP} synthetic-phone ",
    "rfc3164 with address": f"{STAMP} 192.0.2.20 ",
    "rfc3164 without host": f"<187>{STAMP} ",
    "rfc5424": f"<187>1 {ISO} synthetic-phone - - - - ",
    "rsyslog-iso": f"{ISO} synthetic-phone ",
    "kiwi": "2013-07-10 09:08:07\tLocal7.Error\t192.0.2.20\t",
    "audiocodes-viewer": "09:08:07.003  192.0.2.20  local7.err  ",
    "acsyslog": "09:08:07.  3 : 192.0.2.20 : ERROR: ",
    "p-logger": f"{STAMP.upper()} 192.0.2.20:11133>",
    "kiwi+rfc3164": f"2013-07-10 09:08:07\tLocal7.Error\t192.0.2.20\t<187>{STAMP} ",
    "rfc3164+rfc3164": f"{STAMP} 192.0.2.20 Jan  1 00:00:05 ",
}
NO_HOST = ("rfc3164 without host", "kiwi+rfc3164", "rfc3164+rfc3164")
CONSOLES = ("an 8945", "PowerShell console")
"""Origins of lines that no syslog server received: after a stamp, their first word would be read as the host."""


def readings(line: str) -> dict[str, tuple[str, dict[str, Any], str]]:
    """The kind, fields and component that each grammar reads in a line."""
    text = unwrap(line).text
    found = {grammar.name: grammar.read(text) for grammar in GRAMMARS}
    return {
        name: (each.kind, dict(each.fields), each.header.get("component", "")) for name, each in found.items() if each
    }


def own_samples(grammar: Grammar) -> list[GrammarSample]:
    return [sample for sample in grammar.samples if grammar.read(unwrap(sample.line).text)]


def test_the_matrix_of_samples_and_grammars_is_diagonal() -> None:
    matrix = {
        (grammar.name, reader)
        for grammar in GRAMMARS
        for sample in own_samples(grammar)
        for reader in readings(sample.line)
    }
    assert matrix == {(grammar.name, grammar.name) for grammar in GRAMMARS}


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
@pytest.mark.sampled(2)
def test_a_line_reads_the_same_under_every_framing(grammar: Grammar, framing: str) -> None:
    samples = [
        sample
        for sample in own_samples(grammar)
        if framing not in NO_HOST or not any(console in sample.origin for console in CONSOLES)
    ]
    texts = sorted({unwrap(sample.line).text for sample in samples})
    assert texts or framing in NO_HOST
    changed = [text for text in texts if readings(FRAMINGS[framing] + text) != readings(text)]
    assert changed == []


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem)
def test_no_grammar_reads_lines_of_programs_that_are_no_phones(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    events = list(lp.read_trace(str(path), year=2026).events())
    assert [event.line for event in events] == list(range(1, len(lines) + 1))
    assert {event.text for event in events if event.kind != UNPARSED} == set()


LOGGER = "JAN 21 12:51:26 172.29.76.67:11133>Jan 21 19:50:46.00 "
HANDSET = "0090.7a05.18f6 (172.029.076.067) "


def events_of(*lines: str) -> list[lp.Event]:
    written = InMemorySource("\n".join(lines), "trace")
    return list(Reader(written, GRAMMARS, anchor_of(written, 2013)).events())


def test_the_logger_of_spectralink_gives_both_clocks_and_the_address_of_the_handset() -> None:
    (event,) = events_of(f"{LOGGER}{HANDSET}[001a] Failed Handoff")
    assert (event.grammar, event.kind, event.hostname) == ("spectralink", "link.handoff.failed", "172.29.76.67")
    assert (str(event.time), str(event.received)) == ("2013-01-21 19:50:46", "2013-01-21 12:51:26")


def test_the_numbers_of_spectralink_are_hexadecimal() -> None:
    numbers = ["0009", "000a", "001a", "00FF"]
    events = events_of(*(f"{LOGGER}{HANDSET}[{number}] Failed Handoff" for number in numbers))
    assert [event.sequence for event in events] == [9, 10, 26, 255]


@pytest.mark.parametrize("lines", [1, 3])
def test_a_word_in_place_of_an_address_names_the_phone(lines: int) -> None:
    over = "Sep 10 16:00:13 <YEALINK IP> /phone/bin/lldpd[413]: lldpd_med: mac = 00:15:65:67:cc:69"
    plain = "Sep 10 16:00:13 synthetic-phone /phone/bin/lldpd[413]: lldpd_med: mac = 00:15:65:67:cc:70"
    events = events_of(*([over] * lines), plain)
    assert [event.hostname for event in events] == ["YEALINK IP"] * lines + ["synthetic-phone"]


@pytest.mark.parametrize(
    ("line", "grammar", "mac"),
    [
        (f"{LOGGER}{HANDSET}[0000] x", "spectralink", "0090.7a05.18f6"),
        ("May 17 13:17:28 192.0.2.67 000413000001 [ERROR ] SIP: x", "snom", "000413000001"),
        ("HT801 [c0:74:ad:00:00:01] [1.0.49.2] GS_ATA: x", "grandstream", "c0:74:ad:00:00:01"),
        ("May 19 02:40:38 192.168.1.14 GS_LOG: [00:0b:82:00:a1:be][000] x", "grandstream", "00:0b:82:00:a1:be"),
    ],
)
def test_a_mac_address_in_every_line_is_a_field_of_the_header(line: str, grammar: str, mac: str) -> None:
    text = unwrap(line).text
    found = {each.name: reading.header.get("mac") for each in GRAMMARS if (reading := each.read(text))}
    assert found == {grammar: mac}


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
def test_what_a_header_expected_is_described_in_few_words(grammar: Grammar) -> None:
    place, expected = grammar.stopped_at("?")
    assert place == 0
    assert len(expected) <= 100
    assert "Re:(" not in expected


@pytest.mark.parametrize(
    ("line", "component", "function", "message"),
    [
        (
            "102: NOT 09:31:57.700001 SECD: setupSocketToTvsProxy: Connected",
            "SECD",
            "setupSocketToTvsProxy",
            "Connected",
        ),
        ("103: ERR 09:31:57.800001 SECD: EROR:clpState: failed", "SECD", "clpState", "failed"),
        ("104 NOT Nov 29 06:34:00.413031 SECUREAPP-updateFromFile: parsed", "SECUREAPP", "updateFromFile", "parsed"),
        ("105 ERR 11:04:14.825312  CVM-XsiAppData:getCdUrl: Using HTTPS", "XsiAppData", "getCdUrl", "Using HTTPS"),
        ("106 NOT 11:04:14.825312  CVM-launch: [thread=a b] x", "CVM", "launch", "[thread=a b] x"),
        ("107 WRN Nov 29 06:34:00.412849 SECUREAPP-AUTH: early exit", "SECUREAPP", None, "AUTH: early exit"),
        ("108 NOT Nov 29 06:34:00.412849 TFTPD-error: not a function", "TFTPD", None, "error: not a function"),
        ("[CP-8941] task_delete(), recreate= 1", None, "task_delete", "recreate= 1"),
        ("00:00:49:38.216 - E/REG (Fail)", "REG", None, "(Fail)"),
    ],
)
def test_functions_of_cisco_phones_are_split_from_the_message(
    line: str, component: str | None, function: str | None, message: str
) -> None:
    (event,) = events_of(line)
    assert (event.grammar, event.component, event.function, event.message) == ("cisco", component, function, message)


def test_an_alarm_of_a_cisco_phone_names_the_reason_in_one_line() -> None:
    line = (
        '<x-cisco-alarm><Alarm Name="LastOutOfServiceInformation"><ParameterList>'
        '<Enum name="ReasonForOutOfService">10</Enum></ParameterList></Alarm></x-cisco-alarm>'
    )
    (event,) = events_of(line)
    assert (event.kind, event.fields) == ("device.out_of_service", {"reason_code": 10})


def test_each_connection_that_a_cisco_phone_begins_is_a_handshake_of_its_own(tmp_path: Path) -> None:
    lines = [
        "101: NOT 09:31:57.100001 SECD: clpSetupSsl: Trying to connect to IPV4, IP: 192.0.2.6, Port : 2445",
        "102: ERR 09:31:57.200001 SECD: EROR:clpState: SSL3 alert read:fatal:handshake failure:<192.0.2.6>",
        "103: NOT 09:31:58.100001 SECD: clpSetupSsl: Trying to connect to IPV4, IP: 192.0.2.7, Port : 5061",
        "104: DEB 09:31:58.100002 SECD: BIO created with: addr:192.0.2.7, port:5061, mode:IPv4",
        "105: ERR 09:31:58.200001 SECD: EROR:clpState: SSL3 alert read:fatal:handshake failure:<192.0.2.7>",
    ]
    path = tmp_path / "trace.log"
    path.write_text("\n".join(lines), encoding="utf-8")
    trace = lp.read_trace(str(path), year=2014)
    assert [event.handshake for event in trace.events()] == [1, 1, 2, 2, 2]
