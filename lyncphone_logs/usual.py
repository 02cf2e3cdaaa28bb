"""The usual line of a trace: framing and header of most of its lines, found in all at once by one pattern.

That is several times faster than line by line, and the same: a line of which that is not certain is handed back.
"""

import re
from collections.abc import Sequence

from lyncphone_logs.expression import CompiledExpression
from lyncphone_logs.framing import Framed, Layout, compiled, framed
from lyncphone_logs.grammar import Grammar
from lyncphone_logs.heading import FIELDS, Columns
from lyncphone_logs.repetition import NOTICE

# What looks beyond the text that it matches would look into the lines around it, and what takes a line end would run
# into them.
_LOOKS_AROUND = re.compile(r"\\[AZbBDW]|\$|(?<!\[)\^|\(\?<[=!]|\(\?[a-z]*s")
_NEGATED_SET = re.compile(r"\[\^((?:[^\]\\]|\\.)+)\]")
_BLANKS, _BLANKS_OF_A_LINE = r"[\t-\n\r ]", r"[\t\r ]"


def pattern_of_lines(expression: CompiledExpression, before: str = "", opens: str = "(?:") -> re.Pattern[str]:
    """The pattern for a text of many lines, none of them empty: its last group is a line that does not match.

    The expression must stay in its line. `before` is a pattern for what stands before it, `opens` the group around it.
    """
    own = expression.rendered.replace(_BLANKS, _BLANKS_OF_A_LINE)
    return re.compile(rf"(?m)^(?:{before}{opens}{own})$|(.+)$)")


class Usual:
    """A framing and a grammar's header; `earlier` are grammars that come before it, whose lines are not its own."""

    def __init__(
        self, layout: Layout, grammar: Grammar, header: CompiledExpression, earlier: Sequence[Grammar]
    ) -> None:
        self._layout = layout
        self._grammar = grammar
        self._earlier = tuple(earlier)
        frame = compiled(layout)
        self._framing = {name: number for number, name in enumerate(frame.groupindex)}
        first = len(self._framing) + bool(earlier)
        self._fields = [
            (name, [first + number - 1 for number in numbers])
            for name, numbers in zip(header.fields, header.groups, strict=True)
        ]
        # A group around groups takes time, and only those who come earlier look at the text of the whole.
        self._pattern = pattern_of_lines(header, f"(?as:{frame.pattern})", "(" if earlier else "(?:")

    def read(self, texts: Sequence[str]) -> tuple[Columns, Columns, list[int]] | None:
        """Columns of framing and header, and the rows that are not of this kind; None where none can be told."""
        joined = "\n".join(texts)
        found = self._pattern.findall(joined)
        if len(found) != len(texts):
            return None
        groups = list(zip(*found, strict=True))
        others = {row for row, other in enumerate(groups[-1]) if other}
        names = {name: groups[number] for name, number in self._framing.items()}
        columns = dict(zip(Framed._fields, framed(self._layout, names, [0] * len(texts)), strict=True))
        header = self._headed(groups, others)
        if NOTICE in joined:
            others.update(row for row, text in enumerate(texts) if NOTICE in text)
        for grammar in self._earlier:
            own = groups[len(self._framing)]
            others.update(row for row, text in enumerate(own) if text and grammar.header.pattern.fullmatch(text))
        return columns, header, sorted(others)

    def _headed(self, groups: Sequence[Sequence[str]], others: set[int]) -> Columns:
        count = len(groups[-1])
        columns: Columns = {name: [None] * count for name in FIELDS}
        for name, numbers in self._fields:
            used = [groups[number] for number in numbers if any(groups[number])]
            if len(used) == 1:
                columns[name] = [text or None for text in used[0]] if "" in used[0] else list(used[0])
            elif used:
                # Where two groups of a field took part, it is not known here which comes later.
                others.update(
                    row for row, texts in enumerate(zip(*used, strict=True)) if len([*filter(None, texts)]) > 1
                )
                columns[name] = ["".join(texts) or None for texts in zip(*used, strict=True)]
        columns["grammar"] = [self._grammar.name] * count
        return columns


def usual_of(layout: Layout, grammar: str, grammars: Sequence[Grammar], texts: Sequence[str]) -> Usual | None:
    """The usual line of this framing and grammar, as its lines show it; None where its header may leave the line."""
    place = [each.name for each in grammars].index(grammar)
    header = grammars[place].header
    if first := header.first:
        starts = [compiled(layout).match(text) for text in texts]
        own = [text[start.end() :] for text, start in zip(texts, starts, strict=True) if start]
        # The first alternative alone is quicker, where most lines are of it.
        header = first if 2 * sum(map(bool, map(first.pattern.fullmatch, own))) > len(own) else header
    stays = all(re.search(r"\\[sn]", excluded) for excluded in _NEGATED_SET.findall(header.rendered))
    if _LOOKS_AROUND.search(header.rendered) or not stays:
        return None
    return Usual(layout, grammars[place], header, grammars[:place])
