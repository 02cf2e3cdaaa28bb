"""Generates random grammars of all supported elements, and texts that many of them match, to compare with pyparsing.

`grammar(seed)` builds an identical grammar each time, from scratch: parsing changes elements, so the compiler and the
oracle never share one.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pyparsing as pp

_NAMELESS = (pp.Empty, pp.LineStart, pp.LineEnd, pp.StringStart, pp.StringEnd, pp.NotAny, pp.FollowedBy, pp.Suppress)
_REGEXES = [
    "[ab]+", r"\d*", "a(?:bc)?", "[^b]+", r"(?:a|b)\d?", r"\w+(?=1)", "(?:ab|ac|1)", r"[a-c]+\b", "(?>a+|b)", r"\S+",
    ".*", r"a*+b", "[ab]{2}", r"b\.a", "ab*", "a{1}[^a]",
    r"(?:\.\d+)*", r".*c", r"b+$", "^a", r"(?:ab?){1,2}", r"[a-b]{2,}", r"a.*?1", r"\s+b",
]  # fmt: skip


class Span:
    """A recorded match of a name, stored among the tokens of the oracle."""

    def __init__(self, name: str, start: int, end: int) -> None:
        self.name = name
        self.start = start
        self.end = end


class Recorded(pp.ParseElementEnhance):
    """Parses the wrapped element and adds a `Span` to the tokens; pyparsing drops it together with the match."""

    def __init__(self, element: Any, name: str) -> None:
        super().__init__(element)
        self.named = name
        self.callPreparse = element.callPreparse

    def parseImpl(self, instring: str, loc: int, do_actions: bool = True) -> Any:
        end, tokens = self.expr._parse(instring, loc, do_actions, callPreParse=False)
        return end, [Span(self.named, loc, end), *tokens]


def grammar(seed: int) -> Any:
    """A grammar with results names; some grammars cannot be compiled."""
    return _Maker(random.Random(seed)).element(3)


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names: list[str] = []

    def element(self, depth: int) -> Any:
        rng = self.rng
        make = rng.choice(self.tokens if depth == 0 or rng.random() < 0.15 else self.compounds)
        made = make() if depth == 0 or make in self.tokens else make(depth - 1)
        return self.varied(made)

    def unnamed(self, depth: int) -> Any:
        """An element, mostly without names; some positions refuse elements with names."""
        while True:
            made = self.element(depth)
            if self.rng.random() < 0.1 or not any(each.resultsName for each in made.visit_all()):
                return made

    def varied(self, made: Any) -> Any:
        rng = self.rng
        chance = rng.random()
        if chance < 0.06:
            made = made.copy().leave_whitespace(recursive=rng.random() < 0.7)
        elif chance < 0.09:
            made = made.copy().set_whitespace_chars(rng.choice([" ", "\t ", "\n", "b"]))
        often = 0.02 if isinstance(made, _NAMELESS) else 0.35
        return made(self.name()) if rng.random() < often else made

    def name(self) -> str:
        if self.names and self.rng.random() < 0.15:
            return self.rng.choice(self.names)
        self.names.append(f"n{len(self.names)}")
        return self.names[-1]

    @property
    def tokens(self) -> list[Callable[..., Any]]:
        return [
            self.word, self.word, self.word, self.literal, self.literal, self.caseless, self.keyword, self.regex,
            self.regex,
            self.one_of, self.chars_not_in, self.white, self.position, self.quoted, self.char, self.rest,
        ]  # fmt: skip

    @property
    def compounds(self) -> list[Callable[..., Any]]:
        return [
            self.sequence, self.sequence, self.sequence, self.sequence, self.choice, self.choice, self.opt, self.repeat,
            self.repeat, self.group, self.combine, self.skip, self.ellipsis, self.lookahead, self.delimited,
            self.suppress,
        ]  # fmt: skip

    def word(self) -> Any:
        rng = self.rng
        first = rng.choice(["a", "ab", "abc", "1", "12", "a1", "a b", "-a", "é–", "ABC"])
        rest = rng.choice(["", "", "ab1", "1", "a-", "b "])
        kind = rng.random()
        if kind < 0.6:
            return pp.Word(first, rest or None)
        if kind < 0.85:
            low = rng.randint(1, 3)
            most = rng.choice([0, low, low + 1])
            return pp.Word(first, rest or None, min=low, max=most, as_keyword=rng.random() < 0.3)
        return pp.Word(first, rest or None, exact=rng.randint(1, 3), exclude_chars=rng.choice([None, "b"]))

    def char(self) -> Any:
        return pp.Char(self.rng.choice(["ab", "1", "a-", " b"]), as_keyword=self.rng.random() < 0.2)

    def literal(self) -> Any:
        return pp.Literal(self.rng.choice(["a", "b", "ab", "abc", "=", "1", "a b", ".", "–", ""]))

    def caseless(self) -> Any:
        return self.rng.choice([pp.CaselessLiteral, pp.CaselessKeyword])(self.rng.choice(["a", "Ab", "bc"]))

    def keyword(self) -> Any:
        return pp.Keyword(self.rng.choice(["a", "ab", "1"]), ident_chars=self.rng.choice([None, None, "ab", "-"]))

    def regex(self) -> Any:
        return pp.Regex(self.rng.choice(_REGEXES), flags=self.rng.choice([0, 0, 2, 8, 16]))

    def one_of(self) -> Any:
        return pp.one_of(self.rng.choice(["a b", "a ab abc", "- = .", "1 12 b"]), use_regex=self.rng.random() < 0.7)

    def chars_not_in(self) -> Any:
        return pp.CharsNotIn(self.rng.choice(["a", "b ", "=", "\n"]), max=self.rng.choice([0, 0, 2]))

    def white(self) -> Any:
        made = pp.White(self.rng.choice([" ", "\t", " \t", "\n"]), max=self.rng.choice([0, 1]))
        return made.leave_whitespace() if self.rng.random() < 0.8 else made

    def position(self) -> Any:
        return self.rng.choice([pp.Empty, pp.LineStart, pp.LineEnd, pp.StringStart, pp.StringEnd])()

    def quoted(self) -> Any:
        options: list[dict[str, Any]] = [
            {},
            {"esc_char": "\\"},
            {"esc_quote": "''"},
            {"multiline": True},
            {"end_quote_char": "]]"},
        ]
        return pp.QuotedString("'", unquote_results=False, **self.rng.choice(options))

    def rest(self) -> Any:
        return pp.rest_of_line()

    def sequence(self, depth: int) -> Any:
        return pp.And([self.element(depth) for _ in range(self.rng.randint(1, 3))])

    def choice(self, depth: int) -> Any:
        return pp.MatchFirst([self.element(depth) for _ in range(self.rng.randint(1, 3))])

    def opt(self, depth: int) -> Any:
        return pp.Opt(self.element(depth))

    def repeat(self, depth: int) -> Any:
        rng = self.rng
        stop = self.element(0) if rng.random() < 0.25 else None
        most = rng.choice([None, None, None, 1, 2])
        return rng.choice([pp.ZeroOrMore, pp.OneOrMore])(self.element(depth), stop_on=stop, max=most)

    def group(self, depth: int) -> Any:
        return pp.Group(self.element(depth))

    def combine(self, depth: int) -> Any:
        return pp.Combine(self.element(depth))

    def suppress(self, depth: int) -> Any:
        return pp.Suppress(self.unnamed(depth))

    def skip(self, depth: int) -> Any:
        target = self.element(self.rng.choice([0, depth]))
        skipped = pp.SkipTo(target, include=self.rng.random() < 0.2)
        return self.varied(skipped) + target if self.rng.random() < 0.7 else skipped

    def ellipsis(self, depth: int) -> Any:
        return self.element(0) + ... + self.element(0)

    def lookahead(self, depth: int) -> Any:
        looked = self.rng.choice([pp.FollowedBy, pp.NotAny])(self.unnamed(self.rng.choice([0, depth])))
        return looked + self.element(depth) if self.rng.random() < 0.7 else self.element(depth) + looked

    def delimited(self, depth: int) -> Any:
        return pp.DelimitedList(self.element(0), self.rng.choice([",", "=", "a"]), combine=self.rng.random() < 0.2)


def oracle(expression: pp.ParserElement) -> Callable[[str], dict[str, tuple[int, int]] | None]:
    """pyparsing itself, with each named element wrapped to record its span."""
    root = _recording(expression.copy().parse_with_tabs().streamline(), ())
    root.keepTabs = True

    def parse(text: str) -> dict[str, tuple[int, int]] | None:
        try:
            tokens = root.parse_string(text, parse_all=True)
        except pp.ParseException:
            return None
        return {span.name: (span.start, min(span.end, len(text))) for span in _spans(tokens)}

    return parse


def _spans(tokens: Any) -> Iterator[Span]:
    for token in tokens:
        if isinstance(token, Span):
            yield token
        elif isinstance(token, pp.ParseResults | list):
            yield from _spans(token)


def _recording(element: Any, names: tuple[str, ...]) -> Any:
    """A recording copy. Choices, options and groups pass their name to their parts, so that spans exclude blanks."""
    parts, inner, blanks = getattr(element, "exprs", None), getattr(element, "expr", None), element.whiteChars
    element = element.copy()
    own, element.resultsName, element.whiteChars = element.resultsName, None, blanks
    names = (*names, own) if own and own != "_skipped" else names
    if isinstance(element, pp.Combine | pp.Suppress):
        element.__dict__["postParse"] = lambda instring, loc, tokens: tokens
    down = names if isinstance(element, pp.MatchFirst | pp.Opt | pp.Group) else ()
    if parts is not None:
        element.exprs = [_recording(each, down) for each in parts]
    elif inner is not None and (getattr(element, "includeMatch", True) and not isinstance(element, pp.NotAny)):
        element.expr = _recording(inner, down)
    element.streamlined = True
    return element if down else _wrapped(element, names)


def _wrapped(element: Any, names: tuple[str, ...]) -> Any:
    recorder = _Turned if isinstance(element, pp.ZeroOrMore) else Recorded
    for name in reversed(names):
        element = recorder(element, name)
        element.streamlined = True
    return element


class _Turned(Recorded):
    """A repetition without any match has no name."""

    def parseImpl(self, instring: str, loc: int, do_actions: bool = True) -> Any:
        end, tokens = super().parseImpl(instring, loc, do_actions)
        return end, tokens if end > loc else []


def texts(expression: Any, seed: int, count: int) -> list[str]:
    """Texts derived from the grammar, and mutations of them."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        text = _derived(expression, rng)
        for _ in range(rng.choice([0, 0, 1, 2])):
            text = _mutated(text, rng)
        made.append(text[:60])
    return made


