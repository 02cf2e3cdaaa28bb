"""Line ends of wide texts next to characters whose bytes look like one, and at the first byte of a text."""

import itertools

import pytest

from lyncphone_logs.sources.encodings import transcoded

CHARACTERS = ("a", "\n", "\u0a0a", "\u0a61", "\u610a", "\u0d0a", "\r\n", "\u0b0a")
"""No U+0A00: a line end may be one byte off, and these would be that character."""


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_lines_of_any_characters_end_where_the_decoded_text_has_line_ends(encoding: str) -> None:
    tried = 0
    width = len("a".encode(encoding))
    for characters in itertools.product(CHARACTERS, repeat=4):
        text = "".join(characters)
        found = transcoded(text.encode(encoding), 0, encoding, 999, is_last=True)
        lines = text.replace("\r\n", "\n").split("\n")
        expected = [f"{line}\n" for line in lines[:-1]] + [lines[-1]] * bool(lines[-1])
        assert found.data.decode() == "".join(expected), ascii(text)
        assert [length for _, length in found.places] == [len(line.rstrip("\n")) * width for line in expected]
        assert found.consumed == len(text) * width
        tried += 1
    assert tried == len(CHARACTERS) ** 4


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("lost", range(3, 9))
def test_a_lost_byte_damages_its_line_only(encoding: str, lost: int) -> None:
    raw = "one\ntwo\nthree\nfour\n".encode(encoding)
    found = transcoded(raw[:lost] + raw[lost + 1 :], 0, encoding, 999, is_last=True).data.decode()
    assert found.endswith("three\nfour\n") or "four" in found
    assert found.count("\n") >= 3
