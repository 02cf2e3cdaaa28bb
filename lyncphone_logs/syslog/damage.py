"""Undoes the damage that word processors, web pages and mail do to a pasted log line, so that a grammar can read it."""

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
    `dash`: the text contains a figure, en or em dash or a minus sign. It is unchanged, because grammars accept it.
    """
    if text.isascii() and "&" not in text:
        return text, ()
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
