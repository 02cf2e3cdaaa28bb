"""Summarizes the phones of a report: causes by the number of their phones, and the phones that are worst off."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from lyncphone_logs.diagnosis.findings import Diagnosis, Findings, Phone
from lyncphone_logs.events.vocabulary import happened
from lyncphone_logs.reports import answer, headline
from lyncphone_logs.rules.rule import Severity, Verdict

Sort = Literal["phones", "code", "verdict", "time", "name"]
MAX_TIE_NAMED = 2


class CauseRow(NamedTuple):
    """One cause of a fleet. `code` and `fix_at` are empty for failures without a known cause."""

    phones: tuple[str, ...]
    verdict: str
    cause: str
    fix_at: str
    code: str
    first: datetime | None


class PhoneRow(NamedTuple):
    """One phone of a fleet: how far it came, when it was last seen, and the codes of its causes."""

    id: str
    state: Literal["failed", "signed in", "unclear"]
    stopped_at: str
    last: datetime | None
    codes: tuple[str, ...]
    cause: str
    rank: int


class Fleet(NamedTuple):
    """The summary of several phones."""

    causes: tuple[CauseRow, ...]
    phones: tuple[PhoneRow, ...]

    def count(self, state: str) -> int:
        """The number of phones in a state."""
        return sum(row.state == state for row in self.phones)


def leading(phone: Phone) -> list[Diagnosis]:
    """The causes that a phone's answer shows as blocks, without counted facts."""
    return [found for found in answer.leading(phone) if not found.rule.is_fact]


def summary(phones: Sequence[Phone], sort: Sort = "phones") -> Fleet:
    """The summary of some phones: causes in the order that `sort` names, phones with the worst first.

    Of equally bad phones, the one that was seen last comes first.
    """
    rows = sorted(map(_phone_row, phones), key=lambda row: row.id)
    rows.sort(key=lambda row: row.last or datetime.min, reverse=True)
    rows.sort(key=lambda row: row.rank)
    if sort == "name":
        rows.sort(key=lambda row: row.id)
    if sort == "time":
        rows.sort(key=lambda row: row.last or datetime.min, reverse=True)
    return Fleet(tuple(_sorted(_cause_rows(phones), sort)), tuple(rows))


def _cause_rows(phones: Iterable[Phone]) -> Iterator[CauseRow]:
    found: dict[tuple[str, str], list[tuple[Phone, str, datetime | None]]] = {}
    titles: dict[tuple[str, str], tuple[str, str]] = {}
    for phone in phones:
        leads = leading(phone)
        for each in leads:
            key = each.rule.code, ""
            found.setdefault(key, []).append((phone, each.verdict, each.first_seen))
            titles[key] = each.rule.title, each.rule.fix_at
        if phone.failures and not leads:
            failure = phone.failures[0]
            key = "", happened(failure.kind, failure.event.fields)
            found.setdefault(key, []).append((phone, "unknown", failure.event.time))
            titles[key] = f"No known cause: {key[1]}", ""
    for (code, what), seen in found.items():
        words = Counter(word for _, word, _ in seen)
        times = [moment.replace(tzinfo=None) for _, _, moment in seen if moment]
        title, fix_at = titles[code, what]
        phones_of = tuple(sorted(phone.id for phone, _, _ in seen))
        yield CauseRow(phones_of, words.most_common(1)[0][0], title, fix_at, code, min(times, default=None))


def _sorted(rows: Iterable[CauseRow], sort: Sort) -> list[CauseRow]:
    words = [*get_args(Verdict), "unknown"]
    found = sorted(rows, key=lambda row: (-len(row.phones), row.code or "~", row.cause))
    if sort in ("code", "name"):
        found.sort(key=lambda row: row.code or "~")
    if sort == "verdict":
        found.sort(key=lambda row: words.index(row.verdict))
    if sort == "time":
        found.sort(key=lambda row: row.first or datetime.max)
    return found


def _phone_row(phone: Phone) -> PhoneRow:
    leads = leading(phone)
    last = max((boot.last.replace(tzinfo=None) for boot in phone.boots if boot.last), default=None)
    codes = tuple(each.rule.code for each in leads)
    stopped = headline.stage_of(phone, leads)
    if leads:
        cause = leads[0].rule.title
    elif phone.failures:
        cause = headline.of_phone(phone, leads).removesuffix(f" {headline.UNKNOWN}")
    else:
        cause = headline.of_phone(phone, leads)
    signed_in = any(
        stage.stage == "register" and stage.state == "passed" for boot in phone.boots for stage in boot.journey
    )
    state: Literal["failed", "signed in", "unclear"]
    state = "failed" if leads or phone.failures else "signed in" if signed_in else "unclear"
    return PhoneRow(phone.id, state, stopped, last, codes, cause, _rank(phone, leads))


def _rank(phone: Phone, leads: Sequence[Diagnosis]) -> int:
    """0 for the worst: an error with a sure cause comes before one with a less sure cause, a warning, a failure."""
    if not leads:
        return 100 if phone.failures else 200
    severity = max(get_args(Severity).index(each.rule.severity) * 10 for each in leads[:1])
    return severity + get_args(Verdict).index(leads[0].verdict)


def selected(report: Findings, names: Sequence[str], codes: Sequence[str]) -> list[Phone]:
    """The phones of a report with one of these names and one of these causes; all if both are empty.

    A name that no phone has selects the phones whose names contain it.
    """
    found = list(report.phones)
    if names:
        wanted_names = {name.casefold() for name in names}
        exact = [phone for phone in found if phone.id.casefold() in wanted_names]
        found = exact or [phone for phone in found if any(name in phone.id.casefold() for name in wanted_names)]
    if codes:
        wanted = {code.upper() for code in codes}
        found = [phone for phone in found if wanted.intersection(each.rule.code for each in phone.diagnoses)]
    return found
