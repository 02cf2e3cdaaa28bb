"""The measurements are valid: generated traces contain what they claim, and all patterns parse them alike."""

import io
import re
from collections import Counter
from pathlib import Path

import pytest
from contestants import Contestant
from generate import FRAMINGS, YEAR, Request, Truth, write
from line_pattern import BY_HAND, FIELDS, expression
from measure import Command, Usage
from packs import write_pack
from promises import PROMISES
from pumped import SHAPES, SIZES, pumps, text_of
from results import Results
from trace_lines import LITERALS

import lyncphone_logs
from lyncphone_logs.events.event import UNPARSED
from lyncphone_logs.grammar.compiler import compile_expression


def generated(request: Request) -> tuple[bytes, Truth]:
    stream = io.BytesIO()
    truth = write(request, stream)
    return stream.getvalue(), truth


def events_of(request: Request, folder: Path) -> tuple[list[lyncphone_logs.Event], Truth]:
    data, truth = generated(request)
    path = folder / "trace.log"
    path.write_bytes(data)
    return list(lyncphone_logs.read_trace(path, year=YEAR).events()), truth


def test_equal_requests_give_identical_bytes_and_another_seed_gives_others() -> None:
    first, again, other = (generated(Request(3_000, seed=seed))[0] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_counts_are_those_of_the_bytes() -> None:
    data, truth = generated(Request(5_000))
    lines = data.decode().split("\n")
    assert lines.pop() == ""
    assert (len(data), len(lines)) == (truth.bytes, truth.lines)
    assert truth.lines == 5_000 == truth.headers + truth.foreign + truth.continuations
    assert truth.headers == sum(re.match(BY_HAND, line) is not None for line in lines)
    assert truth.continuations == sum(line.startswith(" ") for line in lines)
    assert truth.listed == sum(any(text in line for text in LITERALS) for line in lines)
    assert truth.foreign / truth.lines == pytest.approx(0.08, abs=0.02)
    assert truth.concerning / truth.lines == pytest.approx(0.02, abs=0.008)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_every_framing_is_read_and_every_planted_fault_is_found(framing: str, tmp_path: Path) -> None:
    events, truth = events_of(Request(1_000, framing=framing, share=0.1), tmp_path)
    kinds = Counter(event.kind for event in events)
    assert kinds[UNPARSED] == truth.foreign
    assert kinds.total() - kinds[UNPARSED] == truth.headers
    assert {kind: kinds[kind] for kind in truth.kinds} == truth.kinds
    assert len(truth.kinds) >= 8
    assert {event.framing for event in events if event.kind != UNPARSED} != {"none"}


def test_phones_write_interleaved_and_each_boots_as_often_as_requested(tmp_path: Path) -> None:
    request = Request(900, phones=3, boots=2)
    events, truth = events_of(request, tmp_path)
    started = Counter(event.hostname for event in events if event.kind == "device.started")
    assert started == dict.fromkeys(request.hosts, 2)
    assert truth.kinds["device.started"] == 6
    times = [event.time for event in events if event.time]
    assert times == sorted(times)
    assert len(set(times)) > 100


def test_rules_of_a_pack_and_built_in_rules_find_the_planted_faults(tmp_path: Path) -> None:
    data, truth = generated(Request(1_000, share=0.3))
    trace, pack = tmp_path / "trace.log", tmp_path / "pack"
    trace.write_bytes(data)
    write_pack(10, pack)
    read = lyncphone_logs.read_trace(trace, year=YEAR, rules=str(pack / "rules"), grammars=str(pack / "grammars"))
    report = lyncphone_logs.diagnose(read)
    written = {path.stem for path in (pack / "rules").iterdir()}
    planted = {rule for rule in truth.rules if rule in written or not rule.startswith("measured-rule-")}
    found = {each.rule.name for phone in report.phones for each in phone.diagnoses}
    assert report.problems == ()
    assert len(planted & written) > 5
    assert {"root-certificate-missing", "signature-algorithm-unsupported"} < planted <= found


def test_the_hand_written_and_the_compiled_pattern_read_the_same_fields() -> None:
    compiled, by_hand = compile_expression(expression()), re.compile(BY_HAND)
    lines = generated(Request(1_000, share=0.2))[0].decode().split("\n")
    matched = 0
    for line in lines:
        found, spans = by_hand.match(line), compiled.match(line)
        assert (found is None) == (spans is None)
        if found and spans and " started: " not in line:
            matched += 1
            assert {name: line[start:end] for name, (start, end) in spans.items()} == {
                name: text for name, text in found.groupdict().items() if text is not None
            }
    assert matched > 750
    assert tuple(by_hand.groupindex) == FIELDS


def test_every_pumped_shape_can_be_compiled_and_its_texts_have_their_sizes() -> None:
    for name, element, pump in SHAPES:
        assert compile_expression(element).pattern.fullmatch(text_of(pump, 100)) is None, name
        assert [round(len(text_of(pump, size)), -3) for size in SIZES] == [*SIZES], name


def test_there_are_at_least_twenty_shapes_and_samples_are_pumped_at_several_positions() -> None:
    assert len({shape[0] for shape in SHAPES}) == len(SHAPES) >= 20
    assert len({before for before, _, _ in pumps("server cert is invalid. ctx->error=7.")}) >= 8


def test_a_target_is_met_or_missed_or_was_not_measured() -> None:
    slow, fast = (Usage(wall, wall, 1.0, "") for wall in (4.0, 1.0))
    contestant = Contestant("x", Command(["x"]), 100, 1, len)
    results = Results(Truth(lines=100), 1, {"full": contestant, "full-2": contestant}, {"full": slow, "full-2": fast})
    rows = {promise.says: promise.row(results)[2:] for promise in PROMISES}
    assert rows["`diagnose --full`, two cores / one, speed"] == ["4", "met"]
    assert rows["`--help`, s"] == ["not measured", ""]
    results.usages = {"full": fast, "full-2": slow}
    assert next(p for p in PROMISES if "two cores" in p.says).row(results)[2:] == ["0.25", "**missed**"]
