"""The account: its sums, its check, and the counts of batches."""

import pytest

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event, Span
from lyncphone_logs.trace.accounting import AccountError, ByteAccount, SourceStats


def line(number: int, size: int, grammar: str = "polycom_ucs", more: tuple[int, ...] = (), **changed: object) -> Event:
    """An event on a line of so many bytes, and on further lines."""
    spans = tuple(Span(1000 * number + 100 * place, length) for place, length in enumerate((size, *more)))
    kind = "log.message" if grammar else "unparsed"
    values = {"kind": kind, "grammar": grammar, "message": "text", "text": "text"} | changed
    return Event(id=str(number), source="x.log", line=number, spans=spans, **values)  # type: ignore[arg-type]


def tally(*events: Event) -> SourceStats:
    stats = SourceStats()
    stats.count(Batch.of(events))
    return stats


def test_the_total_is_the_sum_of_every_count() -> None:
    names = list(vars(ByteAccount()))
    assert len(names) >= 7
    for place, name in enumerate(names):
        account = ByteAccount(**{name: 10**place})
        assert account.total == 10**place
        account.add(ByteAccount(**{name: 5}))
        assert vars(account) == {each: (10**place + 5 if each == name else 0) for each in names}


def test_a_wrong_sum_is_an_error_that_names_the_input_and_both_sums() -> None:
    account = ByteAccount(event_bytes=7, separator_bytes=1)
    account.check(8, "x.log")
    for size in (7, 9):
        with pytest.raises(AccountError, match=rf"x\.log has {size} bytes, but 8 are accounted for"):
            account.check(size, "x.log")


def test_bytes_are_those_of_first_lines_further_lines_and_lines_that_no_grammar_reads() -> None:
    stats = tally(line(1, 10), line(2, 20, more=(3, 4)), line(3, 40, ""), line(4, 50))
    account = stats.account
    assert (account.event_bytes, account.continuation_bytes, account.unparsed_bytes) == (80, 7, 40)
    assert (stats.events, stats.unparsed_lines) == (3, 1)
    assert dict(stats.grammars) == {"polycom_ucs": 3}
    assert stats.first_unparsed is not None
    assert stats.first_unparsed.line == 3


def test_counts_of_two_parts_add_up_and_the_first_unparsed_line_stays() -> None:
    one, other = tally(line(1, 10), line(2, 20, "")), tally(line(3, 5, ""), line(4, 7, "cisco"))
    other.assumed, other.unknown_framings, other.longest_prefix = True, 2, 30
    one.add(other)
    assert (one.account.event_bytes, one.account.unparsed_bytes) == (17, 25)
    assert (one.events, one.unparsed_lines, one.assumed) == (2, 2, True)
    assert dict(one.grammars) == {"polycom_ucs": 1, "cisco": 1}
    assert one.first_unparsed is not None
    assert one.first_unparsed.line == 2
    assert (one.unknown_framings, one.longest_prefix) == (2, 30)
    empty = SourceStats()
    empty.add(one)
    assert empty.first_unparsed == one.first_unparsed
    one.add(SourceStats())
    assert one.assumed


def test_foreign_lines_framings_and_overlong_lines_of_two_parts_add_up() -> None:
    parts = [SourceStats(unknown_framings=2, longest_prefix=9, overlong_lines=3), SourceStats(unknown_framings=5)]
    parts[1].overlong_lines, parts[1].longest_prefix = 4, 3
    parts[0].foreign["nginx"], parts[1].foreign["nginx"], parts[1].foreign["sshd"] = 1, 2, 4
    parts[0].add(parts[1])
    assert (parts[0].unknown_framings, parts[0].longest_prefix, parts[0].overlong_lines) == (7, 9, 7)
    assert dict(parts[0].foreign) == {"nginx": 3, "sshd": 4}


