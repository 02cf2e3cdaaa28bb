"""The HTML report: one self-contained file that says what the first screen of the text report says."""

import itertools
import re
import textwrap
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from support.paths import ROOT
from support.sample_report import SIGNATURE, event, lead, phone, report, rival

import lyncphone_logs as lp
from lyncphone_logs.diagnosis.findings import Boot, Failure, StageState
from lyncphone_logs.events import vocabulary
from lyncphone_logs.reports import answer, html, text
from lyncphone_logs.reports.report import Report
from lyncphone_logs.rules.rule import Check

FOUNDING = ROOT / "fixtures/audiocodes_400hd/founding-line/trace.log"
CHAIN = ROOT / "fixtures/certificates/chain-sha256.pem"
TRACES = [
    *("audiocodes_400hd/founding-line", "polycom_ucs/option-43-unusable", "audiocodes_400hd/signed-in"),
    *("grandstream/registration-refused", "foreign/asterisk.log", "yealink/root-certificate-unknown"),
]
MAX_BYTES = 3_000_000
LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "style"}
NOT_FOR_READERS = re.compile(r"repaired before reading|not shown|odds|×|÷")


def tree(shown: str) -> Element:
    """The parsed document or fragment."""
    return html5lib.parse(shown, namespaceHTMLElements=False)


def words(element: Element) -> str:
    """The text of an element without its style, blanks as one."""
    style = element.find(".//style")
    shown = "".join(element.itertext()).replace(style.text or "" if style is not None else "", "")
    return " ".join(shown.split())


def commands(element: Element) -> list[str]:
    return ["".join(each.itertext()) for each in element.iter("pre") if each.get("class") == "command"]


def fleet(number: int, **changed: object) -> Report:
    """Phones with two causes of different symptoms, with texts as long as those of rules, and a failure."""
    rule = replace(SIGNATURE, why="w" * 200, impact="i" * 500, cause="c" * 700, title="t" * 60)
    other = replace(rule, code="TLS009", name="another-cause")
    found = (lead(rule=rule, rivals=()), lead(rule=other, rivals=()), rival())
    stages = (StageState("tls", "failed", (event(),)),)
    known: dict[str, object] = {
        "boots": (Boot(1, None, None, stages),),
        "failures": (Failure(event()),),
        "ruled_out": (),
    }
    known |= {"diagnoses": found} | changed
    ids = (f"phone-{each:04}" for each in range(number))
    return report(phones=tuple(phone(id=each, **known) for each in ids))


@pytest.fixture(params=TRACES)
def diagnosed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(ROOT)
    return lp.diagnose(Path("fixtures") / request.param)


def test_a_file_loads_nothing_and_runs_nothing(diagnosed: Report) -> None:
    for shown in (html.document(diagnosed), html.document(fleet(3))):
        page = tree(shown)
        policy = next(each for each in page.iter("meta") if each.get("http-equiv") == "Content-Security-Policy")
        assert policy.get("content") == "default-src 'none'; style-src 'unsafe-inline'"
        for element in page.iter():
            assert element.tag not in {"script", "link", "img", "iframe", "object", "embed", "base", "form", "svg"}
            assert not [name for name in element.attrib if name.startswith("on") or name in LOADING]
        assert not re.search(r"url\(|@import|expression\(", "".join(each.text or "" for each in page.iter("style")))


def test_a_file_is_a_complete_document_whose_title_names_the_trace(diagnosed: Report) -> None:
    shown = html.document(diagnosed)
    page = tree(shown)
    assert shown.startswith("<!doctype html>\n")
    assert page.get("lang") == "en"
    (title,) = page.iter("title")
    assert (title.text or "").startswith(text.render(diagnosed, color=False, width=300).split(": ", 1)[0])
    assert "width=device-width" in shown
    assert len([*page.iter("h1")]) == 1
    assert page.find(".//main") is not None


def test_headings_leave_out_no_level(diagnosed: Report) -> None:
    for shown in (diagnosed, fleet(3)):
        levels = [int(each.tag[1]) for each in tree(html.document(shown)).iter() if re.fullmatch(r"h\d", str(each.tag))]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert not [*tree(html.render(shown)).iter("h1")]


