"""New Years in what can be read only once, such as standard input: they are counted while it is read.

A file is looked at before it is read (`survey`), and its years end in the one that was stated. A pipe's begin with it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.timestamps.years import AHEAD


class NewYears:
    """Counts New Years; `passed` is how many."""

    def __init__(self) -> None:
        self.passed = 0
        self._last: datetime | None = None

    def count(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The batches, assumed years one more from each December to January on."""
        for batch in batches:
            times, qualities = batch.columns["time"], batch.columns["time_quality"]
            for row, quality in enumerate(qualities):
                if quality == "assumed-year":
                    times[row] = self._in_year(times[row])
            yield batch

    def _in_year(self, time: datetime) -> datetime:
        if self._last:
            self.passed = max(0, self.passed + (self._last - time > AHEAD) - (time - self._last > AHEAD))
        self._last = time
        is_possible = time.year + self.passed <= datetime.max.year and (time.month, time.day) != (2, 29)
        return time.replace(year=time.year + self.passed) if is_possible else time
