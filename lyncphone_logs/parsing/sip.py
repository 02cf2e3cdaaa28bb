"""Parses SIP messages as traces show them (RFC 3261 section 7, MS-OCER), complete or truncated, into fields for rules.

Line ends are written as they are, as `#015#012`, `#012` or `^M`, or they became blanks. Names of headers have any case,
or are compact.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lyncphone_logs.events.event import Value, frozen
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.grammar.grammar import MAX_CACHED_CHARACTERS, MAX_CACHED_MESSAGES

COMPACT = {
    "b": "referred-by", "c": "content-type", "e": "content-encoding", "f": "from", "i": "call-id", "k": "supported",
    "l": "content-length", "m": "contact", "o": "event", "r": "refer-to", "s": "subject", "t": "to",
    "u": "allow-events", "v": "via", "x": "session-expires",
}  # fmt: skip
"""Compact names of headers (RFC 3261 section 7.3.3, RFC 3265, RFC 3515, RFC 3892 and RFC 4028)."""
TEXTS = {"call-id": "call_id", "user-agent": "user_agent", "server": "server", "reason": "reason", "warning": "warning"}
NUMBERS = {"expires": "expires", "retry-after": "retry_after"}
ADDRESSES = {"from": "from_uri", "to": "to_uri", "contact": "contact"}
DIAGNOSTICS = {
    "ms-diagnostics-public": "ms_diagnostics",
    "ms-diagnostics": "ms_diagnostics",
    "ms-client-diagnostics": "ms_client_diagnostics",
}
"""The later header counts: a server reports less to everybody (`-public`) than to its own clients."""
MAX_NUMBER_DIGITS = 9

# Each pattern takes linear time, also when it is searched for: a trace may contain anything. Repeats are possessive.
# No text is scanned from more than one start (blanks only from the first one: the lookbehind of _NEXT_HEADER).
_LINE_END = re.compile(r"(?P<cr>#015|\^M|\r)?(?: ?#012|\n)|\^M(?: |\Z)")
_RESPONSE = re.compile(r"(?<![\w/])SIP/2\.0 ++(?P<code>[1-6][0-9]{2})(?![0-9]) ?+(?P<phrase>.*+)")
_REQUEST = re.compile(
    r"(?<!\w)(?P<method>[A-Z]{3,20}+) ++(?P<uri>[A-Za-z]{2,5}+:\S++) ++SIP/2\.0(?![/\w]) *+(?P<more>.*+)"
)
_HEADER = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9-]{0,63}+)\s*+:\s*+(?P<value>.*+)")
_KNOWN = "Via|From|To|Call-ID|CSeq|Contact|User-Agent|Server|Expires|Content-Length|Content-Type|Max-Forwards|Reason"
_MORE = "Warning|Retry-After|WWW-Authenticate|Proxy-Authenticate|ms-(?:client-)?diagnostics(?:-public)?|Event|Allow"
_NEXT_HEADER = re.compile(rf"(?i)(?<!\s)\s++(?=(?:{_KNOWN}|{_MORE}) ?:)")
_ADDRESS = re.compile(r'[^<"]*+(?:"(?:[^"\\]|\\.)*+"[^<"]*+)*+<(?P<uri>[^>]*+)>')
_BRANCH = re.compile(r"(?i);\s*+branch\s*+=\s*+([^;,\s]++)")
# A word without a value matches too, so that the search continues after it and not at its second letter.
_PARAMETER = re.compile(
    r'(?P<name>[A-Za-z][\w-]*+)(?:\s*+=\s*+(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"?+|(?P<bare>[^;,"]*+)))?'
)
_BODY = re.compile(r"v=0\s*+$|<\?xml\s|--\S")


@dataclass(slots=True)
class SipMessage:
    """A parsed message: `headers` by lower-case name, `body` line by line; `size` counts the bytes of the body.

    `is_flat`: the line ends were lost, so the end of the headers is not known.
    """

    start: re.Match[str]
    is_flat: bool = False
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    size: int = 0
    has_body: bool = False

    @property
    def length(self) -> int | None:
        """The Content-Length, None if it is missing or not a number."""
        return _number(self.headers.get("content-length", [""])[0])

    @property
    def is_complete(self) -> bool:
        """Whether headers and body have reached their end."""
        return self.length == 0 if self.is_flat else self.has_body and self.size >= (self.length or 0)

    @property
    def is_truncated(self) -> bool:
        """Whether a part is certainly missing; the last line end of the message may be that of the trace's line."""
        size = self.size + 2 if self.has_body else -1
        return not self.is_flat and self.length != 0 and size < (self.length or 0)


