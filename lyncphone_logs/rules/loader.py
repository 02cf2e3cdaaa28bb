"""Loads rule files: TOML, one rule in each. The rules of a pack are cached after validation.

An error names the file, line, column and key, and suggests a known key for an unknown one.
"""

from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

from lyncphone_logs.bounded_files import parse_toml, read_head, text_of
from lyncphone_logs.cache import cached, code_version
from lyncphone_logs.errors import LyncphoneLogsError, RuleError, collect, suggestion
from lyncphone_logs.events import vocabulary
from lyncphone_logs.rules.clause import Clause, Explained, SequenceStep
from lyncphone_logs.rules.condition import Condition
from lyncphone_logs.rules.packs import Pack
from lyncphone_logs.rules.regex_budget import limited
from lyncphone_logs.rules.rule import (
    CLASSES,
    Applicability,
    History,
    Reference,
    Remedy,
    Rule,
    RuleSample,
    Verify,
)
from lyncphone_logs.validation import MAX_FILE_BYTES, Fault, InvalidContent, KeyPath, validate


def load_rules(pack: Pack) -> tuple[list[Rule], list[LyncphoneLogsError]]:
    """The rules of a pack in the order of its files, and an error for each file that cannot be used."""
    if not pack.files:
        return [], []
    shape = tuple[list[Rule], list[LyncphoneLogsError]]
    read, classes = partial(_read_rules, pack), (*CLASSES, RuleError)
    return cached("rules", partial(_key, pack), read, classes, pack.is_unchanged, shape)


def _key(pack: Pack) -> str:
    # The folder counts because errors name their file.
    made_by = code_version("rules", libraries=("pydantic", "regex"))
    return f"{pack.folder} {pack.sha256} {vocabulary.version()} {made_by}"


def _read_rules(pack: Pack) -> tuple[list[Rule], list[LyncphoneLogsError]]:
    with limited(lambda _: False):
        rules, problems = collect(map(Path, pack.files), read_rule)
    known: dict[str, Rule] = {}
    for rule in rules:
        if known.setdefault(rule.code, rule) is not rule:
            because = f"{rule.name} has the code of {known[rule.code].name}, which is used"
            problems.append(RuleError(f"two rules have the code {rule.code}", because, str(pack.folder)))
    return [*known.values()], problems


def rule_file(rule: Rule, packs: Sequence[Pack]) -> Path:
    """The file that a rule was read from. `packs` in the order in which each overlays those before it."""
    files = [Path(path) for pack in reversed(packs) for path in pack.files]
    *later, first = [path for path in files if path.stem == rule.name]
    # A file of that name in a later pack may be one that cannot be used, or have another code.
    return next((path for path in later if _holds(path, rule)), first)


def _holds(path: Path, rule: Rule) -> bool:
    try:
        return read_rule(path) == rule
    except RuleError:
        return False


def read_rule(path: Path) -> Rule:
    """The rule of one TOML file. Raises RuleError with file, line and column, the reason and a suggestion."""
    try:
        data = read_head(path, MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise RuleError("rule file is too large", f"more than {MAX_FILE_BYTES} bytes", str(path))
        text = text_of(data)
        rule = validate(Rule, parse_toml(text))
    except InvalidContent as error:
        raise _refusal(path, text, error.faults) from None
    except (OSError, ValueError) as error:
        raise RuleError(
            "rule file cannot be read", str(error), str(path), "a rule is a TOML file; `rules show CODE` prints one"
        ) from None
    if rule.name != path.stem:
        raise RuleError(
            "rule and file have different names",
            f"name = {rule.name!r}",
            _where(path, text, ("name",)),
            f"rename to {rule.name}.toml",
        )
    return rule


def _refusal(path: Path, text: str, faults: Sequence[Fault]) -> RuleError:
    """One error for all faults. An unknown key goes first: a misspelled key is often reported as missing too."""
    first = min(faults, key=lambda fault: not fault.is_unknown_key)
    because = f"{first} (and {len(faults) - 1} more)" if len(faults) > 1 else str(first)
    help = "`rules show CODE` prints a valid rule"
    if first.is_unknown_key:
        known = _known_keys([str(part) for part in first.key])
        help = suggestion(str(first.key[-1]), known) or f"known keys: {', '.join(known)}"
    return RuleError("rule file is invalid", because, _where(path, text, first.key), help)


def _where(path: Path, text: str, key: KeyPath) -> str:
    from lyncphone_logs.rules.toml_positions import key_positions, nearest

    line, column = nearest(key_positions(text), key)
    return f"{path}:{line}:{column}"


def _known_keys(key: Sequence[str]) -> list[str]:
    """The keys of the table that the last part of `key` is in."""
    tables: dict[str, type] = {
        "applies_to": Applicability, "only_for": Applicability,
        "explains": Explained, "clause": Clause, "remedy": Remedy, "history": History,
        "references": Reference, "sample": RuleSample, "verify": Verify,
    }  # fmt: skip
    table = Condition if "Condition" in key else tables.get(key[0], Rule) if len(key) > 1 else Rule
    table = SequenceStep if table is Clause and "then" in key else table
    return sorted(field.name.removesuffix("_") for field in fields(table))
