"""How the traces of a family are recorded: built-in grammars say it, wrong texts are refused, users may omit it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs import api
from lyncphone_logs.authoring.grammar_samples import check_grammar
from lyncphone_logs.catalog import grammars_folder, read_catalog
from lyncphone_logs.errors import GrammarError
from lyncphone_logs.events.vocabulary import capture_of, families, kinds
from lyncphone_logs.grammar.capture_hint import MAX_SENTENCE_CHARACTERS, SENTENCES, CaptureHint, capture_hint
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.loader import read_grammar

GRAMMARS = read_catalog().grammars
OWN = (
    "import pyparsing as pp\nvendor, shared, levels, samples, messages = 'x', (), {}, [], []\n"
    "header = 'own:' + pp.Regex('.*')('message')\n"
)
GOOD = {"trace": "From a file.", "more": "Set it to 9.", "undo": "Set it to 1.", "source": "manual"}
COMPONENTS = "control_center|ieee802_1x|lcd_display|sip_call_control|sip_stack|sipe|voip_application|kernel|lync/ews"


def own(folder: Path, declared: object = None) -> Grammar:
    path = folder / "own.py"
    path.write_text(OWN + ("" if declared is None else f"capture = {declared!r}\n"), encoding="utf-8")
    return read_grammar(path, grammars_folder())


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
def test_each_built_in_family_says_how_it_is_traced_and_where_that_is_from(grammar: Grammar) -> None:
    hint = grammar.capture
    for sentence in [*(getattr(hint, name) for name in SENTENCES), *hint.families.values()]:
        assert 5 < len(sentence) <= MAX_SENTENCE_CHARACTERS
    assert str(hint) == f"{hint.trace} {hint.more}"
    assert hint not in [each.capture for each in GRAMMARS if each is not grammar]


def test_a_users_grammar_without_it_has_neutral_texts(tmp_path: Path) -> None:
    grammar = own(tmp_path)
    assert grammar.capture == CaptureHint()
    assert not any(each.vendor in str(grammar.capture) for each in GRAMMARS)
    assert not [line for line in check_grammar(grammar, [grammar]) if "capture" in line]


def test_a_built_in_grammar_without_it_fails_the_test_of_grammars() -> None:
    grammar = replace(GRAMMARS[0], capture=CaptureHint())
    assert [line for line in check_grammar(grammar, GRAMMARS) if "capture" in line]


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (GOOD | {"undo": ""}, "capture: undo is missing"),
        ({name: GOOD[name] for name in ("trace", "more", "source")}, "capture: undo is missing"),
        (GOOD | {"more": 9}, "capture: more is missing or not a text"),
        (GOOD | {"more": "a" * 141}, "capture: more is longer than one line of 140 characters"),
        (GOOD | {"trace": "one\ntwo"}, "capture: trace is longer than one line"),
        (GOOD | {"mroe": "x"}, "capture has no 'mroe'; known: trace, more, undo, source, families"),
        (GOOD | {"families": {"tsl": "x"}}, "families has 'tsl', which is no event family did you mean 'tls'?"),
        (GOOD | {"families": {"tls": ""}}, "capture: families: tls is missing"),
        (GOOD | {"families": ["tls"]}, "AttributeError"),
        ("how", "capture has no"),
        (7, "TypeError"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_one_error_with_the_file(declared: Any, says: str, tmp_path: Path) -> None:
    with pytest.raises(GrammarError) as caught:
        own(tmp_path, declared)
    assert "not of the right shape" in caught.value.what
    assert says in caught.value.because
    assert caught.value.where == str(tmp_path / "own.py")


def test_a_declaration_survives_the_cache(tmp_path: Path) -> None:
    declared = GOOD | {"families": {"tls": "Switch on tls."}}
    assert own(tmp_path, declared).capture == own(tmp_path, declared).capture == capture_hint(declared)


def test_a_hint_for_a_kind_begins_with_what_to_switch_on_and_is_neutral_for_other_families() -> None:
    hint = capture_hint(GOOD | {"families": {"tls": "Switch on tls."}})
    assert hint.for_kind("tls.error") == f"Switch on tls. {capture_of('tls.error')}"
    assert hint.for_kind("dns.lookup.failed") == capture_of("dns.lookup.failed")


def test_the_texts_of_the_vocabulary_name_no_maker_and_no_component_of_one() -> None:
    texts = [*(each.capture for each in families().values()), *(each.capture for each in kinds().values())]
    vendors = "|".join(sorted({grammar.vendor for grammar in GRAMMARS}))
    assert not [text for text in texts if re.search(rf"(?i)\b(?:{vendors}|{COMPONENTS}|NETWORK or ALL)\b", text)]


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
def test_a_phone_gets_the_hints_of_its_own_family_only(grammar: Grammar) -> None:
    for path in sorted(FIXTURES.glob(f"{grammar.name}/*/trace.log")):
        for phone in lp.diagnose(lp.read_trace(path)).phones:
            hints = [str(each.capture) for each in GRAMMARS if each.vendor == phone.vendor] or [str(CaptureHint())]
            assert phone.capture in hints
            foreign = {
                sentence.removesuffix(".")
                for each in GRAMMARS
                if each.vendor != phone.vendor
                for sentence in each.capture.families.values()
            }
            assert not [each for each in phone.not_checkable if any(text in each.how_to_capture for text in foreign)]


def test_a_rule_that_cannot_be_checked_names_the_components_of_this_maker(tmp_path: Path) -> None:
    found = []
    for line in ["voip_task[440]: LCD      : INFO - hello", "so   |*|00|Platform: hello"]:
        path = tmp_path / "trace.log"
        path.write_text(f"Jul  9 10:00:00 10.1.2.3 {line}\n", encoding="utf-8")
        (phone,) = lp.diagnose(lp.read_trace(path)).phones
        found.append({each.how_to_capture for each in phone.not_checkable if "tls" in each.missing})
    assert any("syslog components cert, sip_stack" in each for each in found[0])
    assert not any("sip_stack" in each for each in found[1])


def test_an_explanation_says_how_this_makers_phones_are_traced(tmp_path: Path) -> None:
    path = tmp_path / "trace.log"
    path.write_text("Jul  9 10:00:00 10.1.2.3 voip_task[440]: LCD      : INFO - hello\n", encoding="utf-8")
    catalog = read_catalog()
    rule = catalog.rule("TLS001")
    assert rule is not None
    (found,) = api.explain(api.read_trace(path), rule)
    assert found.capture.startswith("Set the syslog components cert, sip_stack")


def test_an_undecided_clause_says_what_to_switch_on_at_this_makers_phones(tmp_path: Path) -> None:
    path = tmp_path / "trace.log"
    line = "voip_task[440]: CERT     : ERR  - {f():653} server cert is invalid. ctx->error=7."
    path.write_text(f"Jul  9 10:00:00 10.1.2.3 {line}\n", encoding="utf-8")
    (phone,) = lp.diagnose(lp.read_trace(path)).phones
    hints = {term.capture for each in phone.diagnoses for term in each.terms if term.state == "undecidable"}
    assert any(each.startswith("Set the syslog component") for each in hints)
    assert not any("log.level.change" in each for each in hints)
