"""The inputs that paths name: files, folders, pipes, standard input."""

import os
import stat
from collections.abc import Iterator, Sequence

from lyncphone_logs.errors import InputError
from lyncphone_logs.source import STDIN, Source, problem_of


def find_sources(paths: Sequence[str]) -> list[Source]:
    """The inputs that the paths name: files, `-`, named pipes, and the regular files in and below directories.

    Links that are named are followed, links inside directories are not. A path that cannot be used becomes a source
    with a `problem`; raises InputError where that holds for all of them. An input that is named twice is read once.
    """
    found = [_named(path) for path in paths]
    problems = [source.problem for sources in found for source in sources if source.problem]
    if paths and all(sources and all(source.problem for source in sources) for sources in found):
        raise InputError(
            "nothing that was named can be read",
            because="; ".join(problems),
            where=", ".join(paths),
            help="name trace files, directories that hold some, or - for standard input",
        )
    return list({source.path: source for sources in found for source in sources}.values())


def _named(path: str) -> list[Source]:
    if path == STDIN:
        return [Source(path)]
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            return sorted(_below(path), key=lambda source: source.path)
    except (OSError, ValueError) as error:
        return [Source(path, problem_of(path, error))]
    return [Source(path, "" if os.access(path, os.R_OK) else f"cannot read {path}: Permission denied")]


def _below(directory: str) -> Iterator[Source]:
    pending = [directory]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(here) as entries:
                inside = list(entries)
            pending += [entry.path for entry in inside if entry.is_dir(follow_symlinks=False)]
            files = [entry.path for entry in inside if entry.is_file(follow_symlinks=False)]
        except OSError as error:
            yield Source(here.replace(os.sep, "/"), problem_of(here, error))
        else:
            yield from (Source(path.replace(os.sep, "/")) for path in files)
