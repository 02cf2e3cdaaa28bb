"""Compiles a tree of pyparsing elements to a pattern of the stdlib `re` that never backtracks.

This module renders sequences, choices, repetitions, lookaheads and results names; `elements` renders the tokens in
them. A repetition is rendered as `(?>(?:...)*)` and never as `(?:...)*+`, because CPython 3.11 loses captures in
possessive repetitions of groups.
Source of each fact: `parseImpl` and `preParse` of the class in pyparsing 3.3 `core.py`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pyparsing as pp

from lyncphone_logs.errors import GrammarError
from lyncphone_logs.grammar import linearity
from lyncphone_logs.grammar.elements import CompiledElement, blanks, skipped, token
from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.linearity import UNBOUNDED, UnsupportedElement

_RECURSION = ("recursion is not regular", "write each level, or use ZeroOrMore")
_REFUSED: dict[type[pp.ParserElement], tuple[str, str]] = {
    pp.Forward: _RECURSION,
    pp.Each: ("elements in any order cannot be rendered", "use ZeroOrMore of a choice"),
    pp.Or: ("its longest alternative is known only after all were tried", "use | with the longer one first"),
    pp.NoMatch: ("it never matches", "remove it"),
    pp.And._ErrorStop: ("the operator - aborts the whole parse", "use +"),
    pp.PrecededBy: ("it is a lookbehind", "put the text before it into the expression"),
    pp.Dict: ("its keys come from the text", "use results names"),
    pp.Located: ("it adds results of its own", "remove it: every field has a span"),
}
_NAMELESS = (pp.Empty, pp.LineStart, pp.LineEnd, pp.StringStart, pp.StringEnd, pp.NotAny, pp.FollowedBy, pp.Suppress)


def render(expression: pp.ParserElement, where: str) -> tuple[CompiledElement, list[str]]:
    """The element for `fullmatch`, and the field names of its groups f0, f1 and so on. Raises GrammarError."""
    root: Any = expression.copy().parse_with_tabs()
    renderer = _Renderer(where)
    try:
        root.streamline()
        return renderer.root(root), renderer.names
    except RecursionError:
        raise GrammarError("the expression cannot be compiled", _RECURSION[0], where, _RECURSION[1]) from None


class _Renderer:
    """Renders one tree. Elements are Any because the attributes used here are not in pyparsing's public types.

    `names`: field name of each group, in the order of the opening parentheses. The others describe the position in the
    tree; `within` sets them while one element is rendered.
    `enclosing`: names of the groups around it · `is_lookahead`: within a lookahead, whose names are no results ·
    `losing`: the class around it from which pyparsing loses names, or "" · `is_combined`: within a Combine, which must
    keep all its text · `first`, `outermost`: the element that parsing begins with, and the whole expression.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.names: list[str] = []
        self.enclosing: tuple[str, ...] = ()
        self.is_lookahead = False
        self.losing = ""
        self.is_combined = False
        self.first: Any = None
        self.outermost: Any = None

    @contextmanager
    def within(self, **states: Any) -> Iterator[None]:
        before = {name: getattr(self, name) for name in states}
        self.__dict__.update(states)
        yield
        self.__dict__.update(before)

    def root(self, element: Any) -> CompiledElement:
        self.first = element.exprs[0] if type(element) is pp.And and element.exprs else element
        self.outermost = element
        whole, after, default = self.whole(element), skipped(element), blanks(pp.ParserElement.DEFAULT_WHITE_CHARS)
        return self.sequence(element, [whole, default] if after.pattern == default.pattern else [whole, after, default])

    def whole(self, element: Any) -> CompiledElement:
        return self.sequence(element, [*self.split(element)])

    def split(self, element: Any, names: tuple[str, ...] = ()) -> tuple[CompiledElement, CompiledElement]:
        """The blanks that the element skips, and the element itself in groups of its own and the given names."""
        try:
            _check_options(element)
            name = element.resultsName if not self.is_lookahead and element.resultsName != "_skipped" else ""
            names = (*names, name) if name else names
            before = skipped(element) if element.callPreparse else CompiledElement()
            return before, self.rest(element, names)
        except UnsupportedElement as refused:
            raise self.error(element, refused) from None

    def error(self, element: Any, refused: UnsupportedElement) -> GrammarError:
        name = str(element)
        short = name if len(name) <= 60 else f"{name[:57]}..."
        what = f"{type(element).__name__.strip('_')} {short} cannot be compiled"
        return GrammarError(what, refused.because, self.where, refused.help)

    def rest(self, element: Any, names: tuple[str, ...]) -> CompiledElement:
        render = _PASSING_NAMES_ON.get(type(element))
        if render:
            return render(self, element, names)
        if names and isinstance(element, _NAMELESS):
            raise UnsupportedElement("it has a name but no text of its own", "name the element around it")
        return self.named(names, lambda: self.bare(element))

    def named(self, names: tuple[str, ...], render: Callable[[], CompiledElement]) -> CompiledElement:
        """The rendered element in a group for each name. Groups are opened first, so that inner names come after."""
        if names and self.losing:
            raise UnsupportedElement(f"pyparsing loses names within {self.losing}", "name an element outside it")
        if set(names) & set(self.enclosing) or len(set(names)) < len(names):
            raise UnsupportedElement("an element around it has the same name", "use two names")
        opened = "".join(map(self.open, names))
        with self.within(enclosing=(*self.enclosing, *names)):
            part = render()
        return replace(part, pattern=f"{opened}{part.pattern}{')' * len(names)}") if names else part

    def open(self, name: str) -> str:
        self.names.append(name)
        return f"(?P<f{len(self.names) - 1}>"

    def bare(self, element: Any) -> CompiledElement:
        if type(element) is pp.StringStart:
            return self.string_start(element)
        render = _COMPOUNDS.get(type(element))
        part = render(self, element) if render else token(element)
        if part is None:
            raise UnsupportedElement("this class is not supported", "build it from supported elements")
        return part

    def string_start(self, element: Any) -> CompiledElement:
        if element is not self.first or skipped(element).pattern != skipped(self.outermost).pattern:
            raise UnsupportedElement(
                "it is not the first element, or other blanks are skipped before it",
                "remove it: parsing begins at the start of the text",
            )
        return CompiledElement()

    def sequence(self, element: Any, parts: list[CompiledElement]) -> CompiledElement:
        """One part after the other. Refuses a part that goes wrong if pyparsing is past the end of the text."""
        past = trips = False
        empty = True
        for part in parts:
            if past and part.trips:
                raise self.error(
                    element, UnsupportedElement("pyparsing is past the end of the text here", "remove LineEnd")
                )
            trips = trips or (empty and part.trips)
            past = part.past or (past and part.facts.empty)
            empty = empty and part.facts.empty
        facts = linearity.sequence(*(part.facts for part in parts))
        pattern = "".join(part.pattern for part in parts)
        return CompiledElement(
            pattern, facts, linearity.literals_of_sequence(part.literals for part in parts), past, trips
        )

    def and_(self, element: Any) -> CompiledElement:
        if not element.exprs:
            raise UnsupportedElement("it has no elements", "remove it")
        return self.sequence(element, [self.split(element.exprs[0])[1], *map(self.whole, element.exprs[1:])])

    def match_first(self, element: Any, names: tuple[str, ...]) -> CompiledElement:
        if not element.exprs:
            raise UnsupportedElement("it has no alternatives", "remove it")
        before = [skipped(each) if each.callPreparse else CompiledElement() for each in element.exprs]
        if any(part.pattern != before[0].pattern for part in before):
            return _choice([self.sequence(element, [*self.split(each, names)]) for each in element.exprs])
        if any(type(each) in _PASSING_NAMES_ON or isinstance(each, _NAMELESS) for each in element.exprs):
            return self.sequence(element, [before[0], _choice([self.split(each, names)[1] for each in element.exprs])])
        choice = self.named(names, lambda: _choice([self.split(each)[1] for each in element.exprs]))
        return self.sequence(element, [before[0], choice])

    def opt(self, element: Any, names: tuple[str, ...]) -> CompiledElement:
        return _choice([self.split(element.expr, names)[1], CompiledElement()])

    def group(self, element: Any, names: tuple[str, ...]) -> CompiledElement:
        return self.split(element.expr, names)[1]

    def zero_or_more(self, element: Any, names: tuple[str, ...]) -> CompiledElement:
        return _choice([self.one_or_more(element, names), CompiledElement()])

    def one_or_more(self, element: Any, names: tuple[str, ...]) -> CompiledElement:
        if names and not element.callPreparse:
            raise UnsupportedElement("the named text would begin with blanks", "name the alternatives instead")
        return self.named(names, lambda: self.turns(element))

    def turns(self, element: Any) -> CompiledElement:
        high = element.max_count or UNBOUNDED
        stop = [self.not_any(element.not_ender)] if element.not_ender is not None else []
        body = self.sequence(element, [*stop, self.whole(element.expr)])
        if body.past and body.trips:
            raise UnsupportedElement(
                "pyparsing is past the end of the text in the next turn", "repeat an element that matches text"
            )
        facts = linearity.repeated(body.facts, 1, high)
        facts = replace(facts, tail=0) if stop else facts
        times = "+" if high == UNBOUNDED else f"{{1,{high}}}"
        return replace(body, pattern=f"(?>(?:{body.pattern}){times})", facts=facts)

    def enhanced(self, element: Any) -> CompiledElement:
        return self.split(element.expr)[1]

    def suppress(self, element: Any) -> CompiledElement:
        if self.is_combined:
            raise UnsupportedElement("Combine would omit a part of the text", "name the parts instead")
        with self.within(losing="Suppress"):
            return self.enhanced(element)

    def combine(self, element: Any) -> CompiledElement:
        if not element.adjacent or element.joinString:
            raise UnsupportedElement("the combined text differs from the original", "remove adjacent and join_string")
        with self.within(is_combined=True):
            return self.enhanced(element)

    def followed_by(self, element: Any) -> CompiledElement:
        with self.within(losing="FollowedBy"):
            part = self.whole(element.expr)
        return CompiledElement(f"(?={part.pattern})", linearity.lookahead(part.facts), trips=part.trips)

    def not_any(self, element: Any) -> CompiledElement:
        with self.within(is_lookahead=True):
            part = self.whole(element.expr)
        return CompiledElement(f"(?!{part.pattern})", linearity.lookahead(part.facts), trips=part.trips)

    def skip_to(self, element: Any) -> CompiledElement:
        if element.failOn is not None or element.ignorer.ignoreExprs:
            raise UnsupportedElement(
                "fail_on and ignore cannot be rendered", "skip to the first of several texts with one_of"
            )
        with self.within(is_lookahead=True):
            target = self.enhanced(element)
        skip = CompiledElement(
            f"(?>(?s:.*?)(?={target.pattern}))", linearity.skipping(target.facts), target.literals, trips=True
        )
        return self.sequence(element, [skip, self.enhanced(element)]) if element.includeMatch else skip


