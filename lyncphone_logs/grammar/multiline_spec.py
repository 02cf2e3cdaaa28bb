"""How a phone family's messages go on beyond their line, as its grammar file declares it.

A grammar file that defines `joining`, a dictionary, names what it needs of the following; expressions are pyparsing.

    opens    text of which each message holds one that may go on in a later line of the same sender
    goes_on  expression for the phone's own line that goes on with it, its text in the field `message`
    ends     what the text of the last such line begins with
    by       "sequence": the line that goes on has the next number; "line": it is the sender's next line
    indents  what stands before the further lines of a message and is no part of them
    record   expression for a further message in the same datagram, in the field `message`
    between  text that stands between two messages of a datagram
    trailer  expression for the end of a datagram, with `message` and `stamp`
    counted  expression for the phone's own line, after which `length` bytes of message follow in lines of their own
    boots    expression for `procid` with `device` and `resets`, a number that grows by one when the device boots
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from lyncphone_logs.grammar.expression import CompiledExpression

SEQUENCE, LINE = WAYS = ("sequence", "line")
NEEDED = {
    "goes_on": {"message"},
    "record": {"message"},
    "trailer": {"message", "stamp"},
    "counted": {"length"},
    "boots": {"device", "resets"},
}
"""The expressions, with the fields that each has."""

MAX_EVENT_LINES = 1000
"""From the first piece of a message to the last."""


@dataclass(frozen=True)
class MultilineSpec:
    """The declaration of one grammar; what it does not name is empty."""

    opens: str = ""
    ends: str = ""
    by: str = SEQUENCE
    between: str = ""
    indents: tuple[str, ...] = ()
    goes_on: CompiledExpression | None = None
    record: CompiledExpression | None = None
    trailer: CompiledExpression | None = None
    counted: CompiledExpression | None = None
    boots: CompiledExpression | None = None

    @property
    def literals(self) -> tuple[str, ...]:
        """Texts of which one stands in every line that opens what may go on in lines that are not indented."""
        return tuple(filter(None, (self.opens, *(self.counted.literals if self.counted else ()))))


def multiline_spec(declared: Mapping[str, Any], compiled: Callable[[str, Any], CompiledExpression]) -> MultilineSpec:
    """The declaration of a grammar file, compiled. Raises ValueError with what is wrong with it."""
    known = {each.name for each in fields(MultilineSpec)}
    if unknown := sorted(set(declared) - known):
        raise ValueError(f"joining has no {unknown[0]!r}; known: {sorted(known)}")
    if declared.get("by", SEQUENCE) not in WAYS:
        raise ValueError(f"joining by {declared['by']!r}; known: {WAYS}")
    made: dict[str, Any] = {
        name: compiled(name, value) if name in NEEDED else value for name, value in declared.items()
    }
    for name in sorted(NEEDED.keys() & made.keys()):
        if missing := sorted(NEEDED[name] - {*made[name].fields}):
            raise ValueError(f"joining: {name} has no field {missing[0]!r}")
    return MultilineSpec(**made)


MAX_CONTINUATIONS = 200
"""Lines that are joined to the event before them; what follows is unparsed, so that memory stays bounded."""
