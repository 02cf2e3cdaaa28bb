"""Prints one line for each diagnosis, for editors and grep: `path:line: CODE verdict confidence name: title`.

A stable interface. The path is that of the first line that shows the symptom (`archive!/member` inside an archive). The
line counts from 1 and is 0 if the symptom is not in a trace. The confidence has two digits and is rounded down.
"""

from collections.abc import Iterator

from lyncphone_logs.diagnosis.findings import Diagnosis, Findings
from lyncphone_logs.reports import wording
from lyncphone_logs.reports.escaping import visible


def render(report: Findings) -> str:
    """The lines in the order of the report, without a final line end; empty when nothing was diagnosed."""
    return "\n".join(visible(line) for line in _lines(report))


def _lines(report: Findings) -> Iterator[str]:
    for phone in report.phones:
        for found in phone.diagnoses:
            rule = found.rule
            verdict = f"{found.verdict} {wording.share(found.confidence)} {rule.name}: {rule.title}"
            yield f"{_location(found)}: {rule.code} {verdict}"


def _location(found: Diagnosis) -> str:
    events = [each.event for each in sorted(found.evidence, key=lambda each: each.role != "explains")]
    if not events:
        return "-:0"
    return wording.location(events[0]) if events[0].line else f"{wording.location(events[0])}:0"
