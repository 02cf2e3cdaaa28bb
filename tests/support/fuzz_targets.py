"""The targets of the fuzzer: for each part of the program, how an input is made from a seed and what must hold for it.

`run` raises if something is wrong: Mismatch if an account or an output is, and whatever the program raises that is no
LyncphoneLogsError. Bad input gets one of those, or an entry in the account.
"""

import io
import json
import random
import tarfile
import unicodedata
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import lyncphone_logs as lp
from lyncphone_logs.catalog import Catalog, read_catalog
from lyncphone_logs.errors import LyncphoneLogsError
from lyncphone_logs.evidence.certificate_file import read_certificates
from lyncphone_logs.parsing.sip import parse, sip_fields
from lyncphone_logs.redaction.builtin import redactor_of
from lyncphone_logs.redaction.redactor import LineState, Redactor
from lyncphone_logs.reports import concise, details, explanation, html, markdown, screen, tables
from lyncphone_logs.reports import json as report_json
from lyncphone_logs.reports.escaping import HIDDEN
from lyncphone_logs.reports.report import Report
from lyncphone_logs.rules.loader import read_rule
from lyncphone_logs.syslog.framing import parse_prefix
from lyncphone_logs.timestamps.formats import Anchor, read_stamp
from lyncphone_logs.timestamps.shapes import stamps_in
from lyncphone_logs.timestamps.zones import Zones
from lyncphone_logs.trace.phone_list import phone_list
from lyncphone_logs.trace.trace import Trace
from lyncphone_logs.trace.trace_options import TraceOptions
from lyncphone_logs.trace.unparsed import unparsed_shapes
from support import mutations, oracle
from support.containers import ARCHIVES, COMPRESSIONS, in_tar, in_zip
from support.hostile_texts import hostile
from support.paths import FIXTURES, ROOT
from support.sample_report import phone, planted, report

DIAGNOSED = 4
"""One input of so many is diagnosed and reported in every format; the others are only read."""


class Mismatch(AssertionError):
    """The account of an input is wrong, or a part of an output is."""


class Target(NamedTuple):
    """One part of the program: `make` an input, `run` the program on it with a folder for files."""

    make: Callable[[random.Random], bytes]
    run: Callable[[bytes, Path], None]


@cache
def _catalog() -> Catalog:
    return read_catalog()


def _chance(data: bytes) -> random.Random:
    """Decides about options of a run: the same for the same input, so that a stored input needs no seed."""
    return random.Random(zlib.crc32(data))


# Traces and containers


def _trace(rng: random.Random) -> bytes:
    return mutations.mutated(rng, mutations.traces())


def _run_trace(data: bytes, folder: Path) -> None:
    path = folder / "trace.log"
    path.write_bytes(data)
    with suppress(LyncphoneLogsError):
        _examine(path, data, TraceOptions())


def _examine(path: Path, data: bytes, options: TraceOptions) -> None:
    trace = Trace([str(path)], _catalog(), options)
    events = list(trace.events(derived=False))
    for source, tally in trace.inputs:
        if source.path == str(path) and not source.problem and not tally.account.outside_bytes:
            _check(source.bytes == len(data), f"{source.bytes} of {len(data)} bytes were read")
            account = dict(vars(tally.account))
            wrong = oracle.mismatches(
                data, events, account, encoding=source.encoding, has_records=source.export is not None
            )
            _check(not wrong, "; ".join(wrong[:3]))
    if _chance(data).randrange(DIAGNOSED) == 0:
        _render(lp.diagnose(Trace([str(path)], _catalog(), options)))
        _tabulate(trace)


def _check(is_right: bool, wrong: str) -> None:
    if not is_right:
        raise Mismatch(wrong)


def _tabulate(trace: Trace) -> None:
    for table in (tables.event_table, tables.event_csv_lines, tables.event_json_lines):
        _check_visible("".join(table(trace.batches())))
    _check_visible("".join(tables.unparsed_markdown(unparsed_shapes(trace.batches()))))
    _check_visible("".join(tables.phone_table(phone_list(trace.batches(), {}))))


