"""A phone's lines are read in whatever form a log server exports them, and every byte of it is accounted for."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.paths import FIXTURES, FOUNDING

import lyncphone_logs as lp
from lyncphone_logs.events.event import UNPARSED, Event
from lyncphone_logs.trace.trace import Trace

HOST = "192.0.2.20"
LINE = FOUNDING.read_text(encoding="utf-8").rstrip("\n")
STAMP = "2013-07-09T10:00:12.500Z"
EXPORTS = sorted(path for path in (FIXTURES / "log_servers").iterdir() if path.suffix != ".md")


def read(path: Path) -> tuple[list[Event], Trace]:
    """The events of a file. Reading raises AccountError unless every byte is accounted for."""
    trace = lp.read_trace(str(path))
    return list(trace.events()), trace


def written(folder: Path, content: str | bytes, name: str = "trace.log") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_the_export_of_each_product_is_read(path: Path) -> None:
    events, _ = read(path)
    kinds = ["device.started", "tls.server_certificate.rejected", "sip.request"]
    assert [event.kind for event in events] == kinds
    assert {event.hostname for event in events} == {HOST}
    assert [str(event.received)[:21].removesuffix(".") for event in events] == [
        "2013-07-09 10:00:01.5", "2013-07-09 10:00:12.5", "2013-07-09 10:00:13.5"
    ]  # fmt: skip
    assert all(event.framing.startswith("envelope") and str(event.time).startswith("2013-07-09") for event in events)
    assert events[1].severity == "err"
    assert events[1].message == "server cert is invalid. ctx->error=7."
    assert events[2].fields["call_id"] == f"7f3a@{HOST}"
    assert "\nCSeq: 1 REGISTER" in events[2].message
    assert [span.offset for event in events for span in event.spans] == sorted(
        path.read_bytes().index(part) for part in _records(path)
    )


def _records(path: Path) -> list[bytes]:
    """How the records begin in the bytes of an export."""
    content = path.read_bytes()
    if path.suffix == ".csv":
        lines = content.splitlines(keepends=True)
        return [line for line in lines[1:] if b"BusyBox" in line or b"acl_user" in line or b"REGISTER sip" in line]
    if path.name in ("elasticsearch-export.json", "tshark.json"):
        parts = content.split(b'  {\n    "_index"')
        return [b'{\n    "_index"' + part for part in parts[1:]]
    if path.name == "elasticsearch-search.json":
        return [b'{"_index"' + part for part in content.split(b'{"_index"')[1:]]
    if path.name == "grafana-download.json":
        return [b'{"line": ' + part for part in content.split(b'{"line": ')[1:]]
    return content.splitlines()


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_the_diagnosis_is_that_of_the_founding_line(path: Path) -> None:
    report, plain = lp.diagnose(str(path)), lp.diagnose(str(FOUNDING))
    assert report.diagnoses[0].rule.code == plain.diagnoses[0].rule.code


def test_an_export_is_read_compressed_and_from_a_folder(tmp_path: Path) -> None:
    for path in EXPORTS:
        written(tmp_path, gzip.compress(path.read_bytes()), f"{path.name}.gz")
        written(tmp_path, path.read_bytes(), path.name)
    written(tmp_path, '{\n "host": "192.0.2.1",\n "log": "/var/log/x"}\n', "settings.json")
    written(tmp_path, 'message = "x"\n', "settings.toml")
    events = list(lp.read_trace(str(tmp_path)).events())
    assert {event.kind for event in events} == {"device.started", "tls.server_certificate.rejected", "sip.request"}
    assert {Path(event.source.removesuffix(".gz")).name for event in events} == {path.name for path in EXPORTS}


def test_a_file_of_phone_lines_as_json_is_a_log_whatever_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"message": LINE}) + "\n", "export.json")
    assert read(path)[0][0].kind == "tls.server_certificate.rejected"


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        (1373364012, "2013-07-09 10:00:12"),
        (1373364012.5, "2013-07-09 10:00:12.500000"),
        (1373364012500, "2013-07-09 10:00:12.500000"),
        (1373364012500250, "2013-07-09 10:00:12.500250"),
        (1373364012500250999, "2013-07-09 10:00:12.500250"),
        ("1373364012500250999", "2013-07-09 10:00:12.500250"),
        ("2013-07-09T12:00:12.500+02:00", "2013-07-09 12:00:12.500000"),
        ("2013-07-09 10:00:12.500 UTC", "2013-07-09 10:00:12.500000"),
        ("2013-07-09T10:00:12.500000001Z", "2013-07-09 10:00:12.500000"),
        ("Jul 9, 2013 @ 10:00:12.500", "2013-07-09 10:00:12.500000"),
        ("never", "None"),
        ("", "None"),
        (None, "None"),
        (-1, "None"),
        ([], "None"),
    ],
)
def test_stamps_of_any_unit_and_form(tmp_path: Path, stamp: object, time: str) -> None:
    events, _ = read(written(tmp_path, json.dumps({"ts": stamp, "message": LINE})))
    assert [str(event.time) for event in events] == [time]


def test_a_record_without_a_message_or_with_a_broken_one_is_unparsed(tmp_path: Path) -> None:
    good = json.dumps({"message": LINE, "@timestamp": STAMP})
    bad = [
        '{"message": 5',
        "{}",
        '{"message": {"a": 1}}',
        '{"a": "b"}',
        "[",
        "{",
        json.dumps({"message": ""}),
    ]
    bad += ["{" * 5000, '{"a":' * 3000, '{"message": "\\ud800"}']
    path = written(tmp_path, "\n".join([good, *bad, good]) + "\n")
    events, _ = read(path)
    assert [event.kind for event in events] == [
        "tls.server_certificate.rejected",
        *[UNPARSED] * len(bad),
        events[0].kind,
    ]
    assert [event.text for event in events] == [good, *bad, good]


def test_a_very_long_line_is_bounded(tmp_path: Path) -> None:
    good = json.dumps({"message": LINE})
    long = json.dumps({"message": "x" * 500_000})
    events, _ = read(written(tmp_path, f"{good}\n{long}\n{good}\n"))
    assert [event.kind for event in events] == [events[0].kind, UNPARSED, events[0].kind]
    assert max(len(event.text) for event in events) <= 64 * 1024
    assert events[1].spans[0].length == 64 * 1024


def test_further_lines_of_a_message_in_envelopes_of_their_own(tmp_path: Path) -> None:
    lines = [LINE, "\tmore of it", "   and more"]
    events, _ = read(written(tmp_path, "".join(json.dumps({"log": f"{line}\n"}) + "\n" for line in lines)))
    assert len(events) == 1
    assert events[0].message.endswith("\n\tmore of it\n   and more")
    assert len(events[0].spans) == 3


def test_the_time_of_an_import_says_nothing_about_the_clock_of_the_phone(tmp_path: Path) -> None:
    line = f"2013-07-09T10:00:12Z {HOST} {LINE}"
    path = written(tmp_path, json.dumps({"@timestamp": "2013-11-29T08:00:00Z", "message": line}) + "\n")
    event = read(path)[0][0]
    assert event.received is None
    assert event.time_quality != "unset"
    path = written(tmp_path, json.dumps({"__REALTIME_TIMESTAMP": "1385712000000000", "MESSAGE": line}) + "\n")
    event = read(path)[0][0]
    assert event.received is not None
    assert event.time_quality == "unset"


@pytest.mark.slow
def test_a_large_export_is_searched_for_escaped_messages_too(tmp_path: Path) -> None:
    line = "voip_task[440]: SIP      : INFO - User-Agent: AUDC-IPPhone/2.0.5 (420HD; 00908F3BBCBA)"
    record = json.dumps({"message": line, "time": STAMP})
    escaped = record.replace("AUDC-IPPhone/", "\\u0041UDC-IPPhone\\/")
    as_bytes = json.dumps({"MESSAGE": [*line.encode()]})
    assert json.loads(escaped) == json.loads(record)
    filler = json.dumps({"message": "voip_task[440]: UI       : INFO - nothing"}) + "\n"
    path = written(tmp_path, filler * 8000 + f"{record}\n{escaped}\n{as_bytes}\n")
    events, _ = read(path)
    assert [event.kind for event in events[-3:]] == ["device.identified"] * 3
    trace = lp.read_trace(str(path), full=False)
    assert sum(event.kind == "device.identified" for event in trace.events()) == 3


OBJECTS = st.dictionaries(
    st.text(max_size=5).filter(lambda key: key not in ("message", "event", "log")),
    st.one_of(st.text(max_size=8), st.integers(), st.floats(allow_nan=False), st.none(), st.lists(st.integers())),
    max_size=5,
)
MESSAGES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=50, deadline=None)
@given(MESSAGES, OBJECTS, st.booleans(), st.booleans(), st.sampled_from([None, 1, 3]))
def test_the_line_in_an_envelope_is_read_whatever_is_around_it(
    tmp_path_factory: pytest.TempPathFactory, text: str, others: dict[str, object], ascii: bool, last: bool, indent: int
) -> None:
    line = f"{LINE} {text}".rstrip("\r\n")
    own = {"message": line, "timestamp": STAMP, "source": HOST}
    record = {**others, "nested": {"log": {"offset": 1}}, **own} if last else {**own, **others}
    record |= own
    content = json.dumps([record, record] if indent else record, ensure_ascii=ascii, indent=indent) + "\n"
    events, _ = read(written(tmp_path_factory.mktemp("export"), content))
    assert len(events) == (2 if indent else 1)
    plain, _ = read(written(tmp_path_factory.mktemp("plain"), LINE))
    for event in events:
        assert event.kind == plain[0].kind
        assert event.hostname == HOST
        assert str(event.time) == "2013-07-09 10:00:12.500000"


@settings(max_examples=50, deadline=None)
@given(
    st.lists(MESSAGES, min_size=1, max_size=8), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans()
)
def test_each_row_of_a_csv_is_an_event_whatever_its_cells_contain(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], delimiter: str, end: str, quoted: bool
) -> None:
    texts = [text.replace("\0", "").replace("\r", "") for text in texts]
    file = io.StringIO(newline="")
    writer = csv.writer(
        file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    )
    writer.writerow(["extra", "source", "message", "@timestamp"])
    writer.writerows([text, HOST, f"{LINE} {text}", STAMP] for text in texts)
    content = file.getvalue()
    events, _ = read(written(tmp_path_factory.mktemp("export"), content, "export.csv"))
    assert len(events) == len(texts)
    assert all(event.hostname == HOST and event.kind == "tls.server_certificate.rejected" for event in events)
    encoded = content.encode()
    for event in events:
        (span,) = event.spans
        assert encoded[span.offset :][: span.length].decode().count(LINE) == 1
        assert event.line == encoded[: span.offset].count(b"\n") + 1
    assert sum(span.length for event in events for span in event.spans) < len(encoded)


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_the_report_shows_the_message_and_not_its_envelope(path: Path) -> None:
    text = str(lp.diagnose(str(path)))
    assert "server cert is invalid. ctx->error=7.\n" in text
    assert '"' not in next(line for line in text.splitlines() if "ctx->error=7" in line)


@pytest.mark.parametrize(
    "name", ["graylog.csv", "elasticsearch-export.json", "grafana-download.json", "vector.jsonl", "tshark.json"]
)
@pytest.mark.sampled(5)
def test_records_at_any_position_in_the_windows_are_read(tmp_path: Path, name: str) -> None:
    content = (FIXTURES / "log_servers" / name).read_bytes()
    if name.endswith(".csv"):
        heading, rows = content.split(b"\n", 1)
        content = heading + b"\n" + rows * 700
    elif name.endswith(".json"):
        records = content.strip()[1:-1].rstrip(b"\n")
        content = b"[" + (records + b",\n") * 699 + records + b"\n]\n"
    else:
        content *= 700
    events, trace = read(written(tmp_path, content, name))
    assert len(events) == 3 * 700
    assert {event.kind for event in events} == {"device.started", "tls.server_certificate.rejected", "sip.request"}
    if name != "grafana-download.json":  # It has several records in a line.
        assert trace.inputs[0][0].lines == content.count(b"\n")
        assert all(event.line == content.count(b"\n", 0, event.spans[0].offset) + 1 for event in events[::97])


def test_a_row_with_a_damaged_quote_ends_with_its_line(tmp_path: Path) -> None:
    row = f'"{STAMP}","{HOST}","{LINE}"\n'
    damaged = f'"{STAMP}","{HOST}","text\n'
    events, _ = read(written(tmp_path, f'"timestamp","source","message"\n{row}{damaged}', "export.csv"))
    assert [event.kind for event in events] == ["tls.server_certificate.rejected", UNPARSED]
    assert events[1].message.strip() == "text"


def test_a_damaged_object_of_an_array_costs_no_other(tmp_path: Path) -> None:
    good = json.dumps({"message": LINE, "time": STAMP}, indent=1)
    damaged = good.replace('"time"', '"time')
    events, _ = read(written(tmp_path, f"[\n{good},\n{damaged},\n{good}\n]\n", "export.json"))
    assert events[0].kind == events[-1].kind == "tls.server_certificate.rejected"
    assert [event.text for event in events if event.kind == UNPARSED]


def test_a_phones_line_in_a_damaged_record_is_found(tmp_path: Path) -> None:
    good = json.dumps({"message": LINE, "@timestamp": STAMP})
    events, _ = read(written(tmp_path, f"{good[:-3]}\n{good}\n"))
    assert [event.kind for event in events] == ["tls.server_certificate.rejected"] * 2
    assert [event.framing.partition("+")[0] for event in events] == ["unknown", "envelope"]


def test_a_file_that_only_begins_like_an_export_is_read_line_by_line(tmp_path: Path) -> None:
    content = '[{"message": "a", "time": "' + "{" * 700_000 + f"\n{LINE}\n"
    events, _ = read(written(tmp_path, content))
    assert events[-1].kind == "tls.server_certificate.rejected"


def test_objects_with_commas_and_no_brackets(tmp_path: Path) -> None:
    line = json.dumps({"message": LINE, "time": STAMP}) + ",\n"
    events, trace = read(written(tmp_path, line * 3, "export.json"))
    assert [event.line for event in events] == [1, 2, 3]
    assert trace.inputs[0][0].lines == 3


def test_an_export_with_a_byte_order_mark_and_empty_first_cells(tmp_path: Path) -> None:
    content = "\ufeffextra\tmessage\tsource\r\n" + f"\t{LINE}\t{HOST}\r\n" * 2
    events, _ = read(written(tmp_path, content, "export.csv"))
    assert [event.hostname for event in events] == [HOST, HOST]
