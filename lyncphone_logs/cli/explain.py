"""The command `explain`: a rule, alone or compared with a trace; a code, a term or a line that was pasted."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lyncphone_logs.cli.options import (
    CLOCKS,
    FACTS,
    REDACTION,
    finish_catalog,
    finish_trace,
    open_trace,
    with_trace_options,
)
from lyncphone_logs.cli.output import write

if TYPE_CHECKING:
    from lyncphone_logs.catalog import Catalog
    from lyncphone_logs.trace.trace import Trace


@with_trace_options(*FACTS, *CLOCKS, "rules", "grammars", "plugins", "full", *REDACTION)
def explain(
    code: Annotated[
        str,
        typer.Argument(
            help="Code or name of a rule, or what a log prints: TLS001, 28033, x509:20, sip:504, 'ctx->error=7', "
            "AADSTS50076, 'option 43', _sip._tls, 420HD, SHA-256, or a whole line."
        ),
    ] = "",
    paths: Annotated[
        list[str] | None, typer.Argument(help="Traces to compare the rule with, clause by clause.")
    ] = None,
    line: Annotated[
        str, typer.Option("--line", help="A line of a trace: show which grammar matches it, or where matching stops.")
    ] = "",
    **options: Any,
) -> None:
    """Explain a rule (alone or compared with a trace), a code, a term or a line from a log, or how a line is parsed."""
    if bool(code) == bool(line):
        raise typer.BadParameter("give a CODE, or a line with --line", param_hint="CODE")
    if paths:
        _with_trace(code, open_trace(paths, options))
    _without_trace(code, line, options)


def _with_trace(code: str, trace: "Trace") -> None:
    from lyncphone_logs import api
    from lyncphone_logs.cli.progress import watched
    from lyncphone_logs.matching.regex_limit import limited_regexes
    from lyncphone_logs.reports import explanation, page
    from lyncphone_logs.rules.regex_budget import slow_rule_problems

    rule, shown = trace.catalog.rule(code), page.standard_output()
    if rule is None:
        raise typer.BadParameter(f"no rule {code!r} {trace.catalog.suggest(code)}".strip(), param_hint="CODE")
    with watched(trace), limited_regexes() as budget:
        found = api.explain(trace, rule)
        write(explanation.render_explanations(found, color=shown.color, width=shown.width))
    finish_trace(trace, slow_rule_problems(trace.catalog.rules, budget))


def _without_trace(code: str, line: str, options: dict[str, Any]) -> None:
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.matching.regex_limit import limited_regexes
    from lyncphone_logs.reports import explanation
    from lyncphone_logs.rules.regex_budget import slow_rule_problems

    catalog = read_catalog(options["rules"], options["grammars"], options["plugins"] is not False)
    if options["redact"] or options["redaction_map"]:
        from lyncphone_logs.api import redactor

        text = redactor(catalog, options["redaction_map"]).text
        line, code = text(line), code if catalog.rule(code.strip()) else text(code)
    with limited_regexes() as budget:
        write(explanation.render_line(line, catalog.grammars) if line else _answer(code.strip(), catalog))
    finish_catalog(catalog, slow_rule_problems(catalog.rules, budget))


def _answer(asked: str, catalog: "Catalog") -> str:
    """What `asked` means: a rule, a line, codes, or rules that mention it. Raises BadParameter if nothing is found."""
    from lyncphone_logs.events import pasted
    from lyncphone_logs.evidence.models import makers_of
    from lyncphone_logs.reports import code_lookup, explanation, line_meaning, page, text_search

    shown = page.standard_output()
    color, width = shown.color, shown.width
    if rule := catalog.rule(asked):
        return explanation.render_rule(rule, color=color, width=width)
    if read := line_meaning.readings(asked, catalog.grammars):
        return line_meaning.render_readings(read, catalog.rules, color=color, width=width)
    if entries := pasted.find(asked):
        if len({entry.table for entry in entries}) == 1 or pasted.words(asked):
            return code_lookup.render_entries(entries, catalog.rules, color=color, width=width)
        return code_lookup.render_choice(asked, entries, color=color, width=width)
    if makers := makers_of(asked):
        return code_lookup.render_models(asked, makers, catalog.grammars, color=color, width=width)
    if os.path.exists(asked):
        raise typer.BadParameter(f"{asked!r} is a file or a folder; `lyncphone-logs {asked}` diagnoses it")
    found, codes = text_search.search(asked, catalog.rules), text_search.search_codes(asked)
    if found or codes:
        return text_search.render_found(asked, found, codes, color=color, width=width)
    raise typer.BadParameter(_not_found(asked, catalog), param_hint="CODE")


def _not_found(asked: str, catalog: "Catalog") -> str:
    from lyncphone_logs.events import codes, pasted

    if what := pasted.nature(asked):
        return f"{asked!r} is {what}"
    known = [word for each in catalog.rules for word in (each.code, each.name)]
    help = codes.suggest(next(iter(pasted.words(asked)), asked), known)
    return f"no rule, code or term {asked!r}. {help or codes.HELP}".strip()
