"""The report as JSON lines: one object a line, told apart by `type`. A stable interface, schema version 1.

- `report`, always first: the JSON report's keys except that `phones` hold no findings
- `diagnosis`, `ruled_out`, `not_shown`, `not_checkable`: the object of the JSON report, with its phone's id as `phone`

Phones come in the order of the report, and the findings of each in the order of the types above.
"""

from collections.abc import Iterator
from typing import Any

from lyncphone_logs.reports.encoding import to_json
from lyncphone_logs.reports.report import Report

FINDINGS = {
    "diagnoses": "diagnosis",
    "ruled_out": "ruled_out",
    "not_shown": "not_shown",
    "not_checkable": "not_checkable",
}
"""Keys of a phone in the JSON report, and the type of the lines that each becomes."""


def render(report: Report) -> str:
    """The lines, without a final line end."""
    return "\n".join(to_json(line) for line in _lines(report.to_dict()))


def _lines(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    phones = [{key: value for key, value in phone.items() if key not in FINDINGS} for phone in whole["phones"]]
    yield {"type": "report"} | whole | {"phones": phones}
    for phone in whole["phones"]:
        for key, type_ in FINDINGS.items():
            for finding in phone[key]:
                yield {"type": type_, "phone": phone["id"]} | finding
