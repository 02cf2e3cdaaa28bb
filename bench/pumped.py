"""Shows that compiled patterns take linear time, on texts built to make patterns backtrack.

    python bench/pumped.py [--json]

A text is a prefix, a repeated pump and a spoiler, so that the match fails as late as possible and a backtracking engine
has the most choices. The result is the time per character (the minimum of several repetitions) at 1,000, 4,000, 16,000
and 64,000 characters; if it does not grow, time is linear. SHAPES are the elements that the compiler accepts, including
regular expressions of users. `of_grammars` pumps each piece of the samples of each built-in grammar, and reports for
its header and its messages the text whose cost grew most.
"""

import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pyparsing as pp

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.grammar.compiler import compile_expression
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.syslog.framing import parse_prefix

SIZES = (1_000, 4_000, 16_000, 64_000)
CHARACTERS = 64_000
REPETITIONS, QUICK_REPETITIONS = 9, 2
Pump = tuple[str, str, str]
Taken = tuple[str, list[float]]

_A, _WORD, _DIGITS = pp.Char("a"), pp.Word(pp.alphas), pp.Word(pp.nums)
_PAIR = pp.Group(pp.Word(pp.alphas)("key") + "=" + pp.Word(pp.alphanums)("value"))
SHAPES: list[tuple[str, Any, Pump]] = [
    ("Word, then a literal", _WORD + "!", ("", "a", "?")),
    ("Word as keyword, repeated", pp.ZeroOrMore(pp.Word("a", as_keyword=True)), ("", "a ", "a!")),
    ("Word between bounds, repeated", pp.OneOrMore(pp.Word("ab", min=2, max=5)), ("", "abab ", "a!")),
    ("CharsNotIn", pp.CharsNotIn(";") + ";", ("", "a,", "")),
    ("White between words", _WORD + pp.White(" \t").leave_whitespace() + _DIGITS, ("a", " \t", "a")),
    ("skipped blanks", _WORD + _DIGITS + _WORD, ("a", " \t\n", "!")),
    ("one_of with one beginning", pp.ZeroOrMore(pp.one_of("aaaa1 aaaa2 aaaa3 aaa")), ("", "aaaa2", "aa")),
    ("CaselessLiteral, repeated", pp.ZeroOrMore(pp.CaselessLiteral("abc")), ("", "aBc", "ab")),
    ("Keyword, repeated", pp.OneOrMore(pp.Keyword("word")), ("", "word ", "words")),
    ("MatchFirst of sequences", pp.ZeroOrMore(_A + "b" + "c" | pp.Literal("a!") | "d"), ("", "abcd", "abd")),
    ("nested Opt", pp.ZeroOrMore(_A + pp.Opt("b" + pp.Opt("c" + pp.Opt("d")))), ("", "abcabca", "abd")),
    ("OneOrMore with an optional part", pp.OneOrMore(_WORD + pp.Opt("=" + _DIGITS)), ("", "a=1 b ", "a=")),
    ("names and values in groups", pp.ZeroOrMore(_PAIR), ("", "a=b ", "a=")),
    ("OneOrMore with stop_on", pp.OneOrMore(pp.Char("ab"), stop_on="bb") + "bb", ("", "ab", "ba")),
    ("NotAny before each word", pp.ZeroOrMore(~pp.Keyword("end") + _WORD), ("", "en ends ", "end")),
    ("FollowedBy before each word", pp.OneOrMore(pp.FollowedBy(pp.Literal("ab")) + _WORD), ("", "ab ", "ba")),
    ("DelimitedList", pp.DelimitedList(_WORD), ("", "a,", ",")),
    ("Combine", pp.Combine(_WORD + pp.ZeroOrMore("." + _WORD)), ("", "a.", ".")),
    ("Group and Suppress", pp.ZeroOrMore(pp.Suppress("(") + pp.Group(_WORD) + pp.Suppress(")")), ("", "(a)", "(a")),
    ("SkipTo a literal", pp.SkipTo("aaab") + "aaab", ("", "a", "")),
    ("SkipTo a literal and a word", pp.SkipTo(pp.Literal("error=") + _DIGITS) + pp.rest_of_line, ("", "error=", "")),
    ("SkipTo, repeated", pp.OneOrMore(pp.SkipTo(",") + ","), ("", "a,", "a")),
    ("dots", ... + pp.Literal("code:") + _DIGITS, ("", "cod", "code:x")),
    ("rest_of_line and LineEnd", pp.ZeroOrMore(_WORD + pp.rest_of_line + pp.LineEnd().suppress()), ("", "ab c\n", "1")),
    ("QuotedString with escapes", pp.QuotedString('"', esc_char="\\", unquote_results=False), ('"', '\\"', "")),
    ("QuotedString with doubled quotes", pp.QuotedString('"', esc_quote='""', unquote_results=False), ('"', '""', "a")),
    ("Regex: an address", pp.Regex(r"\S+@\S+"), ("", "a", "")),
    ("Regex: the last colon", pp.Regex(r".*:\s*\d+"), ("", ": ", "x")),
    ("Regex: shortest", pp.Regex(r".*?foo"), ("", "fo", "")),
    ("Regex: a quoted text", pp.Regex(r'"(?:\\.|[^"\\])*"'), ('"', 'a\\"', "")),
    ("Regex: parts with dots", pp.Regex(r"(?:\.\d+)*"), ("", ".1", ".")),
    ("Regex: words with dashes", pp.Regex(r"\w+(?:-\w+)*"), ("", "a-", "!")),
    ("Regex: alternatives", pp.Regex(r"(?:info|infra|error|warn)") + pp.Regex(r"(?:ab|c)*x"), ("info", "abc", "")),
]


