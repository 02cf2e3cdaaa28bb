"""The phone's own line: what is left of a line when damage, framing and notices of repetition are taken off."""

from dataclasses import dataclass

from lyncphone_logs.syslog.damage import repair
from lyncphone_logs.syslog.framing import Framed, unframe
from lyncphone_logs.syslog.unwrap import repeats


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line as the phone may have written it: `text` from `framed.start` on, damage undone and named in `repairs`."""

    framed: Framed
    text: str
    count: int
    repairs: tuple[str, ...]

    @property
    def is_repeat_of_previous(self) -> bool:
        """A notice that stands for more of the message before it, without its text."""
        return self.count > 1 and not self.text


def own_line(text: str) -> OwnLine:
    """Undo damage and take the framing and the notice of a repetition off a line."""
    repaired, names = repair(text)
    framed = unframe(repaired)
    count, own = repeats(repaired[framed.start :])
    return OwnLine(framed, own or "", count, names)