def _render(found: Report) -> None:
    for width in (60, None):
        _check_visible(details.render(found, color=False, width=width))
    for form in (screen.render, concise.render, markdown.render, html.document):
        _check_visible(form(found))
    _check_visible(text := report_json.document(found))
    json.loads(text)
    for line in report_json.json_lines(found):
        json.loads(line)


def _check_visible(text: str) -> None:
    if text.isascii() and text.replace("\n", "").isprintable():
        return
    hidden = {each for each in text if each != "\n" and unicodedata.category(each) in HIDDEN}
    _check(not hidden, f"hidden characters {hidden!r} in an output")
    text.encode()


def _container(rng: random.Random) -> bytes:
    data = mutations.part(rng, rng.choice(mutations.traces()), rng.choice((300, 3000)))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        data = _packed(rng, data)
    for _ in range(rng.choice((0, 1, 1, 2, 6))):
        change = rng.choice((mutations.flip, mutations.flip, mutations.noise, mutations.delete, mutations.truncate,
                             mutations.double, mutations.replace))  # fmt: skip
        data = change(rng, data)
    return data


def _packed(rng: random.Random, data: bytes) -> bytes:
    if rng.random() < 0.4:
        return rng.choice(list(COMPRESSIONS.values()))(data)
    names = ("a.log", "logs/phone.log", "../../x.log", "/abs.log", "C:\\x.log", "", "n\0l", "\u202egol", "a.log", "d/")
    members = {rng.choice(names): data if rng.random() < 0.7 else data[::-1] for _ in range(rng.randint(1, 4))}
    if rng.random() < 0.25:
        return _odd_tar(rng, members)
    try:
        return rng.choice(list(ARCHIVES.values()))(members)
    except ValueError:
        return in_zip({"a.log": data})


def _odd_tar(rng: random.Random, members: dict[str, bytes]) -> bytes:
    """A tar archive with headers that claim what is not there."""
    packed = io.BytesIO()
    for name, data in members.items():
        header = tarfile.TarInfo((name or "x") * rng.choice((1, 1, 60)))
        header.type = rng.choice((b"0", b"0", b"1", b"2", b"3", b"5", b"6", b"7", b"S", b"K", b"L", b"x", b"g", b"Z"))
        header.size = rng.choice((len(data), len(data), 0, 1, len(data) + 512, 1 << 20, 1 << 33, 1 << 40, -1))
        header.mtime = rng.choice((0, 1372000000, -1, 1 << 35))
        form: Any = rng.choice((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT))
        with suppress(ValueError):
            block = header.tobuf(form, errors="replace") + data
            packed.write(block * rng.choice((1, 1, 1, 3, 50)) + bytes(-len(block) % 512))
    return packed.getvalue() or in_tar(members)


def _run_container(data: bytes, folder: Path) -> None:
    path = folder / "container"
    path.write_bytes(data)
    with suppress(LyncphoneLogsError):
        trace = Trace([str(path)], _catalog())
        events = list(trace.events())
        spans = sorted((each.source, *span) for each in events for span in each.spans)
        for (name, start, length), (other, offset, _) in pairwise(spans):
            _check(name != other or start + length <= offset, f"spans overlap at {offset} of {other}")
        if _chance(data).randrange(DIAGNOSED) == 0:
            _render(lp.diagnose(trace))


# Lines


@cache
def _samples() -> tuple[bytes, ...]:
    return tuple(sample.line.encode() for grammar in _catalog().grammars for sample in grammar.samples)


def _line(rng: random.Random) -> bytes:
    return mutations.mutated(rng, _samples(), 1000)


def _run_grammars(data: bytes, folder: Path) -> None:
    line = oracle.decoded(data)
    _check_visible("\n".join(explanation.render_line(line, _catalog().grammars)))
    for grammar in _catalog().grammars:
        for start, stop in (grammar.header.match(line) or {}).values():
            _check(0 <= start <= stop <= len(line), f"the field {start} to {stop} of {grammar.name} is outside")
        for kind, expression in grammar.messages:
            for start, stop in (expression.match(line) or {}).values():
                _check(0 <= start <= stop <= len(line), f"the field {start} to {stop} of {kind} is outside")


