"""Parses SIP messages as traces show them (RFC 3261 section 7, MS-OCER), complete or truncated, into fields for rules.

Their line ends are written in any way (`sip_text`). Names of headers have any case, or are compact. Values end where
RFC 3261 (section 25.1) says.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lyncphone_logs.events import ice_warnings
from lyncphone_logs.events.event import Value, frozen
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.grammar.grammar import MAX_CACHED_CHARACTERS, MAX_CACHED_MESSAGES
from lyncphone_logs.parsing.sip_text import (
    COMPACT,
    NAMES,
    TOKEN,
    URI_AND_VERSION,
    FlatMessage,
    flat_body,
    flat_message,
    lines_of,
)

TEXTS = {"user-agent": "user_agent", "server": "server", "reason": "reason", "warning": "warning"}
NUMBERS = {"expires": "expires", "retry-after": "retry_after"}
ADDRESSES = {"from": "from_uri", "to": "to_uri", "contact": "contact"}
DIAGNOSTICS = {
    "ms_diagnostics": ("ms-diagnostics", "ms-diagnostics-public"),
    "ms_client_diagnostics": ("ms-client-diagnostics",),
}
"""The headers of each field; the earlier one counts, since a server reports less to everybody (`-public`)."""
SAYS_NOTHING = ({0, 1, 10003, 13001, 13002}, {1011, 1034, 1036})
"""Error ids that name no cause, since a server just failed, and those that say that another one named none."""
MAX_NUMBER = 2**32 - 1
"""The largest number of a header (RFC 3261 section 20.19)."""

# Each pattern takes linear time, also when it is searched for: a trace may contain anything. Repeats are possessive.
_RESPONSE = re.compile(r"(?<![\w/])SIP/2\.0 ++(?P<code>[1-6][0-9]{2})(?![0-9]) ?+(?P<phrase>.*+)")
_REQUEST = re.compile(rf"(?<![\w.!%*+~-])(?=[\w!%*+])(?P<method>{TOKEN}{{1,64}}+) ++{URI_AND_VERSION} *+(?P<more>.*+)")
_HEADER = re.compile(rf"(?P<name>{TOKEN}{{1,64}}+)\s*+:\s*+(?P<value>.*+)")
_ADDRESS = re.compile(r'[^<"]*+(?:"(?:[^"\\]|\\.)*+"[^<"]*+)*+<(?P<uri>[^>]*+)>')
_BRANCH = re.compile(r"(?i);\s*+branch\s*+=\s*+([^;,\s]++)")
_CSEQ = re.compile(rf"(?P<number>[0-9]{{1,20}}+)\s{{1,64}}+(?P<method>{TOKEN}++)")
_DIGITS = re.compile(r"([0-9]{1,20}+)(?![^\s;(,])")
# A word without a value matches too, so that the search continues after it and not at its second letter.
_PARAMETER = re.compile(
    r'(?P<name>[A-Za-z][\w-]*+)(?:\s*+=\s*+(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"?+|(?P<bare>[^;,"]*+)))?'
)
_BODY = re.compile(r"v=0\s*+$|<\?xml\s|--\S")
_STRAIGHT_QUOTES = str.maketrans(dict.fromkeys("“”„‟″", '"'))


@dataclass(slots=True)
class SipMessage:
    """A parsed message: `headers` by lower-case name, `body` line by line; `size` counts the bytes of the body.

    `before_headers` is the reason phrase of a response. `is_flat`: the line ends were lost, so the end of the headers
    may not be known.
    """

    start: re.Match[str]
    before_headers: str = ""
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
        if self.is_flat and (self.length is None or not self.has_body):
            return self.length == 0
        return self.has_body and self.size >= (self.length or 0)

    @property
    def is_truncated(self) -> bool:
        """Whether a part is certainly missing; the last line end of the message may be that of the trace's line."""
        if self.is_flat and not self.has_body:
            return bool(self.length) and self._shows_no_body
        size = self.size + 2 if self.has_body else -1
        return self.length != 0 and size < (self.length or 0)

    @property
    def _shows_no_body(self) -> bool:
        """Whether no header of a message without line ends may contain its body."""
        return next(reversed(self.headers)) == "content-length" or "sdp" in self.headers.get("content-type", [""])[0]


def parse(text: str, *, shortest_line_end: bool = False) -> SipMessage | None:
    """The SIP message in a text, from its start line on; None if there is no start line.

    A line end counts two bytes if the trace does not show them, one with `shortest_line_end`.
    """
    pieces = list(lines_of(text, shortest=shortest_line_end))
    for number, (line, _) in enumerate(pieces):
        if "SIP/2.0" in line and (start := _start_line(line)):
            return _parse(start, pieces[number + 1 :])
    return None


def _start_line(line: str) -> re.Match[str] | None:
    """The first start line in a line: a body may contain another one."""
    if line.startswith("SIP/2.0 ") and (start := _RESPONSE.match(line)):
        return start
    if start := _REQUEST.match(line):
        return start
    response = _RESPONSE.search(line)
    return _REQUEST.search(line, 0, response.start() if response else len(line)) or response