def _choice(alternatives: list[CompiledElement]) -> CompiledElement:
    facts = linearity.choice(*(part.facts for part in alternatives))
    literals = linearity.literals_of_choice([part.literals for part in alternatives])
    past, trips = any(part.past for part in alternatives), any(part.trips for part in alternatives)
    return CompiledElement(f"(?>{'|'.join(part.pattern for part in alternatives)})", facts, literals, past, trips)


def _check_options(element: Any) -> None:
    if type(element) in _REFUSED:
        raise UnsupportedElement(*_REFUSED[type(element)])
    if element.parseAction or element.failAction:
        raise UnsupportedElement(
            "parse actions and conditions are code", "remove them; for one_of: remove caseless, or use a Regex"
        )
    if element.ignoreExprs:
        raise UnsupportedElement("ignored expressions cannot be rendered", "write them where they may occur")
    if element.resultsName and not element.modalResults and element.resultsName != "_skipped":
        raise UnsupportedElement("a name with * collects a list", "use the name without *")
    if type(element) is pp.Opt and element.defaultValue is not pp.Opt(pp.Empty()).defaultValue:
        raise UnsupportedElement("a default is not in the text", "remove it; the field is then absent")


_PASSING_NAMES_ON: dict[type[pp.ParserElement], Callable[[_Renderer, Any, tuple[str, ...]], CompiledElement]] = {
    pp.MatchFirst: _Renderer.match_first,
    pp.Opt: _Renderer.opt,
    pp.Group: _Renderer.group,
    pp.ZeroOrMore: _Renderer.zero_or_more,
    pp.OneOrMore: _Renderer.one_or_more,
}
_COMPOUNDS: dict[type[pp.ParserElement], Callable[[_Renderer, Any], CompiledElement]] = {
    pp.And: _Renderer.and_,
    pp.Suppress: _Renderer.suppress,
    pp.Combine: _Renderer.combine,
    pp.DelimitedList: _Renderer.enhanced,
    pp.FollowedBy: _Renderer.followed_by,
    pp.NotAny: _Renderer.not_any,
    pp.SkipTo: _Renderer.skip_to,
}


def compile_expression(expression: pp.ParserElement, *, where: str = "") -> CompiledExpression:
    """Renders the expression; raises `GrammarError` with the element, the reason and what to use instead."""
    part, names = render(expression, where)
    numbers: dict[str, list[int]] = {}
    for group, number in sorted(re.compile(part.pattern).groupindex.items(), key=lambda item: item[1]):
        numbers.setdefault(names[int(group[1:])], []).append(number)
    return CompiledExpression(part.pattern, tuple(numbers), part.literals, tuple(map(tuple, numbers.values())))
