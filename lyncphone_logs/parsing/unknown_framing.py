"""Reads lines whose framing is not known: finds the phone's header in them, and the stamp and the host before it.

Two ways, for lines that no grammar reads after their known framing:

1. A header that only one family writes (`distinctive` in its grammar) is found anywhere in the first characters.
2. After a stamp of any shape of `timestamps.shapes`, with or without a host, the header of any family may follow.

A line that only quotes a header is none of the phone's. What decides is the text before the header:

- A program of `syslog.foreign` wrote the line: it quotes.
- A priority such as `<133>` directly before the header begins a datagram: it does not quote, whatever is before that.
- Otherwise it quotes if the header follows an opening quotation mark that is no field of its own, if a source file with
  a line number (`chan_sip.c:123`) is before it, or if after the last stamp there is a program's tag (`name[12]:`, or a
  second word that ends with a colon) or more than MAX_NAMES words. Before the last stamp there may be MAX_WORDS_BEFORE
  words. Addresses, numbers, levels and text in brackets do not count.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from lyncphone_logs.grammar.grammar import Grammar, reader_of
from lyncphone_logs.syslog.foreign import program_of
from lyncphone_logs.syslog.framing import SyslogPrefix, level_words
from lyncphone_logs.syslog.framing_patterns import LEVEL, STRUCTURED_DATA
from lyncphone_logs.syslog.unwrap import Framed, repeats
from lyncphone_logs.timestamps.shapes import ZONE_NAME, FoundStamp, stamps_in

UNKNOWN = "unknown"
"""The name of the framing."""
MAX_PREFIX = 512
"""Characters before a header."""
MAX_STAMPED = 160
"""Characters within which a stamp begins, if the header is not distinctive."""
MAX_TRIES = 3
"""Headers, or stamps, of a line that are tried."""
MAX_NAMES, MAX_WORDS_BEFORE = 2, 4

_LOOKS_STAMPED = re.compile(r"[0-9]:[0-5][0-9]:[0-5][0-9]|(?<![0-9])1[0-9]{9}|T[0-9]{6}").search
_PRI = re.compile(r"<(1[0-8][0-9]|19[01]|[1-9]?[0-9])>")
_PRI_LAST = re.compile(r"<(?:1[0-8][0-9]|19[01]|[1-9]?[0-9])>[ ]?$")
_ANY_LEVEL = LEVEL.replace(r"\.", r"[.|,;\t]")
_FORWARDED = re.compile(r"(?i:message forwarded from)[ ](?P<host>[^\s:]{1,255}|[0-9A-Fa-f:.]{2,45}):?[ ]")
_VERSION_LAST = re.compile(r"(?:^|[\s>:\]])[1-9][0-9]?[ ]$")
_STRUCTURED = re.compile(
    r"[ ](?P<hostname>\S{1,255}) (?P<app_name>\S{1,48}) (?P<procid>\S{1,128}) \S{1,32}"
    rf"(?: {STRUCTURED_DATA})? ?(?:\ufeff|ï»¿)?"
)
_SOURCE_FILE = re.compile(r"\b\w{1,64}\.(?:c|cc|cpp|h|py|go|java|rs|lua|js|rb|pl|php|cs):[0-9]")
_PROGRAM = re.compile(r"(?<![^\s(\[])[A-Za-z_][\w./@-]{0,63}(?:\[[0-9]{1,10}\]|\([0-9]{1,10}\)):?(?=\s|$)")
_QUOTE_LAST = re.compile(r"(?:^|(?P<before>[^\s])|\s)(?P<quote>[\"'`“”‘’«])$")
_FIELD_BEFORE_QUOTE = re.compile(
    r"(?:[,;\t|]|\b(?i:msg|message|raw|log|line|text|event|original|body|payload)[\"']?[ ]?[=:][ ]?)$"
)
_BRACKETED = re.compile(r"\[[^\[\]\n]{0,255}\]|\([^()\n]{0,255}\)")
_NAME = re.compile(r"[A-Za-z]{2}|[^\x00-\x7f\s]{2}|[A-Za-z][^\x00-\x7f\s]")
_LEVEL_WORDS = ("emerg", "alert", "crit", "error", "err", "warning", "warn", "notice", "info", "debug")
# Words of tcpdump, Wireshark and of the log files of containers.
_NO_NAME = frozenset((*_LEVEL_WORDS, "ip", "ip6", "udp", "tcp", "tls", "syslog", "length", "stdout", "stderr"))
_TAIL_OF_STAMP = re.compile(r"[\])>.,;:|\"']{0,4}[ \t|,;]{0,16}")
_CISCO_HOST = re.compile(r"(?:^|[>\s])(?P<number>[0-9]{1,10}: ?)?(?P<host>[^\s:<>\[\]]{1,255})(?:: ?)[*.]?$")
_CISCO_NUMBER = re.compile(r"(?:^|>)[0-9]{1,10}: ?[*.]?$")
_HOST = re.compile(
    r"(?:\[(?P<bracketed>[0-9A-Fa-f:.%\w-]{2,64})\]"
    r"|(?P<plain>(?!%|\[|[\"'{<(])(?:(?!:[ ]|:$)[^\s\"'{}<>|,;\[(]){1,255}))"
    r"(?P<colon>[ ]?:)?(?=[\s|,;>]|$)[ \t|,;>]{0,16}"
)
_ADDRESS = re.compile(
    r"\s{0,16}\[?(?P<address>(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?=[0-9]*[A-Fa-f:])[0-9A-Fa-f:]{3,39})\]?:?\s{0,16}"
)
_ADDRESS_PORT = re.compile(r"((?:[0-9]{1,3}\.){3}[0-9]{1,3})\.[0-9]{1,5}")
# What a known framing takes for the host if it knows only the beginning of the stamp.
_MISTAKEN_HOST = re.compile(rf"(?i:message|[ap]m(?:[.,][0-9]{{1,64}})?)|{ZONE_NAME}:?")
_TAG = re.compile(r"(?P<app_name>[^\s:\[\]()<>\"'{}=]{1,48})(?:\[(?P<procid>[^\s\[\]]{1,32})\])?:(?=[ \t]|$)")


@cache
def _level() -> re.Pattern[str]:
    return re.compile(rf"<?(?<![A-Za-z0-9.]){_ANY_LEVEL}(?![\w.])[>:]?", re.ASCII)


@cache
def _skipped() -> re.Pattern[str]:
    """What may be before a host: levels, priorities, and marks of tools."""
    marks = rf"IP6?(?=[ ])|[:*-](?=[ ])|std(?:out|err)(?: [FP])?(?=[ ])|(?i:{'|'.join(_LEVEL_WORDS)})(?=[ :,|]):?"
    return re.compile(rf"(?:{_level().pattern}|{_PRI.pattern}|{marks})[ \t|]{{0,16}}", re.ASCII)


def may_hold_header(text: str, grammars: Sequence[Grammar]) -> bool:
    """Whether a text, which may have many lines, may hold a distinctive header."""
    return any(map(text.__contains__, _literals(tuple(grammars))))


def find_header(
    text: str, framed: SyslogPrefix, grammars: Sequence[Grammar], *, is_searched: bool = True
) -> Framed | None:
    """The framing of a line that no grammar reads after `framed`, its known framing; None if no better one is found.

    `text` is the repaired line. A framing may be found without a header: then no grammar reads the text either. With
    `is_searched`, distinctive headers are searched for.
    """
    own = text[framed.start :]
    is_foreign: bool | None = None
    for found in _headers_in(text, grammars) if is_searched and may_hold_header(text, grammars) else ():
        rest = _without_notice(text[found:])
        if reader_of(rest[1], grammars) is not None:
            is_foreign = bool(program_of(own, framed.app_name)) if is_foreign is None else is_foreign
            prefix = None if is_foreign else _envelope(text[:found])
            return Framed(prefix, rest[1], rest[0]) if prefix else None
    if framed.app_name and (read := _with_tag(framed, own, grammars)):
        return read
    return _after_stamp(text, framed, grammars)


def tag_of(text: str) -> tuple[str, str | None] | None:
    """Program and process id of a line that no grammar reads: its TAG (RFC 3164, 4.1.3)."""
    found = _TAG.match(text)
    return (found["app_name"], found["procid"]) if found else None


def _headers_in(text: str, grammars: Sequence[Grammar]) -> Iterator[int]:
    """Where distinctive headers begin."""
    pattern = _distinctive(tuple(grammars))
    start = 0
    for _ in range(MAX_TRIES):
        found = pattern.search(text, start, 2 * MAX_PREFIX) if start < min(MAX_PREFIX, len(text)) else None
        if found is None or found.start() > MAX_PREFIX:
            return
        yield found.start()
        start = found.start() + 1


@lru_cache(maxsize=16)
def _literals(grammars: tuple[Grammar, ...]) -> tuple[str, ...]:
    """Texts of which one is in each distinctive header."""
    return tuple({text: 0 for each in grammars if each.distinctive for text in each.distinctive.literals})


@lru_cache(maxsize=16)
def _distinctive(grammars: tuple[Grammar, ...]) -> re.Pattern[str]:
    """A pattern for the beginning of any distinctive header."""
    found = [grammar.distinctive for grammar in grammars if grammar.distinctive]
    parts = "|".join(re.sub(r"\(\?P<f\d+>", "(?:", each.rendered) for each in found) or "(?!)"
    return re.compile(rf"(?<![\w./])(?=\S)(?:{parts})")


def _without_notice(text: str) -> tuple[int, str]:
    count, repeated = repeats(text)
    return count, repeated or ""


def _with_tag(framed: SyslogPrefix, own: str, grammars: Sequence[Grammar]) -> Framed | None:
    """The line with the tag that RFC 5424 writes as APP-NAME and PROCID before its message."""
    count, message = _without_notice(own)
    process = f"[{framed.procid}]" if framed.procid else ""
    text = f"{framed.app_name}{process}: {message}"
    return Framed(framed, text, count) if reader_of(text, grammars) else None


@lru_cache(maxsize=1024)
def _envelope(prefix: str) -> SyslogPrefix | None:
    """What the text before a header says; None if it shows that a program quotes the header."""
    stamps = list(stamps_in(prefix, len(prefix)))
    return None if _is_quoted(prefix, stamps) else _described(prefix, stamps)


def _is_quoted(prefix: str, stamps: Sequence[FoundStamp]) -> bool:
    """Whether the text before a header shows that a program quotes it (see the module)."""
    if _PRI_LAST.search(prefix):
        return False
    before, after = (prefix[: stamps[-1].start], prefix[stamps[-1].end :]) if stamps else ("", prefix)
    after = _FORWARDED.sub(" ", after)
    if _SOURCE_FILE.search(prefix) or _PROGRAM.search(after) or any(map(_opens_quote, (before, after))):
        return True
    if len(_names(before)) > MAX_WORDS_BEFORE:
        return True
    if _is_structured(before, after):
        return False
    names = _names(after)
    tags = [name for name in names[1:] if name.endswith(":")]
    return bool(tags) or len(names) > MAX_NAMES


def _opens_quote(text: str) -> bool:
    """Whether a text ends with a quotation mark that is not the beginning of a field."""
    found = _QUOTE_LAST.search(text)
    return bool(found and text[: found.start("quote")].strip()) and not _FIELD_BEFORE_QUOTE.search(text[:-1])


def _names(text: str) -> list[str]:
    """The words of a text, without levels, priorities, addresses, and text in brackets."""
    plain = _BRACKETED.sub(" ", _PRI.sub(" ", _level().sub(" ", text)))
    return [word for word in plain.split() if _NAME.search(word) and word.strip(":").lower() not in _NO_NAME]


def _is_structured(before: str, after: str) -> re.Match[str] | None:
    """The fields of RFC 5424 after a stamp of any shape."""
    return _STRUCTURED.match(after) if _VERSION_LAST.search(before) else None


def _described(prefix: str, stamps: Sequence[FoundStamp]) -> SyslogPrefix:
    """What an unknown framing says: stamp, host, level, program; the stamp nearest to the header is the phone's."""
    named = _levels_of(prefix) | _stamps_of(stamps)
    before, after = (prefix[: stamps[-1].start], prefix[stamps[-1].end :]) if stamps else ("", prefix)
    if stamps and (found := _is_structured(before, after)):
        named |= {name: None if value == "-" else value.strip("[]") for name, value in found.groupdict().items()}
    elif stamps:
        is_prose = len(_names(_FORWARDED.sub(" ", after))) > MAX_NAMES
        named["hostname"] = None if is_prose else _host_in(after) or _host_before(before)
    elif found := _ADDRESS.fullmatch(_PRI.sub("", prefix)):
        named["hostname"] = found["address"]
    return SyslogPrefix(UNKNOWN, len(prefix), **named)  # type: ignore[arg-type]


