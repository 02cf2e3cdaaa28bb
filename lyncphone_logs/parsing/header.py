"""What framing and header of a line say together, many lines at once."""

from collections.abc import Mapping
from typing import Any

from lyncphone_logs.grammar.grammar import Grammar

LONGEST_NUMBER = {10: 9, 16: 7}
"""Digits that are taken for a number, by their base; more would not fit into a column."""
TIMES = ("stamp", "sequence", "sequence_hex", "missed")
"""Fields of a header that change from line to line."""

Values = Mapping[str, list[Any]]


def named(framed: Values, found: Values, grammars: Mapping[str, Grammar]) -> dict[str, list[Any]]:
    """Who wrote, where in the program, how severe: what the header says, else the framing."""
    columns = {name: framed[name] for name in ("framing", "facility")}
    columns |= {name: found[name] for name in ("component", "function", "grammar", "level", "mac")}
    columns["severity"] = _severities(framed["severity"], found, grammars)
    for name in ("app_name", "procid", "hostname"):
        columns[name] = _either(found[name], framed[name]) if any(found[name]) else framed[name]
    columns["source_line"] = _numbers(found["source_line"])
    return columns


def timed(framed: Values, found: Values) -> dict[str, list[Any]]:
    """Stamps, whose they are, and the numbers that a sender counts its lines with.

    A stamp in the phone's own line is the phone's; the framing's is then the collector's.
    """
    columns = {name: framed[name] for name in ("stamp", "stamp_owner", "received")}
    columns |= {"sequence": _numbers(found["sequence"]), "missed": found["missed"]}
    if any(found["stamp"]):
        written = list(zip(found["stamp"], framed["stamp"], framed["stamp_owner"], framed["received"], strict=True))
        columns["stamp"] = [mine or stamp for mine, stamp, _, _ in written]
        columns["stamp_owner"] = ["phone" if mine else owner for mine, _, owner, _ in written]
        columns["received"] = [received or (stamp if mine else "") for mine, stamp, _, received in written]
    if any(found["sequence_hex"]):
        numbers = zip(_numbers(found["sequence_hex"], 16), columns["sequence"], strict=True)
        columns["sequence"] = [other if number is None else number for number, other in numbers]
    return columns


def _severities(framed: list[str | None], found: Values, grammars: Mapping[str, Grammar]) -> list[str | None]:
    written = list(zip(found["grammar"], found["level"], strict=True))
    known = {(name, level): grammars[name].levels.get(level.upper()) for name, level in {*written} if level}
    return _either(framed, [*map(known.get, written)])


def _either(first: list[Any], second: list[Any]) -> list[Any]:
    return [one or other for one, other in zip(first, second, strict=True)]


def _numbers(texts: list[str | None], base: int = 10) -> list[int | None]:
    return [int(text, base) if text and len(text) <= LONGEST_NUMBER[base] else None for text in texts]
