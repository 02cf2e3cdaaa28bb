"""What values show at the Python prompt and in Jupyter: short, complete, and escaped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from html.parser import HTMLParser
from typing import Any, NamedTuple

import pytest
from support.paths import FIXTURES, FOUNDING

import lyncphone_logs as lp
from lyncphone_logs.api import explain
from lyncphone_logs.diagnosis import findings
from lyncphone_logs.events.event import Event
from lyncphone_logs.notebook import MAX_CELL_ITEMS, MAX_REPR_CHARACTERS, html_table, printable, shown

EVIL = "<script>alert(1)</script>\x1b[31m\u202e\x9b"
STORIES = sorted(FIXTURES.glob("*/*/trace.log"))


@shown()
@dataclass(frozen=True, slots=True)
class Sample:
    """A value with a field of each sort."""

    text: str
    numbers: tuple[int, ...] = ()
    events: tuple[Event, ...] = ()
    event: Event | None = None
    pairs: dict[str, str] = field(default_factory=dict)
    share: float = 0.5


@shown("text")
class Pair(NamedTuple):
    """A named tuple of which one field is shown."""

    text: str
    number: int


def event(text: str = "m", source: str = "t.log") -> Event:
    return Event("t:0", "log.message", source, line=1, message=text)


def tags(html: str) -> list[str]:
    found: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            found.append(tag)

    Parser().feed(html)
    return found


def test_a_repr_names_the_filled_fields() -> None:
    value = Sample("a", (1, 2), (event(), event()), event(), {"k": "v"})
    assert repr(value) == "Sample(text='a', numbers=(1, 2), events=<2>, event=t.log:1, pairs={'k': 'v'}, share=0.5)"
    assert repr(Sample("a")) == "Sample(text='a', share=0.5)"
    assert repr(Pair("a", 1)) == "Pair(text='a')"


@pytest.mark.parametrize("size", [0, 10, 100, 1000, 100_000])
def test_a_repr_is_short_and_printable_whatever_it_holds(size: int) -> None:
    many = tuple(event(EVIL * size, source=EVIL * size) for _ in range(3))
    for value in (Sample(EVIL * size, (1,) * size, many, many[0], {EVIL: EVIL * size}), Pair(EVIL * size, 1), many[0]):
        assert len(repr(value)) <= MAX_REPR_CHARACTERS
        assert repr(value).isprintable()


def test_a_table_has_all_fields_and_no_markup_of_the_trace() -> None:
    value = Sample(EVIL + "\nsecond", (1, 2), (event(EVIL, source=EVIL),) * 50, event(EVIL), {EVIL: EVIL})
    html = html_table(value)
    assert set(tags(html)) == {"table", "caption", "tbody", "tr", "th", "td", "br"}
    assert html.count("<tr>") == 6
    assert html.isprintable()
    assert "&lt;script&gt;" in html
    assert f"… {50 - MAX_CELL_ITEMS} more" in html


def test_what_does_not_print_is_escaped() -> None:
    assert printable('it\'s "x"\n\x1b\u202e\ud800') == 'it\'s "x"\\n\\x1b\\u202e\\ud800'


def test_public_values_are_short_at_the_prompt() -> None:
    trace = lp.read_trace(*STORIES, firmware="2.0.5", year=2013)
    report = lp.diagnose(trace)
    values = [trace, report, *trace.events(), *trace.inputs, trace.catalog, *trace.catalog.grammars]
    values += [*trace.catalog.rules, *report.facts]
    assert [each for each in map(repr, values) if len(each) > MAX_REPR_CHARACTERS or not each.isprintable()] == []
    assert repr(lp.read_trace(FOUNDING)) == f"Trace({str(FOUNDING)!r})"
    assert repr(lp.diagnose(FOUNDING)).startswith("Report(1 input, 1 phone: TLS001 likely")
    (line,) = lp.read_trace(FOUNDING).events()
    assert repr(line).startswith("Event(kind='tls.server_certificate.rejected', source=")
    assert repr(trace.catalog.rule("TLS001")).startswith("Rule(code='TLS001', name='signature-algorithm-unsupported'")


def test_findings_are_short_at_the_prompt() -> None:
    trace = lp.read_trace(*STORIES, certificate=FIXTURES / "certificates" / "chain-sha256.pem", year=2013)
    report = lp.diagnose(trace)
    rule = trace.catalog.rule("TLS001")
    assert rule is not None
    found = [value for name in dir(findings) for value in [getattr(findings, name)] if is_dataclass(value)]
    own = {value for value in found if value.__module__ == findings.__name__} - {findings.Findings}
    nested = _nested((*report.phones, *report.inputs, *explain(trace, rule)))
    values = [value for value in nested if type(value) in own]
    assert {type(value) for value in values} >= own - {findings.Fix, findings.Failure, findings.SharedFault}
    assert [each for each in map(repr, values) if len(each) > MAX_REPR_CHARACTERS or not each.isprintable()] == []
    assert all(html_table(value) == value._repr_html_() for value in values[:100])
    assert all(hasattr(cls, "_repr_html_") for cls in own)


def _nested(values: Iterable[Any]) -> Iterator[Any]:
    """The dataclasses among the values, and in their fields."""
    for value in values:
        if is_dataclass(value):
            yield value
            yield from _nested(getattr(value, each.name) for each in fields(value))
        elif type(value) is tuple:
            yield from _nested(value)


def test_values_have_a_table_in_jupyter() -> None:
    report = lp.diagnose(FOUNDING)
    (line,) = lp.read_trace(FOUNDING).events()
    values: list[Any] = [line, report.diagnoses[0].rule]
    assert all("<table" in value._repr_html_() for value in values)
