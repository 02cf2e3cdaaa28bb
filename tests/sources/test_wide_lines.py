"""Line ends of wide texts next to characters whose bytes look like one, and at the first byte of a text."""

import itertools
import random

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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_two_characters_that_have_a_line_end_across_them_are_no_line_end(encoding: str) -> None:
    for text in ("x\u0a61\u6100y", "x\u610a\u6161y", "\u6100\u0a61", "\u0a61\u6100" * 9):
        found = transcoded(f"{text}\nz".encode(encoding), 0, encoding, 999, is_last=True)
        assert found.data.decode() == f"{text}\nz"


ENDED = ("first line", "second, longer", "third", "", "fourth one", "end")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("added", [b"", b"x"], ids=["lost", "added"])
def test_a_lost_or_added_byte_within_a_line_damages_that_line_only(encoding: str, added: bytes) -> None:
    raw, width = "".join(f"{line}\n" for line in ENDED).encode(encoding), len("a".encode(encoding))
    start = tried = 0
    for number, line in enumerate(ENDED[:-1]):
        # Without a byte of its last character or of its line end, a line is one with the next.
        for at in range(start, start + (len(line) - 1) * width):
            changed = raw[:at] + added + raw[at + (not added) :]
            found = transcoded(changed, 0, encoding, 999, is_last=True)
            *lines, rest = found.data.decode().split("\n")
            assert rest == ""
            assert len(lines) == len(found.places) == len(ENDED)
            assert [*lines[:number], line, *lines[number + 1 :]] == list(ENDED)
            assert lines[number] != line
            tried += 1
        start += (len(line) + 1) * width
    assert tried == width * sum(len(line) - 1 for line in ENDED[:-1] if line)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_any_bytes_are_as_many_lines_as_places(encoding: str) -> None:
    made = random.Random(20)
    for _ in range(2000):
        raw = bytes(made.choices(b"\0\0\0\n\n\ra\xd8\xdc", k=made.randrange(24)))
        data, places, consumed, separators = transcoded(raw, 0, encoding, 999, is_last=True)
        assert data.count(b"\n") + (not data.endswith(b"\n") and bool(data)) == len(places)
        assert sum(length for _, length in places) + separators == consumed == len(raw)
