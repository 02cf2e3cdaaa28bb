"""Explains the codes that logs print: looks them up by number or name in the tables of content/knowledge/.

A word is a number or a name, with or without its table: `28033`, `x509:20`, `sip:504`, `unknown_ca`, `step:tls`. If
OpenSSL changed the meaning of a number, the version of the library selects it: `x509:66@1.0.2`. The module `pasted`
finds such words in longer texts.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from lyncphone_logs import content
from lyncphone_logs.errors import InputError, suggestion
from lyncphone_logs.events.event import Event

FOLDER = content.path("knowledge")


Basis = Literal["seen", "documented", "inferred"]
"""Whether people reported the cause of a real trace, a source names it, or it follows from what the code means."""


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table. `scope` is the heading of the column that says where a row applies, such as the header of an id.

    Events whose kind begins with `kind` have the number in `number_field` and its text in `text_field`. The rows of a
    table that is not `numbered` have no numbers of their own, only names. `aliases`: further words before the colon.
    """

    name: str
    title: str
    files: tuple[str, ...]
    scope: str = ""
    kind: str = ""
    number_field: str = ""
    text_field: str = ""
    numbered: bool = True
    aliases: tuple[str, ...] = ()


TABLES = {
    table.name: table
    for table in (
        CodeTable(
            "x509", "OpenSSL verify code (X509_V_ERR, the number after ctx->error=)", ("x509_verify_codes",),
            number_field="verify_code", text_field="verify_text",
        ),
        CodeTable(
            "alert", "TLS alert (AlertDescription)", ("tls_alerts",), "level",
            kind="tls.alert.", number_field="number", text_field="description",
        ),
        CodeTable(
            "sip", "SIP response (Status-Code)", ("sip_responses",),
            kind="sip.", number_field="status_code", text_field="reason_phrase",
        ),
        CodeTable(
            "ms", "error id of ms-diagnostics (MS-OCER)", ("ms_diagnostics", "ms_diagnostics_ranges"), "header",
            number_field="ms_diagnostics",
        ),
        CodeTable("step", "step of the sign-in", ("signin_steps",), "phone", numbered=False),
        CodeTable(
            "dhcp", "DHCP option", ("dhcp_options",), kind="dhcp.option.", number_field="option", aliases=("option",)
        ),
        CodeTable("dns", "name in DNS that phones ask for", ("dns_names",), numbered=False, aliases=("srv",)),
        CodeTable(
            "aadsts", "sign-in error of Microsoft Entra (AADSTS)", ("entra_errors",), aliases=("entra",),
            kind="sign_in.token.", number_field="code",
        ),
        CodeTable("q850", "cause of a call's end (ITU-T Q.850)", ("q850_causes",), aliases=("q.850", "cause")),
        CodeTable(
            "eap", "reason of a refused RADIUS certificate (wpa_supplicant)", ("eap_tls_reasons",), numbered=False
        ),
        CodeTable(
            "openssl", "error number of OpenSSL (library, function and reason in one)", (), "library",
            kind="tls.error", text_field="reason", numbered=False,
        ),
        CodeTable(
            "oos", "reason for which a Cisco phone was out of service (ReasonForOutOfService)",
            ("cisco_out_of_service",), kind="device.out_of_service", number_field="reason_code", numbered=False,
            aliases=("reasonforoutofservice", "lastoutofservice"),
        ),
        CodeTable(
            "ice", "bit of ICEWarn in ms-client-diagnostics", ("ice_warnings",), numbered=False, aliases=("icewarn",)
        ),
        CodeTable("term", "term", ("terms",), numbered=False),
    )
}  # fmt: skip
"""The tables by the word before the colon."""
ALIASES = {alias: table.name for table in TABLES.values() for alias in table.aliases}
_NAMED = {"step", "dns", "term"}
"""Tables whose rows are named by their name, because their number only counts them."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The source of a row; `url` is empty if it is not a web page."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One meaning of a number, or of the numbers from `number` to `last`.

    `texts`: what programs print for it in addition to `name`. `basis`: the evidence for `cause`. `see`:
    words of other entries. `since` and `until`: the first and the last release series of OpenSSL, empty for any;
    `versions` is the same in words.
    """

    table: str
    number: int
    last: int
    name: str
    texts: tuple[str, ...]
    scope: str
    since: str
    until: str
    versions: str
    meaning: str
    cause: str
    next: str
    basis: str
    see: tuple[str, ...]
    sources: tuple[Citation, ...]

    @property
    def number_field(self) -> str:
        """The field of an event that has the number; empty if none has it."""
        client = "ms_client_diagnostics" if self.scope == "ms-client-diagnostics" else ""
        return client or TABLES[self.table].number_field

    @property
    def word(self) -> str:
        """The word that finds it: `x509:20`, `ms:1000-1999`, `step:tls`, `openssl:1416F086`."""
        if self.table in _NAMED:
            return f"{self.table}:{self.name}"
        if self.table == "openssl":
            return f"openssl:{self.number:08X}"
        if self.table == "ice":
            return f"ice:0x{self.number:x}"
        number = f"{self.number}-{self.last}" if self.last > self.number else str(self.number)
        return f"{self.table}:{number}"

    def holds_in(self, version: str) -> bool:
        """Whether the number has this meaning in this version of the library, such as 1.0.2u."""
        asked, until = _release(version), _release(self.until)
        padded = asked + (0,) * (3 - len(asked))
        return _release(self.since) <= padded and (not until or padded <= until)


