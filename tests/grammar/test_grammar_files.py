"""Grammar files: the built-in ones match as pyparsing does, and wrong ones are refused with one error."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyparsing as pp
import pytest
from support.paths import FIXTURES
from support.random_grammars import oracle, texts

from lyncphone_logs.authoring.grammar_samples import check_grammar
from lyncphone_logs.catalog import grammars_folder, read_catalog
from lyncphone_logs.errors import GrammarError
from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.grammar import MAX_CACHED_CHARACTERS, Grammar
from lyncphone_logs.grammar.loader import read_grammar
from lyncphone_logs.syslog.unwrap import unwrap

GRAMMARS = read_catalog().grammars


def expressions() -> list[Any]:
    """Grammar, expression and what it was compiled to; those of message sets once, for the first that has them."""
    found: dict[str, Any] = {}
    for grammar in GRAMMARS:
        compiled = [grammar.header, *(each for _, each in grammar.messages)]
        for number, ((name, expression), each) in enumerate(zip(grammar.specification, compiled, strict=True)):
            parameters = pytest.param(grammar, expression, each, id=f"{grammar.name}-{number}-{name}")
            found.setdefault(f"{name} {each.rendered}", parameters)
    return list(found.values())


@cache
def lines_of(grammar: Grammar) -> list[str]:
    traces = [
        path.read_text(encoding="utf-8").split("\n") for path in sorted(FIXTURES.glob(f"{grammar.name}/*/trace.log"))
    ]
    lines = [
        unwrap(line).text
        for line in [*(sample.line for sample in grammar.samples), *(line for trace in traces for line in trace)]
        if line
    ]
    # Samples of shared messages are lines of one family; other families get the messages alone.
    readings = (other.read(line) for other in GRAMMARS for line in lines)
    messages = [reading.header.get("message", "") for reading in readings if reading]
    return sorted({*lines, *messages})


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
@pytest.mark.sampled(6)
def test_samples_have_the_declared_kind_and_are_read_by_this_grammar_alone(grammar: Grammar) -> None:
    assert list(check_grammar(grammar, GRAMMARS)) == []
    assert all(sample.origin == "synthetic" or sample.origin.startswith("real: ") for sample in grammar.samples)


def test_a_sample_that_two_kinds_match_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(
        "import pyparsing as pp\nvendor, shared, levels = 'x', (), {}\nheader = 'own:' + pp.Regex('.*')('message')\n"
        "messages = [('dhcp.lease.failed', pp.Literal('no') + 'lease'), ('dhcp.lease.lost', pp.Regex('no.*'))]\n"
        "samples = [('synthetic', 'own: no lease', 'dhcp.lease.failed', {}),"
        " ('synthetic', 'own: no', 'dhcp.lease.lost', {})]\n",
        encoding="utf-8",
    )
    grammar = read_grammar(path, grammars_folder())
    assert list(check_grammar(grammar, [grammar])) == ["'own: no lease' matches dhcp.lease.failed and dhcp.lease.lost"]


@pytest.fixture
def own(tmp_path: Path) -> Grammar:
    path = tmp_path / "own.py"
    path.write_text(
        "import pyparsing as pp\nvendor, shared, levels, samples = 'x', (), {}, []\n"
        "header = 'own:' + pp.Regex('.*')('message')\nrest = pp.Regex('.*')\n"
        "messages = [('dhcp.lease.failed', 'no lease' + rest),"
        " ('dhcp.lease.lost', pp.Word('nold') + pp.Word('leas') + rest),"
        " ('tls.server_certificate.rejected', 'code' + pp.Regex('[0-9a-f]+')('verify_code') + rest)]\n",
        encoding="utf-8",
    )
    return read_grammar(path, grammars_folder())


@pytest.mark.parametrize(
    ("message", "among", "kind"),
    [
        ("no lease", None, "dhcp.lease.failed"),
        ("no lease", (0, 1, 2), "dhcp.lease.failed"),
        ("no lease", [1, 2], "dhcp.lease.lost"),
        ("no lease", (2,), "log.message"),
        ("no lease", (), "log.message"),
        ("old lease", None, "dhcp.lease.lost"),
        ("No lease", None, "log.message"),
    ],
)
def test_a_message_has_the_first_kind_that_matches_of_those_that_may(
    own: Grammar, message: str, among: Sequence[int] | None, kind: str
) -> None:
    assert own.read_message(message, among)[0] == kind
    assert own.read_message(message + "!" * MAX_CACHED_CHARACTERS, among)[0] == kind


def test_fields_have_the_type_of_the_vocabulary_if_they_can(own: Grammar) -> None:
    assert own.read_message("code 7.") == ("tls.server_certificate.rejected", {"verify_code": 7}, (5, 6))
    assert own.read_message("code 7f")[1] == {"verify_code": "7f"}
    assert own.read_message("state=3 reason=no")[1:] == ({"state": "3", "reason": "no"}, None)
    assert own.read_message("nothing to find")[1:] == ({}, None)


def test_equal_messages_are_parsed_once_and_long_ones_are_not_cached(own: Grammar) -> None:
    long = "code 7 " + "." * MAX_CACHED_CHARACTERS
    assert own.read_message("code 7") is own.read_message("code 7")
    assert own.read_message(long) is not own.read_message(long)
    assert own.read_message(long) == own.read_message(long)


def test_kinds_without_a_literal_cannot_be_searched_for(own: Grammar) -> None:
    assert own.literals == ("code", "no lease")
    assert own.unsearchable == ("dhcp.lease.lost",)


def test_no_pattern_is_compiled_before_a_line_needs_it(own: Grammar) -> None:
    def compiled() -> list[str]:
        return [kind for kind, expression in own.messages if "pattern" in vars(expression)]

    own.read_message("no lease", (0,))
    assert own.literals
    assert compiled() == ["dhcp.lease.failed"]
    assert "pattern" not in vars(own.header)


@pytest.mark.parametrize(("grammar", "expression", "compiled"), expressions())
@pytest.mark.sampled(4)
def test_samples_traces_and_derived_lines_match_as_in_pyparsing(
    grammar: Grammar, expression: pp.ParserElement, compiled: CompiledExpression
) -> None:
    expected = oracle(expression)
    lines = lines_of(grammar)
    damaged = [line[:place] + line[place + 1 :] for line in lines for place in range(0, len(line), 17)]
    tried = [*lines, *damaged, *texts(expression, seed=1, count=60)]
    found = [compiled.match(text) for text in tried]
    assert [expected(text) for text in tried] == found
    assert any(each is not None for each in found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("raise SystemExit", "SystemExit"),
        ("vendor = 'x'", "header"),
        ("{shape}\nheader = pp.Forward()", "header"),
        ("{shape}\nheader = pp.Regex('.*')('colour')", "colour"),
        ("{shape}\nmessages = [('tls.alert.sendt', pp.Literal('x'))]", "did you mean 'tls.alert.sent'?"),
        ("{shape}\nmessages = [('tls.alert.sent', pp.Literal('x')('descripton'))]", "did you mean 'description'?"),
        ("{shape}\nshared = ('no_such_set',)", "no_such_set"),
        ("{shape}\nheader.add_parse_action(len)", "parse actions"),
        ("{shape}\nmessages = 7", "not of the right shape"),
        ("{shape}\nmessages = [('tls.alert.sent', 'text')]", "not of the right shape"),
        ("{shape}\nsamples = [('synthetic', 'line')]", "not of the right shape"),
    ],
)
def test_a_grammar_that_cannot_be_used_is_one_error(text: str, says: str, tmp_path: Path) -> None:
    shape = "import pyparsing as pp\nvendor = 'x'\nheader = pp.Regex('.*')('message')\n"
    path = tmp_path / "own.py"
    path.write_text(
        text.replace("{shape}", f"{shape}messages, shared, levels, samples = [], (), {{}}, []"), encoding="utf-8"
    )
    with pytest.raises(GrammarError) as refused:
        read_grammar(path, grammars_folder())
    assert says in str(refused.value)
    assert str(path) in str(refused.value) or "no_such_set" in str(refused.value)


MULTILINE = (
    "import pyparsing as pp\nvendor, shared, levels, samples, messages = 'x', (), {}, [], []\n"
    "header = 'own:' + pp.Regex('.*')('message')\n"
)


@pytest.mark.parametrize("key", ["multiline", "joining"])
def test_messages_of_several_lines_are_declared_by_the_new_key_or_the_old(key: str, tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(f"{MULTILINE}{key} = {{'opens': 'SIP', 'goes_on': 'more' + pp.Regex('.*')('message')}}", "utf-8")
    declared = read_grammar(path, grammars_folder()).multiline
    assert declared is not None
    assert (declared.opens, declared.by) == ("SIP", "sequence")
    assert declared.goes_on is not None
    assert declared.goes_on.match("more text") == {"message": (5, 9)}


@pytest.mark.parametrize("key", ["multiline", "joining"])
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("{'opened': 'SIP'}", "{key} has no 'opened'; known: ['bare', 'between', "),
        ("{'by': 'time'}", "{key}: by is 'time'"),
        ("{'goes_on': pp.Literal('more')}", "{key}: goes_on has no field 'message'"),
        ("{'goes_on': pp.Forward()}", "own.py: {key}: goes_on"),
        ("7", "not of the right shape"),
    ],
)
def test_an_error_in_the_declaration_names_the_key_that_the_file_uses(
    key: str, value: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "own.py"
    path.write_text(f"{MULTILINE}{key} = {value}", "utf-8")
    with pytest.raises(GrammarError) as refused:
        read_grammar(path, grammars_folder())
    assert says.replace("{key}", key) in str(refused.value)


def test_a_grammar_with_the_new_key_and_the_old_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(f"{MULTILINE}multiline = {{'opens': 'SIP'}}\njoining = {{}}", "utf-8")
    with pytest.raises(GrammarError, match="grammar has both 'multiline' and 'joining'") as refused:
        read_grammar(path, grammars_folder())
    assert (refused.value.where, refused.value.help) == (str(path), "define only 'multiline'")