def sip_fields(text: str) -> dict[str, Value]:
    """The fields of a text as a SIP message, by their names in the vocabulary; none if it is no such message."""
    # A blank after the last line end belongs to the line of the trace.
    text = text.rstrip(" ")
    message = parse(text) if "SIP/2.0" in text else None
    if message is None and "diagnostics" not in text.lower():
        return {}
    if message is None:
        lines = [line for line, _ in lines_of(text)]
        flat = flat_message(f" {text}", is_response=True).headers if len(lines) == 1 else None
        return _diagnostics(_headers_of(lines) if flat is None else _by_name(flat))
    is_complete = not message.is_truncated
    fields = _start(message) | header_fields(message.headers) | session_fields(message.body, is_complete=is_complete)
    return fields if is_complete else fields | {"fragment": True}


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
            own = {name: value for name, value in self._fields.items() if not _is_superseded(name, found)}
            self._fields = frozen({**own, **{name: found[name] for name in found if name in known}})
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


def _is_superseded(name: str, found: Mapping[str, Value]) -> bool:
    """Whether a field of a grammar does not count, because it would be among those that were found in the headers."""
    if name == "call_id":
        return "method" in found or "status_code" in found
    return name.startswith("ms_diagnostics") and "ms_diagnostics" in found


def with_sip_fields(kind: str, text: str, fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """The fields of an event of this kind, with those that its text has as a SIP message if the kind is one of SIP."""
    return SipFields(kind, text, fields) if kind.startswith("sip.") else fields


@lru_cache(MAX_CACHED_MESSAGES)
def _cached_fields(text: str) -> Mapping[str, Value]:
    return sip_fields(text)


def header_fields(headers: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    """The fields of headers; of several headers with one name, the first counts."""
    first = {name: values[0] for name, values in headers.items()}
    fields: dict[str, Value] = {
        field: " ".join(first[name].split()) for name, field in TEXTS.items() if first.get(name)
    }
    if call_id := first.get("call-id"):
        fields["call_id"] = call_id.split(None, 1)[0]
    for name, field_name in ADDRESSES.items():
        if uri := _uri(first.get(name, "")):
            fields[field_name] = uri
    numbers = {field: _number(first.get(name, "")) for name, field in NUMBERS.items()}
    fields |= {name: number for name, number in numbers.items() if number is not None}
    if (cseq := _CSEQ.match(first.get("cseq", ""))) and (number := _number(cseq["number"])) is not None:
        fields |= {"cseq": number, "cseq_method": cseq["method"]}
    if branch := _BRANCH.search(first.get("via", "").partition(",")[0]):
        fields["via_branch"] = branch[1]
    return fields | _challenges(headers) | _diagnostics(headers)


def _parse(start: re.Match[str], pieces: Sequence[tuple[str, int]]) -> SipMessage:
    more, is_response = start[start.lastindex or 0], "code" in start.groupdict()
    flat = flat_message(f" {more}", is_response=is_response) if ":" in more else FlatMessage()
    shows_headers = bool(pieces) and (not pieces[0][0].strip() or _HEADER.match(pieces[0][0]) is not None)
    if len(flat.headers) > shows_headers:
        if pieces:
            flat = flat_message("\n".join([f" {more}", *(line for line, _ in pieces)]), is_response=is_response)
        message = SipMessage(start, flat.before, is_flat=True, headers=_by_name(flat.headers))
        _set_body(message, [(line, 2) for line in flat_body(flat.body)] if flat.body else None)
        return message
    head = _end_of_headers(pieces)
    message = SipMessage(start, more.strip(), headers=_headers_of(line for line, _ in pieces[:head]))
    if head is not None:
        _set_body(message, pieces[head:] if pieces[head][0].strip() else pieces[head + 1 :])
    return message


def _end_of_headers(pieces: Sequence[tuple[str, int]]) -> int | None:
    """The first line after the headers, if it is there; blank lines before CSeq may separate headers by mistake."""
    blank = None
    for number, (line, _) in enumerate(pieces):
        if not line or line.isspace():
            blank = number if blank is None else blank
        elif blank is not None:
            found = None if any(line[:4].lower() == "cseq" for line, _ in pieces[:blank]) else _HEADER.match(line)
            if found is None or found["name"].lower() not in NAMES:
                return blank
            blank = None
        elif line[0] in "v<-" and _BODY.match(line):
            return number
    return blank


def _set_body(message: SipMessage, lines: Sequence[tuple[str, int]] | None) -> None:
    """Set the body; what follows a Content-Length of 0 belongs to another message."""
    if lines is not None:
        message.has_body = True
        lines = lines if message.length != 0 else ()
        message.body = [line for line, _ in lines]
        message.size = sum(len(line.encode(errors="replace")) + ending for line, ending in lines)


def _by_name(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for name, value in headers:
        named.setdefault(name, []).append(value)
    return named


def _headers_of(lines: Iterable[str]) -> dict[str, list[str]]:
    """The values of each header by its lower-case long name; folded lines are joined (RFC 3261 section 7.3.1)."""
    headers: dict[str, list[str]] = {}
    values: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and values:
            values[-1] = f"{values[-1]} {line.strip()}".strip()
        elif found := _HEADER.match(line):
            name, value = found.groups()
            name = name.lower()
            values = headers.setdefault(COMPACT.get(name, name), [])
            values.append(value.strip())
    return headers


def _start(message: SipMessage) -> dict[str, Value]:
    found = message.start.groupdict()
    if "method" in found:
        return {"method": found["method"], "request_uri": found["uri"]}
    phrase = {"reason_phrase": message.before_headers} if message.before_headers else {}
    return {"status_code": int(found["code"]), **phrase}


def _challenges(headers: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    names = ("www-authenticate", "proxy-authenticate")
    challenges = [challenge for name in names for challenge in headers.get(name, ())]
    schemes = tuple(dict.fromkeys(challenge.split(None, 1)[0] for challenge in challenges if challenge))
    fields: dict[str, Value] = {"auth_schemes": schemes} if schemes else {}
    targets = (_parameters(challenge.partition(" ")[2]).get("targetname") for challenge in challenges)
    target = next(filter(None, targets), "")
    return fields | {"auth_targetname": target} if target else fields


def _diagnostics(headers: Mapping[str, Sequence[str]]) -> dict[str, Value]:
    """The error ids that servers and clients state: the most telling one, and the others as they are written."""
    fields: dict[str, Value] = {}
    for field_name, names in DIAGNOSTICS.items():
        values = [value for name in names for value in headers.get(name, ())]
        ids = [(_number(re.split("[;.]", value, maxsplit=1)[0]), value) for value in values]
        stated = [(number, value) for number, value in ids if number is not None]
        if not stated:
            continue
        (number, value), *others = sorted(stated, key=lambda each: _says_nothing(each[0]))
        named = _parameters(value.partition(";")[2])
        fields[field_name] = number
        for name in ("source", "reason"):
            fields |= {f"{field_name}_{name}": named[name]} if named.get(name) else {}
        fields |= {f"{field_name}_others": tuple(dict.fromkeys(other for _, other in others))} if others else {}
    media = " ".join(headers.get("ms-client-diagnostics", ())).translate(_STRAIGHT_QUOTES)
    if failed := tuple(entry.name for entry in ice_warnings.of_text(media) if entry.number):
        fields["ice_warnings"] = failed
    return fields


def _says_nothing(number: int) -> int:
    """How little an error id says about the cause, from 0."""
    return next((rank for rank, ids in reversed([*enumerate(SAYS_NOTHING, 1)]) if number in ids), 0)


def _parameters(text: str) -> dict[str, str]:
    """Parameters by lower-case name, the first of each name. A quoted value may lack its closing quote."""
    named: dict[str, str] = {}
    written = _PARAMETER.finditer(text.translate(_STRAIGHT_QUOTES))
    for name, quoted, bare in (found.group("name", "quoted", "bare") for found in written):
        if (value := bare.strip() if bare is not None else quoted) is not None:
            named.setdefault(name.lower(), value)
    return named


def _uri(value: str) -> str:
    found = _ADDRESS.match(value)
    return found["uri"].strip() if found else re.split(r"[;,\s]", value, maxsplit=1)[0]


def _number(text: str) -> int | None:
    found = _DIGITS.match(text.strip())
    return number if found and (number := int(found[1])) <= MAX_NUMBER else None


def session_fields(body: Sequence[str], *, is_complete: bool = True) -> dict[str, Value]:
    """The fields of a session description (SDP, RFC 4566), none if the body is no such description.

    What an incomplete one does not say is unknown, and so is its last line.
    """
    lines = [line.strip() for line in (body if is_complete else body[:-1])]
    media = tuple(line[2:] for line in lines if line.startswith("m="))
    address = next((line.split()[-1] for line in lines if line.startswith("c=") and len(line.split()) == 3), "")
    if not (media or address):
        return {}
    codecs = (line.partition(" ")[2].partition("/")[0] for line in lines if line.startswith("a=rtpmap:"))
    lists: dict[str, Value] = {"media": media, "codecs": tuple(dict.fromkeys(filter(None, codecs)))}
    offers = {"crypto": "a=crypto:", "ice": "a=candidate:"}
    offered = {name: any(line.startswith(begin) for line in lines) for name, begin in offers.items()}
    # The key follows the name of the suite, and is no field.
    suites = (line.split()[1] for line in lines if line.startswith("a=crypto:") and len(line.split()) > 1)
    lists["crypto_suites"] = tuple(dict.fromkeys(suites))
    return {
        **{name: value for name, value in lists.items() if value and is_complete},
        **({"media_address": address} if address else {}),
        **{name: value for name, value in offered.items() if value or is_complete},
    }
