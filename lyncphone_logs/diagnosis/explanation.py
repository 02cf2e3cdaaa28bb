"""One rule beside the phones of a trace: each of its clauses with state, evidence and nearest miss."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from lyncphone_logs.diagnosis.closing import close
from lyncphone_logs.diagnosis.findings import Explanation, Weighed
from lyncphone_logs.diagnosis.phones import PhoneSeen, gather
from lyncphone_logs.diagnosis.ranking import assess, shares, verdict
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import capture_of
from lyncphone_logs.rules.rule import Rule


def explain(
    items: Iterable[Event | Batch],
    facts: Sequence[Event],
    rules: Sequence[Rule],
    vendors: Mapping[str, str],
    rule: Rule,
    unseen: Callable[[], frozenset[str]] = frozenset,
) -> tuple[Explanation, ...]:
    """What one of the rules makes of each phone. Shares are those beside all rivals, before roots are considered."""
    seen = gather(items, rules, vendors)
    for phone in seen.values():
        phone.fold.unseen = unseen()
    return tuple(_explained(name, phone, facts, rule) for name, phone in sorted(seen.items()))


def _explained(name: str, phone: PhoneSeen, facts: Sequence[Event], rule: Rule) -> Explanation:
    fold, (agreeing, identity) = phone.fold, close(phone, facts)
    weighed = []
    for group in fold.groups.values():
        assessed = [assess(each, shown, group, fold, agreeing, identity) for each, shown in group.explained_by]
        for each, share in zip(assessed, shares(assessed, follows=group.follows), strict=True):
            if each.rule is rule:
                word = verdict(each, share) if each.weight else ""
                out = "ruled out" if each.ruled_out else "a requirement is refuted"
                weighed.append(Weighed(tuple(group.kept), group.count, word or out, share, each.terms, each.evidence))
    missed = fold.index.missed(rule.explains)
    nearest = missed if missed and missed.phone == name and not weighed else None
    return Explanation(name, rule, tuple(weighed), nearest, capture_of(rule.explains[0].kinds[0]))
