"""Batches to rows in the source's Features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from datasets import Dataset, DatasetInfo, Features
from datasets.table import InMemoryTable

from augmint.core.interfaces import Batch, RowCodec, batch_size


def build_rows(codec: RowCodec, batch: Batch, features: Features) -> Dataset:
    """The batch as a Dataset with exactly `features`; columns that the task does not know are null."""
    known = codec.decode(batch, features)
    n = batch_size(batch)
    values: dict[str, Any] = {name: known.get(name, [None] * n) for name in features}
    return Dataset.from_dict(values, features=features)


def from_table(table: pa.Table, features: Features) -> Dataset:
    """A Dataset in memory over an Arrow table whose storage types are those of `features`."""
    columns = table.select(list(features)).cast(features.arrow_schema)
    return Dataset(InMemoryTable(columns), info=DatasetInfo(features=features))


def marked(table: pa.Table, provenance: Mapping[str, pa.Array]) -> pa.Table:
    """The table with provenance columns after its own."""
    for name, array in provenance.items():
        table = table.append_column(name, array)
    return table
