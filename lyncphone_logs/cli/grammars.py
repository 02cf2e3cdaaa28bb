"""The commands `grammars list`, `grammars show` and `grammars test`."""

from typing import Annotated

import typer

from lyncphone_logs.cli.options import GrammarsFolder, finish_catalog
from lyncphone_logs.cli.output import print_messages, write
from lyncphone_logs.reports.escaping import visible

grammars_app = typer.Typer(help="List, show and test the grammars of phone families.", no_args_is_help=True)


@grammars_app.command("list")
def grammars_list(grammars: GrammarsFolder = "") -> None:
    """List all grammars: name, vendor, description."""
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(grammars=grammars, plugins=False)
    about = {each.name: visible(each.about.partition("\n")[0]) for each in catalog.grammars}
    write(f"{each.name:20} {each.vendor:12} {about[each.name]}" for each in catalog.grammars)
    finish_catalog(catalog)


@grammars_app.command("show")
def grammars_show(
    name: Annotated[str, typer.Argument(help="Name of a grammar.")], grammars: GrammarsFolder = ""
) -> None:
    """Print the file of one grammar."""
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(grammars=grammars, plugins=False)
    grammar = catalog.grammar(name)
    if grammar is None:
        print_messages("problem", catalog.problems)
        raise typer.BadParameter(f"no grammar {name!r}; see `grammars list`", param_hint="NAME")
    write(map(visible, grammar.path.read_text(encoding="utf-8").rstrip().split("\n")))
    finish_catalog(catalog)


@grammars_app.command("test")
def grammars_test(grammars: GrammarsFolder = "") -> None:
    """Test the samples in the grammars."""
    from lyncphone_logs.authoring.grammar_samples import check_grammar
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(grammars=grammars, plugins=False)
    failures = [
        f"{each.name}: {failure}" for each in catalog.grammars for failure in check_grammar(each, catalog.grammars)
    ]
    samples = sum(len(each.samples) for each in catalog.grammars)
    write([*map(visible, failures), f"{len(catalog.grammars)} grammars, {samples} samples, {len(failures)} failures"])
    finish_catalog(catalog, failed=bool(failures))
