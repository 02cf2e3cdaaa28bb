"""A compiled expression matches as pyparsing does: known traps, refused elements, and random grammars."""

import os
import re
from typing import Any

import pyparsing as pp
import pytest
from support.random_grammars import grammar, oracle, texts

from lyncphone_logs.errors import GrammarError
from lyncphone_logs.grammar.compiler import compile_expression
from lyncphone_logs.grammar.expression import check_engine

LONG = os.environ.get("LYNCPHONE_LOGS_LONG") == "1"
CERT = "voip_task[440]: CERT     : ERR  – {acl_user_tls_server_validation():653} server cert is invalid. ctx->error=7."
HEADER = (
    pp.Word(pp.alphanums + "_")("app_name") + "[" + pp.Word(pp.nums)("procid") + "]" + ":"
    + pp.Word(pp.alphas)("module") + ":" + pp.Word(pp.alphas)("level") + pp.one_of("- – —")
    + pp.Opt("{" + pp.Word(pp.alphanums + "_")("function") + "()" + ":" + pp.Word(pp.nums)("source_line") + "}")
    + pp.rest_of_line("message")
)  # fmt: skip
A, B = pp.Word("a"), pp.Word("b")


def fields(expression: pp.ParserElement, text: str) -> dict[str, str] | None:
    found = compile_expression(expression).match(text)
    return None if found is None else {name: text[start:end] for name, (start, end) in found.items()}


def refusal(expression: pp.ParserElement) -> GrammarError:
    with pytest.raises(GrammarError) as caught:
        compile_expression(expression, where="grammars/x.py")
    assert caught.value.where == "grammars/x.py"
    assert caught.value.what.endswith("cannot be compiled")
    return caught.value


def test_the_founding_line_gives_the_fields_of_its_header() -> None:
    assert fields(HEADER, CERT) == {
        "app_name": "voip_task",
        "procid": "440",
        "module": "CERT",
        "level": "ERR",
        "function": "acl_user_tls_server_validation",
        "source_line": "653",
        "message": " server cert is invalid. ctx->error=7.",
    }


def test_text_before_a_message_is_skipped_with_dots() -> None:
    expression = ... + pp.Literal("ctx->error=") + pp.Word(pp.nums)("verify_code") + pp.Opt(".")
    assert compile_expression(expression).literals == ("ctx->error=",)
    assert fields(expression, "server cert is invalid. ctx->error=7.") == {"verify_code": "7"}


def test_a_name_matched_several_times_gives_its_last_span() -> None:
    pair = pp.Group(pp.Word(pp.alphas)("key") + "=" + pp.Word(pp.alphanums)("value"))
    assert fields(pp.ZeroOrMore(pair), "a=1 b=2") == {"key": "b", "value": "2"}


@pytest.mark.parametrize(("text", "last"), [("ab", "b"), ("ba", "a")])
def test_the_last_span_counts_in_any_alternative(text: str, last: str) -> None:
    assert fields(pp.OneOrMore(pp.Char("a")("x") | pp.Char("b")("x")), text) == {"x": last}


def test_a_capture_survives_a_turn_that_matches_another_alternative() -> None:
    assert fields(pp.ZeroOrMore(pp.Char("a")("x") | pp.Char("b") | pp.Char("c")), "abc") == {"x": "a"}


def test_a_turn_that_fails_after_a_capture_leaves_none() -> None:
    assert fields(pp.ZeroOrMore(pp.Char("a")("x") + pp.Char("1 2")) + pp.Opt("ab"), "a1ab") == {"x": "a"}
    found = compile_expression(pp.ZeroOrMore(pp.Char("ab")("x") + "1") + "b").match("a1b")
    assert found == {"x": (0, 1)}


def test_no_possessive_repetition_is_around_a_capture() -> None:
    pattern = compile_expression(pp.ZeroOrMore(A("x") | B)).pattern.pattern
    assert "(?>(?:" in pattern
    assert not re.search(r"\)[*+]\+", pattern)


def test_a_python_with_wrong_atomic_groups_is_refused() -> None:
    with pytest.raises(RuntimeError, match="cpython 106052"):
        check_engine([("(?P<a>x)", "x", (0, 1), (1, 1))])


