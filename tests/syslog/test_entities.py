"""Character references: each number and name that is resolved, and that no other is."""

import html
from html.entities import html5

from lyncphone_logs.syslog.damage import repair

NUMBERS = {34, 38, 39, 60, 62, 160, 173, *range(8200, 8224)}
HEXADECIMAL = {0x22, 0x26, 0x27, 0x3C, 0x3E, 0xA0, 0xAD, *range(0x2000, 0x2020)}
NAMES = {
    "lt", "gt", "amp", "quot", "apos", "nbsp", "shy", "ndash", "mdash", "lsquo", "rsquo", "ldquo", "rdquo", "minus",
}  # fmt: skip


def is_resolved(reference: str) -> bool:
    """Whether a reference is resolved, to what it is a reference to, before characters are repaired."""
    text, names = repair(f"a{reference}b")
    if "html" not in names:
        assert names or text == f"a{reference}b"
        return False
    assert text == repair(f"a{html.unescape(reference)}b")[0]
    return True


def test_the_numbers_that_are_resolved() -> None:
    assert {number for number in range(20_000) if is_resolved(f"&#{number};")} == NUMBERS


def test_the_hexadecimal_numbers_that_are_resolved() -> None:
    for form in ("&#x{:x};", "&#X{:X};", "&#x{:X};"):
        assert {number for number in range(20_000) if is_resolved(form.format(number))} == HEXADECIMAL


def test_the_names_that_are_resolved() -> None:
    names = {name.removesuffix(";") for name in html5}
    assert len(names) > 2000
    assert {name for name in names if is_resolved(f"&{name};")} == NAMES


def test_a_reference_ends_with_a_semicolon_and_has_no_leading_zero() -> None:
    for reference in ("&#60", "&lt", "&#060;", "&#x03c;", "&#x3c", "&# 60;", "&#-60;", "& lt;", "&LT;", "#60;", "&#;"):
        assert not is_resolved(reference), reference
