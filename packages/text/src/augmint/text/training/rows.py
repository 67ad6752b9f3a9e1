"""Texts of a data set as strings, read once, and batches of them as tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from datasets import Dataset
from torch.utils.data import Dataset as TorchDataset

from augmint.core.interfaces import Batch
from augmint.core.interfaces.strings import length_key, to_tensors
from augmint.text.codec import TextCodec


class TextRows:
    """Rows by role.

    Args:
        texts: role -> the texts of all rows.
        labels: class of every row, int64 (n,), or None.
    """

    def __init__(self, texts: Mapping[str, list[str]], labels: torch.Tensor | None = None) -> None:
        self.texts, self.labels = dict(texts), labels

    @classmethod
    def of(cls, dataset: Dataset, codec: TextCodec) -> TextRows:
        """The rows of a data set."""
        labels = codec.labels(dataset)
        return cls(
            {role: codec.texts(dataset, role) for role in codec.roles},
            None if labels is None else torch.tensor(labels, dtype=torch.int64),
        )

    def __len__(self) -> int:
        return len(next(iter(self.texts.values())))

    def and_more(self, others: TextRows | None) -> TextRows:
        """These rows, then the others'."""
        if others is None:
            return self
        labels = torch.cat([self.labels, others.labels]) if self.labels is not None and others.labels is not None else None
        return TextRows({role: [*texts, *others.texts[role]] for role, texts in self.texts.items()}, labels)

    @property
    def lengths(self) -> np.ndarray:
        """Characters of all of a row's texts together, int64 (n,)."""
        return np.array([sum(map(len, texts)) for texts in zip(*self.texts.values(), strict=True)], dtype=np.int64)

    @property
    def label_list(self) -> list[int]:
        """Class of every row; 0 for all where there are no labels."""
        return [0] * len(self) if self.labels is None else [int(label) for label in self.labels]

    def batch(self, rows: Sequence[int]) -> Batch:
        """Some rows as `TextCodec.encode` gives them: texts are padded to the longest of these, not of all."""
        result: Batch = {}
        for role, texts in self.texts.items():
            result[role], result[length_key(role)] = to_tensors([texts[row] for row in rows])
        if self.labels is not None:
            result["label"] = self.labels[torch.as_tensor(rows, dtype=torch.int64)]
        return result


class RowsDataset(TorchDataset[Batch]):
    """Rows for the adversarial trainer."""

    def __init__(self, rows: TextRows) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Batch:
        return {name: tensor[0] for name, tensor in self.rows.batch([index]).items()}

    def __getitems__(self, indices: list[int]) -> Batch:
        return self.rows.batch(indices)
