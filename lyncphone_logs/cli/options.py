"""Options and arguments that several commands share."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from lyncphone_logs.cli.output import tell
from lyncphone_logs.errors import LyncphoneLogsError


class Location(StrEnum):
    """Where the first sign-in was made."""

    internal = "internal"
    external = "external"


Paths = Annotated[
    list[str], typer.Argument(help="Trace files, folders, archives, or - for standard input.", show_default=False)
]
OutputFile = Annotated[str, typer.Option("-o", "--output", help="Write to this file.", show_default=False)]
CertificateFiles = Annotated[list[str] | None, typer.Option("--certificate", help="File of the server's certificates.")]
Firmware = Annotated[str, typer.Option("--firmware", help="Firmware version of the phone.")]
Model = Annotated[str, typer.Option("--model", help="Model of the phone.")]
FirstSignIn = Annotated[Location | None, typer.Option("--location", help="Where the first sign-in was made.")]
Domain = Annotated[str, typer.Option("--domain", help="SIP domain of the user.")]
Display = Annotated[list[str] | None, typer.Option("--display", help="What the screen of the phone says.")]
Year = Annotated[
    int, typer.Option("--year", help="Last year of the trace, for stamps without one.", show_default=False)
]
TimeZone = Annotated[
    list[str] | None, typer.Option("--tz", metavar="[NAME=]ZONE", help="Zone of the clocks: Europe/Berlin, +05:30.")
]
Since = Annotated[str, typer.Option("--since", help="First time that counts, or -2h from the end.", show_default=False)]
Until = Annotated[str, typer.Option("--until", help="Last time that counts.", show_default=False)]
RulesFolder = Annotated[str, typer.Option("--rules", help="Folder of more rules.", show_default=False)]
GrammarsFolder = Annotated[
    str, typer.Option("--grammars", help="Folder of more grammars; they are run.", show_default=False)
]
GrammarNames = Annotated[
    list[str] | None, typer.Option("--grammar", help="Read with this grammar only; may be given again.")
]
Full = Annotated[
    bool | None,
    typer.Option(
        "--full/--search-first", help="Read every line, or pass over what no rule asks for.", show_default="by size"
    ),
]
Jobs = Annotated[
    int, typer.Option(min=0, help="Processes that read every line of a large trace.", show_default="cores")
]


def finish(problems: Sequence[LyncphoneLogsError], *, failed: bool = False) -> None:
    """End a command: 3 where a rule or grammar could not be used, 1 where a test failed."""
    tell("problem", problems)
    raise typer.Exit(3 if problems else int(failed))
