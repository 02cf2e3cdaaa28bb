"""Complete traces with their expected findings: fixtures/<grammar>/<story>/trace.log and story.toml next to it.

Lines that no source shows come from a phone named `synthetic-phone`. `model` is stated for a story whose lines are all
those of daemons, which do not show that their sender is a phone.
"""

import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.rules.rule import Verdict

STORIES = sorted(path.parent for path in FIXTURES.glob("*/*/story.toml"))


def expected(story: Path) -> dict[str, Any]:
    return tomllib.loads((story / "story.toml").read_text(encoding="utf-8"))


def trace_of(story: Path) -> lp.Trace:
    facts = expected(story)
    return lp.read_trace(str(story / "trace.log"), year=facts["year"], model=facts.get("model", ""))


def test_the_stories_are_there() -> None:
    assert len(STORIES) >= 7


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name)
def test_every_line_becomes_the_event_that_the_story_expects(story: Path) -> None:
    found = [
        {"line": each.line, "kind": each.kind, "count": each.count, "fields": dict(each.fields)}
        for each in trace_of(story).events()
    ]
    assert found == expected(story)["events"]


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name)
def test_diagnoses_and_journey_are_those_that_the_story_expects(story: Path) -> None:
    (phone,) = lp.diagnose(trace_of(story)).phones
    found = [{"name": each.rule.name, "verdict": each.verdict} for each in phone.diagnoses]
    assert [each for each in found if each["verdict"] != "unlikely"] == expected(story)["diagnoses"]
    failures = [{"kind": each.kind, "line": each.line, "count": each.count} for each in phone.failures]
    assert failures == expected(story).get("failures", [])
    states = {each.stage: each.state for each in phone.boots[0].journey if each.state != "not checkable"}
    assert states == expected(story)["journey"]


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name)
def test_synthetic_lines_are_marked(story: Path) -> None:
    is_real = expected(story)["origin"].startswith("real: ")
    lines = (story / "trace.log").read_text(encoding="utf-8").strip().split("\n")
    assert all(("synthetic-phone" in line) is not is_real for line in lines)


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name)
def test_diagnoses_come_most_probable_first_except_consequences(story: Path) -> None:
    for phone in lp.diagnose(trace_of(story)).phones:
        listed = [
            each for each in phone.diagnoses if not (each.consequence_of or each.silenced_by or each.rule.is_fact)
        ]
        for verdict in get_args(Verdict):
            scores = [each.score for each in listed if each.verdict == verdict]
            assert scores == sorted(scores, reverse=True)
        words = [get_args(Verdict).index(each.verdict) for each in listed]
        assert words == sorted(words)
