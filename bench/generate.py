"""Generates synthetic traces for measurements; equal requests give identical bytes.

    python bench/generate.py --lines 2000000 --seed 1 --framing rsyslog -o trace.log

8 % of the lines match no grammar. `share` of the lines (2 %) concern a rule: half of them are planted faults
(trace_lines.FAULTS), half contain the texts of the rules of packs.py. 3 % belong to SIP requests over several lines.
Each message is a quarter of a second after the one before, from 10 January 2025 (`--year 2025` for stamps without a
year).
"""

import argparse
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, product
from random import Random
from struct import unpack
from typing import BinaryIO

import trace_lines as said
from trace_lines import FAULT, FOREIGN, LISTED, ROUTINE, SIP, Message

YEAR = 2025
START = datetime(YEAR, 1, 10, 10)
MESSAGES_A_SECOND = 4
FRAMINGS = {
    "rsyslog": "%(bsd)s {host} {level} ",
    "busybox": "%(bsd)s {level} ",
    "rfc5424": "<{pri}>1 %(iso)s.%(tick)06dZ {host} - - - - ",
    "kiwi": "%(day)s %(clock)s\t{title}\t{host}\t",
    "collector": "%(iso)s.%(tick)06d+00:00 {host} %(bsd)s {level} ",
}
"""rsyslog's traditional file format with facility and severity (BusyBox with a host name writes the same); BusyBox's
own file; RFC 5424, with the tag in the message; Kiwi's file; BusyBox's line after a stamp of the collector."""

FOREIGN_SHARE, SIP_SHARE = 0.08, 0.03
BLOCK = 4096
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FACILITIES = {"kern": 0, "mail": 2, "daemon": 3, "auth": 4, "syslog": 5, "cron": 9, "local0": 16, "local7": 23}
_SEVERITIES = {"err": 3, "warning": 4, "notice": 5, "info": 6, "debug": 7}


@dataclass(frozen=True, slots=True)
class Request:
    """What to generate: `phones` write in random order, each boots `boots` times, `share` (0 to 1) concerns a rule."""

    lines: int
    seed: int = 1
    framing: str = "rsyslog"
    phones: int = 1
    boots: int = 1
    share: float = 0.02

    @property
    def hosts(self) -> list[str]:
        """Names of the phones, of equal length."""
        width = len(str(self.phones))
        return [f"synthetic-phone-{number:0{width}}" for number in range(1, self.phones + 1)]


@dataclass(slots=True)
class Truth:
    """The contents of the trace. `lines` are those with a phone's header, foreign lines and continuation lines.

    `concerning` are lines that concern a rule, continuation lines included; `listed` are those of them with one of the
    100 texts. `kinds` counts the events that the built-in grammar must find. `rules` names the rules that must be
    listed, `measured-rule-…` for those of packs.py.
    """

    lines: int = 0
    bytes: int = 0
    headers: int = 0
    foreign: int = 0
    continuations: int = 0
    concerning: int = 0
    listed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    rules: set[str] = field(default_factory=set)

    def count(self, message: Message, times: int = 1) -> None:
        """Count a message that was written `times` times."""
        self.lines += message.lines * times
        self.foreign += times * (message.group == FOREIGN)
        self.headers += times * (message.group != FOREIGN)
        self.continuations += (message.lines - 1) * times
        self.concerning += message.lines * times * (message.group in (FAULT, LISTED))
        self.listed += times * (message.group == LISTED)
        if message.kind:
            self.kinds[message.kind] += times
        if message.rule:
            self.rules.add(message.rule)


def write(request: Request, stream: BinaryIO) -> Truth:
    """Write a trace, block by block; returns its contents."""
    truth = Truth()
    for block in blocks(request, truth):
        truth.bytes += len(block)
        stream.write(block)
    return truth


def blocks(request: Request, truth: Truth) -> Iterator[bytes]:
    """The trace in pieces of complete lines, counted in `truth` as they are generated."""
    trace = _Trace(request, truth)
    boot = range(len(said.BOOT) * request.phones)
    for number in range(1, request.boots + 1):
        up_to = request.lines * number // request.boots
        yield trace.rendered(boot[: up_to - truth.lines])
        while truth.lines < up_to:
            yield trace.rendered(trace.chosen(up_to - truth.lines))


