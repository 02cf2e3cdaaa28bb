"""`rules new`: a draft of marked lines loads as it is, and shows its own symptom."""

from pathlib import Path

import pytest
from support.small_rules import event

import lyncphone_logs
from lyncphone_logs.authoring.draft import draft, line_numbers
from lyncphone_logs.authoring.rule_samples import check_rule
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import run
from lyncphone_logs.errors import InputError, RuleError
from lyncphone_logs.rules.loader import read_rule

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


def test_what_the_draft_lacks_is_told_by_lint(trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "rules" / "tls-server-certificate-rejected.toml"
    target.parent.mkdir()
    run(["rules", "new", "ZZZ001", "--from", str(trace), "--lines", "2", "-o", str(target)])
    assert run(["rules", "lint", "ZZZ001", "--rules", str(target.parent)]) == 1
    assert "1 positive samples, at least 3 required" in capsys.readouterr().out


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
        draft("ZZZ001", events, [3])
    with pytest.raises(InputError, match="no marked line has an event"):
        draft("ZZZ001", events, [99])
    with pytest.raises(RuleError, match="invalid rule code"):
        draft("zzz", events, [2])


@pytest.mark.parametrize("text", ['"\x7f\x00\t', "\udc80 lone", "back\\slash", "]]] '''", "ü – “"])
def test_any_text_of_a_line_can_be_a_sample(text: str, tmp_path: Path) -> None:
    symptom = event("dhcp.lease.failed")._replace(text=text)
    path = tmp_path / "dhcp-lease-failed.toml"
    path.write_text(draft("ZZZ001", [symptom], [1]), encoding="utf-8")
    (sample,) = read_rule(path).sample
    assert sample.lines == (text.replace("\udc80", "?"),)