def parse(text: str, *, shortest_line_end: bool = False) -> SipMessage | None:
    """The SIP message in a text, from its start line on; None if there is no start line.

    A line end counts two bytes if the trace does not show them, one with `shortest_line_end`.
    """
    pieces = list(_pieces(text, shortest_line_end))
    for number, (line, _) in enumerate(pieces):
        if start := _RESPONSE.search(line) or _REQUEST.search(line):
            return _parse(start, pieces[number + 1 :])
    return None


def sip_fields(text: str) -> dict[str, Value]:
    """The fields of a text as a SIP message, by their names in the vocabulary; none if it is no such message."""
    # A blank after the last line end belongs to the line of the trace.
    text = text.rstrip(" ")
    message = parse(text) if "SIP/2.0" in text else None
    if message is None and "diagnostics" not in text.lower():
        return {}
    if message is None:
        return _diagnostics(_headers_of(line for line, _ in _pieces(text, False)))
    fields = _start(message) | header_fields(message.headers) | session_fields(message.body)
    return fields | {"fragment": True} if message.is_truncated else fields


class SipFields(Mapping[str, Value]):
    """The fields of a SIP event: those of its grammar, and those of its text that its kind has.

    The text is parsed when a field is asked for first, and then dropped: not every reader of events needs them. A
    pickled object is a plain mapping, so that the process that reads a slice of a trace also parses its messages.
    """

    __slots__ = ("_fields", "_kind", "_text")

    def __init__(self, kind: str, text: str, fields: Mapping[str, Value]) -> None:
        self._kind, self._fields = kind, fields
        # None once `_fields` is complete.
        self._text: str | None = text

    def _parsed(self) -> Mapping[str, Value]:
        if self._text is not None:
            known = kinds()[self._kind].fields
            found = _cached_fields(self._text) if len(self._text) <= MAX_CACHED_CHARACTERS else sip_fields(self._text)
            self._fields = frozen({**self._fields, **{name: found[name] for name in found if name in known}})
            self._text = None
        return self._fields

    def __getitem__(self, name: str) -> Value:
        return self._parsed()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsed())

    def __len__(self) -> int:
        return len(self._parsed())

    def __repr__(self) -> str:
        return repr(self._parsed())

    def __reduce__(self) -> tuple[Callable[[dict[str, Value]], Mapping[str, Value]], tuple[dict[str, Value]]]:
        return frozen, (dict(self._parsed()),)


