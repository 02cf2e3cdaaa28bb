"""Command lines to copy, quoted so that bash, cmd and PowerShell read them alike."""

import re
from collections.abc import Sequence

PROGRAM = "lyncphone-logs"
TRACE = "TRACE"
"""The word in a command of a rule that stands for the paths of the trace."""
MAX_PATHS = 3
_PLAIN = re.compile(r"[\w…./\\:@%+,=-]+")
_IN_QUOTES = re.compile(r"[\w./\\:@+,=() '&;-]+")


def line(*words: str) -> str:
    """A command of this program."""
    return " ".join([PROGRAM, *map(quoted, _shortened(words))])


def with_trace(template: str, paths: Sequence[str]) -> str:
    """The command of a rule with the paths of the trace."""
    named = " ".join(map(quoted, _shortened(paths))) or TRACE
    return re.sub(rf"\b{TRACE}\b", lambda _: named, template)


def quoted(word: str) -> str:
    """A word as shells read it: in double quotes if it has blanks. A stranger one is quoted for POSIX shells only."""
    if _PLAIN.fullmatch(word):
        return word
    if _IN_QUOTES.fullmatch(word):
        return f'"{word}"'
    import shlex

    return shlex.quote(word)


def _shortened(words: Sequence[str]) -> Sequence[str]:
    """The words; of many paths only the first ones and an ellipsis, which shows that the user has to name the rest."""
    end = next((number for number, word in enumerate(words) if word.startswith("--")), len(words))
    return words if end <= MAX_PATHS + 2 else [*words[:MAX_PATHS], "…", *words[end:]]
