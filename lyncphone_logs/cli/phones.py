"""The commands `phones` and `unparsed`: who is in a trace, and what of it was not understood."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lyncphone_logs.cli.options import (
    GrammarNames,
    GrammarsFolder,
    OutputFile,
    Paths,
    Since,
    TimeZone,
    Until,
    Year,
)
from lyncphone_logs.cli.output import tell, write

if TYPE_CHECKING:
    from lyncphone_logs.trace.trace import Trace


class PhonesFormat(StrEnum):
    """How phones are written."""

    table = "table"
    jsonl = "jsonl"


class UnparsedFormat(StrEnum):
    """How shapes are written."""

    table = "table"
    markdown = "markdown"
    jsonl = "jsonl"


def phones(
    paths: Paths,
    format: Annotated[
        PhonesFormat, typer.Option("-f", "--format", help="How phones are written.")
    ] = PhonesFormat.table,
    output: OutputFile = "",
    year: Year = 0,
    tz: TimeZone = None,
    since: Since = "",
    until: Until = "",
    grammar: GrammarNames = None,
    grammars: GrammarsFolder = "",
) -> None:
    """List the phones of a trace: identity, device, when they wrote, boots, what is missing."""
    from lyncphone_logs import api
    from lyncphone_logs.reports.tables import phone_json_lines, phone_table
    from lyncphone_logs.trace.phone_list import phone_list

    trace = api.read_trace(
        *paths, year=year, tz=tz or (), since=since, until=until, grammar=grammar or (), grammars=grammars
    )
    found = phone_list(trace.batches(), {each.name: each.vendor for each in trace.catalog.grammars})
    write(phone_table(found) if format is PhonesFormat.table else phone_json_lines(found), output)
    _end(trace)


def unparsed(
    paths: Paths,
    format: Annotated[
        UnparsedFormat, typer.Option("-f", "--format", help="How shapes are written; markdown is for an issue.")
    ] = UnparsedFormat.table,
    output: OutputFile = "",
    grammar: GrammarNames = None,
    grammars: GrammarsFolder = "",
) -> None:
    """Group what was not understood by shape, with counts and an example that shows nobody's name or address."""
    from lyncphone_logs import api
    from lyncphone_logs.reports import tables
    from lyncphone_logs.trace.unparsed import unparsed_shapes

    trace = api.read_trace(*paths, grammar=grammar or (), grammars=grammars)
    found = unparsed_shapes(trace.batches())
    render = {"table": tables.unparsed_table, "markdown": tables.unparsed_markdown, "jsonl": tables.unparsed_json_lines}
    write(render[format.value](found), output)
    _end(trace)


def _end(trace: "Trace") -> None:
    from lyncphone_logs import api

    tell("note", [*trace.catalog.notes, *trace.assumptions])
    problems = api.problems(trace)
    tell("problem", problems)
    raise typer.Exit(3 if problems else 0)
