"""The loss of models that write."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

IGNORED = -100


def token_losses(logits: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Cross-entropy of every token, float32 (n, L), 0 where the label is -100.

    Args:
        logits: (n, L, V), any floating point type.
        labels: int64 (n, L).
        label_smoothing: in [0, 1].

    >>> import torch
    >>> token_losses(torch.zeros(1, 2, 4), torch.tensor([[3, -100]]))
    tensor([[1.3863, 0.0000]])
    """
    # In one long row: with the vocabulary as the second of three dimensions, as cross_entropy wants it, it takes 1.5 times as long.
    flat = F.cross_entropy(
        logits.float().flatten(0, 1), labels.flatten(), reduction="none", ignore_index=IGNORED, label_smoothing=label_smoothing
    )
    return flat.view(labels.shape)