def _mutated(text: str, rng: random.Random) -> str:
    place = rng.randint(0, len(text))
    piece = rng.choice(["", "", " ", "a", "b", "1", "=", "\n", "\t", "ab", "A", ".", "é", "–", "c", "-", "'", ","])
    return text[:place] + piece + text[place + rng.randint(0, 2) :]


def _derived(element: Any, rng: random.Random) -> str:
    blank = rng.choice(["", "", "", " ", " ", "\t", "\n", "  "]) if element.skipWhitespace else ""
    return blank + _bare(element, rng)


def _bare(element: Any, rng: random.Random) -> str:
    if isinstance(element, pp.NotAny):
        return ""
    if isinstance(element, pp.MatchFirst):
        return _derived(rng.choice(element.exprs), rng)
    if hasattr(element, "exprs"):
        return "".join(_derived(each, rng) for each in element.exprs)
    if isinstance(element, pp.SkipTo | pp.FollowedBy):
        return rng.choice(["", "b", "a 1", "=–"]) if isinstance(element, pp.SkipTo) else ""
    if isinstance(element, pp.OneOrMore | pp.ZeroOrMore | pp.Opt):
        turns = {pp.Opt: (0, 1), pp.OneOrMore: (1, 3), pp.ZeroOrMore: (0, 3)}[type(element)]
        return "".join(_derived(element.expr, rng) for _ in range(rng.randint(*turns)))
    return _derived(element.expr, rng) if hasattr(element, "expr") else _token(element, rng)


def _token(element: Any, rng: random.Random) -> str:
    if isinstance(element, pp.Word):
        most = min(element.maxLen, element.minLen + 2)
        rest = "".join(rng.choice(sorted(element.bodyChars)) for _ in range(rng.randint(element.minLen, most) - 1))
        return rng.choice(sorted(element.init_chars) or [""]) + rest
    if isinstance(element, pp.Literal | pp.Keyword):
        return rng.choice([element.match, element.match, element.match.lower()])
    if isinstance(element, pp.White):
        return rng.choice(element.matchWhite)
    if isinstance(element, pp.QuotedString):
        return "'" + rng.choice(["", "a", "a b", "''", "\\'"]) + element.end_quote_char
    if isinstance(element, pp.LineEnd):
        return rng.choice(["", "\n"])
    some = ["", "a", "b", "ab", "abc", "1", "12", ".1", "a1", "ac", "=", "-"]
    return rng.choice(some) if isinstance(element, pp.Regex | pp.CharsNotIn) else ""