def with_sip_fields(kind: str, text: str, fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """The fields of an event of this kind, with those that its text has as a SIP message if the kind is one of SIP."""
    return SipFields(kind, text, fields) if kind.startswith("sip.") else fields


@lru_cache(MAX_CACHED_MESSAGES)
def _cached_fields(text: str) -> Mapping[str, Value]:
    return sip_fields(text)


def header_fields(headers: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    """The fields of headers; of several headers with one name, the first counts."""
    first = {name: values[0] for name, values in headers.items()}
    fields: dict[str, Value] = {field: first[name] for name, field in TEXTS.items() if first.get(name)}
    for name, field_name in ADDRESSES.items():
        if uri := _uri(first.get(name, "")):
            fields[field_name] = uri
    numbers = {field: _number(first.get(name, "")) for name, field in NUMBERS.items()}
    fields |= {name: number for name, number in numbers.items() if number is not None}
    number, _, method = first.get("cseq", "").partition(" ")
    if (cseq := _number(number)) is not None and method.strip():
        fields |= {"cseq": cseq, "cseq_method": method.strip()}
    if branch := _BRANCH.search(first.get("via", "").partition(",")[0]):
        fields["via_branch"] = branch[1]
    return fields | _challenges(headers) | _diagnostics(headers)


def _pieces(text: str, shortest: bool) -> Iterator[tuple[str, int]]:
    """The lines, each with the number of bytes of its line end."""
    shows_returns = shortest or "^M\n" in text or "#015#012" in text or "\r\n" in text
    at = 0
    for end in _LINE_END.finditer(text):
        yield text[at : end.start()], 2 if end["cr"] or not shows_returns else 1
        at = end.end()
    if at < len(text):
        yield text[at:], 0


def _parse(start: re.Match[str], pieces: Sequence[tuple[str, int]]) -> SipMessage:
    more = start[start.lastindex or 0]
    flat = _NEXT_HEADER.split(f" {more}", maxsplit=1)
    message = SipMessage(start, is_flat=len(flat) > 1)
    if message.is_flat:
        lines = [f" {more}", *(line for line, _ in pieces)]
        message.headers = _headers_of(part for line in lines for part in _NEXT_HEADER.split(line))
        return message
    head = next((n for n, (line, _) in enumerate(pieces) if not line.strip() or _BODY.match(line)), None)
    message.headers = _headers_of(line for line, _ in pieces[:head])
    if head is not None:
        message.has_body = True
        body = pieces[head:] if pieces[head][0].strip() else pieces[head + 1 :]
        message.body = [line for line, _ in body]
        message.size = sum(len(line.encode(errors="replace")) + ending for line, ending in body)
    return message


def _headers_of(lines: Iterator[str] | Sequence[str]) -> dict[str, list[str]]:
    """The values of each header by its lower-case long name; folded lines are joined (RFC 3261 section 7.3.1)."""
    headers: dict[str, list[list[str]]] = {}
    value: list[str] | None = None
    for line in lines:
        if line[:1] in (" ", "\t") and value is not None:
            value.append(line.strip())
        elif found := _HEADER.match(line):
            name = found["name"].lower()
            value = [found["value"].strip()]
            headers.setdefault(COMPACT.get(name, name), []).append(value)
    return {name: [" ".join(filter(None, parts)) for parts in values] for name, values in headers.items()}


def _start(message: SipMessage) -> dict[str, Value]:
    found = message.start.groupdict()
    if "method" in found:
        return {"method": found["method"], "request_uri": found["uri"]}
    fields: dict[str, Value] = {"status_code": int(found["code"])}
    phrase = found["phrase"].strip()
    return fields if message.is_flat or not phrase else fields | {"reason_phrase": phrase}


def _challenges(headers: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    names = ("www-authenticate", "proxy-authenticate")
    challenges = [challenge for name in names for challenge in headers.get(name, ())]
    schemes = tuple(dict.fromkeys(challenge.split(None, 1)[0] for challenge in challenges if challenge))
    fields: dict[str, Value] = {"auth_schemes": schemes} if schemes else {}
    targets = (_parameters(challenge.partition(" ")[2]).get("targetname") for challenge in challenges)
    target = next(filter(None, targets), "")
    return fields | {"auth_targetname": target} if target else fields


def _diagnostics(headers: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for header, field_name in DIAGNOSTICS.items():
        code, _, more = headers.get(header, [""])[0].partition(";")
        if (number := _number(code.strip())) is not None:
            named = _parameters(more)
            fields[field_name] = number
            for name in ("source", "reason"):
                fields |= {f"{field_name}_{name}": named[name]} if named.get(name) else {}
    return fields


def _parameters(text: str) -> dict[str, str]:
    """Parameters by lower-case name, the first of each name. A quoted value may lack its closing quote."""
    named: dict[str, str] = {}
    for name, quoted, bare in (found.group("name", "quoted", "bare") for found in _PARAMETER.finditer(text)):
        if (value := bare.strip() if bare is not None else quoted) is not None:
            named.setdefault(name.lower(), value)
    return named


def _uri(value: str) -> str:
    found = _ADDRESS.match(value)
    return found["uri"] if found else re.split(r"[;\s]", value, maxsplit=1)[0]


def _number(text: str) -> int | None:
    digits = text.split(";")[0].split("(")[0].strip()
    return int(digits) if digits.isdigit() and digits.isascii() and len(digits) <= MAX_NUMBER_DIGITS else None


def session_fields(body: Sequence[str]) -> dict[str, Value]:
    """The fields of a session description (SDP, RFC 4566), none if the body is no such description."""
    lines = [line.strip() for line in body]
    media = tuple(line[2:] for line in lines if line.startswith("m="))
    address = next((line.split()[-1] for line in lines if line.startswith("c=") and len(line.split()) == 3), "")
    if not (media or address):
        return {}
    codecs = (line.partition(" ")[2].partition("/")[0] for line in lines if line.startswith("a=rtpmap:"))
    found: dict[str, Value] = {"media": media, "codecs": tuple(dict.fromkeys(filter(None, codecs)))}
    return {
        **{name: value for name, value in found.items() if value},
        **({"media_address": address} if address else {}),
        "crypto": any(line.startswith("a=crypto:") for line in lines),
        "ice": any(line.startswith("a=candidate:") for line in lines),
    }
