"""Lines of programs that people confuse with phones are recognized, and lines of phones are not."""

import tomllib
from pathlib import Path

import pytest
from support.paths import CORPUS, FIXTURES

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.grammar.regex_linearity import regex_facts
from lyncphone_logs.syslog.foreign import PROGRAMS, Program, program_of
from lyncphone_logs.syslog.unwrap import unwrap

STEMS = {
    "asterisk": "Asterisk",
    "freeswitch": "FreeSWITCH",
    "kamailio": "Kamailio",
    "opensips": "OpenSIPS",
    "pjsip": "pjsip",
    "nginx": "a web server (nginx, Apache)",
    "tftpd": "a TFTP server",
    "linux-daemons": "Linux daemons",
    "linux-kernel": "Linux daemons",
    "logcat": "Android (logcat)",
    "lync-server": "Lync or Skype for Business Server (OCSLogger, CLS)",
    "lync-client": "the Lync or Skype for Business client",
    "windows-events": "the Windows event log",
    "3cx": "3CX",
    "cisco-ios": "Cisco IOS (voice gateway)",
    "pidgin": "Pidgin",
    "c-program": "",
}
"""The program whose lines each file of fixtures/foreign contains."""
FIELD = {
    "020": "OpenSIPS",
    "022": "Kamailio",
    "023": "Android (logcat)",
    "025": "Pidgin",
    "026": "a web server (nginx, Apache)",
    "029": "Asterisk",
    "030": "pjsip",
    "042": "a TFTP server",
}
"""The program whose real lines a file of the corpus contains."""


DAEMONS = "Linux daemons"
"""Phones run Linux, too: only lines that no grammar reads are lines of another computer."""
ANDROID = "Android (logcat)"
"""Desk phones run Android, too: the same holds for its log."""


def program(line: str) -> str:
    found = unwrap(line)
    return program_of(found.text, found.framed.app_name)


def lines_of(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def test_each_file_of_foreign_lines_has_a_program() -> None:
    assert {path.stem for path in (FIXTURES / "foreign").glob("*.log")} == STEMS.keys()
    assert {each.name for each in PROGRAMS} == set(STEMS.values()) - {""}


@pytest.mark.parametrize(("stem", "name"), STEMS.items())
def test_each_foreign_line_is_recognized(stem: str, name: str) -> None:
    lines = lines_of(FIXTURES / "foreign" / f"{stem}.log")
    assert [line for line in lines if program(line) not in ({name} if name else {"", DAEMONS})] == []


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus of real lines")
@pytest.mark.parametrize(("number", "name"), FIELD.items())
def test_most_real_foreign_lines_are_recognized(number: str, name: str) -> None:
    lines = lines_of(CORPUS / "field" / f"{number}.log")
    assert {program(line) for line in lines} <= {name, ""}
    assert sum(program(line) == name for line in lines) >= 0.8 * len(lines)


def test_no_line_of_a_phone_is_one_of_these_programs() -> None:
    samples = [sample.line for grammar in read_catalog().grammars for sample in grammar.samples]
    assert len(samples) > 100
    assert {line: program(line) for line in samples if program(line) not in ("", DAEMONS, ANDROID)} == {}


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus of real lines")
def test_no_real_trace_of_a_phone_looks_like_one_of_these_programs() -> None:
    for path in sorted(CORPUS.rglob("*.toml")):
        measured = tomllib.loads(path.read_text(encoding="utf-8")).get("measured", {})
        log = path.with_suffix(".log")
        if not log.exists() or 2 * measured.get("events_read", 0) < measured.get("events", 1):
            continue
        lines = [line for line in log.read_text(encoding="utf-8", errors="replace").split("\n") if line.strip()]
        foreign = [line for line in lines if program(line)]
        assert 10 * len(foreign) < len(lines), f"{path.stem}: {foreign[:3]}"


@pytest.mark.parametrize("each", PROGRAMS, ids=lambda each: each.name)
def test_each_pattern_takes_linear_time_and_has_a_source(each: Program) -> None:
    regex_facts(each.pattern, 0)
    assert each.source
