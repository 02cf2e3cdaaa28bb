"""A grammar: how one phone family writes its lines. Read from a Python file of plain pyparsing and compiled once.

A grammar file defines `vendor`, `header` (with a field `message`), `messages` (pairs of kind and expression, the first
that matches counts), `shared` (names of message sets in `messages/`), `levels` (its level words -> RFC 5424 severity)
and `samples`. A message set defines `messages` and `samples`. Samples are tuples (origin, line, kind, fields); origin
is `synthetic` or `real: source`.
"""

import re
import runpy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyparsing as pp

from lyncphone_logs.compiler import CompiledExpression, compile_expression
from lyncphone_logs.errors import GrammarError
from lyncphone_logs.event import MESSAGE, Value
from lyncphone_logs.vocabulary import typed, unknown_field, unknown_kind

HEADER_FIELDS = {"app_name", "procid", "component", "level", "function", "source_line", "message"}
PAIR = re.compile(r"""(?<![\w.>/-])([A-Za-z_](?>[\w./]|->?)*+)=("[^"]*+"|[^\s,;]++)""")
TRAILING = ".:)"
SHAPE = "see CONTRIBUTING for the shape of a grammar file"


@dataclass(frozen=True, slots=True)
class Sample:
    """A line with what the grammar makes of it. `origin` is `synthetic` or `real: source`."""

    origin: str
    line: str
    kind: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Reading:
    """A line that a grammar read: header fields as text, the kind of the message, its fields, and where they stand."""

    header: Mapping[str, str]
    kind: str
    fields: Mapping[str, Value]
    marked: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Grammar:
    """The compiled grammar of one phone family; `specification` keeps the pyparsing originals, the header first.

    `literals` are those of all message kinds: most lines hold none, and need not be held against each kind.
    """

    name: str
    vendor: str
    about: str
    path: Path
    header: CompiledExpression
    messages: tuple[tuple[str, CompiledExpression], ...]
    literals: tuple[str, ...]
    specification: tuple[tuple[str, pp.ParserElement], ...]
    levels: Mapping[str, str]
    samples: tuple[Sample, ...]

    def read(self, text: str) -> Reading | None:
        """Read a phone's own line; None where its header is not of this family."""
        spans = self.header.match(text)
        if spans is None:
            return None
        header = {name: text[start:end] for name, (start, end) in spans.items()}
        return Reading(header, *self._read_message(header.get("message", "")))

    def _read_message(self, message: str) -> tuple[str, Mapping[str, Value], tuple[int, int] | None]:
        may_match = any(map(message.__contains__, self.literals))
        for kind, expression in self.messages:
            if expression.literals and not (may_match and any(map(message.__contains__, expression.literals))):
                continue
            spans = expression.match(message)
            if spans is not None:
                fields = {name: typed(kind, name, message[start:end]) for name, (start, end) in spans.items()}
                return kind, MappingProxyType(fields), _extent(spans, message)
        pairs = {found[1]: found[2].strip('"').rstrip(TRAILING) for found in PAIR.finditer(message)}
        return MESSAGE, MappingProxyType(pairs), None

    def kinds_of(self, message: str) -> list[str]:
        """Every kind whose expression matches; where there are two, the grammar is ambiguous."""
        return sorted({kind for kind, expression in self.messages if expression.match(message) is not None})

    def stopped_at(self, text: str) -> tuple[int, str]:
        """How far the header could be read, and what was expected there; for a line that `read` refuses."""
        try:
            self.specification[0][1].copy().parse_with_tabs().parse_string(text, parse_all=True)
        except pp.ParseException as stop:
            return stop.loc, stop.msg
        return len(text), "end of line"


def _extent(spans: Mapping[str, tuple[int, int]], message: str) -> tuple[int, int]:
    if not spans:
        return (0, len(message))
    start = min(start for start, _ in spans.values())
    return message.rfind(" ", 0, start) + 1, max(end for _, end in spans.values())


def read_grammar(path: Path, builtin: Path) -> Grammar:
    """Run and compile a grammar file. Raises GrammarError with file, element, reason and what helps.

    Shared message sets are looked for beside the file, then in the folder of the built-in grammars.
    """
    try:
        return _built(path, builtin)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        because = f"{type(error).__name__}: {error}"
        raise GrammarError("grammar is not of the right shape", because, str(path), SHAPE) from error


def _built(path: Path, builtin: Path) -> Grammar:
    module = _run(path, ("vendor", "header", "messages", "shared", "levels", "samples"))
    sets = [_run(_message_set(name, path, builtin), ("messages", "samples")) for name in module["shared"]]
    messages = [(kind, expression) for part in [module, *sets] for kind, expression in part["messages"]]
    compiled = tuple((kind, _compiled(kind, expression, path)) for kind, expression in messages)
    return Grammar(
        name=path.stem,
        vendor=module["vendor"],
        about=str(module.get("__doc__") or "").strip(),
        path=path,
        header=_compiled_header(module["header"], path),
        messages=compiled,
        literals=tuple(sorted({literal for _, each in compiled for literal in each.literals})),
        specification=(("header", module["header"]), *messages),
        levels=module["levels"],
        samples=tuple(Sample(*each) for part in [module, *sets] for each in part["samples"]),
    )


def _message_set(name: str, path: Path, builtin: Path) -> Path:
    own = path.parent / "messages" / f"{name}.py"
    return own if own.exists() else builtin / "messages" / f"{name}.py"


def _run(path: Path, wanted: Sequence[str]) -> dict[str, Any]:
    try:
        module = runpy.run_path(str(path))
    except (Exception, SystemExit) as error:
        because = f"{type(error).__name__}: {error}"
        raise GrammarError("grammar file cannot be run", because, str(path), "a grammar is a Python file") from error
    for name in wanted:
        if name not in module:
            raise GrammarError(f"grammar has no {name!r}", where=str(path), help=SHAPE)
    return module


def _compiled_header(expression: pp.ParserElement, path: Path) -> CompiledExpression:
    compiled = compile_expression(expression, where=f"{path}: header")
    for name in sorted(set(compiled.fields) - HEADER_FIELDS):
        raise GrammarError(
            f"header has an unknown field {name!r}", where=str(path), help=f"known: {sorted(HEADER_FIELDS)}"
        )
    return compiled


def _compiled(kind: str, expression: pp.ParserElement, path: Path) -> CompiledExpression:
    complaint = unknown_kind(kind)
    if not complaint:
        compiled = compile_expression(expression, where=f"{path}: {kind}")
        complaint = next(filter(None, (unknown_field(kind, name) for name in compiled.fields)), "")
    if complaint:
        raise GrammarError(
            "grammar names what is not there", complaint, f"{path}: {kind}", "see lyncphone_logs/vocabulary"
        )
    return compiled
