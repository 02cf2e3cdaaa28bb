"""What `explain` prints for each key of a rule, for a rule compared with phones, and for a line, word by word."""

from typing import Any

import pytest
from support.small_rules import REJECTED, SYMPTOM, clause, event, rule

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.findings import Evidence, Explanation, Term, WeighedSymptom
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.reports.explanation import render_explanations, render_line, render_rule
from lyncphone_logs.rules.rule import Rule

LEASE, FAILED, SET = "dhcp.lease.obtained", "dhcp.lease.failed", "time.set"
SAME = " in the same phone"
GRAMMARS = read_catalog().grammars


def lines_of(shown: Rule) -> list[str]:
    return render_rule(shown, color=False, width=None).split("\n")


def labelled(lines: list[str], label: str) -> list[str]:
    """The items to the right of a label."""
    at = next((number for number, line in enumerate(lines) if line.startswith(f"  {label:15}")), None)
    if at is None:
        return []
    found = [lines[at][17:]]
    for line in lines[at + 1 :]:
        if not line.startswith(" " * 17):
            break
        found.append(line[17:])
    return found


def said(**given: Any) -> str:
    """What is said of one clause."""
    return labelled(lines_of(rule("AAA001", clause(**given))), "supports")[0]


def test_a_rule_with_the_least_that_it_may_have() -> None:
    assert lines_of(rule("AAA001")) == [
        "error[AAA001] rule-aaa001: a rule",
        "  not ranked by frequency · for any phone",
        "  cause          c",
        "  impact         i",
        f"  shown by       {REJECTED} with verify_code 7 — code … (strong, documented, text seen: test)",
        "  fix            1. w · x: y   (undo: z)",
        "  verify         v",
        "  read           r",
    ]


def test_a_rule_with_everything() -> None:
    shown = rule(
        "AAA001",
        clause(id="one", event=LEASE, role="requires"),
        clause(id="two", event=FAILED, role="contradicts", signature="synthetic"),
        clause(id="three", event=LEASE, role="rules_out", says="was {address}"),
        clause(id="four", event=SET, role="part"),
        clause(id="five", all=["four"], strength="weak"),
        stage="tls",
        prevalence="rare",
        ranked_by="a survey",
        fix_at="server",
        why="Because.",
        why_of={"Polycom": "Other words.", "snom": "More words."},
        cause="First.\n\nSecond.",
        confirmed_by=[["explains", "one"], ["two"]],
        checks=[{"says": "Look.", "commands": ["one --now", "two"]}, {"says": "Ask."}],
        history=[{"year": 2010, "advice": "Turn it off.", "danger": "all is open", "source": "s"}],
        references=[{"title": "A page", "url": "https://example.com"}, {"title": "A book"}],
        applies_to=[{"vendor": "Polycom", "model": "CX600", "firmware": "<4.0"}, {"device": "gateway"}],
    )
    lines = lines_of(shown)
    phones = "for Polycom CX600 firmware <4.0, gateway"
    assert lines[1] == f"  rare (a survey) · stage tls · fix at the server · {phones}"
    assert labelled(lines, "why") == ["Because.", "Polycom: Other words.", "snom: More words."]
    assert labelled(lines, "cause") == ["First.", "Second."]
    assert labelled(lines, "requires") == [f"one: {LEASE}{SAME} — it (strong, documented: test)"]
    assert labelled(lines, "contradicts") == [f"two: {FAILED}{SAME} — it (strong, documented, text synthetic: test)"]
    assert labelled(lines, "rules out") == [f"three: {LEASE}{SAME} — was … (strong, documented: test)"]
    assert labelled(lines, "part") == [f"four: {SET}{SAME} — it (strong, documented: test)"]
    assert labelled(lines, "supports") == ["five: all of four — it (weak, documented: test)"]
    assert labelled(lines, "confirmed by") == ["explains and one", "two"]
    at = lines.index("  check          Look.")
    assert lines[at + 1 : at + 4] == ["    one --now", "    two", "  check          Ask."]
    assert labelled(lines, "history") == ["2010: Turn it off. — danger: all is open"]
    assert labelled(lines, "read") == ["A page https://example.com", "A book"]