def test_a_repetition_never_backtracks() -> None:
    assert fields(pp.Word("ab") + "b", "aab") is None
    assert fields(pp.ZeroOrMore("a") + "a", "aaa") is None


def test_the_first_alternative_that_matches_counts() -> None:
    assert fields((pp.Literal("a") | "ab") + pp.StringEnd(), "ab") is None


def test_the_span_of_a_choice_begins_after_the_blanks() -> None:
    assert compile_expression(pp.Group(A | B)("x")).match("  b ") == {"x": (2, 3)}


def test_a_named_option_or_repetition_without_text_is_absent() -> None:
    expression = A + pp.Opt(B)("x") + pp.ZeroOrMore("c")("y") + pp.rest_of_line("z")
    assert fields(expression, "a") == {"z": ""}


def test_tabs_are_not_expanded() -> None:
    assert compile_expression(A + B("x")).match("a\tb") == {"x": (2, 3)}


def test_the_name_that_dots_get_is_no_field() -> None:
    assert compile_expression(pp.SkipTo("x") + "x" + ... + A("y")).fields == ("y",)


def test_names_in_a_negative_lookahead_are_no_fields() -> None:
    assert compile_expression(~A("x") + B("y")).fields == ("y",)


def test_fields_are_in_the_order_of_their_first_appearance() -> None:
    assert compile_expression((A("b") | B("a")) + pp.Opt(A("b"))).fields == ("b", "a")


def test_compiling_does_not_change_the_expression() -> None:
    expression = A("x") + (B | "c")
    compile_expression(expression)
    assert not expression.streamlined
    assert expression.parse_string("a c").as_dict() == {"x": "a"}


@pytest.mark.parametrize(
    ("expression", "literals"),
    [
        (A + "long text" + pp.Literal(":"), ("long text",)),
        (pp.Literal("abc") | "de", ("abc", "de")),
        (pp.Opt("abc") + pp.ZeroOrMore("x") + B, ()),
        (pp.Literal("abc") | A, ()),
        (pp.Regex("x?error=(?:fatal|bad)"), ("error=",)),
        (pp.one_of("fatal bad"), ("fatal", "bad")),
        (pp.Regex("error", flags=re.IGNORECASE), ()),
        (pp.CaselessLiteral("error"), ()),
        (~pp.Literal("error") + A, ()),
        (pp.OneOrMore(pp.Keyword("word")), ("word",)),
    ],
)
def test_literals_are_in_every_text_that_matches(expression: pp.ParserElement, literals: tuple[str, ...]) -> None:
    assert compile_expression(expression).literals == literals


def with_action(element: pp.ParserElement) -> pp.ParserElement:
    return element.copy().add_parse_action(lambda tokens: tokens)


