"""What `explain --line` prints: the framing and the grammar that read a line, each field, or where matching stopped."""

from collections.abc import Iterator, Sequence

from lyncphone_logs.grammar.grammar import Grammar, Reading
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.syslog.own_line import OwnLine, own_line


def render_line(line: str, grammars: Sequence[Grammar]) -> Iterator[str]:
    """Lines of text; every grammar is asked, those that read it first, then those that came furthest."""
    own = own_line(line)
    yield visible(line)
    yield from _framing(own)
    readings = [(grammar, grammar.read(own.text)) for grammar in grammars]
    for grammar, reading in readings:
        if reading:
            yield from _read(grammar, reading)
    refused = [(grammar.name, *grammar.stopped_at(own.text)) for grammar, reading in readings if not reading]
    for name, place, expected in sorted(refused, key=lambda each: (-each[1], each[0])):
        yield f"grammar   {name}: does not read this line"
        yield f"  {visible(own.text)}"
        yield f"  {' ' * len(visible(own.text[:place]))}^ expected here: {visible(expected)}"


def _framing(own: OwnLine) -> Iterator[str]:
    framed = own.framed
    yield f"framing   {framed.framing}"
    for name in ("facility", "severity", "hostname", "app_name", "procid", "stamp", "received"):
        if value := getattr(framed, name):
            yield f"  {name:14} {visible(value)}"
    if own.repairs:
        yield f"repaired  {', '.join(own.repairs)}"
    if own.count > 1:
        yield f"repeated  {own.count} times"


def _read(grammar: Grammar, reading: Reading) -> Iterator[str]:
    yield f"grammar   {grammar.name} ({grammar.vendor})"
    for name, value in reading.header.items():
        yield f"  {name:14} {visible(value)}"
    yield f"kind      {reading.kind}"
    for name, field in reading.fields.items():
        yield f"  {name:14} {visible(str(field))}"
