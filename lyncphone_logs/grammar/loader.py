"""Loads grammar files: Python modules of plain pyparsing, run and compiled once. The result is cached.

A grammar file defines these names:

    vendor     the maker of the phones
    header     expression for a line as the phone wrote it, with a field `message`
    messages   pairs of an event kind and an expression for the message; the first that matches counts
    shared     names of message sets, which are files in `messages/`
    levels     the phone's words for levels -> severity of RFC 5424
    samples    tuples (origin, line, kind, fields); origin is `synthetic` or `real: source`
    capture    how to record a trace of these phones (see `capture_hint`); neutral texts if it is missing
    multiline  optional: how messages continue after their first line (see `multiline_spec`)
    distinctive  optional: expression for the beginning of headers that no other program writes. They are found anywhere
               in a line. Its repetitions must be bounded, so that the search takes linear time.
    device_kind  optional: what writes the lines: `phone`, the default, or `gateway`, which does not sign in

A message set defines `messages` and `samples`. `joining`, the name of `multiline` in version 0.1, is accepted for one
release; a file that defines both is refused.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lyncphone_logs.bounded_files import read_regular
from lyncphone_logs.cache import cached, code_version, fingerprint
from lyncphone_logs.errors import GrammarError, LyncphoneLogsError, collect
from lyncphone_logs.events import vocabulary
from lyncphone_logs.events.event import Value
from lyncphone_logs.events.vocabulary import unknown_field, unknown_kind
from lyncphone_logs.grammar.capture_hint import NEUTRAL, CaptureHint, capture_hint
from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.grammar import HEADER_FIELDS, Grammar, GrammarSample, Specification
from lyncphone_logs.grammar.multiline_spec import MultilineSpec, multiline_spec

if TYPE_CHECKING:
    import pyparsing as pp

MAX_GRAMMARS = 2000
"""Grammar files in a folder."""
MAX_SOURCE_BYTES = 1024 * 1024
"""Size limit of a grammar file."""
MAX_NAME_CHARACTERS = 100
"""Length of the vendor, and of a word for a level."""
NEEDED = ("vendor", "header", "messages", "shared", "levels", "samples")
DEVICES = ("phone", "gateway")
NEEDED_OF_SET = ("messages", "samples")
MULTILINE, OLD_MULTILINE = "multiline", "joining"
SHAPE = "see CONTRIBUTING for the shape of a grammar file"


@dataclass(frozen=True)
class Compiled:
    """The cached part of a `Grammar`: everything but its name and path."""

    vendor: str
    about: str
    header: CompiledExpression
    messages: tuple[tuple[str, CompiledExpression], ...]
    levels: Mapping[str, str]
    samples: tuple[tuple[Any, ...], ...]
    capture: CaptureHint
    multiline: MultilineSpec | None = None
    distinctive: CompiledExpression | None = None
    device: str = "phone"


CLASSES = (Compiled, CompiledExpression, CaptureHint, MultilineSpec)
"""The classes of all instances in a Compiled."""


def load_grammars(folder: Path | str, builtin: Path) -> tuple[list[Grammar], list[LyncphoneLogsError]]:
    """The grammars of a folder by name, and an error for each file that cannot be used.

    `builtin` is the folder of the built-in grammars. Raises GrammarError if the folder does not exist, or holds too
    many files.
    """
    if not Path(folder).is_dir():
        raise GrammarError("folder cannot be read", "it does not exist, or is not a folder", str(folder))
    files = sorted(Path(folder).glob("*.py"))
    if len(files) > MAX_GRAMMARS:
        raise GrammarError("folder holds too many files", f"{len(files)}, at most {MAX_GRAMMARS}", str(folder))
    return collect(files, partial(read_grammar, builtin=builtin))


def read_grammar(path: Path, builtin: Path) -> Grammar:
    """The grammar of one file, which is run and compiled unless the result is cached.

    A message set is looked for next to the file, then in `builtin`, the folder of the built-in grammars. Raises
    GrammarError with file, element, reason and help.
    """
    _check_source(path)
    files = [path, *sorted({*_message_sets(path.parent), *_message_sets(builtin)})]
    compile_it = partial(_compile_file, path, builtin)
    may_store = partial(_is_self_contained, files)
    compiled = cached("grammar", partial(_key, files), compile_it, CLASSES, may_store, Compiled)
    samples = tuple(map(GrammarSample._make, compiled.samples))
    specify = partial(_specification, path, builtin)
    return Grammar(
        path.stem,
        compiled.vendor,
        compiled.about,
        path,
        compiled.header,
        compiled.messages,
        compiled.levels,
        samples,
        specify,
        compiled.capture,
        compiled.multiline,
        compiled.distinctive,
        compiled.device,
    )


def _message_sets(folder: Path) -> Iterator[Path]:
    """The message sets that can be read. One that cannot is an error only for the grammars that name it."""
    return (path for path in (folder / "messages").glob("*.py") if not _unreadable(path))


def _check_source(path: Path) -> None:
    if because := _unreadable(path):
        raise GrammarError("grammar file cannot be read", because, str(path))


def _unreadable(path: Path) -> str:
    """Why a file cannot be a grammar file; "" if it can. Python would wait for a pipe, and never end with a device."""
    try:
        read_regular(path, MAX_SOURCE_BYTES)
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def _key(files: Sequence[Path]) -> str:
    return f"{fingerprint(files)} {vocabulary.version()} {code_version('grammar', libraries=('pyparsing',))}"


def _is_self_contained(files: Sequence[Path]) -> bool:
    """Whether the files import only modules that the key covers."""
    return {name for path in files for name in _imported(path.read_bytes())} <= {"pyparsing", *sys.stdlib_module_names}


@cache
def _imported(source: bytes) -> frozenset[str]:
    """The top-level names of all modules that a source text imports; "" for a relative import."""
    import ast

    nodes = list(ast.walk(ast.parse(source)))
    plain = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    froms = [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    return frozenset(name.partition(".")[0] for name in [*plain, *froms])


def _compile_file(path: Path, builtin: Path) -> Compiled:
    with _shape_errors(path):
        return _compiled_parts(path, _run_all(path, builtin))


def _specification(path: Path, builtin: Path) -> Specification:
    with _shape_errors(path):
        parts = _run_all(path, builtin)
        return ("header", parts[0]["header"]), *(pair for part in parts for pair in part["messages"])


@contextmanager
def _shape_errors(path: Path) -> Iterator[None]:
    """Turns what goes wrong with values of the wrong type into a GrammarError: a bad file stops no other."""
    try:
        yield
    except LyncphoneLogsError:
        raise
    except Exception as error:
        because = f"{type(error).__name__}: {error}"
        raise GrammarError("grammar is not of the right shape", because, str(path), SHAPE) from error


def _run_all(path: Path, builtin: Path) -> list[dict[str, Any]]:
    """The names that the file defines, then those that each of its message sets defines."""
    module = _run(path, NEEDED)
    return [module, *(_run(_message_set(name, path, builtin), NEEDED_OF_SET) for name in module["shared"])]


def _message_set(name: object, path: Path, builtin: Path) -> Path:
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"shared has {name!r}, which is no name of a message set")
    neighbour = path.parent / "messages" / f"{name}.py"
    found = neighbour if os.path.lexists(neighbour) else builtin / "messages" / f"{name}.py"
    if because := _unreadable(found):
        raise GrammarError(f"message set {name!r} cannot be read", f"{found}: {because}", str(path))
    return found


def _run(path: Path, needed: Sequence[str]) -> dict[str, Any]:
    import runpy

    try:
        module = runpy.run_path(str(path))
    except (Exception, SystemExit) as error:
        because = f"{type(error).__name__}: {error}"
        raise GrammarError("grammar file cannot be run", because, str(path), "a grammar is a Python file") from error
    for name in needed:
        if name not in module:
            raise GrammarError(f"grammar has no {name!r}", where=str(path), help=SHAPE)
    return module


def _compiled_parts(path: Path, parts: Sequence[dict[str, Any]]) -> Compiled:
    module = parts[0]
    return Compiled(
        vendor=_one_line(module["vendor"], "vendor"),
        about=str(module.get("__doc__") or "").strip(),
        header=_compiled_header(module["header"], path),
        messages=tuple((kind, _compiled(kind, each, path)) for part in parts for kind, each in part["messages"]),
        levels={_one_line(word, "level"): _one_line(level, "level") for word, level in module["levels"].items()},
        samples=tuple(_sample(*each) for part in parts for each in part["samples"]),
        capture=capture_hint(module["capture"]) if "capture" in module else NEUTRAL,
        multiline=_compiled_multiline(module, path),
        distinctive=_compiled_distinctive(module["distinctive"], path) if "distinctive" in module else None,
        device=_device(module.get("device_kind", DEVICES[0]), path),
    )


def _device(name: object, path: Path) -> str:
    if name not in DEVICES:
        raise GrammarError(f"device_kind is {name!r}", f"it must be one of {', '.join(DEVICES)}", str(path), SHAPE)
    return str(name)


def _compiled_distinctive(expression: "pp.ParserElement", path: Path) -> CompiledExpression:
    from lyncphone_logs.grammar.compiler import compile_expression
    from lyncphone_logs.grammar.regex_linearity import is_bounded

    compiled = compile_expression(expression, where=f"{path}: distinctive")
    if not compiled.literals:
        raise GrammarError("'distinctive' has no literal", "each header must contain one", str(path))
    if not is_bounded(compiled.rendered):
        because = "it is searched for at each position of a line"
        help = "write {1,32} for + and *, and no SkipTo"
        raise GrammarError("'distinctive' has an unbounded repetition", because, str(path), help)
    return compiled


def _compiled_multiline(module: Mapping[str, Any], path: Path) -> MultilineSpec | None:
    from lyncphone_logs.grammar.compiler import compile_expression

    names = [name for name in (MULTILINE, OLD_MULTILINE) if name in module]
    if len(names) > 1:
        because = f"{OLD_MULTILINE!r} is the old name of {MULTILINE!r}"
        help = f"define only {MULTILINE!r}"
        raise GrammarError(f"grammar has both {MULTILINE!r} and {OLD_MULTILINE!r}", because, str(path), help)
    if not names:
        return None
    (name,) = names
    return multiline_spec(
        module[name], name, lambda key, each: compile_expression(each, where=f"{path}: {name}: {key}")
    )


def _one_line(text: object, name: str) -> str:
    """A text that a table prints. Raises TypeError, ValueError."""
    if not isinstance(text, str):
        raise TypeError(f"{name} is no text: {text!r}")
    if not text.isprintable() or len(text) > MAX_NAME_CHARACTERS:
        raise ValueError(f"{name} is longer than one line of {MAX_NAME_CHARACTERS} characters")
    return text


def _sample(origin: str, line: str, kind: str, fields: Mapping[str, Value]) -> tuple[Any, ...]:
    if not all(isinstance(each, str) for each in (origin, line, kind)):
        raise TypeError(f"origin, line or kind of a sample is no text: {(origin, line, kind)!r}")
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
            "grammar uses an unknown kind or field",
            complaint,
            f"{path}: {kind}",
            "see lyncphone_logs/content/vocabulary",
        )
    return compiled
