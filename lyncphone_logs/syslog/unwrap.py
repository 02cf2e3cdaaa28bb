"""Notices of syslog servers that a message was repeated."""

import re
from dataclasses import dataclass

from lyncphone_logs.syslog.damage import repair
from lyncphone_logs.syslog.framing import SyslogPrefix, parse_prefix

NOTICE = "message repeated"
"""What every notice holds."""

_TAG = r"(?P<tag>[^\s:\[]{1,64}+[ ]?(?:\[[^\s\]]{1,32}\])?:[ ]++)?"
_TIMES = r"message repeated (?P<count>[1-9][0-9]{0,8}) times?"
_REPEATED = re.compile(rf"{_TAG}[ ]*+{_TIMES}: \[(?P<original>.*+)", re.DOTALL)
_LAST_REPEATED = re.compile(rf"{_TAG}[ ]*+last {_TIMES}\.?\s*+")


def repeats(text: str) -> tuple[int, str | None]:
    """How often the phone's own line was written, and the line itself, None for the previous one.

    rsyslog keeps the tag and puts the message, cut at 800 bytes, between brackets (its `ratelimit.c`): the tag is
    joined with the message again. syslogd and BusyBox write `last message repeated 3 times`.
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
    """A line as the phone may have written it: `text` from `framed.start` on, damage undone and named in `repairs`."""

    framed: SyslogPrefix
    text: str
    count: int
    repairs: tuple[str, ...]

    @property
    def is_repeat_of_previous(self) -> bool:
        """A notice that stands for more of the message before it, without its text."""
        return self.count > 1 and not self.text


def unwrap(text: str) -> DeviceLine:
    """Undo damage and take the framing and the notice of a repetition off a line."""
    repaired, names = repair(text)
    framed = parse_prefix(repaired)
    count, own = repeats(repaired[framed.start :])
    return DeviceLine(framed, own or "", count, names)
