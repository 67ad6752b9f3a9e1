"""What minted rows are trained on: their label, the judge's probabilities, or a mixture."""

from __future__ import annotations

import torch
from datasets import Dataset
from torch import Tensor
from torch.nn import functional as F

from augmint.core.interfaces import Judge, RowCodec
from augmint.core.minting.rows import encode_chunks


def soft_targets(judge: Judge | None, codec: RowCodec, dataset: Dataset, soft_labels: float, block_size: int = 64) -> Tensor | None:
    """(1 - soft_labels) * label + soft_labels * judge's probabilities, float32 (rows, classes); None where labels alone count.

    Args:
        judge: needed where `soft_labels` is above 0.
        codec: knows the columns.
        dataset: minted rows.
        soft_labels: `MintSettings.soft_labels`.
        block_size: rows the judge sees at once.
    """
    if soft_labels <= 0 or judge is None or codec.label_names is None or not len(dataset):
        return None
    parts = []
    for at in range(0, len(dataset), block_size):
        places = range(at, min(at + block_size, len(dataset)))
        for batch in encode_chunks(codec, dataset.select(places), places):
            hard = F.one_hot(batch["label"], len(codec.label_names)).float()
            parts.append((1 - soft_labels) * hard + soft_labels * judge.probabilities(batch).float().cpu())
    return torch.cat(parts)
