"""Some rows of a batch as a batch of their own."""

from collections.abc import Sequence

from lyncphone_logs.events.batch import COLUMNS, Batch


def portion(batch: Batch, rows: Sequence[int]) -> Batch:
    """The rows in their order, with what stands beside them; keys are not yet given."""
    if len(rows) == len(batch) and list(rows) == list(range(len(batch))):
        return batch
    columns = {name: [batch.columns[name][row] for row in rows] for name in COLUMNS}
    some = Batch(batch.source, columns, [batch.own_messages[row] for row in rows])
    for name in ("known", "spans", "repairs", "left_out", "runs"):
        values = getattr(batch, name)
        setattr(some, name, {place: values[row] for place, row in enumerate(rows) if row in values})
    some.unparsed = [place for place, row in enumerate(rows) if not batch.columns["grammar"][row]]
    some.gaps = {place for place, row in enumerate(rows) if row in batch.gaps}
    return some
