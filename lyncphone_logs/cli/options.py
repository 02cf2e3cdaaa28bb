"""Options and arguments that several commands share, and how a command opens and ends a trace."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from lyncphone_logs.cli.output import print_messages, redact_messages

if TYPE_CHECKING:
    from lyncphone_logs.catalog import Catalog
    from lyncphone_logs.trace.trace import Trace

Command = TypeVar("Command", bound=Callable[..., None])


class Location(StrEnum):
    """Where the first sign-in took place."""

    internal = "internal"
    external = "external"


class PhoneEnvironment(StrEnum):
    """What the phone signs in to."""

    lync_onprem = "lync-onprem"
    sip_gateway = "sip-gateway"
    teams = "teams"
    generic_sip = "generic-sip"


Paths = Annotated[
    list[str], typer.Argument(help="Trace files, folders, archives, or - for standard input.", show_default=False)
]
OutputFile = Annotated[str, typer.Option("-o", "--output", help="Write to this file.", show_default=False)]
RulesFolder = Annotated[str, typer.Option("--rules", help="Folder with additional rules.", show_default=False)]
GrammarsFolder = Annotated[
    str, typer.Option("--grammars", help="Folder with additional grammars; their code is run.", show_default=False)
]
Plugins = Annotated[
    bool | None,
    typer.Option(
        "--plugins/--no-plugins",
        help="Use installed rule packs, and rules in your settings folder.",
        show_default="yes",
    ),
]

_Texts = list[str] | None
FACTS: dict[str, Any] = {
    "certificate": Annotated[_Texts, typer.Option("--certificate", help="File with the server's certificates.")],
    "firmware": Annotated[str, typer.Option("--firmware", help="Firmware version of the phone.")],
    "model": Annotated[str, typer.Option("--model", help="Model of the phone.")],
    "location": Annotated[Location | None, typer.Option("--location", help="Where the first sign-in took place.")],
    "domain": Annotated[str, typer.Option("--domain", help="SIP domain of the user.")],
    "display": Annotated[_Texts, typer.Option("--display", help="Text on the screen of the phone.")],
    "environment": Annotated[
        PhoneEnvironment | None, typer.Option("--environment", help="What the phone signs in to.")
    ],
}
CLOCKS: dict[str, Any] = {
    "year": Annotated[
        int, typer.Option("--year", help="Last year of the trace, if its timestamps have no year.", show_default=False)
    ],
    "tz": Annotated[
        _Texts, typer.Option("--tz", metavar="[NAME=]ZONE", help="Time zone of the clocks: Europe/Berlin, +05:30.")
    ],
    "since": Annotated[
        str, typer.Option("--since", help="Skip lines before this time; -2h: before the end.", show_default=False)
    ],
    "until": Annotated[str, typer.Option("--until", help="Skip lines after this time.", show_default=False)],
}
REDACTION: dict[str, Any] = {
    "redact": Annotated[
        bool, typer.Option("--redact", help="Replace names, addresses, numbers and secrets before anything is read.")
    ],
    "redaction_map": Annotated[
        str,
        typer.Option(
            "--map", metavar="FILE", help="Redact with the key in this file, which is created if missing.",
            show_default=False,
        ),
    ],
}  # fmt: skip
TRACE_OPTIONS: dict[str, Any] = {
    **FACTS,
    **CLOCKS,
    **REDACTION,
    "rules": RulesFolder,
    "grammar": Annotated[_Texts, typer.Option("--grammar", help="Use only this grammar; may be repeated.")],
    "grammars": GrammarsFolder,
    "plugins": Plugins,
    "full": Annotated[
        bool | None,
        typer.Option(
            "--full/--search-first", help="Read every line, or skip lines that no rule needs.", show_default="by size"
        ),
    ],
}
"""Options of every command that reads a trace, by the parameter of `api.read_trace` that each sets."""
_DEFAULTS: dict[type, object] = {str: "", int: 0, bool: False}
"""Of options that take one value; of all others None, which `open_trace` does not pass on."""


def with_trace_options(*names: str) -> Callable[[Command], Command]:
    """Replace `**options` of a command by the named TRACE_OPTIONS; keyword-only parameters follow them.

    The command passes `options` to `open_trace`.
    """

    def extended(command: Command) -> Command:
        parameters = [*inspect.signature(command).parameters.values()]
        first = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
        last = [each for each in parameters if each.kind is each.KEYWORD_ONLY]
        signature = inspect.Signature([*first, *map(_parameter, names), *last])
        command.__signature__ = signature  # type: ignore[attr-defined]  # read by inspect.signature, and so by typer
        return command

    return extended


def _parameter(name: str) -> inspect.Parameter:
    annotation = TRACE_OPTIONS[name]
    default = _DEFAULTS.get(annotation.__origin__)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def open_trace(paths: Sequence[str], options: dict[str, Any], output: str = "", also: str = "") -> "Trace":
    """The trace that paths and options of a command name.

    Raises InputError if the `output`, a file or "" for standard output, is an input. `also` is a further input.
    """
    from lyncphone_logs import api
    from lyncphone_logs.cli.output_check import check_output

    if options.get("redact") or options.get("redaction_map"):
        redact_messages(_redacted_message)
    inputs = [*paths, *(options.get("certificate") or ()), also]
    check_output(output, inputs, [options.get(name) or "" for name in ("rules", "grammars")])
    trace = api.read_trace(*paths, **{name: value for name, value in options.items() if value is not None})
    if trace.options.redactor:
        redact_messages(trace.options.redactor.message)
    return trace


def _redacted_message(text: str) -> str:
    """A message about options, before the trace is opened."""
    from lyncphone_logs.catalog import read_catalog
    from lyncphone_logs.redaction.builtin import redactor_of

    return redactor_of(read_catalog()).message(text)


def finish_trace(trace: "Trace", further: Iterable[object] = ()) -> None:
    """End a command that has read a trace: print its notes, its problems and further ones, which give exit code 3."""
    from lyncphone_logs import api
    from lyncphone_logs.reports.notes import joined

    notes = (*trace.catalog.notes, *trace.assumptions)
    print_messages("note", joined(notes, (source.path for source, _ in trace.inputs)))
    finish([*api.problems(trace), *further])


def finish_catalog(catalog: "Catalog", further: Iterable[object] = (), *, failed: bool = False) -> None:
    """End a command without a trace: print notes and problems of the catalog, and further ones; exit like `finish`."""
    print_messages("note", catalog.notes)
    finish([*catalog.problems, *further], failed=failed)


def finish(problems: Iterable[object], *, failed: bool = False) -> None:
    """End a command: print the problems; exit code 3 if there are any, 1 if a test failed."""
    found = [*problems]
    print_messages("problem", found)
    raise typer.Exit(3 if found else int(failed))
