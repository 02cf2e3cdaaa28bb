"""Collects the failures of one phone that no later success shows to be over."""

from collections.abc import Iterator
from typing import NamedTuple

from lyncphone_logs.events.event import Event, Value
from lyncphone_logs.events.vocabulary import Stage, kinds, reached
from lyncphone_logs.matching.rule_index import RuleMatch

MAX_FAILURES = 100
SIGN_IN: frozenset[Stage] = frozenset(
    ("link", "vlan", "dhcp", "dns", "tls", "root-chain", "web-ticket", "user-certificate", "register")
)
"""Stages that a phone has passed if it is registered. Time is not one: a phone with a clock of its own registers."""
IGNORED_STAGES: frozenset[Stage] = frozenset({"subscribe"})
"""Stages whose failures are normal: servers refuse subscriptions that they do not offer."""
_IDENTITIES = frozenset({"call_id", "cseq", "via_branch", "from_uri", "to_uri", "contact", "expires"})


class OpenFailure(NamedTuple):
    """A failure, with the codes of the rules that explain it and the number of its occurrences."""

    event: Event
    stage: Stage | None
    explained_by: frozenset[str]
    count: int = 1  # type: ignore[assignment]  # hides tuple.count


class OpenFailures:
    """The failures of one phone, at most 100 distinct ones.

    Invariant: no failure in `_open` is followed, in its boot, by a success of its stage, by a kind that clears its
    kind, or by a sign-in that needs its stage.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[int, str, tuple[tuple[str, Value], ...]], OpenFailure] = {}

    def __iter__(self) -> Iterator[OpenFailure]:
        return iter(self._open.values())

    def add(self, event: Event, match: RuleMatch) -> None:
        """Process the next event of the phone."""
        kind = kinds()[event.kind]
        found = reached(event.kind, event.fields)
        stage, outcome = found or (kind.stage, None)
        if self._open:
            self._clear(event, stage if outcome == "passed" else None)
        if (outcome == "failed" or kind.is_failure(event.fields)) and stage not in IGNORED_STAGES:
            self._add(event, stage, match)

    def _add(self, event: Event, stage: Stage | None, match: RuleMatch) -> None:
        fields = tuple(sorted((name, value) for name, value in event.fields.items() if name not in _IDENTITIES))
        key = event.boot, event.kind, fields
        known = self._open.get(key)
        if known:
            self._open[key] = known._replace(count=known.count + event.count)
        elif len(self._open) < MAX_FAILURES:
            codes = frozenset(rule.code for rule, _ in match.explained_by)
            self._open[key] = OpenFailure(event, stage, codes, event.count)

    def _clear(self, event: Event, passed: Stage | None) -> None:
        over = [
            key
            for key, each in self._open.items()
            if each.event.boot == event.boot
            and (
                event.kind in kinds()[each.event.kind].cleared_by
                or (passed is not None and each.stage == passed)
                or (passed == "register" and (each.stage is None or each.stage in SIGN_IN))
            )
        ]
        for key in over:
            del self._open[key]
