"""In a log bundle of many phones with lines out of order and lost, each phone has the diagnosis of its own log.

All lines are synthetic and generated at each run.
"""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import lyncphone_logs as lp
from lyncphone_logs.diagnosis.findings import Phone

PHONES = 50
START = datetime(2021, 3, 9, 18, 40)
DIAGNOSTICS = '\n\tms-diagnostics: 4003;reason="From URI not enabled for remote access";source="fe01.contoso.com"^M'
STORIES = ("healthy", "refused", "forbidden", "no handshake")


def sip(status: str, more: str = "") -> list[str]:
    return [
        f"SIP/2.0 {status}^M",
        "\tCall-ID: 7f3a@192.0.2.20^M",
        f"\tCSeq: 2 REGISTER^M{more}",
        "\tContent-Length: 0^M",
        "\t^M",
    ]


def lines_of(number: int) -> list[tuple[datetime, str]]:
    """What a phone writes: messages with their times; the lines of a SIP message follow its first one."""
    chance = random.Random(number)
    said: list[tuple[str, str]] = []
    for _ in range(20):
        said.append(("DEB", f"JAVA-SIPCC-SIP_REG: f: state {chance.randrange(9)}"))
    story = STORIES[number % len(STORIES)]
    if story == "refused":
        said += [("ERR", "SECD: EROR:clpState: SSL3 alert read:fatal:handshake failure:<192.0.2.6>")] * 3
    elif story == "no handshake":
        said += [("ERR", "SECD: EROR:clpState: SSL_connect:failed in SSLv3 read server hello A:<192.0.2.6>")] * 3
    elif story == "forbidden":
        said += [
            ("DEB", "JAVA-sipio-recv<--- " + "\n".join(sip("403 Forbidden", DIAGNOSTICS))),
            ("DEB", "JAVA-::End-Of-Sip-Message::"),
        ] * 2
    else:
        said += [("DEB", "JAVA-sipio-recv<--- " + "\n".join(sip("200 OK"))), ("DEB", "JAVA-::End-Of-Sip-Message::")] * 2
    for _ in range(20):
        said.append(("DEB", f"JAVA-SIPCC-SIP_REG: f: state {chance.randrange(9)}"))
    written = []
    for index, (level, text) in enumerate(said):
        at = START + timedelta(seconds=index, microseconds=number)
        stamp = f"{at:%b %d %H:%M:%S}"
        written.append((at, f"{stamp} synthetic-phone-{number} {1000 + index:04d} {level} {stamp}.{number:06d} {text}"))
    return written


def likely(phone: Phone) -> list[tuple[str, str]]:
    return sorted((each.rule.name, each.verdict) for each in phone.diagnoses if each.verdict != "unlikely")


def diagnosed(path: Path, lines: list[str]) -> dict[str, list[tuple[str, str]]]:
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return {phone.id: likely(phone) for phone in lp.diagnose(lp.read_trace(str(path), year=2021)).phones}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, str]]]:
    path = tmp_path_factory.mktemp("alone") / "trace.log"
    found: dict[str, list[tuple[str, str]]] = {}
    for number in range(PHONES):
        found |= diagnosed(path, [line for _, line in lines_of(number)])
    return found


def bundle(seed: int, lost: float) -> tuple[list[str], dict[str, int]]:
    """The lines of all phones, each within 5 seconds of its position, and how many of each phone are omitted."""
    chance = random.Random(seed)
    every = [
        (at + timedelta(seconds=chance.uniform(0, 5)), number, line)
        for number in range(PHONES)
        for at, line in lines_of(number)
    ]
    missing = {f"synthetic-phone-{number}": 0 for number in range(PHONES)}
    remaining = []
    for _, number, line in sorted(every):
        if chance.random() < lost:
            missing[f"synthetic-phone-{number}"] += 1
        else:
            remaining.append(line)
    return remaining, missing


def test_phones_in_one_file_and_out_of_order_have_the_diagnoses_of_their_own_logs(
    alone: dict[str, list[tuple[str, str]]], tmp_path: Path
) -> None:
    lines, _ = bundle(1, lost=0)
    assert diagnosed(tmp_path / "bundle.log", lines) == alone
    assert len({str(each) for each in alone.values()}) > 2


@pytest.mark.parametrize("seed", [2, 3])
def test_a_phone_has_the_diagnosis_of_its_own_log_or_its_lines_are_reported_lost(
    seed: int, alone: dict[str, list[tuple[str, str]]], tmp_path: Path
) -> None:
    lines, missing = bundle(seed, lost=0.03)
    found = diagnosed(tmp_path / "bundle.log", lines)
    assert found.keys() == alone.keys()
    for name, diagnoses in found.items():
        is_reported = any(rule == "trace-lines-lost" for rule, _ in diagnoses)
        others = [each for each in diagnoses if each[0] != "trace-lines-lost"]
        assert is_reported or others == alone[name], name
        # Lines at the very end of a phone's trace leave no gap.
        assert not is_reported or missing[name], name
    assert sum(any(rule == "trace-lines-lost" for rule, _ in each) for each in found.values()) > PHONES / 2