class _Trace:
    """A trace being generated. Each pair of message and phone has a number; the messages of a boot come first."""

    def __init__(self, request: Request, truth: Truth) -> None:
        messages = [*said.BOOT, *said.USUAL, *said.OTHERS, *said.REQUESTS, *said.FAULTS, *said.LISTED_FAULTS]
        self.truth = truth
        self.rng = Random(request.seed)
        self.pairs = [*product(messages, request.hosts)]
        self.templates = [_template(request.framing, *pair) for pair in self.pairs]
        self.weights = [*accumulate(each for each in _weights(messages, request.share) for _ in request.hosts)]
        self.written = 0
        self.stamp: dict[str, str | int] = {}

    def chosen(self, most: int) -> Sequence[int]:
        """A block of random messages, by their weights, with at most `most` lines."""
        drawn = self.rng.choices(range(len(self.pairs)), cum_weights=self.weights, k=min(BLOCK, most))
        lines = [*accumulate(self.pairs[number][0].lines for number in drawn)]
        if lines[-1] <= most:
            return drawn
        # The next block fills the rest, at the end with messages of one line.
        fitting = bisect_right(lines, most)
        return drawn[:fitting] or [number for number in drawn if self.pairs[number][0].lines <= most][:1]

    def rendered(self, chosen: Sequence[int]) -> bytes:
        """The bytes of the messages, with stamps and numbers."""
        for number, times in Counter(chosen).items():
            self.truth.count(self.pairs[number][0], times)
        lines = []
        for number, random in zip(chosen, unpack(f"<{len(chosen)}I", self.rng.randbytes(4 * len(chosen))), strict=True):
            quarter = self.written % MESSAGES_A_SECOND
            if not quarter:
                self.stamp = _stamp(START + timedelta(seconds=self.written // MESSAGES_A_SECOND))
            self.written += 1
            values = self.stamp
            values["tick"] = quarter * 250_000
            values["n"] = random % 1000
            values["m"] = (random >> 10) % 1_000_000
            lines.append(self.templates[number] % values)
        return "".join(lines).encode()


def _weights(messages: Sequence[Message], share: float) -> list[float]:
    """The weight of each message, so that each group has its share of the lines."""
    shares = {FOREIGN: FOREIGN_SHARE, SIP: SIP_SHARE, FAULT: share / 2, LISTED: share / 2}
    shares[ROUTINE] = 1 - sum(shares.values())
    totals = {group: sum(each.share for each in messages if each.group == group) for group in shares}
    return [shares[each.group] * each.share / totals[each.group] / each.lines for each in messages]


def _stamp(now: datetime) -> dict[str, str | int]:
    clock = f"{now.hour:02}:{now.minute:02}:{now.second:02}"
    day = f"{now.year}-{now.month:02}-{now.day:02}"
    return {"bsd": f"{_MONTHS[now.month - 1]} {now.day:2} {clock}", "iso": f"{day}T{clock}", "day": day, "clock": clock}


def _template(framing: str, message: Message, host: str) -> str:
    facility, severity = message.level.split(".")
    number = _FACILITIES[facility] * 8 + _SEVERITIES[severity]
    title = message.level.title()
    head = FRAMINGS[framing].format(host=host, level=message.level, pri=number, title=title)
    return f"{head}{message.tag}{message.text}\n"


def main(arguments: list[str]) -> None:
    """The command line; prints the contents to standard error."""
    parser = argparse.ArgumentParser(description="Generate a synthetic trace.")
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--framing", choices=FRAMINGS, default="rsyslog")
    parser.add_argument("--phones", type=int, default=1)
    parser.add_argument("--boots", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.02, help="share of lines that concern a rule, 0 to 1")
    parser.add_argument("-o", "--output", required=True)
    options = vars(parser.parse_args(arguments))
    with open(options.pop("output"), "wb") as stream:
        truth = write(Request(**options), stream)
    print(truth, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
