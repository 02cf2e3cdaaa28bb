"""Drafts a rule from marked lines of a trace: conditions on their events, and placeholders that say what is missing."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from lyncphone_logs.errors import InputError, RuleError
from lyncphone_logs.events.event import MESSAGE, UNPARSED, Event, Value
from lyncphone_logs.events.vocabulary import kinds

COMPARED = {"reason", "description", "method", "option", "status_code", "verify_code", "ms_diagnostics", "number"}
"""Fields that say what happened, not to which device or user."""
VERIFY = ("sip.register.succeeded", "sign_in.succeeded")
MAX_MARKED_LINES = 50


def line_numbers(text: str) -> list[int]:
    """The line numbers in a list such as `12,15-17`, sorted.

    Raises InputError if a part is neither a number nor a range of at most 50 lines.
    """
    numbers: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,9})(?:-(\d{1,9}))?\s*", part)
        if found is None:
            raise InputError("invalid line numbers", f"{part!r} is neither a number nor a range", help="as in 12,15-17")
        first, last = int(found[1]), int(found[2] or found[1])
        if not 0 < first <= last < first + MAX_MARKED_LINES:
            raise InputError("invalid line numbers", f"{part!r} is not a range of at most {MAX_MARKED_LINES} lines")
        numbers += range(first, last + 1)
    return sorted(set(numbers))


def draft(code: str, events: Iterable[Event], numbers: Sequence[int]) -> str:
    """A rule file (TOML, without a final line end) for the events on the lines `numbers`.

    The symptom is the first failure among them, else the first event of a known kind. Raises InputError if no line has
    an event that a rule can match, RuleError if `code` is no rule code.
    """
    if not re.fullmatch(r"[A-Z]{2,5}\d{3}", code):
        raise RuleError(
            "invalid rule code", f"{code!r} is not two to five capitals and three digits", help="as in TLS042"
        )
    lines = set(numbers)
    marked = [event for event in events if event.line in lines and not event.derived]
    known = [event for event in marked if event.kind not in (MESSAGE, UNPARSED)]
    if not known:
        raise InputError(
            "no marked line has an event that a rule can match",
            because="; ".join(f"line {each.line} is {each.kind}" for each in marked) or "these lines do not exist",
            help="mark lines for which `lyncphone-logs events` prints another kind than log.message or unparsed",
        )
    return "\n".join(_file(code, known, marked)).rstrip("\n")


def _file(code: str, known: Sequence[Event], marked: Sequence[Event]) -> Iterator[str]:
    symptom = next((event for event in known if kinds()[event.kind].outcome == "failed"), known[0])
    others = {(each.kind, str(_tests(each))): each for each in known if each is not symptom}
    stage = kinds()[symptom.kind].stage
    yield f"code = {_quoted(code)}"
    yield f"name = {_quoted(_name(symptom.kind))}"
    yield 'title = "Say in one line what is wrong"'
    yield 'severity = "error"'
    yield from ([f"stage = {_quoted(stage)}"] if stage else [])
    yield 'prevalence = "occasional"'
    yield 'cause = "Say why it happens."'
    yield 'impact = "Say what does not work, and for whom."'
    yield ""
    yield f"explains = [\n  {{ {_pattern(symptom)} }},\n]"
    clauses = [
        f'  {{ id = "{_name(each.kind)}-{number}", role = "supports", strength = "weak", {_pattern(each)} }},'
        for number, each in enumerate(others.values(), start=1)
    ]
    yield "\n".join(["clause = [", *clauses, "]"])
    verify = ", ".join(map(_quoted, VERIFY))
    yield f'verify = {{ event = [{verify}], says = "the phone registers" }}'
    yield 'references = [\n  { title = "Say where to read more", url = "https://example.org/" },\n]'
    yield '\n[[remedy]]\nwho = "voice engineer"\nwhere = "the phone"'
    yield 'what = "Say what to do."\nundo = "Say how to undo it."'
    yield '\n[[sample]]\nkind = "positive"\nsays = "the marked lines"'
    yield f"origin = {_quoted(f'real: {symptom.source}')}"
    yield "\n".join(["lines = [", *(f"  {_quoted(line)}," for each in marked for line in each.text.split("\n")), "]"])


def _pattern(event: Event) -> str:
    tests = ", ".join(f"{name} = {_quoted(value)}" for name, value in _tests(event).items())
    where = f", where = {{ {tests} }}" if tests else ""
    source, says = _quoted(f"{event.source}, line {event.line}"), _quoted(kinds()[event.kind].meaning)
    return f'event = {_quoted(event.kind)}{where}, basis = "seen", source = {source}, says = {says}'


def _tests(event: Event) -> dict[str, Value]:
    return {name: value for name, value in sorted(event.fields.items()) if name in COMPARED}


def _name(kind: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", kind)


def _quoted(value: Value) -> str:
    """The value in TOML: as JSON has it, with `?` for lone surrogates."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(str(value).encode("utf-8", "replace").decode("utf-8"))