STAMPS = (
    "Jul  9 12:00:00", "2013-07-09T12:00:00.123456+02:00", "2013-07-09 12:00:00,5", "@1372000000", "0709120000",
    "Feb 29 23:59:60", "29.02.2012 24:00:00", "12/31/99 11:59:59 PM", "Tue Jul  9 12:00:00 2013", "1372000000.5",
    "Jan  1 00:00:00", "2013/07/09 12:00:00 UTC", "00:00:09.120", "09 Jul 2013 12:00", "20130709120000",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2013-10-27T02:30:00", "1970-01-01T00:00:00Z",
)  # fmt: skip
ZONES = ("", "Europe/Berlin", "UTC", "+05:45", "-14:00", "Pacific/Apia", "Antarctica/Troll", "x=UTC", "UTC=", "../UTC")
TIMES = ("", "12:00", "-2h", "2013-07-09", "2013-07-09T12:00:00Z", "-999999w", "24:00", "9999-12-31", "0001-01-01", "-")


def _stamped(rng: random.Random) -> bytes:
    lines = []
    for _ in range(rng.randint(1, 8)):
        stamp = rng.choice(STAMPS)
        for _ in range(rng.choice((0, 0, 1, 2, 4))):
            at = rng.randint(0, len(stamp))
            stamp = stamp[:at] + rng.choice("0123456789999 :-/.,TZ+@abJFM\u0660") + stamp[at + rng.randint(0, 2) :]
        line = rng.choice(_samples()).decode()
        lines.append(f"{rng.choice(('', '<34>', '<34>1 '))}{stamp}{rng.choice((' ', ' host ', chr(9)))}{line}")
    return "\n".join(lines).encode()


def _run_time(data: bytes, folder: Path) -> None:
    rng = _chance(data)
    path = folder / "time.log"
    path.write_bytes(data)
    for line in data.decode("utf-8", "replace").split("\n"):
        found = [parse_prefix(line).stamp, *(line[each.start : each.end] for each in stamps_in(line, len(line)))]
        for stamp in filter(None, found):
            read_stamp(stamp, Anchor(None, ""))
    with suppress(LyncphoneLogsError):
        zones, since, until = Zones([each] if (each := rng.choice(ZONES)) else []), rng.choice(TIMES), rng.choice(TIMES)
        year = rng.choice((0, 0, 1980, 2013, 2099))
        _examine(path, data, TraceOptions(year=year, zones=zones, since=since, until=until))


@cache
def _sip_messages() -> tuple[bytes, ...]:
    found = [text for text in mutations.traces() if b"SIP/2.0" in text]
    texts = [piece for text in found for piece in text.split(b"\n\n") if b"SIP/2.0" in piece]
    return tuple(sorted({text[max(text.find(b"SIP/2.0") - 40, 0) :][:3000] for text in texts}))


def _sip(rng: random.Random) -> bytes:
    return mutations.mutated(rng, _sip_messages(), 3000)


def _run_sip(data: bytes, folder: Path) -> None:
    text = oracle.decoded(data)
    for start in {0, max(text.find("SIP/2.0"), 0)}:
        parse(text[start:])
        parse(text[start:], shortest_line_end=True)
        json.dumps(sip_fields(text[start:]), default=str)
    _run_trace(data, folder)


# Files that the user names


@cache
def _rule_files() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((ROOT / "lyncphone_logs" / "content" / "rules").rglob("*.toml")))


RULE_PIECES = (
    b"{reason:d}", b"{reason!r}", b"{0}", b"{reason", b"regex = '(a+)+$'", b"a.b.c.d = 1\n", b"[[[[", b"'''", b'"""',
    b"at_least = 99999999999999999999", b"within = -1", b"nan", b"inf", b"1979-05-27T07:32:00Z", b"\\uD800",
    b"code = \"XXX999\"\n", b"event = \"tls.alert.received\"\n", b"not = true\n", b"where = {}\n", b"{ = }", b"\x00",
)  # fmt: skip


def _rule(rng: random.Random) -> bytes:
    data = rng.choice(_rule_files())
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randint(0, len(data))
        if rng.random() < 0.5:
            data = data[:at] + rng.choice(RULE_PIECES) + data[at + rng.choice((0, 0, 3, 30)) :]
        else:
            words = (b"true", b"-1", b"[]", b'""', b"{}", b"1.5")
            end = data.find(b"\n", at)
            equals = data.rfind(b"= ", 0, max(end, 0)) + 2
            data = data[:equals] + rng.choice(words) + data[max(end, equals) :]
    return data