def test_title_and_prose_are_wrapped_and_coloured() -> None:
    shown = rule("AAA001", title="a title of so many words that it does not fit", cause="word " * 20)
    page = render_rule(shown, color=True, width=44)
    assert page.startswith("\x1b[1merror[AAA001] rule-aaa001: a title of so\x1b[0m\n  \x1b[1mmany words that")
    plain = render_rule(shown, color=False, width=44)
    assert max(map(len, plain.split("\n")[:6])) <= 44
    assert "\x1b" not in plain


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"only_for": [{"vendor": "snom"}, {"device": "gateway"}]}, "only for snom, gateway"),
        ({"only_for": [{"vendor": "snom"}], "applies_to": [{"model": "D785"}]}, "only for snom"),
        ({"applies_to": [{"environment": ["lync-onprem", "teams"], "vendor": "x"}]},
         "for lync-onprem teams x"),
        ({"requires_environment": ["lync-onprem"], "only_for": [{"vendor": "snom"}]}, "only for lync-onprem"),
        ({"requires_environment": ["lync-onprem", "teams"]}, "only for lync-onprem, teams"),
        ({"applies_to": [{"firmware": ">=2"}]}, "for firmware >=2"),
    ],
)  # fmt: skip
def test_the_phones_of_a_rule(given: dict[str, Any], says: str) -> None:
    assert lines_of(rule("AAA001", **given))[1] == f"  not ranked by frequency · {says}"


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({}, "1. w: y   (undo: z)"),
        ({"where": "x"}, "1. w · x: y   (undo: z)"),
        ({"undo": "Nothing to undo."}, "1. w: y"),
        ({"vendor": "snom"}, "1. [snom] w: y   (undo: z)"),
        ({"vendor": "snom", "environment": ["lync-onprem", "teams"]},
         "1. [lync-onprem, teams, snom] w: y   (undo: z)"),
    ],
)  # fmt: skip
def test_a_step_of_the_fix(step: dict[str, Any], says: str) -> None:
    steps = [{"who": "w", "what": "y", "undo": "z"} | step, {"who": "other", "what": "y", "undo": "z"}]
    assert labelled(lines_of(rule("AAA001", remedy=steps)), "fix") == [says, "2. other: y   (undo: z)"]


ANCHORED: dict[str, Any] = {"event": LEASE, "before": "symptom", "within": 5.0}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"event": LEASE}, f"{LEASE} in the same phone"),
        ({"event": (LEASE, SET)}, f"{LEASE} or {SET} in the same phone"),
        ({"event": LEASE, "where": {"address": "1", "server": "2"}},
         f"{LEASE} with address 1 and server 2 in the same phone"),
        ({"event": LEASE, "count": 3}, f"{LEASE} at least 3 times in the same phone"),
        ({"event": LEASE, "count": 2, "within": 60.0, "by": "address", "same": "boot"},
         f"{LEASE} at least 2 times with the same address in the same boot within 60 s"),
        ({"event": LEASE, "count": 2, "distinct": "address"},
         f"{LEASE} at least 2 times with different values of address in the same phone"),
        ({"event": LEASE, "count": 2, "once_per": "boot"},
         f"{LEASE} at least 2 times counted once per boot in the same phone"),
        ({"event": LEASE, "then": [{"event": SET}], "within": 1.5},
         f"{LEASE}, then {SET} in the same phone within 1.5 s"),
        ({"event": LEASE, "then": [{"event": SET, "count": 2}], "within_events": 9, "ordered": False, "count": 3},
         f"{LEASE} 3 times and {SET} 2 times in the same phone within 9 events"),
        ({"event": LEASE, "first_of": [{"event": SET}, {"event": FAILED}]},
         f"{LEASE} before any {SET} or {FAILED} in the same phone"),
        ({"event": LEASE, "phones": 2, "within": 60.0},
         f"{LEASE} at at least 2 phones in the same phone within 60 s"),
        (ANCHORED, f"{LEASE} in the same phone before the symptom within 5 s"),
        ({**ANCHORED, "absent": True}, f"no {LEASE} in the same phone before the symptom within 5 s"),
        ({**ANCHORED, "offset": 1.5}, f"{LEASE} in the same phone before the symptom at least 1.5 s away within 5 s"),
        ({"event": LEASE, "after": "symptom"}, f"{LEASE} in the same phone after the symptom"),
    ],
)  # fmt: skip
def test_the_form_of_a_clause(given: dict[str, Any], says: str) -> None:
    assert said(**given) == f"a: {says} — it (strong, documented: test)"


