"""The errors that a user can see. Each says what failed, why, where, and what helps.

LyncphoneLogsError
├── InputError      an input cannot be read, or has nothing to read
├── EvidenceError   a certificate file or a stated fact cannot be used
├── GrammarError    a grammar file cannot be used
├── RuleError       a rule file cannot be used
└── OutputError     the output cannot be written
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
Result = TypeVar("Result")


class LyncphoneLogsError(Exception):
    """Base of all errors. `str()` has one line for each of the four parts that is given.

    Line ends in a part, as the name of a file may have, are shown as `␊`.
    """

    def __init__(self, what: str, because: str = "", where: str = "", help: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.because = because
        self.where = where
        self.help = help

    def __str__(self) -> str:
        parts = {"because": self.because, "where": self.where, "help": self.help}
        lines = [self.what, *(f"  {name}: {text}" for name, text in parts.items() if text)]
        return "\n".join(line.replace("\n", "␊") for line in lines)


class InputError(LyncphoneLogsError):
    """An input cannot be read, or has nothing to read."""


class EvidenceError(LyncphoneLogsError):
    """A certificate file or a stated fact cannot be used."""


class GrammarError(LyncphoneLogsError):
    """A grammar file cannot be used."""


class RuleError(LyncphoneLogsError):
    """A rule file cannot be used."""


class OutputError(LyncphoneLogsError):
    """The output cannot be written."""


def suggestion(word: str, known: list[str]) -> str:
    """A "did you mean" for an unknown word, or "" if no known word is similar."""
    close = closest(word, known)
    return f"did you mean {close!r}?" if close else ""


def closest(word: str, known: list[str]) -> str:
    """The known word that is most similar to `word`, or "" if none is similar."""
    import difflib

    return next(iter(difflib.get_close_matches(word, known, n=1)), "")


def collect(items: Iterable[T], read: Callable[[T], Result]) -> tuple[list[Result], list[LyncphoneLogsError]]:
    """What `read` returns for each item, and the errors of those that cannot be used."""
    results: list[Result] = []
    problems: list[LyncphoneLogsError] = []
    for item in items:
        try:
            results.append(read(item))
        except LyncphoneLogsError as problem:
            problems.append(problem)
    return results, problems
