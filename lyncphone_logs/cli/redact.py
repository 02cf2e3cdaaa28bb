"""The command `redact`: writes a trace without names, addresses, numbers and secrets."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from lyncphone_logs.cli.options import GrammarsFolder, Paths, RulesFolder, finish
from lyncphone_logs.cli.output import print_messages, redact_messages, replaced_file
from lyncphone_logs.errors import InputError

if TYPE_CHECKING:
    from lyncphone_logs.catalog import Catalog
    from lyncphone_logs.redaction.key_map import KeyMap
    from lyncphone_logs.redaction.redactor import Redactor
    from lyncphone_logs.redaction.writing import Redaction

PROMISE = (
    "names of people and places in free text may remain if they are ordinary words; read the result before sharing"
)
"""What redaction cannot promise."""
Required = Annotated[
    str, typer.Option("-o", "--output", help="Write to this file: a .zip or .tar.gz for several traces.")
]
MapFile = Annotated[
    str,
    typer.Option("--map", metavar="FILE", help="Keep the key and the pseudonyms in this file.", show_default=False),
]


def redact(
    paths: Paths,
    output: Required,
    map: MapFile = "",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no notes.")] = False,
    rules: RulesFolder = "",
    grammars: GrammarsFolder = "",
) -> None:
    """Write a trace that can be shared: names, addresses and numbers become pseudonyms, secrets are removed.

    Archives are redacted member by member, with their names. Without --map the key is discarded, and
    the redaction cannot be undone.
    """
    from lyncphone_logs.catalog import read_catalog

    catalog = read_catalog(rules, grammars)
    redaction, redactor, known, notes = prepare(paths, catalog, map, output)
    with replaced_file(output) as stream:
        written = redaction.write(output, stream)
    if (modified := redaction.modified) and os.path.isfile(output):
        seconds = modified.replace(tzinfo=UTC).timestamp()
        with suppress(OSError):
            os.utime(output, (seconds, seconds))
    if known:
        known.save()
    if not quiet:
        print_messages("note", [*skipped_notes(notes, redactor), PROMISE])
    finish([*written.problems, *catalog.problems])


def prepare(
    paths: Sequence[str], catalog: "Catalog", map: str, output: str
) -> "tuple[Redaction, Redactor, KeyMap | None, list[str]]":
    """The redaction of some inputs, its redactor and map, and notes on skipped files. Redacts all further messages.

    Raises InputError if there is nothing to read, or if the output or the map is one of the inputs.
    """
    from lyncphone_logs.parsing.enveloped import is_phone_line
    from lyncphone_logs.redaction.builtin import redactor_of
    from lyncphone_logs.redaction.key_map import KeyMap
    from lyncphone_logs.redaction.writing import Redaction
    from lyncphone_logs.sources.discovery import find_sources

    for target in filter(None, (output, map)):
        check_apart(target, paths)
    known = KeyMap(map) if map else None
    redactor = redactor_of(catalog, known.key if known else None)
    redactor.on_replaced = known.note if known else None
    for path in paths:
        redactor.path(path)
    redact_messages(redactor.message)
    notes: list[str] = []
    found = find_sources(paths, lambda line: is_phone_line(line, catalog.grammars), notes)
    return Redaction(paths, found, redactor, known), redactor, known, notes


def skipped_notes(notes: Sequence[str], redactor: "Redactor") -> list[str]:
    """Notes on files that were skipped: these are not in the output."""
    return [f"{redactor.message(note)}; not written" for note in notes]


def check_apart(target: str, paths: Sequence[str]) -> None:
    """Raise InputError if a file to be written is an input, or lies in a folder that is read."""
    real = os.path.realpath(target)
    for path in paths:
        named = os.path.realpath(path)
        if real == named or (os.path.isdir(path) and real.startswith(named + os.sep)):
            raise InputError("the output is one of the inputs", where=target, help="name a file elsewhere")