def test_anchors_that_are_clauses_are_named() -> None:
    parts = [clause(id="one", role="part", event=SET), clause(id="two", role="part", event=FAILED)]
    lines = lines_of(rule("AAA001", *parts, clause(event=LEASE, between=["one", "two"])))
    assert labelled(lines, "supports")[0].startswith(f"a: {LEASE} in the same phone after one before two — ")


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"all": ["one", "two"]}, "all of one, two"),
        ({"any": ["one", "two"]}, "any of one, two"),
        ({"none": ["two"]}, "none of two"),
        ({"all": ["one"], "any": ["two"], "none": ["one"]}, "all of one and any of two and none of one"),
    ],
)
def test_the_parts_of_a_composed_clause(form: dict[str, Any], says: str) -> None:
    parts = [clause(id="one", event=SET), clause(id="two", event=FAILED)]
    found = labelled(lines_of(rule("AAA001", *parts, clause(**form))), "supports")
    assert found[0].startswith(f"one: {SET}")
    lines = lines_of(rule("AAA001", *parts, clause(**form)))
    assert f"  supports       a: {says} — it (strong, documented: test)" in lines


@pytest.mark.parametrize(
    ("kind", "where", "says"),
    [
        (LEASE, {"address": ["1", "2"]}, "address one of 1, 2"),
        (LEASE, {"address": {"contains": "x", "prefix": "y", "suffix": "z"}},
         "address containing x and beginning with y and ending with z"),
        (LEASE, {"address": {"cidr": ["10.0.0.0/8", "192.168.0.0/16"]}}, "address in 10.0.0.0/8, 192.168.0.0/16"),
        (LEASE, {"address": {"outside": ["10.0.0.0/8"]}}, "address outside 10.0.0.0/8"),
        (LEASE, {"address": {"none_of": ["1", "2"]}}, "address none of 1, 2"),
        (LEASE, {"address": {"present": True}}, "address present: yes"),
        (LEASE, {"address": {"present": False}}, "address present: no"),
        (LEASE, {"address": {"not": {"contains": "x"}}}, "address not containing x"),
        (LEASE, {"address": {"regex": "^secret$"}}, "address matching a pattern"),
        (SET, {"offset": {"at_least": 5, "at_most": 1.5e3}}, "offset at least 5 and at most 1500"),
        (SET, {"offset": 2.0}, "offset 2"),
        ("certificate.chain", {"complete": True}, "complete yes"),
        ("certificate.chain", {"complete": False}, "complete no"),
        ("fact.firmware", {"firmware": {"version": "<2.0.1"}}, "firmware <2.0.1"),
        ("certificate.inspected", {"not_after": {"days_from": "trace", "at_most": 30.0}},
         "not_after at most 30 and complete days from the trace to it"),
        ("certificate.inspected", {"not_after": {"earlier_than_symptom": True}},
         "not_after earlier than the symptom: yes"),
        (LEASE, {"address": {"compared": "!= symptom.verify_code"}}, "address != symptom.verify_code"),
    ],
)  # fmt: skip
def test_the_test_of_a_field(kind: str, where: dict[str, Any], says: str) -> None:
    assert said(event=kind, where=where) == f"a: {kind} with {says}{SAME} — it (strong, documented: test)"


# Rules compared with phones.


def term(name: str = "a", **given: Any) -> Term:
    values: dict[str, Any] = {
        "clause": name, "role": "supports", "state": "holds", "weight": 1.0, "says": "it is so", "fault": "inferred",
    }  # fmt: skip
    return Term(**values | given)


