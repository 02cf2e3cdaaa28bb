"""Damage by word processors, web pages and mail is undone and named."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyncphone_logs.syslog.damage import repair

FOUNDING = "local7.err voip_task[440]: CERT     : ERR  - {acl_user_tls_server_validation():653} server cert is invalid."


@pytest.mark.parametrize(
    ("damaged", "repaired", "names"),
    [
        (FOUNDING, FOUNDING, ()),
        ("a\tb", "a\tb", ()),
        ("a#011b#007", "a\tb\x07", ("escape",)),
        ("B#303#274ro#000", "Büro", ("escape",)),
        ("#015#012 a#015", "#015#012 a#015", ()),
        ("TO(#021) (#21) #2#303", "TO(#021) (#21) #2#303", ()),
        ("#200#201", "#200#201", ()),
        ("#033[0m<0>a", "<0>a", ("color",)),
        ("\x1b[1;31mERR\x1b[0m a\x1b[K", "ERR a", ("color",)),
        ("^[[31ma \\x1b[0mb \\033[0mc \\u001b[0md \\e[0me", "a b c d e", ("color",)),
        ("\x1b[0ma#011“b”", 'a\t"b"', ("color", "escape", "quotes")),
        ("CERT\xa0\u2003\u202f: ERR", "CERT   : ERR", ("nbsp",)),
        ("a\u2028b\x85c\u3000d\u2000e\u200af", "a b c d e f", ("nbsp",)),
        ("user ‘a’ ‚b‛ “c” „d‟", "user 'a' 'b' \"c\" \"d\"", ("quotes",)),
        ("&lt;187&gt;Oct 1", "<187>Oct 1", ("html",)),
        ("a &amp; b &quot;c&quot; &#39;d&#39; &#x27;e&#x27; &apos;f&apos;", "a & b \"c\" 'd' 'e' 'f'", ("html",)),
        ("a&nbsp;b", "a b", ("html", "nbsp")),
        ("ERR &ndash; x &#8217;y&rsquo;", "ERR – x 'y'", ("dash", "html", "quotes")),
        ("ver\xadify\u200b_\ufeffcode\u200e\u2060", "verify_code", ("zero-width",)),
        ("ERR  – x", "ERR  – x", ("dash",)),
        ("— \u2012 \u2212", "— \u2012 \u2212", ("dash",)),
        ("“a”\xa0–\u200b &gt;", '"a" – >', ("dash", "html", "nbsp", "quotes", "zero-width")),
        ("Müller é 日本", "Müller é 日本", ()),
    ],
)
def test_each_damage_is_undone_and_named_in_sorted_order(damaged: str, repaired: str, names: tuple[str, ...]) -> None:
    assert repair(damaged) == (repaired, names)


@pytest.mark.parametrize(
    "text", ["a=1&copy=2", "a&b", "&ltfoo", "&unknown;", "&#10;&#0;&#13;", "&#x0a;", "AT&T &copy;"]
)
def test_text_that_only_looks_like_damage_is_unchanged(text: str) -> None:
    assert repair(text) == (text, ())


def test_a_reference_is_resolved_once() -> None:
    assert repair("&amp;lt;") == ("&lt;", ("html",))


DASHES = "\u2012\u2013\u2014\u2212"
BLANKS = "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
QUOTES = "‘’‚‛“”„‟"
INVISIBLE = "\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
ENTITY = re.compile(
    r"&(?:lt|gt|amp|quot|apos|nbsp|shy|[nm]dash|[lr][sd]quo|minus"
    r"|#(?:34|38|39|60|62|160|173|82(?:0[0-9]|1[0-9]|2[0-3]))|#[xX](?:2[267]|3[cCeE]|[aA]0|[aA][dD]|20[01][0-9a-fA-F]));"
)
TABLES = (
    ("nbsp", str.maketrans(dict.fromkeys(BLANKS, " "))),
    ("quotes", str.maketrans(QUOTES, "''''\"\"\"\"")),
    ("zero-width", str.maketrans(dict.fromkeys(INVISIBLE))),
)
NAMES = (
    "lt",
    "gt",
    "amp",
    "quot",
    "apos",
    "nbsp",
    "shy",
    "ndash",
    "mdash",
    "minus",
    "lsquo",
    "rsquo",
    "ldquo",
    "rdquo",
)
NUMBERS = ("34", "160", "173", "8200", "8211", "8217", "8223", "8224", "x22", "X3c", "xA0", "xad", "x2013", "x200B")
ENTITIES = [f"&{name};" for name in (*NAMES, *(f"#{number}" for number in NUMBERS))]


def defined(text: str) -> tuple[str, tuple[str, ...]]:
    """What `repair` is defined to do, one step after the other and without shortcuts."""
    repaired = ENTITY.sub(lambda found: html.unescape(found[0]), text)
    names = {"html"} if repaired != text else set()
    for name, table in TABLES:
        before, repaired = repaired, repaired.translate(table)
        if repaired != before:
            names.add(name)
    if any(dash in repaired for dash in DASHES):
        names.add("dash")
    return repaired, tuple(sorted(names))


def test_each_character_alone_is_repaired_as_defined() -> None:
    every = [chr(number) for number in range(0x10000)]
    assert [repair(character) for character in every] == [defined(character) for character in every]


@given(
    st.lists(st.sampled_from([*DASHES, *BLANKS, *QUOTES, *INVISIBLE, *ENTITIES]) | st.text(max_size=4)).map("".join)
    | st.text(st.sampled_from(f"a –&;#{DASHES}"))
)
def test_any_text_is_repaired_as_defined(text: str) -> None:
    assert repair(text) == defined(text)


@given(st.text())
def test_a_repaired_text_contains_no_damage(text: str) -> None:
    repaired, names = repair(text)
    assert list(names) == sorted(set(names))
    assert (repaired == text) == (set(names) <= {"dash"})
    assert set(repair(repaired.replace("&", ""))[1]) <= {"dash"}
