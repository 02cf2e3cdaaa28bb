"""What the program knows: its grammars and rules, found by looking into folders. Nothing is registered anywhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from lyncphone_logs.cache import cached, code_version, fingerprint
from lyncphone_logs.errors import GrammarError, InputError, LyncphoneLogsError, RuleError, suggestion
from lyncphone_logs.events import vocabulary
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.loader import read_grammar
from lyncphone_logs.rules.packs import Pack, added, built_in
from lyncphone_logs.rules.rule import CLASSES, Rule
from lyncphone_logs.syslog.unwrap import unwrap
from lyncphone_logs.validation import MAX_FILE_BYTES

MAX_GRAMMARS = 2000
PACKAGE = Path(__file__).parent
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Catalog:
    """Grammars by name, rules by code, and the packs that these came from.

    `notes` say what replaced what; `problems` name files that cannot be used.
    """

    grammars: tuple[Grammar, ...]
    rules: tuple[Rule, ...]
    packs: tuple[Pack, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[LyncphoneLogsError, ...] = ()

    def rule(self, code_or_name: str) -> Rule | None:
        """The rule with this code or name, in any case."""
        wanted = code_or_name.casefold()
        return next((rule for rule in self.rules if wanted in (rule.code.casefold(), rule.name)), None)

    def suggest(self, code_or_name: str) -> str:
        """A "did you mean" for a rule that is not there."""
        return suggestion(code_or_name, [word for rule in self.rules for word in (rule.code, rule.name)])

    def only(self, names: Sequence[str]) -> "Catalog":
        """The catalog with these grammars alone; with all where none is named. Raises InputError for one unknown."""
        known = {grammar.name: grammar for grammar in self.grammars}
        for name in names:
            if name not in known:
                raise InputError(
                    f"no grammar is called {name!r}", suggestion(name, list(known)), help=f"known: {', '.join(known)}"
                )
        return replace(self, grammars=tuple(known[name] for name in sorted(set(names)))) if names else self

    def grammar(self, name: str) -> Grammar | None:
        """The grammar with this name."""
        return next((grammar for grammar in self.grammars if grammar.name == name), None)


def grammars_folder() -> Path:
    """The folder of the grammars: inside the installed package, else beside it in a checkout."""
    inside = PACKAGE / "grammars"
    return inside if inside.is_dir() else PACKAGE.parent / "grammars"


def read_catalog(rules: str = "", grammars: str = "") -> Catalog:
    """The built-in catalog, overlaid by the packs that are installed and by the rules and grammars of named folders.

    Raises RuleError or GrammarError where a named folder does not exist; a file that cannot be used becomes a problem.
    """
    known = _builtin()
    more_grammars, problems = _read(_named(grammars), _read_grammar)
    notes: list[str] = [f"grammars of {grammars} are code and were run"] if more_grammars else []
    every = overlay(known.grammars, more_grammars, lambda grammar: grammar.name, grammars, notes)
    notes += [f"grammar {grammar.name}: {each}" for grammar in more_grammars for each in overlaps(grammar, every)]
    packs, found = tuple(added(rules)), known.rules
    for pack in packs:
        more_rules, rule_problems = _read_rules(pack.files)
        found = overlay(found, more_rules, lambda rule: rule.code, f"rule pack {pack.name}", notes)
        problems += rule_problems
    return Catalog(every, found, (*known.packs, *packs), tuple(notes), (*known.problems, *problems))


def overlaps(grammar: Grammar, others: Sequence[Grammar]) -> Iterator[str]:
    """The samples of a grammar that two of its kinds match, or that another grammar reads as well."""
    for sample in grammar.samples:
        text = unwrap(sample.line).text
        reading = grammar.read(text)
        kinds = grammar.kinds_of(reading.header.get("message", "")) if reading else []
        if len(kinds) > 1:
            yield f"{sample.line!r} is {' and '.join(kinds)} at once"
        if reading:
            readers = (other.name for other in others if other.name != grammar.name and other.read(text))
            yield from (f"{sample.line!r} is read by {name} too" for name in readers)


@cache
def _builtin() -> Catalog:
    grammars, grammar_problems = _read(_grammar_files(grammars_folder()), _read_grammar)
    pack = built_in()
    rules, rule_problems = _read_rules(pack.files)
    rules.sort(key=lambda rule: rule.code)
    return Catalog(tuple(grammars), tuple(rules), (pack,), problems=(*grammar_problems, *rule_problems))


def _read_grammar(path: str) -> Grammar:
    return read_grammar(Path(path), grammars_folder())


def _read_rules(paths: Sequence[str]) -> tuple[list[Rule], list[LyncphoneLogsError]]:
    if not paths:
        return [], []
    return cached("rules", partial(_key, paths), partial(_read_rule_files, paths), (*CLASSES, RuleError))


def _key(paths: Sequence[str]) -> str:
    made_by = code_version("rules", libraries=("pydantic", "regex"))
    return f"{fingerprint(paths, largest=MAX_FILE_BYTES)} {vocabulary.version()} {made_by}"


def _read_rule_files(paths: Sequence[str]) -> tuple[list[Rule], list[LyncphoneLogsError]]:
    from lyncphone_logs.rules.loader import read_rule

    return _read(paths, lambda path: read_rule(Path(path)))


def rule_file(rule: Rule, catalog: Catalog) -> Path:
    """The file that a rule of the catalog was read from."""
    files = (path for pack in reversed(catalog.packs) for path in pack.files)
    return next(path for path in map(Path, files) if path.stem == rule.name)


def _named(folder: str) -> Sequence[str]:
    if folder and not Path(folder).is_dir():
        raise GrammarError("folder cannot be read", "it is not there, or not a folder", folder)
    found = _grammar_files(Path(folder)) if folder else []
    if len(found) > MAX_GRAMMARS:
        raise GrammarError("folder holds too many files", f"{len(found)}, at most {MAX_GRAMMARS}", folder)
    return found


def _grammar_files(folder: Path) -> list[str]:
    return sorted(map(str, folder.glob("*.py")))


def _read(paths: Iterable[str], read: Callable[[str], T]) -> tuple[list[T], list[LyncphoneLogsError]]:
    good: list[T] = []
    problems: list[LyncphoneLogsError] = []
    for path in paths:
        try:
            good.append(read(path))
        except LyncphoneLogsError as problem:
            problems.append(problem)
    return good, problems


def overlay(
    known: Sequence[T], more: Sequence[T], key: Callable[[T], str], origin: str, notes: list[str]
) -> tuple[T, ...]:
    merged = {key(each): each for each in known}
    notes += [f"{key(each)} is taken from {origin}" for each in more if key(each) in merged]
    merged |= {key(each): each for each in more}
    return tuple(merged[name] for name in sorted(merged))