def explained(*weighed: WeighedSymptom, **given: Any) -> list[str]:
    values: dict[str, Any] = {"phone": "phone-1", "rule": rule("AAA001"), "weighed": weighed} | given
    found = Explanation(**{"nearest": None, "capture": "", **values})
    return render_explanations([found], color=False, width=None).split("\n")


def weighed(*terms: Term, evidence: tuple[Evidence, ...] = (), **given: Any) -> WeighedSymptom:
    values: dict[str, Any] = {"symptom": (SYMPTOM,), "count": 2, "verdict": "likely", "score": 0.5}
    return WeighedSymptom(**values | {"terms": terms, "evidence": evidence} | given)


def test_a_symptom_that_was_seen_has_its_verdict_its_share_and_its_terms() -> None:
    second = event(REJECTED, at=20)._replace(line=4)
    at = event(LEASE)._replace(line=9)
    proofs = (
        Evidence(SYMPTOM, "explains", "explains"),
        Evidence(at, "a", "supports"),
        Evidence(second, "a", "contradicts"),
        Evidence(second, "b", "supports"),
    )
    terms = (
        term("explains", role="explains", fault="documented", signature="seen", weight=0.25, says="code 7"),
        term(weight=4.0),
        term("out", role="rules_out", state="refuted", says="no", nearest="x.log:3 is y"),
        term("c", role="applies-to", state="undecidable", says="", reason="not given", capture="give it"),
    )
    shown = explained(weighed(*terms, evidence=proofs, symptom=(SYMPTOM, second)))
    assert shown == [
        "error[AAA001] rule-aaa001: a rule",
        "  phone phone-1",
        "  result         likely, 0.50",
        "  symptom        x.log:1, x.log:4 · 2 times",
        "  yes            explains (documented, text seen) ÷4 code 7",
        "  yes            a (supports, inferred) ×4 it is so",
        "                 at x.log:9",
        "  no             out (rules out, inferred) no",
        "                 closest event: x.log:3 is y",
        "  open           c (applies-to, inferred)",
        "                 undecided: not given",
        "                 to decide: give it",
    ]


def test_all_lines_that_show_a_clause_are_named() -> None:
    proofs = [Evidence(event(LEASE, at=at)._replace(line=at), "a", "supports") for at in (3, 5)]
    shown = explained(weighed(term(), evidence=tuple(proofs)))
    assert "                 at x.log:3, x.log:5" in shown


def test_explanations_are_wrapped() -> None:
    found = Explanation("phone-1", rule("AAA001"), (), None, "record " * 30)
    lines = render_explanations([found], color=False, width=60).split("\n")
    assert max(map(len, lines[3:])) <= 60 < len("record " * 30)


def test_one_occurrence_without_a_share_is_singular() -> None:
    shown = explained(weighed(count=1, score=0.0, verdict="ruled out"))
    assert shown[2:] == ["  result         ruled out", "  symptom        x.log:1 · 1 time"]
    both = explained(weighed(term("z")), weighed(verdict="unlikely", score=0.01))
    assert [line for line in both if "result" in line] == [
        "  result         likely, 0.50", "  result         unlikely, 0.01",
    ]  # fmt: skip


def test_a_symptom_that_was_not_seen_has_what_was_looked_for_and_the_closest_event() -> None:
    nearest = event(REJECTED, verify_code=9, depth=1)
    shown = explained(nearest=nearest, capture="record more")
    assert shown[2:] == [
        "  result         symptom not seen",
        f"  looked for     {REJECTED}: code …",
        f"  closest event  x.log:1: {REJECTED} depth=1 verify_code=9",
        "  to decide      record more",
    ]
    two = [{"event": (REJECTED, SET), "fault": "documented", "signature": "seen", "source": "s", "says": "x"}] * 2
    lines = explained(rule=rule("AAA001", explains=two))
    assert lines[3:5] == [f"  looked for     {REJECTED} or {SET}: x"] * 2
    assert not any("closest" in line for line in lines)


