"""Finds the `name=value` pairs of messages of no known kind."""

import re
from collections.abc import ItemsView, Iterator, Mapping

from lyncphone_logs.events.event import NOTHING, Value

_PAIR = re.compile(r"""(?<![\w.>/-])([A-Za-z_][\w./]*+(?:->?[\w./]*+)*+)=("[^"]*+"|[^\s,;]++)""")
_TRAILING = ".:)"


class KeyValues(Mapping[str, Value]):
    """Names and values as text, without quotes and trailing punctuation. Of equal names the last one counts.

    The message is searched when a value is asked for: most messages have no pair, and few are asked for.
    """

    __slots__ = ("_message",)

    def __init__(self, message: str) -> None:
        self._message = message

    def _found(self) -> dict[str, Value]:
        return {name: value.strip('"').rstrip(_TRAILING) for name, value in _PAIR.findall(self._message)}

    def __getitem__(self, name: str) -> Value:
        return self._found()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())

    def items(self) -> ItemsView[str, Value]:
        """All pairs, from one search; Mapping would search once more for each of them."""
        return self._found().items()

    def __repr__(self) -> str:
        return repr(self._found())


def key_values(message: str) -> Mapping[str, Value]:
    """The pairs of a message, by name."""
    return KeyValues(message) if "=" in message else NOTHING