def test_the_first_screen_of_the_text_is_in_the_html_in_its_order(diagnosed: Report) -> None:
    """Each line of the text, without what lays it out: marks of evidence, indents, `--all`."""
    shown = words(tree(html.document(diagnosed)))
    at = 0
    for block in text.render(diagnosed, color=False, width=400).split("\n"):
        for part in re.split(r"\s{2,}", block.strip()):
            if part and not re.fullmatch(
                r"\^+|(note: )?\d+ more: --all|\d+\. .*|\d+ less likely: --all|[A-Z]{2,5}\d{3}", part
            ):
                said = part.removeprefix("Next: ")
                found = shown.find(said, at)
                assert found >= 0, f"{said!r} is missing after {shown[max(at - 80, 0) : at]!r}"
                at = found


def test_headline_titles_codes_and_steps_are_those_of_the_answer(diagnosed: Report) -> None:
    page = tree(html.document(diagnosed))
    for each in diagnosed.phones:
        found = answer.answer(diagnosed, each)
        assert found.headline in [words(heading) for heading in page.iter("h2")]
        titles = [words(heading) for heading in page.iter("h3") if heading.get("class") == "title"]
        assert titles == [f"{block.word} {block.rule.title} {block.rule.code}" for block in found.blocks]
        copied = [line for block in found.blocks for check in block.checks for line in check.commands]
        assert commands(page) == [*copied, found.next]
        steps = [step for block in found.blocks if len(block.steps) > 1 for step in block.steps]
        assert [words(item) for item in page.iter("li")][: len(steps)] == [" ".join(step.split()) for step in steps]


def test_each_command_is_alone_in_an_element_that_one_click_selects() -> None:
    check = Check(says="Save the chain.", commands=("openssl s_client > chain.pem", "lyncphone-logs TRACE --all"))
    shown = report(phones=(phone(diagnoses=(lead(rule=replace(SIGNATURE, checks=(check,))),)),), paths=("a b.log",))
    page = tree(html.document(shown))
    assert commands(page) == [
        *("openssl s_client > chain.pem", 'lyncphone-logs "a b.log" --all'),
        'lyncphone-logs explain TLS001 "a b.log"',
    ]
    (style,) = page.find(".//main").iter("style")  # type: ignore[union-attr]
    assert re.search(r"pre\.command \{[^}]*user-select: all", style.text or "")


def test_details_are_closed_and_hold_what_all_prints() -> None:
    page = tree(html.document(report()))
    details = [*page.iter("details")]
    assert details
    assert not [each for each in details if "open" in each.attrib]
    said = " ".join(map(words, details))
    for each in (
        "The CA signs with SHA-256.", "A second paragraph.", "The phone cannot sign in.", "Undo: install the old",
        "firmware 2.0.5 is older than 3.0.1", "another server was accepted", "add --certificate FILE",
        "this line does not show it; code 20 would", "Boot 1", "not seen: dhcp", "the key is the old one",
        "switch on the component ntp", "sample 1.0", "0" * 64, "the year is assumed", "unlock it", "2013: Sign with",
    ):  # fmt: skip
        assert each in said, each
    assert not NOT_FOR_READERS.search(words(page))
    for clause in ("old-firmware", "one-server-only", "chain-is-sha2", "tls.server_certificate"):
        assert clause not in words(page)


def test_no_word_for_the_machine_reaches_a_reader(diagnosed: Report) -> None:
    said = words(tree(html.document(diagnosed)))
    assert not NOT_FOR_READERS.search(said)
    found = [each.rule for one in diagnosed.phones for each in one.diagnoses]
    clauses = {clause.id for rule in found for clause in rule.clause if "-" in clause.id}
    kinds = {kind for kind in vocabulary.kinds() if "." in kind}
    for name in clauses | kinds:
        in_path = any(name in path for path in diagnosed.paths)
        assert in_path or not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said), name


def test_a_failure_without_a_cause_shows_its_line_and_what_to_record() -> None:
    failed = phone(diagnoses=(), failures=(Failure(event()), Failure(event(line=9), 3)), capture="Set DEBUG.")
    said = words(tree(html.document(report(phones=(failed,)))))
    assert "No cause is known for this phone." in said
    assert "To find the cause, record a more detailed trace. Set DEBUG." in said
    assert "1 more failure without a known cause" in said
    assert "(3 times)" in said


