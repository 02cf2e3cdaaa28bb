"""What became of the bytes and lines of one source."""

from collections import Counter
from dataclasses import dataclass, field

from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.event import Event
from lyncphone_logs.parsing.reader import Reader


class AccountError(AssertionError):
    """The sums do not add up to the size of the file: a fault of this program, never of the trace."""


@dataclass
class ByteAccount:
    """Bytes by what became of them; `passed_over_bytes` were left out on purpose, `outside_bytes` by `--since`.

    `duplicate_bytes` are those of lines that are copies of lines in another input.
    """

    event_bytes: int = 0
    continuation_bytes: int = 0
    unparsed_bytes: int = 0
    separator_bytes: int = 0
    passed_over_bytes: int = 0
    outside_bytes: int = 0
    duplicate_bytes: int = 0

    @property
    def total(self) -> int:
        """All bytes that are accounted for."""
        read = self.event_bytes + self.continuation_bytes + self.unparsed_bytes
        return read + self.separator_bytes + self.passed_over_bytes + self.outside_bytes + self.duplicate_bytes

    def add(self, other: "ByteAccount") -> None:
        """Add the sums of the next part of the source."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def check(self, size: int, path: str) -> None:
        """Raise AccountError unless the sums are `size`, the bytes that were read from `path`."""
        if self.total != size:
            raise AccountError(f"this is a bug: {path} has {size} bytes, but {self.total} are accounted for: {self}")


@dataclass(slots=True)
class SourceStats:
    """The account, and counts of events, by grammar, and of lines that nobody understood, the first of which is kept.

    `outside_lines` were not asked for. `assumed`: a year or a date was completed from the anchor.
    """

    account: ByteAccount = field(default_factory=ByteAccount)
    events: int = 0
    unparsed_lines: int = 0
    outside_lines: int = 0
    first_unparsed: Event | None = None
    grammars: Counter[str] = field(default_factory=Counter)
    assumed: bool = False

    def count(self, batch: Batch) -> None:
        """Book the spans of events: the first is the event's line, the others its continuations."""
        lengths = batch.columns["bytes"]
        unparsed = sum(lengths[row] for row in batch.unparsed)
        self.account.unparsed_bytes += unparsed
        self.account.event_bytes += sum(lengths) - unparsed
        self.account.continuation_bytes += sum(span.length for spans in batch.spans.values() for span in spans[1:])
        self.unparsed_lines += len(batch.unparsed)
        self.events += len(batch) - len(batch.unparsed)
        self.grammars.update(name for name in batch.columns["grammar"] if name)
        if batch.unparsed and not self.first_unparsed:
            self.first_unparsed = batch.event(batch.unparsed[0])

    def leave_out(self, batch: Batch) -> None:
        """Book events that lie outside of the time that was asked for."""
        self.account.outside_bytes += sum(span.length for row in range(len(batch)) for span in batch.spans_of(row))
        self.outside_lines += sum(len(batch.spans_of(row)) for row in range(len(batch)))

    def close(self, reader: Reader) -> None:
        """Book what is no event, when the reader has come to the end."""
        self.account.separator_bytes = reader.separator_bytes + reader.source.mark_bytes
        self.account.passed_over_bytes = reader.passed_over_bytes
        self.account.duplicate_bytes = reader.source.duplicate_bytes
        self.assumed = reader.assumed

    def add(self, other: "SourceStats") -> None:
        """Add what became of the next part of the source."""
        self.account.add(other.account)
        self.events += other.events
        self.unparsed_lines += other.unparsed_lines
        self.grammars.update(other.grammars)
        self.first_unparsed = self.first_unparsed or other.first_unparsed
        self.assumed |= other.assumed
