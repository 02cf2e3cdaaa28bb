"""What stands around the messages of many lines, in columns."""

from collections import Counter
from collections.abc import Sequence

from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.header import named, timed
from lyncphone_logs.parsing.header_batch import Usual, usual_of
from lyncphone_logs.parsing.heading import Columns, put, read_headers
from lyncphone_logs.syslog.framing import Framed, layout_of, unframe_all
from lyncphone_logs.syslog.lines import Rows
from lyncphone_logs.syslog.unwrap import NOTICE, repeats


class Surroundings:
    """Reads what stands around the messages, and remembers what the usual line of the trace looks like."""

    def __init__(self, grammars: Sequence[Grammar]) -> None:
        self._grammars = {grammar.name: grammar for grammar in grammars}
        self._usual: Usual | None = None

    def columns(self, rows: Rows) -> Columns:
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
        framed = dict(zip(Framed._fields, unframe_all(texts), strict=True))
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
