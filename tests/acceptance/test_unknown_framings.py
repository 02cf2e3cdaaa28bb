"""A phone's lines read the same whatever a collector writes before them; a line that quotes a phone claims none."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.collector_prefixes import BARE, START, CollectorPrefix, prefixes, some_prefixes
from support.paths import CORPUS, FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.catalog import grammars_folder, read_catalog
from lyncphone_logs.grammar.grammar import reader_of
from lyncphone_logs.parsing.unknown_framing import find_header
from lyncphone_logs.syslog.damage import repair
from lyncphone_logs.syslog.framing import SyslogPrefix
from lyncphone_logs.syslog.unwrap import unwrap

GRAMMARS = read_catalog().grammars
STORIES = {
    "audiocodes_400hd": "signed-in", "audiocodes_sbc": "starts-without-ntp", "cisco": "registers-after-download",
    "grandstream": "registration-refused", "polycom_ucs": "option-43-unusable", "snom": "registrar-silent",
    "spectralink": "access-point-refuses", "yealink": "root-certificate-unknown",
}  # fmt: skip
KNOWN = "Jul {:02} {:%H:%M:%S} known-phone "
OWN = "voip_task[440]: CERT     : ERR  - {acl_user_tls_server_validation():653} server cert is invalid. ctx->error=7."


@cache
def lines_of(grammar: str) -> tuple[str, ...]:
    """The phone's own lines of a complete trace that a grammar reads."""
    text = (FIXTURES / grammar / STORIES[grammar] / "trace.log").read_text(encoding="utf-8")
    own = (unwrap(line).text for line in text.rstrip("\n").split("\n"))
    return tuple(line for line in own if reader_of(line, GRAMMARS))


