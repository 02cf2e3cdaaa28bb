"""Prints several phones: a table by cause with the worst phone, all phones, or one cause with its phones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from lyncphone_logs.diagnosis.findings import Findings, Phone
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import command, headline, wording
from lyncphone_logs.reports.answer import answer
from lyncphone_logs.reports.excerpt import cells
from lyncphone_logs.reports.fleet import CauseRow, Fleet, PhoneRow, Sort, summary
from lyncphone_logs.reports.page import DEFAULT_WIDTH, Ink, Page
from lyncphone_logs.reports.text import print_block, print_next, print_notes
from lyncphone_logs.rules.rule import EXPLAINS

By = Literal["cause", "phone"]
MAX_CAUSES = 14
MAX_WORST = 10
MAX_LISTED = 10
MAX_SHARED = 3
COUNT_WIDTH = 6
GAP = 2


class View(NamedTuple):
    """How several phones are shown. `total` is the number of phones from which these were selected; 0 if all are."""

    by: By = "cause"
    sort: Sort = "phones"
    total: int = 0


DEFAULT_VIEW = View()


def render(report: Findings, view: View, *, color: bool, width: int = DEFAULT_WIDTH) -> str:
    """The table of a report about several phones, without a final line end."""
    page = Page(color=color, width=width)
    found = summary(report.phones, view.sort)
    _heading(page, report, found, view.total)
    if view.by == "phone":
        _phone_table(page, found.phones)
    else:
        _cause_table(page, found.causes)
        _shared(page, report)
        _worst(page, found.phones)
    print_notes(page, report)
    print_next(page, _next(report, found, view.by))
    return page.text()


def render_cause(report: Findings, code: str, view: View, *, color: bool, width: int = DEFAULT_WIDTH) -> str:
    """One cause with its check and fix, and the phones that show it, which are those of the report."""
    page = Page(color=color, width=width)
    number = f"{len(report.phones)} of {wording.counted(view.total or len(report.phones), 'phone')}"
    page.prose(f"{headline.named_inputs(report)}: {number} show {code}")
    shown = ((phone, block) for phone in report.phones for block in answer(report, phone).blocks)
    lead = next(((phone, block) for phone, block in shown if block.rule.code == code), None)
    page.blank()
    if lead:
        print_block(page, lead[1])
        page.blank()
    for phone in report.phones[:MAX_LISTED]:
        _listed(page, phone, code)
    if len(report.phones) > MAX_LISTED:
        page.line(f"  {len(report.phones) - MAX_LISTED} more: --by phone")
    print_notes(page, report)
    print_next(page, command.line(*report.paths, "--phone", report.phones[0].id))
    return page.text()


def _listed(page: Page, phone: Phone, code: str) -> None:
    found = next(each for each in phone.diagnoses if each.rule.code == code)
    event = next((each.event for each in found.evidence if each.role == EXPLAINS), None)
    where = wording.short_location(event) if isinstance(event, Event) else ""
    page.row([("", 0), (phone.id, 28), (found.verdict, 9), (where, 32)])


def _heading(page: Page, report: Findings, found: Fleet, total: int) -> None:
    number = wording.counted(len(found.phones), "phone")
    chosen = f"{len(found.phones)} of {wording.counted(total, 'phone')}" if total > len(found.phones) else number
    when = headline.times(report.phones)
    states = [("failed", "failed"), ("signed in", "signed in"), ("unclear", "unclear")]
    counts = [f"{found.count(state)} {word}" for state, word in states if found.count(state) or state == "failed"]
    page.prose(f"{headline.named_inputs(report)}: {', '.join(filter(None, [chosen, when]))}. {', '.join(counts)}.")


def _cause_table(page: Page, rows: Sequence[CauseRow]) -> None:
    if not rows:
        return
    shown = rows[:MAX_CAUSES]
    word = max(cells(text) for text in ("verdict", *(row.verdict for row in shown)))
    fix = max(cells(text) for text in ("fix at", *(row.fix_at for row in shown)))
    code = max(cells(text) for text in ("code", *(row.code for row in shown)))
    others = COUNT_WIDTH + word + fix + code + 4 * GAP
    longest = max(cells(text) for text in ("cause", *(row.cause for row in shown)))
    cause = min(longest, page.room(others) or longest)
    page.row([("phones", -COUNT_WIDTH), ("verdict", word), ("cause", cause), ("fix at", fix), ("code", code)])
    for row in shown:
        number = Ink(f"{len(row.phones):,}", "strong")
        page.row([(number, -COUNT_WIDTH), (row.verdict, word), (row.cause, cause), (row.fix_at, fix), (row.code, code)])
    if len(rows) > MAX_CAUSES:
        page.line(f"  {len(rows) - MAX_CAUSES} more causes: --all")


def _shared(page: Page, report: Findings) -> None:
    listed = {phone.id for phone in report.phones}
    faults = [fault for fault in report.shared_faults if not listed.isdisjoint(fault.phones)]
    for fault in faults[:MAX_SHARED]:
        zone = " UTC" if fault.clock == "utc" else ""
        when = f"{fault.first:%H:%M:%S}" + (f" to {fault.last:%H:%M:%S}" if fault.last != fault.first else "")
        code = f" ({fault.code})" if fault.code else ""
        page.prose(f"{len(fault.phones):,} phones within 60 s ({when}{zone}): {fault.what}{code}", hang=2)
    if len(faults) > MAX_SHARED:
        page.line(f"  {len(faults) - MAX_SHARED} more: -f json")
    if faults:
        page.prose("When many phones fail at once, look at the server or the network first.")


def _worst(page: Page, rows: Sequence[PhoneRow]) -> None:
    failed = [row for row in rows if row.state == "failed"]
    if failed:
        more = min(len(failed), MAX_WORST) - 1
        rest = f" … {more} more: --by phone" if more else ""
        known = ", ".join(filter(None, [failed[0].stopped_at, _last_seen(failed[0].last)]))
        cause = ", ".join(failed[0].codes) or failed[0].cause
        page.prose(f"Worst: {failed[0].id} ({known}) {cause}{rest}", hang=2)


def _last_seen(last: datetime | None) -> str:
    return f"last seen {last:%H:%M}" if last else ""


def _phone_table(page: Page, rows: Sequence[PhoneRow]) -> None:
    name = min(max(cells(row.id) for row in rows), 32)
    stage = max(cells(text) for text in ("stopped at", *(row.stopped_at for row in rows)))
    code = max(cells(text) for text in ("code", *(row.codes[0] if row.codes else "" for row in rows)))
    cause = page.room(name + stage + code + 11 + 4 * GAP) or max(cells(row.cause) for row in rows)
    page.row([("phone", name), ("stopped at", stage), ("last seen", 11), ("code", code), ("cause", cause)])
    for row in rows:
        last = f"{row.last:%d %b %H:%M}" if row.last else "-"
        first = row.codes[0] if row.codes else ""
        page.row([(row.id, name), (row.stopped_at or "-", stage), (last, 12), (first, code), (row.cause, cause)])


def _next(report: Findings, found: Fleet, by: By) -> str:
    code = next((row.code for row in found.causes if row.code), "")
    if by == "cause" and code:
        return command.line(*report.paths, "--code", code)
    worst = found.phones[0].id if found.phones else ""
    return command.line(*report.paths, "--phone", worst)
