"""Takes the syslog prefix and the notice of a repetition off a line, and undoes damage."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from lyncphone_logs.syslog.damage import repair
from lyncphone_logs.syslog.envelopes import Envelope, open_envelope, within
from lyncphone_logs.syslog.framing import SyslogPrefix, parse_prefix

NOTICE = "message repeated"
"""Text that every notice of a repetition contains."""

_TAG = r"(?P<tag>[^\s:\[]{1,64}+[ ]?(?:\[[^\s\]]{1,32}\])?:[ ]++)?"
_TIMES = r"message repeated (?P<count>[1-9][0-9]{0,8}) times?"
_REPEATED = re.compile(rf"{_TAG}[ ]*+{_TIMES}: \[(?P<original>.*+)", re.DOTALL)
_LAST_REPEATED = re.compile(rf"{_TAG}[ ]*+last {_TIMES}\.?\s*+")


def repeats(text: str) -> tuple[int, str | None]:
    """How often the phone wrote a line, and the line itself; None means the previous line.

    rsyslog writes the tag, and the message, truncated at 800 bytes, in brackets (its `ratelimit.c`). The tag is joined
    with the message again. syslogd and BusyBox write `last message repeated 3 times`.
    """
    if NOTICE not in text:
        return 1, text
    if found := _REPEATED.match(text):
        original = found["original"].rstrip()
        return int(found["count"]), (found["tag"] or "") + original.removesuffix("]").strip()
    if found := _LAST_REPEATED.fullmatch(text):
        return int(found["count"]), None
    return 1, text


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A line as the phone may have written it: its text without `framed`, repaired, and the names of the repairs.

    `count` is how often the phone wrote it.
    """

    framed: SyslogPrefix
    text: str
    count: int
    repairs: tuple[str, ...]

    @property
    def is_repeat_of_previous(self) -> bool:
        """Whether it is a notice without text, which repeats the previous message."""
        return self.count > 1 and not self.text


class Framed(NamedTuple):
    """A line without its framing: the text for a grammar, and how often the phone wrote it."""

    prefix: SyslogPrefix
    text: str
    repeats: int


def unwrap(
    text: str,
    is_read: Callable[[str], bool] = bool,
    search: Callable[[str, Framed], Framed | None] = lambda line, known: None,
) -> DeviceLine:
    """Undo damage, then take the envelope, the syslog prefix and the notice of a repetition off a line.

    `is_read` says of a line without framing whether it is one of a phone. It matters only for a line in an envelope
    that has lost its program. `search` may find another framing of a repaired line than the known one.
    """
    envelope = open_envelope(text)
    repaired, names = (chosen_text(envelope, is_read), envelope.repairs) if envelope else repair(text)
    known = parse_prefix(repaired)
    count, text_of_device = repeats(repaired[known.start :])
    framed = Framed(known, text_of_device or "", count)
    framed = search(repaired, framed) or framed
    prefix = SyslogPrefix(**within(envelope, framed.prefix._asdict())) if envelope else framed.prefix
    return DeviceLine(prefix, framed.text, framed.repeats, names)


def chosen_text(envelope: Envelope, is_read: Callable[[str], bool]) -> str:
    """The line in an envelope as the phone wrote it: the first of its texts that is read, else the message itself."""
    some, message = envelope.texts[:-1], envelope.texts[-1]
    return next((text for text in some if is_read(text[parse_prefix(text).start :])), message)
