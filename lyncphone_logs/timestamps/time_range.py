"""From when to when a trace is looked at: `--since` and `--until`, never measured from the clock of this machine."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from lyncphone_logs.errors import InputError
from lyncphone_logs.events.batch import Batch

_BEFORE_END = re.compile(r"-([0-9]{1,6})(s|m|min|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_END_OF_DAY = time(23, 59, 59, 999999)
_FORMS = "2013-07-09, 2013-07-09T12:00, 12:00 (of the last day of the trace), -2h (before its end)"


class TimeRange:
    """A stretch of time, both ends included; naive as the trace writes, or UTC where a zone was written.

    `end` is the last moment of the trace, needed for a time without a date and for one that is counted from the end.
    Raises InputError for what is no time, and for an end before the beginning.
    """

    def __init__(self, since: str, until: str, end: datetime | None) -> None:
        self._ends = (_moment("--since", since, end, time()), _moment("--until", until, end, _END_OF_DAY))
        first, last = self._ends
        if first and last and first.tzinfo is last.tzinfo and last < first and _is_time_of_day(until):
            last = last + timedelta(days=1)
            self._ends = (first, last)
        if first and last and first.tzinfo is last.tzinfo and last < first:
            raise InputError(f"--until {until} is before --since {since}")
        self._was_inside: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return any(self._ends)

    def inside(self, batch: Batch) -> list[int]:
        """The rows that lie within; one without a time lies where the row before it does, at the start within."""
        columns = batch.columns
        shown = zip(columns["time_corrected"], columns["received"], columns["time_utc"], strict=True)
        rows = []
        is_inside = self._was_inside.get(batch.source, True)
        for row, (corrected, received, utc) in enumerate(shown):
            is_inside = self._holds(corrected or received, utc, is_inside)
            if is_inside:
                rows.append(row)
        self._was_inside[batch.source] = is_inside
        return rows

    def _holds(self, shown: datetime | None, utc: datetime | None, otherwise: bool) -> bool:
        since, until = self._ends
        after = _compare(since, shown, utc)
        before = _compare(until, shown, utc)
        if after is None and before is None:
            return otherwise
        return (after is None or after >= 0) and (before is None or before <= 0)


def _compare(end: datetime | None, shown: datetime | None, utc: datetime | None) -> int | None:
    """Whether a line is before (-1) or behind (1) an end; None where there is no end or no such time."""
    moment = utc if end and end.tzinfo else shown
    if end is None or moment is None:
        return None
    naive = end.replace(tzinfo=None)
    return (moment > naive) - (moment < naive)


def _is_time_of_day(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return ":" in text and "T" not in text


def _moment(option: str, text: str, end: datetime | None, of_day: time) -> datetime | None:
    if not text:
        return None
    found = _BEFORE_END.fullmatch(text)
    if (found or _is_time_of_day(text)) and end is None:
        raise InputError(
            f"{option} {text} is counted from the end of the trace, and that is not known",
            because="no file among what was named has a time in it, or it can be read only once",
            help="write date and time: 2013-07-09T12:00",
        )
    try:
        if found and end:
            return end - timedelta(**{_UNITS[found[2]]: int(found[1])})
        if end and _is_time_of_day(text):
            moment = datetime.combine(end.date(), time.fromisoformat(text))
            return moment if moment <= end else moment - timedelta(days=1)
        if len(text) == len("2013-07-09"):
            return datetime.combine(date.fromisoformat(text), of_day)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise InputError(f"{text!r} is no time", where=f"{option} {text}", help=_FORMS) from None


def last_of(moments: Iterable[datetime | None]) -> datetime | None:
    """The last of the moments that are known."""
    return max(filter(None, moments), default=None)
