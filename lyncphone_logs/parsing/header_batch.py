"""The usual line of a trace: framing and header of most of its lines, found in all at once by one pattern.

That is several times faster than line by line, and the same: a line of which that is not certain is handed back.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, count, islice
from typing import Any, NamedTuple

from lyncphone_logs.grammar.expression import CompiledExpression
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.header import FIELDS, TIMES, Columns, Values, named, put, read_headers, timed
from lyncphone_logs.syslog.framing import Layout, SyslogPrefix, compiled, framed, layout_of, parse_prefixes
from lyncphone_logs.syslog.lines import LineTable
from lyncphone_logs.syslog.unwrap import NOTICE, repeats

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


AT_HAND = 128
"""Lines that are looked at together, so that what is made of them is still at hand."""
MAX_CACHED_LINES = 2048


class Found(NamedTuple):
    """Columns of lines of the usual kind, which repeat, their messages, and the rows that are not of it."""

    columns: Columns
    messages: list[str]
    others: list[int]


class _Part:
    """Groups of a pattern that say together what some columns hold; rows that are alike in them are read once.

    `combine` makes the columns of what framing and header say.
    """

    def __init__(
        self,
        layout: Layout,
        framing: Mapping[str, int],
        fields: Mapping[str, Sequence[int]],
        combine: Callable[[Values, Values], Columns],
    ) -> None:
        self._layout, self._framing, self._fields, self._combine = layout, framing, fields, combine
        self._places = [*framing.values(), *(place for places in fields.values() for place in places)]
        self._forget()

    def _forget(self) -> None:
        self._known: defaultdict[tuple[str, ...], int] = defaultdict(count().__next__)
        self._columns: Columns = {}
        self._doubtful: set[int] = set()
        self._read = 0

    def codes(self, groups: Sequence[Sequence[str]]) -> Iterable[int]:
        """Which of the known rows each row is alike to, for `columns`."""
        rows = zip(*(groups[place] for place in self._places), strict=True) if self._places else [()] * len(groups[-1])
        return map(self._known.__getitem__, rows)

    def columns(self, codes: Sequence[int]) -> tuple[Columns, list[int]]:
        """The columns, and the rows that are doubtful; what is known may be forgotten then."""
        if len(self._known) > self._read:
            self._learn(list(islice(self._known, self._read, None)))
        found = {name: _spread(values, codes) for name, values in self._columns.items()}
        doubtful = [row for row, code in enumerate(codes) if code in self._doubtful] if self._doubtful else []
        if self._read > MAX_CACHED_LINES:
            self._forget()
        return found, doubtful

    def _learn(self, rows: Sequence[tuple[str, ...]]) -> None:
        columns = dict(zip(self._places, zip(*rows, strict=True), strict=True))
        names = {name: columns[place] for name, place in self._framing.items()}
        of_framing = dict(zip(SyslogPrefix._fields, framed(self._layout, names, [0] * len(rows)), strict=True))
        found: dict[str, list[Any]] = {name: [None] * len(rows) for name in FIELDS}
        for name, places in self._fields.items():
            texts = list(zip(*(columns[place] for place in places), strict=True))
            found[name] = ["".join(each) or None for each in texts]
            # Where two groups of a field took part, it is not known here which comes later.
            took_part = (len([*filter(None, each)]) if len(each) > 1 else 1 for each in texts)
            self._doubtful.update(row for row, number in enumerate(took_part, self._read) if number > 1)
        for name, values in self._combine(of_framing, found).items():
            self._columns.setdefault(name, []).extend(values)
        self._read += len(rows)


class Usual:
    """A framing and a grammar's header; `earlier` are grammars that come before it, whose lines are not its own."""

    def __init__(
        self, layout: Layout, grammar: Grammar, header: CompiledExpression, earlier: Sequence[Grammar]
    ) -> None:
        self._grammar = grammar
        self._earlier = tuple(earlier)
        frame = compiled(layout)
        framing = {name: place for place, name in enumerate(frame.groupindex)}
        self._own = len(framing)
        first = self._own + bool(earlier)
        fields = {
            name: [first + number - 1 for number in numbers]
            for name, numbers in zip(header.fields, header.groups, strict=True)
        }
        self._messages = fields.pop("message", [])
        stamps = {name: framing.pop(name) for name in [*framing] if name.startswith("stamp")}
        self._times = _Part(layout, stamps, {name: fields.pop(name) for name in TIMES if name in fields}, timed)
        self._names = _Part(layout, framing, fields, self._named)
        # A group around groups takes time, and only those who come earlier look at the text of the whole.
        self._pattern = pattern_of_lines(header, f"(?as:{frame.pattern})", "(" if earlier else "(?:")

    def read(self, texts: Sequence[str]) -> Found | None:
        """What framing and header say of each line; None where that cannot be told of any."""
        parts: dict[_Part, list[int]] = {self._names: [], self._times: []}
        messages: list[str] = []
        others: set[int] = set()
        for start in range(0, len(texts), AT_HAND):
            at_hand = texts[start : start + AT_HAND]
            joined = "\n".join(at_hand)
            found = self._pattern.findall(joined)
            if len(found) != len(at_hand):
                return None
            groups = list(zip(*found, strict=True))
            some, doubtful = self._texts(groups)
            messages += some
            others.update(start + row for row in (*doubtful, *self._of_others(groups)))
            for part, codes in parts.items():
                codes.extend(part.codes(groups))
            if NOTICE in joined:
                others.update(row for row, text in enumerate(at_hand, start) if NOTICE in text)
        columns: Columns = {}
        for part, codes in parts.items():
            of_part, doubtful = part.columns(codes)
            others.update(doubtful)
            columns |= of_part
        return Found(columns, messages, sorted(others))

    def _of_others(self, groups: Sequence[Sequence[str]]) -> Iterator[int]:
        yield from compress(count(), groups[-1])
        for grammar in self._earlier:
            is_own = grammar.header.pattern.fullmatch
            yield from (row for row, text in enumerate(groups[self._own]) if text and is_own(text))

    def _texts(self, groups: Sequence[Sequence[str]]) -> tuple[list[str], list[int]]:
        if len(self._messages) == 1:
            return list(groups[self._messages[0]]), []
        used = [groups[place] for place in self._messages if any(groups[place])]
        texts = list(zip(*used, strict=True)) if used else [()] * len(groups[-1])
        doubtful = [row for row, each in enumerate(texts) if len([*filter(None, each)]) > 1]
        return list(map("".join, texts)), doubtful

    def _named(self, of_framing: Values, of_header: Values) -> Columns:
        grammar = [self._grammar.name] * len(of_framing["start"])
        return named(of_framing, {**of_header, "grammar": grammar}, {self._grammar.name: self._grammar})


