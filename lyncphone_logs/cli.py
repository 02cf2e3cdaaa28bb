"""The command line. Each command is a thin caller; stdout is the answer, stderr everything else.

Exit codes: 0 nothing found; 1 something diagnosed at or above --fail-on; 2 usage error, or nothing usable among what was
named; 3 part of the input, a rule or a grammar could not be used, or there was nothing to read; 4 the output could not be
written; 5 a bug; 130 interrupted. 3 outranks 1.
"""

import os
import shutil
import sys
import traceback
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lyncphone_logs.errors import LyncphoneLogsError, OutputError
from lyncphone_logs.output import write

if TYPE_CHECKING:
    from lyncphone_logs.reports.report import Report

app = typer.Typer(
    help="Give it the trace that a desk phone wrote; get the cause, the evidence and the fix.",
    epilog="PATH alone is short for: diagnose PATH",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
rules_app = typer.Typer(help="The diagnoses that are known.", no_args_is_help=True)
grammars_app = typer.Typer(help="The phone families that are known.", no_args_is_help=True)
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
RulesFolder = Annotated[str, typer.Option("--rules", help="Folder of more rules.", show_default=False)]
GrammarsFolder = Annotated[str, typer.Option("--grammars", help="Folder of more grammars; they are run.", show_default=False)]
Year = Annotated[int, typer.Option("--year", help="Last year of the trace, for stamps without one.", show_default=False)]


def _show_version(wanted: bool) -> None:
    if wanted:
        from lyncphone_logs.version import program

        write(program())
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("-V", "--version", callback=_show_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    pass


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
) -> None:
    """Say why the phone fails: causes with their evidence, what was ruled out, and the fix."""
    from lyncphone_logs import examine

    trace = examine.read_trace(
        *paths, certificate=certificate or (), firmware=firmware, model=model, location=location or "", domain=domain,
        display=display or (), year=year, rules=rules, grammars=grammars,
    )  # fmt: skip
    report = examine.diagnose(trace)
    _tell("note", report.notes)
    _tell("problem", report.problems)
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
    """Show every line of a trace as the event that it is."""
    from lyncphone_logs import examine
    from lyncphone_logs.reports.event_table import RENDERERS

    trace = examine.read_trace(*paths, year=year, grammars=grammars)
    write(RENDERERS[format.value](trace.events()), output)
    _tell("note", [*trace.catalog.notes, *trace.assumptions])
    problems = [*(read.problem for read in examine.inputs(trace) if read.problem), *map(str, trace.catalog.problems)]
    _tell("problem", problems)
    raise typer.Exit(3 if problems else 0)


@app.command()
def explain(
    code: Annotated[str, typer.Argument(help="Code or name of a diagnosis, such as TLS001.")] = "",
    line: Annotated[str, typer.Option("--line", help="A line of a trace: who reads it, and how far.")] = "",
    rules: RulesFolder = "",
    grammars: GrammarsFolder = "",
) -> None:
    """Explain a diagnosis, or how a line of a trace is read."""
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.reports import line_text, rule_text

    catalog = read_catalog(rules, grammars)
    if bool(code) == bool(line):
        raise typer.BadParameter("give a CODE, or a line with --line", param_hint="CODE")
    if line:
        write(line_text.render_line(line, catalog.grammars))
        raise typer.Exit
    rule = catalog.rule(code)
    if rule is None:
        raise typer.BadParameter(f"no rule {code!r}. {catalog.suggest(code)}".strip(), param_hint="CODE")
    write(rule_text.render_rule(rule, color=_color(), width=_width()))


@rules_app.command("list")
def rules_list(rules: RulesFolder = "") -> None:
    """List all diagnoses: code, severity, name, title."""
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(rules)
    write(f"{rule.code:8} {rule.severity:8} {rule.name:31} {rule.title}" for rule in catalog.rules)
    _finish(catalog.problems)


@rules_app.command("show")
def rules_show(code: Annotated[str, typer.Argument(help="Code or name of a rule.")], rules: RulesFolder = "") -> None:
    """Print the file of one rule."""
    from lyncphone_logs.catalog import read_catalog, rule_file

    catalog = read_catalog(rules)
    rule = catalog.rule(code)
    if rule is None:
        raise typer.BadParameter(f"no rule {code!r} {catalog.suggest(code)}".strip(), param_hint="CODE")
    write(rule_file(rule, rules).read_text(encoding="utf-8").rstrip())


@rules_app.command("test")
def rules_test(
    code: Annotated[str, typer.Argument(help="Code or name of one rule; all without it.")] = "",
    rules: RulesFolder = "",
    grammars: GrammarsFolder = "",
) -> None:
    """Put the samples inside the rules to the test."""
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.samples import check_rule

    catalog = read_catalog(rules, grammars)
    chosen = [rule for rule in catalog.rules if not code or rule is catalog.rule(code)]
    failures = [f"{rule.code} {each}" for rule in chosen for each in check_rule(rule, catalog.rules, catalog.grammars)]
    samples = sum(len(rule.sample) for rule in chosen)
    write([*failures, f"{len(chosen)} rules, {samples} samples, {len(failures)} failures"])
    _finish(catalog.problems, failed=bool(failures) or not chosen)


@grammars_app.command("list")
def grammars_list(grammars: GrammarsFolder = "") -> None:
    """List all grammars: name, maker, what it reads."""
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(grammars=grammars)
    write(f"{each.name:20} {each.vendor:12} {each.about.partition(chr(10))[0]}" for each in catalog.grammars)
    _finish(catalog.problems)


@grammars_app.command("show")
def grammars_show(name: Annotated[str, typer.Argument(help="Name of a grammar.")], grammars: GrammarsFolder = "") -> None:
    """Print the file of one grammar."""
    from lyncphone_logs.catalog import read_catalog

    grammar = read_catalog(grammars=grammars).grammar(name)
    if grammar is None:
        raise typer.BadParameter(f"no grammar {name!r}; see `grammars list`", param_hint="NAME")
    write(grammar.path.read_text(encoding="utf-8").rstrip())


@grammars_app.command("test")
def grammars_test(grammars: GrammarsFolder = "") -> None:
    """Put the samples inside the grammars to the test."""
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.samples import check_grammar

    catalog = read_catalog(grammars=grammars)
    failures = [f"{each.name}: {failure}" for each in catalog.grammars for failure in check_grammar(each, catalog.grammars)]
    samples = sum(len(each.samples) for each in catalog.grammars)
    write([*failures, f"{len(catalog.grammars)} grammars, {samples} samples, {len(failures)} failures"])
    _finish(catalog.problems, failed=bool(failures))


def _rendered(report: "Report", format: Format, *, to_terminal: bool) -> str:
    if format is Format.json:
        return report.to_json()
    if format is Format.text:
        from lyncphone_logs.reports.text import render

        return render(report, color=to_terminal and _color(), width=_width() if to_terminal else None)
    from lyncphone_logs.reports import concise, jsonl, markdown

    renderers = {Format.concise: concise.render, Format.jsonl: jsonl.render, Format.markdown: markdown.render}
    return renderers[format](report)


def _color() -> bool:
    forced = os.environ.get("FORCE_COLOR")
    return bool(forced) or (sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _exit_code(report: "Report", fail_on: str) -> int:
    if report.problems or any(each.problem for each in report.inputs) or not report.inputs:
        return 3
    severities = [each.rule.severity for phone in report.phones for each in phone.diagnoses]
    return int(any(SEVERITIES.index(each) >= SEVERITIES.index(fail_on) for each in severities))


def _tell(label: str, texts: Iterable[object]) -> None:
    from lyncphone_logs.reports.visible import visible

    for text in texts:
        print("\n".join(visible(line) for line in f"{label}: {text}".split("\n")), file=sys.stderr)


def _finish(problems: Sequence[LyncphoneLogsError], *, failed: bool = False) -> None:
    _tell("problem", problems)
    raise typer.Exit(3 if problems else int(failed))


def main() -> None:
    """Run the command line and exit with its code; no traceback reaches the user but with LYNCPHONE_LOGS_DEBUG=1."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
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
        _tell("error", [error])
        return 4 if isinstance(error, OutputError) else 2
    except Exception as error:
        return _bug(error)
    return 0


def _bug(error: Exception) -> int:
    _tell("error", [f"this is a bug: {type(error).__name__}: {error}\n  help: run again with LYNCPHONE_LOGS_DEBUG=1 and report it"])
    if os.environ.get("LYNCPHONE_LOGS_DEBUG"):
        traceback.print_exception(error)
    return 5