def _levels_of(prefix: str) -> dict[str, str | None]:
    level, priorities = _level().search(prefix), _PRI.findall(prefix)
    if not (level or priorities):
        return {}
    words = level.group("facility", "severity") if level else (None, None)
    facility, severity = level_words(*words, priorities[-1] if priorities else None)
    return {"facility": facility, "severity": severity}


def _stamps_of(stamps: Sequence[FoundStamp]) -> dict[str, str | None]:
    if not stamps:
        return {}
    last, first = stamps[-1], stamps[0]
    if not last.has_date and len(stamps) == 1:
        return {"stamp": last.text, "stamp_owner": "collector", "received": last.text}
    return {"stamp": last.text, "stamp_owner": "phone", "received": first.text if len(stamps) > 1 else ""}


def _host_in(after: str) -> str | None:
    """The host after a stamp: the first word that is no level."""
    rest = _start_of_host(after)
    if forwarded := _FORWARDED.match(after, rest):
        return forwarded["host"]
    found = _HOST.match(after, rest)
    return _host_of(found) if found else None


def _start_of_host(after: str, start: int = 0) -> int:
    """The position after the marks that end a stamp, levels, priorities and `IP`."""
    tail = _TAIL_OF_STAMP.match(after, start)
    position = tail.end() if tail else start
    for _ in range(MAX_TRIES):
        found = _skipped().match(after, position)
        if not found:
            break
        position = found.end()
    return position


