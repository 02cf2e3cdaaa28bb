"""UTF-16 and UTF-32 traces: the events of the UTF-8 trace, with positions in the original bytes."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.events.event import Event
from lyncphone_logs.sources.archives import sources_in
from lyncphone_logs.sources.encodings import encoding_of
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.streams import memory_source
from lyncphone_logs.sources.window import MAX_LINE_BYTES

STORIES = [
    "audiocodes_400hd/signed-in/trace.log", "audiocodes_sbc/refused-in-datagrams-cut/trace.log",
    "cisco/alarm-sent-in-pieces/trace.log", "snom/registered/trace.log",
]  # fmt: skip
ENCODINGS = {
    "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE,
}  # fmt: skip
FORMS = [*ENCODINGS.items(), ("utf-16-le", b""), ("utf-16-be", b"")]


def read(path: Path, data: bytes, full: bool | None = None) -> tuple[lp.Trace, list[Event]]:
    path.write_bytes(data)
    trace = lp.read_trace(str(path), year=2013, full=full)
    return trace, list(trace.events())


def without_places(events: list[Event]) -> list[Event]:
    return [each._replace(id="", spans=(), repairs=()) for each in events]


def source_of(data: bytes, encoding: str = "") -> Source:
    (source,) = sources_in(memory_source("x", data))
    source.encoding = encoding or source.encoding
    return source


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("encoding", "mark"), FORMS)
@pytest.mark.parametrize("name", STORIES)
def test_a_wide_trace_has_the_events_of_the_narrow_one_and_places_of_its_own(
    name: str, encoding: str, mark: bytes, end: str, tmp_path: Path
) -> None:
    text = (FIXTURES / name).read_text("utf-8").replace("\r\n", "\n").replace("\n", end)
    _, expected = read(tmp_path / "trace.log", text.encode())
    data = mark + text.encode(encoding)
    trace, events = read(tmp_path / "trace.log", data)
    assert without_places(events) == without_places(expected)
    for event in events:
        shown = "".join(data[offset : offset + length].decode(encoding) for offset, length in event.spans)
        assert shown.startswith(event.text.split("\n")[0][:20])
    ((source, tally),) = trace.inputs
    assert tally.account.total == source.bytes == len(data)
    assert source.size is None


@pytest.mark.parametrize("full", [True, False])
def test_no_line_is_skipped_in_a_search(full: bool, tmp_path: Path) -> None:
    text = (FIXTURES / STORIES[0]).read_text() * 200
    trace, _ = read(tmp_path / "trace.log", text.encode("utf-16"), full)
    report = lp.diagnose(trace)
    assert report.inputs[0].account.passed_over_bytes == 0
    assert report.inputs[0].events > 0


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\u0a00\ufeff")), max_size=9),
    st.sampled_from(FORMS),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)  # fmt: skip
def test_every_line_has_its_position(texts: list[str], form: tuple[str, bytes], end: str, is_ended: bool) -> None:
    encoding, mark = form
    content = end.join(texts) + end * is_ended
    data = mark + content.encode(encoding)
    source = source_of(data, encoding)
    lines = list(source)
    assert [line.text for line in lines] == content.removesuffix(end).split(end) * bool(content)
    for line in lines:
        assert data[line.offset : line.offset + line.length].decode(encoding) == line.text
    assert sum(line.length for line in lines) + source.separator_bytes == source.bytes == len(data)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("place", range(2, 120, 7))
@pytest.mark.parametrize("change", ["lost", "added"])
def test_a_byte_too_few_or_too_many_spoils_no_more_than_its_line(change: str, place: int, encoding: str) -> None:
    texts = [f"line {number} of the trace" for number in range(40)]
    data = ENCODINGS[encoding] + "".join(f"{text}\r\n" for text in texts).encode(encoding)
    data = data[:place] + (data[place + 1 :] if change == "lost" else b"x" + data[place:])
    source = source_of(data)
    found = [line.text for line in source]
    assert len(set(texts).difference(found)) <= 2
    assert sum(line.length for line in source) + source.separator_bytes == len(data)
    assert source.problem == ""


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_lone_surrogates_and_a_last_odd_byte_lose_no_line(encoding: str) -> None:
    units = ["a\n", "\ud800b\n", "c\udc00\n", "d"]
    data = ENCODINGS[encoding] + "".join(units).encode(encoding, "surrogatepass") + b"!"
    source = source_of(data)
    assert [line.text for line in source] == ["a", "\ufffdb", "c\ufffd", "d\ufffd"]
    assert sum(line.length for line in source) + source.separator_bytes == len(data)


@pytest.mark.parametrize("encoding", [*ENCODINGS])
@pytest.mark.parametrize("length", [MAX_LINE_BYTES, MAX_LINE_BYTES + 1, 20 * MAX_LINE_BYTES + 3])
def test_an_overlong_line_is_cut_and_counted(length: int, encoding: str) -> None:
    data = ENCODINGS[encoding] + ("x" * length + "\r\nnext\n").encode(encoding)
    source = source_of(data)
    first, second = source
    assert (len(first.text), first.repairs) == (min(length, MAX_LINE_BYTES), ("overlong",) * (length > MAX_LINE_BYTES))
    assert first.length == len(("x" * length).encode(encoding))
    assert (second.text, data[second.offset : second.offset + second.length].decode(encoding)) == ("next", "next")
    assert first.length + second.length + source.separator_bytes == source.bytes == len(data)


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"", ""), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff\0a", "utf-16-be"), (b"\xff\xfe\0\0", "utf-32-le"),
        ("Jul  9 10:00:01 phone started".encode("utf-16-le"), "utf-16-le"),
        ("Jul  9 10:00:01 phone started".encode("utf-16-be"), "utf-16-be"),
        (b"Jul  9 10:00:01 phone started", ""), (bytes(4096), ""), (bytes(range(256)) * 8, ""), (b"\0\1" * 400, ""),
        (bytes(100) + b"Jul  9 10:00:01 phone started", ""), ("é\n".encode() * 100, ""),
    ],
)  # fmt: skip
def test_an_encoding_is_detected_by_its_mark_or_by_zeros(head: bytes, encoding: str) -> None:
    assert encoding_of(head) == encoding


def test_a_wide_trace_inside_of_a_container_and_from_a_pipe_is_read_likewise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip
    import io
    from types import SimpleNamespace

    text = (FIXTURES / STORIES[0]).read_text()
    for number, data in enumerate((text.encode("utf-16"), gzip.compress(text.encode("utf-16-be")))):
        _, events = read(tmp_path / f"{number}.log", data)
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        piped = list(lp.read_trace("-", year=2013).events())
        assert [each.text for each in events] == [each.text for each in piped] == text.splitlines()
        assert [each.spans for each in events] == [each.spans for each in piped]
