"""Prints one line for each failure without a known cause and for each diagnosis, for editors and grep.

A stable interface: `path:line: FAILURE kind: text [phone]`, `path:line: CODE verdict score name: title [phone]`. The
path is that of the first line that shows the symptom (`archive!/member` inside an archive). The line counts from 1 and
is 0 if the symptom is not in a trace. The score has two digits and is rounded down. Of a text over several lines, the
first is printed. The phone is last, because its id may contain spaces.
"""

from collections.abc import Iterator

from lyncphone_logs.diagnosis.findings import Diagnosis, Findings
from lyncphone_logs.reports import wording
from lyncphone_logs.reports.escaping import visible


def render(report: Findings) -> str:
    """The lines in the order of the report, without a final line end; empty when nothing was found."""
    return "\n".join(visible(line) for line in _lines(report))


def _lines(report: Findings) -> Iterator[str]:
    for phone in report.phones:
        for failure in phone.failures:
            text = failure.text.partition("\n")[0]
            yield f"{failure.source}:{failure.line}: FAILURE {failure.kind}: {text} [{phone.id}]"
        for found in phone.diagnoses:
            rule = found.rule
            verdict = f"{found.verdict} {wording.share(found.score)} {rule.name}: {rule.title}"
            yield f"{_location(found)}: {rule.code} {verdict} [{phone.id}]"


def _location(found: Diagnosis) -> str:
    events = [each.event for each in sorted(found.evidence, key=lambda each: each.role != "explains")]
    if not events:
        return "-:0"
    return wording.location(events[0]) if events[0].line else f"{wording.location(events[0])}:0"
