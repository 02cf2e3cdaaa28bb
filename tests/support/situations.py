"""Situations of fixtures/situations.toml: traces of a few lines with the cause that an engineer would name first."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import lyncphone_logs as lp
from lyncphone_logs.diagnosis.findings import Phone
from lyncphone_logs.rules.rule import Rule
from support.paths import FIXTURES

SURE = ("confirmed", "likely", "possible")


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Lines and what is right for them.

    `first`: codes of which one comes first; empty if no cause may be named. `never`: codes that would mislead.
    `failure`: a failure is reported although no cause is known. `given`: options of `diagnose`. `origin` is `synthetic`
    or names the source of the texts.
    """

    id: int
    says: str
    lines: tuple[str, ...]
    first: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    failure: bool = False
    given: tuple[tuple[str, Any], ...] = ()
    origin: str = "synthetic"

    def __str__(self) -> str:
        return f"{self.id}: {self.says}"


@dataclass(frozen=True)
class Answered:
    """Codes of the causes that no other silences, most probable first; the sure ones are at least *possible*."""

    codes: tuple[str, ...]
    sure: tuple[str, ...]
    failures: int


@cache
def situations() -> tuple[Situation, ...]:
    """All situations of the fixture."""
    rows = tomllib.loads((FIXTURES / "situations.toml").read_text(encoding="utf-8"))["situation"]
    return tuple(_situation(**row) for row in rows)


def _situation(**row: Any) -> Situation:
    lists: dict[str, Any] = {name: tuple(row[name]) for name in ("lines", "first", "never") if name in row}
    return Situation(**(row | lists | {"given": tuple(row.get("given", {}).items())}))


def phones_of(asked: Situation) -> tuple[Phone, ...]:
    """The phones that the program finds in the lines, which are one in most situations."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trace.log"
        path.write_text("\n".join(asked.lines) + "\n", encoding="utf-8")
        return lp.diagnose(path, **dict(asked.given)).phones


def is_cause(rule: Rule) -> bool:
    """Whether a rule names a cause of a failure, not a property of the trace."""
    return not rule.only_if_alone and not rule.is_fact


def answered(phones: Sequence[Phone]) -> Answered:
    """The answer about some phones."""
    listed = [each for phone in phones for each in phone.diagnoses if is_cause(each.rule) and not each.silenced_by]
    return Answered(
        tuple(each.rule.code for each in listed),
        tuple(each.rule.code for each in listed if each.verdict in SURE),
        sum(len(phone.failures) for phone in phones),
    )


def is_right(asked: Situation, found: Answered) -> bool:
    """Whether the first cause is right, or rightly none is named, and no other misleads."""
    named = found.sure[:1]
    is_first = named[0] in asked.first if named else not asked.first
    return is_first and not set(asked.never).intersection(found.sure) and (found.failures > 0 or not asked.failure)
