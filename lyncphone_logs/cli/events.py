"""The command `events`: all lines of a trace as a table, CSV, JSON Lines or Parquet."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from lyncphone_logs.cli.options import (
    CLOCKS,
    REDACTION,
    OutputFile,
    Paths,
    finish_trace,
    open_trace,
    with_trace_options,
)
from lyncphone_logs.cli.output import replaced_file, write


class EventFormat(StrEnum):
    """How events are written."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"


@with_trace_options(*CLOCKS, "grammar", "grammars", "plugins", *REDACTION)
def events(
    paths: Paths,
    format: Annotated[EventFormat, typer.Option("-f", "--format", help="Output format.")] = EventFormat.table,
    output: OutputFile = "",
    **options: Any,
) -> None:
    """Print every line of a trace as an event; if the output file ends in .parquet, as Parquet."""
    from lyncphone_logs.cli.progress import watched
    from lyncphone_logs.reports.tables import EVENT_FORMATS

    trace = open_trace(paths, options, output)
    if output.endswith(".parquet"):
        from lyncphone_logs.events.parquet import check_available, write_parquet

        check_available(output)
        with watched(trace), replaced_file(output) as stream:
            write_parquet(trace.batches(), stream)
    else:
        with watched(trace, streams=not output):
            write(EVENT_FORMATS[format.value](trace.batches()), output)
    finish_trace(trace)