@cache
def entries(table: str) -> tuple[CodeEntry, ...]:
    """All entries of a table, in the order of its files."""
    return tuple(_entry(TABLES[table], row) for name in TABLES[table].files for row in rows(name))


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]+", version)))


def _entry(table: CodeTable, row: dict[str, str]) -> CodeEntry:
    texts = {name: row.get(name, "") for name in ("since", "until", "meaning", "cause", "next", "basis")}
    return CodeEntry(
        table=table.name,
        number=int(row["number"]),
        last=int(row.get("last", row["number"])),
        name=row["name"],
        texts=_items(row.get("text", "")),
        scope=row.get(table.scope, ""),
        versions=row.get("versions") or _versions(texts["since"], texts["until"]),
        see=tuple(row.get("see", "").split()),
        sources=tuple(citation(key) for key in row["source"].split()),
        **texts,
    )


def _items(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(" | ")))


def _versions(since: str, until: str) -> str:
    if not since:
        return ""
    return f"OpenSSL {since}" + (" and later" if not until else "" if until == since else f" to {until}")


def citation(key: str) -> Citation:
    """The source with this key in sources.csv."""
    return _sources()[key]


@cache
def _sources() -> dict[str, Citation]:
    return {row["key"]: Citation(row["title"], row["url"]) for row in rows("sources")}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of content/knowledge/, by its name without ending."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


HELP = "write a number, a name, or TABLE:NUMBER such as x509:20, alert:48, sip:504, ms:28033, step:tls, dhcp:43"