def test_phones_are_separated_by_an_empty_line_and_their_names_are_escaped() -> None:
    found = [Explanation(phone, rule("AAA001"), (), None, "") for phone in ("one", "t\x1b[2Jwo")]
    lines = render_explanations(found, color=False, width=None).split("\n")
    assert [number for number, line in enumerate(lines) if not line] == [5]
    assert lines[1] == "  phone one"
    assert "  phone t␛[2Jwo" in lines
    assert "  \x1b[1mphone one\x1b[0m" in render_explanations(found, color=True, width=80).split("\n")


# Lines.

TEXT = "voip_task[440]: CERT     : ERR  - {f():653} server cert is invalid. ctx->error=7."
LINE = f"Jul  9 12:00:00 phone-1 local7.err {TEXT}"


def test_a_line_has_its_framing_its_header_and_its_kind() -> None:
    shown = list(render_line(LINE, GRAMMARS))
    end = next(number for number, line in enumerate(shown) if "does not match" in line)
    assert shown[:end] == [
        LINE,
        "framing   busybox",
        "  facility       local7",
        "  severity       err",
        "  hostname       phone-1",
        "  stamp          Jul  9 12:00:00",
        "grammar   audiocodes_400hd (AudioCodes)",
        "  app_name       voip_task",
        "  procid         440",
        "  component      CERT",
        "  level          ERR",
        "  function       f",
        "  source_line    653",
        "  message        server cert is invalid. ctx->error=7.",
        f"kind      {REJECTED}",
        "  verify_code    7",
    ]
    assert shown[end].removeprefix("grammar   ").split(":")[0] in {each.name for each in GRAMMARS}
    assert shown[end + 1] == f"  {TEXT}"


def test_grammars_that_match_come_first_then_the_one_that_came_furthest() -> None:
    shown = list(render_line(LINE, GRAMMARS))
    names = [line for line in shown if line.startswith("grammar   ")]
    assert len(names) == len(GRAMMARS)
    refused = [line.endswith(": does not match this line") for line in names]
    assert refused == sorted(refused)
    marks = [line.index("^ expected here: ") for line in shown if "^ expected here: " in line]
    assert len(marks) == sum(refused)
    assert marks == sorted(marks, reverse=True)
    at: dict[int, list[str]] = {mark: [] for mark in marks}
    for number, line in enumerate(shown):
        if "^ expected here: " in line:
            at[line.index("^")].append(shown[number - 2])
            assert shown[number - 1].startswith("  ")
            assert line.split("expected here: ")[1]
    assert all(some == sorted(some) for some in at.values())
    backwards = list(render_line(LINE, GRAMMARS[::-1]))
    assert backwards == shown


def test_the_mark_is_under_the_character_although_others_before_it_are_escaped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Grammar, "stopped_at", lambda self, text: (text.index("|"), "a \x1b"))
    yealink = [each for each in GRAMMARS if each.name == "yealink"]
    assert list(render_line("v\x9bip\x1b|x", yealink)) == [
        "v\\x9bip␛|x",
        "framing   none",
        "grammar   yealink: does not match this line",
        "  v\\x9bip␛|x",
        "          ^ expected here: a ␛",
    ]


def test_repairs_and_repetitions_of_a_line_are_said() -> None:
    damaged = LINE.replace("->", "-&gt;").replace(" - ", "\xa0- ")
    shown = list(render_line(damaged, GRAMMARS))
    assert "repaired  html, nbsp" in shown
    notice = "Jul  9 12:00:00 phone-1 voip_task[440]: message repeated 3 times: [CERT     : ERR  - {f():1} text]"
    assert "repeated  3 times" in list(render_line(notice, GRAMMARS))
    twice = notice.replace("3 times", "2 times")
    assert "repeated  2 times" in list(render_line(twice, GRAMMARS))


def test_the_values_of_a_framing_are_escaped_and_in_order() -> None:
    shown = list(render_line("<131>1 2013-07-09T12:00:00Z h\x9bx app 7 - - text", []))
    assert shown[1:] == [
        "framing   rfc5424",
        "  facility       local0",
        "  severity       err",
        "  hostname       h\\x9bx",
        "  app_name       app",
        "  procid         7",
        "  stamp          2013-07-09T12:00:00Z",
    ]
    assert list(render_line("text", [])) == ["text", "framing   none"]
