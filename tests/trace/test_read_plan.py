"""How a trace is read follows from its size, its options and the kinds that rules name."""

import pytest

from lyncphone_logs.sources.source import Source
from lyncphone_logs.timestamps.zones import Zones
from lyncphone_logs.trace import read_plan
from lyncphone_logs.trace.clocks import SourceClocks
from lyncphone_logs.trace.read_plan import MAX_FULL_BYTES, MIN_PARALLEL_BYTES, MIN_SEARCHED_BYTES, ReadPlan
from lyncphone_logs.trace.trace_options import TraceOptions

RULES = frozenset({"tls.error"})


class Sized(Source):
    """A source of this many bytes, None if they are not known."""

    def __init__(self, number: int | None) -> None:
        super().__init__("x.log")
        self.number = number

    @property
    def size(self) -> int | None:
        return self.number

    @property
    def expected(self) -> int | None:
        return self.number


def plan(*sizes: int | None, rules: frozenset[str] = RULES, options: TraceOptions | None = None) -> ReadPlan:
    options = options or TraceOptions()
    return ReadPlan.choose([*map(Sized, sizes)], SourceClocks([], (), options), options, lambda: rules)


def test_the_kinds_of_rules_are_not_asked_for_if_one_source_is_read_line_by_line() -> None:
    def unexpected() -> frozenset[str]:
        raise AssertionError

    options = TraceOptions(full=True)
    found = ReadPlan.choose([Sized(2 * MAX_FULL_BYTES)], SourceClocks([], (), options), options, unexpected)
    assert (found.skips, found.wanted, found.condenses, found.jobs) == (False, frozenset(), False, 1)


@pytest.mark.parametrize(
    ("size", "full", "skips"),
    [
        (MAX_FULL_BYTES, None, False),
        (MAX_FULL_BYTES + 1, None, True),
        (MAX_FULL_BYTES + 1, True, False),
        (1, False, True),
    ],
)
def test_lines_are_skipped_in_large_traces_unless_the_user_decides(size: int, full: bool | None, skips: bool) -> None:
    found = plan(size, options=TraceOptions(full=full))
    assert found.skips is skips
    assert found.reason == (
        "stated by the user" if full is not None else f"{size} bytes; every line is read up to 33554432"
    )
    assert {"tls.error", "device.started", "sip.register.succeeded"}.issubset(found.wanted) is skips


@pytest.mark.parametrize("size", [MIN_SEARCHED_BYTES, None])
def test_literals_are_searched_unless_all_sources_are_known_to_be_small(size: int | None) -> None:
    assert plan(size).searches
    assert ReadPlan.for_events([Sized(size)]).searches
    assert not plan(MIN_SEARCHED_BYTES - 1).searches
    assert not ReadPlan.for_events([Sized(MIN_SEARCHED_BYTES - 1)]).searches


def test_without_the_search_every_line_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_plan, "is_available", lambda: False)
    found = plan(2 * MAX_FULL_BYTES, options=TraceOptions(full=False))
    assert (found.skips, found.searches) == (False, False)


@pytest.mark.parametrize(
    ("options", "rules", "size", "jobs"),
    [
        (TraceOptions(jobs=4, full=True), RULES, MIN_PARALLEL_BYTES, 4),
        (TraceOptions(jobs=4, full=True), RULES, MIN_PARALLEL_BYTES - 1, 1),
        (TraceOptions(jobs=4, full=True), RULES, None, 1),
        (TraceOptions(jobs=4, full=False), RULES, MIN_PARALLEL_BYTES, 1),
        (TraceOptions(jobs=4, full=True), RULES | {"log.message"}, MIN_PARALLEL_BYTES, 1),
        (TraceOptions(jobs=4, full=True, since="2013-07-09"), RULES, MIN_PARALLEL_BYTES, 1),
        (TraceOptions(jobs=4, full=True, zones=Zones(["UTC"])), RULES, MIN_PARALLEL_BYTES, 1),
    ],
)
def test_processes_read_parts_of_large_files_if_no_rule_or_option_needs_all_messages_in_order(
    options: TraceOptions, rules: frozenset[str], size: int | None, jobs: int
) -> None:
    assert plan(size, rules=rules, options=options).jobs == jobs


@pytest.mark.parametrize(
    ("options", "rules", "size", "why"),
    [
        (TraceOptions(jobs=4, full=True), RULES, MIN_PARALLEL_BYTES, ""),
        (TraceOptions(jobs=4, full=True), RULES, MIN_PARALLEL_BYTES - 1, "smaller than 16 MiB"),
        (TraceOptions(jobs=4, full=True), RULES, None, "a pipe, an archive, a compressed file"),
        (TraceOptions(jobs=4, full=False), RULES, MIN_PARALLEL_BYTES, "--full"),
        (TraceOptions(jobs=4, full=True), RULES | {"log.message"}, MIN_PARALLEL_BYTES, "a rule needs every message"),
        (TraceOptions(jobs=4, full=True, since="2013-07-09"), RULES, MIN_PARALLEL_BYTES, "--since"),
        (TraceOptions(jobs=4, full=True, zones=Zones(["UTC"])), RULES, MIN_PARALLEL_BYTES, "--tz"),
        (TraceOptions(jobs=1, full=True), RULES, MIN_PARALLEL_BYTES, "one is asked for"),
    ],
)
def test_a_plan_with_one_process_says_why(
    options: TraceOptions, rules: frozenset[str], size: int | None, why: str
) -> None:
    found = plan(size, rules=rules, options=options)
    assert why in found.one_job
    assert bool(found.one_job) is bool(why)


def test_no_number_of_processes_means_one_per_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert plan(MIN_PARALLEL_BYTES, options=TraceOptions(jobs=0, full=True)).jobs == 3


def test_messages_of_several_sources_are_condensed_unless_a_rule_names_them() -> None:
    assert not plan(9).condenses
    assert plan(9, 9).condenses
    assert not plan(9, 9, rules=RULES | {"log.message"}).condenses
    assert not ReadPlan.for_events([Sized(9), Sized(9)]).condenses