MIN_DIGITS_OF_A_RANGE = 5
"""Digits from which a number without a table is looked up in ranges. Shorter ones are too common to be such an id."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*[a-z]*")


def look_up(word: str) -> tuple[CodeEntry, ...]:
    """The entries that a word finds, table by table; none if it is in no table.

    A range counts only if no entry has the number itself, and the number has a table or many digits. Raises InputError
    if the word names an unknown table, or nothing, or a version that is not possible.
    """
    table, key, version = _parts(word)
    tables = _tables(table, key)
    found = tuple(entry for name in tables for entry in _index(name).get(key, ()))
    if not found and _NUMBER.fullmatch(key) and (table or len(key) >= MIN_DIGITS_OF_A_RANGE):
        found = tuple(entry for name in tables for entry in _ranges(name) if entry.number <= int(key) <= entry.last)
    return tuple(entry for entry in found if not version or entry.holds_in(version))


def suggest(word: str, also: Iterable[str] = ()) -> str:
    """Help for a word that finds nothing: a "did you mean" (also from `also`), the known numbers, or ""."""
    import difflib

    try:
        table, key, version = _parts(word)
    except InputError as error:
        return suggestion(word.partition(":")[0], list(TABLES)) if "no table" in error.what else ""
    tables = _tables(table, key)
    if version and key in _index(table):
        holds_in = " or ".join(each.versions for each in _index(table)[key])
        return f"not in OpenSSL {version}, but in {holds_in}"
    if _NUMBER.fullmatch(key):
        return f"known numbers: {', '.join(_span(name) for name in tables if TABLES[name].files)}"
    prefix = f"{table}:" if table else ""
    known = {prefix + each: prefix + each for name in tables for each in _index(name)}
    known |= {folded(each): each for each in also}
    close = difflib.get_close_matches(prefix + key, known, n=1)
    return f"did you mean {known[close[0]]!r}?" if close else ""


def of_event(event: Event) -> tuple[CodeEntry, ...]:
    """The entries of the numbers in an event; its text, if it has one, decides between two meanings."""
    fields = (table for table in TABLES.values() if table.number_field or table.text_field)
    tables = (table for table in fields if event.kind.startswith(table.kind))
    return tuple(entry for table in tables for entry in _of_fields(table, event))


def range_around(entry: CodeEntry) -> CodeEntry | None:
    """The documented range that contains the number of an entry, if there is one."""
    around = (each for each in _ranges(entry.table) if each.number <= entry.number and entry.last <= each.last)
    return next((each for each in around if each is not entry), None)


def _parts(word: str) -> tuple[str, str, str]:
    asked, at, version = word.partition("@")
    head, colon, rest = asked.partition(":")
    table = head.strip().casefold()
    table = ALIASES.get(table, table)
    if not colon or (table not in TABLES and (" " in table or _is_name(asked))):
        table, rest = "", asked
    elif table not in TABLES:
        raise InputError(f"no table is called {table!r}", help=suggestion(table, list(TABLES)) or HELP)
    key = str(int(rest)) if _NUMBER.fullmatch(rest.strip()) else folded(rest)
    if not key:
        raise InputError(f"nothing to look up in {word!r}", help=HELP)
    if at and (table not in ("", "x509") or not _VERSION.fullmatch(version)):
        because = "@ must follow an x509 code and precede a version of OpenSSL"
        raise InputError(f"{word!r} cannot be looked up", because, help="write it as x509:66@1.0.2")
    return "x509" if at else table, key, version


def _tables(table: str, key: str) -> list[str]:
    if table:
        return [table]
    return [name for name, each in TABLES.items() if each.numbered or not _NUMBER.fullmatch(key)]


def _is_name(text: str) -> bool:
    return any(folded(text) in _index(name) for name in TABLES)


def folded(text: str) -> str:
    """A text as it is compared: without case, and with one blank for hyphens, underscores and blanks."""
    return " ".join(re.split(r"\s+|(?<=[^\W_])[_-]+(?=[^\W_])", text.casefold())).strip(" .")


@cache
def _index(table: str) -> dict[str, tuple[CodeEntry, ...]]:
    index: dict[str, list[CodeEntry]] = {}
    for entry in entries(table):
        for key in sorted(set(_keys(entry))):
            index.setdefault(key, []).append(entry)
    return {key: tuple(found) for key, found in index.items()}


def _keys(entry: CodeEntry) -> Iterable[str]:
    yield folded(entry.word.partition(":")[2])
    if entry.last == entry.number:
        yield str(entry.number)
    for text in (entry.name, re.sub(r"^X509_V_(ERR_)?", "", entry.name), *entry.texts):
        yield folded(text)


@cache
def _ranges(table: str) -> tuple[CodeEntry, ...]:
    return tuple(entry for entry in entries(table) if entry.last > entry.number)


def _span(table: str) -> str:
    numbers = [entry.number for entry in entries(table)]
    return f"{table}:{min(numbers)} to {table}:{max(numbers)}"


def _of_fields(table: CodeTable, event: Event) -> tuple[CodeEntry, ...]:
    index = _index(table.name)
    names = [table.number_field] + (["ms_client_diagnostics"] if table.name == "ms" else [])
    numbered = (entry for name in names for entry in index.get(str(event.fields.get(name)), ()))
    by_number = tuple(entry for entry in numbered if entry.number_field in event.fields)
    by_text = index.get(folded(str(event.fields.get(table.text_field))), ())
    return tuple(entry for entry in by_number if entry in by_text) or by_number or by_text
