"""The targets for speed and memory, compared with the measurements."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from measure import MEGABYTE
from results import Results, table


@dataclass(frozen=True, slots=True)
class Promise:
    """A target: at least, or at most, `limit`. `value` raises KeyError if it was not measured."""

    says: str
    is_least: bool
    limit: float
    value: Callable[[Results], float]

    def row(self, results: Results) -> list[str]:
        """The table row of the target."""
        target = f"{'≥' if self.is_least else '≤'} {self.limit:,g}"
        try:
            value = self.value(results)
        except KeyError:
            return [self.says, target, "not measured", ""]
        is_met = value >= self.limit if self.is_least else value <= self.limit
        return [
            self.says,
            target,
            f"{value:,.3g}" if value < 1000 else f"{value:,.0f}",
            "met" if is_met else "**missed**",
        ]


def _faster(ours: str, theirs: str) -> Callable[[Results], float]:
    """The ratio of our speed to theirs, by the work."""
    return lambda results: results.seconds(theirs) / results.seconds(ours)


def _time(one: str, other: str) -> Callable[[Results], float]:
    """The ratio of the times of two processes."""
    return lambda results: results.process(one) / results.process(other)


def _lines(name: str) -> Callable[[Results], float]:
    return lambda results: results.truth.lines / results.process(name)


def _megabytes(name: str) -> Callable[[Results], float]:
    return lambda results: results.truth.bytes / MEGABYTE / results.process(name)


def _by_rules(results: Results) -> float:
    walls = {number: usage.wall for number, usage in results.rules}
    return walls[1000] / walls[100]


def _by_size(results: Results) -> float:
    costs = {round(size / MEGABYTE, -2): usage.wall / size for size, usage in results.sizes}
    return costs[2000] / costs[200]


def _memory(results: Results) -> float:
    if not results.sizes:
        raise KeyError("sizes")
    return max(usage.memory for _, usage in results.sizes)


def _pumped(results: Results) -> float:
    if not results.pumped:
        raise KeyError("pumped")
    return max(taken[-1] / taken[0] for _, taken in results.pumped)


PROMISES = (
    Promise("compiled / pyparsing, speed", True, 100, _faster("compiled", "pyparsing")),
    Promise("compiled / polars on one thread, speed", True, 1.5, _faster("compiled", "polars")),
    Promise("compiled / hand-written `re`, speed", True, 1, _faster("compiled", "python_re")),
    Promise("typed DataFrame with pyarrow, lines/s on one core", True, 200_000, _lines("frame")),
    Promise("typed DataFrame / lnav writing all columns, speed", True, 4, _time("lnav-csv", "frame")),
    Promise("typed DataFrame / pandas `str.extract`, speed", True, 1, _time("pandas", "frame")),
    Promise("typed DataFrame / pygrok, speed", True, 1, _time("pygrok", "frame")),
    Promise("typed DataFrame without pyarrow, lines/s", True, 100_000, _lines("frame-without-pyarrow")),
    Promise("finished frame, MB per million rows", False, 150, lambda results: results.per_million_rows("frame")),
    Promise("`diagnose`, MB/s on one core, end to end", True, 250, _megabytes("diagnose")),
    Promise("`diagnose` / ripgrep counting the 100 texts, time", False, 2, _time("diagnose", "rg-100")),
    Promise("`diagnose` with 1,000 rules / with 100, time", False, 1.3, _by_rules),
    Promise("`diagnose`, ns/byte at 2 GB / at 200 MB", False, 1.1, _by_size),
    Promise("`diagnose`, peak MB at any size", False, 150, _memory),
    Promise("`diagnose --full`, MB/s on one core", True, 25, _megabytes("full")),
    Promise("`diagnose --full`, two cores / one, speed", True, 1.6, _time("full", "full-2")),
    Promise("`--help`, s", False, 0.4, lambda results: results.start["--help"].wall),
    Promise("`diagnose` of 1 MB, s", False, 1, lambda results: results.start["diagnose, 1 MB"].wall),
    Promise("pumped inputs, time per character at 64 k / at 1 k, worst", False, 3, _pumped),
)


def promise_table(results: Results) -> Iterator[str]:
    """The table of all targets with their measurements."""
    yield from ("## Targets", "")
    yield from table(["", "target", "measured", ""], [promise.row(results) for promise in PROMISES])
