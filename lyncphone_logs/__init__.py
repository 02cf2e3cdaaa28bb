"""Give it the trace that a desk phone wrote; get the cause, the evidence and the fix."""

from lyncphone_logs.errors import (
    EvidenceError,
    GrammarError,
    InputError,
    LyncphoneLogsError,
    OutputError,
    RuleError,
)
from lyncphone_logs.event import Event
from lyncphone_logs.examine import diagnose, read_trace
from lyncphone_logs.reports.report import Report
from lyncphone_logs.trace import Trace

__all__ = [
    "Event",
    "EvidenceError",
    "GrammarError",
    "InputError",
    "LyncphoneLogsError",
    "OutputError",
    "Report",
    "RuleError",
    "Trace",
    "diagnose",
    "read_trace",
]