REFUSED: list[tuple[str, Any, str, str]] = [
    ("a Forward", pp.Forward() << A, "recursion is not regular", "ZeroOrMore"),
    ("a parse action", with_action(A), "are code", "remove them"),
    ("a condition", A.copy().add_condition(lambda tokens: True), "are code", "remove them"),
    ("one_of caseless", pp.one_of("a b", caseless=True), "are code", "Regex"),
    ("a fail action", A.copy().set_fail_action(print), "are code", "remove them"),
    ("an Each", A & B, "in any order", "ZeroOrMore of a choice"),
    ("an Or", A ^ B, "longest", "longer one first"),
    ("a default", pp.Opt(A, default="x"), "default is not in the text", "absent"),
    ("an accumulating name", A("x*"), "collects a list", "without *"),
    ("a Combine of parts that are apart", pp.Combine(A + B, adjacent=False), "combined text differs", "adjacent"),
    ("a Combine with a join string", pp.Combine(A + B, "-"), "combined text differs", "join_string"),
    ("a Suppress within a Combine", pp.Combine(A + pp.Suppress("-") + B), "omit a part", "name the parts"),
    ("an ignored expression", (A.copy() + B.copy()).ignore(pp.Literal("#")), "ignored", "may occur"),
    ("a NoMatch", A | pp.NoMatch(), "never matches", "remove it"),
    ("a class of one's own", type("Own", (pp.Word,), {})("a"), "class is not supported", "supported elements"),
    ("dots without an end", A + ..., "class is not supported", "supported elements"),
    ("the operator -", A - B, "aborts the whole parse", "use +"),
    ("a StringStart in the middle", A + pp.StringStart(), "not the first element", "remove it"),
    (
        "a StringStart within other blanks",
        (pp.StringStart() + A).set_whitespace_chars(" "),
        "other blanks are skipped before it",
        "remove it",
    ),
    ("a name of no text", A + pp.LineEnd()("x"), "no text of its own", "around it"),
    ("a name of a Suppress", pp.Suppress(A)("x"), "no text of its own", "around it"),
    ("a name within a Suppress", pp.Suppress(A("x")), "loses names within Suppress", "outside"),
    ("a name within a FollowedBy", pp.FollowedBy(A("x")) + A, "loses names within FollowedBy", "outside"),
    ("a name within itself", pp.Group(A("x") + B)("x"), "around it has the same name", "two names"),
    ("a named repetition of a choice", pp.OneOrMore(A | B)("x"), "begin with blanks", "alternatives"),
    ("a White that skips itself", (A + pp.White(" ") + B), "skips the blanks", "leave_whitespace"),
    ("a SkipTo with fail_on", pp.SkipTo("x", fail_on="y"), "fail_on", "one_of"),
    ("a SkipTo with ignore", pp.SkipTo("x", ignore=pp.Literal("y")), "ignore", "one_of"),
    ("an unquoted string", pp.QuotedString('"'), "removes the quotes", "unquote_results=False"),
    ("a Word of letters and signs as keyword", pp.Word("a-", as_keyword=True), "backtracks", "~Char"),
    ("a Word of nothing", pp.Word("a", exclude_chars="a"), "all its characters are excluded", "exclude fewer"),
    ("what follows the end of the text", pp.LineEnd() + pp.LineEnd(), "past the end of the text", "LineEnd"),
    ("an empty sequence", pp.And([]), "no elements", "remove it"),
    ("an empty choice", pp.MatchFirst([]), "no alternatives", "remove it"),
    ("a lookbehind", pp.PrecededBy("a") + B, "lookbehind", "before it"),
    ("a Located", pp.Located(A), "results of its own", "remove it"),
    ("a Dict", pp.Dict(pp.OneOrMore(pp.Group(A + B))), "keys come from the text", "results names"),
    ("a group in a Regex", pp.Regex("(a)b"), "capturing groups", "(?:"),
    ("a named group in a Regex", pp.Regex("(?P<x>a)b"), "capturing groups", "results name"),
    ("a lookbehind in a Regex", pp.Regex("(?<=a)b"), "lookbehind", "grammar"),
    ("flags inside a Regex", pp.Regex("a(?i:b)"), "flags inside", "flags="),
    ("a verbose Regex", pp.Regex("a b", flags=re.VERBOSE), "flags", "DOTALL"),
    ("a Regex that gives a match", pp.Regex("a", as_match=True), "not a text", "as_match"),
    ("a Regex that is wrong", pp.Regex("a("), "invalid pattern", "re"),
    ("a Regex of bytes", pp.Regex(re.compile(b"a")), "not a text pattern", "str"),
]