def read(path: Path, lines: list[str]) -> tuple[list[lp.Event], str]:
    """The events of lines, and the code of the first diagnosis."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = lp.diagnose(str(path), year=2013)
    codes = [each.rule.code for phone in report.phones for each in phone.diagnoses]
    return list(lp.read_trace(str(path), year=2013).events()), (codes or [""])[0]


def essence(event: lp.Event) -> tuple[Any, ...]:
    """What must not depend on the framing."""
    names = (
        "kind",
        "fields",
        "grammar",
        "component",
        "level",
        "function",
        "source_line",
        "message",
        "count",
        "sequence",
    )
    return (*(getattr(event, name) for name in names), event.app_name, event.procid)


@cache
def expected(grammar: str, folder: Path) -> tuple[list[tuple[Any, ...]], str]:
    lines = [
        KNOWN.format(START.day, START + timedelta(seconds=second)) + line
        for second, line in enumerate(lines_of(grammar))
    ]
    events, code = read(folder / f"{grammar}.log", lines)
    return [essence(event) for event in events], code


def check(prefix: CollectorPrefix, grammar: str, folder: Path, path: Path) -> None:
    events, code = read(path, [prefix.before(line, second) for second, line in enumerate(lines_of(grammar))])
    assert ([essence(event) for event in events], code) == expected(grammar, folder)
    fraction = timedelta(milliseconds=250 if prefix.has_fraction else 0)
    own_clock = [event.received is not None for event in events]
    times = [event.received or event.time for event in events]
    assert times == [START + timedelta(seconds=second) + fraction for second in range(len(events))] or all(own_clock)
    names_itself = grammar in ("snom", "spectralink", "grandstream")
    assert names_itself or {event.hostname for event in events} == {prefix.host.strip("[]")}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("expected")


@pytest.mark.parametrize("prefix", prefixes(), ids=lambda each: f"{each.stamp}/{each.head}/{each.host}")
def test_a_trace_reads_the_same_after_any_prefix(prefix: CollectorPrefix, folder: Path, tmp_path: Path) -> None:
    check(prefix, "audiocodes_400hd", folder, tmp_path / "x.log")


@pytest.mark.parametrize("grammar", STORIES)
def test_every_family_reads_the_same_after_any_prefix(grammar: str, folder: Path, tmp_path: Path) -> None:
    for number, prefix in enumerate(some_prefixes(12, len(grammar))):
        check(prefix, grammar, folder, tmp_path / f"{number}.log")


@pytest.mark.parametrize("bare", BARE)
@pytest.mark.parametrize("grammar", STORIES)
def test_a_distinctive_header_is_found_without_a_stamp(grammar: str, bare: str) -> None:
    read_lines = [(line, find_header(repair(bare + line)[0], SyslogPrefix(), GRAMMARS)) for line in lines_of(grammar)]
    own = [line for line in lines_of(grammar) if find_header(f"\u00a4 {line}", SyslogPrefix(), GRAMMARS)]
    assert own
    assert [line for line, found in read_lines if line in own and not (found and found.text == line)] == []


FOREIGN = (
    "020", "022", "023", "025", "026", "027", "028", "029", "030", "031", "033", "036", "037", "039", "042",
)  # fmt: skip
"""Excerpts of programs that are no phones."""
QUOTING = [
    "[2026-11-29 10:00:00] NOTICE[123]: chan_sip.c:24 handle: {}",
    "[Nov 29 10:00:00] WARNING[99][C-0001]: app.c:1 x: Unknown line '{}'",
    "Nov 29 10:00:00 proxy kamailio[12]: INFO: <script>: got {}",
    "2026-11-29 10:00:00 proxy kamailio[12]: INFO: <script>: got {}",
    "2026-11-29 10:00:00 INFO graylog: could not parse message '{}'",
    "Nov 29 10:00:00 collector rsyslogd: message too long: {}",
    "Nov 29 10:00:00 collector syslog-ng[8]: Error parsing; input='{}'",
    "Nov 29 10:00:00 collector myapp[77]: {}",
    "Nov 29 10:00:00 collector myapp: {}",
    "2026-11-29 10:00:00 collector myapp[77]: {}",
    'fluentd: pattern not match: "{}"',
    '2026-11-29 10:00:00 +0000 [warn]: #0 pattern not matched: "{}"',
    'time="2026-11-29T10:00:00Z" level=error msg="cannot parse line: {}"',
    "2026-11-29 10:00:00 [ERROR] parser.py:12: {}",
    "2026-11-29 10:00:00,123 - parser - ERROR - cannot parse: {}",
    "2026-11-02 10:00:00.123456 [WARNING] sofia_reg.c:1798 SIP {}",
    "10:00:00.983            pjsua_acc.c  ..got {}",
    "could not parse line: {}",
    "He wrote: {}",
]


@pytest.mark.parametrize("quoting", QUOTING)
@pytest.mark.parametrize("grammar", STORIES)
def test_a_line_that_quotes_a_phone_claims_none(grammar: str, quoting: str) -> None:
    known = (unwrap(quoting.format(line)) for line in lines_of(grammar))
    found = [
        find_header(repair(quoting.format(line))[0], each.framed, GRAMMARS)
        for line, each in zip(lines_of(grammar), known, strict=True)
    ]
    assert [each.text for each in found if each and reader_of(each.text, GRAMMARS)] == []


def test_the_report_counts_lines_with_an_unknown_framing(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text(f"a/b.log:12:{OWN}\nphones.log:{OWN}\n{OWN}\nJul  9 2013 10:00:00 host sshd[3]: text\n")
    report = lp.diagnose(str(path))
    assert [note for note in report.notes if "framing" in note] == [
        f"{path}: 2 lines: framing unknown, header found after up to 11 characters"
    ]


def test_nothing_of_a_line_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text(f"160 <187>2013-07-09 10:00:00 site/phone {OWN}\n")
    (event,) = lp.read_trace(str(path)).events()
    assert (event.framing, event.prefix) == ("unknown", "160 <187>2013-07-09 10:00:00 site/phone ")
    assert (event.hostname, event.facility, event.severity) == ("site/phone", "local7", "err")
    assert event.text == event.prefix + OWN
    assert list(lp.read_trace(str(path)).to_frame("all")["prefix"]) == [event.prefix]


@pytest.mark.parametrize(
    ("line", "host", "program", "process"),
    [
        ("<38>Sep 22 10:11:56 Message forwarded from cdaix66: sshd[679960]: Accepted", "cdaix66", "sshd", "679960"),
        ("<190>Apr 15 2007 21:28:13: %PIX-6-302014: Teardown", None, "%PIX-6-302014", None),
        ("<189>29: foo: *Apr 29 13:58:40.411: %SYS-5-CONFIG_I: Configured", "foo", "%SYS-5-CONFIG_I", None),
        ("<167>Mar 7 2008 19:06:53: example tag: testmessage", "example", "tag", None),
        ("<166>2022-02-16T15:31:53Z na-zy : %FTD-6-305012: Teardown", "na-zy", "%FTD-6-305012", None),
        ("<0>Jan 10 01:00:00 0002:: prg0: msgtxt", "0002::", "prg0", None),
        ("Jul  9 10:00:00 host prog[12]: text", "host", "prog", "12"),
        ("1 2020-05-22T14:59:09.250-03:00 OX ctx:rpd 6589 - - text", "OX", "ctx:rpd", "6589"),
        ("Jul  9 10:00:00 host no tag here", "host", None, None),
        ("tag: without a framing", None, None, None),
    ],
)
def test_a_line_that_no_grammar_reads_has_host_and_tag(
    line: str, host: str | None, program: str | None, process: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "x.log"
    path.write_text(f"{line}\n")
    (event,) = lp.read_trace(str(path), year=2026).events()
    assert (event.kind, event.hostname, event.app_name, event.procid) == ("unparsed", host, program, process)


@pytest.mark.parametrize(
    ("distinctive", "reason"),
    [("pp.Regex('gs[0-9]+:')", "unbounded repetition"), ("pp.Regex('[a-z]{1,4}[0-9]')", "has no literal")],
)
def test_a_distinctive_header_is_bounded_and_has_a_literal(distinctive: str, reason: str, tmp_path: Path) -> None:
    text = (grammars_folder() / "spectralink.py").read_text(encoding="utf-8")
    (tmp_path / "other.py").write_text(f"{text}\ndistinctive = {distinctive}\n", encoding="utf-8")
    (problem,) = read_catalog(grammars=str(tmp_path)).problems
    assert reason in str(problem)


@pytest.mark.skipif(not (CORPUS / "field").is_dir(), reason="the excerpts are outside the repository")
@pytest.mark.parametrize("number", FOREIGN)
def test_no_line_of_a_real_foreign_log_is_claimed(number: str) -> None:
    events = lp.read_trace(str(CORPUS / "field" / f"{number}.log")).events()
    assert [event.text for event in events if event.grammar] == []
