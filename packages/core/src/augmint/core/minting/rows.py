"""Batches to rows in the source's Features."""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from datasets import Dataset, DatasetInfo, Features, Image
from datasets.table import InMemoryTable
from PIL.Image import Image as Picture

from augmint.core.errors import RowError, UserError
from augmint.core.interfaces import Batch, RowCodec, batch_size


def build_rows(codec: RowCodec, chunks: Sequence[Batch], features: Features) -> Dataset:
    """The batches' rows, in order, as a Dataset with exactly `features`; columns that the task does not know are null."""
    decoded = [(codec.decode(chunk, features), batch_size(chunk)) for chunk in chunks]
    values: dict[str, list[Any]] = {name: [] for name in features}
    for known, n in decoded:
        for name, column in values.items():
            column.extend(known.get(name, [None] * n))
    return Dataset.from_dict(values, features=features)


def inherited(rows: Dataset, originals: Dataset, parents: Sequence[int], known: Sequence[str]) -> Dataset:
    """Rows that are versions of originals, with the columns that the task does not know (a speaker, an id) taken from those.

    Args:
        rows: in the originals' Features.
        originals: real rows.
        parents: which of them each row is a version of.
        known: columns that the task filled.
    """
    others = [name for name in rows.column_names if name not in known]
    if not others:
        return rows
    table = originals.with_format("arrow").select_columns(others).select(parents)[:]
    filled = rows.with_format("arrow")[:]
    for name in others:
        place = filled.column_names.index(name)
        filled = filled.set_column(place, filled.schema.field(name), table.column(name).cast(filled.schema.field(name).type))
    return from_table(filled, rows.features)


def encode_chunks(codec: RowCodec, dataset: Dataset, places: Sequence[int] | None = None) -> list[Batch]:
    """All rows, in order: one batch where they fit in one tensor, else (pictures of several sizes) a batch a row.

    Args:
        codec: reads them.
        dataset: the rows.
        places: where they stand in the user's data, which errors then name; None where they are all of it.
    """
    try:
        return [codec.encode(dataset)]
    except RowError as error:
        raise error.at(error.row if places is None else int(places[error.row])) from error
    except UserError:
        if len(dataset) < 2:
            raise
        return [codec.encode(dataset.select([row])) for row in range(len(dataset))]


def stored_rows(columns: Mapping[str, Sequence[Any]], features: Features | None = None) -> Dataset:
    """Decoded column lists as a Dataset, pictures uncompressed; Features as given (others may be among them) or as they look."""
    if features is None:
        pictures = {name: Image() for name, values in columns.items() if len(values) and isinstance(values[0], Picture)}
        plain = Dataset.from_dict({name: list(values) for name, values in columns.items() if name not in pictures}).features
        features = Features({**plain, **pictures})
    values = {name: [uncompressed(value) for value in column] for name, column in columns.items()}
    return Dataset.from_dict(values, features=Features({name: features[name] for name in columns}))


def uncompressed(value: Any) -> Any:
    """A decoded picture as uncompressed bytes, which are quicker to make than the PNG that `datasets` would; others as they are."""
    if not isinstance(value, Picture) or "transparency" in value.info:
        return value
    buffer = io.BytesIO()
    try:
        value.save(buffer, "TIFF")
    except (OSError, ValueError, KeyError):  # a mode that TIFF does not know
        return value
    return {"bytes": buffer.getvalue(), "path": None}


def decoding(features: Features) -> Features:
    """The Features with decoding switched on: codecs read payloads decoded, whatever the user reads."""
    result = Features(features)
    for name, feature in features.items():
        if getattr(feature, "decode", True) is False:
            result[name] = copy.copy(feature)
            result[name].decode = True
    return result


def from_table(table: pa.Table, features: Features) -> Dataset:
    """A Dataset in memory over an Arrow table whose storage types are those of `features`."""
    columns = table.select(list(features)).cast(features.arrow_schema)
    return Dataset(InMemoryTable(columns), info=DatasetInfo(features=features))


def marked(table: pa.Table, provenance: Mapping[str, pa.Array]) -> pa.Table:
    """The table with provenance columns after its own."""
    for name, array in provenance.items():
        table = table.append_column(name, array)
    return table
