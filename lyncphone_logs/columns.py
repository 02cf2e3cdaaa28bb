"""What stands around the messages of many lines, in columns, and which lines go on with the one before."""

from collections import Counter
from collections.abc import Sequence

from lyncphone_logs.framing import Framed, layout_of, unframe_all
from lyncphone_logs.grammar import Grammar
from lyncphone_logs.heading import Columns, put, read_headers
from lyncphone_logs.repetition import NOTICE, repeats
from lyncphone_logs.rows import Rows
from lyncphone_logs.usual import Usual, usual_of

LONGEST_NUMBER = 9
"""Digits that are taken for a number."""


class Surroundings:
    """Reads what stands around the messages, and remembers what the usual line of the trace looks like."""

    def __init__(self, grammars: Sequence[Grammar]) -> None:
        self._grammars = {grammar.name: grammar for grammar in grammars}
        self._usual: Usual | None = None

    def columns(self, rows: Rows) -> Columns:
        """The fields of each row's framing and header, by their names in `Event`."""
        framed, found, texts, counts = self._read(rows.repaired)
        columns = framed | _timed(framed, found["stamp"])
        columns |= {name: found[name] for name in ("component", "function", "grammar", "level")}
        columns["count"] = counts
        columns["message"] = [
            message or "" if name else text
            for message, name, text in zip(found["message"], found["grammar"], texts, strict=True)
        ]
        columns["severity"] = self._severities(framed["severity"], found)
        for name in ("app_name", "procid", *(["hostname"] if any(found["hostname"]) else [])):
            columns[name] = [own or other for own, other in zip(found[name], framed[name], strict=True)]
        for name in ("source_line", "sequence"):
            columns[name] = [text and _number(text) for text in found[name]] if any(found[name]) else found[name]
        if any(found["sequence_hex"]):
            numbers = zip(found["sequence_hex"], columns["sequence"], strict=True)
            columns["sequence"] = [int(text, 16) if text else number for text, number in numbers]
        columns |= {name: found[name] for name in ("missed", "mac") if any(found[name])}
        return columns | {"line": rows.numbers, "offset": rows.offsets, "bytes": rows.lengths, "text": rows.texts}

    def _read(self, texts: list[str]) -> tuple[Columns, Columns, list[str], list[int]]:
        usual = self._usual.read(texts) if self._usual else None
        if usual is None:
            each = self._read_each(texts)
            self._usual = self._usual_of(texts, *each[:2])
            return each
        framed, found, others = usual
        # Columns in which nothing stands may be one and the same list.
        framed = {name: values.copy() for name, values in framed.items()}
        owns, counts = [""] * len(texts), [1] * len(texts)
        if others:
            *some, some_owns, some_counts = self._read_each([texts[row] for row in others])
            for columns, part in zip((framed, found), some, strict=True):
                for name, values in part.items():
                    put(columns[name], others, values)
            put(owns, others, some_owns)
            put(counts, others, some_counts)
        if 2 * sum(map(bool, map(found["grammar"].__getitem__, others))) > len(texts) - found["grammar"].count(""):
            self._usual = self._usual_of(texts, framed, found)
        return framed, found, owns, counts

    def _read_each(self, texts: list[str]) -> tuple[Columns, Columns, list[str], list[int]]:
        framed: Columns = dict(zip(Framed._fields, unframe_all(texts), strict=True))
        owns = [text[start:] for text, start in zip(texts, framed["start"], strict=True)]
        counts = _without_notices(owns)
        return framed, read_headers(owns, tuple(self._grammars.values())), owns, counts

    def _usual_of(self, texts: Sequence[str], framed: Columns, found: Columns) -> Usual | None:
        kinds = Counter(pair for pair in zip(framed["framing"], found["grammar"], strict=True) if pair[1])
        if not kinds:
            return None
        (framing, grammar), _ = kinds.most_common(1)[0]
        written = zip(framed["framing"], found["grammar"], texts, strict=True)
        own = [text for *pair, text in written if pair == [framing, grammar]]
        return usual_of(layout_of(own[0]), grammar, tuple(self._grammars.values()), own)

    def _severities(self, framed: list[str | None], found: Columns) -> list[str | None]:
        written = list(zip(found["grammar"], found["level"], strict=True))
        known = {(name, level): self._grammars[name].levels.get(level.upper()) for name, level in {*written} if level}
        return [own or other for own, other in zip(framed, map(known.get, written), strict=True)]


def _without_notices(texts: list[str]) -> list[int]:
    """How often each was written; the notices that say so are taken off the texts."""
    counts = [1] * len(texts)
    for row, text in enumerate(texts):
        if NOTICE in text:
            counts[row], own = repeats(text)
            texts[row] = own or ""
    return counts


def _timed(framed: Columns, own: list[str | None]) -> dict[str, list[str]]:
    """A stamp in the phone's own line is the phone's; the framing's is then the collector's."""
    if not any(own):
        return {}
    written = list(zip(own, framed["stamp"], framed["stamp_owner"], framed["received"], strict=True))
    return {
        "stamp": [mine or stamp for mine, stamp, _, _ in written],
        "stamp_owner": ["phone" if mine else owner for mine, _, owner, _ in written],
        "received": [received or (stamp if mine else "") for mine, stamp, _, received in written],
    }


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_NUMBER else None
