"""No text of a trace, a file name or a rule can command a terminal, a browser, a ticket or a parser."""

import json
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import html5lib
import pyte
import pytest
from markdown_it import MarkdownIt
from support.sample_report import EXTERNAL, REKEYED, SIGNATURE, lead, phone, planted, report

from lyncphone_logs.diagnosis.findings import Phone
from lyncphone_logs.reports import concise, details, explanation, html, markdown, screen
from lyncphone_logs.reports import json as jsonl
from lyncphone_logs.reports.escaping import HIDDEN, visible
from lyncphone_logs.reports.page import Terminal
from lyncphone_logs.reports.report import Report

SEEDS = {
    "clear screen": "\x1b[2J\x1b[H\x1b[?25l",
    "window title": "\x1b]0;PWNED\x07",
    "clipboard": "\x1b]52;c;cHduZWQ=\x07",
    "8-bit controls": "\x9b31m\x9d0;PWNED\x9c\x85",
    "direction": "\u202egnp.exe\u2066\u2069",
    "zero width and tags": "a\u200bb\ufeff\U000e0041\u2028\u2029",
    "NUL, tab, DEL": "\x00\t\b\r\x7f",
    "lone surrogates": "\udc9b\ud800",
    "forged line": "\nerror[TLS999] forged: forged\n# forged\n- forged\n1. forged",
    "script": "</script></style></pre><script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "backticks": "```` ` ```\n```\n<b>out</b>",
    "markdown": "|a|b| ![x](http://evil.example/x) [y](javascript:1) <http://evil.example> **b** _i_ $x$ @all",
    "autolinks": "http://evil.example www.evil.example a@evil.example",
    "rich markup": "[/INVITE] [red] :smile:",
    "jinja": "{{ 7*7 }}{% raw %}",
}
FOR_PEOPLE: dict[str, Callable[[Report], str]] = {
    "text": lambda report: details.render(report, color=False, width=None),
    "first screen": screen.render,
    "narrow screen": lambda report: screen.render(report, terminal=Terminal(color=False, width=60)),
    "narrow text": lambda report: details.render(report, color=False, width=60),
    "rule": lambda report: explanation.render_rule(report.phones[0].diagnoses[0].rule, color=False, width=60),
    "concise": concise.render,
    "markdown": markdown.render,
    "html": html.render,
}
MARKDOWN_NODES = {
    "heading", "paragraph", "fence", "bullet_list", "ordered_list", "list_item", "inline", "text", "text_special",
    "strong", "code_inline", "link", "softbreak", "hardbreak", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip

every_seed = pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
one_and_two_phones = pytest.mark.parametrize("phones", [(phone(),), (phone(), phone(id="10.1.2.4"))])


def _hidden(shown: str) -> set[str]:
    return {character for character in shown if character != "\n" and unicodedata.category(character) in HIDDEN}


def test_every_hidden_character_of_unicode_is_made_visible() -> None:
    points = [chr(point) for point in range(sys.maxunicode + 1)]
    hidden = [character for character in points if unicodedata.category(character) in HIDDEN]
    assert len(hidden) > 2200
    assert not _hidden(visible("".join(hidden)))
    assert len({visible(character) for character in hidden}) == len(hidden)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("\x1b[0m", "␛[0m"), ("\t", "␉"), ("\n", "␊"), ("\x7f", "␡"), ("\x9b", r"\x9b"), ("\u202e", r"\u202e"),
     ("\U000e0041", r"\U000e0041"), ("\udc9b", r"\udc9b"), ("é 漢 😀 \\x9b", "é 漢 😀 \\x9b")],
)  # fmt: skip
def test_a_hidden_character_has_its_picture_and_the_rest_stays(raw: str, shown: str) -> None:
    assert visible(raw) == shown


@every_seed
@pytest.mark.parametrize("form", FOR_PEOPLE.values(), ids=FOR_PEOPLE.keys())
def test_no_hidden_character_reaches_a_reader(form: Callable[[Report], str], seed: str) -> None:
    shown = form(planted(report(), seed))
    assert not _hidden(shown)
    assert shown.encode()


def test_the_seed_reaches_every_form_so_that_these_tests_see_it() -> None:
    for form in FOR_PEOPLE.values():
        assert form(planted(report(), "sentinel")).count("sentinel") >= 1
    assert details.render(planted(report(), "sentinel"), color=False, width=None).count("sentinel") > 25


@every_seed
def test_a_line_end_in_a_field_forges_no_line(seed: str) -> None:
    honest, shown = concise.render(report()), concise.render(planted(report(), seed))
    assert shown.count("\n") == honest.count("\n")
    assert not [line for line in shown.split("\n") if line.startswith("error[TLS999]")]


@every_seed
def test_the_text_keeps_words_of_input_out_of_the_first_column(seed: str) -> None:
    shown = details.render(planted(report(), seed), color=False, width=None)
    assert not [line for line in shown.split("\n") if line.startswith(("error[TLS999]", "# forged", "- forged"))]


@every_seed
@pytest.mark.parametrize("width", [60, None])
def test_a_terminal_is_left_as_it_was(seed: str, width: int | None) -> None:
    screen, untouched = pyte.Screen(200, 300), pyte.Screen(200, 300)
    pyte.Stream(screen).feed(details.render(planted(report(), seed), color=True, width=width).replace("\n", "\r\n"))
    for name in ("title", "icon_name", "mode", "margins", "charset"):
        assert getattr(screen, name) == getattr(untouched, name)
    assert screen.cursor.hidden is False
    assert screen.cursor.attrs == untouched.cursor.attrs
    assert screen.display[0].startswith("error[TLS001] ")


@every_seed
@one_and_two_phones
def test_the_html_holds_only_our_elements(seed: str, phones: tuple[Phone, ...]) -> None:
    ours, shown = (_elements(html.render(each)) for each in _both(seed, phones))
    assert {tag for tag, _ in shown} <= {tag for tag, _ in ours}
    for one, other in zip(_fixed(ours), _fixed(shown), strict=True):
        assert one == other
    attributes = {"class", "href", "rel", "id", "scope", "role", "aria-label", "tabindex"}
    assert {name for _, names in shown for name in names} <= attributes
    assert "script" not in {tag for tag, _ in shown}


def _fixed(elements: list[tuple[str, dict[str, str]]]) -> list[tuple[str, dict[str, str]]]:
    """The elements without those that depend on input: references, and the digest in anchors."""
    digest = re.compile("^cause-[0-9a-f]{8}-")
    fixed = [(tag, {name: digest.sub("", value) for name, value in names.items()}) for tag, names in elements]
    return [each for each in fixed if each[0] != "a"]


def _both(seed: str, phones: tuple[Phone, ...]) -> tuple[Report, Report]:
    return planted(report(phones=phones), "plain"), planted(report(phones=phones), seed)


def _elements(fragment: str) -> list[tuple[str, dict[str, str]]]:
    tree = html5lib.parseFragment(fragment, namespaceHTMLElements=False)
    return [(element.tag, dict(element.attrib)) for element in tree.iter() if isinstance(element.tag, str)]


def test_the_html_shows_the_hostile_text_itself() -> None:
    shown = html.render(planted(report(), SEEDS["attribute"]))
    tree = html5lib.parseFragment(shown, namespaceHTMLElements=False)
    assert SEEDS["attribute"] in "".join(tree.itertext())


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "http://example.org", "data:text/html,x", "https://a b", "https://x\u202e", "//x", ""],
)
def test_only_an_https_address_becomes_a_link(url: str) -> None:
    reference = replace(SIGNATURE.references[0], url=url)
    rule = replace(SIGNATURE, references=(reference,))
    shown = report(phones=(phone(diagnoses=(lead(rule=rule),)),))
    assert not [tag for tag, _ in _elements(html.render(shown)) if tag == "a"]
    assert "](" not in markdown.render(shown)


def test_a_reference_with_an_https_address_is_a_link_in_html_and_markdown() -> None:
    links = [names["href"] for tag, names in _elements(html.render(report())) if tag == "a"]
    assert set(links) == {"https://example.org/n?a=1&b=2"}
    assert "[Notes](<https://example.org/n?a=1&b=2>)" in markdown.render(report())


@every_seed
@one_and_two_phones
def test_the_markdown_holds_only_our_nodes(seed: str, phones: tuple[Phone, ...]) -> None:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    ours, shown = (parser.parse(markdown.render(each)) for each in _both(seed, phones))
    children = [child for token in shown for child in token.children or []]
    assert {_node(token.type) for token in [*shown, *children]} <= MARKDOWN_NODES
    for kind in ("heading_open", "fence", "list_item_open", "td_open"):
        assert [token.type for token in shown].count(kind) == [token.type for token in ours].count(kind)
    targets = {str(child.attrs["href"]) for child in children if child.type == "link_open"}
    assert all(target.startswith("https://example.org/") for target in targets)


def _node(kind: str) -> str:
    return kind.removesuffix("_open").removesuffix("_close")


@every_seed
def test_json_is_utf8_without_hidden_characters_and_gives_the_text_back(seed: str) -> None:
    hostile = planted(report(), seed)
    for shown in [hostile.to_json(), *jsonl.json_lines(hostile)]:
        assert not _hidden(shown)
        assert shown.encode()
        json.loads(shown)
    (told,) = json.loads(hostile.to_json())["notes"]
    assert told == "the year is assumed" + seed


def test_the_sample_plants_in_rules_that_are_ruled_out_and_in_rivals_too() -> None:
    shown = markdown.render(planted(report(), "sentinel"))
    assert f"{EXTERNAL.title}sentinel" in shown
    assert f"{REKEYED.title}sentinel: the key is the old onesentinel" in shown