def test_a_fleet_shows_each_cause_once_with_a_link_from_the_table() -> None:
    page = tree(html.document(fleet(30)))
    links = [each.get("href", "").removeprefix("#") for each in page.findall(".//table")[0].iter("a")]
    targets = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(links) == 2
    assert links == targets
    assert words(page).count("w" * 200) == 2
    others = {each.get("href", "")[1:] for each in page.iter("a") if each.get("href", "").startswith("#")}
    assert others == set(targets)
    assert page.findall(".//table/caption")[0].text == "Causes"
    for number in range(30):
        assert f"phone-{number:04}" in words(page)


def test_a_phone_of_a_fleet_shows_the_steps_that_only_it_has() -> None:
    step = replace(SIGNATURE.remedy[0], what="Only for this maker.", vendor="Polycom")
    rule = replace(SIGNATURE, remedy=(*SIGNATURE.remedy, step))
    phones = [phone(id=f"p{number}", diagnoses=(lead(rule=rule, rivals=()),)) for number in range(3)]
    shown = words(
        tree(html.document(report(phones=(*phones, phone(id="q", vendor="Polycom", diagnoses=phones[0].diagnoses)))))
    )
    assert shown.count("Only for this maker") == 1


def test_failures_without_a_cause_are_a_row_of_the_fleet_too() -> None:
    page = tree(html.document(fleet(3, diagnoses=(), capture="Set DEBUG.")))
    assert "No known cause:" in words(page.findall(".//table")[0])
    assert "To find the cause, record a more detailed trace. Set DEBUG." in words(page)


def test_a_thousand_phones_stay_small_and_all_are_in_the_table() -> None:
    shown = html.document(fleet(1000))
    assert len(shown.encode()) < MAX_BYTES
    page = tree(shown)
    table = next(each for each in page.iter("table") if each.findtext("caption") == "Phones")
    assert len(table.findall("tbody/tr")) == 1000
    assert f"The other {1000 - html.MAX_DETAILED} phones are only in the table." in words(page)


def test_two_reports_of_one_notebook_have_anchors_of_their_own() -> None:
    one, other = fleet(2), replace(fleet(2), inputs=(replace(report().inputs[0], sha256="1" * 64),))
    ids = [{each.get("id") for each in tree(html.render(shown)).iter() if each.get("id")} for shown in (one, other)]
    assert not ids[0] & ids[1]


def test_wide_tables_have_a_name_and_scroll_with_the_keyboard() -> None:
    for shown in (report(), fleet(2)):
        page = tree(html.document(shown))
        for element in page.iter("div"):
            if element.get("class") == "wide":
                assert element.get("tabindex") == "0"
                assert element.get("role") == "region"
                assert element.get("aria-label")
        assert all(each.get("scope") in {"col", "row"} for each in page.iter("th"))


def test_the_marked_part_of_a_line_is_marked() -> None:
    (first, *_) = tree(html.document(lp.diagnose(FOUNDING, certificate=CHAIN))).iter("mark")
    assert words(first) == "ctx->error=7"


def test_contrast_of_text_is_at_least_that_of_wcag_aa() -> None:
    style = html.render(report()).partition("<style>")[2].partition("</style>")[0]
    for scheme in re.findall(r"--ink: .*?;[^}]*?--mark: #\w+", style, re.DOTALL):
        colors = dict(re.findall(r"--(\w+): #(\w+)", scheme))
        for ink in ("ink", "faint", "error", "warning", "note"):
            for paper in ("paper", "sunk"):
                assert contrast(colors[ink], colors[paper]) >= 4.5, (ink, paper)
        assert contrast(colors["ink"], colors["mark"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    whole = "".join(each * 2 for each in color) if len(color) == 3 else color
    parts = [int(each, 16) / 255 for each in textwrap.wrap(whole, 2)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nothing_readable_is_said_with_the_next_command() -> None:
    page = tree(html.document(report(phones=(), inputs=(), problems=(), paths=("x.log",))))
    assert "No line of a phone was read." in words(page)
    assert commands(page) == ["lyncphone-logs unparsed x.log"]
