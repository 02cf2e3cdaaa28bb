"""The dates that clocks show before they are set: the table of them, and whether a time is near one of them.

A date counts only if it is stated: a time of such a day whose year is assumed shows nothing by itself.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

ZONES = timedelta(hours=12)
"""The zones west of UTC show a clock that starts at midnight UTC on the day before."""


class FactoryDate(NamedTuple):
    """A date at which the clocks of a phone family start, "" for all families, and for how long they may run on."""

    family: str
    start: datetime
    runs: timedelta
    source: str


FACTORY_DATES = (
    FactoryDate("", datetime(1970, 1, 1), timedelta(days=365), "POSIX: seconds since the Epoch begin at 0"),
    FactoryDate("", datetime(2000, 1, 1), timedelta(days=7), "clock chips count the years of a century from 0"),
    FactoryDate("cisco", datetime(2009, 12, 16), timedelta(days=2), "public paste 'Log Dump CISCO7942', 2021-03-08"),
)
"""A date needs a source; an old date alone is none, because a trace may be old."""


def is_factory_date(time: datetime, family: str | None = None) -> bool:
    """Whether a clock of this family shows such a time before it is set. None: of any family."""
    return any(
        each.start - ZONES <= time < each.start + each.runs
        for each in FACTORY_DATES
        if family is None or each.family in ("", family)
    )
