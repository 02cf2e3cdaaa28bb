"""Splits the text of a SIP message (RFC 3261 section 7) into lines, or into headers if its line ends became blanks.

A trace shows line ends as they are, escaped (`#015#012`, `^M`, `\\r\\n` in letters), with a blank for one or both of
their characters, or as blanks only. In the last case, a name with a colon begins a header if the value before it is
complete and the name is registered, or looks like a name of a header.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from lyncphone_logs.events.codes import rows

COMPACT = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "d": "request-disposition",
    "e": "content-encoding", "f": "from", "i": "call-id", "j": "reject-contact", "k": "supported",
    "l": "content-length", "m": "contact", "n": "identity-info", "o": "event", "r": "refer-to", "s": "subject",
    "t": "to", "u": "allow-events", "v": "via", "x": "session-expires", "y": "identity",
}  # fmt: skip
"""Compact names of headers (RFC 3261 section 7.3.3 and the registry of IANA)."""
_REGISTERED = """
    accept accept-contact accept-encoding accept-language accept-resource-priority additional-identity alert-info allow
    allow-events answer-mode authentication-info authorization call-id call-info cellular-network-info contact
    content-disposition content-encoding content-id content-language content-length content-type cseq date dc-info
    diversion encryption error-info event expires feature-caps flow-timer from geolocation geolocation-error
    geolocation-routing hide history-info identity identity-info in-reply-to info-package join max-breadth max-forwards
    mime-version min-expires min-se organization origination-id path permission-missing policy-contact policy-id
    priority priority-share priority-verstat priv-answer-mode privacy proxy-authenticate proxy-authentication-info
    proxy-authorization proxy-require rack reason reason-phrase record-route recv-info refer-events-at refer-sub
    refer-to referred-by reject-contact relayed-charge remote-party-id replaces reply-to request-disposition require
    resource-priority resource-share response-key response-source restoration-info retry-after route rseq
    security-client security-server security-verify server service-interact-info service-route session-expires
    session-id sip-etag sip-if-match subject subscription-state supported suppress-if-match target-dialog timestamp to
    trigger-consent unsupported user-agent user-to-user via warning www-authenticate