@pytest.mark.parametrize(
    ("expression", "because", "help"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_an_element_that_cannot_be_rendered_exactly_is_refused(expression: Any, because: str, help: str) -> None:
    refused = refusal(expression)
    assert because in refused.because
    assert help in refused.help


NOT_LINEAR: list[Any] = [
    pp.ZeroOrMore(pp.OneOrMore(A) + pp.Opt("b")),
    pp.ZeroOrMore(pp.ZeroOrMore(pp.Char("a")) + "b" | "a"),
    pp.ZeroOrMore(A + "b" | pp.Char("a")),
    pp.ZeroOrMore(pp.Opt(A + "!") + pp.Char("ab")),
    pp.ZeroOrMore(pp.FollowedBy(A + "b") + pp.Char("a")),
    pp.ZeroOrMore(pp.Char("a"), stop_on=A + "b"),
    pp.ZeroOrMore(~pp.Literal("x") + pp.Char(" ").leave_whitespace()),
    pp.ZeroOrMore(pp.Opt(pp.SkipTo("!") + "!") + pp.Char("a")),
    pp.SkipTo(A + "b"),
    pp.SkipTo(pp.Literal("a") | "b"),
    pp.SkipTo(~A + "b"),
    pp.ZeroOrMore(pp.Opt("a")),
    pp.ZeroOrMore(pp.Empty()),
    *map(
        pp.Regex,
        [
            "(?:a+)+",
            "(?:a*)*", "(?:a|a)*b", "(?>a*+b|a)*", "(?>a*+b|a)*+", "(?:a|ab|b)*c",
            ".*.*x", r".*\d+x", r"\d+\d+x",
            r"(?:\d+,?)*x", r"\w*\d*x", "(?:a?b?)*", "(?:.*,)*x", "(?=.*a).*b",
            "(?:a?){40}", "(?:a|a){20}x", "(?:ab|aba){30}x",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("expression", NOT_LINEAR, ids=str)
def test_an_element_that_may_take_more_than_linear_time_is_refused(expression: Any) -> None:
    assert refusal(expression).help


LINEAR: list[Any] = [
    HEADER,
    pp.ZeroOrMore(pp.Group(A("key") + "=" + pp.Word(pp.printables)("value"))),
    pp.ZeroOrMore(A + pp.Opt("=" + B)),
    pp.ZeroOrMore(A("x") | B),
    pp.ZeroOrMore(pp.Word("a", as_keyword=True)),
    pp.OneOrMore(pp.SkipTo(",") + ","),
    pp.SkipTo(pp.Literal("ctx->error=") + pp.Word(pp.nums)) + pp.rest_of_line,
    pp.DelimitedList(A),
    pp.QuotedString('"', esc_char="\\", unquote_results=False),
    pp.QuotedString('"', esc_quote='""', unquote_results=False),
    pp.ZeroOrMore(~pp.Keyword("end") + pp.Word(pp.alphas)),
    *map(
        pp.Regex,
        [
            r"[^\s:\[\]]+", r"\d{1,3}(?:\.\d{1,3}){3}", r"\S+@\S+", r".*:\s*\d+",
            r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d", ".*?foo",
            r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", r"\w+(?:-\w+)*", r'"(?:\\.|[^"\\])*"',
            "(?:info|infra|error|warn)", r"\w+\b",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("expression", LINEAR, ids=str)
def test_usual_elements_of_log_grammars_are_linear(expression: Any) -> None:
    assert compile_expression(expression).pattern


SEEDS = range(40_000 if LONG else 3_700)
TEXTS = 60


@pytest.mark.slow
def test_random_grammars_agree_with_pyparsing() -> None:
    grammars = strings = matches = spans = 0
    for seed in SEEDS:
        try:
            compiled = compile_expression(grammar(seed))
        except GrammarError:
            continue
        parse = oracle(grammar(seed))
        grammars += 1
        for text in texts(grammar(seed).streamline(), seed, TEXTS):
            expected, found = parse(text), compiled.match(text)
            assert _cut(text, found) == _cut(text, expected), (seed, text)
            assert found is None or not compiled.literals or any(literal in text for literal in compiled.literals)
            strings += 1
            matches += found is not None
            spans += len(found or ())
    print(f"{grammars} grammars, {strings} strings, {matches} matches, {spans} fields: no difference")
    assert grammars >= max(2_000, len(SEEDS) * 0.55)
    assert strings >= 100_000
    assert matches >= strings * 0.3
    assert spans >= strings * 0.15


def _cut(text: str, spans: dict[str, tuple[int, int]] | None) -> dict[str, str] | None:
    return None if spans is None else {name: text[start:end] for name, (start, end) in spans.items()}


def test_the_oracle_accepts_what_pyparsing_accepts() -> None:
    for seed in range(300):
        try:
            compile_expression(grammar(seed))
        except GrammarError:
            continue
        parse, plain = oracle(grammar(seed)), grammar(seed).copy().parse_with_tabs()
        for text in texts(grammar(seed).streamline(), seed, 20):
            assert plain.matches(text, parse_all=True) == (parse(text) is not None), (seed, text)
