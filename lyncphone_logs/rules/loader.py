"""Rule files: TOML, one rule each, refused with the file, the key and what may have been meant."""

import tomllib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from pydantic import ValidationError

from lyncphone_logs.errors import RuleError, suggestion
from lyncphone_logs.rules.clause import Clause, Explained
from lyncphone_logs.rules.condition import Condition
from lyncphone_logs.rules.rule import (
    Applicability,
    History,
    Reference,
    Remedy,
    Rule,
    RuleSample,
    Verify,
)
from lyncphone_logs.rules.toml_positions import KeyPosition, key_positions, nearest
from lyncphone_logs.validation import MAX_FILE_BYTES, InvalidContent, validate

UNKNOWN_KEY = "unexpected_keyword_argument"


def read_rule(path: Path) -> Rule:
    """The rule of one TOML file. Raises RuleError with file, line, column and what helps."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise RuleError("rule file is too large", f"more than {MAX_FILE_BYTES} bytes", str(path))
        text = path.read_text(encoding="utf-8")
        rule = validate(Rule, tomllib.loads(text))
    except ValidationError as error:
        raise _misshapen(path, text, error) from None
    except InvalidContent as error:
        (place, because), *others = error.complaints
        raise _refusal(path, text, place, because, len(others)) from None
    except (OSError, ValueError, RecursionError) as error:
        raise RuleError(
            "rule file cannot be read", str(error), str(path), "a rule is a TOML file; see `rules show`"
        ) from None
    if rule.name != path.stem:
        raise RuleError(
            "rule is not named as its file",
            f"name = {rule.name!r}",
            _where(path, text, ("name",)),
            f"rename to {rule.name}.toml",
        )
    return rule


def _misshapen(path: Path, text: str, error: ValidationError) -> RuleError:
    first = min(error.errors(include_url=False), key=lambda each: each["type"] != UNKNOWN_KEY)
    # pydantic names what it tried inside a choice, with brackets; a key of ours has none.
    place = tuple(part for part in first["loc"] if "[" not in str(part))
    if first["type"] != UNKNOWN_KEY:
        return _refusal(path, text, place, first["msg"], error.error_count() - 1)
    known = _keys_beside([str(part) for part in place])
    return _refusal(path, text, place, "Extra inputs are not permitted", error.error_count() - 1, known)


def _refusal(
    path: Path, text: str, place: KeyPosition, because: str, more: int, known: Sequence[str] = ()
) -> RuleError:
    what = [f"{'.'.join(map(str, place))}:"] if place else []
    said = " ".join([*what, because, *([f"(and {more} more)"] if more else [])])
    keys = f"known keys: {', '.join(known)}" if known else "see `rules show CODE` for the shape"
    help = suggestion(str(place[-1]), list(known)) if known else ""
    return RuleError("rule file is refused", said, _where(path, text, place), help or keys)


def _where(path: Path, text: str, place: KeyPosition) -> str:
    line, column = nearest(key_positions(text), place)
    return f"{path}:{line}:{column}"


def _keys_beside(place: list[str]) -> list[str]:
    tables: dict[str, type] = {
        "applies_to": Applicability, "explains": Explained, "clause": Clause, "remedy": Remedy, "history": History,
        "references": Reference, "sample": RuleSample, "verify": Verify,
    }  # fmt: skip
    table = Condition if "Condition" in place else tables.get(place[0], Rule) if len(place) > 1 else Rule
    return sorted(field.name for field in fields(table))