"""
NAMES = frozenset(_REGISTERED.split())
"""Names of headers in the registry of IANA, and two that phones still send, without those of KNOWN_PREFIXES."""
KNOWN_PREFIXES = ("ms-", "p-", "x-")
"""Begins of further names: of Microsoft (MS-SIPRE, MS-OCER), and private ones (RFC 3427)."""
MAY_BE_EMPTY = frozenset(
    {"accept", "accept-encoding", "accept-language", "allow", "allow-events", "organization", "subject", "supported"}
)
"""Headers that are complete without a value (RFC 3261 section 25.1)."""

RETURNS = ("\r", "#015", "^M")
"""Spellings of a carriage return."""
MAX_RETURNS = 3
"""Returns before a line feed: some programs write one for each of theirs."""

# Each pattern takes linear time, also when it is searched for: a trace may contain anything. Repeats are possessive.
# What is scanned from more than one start is bounded: blanks begin at the first one, quoted texts have a largest size.
TOKEN = r"[A-Za-z0-9.!%*_+`'~-]"
URI_AND_VERSION = r"(?P<uri>[A-Za-z][A-Za-z0-9+.-]{0,63}+:\S++) ++SIP/2\.0(?![/\w])"
_LINE_END = re.compile(r"(?P<cr>(?:#015|\^M|\r){1,3}+)?(?: ?#012|\n)|(?:#015|\^M|\r)(?: |\Z)")
_BARE_RETURN = re.compile(r"(?P<cr>#015|\^M|\r)")
_RETURN_AND_TEXT = re.compile(r"(?:#015|\^M|\r)(?! |\Z)")
_IN_LETTERS = re.compile(r"(?P<cr>\\r|\\015|\\x0d|\\u000d|␍|<CR>)?(?:\\n|\\012|\\x0a|\\u000a|␊|<LF>)|(?:\\r|␍)(?!\w)")
_LETTERS_THEN_HEADER = re.compile(rf"(?:\\r|\\n|\\012|\\x0a|\\u000a|␍|␊|<LF>){TOKEN}{{1,64}}+ ?:")
_NAME = rf"(?P<name>{TOKEN}{{1,64}}+)(?P<before_colon>\s{{0,8}}+):"
_MESSAGE = rf"SIP/2\.0 ++[1-6][0-9]{{2}}(?![0-9])|{TOKEN}{{1,64}}+ ++{URI_AND_VERSION}"
_BODY = rf"v=0\s++[a-z]=|(?:<\?xml\s|--[^\s-]|{_MESSAGE})"
_VALUES = {
    "via": re.compile(r"\s*+SIP\s*+/\s*+2\.0\s*+/\s*+\w++\s++\S"),
    "call-id": re.compile(r"\s*+\S++\s*+\Z"),
    "cseq": re.compile(r"\s*+[0-9]++\s++\S++\s*+\Z"),
    "content-length": re.compile(r"\s*+[0-9]++\s*+\Z"),
    "max-forwards": re.compile(r"\s*+[0-9]++\s*+\Z"),
    "expires": re.compile(r"\s*+[0-9]"),
}
"""What the complete values of some headers begin with, or are."""
_ANY_VALUE = re.compile(r"\s*+\S")
MAX_PHRASE = 64
"""Characters of a reason phrase that may be a registered one."""
_BEGINS = {"v": re.compile(r"\s*+SIP\b"), "l": re.compile(r"\s*+[0-9]")}
"""What the values of some compact headers begin with, since a value may contain such a letter and a colon."""
_WIDE = re.compile(r"(?<!\s)\s{2,}+")
_SDP_LINE = re.compile(r"(?<!\s)\s++(?=[a-z]=)")


@cache
def _flat() -> re.Pattern[str]:
    """What stands in a value as a whole, or begins a header or the body. A quote that nothing legal follows opens none.

    Compiling it takes 2 ms, and few traces need it.
    """
    return re.compile(
        r'"[^"\\]{0,400}+(?:\\.[^"\\]{0,400}+){0,8}+"(?=[\s;,<>)]|\Z)'
        r'|\([^()"]{0,200}+\)'
        rf"|\s(?<!\s\s)\s*+(?:{_NAME}|(?P<body>{_BODY}))",
        re.DOTALL,
    )


def lines_of(text: str, *, shortest: bool = False) -> Iterator[tuple[str, int]]:
    """The lines of a text, each with the number of bytes of its line end.

    A line end counts two bytes if the trace does not show them, one with `shortest`.
    """
    shows_returns = shortest or "^M\n" in text or "#015#012" in text or "\r\n" in text
    separator = _plain_separator(text)
    if separator:
        yield from _split(text, separator, 1 if shows_returns else 2)
        return
    at, line_end = 0, _line_end(text)
    for end in line_end.finditer(text) if line_end else ():
        yield text[at : end.start()], 2 if end["cr"] or not shows_returns else 1
        at = end.end()
    if at < len(text):
        yield text[at:], 0


def _plain_separator(text: str) -> str:
    """What alone separates the lines, "" if returns do so too."""
    if any(f"{sign} " in text for sign in RETURNS):
        return ""
    return ("" if "#012" in text else "\n") if "\n" in text else "#012" if "#012" in text else ""


def _split(text: str, separator: str, shortest: int) -> Iterator[tuple[str, int]]:
    *lines, last = text.split(separator)
    for line in lines:
        line = line.removesuffix(" ") if separator == "#012" else line
        if line.endswith(RETURNS):
            yield _without_returns(line), 2
        else:
            yield line, shortest
    if last:
        ends = last.endswith(RETURNS)
        yield (_without_returns(last) if ends else last), 2 if ends else 0


def _without_returns(line: str) -> str:
    for _ in range(MAX_RETURNS):
        sign = next(filter(line.endswith, RETURNS), "")
        line = line.removesuffix(sign)
    return line


def _line_end(text: str) -> re.Pattern[str] | None:
    """How the line ends of this text are written, None if it shows none."""
    if "\n" in text or "#012" in text:
        return _LINE_END
    if any(sign in text for sign in RETURNS):
        return _BARE_RETURN if _RETURN_AND_TEXT.search(text) else _LINE_END
    is_in_letters = ("\\" in text or "␊" in text or "<LF>" in text) and _LETTERS_THEN_HEADER.search(text)
    return _IN_LETTERS if is_in_letters else None


@dataclass(slots=True)
class FlatMessage:
    """The parts of a message without line ends: what is before the first header, the headers in order, the body.

    `body` is None if it is not there, or if nothing shows where it begins.
    """

    before: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str | None = None


def flat_message(text: str, *, is_response: bool) -> FlatMessage:
    """Split what follows `SIP/2.0`, and the code of a response."""
    found = FlatMessage()
    name, at, end, speaks_of_body = "", 0, len(text), False
    for place in _flat().finditer(text):
        if place.lastgroup == "before_colon":
            value = _Value(text, name, at, place.start())
            if _begins_header(place, value, is_response):
                _add(found, value)
                name, at = place["name"].lower(), place.end()
                name = COMPACT.get(name, name)
                speaks_of_body = speaks_of_body or name in ("content-length", "content-type")
        elif place.lastgroup == "body" and (speaks_of_body or place["body"].startswith("v=0")):
            found.body, end = text[place.start("body") :], place.start()
            break
    _add(found, _Value(text, name, at, end))
    if found.body is None and found.headers:
        _split_last(found)
    return found


class _Value(NamedTuple):
    """The value of a header from `start` to `end` in a text; `""` is the header before the first one."""

    text: str
    header: str
    start: int
    end: int

    @property
    def is_complete(self) -> bool:
        """Whether the header may end here."""
        if not self.header or not _ANY_VALUE.match(self.text, self.start, self.end):
            return not self.header or self.header in MAY_BE_EMPTY
        shape = _VALUES.get(self.header)
        return shape is None or shape.match(self.text, self.start, self.end) is not None


def _add(found: FlatMessage, value: _Value) -> None:
    text = value.text[value.start : value.end].strip()
    if value.header:
        found.headers.append((value.header, text))
    else:
        found.before = text


def _begins_header(place: re.Match[str], value: _Value, is_response: bool) -> bool:
    """Whether a name with a colon begins a header, after this value of the header before."""
    name, after = place["name"].lower(), value.text[place.end() : place.end() + 1]
    is_apart = not after or after.isspace()
    if name in NAMES or (name.startswith(KNOWN_PREFIXES) and not place["before_colon"]):
        return is_apart or value.is_complete
    if name in COMPACT:
        begins = _BEGINS.get(name)
        return value.is_complete and (begins is None or begins.match(value.text, place.end()) is not None)
    if not is_apart or place["before_colon"] or not name[0].isalpha():
        return False
    if not value.header and is_response:
        return "-" in name or value.text[: min(value.end, MAX_PHRASE)].strip().lower() in _phrases()
    return value.is_complete and value.text[value.end - 1 : value.end] not in (",", ";", "=")


@cache
def _phrases() -> frozenset[str]:
    """The registered reason phrases, in lower case."""
    return frozenset(row["name"].lower() for row in rows("sip_responses"))


def _split_last(found: FlatMessage) -> None:
    """Take a body of unknown kind off the last header: it is after the Content-Length, or after several blanks."""
    name, value = found.headers[-1]
    if name == "content-length":
        head, _, body = value.partition(" ")
    elif wide := _WIDE.search(value) if "content-length" in dict(found.headers) else None:
        head, body = value[: wide.start()], value[wide.end() :]
    else:
        return
    if body.strip():
        found.headers[-1], found.body = (name, head), body.strip()


def flat_body(body: str) -> list[str]:
    """The lines of a session description without line ends; another body is one line."""
    return [line.strip() for line in _SDP_LINE.split(body)] if body.startswith("v=0") else [body]
