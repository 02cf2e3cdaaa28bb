"""What `explain CODE PATH` prints: one rule beside a trace, clause by clause."""

from collections.abc import Iterable

from lyncphone_logs.diagnosis.findings import Evidence, Explanation, Term, Weighed
from lyncphone_logs.events.event import Event
from lyncphone_logs.reports import wording
from lyncphone_logs.reports.explain import ROLES
from lyncphone_logs.reports.page import Ink, Page
from lyncphone_logs.rules.condition import unfilled
from lyncphone_logs.rules.rule import EXPLAINS

MARKS = {"holds": "yes", "refuted": "no", "undecidable": "open"}


def render_explanations(found: Iterable[Explanation], *, color: bool, width: int | None) -> str:
    """The explanations as text without a final line end. `width`: columns of the terminal, None where nothing wraps."""
    page = Page(color=color, width=width)
    for each in found:
        page.blank()
        rule = each.rule
        page.line(Ink(f"{rule.severity}[{rule.code}]", rule.severity), Ink(f" {rule.name}: {rule.title}", "strong"))
        page.line("  ", Ink(f"phone {each.phone}", "strong"))
        for weighed in each.weighed:
            _weighed(page, weighed)
        if not each.weighed:
            _unseen(page, each)
    return page.text()


def _weighed(page: Page, weighed: Weighed) -> None:
    share = f", {wording.share(weighed.confidence)}" if weighed.confidence else ""
    page.labelled("result", f"{weighed.verdict}{share}")
    places = ", ".join(map(wording.place, weighed.symptom))
    page.labelled("symptom", f"{places} · {wording.counted(weighed.count, 'time')}")
    for term in weighed.terms:
        page.labelled(MARKS[term.state], _said(term))
        page.labelled("", *_details(term, weighed.evidence))


def _said(term: Term) -> str:
    role = "" if term.role == EXPLAINS else f"{ROLES.get(term.role, term.role)}, "
    return " ".join(filter(None, [f"{term.clause} ({role}{term.basis})", wording.factor(term.weight), term.says]))


def _details(term: Term, evidence: Iterable[Evidence]) -> Iterable[str]:
    places = [wording.place(each.event) for each in evidence if (each.clause, each.role) == (term.clause, term.role)]
    if places and term.role != EXPLAINS:
        yield f"at {', '.join(places)}"
    if term.reason:
        yield f"open because: {term.reason}"
    if term.nearest:
        yield f"nearest miss: {term.nearest}"
    if term.capture:
        yield f"to decide: {term.capture}"


def _unseen(page: Page, found: Explanation) -> None:
    page.labelled("result", "its symptom was not seen")
    for shown in found.rule.explains:
        page.labelled("looked for", f"{' or '.join(shown.kinds)}: {unfilled(shown.says)}")
    if found.nearest:
        page.labelled("nearest miss", f"{wording.place(found.nearest)}: {_fields(found.nearest)}")
    page.labelled("to decide", found.capture)


def _fields(event: Event) -> str:
    return " ".join([event.kind, *(f"{name}={value}" for name, value in sorted(event.fields.items()))])
