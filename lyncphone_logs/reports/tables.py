"""The phones of a trace as a table, a phone a line, and as JSON Lines."""

from collections.abc import Iterable, Iterator, Sequence

from lyncphone_logs.reports import wording
from lyncphone_logs.reports.encoding import to_json
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.trace.phone_list import IDENTITY, Listed

HEADINGS = ("phone", "basis", "also", "device", "first", "last", "boots", "lines", "unparsed", "gaps", "read by")
TO_THE_RIGHT = {"boots", "lines", "unparsed"}


def table(phones: Sequence[Listed]) -> Iterator[str]:
    """A heading and a line for each phone; no cell is wrapped or cut."""
    rows = [HEADINGS, *map(_cells, phones)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    for row in rows:
        cells = zip(HEADINGS, row, widths, strict=True)
        yield "  ".join(
            cell.rjust(width) if name in TO_THE_RIGHT else cell.ljust(width) for name, cell, width in cells
        ).rstrip()


def json_lines(phones: Iterable[Listed]) -> Iterator[str]:
    """An object a phone; times as ISO 8601, seconds as numbers."""
    for phone in phones:
        yield to_json(
            {
                "id": phone.id,
                "basis": phone.basis,
                "aliases": list(phone.aliases),
                **{name: phone.identity.get(name, "") for name in IDENTITY},
                "first": phone.first.isoformat() if phone.first else None,
                "last": phone.last.isoformat() if phone.last else None,
                "boots": phone.boots,
                "lines": phone.lines,
                "unparsed": phone.unparsed,
                "silences": phone.silences,
                "longest_silence": phone.longest,
                "lost_lines": phone.lost,
                "grammars": dict(sorted(phone.grammars.items())),
            }
        )


def _cells(phone: Listed) -> tuple[str, ...]:
    device = " ".join(filter(None, (phone.identity.get(name, "") for name in IDENTITY)))
    moments = (each.isoformat(" ", "seconds") if each else "-" for each in (phone.first, phone.last))
    numbers = (str(each) for each in (phone.boots, phone.lines, phone.unparsed))
    readers = ", ".join(f"{name} {count}" for name, count in phone.grammars.most_common())
    also = ", ".join(phone.aliases)
    cells = (phone.id, phone.basis, also or "-", device or "-", *moments, *numbers, _gaps(phone) or "-", readers or "-")
    return tuple(map(visible, cells))


def _gaps(phone: Listed) -> str:
    silent = f"{wording.counted(phone.silences, 'silence')} to {phone.longest / 3600:.1f} h" if phone.silences else ""
    lost = f"{wording.counted(phone.lost, 'line')} lost" if phone.lost else ""
    return ", ".join(filter(None, [silent, lost]))
