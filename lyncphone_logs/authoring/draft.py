"""Drafts a rule from marked lines of a trace: conditions on their events, samples, and texts that claim nothing more.

A draft loads, and `rules lint` has no complaint about it. Comments in it say what its author must still write.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lyncphone_logs.authoring.draft_samples import Marked, samples
from lyncphone_logs.authoring.lint_texts import FIELD, MAX_TITLE, MAX_WHY, banned
from lyncphone_logs.errors import InputError, RuleError
from lyncphone_logs.events.event import MESSAGE, UNPARSED, Event, Value
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.rules.rule import Rule, RuleSample
from lyncphone_logs.validation import validate

COMPARED = {"reason", "description", "method", "option", "status_code", "verify_code", "ms_diagnostics", "number"}
"""Fields that say what happened, not to which device or user."""
VERIFY = ("sip.register.succeeded", "sign_in.succeeded")
MAX_MARKED_LINES = 50
MAX_UNMARKED = 8
"""Further events of the trace, each of another kind, that samples are made from."""
ACRONYMS = {"dhcp", "dns", "eap", "http", "lldp", "ntp", "sip", "tls", "vlan"}
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


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


def draft(
    code: str, events: Iterable[Event], numbers: Sequence[int], grammars: Sequence[Grammar], name: str = ""
) -> str:
    """A rule file (TOML, without a final line end) for the events on the lines `numbers`.

    The symptom is the first failure among them, else the first event of a known kind. `name` is that of the rule; by
    default it is made from the kind of the symptom. Raises InputError if no line has an event that a rule can match,
    RuleError if `code` is no rule code or `name` no rule name.
    """
    if not re.fullmatch(r"[A-Z]{2,5}\d{3}", code):
        raise RuleError(
            "invalid rule code", f"{code!r} is not two to five capitals and three digits", help="as in TLS042"
        )
    if name and not NAME.fullmatch(name):
        raise RuleError(
            "invalid rule name", f"{name!r} is not two or more words joined by hyphens", help="as in clock-behind"
        )
    made_from = _marked(events, set(numbers))
    head = list(_head(code, name or _name(made_from.symptom.kind), made_from))
    without_lines = _sample(RuleSample(kind="positive", says="no lines yet"))
    rule = validate(Rule, tomllib.loads("\n".join([*head, *without_lines])))
    shown = [line for sample in samples(made_from, rule, grammars) for line in _sample(sample)]
    return "\n".join([*head, *shown]).rstrip("\n")


def name_of_file(path: str) -> str:
    """The name that a rule in this file must have. Raises InputError if no rule can be loaded from such a file."""
    file = Path(path)
    if file.suffix != ".toml" or not NAME.fullmatch(file.stem):
        because = "a rule file is named like its rule: two or more words joined by hyphens, and .toml"
        raise InputError(f"no rule can be loaded from {file.name!r}", because, help="as in clock-behind.toml")
    return file.stem


def _marked(events: Iterable[Event], lines: set[int]) -> Marked:
    marked: list[Event] = []
    unmarked: dict[str, Event] = {}
    before: dict[str, Event | None] = {}
    previous: Event | None = None
    for event in events:
        if event.line in lines and not event.derived:
            marked.append(event)
            before[event.id] = previous
        elif event.kind != UNPARSED and not event.derived and len(unmarked) < MAX_UNMARKED:
            unmarked.setdefault(event.kind, event)
        previous = event
    known = [event for event in marked if _is_known(event)]
    if not known:
        raise InputError(
            "no marked line has an event that a rule can match",
            because="; ".join(f"line {each.line} is {each.kind}" for each in marked) or "these lines do not exist",
            help="mark lines for which `lyncphone-logs events` prints another kind than log.message or unparsed",
        )
    symptom = next((event for event in known if kinds()[event.kind].outcome == "failed"), known[0])
    return Marked(symptom, before[symptom.id], _tests(symptom), marked, list(unmarked.values()))


def _is_known(event: Event) -> bool:
    return event.kind not in (MESSAGE, UNPARSED) and not event.derived


def _head(code: str, name: str, made_from: Marked) -> Iterator[str]:
    """The lines of the file before its samples."""
    symptom, kind = made_from.symptom, kinds()[made_from.symptom.kind]
    yield f"code = {_quoted(code)}"
    yield f"name = {_quoted(name)}"
    yield f"# What is wrong, in at most {MAX_TITLE} characters."
    yield f"title = {_quoted(_title(made_from))}"
    yield f"severity = {_quoted('error' if kind.outcome == 'failed' else 'note')}"
    yield from ([f"stage = {_quoted(kind.stage)}"] if kind.stage else [])
    yield "# common, occasional or rare, among the causes of this symptom."
    yield "# Where the fix starts: phone, server, network, account or trace."
    yield 'fix_at = "trace"'
    yield f"# The cause in one or two sentences, in at most {MAX_WHY} characters; then at length."
    yield f"why = {_quoted(_why(symptom))}"
    yield 'cause = "The marked lines show the symptom. Their cause was not stated yet."'
    yield "# What does not work, and for whom."
    yield 'impact = "The impact was not stated yet."'
    yield ""
    yield f"explains = [\n  {{ {_pattern(symptom)} }},\n]"
    yield "\n".join(["clause = [", *_clauses(made_from), "]"])
    yield "# What the next trace must show if the fix worked."
    yield f'verify = {{ event = [{", ".join(map(_quoted, VERIFY))}], says = "REGISTER gets 200 OK" }}'
    yield "# Documents to read, with their URLs."
    lines = ", ".join(str(each.line) for each in made_from.marked)
    yield f"references = [\n  {{ title = {_quoted(f'{_source(symptom)}, lines {lines}')} }},\n]"
    yield '\n[[checks]]\nsays = "Look for the same events in the trace of a phone that works."'
    yield 'commands = ["lyncphone-logs events TRACE"]'
    yield "\n# Steps of the fix, each for one person and one location."
    yield '[[remedy]]\nwho = "voice engineer"\nwhere = "the trace"'
    yield 'what = "Compare the lines with those of a phone that works."\nundo = "Nothing is changed."'


def _clauses(made_from: Marked) -> Iterator[str]:
    """A weak clause for each other pattern among the marked events."""
    symptom = (made_from.symptom.kind, str(made_from.tests))
    known = {(each.kind, str(_tests(each))): each for each in made_from.marked if _is_known(each)}
    others = [each for key, each in known.items() if key != symptom]
    for number, each in enumerate(others, start=1):
        given = f'id = "{_name(each.kind)}-{number}", role = "supports", strength = "weak"'
        yield f"  {{ {given}, {_pattern(each)} }},"


def _sample(sample: RuleSample) -> Iterator[str]:
    yield f"\n[[sample]]\nkind = {_quoted(sample.kind)}\nsays = {_quoted(sample.says)}"
    yield from ([] if sample.origin == "synthetic" else [f"origin = {_quoted(sample.origin)}"])
    yield "\n".join(["lines = [", *(f"  {_quoted(str(line))}," for line in sample.lines), "]"])


def _title(made_from: Marked) -> str:
    """The kind of the symptom in words, with its values if there is room."""
    words = re.split(r"[._]", made_from.symptom.kind)
    title = " ".join(word.upper() if word in ACRONYMS else word for word in words)
    title = title[0].upper() + title[1:]
    values = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in made_from.tests.items())
    longer = f"{title} ({values})"
    return longer if values and len(longer) <= MAX_TITLE and _is_clear(longer) else title[:MAX_TITLE]


def _why(symptom: Event) -> str:
    return next(each for each in (f"{_says(symptom)}.", "The marked lines show it.") if len(each) <= MAX_WHY)


def _says(event: Event) -> str:
    """The meaning of the kind of an event, unless `rules lint` would have a complaint about it."""
    meaning = kinds()[event.kind].meaning
    return meaning if _is_clear(meaning) else f"the event {event.kind}"


def _is_clear(text: str) -> bool:
    return not FIELD.search(text) and next(banned(text), None) is None


def _pattern(event: Event) -> str:
    tests = ", ".join(f"{name} = {_quoted(value)}" for name, value in _tests(event).items())
    where = f", where = {{ {tests} }}" if tests else ""
    source = _quoted(f"{_source(event)}, line {event.line}")
    known = 'fault = "inferred", signature = "seen"'
    return f"event = {_quoted(event.kind)}{where}, {known}, source = {source}, says = {_quoted(_says(event))}"


def _source(event: Event) -> str:
    return " ".join(event.source.split())


def _tests(event: Event) -> dict[str, Value]:
    given = {name: value for name, value in sorted(event.fields.items()) if name in COMPARED}
    return {name: value for name, value in given.items() if isinstance(value, bool | int | float | str)}


def _name(kind: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", kind)


def _quoted(value: Value) -> str:
    """The value in TOML: as JSON has it, with `?` for lone surrogates."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(str(value).encode("utf-8", "replace").decode("utf-8"))