def test_batches_of_one_source_add_up_and_the_first_unparsed_line_stays() -> None:
    batches = [[line(1, 10, more=(2,)), line(2, 20, "")], [line(3, 40, "", more=(4,)), line(4, 80)], [line(5, 160)]]
    stats = SourceStats()
    for batch in batches:
        stats.count(Batch.of(batch))
    stats.count(Batch.of([line(6, 1, prefix="ab")]))
    stats.count(Batch.of([line(7, 1, prefix="a")]))
    account = stats.account
    assert (account.event_bytes, account.continuation_bytes, account.unparsed_bytes) == (252, 6, 60)
    assert (stats.events, stats.unparsed_lines, stats.unknown_framings, stats.longest_prefix) == (5, 2, 2, 2)
    assert stats.first_unparsed is not None
    assert stats.first_unparsed.line == 2
    assert tally(line(1, 1)).longest_prefix == 0
    assert tally(line(1, 1)).first_unparsed is None


def test_programs_of_foreign_lines_are_counted_while_hardly_any_line_is_of_a_phone() -> None:
    foreign = line(1, 9, "", app_name="sshd", message="Accepted publickey for x")
    phones = [line(number, 9) for number in range(2, 5)]
    stats = tally(foreign, foreign._replace(id="2"))
    assert list(stats.foreign.values()) == [2]
    stats.count(Batch.of(phones))
    stats.count(Batch.of([foreign]))
    assert list(stats.foreign.values()) == [2]


@pytest.mark.parametrize(("count", "shown"), [(0, ""), (1, "1 line is"), (2, "2 lines are"), (1500, "1,500 lines are")])
def test_overlong_lines_are_counted_with_the_bytes_that_were_not_examined(count: int, shown: str) -> None:
    stats = SourceStats(overlong_lines=count, account=ByteAccount(overlong_bytes=12345))
    expected = f"{shown} longer than 65,536 bytes; the rest (12,345 bytes) was not examined"
    assert stats.of_overlong_lines == (expected if count else "")


def test_lines_outside_the_time_range_count_all_of_their_spans() -> None:
    stats = SourceStats()
    stats.leave_out(Batch.of([line(1, 10), line(2, 20, more=(3,))]))
    stats.leave_out(Batch.of([line(3, 1)]))
    assert (stats.account.outside_bytes, stats.outside_lines) == (34, 4)


@pytest.mark.parametrize(("phones", "is_foreign"), [(0, True), (1, True), (2, False)])
def test_an_input_with_at_most_one_line_in_a_hundred_of_a_phone_is_foreign(phones: int, is_foreign: bool) -> None:
    stats = SourceStats(events=phones, unparsed_lines=100)
    stats.foreign["nginx"] = 100
    assert stats.is_mostly_unparsed is is_foreign
    assert (stats.looks_like != "") is is_foreign


@pytest.mark.parametrize(("count", "is_named"), [(4, False), (5, True)])
def test_a_program_is_named_if_it_wrote_one_line_in_twenty(count: int, is_named: bool) -> None:
    stats = SourceStats(unparsed_lines=100)
    stats.foreign.update({"nginx": count, "other": 1})
    assert stats.looks_like == (f"these look like lines of nginx ({count} of 100 lines)" if is_named else "")


def test_one_line_is_named_in_the_singular_and_no_framing_not_at_all() -> None:
    stats = SourceStats(unparsed_lines=1)
    stats.foreign["nginx"] = 1
    assert stats.looks_like == "these look like lines of nginx (1 of 1 line)"
    assert SourceStats().of_framings == ""


@pytest.mark.parametrize(("count", "shown"), [(1, "1 line"), (2, "2 lines"), (1500, "1,500 lines")])
def test_unknown_framings_are_counted_with_the_longest_prefix(count: int, shown: str) -> None:
    stats = SourceStats(unknown_framings=count, longest_prefix=17)
    assert stats.of_framings == f"{shown}: framing unknown, header found after up to 17 characters"


def test_prefixes_count_only_before_lines_that_a_grammar_reads() -> None:
    stats = tally(line(1, 9, prefix="ab"), line(2, 9, prefix="abcd"), line(3, 9, "", prefix="abcdef"))
    assert (stats.unknown_framings, stats.longest_prefix) == (2, 4)
