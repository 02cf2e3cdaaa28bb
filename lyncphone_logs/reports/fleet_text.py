"""Prints several phones: a table by cause with the worst phone, all phones, or one cause with its phones."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from lyncphone_logs.diagnosis.findings import Diagnosis, Findings, Phone
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import command, headline, wording
from lyncphone_logs.reports.answer import answer
from lyncphone_logs.reports.excerpt import cells, truncated
from lyncphone_logs.reports.fleet import By, CauseRow, Fleet, PhoneRow, View, summary
from lyncphone_logs.reports.page import DEFAULT_WIDTH, Ink, Page, wrapped
from lyncphone_logs.reports.text import print_block, print_next, print_notes
from lyncphone_logs.rules.rule import EXPLAINS

MAX_ROWS = 28
"""Rows of the table by cause with all that surrounds it; the command and the next prompt fit on a screen of 30."""
MIN_TABLE_ROWS = 4
MAX_WORST = 10
MAX_LISTED = 10
MAX_SHARED = 3
MAX_HOSTS = 3
MAX_NAME, MIN_NAME, MIN_CAUSE = 32, 12, 20
MAX_TEXT = 80
"""Columns of a text from the trace."""
MAX_TIES = 2
COUNT_WIDTH = 6
GAP = 2


def render(report: Findings, view: View, *, color: bool, width: int = DEFAULT_WIDTH) -> str:
    """The table of a report about several phones, without a final line end."""
    top, middle, end = (Page(color=color, width=width) for _ in range(3))
    found = summary(report.phones, view.sort)
    _heading(top, report, found, view.total)
    print_notes(end, report)
    print_next(end, _next(report, found, view.by))
    if view.by == "phone":
        _phone_table(top, found.phones)
    else:
        _hosts(middle, found.phones)
        room = MAX_ROWS - top.rows - end.rows - 1
        _shared(middle, report, MAX_SHARED if room > 2 * MIN_TABLE_ROWS + 2 * MAX_SHARED else 1)
        _worst(middle, found.phones)
        _cause_table(top, found.causes, room - middle.rows)
    return "\n".join([*(page.text() for page in (top, middle) if page.rows), "", end.text()])


def render_cause(report: Findings, code: str, view: View, *, color: bool, width: int = DEFAULT_WIDTH) -> str:
    """One cause with its check and fix, and the phones that show it, which are those of the report."""
    page = Page(color=color, width=width)
    number = f"{len(report.phones):,} of {_phones(max(view.total, len(report.phones)))}"
    page.prose(f"{headline.named_inputs(report)}: {number} show {code}")
    known = {phone.id: phone for phone in report.phones}
    phones = [known[row.id] for row in summary(report.phones, view.sort).phones]
    blocks = (block for phone in phones for block in answer(report, phone).blocks)
    lead = next((block for block in blocks if block.rule.code == code), None)
    page.blank()
    if lead:
        print_block(page, lead)
    else:
        page.prose(f"{_diagnosis(phones[0], code).rule.title}: not the leading cause of any phone", style="strong")
    page.blank()
    name = min(max(cells(phone.id) for phone in phones[:MAX_LISTED]), MAX_NAME)
    for phone in phones[:MAX_LISTED]:
        _listed(page, phone, code, name)
    if len(phones) > MAX_LISTED:
        page.line(f"  {len(phones) - MAX_LISTED:,} more: --by phone")
    print_notes(page, report)
    print_next(page, command.line(*report.paths, "--phone", phones[0].id))
    return page.text()


class Sentences(NamedTuple):
    """What is printed around the table by cause: a heading, remarks after it, and the next command."""

    heading: str
    remarks: tuple[str, ...]
    next: str


def sentences(report: Findings, found: Fleet) -> Sentences:
    """The sentences of `render` for formats that do not wrap lines. They are escaped."""
    top, bottom = Page(color=False, width=None), Page(color=False, width=None)
    _heading(top, report, found, 0)
    _hosts(bottom, found.phones)
    _shared(bottom, report, MAX_SHARED)
    _worst(bottom, found.phones[:1])
    return Sentences(top.text(), tuple(filter(None, bottom.text().split("\n"))), _next(report, found, "cause"))


def _diagnosis(phone: Phone, code: str) -> Diagnosis:
    return next(each for each in phone.diagnoses if each.rule.code == code)


def _listed(page: Page, phone: Phone, code: str, name: int) -> None:
    found = _diagnosis(phone, code)
    event = next((each.event for each in found.evidence if each.role == EXPLAINS), None)
    where = wording.short_location(event) if isinstance(event, Event) else ""
    page.row([("", 0), (phone.id, name), (found.verdict, 9), (where, page.room(name + 9 + 3 * GAP) or cells(where))])


def _phones(number: int) -> str:
    return f"{number:,} {'phone' if number == 1 else 'phones'}"


def _heading(page: Page, report: Findings, found: Fleet, total: int) -> None:
    hosts = found.count("host")
    number = len(found.phones) - hosts
    chosen = f"{number:,} of {_phones(total)}" if total > number else _phones(number)
    when = headline.times(report.phones)
    states = [("failed", "failed"), ("signed in", "signed in"), ("unclear", "unclear")]
    counts = [f"{found.count(state):,} {word}" for state, word in states if found.count(state) or state == "failed"]
    who = [chosen, headline.hosts_of([phone for phone in report.phones if not phone.is_phone]), when]
    states_of = f" {', '.join(counts)}." if number else ""
    page.prose(f"{headline.named_inputs(report)}: {', '.join(filter(None, who))}.{states_of}")


def _hosts(page: Page, rows: Sequence[PhoneRow]) -> None:
    """Print what makes a host a phone, with the hosts of which something failed if it is one."""
    hosts = [row for row in rows if row.state == "host"]
    if not hosts:
        return
    failed = [wording.short_path(row.id, MAX_NAME) for row in hosts if row.codes or row.verdict]
    named = f" ({', '.join(failed[:MAX_HOSTS])}{', …' if failed[MAX_HOSTS:] else ''})" if failed else ""
    page.prose(f"If a host is a phone: --model MODEL. Then {len(failed):,} failed{named}.", hang=2)


def _widest(heading: str, texts: Iterable[str]) -> int:
    return max(cells(text) for text in (heading, *texts))


def _cause_table(page: Page, rows: Sequence[CauseRow], room: int) -> None:
    """Print the causes in `room` rows: causes of fewer phones are counted, and long titles wrap if rows are left."""
    if not rows:
        return
    room = max(room, MIN_TABLE_ROWS) - 1
    shown = rows if len(rows) <= room else rows[: room - 1]
    word = _widest("verdict", (row.verdict for row in shown))
    fix = _widest("fix at", (row.fix_at for row in shown))
    code = _widest("code", (row.code for row in shown))
    longest = _widest("cause", (row.cause + _tie(row) for row in shown))
    cause = min(longest, page.room(COUNT_WIDTH + word + fix + code + 4 * GAP) or longest)
    page.row([("phones", -COUNT_WIDTH), ("verdict", word), ("cause", cause), ("fix at", fix), ("code", code)])
    spare = room - len(shown)
    for row in shown:
        lines = _title(row, cause, spare)
        spare -= len(lines) - 1
        number = Ink(f"{len(row.phones):,}", "strong")
        page.row([(number, -COUNT_WIDTH), (row.verdict, word), (lines[0], cause), (row.fix_at, fix), (row.code, code)])
        for line in lines[1:]:
            page.row([("", COUNT_WIDTH), ("", word), (line, cause)])
    if len(rows) > len(shown):
        page.line(f"  {len(rows) - len(shown)} more causes: --all")


def _title(row: CauseRow, width: int, spare: int) -> list[str]:
    """The title of a cause and its tie in lines of `width` columns: in one, truncated, if more than `spare` more."""
    tie = _tie(row)
    *before, last = wrapped(row.cause, width)
    lines = [*before, last + tie] if cells(last + tie) <= width else [*before, last, tie.strip()]
    if len(lines) <= 1 + spare:
        return lines
    return [truncated(row.cause, max(width - cells(tie), MIN_NAME)) + tie]


def _tie(row: CauseRow) -> str:
    """` (tied with TLS003)`."""
    more = ", …" if len(row.tied_with) > MAX_TIES else ""
    return f" (tied with {', '.join(row.tied_with[:MAX_TIES])}{more})" if row.tied_with else ""


def _shared(page: Page, report: Findings, most: int) -> None:
    listed = {phone.id for phone in report.phones}
    days = {time.date() for phone in report.phones for boot in phone.boots for time in (boot.first, boot.last) if time}
    faults = [fault for fault in report.shared_faults if not listed.isdisjoint(fault.phones)]
    for fault in faults[:most]:
        day = f"{fault.first.day} {fault.first:%b} " if len(days) > 1 else ""
        zone = " UTC" if fault.clock == "utc" else ""
        when = f"{day}{fault.first:%H:%M:%S}" + (f" to {fault.last:%H:%M:%S}" if fault.last != fault.first else "")
        what = truncated(fault.what, MAX_TEXT) + (f" ({fault.code})" if fault.code else "")
        page.prose(f"{_phones(len(fault.phones))} within 60 s ({when}{zone}): {what}", hang=2)
    if len(faults) > most:
        page.line(f"  {len(faults) - most} more: -f json")
    if faults:
        page.prose("When many phones fail at once, look at the server or the network first.")


def _worst(page: Page, rows: Sequence[PhoneRow]) -> None:
    failed = [row for row in rows if row.state == "failed"]
    if failed:
        more = min(len(failed), MAX_WORST) - 1
        rest = f" … {more} more: --by phone" if more else ""
        known = ", ".join(filter(None, [failed[0].stopped_at, _last_seen(failed[0].last)]))
        cause = ", ".join(failed[0].codes) or truncated(failed[0].cause, MAX_TEXT)
        worst = f"Worst: {wording.short_path(failed[0].id, MAX_NAME)} ({known}) {cause}"
        fits = page.width is None or cells(worst + rest) <= page.width
        page.prose(worst + rest if fits else worst, hang=2)
        if rest and not fits:
            page.line(" " * GAP, rest.strip())


def _last_seen(last: datetime | None) -> str:
    return f"last seen {last:%H:%M}" if last else ""


def _phone_table(page: Page, rows: Sequence[PhoneRow]) -> None:
    days = {row.last.date() for row in rows if row.last}
    seen = {row.id: _seen(row.last, with_day=len(days) > 1) for row in rows}
    codes = {row.id: _codes(row) for row in rows}
    stage = _widest("stopped at", (row.stopped_at for row in rows))
    last = _widest("last seen", seen.values())
    code = _widest("code", codes.values())
    names, causes = _widest("phone", (row.id for row in rows)), _widest("cause", (row.cause for row in rows))
    taken = stage + last + code + 4 * GAP
    room = (page.width or names + causes + taken) - taken
    name = min(names, max(room - MIN_CAUSE, MIN_NAME))
    cause = min(causes, max(room - name, MIN_NAME))
    page.row([("phone", name), ("stopped at", stage), ("last seen", last), ("code", code), ("cause", cause)])
    for row in rows:
        stopped = row.stopped_at or "-"
        page.row([(row.id, name), (stopped, stage), (seen[row.id], last), (codes[row.id], code), (row.cause, cause)])


def _codes(row: PhoneRow) -> str:
    """The code of the first cause, and the number of further ones: `TLS001 +1`."""
    return " ".join([*row.codes[:1], *([f"+{len(row.codes) - 1}"] if row.codes[1:] else [])])


def _seen(last: datetime | None, *, with_day: bool) -> str:
    if not last:
        return "-"
    return f"{last.day} {last:%b} {last:%H:%M}" if with_day else f"{last:%H:%M}"


def _next(report: Findings, found: Fleet, by: By) -> str:
    code = next((row.code for row in found.causes if row.code), "")
    if by == "cause" and code:
        return command.line(*report.paths, "--code", code)
    worst = found.phones[0].id if found.phones else ""
    return command.line(*report.paths, "--phone", worst)
