"""Clauses on random events, held against evaluators that try every combination."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from support.keyed import keyed
from support.small_rules import REJECTED, START, clause, event, rule, state, term_of

from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.events.event import Event
from lyncphone_logs.matching.matcher import matches
from lyncphone_logs.rules.condition import EventPattern
from lyncphone_logs.validation import validate

LOOKUP, LEASE, CHALLENGED = "dns.lookup.failed", "dhcp.lease.obtained", "sip.register.challenged"
KINDS = {"A": LEASE, "B": LOOKUP, "C": CHALLENGED}
few = settings(max_examples=150, deadline=None)


class Seen(NamedTuple):
    """A random event: its kind by letter, the seconds since the event before, and a value, "" if it has none."""

    letter: str
    after: int
    value: str


def seen(letters: str, values: Sequence[str] = ("",), most: int = 9) -> st.SearchStrategy[list[Seen]]:
    each = st.builds(Seen, st.sampled_from(letters), st.integers(0, 6), st.sampled_from(values))
    return st.lists(each, max_size=most)


class Placed(NamedTuple):
    """The same with its time."""

    letter: str
    at: int
    value: str


def placed(events: Iterable[Seen]) -> list[Placed]:
    found, now = [], 0
    for each in events:
        now += each.after
        found.append(Placed(each.letter, now, each.value))
    return found


def traced(events: Sequence[Placed], *, symptom_at: int = 1000) -> list[Event]:
    made = []
    for number, each in enumerate(events):
        if each.letter == "S":
            shown = event(REJECTED, at=each.at, verify_code=7)
        else:
            fields = {"name": each.value} if each.letter == "B" and each.value else {}
            shown = event(KINDS[each.letter], at=each.at, **fields)
        made.append(shown._replace(id=f"e{number}"))
    return [*made, event(REJECTED, at=symptom_at, verify_code=9)._replace(id="symptom")]


def decided(events: Sequence[Event], *clauses: dict[str, Any], codes: Sequence[int] = (9,)) -> str:
    shown = {
        "event": REJECTED,
        "where": {"verify_code": list(codes)},
        "fault": "documented",
        "signature": "seen",
        "source": "t",
        "says": "s",
    }
    phones, _ = diagnose_phones(keyed(events), [], [rule("AAA001", *clauses, explains=[shown])], {}, are_phones=True)
    return term_of(phones[0].diagnoses[0]).state


def any_of(choices: Iterable[Sequence[Placed]], test: Callable[[Sequence[Placed]], bool]) -> bool:
    return any(test(each) for each in choices)


def is_within(events: Sequence[Placed], limit: float | None) -> bool:
    times = [each.at for each in events]
    return limit is None or max(times) - min(times) <= limit


@few
@given(seen("BC", ("a", "A", "b", "c", "")), st.integers(2, 3), st.one_of(st.none(), st.integers(1, 12)))
def test_distinct_values(events: list[Seen], count: int, within: int | None) -> None:
    found = placed(events)
    asked: dict[str, Any] = {"event": LOOKUP, "count": count, "distinct": "name"}
    asked |= {"within": float(within)} if within else {}
    known = [each for each in found if each.letter == "B" and each.value]

    def is_met(chosen: Sequence[Placed]) -> bool:
        return len({each.value.lower() for each in chosen}) == count and is_within(chosen, within)

    holds = any_of(combinations(known, count), is_met)
    is_open = any(each.letter == "B" and not each.value for each in found)
    expected = "holds" if holds else "undecidable" if is_open or not known else "refuted"
    assert decided(traced(found), clause(**asked)) == expected


@few
@given(seen("BC", ("a", "b")), st.integers(2, 4), st.one_of(st.none(), st.integers(1, 12)), st.booleans())
def test_counts(events: list[Seen], count: int, within: int | None, is_by: bool) -> None:
    found = placed(events)
    asked: dict[str, Any] = {"event": LOOKUP, "count": count} | ({"by": "name"} if is_by else {})
    asked |= {"within": float(within)} if within else {}
    known = [each for each in found if each.letter == "B"]

    def is_met(chosen: Sequence[Placed]) -> bool:
        return is_within(chosen, within) and not (is_by and len({each.value for each in chosen}) > 1)

    holds = any_of(combinations(known, count), is_met)
    assert decided(traced(found), clause(**asked)) == ("holds" if holds else "refuted" if known else "undecidable")


@few
@given(seen("ASC"), st.integers(0, 8), st.integers(1, 12), st.sampled_from(["before", "after"]), st.booleans())
def test_offsets_of_windows(events: list[Seen], offset: int, width: int, side: str, is_by_symptom: bool) -> None:
    found = placed(events)
    # The anchor is the symptom itself, or the event of another clause.
    anchor_letter = "S" if is_by_symptom else "C"
    asked: dict[str, Any] = {"event": LEASE, side: "symptom" if is_by_symptom else "anchor"}
    asked |= {"offset": float(offset), "within": float(offset + width)}
    parts = [] if is_by_symptom else [clause(id="anchor", role="part", event=CHALLENGED)]
    order = -1 if side == "before" else 1

    def is_met(number: int, anchor: int) -> bool:
        distance = (found[number].at - found[anchor].at) * order
        is_ordered = (number - anchor) * order > 0
        return is_ordered and offset <= distance <= offset + width

    targets = [number for number, each in enumerate(found) if each.letter == "A"]
    anchors = [number for number, each in enumerate(found) if each.letter == anchor_letter]
    holds = any(is_met(number, anchor) for number in targets for anchor in anchors)
    if is_by_symptom and not anchors:
        return
    codes = (7,) if is_by_symptom else (9,)
    # Occurrences after another failure of their handshake are a symptom of their own: each has a process of its own.
    trace = [each._replace(procid=f"p{number}") for number, each in enumerate(traced(found))]
    expected = "holds" if holds else "refuted" if targets else "undecidable"
    assert decided(trace, *parts, clause(**asked), codes=codes) == expected


@few
@given(seen("AB", most=8), st.integers(1, 2), st.integers(1, 3), st.integers(1, 12), st.booleans())
def test_counts_in_steps(events: list[Seen], first: int, second: int, within: int, ordered: bool) -> None:
    found = placed(events)
    then = [{"event": LOOKUP, "count": second}]
    asked = clause(event=LEASE, count=first, then=then, within=float(within), ordered=ordered)
    wanted = "A" * first + "B" * second

    def is_met(chosen: Sequence[Placed]) -> bool:
        letters = "".join(each.letter for each in chosen)
        return (letters if ordered else "".join(sorted(letters))) == wanted and is_within(chosen, within)

    holds = any_of(combinations(found, len(wanted)), is_met)
    assert decided(traced(found), asked) == ("holds" if holds else "refuted" if found else "undecidable")


@few
@given(seen("AAC", most=6), st.integers(0, 6), st.integers(1, 8))
def test_absence_with_an_offset(events: list[Seen], offset: int, width: int) -> None:
    found = placed(events)
    asked = {
        "event": LEASE,
        "absent": True,
        "after": "anchor",
        "offset": float(offset),
        "within": float(offset + width),
    }
    anchor = clause(id="anchor", role="part", event=CHALLENGED)
    anchors = [number for number, each in enumerate(found) if each.letter == "C"]

    def is_filled(anchor: int) -> bool:
        later = [each for each in found[anchor + 1 :] if each.letter == "A"]
        return any(offset <= each.at - found[anchor].at <= offset + width for each in later)

    logged = any(each.letter == "A" for each in found)
    empty = any(not is_filled(each) for each in anchors)
    # The last line is far behind every window, so each of them is complete.
    expected = "undecidable" if not anchors or not logged else "holds" if empty else "refuted"
    assert decided(traced(found), anchor, clause(**asked)) == expected


words = st.text("abAB.", max_size=4)


@few
@given(words, words.filter(bool), words.filter(bool), words.filter(bool))
def test_suffix_and_not(value: str, prefix: str, suffix: str, denied: str) -> None:
    where = {"reason": {"prefix": prefix, "suffix": suffix, "not": {"contains": denied}}}
    if denied.lower() in prefix.lower() or denied.lower() in suffix.lower():
        return
    pattern = validate(EventPattern, {"event": "tls.error", "where": where})
    low = value.lower()
    expected = low.startswith(prefix.lower()) and low.endswith(suffix.lower()) and denied.lower() not in low
    assert matches(pattern, event("tls.error", reason=value)) is expected


@few
@given(
    st.integers(-90, 90),
    st.one_of(st.none(), st.integers(-3, 3)),
    st.one_of(st.none(), st.integers(-3, 3)),
    st.booleans(),
)
def test_days(hours: int, least: int | None, most: int | None, is_utc: bool) -> None:
    if (least is None and most is None) or (least is not None and most is not None and least > most):
        return
    test: dict[str, Any] = {"days_from": "trace"}
    test |= {name: bound for name, bound in (("at_least", least), ("at_most", most)) if bound is not None}
    ends = (START + timedelta(hours=hours)).replace(tzinfo=UTC)
    known = event("certificate.inspected", at=None, not_after=ends)
    last = event(REJECTED, at=0, verify_code=7)._replace(time_quality="exact", time_utc=START if is_utc else None)

    def is_in(now: datetime) -> bool:
        days = (ends.replace(tzinfo=None) - now) // timedelta(days=1)
        return (least is None or days >= least) and (most is None or days <= most)

    zones = [0] if is_utc else range(-14, 15)
    states = {is_in(START + timedelta(hours=zone)) for zone in zones}
    expected = "undecidable" if len(states) == 2 else "holds" if True in states else "refuted"
    where = {"not_after": test}
    assert state([last], facts=[known], event="certificate.inspected", where=where)[0] == expected


@few
@given(
    st.lists(st.lists(st.integers(0, 40), max_size=3), min_size=1, max_size=5), st.integers(2, 4), st.integers(1, 20)
)
def test_phones(seconds: list[list[int]], needed: int, within: int) -> None:
    events = []
    for number, times in enumerate(seconds):
        host = f"phone{number}"
        leases = [event(LEASE, at=at)._replace(received=START + timedelta(seconds=at)) for at in times]
        symptom = event(REJECTED, at=999, procid=host, verify_code=9)
        same = event("dhcp.discover.sent", at=0)
        events += [
            each._replace(id=f"{host}:{place}", hostname=host) for place, each in enumerate([same, *leases, symptom])
        ]
    asked = clause(event=LEASE, phones=needed, within=float(within))
    shown = {
        "event": REJECTED,
        "where": {"verify_code": 9},
        "fault": "documented",
        "signature": "seen",
        "source": "t",
        "says": "s",
    }
    found, _ = diagnose_phones(keyed(events), [], [rule("AAA001", asked, explains=[shown])], {}, are_phones=True)
    for number, phone in enumerate(sorted(found, key=lambda each: each.id)):
        windows = (
            {other for other, times in enumerate(seconds) if any(start <= at <= start + within for at in times)}
            for times in seconds
            for start in times
        )
        holds = any(number in window and len(window) >= needed for window in windows)
        expected = "holds" if holds else "undecidable" if len(seconds) < needed else "refuted"
        assert term_of(phone.diagnoses[0]).state == expected
