"""The command `events`."""

from enum import StrEnum
from typing import Annotated

import typer

from lyncphone_logs.cli.options import GrammarNames, GrammarsFolder, OutputFile, Paths, Since, TimeZone, Until, Year
from lyncphone_logs.cli.output import tell, whole_file, write


class EventFormat(StrEnum):
    """How events are written."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"


def events(
    paths: Paths,
    format: Annotated[EventFormat, typer.Option("-f", "--format", help="How events are written.")] = EventFormat.table,
    output: OutputFile = "",
    year: Year = 0,
    tz: TimeZone = None,
    since: Since = "",
    until: Until = "",
    grammar: GrammarNames = None,
    grammars: GrammarsFolder = "",
) -> None:
    """Show every line of a trace as the event that it is; to a file whose name ends in .parquet, as Parquet."""
    from lyncphone_logs import api
    from lyncphone_logs.reports.tables import EVENT_FORMATS

    trace = api.read_trace(
        *paths, year=year, tz=tz or (), since=since, until=until, grammar=grammar or (), grammars=grammars
    )
    if output.endswith(".parquet"):
        from lyncphone_logs.events.parquet import check_available, write_parquet

        check_available(output)
        with whole_file(output) as stream:
            write_parquet(trace.batches(), stream)
    else:
        write(EVENT_FORMATS[format.value](trace.batches()), output)
    tell("note", [*trace.catalog.notes, *trace.assumptions])
    problems = api.problems(trace)
    tell("problem", problems)
    raise typer.Exit(3 if problems else 0)
