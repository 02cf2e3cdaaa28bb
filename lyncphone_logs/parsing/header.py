"""Reads framing and header of many lines into columns: time, host, severity, component, source line, message.

Values of the header, which the phone wrote, take precedence over those of the framing, which a syslog server wrote.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lyncphone_logs.grammar.grammar import HEADER_FIELDS, Grammar
from lyncphone_logs.parsing.enveloped import choose_lines, enveloped_columns
from lyncphone_logs.parsing.unknown_framing import UNKNOWN, find_header, may_hold_header, tag_of
from lyncphone_logs.syslog.framing import PrefixColumns, SyslogPrefix, parse_prefixes
from lyncphone_logs.syslog.lines import LineTable
from lyncphone_logs.syslog.unwrap import NOTICE, repeats, unwrap

FIELDS = tuple(sorted(HEADER_FIELDS))
MAX_DIGITS = {10: 9, 16: 7}
"""Digits of a number by its base; a longer one would not fit into a column, and is no number."""

Columns = dict[str, list[Any]]
"""Values by the names of the fields of `Event`, one for each row. Columns without values may be the same list."""
Values = Mapping[str, list[Any]]


class ReadLines(NamedTuple):
    """The repaired texts of lines, and their columns, which the next call of `line_columns` may use and change."""

    texts: Sequence[str]
    columns: Columns


def line_columns(rows: LineTable, grammars: Mapping[str, Grammar], known: ReadLines | None = None) -> Columns:
    """Framing, header, message and position of each row, by the names of these in `Event`.

    The message of a line that no grammar reads is all that follows its framing. `known` are columns of lines that were
    read before: they are used if the texts of the rows are the same.
    """
    if rows.envelopes:
        choose_lines(rows, grammars)
    if known and known.texts == rows.repaired:
        columns = known.columns
    elif rows.envelopes:
        columns = enveloped_columns(rows, lambda texts: _text_columns(texts, grammars))
    else:
        columns = _text_columns(rows.repaired, grammars)
    return columns | {"line": rows.numbers, "offset": rows.offsets, "bytes": rows.lengths, "text": rows.texts}


def _text_columns(texts: Sequence[str], grammars: Mapping[str, Grammar]) -> Columns:
    prefixes = parse_prefixes(texts)
    device_texts = [text[start:] for text, start in zip(texts, prefixes.start, strict=True)]
    counts = _without_notices(device_texts)
    headers = read_headers(device_texts, tuple(grammars.values()))
    before = _with_unknown_framings(texts, prefixes, device_texts, counts, headers, tuple(grammars.values()))
    read = zip(headers["message"], headers["grammar"], device_texts, strict=True)
    return {
        **_names(prefixes, headers, grammars),
        **_times(prefixes, headers),
        "message": [message or "" if name else text for message, name, text in read],
        "count": counts,
        **before,
    }


def _with_unknown_framings(
    texts: Sequence[str],
    prefixes: PrefixColumns,
    device_texts: list[str],
    counts: list[int],
    headers: Columns,
    grammars: Sequence[Grammar],
) -> Columns:
    """Read the lines again that no grammar reads, without a known framing. Changes all columns of their rows.

    Returns the column `prefix`, if there are such lines: their text before the header.
    """
    found: dict[int, SyslogPrefix] = {}
    unread = [row for row, name in enumerate(headers["grammar"]) if not name]
    if not unread:
        return {}
    some = [texts[row] for row in unread]
    may_begin = may_hold_header("\n".join(some), grammars)
    framed = map(SyslogPrefix, *([getattr(prefixes, name)[row] for row in unread] for name in SyslogPrefix._fields))
    for row, text, prefix in zip(unread, some, framed, strict=True):
        if not device_texts[row] and counts[row] > 1 and prefix.framing != "none":
            continue
        if read := find_header(text, prefix, grammars, is_searched=may_begin):
            found[row], device_texts[row], counts[row] = read
    if found:
        prefixes.replace([*found], PrefixColumns(*map(list, zip(*found.values(), strict=True))))
        for name, values in read_headers([device_texts[row] for row in found], grammars).items():
            headers[name] = column = list(headers[name])
            for row, value in zip(found, values, strict=True):
                column[row] = value
    _add_tags(prefixes, device_texts, [row for row in unread if not headers["grammar"][row]])
    unknown = {row: texts[row][: each.start] for row, each in found.items() if each.framing == UNKNOWN}
    return {"prefix": [unknown.get(row, "") for row in range(len(texts))]} if unknown else {}


def _add_tags(prefixes: PrefixColumns, device_texts: Sequence[str], unread: Sequence[int]) -> None:
    """Give lines that no grammar reads the program and process id of their TAG, if a syslog server framed them."""
    framed = [row for row in unread if prefixes.framing[row] != "none" and not prefixes.app_name[row]]
    tags = {row: tag for row in framed if (tag := tag_of(device_texts[row]))}
    if tags:
        prefixes.app_name, prefixes.procid = prefixes.app_name.copy(), prefixes.procid.copy()
    for row, (app_name, procid) in tags.items():
        prefixes.app_name[row], prefixes.procid[row] = app_name, prefixes.procid[row] or procid


def device_text(rows: LineTable, columns: Columns, row: int) -> str:
    """The text of a row after its framing, without the notice of a repetition."""
    prefix = columns["prefix"][row] if "prefix" in columns else ""
    return rows.repaired[row][len(prefix) :] if prefix else unwrap(rows.repaired[row]).text


def _without_notices(texts: list[str]) -> list[int]:
    """How often each line was written. Removes the repeat notices from `texts`."""
    counts = [1] * len(texts)
    for row, text in enumerate(texts):
        if NOTICE in text:
            counts[row], repeated = repeats(text)
            texts[row] = repeated or ""
    return counts


def _names(prefixes: PrefixColumns, headers: Values, grammars: Mapping[str, Grammar]) -> Columns:
    """Sender, program, position in it, and severity: those of the header, else of the framing."""
    columns = {name: headers[name] for name in ("component", "function", "grammar", "level", "mac")}
    columns |= {"framing": list(prefixes.framing), "facility": prefixes.facility}
    columns["severity"] = _severities(prefixes.severity, headers, grammars)
    columns["app_name"] = _first_of(headers["app_name"], prefixes.app_name)
    columns["procid"] = _first_of(headers["procid"], prefixes.procid)
    columns["hostname"] = _first_of(headers["hostname"], prefixes.hostname)
    columns["source_line"] = _numbers(headers["source_line"])
    return columns


def _times(prefixes: PrefixColumns, headers: Values) -> Columns:
    """Stamps, the owners of their clocks, and the sequence numbers of a sender.

    A stamp in the header is the phone's. The stamp of the framing is then the collector's.
    """
    columns: Columns = {
        "stamp": prefixes.stamp,
        "stamp_owner": prefixes.stamp_owner,
        "received": prefixes.received,
        "sequence": _numbers(headers["sequence"]),
        "missed": headers["missed"],
    }
    if any(stamps := headers["stamp"]):
        columns["stamp"] = _first_of(stamps, prefixes.stamp)
        columns["stamp_owner"] = [
            "phone" if stamp else owner for stamp, owner in zip(stamps, prefixes.stamp_owner, strict=True)
        ]
        written = zip(stamps, prefixes.stamp, prefixes.received, strict=True)
        columns["received"] = [received or (outer if stamp else "") for stamp, outer, received in written]
    if any(headers["sequence_hex"]):
        numbers = zip(_numbers(headers["sequence_hex"], 16), columns["sequence"], strict=True)
        columns["sequence"] = [decimal if number is None else number for number, decimal in numbers]
    return columns


def _severities(framed: Sequence[str | None], headers: Values, grammars: Mapping[str, Grammar]) -> list[str | None]:
    """The severity of the framing, else what the grammar's word for the level means."""
    rows = list(zip(framed, headers["grammar"], headers["level"], strict=True))
    missing = {(name, level) for severity, name, level in rows if level and not severity}
    words = {(name, level): grammars[name].levels.get(level.upper()) for name, level in missing}
    return [severity or words.get((name, level)) for severity, name, level in rows]


