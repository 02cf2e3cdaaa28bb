"""The command `diagnose`: reads a trace and prints the report in one of its formats."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lyncphone_logs.cli.options import CLOCKS, FACTS, REDACTION, OutputFile, Paths, open_trace, with_trace_options
from lyncphone_logs.cli.output import print_messages, write

if TYPE_CHECKING:
    from lyncphone_logs.reports.fleet import View
    from lyncphone_logs.reports.page import Terminal
    from lyncphone_logs.reports.report import Report
    from lyncphone_logs.trace.trace import Trace

SEVERITIES = ("note", "warning", "error")


class Format(StrEnum):
    """How a report is written."""

    text = "text"
    concise = "concise"
    json = "json"
    jsonl = "jsonl"
    markdown = "markdown"
    html = "html"


ENDINGS = {
    ".json": Format.json, ".jsonl": Format.jsonl, ".ndjson": Format.jsonl, ".md": Format.markdown,
    ".markdown": Format.markdown, ".html": Format.html, ".htm": Format.html,
}  # fmt: skip
"""The format that the ending of an output file chooses, unless --format names one; any other ending chooses text."""


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    error = "error"
    warning = "warning"
    note = "note"


class By(StrEnum):
    """What a line of the table about several phones is about."""

    cause = "cause"
    phone = "phone"


class Sort(StrEnum):
    """The order of the table about several phones."""

    phones = "phones"
    code = "code"
    verdict = "verdict"
    time = "time"
    name = "name"


class Color(StrEnum):
    """Whether text is coloured."""

    auto = "auto"
    always = "always"
    never = "never"


_Texts = list[str] | None


@with_trace_options(*FACTS, *CLOCKS, "rules", "grammar", "grammars", "plugins", "full", *REDACTION)
def diagnose(
    paths: Paths,
    format: Annotated[
        Format | None,
        typer.Option("-f", "--format", help="Format of the report.", show_default="text, or by the ending of -o"),
    ] = None,
    output: OutputFile = "",
    everything: Annotated[bool, typer.Option("--all", help="Print all findings, not only the first screen.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no notes and no progress.")] = False,
    *,
    phone: Annotated[_Texts, typer.Option("--phone", help="Only phones with this name; may be repeated.")] = None,
    code: Annotated[_Texts, typer.Option("--code", help="Only phones with this diagnosis; may be repeated.")] = None,
    by: Annotated[By, typer.Option(help="Several phones: one line for each cause or phone.")] = By.cause,
    sort: Annotated[Sort, typer.Option(help="Several phones: order of the lines.")] = Sort.phones,
    color: Annotated[Color, typer.Option(help="Colour the text.")] = Color.auto,
    fail_on: Annotated[FailOn, typer.Option(help="Lowest severity that gives exit code 1.")] = FailOn.warning,
    jobs: Annotated[int, typer.Option(min=0, help="Number of processes for a large trace.", show_default="cores")] = 0,
    verify_fix: Annotated[
        str, typer.Option(help="JSON report of an earlier trace: report what is fixed.", show_default=False)
    ] = "",
    **options: Any,
) -> None:
    """Find the cause of what a trace shows: evidence, how to check it, and the fix."""
    from lyncphone_logs import api
    from lyncphone_logs.cli.progress import watched
    from lyncphone_logs.reports.screen import render

    trace = open_trace(paths, options | {"jobs": jobs}, output, verify_fix)
    trace.wanted_phones = names = tuple(_as_shown(phone or (), trace))
    with watched(trace, quiet=quiet):
        complete = api.diagnose(trace, verify_fix=verify_fix, phone=phone[0] if phone and len(phone) == 1 else "")
    report = _selected(_noted(complete, trace.ineffective, quiet=quiet), names, code or ())
    chosen = format or ENDINGS.get(PurePath(output).suffix.lower(), Format.text)
    _messages(report, chosen, to_file=bool(output))
    if chosen is Format.text:
        terminal, view = _terminal(color, to_terminal=not output), _view(report, by, sort, len(complete.known_phones))
        write(render(report, terminal, view=view, codes=code or (), everything=everything), output)
    else:
        write(_rendered(report, chosen), output)
    raise typer.Exit(_exit_code(report, fail_on.value))


def _noted(report: "Report", ineffective: Iterable[str], *, quiet: bool) -> "Report":
    """The report with notes on options without effect, or without any notes."""
    return replace(report, notes=() if quiet else (*ineffective, *report.notes))


def _as_shown(names: Iterable[str], trace: "Trace") -> Iterable[str]:
    """The names of phones as the trace has them."""
    return map(trace.options.redactor.phone, names) if trace.options.redactor else names


def _selected(report: "Report", names: Iterable[str], codes: Iterable[str]) -> "Report":
    """The report about the phones that --phone and --code select. Raises BadParameter if they select none."""
    names, codes = list(names), list(codes)
    if not names and not codes:
        return report
    from lyncphone_logs.errors import suggestion
    from lyncphone_logs.reports import fleet

    found = fleet.selected(report, names, codes)
    if found:
        return replace(report, phones=tuple(found))
    for option, wanted, known in (
        ("--phone", names, [phone.id for phone in report.phones]),
        ("--code", codes, sorted({each.rule.code for phone in report.phones for each in phone.diagnoses})),
    ):
        if wanted:
            listed = f"known: {', '.join(known[:10])}" if known else "the trace has none"
            hint = suggestion(wanted[0], known) or listed
            raise typer.BadParameter(f"no phone of the trace has {wanted[0]!r}; {hint}", param_hint=option)
    return report


def _view(report: "Report", by: By, sort: Sort, total: int) -> "View | None":
    if len(report.phones) < 2:
        return None
    from lyncphone_logs.reports.fleet import View

    return View(by.value, sort.value, total)


def _terminal(color: Color, *, to_terminal: bool) -> "Terminal":
    from lyncphone_logs.reports import page

    wanted = None if color is Color.auto else color is Color.always
    if to_terminal:
        return page.standard_output(wanted)
    return page.Terminal(color=bool(wanted), width=page.DEFAULT_WIDTH)


def _messages(report: "Report", format: Format, *, to_file: bool) -> None:
    """Print what the output does not show to standard error: problems, and notes if it has no place for them."""
    if format is Format.concise or to_file:
        from lyncphone_logs.reports.notes import joined

        print_messages("note", joined(report.notes, (each.path for each in report.inputs)))
        print_messages("problem", [each.problem for each in report.inputs if each.problem])
        print_messages("problem", [each.replace("\n  ", "; ") for each in report.problems])


def _rendered(report: "Report", format: Format) -> "str | Iterable[str]":
    from lyncphone_logs.reports import concise, html, json, markdown

    renderers: dict[Format, Callable[[Report], str | Iterable[str]]] = {
        Format.concise: concise.render,
        Format.json: json.document_parts,
        Format.jsonl: json.json_lines,
        Format.markdown: markdown.render,
        Format.html: html.document,
    }
    return renderers[format](report)


def _exit_code(report: "Report", fail_on: str) -> int:
    is_open = any(each.state == "cannot tell" for each in report.fixes)
    if report.problems or any(each.problem for each in report.inputs) or not report.inputs or is_open:
        return 3
    severities = [each.rule.severity for phone in report.known_phones for each in phone.diagnoses]
    has_failures = any(phone.failures for phone in report.known_phones)
    return int(has_failures or any(SEVERITIES.index(each) >= SEVERITIES.index(fail_on) for each in severities))
