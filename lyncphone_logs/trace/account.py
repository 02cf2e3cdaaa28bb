"""The account of a source: every byte of the file lands in exactly one of seven sums."""

from dataclasses import dataclass


class AccountError(AssertionError):
    """The sums do not add up to the size of the file: a fault of this program, never of the trace."""


@dataclass
class Account:
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

    def add(self, other: "Account") -> None:
        """Add the sums of the next part of the source."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def check(self, size: int, path: str) -> None:
        """Raise AccountError unless the sums are `size`, the bytes that were read from `path`."""
        if self.total != size:
            raise AccountError(f"this is a bug: {path} has {size} bytes, but {self.total} are accounted for: {self}")
