"""The errors that a user can meet. Each says what happened, because of what, where, and what helps.

LyncphoneLogsError
├── InputError      a named path cannot be read, or holds nothing to read
├── EvidenceError   a certificate file or a stated fact cannot be used
├── GrammarError    a grammar file cannot be used
├── RuleError       a rule file cannot be used
└── OutputError     the answer cannot be written
"""


class LyncphoneLogsError(Exception):
    """An error with four parts; `str()` joins those that are given, one a line."""

    def __init__(self, what: str, because: str = "", where: str = "", help: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.because = because
        self.where = where
        self.help = help

    def __str__(self) -> str:
        parts = {"because": self.because, "where": self.where, "help": self.help}
        return "\n".join([self.what, *(f"  {name}: {text}" for name, text in parts.items() if text)])


class InputError(LyncphoneLogsError):
    """A named path cannot be read, or holds nothing to read."""


class EvidenceError(LyncphoneLogsError):
    """A certificate file or a stated fact cannot be used."""


class GrammarError(LyncphoneLogsError):
    """A grammar file cannot be used."""


class RuleError(LyncphoneLogsError):
    """A rule file cannot be used."""


class OutputError(LyncphoneLogsError):
    """The answer cannot be written."""


def suggestion(word: str, known: list[str]) -> str:
    """A "did you mean" for a word that is not known, or nothing."""
    import difflib

    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""
