"""Grammar files: Python, plain pyparsing, run and compiled once; what was compiled is kept on disk.

A grammar file defines `vendor`, `header` (with a field `message`), `messages` (pairs of kind and expression, the first
that matches counts), `shared` (names of message sets in `messages/`), `levels` (its level words -> RFC 5424 severity)
and `samples`; it may define `joining` (see there). A message set defines `messages` and `samples`. Samples are tuples
(origin, line, kind, fields); origin is `synthetic` or `real: source`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lyncphone_logs.cache import cached, code_version, fingerprint
from lyncphone_logs.errors import GrammarError, LyncphoneLogsError, collect
from lyncphone_logs.events import vocabulary
from lyncphone_logs.events.event import Value
from lyncphone_logs.events.vocabulary import unknown_field, unknown_kind
from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.grammar import HEADER_FIELDS, Grammar, GrammarSample, Specification
from lyncphone_logs.grammar.multiline_spec import MultilineSpec, multiline_spec

if TYPE_CHECKING:
    import pyparsing as pp

MAX_GRAMMARS = 2000
"""Grammar files in a folder."""
SHAPE = "see CONTRIBUTING for the shape of a grammar file"


@dataclass(frozen=True)
class Compiled:
    """What a grammar file is compiled to: a `Grammar` without what its path says."""

    vendor: str
    about: str
    header: CompiledExpression
    messages: tuple[tuple[str, CompiledExpression], ...]
    levels: Mapping[str, str]
    samples: tuple[tuple[Any, ...], ...]
    joining: MultilineSpec | None = None


def load_grammars(folder: Path | str, builtin: Path) -> tuple[list[Grammar], list[LyncphoneLogsError]]:
    """The grammars of a folder by name, and an error for each file that cannot be used.

    Raises GrammarError if the folder does not exist, or holds too many files.
    """
    if not Path(folder).is_dir():
        raise GrammarError("folder cannot be read", "it is not there, or not a folder", str(folder))
    files = sorted(Path(folder).glob("*.py"))
    if len(files) > MAX_GRAMMARS:
        raise GrammarError("folder holds too many files", f"{len(files)}, at most {MAX_GRAMMARS}", str(folder))
    return collect(files, partial(read_grammar, builtin=builtin))


def read_grammar(path: Path, builtin: Path) -> Grammar:
    """A grammar file, run and compiled if that was not kept. Raises GrammarError with file, element, reason and help.

    Shared message sets are looked for beside the file, then in the folder of the built-in grammars.
    """
    files = [path, *sorted({*_message_sets(path.parent), *_message_sets(builtin)})]
    make, classes = partial(_compile_file, path, builtin), (Compiled, CompiledExpression, MultilineSpec)
    made = cached("grammar", partial(_key, files), make, classes, may_store=partial(_stand_alone, files))
    samples = tuple(map(GrammarSample._make, made.samples))
    specify = partial(_specification, path, builtin)
    return Grammar(
        path.stem,
        made.vendor,
        made.about,
        path,
        made.header,
        made.messages,
        made.levels,
        samples,
        specify,
        made.joining,
    )


def _message_sets(folder: Path) -> Iterator[Path]:
    return (folder / "messages").glob("*.py")


def _key(files: Sequence[Path]) -> str:
    return f"{fingerprint(files)} {vocabulary.version()} {code_version('grammar', libraries=('pyparsing',))}"


def _stand_alone(files: Sequence[Path]) -> bool:
    """Whether they draw on no module but those that the key knows."""
    return {name for path in files for name in _imported(path.read_bytes())} <= {"pyparsing", *sys.stdlib_module_names}


@cache
def _imported(source: bytes) -> frozenset[str]:
    import ast

    nodes = list(ast.walk(ast.parse(source)))
    plain = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    parts = [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    return frozenset(name.partition(".")[0] for name in [*plain, *parts])


def _compile_file(path: Path, builtin: Path) -> Compiled:
    with _shaped(path):
        return _compiled_parts(path, _run_all(path, builtin))


def _specification(path: Path, builtin: Path) -> Specification:
    with _shaped(path):
        parts = _run_all(path, builtin)
        return ("header", parts[0]["header"]), *(pair for part in parts for pair in part["messages"])


@contextmanager
def _shaped(path: Path) -> Iterator[None]:
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        because = f"{type(error).__name__}: {error}"
        raise GrammarError("grammar is not of the right shape", because, str(path), SHAPE) from error


def _run_all(path: Path, builtin: Path) -> list[dict[str, Any]]:
    """The names that the file and its message sets define."""
    module = _run(path, ("vendor", "header", "messages", "shared", "levels", "samples"))
    return [module, *(_run(_message_set(name, path, builtin), ("messages", "samples")) for name in module["shared"])]


def _message_set(name: str, path: Path, builtin: Path) -> Path:
    own = path.parent / "messages" / f"{name}.py"
    return own if own.exists() else builtin / "messages" / f"{name}.py"


def _run(path: Path, wanted: Sequence[str]) -> dict[str, Any]:
    import runpy

    try:
        module = runpy.run_path(str(path))
    except (Exception, SystemExit) as error:
        because = f"{type(error).__name__}: {error}"
        raise GrammarError("grammar file cannot be run", because, str(path), "a grammar is a Python file") from error
    for name in wanted:
        if name not in module:
            raise GrammarError(f"grammar has no {name!r}", where=str(path), help=SHAPE)
    return module


def _compiled_parts(path: Path, parts: Sequence[dict[str, Any]]) -> Compiled:
    module = parts[0]
    return Compiled(
        vendor=module["vendor"],
        about=str(module.get("__doc__") or "").strip(),
        header=_compiled_header(module["header"], path),
        messages=tuple((kind, _compiled(kind, each, path)) for part in parts for kind, each in part["messages"]),
        levels=dict(module["levels"]),
        samples=tuple(_sample(*each) for part in parts for each in part["samples"]),
        joining=_joining(module["joining"], path) if "joining" in module else None,
    )


def _joining(declared: Mapping[str, Any], path: Path) -> MultilineSpec:
    from lyncphone_logs.grammar.compiler import compile_expression

    return multiline_spec(declared, lambda name, each: compile_expression(each, where=f"{path}: joining: {name}"))


def _sample(origin: str, line: str, kind: str, fields: Mapping[str, Value]) -> tuple[Any, ...]:
    return origin, line, kind, dict(fields)


def _compiled_header(expression: "pp.ParserElement", path: Path) -> CompiledExpression:
    from lyncphone_logs.grammar.compiler import compile_expression

    compiled = compile_expression(expression, where=f"{path}: header")
    for name in sorted(set(compiled.fields) - HEADER_FIELDS):
        raise GrammarError(
            f"header has an unknown field {name!r}", where=str(path), help=f"known: {sorted(HEADER_FIELDS)}"
        )
    return compiled


def _compiled(kind: str, expression: "pp.ParserElement", path: Path) -> CompiledExpression:
    from lyncphone_logs.grammar.compiler import compile_expression

    complaint = unknown_kind(kind)
    if not complaint:
        compiled = compile_expression(expression, where=f"{path}: {kind}")
        complaint = next(filter(None, (unknown_field(kind, name) for name in compiled.fields)), "")
    if complaint:
        raise GrammarError(
            "grammar names what is not there", complaint, f"{path}: {kind}", "see lyncphone_logs/content/vocabulary"
        )
    return compiled
