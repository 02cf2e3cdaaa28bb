"""Messages over several lines and datagrams are reassembled; the library `sipmessage` is the oracle of their fields."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sipmessage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cut_messages import WAYS, as_cisco, as_datagrams, as_snom, as_viewer, cut, interleaved, sip_messages
from support.paths import ROOT

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.grammar.multiline_spec import MAX_EVENT_LINES
from lyncphone_logs.parsing.reader import Reader, anchor_of
from lyncphone_logs.sources.source import InMemorySource, Source
from lyncphone_logs.sources.window import Window
from lyncphone_logs.trace import parallel
from lyncphone_logs.trace.parallel import slices_of

GRAMMARS = read_catalog().grammars
Way = Callable[[str, list[int], str, int], list[str]]
HOSTS = ("192.0.2.11", "192.0.2.12")


class Windowed(InMemorySource):
    """Text that is read in windows of a given size."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text, "cut")
        self._size = size

    def windows(self, size: int = 0) -> Iterator[Window]:
        return super().windows(self._size)


def read(lines: list[str], size: int = 65536) -> list[Event]:
    source = Windowed("\n".join([*lines, ""]), size)
    reader = Reader(source, GRAMMARS, anchor_of(source, 2021))
    events = list(reader.events())
    covered = sorted(place for event in events for span in event.spans for place in range(span.offset, sum(span)))
    assert len(covered) == len(set(covered)) == source.bytes - reader.separator_bytes
    return events


def sip_of(events: list[Event]) -> list[Event]:
    return [event for event in events if event.kind.startswith("sip.")]


def of_oracle(text: str) -> dict[str, Value]:
    """What sipmessage finds in a message, by our names."""
    message = sipmessage.Message.parse(text.encode())
    assert message.cseq
    assert message.from_address
    assert message.to_address
    assert message.call_id
    fields: dict[str, Value] = {
        "call_id": message.call_id,
        "cseq": message.cseq.sequence,
        "cseq_method": message.cseq.method,
        "from_uri": str(message.from_address.uri),
        "to_uri": str(message.to_address.uri),
        "contact": str(message.contact[0].uri),
        "via_branch": str(message.via[0].parameters["branch"]),
        "expires": int(message.expires or 0),
        "user_agent": str(message.user_agent),
    }
    if isinstance(message, sipmessage.Request):
        return fields | {"method": message.method, "request_uri": str(message.uri)}
    assert isinstance(message, sipmessage.Response)
    return fields | {"status_code": message.code, "reason_phrase": message.phrase}


def without_sdp(event: Event) -> dict[str, Value]:
    session = {"media", "media_address", "crypto", "ice"}
    return {name: value for name, value in event.fields.items() if name not in session}


