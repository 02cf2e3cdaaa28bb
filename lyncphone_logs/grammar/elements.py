"""Renders pyparsing's tokens, the elements without parts, as patterns of the stdlib `re` that never backtrack.

Source of each fact: `parseImpl` and `preParse` of the class in pyparsing 3.3 `core.py`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyparsing as pp

from lyncphone_logs.grammar import linearity, regex_linearity
from lyncphone_logs.grammar.linearity import ALL, ASCII, NOTHING, TEST, UNBOUNDED, MatchFacts, UnsupportedElement

_FLAGS = {re.ASCII: "a", re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}


@dataclass(frozen=True, slots=True)
class CompiledElement:
    """A rendered element. `literals` as in `CompiledExpression`.

    `past`: pyparsing may be one position after the end of the text when the element has matched · `trips`: the element
    would go wrong from that position.
    """

    pattern: str = ""
    facts: MatchFacts = NOTHING
    literals: tuple[str, ...] = ()
    past: bool = False
    trips: bool = False


def token(element: Any) -> CompiledElement | None:
    """The rendered token without the blanks before it; None for other elements. Raises UnsupportedElement."""
    render = _TOKENS.get(type(element))
    return render(element) if render else None


def blanks(characters: Iterable[str]) -> CompiledElement:
    """Any number of the characters; an empty element if there are none."""
    allowed = "".join(characters)
    if not allowed:
        return CompiledElement()
    return CompiledElement(f"{_set(allowed)}*+", linearity.run(linearity.mask(allowed), 0, UNBOUNDED))


def skipped(element: Any) -> CompiledElement:
    """The blanks that the element skips before it. Raises UnsupportedElement."""
    if type(element) is pp.LineStart:
        return _skipped_before_line(element)
    if type(element) is pp.White and element.skipWhitespace and element.whiteChars >= set(element.matchWhite):
        raise UnsupportedElement("it skips the blanks that it should match", "call leave_whitespace() on it")
    return blanks(element.whiteChars) if element.skipWhitespace else CompiledElement()


def _skipped_before_line(element: Any) -> CompiledElement:
    part = blanks(element.skipper.whiteChars | ({"\n"} & element.orig_whiteChars))
    return CompiledElement(rf"(?>\A|{part.pattern})", part.facts) if part.pattern else part


def _set(characters: Iterable[str], negated: str = "") -> str:
    codes = set(map(ord, characters))
    lows = sorted(code for code in codes if code - 1 not in codes)
    highs = sorted(code for code in codes if code + 1 not in codes)
    ranges = [_range(low, high) for low, high in zip(lows, highs, strict=True)]
    return ranges[0] if len(codes) == 1 and not negated else f"[{negated}{''.join(ranges)}]"


def _range(low: int, high: int) -> str:
    return _escape(chr(low)) + (f"-{_escape(chr(high))}" if high > low else "")


def _escape(character: str) -> str:
    return {"\t": r"\t", "\n": r"\n", "\r": r"\r", " ": " "}.get(character) or re.escape(character)


def _times(low: int, high: int) -> str:
    if high > UNBOUNDED // 2:
        return {0: "*+", 1: "++"}.get(low, f"{{{low},}}+")
    return f"{{{low},{high}}}+" if high else "{0}"


def _text(text: str) -> MatchFacts:
    return linearity.sequence(*(linearity.one(linearity.mask(character)) for character in text))


def _literal(element: Any) -> CompiledElement:
    return CompiledElement(re.escape(element.match), _text(element.match), (element.match,))


def _caseless_literal(element: Any) -> CompiledElement:
    return CompiledElement(*_caseless(element.match))


@cache
def _spellings() -> dict[str, str]:
    """For each result of `str.upper()` all characters that have it. There are no cased letters from U+1F000 on."""
    spellings: dict[str, str] = {}
    for character in map(chr, range(0x1F000)):
        spellings[character.upper()] = spellings.get(character.upper(), "") + character
    return spellings


def _caseless(upper: str) -> tuple[str, MatchFacts]:
    spellings = [_spellings().get(character, "") for character in upper]
    if not all(spellings):
        raise UnsupportedElement("a letter has another length in the other case", "use Regex with flags=re.IGNORECASE")
    facts = linearity.sequence(*(linearity.one(linearity.mask(spelling)) for spelling in spellings))
    return "".join(map(_set, spellings)), facts


def _keyword(element: Any) -> CompiledElement:
    identifier = element.ident_chars
    part = _literal(element)
    if element.caseless:
        identifier = {spelling for upper in identifier for spelling in _spellings().get(upper, "")}
        part = CompiledElement(*_caseless(element.caselessmatch))
    pattern = f"(?<!{_set(identifier)}){part.pattern}(?!{_set(identifier)})" if identifier else part.pattern
    return CompiledElement(pattern, linearity.sequence(TEST, part.facts, TEST), part.literals)


def _word(element: Any) -> CompiledElement:
    first, rest = element.init_chars, element.bodyChars
    if not first:
        raise UnsupportedElement("it never matches: all its characters are excluded", "exclude fewer")
    low, high = element.minLen - 1, element.maxLen - 1
    pattern = _set(first) + (f"{_set(rest)}{_times(low, high)}" if high else "")
    pattern = _set(first) + _times(low + 1, high + 1) if first == rest and high else pattern
    before, after = _word_bounds(element, first | rest)
    test = TEST if after else NOTHING
    facts = linearity.sequence(
        linearity.one(linearity.mask(first)), linearity.run(linearity.mask(rest), low, high), test
    )
    return CompiledElement(before + pattern + after, facts)


def _word_bounds(element: Any, characters: set[str]) -> tuple[str, str]:
    if not hasattr(element, "re_match"):  # for words with blanks pyparsing has no regular expression, and other rules
        unlike = f"{_set(element.bodyChars)})"
        after = "(?!" + unlike if element.asKeyword or element.maxSpecified else ""
        return "(?<!" + unlike if element.asKeyword else "", after
    if element.asKeyword and len({bool(re.match(r"\w", character)) for character in characters}) > 1:
        raise UnsupportedElement(
            "as_keyword backtracks in a Word of letters and other characters", "use a Word and ~Char(...) after it"
        )
    return (r"\b", r"\b") if element.asKeyword else ("", "")


def _chars_not_in(element: Any) -> CompiledElement:
    low, high = element.minLen, element.maxLen
    pattern = _set(element.notCharsSet, "^") if element.notCharsSet else r"[\s\S]"
    allowed = ALL & ~(linearity.mask(element.notCharsSet) & ASCII)
    return CompiledElement(pattern + _times(low, high), linearity.run(allowed, low, high))


def _white(element: Any) -> CompiledElement:
    low, high = max(element.minLen, 1), element.maxLen
    allowed = set(element.matchWhite)
    return CompiledElement(_set(allowed) + _times(low, high), linearity.run(linearity.mask(allowed), low, high))


def _regex(element: Any) -> CompiledElement:
    compiled = _pattern_of(element)
    if element.asGroupList or element.asMatch:
        raise UnsupportedElement("its result is not a text", "remove as_group_list and as_match")
    pattern = re.sub(r"^\(\?[aimsu]+\)", "", compiled.pattern)
    return _regular(pattern, compiled.flags)


def _pattern_of(element: Any) -> re.Pattern[str]:
    try:
        compiled = element.re
    except ValueError as error:
        raise UnsupportedElement(str(error), "see the syntax of the stdlib module re") from None
    if not isinstance(compiled, re.Pattern) or not isinstance(compiled.pattern, str):
        raise UnsupportedElement("it is not a text pattern of the stdlib module re", "give the pattern as a str")
    return compiled


_ITEM = r"(?:\[\^?+(?:[^\]\[\\]|\\.)+\]|\\(?:[sSwWdD]|[^0-9A-Za-z])|\.|[^\\\[\](){}|^$?*+.])"
_FIXED = rf"(?:{_ITEM}(?:\{{[0-9]{{1,9}}\}})?)*"
_FIXED_ONLY = re.compile(_FIXED)
_ONE_RUN = re.compile(rf"(?:(?>{_ITEM})(?![*+])(?:\{{[0-9]{{1,9}}\}})?)*+{_ITEM}[*+]")


def _regular(pattern: str, flags: int) -> CompiledElement:
    if flags & ~(re.UNICODE | re.ASCII | re.IGNORECASE | re.MULTILINE | re.DOTALL):
        raise UnsupportedElement("its flags cannot be scoped", "use only ASCII, IGNORECASE, MULTILINE and DOTALL")
    facts, literals = regex_linearity.regex_facts(pattern, flags)
    letters = "".join(letter for flag, letter in _FLAGS.items() if flags & flag)
    if not letters and _ONE_RUN.fullmatch(pattern):
        # If only the last item repeats, a possessive repeat is equivalent to the atomic group, and faster.
        return CompiledElement(f"(?:{pattern}+)", facts, literals, trips=facts.empty)
    if not letters and _FIXED_ONLY.fullmatch(pattern):
        # A pattern that can match in one way only needs no atomic group.
        return CompiledElement(f"(?:{pattern})", facts, literals, trips=facts.empty)
    return CompiledElement(
        f"(?>(?{letters}:{pattern}))" if letters else f"(?>{pattern})", facts, literals, trips=facts.empty
    )


def _quoted_string(element: Any) -> CompiledElement:
    if element.unquote_results:
        raise UnsupportedElement("it removes the quotes, but a field is unchanged text", "give unquote_results=False")
    return _regular(element.pattern, element.re_flags)


def _fixed(part: CompiledElement) -> Callable[[Any], CompiledElement]:
    return lambda element: part


_TOKENS: dict[type[pp.ParserElement], Callable[[Any], CompiledElement]] = {
    pp.Empty: _fixed(CompiledElement()),
    pp.Literal: _literal,
    type(pp.Literal("x")): _literal,
    pp.CaselessLiteral: _caseless_literal,
    pp.Keyword: _keyword,
    pp.CaselessKeyword: _keyword,
    pp.Word: _word,
    pp.Char: _word,
    pp.CharsNotIn: _chars_not_in,
    pp.White: _white,
    pp.Regex: _regex,
    pp.QuotedString: _quoted_string,
    pp.LineStart: _fixed(CompiledElement("(?m:^)", TEST, trips=True)),
    pp.LineEnd: _fixed(
        CompiledElement(
            r"(?>\n|\Z)", linearity.choice(linearity.one(linearity.mask("\n")), TEST), past=True, trips=True
        )
    ),
    pp.StringEnd: _fixed(CompiledElement(r"\Z", TEST, past=True)),
}
