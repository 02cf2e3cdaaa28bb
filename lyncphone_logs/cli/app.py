"""The command line. Each command is a thin caller; stdout is the answer, stderr everything else.

Exit codes: 0 nothing found; 1 something diagnosed at or above --fail-on; 2 usage error, or nothing usable among what
was named; 3 part of the input, a rule or a grammar could not be used, or there was nothing to read; 4 the output could
not be written; 5 a bug; 130 interrupted. 3 outranks 1.
"""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lyncphone_logs.cli.events import events
from lyncphone_logs.cli.explain import explain
from lyncphone_logs.cli.grammars import grammars_app
from lyncphone_logs.cli.options import (
    CertificateFiles,
    Display,
    Domain,
    Firmware,
    FirstSignIn,
    Full,
    GrammarNames,
    GrammarsFolder,
    Jobs,
    Model,
    OutputFile,
    Paths,
    RulesFolder,
    Since,
    TimeZone,
    Until,
    Year,
)
from lyncphone_logs.cli.output import tell, write
from lyncphone_logs.cli.phones import phones, unparsed
from lyncphone_logs.cli.rules import rules_app
from lyncphone_logs.errors import LyncphoneLogsError, OutputError

if TYPE_CHECKING:
    from lyncphone_logs.reports.report import Report

app = typer.Typer(
    help="Give it the trace that a desk phone wrote; get the cause, the evidence and the fix.",
    epilog="PATH alone is short for: diagnose PATH",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.add_typer(rules_app, name="rules")
app.add_typer(grammars_app, name="grammars")

COMMANDS = {"diagnose", "events", "explain", "phones", "unparsed", "rules", "grammars"}
GLOBAL_OPTIONS = {"-h", "--help", "-V", "--version", "--install-completion", "--show-completion"}
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


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, typer.Option("-V", "--version", help="Show the version.")] = False) -> None:
    if version:
        from lyncphone_logs.version import program

        write(program())
        raise typer.Exit


@app.command()
def diagnose(
    paths: Paths,
    format: Annotated[Format, typer.Option("-f", "--format", help="How the report is written.")] = Format.text,
    output: OutputFile = "",
    fail_on: Annotated[FailOn, typer.Option(help="Exit with 1 from this severity on.")] = FailOn.warning,
    certificate: CertificateFiles = None,
    firmware: Firmware = "",
    model: Model = "",
    location: FirstSignIn = None,
    domain: Domain = "",
    display: Display = None,
    year: Year = 0,
    tz: TimeZone = None,
    since: Since = "",
    until: Until = "",
    rules: RulesFolder = "",
    grammar: GrammarNames = None,
    grammars: GrammarsFolder = "",
    full: Full = None,
    jobs: Jobs = 0,
    verify_fix: Annotated[
        str, typer.Option(help="JSON report of an earlier trace: is it fixed?", show_default=False)
    ] = "",
) -> None:
    """Say why the phone fails: causes with their evidence, what was ruled out, and the fix."""
    from lyncphone_logs import api

    trace = api.read_trace(
        *paths, certificate=certificate or (), firmware=firmware, model=model, location=location or "", domain=domain,
        display=display or (), year=year, tz=tz or (), since=since, until=until, rules=rules,
        grammar=grammar or (), grammars=grammars, full=full, jobs=jobs or os.cpu_count() or 1,
    )  # fmt: skip
    report = api.diagnose(trace, verify_fix=verify_fix)
    tell("note", report.notes)
    tell("problem", [*(each.problem for each in report.inputs if each.problem), *report.problems])
    write(_rendered(report, format, to_terminal=not output), output)
    raise typer.Exit(_exit_code(report, fail_on.value))


for command in (events, explain, phones, unparsed):
    app.command()(command)


def _rendered(report: "Report", format: Format, *, to_terminal: bool) -> str:
    if format is Format.json:
        return report.to_json()
    if format is Format.text:
        from lyncphone_logs.reports.page import Terminal, standard_output
        from lyncphone_logs.reports.text import render

        terminal = standard_output() if to_terminal else Terminal(color=False, width=None)
        return render(report, color=terminal.color, width=terminal.width)
    from lyncphone_logs.reports import concise, json, markdown

    renderers = {Format.concise: concise.render, Format.jsonl: json.render, Format.markdown: markdown.render}
    return renderers[format](report)


def _exit_code(report: "Report", fail_on: str) -> int:
    is_open = any(each.state == "cannot tell" for each in report.fixes)
    if report.problems or any(each.problem for each in report.inputs) or not report.inputs or is_open:
        return 3
    severities = [each.rule.severity for phone in report.phones for each in phone.diagnoses]
    return int(any(SEVERITIES.index(each) >= SEVERITIES.index(fail_on) for each in severities))


def main() -> None:
    """Run the command line and exit with its code; no traceback reaches the user but with LYNCPHONE_LOGS_DEBUG=1."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    # Events hold no cycles: looking for some, while they grow in number, would take a third of the time.
    gc.set_threshold(100_000, 50, 50)
    words = [*arguments] or ["--help"]
    if words[0] not in COMMANDS | GLOBAL_OPTIONS:
        words.insert(0, "diagnose")
    try:
        app(words, prog_name="lyncphone-logs")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    except KeyboardInterrupt:
        return 130
    except LyncphoneLogsError as error:
        tell("error", [error])
        return 4 if isinstance(error, OutputError) else 2
    except Exception as error:
        return _bug(error)
    return 0


def _bug(error: Exception) -> int:
    help = "run again with LYNCPHONE_LOGS_DEBUG=1 and report what it prints"
    tell("error", [f"this is a bug: {type(error).__name__}: {error}\n  help: {help}"])
    if os.environ.get("LYNCPHONE_LOGS_DEBUG"):
        traceback.print_exception(error)
    return 5
