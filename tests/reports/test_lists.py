"""Lists of events, phones and unparsed shapes, word by word: cells of each format, widths, counts and the rest."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

import pytest

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.columns import COLUMNS
from lyncphone_logs.events.event import MESSAGE, Event, Span
from lyncphone_logs.reports.tables import (
    event_csv_lines,
    event_json_lines,
    event_table,
    phone_json_lines,
    phone_table,
    unparsed_json_lines,
    unparsed_markdown,
    unparsed_table,
)
from lyncphone_logs.trace.phone_list import PhoneEntry
from lyncphone_logs.trace.unparsed import UnparsedShape, UnparsedShapes

AT = datetime(2013, 7, 9, 12, 0, 1)


def made(**given: Any) -> Event:
    values: dict[str, Any] = {"id": "x", "kind": MESSAGE, "source": "x.log", "line": 1, "spans": (Span(0, 9),)}
    return Event(**values | given)


def csv_cell(message: str) -> str:
    """A message as CSV has it, between the cells next to it."""
    _, row = event_csv_lines([Batch.of([made(message=message, source_line=7, prefix="end")])])
    return row.partition(",7,")[2].removesuffix(",{},end")


# Events.


def test_the_table_of_events_has_a_heading_and_aligned_cells() -> None:
    first = made(line=7, time=AT, severity="info", component="SIP", kind="sip.register.sent", message="sent")
    second = made(line=1234567, time=AT.replace(microsecond=999_999), message="two\nlines \x1b ", kind="a.b")
    assert list(event_table([Batch.of([first]), Batch.of([second, made()])])) == [
        "   line time                severity component    kind                               message",
        "      7 2013-07-09 12:00:01 info     SIP          sip.register.sent                  sent",
        "1234567 2013-07-09 12:00:01 -        -            a.b                                two lines ␛",
        "      1 -                   -        -            log.message",
    ]


FULL = made(
    id="x.log@0", line=3, spans=(Span(5, 9), Span(20, 11)), phone="phone-1", boot=2, grammar="snom",
    framing="none", kind="dhcp.lease.obtained", count=4, time=AT, time_utc=AT.replace(hour=10), time_raw="Jul  9",
    time_quality="exact", received=AT.replace(microsecond=5), time_corrected=AT, segment=6, sequence=8, hostname="h",
    facility="user", severity="info", app_name="app", procid="77", component="NET", level="INFO", function="f",
    source_line=9, message="got it", fields=MappingProxyType({"address": "10.0.0.1;=1", "server": "\x9b"}),
    prefix="before",
)  # fmt: skip
FULL_CELLS = {
    "id": "x.log@0", "source": "x.log", "member": "", "line": 3, "offset": 5, "bytes": 20, "phone": "phone-1",
    "boot": 2, "grammar": "snom", "framing": "none", "kind": "dhcp.lease.obtained", "count": 4,
    "time": "2013-07-09T12:00:01.000000", "time_utc": "2013-07-09T10:00:01.000000", "time_raw": "Jul  9",
    "time_quality": "exact", "received": "2013-07-09T12:00:01.000005", "time_corrected": "2013-07-09T12:00:01.000000",
    "segment": 6, "sequence": 8, "hostname": "h", "facility": "user", "severity": "info", "app_name": "app",
    "procid": "77", "component": "NET", "level": "INFO", "function": "f", "source_line": 9, "message": "got it",
    "fields": '{"address": "10.0.0.1;=1", "server": "\\u009b"}', "prefix": "before",
}  # fmt: skip


def test_json_lines_have_each_column_and_a_time_has_six_digits_of_a_second() -> None:
    (lines,) = event_json_lines([Batch.of([FULL])])
    assert list(json.loads(lines).items()) == list(FULL_CELLS.items())


def test_json_lines_have_no_null() -> None:
    (lines,) = event_json_lines([Batch.of([made(id="y", time=None)])])
    found = json.loads(lines)
    assert (found["sequence"], found["source_line"]) == (-1, -1)
    assert (found["time"], found["time_utc"], found["severity"], found["component"]) == ("", "", "", "")
    assert None not in found.values()


def test_csv_has_each_column_and_guards_numbers_and_times_that_are_texts() -> None:
    heading, row = event_csv_lines([Batch.of([FULL])])
    assert heading == ",".join(COLUMNS)
    assert row == (
        "x.log@0,x.log,,3,5,20,phone-1,2,snom,'none,dhcp.lease.obtained,4,2013-07-09T12:00:01,"
        "2013-07-09T10:00:01,Jul  9,exact,2013-07-09T12:00:01.000005,2013-07-09T12:00:01,6,8,h,user,info,app,'77,NET,"
        'INFO,\'f,9,got it,"{""address"": ""10.0.0.1\\u003b=1"", ""server"": ""\\u009b""}",before'
    )
    _, row = event_csv_lines([Batch.of([made(id="y", time=None)])])
    assert row.count(",") == len(COLUMNS) - 1
    assert "None" not in row


@pytest.mark.parametrize("make", [event_csv_lines, event_json_lines])
def test_a_batch_is_one_string_and_an_empty_batch_is_none(make: Callable[[Iterable[Batch]], Iterator[str]]) -> None:
    one, other = made(message="first"), made(message="last")
    batches = [Batch.of([one, other]), Batch.of([]), Batch.of([one])]
    found = list(make(batches))[-2:]
    assert [each.count("\n") for each in found] == [1, 0]
    assert found[0].split("\n")[1] == found[0].split("\n")[0].replace("first", "last")
    assert found[0].split("\n")[0] == found[1]
    assert len(list(make([Batch.of([])]))) == (1 if make is event_csv_lines else 0)


def test_a_name_is_one_line_in_csv_and_a_message_is_not() -> None:
    event = made(id="a\nb", source="a\nb", phone="a\nb", message="a\nb", function="a\nb")
    _, rows = event_csv_lines([Batch.of([event])])
    assert rows.count("a␊b") == 3
    assert rows.count('"a\nb"') == 2


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("nonsense", "nonsense"),
        ("infinity", "'infinity"),
        ("INFINITY", "'INFINITY"),
        ("infinity ", "'infinity "),
        ("infinity  ", "'infinity  "),
        ("\t5", "'␉5"),
        ("=SUM(A1:A9)", "'=SUM(A1:A9)"),
        ("12 o'clock", "12 o'clock"),
        ("a word with 'quotes'", "a word with 'quotes'"),
        ("words with a tab\t", "words with a tab␉"),
        ("a list of; =1", "a list of; =1"),
        ("a list of;=1", "a list of;'=1"),
        ("a list on\n=1 lines", '"a list on\n\'=1 lines"'),
        ("many words\n;=1;\n-2", "\"many words\n;'=1;\n'-2\""),
        ("true\n", '"\'true\n"'),
        ("word\nword", '"word\nword"'),
        ("\n", '"\n"'),
        ("=", "'="),
        ("#N/A", "'#N/A"),
        ("#n/a n/a", "'#n/a n/a"),
        (".5", "'.5"),
        ("5.", "'5."),
        ("1_000", "'1_000"),
        ("0xFf", "'0xFf"),
        ("0xg", "0xg"),
        ("1e-5", "'1e-5"),
        ("1e", "1e"),
        ("9.7.2013", "'9.7.2013"),
        ("9/7/2013 at noon", "'9/7/2013 at noon"),
        ("9-7-2013x", "9-7-2013x"),
        ("12:30", "'12:30"),
        ("12:30:x", "'12:30:x"),
        ("12:3", "12:3"),
        (" 5 ", "' 5 "),
        (" ", " "),
        ("", ""),
        ("\u2028a", "\\u2028a"),
        ("t", "'t"),
        ("none at all", "none at all"),
    ],
)
def test_a_cell_has_one_guard_if_a_program_would_read_it_as_something_else(text: str, cell: str) -> None:
    assert csv_cell(text) == (f'"{cell}"' if "," in cell else cell)


# Phones.


def phone(**given: Any) -> PhoneEntry:
    values: dict[str, Any] = {"id": "phone-1", "basis": "host name"}
    return PhoneEntry(**values | given)


def rows(*phones: PhoneEntry) -> list[list[str]]:
    """The rows of the table of phones as their cells, by the columns of the heading."""
    heading, *lines = phone_table(phones)
    names = ("phone", "basis", "also", "device", "first", "last", "boots", "lines", "unparsed", "gaps", "read by")
    starts, at = [], 0
    for name in names:
        at = heading.index(name, at)
        starts.append(at)
    return [[line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)] for line in lines]


def test_the_table_of_phones_is_as_wide_as_its_cells_and_numbers_end_in_a_column() -> None:
    one = phone(
        identity={"mac": "00908F000001", "vendor": "AudioCodes", "firmware": "2.0.5"}, first=AT, boots=2,
        lines=12345678, unparsed=3, silences=1, longest=9000.0, lost=1, grammars=Counter(snom=1, yealink=20),
        aliases={"b": None, "c\x1b": None}, last=AT.replace(hour=15, microsecond=7),
    )  # fmt: skip
    two = phone(id="a phone with a long name", basis="file", lines=1)
    assert list(phone_table([one, two])) == [
        "phone                     basis      also   device                         first                last"
        "                 boots     lines  unparsed  gaps                             read by",
        "phone-1                   host name  b, c␛  AudioCodes 2.0.5 00908F000001  2013-07-09 12:00:01  "
        "2013-07-09 15:00:01      2  12345678         3  1 silence to 2.5 h, 1 line lost  yealink 20, snom 1",
        "a phone with a long name  file       -      -                              -                    -"
        "                        1         1         0  -                                -",
    ]


def test_no_phone_is_a_heading() -> None:
    assert list(phone_table([])) == ["phone  basis  also  device  first  last  boots  lines  unparsed  gaps  read by"]


@pytest.mark.parametrize(
    ("identity", "grammars", "device"),
    [
        ({}, {}, "-"),
        ({}, {"snom": 1}, "lines of daemons only"),
        ({"vendor": ""}, {"snom": 1}, "-"),
        ({"vendor": "snom"}, {"snom": 1}, "snom"),
        ({"model": "D785", "mac": "000413000001", "vendor": "snom", "firmware": "10"}, {}, "snom D785 10 000413000001"),
    ],
)
def test_the_device_of_a_phone(identity: dict[str, str], grammars: dict[str, int], device: str) -> None:
    (cells,) = rows(phone(identity=identity, grammars=Counter(grammars)))
    assert cells[3] == device


@pytest.mark.parametrize(
    ("silences", "longest", "lost", "gaps"),
    [
        (0, 0.0, 0, "-"),
        (2, 3600.0, 0, "2 silences to 1.0 h"),
        (0, 0.0, 5, "5 lines lost"),
        (1, 90_180.0, 2, "1 silence to 25.1 h, 2 lines lost"),
    ],
)
def test_the_gaps_of_a_phone(silences: int, longest: float, lost: int, gaps: str) -> None:
    (cells,) = rows(phone(silences=silences, longest=longest, lost=lost))
    assert cells[9] == gaps


def test_phones_as_json_have_the_same_keys_and_types_if_nothing_is_known() -> None:
    known = phone(
        identity={"vendor": "snom", "mac": "000413000001"}, first=AT, last=AT.replace(microsecond=7), boots=2, lines=9,
        unparsed=3, silences=1, longest=9000, lost=4, grammars=Counter(yealink=20, snom=1), aliases={"b": None},
    )  # fmt: skip
    first, second = map(json.loads, phone_json_lines([known, phone(id="p\x9b")]))
    assert list(first.items()) == [
        ("id", "phone-1"), ("basis", "host name"), ("is_phone", True), ("aliases", ["b"]), ("vendor", "snom"),
        ("model", ""), ("firmware", ""), ("mac", "000413000001"), ("first", "2013-07-09T12:00:01"),
        ("last", "2013-07-09T12:00:01.000007"), ("boots", 2), ("lines", 9), ("unparsed", 3), ("silences", 1),
        ("longest_silence", 9000.0), ("lost_lines", 4),
        ("grammars", [{"name": "snom", "lines": 1}, {"name": "yealink", "lines": 20}]),
    ]  # fmt: skip
    assert second == dict.fromkeys(("vendor", "model", "firmware", "mac", "first", "last"), "") | dict.fromkeys(
        ("lines", "unparsed", "silences", "lost_lines"), 0
    ) | {
        "id": "p\x9b", "basis": "host name", "is_phone": False, "aliases": [], "boots": 1, "longest_silence": 0.0,
        "grammars": [],
    }  # fmt: skip
    assert [type(value) for value in first.values()] == [type(second[name]) for name in first]


# Unparsed shapes.


def shapes(*counts: int, what: Literal["line", "message"] = "line") -> list[UnparsedShape]:
    """Shapes with these counts; the second and later ones are of a grammar, and the third and later of a component."""
    named = [("", ""), ("snom", ""), ("snom", "SIP")]
    return [
        UnparsedShape(what, *named[min(number, 2)], f"text {number}", "x.log", number + 5, count)
        for number, count in enumerate(counts)
    ]


def found(*each: UnparsedShape, others: int = 0) -> UnparsedShapes:
    """These shapes, as counted in batches."""
    made = UnparsedShapes()
    made.others = others
    made._found = {(str(number), "", ""): shape for number, shape in enumerate(each)}
    return made


LINES, MESSAGES = shapes(100, 20, 3), shapes(1, what="message")


def test_the_table_of_unparsed_shapes() -> None:
    assert list(unparsed_table(found(*LINES, *MESSAGES, others=1))) == [
        "Lines that no grammar matches: 123 lines, 3 shapes",
        "    100  x.log:5  text 0",
        "     20  x.log:6 (snom)  text 1",
        "      3  x.log:7 (snom SIP)  text 2",
        "Messages of unknown kind: 1 line, 1 shape",
        "      1  x.log:5  text 0",
        "1 more line of other shapes",
    ]
    assert list(unparsed_table(found())) == [
        "Lines that no grammar matches: 0 lines, 0 shapes",
        "Messages of unknown kind: 0 lines, 0 shapes",
    ]
    hostile = UnparsedShape("line", "", "", "a\x1b[2J", "x\n.log", 1, 2)
    assert list(unparsed_table(found(hostile)))[1] == "      2  x␊.log:1  a␛[2J"


@pytest.mark.parametrize(
    ("top", "listed", "rest"),
    [
        (None, 3, []),
        (3, 3, []),
        (9, 3, []),
        (2, 2, ["3 more lines in 1 more shape (--top 3 lists all)"]),
        (1, 1, ["23 more lines in 2 more shapes (--top 3 lists all)"]),
        (0, 0, ["123 more lines in 3 more shapes (--top 3 lists all)"]),
    ],
)
def test_only_the_most_frequent_shapes_of_each_kind_are_listed(top: int | None, listed: int, rest: list[str]) -> None:
    shown = found(*LINES, *shapes(5, 4, 3, what="message"))
    lines, messages = [100, 20, 3][:listed], [5, 4, 3][:listed]
    table = list(unparsed_table(shown, top))
    at = table.index("Messages of unknown kind: 12 lines, 3 shapes")
    assert [int(line.split()[0]) for line in table[1 : 1 + listed]] == lines
    assert table[1 + listed : at] == rest
    assert [int(line.split()[0]) for line in table[at + 1 : at + 1 + listed]] == messages
    assert [json.loads(line)["count"] for line in unparsed_json_lines(shown, top)] == lines + messages
    markdown = list(unparsed_markdown(shown, top))
    assert [line.split()[0] for line in markdown if line[0].isdigit() and "```" in line] == list(
        map(str, lines + messages)
    )
    assert [line for line in markdown if "--top" in line][:1] == rest


def test_unparsed_shapes_as_markdown_have_no_path() -> None:
    assert list(unparsed_markdown(found(*LINES[1:], *MESSAGES, others=2))) == [
        "## Lines that no grammar matches\n",
        "20 times, `snom`\n\n```text\ntext 1\n```\n",
        "3 times, `snom SIP`\n\n```text\ntext 2\n```\n",
        "## Messages of unknown kind\n",
        "1 time\n\n```text\ntext 0\n```\n",
        "2 more lines of other shapes",
    ]
    assert list(unparsed_markdown(found())) == []


def test_unparsed_shapes_as_json_lines() -> None:
    (line,) = unparsed_json_lines(found(LINES[2], others=2))
    assert list(json.loads(line).items()) == [
        ("what", "line"), ("grammar", "snom"), ("component", "SIP"), ("example", "text 2"), ("source", "x.log"),
        ("line", 7), ("count", 3),
    ]  # fmt: skip
