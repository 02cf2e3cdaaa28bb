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

from lyncphone_logs.cli_catalog import GrammarsFolder, RulesFolder, grammars_app, rules_app
from lyncphone_logs.errors import LyncphoneLogsError, OutputError
from lyncphone_logs.output import tell, whole_file, write

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

COMMANDS = {"diagnose", "events", "explain", "rules", "grammars"}
GLOBAL_OPTIONS = {"-h", "--help", "-V", "--version", "--install-completion", "--show-completion"}
SEVERITIES = ("note", "warning", "error")


class Format(StrEnum):
    """How a report is written."""

    text = "text"
    concise = "concise"
    json = "json"
    jsonl = "jsonl"
    markdown = "markdown"


class EventFormat(StrEnum):
    """How events are written."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    error = "error"
    warning = "warning"
    note = "note"


class Location(StrEnum):
    """Where the first sign-in was made."""

    internal = "internal"
    external = "external"


Paths = Annotated[list[str], typer.Argument(help="Trace files, folders, or - for standard input.", show_default=False)]
OutputFile = Annotated[str, typer.Option("-o", "--output", help="Write to this file.", show_default=False)]
Year = Annotated[
    int, typer.Option("--year", help="Last year of the trace, for stamps without one.", show_default=False)
]


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
    certificate: Annotated[list[str] | None, typer.Option(help="File of the server's certificates.")] = None,
    firmware: Annotated[str, typer.Option(help="Firmware version of the phone.")] = "",
    model: Annotated[str, typer.Option(help="Model of the phone.")] = "",
    location: Annotated[Location | None, typer.Option(help="Where the first sign-in was made.")] = None,
    domain: Annotated[str, typer.Option(help="SIP domain of the user.")] = "",
    display: Annotated[list[str] | None, typer.Option(help="What the screen of the phone says.")] = None,
    year: Year = 0,
    rules: RulesFolder = "",
    grammars: GrammarsFolder = "",
    full: Annotated[
        bool | None,
        typer.Option(
            "--full/--search-first", help="Read every line, or pass over what no rule asks for.", show_default="by size"
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=0, help="Processes that read every line of a large trace.", show_default="cores")
    ] = 0,
) -> None:
    """Say why the phone fails: causes with their evidence, what was ruled out, and the fix."""
    from lyncphone_logs import examine

    trace = examine.read_trace(
        *paths, certificate=certificate or (), firmware=firmware, model=model, location=location or "", domain=domain,
        display=display or (), year=year, rules=rules, grammars=grammars, full=full, jobs=jobs or os.cpu_count() or 1,
    )  # fmt: skip
    report = examine.diagnose(trace)
    tell("note", report.notes)
    tell("problem", report.problems)
    write(_rendered(report, format, to_terminal=not output), output)
    raise typer.Exit(_exit_code(report, fail_on.value))


@app.command()
def events(
    paths: Paths,
    format: Annotated[EventFormat, typer.Option("-f", "--format", help="How events are written.")] = EventFormat.table,
    output: OutputFile = "",
    year: Year = 0,
    grammars: GrammarsFolder = "",
) -> None:
    """Show every line of a trace as the event that it is; to a file whose name ends in .parquet, as Parquet."""
    from lyncphone_logs import examine
    from lyncphone_logs.reports.event_table import RENDERERS

    trace = examine.read_trace(*paths, year=year, grammars=grammars)
    if output.endswith(".parquet"):
        from lyncphone_logs.parquet import check_available, write_parquet

        check_available(output)
        with whole_file(output) as stream:
            write_parquet(trace.batches(), stream)
    else:
        write(RENDERERS[format.value](trace.events()), output)
    tell("note", [*trace.catalog.notes, *trace.assumptions])
    problems = [*(read.problem for read in examine.inputs(trace) if read.problem), *map(str, trace.catalog.problems)]
    tell("problem", problems)
    raise typer.Exit(3 if problems else 0)


@app.command()
def explain(
    code: Annotated[
        str, typer.Argument(help="Code or name of a diagnosis, or a number: TLS001, 28033, x509:20, sip:504, alert:48.")
    ] = "",
    line: Annotated[str, typer.Option("--line", help="A line of a trace: who reads it, and how far.")] = "",
    rules: RulesFolder = "",
    grammars: GrammarsFolder = "",
) -> None:
    """Explain a diagnosis, a number or name that logs print, or how a line of a trace is read."""
    from lyncphone_logs import lookup
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.reports import line_text, lookup_text, rule_text, terminal

    catalog = read_catalog(rules, grammars)
    if bool(code) == bool(line):
        raise typer.BadParameter("give a CODE, or a line with --line", param_hint="CODE")
    if line:
        write(line_text.render_line(line, catalog.grammars))
        raise typer.Exit
    rule, shown = catalog.rule(code), terminal.standard_output()
    if rule:
        write(rule_text.render_rule(rule, color=shown.color, width=shown.width))
        raise typer.Exit
    entries = lookup.look_up(code)
    if not entries:
        help = lookup.suggest(code, [word for each in catalog.rules for word in (each.code, each.name)])
        raise typer.BadParameter(f"no rule and no number is called {code!r}. {help}".strip(), param_hint="CODE")
    write(lookup_text.render_entries(entries, catalog.rules, color=shown.color, width=shown.width))


def _rendered(report: "Report", format: Format, *, to_terminal: bool) -> str:
    if format is Format.json:
        return report.to_json()
    if format is Format.text:
        from lyncphone_logs.reports.terminal import Terminal, standard_output
        from lyncphone_logs.reports.text import render

        terminal = standard_output() if to_terminal else Terminal(color=False, width=None)
        return render(report, color=terminal.color, width=terminal.width)
    from lyncphone_logs.reports import concise, jsonl, markdown

    renderers = {Format.concise: concise.render, Format.jsonl: jsonl.render, Format.markdown: markdown.render}
    return renderers[format](report)


def _exit_code(report: "Report", fail_on: str) -> int:
    if report.problems or any(each.problem for each in report.inputs) or not report.inputs:
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
