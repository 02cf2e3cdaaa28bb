"""Sentences with the fields of an event in braces, such as `code {verify_code}`.

A field is a name in braces and nothing else: no format, conversion, attribute or index. So a sentence can neither reach
into objects nor be longer than its fields. `{{` and `}}` are braces.
"""

import re
from collections.abc import Callable
from functools import lru_cache

MAX_CHARACTERS = 2000
"""Length of a sentence."""
MAX_FIELDS = 16
"""Fields of a sentence."""
MAX_VALUE_CHARACTERS = 1000
"""Characters of a field that are printed."""
_PART = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)\}|\{[^{}]*\}?|\}")
_BRACES = {"{{": "{", "}}": "}"}


@lru_cache(maxsize=4096)
def names_in(template: str) -> tuple[str, ...]:
    """The names of the fields of a sentence. Raises ValueError if it has other braces, or is too long."""
    if len(template) > MAX_CHARACTERS:
        raise ValueError(f"is longer than {MAX_CHARACTERS} characters")
    names = []
    for part in _PART.finditer(template):
        if part[1]:
            names.append(part[1])
        elif part[0] not in _BRACES:
            raise ValueError(f"has {part[0][:40]!r}: braces contain the name of a field and nothing else")
    if len(names) > MAX_FIELDS:
        raise ValueError(f"has more than {MAX_FIELDS} fields")
    return tuple(names)


def filled(template: str, text_of: Callable[[str], str]) -> str:
    """The sentence with the text of each field, shortened to MAX_VALUE_CHARACTERS."""
    if "{" not in template and "}" not in template:
        return template
    return _PART.sub(lambda part: _shortened(text_of(part[1])) if part[1] else _BRACES.get(part[0], part[0]), template)


def unfilled(template: str) -> str:
    """The sentence with … in place of each field."""
    return filled(template, lambda name: "…")


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_VALUE_CHARACTERS else f"{text[:MAX_VALUE_CHARACTERS]}…"
