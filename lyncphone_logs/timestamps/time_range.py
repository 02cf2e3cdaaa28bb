"""Selects the rows between `--since` and `--until`. Relative times count from the end of the trace, not from now."""

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
    """A range of time that includes both ends. An end is naive, as the trace writes, or UTC if the user gave a zone.

    `end` is the last moment of the trace. A time without a date, and a time before the end, need it. Raises InputError
    for text that is no time, and if `until` is before `since`.
    """

    def __init__(self, since: str, until: str, end: datetime | None) -> None:
        self._ends = (_moment("--since", since, end, time()), _moment("--until", until, end, _END_OF_DAY))
        first, last = self._ends
        if first and last and first.tzinfo is last.tzinfo and last < first and _is_time_of_day(until):
            last = last + timedelta(days=1)
            self._ends = (first, last)
        if first and last and first.tzinfo is last.tzinfo and last < first:
            raise InputError(f"--until {until} is before --since {since}")
        # Whether the last row of each source was inside.
        self._was_inside: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return any(self._ends)

    def inside(self, batch: Batch) -> list[int]:
        """The rows within the range. Rows without a time inherit the result of the previous row of their source.

        Rows before the first time of a source are inside.
        """
        columns = batch.columns
        shown = zip(columns["time_corrected"], columns["received"], columns["time_utc"], strict=True)
        rows = []
        is_inside = self._was_inside.get(batch.source, True)
        for row, (corrected, received, utc) in enumerate(shown):
            is_inside = self._contains(corrected or received, utc, is_inside)
            if is_inside:
                rows.append(row)
        self._was_inside[batch.source] = is_inside
        return rows

    def _contains(self, shown: datetime | None, utc: datetime | None, default: bool) -> bool:
        since, until = self._ends
        from_since = _compare(since, shown, utc)
        from_until = _compare(until, shown, utc)
        if from_since is None and from_until is None:
            return default
        return (from_since is None or from_since >= 0) and (from_until is None or from_until <= 0)


def _compare(end: datetime | None, shown: datetime | None, utc: datetime | None) -> int | None:
    """Whether a line is before (-1), at (0) or after (1) an end. None if there is no end, or no time to compare."""
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
    """The moment that an option means. A date alone means its time `of_day`."""
    if not text:
        return None
    before_end = _BEFORE_END.fullmatch(text)
    if (before_end or _is_time_of_day(text)) and end is None:
        raise InputError(
            f"{option} {text} is relative to the end of the trace, which is unknown",
            because="no input has time stamps, or the input can be read only once",
            help="give date and time: 2013-07-09T12:00",
        )
    try:
        if before_end and end:
            return end - timedelta(**{_UNITS[before_end[2]]: int(before_end[1])})
        if end and _is_time_of_day(text):
            moment = datetime.combine(end.date(), time.fromisoformat(text))
            return moment if moment <= end else moment - timedelta(days=1)
        if len(text) == len("2013-07-09"):
            return datetime.combine(date.fromisoformat(text), of_day)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise InputError(f"{text!r} is not a time", where=f"{option} {text}", help=_FORMS) from None


def last_of(moments: Iterable[datetime | None]) -> datetime | None:
    """The last of the moments that are not None; None if there are none."""
    return max(filter(None, moments), default=None)
