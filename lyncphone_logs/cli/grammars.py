"""The commands `grammars list`, `grammars show` and `grammars test`."""

from typing import Annotated

import typer

from lyncphone_logs.cli.options import GrammarsFolder, finish
from lyncphone_logs.cli.output import write

grammars_app = typer.Typer(help="List, show and test the grammars of phone families.", no_args_is_help=True)


@grammars_app.command("list")
def grammars_list(grammars: GrammarsFolder = "") -> None:
    """List all grammars: name, vendor, description."""
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
    """Test the samples in the grammars."""
    from lyncphone_logs.authoring.grammar_samples import check_grammar
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(grammars=grammars)
    failures = [
        f"{each.name}: {failure}" for each in catalog.grammars for failure in check_grammar(each, catalog.grammars)
    ]
    samples = sum(len(each.samples) for each in catalog.grammars)
    write([*failures, f"{len(catalog.grammars)} grammars, {samples} samples, {len(failures)} failures"])
    finish(catalog.problems, failed=bool(failures))