def _first_of(preferred: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    if not any(preferred):
        return list(other)
    return [one or another for one, another in zip(preferred, other, strict=True)]


def _numbers(texts: Sequence[str | None], base: int = 10) -> list[int | None]:
    numbers: dict[str | None, int] = {}
    for text in {*texts}:
        if text and len(text) <= MAX_DIGITS[base]:
            numbers[text] = int(text, base)
    return list(map(numbers.get, texts))


def read_headers(texts: Sequence[str], grammars: Sequence[Grammar]) -> Columns:
    """The header fields of each text as columns, None if it has none, and `grammar`, its name or "".

    A text belongs to the first of the grammars that reads it, as with `reader_of`.
    """
    columns: Columns = {name: [None] * len(texts) for name in FIELDS}
    columns["grammar"] = [""] * len(texts)
    rest: Sequence[int] = range(len(texts))
    for grammar in grammars:
        if not rest:
            break
        matches = list(map(grammar.header.pattern.fullmatch, [texts[row] for row in rest]))
        rows = [row for row, match in zip(rest, matches, strict=True) if match]
        if len(rest) == len(texts) and rows:
            # The first grammar that reads a line often reads most of them. Later ones fill only their own rows.
            columns |= _header_columns(grammar, matches)
        elif rows:
            for name, values in _header_columns(grammar, [match for match in matches if match]).items():
                column = columns[name]
                for row, value in zip(rows, values, strict=True):
                    column[row] = value
        rest = [row for row, match in zip(rest, matches, strict=True) if not match]
    return columns


def _header_columns(grammar: Grammar, matches: Sequence[re.Match[str] | None]) -> Columns:
    """The fields that occur in the matches, and the name of the grammar; a line without a match has no values."""
    blank = (None,) * grammar.header.pattern.groups
    groups = list(zip(*[match.groups() if match else blank for match in matches], strict=True))
    columns: Columns = {"grammar": [grammar.name if match else "" for match in matches]}
    for field, numbers in zip(grammar.header.fields, grammar.header.groups, strict=True):
        used = [number for number in numbers if any(groups[number - 1])]
        if used:
            columns[field] = _values_of(used, groups, matches)
    return columns


def _values_of(
    numbers: Sequence[int], groups: Sequence[Sequence[str | None]], matches: Sequence[re.Match[str] | None]
) -> list[str | None]:
    """The values of a field, None if empty. If several of its groups took part, the last one in the text counts."""
    first, *others = numbers
    values = list(groups[first - 1])
    for number in others:
        for row, value in enumerate(groups[number - 1]):
            match = matches[row]
            if value is not None and match is not None:
                values[row] = value if values[row] is None else match[max(numbers, key=match.start)]
    return [value or None for value in values] if "" in values else values
