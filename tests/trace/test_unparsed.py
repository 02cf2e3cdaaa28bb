"""Shapes of unparsed lines: what is masked, and that equal shapes are recognized before they are masked."""

from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import lyncphone_logs
from lyncphone_logs.trace.unparsed import MAX_SHAPES, PARTS, anonymize, shape, unparsed_shapes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call from sip:alice@contoso.com;tag=1 to <sip:bob@contoso.com>", "call from <uri>;tag=1 to <<uri>>"),
        ("https://pool.contoso.com/a?b=c done", "<url> done"),
        ("mac 00:90:8f:12:34:56 or 0090.7a05.18f6 or 00908F3BBCBA", "mac <mac> or <mac> or <mac>"),
        ("at 192.0.2.10:5061 and [2001:db8::1]", "at <address>:5061 and [<address>]"),
        ("display name = \"Bob\", user: bob", "display name = \"<word>\", user: <text>"),
        ("server fe01.contoso.com answers", "server <name> answers"),
        ("dialled +49 30 123456 and 5551234", "dialled <number> and <number>"),
        ("state 4 of 17", "state 4 of 17"),
        ("rest d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", "rest <id>"),
    ],
)  # fmt: skip
def test_known_forms_are_masked(text: str, expected: str) -> None:
    assert anonymize(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("state 4 of 17", "state  12 of 9"),
        ("12:00:01 timer 0x1f fired", "9:30:59.123 timer 0xabc fired"),
        ("task a1b2c3 ended", "task 99fe10 ended"),
        ("calls ext 4711", "calls ext 12"),
    ],
)
def test_texts_of_one_shape(one: str, other: str) -> None:
    assert shape(one) == shape(other)
    assert shape(one) != shape(f"{one} again")


def test_verbs_and_status_codes_stay_visible() -> None:
    fetched = '192.0.2.7 - - "GET /0004f2aabbcc.cfg HTTP/1.1" 404 168 "-" "Agent"'
    stored = '192.0.2.7 - - "PUT /0004f2aabbcc-boot.log HTTP/1.1" 405 172 "-" "Agent"'
    assert anonymize(fetched) == '<address> - - "GET /<mac>.cfg HTTP/1.1" 404 168 "-" "Agent"'
    assert len({shape(fetched), shape(stored), shape(fetched.replace("404", "403"))}) == 3
    assert shape(fetched) == shape(fetched.replace("168", "9000").replace("aabbcc", "aabb00"))


def test_shapes_are_bounded_and_the_rest_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lyncphone_logs.trace.unparsed.MAX_SHAPES", 2)
    trace = tmp_path / "trace.log"
    trace.write_text("a\nb\nc\nd\na\n", encoding="utf-8")
    found = unparsed_shapes(lyncphone_logs.read_trace(trace).batches())
    assert [(each.example, each.count) for each in found.ranked()] == [("a", 2), ("b", 1)]
    assert (found.others, MAX_SHAPES) == (2, 10_000)


WORDS = (
    "0", "1", "9", "12", "123", "12345", "123456789012", "1234567890123", "a", "fe", "1f", "1fe2", "deadbeef", "dead1",
    "A1B2", "0x", "0x1", "1x5", "0X1F", "0x123456789abc", "to", "user", "=", ":", "::", " ", "  ", ",", ".", "-", "_",
    "+", "@", "%", "/", "(", ")", "<", ">", "'", '"', "http://", "sip:", "com", "\u0663", "\n", "1.2.3.4", "12:34:56",
    "ext", "calling", "SRV_", "May", "CN=", "\\\\",
)  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join) | st.text(max_size=30))
@example("scale 1x5 is no 0x5")
@example("12:34:56,123456789012")
def test_a_shape_is_the_text_with_all_parts_masked(text: str) -> None:
    assume("HTTP/" not in text and "SIP/" not in text)
    masked = anonymize(text)
    for word, expression in PARTS:
        masked = expression.sub(word, masked)
    assert shape(text) == masked.strip()


def test_a_line_that_continues_is_one_shape_with_its_continuation(tmp_path: Path) -> None:
    trace = tmp_path / "trace.log"
    trace.write_text("<14>Jul  9 12:00:00 a what no grammar reads\n  and &lt;more&gt; of it\n", encoding="utf-8")
    (found,) = unparsed_shapes(lyncphone_logs.read_trace(trace, year=2013).batches()).ranked()
    assert found.example == "what no grammar reads\n  and <more> of it"
