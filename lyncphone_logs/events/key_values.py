"""Finds the `name=value` pairs of messages of no known kind.

A distinguished name, an address with `://` or `sip:`, base64 text and a comparison contain `=` but no pair.
"""

import re
from collections.abc import ItemsView, Iterator, Mapping
from functools import cache

from lyncphone_logs.events.event import NOTHING, Value

# `^M`, `#015` and `#012` are how phones and rsyslog write the end of a line.
_NAME = r"[A-Za-z_][\w./]*+(?:->?[\w./]*+)*+(?<=\w)"
_BRACKETS = r"\([^\s()]*+\)|\[[^\s\[\]]*+\]|\{[^\s{}]*+\}|<[^\s<>]*+>"
# A value ends at a bracket that it did not open.
_VALUE = rf"""(?:"[^"]*+"|(?![:@|&=>~])(?:[^\s,;()\[\]{{}}<>^#]++|\^(?!M)|[#](?!01[25])|{_BRACKETS})++)"""
_PLAIN = rf"(?:(?<![\w.>/@%=^-])|(?<=\^M)|(?<=#01[25]))({_NAME})=({_VALUE})"
# An address and a distinguished name (as OpenSSL prints it, or RFC 4514) are consumed as one piece, so that nothing
# inside them is found. The last value of such a name ends before a word that is the name of a pair.
_ADDRESS = r"""(?<![\w+.-])(?:[A-Za-z][A-Za-z0-9+.-]*+://|(?:sips?|tel|mailto):)[^\s"'<>]*+"""
_WORD = r"[^\s=/,+;]++(?!=)"
_DN_VALUE = rf"=(?:{_WORD}(?: {_WORD})*+)?+"
_ATTRIBUTE = rf"(?:CN|OU|O|C|ST|L|DC|S|SN|GN|T|E|UID|STREET|(?i:emailAddress|serialNumber|postalCode)){_DN_VALUE}"
_MORE = rf"[/,+] ?{_ATTRIBUTE}"
_FIRST = rf"(?:C=[A-Z]{{2}}(?![^/,+])|(?:O|ST|UID|(?i:emailAddress|serialNumber)){_DN_VALUE})(?={_MORE})"
_DISTINGUISHED_NAME = rf"(?<![\w.>-])(?:/{_ATTRIBUTE}|(?:CN|OU|DC){_DN_VALUE}|{_FIRST})(?:{_MORE})*+"

_PAIR = re.compile(_PLAIN)
_TRAILING = ".:"


@cache
def _pair_outside() -> re.Pattern[str]:
    """A pair outside of addresses and names. Compiling it takes 2 ms, and few traces need it."""
    return re.compile(f"{_ADDRESS}|{_DISTINGUISHED_NAME}|{_PLAIN}")


def _has_name_or_address(message: str) -> bool:
    """Whether a message may have an address or a distinguished name. As a loop this would take twice as long."""
    return (
        "://" in message
        or "sip" in message
        or "tel:" in message
        or "mailto:" in message
        or "O=" in message
        or "CN=" in message
        or "OU=" in message
        or "DC=" in message
    )


class KeyValues(Mapping[str, Value]):
    """Names and values as text, without quotes and trailing punctuation. Of equal names the last one counts.

    The message is searched when a value is asked for: most messages have no pair, and few are asked for.
    """

    __slots__ = ("_message",)

    def __init__(self, message: str) -> None:
        self._message = message

    def _found(self) -> dict[str, Value]:
        message = self._message
        if "=" not in message:
            return {}
        pattern = _pair_outside() if _has_name_or_address(message) else _PAIR
        pairs = pattern.findall(message)
        return {name: value.strip('"').rstrip(_TRAILING) for name, value in pairs if name}

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
