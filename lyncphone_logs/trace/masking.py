"""Masks all of a text but ordinary words, short numbers, times and punctuation, to hide names and addresses.

What is shown is a list (content/knowledge/plain_words.txt), not what is hidden: a name in an unforeseen form
is no ordinary word, and is masked. Ordinary words are masked if they are part of a name: in quotes, in an address, in a
distinguished name, or after a word such as `user=`.
"""

import re
from functools import cache

from lyncphone_logs import content

_LABELS = frozenset({
    "account", "address", "auth", "authname", "branch", "called", "callee", "caller", "calling", "callid", "city",
    "cn", "cnonce", "community", "company", "contact", "credential", "credentials", "department", "device", "dial",
    "dialed", "dialled", "dialing", "displayname", "domain", "dsp", "email", "ext", "extension", "firstname",
    "from", "group", "host", "hostname", "inline", "key", "label", "lastname", "location", "login", "mail",
    "mailbox", "name", "nonce", "number", "opaque", "organization", "owner", "pass", "passwd", "password", "peer",
    "phone", "pin", "proxy", "pwd", "realm", "registrar", "response", "room", "secret", "serial", "server", "site",
    "sn", "ssid", "street", "subject", "subscriber", "surname", "to", "token", "uri", "url", "user", "userid",
    "username", "usr",
})  # fmt: skip
"""Before `=` or `:`, what follows is masked even if it consists of ordinary words."""
_NUMBER_LABELS = frozenset({
    "ext", "extension", "dial", "dialed", "dialled", "dialing", "call", "calling", "called", "caller", "callee",
    "mailbox", "pin", "number", "user", "phone",
})  # fmt: skip
"""Before a number of three or more digits, also without `=`."""
_VERBS = (
    "GET|PUT|POST|HEAD|DELETE|PATCH|INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|SUBSCRIBE|NOTIFY|MESSAGE|INFO|REFER|UPDATE"
)
_ATTRIBUTES = (
    "CN|OU|O|C|L|ST|SP|S|DC|UID|USERID|E|EMAIL|EMAILADDRESS|MAIL|SN|GN|G|T|TITLE|STREET|STREETADDRESS|POSTALCODE"
    "|SERIALNUMBER|GIVENNAME|SURNAME|INITIALS|DESCRIPTION|SAN|DNS|UPN"
)
_HEX = "[0-9a-fA-F]"
_TOKENS = (
    ("url", r"(?<![A-Za-z])[A-Za-z][\w+.-]{1,15}://[^\s\"'<>]*|(?<!\w)www\.[^\s\"'<>]+"),
    ("uri", r"(?<!\w)(?:sips?|tel|im|mailto|xmpp|callto|pres):[^\s\"'<>;,]+"),
    ("request", rf"\"(?:{_VERBS}) [^\"\n]*\""),
    ("text", r"\"[^\"\n]*\"|“[^“”\n]*+”|‘[^‘’\n]*+’|(?<!\w)'[^'\n]*'(?!\w)"),
    (
        "text",
        r"<(?!(?:sips?|tel|im|mailto|https?):|\d+>|[a-z]+>)[^<>\s][^<>\n]*>|(?:[A-Z][\w.'’-]{0,30} ){1,4}(?=<sips?:)",
    ),
    (
        "attribute",
        rf"(?<![\w.])(?i:{_ATTRIBUTES})[ ]?=[ ]?(?!\d+\b)[^\s,;/+\"<>|)\]=]"
        r"(?:[^,;/+\"<>|)\]=\n]{0,60}(?![\w ]{0,60}=))?",
    ),
    ("path", r"(?<=/)(?i:home|users)/[^\s/,;]+"),
    ("mac", rf"(?<!{_HEX})(?:{_HEX}{{1,2}}[:-]){{5}}{_HEX}{{1,2}}(?!{_HEX})"),
    ("mac", rf"(?<![\w.:-])(?:{_HEX}{{2}} ){{5}}{_HEX}{{2}}(?![\w.:-])"),
    ("mac", rf"(?<!{_HEX})(?:{_HEX}{{4}}[.:-]){{2}}{_HEX}{{4}}(?!{_HEX})"),
    ("stamp", r"(?<![\w.+/-])\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)?(?![\w-])"),
    ("stamp", r"(?<![\w.+/-])\d\d?/(?:\d\d|[A-Z][a-z][a-z])/\d{4}(?![\w/-])"),
    ("stamp", r"(?<![\w.+/-])\d\d-\d\d(?:-\d{4})?@\d\d:\d\d:\d\d(?:\.\d{1,9})?(?!\w)"),
    ("stamp", r"(?<!\w)(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?= {1,2}\d)"),
    ("stamp", r"(?<![\w.:+-])\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?![\w:])"),
    ("address", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){2}\.(?:\d{4,}(?::\d+)*|\d{1,3}(?::\d\d){2,})"),
    ("address", r"(?<![\d.])\d{1,3}+(?:\.\d{1,3}+){3}(?![\d.]*\w)"),
    (
        "address",
        rf"(?<![\w:])(?=[\da-fA-F:]{{0,40}}(?:::|[a-fA-F]))(?:{_HEX}{{0,4}}:){{2,7}}"
        rf"(?:\d{{1,3}}+(?:\.\d{{1,3}}+){{3}}|{_HEX}{{0,4}}+)(?![\w:])",
    ),
    ("port", r"(?<=[\d\]]):\d{1,5}(?![\w:.])"),
    ("number", r"(?<![\w.:,-])(?=(?:[ -]?\d){7})\d{2,5}(?:[ -]\d{2,8}+){2,5}(?![\w.:-])"),
    ("number", r"\+\d[\d ()./-]{3,24}\d|(?<![\w.])\d{2,6}[/-]\d{3,}+(?:[ /-]\d++){0,3}(?![\w.])"),
    ("word", r"\w(?:[.@\\%+&'’~-]*+[\w$]++)*+"),
)
_MASKED = frozenset({"url", "uri", "text", "mac", "address", "number"})
_NAME_OF = {f"{name}{number}": name for number, (name, _) in enumerate(_TOKENS)}
_LABELLED = re.compile(
    r"[ \t]{0,2}[=:][ \t]{0,2}(?![<\"'“=:])([^\s,;|()\[\]\"'<>]++"
    r"(?: [A-Z][\w.'’-]*+(?![=:])|(?<=\d) \d{1,8}(?![\w.:])){0,3}+)"
)
_LABELLED_NUMBER = re.compile(r"[ #:=]{1,3}(\d{3,})(?!\w)")
_PARTS = re.compile(r"(?:[A-Z](?![a-z]))++|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_DIGITS = re.compile(r"\d+")
_WITH_DIGITS = frozenset({
    "aes1", "arcfour1", "base1", "eth1", "g1", "h1", "http1", "ieee1", "int1", "ipv1", "local1", "md1", "pkcs1",
    "q1", "rc1", "rfc1", "sha1", "ssl1", "sslv1", "tls1", "tlsv1", "uint1", "utf1", "v1", "vlan1", "wlan1",
})  # fmt: skip
"""Ordinary words with a number, which is written 1 here."""
_ENDINGS = frozenset({
    "bin", "bit", "cer", "cfg", "cnf", "conf", "crt", "csv", "dat", "der", "html", "ini", "json", "ld", "loads",
    "log", "pem", "pfx", "rom", "sbn", "sgn", "tlv", "txt", "wav", "xml", "zip",
})  # fmt: skip
"""What remains of the name of a file."""
_SOURCES = frozenset({"c", "h", "cpp", "hpp", "java"})
_MAC_CHARACTERS = 12
MAX_PLAIN_DIGITS = 3
"""Longer numbers are masked: extensions, phone numbers, identifiers."""


@cache
def _token() -> re.Pattern[str]:
    """Any of the tokens. Compiling it takes 3 ms, and only some commands need it."""
    return re.compile("|".join(f"(?P<{name}{number}>{pattern})" for number, (name, pattern) in enumerate(_TOKENS)))


def mask(text: str) -> str:
    """The text with all but ordinary words, numbers of up to three digits, times and punctuation replaced.

    Replacements are `<word>`, `<name>` (of a host), `<id>`, `<number>`, `<text>`, `<mac>`, `<address>`, `<url>` and
    `<uri>`. Digits decide by their number alone, so equal texts with other digits are masked in the same way.
    """
    found: list[str] = []
    position = 0
    while match := _token().search(text, position):
        name, token = _NAME_OF[match.lastgroup or ""], match[0]
        found.append(text[position : match.start()])
        position = match.end()
        if name == "word":
            found.append(_word(token))
            position = _value(text, token, position, found)
        else:
            found.append(_replaced(name, token))
    found.append(text[position:])
    return "".join(found)


def _replaced(name: str, token: str) -> str:
    if name in _MASKED:
        return f"<{name}>" + " " * token.endswith(" ")
    if name == "attribute":
        key, _, _ = token.partition("=")
        return f"{key}=<text>"
    if name == "request":
        return f'"{mask(token[1:-1])}"'
    if name == "path":
        return f"{token.partition('/')[0]}/<user>"
    return token


def _value(text: str, label: str, position: int, found: list[str]) -> int:
    """Mask the value after a label, if the word is one. Returns the position after it."""
    last = label.lower().rpartition("_")[2].rpartition("-")[2]
    parts = _PARTS.findall(label)
    names = {last, parts[-1].lower()} if parts else {last}
    value = None
    if not names.isdisjoint(_LABELS):
        value = _LABELLED.match(text, position)
    if value is None and not names.isdisjoint(_NUMBER_LABELS):
        value = _LABELLED_NUMBER.match(text, position)
        if value is not None:
            found.append(text[position : value.start(1)] + "<number>")
            return value.end()
    if value is None:
        return position
    uri = "@" in value[1] or value[1].startswith(("sip:", "sips:", "tel:"))
    found.append(text[position : value.start(1)] + ("<uri>" if uri else "<text>"))
    return value.end()


@cache
def _plain_words() -> tuple[frozenset[str], frozenset[str]]:
    """The ordinary words, and those that are also names."""
    listed = (content.path("knowledge") / "plain_words.txt").read_text(encoding="utf-8")
    words: list[set[str]] = []
    for line in listed.split("\n"):
        if not line.startswith("#"):
            words[-1].update(line.split())
        elif not words or words[-1]:
            words.append(set())
    return frozenset(words[0]), frozenset(words[1])


def _word(token: str) -> str:
    """An ordinary word or identifier, else what it is replaced with."""
    if token.isdigit():
        return token if len(token) <= MAX_PLAIN_DIGITS else "<number>"
    if "@" in token:
        return "<uri>"
    if "\\" in token.strip("\\"):
        return "<user>"
    if token[:2] in {"0x", "0X"} and _is_hexadecimal(token[2:]):
        return token if len(token) != _MAC_CHARACTERS + 2 else f"{token[:2]}<mac>"
    if "." in token:
        return _dotted(token)
    return token if _is_plain(token) else _kind(token)


def _dotted(token: str) -> str:
    """A version, a file or the name of a host."""
    parts = token.split(".")
    if all(part.isdigit() and len(part) <= MAX_PLAIN_DIGITS for part in parts):
        return token
    endings: list[str] = []
    while len(parts) > 1 and parts[-1].lower() in _ENDINGS:
        endings.insert(0, parts.pop())
    if endings:
        return ".".join([_word(".".join(parts)), *endings])
    if len(parts) == 2 and parts[1] in _SOURCES and _is_plain(parts[0]):
        return token
    return "<number>" if all(part.isdigit() for part in parts) else "<name>"


def _kind(token: str) -> str:
    digits = token[-_MAC_CHARACTERS:]
    if len(digits) == _MAC_CHARACTERS and _is_hexadecimal(digits) and any(each.isdigit() for each in digits):
        before = token[:-_MAC_CHARACTERS]
        if not before or _is_plain(before):
            return f"{before}<mac>"
    return "<id>" if any(each.isdigit() for each in token) else "<word>"


def _is_hexadecimal(text: str) -> bool:
    return bool(text) and all(each in "0123456789abcdefABCDEF" for each in text)


def _is_plain(token: str) -> bool:
    """Whether all parts of a word or identifier are ordinary words."""
    if len(token) == 1 or token.lower() in _plain_words()[0]:
        return True
    pieces = [piece for piece in re.split(r"[_'’%+$&~\\-]", token) if piece]
    if "-" in token and any(each.isdigit() for each in token):
        return False
    return all(map(_is_plain_piece, pieces)) and any(len(piece) > 1 for piece in pieces)


def _is_plain_piece(piece: str) -> bool:
    if piece.isdigit():
        return len(piece) in {1, MAX_PLAIN_DIGITS}
    if any(each.isdigit() for each in piece):
        return _DIGITS.sub("1", piece).lower() in _WITH_DIGITS and len(_DIGITS.findall(piece)[0]) <= MAX_PLAIN_DIGITS
    words, names = _plain_words()
    if len(piece) == 1 or (len(piece) == 2 and piece.islower()) or piece.lower() in words or piece in names:
        return True
    parts = _PARTS.findall(piece) if piece.isascii() else []
    known = [len(part) == 1 or part.lower() in words for part in parts]
    return len(parts) > 1 and all(known) and max(map(len, parts)) >= MAX_PLAIN_DIGITS + 1
