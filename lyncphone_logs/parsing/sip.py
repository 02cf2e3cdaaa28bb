"""A SIP message as a trace shows it (RFC 3261 section 7, MS-OCER): the values that rules ask for, whole or broken off.

Line ends stand there as they are, as `#015#012`, `#012` or `^M`, or were turned into blanks; names of headers may have
any case, or be compact.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lyncphone_logs.events.event import Value
from lyncphone_logs.events.vocabulary import kinds

COMPACT = {
    "b": "referred-by", "c": "content-type", "e": "content-encoding", "f": "from", "i": "call-id", "k": "supported",
    "l": "content-length", "m": "contact", "o": "event", "r": "refer-to", "s": "subject", "t": "to",
    "u": "allow-events", "v": "via", "x": "session-expires",
}  # fmt: skip
"""RFC 3261 section 7.3.3, RFC 3265, RFC 3515, RFC 3892 and RFC 4028."""
TEXTS = {"call-id": "call_id", "user-agent": "user_agent", "server": "server", "reason": "reason", "warning": "warning"}
NUMBERS = {"expires": "expires", "retry-after": "retry_after"}
ADDRESSES = {"from": "from_uri", "to": "to_uri", "contact": "contact"}
DIAGNOSTICS = {
    "ms-diagnostics-public": "ms_diagnostics",
    "ms-diagnostics": "ms_diagnostics",
    "ms-client-diagnostics": "ms_client_diagnostics",
}
"""The later counts: what the server tells everybody is less than what it tells its own."""
MAX_NUMBER_DIGITS = 9
MAX_CACHED_TEXTS, MAX_CACHED_CHARACTERS = 1024, 512
"""Texts whose fields are remembered, since short ones repeat; characters of the longest."""

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
    """`headers` by lower-case name, `body` line by line. `size` counts the body's bytes as far as they are there.

    `is_flat`: the line ends were lost, so it cannot be told where the headers end.
    """

    start: re.Match[str]
    is_flat: bool = False
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    size: int = 0
    has_body: bool = False

    @property
    def length(self) -> int | None:
        """The Content-Length, where it is there and readable."""
        return _number(self.headers.get("content-length", [""])[0])

    @property
    def is_complete(self) -> bool:
        """Whether headers and body are there to their end."""
        return self.length == 0 if self.is_flat else self.has_body and self.size >= (self.length or 0)

    @property
    def is_broken_off(self) -> bool:
        """Whether something is surely missing; the last line end may be that of the trace's line."""
        size = self.size + 2 if self.has_body else -1
        return not self.is_flat and self.length != 0 and size < (self.length or 0)


def parse(text: str, *, shortest_line_end: bool = False) -> SipMessage | None:
    """The SIP message in a text, from its start line on; None where there is none.

    Where a trace does not show the bytes of a line end, two are counted, with `shortest_line_end` one.
    """
    pieces = list(_pieces(text, shortest_line_end))
    for number, (line, _) in enumerate(pieces):
        if start := _RESPONSE.search(line) or _REQUEST.search(line):
            return _parse(start, pieces[number + 1 :])
    return None


def sip_fields(text: str) -> dict[str, Value]:
    """The fields that a text has as a SIP message, by their names in the vocabulary; none where it is no such."""
    # A blank behind the last line end belongs to the line of the trace.
    text = text.rstrip(" ")
    message = parse(text) if "SIP/2.0" in text else None
    if message is None and "diagnostics" not in text.lower():
        return {}
    if message is None:
        return _diagnostics(_headers_of(line for line, _ in _pieces(text, False)))
    fields = _start(message) | header_fields(message.headers) | session_fields(message.body)
    return fields | {"fragment": True} if message.is_broken_off else fields


class SipFields(Mapping[str, Value]):
    """The fields of an event, with those that its text has as a SIP message and that its kind may have.

    The text is parsed when a field is first asked for: a table of events without their fields never does.
    """

    __slots__ = ("_fields", "_kind", "_known", "_text")

    def __init__(self, kind: str, text: str, known: Mapping[str, Value]) -> None:
        self._kind, self._text, self._known = kind, text, known
        self._fields: dict[str, Value] | None = None

    def _parsed(self) -> dict[str, Value]:
        if self._fields is None:
            allowed = kinds()[self._kind].fields
            found = _cached(self._text) if len(self._text) <= MAX_CACHED_CHARACTERS else sip_fields(self._text)
            self._fields = {**self._known, **{name: value for name, value in found.items() if name in allowed}}
        return self._fields

    def __getitem__(self, name: str) -> Value:
        return self._parsed()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsed())

    def __len__(self) -> int:
        return len(self._parsed())

    def __repr__(self) -> str:
        return repr(self._parsed())


def with_sip_fields(kind: str, text: str, fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """The fields of an event of this kind: `SipFields` if it is a SIP message, else as they are."""
    return SipFields(kind, text, fields) if kind.startswith("sip.") else fields


@lru_cache(MAX_CACHED_TEXTS)
def _cached(text: str) -> Mapping[str, Value]:
    return sip_fields(text)


def header_fields(headers: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    """The fields that stand in headers; of several headers of a name the first counts."""
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
    """The lines, each with the bytes of its line end."""
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
    challenges = [each for name in ("www-authenticate", "proxy-authenticate") for each in headers.get(name, ())]
    schemes = tuple(dict.fromkeys(each.split(None, 1)[0] for each in challenges if each))
    fields: dict[str, Value] = {"auth_schemes": schemes} if schemes else {}
    names = (_parameters(each.partition(" ")[2]).get("targetname") for each in challenges)
    name = next(filter(None, names), "")
    return fields | {"auth_targetname": name} if name else fields


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
    """Parameters by lower-case name; a quoted one that is broken off counts as far as it goes."""
    named: dict[str, str] = {}
    for name, quoted, bare in (each.group("name", "quoted", "bare") for each in _PARAMETER.finditer(text)):
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
    """The fields of a session description, none where the body is no such."""
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
