"""How to record a trace of a phone family, and how to make it say more.

A grammar file defines `capture`, a dictionary of plain English sentences, each on one line:

    trace     where a trace of these phones comes from
    more      how to raise the level of its log
    undo      how to switch that back
    source    where these facts are from
    families  optional: for an event family, such as "tls", what to switch on for its events
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lyncphone_logs.errors import suggestion
from lyncphone_logs.events import vocabulary
from lyncphone_logs.events.event import family_of

MAX_SENTENCE_CHARACTERS = 140
SENTENCES = ("trace", "more", "undo", "source")
FAMILIES = "families"


@dataclass(frozen=True)
class CaptureHint:
    """The declaration of one grammar. `source` is empty if the file has none, so that the texts are neutral."""

    trace: str = "The phone's web page or a syslog server has the trace."
    more: str = "Raise the log level of the phone to debug and repeat the fault."
    undo: str = "Set the log level to its former value again."
    source: str = ""
    families: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.trace} {self.more}"

    def for_kind(self, kind: str) -> str:
        """How to record an event of this kind: what to switch on at these phones, then the neutral sentence."""
        switch_on = self.families.get(family_of(kind), "").removesuffix(".")
        return ". ".join(filter(None, [switch_on, vocabulary.capture_of(kind)]))


NEUTRAL = CaptureHint()
"""For phones of which no grammar says how they are traced."""


def capture_hint(declared: Mapping[str, Any]) -> CaptureHint:
    """The `capture` of a grammar file. Raises ValueError, with a text that begins with `capture`."""
    known = {*SENTENCES, FAMILIES}
    for name in sorted({*declared} - known):
        raise ValueError(f"capture has no {name!r}; known: {', '.join((*SENTENCES, FAMILIES))}")
    for name, sentence in _sentences(declared):
        complaint = _complaint(sentence)
        if complaint:
            raise ValueError(f"capture: {name} {complaint}")
    for name in declared.get(FAMILIES, {}):
        if name not in vocabulary.families():
            guess = suggestion(name, list(vocabulary.families()))
            raise ValueError(f"capture: families has {name!r}, which is no event family {guess}".rstrip())
    return CaptureHint(**{**declared, FAMILIES: dict(declared.get(FAMILIES, {}))})


def _sentences(declared: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield from ((name, declared.get(name, "")) for name in SENTENCES)
    yield from ((f"families: {name}", each) for name, each in declared.get(FAMILIES, {}).items())


def _complaint(sentence: object) -> str:
    if not isinstance(sentence, str) or not sentence.strip():
        return "is missing or not a text"
    if "\n" in sentence or len(sentence) > MAX_SENTENCE_CHARACTERS:
        return f"is longer than one line of {MAX_SENTENCE_CHARACTERS} characters"
    return ""
