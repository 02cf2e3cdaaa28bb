"""A grammar: how one phone family writes its lines, compiled from the pyparsing of its file (see `grammar_file`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from lyncphone_logs.events.event import MESSAGE, Value
from lyncphone_logs.events.key_values import key_values
from lyncphone_logs.events.vocabulary import typed
from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.multiline_spec import MultilineSpec

if TYPE_CHECKING:
    import pyparsing as pp

HEADER_FIELDS = {
    "stamp", "sequence", "sequence_hex", "hostname", "mac", "app_name", "procid", "component", "level", "function",
    "source_line", "missed", "message",
}  # fmt: skip
MAX_CACHED_MESSAGES = 1024
MAX_EXPECTED_CHARACTERS = 80
"""Characters of what a header expected where it stopped."""
MAX_CACHED_CHARACTERS = 512
"""Messages that repeat are short; so memory stays bounded."""

Specification = tuple[tuple[str, "pp.ParserElement"], ...]
Understood = tuple[str, Mapping[str, Value], tuple[int, int] | None]
"""Kind of a message, its fields, and where they stand in it."""


class GrammarSample(NamedTuple):
    """A line with what the grammar makes of it. `origin` is `synthetic` or `real: source`."""

    origin: str
    line: str
    kind: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """A line that a grammar read: header fields as text, the kind of the message, its fields, and where they stand."""

    header: Mapping[str, str]
    kind: str
    fields: Mapping[str, Value]
    marked: tuple[int, int] | None


@dataclass(frozen=True, eq=False)
class Grammar:
    """The compiled grammar of one phone family. `specify` runs its file for the pyparsing originals."""

    name: str
    vendor: str
    about: str
    path: Path
    header: CompiledExpression
    messages: tuple[tuple[str, CompiledExpression], ...]
    levels: Mapping[str, str]
    samples: tuple[GrammarSample, ...]
    specify: Callable[[], Specification]
    multiline: MultilineSpec | None = None

    @cached_property
    def specification(self) -> Specification:
        """The pyparsing originals with their names, the header first. Raises GrammarError."""
        return self.specify()

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """Those of all message kinds: most lines hold none, and need not be held against each kind."""
        return tuple(self._by_literal)

    @cached_property
    def unsearchable(self) -> tuple[str, ...]:
        """Names of kinds of which no literal is known: they may stand in any message."""
        return tuple(self.messages[number][0] for number in self._everywhere)

    @cached_property
    def _by_literal(self) -> dict[str, tuple[int, ...]]:
        numbered = [(each, number) for number, (_, parts) in enumerate(self.messages) for each in parts.literals]
        return {each: tuple(number for other, number in numbered if other == each) for each, _ in sorted(numbered)}

    @cached_property
    def _everywhere(self) -> tuple[int, ...]:
        return tuple(number for number, (_, expression) in enumerate(self.messages) if not expression.literals)

    def read(self, text: str) -> ParsedLine | None:
        """Read a phone's own line; None where its header is not of this family."""
        spans = self.header.match(text)
        if spans is None:
            return None
        header = {name: text[start:end] for name, (start, end) in spans.items()}
        return ParsedLine(header, *self.read_message(header.get("message", "")))

    def read_message(self, message: str, among: Sequence[int] | None = None) -> Understood:
        """The first kind that matches, else MESSAGE with the message's pairs.

        `among`: numbers, ascending, of the `messages` that may match; None where their literals are not yet looked for.
        """
        if len(message) > MAX_CACHED_CHARACTERS:
            return self._understood(message, among)
        return _remembered(self, message, among if among is None else tuple(among))

    def _understood(self, message: str, among: Sequence[int] | None) -> Understood:
        for number in self._candidates(message) if among is None else among:
            kind, expression = self.messages[number]
            spans = expression.match(message)
            if spans is not None:
                fields = {name: typed(kind, name, message[start:end]) for name, (start, end) in spans.items()}
                return kind, MappingProxyType(fields), _extent(spans, message)
        return MESSAGE, key_values(message), None

    def _candidates(self, message: str) -> Sequence[int]:
        found = [numbers for literal, numbers in self._by_literal.items() if literal in message]
        return (
            sorted({*self._everywhere, *(number for some in found for number in some)}) if found else self._everywhere
        )

    def kinds_of(self, message: str) -> list[str]:
        """Every kind whose expression matches; where there are two, the grammar is ambiguous."""
        return sorted({kind for kind, expression in self.messages if expression.match(message) is not None})

    def stopped_at(self, text: str) -> tuple[int, str]:
        """How far the header could be read, and what was expected there; for a line that `read` refuses."""
        import pyparsing as pp

        from lyncphone_logs.grammar.expected import shortly_named

        try:
            shortly_named(self.specification[0][1]).copy().parse_with_tabs().parse_string(text, parse_all=True)
        except pp.ParseException as stop:
            expected = stop.msg.removeprefix("Expected ")
            return stop.loc, expected if len(
                expected
            ) <= MAX_EXPECTED_CHARACTERS else f"{expected[:MAX_EXPECTED_CHARACTERS]}…"
        return len(text), "end of line"


@lru_cache(MAX_CACHED_MESSAGES)
def _remembered(grammar: Grammar, message: str, among: tuple[int, ...] | None) -> Understood:
    return grammar._understood(message, among)


def _extent(spans: Mapping[str, tuple[int, int]], message: str) -> tuple[int, int]:
    if not spans:
        return (0, len(message))
    start = min(start for start, _ in spans.values())
    return message.rfind(" ", 0, start) + 1, max(end for _, end in spans.values())
