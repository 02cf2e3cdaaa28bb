"""The event kinds that grammars may produce and rules may name, with their fields, from content/vocabulary/."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from lyncphone_logs import content
from lyncphone_logs.cache import cached, code_version, fingerprint
from lyncphone_logs.errors import suggestion
from lyncphone_logs.events.event import SEVERITIES, Event, Value, family_of
from lyncphone_logs.events.templates import filled, names_in
from lyncphone_logs.validation import ClosedModel, validate

Stage = Literal[
    "link", "vlan", "dhcp", "time", "dns", "tls", "root-chain", "web-ticket", "user-certificate", "register",
    "subscribe", "exchange", "update", "call",
]  # fmt: skip
"""The stages of a phone's sign-in, in order."""

Environment = Literal["lync-onprem", "sip-gateway", "teams", "generic-sip"]
"""What a phone signs in to: Lync Server 2013 or Skype for Business Server (2015, 2019, Subscription Edition); the Teams
SIP Gateway; Teams itself (native Teams phones); any other registrar or PBX."""


@dataclass(frozen=True, kw_only=True)
class Field(ClosedModel):
    """One field of a kind: its type, unit and meaning."""

    type: Literal["text", "integer", "number", "boolean", "time", "version", "list"]
    meaning: str
    unit: str = ""
    values: tuple[str, ...] = ()


LINE_FIELDS: Mapping[str, Field] = {
    "message": Field(type="text", meaning="what follows the header"),
    "text": Field(type="text", meaning="the whole line"),
    "hostname": Field(type="text", meaning="the sender, as its line states it"),
    "facility": Field(type="text", meaning="the facility, such as local7"),
    "severity": Field(type="text", meaning="the severity", values=SEVERITIES),
    "app_name": Field(type="text", meaning="the program"),
    "procid": Field(type="text", meaning="the process"),
    "component": Field(type="text", meaning="the component of the program"),
    "level": Field(type="text", meaning="the level, as the phone writes it"),
    "function": Field(type="text", meaning="the function that wrote the line"),
    "source_line": Field(type="integer", meaning="the line in the source code of that function"),
}
"""What rules may ask about the line of any event. A field of that name in the kind itself has precedence."""
FREE_TEXT = frozenset({"message", "text"})
"""Those of which no grammar says what they mean."""

Outcome = Literal["passed", "failed"]


@dataclass(frozen=True, kw_only=True)
class Reach(ClosedModel):
    """A stage that some events of a kind reach: those with these texts, and a status code in one of the ranges."""

    stage: Stage
    outcome: Outcome
    where: dict[str, str]
    status_code: tuple[tuple[int, int], ...]

    def is_met(self, fields: Mapping[str, Value]) -> bool:
        """Whether an event with these fields reaches the stage with this outcome."""
        status = fields.get("status_code")
        if not isinstance(status, int) or not any(low <= status <= high for low, high in self.status_code):
            return False
        return all(str(fields.get(name, "")).casefold() == text.casefold() for name, text in self.where.items())


@dataclass(frozen=True, kw_only=True)
class Kind(ClosedModel):
    """One event kind. `generic_of` names kinds that report the same failure more precisely.

    `reaches` are stages that depend on the fields of the event. `happened`: the event as a clause with its fields in
    braces, such as "the registrar refused REGISTER"; the first of which all fields are known is printed. `failure`: the
    event is a failure although it may be normal, unless one of `cleared_by` or a sign-in follows, or a field contains
    one of the texts that `normal` has for it. An event whose outcome is *failed* always is one.
    """

    meaning: str
    happened: tuple[str, ...] = ()
    failure: bool = False
    cleared_by: tuple[str, ...] = ()
    normal: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stage: Stage | None = None
    outcome: Outcome | None = None
    reaches: tuple[Reach, ...] = ()
    generic_of: tuple[str, ...] = ()
    capture: str = ""
    fields: dict[str, Field] = field(default_factory=dict)

    def check(self) -> None:
        """Raises ValueError if braces in `happened` are no field of the kind."""
        unknown = {name for template in self.happened for name in names_in(template)} - self.fields.keys()
        if unknown:
            raise ValueError(f"happened has {min(unknown)!r}, which is no field of the kind")

    def is_failure(self, fields: Mapping[str, Value]) -> bool:
        """Whether an event with these fields is a failure although its kind has no outcome."""
        seen = {name: str(fields.get(name, "")).casefold() for name in self.normal}
        return self.failure and not any(text in seen[name] for name, texts in self.normal.items() for text in texts)


@dataclass(frozen=True, kw_only=True)
class Family(ClosedModel):
    """The kinds of one family. `capture` says how to record a trace that contains them."""

    family: str
    meaning: str
    capture: str
    kinds: dict[str, Kind]


CONVERTERS: Mapping[str, Callable[[str], Value]] = {"integer": int, "number": float}


