"""The commands `rules list`, `show`, `test`, `lint` and `new`."""

from typing import Annotated

import typer

from lyncphone_logs.bounded_files import read_text
from lyncphone_logs.cli.options import GrammarsFolder, OutputFile, Plugins, RulesFolder, finish_catalog
from lyncphone_logs.cli.output import print_messages, write
from lyncphone_logs.reports.escaping import visible

rules_app = typer.Typer(help="List, show, test, check and draft rules.", no_args_is_help=True)


@rules_app.command("list")
def rules_list(rules: RulesFolder = "", plugins: Plugins = None) -> None:
    """List all rules: code, severity, name, title."""
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(rules, plugins=plugins is not False)
    write(f"{rule.code:8} {rule.severity:8} {rule.name:31} {visible(rule.title)}" for rule in catalog.rules)
    finish_catalog(catalog)


@rules_app.command("show")
def rules_show(
    code: Annotated[str, typer.Argument(help="Code or name of a rule.")],
    rules: RulesFolder = "",
    plugins: Plugins = None,
) -> None:
    """Print the file of one rule."""
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.rules.loader import rule_file

    catalog = read_catalog(rules, plugins=plugins is not False)
    rule = catalog.rule(code)
    if rule is None:
        print_messages("problem", catalog.problems)
        raise typer.BadParameter(f"no rule {code!r} {catalog.suggest(code)}".strip(), param_hint="CODE")
    write(map(visible, read_text(rule_file(rule, catalog.packs)).rstrip().split("\n")))
    finish_catalog(catalog)


@rules_app.command("test")
def rules_test(
    code: Annotated[str, typer.Argument(help="Code or name of one rule; default: all rules.")] = "",
    rules: RulesFolder = "",
    grammars: GrammarsFolder = "",
    plugins: Plugins = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Also change each clause and line; a sample must notice each change.")
    ] = False,
) -> None:
    """Test the samples in the rules, each with the rules of its own pack and of those that this pack replaces."""
    from lyncphone_logs.authoring.mutation import survivors
    from lyncphone_logs.authoring.rule_samples import check_rule, rivals_by_code
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.matching.regex_limit import limited_regexes
    from lyncphone_logs.rules.regex_budget import slow_rule_problems

    catalog = read_catalog(rules, grammars, plugins is not False)
    chosen = [rule for rule in catalog.rules if not code or rule is catalog.rule(code)]
    rivals = rivals_by_code(catalog.packs)
    with limited_regexes() as budget:
        failures = [
            f"{rule.code} {each}"
            for rule in chosen
            for check in (check_rule, survivors)[: 1 + mutate]
            for each in check(rule, rivals[rule.code], catalog.grammars)
        ]
    samples = sum(len(rule.sample) for rule in chosen)
    write([*map(visible, failures), f"{len(chosen)} rules, {samples} samples, {len(failures)} failures"])
    finish_catalog(catalog, slow_rule_problems(catalog.rules, budget), failed=bool(failures) or not chosen)


@rules_app.command("lint")
def rules_lint(
    code: Annotated[str, typer.Argument(help="Code or name of one rule; default: all rules.")] = "",
    rules: RulesFolder = "",
    grammars: GrammarsFolder = "",
    plugins: Plugins = None,
) -> None:
    """Check rules for conditions that no trace meets, clauses without effect, and missing parts."""
    from lyncphone_logs.authoring.lint import lint
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.rules.loader import rule_file

    catalog = read_catalog(rules, grammars, plugins is not False)
    files = [(rule_file(rule, catalog.packs), rule) for rule in catalog.rules if not code or rule is catalog.rule(code)]
    complaints = list(lint(files, catalog.rules, catalog.grammars))
    write([*(visible(str(each)) for each in complaints), f"{len(files)} rules, {len(complaints)} complaints"])
    finish_catalog(catalog, failed=bool(complaints) or not files)


@rules_app.command("new")
def rules_new(
    code: Annotated[str, typer.Argument(help="Code of the new rule, such as TLS042.")],
    trace: Annotated[str, typer.Option("--from", help="Trace that shows the fault.")],
    lines: Annotated[str, typer.Option("--lines", help="Lines that show it, such as 12,15-17.")],
    output: OutputFile = "",
    grammars: GrammarsFolder = "",
) -> None:
    """Draft a rule from lines of a trace. It loads and passes `rules lint`; comments say what to write."""
    from lyncphone_logs.api import read_trace
    from lyncphone_logs.authoring.draft import draft, line_numbers, name_of_file
    from lyncphone_logs.cli.output_check import check_output

    check_output(output, [trace], [grammars])
    numbers, name = line_numbers(lines), name_of_file(output) if output else ""
    read = read_trace(trace, grammars=grammars, plugins=False)
    write(draft(code, read.events(), numbers, read.catalog.grammars, name), output)
