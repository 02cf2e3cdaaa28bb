"""Escapes: every code point of Unicode, compared with the definition by Unicode categories."""

import json
import sys
import unicodedata

from lyncphone_logs.reports.escaping import HIDDEN, to_json, visible

CHARACTERS = [chr(point) for point in range(sys.maxunicode + 1)]
REST = [character for character in CHARACTERS if unicodedata.category(character) not in HIDDEN]
ESCAPED = [character for character in CHARACTERS if unicodedata.category(character) in HIDDEN]


def by_definition(character: str) -> str:
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    if point == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    width = 2 if point < 0x100 else 4 if point < 0x10000 else 8
    return f"\\{'xuU'[width.bit_length() - 2]}{point:0{width}x}"


def test_text_escapes_exactly_the_hidden_categories() -> None:
    assert [visible(character) for character in ESCAPED] == [by_definition(character) for character in ESCAPED]
    assert visible("".join(REST)) == "".join(REST)
    assert visible("\x00".join(REST)) == "␀".join(REST)


def test_json_escapes_exactly_the_hidden_categories() -> None:
    expected = [json.dumps(character) for character in ESCAPED if character != "\x7f"]
    assert [to_json(character) for character in ESCAPED if character != "\x7f"] == expected
    assert to_json("\x7f") == r'"\u007f"'
    rest = "".join(REST)
    assert to_json(rest) == json.dumps(rest, ensure_ascii=False)
    assert to_json([rest, "\x7f"]) == json.dumps([rest, ""], ensure_ascii=False)[:-2] + r'\u007f"]'


def test_line_ends_of_indented_json_stay() -> None:
    assert to_json({"a": ["\n\x9b"]}, compact=True) == '{"a":["\\n\\u009b"]}'
