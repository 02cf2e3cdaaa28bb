"""Redacts lines of a trace, one after the other, with equal results for equal texts under one key.

Lines that differ in digits or identifiers have the same spans, so these are found once for all of them. What depends on
the lines before a line is little: a key in several lines, and a label whose value follows in the next line.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from lyncphone_logs.redaction.escapes import escaped, spread
from lyncphone_logs.redaction.known_parts import MESSAGE, KnownParts
from lyncphone_logs.redaction.pseudonyms import Pseudonyms
from lyncphone_logs.redaction.replacing import Replacer
from lyncphone_logs.redaction.secrets import is_open, without
from lyncphone_logs.redaction.segments import MAX_SEGMENT, Part
from lyncphone_logs.redaction.spans import SpanFinder
from lyncphone_logs.redaction.widths import Widths
from lyncphone_logs.redaction.words import Vocabulary

MAX_PLANS = 20_000
"""Shapes of lines whose spans are cached."""
MAX_PIECES = 50_000
"""Replaced texts that are cached."""
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_LAST_WORD = re.compile(r"[A-Za-z]+$")
_FIRST_WORD = re.compile(r"[A-Za-z]+")
MAX_WORD = 64
"""Letters of a word that is divided between two lines."""
_FIRST_RUN = re.compile(r"[^\s\"'<>]+")
_MAY_BEGIN_PATH = re.compile(r"(?<!\w)\S")
_PEM_BEGIN, _PEM_END = "-----BEGIN ", "-----END "
_BASE64 = re.compile(r"[A-Za-z0-9+/=]{4,}")


class Redactor:
    """Redacts texts. `texts_to_identify` of `known_parts` are the grammars; `names` makes the pseudonyms."""

    def __init__(self, vocabulary: Vocabulary, known_parts: KnownParts, names: Pseudonyms) -> None:
        self.names = names
        self._known_parts = known_parts
        self._finder = SpanFinder(vocabulary)
        self._replacer = Replacer(names, vocabulary)
        self._replacer.by_kind |= {
            "bytes": self._of_bytes,
            "escaped": lambda text: escaped(text, self.text),
            "spread": lambda text: spread(text, self.text),
        }
        self._plans: dict[bytes, tuple[Part, ...]] = {}
        self._by_widths: dict[bytes, tuple[Part, ...]] = {}
        self._pieces: dict[tuple[str, str], str] = {}
        self._paths: dict[str, str] = {}
        self._path_lengths: set[int] = set()
        self.on_replaced: Callable[[str, str, str], None] | None = None

    def lines(self, texts: Sequence[str], state: "LineState") -> list[str]:
        """The lines, redacted. `state` is that of the lines before, and is changed."""
        if state.is_in_key or state.is_open or any(_PEM_BEGIN in text for text in texts):
            return self._one_by_one(texts, state)
        plans = self._joined(texts, self._planned(texts))
        found = [self._applied(text, plan) for text, plan in zip(texts, plans, strict=True)]
        opened = [row for row, text in enumerate(texts) if _may_be_open(text) and is_open(text.rstrip())]
        if not opened:
            return found
        first = opened[0] + 1
        state.is_open = True
        return found[:first] + (self._one_by_one(texts[first:], state) if first < len(texts) else [])

    def text(self, text: str) -> str:
        """A text of one or several lines, redacted without regard to others."""
        return "\n".join(self.lines(text.split("\n"), LineState()))

    def name(self, text: str) -> str:
        """The name of a file or folder."""
        return self._piece("token", text)

    def path(self, path: str) -> str:
        """A path or the name of a member of an archive, each part of it redacted."""
        if path in ("", "-"):
            return path
        shown = re.sub(r"[^/\\!]+", lambda found: self.name(found[0]), path)
        self._paths[path] = shown
        self._path_lengths.add(len(path))
        return shown

    def message(self, text: str) -> str:
        """A message to the user about paths and lines, redacted."""
        found: list[str] = []
        end = 0
        for start in (each.start() for each in _MAY_BEGIN_PATH.finditer(text)):
            if start >= end and (path := self._path_at(text, start)):
                found += self._said(text[end:start]), self._paths[path]
                end = start + len(path)
        return "".join([*found, self._said(text[end:])])

    def _path_at(self, text: str, start: int) -> str:
        """The longest known path that begins at a place of a message, or ""."""
        for length in sorted(self._path_lengths, reverse=True):
            if (path := text[start : start + length]) in self._paths:
                return path
        return ""

    def _said(self, text: str) -> str:
        """A sentence of the program: of its words only those that are parts of addresses and names are replaced."""
        found = []
        for line in text.split("\n"):
            spans = self._finder.spans(line)
            found.append(self._applied(line, tuple(each for each in spans if not _is_said(line, each))))
        return "\n".join(found)

    def host(self, text: str) -> str:
        """The value of an option that names a host or domain."""
        return self._piece("host", text)

    def phone(self, id: str) -> str:
        """The id of a phone: a host name, a MAC address, both, or a path."""
        if "/" in id:
            return self.path(id)
        return " ".join(self._piece("value", part) if part else part for part in id.split(" "))

    def spans(self, text: str) -> list[Part]:
        """What would be replaced in a text without a header."""
        return self._finder.spans(text)

    def _planned(self, texts: Sequence[str]) -> list[tuple[Part, ...]]:
        # Bytes are translated twenty times as fast as characters; in UTF-8 a digit is never part of another character.
        shapes = [text.encode("utf-8", "surrogatepass").translate(_ZEROS) for text in texts]
        found = list(map(self._plans.get, shapes))
        missing = {shapes[row]: row for row, plan in enumerate(found) if plan is None}
        if missing:
            self._plan(texts, missing)
            for row, plan in enumerate(found):
                if plan is None:
                    found[row] = self._plans[shapes[row]]
        return found  # type: ignore[return-value]  # none is missing now

    def _joined(self, texts: Sequence[str], plans: list[tuple[Part, ...]]) -> list[tuple[Part, ...]]:
        """The plans, without the halves of a word that is divided between a message and the one that continues it."""
        divided = [row for row, plan in enumerate(plans) if plan and plan[-1].kind == MESSAGE]
        if not divided:
            return plans
        messages = {row: plans[row][-1] for row in divided}
        found = [plan[:-1] if plan and plan[-1].kind == MESSAGE else plan for plan in plans]
        for place in divided:
            for first in (place - 1, place):
                second = first + 1
                if first < 0 or second >= len(texts) or not {first, second} & messages.keys():
                    continue
                end = messages[first].end if first in messages else len(texts[first].rstrip())
                start = messages[second].start if second in messages else self._known_parts.message_start(texts[second])
                left = _LAST_WORD.search(texts[first], max(0, end - MAX_WORD), end)
                right = _FIRST_WORD.match(texts[second], start)
                if left and right and self._finder.is_word(left[0] + right[0]):
                    for row, half in ((first, left), (second, right)):
                        found[row] = tuple(each for each in found[row] if each != Part(*half.span(), "token"))
        return found

    def _plan(self, texts: Sequence[str], missing: Mapping[bytes, int]) -> None:
        """Add plans for the shapes of some rows. Those that differ in the width of numbers only are found once."""
        if len(self._plans) > MAX_PLANS:
            self._plans.clear()
            self._by_widths.clear()
        widths = {shape: Widths(shape) for shape in missing}
        new = {each.key: missing[shape] for shape, each in widths.items() if each.key not in self._by_widths}
        known = self._known_parts.of([texts[row] for row in new.values()])
        for (key, row), parts in zip(new.items(), known, strict=True):
            messages = [each for each in parts if each.kind == MESSAGE]
            spans = tuple(self._finder.spans(texts[row], tuple(each for each in parts if each.kind != MESSAGE)))
            ends = messages and _at_ends(spans, messages[0], texts[row])
            plan = (*spans, messages[0]) if ends else spans
            shape = texts[row].encode("utf-8", "surrogatepass").translate(_ZEROS)
            self._by_widths[key] = widths[shape].shortened(plan)
        for shape, each in widths.items():
            self._plans[shape] = each.lengthened(self._by_widths[each.key])

    def _applied(self, text: str, plan: tuple[Part, ...]) -> str:
        if not plan:
            return text
        if plan[-1].kind == MESSAGE:
            plan = plan[:-1]
        parts: list[str] = []
        position = 0
        pieces = self._pieces
        for start, end, kind in plan:
            piece = text[start:end]
            shown = pieces.get((kind, piece))
            parts += text[position:start], self._piece(kind, piece) if shown is None else shown
            position = end
        parts.append(text[position:])
        return "".join(parts)

    def _piece(self, kind: str, text: str) -> str:
        if len(text) > MAX_SEGMENT:
            parts = [text[start : start + MAX_SEGMENT] for start in range(0, len(text), MAX_SEGMENT)]
            return "REDACTED" if kind in ("secret", "login") else "".join(self._piece(kind, each) for each in parts)
        if len(self._pieces) > MAX_PIECES:
            self._pieces.clear()
        shown = self._pieces[kind, text] = self._replacer.by_kind[kind](text)
        if self.on_replaced and shown != text:
            self.on_replaced(kind, text, shown)
        return shown

    def _of_bytes(self, text: str) -> str:
        """The bytes of a text as numbers, as journald exports a message that is not ASCII."""
        values = list(map(int, text.split(",")))
        if max(values) > 255:
            return self.names.number(text)
        shown = self.text(bytes(values).decode("utf-8", "surrogateescape"))
        separator = ", " if ", " in text else ","
        return separator.join(map(str, shown.encode("utf-8", "surrogateescape")))

    def _one_by_one(self, texts: Sequence[str], state: "LineState") -> list[str]:
        found: list[str] = []
        for text in texts:
            if state.is_in_key or _PEM_BEGIN in text:
                found.append(self._of_key(text, state))
                continue
            start = self._known_parts.message_start(text) if state.is_open else 0
            (plan,) = self._planned([text])
            if state.is_open and (run := _FIRST_RUN.search(text, start)):
                plan = self._with_secret(text, plan, run)
            state.is_open = is_open(text.rstrip()) or (state.is_open and not text.strip())
            found.append(self._applied(text, plan))
        return found

    def _with_secret(self, text: str, plan: tuple[Part, ...], run: re.Match[str]) -> tuple[Part, ...]:
        end = run.end()
        if run[0][-1] in "-:" and (more := _FIRST_RUN.search(text, end)):
            end = more.end()
        secret = Part(run.start(), end, "secret")
        apart = [each for each in plan if each.end <= secret.start or each.start >= secret.end]
        return tuple(sorted([*apart, secret]))

    def _of_key(self, text: str, state: "LineState") -> str:
        """A line of a key or certificate in PEM; the header of a syslog line around it stays."""
        begin, end = text.find(_PEM_BEGIN), text.find(_PEM_END)
        was_in_key, state.is_in_key = state.is_in_key, (begin >= 0 and end < begin) or (state.is_in_key and end < 0)
        state.left = MAX_PEM_LINES if begin >= 0 else state.left - 1
        if not state.left:
            state.is_in_key = False
        start = self._known_parts.message_start(text) if was_in_key else max(begin, 0)
        (plan,) = self._planned([text[:start]])
        shown = self._applied(text[:start], plan)
        rest = text[start:]
        if was_in_key and end < 0 and not _is_of_key(rest):
            state.is_in_key = False
            (plan,) = self._planned([rest])
            return shown + self._applied(rest, plan)
        marks = re.split(r"(-----(?:BEGIN|END) [A-Z0-9 ]+-----)", rest)
        return shown + "".join(
            each if place % 2 else _BASE64.sub(lambda found: without("REDACTED"), each)
            for place, each in enumerate(marks)
        )


MAX_PEM_LINES = 200
"""Lines of a key; if it does not end, the next lines are no part of it."""
_MAY_BE_OPEN = frozenset("=:\"' \t\r")


class LineState:
    """What a line depends on of those before it: whether they are in a key, or end with a label without a value."""

    def __init__(self) -> None:
        self.is_in_key = self.is_open = False
        self.left = 0


def _may_be_open(text: str) -> bool:
    """Whether a line may end with a label, as far as its last characters show: `=`, a quote, or a divided `&quot;`."""
    return text[-1:] in _MAY_BE_OPEN or "&" in text[-6:]


def _at_ends(spans: Sequence[Part], message: Part, text: str) -> bool:
    """Whether the first or last word of a message is no word of the program, as far as known."""
    return any(
        each.kind == "token" and (each.start == message.start or each.end == message.end)
        and text[each.start : each.end].isalpha()
        for each in spans
    )  # fmt: skip


def _is_said(text: str, span: Part) -> bool:
    """Whether a part of a message is a count, a year, or a word in lower case, of which the program has more."""
    part = text[span.start : span.end]
    return (span.kind == "number" and len(part) <= 5) or (span.kind == "token" and part.isalpha() and part.islower())


def _is_of_key(text: str) -> bool:
    text = text.strip()
    return not text or ":" in text[:24] or bool(re.fullmatch(r"[A-Za-z0-9+/=]+\W*", text))
