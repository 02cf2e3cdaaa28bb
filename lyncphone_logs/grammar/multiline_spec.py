"""Declares how messages of a phone family continue after their first line.

A grammar file that needs this defines `multiline`, a dictionary with some of these keys; expressions are pyparsing:

    opens    text in the first line of every message that may continue in a later line of the same sender
    goes_on  expression for a line that continues such a message, with its text in the field `message`
    ends     text with which the last such line begins
    by       "sequence": the continuation has the next sequence number; "line": it is the sender's next line
    whole    True if each such line holds complete lines of the message: none is cut in the middle (only with "line")
    bare     expression for a line of a message without the header, such as the rest of a datagram with line ends in it
    dated    text in every line that may have no stamp of its own: it has the stamp of the sender's line before it
    indents  what indents further lines of a message; it is removed from the text
    record   expression for a further message in the same datagram, with the field `message`
    between  text that separates two messages of a datagram
    trailer  expression for the end of a datagram, with the fields `message` and `stamp`
    counted  expression for a line after which `length` bytes of message follow in lines without a header
    boots    expression for the field `procid`, with `device` and `resets`, a number that grows by one at each boot
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from lyncphone_logs.grammar.expression import CompiledExpression

SEQUENCE, LINE = WAYS = ("sequence", "line")
NEEDED_FIELDS = {
    "goes_on": {"message"},
    "bare": {"message"},
    "record": {"message"},
    "trailer": {"message", "stamp"},
    "counted": {"length"},
    "boots": {"device", "resets"},
}
"""The keys that are expressions, with the fields that each must have."""

MAX_EVENT_LINES = 1000
"""Lines from the first piece of a message to the last."""
MAX_CONTINUATIONS = 200
"""Lines without a header that are joined to the event before them. Further ones are unparsed, so memory is bounded."""


@dataclass(frozen=True)
class MultilineSpec:
    """The declaration of one grammar. A key that it does not use is empty."""

    opens: str = ""
    ends: str = ""
    by: str = SEQUENCE
    between: str = ""
    whole: bool = False
    dated: str = ""
    indents: tuple[str, ...] = ()
    goes_on: CompiledExpression | None = None
    bare: CompiledExpression | None = None
    record: CompiledExpression | None = None
    trailer: CompiledExpression | None = None
    counted: CompiledExpression | None = None
    boots: CompiledExpression | None = None

    @property
    def literals(self) -> tuple[str, ...]:
        """Texts of which one is in every line that opens a message whose further lines may not be indented."""
        return tuple(filter(None, (self.opens, self.dated, *(self.counted.literals if self.counted else ()))))


def multiline_spec(
    declared: Mapping[str, Any], name: str, compiled: Callable[[str, Any], CompiledExpression]
) -> MultilineSpec:
    """The declaration of a grammar file, compiled.

    `name` is that of the dictionary in the file; `compiled` gets a key and its pyparsing expression. Raises ValueError,
    with a text that begins with `name`.
    """
    known = {field.name for field in fields(MultilineSpec)}
    if unknown := sorted(set(declared) - known):
        raise ValueError(f"{name} has no {unknown[0]!r}; known: {sorted(known)}")
    if declared.get("by", SEQUENCE) not in WAYS:
        raise ValueError(f"{name}: by is {declared['by']!r}; known: {WAYS}")
    values: dict[str, Any] = {
        key: compiled(key, value) if key in NEEDED_FIELDS else value for key, value in declared.items()
    }
    for key in sorted(NEEDED_FIELDS.keys() & values.keys()):
        if missing := sorted(NEEDED_FIELDS[key] - {*values[key].fields}):
            raise ValueError(f"{name}: {key} has no field {missing[0]!r}")
    return MultilineSpec(**values)
