"""The event: one parsed line, one message over several lines, or one stated fact.

Names are those of RFC 5424 section 6 where it has one (hostname, facility, severity, app_name, procid).
"""

import copyreg
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from lyncphone_logs.notebook import shown

Value = str | int | float | bool | datetime | tuple[str, ...]

UNPARSED = "unparsed"
MESSAGE = "log.message"
LOST = "trace.lines_lost"
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""By number (RFC 5424 table 2)."""
NOTHING: Mapping[str, Value] = MappingProxyType({})
"""The fields of an event without fields."""


def frozen(fields: dict[str, Value]) -> MappingProxyType[str, Value]:
    """A read-only view of the fields, as events have it."""
    return MappingProxyType(fields)


_SEPARATORS = re.compile(r"[.:-]")


@cache
def normalize_mac(text: str) -> str:
    """A MAC address as twelve lower-case hexadecimal digits."""
    return _SEPARATORS.sub("", text).lower()


copyreg.pickle(MappingProxyType, lambda fields: (frozen, (dict(fields),)))


def family_of(kind: str) -> str:
    """The family of an event kind, its first word: `tls` of `tls.alert.received`."""
    return kind.partition(".")[0]


class Span(NamedTuple):
    """A range of bytes in the original file or archive member."""

    offset: int
    length: int


@shown("kind", "source", "line", "time", "phone", "fields", "message")
class Event(NamedTuple):
    """One piece of evidence.

    `time` is the phone's clock and `received` the collector's, both naive, as written. `time_utc` is set only if the
    zone is known. A line with only the collector's stamp has that as `time` too. `time_quality` is one of `exact`,
    `assumed-year`, `assumed-date`, `unset` (the clock was never set), `ambiguous` and `nonexistent` (in the stated
    zone), `uptime`, `collector`, `none`. `time_corrected` equals `time`; if the clock was unset, it is what the clock
    should have shown, or None if that is not known.

    `text` is the line in the file, decoded, without its line end. `message` is what follows the header. `marked` is the
    range of `message` that the fields of the kind cover, in characters. `repairs` names damage that was undone before
    parsing. `prefix` is the text before the phone's own line, without damage, if its framing is `unknown`. `derived`
    marks an additional event of a line, such as a clock that jumped there.
    """

    id: str
    kind: str
    source: str
    member: str = ""
    line: int = 0
    spans: tuple[Span, ...] = ()
    count: int = 1  # type: ignore[assignment]  # hides tuple.count, which events do not need
    fields: Mapping[str, Value] = NOTHING
    time: datetime | None = None
    time_utc: datetime | None = None
    time_raw: str = ""
    time_quality: str = "none"
    received: datetime | None = None
    time_corrected: datetime | None = None
    segment: int = 0
    sequence: int | None = None
    hostname: str | None = None
    facility: str | None = None
    severity: str | None = None
    app_name: str | None = None
    procid: str | None = None
    component: str | None = None
    level: str | None = None
    function: str | None = None
    source_line: int | None = None
    message: str = ""
    text: str = ""
    marked: tuple[int, int] | None = None
    repairs: tuple[str, ...] = ()
    grammar: str = ""
    framing: str = ""
    prefix: str = ""
    phone: str = ""
    boot: int = 0
    handshake: int | None = None
    derived: bool = False

    @property
    def family(self) -> str:
        """The family of the kind."""
        return family_of(self.kind)
