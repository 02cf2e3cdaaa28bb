"""Numbers that logs print, and what they mean: the tables of knowledge/, looked up by number or by name.

A word is a number or a name, with or without its table: `28033`, `x509:20`, `sip:504`, `unknown_ca`, `step:tls`. A
number of OpenSSL that changed its meaning is told apart by the version of the library: `x509:66@1.0.2`.
"""

import difflib
import re
from collections.abc import Iterable
from functools import cache

from lyncphone_logs.errors import InputError, suggestion
from lyncphone_logs.events.entry import TABLES, Entry, Table, entries
from lyncphone_logs.events.event import Event

HELP = "write a number, a name, or TABLE:NUMBER such as x509:20, alert:48, sip:504, ms:28033, step:tls"

_NUMBER = re.compile(r"[0-9]{1,9}")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*[a-z]*")


def look_up(word: str) -> tuple[Entry, ...]:
    """The entries that a word finds, table by table; none where nothing is known of it.

    A range counts only where nothing names the number itself. Raises InputError where the word is no word of a table.
    """
    table, key, version = _parts(word)
    tables = _tables(table, key)
    found = tuple(entry for name in tables for entry in _index(name).get(key, ()))
    if not found and _NUMBER.fullmatch(key):
        found = tuple(entry for name in tables for entry in _ranges(name) if entry.number <= int(key) <= entry.last)
    return tuple(entry for entry in found if not version or entry.holds_in(version))


def suggest(word: str, also: Iterable[str] = ()) -> str:
    """What helps with a word that finds nothing: a "did you mean", also among `also`, or which numbers there are."""
    table, key, version = _parts(word)
    tables = _tables(table, key)
    if version and key in _index(table):
        holds_in = " or ".join(each.versions for each in _index(table)[key])
        return f"OpenSSL {version} does not have it; it holds in {holds_in}"
    if _NUMBER.fullmatch(key):
        return f"known numbers: {', '.join(map(_span, tables))}"
    prefix = f"{table}:" if table else ""
    known = {prefix + each: prefix + each for name in tables for each in _index(name)}
    known |= {_folded(each): each for each in also}
    close = difflib.get_close_matches(prefix + key, known, n=1)
    return f"did you mean {known[close[0]]!r}?" if close else ""


def of_event(event: Event) -> tuple[Entry, ...]:
    """The entries behind the numbers of an event; its text, where there is one, decides between two meanings."""
    tables = (table for table in TABLES.values() if table.number_field and event.kind.startswith(table.kind))
    return tuple(entry for table in tables for entry in _of_fields(table, event))


def range_around(entry: Entry) -> Entry | None:
    """The documented range that the number of an entry lies in."""
    around = (each for each in _ranges(entry.table) if each.number <= entry.number and entry.last <= each.last)
    return next((each for each in around if each is not entry), None)


def _parts(word: str) -> tuple[str, str, str]:
    asked, at, version = word.partition("@")
    head, colon, rest = asked.partition(":")
    table = head.strip().casefold()
    if not colon or (table not in TABLES and (" " in table or _is_name(asked))):
        table, rest = "", asked
    elif table not in TABLES:
        raise InputError(f"no table is called {table!r}", help=suggestion(table, list(TABLES)) or HELP)
    key = str(int(rest)) if _NUMBER.fullmatch(rest.strip()) else _folded(rest)
    if not key:
        raise InputError(f"nothing to look up in {word!r}", help=HELP)
    if at and (table not in ("", "x509") or not _VERSION.fullmatch(version)):
        because = "the version of OpenSSL stands behind the @, and a number of x509 before it"
        raise InputError(f"{word!r} cannot be looked up", because, help="write it as x509:66@1.0.2")
    return "x509" if at else table, key, version


def _tables(table: str, key: str) -> list[str]:
    if table:
        return [table]
    return [name for name, each in TABLES.items() if each.number_field or not _NUMBER.fullmatch(key)]


def _is_name(text: str) -> bool:
    return any(_folded(text) in _index(name) for name in TABLES)


def _folded(text: str) -> str:
    return " ".join(re.split(r"\s+|(?<=[^\W_])[_-]+(?=[^\W_])", text.casefold())).strip(" .")


@cache
def _index(table: str) -> dict[str, tuple[Entry, ...]]:
    index: dict[str, list[Entry]] = {}
    for entry in entries(table):
        for key in sorted(set(_keys(entry))):
            index.setdefault(key, []).append(entry)
    return {key: tuple(found) for key, found in index.items()}


def _keys(entry: Entry) -> Iterable[str]:
    yield _folded(entry.word.partition(":")[2])
    if entry.last == entry.number:
        yield str(entry.number)
    for text in (entry.name, re.sub(r"^X509_V_(ERR_)?", "", entry.name), *entry.texts):
        yield _folded(text)


@cache
def _ranges(table: str) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries(table) if entry.last > entry.number)


def _span(table: str) -> str:
    numbers = [entry.number for entry in entries(table)]
    return f"{table}:{min(numbers)} to {table}:{max(numbers)}"


def _of_fields(table: Table, event: Event) -> tuple[Entry, ...]:
    index = _index(table.name)
    by_number = index.get(str(event.fields.get(table.number_field)), ())
    by_text = index.get(_folded(str(event.fields.get(table.text_field))), ())
    return tuple(entry for entry in by_number if entry in by_text) or by_number or by_text
