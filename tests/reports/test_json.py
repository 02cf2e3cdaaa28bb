"""The JSON report says once what is equal for many phones, and is written phone by phone."""

import json
import tracemalloc
from collections import Counter
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.paths import FIXTURES, FOUNDING
from support.sample_report import CLOCK, SIGNATURE, event, lead, phone, report, rival

import lyncphone_logs as lp
from lyncphone_logs.cli.app import run
from lyncphone_logs.diagnosis.findings import Failure, NotCheckable, SharedFault
from lyncphone_logs.reports import concise
from lyncphone_logs.reports import json as written
from lyncphone_logs.reports.report import Report

SCHEMA = json.loads(files("lyncphone_logs").joinpath("content/schema/report-2.schema.json").read_text(encoding="utf-8"))
TRACES = sorted(FIXTURES.glob("*/*/trace.log"))
MAX_FLEET_BYTES = 1_000_000
REFUSED = FOUNDING.read_text(encoding="utf-8").strip()
SAID = [
    "daemon.info udhcpc[210]: Lease of 10.1.2.{0} obtained, lease time 86400",
    "local7.info voip_task[440]: SIP      : INFO - SIP/2.0 403 Forbidden CSeq: 2 REGISTER",
    REFUSED.replace("=7", "=10").replace("{", "{{").replace("}", "}}"),
]


def fleet(count: int, **changed: Any) -> Report:
    return report(phones=tuple(phone(id=f"phone-{number}", **changed) for number in range(count)))


@pytest.mark.parametrize("trace", TRACES, ids=lambda path: path.parent.name)
@pytest.mark.sampled(4)
def test_the_report_of_every_fixture_is_what_the_schema_says(trace: Path) -> None:
    jsonschema.validate(json.loads(lp.diagnose(lp.read_trace(trace, year=2013)).to_json()), SCHEMA)


@pytest.mark.slow
def test_a_report_of_150_phones_takes_less_than_a_megabyte(tmp_path: Path) -> None:
    for number in range(150):
        lines = [REFUSED, *(each.format(number) for each in SAID[: number % 4])]
        stamped = (f"Jul  9 10:{number % 60:02}:1{at} synthetic-{number} {line}\n" for at, line in enumerate(lines))
        (tmp_path / f"phone{number}.log").write_text("".join(stamped), encoding="utf-8")
    found = lp.diagnose(lp.read_trace(tmp_path, year=2013))
    assert len(found.phones) == 150
    assert len(found.to_json().encode()) < MAX_FLEET_BYTES
    assert sum(len(line.encode()) + 1 for line in written.json_lines(found)) < MAX_FLEET_BYTES
    jsonschema.validate(json.loads(found.to_json()), SCHEMA)


def test_what_is_equal_for_phones_is_said_once() -> None:
    text = fleet(30).to_json()
    for said in (
        SIGNATURE.impact,
        "firmware 2.0.5 is older than 3.0.1",
        "add --certificate FILE",
        "no line about time",
    ):
        assert text.count(said) <= 2
    one, several = fleet(1).to_dict(), fleet(30).to_dict()
    for key in ("rules", "terms", "gaps", "coverage"):
        assert one[key] == several[key]


def test_phones_that_differ_have_their_own_coverage_and_terms() -> None:
    other = phone(diagnoses=(lead(terms=rival().terms),), not_shown=(), not_checkable=(NotCheckable(CLOCK, "a", "b"),))
    found = report(phones=(phone(), other)).to_dict()
    first, second = (each["coverage"] for each in found["phones"])
    assert found["coverage"][first]["not_shown"] == [CLOCK.code]
    assert found["coverage"][second] == {"not_shown": [], "not_checkable": [{"gap": 1, "codes": [CLOCK.code]}]}
    assert found["gaps"][1] == {"missing": "a", "how_to_capture": "b"}
    (index,) = found["phones"][1]["diagnoses"][0]["terms"]
    assert found["terms"][index]["says"] == rival().terms[0].says


