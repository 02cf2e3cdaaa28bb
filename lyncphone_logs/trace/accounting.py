"""Counts the bytes and lines of one source by what became of them."""

from collections import Counter
from dataclasses import dataclass, field

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event
from lyncphone_logs.notebook import shown
from lyncphone_logs.parsing.reader import Reader
from lyncphone_logs.sources.window import MAX_LINE_BYTES
from lyncphone_logs.syslog.foreign import program_of

MAX_PHONE_SHARE = 1 / 100
"""Lines of phones, for each line that no grammar reads, up to which an input is a log of another program."""
MIN_FOREIGN_SHARE = 1 / 20
"""Share of lines that show the program. A SIP message or stack trace has one line with a header and many without."""


class AccountError(AssertionError):
    """The sums are not the size of the file: a bug of this program, never a fault of the trace."""


@dataclass
class ByteAccount:
    """Bytes by what became of them.

    `passed_over_bytes` were skipped because no rule needs them, `outside_bytes` by `--since` or `--until`.
    `duplicate_bytes` are those of lines that are copies of lines in another input. `overlong_bytes` are those of a line
    after its first 64 KiB, which were not examined. `unread_bytes` were no longer there when one of several processes
    read its part of a file that had changed.
    """

    event_bytes: int = 0
    continuation_bytes: int = 0
    unparsed_bytes: int = 0
    separator_bytes: int = 0
    passed_over_bytes: int = 0
    outside_bytes: int = 0
    duplicate_bytes: int = 0
    overlong_bytes: int = 0
    unread_bytes: int = 0

    @property
    def total(self) -> int:
        """The sum of all counts."""
        return sum(vars(self).values())

    def add(self, other: "ByteAccount") -> None:
        """Add the sums of the next part of the source."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def check(self, size: int, path: str) -> None:
        """Raise AccountError unless the sums are `size`, the bytes that were read from `path`."""
        if self.total != size:
            raise AccountError(f"this is a bug: {path} has {size} bytes, but {self.total} are accounted for: {self}")


@shown("events", "unparsed_lines", "outside_lines", "grammars")
@dataclass(slots=True)
class SourceStats:
    """The account of bytes, and counts of events (also by grammar) and of lines that no grammar reads.

    `unknown_framings` counts the lines of phones that were found after an unknown framing, and `longest_prefix` is the
    greatest length of one in characters. `first_unparsed` is the first line that no grammar reads. `foreign` counts
    such lines by the program that wrote them, as long as hardly any line is one of a phone. `outside_lines` are outside
    the time range. `assumed`: a year or a date was completed from the anchor.
    """

    account: ByteAccount = field(default_factory=ByteAccount)
    events: int = 0
    unparsed_lines: int = 0
    outside_lines: int = 0
    first_unparsed: Event | None = None
    grammars: Counter[str] = field(default_factory=Counter)
    foreign: Counter[str] = field(default_factory=Counter)
    assumed: bool = False
    unknown_framings: int = 0
    longest_prefix: int = 0
    overlong_lines: int = 0

    @property
    def is_mostly_unparsed(self) -> bool:
        """Whether at most one line in a hundred was read as a phone's."""
        return self.events <= MAX_PHONE_SHARE * self.unparsed_lines

    @property
    def looks_like(self) -> str:
        """The program that wrote most lines, with its count, if hardly any line is one of a phone; else ""."""
        lines = self.events + self.unparsed_lines
        name, count = max(self.foreign.items(), key=lambda each: each[1], default=("", 0))
        if not self.is_mostly_unparsed or count < MIN_FOREIGN_SHARE * lines:
            return ""
        return f"these look like lines of {name} ({count:,} of {lines:,} {'line' if lines == 1 else 'lines'})"

    @property
    def of_framings(self) -> str:
        """How many lines had an unknown framing; "" if none had."""
        if not self.unknown_framings:
            return ""
        lines = "1 line" if self.unknown_framings == 1 else f"{self.unknown_framings:,} lines"
        return f"{lines}: framing unknown, header found after up to {self.longest_prefix} characters"

    @property
    def of_overlong_lines(self) -> str:
        """How much of lines longer than 64 KiB was not examined; "" if there are none."""
        if not self.overlong_lines:
            return ""
        are_longer = "1 line is" if self.overlong_lines == 1 else f"{self.overlong_lines:,} lines are"
        rest = f"the rest ({self.account.overlong_bytes:,} bytes) was not examined"
        return f"{are_longer} longer than {MAX_LINE_BYTES:,} bytes; {rest}"

    def count(self, batch: Batch) -> None:
        """Count the events of a batch: their first spans are lines, the others continuation lines."""
        lengths = batch.columns["bytes"]
        unparsed = sum(lengths[row] for row in batch.unparsed)
        self.account.unparsed_bytes += unparsed
        self.account.event_bytes += sum(lengths) - unparsed
        self.account.continuation_bytes += sum(span.length for spans in batch.spans.values() for span in spans[1:])
        if batch.unparsed and self.is_mostly_unparsed:
            names, texts = batch.columns["app_name"], batch.columns["message"]
            self.foreign.update(filter(None, (program_of(texts[row], names[row]) for row in batch.unparsed)))
        self.unparsed_lines += len(batch.unparsed)
        self.events += len(batch) - len(batch.unparsed)
        found = [len(prefix) for row, prefix in batch.prefixes.items() if batch.columns["grammar"][row]]
        self.unknown_framings += len(found)
        self.longest_prefix = max(self.longest_prefix, *found, 0)
        self.grammars.update(name for name in batch.columns["grammar"] if name)
        if batch.unparsed and not self.first_unparsed:
            self.first_unparsed = batch.event(batch.unparsed[0])

    def leave_out(self, batch: Batch) -> None:
        """Count events outside the time range."""
        self.account.outside_bytes += sum(span.length for row in range(len(batch)) for span in batch.spans_of(row))
        self.outside_lines += sum(len(batch.spans_of(row)) for row in range(len(batch)))

    def close(self, reader: Reader) -> None:
        """Count what is no event, after the reader has finished."""
        self.account.separator_bytes = reader.separator_bytes + reader.source.mark_bytes
        self.account.passed_over_bytes = reader.passed_over_bytes
        self.account.duplicate_bytes = reader.source.duplicate_bytes
        self.overlong_lines, self.account.overlong_bytes = reader.overlong
        self.assumed = reader.assumed

    def add(self, other: "SourceStats") -> None:
        """Add the counts of the next part of the source."""
        self.account.add(other.account)
        self.events += other.events
        self.unparsed_lines += other.unparsed_lines
        self.grammars.update(other.grammars)
        self.foreign.update(other.foreign)
        self.first_unparsed = self.first_unparsed or other.first_unparsed
        self.assumed |= other.assumed
        self.unknown_framings += other.unknown_framings
        self.longest_prefix = max(self.longest_prefix, other.longest_prefix)
        self.overlong_lines += other.overlong_lines
