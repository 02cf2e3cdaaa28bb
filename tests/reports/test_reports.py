"""The forms of a report: what each says of the same finding."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from support.sample_report import EXTERNAL, LINE, SAID, SIGNATURE, event, lead, phone, report, rival

from lyncphone_logs.diagnosis.findings import Boot, Evidence, NotCheckable, StageState
from lyncphone_logs.reports import concise, details, explanation, html, markdown, screen, wording
from lyncphone_logs.reports import json as jsonl
from lyncphone_logs.reports.excerpt import cells, excerpt, fitted
from lyncphone_logs.reports.report import Report
from lyncphone_logs.rules.clause import Clause
from lyncphone_logs.rules.condition import Condition, Scalar
from lyncphone_logs.rules.rule import Remedy

SCHEMA = json.loads(files("lyncphone_logs").joinpath("content/schema/report-2.schema.json").read_text(encoding="utf-8"))

GOLDEN = """\
error[TLS001] signature-algorithm-unsupported: The firmware cannot verify
  the signature algorithm
  likely · phone 10.1.2.3 (by host name) · AudioCodes 420HD firmware 2.0.5
  --> founding.log:1 (byte 0)
    1 | …_tls_server_validation():653} server cert is invalid. ctx->error=7.
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = the signature could not be verified
  --> --firmware
      | firmware 2.0.5 (stated)
      = firmware 2.0.5 is older than 3.0.1
  seen           once
  evidence       this text was seen in a real trace
  number         x509:7 X509_V_ERR_CERT_SIGNATURE_FAILURE
  why            The CA signs with SHA-256. This firmware cannot verify
                 that.
                 A second paragraph.
  impact         The phone cannot sign in.
  supports       firmware 2.0.5 is older than 3.0.1 (documented)
  contradicts    another server was accepted (inferred)
  would decide   add --certificate FILE (not given)
  fix            1. engineer · web page: install new firmware   (undo:
                 install the old)
  history        2013: Sign with SHA-1 — danger: it can be forged
  verify         the certificate is accepted
  help           lyncphone-logs explain TLS001
                 lyncphone-logs explain x509:7

or error[TLS002] external-first-sign-in: The first sign-in was made outside,
  without the root certificate
  possible · for the same symptom as TLS001
  symptom        this line does not show it; code 20 would
  help           lyncphone-logs explain TLS002

phone 10.1.2.3 (by host name) · AudioCodes 420HD firmware 2.0.5
  journey        boot 1 (2013-05-07 08:00:00 to 2013-05-07 08:00:09):
                 stopped at tls (line 1) · failed: tls · not seen: dhcp ·
                 not checkable: time, register
  ruled out      TLS005 ca-rekeyed: the key is the old one
  --> founding.log:1 (byte 0)
    1 | …_tls_server_validation():653} server cert is invalid. ctx->error=7.
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  no sign of     TLS008 clock-behind
  not checkable  1 (TLS008): no line about time; switch on the component ntp

given          firmware 2.0.5 (stated)
note           the year is assumed
warning: cannot read other.log: permission denied
  help           unlock it
