"""Files read by several processes at once, the large ones in parts; what is read is the same as by one, condensed."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.parsing.literal_search import Search, is_available
from lyncphone_logs.parsing.reader import Reader
from lyncphone_logs.sources.source import Source
from lyncphone_logs.timestamps.formats import Anchor
from lyncphone_logs.trace.accounting import Tally
from lyncphone_logs.trace.condense import condensed
from lyncphone_logs.trace.parallel import Part, parts_of

AHEAD = 2
"""Parts for each process that are read ahead of the one that is wanted, so that memory stays bounded."""

Read = tuple[list[Batch], Tally]


def read_in_parts(
    sources: Iterable[tuple[Source, Anchor, Tally]],
    grammars: str,
    names: tuple[str, ...],
    jobs: int,
    known: Sequence[Grammar] = (),
) -> Iterator[Batch]:
    """The events of regular files in order, read by `jobs` processes, and booked in the tallies.

    `grammars` names a folder of more grammars, or is empty, and `names` those that may read; `known` are these, which
    tell where a message may go on in later lines.
    """
    with ProcessPoolExecutor(jobs) as pool:
        pending: deque[tuple[Future[Read], Tally]] = deque()
        for source, anchor, tally in sources:
            for part in parts_of(source, grammars=known):
                pending.append((pool.submit(_read, part, anchor, grammars, names), tally))
                if len(pending) > AHEAD * jobs:
                    yield from _taken(*pending.popleft())
        while pending:
            yield from _taken(*pending.popleft())


def _taken(future: Future[Read], tally: Tally) -> list[Batch]:
    batches, part = future.result()
    tally.add(part)
    return batches


def _read(part: Part, anchor: Anchor, grammars: str, names: tuple[str, ...]) -> Read:
    known, search = _known(grammars, names)
    tally = Tally()
    batches = []
    reader = Reader(part, known, anchor, search, is_alone=True)
    for batch in reader.batches():
        tally.count(batch)
        batches.append(condensed(batch))
    tally.close(reader)
    return batches, tally


@cache
def _known(grammars: str, names: tuple[str, ...]) -> tuple[tuple[Grammar, ...], Search | None]:
    known = read_catalog(grammars=grammars).only(names).grammars
    return known, Search(known) if is_available() else None
