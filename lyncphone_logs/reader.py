"""Lines of one source become events: repaired, framing taken off, read by a grammar, continuations joined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lyncphone_logs.clock import Anchor, read_stamp
from lyncphone_logs.event import UNPARSED, Event, Span
from lyncphone_logs.framing import Framed, repeats, unframe
from lyncphone_logs.grammar import Grammar, Reading
from lyncphone_logs.repair import repair
from lyncphone_logs.source import Line, Source

LONGEST_NUMBER = 9
"""Digits of a source line that are taken for a number."""
MOST_CONTINUATIONS = 200
"""Indented lines that are joined to the event before them; what follows is unparsed, so that memory stays bounded."""


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


def own_line(text: str, repairs: Sequence[str] = ()) -> OwnLine:
    """Undo damage and take the framing and the notice of a repetition off a line."""
    repaired, names = repair(text)
    framed = unframe(repaired)
    count, own = repeats(repaired[framed.start :])
    return OwnLine(framed, own or "", count, (*repairs, *names))


class Reader:
    """Reads one source. `blank_bytes` are those of lines that hold only blanks; `assumed` tells of stamps completed."""

    def __init__(self, source: Source, grammars: Sequence[Grammar], anchor: Anchor) -> None:
        self.source = source
        self.anchor = anchor
        self.blank_bytes = 0
        self.assumed = False
        self._grammars = list(grammars)
        self._last: Event | None = None

    def events(self) -> Iterator[Event]:
        """The events of the source in order; spans cover every byte but line ends and blank lines."""
        pending: Event | None = None
        for line in self.source:
            if not line.text.strip():
                self.blank_bytes += line.length
                continue
            event = self._event(line)
            if pending and _continues(pending, event):
                pending = _joined(pending, event)
                continue
            if pending:
                yield pending
            pending = event
        if pending:
            yield pending

    def _event(self, line: Line) -> Event:
        own = own_line(line.text, line.repairs)
        event = self._stamped(line, own)
        if own.is_repeat_of_previous and self._last and self._last.hostname == event.hostname:
            return _repeated(event, self._last)
        for grammar in self._grammars:
            reading = grammar.read(own.text)
            if reading is not None:
                self._prefer(grammar)
                self._last = _understood(event, grammar, reading)
                return self._last
        return event

    def _prefer(self, grammar: Grammar) -> None:
        if self._grammars[0] is not grammar:
            self._grammars.remove(grammar)
            self._grammars.insert(0, grammar)

    def _stamped(self, line: Line, own: OwnLine) -> Event:
        framed = own.framed
        received = read_stamp(framed.received, self.anchor) if framed.received else None
        # The collector's date on the same line says more about the phone's year than that of the file.
        is_dated = received is not None and received.quality == "exact"
        anchor = Anchor(received.time, "collector") if received and is_dated else self.anchor
        reading = read_stamp(framed.stamp, anchor) if framed.stamp else None
        self.assumed |= not is_dated and any(
            each and each.quality.startswith("assumed") for each in (reading, received)
        )
        is_collectors = framed.stamp_owner == "collector" and reading and reading.time
        return Event(
            id=f"{self.source.path}:{line.offset}",
            kind=UNPARSED,
            source=self.source.path,
            line=line.number,
            spans=(Span(line.offset, line.length),),
            count=own.count,
            time=reading.time if reading else None,
            time_utc=reading.utc if reading else None,
            time_raw=framed.stamp,
            time_quality="collector" if is_collectors else reading.quality if reading else "none",
            received=received.time if received else None,
            hostname=framed.hostname,
            facility=framed.facility,
            severity=framed.severity,
            app_name=framed.app_name,
            procid=framed.procid,
            message=own.text,
            text=line.text,
            repairs=own.repairs,
            framing=framed.framing,
        )


def _repeated(event: Event, last: Event) -> Event:
    return replace(
        event,
        kind=last.kind,
        fields=last.fields,
        component=last.component,
        grammar=last.grammar,
        message=last.message,
    )


def _understood(event: Event, grammar: Grammar, reading: Reading) -> Event:
    header = reading.header
    level = header.get("level")
    source_line = header.get("source_line", "")
    return replace(
        event,
        kind=reading.kind,
        fields=reading.fields,
        marked=reading.marked,
        grammar=grammar.name,
        severity=event.severity or grammar.levels.get((level or "").upper()),
        app_name=header.get("app_name") or event.app_name,
        procid=header.get("procid") or event.procid,
        component=header.get("component"),
        level=level,
        function=header.get("function"),
        source_line=int(source_line) if 0 < len(source_line) <= LONGEST_NUMBER else None,
        message=header.get("message", "").rstrip(),
    )


def _continues(pending: Event, event: Event) -> bool:
    is_bare = event.kind == UNPARSED and event.framing == "none" and event.text[0] in " \t"
    return is_bare and len(pending.spans) <= MOST_CONTINUATIONS


def _joined(pending: Event, event: Event) -> Event:
    spans = (*pending.spans, *event.spans)
    return replace(
        pending, spans=spans, message=f"{pending.message}\n{event.message}", text=f"{pending.text}\n{event.text}"
    )


def anchor_of(source: Source, year: int) -> Anchor:
    """What stamps without a year are completed from: the stated year, else the time of the file."""
    if year:
        return Anchor(datetime(year, 12, 31, 23, 59, 59), "--year")
    return Anchor(source.modified, "file time" if source.modified else "")
