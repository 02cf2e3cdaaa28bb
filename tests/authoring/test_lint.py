"""`rules lint`: each thing that may be wrong with a rule is told with its place; the rules of the package are clean."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.small_rules import REJECTED, clause, rule

from lyncphone_logs.authoring.lint import lint, timers
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import run
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.rules.loader import read_rule, rule_file
from lyncphone_logs.rules.rule import Rule, RuleSample
from lyncphone_logs.rules.toml_positions import key_positions

GRAMMARS = read_catalog().grammars
SAMPLES = [
    *[RuleSample(kind="positive", says="p")] * 3,
    *[RuleSample(kind="negative", says="n")] * 4,
    RuleSample(kind="near_miss", says="m"),
]
SOUND: dict[str, Any] = {
    "why": "It is so.",
    "fix_at": "phone",
    "cause": "It is so.",
    "impact": "It hurts.",
    "remedy": [{"who": "w", "where": "x", "what": "Do it.", "undo": "z"}],
    "references": [{"title": "r", "url": "https://example.org/page"}],
}


def page(url: str) -> dict[str, str]:
    """A reference."""
    return {"title": "r", "url": url}


def sound(*clauses: dict[str, Any], **given: Any) -> Rule:
    return replace(rule("AAA001", *clauses, **(SOUND | given)), sample=tuple(SAMPLES))


def step(**given: Any) -> dict[str, Any]:
    return {"who": "w", "where": "x", "what": "Do it.", "undo": "z"} | given


def complaints(checked: Rule, tmp_path: Path, others: Sequence[Rule] = ()) -> list[str]:
    path = tmp_path / "rule.toml"
    path.write_text("", encoding="utf-8")
    return [each.says for each in lint([(path, checked)], [*others, checked], GRAMMARS)]


def test_a_sound_rule_has_no_complaints(tmp_path: Path) -> None:
    assert complaints(sound(clause(event="dhcp.lease.failed")), tmp_path) == []


DISPLAY = {"event": "tls.alert.sent", "fault": "documented", "signature": "seen", "source": "t", "says": "s"}


@pytest.mark.parametrize(
    ("checked", "says"),
    [
        (sound(clause(event="sip.register.ended", where={"line": [1, "1"]})), "line is text but is compared with a"),
        (sound(clause(event=REJECTED, where={"verify_code": [7, "7"]})), "verify_code is a number but is compared"),
        (sound(clause(event="certificate.chain", where={"sha2": ["yes", "si"]})), "never has sha2 'si'"),
        (sound(clause(event="fact.device", where={"sha256": ["yes", "si"]})), "never has sha256 'si': yes, no"),
        (
            sound(clause(event="tls.error", where={"reason": {"suffix": "unknown ca", "contains": "CA"}})),
            "contains has no effect: prefix or suffix implies it",
        ),
        (
            sound(clause(event="trace.examined", where={"message": {"contains": "x"}}, strength="weak")),
            "trace.examined is not from a line, so message is not what it says",
        ),
        (
            sound(clause(event="tls.error", where={"reason": {"regex": "(?:a+)+b"}})),
            "regex is not proven to take linear time",
        ),
        (sound(clause(event=REJECTED, where={"verify_code": 7})), "clause a repeats the symptom"),
        (
            sound(clause(event="dhcp.lease.failed"), clause(id="b", role="contradicts", event="dhcp.lease.failed")),
            "clauses a and b have the same conditions but opposite roles",
        ),
        (
            sound(clause(event="time.set", absent=True, after="symptom", within=10.0)),
            "within 10 s is shorter than the 64 s that time.set may take",
        ),
        (sound(confirmed_by=[["a"]], **{"clause": [clause(event="time.set", fault="inferred", strength="weak")]}),
         "inferred clauses and synthetic texts cannot confirm alone"),
        (sound(leads_to=["ZZZ001"]), "leads_to: no rule ZZZ001"),
        (sound(silences=["AAA001"]), "silences: AAA001 names AAA001 too"),
        (replace(sound(), sample=()), "0 positive samples, at least 3 required"),
        (replace(sound(), sample=tuple(SAMPLES[:-1])), "0 near misses"),
        (sound(clause(event="time.set"), references=[{"title": "r"}]), "no reference has a URL"),
        (sound(clause(event="time.set"), references=[page("https://example.org/")]), "is no page"),
        (sound(clause(event="time.set"), references=[page("https://github.com/owner/name")]), "is no page"),
        (replace(sound(), title="It is."), "a title has no full stop"),
        (replace(sound(), title="x" * 61), "at most 60 characters; it has 61"),
        (replace(sound(), why=""), "why is missing"),
        (replace(sound(), why="x" * 161), "why has 161 characters"),
        (replace(sound(), fix_at=""), "fix_at is missing"),
        (sound(remedy=[step(what="x" * 140 + ".")]), "a step has at most 140 characters; this one has 141"),
        (sound(remedy=[step(vendor="snom"), step(environment=["teams"])]), "no step is for any phone"),
        (sound(cause="The code {verify_code} was seen."), "{verify_code} is printed as it is"),
        (sound(remedy=[step(where="on {server}")]), "{server} is printed as it is"),
        (
            sound(clause(event="time.set", absent=True, after="symptom", within=99.0, says="no {time}")),
            "{time} is printed as it is",
        ),
        (sound(remedy=[{"who": "w", "where": "x", "what": "do", "undo": "z"}]), "a step is a sentence"),
        (sound(cause="so"), "cause must end with a full stop"),
    ],
)  # fmt: skip
def test_each_complaint(checked: Rule, says: str, tmp_path: Path) -> None:
    assert [each for each in complaints(checked, tmp_path) if says in each] != []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"title": "No connection comes about"}, '"comes about" is hard to read: write is established'),
        ({"why": "Nobody answers."}, '"Nobody" is hard to read'),
        ({"verify": {"event": "sip.register.succeeded", "says": "the phone is told its name"}}, '"is told"'),
        ({"checks": [{"says": "Take what is at hand."}]}, '"at hand"'),
        ({"remedy": [{"who": "w", "where": "the place", "what": "Do it.", "undo": "z"}]}, '"the place"'),
        (
            {"remedy": [{"who": "w", "where": "x", "what": "Where the phone is old, replace it.", "undo": "z"}]},
            '"Where the"',
        ),
        ({"why": "The number is unknown; where it is missing, the call ends."}, '"where it" is hard to read: write If'),
    ],
)
def test_a_phrase_that_readers_misread_is_named_with_a_better_one(
    given: dict[str, Any], says: str, tmp_path: Path
) -> None:
    (found,) = complaints(sound(**given), tmp_path)
    assert says in found


@pytest.mark.parametrize(
    "why",
    [
        "The phone knows where the server is.",
        "Where is the server?",
        "Where is the server of the phone? Where the DNS says.",
        "The phone is behind a NAT, and its clock is behind.",
        "Option 43 is missing, so the phone tells the user to wait.",
    ],
)
def test_a_phrase_that_is_clear_is_not_named(why: str, tmp_path: Path) -> None:
    assert complaints(sound(why=why.replace(" Where the DNS says.", "")), tmp_path) == []


def test_phrases_of_symptoms_and_clauses_are_named_and_those_of_cause_are_not(tmp_path: Path) -> None:
    symptom = {
        "event": REJECTED,
        "fault": "documented",
        "signature": "seen",
        "source": "s",
        "says": "nobody",
        "aside": "somebody",
    }
    checked = sound(clause(event="time.set", says="at hand"), explains=[symptom], cause="Nobody.", impact="Nobody.")
    named = {each.split(" is ")[0] for each in complaints(checked, tmp_path)}
    assert named == {'"at hand"', '"somebody"', '"nobody"'}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("echo Q | openssl s_client -connect SERVER:5061 -showcerts > chain.pem", ""),
        ("lyncphone-logs TRACE --certificate chain.pem", ""),
        ('nslookup -type=SRV "_sip._tls.DOMAIN"', ""),
        ("x" * 77, "at most 76 characters; this one has 77"),
        ("grep 'a' TRACE", "single quotes"),
        ("echo $HOME", "$ is a variable"),
        ("echo `date`", "a backtick"),
        ("cd DIR && dir", "& and ||"),
        ("cd DIR; dir", "< and ; are not the same"),
        ("openssl s_client -connect <server>:5061", "< and ; are not the same"),
        ("openssl s_client \\", "a command must be on one line"),
        ("type C:\\certs\\a.pem", "bash removes a backslash"),
        ("openssl x509 < /dev/stdin", "cmd does not know such a path"),
        ("Get-CsUser | Where {x}", "brackets have a meaning"),
        ("echo %USERNAME%", "variable in cmd only"),
        ('echo "a', "a double quote is not closed"),
        ("ping – SERVER", "a character outside ASCII"),
    ],
)
def test_a_command_must_work_in_every_shell(command: str, says: str, tmp_path: Path) -> None:
    found = complaints(sound(checks=[{"says": "Look.", "commands": [command]}]), tmp_path)
    assert any(says in each for each in found) if says else found == []


def test_rules_that_no_trace_tells_apart_are_named(tmp_path: Path) -> None:
    twin = replace(sound(), code="AAA000")
    assert complaints(sound(), tmp_path, [twin]) == ["indistinguishable from AAA000: same symptoms and clauses"]


def test_a_kind_that_no_grammar_produces_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rule.toml"
    path.write_text("", encoding="utf-8")
    checked = sound(clause(event=["dhcp.lease.failed", "fact.location"]))
    says = [each.says for each in lint([(path, checked)], [checked], [])]
    assert says == [f"no grammar produces {REJECTED}", "no grammar produces sip.register.succeeded"]


def test_a_complaint_says_line_and_column(tmp_path: Path) -> None:
    catalog = read_catalog()
    known = catalog.rule("TLS001")
    assert known is not None
    text = rule_file(known, read_catalog().packs).read_text(encoding="utf-8")
    path = tmp_path / "signature-algorithm-unsupported.toml"
    path.write_text(text.replace('title = "', 'title = "' + "x" * 200), encoding="utf-8")
    found = next(
        each for each in lint([(path, read_rule(path))], catalog.rules, catalog.grammars) if "title" in each.says
    )
    line = text[: text.index("title =")].count("\n") + 1
    assert str(found).startswith(f"{path}:{line}:1: TLS001 a title")


def test_an_unknown_key_is_refused_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = read_catalog().rule("TIME001")
    assert known is not None
    text = rule_file(known, read_catalog().packs).read_text(encoding="utf-8")
    (tmp_path / "clock-behind.toml").write_text(text.replace("strength =", "strenght =", 1), encoding="utf-8")
    assert run(["rules", "lint", "TIME001", "--rules", str(tmp_path)]) == 3
    line = text[: text.index("strength =")].count("\n") + 1
    said = capsys.readouterr().err
    assert f"clock-behind.toml:{line}:" in said
    assert "did you mean 'strength'?" in said


def test_places_of_every_key_and_item() -> None:
    text = """a = 1
b.c = [ "x#]", { d = '=', "e" = [1, 2] } ] # b = 2
[[t]]
k = \"\"\"
[no]
\"\"\"
[[t]]
k = 1.5
[u.v]
w = 2026-11-23
"""
    known = key_positions(text)
    assert known[("a",)] == (1, 1)
    assert known[("b", "c", 1, "e", 1)] == (2, 37)
    assert known[("t", 1, "k")] == (8, 1)
    assert known[("u", "v", "w")] == (10, 1)
    assert ("no",) not in known


def test_timers_are_of_known_kinds_and_have_sources() -> None:
    assert set(timers()) <= set(kinds())
    assert all(seconds > 0 and timer and source for seconds, timer, source in timers().values())


def test_the_rules_of_the_package_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["rules", "lint"])
    assert (code, capsys.readouterr().out.split("\n")[:-2]) == (0, [])
