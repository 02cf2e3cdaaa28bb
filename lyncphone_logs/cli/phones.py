"""The commands `phones` and `unparsed`: the phones of a trace, and its lines that no grammar or kind matches."""

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
from lyncphone_logs.cli.output import write

TOP = 20
"""Shapes that a table lists if the user states no number."""


class PhonesFormat(StrEnum):
    """How phones are written."""

    table = "table"
    jsonl = "jsonl"


class UnparsedFormat(StrEnum):
    """How shapes are written."""

    table = "table"
    markdown = "markdown"
    jsonl = "jsonl"


@with_trace_options(*CLOCKS, "grammar", "grammars", "plugins", *REDACTION)
def phones(
    paths: Paths,
    format: Annotated[PhonesFormat, typer.Option("-f", "--format", help="Output format.")] = PhonesFormat.table,
    output: OutputFile = "",
    **options: Any,
) -> None:
    """List the phones of a trace: identity, device, first and last time, boots, gaps."""
    from lyncphone_logs.cli.progress import watched
    from lyncphone_logs.reports.tables import phone_json_lines, phone_table
    from lyncphone_logs.trace.phone_list import phone_list

    trace = open_trace(paths, options, output)
    with watched(trace):
        found = phone_list(
            trace.batches(), {each.name: each.vendor for each in trace.catalog.grammars}, trace.counted_hosts
        )
    write(phone_table(found) if format is PhonesFormat.table else phone_json_lines(found), output)
    finish_trace(trace)


@with_trace_options("grammar", "grammars", "plugins", *REDACTION)
def unparsed(
    paths: Paths,
    format: Annotated[
        UnparsedFormat, typer.Option("-f", "--format", help="Output format; markdown is for a bug report.")
    ] = UnparsedFormat.table,
    output: OutputFile = "",
    top: Annotated[
        int | None,
        typer.Option(min=1, help="Number of shapes listed; the others are counted.", show_default="20; jsonl: all"),
    ] = None,
    **options: Any,
) -> None:
    """Group unparsed lines by shape, with counts and a masked example.

    Only words of the program and of technical English, short numbers and times are shown. A name that is such a word
    may remain: check before sharing.
    """
    from lyncphone_logs.cli.progress import watched
    from lyncphone_logs.redaction.builtin import masker_of
    from lyncphone_logs.reports import tables
    from lyncphone_logs.trace.unparsed import unparsed_shapes

    trace = open_trace(paths, options, output)
    with watched(trace):
        found = unparsed_shapes(trace.batches(), masker_of(trace.catalog))
    render = {"table": tables.unparsed_table, "markdown": tables.unparsed_markdown, "jsonl": tables.unparsed_json_lines}
    shown = TOP if top is None and format is not UnparsedFormat.jsonl else top
    write(render[format.value](found, shown), output)
    finish_trace(trace)