PLACES = st.lists(st.integers(0, 2000), max_size=4)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@given(first=sip_messages(), second=sip_messages(), places=PLACES, seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_cut_and_interleaved_messages_have_the_fields_of_the_oracle(
    way: Way, first: str, second: str, places: list[int], seed: int
) -> None:
    several = [way(first, places, HOSTS[0], 40), way(second, places, HOSTS[1], 41)]
    lines = several[0] + several[1] if way is as_snom else interleaved(several, seed)
    found = [sorted(without_sdp(event).items()) for event in sip_of(read(lines))]
    assert sorted(found) == sorted(sorted(of_oracle(text).items()) for text in (first, second))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@given(text=sip_messages(), places=PLACES)
@settings(max_examples=5, deadline=None)
def test_the_size_of_the_window_makes_no_difference(way: Way, text: str, places: list[int]) -> None:
    lines = ["what nobody knows", *way(text, places, HOSTS[0], 7), "nor this"]
    whole = read(lines)
    for size in (1, 7, 100, 700):
        assert read(lines, size) == whole


@given(text=sip_messages(), places=st.lists(st.integers(1, 2000), min_size=1, max_size=4), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("way", [as_datagrams, as_cisco], ids=lambda way: way.__name__)
def test_pieces_may_come_in_any_order(way: Way, text: str, places: list[int], seed: int) -> None:
    blocks = [line.split("\n") for line in "\n".join(way(text, places, HOSTS[0], 40)).replace("\n\t", "\0").split("\n")]
    random.Random(seed).shuffle(blocks)
    lines = [line for block in blocks for line in "\n".join(block).replace("\0", "\n\t").split("\n")]
    (found,) = [sorted(without_sdp(event).items()) for event in sip_of(read(lines))]
    assert found == sorted(of_oracle(text).items())
    assert read(lines, 50) == read(lines)


MESSAGE = "SIP/2.0 200 OK\r\nCall-ID: 7f3a\r\nCSeq: 1 REGISTER\r\nServer: RTC/6.0\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_message_that_lost_a_datagram_is_a_fragment(missing: int) -> None:
    lines = as_datagrams(MESSAGE, [16, 30, 50], HOSTS[0], 40)
    (event,) = sip_of(read([*lines[:missing], *lines[missing + 1 :]]))
    assert event.fields["fragment"] is True
    assert ("call_id" in event.fields) is (missing > 1)


def test_a_message_continues_only_with_the_next_number_of_its_session() -> None:
    first, second = as_datagrams(MESSAGE, [30], HOSTS[0], 40)
    for change in (("[S=41]", "[S=42]"), ("0a1b2c:7:55", "0a1b2c:7:56"), (HOSTS[0], HOSTS[1]), ("]  ", "]  (N 9) ")):
        events = read([first, second.replace(*change)])
        assert [len(event.spans) for event in events] == [1, 1], change


def test_an_open_message_is_returned_after_the_largest_number_of_lines() -> None:
    first, second = as_datagrams(MESSAGE, [30], HOSTS[0], 40)
    noise = [f"nobody knows {number}" for number in range(MAX_EVENT_LINES)]
    assert len(sip_of(read([first, *noise[:-2], second]))[0].spans) == 2
    assert len(sip_of(read([first, *noise, second]))[0].spans) == 1


def test_each_message_of_a_datagram_is_an_event_with_the_header_of_the_datagram() -> None:
    line = (
        "10:44:11.299  192.0.2.9  local0.notice  [S=5] [SID=0a1b2c:7:55]  (N 1) café a=1 #012(N 2) b #012 (N 3) c "
        "#012(N 4) d [Time:10-09@09:42:56.938]"
    )
    events = read([line])
    assert [event.message for event in events] == ["café a=1", "b", "c", "d"]
    assert {(event.sequence, event.hostname, event.procid, str(event.time)) for event in events} == {
        (5, "192.0.2.9", "0a1b2c:7:55", "2021-09-10 09:42:56.938000")
    }
    data = line.encode()
    pieces = [data[event.spans[0].offset : sum(event.spans[0])].decode() for event in events]
    assert "".join(pieces) == line
    assert pieces[1:3] == ["#012(N 2) b ", "#012 (N 3) c "]


def test_indented_messages_of_a_datagram_have_its_sender_number_and_stamp() -> None:
    blank = " " * 79
    head = "10:44:11.299  192.0.2.9  local0.notice  [S=5] [SID=0a1b2c:7:55]  (N 1) a"
    lines = [head, f"{blank}(N 2) b", f"{blank}more of b", f"{blank}(N 3) c", f"{blank}[Time:10-09@09:42:56.938]"]
    events = read(lines)
    assert [event.message for event in events] == ["a", "b\nmore of b", "c"]
    assert {
        (event.sequence, event.hostname, event.severity, str(event.time), str(event.received)) for event in events
    } == {(5, "192.0.2.9", "notice", "2021-09-10 09:42:56.938000", "2021-12-31 10:44:11.299000")}
    assert read(lines, 1) == events


def test_a_message_cut_by_kiwi_continues_after_the_repeated_prefix() -> None:
    kiwi = "2021-09-10 09:42:56\tUser.Debug\t192.0.2.9\tHT702 [00:0B:82:00:00:01] [1.0.1.35]"
    other = kiwi.replace("192.0.2.9", "192.0.2.8")
    lines = [
        f"{kiwi} SIP/2.0 403 Forbidden",
        f"{other} SIPStack::f text",
        f"{kiwi} Call-ID: 7f3a",
        f"{kiwi} CSeq: 2 REGISTER Content-Len",
        f"{kiwi} gth: 0",
        f"{kiwi}:SigCtrl::end over",
        f"{kiwi} not of it",
    ]
    events = read(lines)
    assert [len(event.spans) for event in events] == [4, 1, 1, 1]
    assert events[0].kind == "sip.register.failed"
    assert (events[0].fields["call_id"], events[0].fields["cseq"]) == ("7f3a", 2)


EMCC = """\
5850 DEB Mar 09 18:32:45.419807 (618:927) JAVA-sipio-sent---> REFER sip:192.168.7.200 SIP/2.0^M
\tCall-ID: c80084aa-87430006-1a48a291-451dd0ff@192.168.7.104^M
\tContent-Length: 80^M
\t^M
\t<?xml version="1.0" encoding="UTF-8"?>
\t<x-cisco-alarm>
\t<Alarm Name="DeviceT
5851 DEB Mar 09 18:32:45.420021 (618:927) JAVA-LInfo">
\t</x-cisco-alarm>
5852 DEB Mar 09 18:32:45.420173 (618:927) JAVA-::End-Of-Sip-Message::
5853 DEB Mar 09 18:32:45.420295 (618:927) JAVA-SIPCC-SIP_TRANS: sipTransportSendMessage: Starting reTx timer
"""
"""Cisco TAC article 214535, without most lines of the message; the Content-Length is adapted."""


def test_a_real_message_of_a_cisco_phone_is_one_event() -> None:
    request, after = read(EMCC.split("\n"))
    assert (request.kind, request.fields["method"], len(request.spans)) == ("sip.request", "REFER", 10)
    assert '<Alarm Name="DeviceTLInfo">\n</x-cisco-alarm>' in request.message
    assert "fragment" not in request.fields
    assert after.message == "Starting reTx timer"


@pytest.mark.parametrize("way", [as_datagrams, as_cisco, as_snom, as_viewer], ids=lambda way: way.__name__)
@pytest.mark.slow
def test_slices_for_several_processes_contain_the_same_messages(way: Way, tmp_path: Path) -> None:
    noise = [f"Jul  9 12:00:01 10.1.2.3 voip_task[1]: CC: INFO - x {number}" for number in range(2500)]
    several = [way(MESSAGE, [30, 50], HOSTS[0], 40 + 10 * number) for number in range(3)]
    lines = [*noise, *several[0], *noise, *several[1], *noise, *several[2], *noise]
    path = tmp_path / "trace.log"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "SCAN_BYTES", 1000)
        found = list(slices_of(Source(str(path)), 20_000, GRAMMARS))
    assert len(found) > 4
    events = [event for part in found for event in Reader(part, GRAMMARS, anchor_of(part, 2021)).events()]
    assert events == list(Reader(Source(str(path)), GRAMMARS, anchor_of(Source(str(path)), 2021)).events())
    assert [event.kind for event in sip_of(events)] == ["sip.register.succeeded"] * 3


def test_a_file_with_complete_sip_messages_can_be_sliced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trace.log"
    path.write_text("local7.info voip_task[440]: SIP : INFO - {f():1} SIP/2.0 200 OK\n" * 500, encoding="utf-8")
    monkeypatch.setattr(parallel, "SCAN_BYTES", 1000)
    assert len(list(slices_of(Source(str(path)), 5000, GRAMMARS))) > 4


STORIES = [
    line
    for story in sorted(ROOT.glob("fixtures/*/*/trace.log"))
    for line in story.read_text(encoding="utf-8").split("\n")
]


def mixed(seed: int) -> list[str]:
    """Messages of several senders in pieces, among lines of all families; some swapped, some lost."""
    chance = random.Random(seed)
    lines: list[str] = []
    for _ in range(chance.randrange(1, 7)):
        places = [chance.randrange(200) for _ in range(chance.randrange(4))]
        lines += chance.choice(WAYS)(MESSAGE, places, chance.choice(HOSTS), chance.choice([5, 6, 40, 9998]))
        lines += chance.sample(STORIES, chance.randrange(4))
        lines += chance.choice([[], ["", "  x"], ["nobody"], ["   (N 4) x #012(N 5) y"]])
    for _ in range(chance.randrange(6)):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return [line for line in lines if chance.random() > 0.05] or ["x"]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.sampled(2)
def test_mixed_lines_put_each_byte_into_one_event_for_every_window(seed: int) -> None:
    lines = mixed(seed)
    whole = read(lines)
    for size in (1, 150, 2000):
        assert read(lines, size) == whole


@pytest.mark.parametrize(
    "remark",
    [
        " ##### 09:31:57 || here it fails",
        "   // from here on",
        "\t<<<< look",
        " ***** second try *****",
        " >>> SIP",
        " ===",
    ],
)
def test_a_remark_of_a_reader_is_a_line_of_its_own(remark: str) -> None:
    line = "101 NOT Nov 29 09:31:57.600001 (346:1810) GHTTP-one"
    events = read([line, "", remark, line.replace("101", "102"), ""])
    assert [event.message for event in events] == ["one", remark, "one"]
    assert [event.kind for event in events] == ["log.message", "unparsed", "log.message"]


def viewer(pieces: list[str], width: int) -> list[str]:
    """Datagrams of a border controller as its viewer writes them, in columns of this width."""
    marker = "(N 1)  ---- Incoming SIP Message from 192.0.2.75:5061 to SIPInterface #1 (T) TLS TO(#1) SocketID(2) ---- "
    lines: list[str] = []
    for number, piece in enumerate([f"{marker}\n{pieces[0]}", *pieces[1:]]):
        first, *more = f"{piece} [Time:10-09@09:42:56.10{number}]".split("\n")
        lines.append(f"10:44:11.299  192.0.2.11  local0.notice  [S={7 + number}] [SID=0a1b2c:7:55]  {first}")
        lines += [f"{' ' * width}{line}" for line in more]
    return lines


@pytest.mark.parametrize("width", [79, 89, 100])
@given(places=st.lists(st.integers(1, 10_000), max_size=4))
@pytest.mark.sampled(3)
def test_a_body_cut_anywhere_is_joined_in_columns_of_any_width(width: int, places: list[int]) -> None:
    sdp = "v=0\nc=IN IP4 192.0.2.9\nm=audio 4000 RTP/SAVP 8\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAABBBB\n"
    body = f"{sdp}a=rtpmap:8 PCMA/8000\na=candidate:1 1 UDP 1 192.0.2.9 4000 typ host\na=ptime:20\n"
    head = "INVITE sip:a@b SIP/2.0\nCall-ID: 7\nCSeq: 1 INVITE\nContent-Type: application/sdp\n"
    text = f"{head}Content-Length: {len(body) + body.count(chr(10))}\n\n"
    (event,) = read(viewer(cut_after(text, body, places), width))
    assert event.kind == "sip.request"
    expected: dict[str, Value] = {
        "media": ("audio 4000 RTP/SAVP 8",), "codecs": ("PCMA",), "crypto": True, "ice": True, "call_id": "7",
    }  # fmt: skip
    assert {name: event.fields.get(name) for name in expected} == expected
    assert "fragment" not in event.fields


def cut_after(head: str, body: str, places: list[int]) -> list[str]:
    """The pieces of a message that is cut in its body."""
    first, *more = cut(body, places)
    return [head + first, *more]


def test_a_message_without_its_later_datagrams_does_not_deny_what_they_may_have() -> None:
    head = "INVITE sip:a@b SIP/2.0\nCall-ID: 7\nCSeq: 1 INVITE\nContent-Length: 900\n\n"
    (event,) = read(viewer([f"{head}v=0\nm=audio 4000 RTP/SAVP 8"], 89))
    assert event.fields["fragment"] is True
    assert not {"crypto", "ice", "media", "codecs"} & event.fields.keys()
