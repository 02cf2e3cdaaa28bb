"""A grammar: how one phone family writes its lines, compiled from the pyparsing of its file (see `loader`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from lyncphone_logs.events.event import MESSAGE, Value
from lyncphone_logs.events.key_values import key_values
from lyncphone_logs.events.vocabulary import typed
from lyncphone_logs.grammar.capture_hint import CaptureHint
from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.multiline_spec import MultilineSpec
from lyncphone_logs.notebook import shown

if TYPE_CHECKING:
    import pyparsing as pp

HEADER_FIELDS = {
    "stamp", "sequence", "sequence_hex", "hostname", "mac", "app_name", "procid", "component", "level", "function",
    "source_line", "missed", "message",
}  # fmt: skip
"""Fields that a header may have."""
MAX_CACHED_MESSAGES = 1024
MAX_CACHED_CHARACTERS = 512
"""Length of a message that is cached. Messages that repeat are short; so memory stays bounded."""
MAX_EXPECTED_CHARACTERS = 80
"""Length of the text that says what a header expected at the position where it stopped."""

Specification = tuple[tuple[str, "pp.ParserElement"], ...]
ParsedMessage = tuple[str, Mapping[str, Value], tuple[int, int] | None]
"""Kind of a message, its fields, and the span of these in it."""


class GrammarSample(NamedTuple):
    """A line with the kind and fields that the grammar must find. `origin` is `synthetic` or `real: source`."""

    origin: str
    line: str
    kind: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """A parsed line: header fields as text; kind and fields of the message; `marked`, their span in the message."""

    header: Mapping[str, str]
    kind: str
    fields: Mapping[str, Value]
    marked: tuple[int, int] | None


@shown("name", "vendor", "about", "messages", "samples")
@dataclass(frozen=True, eq=False)
class Grammar:
    """The compiled grammar of one phone family. `levels` maps its words for levels to severities of RFC 5424.

    `capture` says how to record a trace of these phones. `specify` runs its file again for the pyparsing originals.
    `distinctive` matches the beginning of headers that no other program writes, None if there are no such headers.
    `device`: what writes the lines: `phone`, or `gateway` for a gateway or border controller, which does not sign in.
    """

    name: str
    vendor: str
    about: str
    path: Path
    header: CompiledExpression
    messages: tuple[tuple[str, CompiledExpression], ...]
    levels: Mapping[str, str]
    samples: tuple[GrammarSample, ...]
    specify: Callable[[], Specification]
    capture: CaptureHint
    multiline: MultilineSpec | None = None
    distinctive: CompiledExpression | None = None
    device: str = "phone"

    @cached_property
    def specification(self) -> Specification:
        """The names and pyparsing originals of all expressions, the header first. Raises GrammarError."""
        return self.specify()

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """The literals of all message kinds. Most lines contain none of them and need not be matched with each kind."""
        return tuple(self._by_literal)

    @cached_property
    def unsearchable(self) -> tuple[str, ...]:
        """The kinds without a literal. Any message may be of such a kind."""
        return tuple(self.messages[number][0] for number in self._without_literal)

    @cached_property
    def _by_literal(self) -> dict[str, tuple[int, ...]]:
        numbered = [(each, number) for number, (_, parts) in enumerate(self.messages) for each in parts.literals]
        return {each: tuple(number for other, number in numbered if other == each) for each, _ in sorted(numbered)}

    @cached_property
    def _without_literal(self) -> tuple[int, ...]:
        return tuple(number for number, (_, expression) in enumerate(self.messages) if not expression.literals)

    def read(self, text: str) -> ParsedLine | None:
        """Parse a line as the phone wrote it; None if its header is not of this family."""
        spans = self.header.match(text)
        if spans is None:
            return None
        header = {name: text[start:end] for name, (start, end) in spans.items()}
        return ParsedLine(header, *self.read_message(header.get("message", "")))

    def read_message(self, message: str, among: Sequence[int] | None = None) -> ParsedMessage:
        """The first kind that matches, else MESSAGE with the `key=value` pairs of the message.

        `among`: ascending indexes of the `messages` that may match; None if their literals were not searched for.
        """
        if len(message) > MAX_CACHED_CHARACTERS:
            return self._parsed(message, among)
        return _parsed_once(self, message, among if among is None else tuple(among))

    def _parsed(self, message: str, among: Sequence[int] | None) -> ParsedMessage:
        for number in self._candidates(message) if among is None else among:
            kind, expression = self.messages[number]
            spans = expression.match(message)
            if spans is not None:
                fields = {name: typed(kind, name, message[start:end]) for name, (start, end) in spans.items()}
                return kind, MappingProxyType(fields), _extent(spans, message)
        return MESSAGE, key_values(message), None

    def spans_of(self, message: str) -> tuple[str, Mapping[str, tuple[int, int]]] | None:
        """The first kind that matches and the span of each of its fields; None if no kind matches."""
        for number in self._candidates(message):
            kind, expression = self.messages[number]
            if (spans := expression.match(message)) is not None:
                return kind, spans
        return None

    def _candidates(self, message: str) -> Sequence[int]:
        found = {number for literal, numbers in self._by_literal.items() if literal in message for number in numbers}
        return sorted({*self._without_literal, *found}) if found else self._without_literal

    def kinds_of(self, message: str) -> list[str]:
        """Every kind whose expression matches, sorted. If there are two, the grammar is ambiguous."""
        return sorted({kind for kind, expression in self.messages if expression.match(message) is not None})

    def stopped_at(self, text: str) -> tuple[int, str]:
        """The offset in `text` at which the header stopped matching, and what was expected there.

        For a line that `read` refuses. Runs the grammar file if it was not run yet, and so raises GrammarError.
        """
        import pyparsing as pp

        from lyncphone_logs.grammar.expected import shortly_named

        try:
            shortly_named(self.specification[0][1]).copy().parse_with_tabs().parse_string(text, parse_all=True)
        except pp.ParseException as stop:
            expected = stop.msg.removeprefix("Expected ")
            is_short = len(expected) <= MAX_EXPECTED_CHARACTERS
            return stop.loc, expected if is_short else f"{expected[:MAX_EXPECTED_CHARACTERS]}…"
        return len(text), "end of line"


@lru_cache(MAX_CACHED_MESSAGES)
def _parsed_once(grammar: Grammar, message: str, among: tuple[int, ...] | None) -> ParsedMessage:
    return grammar._parsed(message, among)


def _extent(spans: Mapping[str, tuple[int, int]], message: str) -> tuple[int, int]:
    if not spans:
        return (0, len(message))
    start = min(start for start, _ in spans.values())
    return message.rfind(" ", 0, start) + 1, max(end for _, end in spans.values())


def reader_of(text: str, grammars: Sequence[Grammar]) -> Grammar | None:
    """The grammar that a phone's own line belongs to: the first one whose header matches, None if there is none.

    `parsing.header.read_headers` does the same for many lines at once.
    """
    return next((grammar for grammar in grammars if grammar.header.pattern.fullmatch(text)), None)