def _run_rule(data: bytes, folder: Path) -> None:
    path = folder / "made-rule.toml"
    name = next((line.split(b'"')[1] for line in data.split(b"\n") if line.startswith(b'name = "')), b"")
    if name and name.replace(b"-", b"").isalnum() and len(name) < 80:
        path = folder / f"{name.decode('ascii', 'replace')}.toml"
    path.write_bytes(data)
    try:
        with suppress(LyncphoneLogsError):
            made = read_rule(path)
            _check_visible(explanation.render_rule(made, color=False, width=80))
            catalog = _catalog()
            rules = (*(rule for rule in catalog.rules if rule.code != made.code), made)
            lines = [str(getattr(line, "line", line)) for sample in made.sample for line in sample.lines] or ["none"]
            (folder / "sample.log").write_text("\n".join(lines), encoding="utf-8", errors="replace")
            changed = Catalog(catalog.grammars, rules, catalog.packs)
            _render(lp.diagnose(Trace([str(folder / "sample.log")], changed)))
    finally:
        path.unlink()


@cache
def _certificates() -> tuple[bytes, ...]:
    paths = sorted((FIXTURES / "certificates").glob("*"))
    return tuple(path.read_bytes() for path in paths if path.suffix in {".pem", ".der", ".p7b"})


def _certificate(rng: random.Random) -> bytes:
    return mutations.mutated(rng, _certificates(), 6000)


def _run_certificate(data: bytes, folder: Path) -> None:
    path = folder / "chain.pem"
    path.write_bytes(data)
    with suppress(LyncphoneLogsError):
        domain = _chance(data).choice(("", "contoso.com", "\udc9b", "a" * 300, "xn--", "*."))
        for event in read_certificates(str(path), domain=domain):
            json.dumps(dict(event.fields), default=str)


def _hostile(rng: random.Random) -> bytes:
    return hostile(rng).encode("utf-8", "surrogatepass")


def _run_renderers(data: bytes, folder: Path) -> None:
    seed = data.decode("utf-8", "surrogatepass")
    _render(planted(report(phones=(phone(), phone(id="10.1.2.4"))[: _chance(data).randint(1, 2)]), seed))


# Redaction


@cache
def _redactor() -> Redactor:
    return redactor_of(_catalog(), bytes(32))


def _run_redaction(data: bytes, folder: Path) -> None:
    rng = _chance(data)
    word = "".join(rng.choices("bdfghjklmnpqrstvwxz", k=9))  # without vowels it is no word of the program
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    planted = [_with_word(line, word, rng) for line in lines]
    shown = _redactor().lines(planted, LineState())
    if len(shown) != len(lines) or any("\n" in line for line in shown):
        raise Mismatch(f"{len(lines)} lines became {len(shown)}")
    if left := [line for line in shown if word in line.lower()]:
        raise Mismatch(f"the word {word} stays in {left[0]!r}")


AROUND = (
    "{}", '"{}"', "<{}>", "{}=1", "x={}", "/{}/", "{}.log", "({})", "{}:", "{}@{}.com", "a\\{}", "{}1", "-{}-", "_{}",
    "x.{}", "{},{}", "&{};", "%20{}", "\\n{}", "{}'s", "[{}]", "{}/7", "user={};", "sip:{}@x", "1{}", "ipphone-{}",
    "SEP{}", "é{}",
)  # fmt: skip


def _with_word(line: str, word: str, rng: random.Random) -> str:
    words = line.split(" ")
    words.insert(rng.randint(0, len(words)), rng.choice(AROUND).replace("{}", word))
    return " ".join(words)


TARGETS = {
    "trace": Target(_trace, _run_trace),
    "container": Target(_container, _run_container),
    "grammars": Target(_line, _run_grammars),
    "time": Target(_stamped, _run_time),
    "sip": Target(_sip, _run_sip),
    "rule": Target(_rule, _run_rule),
    "certificate": Target(_certificate, _run_certificate),
    "renderers": Target(_hostile, _run_renderers),
    "redaction": Target(_trace, _run_redaction),
}
