"""Refuses a stated model that no phone has: it could change nothing, and looks like a typo."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from lyncphone_logs import content
from lyncphone_logs.errors import EvidenceError, suggestion

MIN_PART = 2
"""Characters of a model name that are enough to compare it with the names of the table."""
_SEPARATORS = re.compile(r"[\s_/-]+")


class Maker(NamedTuple):
    """The models of one maker in knowledge/phone_models.toml, which explains the fields."""

    vendor: str
    names: list[str]
    pattern: str
    source: str
    gateways: str = ""


@cache
def known_makers() -> tuple[Maker, ...]:
    """The makers, in the order of the file."""
    path = content.path("knowledge") / "phone_models.toml"
    return tuple(Maker(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["maker"])


def makers_of(name: str) -> tuple[Maker, ...]:
    """The makers that have this name, or a model of this name. A name without letters must be one of the table."""
    asked = _folded(name)
    found = []
    for maker in known_makers():
        model = asked.removeprefix(_folded(maker.vendor))
        has_letter = any(character.isalpha() for character in asked)
        is_model = re.fullmatch(maker.pattern, model) if has_letter else model in map(_folded, maker.names)
        if asked and (not model or is_model):
            found.append(maker)
    return tuple(found)


def check_model(model: str, others: Iterable[str] = ()) -> None:
    """Raise EvidenceError unless a model has the name of a known one, or a part of such a name.

    Ignores case, blanks, hyphens and the name of the maker. `others` are names that are also known.
    """
    makers = known_makers()
    stated = _folded(model)
    for maker in makers:
        stated = stated.removeprefix(_folded(maker.vendor)) or stated
    names = [name for maker in makers for name in maker.names]
    is_part = len(stated) >= MIN_PART and any(stated in _folded(name) for name in (*names, *others))
    if is_part or any(re.fullmatch(maker.pattern, stated) for maker in makers):
        return
    known = ", ".join(f"{maker.vendor} ({', '.join(maker.names[:3])} …)" for maker in makers)
    close = suggestion(model.strip().upper(), names)
    raise EvidenceError(
        f"the model {model!r} cannot be used",
        "no phone with this name is known",
        "--model",
        f"{close} known: {known}".strip(),
    )


def _folded(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()
