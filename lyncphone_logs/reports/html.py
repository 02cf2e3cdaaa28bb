"""Prints the report as one HTML element, without scripts, remote resources or styles that reach outside of it.

It begins with the first screen of the text report. Closed elements below it hold what `--all` prints.
"""

import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from lyncphone_logs.diagnosis.findings import Findings
from lyncphone_logs.reports import cause_list, command, fleet, fleet_text, grouping, headline, notes, text, wording
from lyncphone_logs.reports.answer import answer
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.excerpt import excerpt, marked_line

MAX_DETAILED = 200
"""Phones of a fleet that are described one by one; all are in the table."""
PAGE_STYLE = (
    "body { margin: 0; background: #fff; }"
    " @media screen and (prefers-color-scheme: dark) { body { background: #15181c; } }"
)
"""Removes the edge around the element; the colours are those of the element."""
MAX_NAMED = 20
"""Phones that are listed openly under their cause; a longer list is closed."""


def render(report: Findings) -> str:
    """The report as an element of class `lyncphone-logs` with its style, for a notebook."""
    return _rendered(report, is_file=False)


def document(report: Findings) -> str:
    """The report as one self-contained HTML file, without a final line end."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    title = escape(visible(f"{headline.named_inputs(report) or 'no input'} - {report.tool}"))
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{title}</title>\n<style>{PAGE_STYLE}</style>\n</head>",
            f"<body>\n<main>\n{_rendered(report, is_file=True)}\n</main>\n</body>\n</html>",
        ]
    )


def _rendered(report: Findings, *, is_file: bool) -> str:
    """The element; in a file it has a heading of level 1."""
    phones = headline.leading_phones(report)
    several = len(phones) > 1
    values: dict[str, Any] = _fleet(report) if several else {"subject": headline.subject(report)}
    values |= {"report": report, "phones": phones, "is_file": is_file, "several": several}
    values["earlier"] = [*map(wording.fix, report.fixes)]
    return _template().render(values)


def _fleet(report: Findings) -> dict[str, Any]:
    """What the template prints about several phones. Anchors are unique among the reports of one notebook."""
    found = fleet.summary(report.phones)
    causes = list(cause_list.causes(report, found.causes))
    inputs = "".join(f"{read.path}{read.sha256}" for read in report.inputs)
    anchor = f"cause-{zlib.crc32(inputs.encode(errors='backslashreplace')):08x}"
    by_name = {phone.id: phone for phone in report.phones}
    shown, around = found.phones[:MAX_DETAILED], fleet_text.sentences(report, found)
    return {
        "subject": around.heading,
        "around": around.remarks,
        "next": around.next,
        "anchor": anchor,
        "causes": causes,
        "printed": {
            each.row.code: (each.block, f"{anchor}-{number}") for number, each in enumerate(causes, 1) if each.block
        },
        "rows": found.phones,
        "described": [(row, by_name[row.id], answer(report, by_name[row.id])) for row in shown],
    }


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
    tools = (answer, is_link, excerpt, marked_line)
    modules = {"command": command, "grouping": grouping, "notes": notes, "text": text, "wording": wording}
    limits = {"MAX_NAMED": MAX_NAMED}
    return environment.get_template(
        "report.html.jinja", globals={each.__name__: each for each in tools} | modules | limits
    )
