"""The command `explain`: a diagnosis, alone or beside a trace; a number of a log; how a line is read."""

from typing import TYPE_CHECKING, Annotated

import typer

from lyncphone_logs.cli.options import (
    CertificateFiles,
    Display,
    Domain,
    Firmware,
    FirstSignIn,
    Full,
    GrammarsFolder,
    Model,
    RulesFolder,
    Since,
    TimeZone,
    Until,
    Year,
)
from lyncphone_logs.cli.output import tell, write

if TYPE_CHECKING:
    from lyncphone_logs.trace.trace import Trace


def explain(
    code: Annotated[
        str, typer.Argument(help="Code or name of a diagnosis, or a number: TLS001, 28033, x509:20, sip:504, alert:48.")
    ] = "",
    paths: Annotated[
        list[str] | None, typer.Argument(help="Traces to hold the diagnosis against, clause by clause.")
    ] = None,
    line: Annotated[str, typer.Option("--line", help="A line of a trace: who reads it, and how far.")] = "",
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
    grammars: GrammarsFolder = "",
    full: Full = None,
) -> None:
    """Explain a diagnosis, alone or beside a trace, a number or name that logs print, or how a line is read."""
    from lyncphone_logs import api

    if bool(code) == bool(line):
        raise typer.BadParameter("give a CODE, or a line with --line", param_hint="CODE")
    if paths:
        trace = api.read_trace(
            *paths, certificate=certificate or (), firmware=firmware, model=model, location=location or "",
            domain=domain, display=display or (), year=year, tz=tz or (), since=since, until=until, rules=rules,
            grammars=grammars, full=full,
        )  # fmt: skip
        _beside(code, trace)
    _alone(code, line, rules, grammars)


def _beside(code: str, trace: "Trace") -> None:
    from lyncphone_logs import api
    from lyncphone_logs.reports import explanation, page

    rule, shown = trace.catalog.rule(code), page.standard_output()
    if rule is None:
        raise typer.BadParameter(f"no rule {code!r} {trace.catalog.suggest(code)}".strip(), param_hint="CODE")
    found = api.explain(trace, rule)
    problems = api.problems(trace)
    tell("problem", problems)
    write(explanation.render_explanations(found, color=shown.color, width=shown.width))
    raise typer.Exit(3 if problems else 0)


def _alone(code: str, line: str, rules: str, grammars: str) -> None:
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.events import codes
    from lyncphone_logs.reports import code_lookup, explanation, page

    catalog = read_catalog(rules, grammars)
    if line:
        write(explanation.render_line(line, catalog.grammars))
        raise typer.Exit
    rule, shown = catalog.rule(code), page.standard_output()
    if rule:
        write(explanation.render_rule(rule, color=shown.color, width=shown.width))
        raise typer.Exit
    entries = codes.look_up(code)
    if not entries:
        help = codes.suggest(code, [word for each in catalog.rules for word in (each.code, each.name)])
        raise typer.BadParameter(f"no rule and no number is called {code!r}. {help}".strip(), param_hint="CODE")
    write(code_lookup.render_entries(entries, catalog.rules, color=shown.color, width=shown.width))
