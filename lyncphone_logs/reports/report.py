"""The report of one run, with its faces: text, JSON and what Jupyter shows."""

from typing import Any

from lyncphone_logs.diagnosis.findings import Findings
from lyncphone_logs.reports import json


class Report(Findings):
    """The findings of one run. `str()` gives them as text."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON types, keys in the order of the schema."""
        return json.to_dict(self)

    def to_json(self) -> str:
        """One JSON document, without a final line end; the same input, rules and options give the same text."""
        return json.document(self)

    def __str__(self) -> str:
        """The report as text, neither coloured nor wrapped."""
        from lyncphone_logs.reports import text

        return text.render(self, color=False, width=None)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What Jupyter shows: inert in every form."""
        from lyncphone_logs.reports import html, markdown

        return {"text/plain": str(self), "text/html": html.render(self), "text/markdown": markdown.render(self)}
