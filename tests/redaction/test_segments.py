"""A long line is examined a segment at a time, and redacted as a short one is."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.redacting import redactor

from lyncphone_logs.redaction.redactor import Redactor
from lyncphone_logs.redaction.segments import MAX_SEGMENT, Part, segmented
from lyncphone_logs.redaction.spans import SpanFinder
from lyncphone_logs.sources.window import MAX_LINE_BYTES

TEXTS = (
    "password=Rainer Zufall;", 'password="correct horse battery staple"', "sip:anna.schmidt@contoso.com",
    "10.11.12.13",
    "00:90:8f:3b:bc:ba",
    "Authorization: NTLM TlRMTVNTUAADAAAAGAAYAHIAAAAYABgAigAAABQAFABI",
    "CN=Anna Schmidt, O=Contoso",
    "%61%6e%6e%61%73", "a.n.n.a.s.c.h.m.i.d.t", "user=annaschmidt",
)  # fmt: skip
PLANTED = (
    "rainer",
    "zufall",
    "horse",
    "staple",
    "anna",
    "schmidt",
    "contoso",
    "10.11.12",
    "3b:bc:ba",
    "tlrm",
    "%6e%6e",
)


@pytest.fixture(scope="module")
def redacted() -> Redactor:
    return redactor()


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("filler", ["x ", "error ", "=", '"', ", ", "a/"])
@pytest.mark.sampled(12)
def test_a_value_is_replaced_wherever_a_long_line_has_it(text: str, filler: str, redacted: Redactor) -> None:
    for before in range(0, 2 * MAX_SEGMENT, 37):
        line = f"{(filler * MAX_SEGMENT)[:before]} {text} {(filler * MAX_SEGMENT)[: 3 * MAX_SEGMENT - before]}"
        shown = redacted.text(line).lower()
        assert [each for each in PLANTED if each in shown] == [], before


@pytest.mark.parametrize("value", ["A1b2" * 900, "correct horse " * 200, "a.b." * 800, "%41%6e" * 400])
def test_no_piece_of_a_long_secret_stays(value: str, redacted: Redactor) -> None:
    shown = redacted.text(f'Jul  9 10:00:00 phone: {"error " * 100}password="{value}" error')
    assert [each for each in ("horse", "A1b2", "a.b", "%6e") if each in shown] == []
    assert shown.endswith("error")
    assert len(shown) < 1_000


@pytest.mark.parametrize(
    "pump", ["A1", "a.b.", "é", "%41", "a ", "password=", "sip:", "&#97;", '"', "1.", "x=", "\x00", "\ud800"]
)
@pytest.mark.sampled(5)
def test_no_longer_text_is_given_to_the_patterns(
    pump: str, redacted: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_lengths: list[int] = []
    original = SpanFinder._spans

    def noted(finder: SpanFinder, text: str, known: tuple[Part, ...]) -> list[Part]:
        given_lengths.append(len(text))
        return original(finder, text, known)

    monkeypatch.setattr(SpanFinder, "_spans", noted)
    replaced: list[int] = []
    monkeypatch.setattr(redacted, "on_replaced", lambda kind, text, shown: replaced.append(len(text)))
    redacted.text(pump * (MAX_LINE_BYTES // len(pump)))
    assert max(given_lengths) <= MAX_SEGMENT
    assert max(replaced, default=0) <= MAX_SEGMENT
    assert sum(given_lengths) <= 5 * MAX_LINE_BYTES


def words(text: str, known: tuple[Part, ...]) -> list[Part]:
    return list(_words(text, known))


def _words(text: str, known: tuple[Part, ...]) -> Iterator[Part]:
    position = 0
    for each in [*known, Part(len(text), len(text), "")]:
        start = position
        for word in text[position : each.start].split(" "):
            if word:
                yield Part(start, start + len(word), "token")
            start += len(word) + 1
        position = each.end


@given(st.lists(st.integers(1, 1500), max_size=9), st.lists(st.integers(0, 4000), max_size=4, unique=True))
def test_segments_find_each_part_once(sizes: list[int], edges: list[int]) -> None:
    text = " ".join("w" * size for size in sizes)
    edges = sorted(each for each in edges if each < len(text))
    known = tuple(Part(first, last, "host") for first, last in zip(edges[::2], edges[1::2], strict=False))
    found = segmented(text, known, words)
    assert found == sorted(found)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert "".join(text[each.start : each.end] for each in found if each.kind != "host").replace(" ", "") == "".join(
        text[first:last].replace(" ", "")
        for first, last in zip(
            [0, *(each.end for each in known)], [*(each.start for each in known), len(text)], strict=True
        )
    )
    assert [each for each in found if each.kind == "host"] == [*known]
