"""Combines all installed grammars and rules: built-in ones, rule packs, and folders that the user names.

Nothing is registered anywhere: a file is found because it is in a folder.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from lyncphone_logs.errors import InputError, LyncphoneLogsError, suggestion
from lyncphone_logs.events.vocabulary import outcome_kinds
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.loader import load_grammars
from lyncphone_logs.notebook import shown
from lyncphone_logs.rules.loader import load_rules
from lyncphone_logs.rules.packs import Pack, added, built_in
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.syslog.unwrap import unwrap

PACKAGE = Path(__file__).parent
T = TypeVar("T")


@shown("grammars", "rules", "packs", "notes", "problems")
@dataclass(frozen=True)
class Catalog:
    """Grammars by name and rules by code, both sorted, and the packs that the rules are from.

    `notes`: which entry replaced which, and what is remarkable about named grammars. `problems`: files that cannot be
    used. `folders`: the arguments of `read_catalog`; a pickled catalog is read from them again.
    """

    grammars: tuple[Grammar, ...]
    rules: tuple[Rule, ...]
    packs: tuple[Pack, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[LyncphoneLogsError, ...] = ()
    folders: tuple[str, str, bool] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        if self.folders is None:
            raise TypeError("cannot pickle a catalog that was not read from folders")
        return _read_again, (*self.folders, [grammar.name for grammar in self.grammars])

    @cached_property
    def event_kinds(self) -> frozenset[str]:
        """The event kinds that a diagnosis needs: those that its rules name, and those of failures and successes."""
        named = {kind for rule in self.rules for pattern in rule.patterns for kind in pattern.kinds}
        return frozenset(named | outcome_kinds())

    def rule(self, code_or_name: str) -> Rule | None:
        """The rule with this code or name, case ignored."""
        wanted = code_or_name.casefold()
        return next((rule for rule in self.rules if wanted in (rule.code.casefold(), rule.name)), None)

    def suggest(self, code_or_name: str) -> str:
        """A "did you mean" for a code or name that no rule has, or ""."""
        return suggestion(code_or_name, [word for rule in self.rules for word in (rule.code, rule.name)])

    def only(self, names: Sequence[str] | str) -> "Catalog":
        """This catalog with only the named grammars, or with all if `names` is empty. A text is one name.

        Raises InputError if a name is unknown.
        """
        names = [names] if isinstance(names, str) and names else names
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
    """The folder of the built-in grammars: inside the package if installed, next to it in a checkout."""
    inside = PACKAGE / "grammars"
    return inside if inside.is_dir() else PACKAGE.parent / "grammars"


def read_catalog(rules: str = "", grammars: str = "", plugins: bool = True) -> Catalog:
    """The built-in catalog, overlaid by installed packs, by the user's pack, and by the rules and grammars of folders.

    Without `plugins`, only the named folders overlay it. Raises RuleError or GrammarError if a named folder does not
    exist or holds too many files. What else cannot be used becomes one of the `problems`.
    """
    known = _builtin()
    named, problems = load_grammars(grammars, grammars_folder()) if grammars else ([], [])
    notes = [f"grammars in {grammars} are code and were run"] if named else []
    all_grammars = _overlay(known.grammars, named, lambda grammar: grammar.name, grammars, notes)
    notes += [f"grammar {grammar.name}: {each}" for grammar in named for each in overlaps(grammar, all_grammars)]
    packs, all_rules = tuple(added(rules, plugins=plugins)), known.rules
    for pack in packs:
        pack_rules, pack_problems = load_rules(pack)
        notes += [_unasked_note(pack, len(pack_rules))] if pack.is_unasked and pack.files else []
        all_rules = _overlay(all_rules, pack_rules, lambda rule: rule.code, f"rule pack {pack.name}", notes)
        problems += [*pack.problems, *pack_problems]
    all_packs, folders = (*known.packs, *packs), (rules, grammars, plugins)
    return Catalog(all_grammars, all_rules, all_packs, tuple(notes), (*known.problems, *problems), folders)


def _unasked_note(pack: Pack, rules: int) -> str:
    return f"rule pack {pack.name} in {pack.folder} is used ({pack.origin}, rules: {rules}); --no-plugins ignores it"


def _read_again(rules: str, grammars: str, plugins: bool, names: Sequence[str]) -> Catalog:
    return read_catalog(rules, grammars, plugins).only(names)


def overlaps(grammar: Grammar, others: Sequence[Grammar]) -> Iterator[str]:
    """The samples of a grammar that two of its kinds match, or that another grammar reads too."""
    for sample in grammar.samples:
        text = unwrap(sample.line).text
        parsed = grammar.read(text)
        kinds = grammar.kinds_of(parsed.header.get("message", "")) if parsed else []
        if len(kinds) > 1:
            yield f"{sample.line!r} matches {' and '.join(kinds)}"
        if parsed:
            readers = (other.name for other in others if other.name != grammar.name and other.read(text))
            yield from (f"{sample.line!r} is read by {name} too" for name in readers)


@cache
def _builtin() -> Catalog:
    grammars, grammar_problems = load_grammars(grammars_folder(), grammars_folder())
    pack = built_in()
    rules, rule_problems = load_rules(pack)
    rules.sort(key=lambda rule: rule.code)
    return Catalog(tuple(grammars), tuple(rules), (pack,), problems=(*grammar_problems, *rule_problems))


def _overlay(
    known: Sequence[T], more: Sequence[T], key: Callable[[T], str], origin: str, notes: list[str]
) -> tuple[T, ...]:
    """Both, sorted by key; `more` wins. Appends a note for each entry that is replaced."""
    merged = {key(each): each for each in known}
    notes += [f"{key(each)} is taken from {origin}" for each in more if key(each) in merged]
    merged |= {key(each): each for each in more}
    return tuple(merged[name] for name in sorted(merged))
