"""What in a trace shows the environment of its phones: the table content/knowledge/environments.toml.

The patterns are compiled when the first event with such a field asks for them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from lyncphone_logs import content
from lyncphone_logs.cache import cached, code_version, fingerprint
from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.events.vocabulary import Environment, kinds
from lyncphone_logs.validation import ClosedModel, OneLine, validate

TABLE = content.path("knowledge") / "environments.toml"
MESSAGE_TEXT = "message"
"""The name in `fields` for the message of the event."""
MAX_TEXT_CHARACTERS = 512
"""Only the beginning of a longer text is searched. Names of servers are shorter."""
MAX_CACHED_TEXTS = 1024

Strength = Literal["decisive", "strong", "moderate", "weak"]
RANKS: Mapping[Strength, int] = {"decisive": 4, "strong": 3, "moderate": 2, "weak": 1}


@dataclass(frozen=True, kw_only=True)
class Clue(ClosedModel):
    """One row of the table. `kinds` maps beginnings of event kinds to the strength of the evidence.

    `pattern` is searched for in `fields`, case ignored. If `fields` is empty, each event of these kinds is evidence.
    `shows` says what the pattern finds.
    """

    environment: Environment
    shows: OneLine
    kinds: dict[str, Strength]
    fields: tuple[str, ...] = ()
    pattern: str = ""
    source: OneLine

    def strength(self, kind: str) -> Strength | None:
        """How strong an event of this kind is as evidence, None if it is none."""
        keys = [key for key in self.kinds if f"{kind}.".startswith(f"{key}.")]
        if not keys or (self.fields and not self.fields_of(kind)):
            return None
        return self.kinds[max(keys, key=len)]

    def fields_of(self, kind: str) -> tuple[str, ...]:
        """Those of `fields` that events of this kind have."""
        known = kinds()[kind].fields
        return tuple(name for name in self.fields if name in known or name == MESSAGE_TEXT)


class Sign(NamedTuple):
    """The evidence in one event: the environment, and a rank that grows with the strength."""

    environment: Environment
    rank: int


@cache
def clues() -> tuple[Clue, ...]:
    """The rows of the table."""
    return cached("environments", _version, _clues, (Clue,), shape=tuple[Clue, ...])


def _version() -> str:
    return fingerprint([TABLE]) + code_version("events", "content", libraries=("pydantic",))


def _clues() -> tuple[Clue, ...]:
    import tomllib

    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["evidence"]
    return tuple(validate(Clue, row) for row in rows)


@cache
def environment_kinds() -> frozenset[str]:
    """The event kinds that may show an environment."""
    return frozenset(kind for kind in kinds() if any(clue.strength(kind) for clue in clues()))


def signs_in(event: Event) -> tuple[Sign, ...]:
    """The environments that an event shows, none for most events."""
    kind = event.kind
    found, wanted = _signs_of_kind(kind), _fields_of_kind(kind)
    # Most events have few of the wanted fields, and a mapping takes long to say that it lacks one.
    for name in wanted.intersection(event.fields) if wanted else ():
        found += _signs_of_value(kind, name, event.fields[name])
    return found + _signs_of_value(kind, MESSAGE_TEXT, event.message) if MESSAGE_TEXT in wanted else found


@cache
def _fields_of_kind(kind: str) -> frozenset[str]:
    return frozenset(name for clue in clues() if clue.strength(kind) for name in clue.fields_of(kind))


@cache
def _signs_of_kind(kind: str) -> tuple[Sign, ...]:
    """The signs that the kind alone is."""
    strengths = [(clue, clue.strength(kind)) for clue in clues() if not clue.fields]
    return tuple(Sign(clue.environment, RANKS[strength]) for clue, strength in strengths if strength)


def _signs_of_value(kind: str, name: str, value: Value) -> tuple[Sign, ...]:
    texts = value if isinstance(value, tuple) else (str(value),)
    return tuple(sign for text in texts for sign in _signs_of_text(kind, name, text[:MAX_TEXT_CHARACTERS]))


@lru_cache(MAX_CACHED_TEXTS)
def _signs_of_text(kind: str, name: str, text: str) -> tuple[Sign, ...]:
    return tuple(sign for pattern, sign in _patterns(kind, name) if pattern.search(text))


@cache
def _patterns(kind: str, name: str) -> tuple[tuple[re.Pattern[str], Sign], ...]:
    named = [(clue, clue.strength(kind)) for clue in clues() if name in clue.fields]
    return tuple(
        (re.compile(clue.pattern, re.IGNORECASE), Sign(clue.environment, RANKS[strength]))
        for clue, strength in named
        if strength
    )
