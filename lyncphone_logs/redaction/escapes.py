"""Texts in which each character is escaped or stands apart: `%61%6c`, `=C3=BC`, `#141#154`, `&#97;`, `a.l.i.c.e`.

They are decoded, redacted as the text that they are, and written in the same form again. So a name has no second
spelling that stays.
"""

import re
from collections.abc import Callable

_HEX = "[0-9a-fA-F]"
RUN = (
    rf"(?:%{_HEX}{{2}}){{2,}}|(?:={_HEX}{{2}}){{2,}}|(?:#\d{{3}}){{3,}}|(?:\\x{_HEX}{{2}}){{2,}}|(?:\\\d{{3}}){{2,}}"
    rf"|(?:\\{_HEX}{{2}}){{2,}}|(?:&#(?:[xX]{_HEX}{{2,6}}|\d{{2,7}});){{2,}}"
)
"""Characters in one of the escapes of URLs, MIME, syslog servers, C, LDAP, and XML."""
_LETTER_SOON = r"(?=(?:\S[ .\0]{1,3}){0,6}?(?:[^\W\d_][ .\0]{1,3}){2}[^\W\d_])"
ZERO = r"(?:\0|\\u0000|\\x00|\\0|%00|=00|#000|&#0;)"
"""How a zero is written, which is every second byte of UTF-16."""
SPREAD = (
    rf"(?:(?<!\S)|(?<=[=:])){_LETTER_SOON}\w(?: {{1,3}}\S(?!\S)){{3,}}(?: \w(?=[:,;.!?](?!\S)))?"
    rf"|(?<!\w)(?<!\w\.){_LETTER_SOON}[^\s.](?:\.[^\s.]){{2,}}(?:\.(?!\w)|(?!\w))|(?<!\w)\w(?:{ZERO}[^\r\n\t\0\\]){{2,}}{ZERO}?"
)
"""Characters that stand apart by blanks, dots (as dumps of memory show UTF-16), or zeros."""
IS_SPREAD = re.compile(rf"(?:\S(?:[ .]{{1,3}}|{ZERO})){{2}}")
_ZEROS = re.compile(f"({ZERO})")
_ONE = re.compile(rf"[%=]({_HEX}{{2}})|\\[xX]({_HEX}{{2}})|[#\\](\d{{3}})|\\({_HEX}{{2}})")
_ENTITY = re.compile(rf"&#(?:[xX]({_HEX}+)|(\d+));")

Redact = Callable[[str], str]


def escaped(text: str, redact: Redact) -> str:
    """A run of escapes, with its text redacted. Escapes that contain no letter and no digit stay."""
    if text.startswith("&"):
        return _entities(text, redact)
    values = [int(each[0] or each[1] or each[3] or "0", 16) or int(each[2] or "0", 8) for each in _octal(text)]
    if max(values) > 0xFF:
        return re.sub(r"\d", "0", text)
    data = bytes(values)
    try:
        said, coding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        said, coding = data.decode("latin-1"), "latin-1"
    if not any(map(str.isalnum, said)) or (shown := redact(said)) == said:
        return text
    first = text[:1]
    form = "{:03o}" if _is_octal(text) else "{:02X}" if text == text.upper() else "{:02x}"
    before = "\\x" if text[1:2] in "xX" else first
    return "".join(before + form.format(each) for each in shown.encode(coding, "replace"))


def _octal(text: str) -> list[tuple[str, str, str, str]]:
    found = _ONE.findall(text)
    return [("", "", "".join(str(min(int(d), 7)) for d in each[2]), "") if each[2] else each for each in found]


def _is_octal(text: str) -> bool:
    return text[0] == "#" or (text[0] == "\\" and text[1:4].isdecimal())


def _entities(text: str, redact: Redact) -> str:
    numbers = [int(each[0], 16) if each[0] else int(each[1]) for each in _ENTITY.findall(text)]
    said = "".join(chr(each) if each <= 0x10FFFF else "\ufffd" for each in numbers)
    if not any(map(str.isalnum, said)) or (shown := redact(said)) == said:
        return text
    form = "&#x{:x};" if text[2] in "xX" else "&#{};"
    return "".join(form.format(ord(each)) for each in shown)


def spread(text: str, redact: Redact) -> str:
    """Characters that stand apart, redacted as the word that they spell. Two or three blanks are one between words."""
    if text[1] == " ":
        said = re.sub(r"(\S) ?", r"\1", re.sub(" {2,3}", "  ", text))
        shown = redact(said)
        return text if shown == said else " ".join(shown)
    parts = re.split(r"(\.)", text) if text[1] == "." else _ZEROS.split(text)
    said = "".join(parts[::2])
    shown = redact(said)
    return text if shown == said else parts[1].join(shown) + parts[1] * (not parts[-1])
