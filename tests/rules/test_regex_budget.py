"""The regexes of rules take bounded time; a rule with one that takes longer is named and cannot be checked."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.paths import ROOT

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.grammar.search_linearity import check_search
from lyncphone_logs.matching.regex_limit import limited_regexes
from lyncphone_logs.rules import regex_budget
from lyncphone_logs.rules.condition import MAX_REGEX, Condition
from lyncphone_logs.rules.regex_budget import (
    MAX_REGEX_SECONDS,
    MAX_RUN_SECONDS,
    MAX_SEARCH_SECONDS,
    MIN_REGEX_SECONDS,
    RegexBudget,
    slow_rules,
    using,
)

SLOW = r"(.*?,){29}P"
LINE = "Jul  9 12:00:{:02} phone voip_task[440]: LAN      : ERR  - can't open '/proc/net/vlan/config': {}\n"
RULE = ROOT / "lyncphone_logs" / "content" / "rules" / "network" / "voice-vlan-wrong.toml"
SYMPTOM = '{ event = "vlan.failed", '


class Clock:
    """A clock that each search advances; `seconds` has the time that each regex takes."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.now = 0.0
        self.searches = 0
        self.seconds = seconds

    def __call__(self) -> float:
        return self.now

    def search(self, expression: str, text: str, limit: float | None) -> bool:
        """Take the time of the regex. Raises TimeoutError at the limit."""
        self.searches += 1
        taken = self.seconds[expression]
        self.now += taken if limit is None else min(taken, limit)
        if limit is not None and taken > limit:
            raise TimeoutError
        return True


def budget(clock: Clock, *linear: str) -> RegexBudget:
    return RegexBudget(linear.__contains__, clock, clock.search)


def budget_of(clock: Clock) -> RegexBudget:
    """A budget whose clock is that of the regexes that it knows; the others are searched for, and take no time."""

    def search(expression: str, text: str, seconds: float | None) -> bool:
        known = expression in clock.seconds
        return clock.search(expression, text, seconds) if known else regex_budget.search(expression, text, seconds)

    return RegexBudget(lambda _: False, clock, search)


def test_a_search_that_exceeds_its_limit_stops_its_regex_and_no_other() -> None:
    clock = Clock({"slow": 10, "fast": 1e-6})
    spent = budget(clock)
    assert [spent.finds(each, "text") for each in ("slow", "fast", "slow", "fast")] == [None, True, None, True]
    assert (list(spent.stopped), clock.searches) == (["slow"], 3)
    assert clock.now == pytest.approx(MAX_SEARCH_SECONDS, rel=0.01)


@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.1, 0.2])
def test_many_searches_of_one_regex_use_one_budget(seconds: float) -> None:
    clock = Clock({"slow": seconds, "fast": 1e-6})
    spent = budget(clock)
    states = [spent.finds("slow", "text") for _ in range(5000)]
    assert (states[0], states[-1]) == (True, None)
    assert clock.now <= MAX_REGEX_SECONDS + seconds + 5000 * regex_budget.FREE_SECONDS
    assert spent.finds("fast", "text") is True


def test_all_regexes_of_a_run_use_one_budget() -> None:
    clock = Clock({f"slow {number}": 0.01 for number in range(200)} | {"fast": 1e-6})
    spent = budget(clock)
    for number in range(200):
        for _ in range(1000):
            spent.finds(f"slow {number}", "text")
    assert clock.now <= MAX_RUN_SECONDS + MAX_REGEX_SECONDS + 200 * (MIN_REGEX_SECONDS + 0.01) + 1
    assert spent.finds("fast", "text") is True
    assert len(spent.stopped) == 200


def test_a_trace_of_any_size_uses_no_budget_if_its_regexes_are_as_fast_as_usual() -> None:
    clock = Clock({"usual": 2e-6})
    spent = budget(clock)
    assert all(spent.finds("usual", "text") for _ in range(1_000_000))
    long = budget(Clock({"usual": 0.006}))
    assert all(long.finds("usual", "x" * 65_536) for _ in range(1000))


def test_a_regex_that_is_proven_linear_is_never_stopped_so_that_a_slow_machine_changes_no_answer() -> None:
    clock = Clock({"linear": 10.0})
    spent = budget(clock, "linear")
    assert [spent.finds("linear", "text") for _ in range(3)] == [True] * 3
    assert not spent.stopped


def test_every_regex_of_the_built_in_rules_is_proven_to_take_linear_time() -> None:
    found = {expression for rule in read_catalog().rules for expression in regexes(rule.patterns)}
    for expression in found:
        check_search(expression)
    assert len(found) >= 50


def regexes(patterns: object) -> Iterator[str]:
    for pattern in patterns:  # type: ignore[attr-defined]
        for test in pattern.where.values():
            while isinstance(test, Condition):
                if test.regex:
                    yield test.regex
                test = test.not_


