"""The words that stay: those of grammars, rules, events and tables, and of technical English.

They are collected from what is loaded, so a new rule or grammar brings its words along. Names of people and hosts in
examples are no vocabulary: samples, sources and commands of rules are not read, nor are addresses in their texts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lyncphone_logs import content
from lyncphone_logs.cache import cached, code_version, fingerprint
from lyncphone_logs.events.makers import makers
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.regex_linearity import literals_of
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.sources import record_names

_UNREAD = frozenset({"sample", "references", "source", "history", "origin", "commands", "bash", "cmd", "powershell"})
"""Parts of rules and tables that contain names of people, companies and hosts."""
_RUNS = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"(?:[A-Z](?![a-z]))+|[A-Z]?[a-z]+")
_NUMBERS = re.compile(r"\d+")
_NO_BLANKS = re.compile(r"\S+")
_NAMES_A_HOST = re.compile(r".+@.+|https?://.+|(?<![\w.])[\w*-]+(?:\.[\w-]+)+(?![\w.(])|\b(?:CN|OU?|DC)=.+")
_CODE_FILES = (".c", ".h", ".cpp", ".java", ".xml", ".cfg", ".log", ".txt", ".pem", ".cnf", ".ini", ".sys", ".conf")
_HAS_BOTH = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]+")
_MODEL_SHAPE = re.compile(r"[a-z]{2,24}\d{1,4}[a-z\d]{0,5}|[a-z]\d{2,3}[a-z]{2}|\d{3}hdg?")
_DOTTED = re.compile(r"[a-z0-9.\\-]+")
_SERVICE_HOST = re.compile(r"[a-z0-9-]+(?:\\?\.[a-z0-9-]+)*\\?\.(?:com|net|org|us|microsoft)\b")
_OF_PEOPLE = frozenset({"number", "key", "source", "first", "last", "id"})
"""Fields that are numbers, and words that may also precede the number of a person."""
MAX_WITH_DIGITS = 14
"""Characters of a word with digits, such as `sha256WithRSA`; a longer one is an identifier of an example."""
MAX_RUN = 200
"""Characters without a blank in a text of a rule; a longer run contributes no word."""
MIN_FRAGMENT = 3
"""Letters of a literal of a pattern that is a piece of a word, such as `ailed`."""


@dataclass(frozen=True)
class Vocabulary:
    """The words that stay, in lower case. `with_digits`: words with digits, such as `sha256`.

    `names` are words that are also names of people, and stay in lower case only. `protected` are words and texts that
    rules look for. `hosts` are domains of services that all phones use; `labels` are names of hosts below any domain
    that a phone itself makes up, such as `lyncdiscover`. `numeric` are words after which a number is a count or code.
    """

    words: frozenset[str]
    with_digits: frozenset[str]
    names: frozenset[str]
    protected: frozenset[str]
    hosts: frozenset[str]
    labels: frozenset[str]
    numeric: frozenset[str]
    models: tuple[str, ...] = ()

    def is_model(self, text: str) -> bool:
        """Whether a word with a number is the name of a model, with its maker or a prefix of at least two letters."""
        return _is_model(self, text)

    def is_known(self, piece: str) -> bool:
        """Whether a run of letters, or of letters and digits, is a word that stays."""
        return _is_known(self, piece)

    def is_word(self, text: str) -> bool:
        """Whether a lower-case text is a word, or may be read as one."""
        return text in self.words or text in self.with_digits

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


@lru_cache(maxsize=65536)
def _is_known(vocabulary: Vocabulary, piece: str) -> bool:
    folded = piece.lower()
    if len(piece) == 1 or (len(piece) == 2 and piece.islower() and piece.isascii()):
        return piece.isascii()
    if folded in vocabulary.names:
        return piece.islower() or folded in vocabulary.protected
    if folded in vocabulary.words or folded in vocabulary.with_digits:
        return True
    if not piece.isascii():
        return False
    parts = _PARTS.findall(piece)
    numbers = _NUMBERS.findall(piece)
    if len(parts) < 2 + len(numbers) or len("".join(parts)) + len(numbers) != len(piece):
        return False
    return max(map(len, parts)) > 2 and all(
        len(each) == 1 or (each.lower() in vocabulary.words and each.lower() not in vocabulary.names) for each in parts
    )


@lru_cache(maxsize=8192)
def _is_model(vocabulary: Vocabulary, text: str) -> bool:
    folded = re.sub(r"[-_]", "", text).lower()
    if not _MODEL_SHAPE.fullmatch(folded) or folded.isdecimal():
        return False
    models = [each.partition(" ") for each in vocabulary.models]
    return any(
        re.fullmatch(pattern, folded.removeprefix(maker))
        for maker, _, pattern in models
        if folded.startswith(maker) or folded[:2].isalpha()
    )


def vocabulary_of(grammars: Sequence[Grammar], rules: Sequence[Rule]) -> Vocabulary:
    """The vocabulary of these grammars and rules, and of the tables of the package."""
    files = _files(grammars)
    code = "".join(f"{each.code}{each!r}" for each in rules)
    code += "".join(f"{each.name} {each.header.rendered}" for each in grammars)

    def key() -> str:
        version = code_version("redaction", "grammar", "rules", "events", libraries=("pydantic",))
        return f"{fingerprint(files)} {version} {code}"

    found: Vocabulary = cached("vocabulary-of-redaction", key, lambda: _collected(grammars, rules), (Vocabulary,))
    return found


def _files(grammars: Sequence[Grammar]) -> list[Path]:
    tables = [*content.path("knowledge").iterdir(), *content.path("vocabulary").iterdir()]
    return sorted([path for path in tables if path.is_file()] + [each.path for each in grammars])


def _collected(grammars: Sequence[Grammar], rules: Sequence[Rule]) -> Vocabulary:
    plain, names = _plain_words()
    words, with_digits = set(plain), set[str]()
    patterns = [each.rendered for grammar in grammars for each in _expressions(grammar)]
    literals = [text for pattern in patterns for text in literals_of(pattern)]
    looked_for = [text for rule in rules for text in _conditions(rule)]
    looked_for += [text for pattern in _environment_patterns() for text in literals_of(pattern)]
    for text in (*literals, *looked_for, *_names_in_exports(), *_texts_of(rules), *_texts_of_tables()):
        for run in _RUNS.findall(text):
            _add(run, words, with_digits)
    with_digits.update(run.lower() for text in literals for run in _RUNS.findall(text) if _HAS_BOTH.match(run))
    protected = {run.lower() for text in looked_for for run in _RUNS.findall(text) if len(run) >= MIN_FRAGMENT}
    hosts = {each.replace("\\", "") for text in looked_for for each in _service_hosts(text)}
    services = {line for line in _lines("service_hosts.txt") if line}
    hosts |= services | set(_below(services))
    return Vocabulary(
        frozenset(words | names),
        frozenset(with_digits),
        frozenset(names),
        frozenset(protected),
        frozenset(hosts),
        frozenset(_service_labels()),
        frozenset(_numeric_words()),
        tuple(f"{row['vendor'].lower()} {row['pattern']}" for row in makers("phone_models")),
    )


def _add(run: str, words: set[str], with_digits: set[str]) -> None:
    if not run.isascii():
        return
    if run.isalpha():
        words.update(part.lower() for part in (run, *_PARTS.findall(run)) if len(part) > 1)
    elif not run.isdecimal() and len(run) <= MAX_WITH_DIGITS:
        with_digits.add(run.lower())


def _expressions(grammar: Grammar) -> Iterator[Any]:
    yield grammar.header
    if grammar.distinctive:
        yield grammar.distinctive
    yield from (expression for _, expression in grammar.messages)


def _conditions(rule: Rule) -> Iterator[str]:
    """What a rule looks for in a field."""
    for pattern in rule.patterns:
        for test in pattern.where.values():
            for each in test if isinstance(test, list) else [test]:
                if is_dataclass(each):
                    yield from filter(None, (each.contains, each.prefix, each.suffix))
                    yield from literals_of(each.regex)
                    yield from map(str, each.none_of)
                elif isinstance(each, str):
                    yield each


def _environment_patterns() -> list[str]:
    import tomllib

    read = tomllib.loads((content.path("knowledge") / "environments.toml").read_text(encoding="utf-8"))
    return [each["pattern"] for each in read["evidence"] if "pattern" in each]


def _texts_of(value: Any) -> Iterator[str]:
    """The texts of rules, without addresses and the parts that contain names."""
    if isinstance(value, str):
        yield _NO_BLANKS.sub(_without_hosts, value)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.name not in _UNREAD:
                yield from _texts_of(getattr(value, each.name))
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in _UNREAD:
                yield f"{name}"
                yield from _texts_of(each)
    elif isinstance(value, Iterable):
        for each in value:
            yield from _texts_of(each)


def _without_hosts(found: re.Match[str]) -> str:
    run = found[0]
    return _NAMES_A_HOST.sub(_kept_of_dotted, run) if len(run) <= MAX_RUN else " "


def _kept_of_dotted(found: re.Match[str]) -> str:
    text = found[0]
    return text if text.lower().endswith(_CODE_FILES) else " "


def _texts_of_tables() -> Iterator[str]:
    import csv
    import tomllib

    for path in sorted([*content.path("vocabulary").glob("*.toml"), *content.path("knowledge").glob("*.toml")]):
        yield from _texts_of(tomllib.loads(path.read_text(encoding="utf-8")))
    for path in sorted(content.path("knowledge").glob("*.csv")):
        if path.stem != "sources":
            with open(path, encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    yield from _texts_of(row)


def _service_labels() -> Iterator[str]:
    """The first labels of the names that phones look up below the domain of their user."""
    import csv

    with open(content.path("knowledge") / "dns_names.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["name"].lower()
            if ".domain" in name or name.startswith("_"):
                yield from (each for each in name.split(".") if each != "domain" and each.strip("_*-").isalnum())


def _numeric_words() -> Iterator[str]:
    """The names of fields that are numbers, as `key=value` pairs have them too."""
    from lyncphone_logs.events.vocabulary import field_types

    yield from (name for name, kind in field_types().items() if kind == "integer" and name not in _OF_PEOPLE)


def _names_in_exports() -> Iterator[str]:
    """The names that log servers give to the parts of a record."""
    for value in vars(record_names).values():
        if isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, str))


def _below(services: set[str]) -> Iterator[str]:
    """The names below the domains of services in the tables and rules of the package."""
    folders = [content.path("knowledge"), content.path("rules")]
    endings = tuple(f".{each}" for each in services)
    for path in sorted(path for folder in folders for path in folder.rglob("*.*")):
        if path.stem != "sources":
            for name in _service_hosts(path.read_text(encoding="utf-8")):
                if name.endswith(endings):
                    yield name


def _service_hosts(text: str) -> Iterator[str]:
    for run in _DOTTED.findall(text.lower()):
        if len(run) <= MAX_RUN:
            yield from _SERVICE_HOST.findall(run)


def _lines(name: str) -> list[str]:
    text = (content.path("knowledge") / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.split("\n") if not line.startswith("#")]


def _plain_words() -> tuple[frozenset[str], frozenset[str]]:
    """The words of technical English, and those of them that are also names."""
    listed = (content.path("knowledge") / "plain_words.txt").read_text(encoding="utf-8")
    words: list[set[str]] = []
    for line in listed.split("\n"):
        if not line.startswith("#"):
            words[-1].update(line.split())
        elif not words or words[-1]:
            words.append(set())
    return frozenset(words[0]), frozenset(words[1])