def text_of(pump: Pump, size: int) -> str:
    """Prefix, repeated pump, spoiler: about `size` characters."""
    prefix, again, spoiler = pump
    return prefix + again * (size // len(again)) + spoiler


def nanoseconds(pattern: re.Pattern[str], pump: Pump, repetitions: int) -> list[float]:
    """Time per character at each of SIZES."""
    return [_nanoseconds(pattern, text_of(pump, size), repetitions) for size in SIZES]


def _nanoseconds(pattern: re.Pattern[str], text: str, repetitions: int) -> float:
    match = pattern.fullmatch
    turns = max(1, CHARACTERS // len(text))
    best = float("inf")
    for _ in range(repetitions):
        start = time.perf_counter_ns()
        for _ in range(turns):
            match(text)
        best = min(best, time.perf_counter_ns() - start)
    return best / turns / len(text)


def of_shapes(repetitions: int = REPETITIONS) -> Iterator[Taken]:
    """Each shape with its times per character."""
    for name, element, pump in SHAPES:
        label = f"{name}: {'·'.join(filter(None, (repr(pump[0]), f'{pump[1]!r}ⁿ', repr(pump[2]))))}"
        yield (
            label.replace("''·", "").replace("·''", ""),
            nanoseconds(compile_expression(element).pattern, pump, repetitions),
        )


def of_grammars() -> Iterator[Taken]:
    """The header and the messages of each grammar, with the times of the text whose cost grew most."""
    for grammar in read_catalog().grammars:
        texts = [sample.line[parse_prefix(sample.line).start :] for sample in grammar.samples]
        yield from _worst(f"{grammar.name}: header", [grammar.header.pattern], texts)
        messages = [message for text in texts if (message := _message(grammar, text))]
        yield from _worst(f"{grammar.name}: messages", [each.pattern for _, each in grammar.messages], messages)


def _message(grammar: Grammar, text: str) -> str:
    start, end = (grammar.header.match(text) or {}).get("message", (0, 0))
    return text[start:end]


def _worst(name: str, patterns: Sequence[re.Pattern[str]], texts: Sequence[str]) -> Iterator[Taken]:
    grown: list[tuple[float, int, Pump]] = []
    for number, pattern in enumerate(patterns):
        for pump in sorted({pump for text in texts if pattern.fullmatch(text) for pump in pumps(text)}):
            taken = nanoseconds(pattern, pump, QUICK_REPETITIONS)
            grown.append((taken[-1] / taken[0], number, pump))
    if grown:
        # Growth by chance does not repeat.
        again = [nanoseconds(patterns[number], pump, REPETITIONS) for _, number, pump in sorted(grown)[-8:]]
        worst = max(again, key=lambda taken: taken[-1] / taken[0])
        yield f"{name}, worst of {len(grown):,} pumped samples", worst


def pumps(text: str) -> Iterator[Pump]:
    """A text pumped at eight positions: the character, the word before it, and everything before it."""
    for position in range(1, len(text), max(1, len(text) // 8)):
        before = text[:position]
        for again in (text[position], before.rpartition(" ")[2] or " ", before):
            yield before, again, ""
            yield before, again, f"{text[position:]}\n\0"


def main(arguments: list[str]) -> None:
    """The command line."""
    found = [*of_shapes(), *of_grammars()]
    if arguments == ["--json"]:
        print(json.dumps(found))
        return
    for name, taken in found:
        print(f"{name:60} {' '.join(f'{each:8.1f}' for each in taken)}   {taken[-1] / taken[0]:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
