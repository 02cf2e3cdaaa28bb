"""What `explain --line` prints: the framing and the grammar that read a line, each field, or where matching stopped."""

from collections.abc import Iterator, Sequence

from lyncphone_logs.grammar import Grammar
from lyncphone_logs.own_line import OwnLine, own_line
from lyncphone_logs.reports.visible import visible


def render_line(line: str, grammars: Sequence[Grammar]) -> Iterator[str]:
    """Lines of text; every grammar is asked."""
    own = own_line(line)
    yield visible(line)
    yield from _framing(own)
    for grammar in grammars:
        yield from _read(own.text, grammar)


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


def _read(text: str, grammar: Grammar) -> Iterator[str]:
    reading = grammar.read(text)
    if reading is None:
        place, expected = grammar.stopped_at(text)
        yield f"grammar   {grammar.name}: does not read this line"
        yield f"  {visible(text)}"
        yield f"  {' ' * len(visible(text[:place]))}^ stopped here: {visible(expected)}"
        return
    yield f"grammar   {grammar.name} ({grammar.vendor})"
    for name, value in reading.header.items():
        yield f"  {name:14} {visible(value)}"
    yield f"kind      {reading.kind}"
    for name, field in reading.fields.items():
        yield f"  {name:14} {visible(str(field))}"