def _host_of(found: re.Match[str]) -> str | None:
    host = found["bracketed"] or found["plain"] or ""
    is_label = bool(found["bracketed"]) and (host.isdigit() or host.lower() in _NO_NAME)
    if is_label or "=" in host or not re.search(r"\w", host):
        return None
    if host.endswith(":"):  # IPv6, such as fd00::
        return f"{host}:"
    port = _ADDRESS_PORT.fullmatch(host)
    return port[1] if port else host


def _host_before(before: str) -> str | None:
    """The host that a router of Cisco writes before the stamp, after the number of the line."""
    if _CISCO_NUMBER.search(before):
        return None
    found = _CISCO_HOST.search(before)
    return found["host"] if found and (found["number"] or not found["host"].isdigit()) else None


def _after_stamp(text: str, framed: SyslogPrefix, grammars: Sequence[Grammar]) -> Framed | None:
    """The line after a stamp at its beginning and the host; the header of any grammar may follow."""
    if text[:1] in " \t" and framed.framing == "none":
        return None
    is_complete = framed.stamp and framed.hostname and not _MISTAKEN_HOST.fullmatch(framed.hostname)
    if not _LOOKS_STAMPED(text, framed.start if is_complete else 0, framed.start + MAX_STAMPED):
        return None
    stamps = list(_leading_stamps(text))
    if not stamps or (is_complete and stamps[-1].start < framed.start):
        return None
    own = text[framed.start :]
    last, before = stamps[-1], text[: stamps[-1].start]
    if _is_quoted_before(before) or program_of(own, framed.app_name):
        return None
    if found := _is_structured(before, text[last.end :]):
        prefix = _described(text[: last.end + found.end()], stamps)
        return _with_tag(prefix, text[prefix.start :], grammars) or _first_read(text, [prefix.start], stamps, grammars)
    return _first_read(text, _starts_after(text, last), stamps, grammars)


