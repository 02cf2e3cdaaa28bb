"""The report of one run: findings that print themselves as text, JSON and, in Jupyter, HTML and Markdown."""

from typing import Any

from lyncphone_logs.diagnosis.findings import Findings
from lyncphone_logs.reports import json


class Report(Findings):
    """The findings of one run. `str()` is the text report."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON types, with keys in the order of the schema."""
        return json.to_dict(self)

    def to_json(self) -> str:
        """The report as one JSON document, without a final line end; equal input, rules and options give equal text."""
        return json.document(self)

    def __str__(self) -> str:
        """The first screen as text, 80 columns wide and without colour."""
        from lyncphone_logs.reports import text

        return text.render(self, color=False)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """The report in the formats that Jupyter shows; text from a trace is escaped in each of them."""
        from lyncphone_logs.reports import html, markdown

        return {"text/plain": str(self), "text/html": html.render(self), "text/markdown": markdown.render(self)}
