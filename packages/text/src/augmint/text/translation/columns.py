"""Translation needs pairs."""

from __future__ import annotations

from datasets import Dataset

from augmint.core.errors import UserError
from augmint.text.codec import TextCodec


def need_pairs(codec: TextCodec, dataset: Dataset) -> TextCodec:
    """The codec, if its rows are pairs. Raises UserError naming the columns there are."""
    if codec.roles != ("source", "target"):
        raise UserError(
            f"These rows are no pairs. Their columns: {', '.join(dataset.column_names)}.",
            where="data.columns",
            fix="Name both sides, as in columns: {source: de, target: en}.",
        )
    return codec
