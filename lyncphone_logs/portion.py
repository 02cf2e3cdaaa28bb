"""Some rows of a batch as a batch of their own."""

from collections.abc import Sequence

from lyncphone_logs.batch import COLUMNS, Batch


def portion(batch: Batch, rows: Sequence[int]) -> Batch:
    """The rows in their order, with what stands beside them; keys are not yet given."""
    if list(rows) == list(range(len(batch))):
        return batch
    place = {row: place for place, row in enumerate(rows)}
    columns = {name: [batch.columns[name][row] for row in rows] for name in COLUMNS}
    some = Batch(batch.source, columns, [batch.own_messages[row] for row in rows])
    for name in ("known", "spans", "repairs", "left_out", "runs"):
        setattr(some, name, {place[row]: value for row, value in getattr(batch, name).items() if row in place})
    some.unparsed = [place[row] for row in batch.unparsed if row in place]
    some.gaps = {place[row] for row in batch.gaps if row in place}
    return some