warning: rule file x.toml is refused
examined: 1 line, 1 event, 0 unparsed, 2013-05-07 08:00:00 to 2013-05-07
08:00:09, 4 rules tried
read by: audiocodes_400hd (1 of 1 line with its header)
rules: sample 1.0 (SHA-256 0123456789ab)
bytes: 123 event + 0 continuation + 0 unparsed + 1 separator + 0 skipped =
124"""


def plain(shown: Report, width: int | None = None) -> str:
    return details.render(shown, color=False, width=width)


def with_event(**changed: object) -> Report:
    found = lead(evidence=(Evidence(event(**changed), "explains", "explains"),))
    return report(phones=(phone(diagnoses=(found,), ruled_out=()),))


def test_the_terminal_shows_finding_evidence_reasons_remedy_rivals_and_account() -> None:
    assert plain(report(), 76) == GOLDEN


def test_colour_adds_only_sgr_codes_and_no_colour_adds_none() -> None:
    coloured = details.render(report(), color=True, width=76)
    assert coloured != GOLDEN
    assert re.sub(r"\x1b\[[0-9;]+m", "", coloured) == GOLDEN


def test_a_step_that_names_its_place_itself_has_no_place_printed() -> None:
    step = Remedy(who="engineer", where="", what="Replace the phone.", undo="none")
    shown = report(phones=(phone(diagnoses=(replace(lead(), rule=replace(lead().rule, remedy=(step,))),)),))
    assert "  Fix     Replace the phone.\n" in screen.render(shown)
    assert "1. engineer: Replace the phone." in explanation.render_rule(
        replace(lead().rule, remedy=(step,)), color=False, width=None
    )
    assert "Replace the phone. <small>Who: engineer. Undo: none</small>" in html.render(shown)


def test_without_a_width_no_line_is_wrapped_or_cut() -> None:
    assert f"    1 | {LINE}\n" in plain(report())
    assert "…" not in plain(report())


@pytest.mark.parametrize("lead_in", ["", "漢字 ", "e\u0301 ", "\t", "\x1b[31m"])
def test_carets_stand_under_the_mark(lead_in: str) -> None:
    shown = plain(with_event(text=lead_in + LINE)).split("\n")
    at = next(number for number, line in enumerate(shown) if "^^^" in line)
    assert cells(shown[at][: shown[at].index("^")]) == cells(shown[at - 1][: shown[at - 1].index(SAID)])
    assert shown[at].count("^") == len(SAID)


@pytest.mark.parametrize(
    ("shown", "columns"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("ｆｕｌｌ", 8), ("é–…", 3), ("😀", 2), ("", 0)]
)
def test_wide_characters_take_two_columns_and_combining_ones_none(shown: str, columns: int) -> None:
    assert cells(shown) == columns


@pytest.mark.parametrize("changed", [{"marked": None}, {"message": "repaired"}, {"marked": (3, 3)}])
def test_a_line_without_a_known_mark_has_its_words_under_it_and_no_caret(changed: dict[str, object]) -> None:
    shown = plain(with_event(**changed))
    assert "^" not in shown
    assert "      = the signature could not be verified" in shown


@pytest.mark.parametrize("room", range(24, 140, 7))
def test_a_long_line_is_cut_around_its_mark(room: int) -> None:
    (line,) = excerpt(event(text=f"{'x' * 500}{LINE}", message=LINE, marked=(5, 15)))
    cut = fitted(line, room)
    assert cells(cut.before + cut.marked + cut.after) <= room
    assert cut.marked == LINE[5:15]
    assert cut.before.startswith("…")
    assert cut.after.endswith("…")


def test_a_mark_that_is_longer_than_the_terminal_is_cut_too() -> None:
    (line,) = excerpt(event(text="漢" * 100, message="漢" * 100, marked=(10, 90)))
    cut = fitted(line, 40)
    assert cells(cut.before + cut.marked + cut.after) <= 40
    assert cut.marked.endswith("…")


def test_of_a_long_message_the_first_lines_and_the_marked_one_are_shown() -> None:
    body = "\n".join(f"line {number}" for number in range(20))
    start = body.index("line 15")
    shown = plain(with_event(text=body, message=body, marked=(start, start + 7)))
    assert "line 5\n" in shown
    assert "line 6\n" not in shown
    assert "… 9 more lines" in shown
    assert "line 15\n" in shown
    assert "… 4 more lines" in shown


def test_repeated_evidence_is_capped() -> None:
    evidence = tuple(Evidence(event(id=f"e{n}", line=n), "explains", "explains") for n in range(1, 6))
    shown = plain(report(phones=(phone(diagnoses=(lead(evidence=evidence),), ruled_out=()),)))
    assert shown.count("-->") == 3
    assert "  … 2 more" in shown


def test_repairs_and_repeats_of_a_line_are_named() -> None:
    shown = plain(with_event(count=4, repairs=("smart quotes",)))
    assert "= logged 4 times" in shown
    assert "= read as if not altered: smart quotes" in shown


def test_a_rival_shows_evidence_of_its_own_but_not_the_line_again() -> None:
    own = Evidence(event(id="other", line=9, text="another line", marked=None), "dhcp", "supports")
    competing = replace(rival(), evidence=(*rival().evidence, own))
    shown = plain(report(phones=(phone(diagnoses=(lead(), competing), ruled_out=()),)))
    assert shown.count(SAID) == 1
    assert "    9 | another line" in shown


def test_causes_of_different_symptoms_are_both_told_in_full() -> None:
    other = replace(rival(), rivals=())
    shown = plain(report(phones=(phone(diagnoses=(lead(rivals=()), other)),)))
    assert "\nerror[TLS002]" in shown
    assert shown.count("  why ") == 2


@pytest.mark.parametrize("form", [plain, markdown.render, html.render])
def test_silence_is_never_called_health(form: object) -> None:
    assert callable(form)
    unsure = phone(diagnoses=(), not_checkable=(NotCheckable(SIGNATURE, "no line about tls", "switch it on"),))
    for shown in (form(report(phones=(unsure,))), form(report(phones=()))):
        assert "nothing was diagnosed; that does not show that the phone is healthy" in shown
    assert "1 cause could not be checked" in form(report(phones=(unsure,)))


def test_a_boot_in_which_nothing_failed_says_how_far_it_came() -> None:
    boot = Boot(2, None, None, (StageState("dhcp", "passed", (event(line=3),)), StageState("tls", "not seen")))
    assert wording.stopped_at(boot) == "reached dhcp (line 3), no stage failed"
    assert wording.stopped_at(Boot(2, None, None, ())) == "no stage was seen"


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"time": "passed", "register": "passed"}, "signed in (line 3); no stage failed"),
        ({"time": "failed", "register": "passed"}, "signed in (line 3), but time (line 3) failed"),
        ({"time": "failed", "tls": "passed"}, "reached tls (line 3), but time (line 3) failed"),
        ({"time": "failed", "tls": "failed"}, "stopped at time (line 3)"),
        ({"dhcp": "passed", "tls": "failed"}, "stopped at tls (line 3)"),
        ({"register": "passed", "exchange": "failed"}, "stopped at exchange (line 3)"),
    ],
)
def test_where_a_phone_stopped(states: dict[Any, Any], said: str) -> None:
    stages = tuple(StageState(stage, state, (event(line=3),)) for stage, state in states.items())
    assert wording.stopped_at(Boot(2, None, None, stages)) == said


@pytest.mark.parametrize(
    ("model", "firmware", "said"),
    [
        ("420HD", "2.0.5", "AudioCodes 420HD firmware 2.0.5"),
        ("", "2.0.5", "AudioCodes firmware 2.0.5, model not known"),
        ("", "", "AudioCodes, model not known, firmware not known"),
    ],
)
def test_what_is_not_known_of_the_phone_is_said(model: str, firmware: str, said: str) -> None:
    assert wording.device(phone(model=model, firmware=firmware)) == said


def test_boots_beyond_the_fifth_are_counted() -> None:
    boots = tuple(Boot(number, None, None, ()) for number in range(1, 9))
    assert "… 3 more boots" in plain(report(phones=(phone(boots=boots),)))


@pytest.mark.parametrize(
    ("confidence", "shown"), [(1.0, "0.99"), (0.9999, "0.99"), (0.4999, "0.49"), (0.29, "0.29"), (0.003, "0.00")]
)
def test_a_confidence_is_never_rounded_up(confidence: float, shown: str) -> None:
    assert wording.share(confidence) == shown


@pytest.mark.parametrize(
    ("weight", "shown"),
    [(8.0, "×8"), (1.5, "×1.5"), (100.0, "×100"), (0.3333, "÷3"), (0.6667, "÷1.5"), (1.0, ""), (0.0, "×0")],
)
def test_a_factor_multiplies_or_divides(weight: float, shown: str) -> None:
    assert wording.factor(weight) == shown


def test_explain_shows_a_rule_without_a_trace() -> None:
    clause = Clause(id="no-option-43", event="dhcp.lease.obtained", where={}, role="contradicts", fault="inferred",
                    source="s", says="no such option", same="boot", before="symptom", absent=True)  # fmt: skip
    where: dict[str, Condition | list[Scalar] | Scalar] = {
        "verify_code": [7, 8],
        "depth": Condition(at_least=1.0, at_most=2.0),
    }
    shown_by = replace(SIGNATURE.explains[0], where=where)
    rule = replace(SIGNATURE, clause=(clause,), explains=(shown_by,))
    shown = explanation.render_rule(rule, color=False, width=None)
    assert "with verify_code one of 7, 8 and depth at least 1 and at most 2 — code 7" in shown
    assert (
        "contradicts    no-option-43: no dhcp.lease.obtained in the same boot before the symptom — no such option"
        in shown
    )
    assert "history        2013: Sign with SHA-1 — danger: it can be forged" in shown
    assert "read           Notes https://example.org/n?a=1&b=2" in shown


def test_concise_is_one_line_a_diagnosis() -> None:
    assert concise.render(report()).split("\n") == [
        f"founding.log:1: TLS001 likely 0.65 {SIGNATURE.name}: {SIGNATURE.title} [10.1.2.3]",
        f"founding.log:1: TLS002 possible 0.12 {EXTERNAL.name}: {EXTERNAL.title} [10.1.2.3]",
    ]
    assert concise.render(report(phones=())) == ""


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"member": "var/log/messages"}, "founding.log!/var/log/messages:1"),
        ({"source": "--display", "line": 0}, "--display:0"),
    ],
)
def test_concise_always_has_a_path_and_a_line(changed: dict[str, object], place: str) -> None:
    assert concise.render(with_event(**changed)).startswith(f"{place}: TLS001 ")


def _validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("shown", [report(), report(phones=(), inputs=(), facts=()), with_event(marked=None)])
def test_the_json_report_is_what_its_schema_says(shown: Report) -> None:
    assert list(_validator().iter_errors(json.loads(shown.to_json()))) == []


def _objects(schema: object) -> list[dict[str, object]]:
    if isinstance(schema, list):
        return [found for each in schema for found in _objects(each)]
    if not isinstance(schema, dict):
        return []
    mine = [schema] if schema.get("type") == "object" and "properties" in schema else []
    return mine + [found for each in schema.values() for found in _objects(each)]


def test_the_schema_requires_every_key_and_allows_no_other() -> None:
    objects = _objects(SCHEMA)
    assert len(objects) > 15
    for each in objects:
        assert each["additionalProperties"] is False
        assert isinstance(each["properties"], dict)
        assert each["required"] == list(each["properties"])


def test_the_keys_of_the_json_report_come_in_the_order_of_the_schema() -> None:
    whole = report().to_dict()
    (found, _), definitions = whole["phones"][0]["diagnoses"], SCHEMA["$defs"]
    assert list(whole) == SCHEMA["required"]
    assert list(whole["phones"][0]) == definitions["phone"]["required"]
    assert list(found) == definitions["diagnosis"]["required"]
    assert list(found["evidence"][0]) == definitions["evidence"]["required"]
    assert list(whole["phones"][0]["symptoms"][0]) == definitions["symptom"]["required"]
    assert list(whole["phones"][0]["events"][0]) == definitions["event"]["required"]
    assert list(whole["phones"][0]["boots"][0]) == definitions["boot"]["required"]
    assert list(whole["terms"][0]) == definitions["term"]["required"]
    assert list(whole["rules"]["TLS001"]) == definitions["rule"]["required"]
    assert list(whole["coverage"][0]) == definitions["coverage"]["required"]


def test_json_rounds_a_confidence_to_four_digits_and_writes_times_as_iso() -> None:
    seen = lead(first_seen=datetime(2013, 5, 7, 8), last_seen=datetime(2013, 5, 7, 8, 0, 0, 500))
    written = report(phones=(phone(diagnoses=(seen,)),)).to_dict()["phones"][0]
    assert written["diagnoses"][0]["score"] == written["diagnoses"][0]["confidence"] == 0.6543
    (symptom,) = written["symptoms"]
    assert (symptom["first_seen"], symptom["last_seen"]) == ("2013-05-07T08:00:00", "2013-05-07T08:00:00.000500")


def test_json_refuses_numbers_that_json_does_not_have() -> None:
    broken = report(phones=(phone(diagnoses=(lead(score=float("nan")),)),))
    with pytest.raises(ValueError, match="not JSON compliant"):
        broken.to_json()


def test_json_lines_hold_the_whole_report_and_tell_themselves_apart() -> None:
    lines = [json.loads(line) for line in jsonl.json_lines(report())]
    whole = json.loads(json.dumps(report().to_dict()))
    types = [line.pop("type") for line in lines]
    assert types == [
        *("report", "rule", "rule", *["term"] * 6, "gap", "coverage"),
        *("phone", "diagnosis", "diagnosis", "ruled_out"),
    ]
    assert {line.pop("phone") for line in lines[-3:]} == {"10.1.2.3"}
    by_type = {type_: [line for line, its in zip(lines, types, strict=True) if its == type_] for type_ in types}
    assert {line.pop("code"): line for line in by_type["rule"]} == whole.pop("rules")
    for key, type_ in jsonl.INDEXED.items():
        assert [line.pop("index") for line in by_type[type_]] == [*range(len(whole[key]))]
        assert by_type[type_] == whole.pop(key)
    (found,) = whole.pop("phones")
    assert (
        by_type["phone"][0]
        | {
            "diagnoses": by_type["diagnosis"],
            "failures": [],
            "ruled_out": by_type["ruled_out"],
        }
        == found
    )
    assert by_type["report"] == [whole]


def test_the_same_report_gives_the_same_text_in_every_form() -> None:
    for form in (plain, concise.render, jsonl.document, markdown.render, html.render, Report.to_json):
        assert form(report()) == form(report())


def test_a_notebook_gets_plain_text_html_and_markdown() -> None:
    bundle = report()._repr_mimebundle_()
    assert bundle["text/plain"] == str(report()) == screen.render(report())
    assert bundle["text/html"] == html.render(report())
    assert bundle["text/markdown"] == markdown.render(report())


def test_the_style_of_the_html_reaches_nothing_outside_its_root() -> None:
    style = html.render(report()).partition("<style>")[2].partition("</style>")[0]
    selectors = [line.partition("{")[0].strip() for line in style.replace("}", "}\n").split("\n") if "{" in line]
    assert len(selectors) > 15
    assert all(selector.startswith((".lyncphone-logs", "@media")) for selector in selectors)
    assert "url(" not in style
    assert "prefers-color-scheme: dark" in style


def test_a_report_is_imported_without_the_libraries_that_only_its_html_needs() -> None:
    program = (
        "import sys, lyncphone_logs.reports.report, lyncphone_logs.reports.text; sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
