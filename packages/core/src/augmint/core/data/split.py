"""One split on its way through loading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from datasets import Dataset

from augmint.core.data.labels import column_values
from augmint.core.interfaces import RowCodec


@dataclass(frozen=True)
class Split:
    """Rows, and what is read of them once and then carried along: their classes, int64 (rows,), and their groups, text (rows,),
    each None where there are none."""

    rows: Dataset
    labels: np.ndarray | None
    groups: np.ndarray | None = None

    @classmethod
    def of(cls, rows: Dataset, codec: RowCodec, group: str | None = None) -> Split:
        labels = codec.labels(rows)
        groups = None if group is None else np.array([str(value) for value in column_values(rows, group)])
        return cls(rows, None if labels is None else np.asarray(labels, dtype=np.int64), groups)

    def take(self, positions: np.ndarray) -> Split:
        if len(positions) == len(self.rows):
            return self
        labels, groups = (None if values is None else values[positions] for values in (self.labels, self.groups))
        return Split(self.rows.select(positions), labels, groups)
