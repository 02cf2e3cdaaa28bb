"""Rule files that an attacker changed: valid ones with hostile values, keys, depths and sizes. Seeded."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from lyncphone_logs import content
from lyncphone_logs.events.vocabulary import kinds

CODE, NAME = "ZZZ999", "hostile-rule"
TEMPLATES = (
    "{reason:d}",
    "{reason:99999999}",
    "{reason:>10}",
    "{reason!r}",
    "{reason.__class__}",
    "{reason[0]}",
    "{0}",
    "{}",
    "{",
    "}",
    "{reason",
    "reason}",
    "{reason:{count}}",
    "{count:9}",
    "{__class__}",
    "{ reason }",
    "{reason!s:>9}",
    "{reason}" * 17,
    "x" * 2001,
    "{reason}{",
    "%(reason)s {reason.x}",
    "{count!a}",
    "{{{reason:9}}}",
)
"""Sentences with braces that are no field, or too many or too long."""
VALUES = (
    "0",
    "-1",
    "1e308",
    "-1e308",
    "inf",
    "-inf",
    "nan",
    "9223372036854775808",
    "1" + "0" * 4000,
    "0x" + "f" * 5000,
    "true",
    "[]",
    "{}",
    '""',
    '"\\u0000"',
    '"\\u001b]0;x\\u0007"',
    '"\\u202e"',
    '"{reason:9999999}"',
    "[[[[[[[[[]]]]]]]]]",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "07:32:00",
    '["a", "a"]',
    '["symptom"]',
    '"symptom"',
    '"trace"',
    '"explains"',
    '"' + "x" * 5000 + '"',
    '"' + "a.b" * 2000 + '"',
    "[" + "1, " * 3000 + "1]",
    '["' + '", "'.join("ab" * 500) + '"]',
    '{ regex = "(a|a)*$" }',
    '{ regex = "(.*?,){29}P" }',
    '{ regex = "((((a*)*)*)*)*$" }',
    '{ regex = "(?R)" }',
    '{ regex = "(?:a{1,1000}){1,1000}" }',
    '{ regex = "a{1,99999999}" }',
    '{ regex = "[" }',
    "{ not = { not = { not = {} } } }",
    "{ at_least = nan }",
    "{ at_least = inf, at_most = -inf }",
    '{ cidr = ["::/0", "0.0.0.0/0"] }',
    '{ cidr = ["x"] }',
    '{ version = "<' + "9" * 5000 + '" }',
    '{ version = "<1' + ".1" * 2000 + '" }',
    '{ compared = "!= symptom.reason" }',
    '{ days_from = "trace", at_least = 1e308 }',
    '{ days_from = "trace", at_most = -1e308 }',
    "{ present = false }",
    "{ none_of = [" + '"x", ' * 2000 + '"y"] }',
    '{ prefix = "' + "x" * 9000 + '" }',
    *(f'"{template}"' for template in TEMPLATES),
)
"""TOML values that replace one of a rule."""
KEYS = (
    "count",
    "within",
    "within_events",
    "offset",
    "by",
    "distinct",
    "phones",
    "once_per",
    "then",
    "ordered",
    "first_of",
    "before",
    "after",
    "between",
    "absent",
    "all",
    "any",
    "none",
    "group",
    "same",
    "where",
    "event",
    "strength",
    "basis",
    "says",
    "role",
    "id",
    "likelihood",
    "source",
    "aside",
    "ignores",
    "title",
    "why",
    "why_of",
    "applies_to",
    "only_for",
    "requires_environment",
    "leads_to",
    "silences",
    "confirmed_by",
    "is_fact",
    "only_if_alone",
    "fix_at",
    "prevalence",
    "severity",
    "stage",
    "cause",
    "impact",
    "unknown",
    "__class__",
    "code",
    "name",
)
"""Keys that are added."""


def _clause(form: str) -> str:
    return _stated("more", form)


def _stated(name: str, form: str) -> str:
    """A clause; only one that compares events has a text with a signature."""
    signature = 'signature = "documented", ' if "event = " in form else ""
    return f'id = "{name}", role = "supports", fault = "documented", {signature}source = "s", says = "s", {form}'


def _with_pattern(pattern: str) -> str:
    form = f"event = \"log.message\", where = {{ message = {{ regex = '{pattern}' }} }}"
    return _with_clauses(matching_rules()[0], [_clause(form)])


def _with_networks(count: int) -> str:
    inside, outside = ['"10.0.0.0/8"'] * count, ['"192.168.0.0/16"'] * count
    test = f"cidr = [{', '.join(inside)}], outside = [{', '.join(outside)}]"
    form = f'event = "log.message", where = {{ hostname = {{ {test} }} }}'
    return _with_clauses(valid_rules()[0], [_clause(form)])


def _tests(count: int) -> str:
    tests = ", ".join(f'name{number} = "a"' for number in range(count))
    return f'event = "log.message", where = {{ {tests} }}'


_ASSIGNED = re.compile(r"(?<=[\w\"]) = (?:\"[^\"\n]*\"|[\w.+-]+|\[[^\]\n]*\]|\{[^}\n]*\})")


@cache
def valid_rules() -> tuple[str, ...]:
    """Built-in rule files of many forms, with another code and name."""
    return tuple(map(_renamed, sorted(content.path("rules").rglob("*.toml"))[::4]))


@cache
def matching_rules() -> tuple[str, ...]:
    """Those that explain a refused certificate, which the founding line shows."""
    return tuple(each for each in valid_rules() if f'{{ event = "{SEEN[0]}"' in each)


def _renamed(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^code = .*$", f'code = "{CODE}"', text, count=1, flags=re.M)
    return re.sub(r"^name = .*$", f'name = "{NAME}"', text, count=1, flags=re.M)


def mutants(seed: int, count: int) -> Iterator[str]:
    """This many rule files, each with one to three hostile changes."""
    chosen = random.Random(seed)
    for _ in range(count):
        text = chosen.choice(valid_rules() if chosen.random() < 0.5 else matching_rules())
        for _ in range(chosen.choice((1, 1, 2, 3))):
            text = chosen.choice(CHANGES)(text, chosen)
        yield text


def _other_value(text: str, chosen: random.Random) -> str:
    places = list(_ASSIGNED.finditer(text.partition("[[sample]]")[0])) or list(_ASSIGNED.finditer(text))
    if not places:
        return text
    place = chosen.choice(places)
    return f"{text[: place.start()]} = {chosen.choice(VALUES)}{text[place.end() :]}"


def _more_keys(text: str, chosen: random.Random) -> str:
    lines = text.split("\n")
    lines.insert(chosen.randrange(len(lines)), f"{chosen.choice(KEYS)} = {chosen.choice(VALUES)}")
    return "\n".join(lines)


def _inline_key(text: str, chosen: random.Random) -> str:
    places = [found.end() for found in re.finditer(r"\{ ", text)]
    if not places:
        return text
    place = chosen.choice(places)
    return f"{text[:place]}{chosen.choice(KEYS)} = {chosen.choice(VALUES)}, {text[place:]}"


def _fewer_lines(text: str, chosen: random.Random) -> str:
    lines = text.split("\n")
    first = chosen.randrange(len(lines))
    del lines[first : first + chosen.randint(1, 4)]
    return "\n".join(lines)


def _twice(text: str, chosen: random.Random) -> str:
    lines = text.split("\n")
    first = chosen.randrange(len(lines))
    some = lines[first : first + chosen.randint(1, 12)]
    return "\n".join([*lines[:first], *some * chosen.choice((2, 2, 2, 50, 300)), *lines[first:]])


def _cut(text: str, chosen: random.Random) -> str:
    return text[: chosen.randrange(len(text) + 1)]


def _other_characters(text: str, chosen: random.Random) -> str:
    place = chosen.randrange(len(text) + 1)
    return (
        text[:place]
        + chosen.choice("\"'[]{}=.,#\\\n\t\r\x00\x1b\u202e{:}!") * chosen.choice((1, 1, 3, 3000))
        + text[place:]
    )


SEEN = ("tls.server_certificate.rejected", "log.message", "dhcp.discover.sent", "device.started")
"""Kinds of many events in the traces that the rules are compared with."""
EVENTS = (*sorted(kinds()), *SEEN * 40)
NUMBERS = ("1", "2", "64", "1000", "1001", "0.001", "1e6", "1e18", "1e300", "1e308", "inf", "nan", "-1", "0", "9" * 30)
FORMS = (
    "count = {n}",
    "count = 2, within = {n}",
    'before = "symptom", within = {n}',
    'after = "symptom", within = {n}',
    'after = "symptom", offset = {n}',
    'before = "symptom", offset = {n}',
    "phones = {n}, within = {n}",
    'absent = true, after = "symptom", within = {n}',
    'absent = true, before = "symptom", same = "boot"',
    'within_events = {n}, then = [{{ event = "{e}" }}]',
    'within = {n}, then = [{{ event = "{e}", count = {n} }}]',
    'first_of = [{{ event = "{e}" }}]',
    'between = ["symptom", "symptom"]',
    'same = "handshake"',
    'same = "call"',
    'where = {{ message = {{ regex = "{r}" }} }}',
    "where = {{ source_line = {{ at_least = {n} }} }}",
    'where = {{ text = {{ contains = "a" }} }}',
    'where = {{ hostname = {{ cidr = ["::/0"] }} }}',
    'count = 2, by = "hostname"',
    'count = 2, distinct = "app_name", within = {n}',
    'count = 2, once_per = "boot"',
    'where = {{ message = {{ compared = "!= symptom.message" }} }}',
    'where = {{ severity = {{ not = {{ prefix = "e" }} }} }}',
)
PATTERNS = (
    "(a|a)*$",
    "(.*?,){29}P",
    "(\\\\w+\\\\s?)+$",
    "(?:x{1,1000}){1,1000}",
    "((a*)*)*b",
    "(?R)",
    "^(.+)+\\\\1$",
    "[",
    "(?<n>.)(?&n)*z",
)
ROLES = ("requires", "supports", "contradicts", "rules_out", "part")


def _one_more_clause(text: str, chosen: random.Random) -> str:
    """A clause whose values have the right types, and are as large, small or odd as these permit."""
    form = chosen.choice(FORMS).format(n=chosen.choice(NUMBERS), e=chosen.choice(EVENTS), r=chosen.choice(PATTERNS))
    says = chosen.choice(("s", "{count}", "{message} {count}", TEMPLATES[0]))
    parts = (
        f'id = "more-{chosen.randrange(10**6)}"',
        f'event = "{chosen.choice(EVENTS)}"',
        f'role = "{chosen.choice(ROLES)}"',
        'fault = "documented"',
        'signature = "documented"',
        'source = "s"',
        f'says = "{says}"',
        form,
    )
    return _with_clauses(text, [", ".join(parts)])


def composed(depth: int, width: int = 2) -> str:
    """A valid rule with clauses that name the clause before them `width` times: there are width^depth ways to it."""
    last = 'event = "log.message", where = { message = { contains = "a" } }'
    clauses = []
    for number in range(depth):
        clauses.append(_stated(f"c-{number}", last))
        named = ", ".join([f'"c-{number}"'] * width)
        last = f"all = [{named}]"
    return _with_clauses(valid_rules()[0], clauses)


def doubled(depth: int) -> str:
    """A valid rule with pairs of clauses that name the pair before them, in both orders."""
    asked = 'where = { reason = "never seen" }'
    lasts = [f'event = "tls.error", {asked}', 'event = "tls.handshake.failed"']
    clauses = []
    for number in range(depth):
        for name, last in zip("ab", lasts, strict=True):
            clauses.append(_stated(f"{name}-{number}", last))
        lasts = [f'all = ["a-{number}", "b-{number}"]', f'all = ["b-{number}", "a-{number}"]']
    return _with_clauses(matching_rules()[0], clauses)


def _with_clauses(text: str, clauses: Iterable[str]) -> str:
    more = "".join(f"  {{ {each} }},\n" for each in clauses)
    if "\nclause = [\n" in text:
        return text.replace("\nclause = [\n", f"\nclause = [\n{more}", 1)
    return re.sub(r"^severity = ", lambda found: f"clause = [\n{more}]\n{found[0]}", text, count=1, flags=re.M)


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    _other_value,
    _other_value,
    _other_value,
    _more_keys,
    _inline_key,
    _fewer_lines,
    _twice,
    _cut,
    _other_characters,
    *[_one_more_clause] * 9,
)

BOMBS: dict[str, Callable[[], str]] = {
    "dotted key": lambda: ".".join("a" * 20_000) + " = 1",
    "dotted table": lambda: "[" + ".".join("a" * 20_000) + "]",
    "quoted dotted key": lambda: ".".join(['"a"'] * 20_000) + " = 1",
    "many dotted keys": lambda: "\n".join(f"a{number}.b.c.d.e.f.g.h = 1" for number in range(8000)),
    "deep array": lambda: "a = " + "[" * 60_000,
    "deep closed array": lambda: "a = " + "[" * 5000 + "]" * 5000,
    "deep inline table": lambda: "a = " + "{ a = " * 20_000,
    "many keys": lambda: "\n".join(f"a{number} = 1" for number in range(20_000)),
    "many items": lambda: "a = [" + "1," * 100_000 + "]",
    "many tables": lambda: "[[clause]]\n" * 20_000,
    "many explanations": lambda: "[[explains]]\n" * 5000,
    "long number": lambda: "a = " + "1" * 200_000,
    "long hexadecimal number": lambda: "a = 0x" + "f" * 200_000,
    "long string": lambda: 'a = "' + "x" * 200_000 + '"',
    "escapes": lambda: 'a = "' + "\\u0041" * 40_000 + '"',
    "open strings": lambda: 'a = """' + '\\"""' * 50_000,
    "open literal strings": lambda: "a = '''" + "''x" * 60_000,
    "many quotes": lambda: 'a = """' + '""x' * 60_000 + '"""',
    "comment": lambda: "#" * 250_000,
    "carriage returns": lambda: "\r" * 250_000,
    "brackets in a string": lambda: 'a = "' + "[" * 200_000 + '"',
    "too large": lambda: "#" * (300 * 1024),
    "no text": lambda: "\udcff\udcfe" * 1000,
    "byte order mark": lambda: "\ufeffcode = 1",
    "nothing": lambda: "",
    "clauses named twice": lambda: composed(90),
    "clauses named often": lambda: composed(90, width=60),
    "clauses in pairs": lambda: doubled(45),
    "nested pattern": lambda: _with_pattern("(" * 400 + ")" * 400),
    "nested sets": lambda: _with_pattern("(?V1)" + "[" * 400 + "a" + "]" * 400),
    "long pattern": lambda: _with_pattern("a" * 100_000),
    "many networks": lambda: _with_networks(3500),
    "many kinds": lambda: _with_clauses(valid_rules()[0], [_clause(f"event = {['tls.error'] * 3500}")]),
    "many tests": lambda: _with_clauses(valid_rules()[0], [_clause(_tests(2000))]),
    "many sets": lambda: valid_rules()[0].replace("\nclause", f"\nconfirmed_by = {[['explains']] * 3500}\nclause", 1),
}
"""Texts of files that cost much, or are no TOML."""
