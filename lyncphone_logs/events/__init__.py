"""The event and its columns: Event, Batch, the vocabulary of kinds and fields, code tables, DataFrame and Parquet.

Public: `event.Event`, `batch.Batch`, `vocabulary`, `columns.COLUMNS`, `dataframe`, `parquet`, `codes`.
The only package that imports pandas and pyarrow. It must not know where events come from.
"""