def overlay(folder: Path, expression: str, code: str = "ZZZ001") -> Path:
    """A folder with a rule whose first symptom tests the reason with a regex."""
    text = RULE.read_text(encoding="utf-8").replace('"NET001"', f'"{code}"', 1)
    text = text.replace('"voice-vlan-wrong"', f'"slow-{code.lower()}"', 1)
    where = f"where = {{ reason = {{ regex = '{expression}' }} }}, "
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / f"slow-{code.lower()}.toml").write_text(text.replace(SYMPTOM, SYMPTOM + where, 1), encoding="utf-8")
    return rules


def vlan_trace(folder: Path, reasons: list[str]) -> Path:
    trace = folder / "trace.log"
    trace.write_text("".join(LINE.format(number % 60, reason) for number, reason in enumerate(reasons)), "utf-8")
    return trace


def test_a_rule_whose_regex_is_too_slow_is_named_and_the_other_rules_answer(tmp_path: Path) -> None:
    trace = vlan_trace(tmp_path, [f"{number} no such device" for number in range(5)])
    rules = overlay(tmp_path, SLOW)
    overlay(tmp_path, "no such (?:a)?device", "ZZZ002")
    spent = budget_of(Clock({SLOW: 10.0, "no such (?:a)?device": 1e-6}))
    with using(spent):
        report = lp.diagnose(trace, rules=str(rules), year=2013)
    (phone,) = report.phones
    assert "ZZZ001" not in {each.rule.code for each in phone.diagnoses}
    assert {"NET001", "ZZZ002"} <= {each.rule.code for each in phone.diagnoses}
    assert "ZZZ001" in {each.rule.code for each in phone.not_checkable}
    assert "ZZZ001" not in {rule.code for rule in phone.not_shown}
    assert [each.split("\n")[0] for each in report.problems] == ["rule ZZZ001 (slow-zzz001) cannot be checked"]


def test_the_answer_does_not_depend_on_when_the_regex_was_stopped(tmp_path: Path) -> None:
    trace = vlan_trace(tmp_path, [f"{number} no such device" for number in range(200)])
    rules = str(overlay(tmp_path, SLOW))
    answers = set()
    for seconds in (0.02, 0.05, 0.2, 9.0):
        spent = budget_of(Clock({SLOW: seconds}))
        with using(spent):
            answers.add(lp.diagnose(trace, rules=rules, year=2013).to_json())
        assert list(spent.stopped) == [SLOW]
    assert len(answers) == 1


@pytest.mark.parametrize("expression", [SLOW, "(?:,?1?,?1?)*(?:,?1?)*Q", "(.*?,.*?,){15}(.*?,)*P"])
@pytest.mark.slow
def test_the_program_ends_soon_and_says_which_rule_is_not_checkable(tmp_path: Path, expression: str) -> None:
    trace = vlan_trace(tmp_path, ["1," * (60 + number) for number in range(40)])
    rules = overlay(tmp_path, expression)
    done = run("diagnose", str(trace), "--rules", str(rules), "-f", "json")
    report = json.loads(done.stdout)
    if report["problems"]:
        assert done.returncode == 3
        assert [each.split("\n")[0] for each in report["problems"]] == ["rule ZZZ001 (slow-zzz001) cannot be checked"]
        gaps = [gap["missing"] for gap in report["gaps"]]
        assert any("regex" in gap for gap in gaps)
    assert {"NET001"} <= {each["code"] for each in report["phones"][0]["diagnoses"]}
    assert report["problems"] or expression != SLOW


@pytest.mark.slow
def test_the_other_commands_end_soon_too(tmp_path: Path) -> None:
    trace = vlan_trace(tmp_path, ["1," * (60 + number) for number in range(40)])
    rules = str(overlay(tmp_path, SLOW))
    line = trace.read_text(encoding="utf-8").split("\n")[0]
    for arguments in (["explain", "ZZZ001", str(trace)], ["explain", line], ["explain", "NET001", str(trace)]):
        done = run(*arguments, "--rules", rules)
        assert done.returncode == 3, done.stderr
        assert "rule ZZZ001 (slow-zzz001) cannot be checked" in done.stderr


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program with at most twenty seconds of CPU time, which includes compiling all grammars."""
    return subprocess.run(
        [sys.executable, "-m", "lyncphone_logs", *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (20, 20)),
    )


def test_a_regex_that_takes_long_to_compile_is_refused() -> None:
    for expression in ("(a|b)" * MAX_REGEX, "(" * 999, "[" * 500):
        with pytest.raises(ValueError, match="regex"):
            Condition(regex=expression).check()


def test_a_value_of_the_vocabulary_that_cannot_be_tested_in_time_is_permitted() -> None:
    clock = Clock({"slow": 10.0})
    with using(budget(clock)):
        assert Condition(regex="slow").permits("value")


def test_no_regex_is_stopped_outside_of_a_run() -> None:
    with limited_regexes() as one, limited_regexes() as other:
        assert one is other
    assert slow_rules(read_catalog().rules, one) == {}
