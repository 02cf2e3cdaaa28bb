"""One rule as a page for a terminal: what `explain CODE` prints when there is no trace."""

from lyncphone_logs.reports import grouping
from lyncphone_logs.reports.page import Ink, Page
from lyncphone_logs.rules.clause import Clause
from lyncphone_logs.rules.condition import SYMPTOM, Condition, Pattern, Scalar
from lyncphone_logs.rules.rule import Applicability, Rule

ROLES = {"requires": "needed", "supports": "for", "contradicts": "against", "rules_out": "rules out"}


def render_rule(rule: Rule, *, color: bool, width: int | None) -> str:
    """The rule as text without a final line end. `width`: columns of the terminal, None where nothing may wrap."""
    page = Page(color=color, width=width)
    page.line(Ink(f"{rule.severity}[{rule.code}]", rule.severity), Ink(f" {rule.name}: {rule.title}", "strong"))
    stage = f"stage {rule.stage}" if rule.stage else ""
    page.line("  ", " · ".join(filter(None, [rule.prevalence, stage, _phones(rule)])))
    page.labelled("why", *grouping.paragraphs(rule.cause))
    page.labelled("impact", *grouping.paragraphs(rule.impact))
    for shown in rule.explains:
        how = f"{shown.likelihood}, {shown.basis}: {shown.source}"
        page.labelled("shown by", f"{_pattern(shown)} — {shown.says} ({how})")
    for clause in rule.clause:
        page.labelled(ROLES[clause.role], _clause(clause))
    page.labelled("confirmed by", *(" and ".join(together) for together in rule.confirmed_by))
    remedy(page, rule)
    page.labelled("read", *(" ".join(filter(None, [each.title, each.url])) for each in rule.references))
    return page.text()


def remedy(page: Page, rule: Rule) -> None:
    """The steps, what was advised once, and how to see that the fix worked."""
    steps = enumerate(rule.remedy, start=1)
    page.labelled("fix", *(f"{n}. {step.who} · {step.where}: {step.what}   (undo: {step.undo})" for n, step in steps))
    page.labelled("history", *(f"{each.year}: {each.advice} — danger: {each.danger}" for each in rule.history))
    page.labelled("verify", rule.verify.says)


def _phones(rule: Rule) -> str:
    named = ", ".join(filter(None, map(_phone, rule.applies_to)))
    return f"about {named}" if named else "about any phone"


def _phone(wanted: Applicability) -> str:
    firmware = f"firmware {wanted.firmware}" if wanted.firmware else ""
    return " ".join(filter(None, [wanted.vendor, wanted.model, firmware]))


def _clause(clause: Clause) -> str:
    how = f"{clause.strength}, {clause.basis}: {clause.source}"
    return f"{clause.id}: {_composition(clause) or _form(clause)} — {clause.says} ({how})"


def _composition(clause: Clause) -> str:
    parts = [("all of", clause.all), ("any of", clause.any), ("none of", clause.none)]
    return " and ".join(f"{word} {', '.join(names)}" for word, names in parts if names)


def _form(clause: Clause) -> str:
    link = ", then " if clause.ordered else " and "
    return " ".join(
        filter(
            None,
            [
                "no" if clause.absent else "",
                link.join(map(_pattern, (clause, *clause.then))),
                f"before any {' or '.join(map(_pattern, clause.first_of))}" if clause.first_of else "",
                f"at least {clause.count} times" if clause.count > 1 else "",
                f"with the same {clause.by}" if clause.by else "",
                f"counted once per {clause.once_per}" if clause.once_per else "",
                f"in the same {clause.same}",
                *(f"after {_anchor(name)}" for name in clause.starts),
                *(f"before {_anchor(name)}" for name in clause.ends),
                f"within {clause.within:g} s" if clause.within else "",
                f"within {clause.within_events} events" if clause.within_events else "",
            ],
        )
    )


def _anchor(name: str) -> str:
    return "the symptom" if name == SYMPTOM else name


def _pattern(pattern: Pattern) -> str:
    tests = " and ".join(f"{name} {_test(test)}" for name, test in pattern.where.items())
    return " or ".join(pattern.kinds) + (f" where {tests}" if tests else "")


def _test(test: Condition | list[Scalar] | Scalar) -> str:
    if isinstance(test, list):
        return f"is one of {', '.join(map(str, test))}"
    if not isinstance(test, Condition):
        return f"is {test}"
    given = {name: getattr(test, name) for name in test.given}
    return " and ".join(f"{name.replace('_', ' ')} {value}" for name, value in given.items())
