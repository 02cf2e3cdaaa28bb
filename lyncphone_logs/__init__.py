"""Give it the trace that a desk phone wrote; get the cause, the evidence and the fix."""

# Each import here would take time at each start, and an interruption meanwhile would print a traceback.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lyncphone_logs.api import diagnose, read_trace
    from lyncphone_logs.errors import (
        EvidenceError,
        GrammarError,
        InputError,
        LyncphoneLogsError,
        OutputError,
        RuleError,
    )
    from lyncphone_logs.events.event import Event
    from lyncphone_logs.reports.report import Report
    from lyncphone_logs.trace.trace import Trace

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

# Imported on first use: `--help` would otherwise wait for grammars and rules to be imported.
_LAZY = {
    "EvidenceError": "errors",
    "GrammarError": "errors",
    "InputError": "errors",
    "LyncphoneLogsError": "errors",
    "OutputError": "errors",
    "RuleError": "errors",
    "Event": "events.event",
    "Report": "reports.report",
    "Trace": "trace.trace",
    "diagnose": "api",
    "read_trace": "api",
}


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    """The public names, so that completion offers those that are not imported yet, and nothing else."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
