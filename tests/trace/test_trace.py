"""From bytes to events: every byte accounted for, every framing read, damage undone and named.

All lines are synthetic.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lyncphone_logs as lp
from lyncphone_logs.events.columns import COLUMNS
from lyncphone_logs.events.event import Event
from lyncphone_logs.sources.archives import is_archive
from lyncphone_logs.sources.decompression import compression_of
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.window import MAX_LINE_BYTES
from lyncphone_logs.syslog.framing import PrefixColumns, parse_prefixes
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.trace.clocks import SourceClocks

OWN = "voip_task[440]: CERT     : ERR  - {acl_user_tls_server_validation():653} server cert is invalid. ctx->error=7."
NOON = datetime(2013, 7, 9, 12)


def read(path: Path, content: str | bytes, year: int = 0) -> tuple[lp.Trace, list[Event]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    trace = lp.read_trace(str(path), year=year)
    return trace, list(trace.events())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "trace.log"


@pytest.mark.parametrize(
    ("framing", "before", "expected"),
    [
        ("none", "", {}),
        ("facility.severity", "local7.err ", {"facility": "local7", "severity": "err"}),
        ("busybox", "Jul  9 12:00:00 420HD local7.err ", {"hostname": "420HD", "severity": "err", "time": NOON}),
        ("rfc3164", "<187>Jul  9 12:00:00 ", {"facility": "local7", "severity": "err", "time": NOON, "hostname": None}),
        ("rfc3164", "<187>Jul  9 12:00:00 10.1.2.3 ", {"hostname": "10.1.2.3", "time": NOON}),
        (
            "rfc3164",
            "Jul  9 12:00:00 10.1.2.3 ",
            {"hostname": "10.1.2.3", "time": NOON, "time_quality": "assumed-year"},
        ),
        ("rfc5424", "<187>1 2013-07-09T12:00:00Z 10.1.2.3 - - - - ", {"time_utc": NOON, "time_quality": "exact"}),
        ("rsyslog-iso", "2013-07-09T12:00:00+00:00 10.1.2.3 ", {"hostname": "10.1.2.3", "time_utc": NOON}),
        ("kiwi", "2013-07-09 12:00:00\tLocal7.Error\t10.1.2.3\t", {"received": NOON, "time_quality": "collector"}),
        ("kiwi", "2013-07-09 12:00:00 Local7.Error 10.1.2.3 ", {"received": NOON, "hostname": "10.1.2.3"}),
        ("audiocodes-viewer", "12:00:00.000  10.1.2.3  local7.err  ", {"hostname": "10.1.2.3", "severity": "err"}),
    ],
)
def test_the_phones_line_is_read_behind_every_framing(
    framing: str, before: str, expected: dict[str, object], log: Path
) -> None:
    _, (event,) = read(log, f"{before}{OWN}\n", year=2013)
    assert (event.kind, event.framing, event.fields) == ("tls.server_certificate.rejected", framing, {"verify_code": 7})
    assert (event.app_name, event.procid, event.component, event.level) == ("voip_task", "440", "CERT", "ERR")
    assert {name: getattr(event, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        (OWN, "ctx->error=7"),
        ("udhcpc[201]: no lease, failing", "no lease, failing"),
        ("voip_task[1]: CC : INFO - text only", None),
    ],
)
def test_what_the_kind_rests_on_is_marked_in_the_message(line: str, marked: str | None, log: Path) -> None:
    _, (event,) = read(log, line)
    assert (event.marked and event.message[slice(*event.marked)]) == marked


def test_both_clocks_are_kept_where_the_collector_and_the_phone_stamped(log: Path) -> None:
    _, (event,) = read(log, f"2013-07-09 12:00:05\tLocal7.Error\t10.1.2.3\tJul  9 12:00:00 {OWN}\n", year=2013)
    assert (event.time, event.received, event.time_raw) == (NOON, NOON.replace(second=5), "Jul  9 12:00:00")


@pytest.mark.parametrize(
    ("damaged", "repairs"),
    [
        (OWN.replace(" - ", " – "), ("dash",)),
        (OWN.replace(" - ", " — "), ("dash",)),
        (OWN.replace(" ", "\N{NO-BREAK SPACE}"), ("nbsp",)),
        (OWN.replace("->", "-&gt;"), ("html",)),
        (OWN.replace("cert is", "cert\N{ZERO WIDTH SPACE} is"), ("zero-width",)),
        (OWN.replace("cert is", "“cert” is"), ("quotes",)),
    ],
)
def test_damage_by_word_web_pages_and_mail_is_undone_and_named(
    damaged: str, repairs: tuple[str, ...], log: Path
) -> None:
    _, (event,) = read(log, f"{damaged}\n")
    assert (event.kind, event.repairs) == ("tls.server_certificate.rejected", repairs)
    assert event.text == damaged


def test_a_line_that_is_not_utf8_is_read_as_cp1252_and_flagged(log: Path) -> None:
    _, (before, event) = read(log, f"{OWN}\n".encode() + OWN.replace(" - ", " – ").encode("cp1252"))
    assert (before.repairs, event.repairs, event.kind) == ((), ("cp1252", "dash"), before.kind)


def test_repeats_count_as_so_many_occurrences(log: Path) -> None:
    lines = [
        f"Jul  9 12:00:00 10.1.2.3 {OWN}",
        "Jul  9 12:00:01 10.1.2.3 last message repeated 3 times",
        f"Jul  9 12:00:02 10.1.2.3 message repeated 2 times: [ {OWN}]",
        "Jul  9 12:00:03 10.9.9.9 last message repeated 5 times",
    ]
    _, events = read(log, "\n".join(lines), year=2013)
    assert [(each.kind, each.count) for each in events] == [
        ("tls.server_certificate.rejected", 1),
        ("tls.server_certificate.rejected", 3),
        ("tls.server_certificate.rejected", 2),
        ("unparsed", 5),
    ]


def test_indented_lines_continue_the_event_before_them(log: Path) -> None:
    trace, (event, other) = read(log, f"{OWN}\n    more of it\r\n\tand more\n\nunknown line\n  \n")
    assert event.message.split("\n")[1:] == ["    more of it", "\tand more"]
    assert [log.read_bytes()[offset : offset + length] for offset, length in event.spans[1:]] == [
        b"    more of it",
        b"\tand more",
    ]
    assert other.kind == "unparsed"
    account = trace.inputs[0].tally.account
    assert (account.continuation_bytes, account.unparsed_bytes, account.separator_bytes) == (23, 12, 9)


def test_continuations_are_bounded(log: Path) -> None:
    _, events = read(log, f"{OWN}\n" + "  x\n" * 500)
    assert len(events[0].spans) == 201
    assert {each.kind for each in events[1:]} == {"unparsed"}


def test_an_overlong_line_is_one_record_whose_every_byte_counts(log: Path) -> None:
    trace, (event, last) = read(log, f"{OWN} {'x' * 300_000}\n{OWN}\n")
    assert (event.kind, event.repairs) == ("tls.server_certificate.rejected", ("overlong",))
    assert event.spans[0].length == MAX_LINE_BYTES
    tally = trace.inputs[0].tally
    assert tally.account.event_bytes == event.spans[0].length + last.spans[0].length
    assert tally.account.overlong_bytes == len(OWN) + 1 + 300_000 - MAX_LINE_BYTES
    assert tally.of_overlong_lines == "1 line is longer than 65,536 bytes; the rest (234,575 bytes) was not examined"


TEXTS = st.text(max_size=40) | st.sampled_from(
    [
        OWN,
        f"local7.err {OWN}",
        "  indented",
        "",
        " ",
        "\ttab",
        f"<187>Jul  9 12:00:00 h {OWN}",
        "last message repeated 2 times",
    ]
)
# A file that begins like an archive is read as one.
LINES = st.lists(
    (TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=40)).filter(
        lambda line: not compression_of(line) and not is_archive(line)
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(lines=LINES, end=st.sampled_from([b"\n", b"\r\n"]), bom=st.sampled_from([b"", b"\xef\xbb\xbf"]))
@pytest.mark.slow
def test_every_byte_is_accounted_for_and_every_span_holds_its_text(
    lines: list[bytes], end: bytes, bom: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bom + end.join(lines)
    log = tmp_path_factory.getbasetemp() / "any.log"
    trace, events = read(log, content, year=2013)
    (inputs,) = trace.inputs
    assert inputs.tally.account.total == inputs.source.bytes == len(content)
    covered = [byte for each in events for offset, length in each.spans for byte in range(offset, offset + length)]
    assert covered == sorted(set(covered))
    lp.diagnose(trace).to_json()


@settings(max_examples=50, deadline=None)
@given(lines=LINES)
def test_line_ends_make_no_difference_but_for_offsets(
    lines: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [line.replace(b"\n", b" ").replace(b"\r", b" ") for line in lines]
    log = tmp_path_factory.getbasetemp() / "ends.log"
    kinds = []
    for end in (b"\n", b"\r\n"):
        _, events = read(log, end.join(lines), year=2013)
        kinds.append([(each.line, each.kind, each.message, dict(each.fields), each.count) for each in events])
    assert kinds[0] == kinds[1]


def test_ids_are_stable_and_unlike_each_other(log: Path) -> None:
    _, events = read(log, f"{OWN}\n" * 5)
    again = list(lp.read_trace(str(log)).events())
    assert [each.id for each in events] == [each.id for each in again]
    assert len({each.id for each in events}) == 5


def test_the_frame_has_the_frozen_columns_and_types_even_when_empty(log: Path) -> None:
    trace, _ = read(log, f"Jul  9 12:00:00 10.1.2.3 {OWN}\nunknown\n", year=2013)
    frame = trace.to_frame("all")
    assert list(frame.columns) == list(COLUMNS)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == COLUMNS
    assert frame["line"].tolist() == [1, 2]
    assert frame["bytes"].sum() == log.stat().st_size - 2
    assert frame.loc[0, "fields"] == {"verify_code": 7}
    empty, _ = read(log, "")
    assert {name: str(dtype) for name, dtype in empty.to_frame("all").dtypes.items()} == COLUMNS


def test_frames_of_many_chunks_join(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace, _ = read(log, f"Jul  9 12:00:00 10.1.2.3 {OWN}\nunknown\n" * 4, year=2013)
    whole = trace.to_frame("all")
    monkeypatch.setattr("lyncphone_logs.events.dataframe.CHUNK_ROWS", 3)
    monkeypatch.setattr("lyncphone_logs.parsing.reader.WINDOW", 40)
    assert trace.to_frame("all").equals(whole)


def test_a_trace_shows_itself_as_escaped_html_in_a_notebook(log: Path) -> None:
    long = "x" * 300
    trace, _ = read(log, f"voip_task[440]: CC : ERR - <script>alert(1)</script>\x1b {long}\n")
    html = trace._repr_html_()
    assert html is not None
    assert "\\x1b" in html
    assert "NA" not in html
    assert long in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert str(log) in repr(trace)


def test_boots_and_clock_jumps_cut_segments_and_an_unset_clock_is_told(log: Path) -> None:
    lines = [
        "2000-01-01T00:00:05+00:00 10.1.2.3 voip_task[440]: CC : INFO - up",
        "2013-07-09T12:00:00+00:00 10.1.2.3 voip_task[440]: CC : INFO - synced",
        "2013-07-09T12:00:01+00:00 10.1.2.3 syslogd started: BusyBox v1.22.1",
        "2013-07-09T10:00:01+00:00 10.1.2.3 voip_task[440]: CC : INFO - back",
    ]
    log.write_text("\n".join(lines), encoding="utf-8")
    events = list(lp.read_trace(str(log)).events(derived=True))
    assert [(each.boot, each.segment) for each in events if not each.derived] == [(1, 0), (1, 1), (2, 2), (2, 3)]
    assert [each.kind for each in events if each.derived] == [
        "time.clock.unset",
        "time.clock.stepped",
        "time.clock.set",
        "time.clock.stepped",
    ]


@pytest.mark.parametrize("year", [1980, 2099])
def test_the_first_and_the_last_year_are_years_too(year: int, log: Path) -> None:
    _, events = read(
        log, "".join(f"{day} 00:00:01 10.1.2.3 {OWN}\n" for day in ("Jan  1", "Dec 31", "Jan  1")), year=year
    )
    assert {each.time.year for each in events if each.time} == {year}


@pytest.mark.parametrize("year", [0, 2013, 2020])
@pytest.mark.parametrize(
    ("phones", "is_unset"), [("Jan  1 00:00:09", True), ("Jul  9 11:59:58", False), ("Jul 12 12:00:00", False)]
)
def test_the_collectors_date_gives_the_phones_year_whenever_the_file_was_saved(
    phones: str, is_unset: bool, year: int, log: Path
) -> None:
    trace, (event,) = read(log, f"2013-07-09 12:00:05\tLocal7.Error\t10.1.2.3\t{phones} {OWN}\n", year=year)
    assert event.time is not None
    assert event.time.year == (2012 if "12 12" in phones else 2013)
    assert [each for each in trace.assumptions if "no year" in each] == []
    assert ("time.clock.unset" in [each.kind for each in trace.events(derived=True)]) is is_unset


def test_every_boot_tells_that_its_clock_was_never_set(log: Path) -> None:
    boot = "2013-07-09 12:0{}:00\tSyslog.Info\t10.1.2.3\tJan  1 00:00:02 syslogd started: BusyBox v1.22.1\n"
    trace, _ = read(log, boot.format(1) + boot.format(5))
    assert [each.boot for each in trace.events(derived=True) if each.kind == "time.clock.unset"] == [1, 2]


def test_a_clock_far_behind_the_collectors_is_told(log: Path) -> None:
    log.write_text(f"2013-07-09 12:00:05\tLocal7.Error\t10.1.2.3\tJan  1 00:00:09 {OWN}\n", encoding="utf-8")
    events = list(lp.read_trace(str(log), year=2013).events(derived=True))
    assert [each.kind for each in events] == ["tls.server_certificate.rejected", "time.clock.unset"]


@pytest.mark.parametrize(
    "before", ["", "Jan  1 00:00:02 ", "Jan  1 00:00:02 420HD syslog.info ", "<46>Jan  1 00:00:02 420HD "]
)
def test_the_first_line_of_the_logging_daemon_starts_a_boot_behind_any_framing(before: str, log: Path) -> None:
    _, (event,) = read(log, f"{before}syslogd started: BusyBox v1.13.3\n", year=2013)
    assert (event.kind, event.fields) == ("device.started", {"version": "v1.13.3"})
    assert event.hostname == ("420HD" if "420HD" in before else None)


def test_the_lines_of_small_files_are_framed_once(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.log"
    for path, host in ((log, "10.1.2.3"), (other, "10.1.2.4")):
        path.write_text(f"Jul  9 12:00:00 {host} {OWN}\n" * 99 + "\ufeff\nnone\n", encoding="utf-8")
    framed: list[int] = []

    def counted(texts: Sequence[str]) -> PrefixColumns:
        framed.append(len(texts))
        return parse_prefixes(texts)

    monkeypatch.setattr("lyncphone_logs.parsing.header.parse_prefixes", counted)
    once = list(lp.read_trace(log, other, year=2013).events())
    assert framed == [101, 101, 1, 1]  # The last line of a window is read again with the next one.
    framed.clear()
    monkeypatch.setattr("lyncphone_logs.trace.clocks.MAX_STORED_BYTES", 0)
    assert list(lp.read_trace(log, other, year=2013).events()) == once
    assert framed.count(101) == 4


def test_a_file_that_changes_after_its_survey_is_read_as_it_is(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write_text(f"Jul  9 12:00:00 10.1.2.3 {OWN}\n" * 9, encoding="utf-8")
    read = SourceClocks.anchor

    def changed(clocks: SourceClocks, source: Source) -> Anchor:
        log.write_text(f"Jul  9 12:00:00 10.1.2.9 {OWN}\nnone\n", encoding="utf-8")
        return read(clocks, source)

    monkeypatch.setattr(SourceClocks, "anchor", changed)
    trace = lp.read_trace(log, year=2013)
    assert [(each.hostname, each.kind) for each in trace.events()] == [
        ("10.1.2.9", "tls.server_certificate.rejected"),
        (None, "unparsed"),
    ]
    assert trace.inputs[0].tally.account.total == trace.inputs[0].source.bytes == log.stat().st_size