def _is_quoted_before(before: str) -> bool:
    """Whether the text before a stamp is more than what a collector or a tool writes there."""
    if _PRI_LAST.search(before):
        return False
    names = _names(before)
    return _opens_quote(before) or bool(_SOURCE_FILE.search(before)) or len(names) > MAX_NAMES


def _is_field(before: str) -> bool:
    """Whether a stamp is the value of a field, as in the header `Date:` of SIP, or of a later part of a line."""
    found = _CISCO_HOST.search(before)
    return any(name.endswith(":") for name in _names(before)) and not (found and found["number"])


def _leading_stamps(text: str) -> Iterator[FoundStamp]:
    """The stamps at the beginning of a line, each at most some words after the one before."""
    end = 0
    for _ in range(MAX_TRIES):
        stamp = next(stamps_in(text, MAX_STAMPED, end), None) if _LOOKS_STAMPED(text, end, MAX_STAMPED) else None
        between = text[end : stamp.start] if stamp else ""
        if stamp is None or (end and (_is_quoted_before(between) or _is_field(between))):
            return
        yield stamp
        end = stamp.end


def _starts_after(text: str, stamp: FoundStamp) -> list[int]:
    """Where the phone's line may begin: after the host and a level, then directly after the stamp."""
    bare = _start_of_host(text, stamp.end)
    found = _FORWARDED.match(text, bare) or _HOST.match(text, bare)
    if not found or (found.re is _HOST and not _host_of(found)):
        return [bare]
    starts = [_start_of_host(text, found.end()), bare]
    return starts[::-1] if found.re is _HOST and _is_program(text, found) else starts


def _is_program(text: str, found: re.Match[str]) -> bool:
    """Whether a word with a colon is a program: a router writes one after the host, and another tag follows."""
    is_tag = found["colon"] == ":" and not (found["plain"] or "").endswith(":")
    return is_tag and not _TAG.match(text, found.end())


def _first_read(
    text: str, starts: Sequence[int], stamps: Sequence[FoundStamp], grammars: Sequence[Grammar]
) -> Framed | None:
    readings = [(start, *_without_notice(text[start:])) for start in starts]
    for start, count, rest in readings:
        if (count > 1 and not rest) or reader_of(rest, grammars):
            return Framed(_described(text[:start], stamps), rest, count)
    if _is_field(text[: stamps[0].start]):
        return None
    start, count, rest = readings[0]
    return Framed(_described(text[:start], stamps), rest, count)
