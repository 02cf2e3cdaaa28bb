"""SIP messages that a phone writes with one line per datagram, or with line ends in the datagrams."""

from collections.abc import Callable, Iterator
from itertools import zip_longest

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cut_messages import sip_messages
from support.paths import CORPUS

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.event import UNPARSED, Event
from lyncphone_logs.parsing.reader import Reader, anchor_of
from lyncphone_logs.parsing.sip import sip_fields
from lyncphone_logs.sources.source import InMemorySource
from lyncphone_logs.sources.window import Window

GRAMMARS = read_catalog().grammars


class Windowed(InMemorySource):
    """Text that is read in windows of a given size."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text, "lines")
        self._size = size

    def windows(self, size: int = 0) -> Iterator[Window]:
        return super().windows(self._size)


def read(lines: list[str], size: int = 65536) -> list[Event]:
    source = Windowed("\n".join([*lines, ""]), size)
    reader = Reader(source, GRAMMARS, anchor_of(source, 2024))
    events = list(reader.events())
    covered = sorted(place for event in events for span in event.spans for place in range(span.offset, sum(span)))
    assert len(covered) == len(set(covered)) == source.bytes - reader.separator_bytes
    return events


def as_yealink(text: str, host: str, process: int) -> list[str]:
    """One line per datagram; the collector strips the line ends."""
    return [f"Dec 30 18:54:05 {host} syslog[{process}]: {line}" for line in text.split("\r\n")[:-1]]


def as_new_yealink(text: str, host: str, process: int) -> list[str]:
    return [
        f"Dec 30 18:54:05 {host} sua [{process}.{process}]: DLG <6+info  > [255] {line}"
        for line in text.split("\r\n")[:-1]
    ]


def as_grandstream(text: str, host: str, process: int) -> list[str]:
    """A dated line, then datagrams of three lines each, with their line ends."""
    header = f"<15> HT801 [c0:74:ad:00:00:{process:02x}] [1.0.49.2] GS_ATA: USER.DEBUG  "
    lines = text.split("\r\n")[:-1]
    chunks = ["\n".join(lines[at : at + 3]) for at in range(0, len(lines), 3)]
    return [f"{header}1704000000.{process:06d} Transmitting (to {host}:5060):", *(header + chunk for chunk in chunks)]


WAYS = [as_yealink, as_new_yealink, as_grandstream]
Way = Callable[[str, str, int], list[str]]


def fields_of(event: Event) -> dict[str, object]:
    return {name: value for name, value in event.fields.items() if name not in ("fragment", "user_agent")}


def expected(text: str) -> dict[str, object]:
    return {name: value for name, value in sip_fields(text).items() if name not in ("fragment", "user_agent")}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@given(first=sip_messages(), second=sip_messages())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.sampled(3)
def test_messages_of_two_phones_are_joined_line_by_line(way: Way, first: str, second: str) -> None:
    pairs = zip_longest(way(first, "192.0.2.11", 11), way(second, "192.0.2.12", 12))
    lines = [part for pair in pairs for line in pair if line is not None for part in line.split("\n")]
    found = [event for event in read(lines) if event.kind.startswith("sip.")]
    assert [event for event in read(lines) if event.kind == UNPARSED] == []
    assert sorted(str(sorted(fields_of(event).items())) for event in found) == sorted(
        str(sorted(expected(text).items())) for text in (first, second)
    )


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@given(text=sip_messages(), size=st.integers(1, 900))
@settings(max_examples=15, deadline=None)
@pytest.mark.sampled(3)
def test_the_size_of_the_window_makes_no_difference(way: Way, text: str, size: int) -> None:
    lines = ["what nobody knows", *"\n".join(way(text, "192.0.2.11", 7)).split("\n"), "Nor: this", "nor this"]
    assert read(lines, size) == read(lines)


HT801 = "<15> HT801 [c0:74:ad:00:00:20] [1.0.49.2] GS_ATA: USER.DEBUG  "


def test_a_datagram_without_a_time_has_that_of_the_entry_that_it_continues() -> None:
    lines = [f"{HT801}1704000000.100000 Transmitting:", f"{HT801}REGISTER sip:contoso.com SIP/2.0", "Call-ID: 7@x"]
    dated, request = read(lines)
    assert request.kind == "sip.request"
    assert request.fields["call_id"] == "7@x"
    assert request.time == dated.time
    assert read([lines[1]])[0].time is None


def test_a_line_of_another_program_ends_a_datagram() -> None:
    events = read([f"{HT801}1704000000.100000 Transmitting:", "sshd[5]: Accepted password", "To: nobody"])
    assert [event.kind for event in events] == ["log.message", UNPARSED, UNPARSED]


def test_headers_without_a_message_before_them_are_no_lines_of_a_yealink_phone() -> None:
    assert [event.kind for event in read(["Dec 30 18:54:05 192.0.2.61 syslog[429]: Via: SIP/2.0/UDP 192.0.2.61"])] == [
        UNPARSED
    ]


def test_another_process_of_the_phone_does_not_end_its_message() -> None:
    start = "Dec 30 18:54:05 192.0.2.61 syslog["
    events = read(
        [
            f"{start}429]: BYE sip:1@contoso.com SIP/2.0",
            f"{start}409]: [0408] 2030720408 IdleScreen::IdleOnReceiveMSG[0][0]",
            f"{start}429]: CSeq: 3 BYE",
        ]
    )
    assert [event.kind for event in events] == ["sip.request", "log.message"]
    assert events[0].fields["cseq"] == 3


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus of real lines")
def test_each_line_of_a_real_handy_tone_belongs_to_its_datagram() -> None:
    events = read((CORPUS / "field" / "049.log").read_text(encoding="utf-8").split("\n"))
    assert [event.line for event in events if event.kind == UNPARSED or event.time is None] == []


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus of real lines")
def test_a_real_message_of_a_yealink_phone_is_one_event() -> None:
    text = (CORPUS / "field" / "016.log").read_text(encoding="utf-8")
    events = read(text.replace("#015", "").replace("#033[0m", "").split("\n"))
    assert [event.line for event in events if event.kind == UNPARSED] == []
    (bye,) = [event for event in events if event.kind == "sip.request"]
    assert (bye.fields["method"], bye.fields["cseq"], len(bye.spans)) == ("BYE", 3, 7)