def _spread(values: list[Any], codes: Sequence[int]) -> list[Any]:
    """A column of its own of the values that the codes name."""
    if values.count(values[0]) == len(values):
        return [values[0]] * len(codes)
    return [*map(values.__getitem__, codes)]


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


class HeaderReader:
    """Reads what stands around the messages, and remembers what the usual line of the trace looks like."""

    def __init__(self, grammars: Sequence[Grammar]) -> None:
        self._grammars = {grammar.name: grammar for grammar in grammars}
        self._usual: Usual | None = None

    def columns(self, rows: LineTable) -> Columns:
        """The fields of each row's framing and header, by their names in `Event`."""
        columns = self._read(rows.repaired)
        return columns | {"line": rows.numbers, "offset": rows.offsets, "bytes": rows.lengths, "text": rows.texts}

    def _read(self, texts: list[str]) -> Columns:
        usual = self._usual.read(texts) if self._usual else None
        if usual is None:
            columns = self._read_each(texts)
            self._usual = self._usual_of(texts, columns)
            return columns
        columns = usual.columns | {"message": usual.messages, "count": [1] * len(texts)}
        if usual.others:
            others = self._read_each([texts[row] for row in usual.others])
            for name, values in columns.items():
                put(values, usual.others, others[name])
            if sum(map(bool, others["grammar"])) > len(texts) - len(usual.others):
                self._usual = self._usual_of(texts, columns)
        return columns

    def _read_each(self, texts: list[str]) -> Columns:
        framed = dict(zip(SyslogPrefix._fields, parse_prefixes(texts), strict=True))
        owns = [text[start:] for text, start in zip(texts, framed["start"], strict=True)]
        counts = _without_notices(owns)
        found = read_headers(owns, tuple(self._grammars.values()))
        written = zip(found["message"], found["grammar"], owns, strict=True)
        return {
            **named(framed, found, self._grammars),
            **timed(framed, found),
            "message": [message or "" if name else text for message, name, text in written],
            "count": counts,
        }

    def _usual_of(self, texts: Sequence[str], columns: Columns) -> Usual | None:
        written = list(zip(columns["framing"], columns["grammar"], strict=True))
        kinds = Counter(pair for pair in written if pair[1])
        if not kinds:
            return None
        usual, _ = kinds.most_common(1)[0]
        own = [text for pair, text in zip(written, texts, strict=True) if pair == usual]
        return usual_of(layout_of(own[0]), usual[1], tuple(self._grammars.values()), own)


def _without_notices(texts: list[str]) -> list[int]:
    """How often each was written; the notices that say so are taken off the texts."""
    counts = [1] * len(texts)
    for row, text in enumerate(texts):
        if NOTICE in text:
            counts[row], own = repeats(text)
            texts[row] = own or ""
    return counts
