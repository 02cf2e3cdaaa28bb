"""Lines of UTF-16 and UTF-32: their texts, places and separators, compared with a plain definition."""

import codecs

import pytest

from lyncphone_logs.sources.encodings import encoding_of, mark_of, transcoded

ENCODINGS = {
    "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE, "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}  # fmt: skip
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)
every_wide = pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])


@every_encoding
def test_an_encoding_is_known_by_its_mark(encoding: str) -> None:
    assert mark_of(encoding) == ENCODINGS[encoding]
    assert encoding_of(ENCODINGS[encoding]) == encoding
    assert encoding_of(ENCODINGS[encoding] + "x".encode(encoding)) == encoding


@every_wide
@pytest.mark.parametrize(("length", "is_wide"), [(15, False), (16, True), (17, True), (4000, True)])
def test_without_a_mark_sixteen_latin_characters_show_the_encoding(encoding: str, length: int, is_wide: bool) -> None:
    assert encoding_of(("x" * length).encode(encoding)) == (encoding if is_wide else "")


@every_wide
@pytest.mark.parametrize(("others", "is_wide"), [(19, True), (20, False), (21, False)])
def test_more_than_half_of_the_characters_must_be_latin(encoding: str, others: int, is_wide: bool) -> None:
    assert encoding_of(("x" * 20 + "\u6f22" * others).encode(encoding)) == (encoding if is_wide else "")


@every_wide
@pytest.mark.parametrize(("printed", "is_wide"), [(89, False), (90, False), (91, True)])
def test_more_than_nine_of_ten_latin_characters_must_be_printed_ones(
    encoding: str, printed: int, is_wide: bool
) -> None:
    text = "x" * printed + "\x01" * (100 - printed)
    assert encoding_of(text.encode(encoding)) == (encoding if is_wide else "")


@every_wide
def test_controls_of_logs_count_as_printed(encoding: str) -> None:
    assert encoding_of(("\t\n\r\x1b ~" * 5).encode(encoding)) == encoding
    for control in ("\x00", "\x08", "\x0b", "\x7f", "\x1f"):
        assert encoding_of((control * 30).encode(encoding)) == ""


def test_bytes_and_texts_of_other_kinds_are_not_wide() -> None:
    assert (
        encoding_of(b"") == encoding_of(b"plain text of more than sixteen characters") == encoding_of(bytes(100)) == ""
    )
    assert encoding_of("x".encode("utf-16-le") * 40 + b"x") == "utf-16-le"


@every_encoding
@pytest.mark.parametrize("is_last", [True, False])
def test_lines_have_their_text_their_place_and_their_separator(encoding: str, is_last: bool) -> None:
    width = len("x".encode(encoding))
    raw = "one\r\ntw\u00e9\n\nlast".encode(encoding)
    found = transcoded(raw, 1000, encoding, 100, is_last=is_last)
    lines = [(0, 3, "one\n"), (5, 3, "tw\u00e9\n"), (9, 0, "\n")] + [(10, 4, "last")] * is_last
    assert found.data == "".join(text for _, _, text in lines).encode()
    assert found.places == [(1000 + start * width, length * width) for start, length, _ in lines]
    assert found.separators == 4 * width
    assert found.consumed == (14 if is_last else 10) * width


@every_encoding
def test_a_text_that_ends_with_a_line_end_has_no_line_after_it(encoding: str) -> None:
    raw = "one\n".encode(encoding)
    found = transcoded(raw, 0, encoding, 100, is_last=True)
    assert (found.data, len(found.places), found.consumed) == (b"one\n", 1, len(raw))


@every_encoding
@pytest.mark.parametrize("most", [1, 4, 5])
def test_a_line_is_truncated_to_bytes_of_utf_8(encoding: str, most: int) -> None:
    found = transcoded("abcde\n\u00e9".encode(encoding), 0, encoding, most, is_last=True)
    assert found.data == b"abcde"[:most] + b"\n" + "\u00e9".encode()[:most]


@every_wide
def test_a_lone_surrogate_becomes_a_replacement_character(encoding: str) -> None:
    raw = "a\ud800b\n".encode(encoding, "surrogatepass")
    found = transcoded(raw, 0, encoding, 100, is_last=True)
    assert found.data.decode().startswith("a\ufffd")
    assert found.data.endswith(b"\n")
    assert found.places == [(0, 6)]


@every_wide
def test_a_line_end_one_byte_off_ends_its_line(encoding: str) -> None:
    raw = b"x" + "abc\ndef\n".encode(encoding)
    found = transcoded(raw, 0, encoding, 100, is_last=True)
    assert len(found.places) == 2
    assert "def" in found.data.decode().split("\n")[1]


def test_a_character_whose_bytes_look_like_a_line_end_is_none() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        raw = "a\u0a0a\u0b0a\u0a0bz".encode(encoding)
        assert len(transcoded(raw, 0, encoding, 100, is_last=True).places) == 1
