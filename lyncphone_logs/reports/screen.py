"""Chooses which text a report is: all findings, one cause with its phones, several phones, or one phone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lyncphone_logs.diagnosis.findings import Findings
from lyncphone_logs.reports import headline, text
from lyncphone_logs.reports.page import PLAIN, Terminal

if TYPE_CHECKING:
    from lyncphone_logs.reports.fleet import View


def render(
    report: Findings,
    terminal: Terminal = PLAIN,
    *,
    view: "View | None" = None,
    codes: Sequence[str] = (),
    everything: bool = False,
) -> str:
    """The report as text, without a final line end. `codes` are the causes by which its phones were selected."""
    color, width = terminal.color, terminal.width
    if everything:
        from lyncphone_logs.reports import details

        return details.render(report, color=color, width=width)
    is_table = view is not None and view.by == "phone"
    if len(report.phones if is_table else headline.leading_phones(report)) < 2:
        return text.render(report, color=color, width=width)
    from lyncphone_logs.reports import fleet, fleet_text

    shown = view or fleet.View()
    if len(codes) == 1 and shown.by == "cause":
        return fleet_text.render_cause(report, codes[0].upper(), shown, color=color, width=width)
    return fleet_text.render(report, shown, color=color, width=width)
