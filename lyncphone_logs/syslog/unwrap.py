"""Takes the syslog prefix and the notice of a repetition off a line, and undoes damage."""

import re
from dataclasses import dataclass

from lyncphone_logs.syslog.damage import repair
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


def unwrap(text: str) -> DeviceLine:
    """Undo damage, then take the syslog prefix and the notice of a repetition off a line."""
    repaired, names = repair(text)
    framed = parse_prefix(repaired)
    count, text_of_device = repeats(repaired[framed.start :])
    return DeviceLine(framed, text_of_device or "", count, names)
