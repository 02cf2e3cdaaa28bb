"""Looks up in knowledge/firmware_capabilities.csv what the firmware of a phone can do.

A row names a vendor, models, and the firmware versions from `firmware_from` (included) to `firmware_below` (excluded;
empty: any later one). `model` is a regular expression for a name in lower case without the maker, blanks and hyphens,
as in phone_models.toml. A version that no row contains is unknown: a source says what works, not what came first.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from lyncphone_logs.events.codes import rows
from lyncphone_logs.events.vocabulary import kinds
from lyncphone_logs.matching.matcher import version_of

KIND = "fact.device"
"""The event that has a field for each capability."""
IDENTITY = ("vendor", "model", "firmware")
UNKNOWN = "unknown"
_SEPARATORS = re.compile(r"[\s_/-]+")


class CapabilityRow(NamedTuple):
    """One row of the table; `first` and `below` are its limits as numbers, `below` is empty if there is none."""

    vendor: str
    model: str
    first: tuple[int, ...]
    below: tuple[int, ...]
    capability: str
    value: str

    def contains(self, version: tuple[int, ...]) -> bool:
        """Whether a version is within its limits."""
        return self.first <= version and (not self.below or version < self.below)


@cache
def capability_rows() -> tuple[CapabilityRow, ...]:
    """The rows, in the order of the file."""
    return tuple(
        CapabilityRow(
            row["vendor"],
            row["model"],
            version_of(row["firmware_from"]),
            version_of(row["firmware_below"]),
            row["capability"],
            row["value"],
        )
        for row in rows("firmware_capabilities")
    )


def capabilities() -> tuple[str, ...]:
    """The capabilities that rules can ask for: the fields of KIND that do not identify the device."""
    return tuple(name for name in kinds()[KIND].fields if name not in IDENTITY)


def firmware_can(capability: str, vendor: str, model: str, firmware: str) -> str:
    """`yes`, `no`, or `unknown`. Without a model, all models of the vendor with such version numbers must agree."""
    version = version_of(firmware)
    found = [row for row in _rows_of(vendor, model) if row.capability == capability]
    if model:
        values = {row.value for row in found if row.contains(version)}
    else:
        of_branch = [row for row in found if row.first[:1] == version[:1]]
        values = {row.value if row.contains(version) else UNKNOWN for row in of_branch}
    return values.pop() if len(values) == 1 else UNKNOWN


def _rows_of(vendor: str, model: str) -> Iterator[CapabilityRow]:
    name = _SEPARATORS.sub("", model).casefold()
    for row in capability_rows():
        maker = row.vendor.casefold()
        is_of_vendor = maker == vendor.casefold() or (model and not vendor)
        if is_of_vendor and (not model or re.fullmatch(row.model, name.removeprefix(maker))):
            yield row
