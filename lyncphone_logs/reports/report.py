"""The report of one run: findings that print themselves as text, JSON and, in Jupyter, HTML and Markdown."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, get_args

from lyncphone_logs.diagnosis.findings import Diagnosis, Findings
from lyncphone_logs.events.event import Event
from lyncphone_logs.notebook import MAX_REPR_CHARACTERS, bounded
from lyncphone_logs.reports import json
from lyncphone_logs.reports.wording import counted
from lyncphone_logs.rules.rule import EXPLAINS, Verdict

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: dict[str, str | tuple[str, ...]] = {
    "phone": "str", "code": "str", "name": "str", "title": "str", "verdict": tuple(reversed(get_args(Verdict))),
    "score": "float64", "severity": ("note", "warning", "error"), "first_seen": "datetime64[us]",
    "last_seen": "datetime64[us]", "count": "int64", "source": "str", "line": "Int32",
}  # fmt: skip
"""The columns of `Report.to_frame` with their dtypes; a tuple is an ordered category, the least word first."""


class Report(Findings):
    """The findings of one run. `str()` is the text report."""

    __slots__ = ()

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """The diagnoses of all phones, in the order of the report."""
        return tuple(found for phone in self.phones for found in phone.diagnoses)

    def __iter__(self) -> Iterator[Diagnosis]:
        return iter(self.diagnoses)

    def __len__(self) -> int:
        return len(self.diagnoses)

    def to_frame(self) -> "pd.DataFrame":
        """The diagnoses as a DataFrame, one row each, in the order of the report.

        `verdict` and `severity` are ordered: `frame[frame.verdict >= "likely"]`. `source` and `line` locate the first
        line that shows the symptom; `line` is missing if that is not in a trace.
        """
        from lyncphone_logs.events.dataframe import rows_frame

        return rows_frame((_row(phone.id, found) for phone in self.phones for found in phone.diagnoses), COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON types, with keys in the order of the schema."""
        return json.to_dict(self)

    def to_json(self) -> str:
        """The report as one JSON document, without a final line end; equal input, rules and options give equal text."""
        return json.document(self)

    def __repr__(self) -> str:
        found = ", ".join(f"{each.rule.code} {each.verdict}" for each in self) or "no diagnosis"
        counts = f"{counted(len(self.inputs), 'input')}, {counted(len(self.phones), 'phone')}"
        return f"Report({bounded(f'{counts}: {found}', MAX_REPR_CHARACTERS - len('Report()'))})"

    def __str__(self) -> str:
        """The first screen as text, 80 columns wide and without colour."""
        from lyncphone_logs.reports import screen

        return screen.render(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """The report in the formats that Jupyter shows; text from a trace is escaped in each of them."""
        from lyncphone_logs.reports import html, markdown

        return {"text/plain": str(self), "text/html": html.render(self), "text/markdown": markdown.render(self)}


def _row(phone: str, found: Diagnosis) -> tuple[object, ...]:
    rule, event = found.rule, _first_event(found)
    return (
        phone, rule.code, rule.name, rule.title, found.verdict, found.score, rule.severity, found.first_seen,
        found.last_seen, found.count, event.source if event else None, event.line or None if event else None,
    )  # fmt: skip


def _first_event(found: Diagnosis) -> Event | None:
    symptoms = (each.event for each in found.evidence if each.role == EXPLAINS)
    return next(symptoms, found.evidence[0].event if found.evidence else None)
