"""Sorts the rules that the findings of a phone do not list: not shown by the trace, or not checkable."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from lyncphone_logs.diagnosis.findings import NotCheckable, Phone
from lyncphone_logs.diagnosis.phone_state import PhoneState
from lyncphone_logs.diagnosis.ranking import Device, is_for
from lyncphone_logs.events.event import family_of
from lyncphone_logs.grammar.capture_hint import CaptureHint
from lyncphone_logs.rules.regex_budget import SLOW, SLOW_HELP, RegexBudget, slow_rules
from lyncphone_logs.rules.rule import Rule


class UnlistedRules:
    """The rules of a run, to sort those that a phone's findings do not list."""

    def __init__(self, rules: Sequence[Rule], unseen: frozenset[str], budget: RegexBudget) -> None:
        self._rules, self._unseen, self._budget = rules, unseen, budget
        self._by_grammar: dict[str, list[tuple[Rule, set[str], NotCheckable]]] = {}

    def split(
        self, listed: Collection[str], state: PhoneState, device: Device
    ) -> tuple[tuple[Rule, ...], tuple[NotCheckable, ...]]:
        """The rules not in `listed`: those whose symptom an event of the phone could have shown, and the others."""
        families = state.symptom_state.families
        slow = slow_rules(self._rules, self._budget)
        not_shown, not_checkable = [], []
        for rule, visible, missing in self._of_grammar(state.grammar, device.hint):
            if rule.code not in listed and is_for(rule, device):
                if rule.code in slow:
                    not_checkable.append(NotCheckable(rule, SLOW, SLOW_HELP))
                elif visible.isdisjoint(families):
                    not_checkable.append(missing)
                else:
                    not_shown.append(rule)
        return tuple(not_shown), tuple(not_checkable)

    def without_slow(self, phone: Phone) -> Phone:
        """The findings without those of rules of which a regex was stopped after the phone was assessed."""
        slow = slow_rules(self._rules, self._budget)
        listed = [each.rule for each in phone.diagnoses] + [each.rule for each in phone.ruled_out]
        found = [rule for rule in (*listed, *phone.not_shown) if rule.code in slow]
        if not found:
            return phone
        return replace(
            phone,
            diagnoses=tuple(each for each in phone.diagnoses if each.rule.code not in slow),
            ruled_out=tuple(each for each in phone.ruled_out if each.rule.code not in slow),
            not_shown=tuple(rule for rule in phone.not_shown if rule.code not in slow),
            not_checkable=(*phone.not_checkable, *(NotCheckable(rule, SLOW, SLOW_HELP) for rule in found)),
        )

    def _of_grammar(self, name: str, hint: CaptureHint) -> list[tuple[Rule, set[str], NotCheckable]]:
        # The result for a rule depends on the phone only by its event families and grammar; all else is computed once.
        if name not in self._by_grammar:
            unseen = self._unseen
            self._by_grammar[name] = [
                (rule, set() if _may_be_unseen(rule, unseen) else _families(rule), _not_checkable(rule, unseen, hint))
                for rule in self._rules
            ]
        return self._by_grammar[name]


def _may_be_unseen(rule: Rule, unseen: frozenset[str]) -> bool:
    return not unseen.isdisjoint(kind for explained in rule.explains for kind in explained.kinds)


def _families(rule: Rule) -> set[str]:
    # The first entry is the most specific symptom; the others are what it may look like in a trace with less detail.
    return set(map(family_of, rule.explains[0].kinds))


def _not_checkable(rule: Rule, unseen: frozenset[str], hint: CaptureHint) -> NotCheckable:
    families = " or ".join(sorted(_families(rule)))
    if unseen:
        return NotCheckable(rule, f"lines were skipped, perhaps some about {families}", "Run again with --full")
    return NotCheckable(rule, f"the trace has no line about {families}", hint.for_kind(rule.explains[0].kinds[0]))
