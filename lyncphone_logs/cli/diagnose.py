"""The command `diagnose`: reads a trace and prints the report in one of its formats."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lyncphone_logs.cli.options import CLOCKS, FACTS, OutputFile, Paths, open_trace, with_trace_options
from lyncphone_logs.cli.output import print_messages, write
from lyncphone_logs.cli.progress import watched

if TYPE_CHECKING:
    from lyncphone_logs.reports.report import Report

SEVERITIES = ("note", "warning", "error")


class Format(StrEnum):
    """How a report is written."""

    text = "text"
    concise = "concise"
    json = "json"
    jsonl = "jsonl"
    markdown = "markdown"


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    error = "error"
    warning = "warning"
    note = "note"


@with_trace_options(*FACTS, *CLOCKS, "rules", "grammar", "grammars", "full")
def diagnose(
    paths: Paths,
    format: Annotated[Format, typer.Option("-f", "--format", help="Format of the report.")] = Format.text,
    output: OutputFile = "",
    fail_on: Annotated[FailOn, typer.Option(help="Lowest severity that gives exit code 1.")] = FailOn.warning,
    *,
    jobs: Annotated[int, typer.Option(min=0, help="Number of processes for a large trace.", show_default="cores")] = 0,
    verify_fix: Annotated[
        str, typer.Option(help="JSON report of an earlier trace: report what is fixed.", show_default=False)
    ] = "",
    **options: Any,
) -> None:
    """Diagnose a trace: likely causes with evidence, causes ruled out, and the fix."""
    from lyncphone_logs import api

    trace = open_trace(paths, options | {"jobs": jobs})
    with watched(trace):
        report = api.diagnose(trace, verify_fix=verify_fix)
    print_messages("note", [*trace.ineffective, *report.notes])
    print_messages("problem", [*(each.problem for each in report.inputs if each.problem), *report.problems])
    write(_rendered(report, format, to_terminal=not output), output)
    raise typer.Exit(_exit_code(report, fail_on.value))


def _rendered(report: "Report", format: Format, *, to_terminal: bool) -> str:
    if format is Format.text:
        from lyncphone_logs.reports import page, text

        terminal = page.standard_output() if to_terminal else page.Terminal(color=False, width=None)
        return text.render(report, color=terminal.color, width=terminal.width)
    from lyncphone_logs.reports import concise, json, markdown

    renderers = {
        Format.concise: concise.render,
        Format.json: json.document,
        Format.jsonl: json.json_lines,
        Format.markdown: markdown.render,
    }
    return renderers[format](report)


def _exit_code(report: "Report", fail_on: str) -> int:
    is_open = any(each.state == "cannot tell" for each in report.fixes)
    if report.problems or any(each.problem for each in report.inputs) or not report.inputs or is_open:
        return 3
    severities = [each.rule.severity for phone in report.phones for each in phone.diagnoses]
    return int(any(SEVERITIES.index(each) >= SEVERITIES.index(fail_on) for each in severities))
