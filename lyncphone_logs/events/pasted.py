"""Finds the codes in a pasted text: a word, a number with what is around it, a name in DNS, or a phrase.

`ctx->error=7`, `SIP/2.0 504`, `SSL alert number 48`, `option 43`, `_sip._tls.contoso.com`, `AADSTS50076: Due to …`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from lyncphone_logs.errors import InputError
from lyncphone_logs.events import ice_warnings, openssl_errors
from lyncphone_logs.events.codes import CodeEntry, entries, folded, look_up

IN_CONTEXT = tuple(
    (table, re.compile(pattern, re.IGNORECASE))
    for table, pattern in (
        ("x509", r"ctx->error\s*=\s*([0-9]{1,3})\b"),
        ("x509", r"\bverify[ _](?:error|return code|result|code)\s*+(?:[:=]\s*+)?(?:num\s*+=\s*+)?([0-9]{1,3})\b"),
        ("x509", r"(?<![-\w>])error\s*=\s*([0-9]{1,3})\b"),
        ("x509", r"\bopenssl (?:verify )?(?:error|code)\s*+(?:[:=]\s*+)?([0-9]{1,3})\b"),
        ("alert", r"\balert(?: number| code)?\s*+(?:[:=(]\s*+)?([0-9]{1,3})\b"),
        ("sip", r"\bSIP/2\.0\s+([1-6][0-9]{2})\b"),
        ("sip", r"\b(?:sip|response|status(?:[ _-]?code)?)\s*+(?:[:=]\s*+)?([1-6][0-9]{2})\b"),
        ("sip", r"^\s*([1-6][0-9]{2})\s+[A-Z]"),
        ("ms", r"\bms-(?:client-)?diagnostics(?:-public)?\s*+(?:[:=]\s*+)?([0-9]{1,9})\b"),
        ("aadsts", r"AADSTS\s*:?([0-9]{4,9})\b"),
        ("term", r"\b(?:0x)?(CAA[0-9A-F]{5})\b"),
        ("q850", r"\bQ\.?850\b[^0-9]{0,16}([0-9]{1,3})\b"),
        ("q850", r"\bcause(?: code| value)?\s*+(?:[:=]\s*+)?([0-9]{1,3})\b"),
        ("dhcp", r"(?<!sub-)(?<!sub)\boption[\s:#=]{0,3}([0-9]{1,3})\b"),
        ("dhcp", r"\bdhcp[\s:#]{1,3}([0-9]{1,3})\b"),
        ("oos", r"\b(?:ReasonFor|Last)OutOfService(?:Information)?\W{0,4}([0-9]{1,3})\b"),
        ("eap", r"\bEAP-TLS-CERT-ERROR\s+reason=([0-9]{1,2})\b"),
    )
)
"""What stands before a number, with the table that explains it."""
OPENSSL_ERROR = re.compile(
    r"\berror:([0-9A-F]{7,8})\b|^\s*(?:0x)?([0-9A-F]{7,8}|[0-9]{9,10})\s*$"
    r"|\berr(?:or|no)?(?:[ _]?code)?\s*[=:]\s*([0-9]{8,10})\b",
    re.IGNORECASE,
)
"""A number that OpenSSL packed. Programs that print it themselves, as in `err=337047686`, print it in decimal."""
BARE_ASSIGNMENT = re.compile(
    r"^(?:[\w.>-]++\s*+(?:=|:\s)|(?:error|code|reason|number|result|alert)\b\s*+[:#]?)\s*+([0-9]{1,9})[\s.;,]*+$",
    re.IGNORECASE,
)
"""A number after a word that is no table, such as `reason=7` or `error 7`."""
DNS_NAME = re.compile(r"(?<![\w.@-])[a-z0-9_-]+(?:\.[a-z0-9_-]+)+", re.IGNORECASE)
MIN_PHRASE = 10
"""Characters of a text that is found inside a longer one. Shorter texts are found by chance."""
NATURES = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (
            r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|[0-9a-f]{12}",
            "a MAC address; `phones TRACE` lists the phones of a trace",
        ),
        (r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?::[0-9]+)?", "an IP address; `phones TRACE` lists the phones of a trace"),
        (r"(?:sips?:)?[^\s@]+@[^\s@]+\.[^\s@]+", "an address of a user; give a code, a term or a line of a trace"),
        (r"(?:[a-z0-9-]++\.)++[a-z]{2,}+", "a host name, and none of those that every phone asks for in DNS"),
    )
)
"""What a text is that no table explains."""
QUOTES = " \t\r\n\"'`,;<>[]()"


def find(text: str) -> tuple[CodeEntry, ...]:
    """The entries that a text is about, in the order of the text; none if it has nothing that a table explains."""
    text = text.strip(QUOTES)
    found = _exact(text) or _unique(in_context(text)) or _unique(_dns_names(text))
    return found or _unique(openssl_errors.of_reason(text)) or _unique(_phrases(text)) or _term(text) or _bare(text)


def nature(text: str) -> str:
    """What a text is, if it is something that has no meaning of its own, such as an address; else ""."""
    return next((what for pattern, what in NATURES if pattern.fullmatch(text.strip(QUOTES))), "")


def in_context(text: str) -> Iterator[CodeEntry]:
    """The entries of the numbers in a text that are next to what says which numbers they are."""
    for word in words(text):
        yield from _of_word(word)


def words(text: str) -> list[str]:
    """The words, such as `x509:7`, for the numbers in context, in the order of the text, also if no table has them."""
    found = [
        (match.start(), f"{table}:{match[1]}") for table, pattern in IN_CONTEXT for match in pattern.finditer(text)
    ]
    found += [(match.start(), f"openssl:{match[match.lastindex or 0]}") for match in OPENSSL_ERROR.finditer(text)]
    found += [(match.start(), f"ice:0x{match[1]}") for match in ice_warnings.IN_TEXT.finditer(text)]
    return [word for _, word in sorted(found)]


def _of_word(word: str) -> Iterable[CodeEntry]:
    table, _, key = word.partition(":")
    if table == "ice":
        return ice_warnings.decode(int(key, 16))
    if table != "openssl":
        return look_up(word)
    decoded = openssl_errors.decode(key)
    return [decoded, *(entry for see in decoded.see for entry in look_up(see))] if decoded else []


def _exact(text: str) -> tuple[CodeEntry, ...]:
    table, _, key = text.partition(":")
    if table.casefold() == "openssl" and re.fullmatch(r"[0-9A-Fa-f]{7,8}|[0-9]{9,10}", key):
        return tuple(_of_word(f"openssl:{key}"))
    if table.casefold() in ("ice", "icewarn") and re.fullmatch(r"0x[0-9A-Fa-f]{1,8}", key):
        return tuple(_of_word(f"ice:{key}"))
    try:
        return look_up(text)
    except InputError:
        return ()


def _unique(found: Iterable[CodeEntry]) -> tuple[CodeEntry, ...]:
    return tuple(dict.fromkeys(found))


def _dns_names(text: str) -> Iterator[CodeEntry]:
    known = _by_name("dns")
    for match in DNS_NAME.finditer(text):
        labels = match[0].casefold().split(".")
        for length in range(len(labels), 0, -1):
            name = ".".join(labels[:length])
            found = known.get(folded(f"{name}.domain") if length < len(labels) else folded(name)) or (
                known.get(folded(name)) if name.startswith("_") else None
            )
            if found:
                yield found
                break


def _term(text: str) -> tuple[CodeEntry, ...]:
    """The term that is written as a number, such as 1234; `look_up` finds the others."""
    found = _by_name("term").get(folded(text))
    return (found,) if found else ()


@cache
def _by_name(table: str) -> dict[str, CodeEntry]:
    return {folded(name): entry for entry in entries(table) for name in (entry.name, *entry.texts)}


def _phrases(text: str) -> Iterator[CodeEntry]:
    """The entries whose text is a part of this one, without texts that are a part of a longer one."""
    inside = f" {folded(text)} "
    found = [(phrase, entry) for phrase, entry in _known_phrases() if f" {phrase} " in _words_of(inside)]
    for phrase, entry in found:
        if not any(phrase != other and f" {phrase} " in f" {other} " for other, _ in found):
            yield entry


def _words_of(text: str) -> str:
    return f" {' '.join(re.split(r'[ :;,.!()]+', text))} "


@cache
def _known_phrases() -> tuple[tuple[str, CodeEntry], ...]:
    tables = ("x509", "alert", "sip", "ms", "step", "aadsts", "q850")
    known = ((entry, text) for table in tables for entry in entries(table) for text in (entry.name, *entry.texts))
    phrases = ((_words_of(folded(text)).strip(), entry) for entry, text in known)
    return tuple((phrase, entry) for phrase, entry in phrases if " " in phrase and len(phrase) >= MIN_PHRASE)


def _bare(text: str) -> tuple[CodeEntry, ...]:
    match = BARE_ASSIGNMENT.match(text)
    return look_up(match[1]) if match else ()
