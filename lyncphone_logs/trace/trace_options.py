"""The options of one trace: which times it covers, and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lyncphone_logs.redaction.redactor import Redactor
from lyncphone_logs.timestamps.zones import Zones


@dataclass(frozen=True, kw_only=True)
class TraceOptions:
    """Options of `read_trace` that concern reading; the defaults are those of the command line.

    `year` is the last year of the trace, 0 if not known. `zones` are the time zones of its clocks. Lines before
    `since` or after `until` (as `TimeRange` reads them) are skipped. For a diagnosis, `full=True` reads every line,
    False skips lines that no rule needs, and None decides by size. `jobs` is the number of processes that read a large
    trace, 0 for one per core; each of them imports the grammars of the folder `grammars` in addition to the built-in
    ones. With `lines`, only the events that begin at these lines are read, by the path of their source; other sources
    are skipped.
    """

    year: int = 0
    zones: Zones = field(default_factory=Zones)
    since: str = ""
    until: str = ""
    full: bool | None = None
    jobs: int = 1
    grammars: str = ""
    lines: Mapping[str, frozenset[int]] | None = None
    redactor: Redactor | None = None
