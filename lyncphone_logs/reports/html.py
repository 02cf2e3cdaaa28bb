"""Prints the report as one HTML element, without scripts, remote resources or styles that reach outside of it."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from lyncphone_logs.diagnosis.findings import Findings
from lyncphone_logs.reports import grouping, wording
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.excerpt import excerpt


def render(report: Findings) -> str:
    """The report as an element of class `lyncphone-logs` with its style, for a notebook or a file."""
    return _template().render(report=report, grouping=grouping, wording=wording, excerpt=excerpt, is_link=is_link)


def document(report: Findings) -> str:
    """The report as one self-contained HTML file, without a final line end."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(visible(report.tool))}</title>\n</head>\n<body>\n{render(report)}\n</body>\n</html>"
    )


def is_link(url: str) -> bool:
    """Whether a reference becomes a link: only a printable https address does."""
    return re.fullmatch(r"https://[\x21-\x7e]+", url) is not None


def _inert(value: object) -> object:
    """The value with hidden characters escaped; output of macros has been through this."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _template() -> Template:
    """The template of the report. Jinja2 passes every value through `_inert` and then escapes it."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=_inert,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja")
