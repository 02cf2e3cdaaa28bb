"""The message that was put into an envelope is taken out of it, with host, time and level."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyncphone_logs.sources.record_names import HOSTS, MESSAGES, NAMES, WRAPPERS, known_name
from lyncphone_logs.syslog.envelopes import open_envelope
from lyncphone_logs.syslog.unwrap import unwrap

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: text.isascii() and text == text.strip() and "&" not in text and not text.startswith(("{", "[", ","))
)


@given(TEXTS, st.sampled_from(MESSAGES), st.sampled_from(["", *WRAPPERS]), st.booleans())
def test_the_message_taken_is_the_message_put_in(text: str, name: str, wrapper: str, ascii: bool) -> None:
    written = json.dumps({"other": [1, {}], **_nested(wrapper, name, text)}, ensure_ascii=ascii)
    for line in (written, f"[{written},", f"{written}]", f",{written}"):
        envelope = open_envelope(line)
        assert envelope is not None
        assert envelope.texts[-1] == text.replace("\r\n", "\n")


def _nested(wrapper: str, name: str, text: str) -> dict[str, object]:
    inner: object = text
    for part in reversed(name.split(".")):
        inner = {part: inner}
    assert isinstance(inner, dict)
    return {wrapper: inner} if wrapper else inner


@given(st.text())
def test_any_text_is_opened_or_not(text: str) -> None:
    for line in (text, f"{{{text}", f'{{"message":{text}', f'{{"message":"{text}"}}'):
        envelope = open_envelope(line)
        assert envelope is None or all(isinstance(each, str) for each in envelope.texts)


def test_envelopes_may_be_nested() -> None:
    inner = json.dumps({"message": "<187>text", "hostname": "phone"})
    outer = open_envelope(json.dumps({"log": f"{inner}\n", "time": "2013-07-09T10:00:00Z", "host": "node"}))
    assert outer is not None
    assert outer.texts == ("<187>text",)
    assert (outer.hostname, outer.stamp) == ("phone", "2013-07-09T10:00:00Z")


def test_the_program_that_a_log_server_took_off_may_be_before_the_message() -> None:
    record = {"programname": "voip_task", "procid": "440", "msg": " text"}
    envelope = open_envelope(json.dumps(record))
    assert envelope is not None
    assert envelope.texts == ("voip_task[440]: text", "voip_task text", "text")
    tagged = open_envelope(json.dumps({**record, "syslogtag": "voip_task[440]:"}))
    assert tagged is not None
    assert tagged.texts == ("voip_task[440]: text", "text")
    assert unwrap(json.dumps(record), lambda text: text.startswith("voip_task ")).text == "voip_task text"
    assert unwrap(json.dumps(record), lambda text: False).text == "text"


@pytest.mark.parametrize(
    ("record", "facility", "severity"),
    [
        ({"PRIORITY": "3", "SYSLOG_FACILITY": "23"}, "local7", "err"),
        ({"pri": "187"}, "local7", "err"),
        ({"priority": 187, "severity": 6}, "local7", "info"),
        ({"facility": "LOCAL7", "severity": "Error"}, "local7", "err"),
        ({"level": 9, "facility": 99, "priority": "high"}, None, None),
        ({"log": {"syslog": {"priority": 187}}}, "local7", "err"),
        ({"pri": "٣"}, None, None),
    ],
)
def test_levels_are_words_or_numbers(record: dict[str, object], facility: str | None, severity: str | None) -> None:
    envelope = open_envelope(json.dumps({"message": "text", **record}))
    assert envelope is not None
    assert (envelope.facility, envelope.severity) == (facility, severity)


@pytest.mark.parametrize(
    ("record", "host"),
    [
        ({"source": "udp:514", "host": "phone"}, "phone"),
        ({"source": "/var/log/phones.log", "host": {"name": "phone"}}, "phone"),
        ({"host": "site/phone"}, "site/phone"),
        ({"host": "2001:db8::1"}, "2001:db8::1"),
        ({"log": {"source": {"address": "192.0.2.20:514"}}}, "192.0.2.20"),
        ({"host": "téléphone"}, "téléphone"),
        ({"host": "-", "hostname": "two words"}, None),
        ({"host": {"name": "collector"}, "log": {"syslog": {"hostname": "phone"}}}, "phone"),
        ({"fields": {"host": ["phone"]}}, "phone"),
    ],
)
def test_the_host_is_the_phone_and_no_input_of_a_forwarder(record: dict[str, object], host: str | None) -> None:
    envelope = open_envelope(json.dumps({"message": "text", **record}))
    assert envelope is not None
    assert envelope.hostname == host


def test_names_are_known_with_and_without_their_wrappers() -> None:
    assert {known_name(name) for name in NAMES} == NAMES
    assert {known_name(f"_source.{name}") for name in HOSTS} == {*HOSTS}
    assert known_name("labels.fields.host") == "host"
    assert not known_name("parent.host")
    assert not known_name("event")[:0]
