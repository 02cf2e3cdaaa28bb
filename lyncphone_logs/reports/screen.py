"""Chooses which text a report is: all findings, one cause with its phones, several phones, or one phone."""

from collections.abc import Sequence

from lyncphone_logs.diagnosis.findings import Findings
from lyncphone_logs.reports import details, fleet_text, text
from lyncphone_logs.reports.fleet_text import DEFAULT_VIEW, View
from lyncphone_logs.reports.page import PLAIN, Terminal


def render(
    report: Findings,
    view: View = DEFAULT_VIEW,
    terminal: Terminal = PLAIN,
    *,
    codes: Sequence[str] = (),
    everything: bool = False,
) -> str:
    """The report as text, without a final line end. `codes` are the causes by which its phones were selected."""
    color, width = terminal.color, terminal.width
    if everything:
        return details.render(report, color=color, width=width)
    if len(report.phones) < 2:
        return text.render(report, color=color, width=width)
    if len(codes) == 1 and view.by == "cause":
        return fleet_text.render_cause(report, codes[0].upper(), view, color=color, width=width)
    return fleet_text.render(report, view, color=color, width=width)
