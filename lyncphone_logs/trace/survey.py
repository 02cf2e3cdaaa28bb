"""Samples the timestamps of a source before it is read, to infer the years and days that they omit.

A stamp without a year is within months of the sample before it, one without a date within hours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.datagrams import trailer_of
from lyncphone_logs.parsing.header import ReadLines, line_columns
from lyncphone_logs.sources.source import Source
from lyncphone_logs.sources.window import Window
from lyncphone_logs.syslog.lines import lines_of_window
from lyncphone_logs.timestamps.factory_dates import is_factory_date
from lyncphone_logs.timestamps.formats import Anchor, ParsedStamp, day_stands_first, read_stamp
from lyncphone_logs.timestamps.resolver import FIRST_DAY
from lyncphone_logs.timestamps.stated_dates import MARKS, DatedStamp, has_stated_date, stated_dates, with_years
from lyncphone_logs.timestamps.years import AHEAD, ALMOST_LATE, BACK, LATE, Seen, days_in_text, days_of, years_of

MAX_SAMPLES, SAMPLE_BYTES = 64, 2048
"""Positions at which a source is sampled, and bytes of a sample."""
MAX_WHOLE_BYTES = 64 * 1024
"""A source up to this size is one sample."""
MAX_SAMPLED_ROWS = 256
"""Lines of a sample that are examined, about."""
MAX_SEARCHED_BYTES = 256 * 1024
"""Bytes that are searched for dates in the texts of lines."""
MAX_SAMPLED_BYTES = 64 * 1024 * 1024
"""Bytes that are read to sample a source that cannot be read from the middle."""
LEAP_YEAR = timedelta(days=366)
_LEAP_DAY = ("Feb 29", "29-02@", "02-29@", "0229")
_NO_ANCHOR = Anchor(None, "")
# 2000 was a leap year: every day of a year is in it.
_ANY_YEAR = Anchor(datetime(2000, 12, 31, 23, 59, 59, 999999), "--year")


@dataclass(frozen=True, slots=True)
class Survey:
    """The anchor for every part of a source, and its first and last moment, naive.

    `year` is the year in which it ends and `basis` where that is known from. `year` is 0 if no stamp omits it; `basis`
    is then that of the days. `conflict` says why the stated year is impossible. `undecided` is a stamp whose order of
    day and month is not known. `is_numbered`: lines have sequence numbers.
    """

    anchor: Anchor
    first: datetime | None = None
    last: datetime | None = None
    year: int = 0
    basis: str = ""
    conflict: str = ""
    undecided: str = ""
    is_numbered: bool = False


def sample_timestamps(
    source: Source, grammars: Mapping[str, Grammar], anchor: Anchor
) -> tuple[Survey, ReadLines | None]:
    """Sample up to 64 positions of a source to infer the years and days that its timestamps omit.

    `anchor` completes the last of them. Of a pipe, and of a source without timestamps, only the anchor is returned.
    Times are naive, as written. A source that cannot be read gives no sample; its reader reports why.
    Also returns the lines of the source if they were all read: those of a file of at most 64 kB.
    """
    seen = Seen([], [], [], set())
    lines: ReadLines | None = None
    for window in _windows(source):
        lines = _sample(window, grammars, seen)
    return _survey(seen, anchor), lines if 0 < (source.size or 0) <= MAX_WHOLE_BYTES else None


def _survey(seen: Seen, anchor: Anchor) -> Survey:
    anchor = replace(anchor, day_first=_order(seen.orders), device_day_first=_order(seen.device_orders))
    if with_years(seen.stated, seen.doubtful):
        seen.yearless = sorted(seen.yearless + seen.doubtful)
    years, basis, conflict = years_of(seen, anchor)
    dated = sorted([*seen.dated, *seen.unset] or years)
    in_text, what = ([], "") if dated else days_in_text(seen, anchor)
    days = days_of(seen.dayless, dated or in_text, anchor)
    moments = [moment for _, moment in (*seen.dated, *years, *days)]
    if not moments:
        return Survey(anchor, is_numbered=seen.is_numbered)
    last = max(moment for _, moment in years) if years else None
    basis = basis or ("dated lines" if days and dated else what or anchor.basis)
    parts = _parts(years, days, replace(anchor, basis=basis))
    undecided = seen.undecided if read_stamp(seen.undecided, anchor).quality == "assumed-date" else ""
    return Survey(
        parts, min(moments), max(moments), last.year if last else 0, basis, conflict, undecided, seen.is_numbered
    )


def _order(found: Iterable[bool | None]) -> bool | None:
    """Whether the day is first, if the dates agree about it."""
    orders = {*found} - {None}
    return orders.pop() if len(orders) == 1 else None


def _windows(source: Source) -> Iterable[Window]:
    """The samples of a source, complete lines each; none of a pipe."""
    size = source.size
    if not size:
        yield from _heads(source) if size is None and source.is_repeatable else ()
        return
    try:
        with open(source.path, "rb") as file:
            if size <= MAX_WHOLE_BYTES:
                yield Window(1, 0, file.read(size))
                return
            starts = {(size - SAMPLE_BYTES) * number // MAX_SAMPLES for number in range(MAX_SAMPLES + 1)}
            for start in sorted(starts | _near_dates(file.read(MAX_SEARCHED_BYTES))):
                file.seek(start)
                data = file.read(SAMPLE_BYTES)
                begin = data.find(b"\n") + 1 if start else 0
                yield Window(1, start + begin, data[begin : data.rfind(b"\n") + 1])
    except OSError:
        return


def _near_dates(data: bytes) -> set[int]:
    """Where to sample the beginning of a file, so that the first date in its text of each kind is in a sample."""
    found = (data.find(mark) for mark in MARKS)
    return {max(0, place - SAMPLE_BYTES // 2) for place in found if place >= 0}


def _heads(source: Source) -> Iterable[Window]:
    """Samples of a source that cannot be read from the middle: the beginnings of every `step`-th window.

    `step` doubles when there are too many. All windows are returned of a source up to MAX_WHOLE_BYTES.
    """
    heads: list[Window] = []
    small: list[Window] = []
    step = 1
    for number, window in enumerate(source.windows()):
        if window.offset > MAX_SAMPLED_BYTES:
            break
        if source.bytes <= MAX_WHOLE_BYTES:
            small.append(window)
        if number % step == 0:
            end = window.data.find(b"\n", SAMPLE_BYTES) + 1
            heads.append(window.divided(end)[0] if 0 < end < len(window.data) else window)
        if len(heads) > 2 * MAX_SAMPLES:
            heads, step = heads[::2], 2 * step
    return small if source.bytes <= MAX_WHOLE_BYTES else heads


def _sample(window: Window, grammars: Mapping[str, Grammar], seen: Seen) -> ReadLines | None:
    """Add the stamps of a window: of all lines, or of some hundred if there are more. Returns what was read of it."""
    rows = lines_of_window(window)
    if not len(rows):
        return None
    step = max(1, len(rows) // MAX_SAMPLED_ROWS)
    last = len(rows) - 1
    some = [row for row, text in enumerate(rows.texts) if row % step == 0 or row == last or _is_leap_day(text)]
    columns = line_columns(rows, grammars)
    seen.is_numbered = seen.is_numbered or any(columns["sequence"])
    specs = [grammar.multiline for grammar in grammars.values() if grammar.multiline and grammar.multiline.trailer]
    stamps = {row: (columns["received"][row], columns["stamp"][row]) for row in some}
    for row in some:
        if not columns["grammar"][row] and rows.texts[row][0] in " \t":
            trailers = filter(None, (trailer_of(rows.repaired[row], spec) for spec in specs))
            stamps[row] = "", next((trailer.stamp for trailer in trailers), "")
    seen.device_orders |= {day_stands_first(stamp, of_device=True) for _, stamp in stamps.values() if "@" in stamp}
    if not seen.dated and has_stated_date("\n".join(rows.repaired)):
        seen.stated += chain.from_iterable(map(stated_dates, rows.repaired, rows.offsets))
    first = 0
    for row, written in stamps.items():
        # The stamp at the end of a datagram is that of its first line.
        first = first if rows.texts[row][0] in " \t" else row
        _note(written, columns["grammar"][row], rows.offsets[first], seen)
    return ReadLines(rows.repaired, columns)


def _is_leap_day(text: str) -> bool:
    return any(each in text for each in _LEAP_DAY)


class _LoneStamp(NamedTuple):
    """What a stamp says without an anchor, and as one of the year 2000."""

    day_first: bool | None
    dated: ParsedStamp
    in_2000: ParsedStamp


@lru_cache(maxsize=4096)
def _read_alone(stamp: str, device_day_first: bool | None) -> _LoneStamp:
    anchors = (replace(anchor, device_day_first=device_day_first) for anchor in (_NO_ANCHOR, _ANY_YEAR))
    return _LoneStamp(day_stands_first(stamp), *(read_stamp(stamp, anchor) for anchor in anchors))


def _note(stamps: tuple[str, str], family: str, offset: int, seen: Seen) -> None:
    """Add the stamps of a line, the collector's before the phone's."""
    device_day_first = _order(seen.device_orders)
    for stamp in filter(None, stamps):
        day_first, dated, reading = _read_alone(stamp, device_day_first)
        seen.orders.add(day_first)
        seen.undecided = seen.undecided or (stamp if dated.quality == "assumed-date" else "")
        if moment := dated.time:
            if not is_factory_date(moment, family):
                seen.dated.append((offset, moment))
                # The phone's stamp on the same line has the date of the collector's.
                return
            if not stamps[0]:
                seen.unset.append((offset, moment))
            continue
        if reading.time and reading.quality == "assumed-date":
            seen.dayless.append((offset, reading.time))
        elif reading.time:
            may_be_unset = _may_be_unset(reading.time, seen.yearless)
            (seen.doubtful if may_be_unset else seen.yearless).append((offset, reading.time))


def _may_be_unset(moment: datetime, before: Sequence[DatedStamp]) -> bool:
    """Whether a stamp may be of a clock that was never set: 1 January, but no line of the day before."""
    new_year = datetime(moment.year, 1, 1)
    if moment - new_year >= FIRST_DAY:
        return False
    since = moment - (before[-1][1] if before else moment)
    return not before or not timedelta() <= since % LEAP_YEAR < FIRST_DAY


def _parts(years: Sequence[DatedStamp], days: Sequence[DatedStamp], anchor: Anchor) -> Anchor:
    """An anchor for each part of the source; a part ends where a stamp is far from the first one in it."""
    anchors: list[tuple[int, Anchor]] = [(0, anchor)]
    near: dict[str, datetime] = {}
    placed = [(offset, "latest", moment) for offset, moment in years] + [(offset, "day", at) for offset, at in days]
    for offset, name, moment in sorted(placed):
        if name in near and abs(moment - near[name]) < (BACK / 2 if name == "latest" else LATE / 2):
            continue
        # The first sample counts for the lines before it too.
        start = offset if name in near else 0
        near[name] = moment
        newest = _newest(moment, name, anchor)
        if start == 0:
            anchors = [(at, _with(each, name, newest)) for at, each in anchors]
        else:
            anchors.append((start, _with(anchors[-1][1], name, newest)))
    return replace(anchors[0][1], later=tuple(anchors[1:]))


def _with(anchor: Anchor, name: str, newest: datetime) -> Anchor:
    return replace(anchor, latest=newest) if name == "latest" else replace(anchor, day=newest)


def _newest(moment: datetime, name: str, anchor: Anchor) -> datetime:
    margin = AHEAD if name == "latest" else ALMOST_LATE
    newest = moment + min(margin, datetime.max - moment)
    is_limit = name == "latest" and anchor.latest is not None and anchor.basis.startswith(("--year", "file time"))
    return min(newest, anchor.latest) if is_limit and anchor.latest else newest
