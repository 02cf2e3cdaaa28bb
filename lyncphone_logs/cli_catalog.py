"""The commands about what the program knows: `rules` and `grammars`, each with list, show and test."""

from collections.abc import Sequence
from typing import Annotated

import typer

from lyncphone_logs.errors import LyncphoneLogsError
from lyncphone_logs.output import tell, write

rules_app = typer.Typer(help="The diagnoses that are known.", no_args_is_help=True)
grammars_app = typer.Typer(help="The phone families that are known.", no_args_is_help=True)

RulesFolder = Annotated[str, typer.Option("--rules", help="Folder of more rules.", show_default=False)]
GrammarsFolder = Annotated[
    str, typer.Option("--grammars", help="Folder of more grammars; they are run.", show_default=False)
]


@rules_app.command("list")
def rules_list(rules: RulesFolder = "") -> None:
    """List all diagnoses: code, severity, name, title."""
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(rules)
    write(f"{rule.code:8} {rule.severity:8} {rule.name:31} {rule.title}" for rule in catalog.rules)
    finish(catalog.problems)


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
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Also change each clause and line, which a sample must notice.")
    ] = False,
) -> None:
    """Put the samples inside the rules to the test."""
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.mutation import survivors
    from lyncphone_logs.samples import check_rule

    catalog = read_catalog(rules, grammars)
    chosen = [rule for rule in catalog.rules if not code or rule is catalog.rule(code)]
    failures = [
        f"{rule.code} {each}"
        for rule in chosen
        for check in (check_rule, survivors)[: 1 + mutate]
        for each in check(rule, catalog.rules, catalog.grammars)
    ]
    samples = sum(len(rule.sample) for rule in chosen)
    write([*failures, f"{len(chosen)} rules, {samples} samples, {len(failures)} failures"])
    finish(catalog.problems, failed=bool(failures) or not chosen)


@rules_app.command("lint")
def rules_lint(
    code: Annotated[str, typer.Argument(help="Code or name of one rule; all without it.")] = "",
    rules: RulesFolder = "",
    grammars: GrammarsFolder = "",
) -> None:
    """Look for rules that no trace can meet, that say nothing, or that lack something."""
    from lyncphone_logs.catalog import read_catalog, rule_file
    from lyncphone_logs.lint import lint

    catalog = read_catalog(rules, grammars)
    files = [(rule_file(rule, rules), rule) for rule in catalog.rules if not code or rule is catalog.rule(code)]
    complaints = list(lint(files, catalog.rules, catalog.grammars))
    write([*map(str, complaints), f"{len(files)} rules, {len(complaints)} complaints"])
    finish(catalog.problems, failed=bool(complaints) or not files)


@grammars_app.command("list")
def grammars_list(grammars: GrammarsFolder = "") -> None:
    """List all grammars: name, maker, what it reads."""
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(grammars=grammars)
    write(f"{each.name:20} {each.vendor:12} {each.about.partition(chr(10))[0]}" for each in catalog.grammars)
    finish(catalog.problems)


@grammars_app.command("show")
def grammars_show(
    name: Annotated[str, typer.Argument(help="Name of a grammar.")], grammars: GrammarsFolder = ""
) -> None:
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
    failures = [
        f"{each.name}: {failure}" for each in catalog.grammars for failure in check_grammar(each, catalog.grammars)
    ]
    samples = sum(len(each.samples) for each in catalog.grammars)
    write([*failures, f"{len(catalog.grammars)} grammars, {samples} samples, {len(failures)} failures"])
    finish(catalog.problems, failed=bool(failures))


def finish(problems: Sequence[LyncphoneLogsError], *, failed: bool = False) -> None:
    """End a command: 3 where a rule or grammar could not be used, 1 where a test failed."""
    tell("problem", problems)
    raise typer.Exit(3 if problems else int(failed))
