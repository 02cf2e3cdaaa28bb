"""Searching first: skipped lines change no verdict, and what depends on them is reported as undecided."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.made_traces import made_trace

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.findings import Diagnosis, Phone
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing import reader
from lyncphone_logs.parsing.literal_search import LiteralHit, Search, select
from lyncphone_logs.reports.report import Report
from lyncphone_logs.sources.window import Window, decode
from lyncphone_logs.syslog.damage import repair
from lyncphone_logs.syslog.unwrap import unwrap
from lyncphone_logs.trace import read_plan

WANTED = "voip_task[440]: CERT : ERR - {acl_user_tls_server_validation():653} server cert is invalid. ctx->error=7."
GRAMMARS = read_catalog().grammars


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reader, "SEARCHED", 700)
    return tmp_path / "trace.log"


def has_joined_lines(log: Path) -> bool:
    """Whether lines continue others, or are counted: none is skipped then."""
    names = {event.grammar for event in lp.read_trace(log, year=2013).events()}
    return any(grammar.multiline for grammar in GRAMMARS if grammar.name in names)


def both(log: Path) -> tuple[Report, Report]:
    full, searched = (lp.diagnose(lp.read_trace(log, year=2013, full=way)) for way in (True, False))
    assert full.inputs[0].account.passed_over_bytes == 0
    assert searched.inputs[0].account.passed_over_bytes > 0 or has_joined_lines(log)
    assert full.inputs[0].account.total == searched.inputs[0].account.total == log.stat().st_size
    assert (full.inputs[0].lines, full.inputs[0].sha256) == (searched.inputs[0].lines, searched.inputs[0].sha256)
    return full, searched


def undecided(diagnosis: Diagnosis) -> set[str]:
    return {term.clause for term in diagnosis.terms if "run with --full" in term.reason}


def said(diagnosis: Diagnosis, open_clauses: set[str]) -> tuple[object, ...]:
    # A jump of the clock between skipped lines is not seen, so a window of time may contain other events.
    windowed = {clause.id for clause in diagnosis.rule.clause if clause.within}
    unsure = open_clauses | windowed
    seen = [each for each in diagnosis.evidence if each.clause not in unsure and not each.event.derived]
    lines = {(each.event.line, each.clause) for each in seen}
    return diagnosis.count, diagnosis.first_seen, diagnosis.last_seen, diagnosis.symptoms, lines


def explained_by_lines(diagnosis: Diagnosis) -> bool:
    return not any(each.event.derived for each in diagnosis.evidence if each.clause == "explains")


def compare(full: Phone, searched: Phone) -> int:
    open_rules = {each.rule.code for each in searched.not_checkable}
    found = {each.rule.code: each for each in searched.diagnoses}
    for diagnosis in full.diagnoses:
        code = diagnosis.rule.code
        if code not in found:
            assert code in open_rules
        elif explained_by_lines(diagnosis):
            left_open = undecided(found[code])
            assert said(diagnosis, left_open) == said(found[code], left_open)
            others = {name for each in (diagnosis, *searched.diagnoses) for name in undecided(each)}
            assert others or (diagnosis.verdict, diagnosis.confidence) == (found[code].verdict, found[code].confidence)
    assert found.keys() <= {each.rule.code for each in full.diagnoses}
    assert {each.rule.code for each in searched.ruled_out} <= {each.rule.code for each in full.ruled_out} | open_rules
    assert {each.code for each in searched.not_shown} <= {each.code for each in full.not_shown}
    return len(found)


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 4])
def test_a_diagnosis_with_skipped_lines_agrees_or_is_undecided(
    times: int, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "ALONE", times)
    compared = 0
    for seed in range(60):
        log.write_bytes(made_trace(seed))
        full, searched = both(log)
        phones = {phone.id: phone for phone in full.phones}
        compared += sum(compare(phones[phone.id], phone) for phone in searched.phones)
    assert compared > 100


def test_skipped_lines_are_reported_and_not_treated_as_healthy(log: Path) -> None:
    log.write_bytes(b"voip_task[440]: CC       : INFO - key 1 was pressed\n" * 100)
    full, searched = both(log)
    assert [each.rule.name for each in full.phones[0].diagnoses] == ["trace-uninformative"]
    (phone,) = searched.phones
    assert (phone.diagnoses, phone.not_shown) == ((), ())
    assert all("with --full" in each.how_to_capture for each in phone.not_checkable)
    assert any("were skipped" in note for note in searched.notes)


def test_a_notice_counts_the_line_before_it_if_others_were_skipped(log: Path) -> None:
    noise = "voip_task[440]: CC       : INFO - key 1 was pressed"
    repeated = "last message repeated 5 times"
    lines = [noise] * 30 + [WANTED, "???", repeated] + [noise] * 20 + [repeated] + [noise] * 20 + [WANTED, repeated]
    log.write_text("\n".join(lines), encoding="utf-8")
    full, searched = both(log)
    assert full.phones[0].diagnoses[0].count == searched.phones[0].diagnoses[0].count == 12


def test_without_hyperscan_every_line_is_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write_bytes(made_trace(1))
    full, _ = both(log)
    monkeypatch.setattr(read_plan, "is_available", lambda: False)
    without = lp.diagnose(lp.read_trace(log, year=2013, full=False))
    assert without.to_json() == full.to_json()


@pytest.mark.parametrize(("size", "passes_over"), [(-1, False), (1, True)])
def test_the_size_of_the_trace_decides_unless_an_option_does(
    log: Path, monkeypatch: pytest.MonkeyPatch, size: int, passes_over: bool
) -> None:
    seed = 0
    while not log.exists() or has_joined_lines(log):
        log.write_bytes(made_trace(seed))
        seed += 1
    monkeypatch.setattr(read_plan, "MAX_FULL_BYTES", log.stat().st_size - size)
    report = lp.diagnose(lp.read_trace(log, year=2013))
    assert (report.inputs[0].account.passed_over_bytes > 0) == passes_over
    assert lp.diagnose(lp.read_trace(log, full=True)).inputs[0].account.passed_over_bytes == 0


PIECES = [
    b"\xe2\x80\x93", b"\xe2\x88\x92", b"\xe2", b"\x80", b"\x93", b"\xa0", b"\xc2\xa0", b"&lt;", b"&#160;", b"&", b"lt;",
    b"a", b" ", b"ctx->error", b"\xe2\x80", b"\xef\xbb\xbf", b"\x96", b"&amp;lt;", b"\xff", b"\r",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join) | st.binary(max_size=12))
@example(b"\xe2")
@example(b"\xe2\x80")
def test_a_line_that_repair_or_another_encoding_changes_is_found(line: bytes) -> None:
    content = line.replace(b"\n", b"")
    text, decoded = decode(content)
    changed = repair(text)[0] != text or "cp1252" in decoded
    for data in (content + b"\n", content, b"before\n" + content + b"\nbehind\n"):
        found = [data[each.start : each.stop].rstrip(b"\n") for each in SEARCH.lines(data)]
        if changed or b"ctx->error" in content:
            assert content in found
        if content.isascii() and b"&" not in content:
            assert found == [content] * (b"ctx->error" in content)


SEARCH = Search(GRAMMARS, {"tls.server_certificate.rejected"})


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: str(grammar.name))
def test_every_sample_of_a_known_kind_is_found_with_its_kind(grammar: Grammar) -> None:
    search = Search(GRAMMARS)
    for sample in grammar.samples:
        text = unwrap(sample.line).text
        reading = grammar.read(text)
        if reading and sample.kind != "log.message" and not repair(sample.line)[1]:
            (found,) = search.lines(sample.line.encode())
            numbers = search.messages(found.literals, grammar.name)
            assert sample.kind in {grammar.messages[number][0] for number in numbers}
            assert grammar.read_message(reading.header["message"], numbers)[0] == sample.kind


def test_every_kind_has_literals_to_search_for() -> None:
    messages = [(grammar.name, *message) for grammar in GRAMMARS for message in grammar.messages]
    assert [(name, kind) for name, kind, expression in messages if not expression.literals] == []
    literals = {text for _, _, expression in messages for text in expression.literals}
    assert [text for text in sorted(literals) if not re.search(r"\S{2}", text)] == []


def test_indented_lines_that_all_have_literals_are_selected_once() -> None:
    # Scanning the lines that follow from each of them would take minutes.
    line = b" ctx->error\n"
    data = b"first\n" + line * 60_000
    hits = [LiteralHit(start, start + len(line)) for start in range(len(b"first\n"), len(data), len(line))]
    selection = select(Window(2, 100, data), hits, lambda _: True, continues=False)
    assert selection is not None
    assert selection.window.data == data[len(b"first\n") :]
    assert (selection.reaches_end, selection.skipped_bytes) == (True, len(b"first\n"))
    assert selection.positions[0] == (3, 106)
