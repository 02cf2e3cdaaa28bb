"""`rules new`: a draft of marked lines loads, passes lint and its own samples, and claims nothing that is not there."""

import tomllib
from pathlib import Path

import pytest
from support.paths import FIXTURES
from support.small_rules import event

import lyncphone_logs
from lyncphone_logs.authoring.draft import draft, line_numbers
from lyncphone_logs.authoring.lint import lint
from lyncphone_logs.authoring.rule_samples import check_rule
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import run
from lyncphone_logs.errors import InputError, RuleError
from lyncphone_logs.events.event import MESSAGE, UNPARSED
from lyncphone_logs.rules.loader import read_rule
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.validation import validate

REJECTED_LINE = "CERT     : ERR  - {acl_user_tls_server_validation():653} server cert is invalid. ctx->error=7."
LINES = f"""daemon.info udhcpc[210]: Sending discover...
local7.err voip_task[440]: {REJECTED_LINE}
nothing that any grammar reads "quoted" \\ here
local7.info voip_task[440]: SIP      : INFO - SIP/2.0 403 Forbidden CSeq: 2 REGISTER
"""


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "trace.log"
    path.write_text(LINES, encoding="utf-8")
    return path


def test_a_draft_loads_and_shows_its_own_symptom(trace: Path, tmp_path: Path) -> None:
    target = tmp_path / "tls-server-certificate-rejected.toml"
    assert run(["rules", "new", "ZZZ001", "--from", str(trace), "--lines", "1-3,4", "-o", str(target)]) == 0
    rule = read_rule(target)
    assert (rule.code, rule.explains[0].where) == ("ZZZ001", {"verify_code": 7})
    assert [clause.kinds for clause in rule.clause] == [("dhcp.discover.sent",), ("sip.register.failed",)]
    assert list(check_rule(rule, [rule], read_catalog().grammars)) == []


@pytest.mark.parametrize("lines", ["1", "2", "4", "1,2", "1-3,4"])
def test_a_draft_passes_lint_and_its_samples_next_to_the_built_in_rules(
    lines: str, trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "rules" / "my-own-rule.toml"
    target.parent.mkdir()
    assert run(["rules", "new", "ZZZ001", "--from", str(trace), "--lines", lines, "-o", str(target)]) == 0
    lint, test = (run(["rules", each, "ZZZ001", "--rules", str(target.parent)]) for each in ("lint", "test"))
    assert (lint, test) == (0, 0), capsys.readouterr().out
    assert read_rule(target).name == "my-own-rule"


# A message that is cut over datagrams cannot be drafted from one of its lines.
DRAFTABLE = [path for path in sorted(FIXTURES.glob("*/*/trace.log")) if path.parent.name != "refused-in-datagrams-cut"]


@pytest.mark.parametrize("path", DRAFTABLE[::6], ids=lambda path: path.parent.name)
@pytest.mark.sampled(3)
def test_the_drafts_of_the_first_events_of_a_trace_pass_lint(path: Path, tmp_path: Path) -> None:
    catalog = read_catalog()
    events = list(lyncphone_logs.read_trace(path).events())
    known = [each for each in events if each.kind not in (MESSAGE, UNPARSED) and not each.derived]
    for each in known[:3]:
        target = tmp_path / "some-rule.toml"
        target.write_text(draft("ZZZ001", events, [each.line or 0], catalog.grammars, "some-rule"), encoding="utf-8")
        drafted = read_rule(target)
        assert [str(found) for found in lint([(target, drafted)], [*catalog.rules, drafted], catalog.grammars)] == []


def test_the_samples_of_a_draft_are_the_lines_and_the_lines_without_a_piece(trace: Path) -> None:
    catalog = read_catalog()
    events = list(lyncphone_logs.read_trace(trace).events())
    drafted = validate(Rule, tomllib.loads(draft("ZZZ001", events, [2, 4], catalog.grammars)))
    says = [(sample.kind, sample.says) for sample in drafted.sample]
    assert says[:3] == [
        ("positive", "the marked lines"),
        ("positive", "the symptom alone"),
        ("positive", "the symptom twice"),
    ]
    assert ("near_miss", "without the symptom") in says
    assert ("near_miss", "another verify code") in says
    assert ("negative", "another line of the trace, dhcp.discover.sent") in says
    assert {clause.signature for clause in drafted.clause} | {drafted.explains[0].signature} == {"seen"}
    assert [sample.origin for sample in drafted.sample if sample.says == "another verify code"] == ["synthetic"]


def test_a_notice_of_repetition_is_shown_with_the_line_before_it(tmp_path: Path) -> None:
    path = tmp_path / "trace.log"
    path.write_text(
        f"local7.err voip_task[440]: {REJECTED_LINE}\nlocal7.err last message repeated 2 times\n", encoding="utf-8"
    )
    events = list(lyncphone_logs.read_trace(path).events())
    drafted = validate(Rule, tomllib.loads(draft("ZZZ001", events, [2], read_catalog().grammars)))
    assert drafted.sample[0].says == "the symptom with the line before it twice"


@pytest.mark.parametrize("name", ["rule.toml", "My-Rule.toml", "my-rule.txt", "my-rule"])
def test_a_file_from_which_no_rule_can_be_loaded_is_refused(name: str, trace: Path, tmp_path: Path) -> None:
    target = tmp_path / name
    assert run(["rules", "new", "ZZZ001", "--from", str(trace), "--lines", "2", "-o", str(target)]) == 2
    assert not target.exists()


def test_without_a_file_the_rule_has_the_name_of_its_symptom(trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "new", "ZZZ001", "--from", str(trace), "--lines", "2"]) == 0
    assert 'name = "tls-server-certificate-rejected"' in capsys.readouterr().out


@pytest.mark.parametrize(("text", "numbers"), [("12,15-17", [12, 15, 16, 17]), (" 3 , 1-2,2", [1, 2, 3])])
def test_line_numbers(text: str, numbers: list[int]) -> None:
    assert line_numbers(text) == numbers


@pytest.mark.parametrize("text", ["", "a", "0", "3-1", "1-99999", "1,,2", "-5"])
def test_what_names_no_lines_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="invalid line numbers"):
        line_numbers(text)


def test_lines_that_say_nothing_make_no_rule(trace: Path) -> None:
    events = list(lyncphone_logs.read_trace(trace).events())
    with pytest.raises(InputError, match="no marked line has an event"):
        draft("ZZZ001", events, [3], ())
    with pytest.raises(InputError, match="no marked line has an event"):
        draft("ZZZ001", events, [99], ())
    with pytest.raises(RuleError, match="invalid rule code"):
        draft("zzz", events, [2], ())
    with pytest.raises(RuleError, match="invalid rule name"):
        draft("ZZZ001", events, [2], (), "rule")


@pytest.mark.parametrize("text", ['"\x7f\x00\t', "\udc80 lone", "back\\slash", "]]] '''", "ü – “"])
def test_any_text_of_a_line_can_be_a_sample(text: str, tmp_path: Path) -> None:
    line = f"local7.err voip_task[440]: CERT     : ERR  - {text} ctx->error=7."
    symptom = event("tls.server_certificate.rejected", verify_code=7)._replace(text=line)
    path = tmp_path / "tls-server-certificate-rejected.toml"
    path.write_text(draft("ZZZ001", [symptom], [1], read_catalog().grammars), encoding="utf-8")
    assert read_rule(path).sample[0].lines[0] == line.replace("\udc80", "?")
