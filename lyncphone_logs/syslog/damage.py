"""Undoes what word processors, web pages, mail, rsyslog and terminals do to a line, so that a grammar can read it."""

import html
import re

# Complete, well-formed references only: html.unescape alone would also turn the "&copy" of "a=1&copy=2" into a sign.
_ENTITY = re.compile(
    r"&(?:lt|gt|amp|quot|apos|nbsp|shy|[nm]dash|[lr][sd]quo|minus"
    r"|#(?:34|38|39|60|62|160|173|82(?:0[0-9]|1[0-9]|2[0-3]))|#[xX](?:2[267]|3[cCeE]|[aA]0|[aA][dD]|20[01][0-9a-fA-F]));"
)
_DASHES = "\u2013\u2014\u2212\u2012"
_BLANKS = "\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SINGLE_QUOTES, _DOUBLE_QUOTES = "‘’‚‛", "“”„‟"
_INVISIBLE = "\xad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"

# rsyslog writes a control character, and each byte beyond ASCII, as # and three octal digits. Line ends (#015, #012)
# stay: they separate the lines of a message. A number in brackets, as in TO(#021), is no escape.
_ESCAPE = re.compile(r"(?<!\()#(?:0(?!1[25])[0-3][0-7]|177)")
_ESCAPED_BYTES = re.compile(r"(?:#[23][0-7]{2}){2,512}")
# A terminal's sequence, with its first character as it is, or as rsyslog, cat -v, C, JSON and bash write it.
_TERMINAL = re.compile(r"(?:\x1b|#033|\^\[|\\(?:x1[bB]|033|u001[bB]|e))\[[0-9;?]{0,32}[A-Za-z]")
_BEFORE_ESCAPES = ("#", "\x1b", "^", "\\")
_IS_ESCAPED = re.compile(
    r"#(?:0(?:[02][0-7]|1[0134567]|3[0-7])|177|[23][0-7]{2}#)|\x1b|\^\[\[|\\(?:x1[bB]|033|u001[bB]|e)\["
).search

_MAY_BE_DAMAGED = re.compile(f"[&{_BLANKS}{_SINGLE_QUOTES}{_DOUBLE_QUOTES}{_INVISIBLE}]").search
_REPLACEMENTS = (
    ("nbsp", re.compile(f"[{_BLANKS}]"), " "),
    ("quotes", re.compile(f"[{_SINGLE_QUOTES}]"), "'"),
    ("quotes", re.compile(f"[{_DOUBLE_QUOTES}]"), '"'),
    ("zero-width", re.compile(f"[{_INVISIBLE}]"), ""),
)


def repair(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text as the phone may have written it, and the sorted names of the repairs.

    `nbsp`: Unicode blanks became spaces. `quotes`: typographic quotes became straight. `html`: character references
    were resolved, once. `zero-width`: zero-width and direction marks, soft hyphens and byte-order marks were removed.
    `color`: terminal sequences such as `ESC[0m` were removed. `escape`: characters that rsyslog writes as `#011` were
    put back, except line ends; `#000` was removed.
    `dash`: the text contains a figure, en or em dash or a minus sign. It is unchanged, because grammars accept it.
    """
    is_escaped = has_escapes(text)
    if text.isascii() and "&" not in text and not is_escaped:
        return text, ()
    names: set[str] = set()
    if is_escaped:
        text, names = _without_escapes(text)
    text, others = _repair(text)
    return text, tuple(sorted(names.union(others)))


def has_escapes(text: str) -> bool:
    """Whether a text, which may have many lines, has escapes of rsyslog or of a terminal."""
    return any(map(text.__contains__, _BEFORE_ESCAPES)) and bool(_IS_ESCAPED(text))


def _without_escapes(text: str) -> tuple[str, set[str]]:
    names: set[str] = set()
    for name, damage, replacement in (
        ("color", _TERMINAL, lambda _: ""),
        ("escape", _ESCAPED_BYTES, _decoded),
        ("escape", _ESCAPE, lambda found: chr(int(found[0][1:], 8)).strip("\0")),
    ):
        repaired = damage.sub(replacement, text)
        if repaired != text:
            names.add(name)
        text = repaired
    return text, names


def _decoded(found: re.Match[str]) -> str:
    """The characters of escaped bytes; the text as it is, if these bytes are no UTF-8."""
    try:
        return bytes(int(number, 8) for number in found[0][1:].split("#")).decode("utf-8")
    except (UnicodeDecodeError, ValueError):
        return found[0]


def _repair(text: str) -> tuple[str, tuple[str, ...]]:
    if not _MAY_BE_DAMAGED(text):
        return text, _dash_in(text)
    repaired = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    names = {"html"} if repaired != text else set()
    for name, damage, replacement in _REPLACEMENTS:
        repaired, count = damage.subn(replacement, repaired)
        if count:
            names.add(name)
    return repaired, tuple(sorted(names.union(_dash_in(repaired))))


def _dash_in(text: str) -> tuple[str, ...]:
    return ("dash",) if any(map(text.__contains__, _DASHES)) else ()