def test_rivals_share_the_symptom_and_the_lines_of_a_phone() -> None:
    (found,) = report().to_dict()["phones"]
    assert {each["symptom"] for each in found["diagnoses"]} == {0}
    assert found["symptoms"][0]["codes"] == ["TLS001", "TLS002"]
    seen = [found["events"][each["event"]] for each in found["diagnoses"][0]["evidence"]]
    assert [(each["path"], each["line"]) for each in seen] == [("--firmware", 0), ("founding.log", 1)]
    assert len(found["events"]) == len({each["id"] for each in found["events"]}) == 2


@pytest.mark.parametrize("shown", [report(), report(phones=(), inputs=(), facts=(), packs=()), fleet(3)])
def test_the_document_is_the_dictionary_with_a_line_for_each_finding(shown: Report) -> None:
    lines = list(written.document_parts(shown))
    assert not any("\n" in line for line in lines)
    assert "\n".join(lines) == shown.to_json()
    assert json.loads(shown.to_json()) == json.loads(json.dumps(shown.to_dict()))
    in_order = json.loads(shown.to_json(), object_pairs_hook=list)
    assert in_order == json.loads(json.dumps(shown.to_dict()), object_pairs_hook=list)
    starts = Counter(line[: line.find(":")].strip() for line in lines)
    assert starts['{"code"'] == sum(len(each.diagnoses) + len(each.ruled_out) for each in shown.phones)


def test_only_one_phone_is_converted_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    converted, original = [], written._phone

    def counting(*of: Any) -> dict[str, Any]:
        converted.append(of[0].id)
        return original(*of)

    monkeypatch.setattr(written, "_phone", counting)
    for parts in (written.document_parts(fleet(9)), written.json_lines(fleet(9))):
        converted.clear()
        next(part for part in parts if "phone-4" in part)
        assert converted == [f"phone-{number}" for number in range(5)]


@pytest.mark.parametrize("form", [written.document_parts, written.json_lines])
@pytest.mark.slow
def test_memory_does_not_grow_with_the_text_of_all_phones(form: Any) -> None:
    found = fleet(2000)
    tracemalloc.start()
    size = sum(len(part) for part in form(found))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 3_000_000
    assert peak < size / 4


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_the_command_writes_what_the_report_says(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    run([str(FOUNDING), "--format", format])
    found = lp.diagnose(lp.read_trace(FOUNDING))
    parts = written.document_parts(found) if format == "json" else written.json_lines(found)
    assert capsys.readouterr().out == "".join(f"{part}\n" for part in parts)


def test_failures_without_a_known_cause_are_objects_and_lines() -> None:
    text = "SIP/2.0 403 Forbidden\n\tCSeq: 2 REGISTER"
    failure = Failure(event(kind="sip.response", source="a b.log", line=12, text=text), 3)
    found = report(phones=(phone(failures=(failure,)),))
    (said,) = found.to_dict()["phones"][0]["failures"]
    assert said == {"kind": "sip.response", "source": "a b.log", "line": 12, "text": text, "count": 3}
    jsonschema.validate(json.loads(found.to_json()), SCHEMA)
    assert [json.loads(line)["type"] for line in written.json_lines(found)].count("failure") == 1
    assert concise.render(found).split("\n")[0] == (
        "a b.log:12: FAILURE sip.response: SIP/2.0 403 Forbidden [10.1.2.3]"
    )


def test_a_fault_that_phones_share_is_an_object() -> None:
    at = datetime(2013, 7, 9, 10)
    found = report(shared_faults=(SharedFault("TLS001", "", "it failed", ("a", "b"), at, at, "utc"),))
    times = {"first": "2013-07-09T10:00:00", "last": at.isoformat(), "clock": "utc"}
    assert found.to_dict()["shared_faults"] == [
        {"code": "TLS001", "kind": "", "what": "it failed", "count": 2, "phones": ("a", "b")} | times
    ]
    jsonschema.validate(json.loads(found.to_json()), SCHEMA)


def test_concise_lines_name_the_phone() -> None:
    found = report(phones=(phone(), replace(phone(), id="a phone", diagnoses=(lead(),))))
    ends = [line.rpartition(" [")[2] for line in concise.render(found).split("\n")]
    assert ends == ["10.1.2.3]", "10.1.2.3]", "a phone]"]
