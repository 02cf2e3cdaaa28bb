"""Checks the texts of a rule: their length, their form, their wording, and whether commands work in every shell."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache

from lyncphone_logs import content
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.validation import KeyPath

MAX_TITLE = 60
MAX_WHY = 160
MAX_STEP = 140
MAX_COMMAND = 76
"""Characters of a command: it stands alone on a line of 80 columns."""
NO_PAGE = re.compile(r"https?://(?:[^/]+/?|(?:github|gitlab)\.com/[^/]+(?:/[^/]+)?/?)")
"""The address of a site or of a repository, in which a reader would have to search."""
FIELD = re.compile(r"\{\w*\}")
SHELLS = (
    (r"'", "single quotes fail in cmd"),
    (r"`", "a backtick means different things in bash and PowerShell"),
    (r"\$", "$ is a variable in bash and PowerShell"),
    (r"&&|\|\||(?<!\d>)&", "& and || are not the same in cmd and PowerShell"),
    (r"%\w+%", "%NAME% is a variable in cmd only"),
    (r"[^\x20-\x7e]", "a character outside ASCII may be read as another one"),
    (r"[\\^]\s*$", "a command must be on one line"),
    (r"/dev/\w+|(?<![\w.])~/", "cmd does not know such a path"),
)
"""What does not work, or not in the same way, in bash, cmd and PowerShell."""
SHELLS_UNQUOTED = (
    (r"\\", "bash removes a backslash outside double quotes"),
    (r"[<;]", "< and ; are not the same in bash, cmd and PowerShell"),
    (r"[(){}]", "brackets have a meaning in bash or PowerShell outside double quotes"),
)
Text = tuple[KeyPath, str]


def text_complaints(rule: Rule) -> Iterator[Text]:
    """Complaints about the texts of a rule, each with the key that it is about."""
    yield from _form(rule)
    yield from _steps(rule)
    yield from _commands(rule)
    for key, text in (*_plain(rule), *_prose(rule)):
        if found := FIELD.search(text):
            yield key, f"{found[0]} is printed as it is: only says of explains and clause fill in fields"
    for key, text in (*_plain(rule), *_templates(rule)):
        yield from ((key, says) for says in banned(text))


def banned(text: str) -> Iterator[str]:
    """A complaint for each phrase in a text that readers misread, with what to write instead."""
    for phrase, instead in _phrases():
        if found := phrase.search(text):
            yield f'"{found[0].strip(".;: ")}" is hard to read: write {instead}'


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    table = tomllib.loads((content.path("knowledge") / "phrases.toml").read_text(encoding="utf-8"))
    rows = table["banned"]
    return tuple((re.compile(rf"\b(?:{row['phrase']})\b", re.IGNORECASE), row["instead"]) for row in rows)


def _form(rule: Rule) -> Iterator[Text]:
    if rule.title.endswith(".") or len(rule.title) > MAX_TITLE:
        yield ("title",), f"a title has no full stop and at most {MAX_TITLE} characters; it has {len(rule.title)}"
    if not rule.why:
        yield ("why",), f"why is missing: the cause in one or two sentences, at most {MAX_WHY} characters"
    for text in (rule.why, *rule.why_of.values()):
        if len(text) > MAX_WHY:
            yield ("why",), f"why has {len(text)} characters, at most {MAX_WHY} are permitted"
    if not rule.fix_at:
        yield ("fix_at",), "fix_at is missing: phone, server, network, account or trace"
    for number, reference in enumerate(rule.references):
        if NO_PAGE.fullmatch(reference.url):
            yield ("references", number), f"{reference.url} is no page: name the one that says it"
    for name in ("cause", "impact"):
        if not getattr(rule, name).endswith("."):
            yield (name,), f"{name} must end with a full stop"


def _steps(rule: Rule) -> Iterator[Text]:
    for number, step in enumerate(rule.remedy):
        if not step.what.endswith((".", "?")):
            yield ("remedy", number, "what"), "a step is a sentence with a full stop"
        if len(step.what) > MAX_STEP:
            length = len(step.what)
            yield ("remedy", number, "what"), f"a step has at most {MAX_STEP} characters; this one has {length}"
    if all(step.environment or step.vendor for step in rule.remedy):
        yield ("remedy",), "no step is for any phone: one must have neither environment nor vendor"


def _commands(rule: Rule) -> Iterator[Text]:
    for number, check in enumerate(rule.checks):
        for place, command in enumerate(check.commands):
            yield from ((("checks", number, "commands", place), says) for says in _command(command))


def _command(command: str) -> Iterator[str]:
    if len(command) > MAX_COMMAND:
        yield f"a command has at most {MAX_COMMAND} characters; this one has {len(command)}"
    unquoted = re.sub(r'"[^"]*"', "", command)
    yield from (f"{says}: {command}" for pattern, says in SHELLS if re.search(pattern, command))
    yield from (f"{says}: {command}" for pattern, says in SHELLS_UNQUOTED if re.search(pattern, unquoted.rstrip("\\")))
    if '"' in unquoted:
        yield f"a double quote is not closed: {command}"


def _plain(rule: Rule) -> Iterator[Text]:
    """The texts for the first screen that are printed as they are."""
    yield ("title",), rule.title
    yield from ((("why",), text) for text in (rule.why, *rule.why_of.values()))
    yield ("verify", "says"), rule.verify.says
    for number, shown in enumerate(rule.explains):
        yield ("explains", number, "aside"), shown.aside
    for number, check in enumerate(rule.checks):
        yield ("checks", number, "says"), check.says
    for number, step in enumerate(rule.remedy):
        for name in ("who", "where", "what", "undo"):
            yield ("remedy", number, name), getattr(step, name)


def _prose(rule: Rule) -> Iterator[Text]:
    """Further texts that are printed as they are."""
    yield ("cause",), rule.cause
    yield ("impact",), rule.impact
    for number, check in enumerate(rule.checks):
        yield from ((("checks", number, "commands", place), each) for place, each in enumerate(check.commands))
    for number, past in enumerate(rule.history):
        yield ("history", number), f"{past.advice} {past.danger}"
    for number, clause in enumerate(rule.clause):
        if clause.absent or clause.is_composed:
            yield ("clause", number, "says"), clause.says


def _templates(rule: Rule) -> Iterator[Text]:
    """The sentences of the symptoms and clauses."""
    for number, shown in enumerate(rule.explains):
        yield ("explains", number, "says"), shown.says
    for number, clause in enumerate(rule.clause):
        yield ("clause", number, "says"), clause.says
