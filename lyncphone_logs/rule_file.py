"""Rule files: TOML, one rule each, refused with the file, the key and what may have been meant."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from lyncphone_logs.errors import RuleError
from lyncphone_logs.rule import (
    Applicability,
    Clause,
    Explained,
    History,
    Reference,
    Remedy,
    Rule,
    Sample,
    Strict,
    Verify,
)
from lyncphone_logs.vocabulary import suggestion

LARGEST_FILE = 256 * 1024


def read_rule(path: Path) -> Rule:
    """The rule of one TOML file. Raises RuleError with file, key and what helps."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise RuleError("rule file is too large", f"more than {LARGEST_FILE} bytes", str(path))
        rule = Rule.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise _refusal(path, error) from None
    except (OSError, ValueError, RecursionError) as error:
        raise RuleError(
            "rule file cannot be read", str(error), str(path), "a rule is a TOML file; see `rules show`"
        ) from None
    if rule.name != path.stem:
        raise RuleError(
            "rule is not named as its file", f"name = {rule.name!r}", str(path), f"rename to {rule.name}.toml"
        )
    return rule


def _refusal(path: Path, error: ValidationError) -> RuleError:
    first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    place = [str(part) for part in first["loc"]]
    because = f"{'.'.join(place)}: {first['msg'].removeprefix('Value error, ')}" if place else first["msg"]
    known = _keys_beside(place) if first["type"] == "extra_forbidden" else []
    more = f"(and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    help = suggestion(place[-1], known) or (
        f"known keys: {', '.join(known)}" if known else "see `rules show CODE` for the shape"
    )
    return RuleError("rule file is refused", f"{because} {more}".strip(), str(path), help)


def _keys_beside(place: list[str]) -> list[str]:
    tables: dict[str, type[Strict]] = {
        "applies_to": Applicability, "explains": Explained, "clause": Clause, "remedy": Remedy, "history": History,
        "references": Reference, "sample": Sample, "verify": Verify,
    }  # fmt: skip
    return sorted(tables.get(place[0], Rule).model_fields) if len(place) > 1 else sorted(Rule.model_fields)
