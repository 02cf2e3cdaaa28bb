"""Damage by Word, web pages and mail is undone, and named."""

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
def test_what_only_looks_like_damage_stays(text: str) -> None:
    assert repair(text) == (text, ())


def test_a_reference_is_resolved_once() -> None:
    assert repair("&amp;lt;") == ("&lt;", ("html",))


@given(st.text())
def test_any_text_is_repaired_without_error_and_holds_no_damage_afterwards(text: str) -> None:
    repaired, names = repair(text)
    assert list(names) == sorted(set(names))
    assert (repaired == text) == (set(names) <= {"dash"})
    assert set(repair(repaired.replace("&", ""))[1]) <= {"dash"}