@cache
def version() -> str:
    """A text that changes if an entry changes, or the code that reads it."""
    return fingerprint(sorted(content.path("vocabulary").glob("*.toml"))) + code_version(
        "events", "content", libraries=("pydantic",)
    )


@cache
def families() -> dict[str, Family]:
    """All families by name."""
    return cached("vocabulary", version, _families, (Family, Kind, Field, Reach), shape=dict[str, Family])


def _families() -> dict[str, Family]:
    import tomllib

    paths = sorted(content.path("vocabulary").glob("*.toml"))
    read = [validate(Family, tomllib.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return {family.family: family for family in read}


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by their full name."""
    return {name: kind for family in families().values() for name, kind in family.kinds.items()}


def capture_of(kind: str) -> str:
    """How to record an event of this kind: what the kind says, else what its family says."""
    return kinds()[kind].capture or families()[family_of(kind)].capture


def unknown_kind(kind: str) -> str:
    """Why a kind may not be named, "" if it may."""
    if kind in kinds():
        return ""
    return " ".join(filter(None, [f"the vocabulary has no event kind {kind!r}", suggestion(kind, list(kinds()))]))


def unknown_field(kind: str, field: str) -> str:
    """Why a field of a known kind may not be named, "" if it may."""
    fields = kinds()[kind].fields
    if field in fields:
        return ""
    return " ".join(filter(None, [f"{kind} has no field {field!r}", suggestion(field, list(fields))]))


def unknown_test(kind: str, name: str) -> str:
    """Why a rule may not ask for a field or a part of the line of a known kind, "" if it may."""
    if field_of(kind, name):
        return ""
    return " ".join(filter(None, [unknown_field(kind, name), suggestion(name, list(LINE_FIELDS))]))


def field_of(kind: str, name: str) -> Field | None:
    """The declaration of a field of a known kind, or of a part of its line; None if there is none."""
    return kinds()[kind].fields.get(name) or LINE_FIELDS.get(name)


def is_of_line(kind: str, name: str) -> bool:
    """Whether a name is a part of the line, and no field of the kind."""
    return name in LINE_FIELDS and (kind not in kinds() or name not in kinds()[kind].fields)


def value_of(event: Event, name: str) -> Value | None:
    """What an event has for a field or a part of its line; None if that is not known."""
    if is_of_line(event.kind, name):
        return getattr(event, name) or None
    return event.fields.get(name)


@cache
def field_types() -> dict[str, str]:
    """The type of each field by name; `text` if it has several types in the kinds that have it."""
    found: dict[str, str] = {}
    for kind in kinds().values():
        for name, declared in kind.fields.items():
            found[name] = declared.type if found.get(name, declared.type) == declared.type else "text"
    return found


def reached(kind: str, fields: Mapping[str, Value]) -> tuple[Stage, Outcome] | None:
    """The stage of the sign-in that an event reaches, and its outcome; None if it reaches none."""
    known = kinds()[kind]
    if known.stage and known.outcome:
        return known.stage, known.outcome
    return next(((each.stage, each.outcome) for each in known.reaches if each.is_met(fields)), None)


@cache
def outcome_kinds() -> frozenset[str]:
    """The kinds of events that show a failure, or that an earlier failure did not matter."""
    known = kinds()
    cleared = {name for kind in known.values() for name in kind.cleared_by}
    return frozenset(name for name, kind in known.items() if kind.outcome or kind.reaches or kind.failure) | cleared


def happened(kind: str, fields: Mapping[str, Value], device: str = "phone") -> str:
    """What an event of this kind says, as a clause: "the registrar refused REGISTER: 403 Forbidden".

    `device` is the word for what wrote the line.
    """
    known = kinds().get(kind)
    if known is None:
        return "a line of an unknown kind"
    for template in known.happened:
        if all(fields.get(name) not in (None, "") for name in names_in(template)):
            return filled(template.replace("the phone", f"the {device}"), lambda name: str(fields[name]))
    return known.meaning


def happened_to_all(kind: str, fields: Sequence[Mapping[str, Value]]) -> str:
    """What several events of one kind say, as a clause, with the fields that are equal in all of them."""
    common = {name: value for name, value in fields[0].items() if all(each.get(name) == value for each in fields)}
    return happened(kind, common)


@cache
def stages_of(kind: str) -> frozenset[Stage]:
    """The stages that events of a kind may reach."""
    known = kinds()[kind]
    return frozenset({each.stage for each in known.reaches} | ({known.stage} if known.stage else set()))


@cache
def _converters(kind: str) -> Mapping[str, Callable[[str], Value]]:
    declared = kinds()[kind].fields.items()
    return {name: CONVERTERS[each.type] for name, each in declared if each.type in CONVERTERS}


def typed(kind: str, field: str, text: str) -> Value:
    """The text of a field, converted to its type in the vocabulary; a malformed number stays a text."""
    try:
        return _converters(kind).get(field, str)(text)
    except ValueError:
        return text
