"""Decides how the lines of a trace are read: all or only those that rules need, searched first or not, in parallel."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lyncphone_logs.events.environments import environment_kinds
from lyncphone_logs.events.event import MESSAGE
from lyncphone_logs.events.vocabulary import kinds, stages_of
from lyncphone_logs.parsing.literal_search import is_available
from lyncphone_logs.sources.source import Source
from lyncphone_logs.trace.clocks import SourceClocks
from lyncphone_logs.trace.trace_options import TraceOptions

MIN_SEARCHED_BYTES = 256 * 1024
"""Below this size, trying each message takes less time than preparing the search for literals."""
MAX_FULL_BYTES = 32 * 1024 * 1024
"""Above this size, a diagnosis skips the lines that no rule needs."""
MIN_PARALLEL_BYTES = 16 * 1024 * 1024
"""From this size on, several processes take less time than one."""


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """How the lines of all sources are read; `reason` says why lines are skipped or not.

    `searches`: lines are searched for the literals of the grammars before they are parsed.
    `skips`: lines without a literal of a `wanted` kind are not parsed; else `wanted` is empty.
    `condenses`: of a run of messages only the first and the last ones become rows.
    `jobs`: processes that read (and condense) parts of the sources; 1: this process reads them, and `one_job` says why.
    """

    searches: bool
    reason: str
    skips: bool = False
    wanted: frozenset[str] = frozenset()
    condenses: bool = False
    jobs: int = 1
    one_job: str = ""

    @classmethod
    def for_events(cls, sources: Sequence[Source]) -> "ReadPlan":
        """The plan if each line must become an event."""
        return cls(_is_worth_a_search(sources), "every event is asked for", one_job="every line becomes an event")

    @classmethod
    def choose(
        cls,
        sources: Sequence[Source],
        clocks: SourceClocks,
        options: TraceOptions,
        named_kinds: Callable[[], frozenset[str]],
    ) -> "ReadPlan":
        """The plan for a diagnosis. `named_kinds` returns the kinds that rules name; called only if these matter."""
        skips, reason = _skips(sources, options)
        jobs = options.jobs or os.cpu_count() or 1
        one_job = _one_job(sources, clocks, skips=skips) if jobs > 1 else "one is asked for"
        if options.lines is not None:
            one_job = "only some lines are read"
        # Switching between many sources makes small batches, which take time: messages need not be among them.
        may_condense = (not one_job or len(sources) > 1) and MESSAGE not in named_kinds()
        if not one_job and not may_condense:
            one_job = "a rule needs every message"
        return cls(
            searches=skips or _is_worth_a_search(sources),
            reason=reason,
            skips=skips,
            wanted=_wanted(named_kinds()) if skips else frozenset(),
            condenses=may_condense,
            jobs=1 if one_job else jobs,
            one_job=one_job,
        )


def _skips(sources: Sequence[Source], options: TraceOptions) -> tuple[bool, str]:
    if not is_available():
        return False, "no search for literals on this system"
    if options.full is not None:
        return not options.full, "stated by the user"
    size = sum(source.expected or 0 for source in sources)
    return size > MAX_FULL_BYTES, f"{size} bytes; every line is read up to {MAX_FULL_BYTES}"


def _one_job(sources: Sequence[Source], clocks: SourceClocks, *, skips: bool) -> str:
    """Why one process reads the sources, or "" if several can.

    Parts are condensed by the process that reads them. Late lines, other sources, a time range and a zone need every
    line.
    """
    size = _size(sources, unknown=-1)
    if size < 0:
        return "a pipe, an archive, a compressed file or one in UTF-16 cannot be divided"
    if size < MIN_PARALLEL_BYTES:
        return f"the trace is smaller than {MIN_PARALLEL_BYTES // 1024**2} MiB"
    return "lines that no rule needs are skipped (--full to read every line)" if skips else clocks.ordered_by


def _is_worth_a_search(sources: Sequence[Source]) -> bool:
    return _size(sources, unknown=MIN_SEARCHED_BYTES) >= MIN_SEARCHED_BYTES and is_available()


def _size(sources: Sequence[Source], unknown: int) -> int:
    """The bytes of all sources; `unknown` if that of one is not known."""
    sizes = [source.size for source in sources]
    return unknown if None in sizes else sum(filter(None, sizes))


def _wanted(named: frozenset[str]) -> frozenset[str]:
    """The kinds that rules name, and those that identify phones, boots, environments and the stages of the sign-in."""
    staged = (name for name, kind in kinds().items() if stages_of(name) or kind.outcome)
    devices = (name for name in kinds() if name.startswith("device."))
    return named | environment_kinds() | {*staged, *devices}
