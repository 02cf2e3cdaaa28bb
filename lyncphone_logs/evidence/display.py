"""Reads a text of the phone's screen as an event."""

import tomllib
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from lyncphone_logs import content
from lyncphone_logs.errors import EvidenceError, suggestion
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Stage

_QUOTES = "\"'<>"
_TYPOGRAPHIC = str.maketrans("“”„‟«»‘’‚‛‹›", "\"\"\"\"\"\"''''''")


class ScreenMessage(NamedTuple):
    """One known text of knowledge/display_messages.toml. `match` is a phrase of it in lower case.

    `means` is the event kind with the same meaning. It is empty if the text reports no failure, or there is no such
    kind.
    """

    says: str
    match: str
    stage: Stage
    phone: str
    wording: Literal["seen", "approximate"]
    source: str
    means: str = ""
    domain_follows: bool = False


@cache
def known_messages() -> tuple[ScreenMessage, ...]:
    """The known texts, in the order of the file."""
    path = content.path("knowledge") / "display_messages.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["message"]
    return tuple(ScreenMessage(**row) for row in rows)


def read_display(text: str) -> Event:
    """Read a text as an event of kind `display.message`.

    Ignores case, runs of blanks and the form of quotes. Raises EvidenceError if no known text is a part of it: no rule
    could use it.
    """
    folded = " ".join(text.translate(_TYPOGRAPHIC).lower().split())
    message = next((message for message in known_messages() if message.match in folded), None)
    if message is None:
        raise _unknown(text, folded)
    fields = {"text": text, "says": message.says, "reason": message.match, "stage": message.stage}
    if message.means:
        fields["means"] = message.means
    if message.domain_follows:
        fields |= _domain(folded.partition(message.match)[2])
    line = f"the screen says: {' '.join(text.split())}"
    return Event(
        id=f"display:{folded}",
        kind="display.message",
        source="--display",
        fields=MappingProxyType(fields),
        text=line,
        message=line,
    )


def _unknown(text: str, folded: str) -> EvidenceError:
    known = list(dict.fromkeys(message.match for message in known_messages()))
    close = suggestion(folded, known)
    return EvidenceError(
        f"the text {text!r} cannot be used",
        "it is no text whose meaning is known",
        "--display",
        close or f"one of: {'; '.join(known)}",
    )


def _domain(after: str) -> dict[str, str]:
    words = after.strip(f"{_QUOTES}: ").split()
    domain = words[0].strip(f"{_QUOTES}.,;:!?…()") if words else ""
    return {"domain": domain} if domain else {}
