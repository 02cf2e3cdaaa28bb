"""The command `explain`: a rule, alone or compared with a trace; an error number; how a line is parsed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lyncphone_logs.cli.options import CLOCKS, FACTS, finish, open_trace, with_trace_options
from lyncphone_logs.cli.output import write
from lyncphone_logs.cli.progress import watched

if TYPE_CHECKING:
    from lyncphone_logs.trace.trace import Trace


@with_trace_options(*FACTS, *CLOCKS, "rules", "grammars", "full")
def explain(
    code: Annotated[
        str,
        typer.Argument(help="Code or name of a rule, or an error number: TLS001, 28033, x509:20, sip:504, alert:48."),
    ] = "",
    paths: Annotated[
        list[str] | None, typer.Argument(help="Traces to compare the rule with, clause by clause.")
    ] = None,
    line: Annotated[
        str, typer.Option("--line", help="A line of a trace: show which grammar matches it, or where matching stops.")
    ] = "",
    **options: Any,
) -> None:
    """Explain a rule (alone or compared with a trace), an error number or name from a log, or how a line is parsed."""
    if bool(code) == bool(line):
        raise typer.BadParameter("give a CODE, or a line with --line", param_hint="CODE")
    if paths:
        _with_trace(code, open_trace(paths, options))
    _without_trace(code, line, options["rules"], options["grammars"])


def _with_trace(code: str, trace: "Trace") -> None:
    from lyncphone_logs import api
    from lyncphone_logs.reports import explanation, page

    rule, shown = trace.catalog.rule(code), page.standard_output()
    if rule is None:
        raise typer.BadParameter(f"no rule {code!r} {trace.catalog.suggest(code)}".strip(), param_hint="CODE")
    with watched(trace):
        found = api.explain(trace, rule)
    write(explanation.render_explanations(found, color=shown.color, width=shown.width))
    finish(api.problems(trace))


def _without_trace(code: str, line: str, rules: str, grammars: str) -> None:
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
        raise typer.BadParameter(f"no rule or error number {code!r}. {help}".strip(), param_hint="CODE")
    write(code_lookup.render_entries(entries, catalog.rules, color=shown.color, width=shown.width))
