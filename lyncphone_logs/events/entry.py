"""The tables of knowledge/: each row one meaning of a number that logs print, with its sources."""

import csv
import re
from dataclasses import dataclass
from functools import cache

from lyncphone_logs import content

FOLDER = content.path("knowledge")


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `scope` is the heading of the column that says where a row belongs, such as the header of an id.

    Events whose kind begins with `kind` hold the number in `number_field` and its text in `text_field`.
    """

    name: str
    title: str
    files: tuple[str, ...]
    scope: str = ""
    kind: str = ""
    number_field: str = ""
    text_field: str = ""


TABLES = {
    table.name: table
    for table in (
        Table(
            "x509", "OpenSSL verify code (X509_V_ERR, the number after ctx->error=)", ("x509_verify_codes",),
            number_field="verify_code", text_field="verify_text",
        ),
        Table(
            "alert", "TLS alert (AlertDescription)", ("tls_alerts",), "level",
            kind="tls.alert.", number_field="number", text_field="description",
        ),
        Table(
            "sip", "SIP response (Status-Code)", ("sip_responses",),
            kind="sip.", number_field="status_code", text_field="reason_phrase",
        ),
        Table(
            "ms", "error id of ms-diagnostics (MS-OCER)", ("ms_diagnostics", "ms_diagnostics_ranges"), "header",
            number_field="ms_diagnostics",
        ),
        Table("step", "step of the sign-in", ("signin_steps",), "phone"),
    )
}  # fmt: skip
"""The tables by the word that stands before the colon."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row comes from; `url` is empty where there is no page."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a number, or of the numbers from `number` to `last`.

    `texts`: what programs print for it beside `name`. `basis`: what `cause` rests on, as in a rule. `see`: words of
    other entries. `since` and `until`: the first and the last release series of OpenSSL, empty where any will do;
    `versions` says the same in words.
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
    sources: tuple[Source, ...]

    @property
    def word(self) -> str:
        """What finds it: `x509:20`, `ms:1000-1999`, `step:tls`."""
        number = f"{self.number}-{self.last}" if self.last > self.number else str(self.number)
        return f"{self.table}:{self.name if self.table == 'step' else number}"

    def holds_in(self, version: str) -> bool:
        """Whether a library of this version, such as 1.0.2u, means this by the number."""
        asked, until = _release(version), _release(self.until)
        padded = asked + (0,) * (3 - len(asked))
        return _release(self.since) <= padded and (not until or padded <= until)


@cache
def entries(table: str) -> tuple[Entry, ...]:
    """All entries of a table, in the order of its files."""
    return tuple(_entry(TABLES[table], row) for name in TABLES[table].files for row in _rows(name))


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]+", version)))


def _entry(table: Table, row: dict[str, str]) -> Entry:
    texts = {name: row.get(name, "") for name in ("since", "until", "meaning", "cause", "next", "basis")}
    return Entry(
        table=table.name,
        number=int(row["number"]),
        last=int(row.get("last", row["number"])),
        name=row["name"],
        texts=_items(row.get("text", "")),
        scope=row.get(table.scope, ""),
        versions=row.get("versions") or _versions(texts["since"], texts["until"]),
        see=tuple(row.get("see", "").split()),
        sources=tuple(_sources()[key] for key in row["source"].split()),
        **texts,
    )


def _items(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(" | ")))


def _versions(since: str, until: str) -> str:
    if not since:
        return ""
    return f"OpenSSL {since}" + (" and later" if not until else "" if until == since else f" to {until}")


@cache
def _sources() -> dict[str, Source]:
    return {row["key"]: Source(row["title"], row["url"]) for row in _rows("sources")}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
