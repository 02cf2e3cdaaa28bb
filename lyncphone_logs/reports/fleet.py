"""Summarizes the phones of a report: causes by the number of their phones, and the phones that are worst off."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from lyncphone_logs.diagnosis.findings import Diagnosis, Failure, Findings, Phone
from lyncphone_logs.events.vocabulary import happened, happened_to_all, reached
from lyncphone_logs.reports import headline
from lyncphone_logs.reports.answer import causes_of
from lyncphone_logs.rules.rule import Severity, Verdict

By = Literal["cause", "phone"]
Sort = Literal["phones", "code", "verdict", "time", "name"]
State = Literal["failed", "signed in", "unclear", "host"]
IF_PHONE = "if a phone: "
VERDICTS = (*get_args(Verdict), "unknown")
"""The words for the certainty of a cause, the surest first; `unknown` for a failure without a known cause."""
MAX_TEXTS = 3
"""Rows for failures of one kind; if their texts differ more, they are one row."""


class View(NamedTuple):
    """How several phones are shown. `total` is the number of phones from which these were selected; 0 if all are."""

    by: By = "cause"
    sort: Sort = "phones"
    total: int = 0


class CauseRow(NamedTuple):
    """One cause of a fleet. `code` and `fix_at` are empty for failures without a known cause.

    `verdict` and `tied_with` are those of most phones, `first` is when the first phone showed it.
    """

    phones: tuple[str, ...]
    verdict: str
    cause: str
    fix_at: str
    code: str
    first: datetime | None
    tied_with: tuple[str, ...] = ()


class PhoneRow(NamedTuple):
    """One phone of a fleet: how far it came, when it was last seen, and the codes of its causes.

    The state of a host with lines of daemons only is `host`; its cause begins with IF_PHONE. `verdict` is that of
    its first cause, "" if nothing failed.
    """

    id: str
    state: State
    stopped_at: str
    last: datetime | None
    codes: tuple[str, ...]
    cause: str
    rank: tuple[int, int]
    verdict: str


class Fleet(NamedTuple):
    """The summary of several phones."""

    causes: tuple[CauseRow, ...]
    phones: tuple[PhoneRow, ...]

    def count(self, state: str) -> int:
        """The number of phones in a state."""
        return sum(row.state == state for row in self.phones)


class _Examined(NamedTuple):
    phone: Phone
    leads: Sequence[Diagnosis]


class _Shown(NamedTuple):
    """A cause or a failure of one phone. `key` is equal for the phones of a row."""

    key: tuple[str, str]
    phone: str
    verdict: str
    cause: str
    fix_at: str = ""
    first: datetime | None = None
    tied_with: tuple[str, ...] = ()


def summary(phones: Iterable[Phone], sort: Sort = "phones") -> Fleet:
    """The summary of some phones, in the order that `sort` names.

    A phone with two causes counts for both. By default, the causes of most phones come first, and the worst phones: by
    severity, by certainty, by the number of phones with the same cause, those seen last first. Hosts that may be no
    phones come last, and their causes are not listed.
    """
    examined = [_Examined(phone, causes_of(phone)) for phone in phones]
    of_phones = [each for each in examined if each.phone.is_phone]
    causes = sorted(_cause_rows(of_phones), key=lambda row: (-len(row.phones), row.code or "~", row.cause))
    number_of = {row.code: len(row.phones) for row in reversed(causes)}
    rows = sorted(map(_phone_row, examined), key=lambda row: row.id)
    rows.sort(key=lambda row: row.last or datetime.min, reverse=True)
    rows.sort(key=lambda row: (row.rank, -number_of.get(row.codes[0] if row.codes else "", 0)))
    if sort != "phones":
        causes.sort(key=_CAUSE_KEYS[sort])
        rows.sort(key=_PHONE_KEYS[sort], reverse=sort == "time")
    return Fleet(tuple(causes), tuple(rows))


_CAUSE_KEYS: Mapping[Sort, Callable[[CauseRow], Any]] = {
    "code": lambda row: row.code or "~",
    "name": lambda row: row.cause.casefold(),
    "verdict": lambda row: VERDICTS.index(row.verdict),
    "time": lambda row: row.first or datetime.max,
}
_PHONE_KEYS: Mapping[Sort, Callable[[PhoneRow], Any]] = {
    "code": lambda row: row.codes or ("~",),
    "name": lambda row: row.id,
    "verdict": lambda row: VERDICTS.index(row.verdict) if row.verdict else len(VERDICTS),
    "time": lambda row: row.last or datetime.min,
}


def _cause_rows(examined: Sequence[_Examined]) -> Iterator[CauseRow]:
    found: dict[tuple[str, str], list[_Shown]] = {}
    for phone, leads in examined:
        for lead in leads:
            shown = _of_cause(phone, lead)
            found.setdefault(shown.key, []).append(shown)
    for shown in _of_failures(each.phone for each in examined if not each.leads and each.phone.failures):
        found.setdefault(shown.key, []).append(shown)
    for (code, _), together in found.items():
        verdict = Counter(each.verdict for each in together).most_common(1)[0][0]
        tied_with = Counter(each.tied_with for each in together).most_common(1)[0][0]
        first = min((each.first for each in together if each.first), default=None)
        ids = tuple(sorted(each.phone for each in together))
        yield CauseRow(ids, verdict, together[0].cause, together[0].fix_at, code, first, tied_with)


def _of_cause(phone: Phone, lead: Diagnosis) -> _Shown:
    rule, first = lead.rule, lead.first_seen
    when = first and first.replace(tzinfo=None)
    return _Shown((rule.code, ""), phone.id, lead.verdict, rule.title, rule.fix_at, when, lead.tied_with)


def _of_failures(phones: Iterable[Phone]) -> Iterator[_Shown]:
    """The first failure of each phone. If texts of one kind differ too much, they name only what is equal."""
    by_kind: dict[str, list[tuple[Phone, Failure]]] = {}
    for phone in phones:
        by_kind.setdefault(phone.failures[0].kind, []).append((phone, phone.failures[0]))
    for kind, some in by_kind.items():
        fields = [failure.event.fields for _, failure in some]
        texts = [happened(kind, each) for each in fields]
        if len(set(texts)) > MAX_TEXTS:
            texts = [happened_to_all(kind, fields)] * len(some)
        for (phone, failure), text in zip(some, texts, strict=True):
            when = failure.event.time and failure.event.time.replace(tzinfo=None)
            yield _Shown(("", text), phone.id, "unknown", f"No known cause: {text}", first=when)


def _phone_row(examined: _Examined) -> PhoneRow:
    phone, leads = examined
    last = max((boot.last.replace(tzinfo=None) for boot in phone.boots if boot.last), default=None)
    cause = (
        leads[0].rule.title if leads else headline.of_phone(phone, leads).removesuffix(f" {headline.unknown(phone)}")
    )
    cause = cause if phone.is_phone else f"{IF_PHONE}{cause}"
    verdict = leads[0].verdict if leads else "unknown" if phone.failures else ""
    codes = tuple(each.rule.code for each in leads)
    return PhoneRow(
        phone.id, _state(phone, leads), _stopped_at(phone, leads), last, codes, cause, _rank(phone, leads), verdict
    )


def _stopped_at(phone: Phone, leads: Sequence[Diagnosis]) -> str:
    """The stage at which a phone stopped; if its journey does not show it, the stage of its cause or failure."""
    if not leads and phone.failures:
        failed = reached(phone.failures[0].kind, phone.failures[0].event.fields)
        return headline.SHORT_STAGES[failed[0]] if failed else headline.stage_of(phone, leads)
    stage = leads[0].rule.stage if leads else None
    return headline.stage_of(phone, leads) or (headline.SHORT_STAGES[stage] if stage else "")


def _state(phone: Phone, leads: Sequence[Diagnosis]) -> State:
    if not phone.is_phone:
        return "host"
    if leads or phone.failures:
        return "failed"
    stages = (stage for boot in phone.boots for stage in boot.journey)
    return "signed in" if any(each.stage == "register" and each.state == "passed" for each in stages) else "unclear"


def _rank(phone: Phone, leads: Sequence[Diagnosis]) -> tuple[int, int]:
    """Severity and certainty, (0, 0) for the worst. A failure without a known cause follows all causes."""
    severities = get_args(Severity)
    if not phone.is_phone:
        return len(severities) + 2, 0
    if not leads:
        return len(severities) + (not phone.failures), 0
    return min((severities.index(each.rule.severity), VERDICTS.index(each.verdict)) for each in leads)


def selected(report: Findings, names: Sequence[str], codes: Sequence[str]) -> list[Phone]:
    """The phones of a report with one of these names and one of these causes; all if both are empty.

    A name that no phone has selects the phones whose names contain it. A code that leads the answer of no phone
    selects the phones that list it as another possible cause. Hosts that may be no phones are selected by name only.
    """
    found = list(report.phones)
    if names:
        wanted_names = {name.casefold() for name in names}
        exact = [phone for phone in found if phone.id.casefold() in wanted_names]
        found = exact or [phone for phone in found if any(name in phone.id.casefold() for name in wanted_names)]
    if codes:
        leads = [{each.rule.code for each in causes_of(phone)} for phone in found]
        wanted = {code.upper() for code in codes}
        lists = wanted.difference(*leads)
        found = [
            phone
            for phone, own in zip(found, leads, strict=True)
            if wanted & own or any(each.rule.code in lists for each in phone.diagnoses)
        ]
        found = [phone for phone in found if phone.is_phone or names] or found
    return found
