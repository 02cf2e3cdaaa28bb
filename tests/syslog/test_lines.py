"""A window as a table has the lines that it yields one by one, repaired, whatever their encoding and length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyncphone_logs.sources import window as window_module
from lyncphone_logs.sources.window import Window
from lyncphone_logs.syslog import lines as lines_module
from lyncphone_logs.syslog.damage import repair
from lyncphone_logs.syslog.lines import lines_of_window

MAX_LINE_BYTES = 12
PIECES = [b"a", b" ", b"\t", b"ERR  - x", b"&lt;", b"&", b"\r", b"\xff", b"\x85", b"\xc3", b"\x00"]
PIECES += [text.encode() for text in ("–", "—", "ü", "\xa0", "”", "\u200b", "日本", "\u2028", "😀")]
CONTENTS = st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join)


@pytest.fixture(autouse=True)
def short_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (window_module, lines_module):
        monkeypatch.setattr(module, "MAX_LINE_BYTES", MAX_LINE_BYTES)


def rows_of(window: Window) -> list[tuple[object, ...]]:
    table = lines_of_window(window)
    assert len({len(column) for column in (table.numbers, table.offsets, table.lengths, table.texts)}) == 1
    columns = (table.numbers, table.offsets, table.lengths, table.texts, table.repaired)
    return [(*row, table.repairs.get(number, ())) for number, row in enumerate(zip(*columns, strict=True))]


def expected_rows(window: Window) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for line in window.lines():
        repaired, names = repair(line.text)
        if line.text.strip(" \t\r\v\f"):
            length = min(line.length, MAX_LINE_BYTES) if "overlong" in line.repairs else line.length
            rows.append((line.number, line.offset, length, line.text, repaired, (*line.repairs, *names)))
    return rows


@given(st.lists(CONTENTS), st.booleans())
def test_a_table_has_the_lines_of_its_window(contents: list[bytes], ends: bool) -> None:
    window = Window(3, 100, b"\n".join(contents) + b"\n" * ends)
    assert rows_of(window) == expected_rows(window)


@pytest.mark.parametrize("text", ["\x85", "\xa0", "\u2028", "\x1c", "\u3000 \xa0"])
def test_a_line_of_other_blanks_than_those_of_ascii_is_no_separator(text: str) -> None:
    assert [row[3] for row in rows_of(Window(1, 0, f" \t\n{text}\n\f\n".encode()))] == [text]


@pytest.mark.parametrize("data", [b"a" * 14, b"a" * 14 + b"\n", b"a" * 12 + "–".encode() + b"\r\n"])
def test_the_length_of_a_truncated_line_is_that_of_its_text_and_the_rest_is_counted(data: bytes) -> None:
    window = Window(3, 100, data, beyond=7)
    assert rows_of(window) == expected_rows(window)
    table = lines_of_window(window)
    assert table.lengths == [MAX_LINE_BYTES]
    assert table.overlong_lines == 1
    assert table.overlong_bytes == len(data.rstrip(b"\r\n")) + 7 - MAX_LINE_BYTES


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_the_length_of_a_truncated_line_in_another_encoding_is_that_of_its_text_there(encoding: str) -> None:
    text = "–ü😀aaaaaaaaa"
    size = len(text.encode(encoding))
    window = Window(1, 0, text.encode()[: MAX_LINE_BYTES + 2], 0, ((0, size),), size, encoding)
    table = lines_of_window(window)
    assert table.texts == ["–ü😀aaa"]
    assert table.lengths == [len("–ü😀aaa".encode(encoding))]
    assert table.overlong_bytes == size - table.lengths[0]


@given(st.lists(CONTENTS.filter(lambda content: content.isascii()), min_size=1))
def test_a_table_has_the_positions_of_lines_in_another_encoding(contents: list[bytes]) -> None:
    places = tuple((number * 50, len(content) * 2) for number, content in enumerate(contents))
    window = Window(1, 0, b"\n".join(contents) + b"\n", 0, places, 50 * len(contents))
    assert rows_of(window) == expected_rows(window)


def test_a_line_of_another_encoding_does_not_change_how_its_neighbours_are_decoded() -> None:
    table = lines_of_window(Window(1, 0, "ü –\n".encode() + b"\xfc\n" + "日本\n".encode()))
    assert table.texts == ["ü –", "ü", "日本"]
    assert table.repairs == {0: ("dash",), 1: ("cp1252",)}


def test_selected_lines_have_their_own_positions_and_gaps() -> None:
    table = lines_of_window(Window(1, 0, "a –\n \nb\nc\n".encode()), [(1, 0), (4, 40), (6, 60), (7, 62)])
    assert (table.numbers, table.offsets) == ([1, 6, 7], [0, 60, 62])
    assert table.after_gap == {1}
