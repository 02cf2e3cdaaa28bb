"""Damage that Word, web pages and mail do to a pasted line, undone so that a grammar can read it."""

import html
import re

# Whole, well-formed references only: html.unescape alone would also turn the "&copy" of "a=1&copy=2" into a sign.
_ENTITY = re.compile(
    r"&(?:lt|gt|amp|quot|apos|nbsp|shy|[nm]dash|[lr][sd]quo|minus"
    r"|#(?:34|38|39|60|62|160|173|82(?:0[0-9]|1[0-9]|2[0-3]))|#[xX](?:2[267]|3[cCeE]|[aA]0|[aA][dD]|20[01][0-9a-fA-F]));"
)
_DASHES = re.compile("[\u2012\u2013\u2014\u2212]")
_BLANKS = "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_INVISIBLE = "\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_TABLES = (
    ("nbsp", str.maketrans(dict.fromkeys(_BLANKS, " "))),
    ("quotes", str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")),
    ("zero-width", str.maketrans(dict.fromkeys(_INVISIBLE))),
)

_TOUCHED = re.compile(f"[&{_DASHES.pattern[1:-1]}{''.join(chr(sign) for _, table in _TABLES for sign in table)}]")


def repair(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as the phone may have written it, and the sorted names of what was changed.

    `nbsp`: Unicode blanks became blanks. `quotes`: typographic quotes became straight. `html`: character references
    were resolved, once. `zero-width`: zero-width and direction marks, soft hyphens and byte-order marks were removed.
    `dash`: the text holds a figure, en or em dash or a minus sign; it stays, since grammars accept it.
    """
    if (text.isascii() and "&" not in text) or not _TOUCHED.search(text):
        return text, ()
    repaired = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    names = {"html"} if repaired != text else set()
    for name, table in _TABLES:
        before, repaired = repaired, repaired.translate(table)
        if repaired != before:
            names.add(name)
    if _DASHES.search(repaired):
        names.add("dash")
    return repaired, tuple(sorted(names))
