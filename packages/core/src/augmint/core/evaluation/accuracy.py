"""The score of a classifier."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from augmint.core.interfaces import Evaluation, Metric

ACCURACY = Metric("accuracy", unit="%", decimals=2, low=0.0, high=100.0)


def accuracy(logits: Tensor, labels: Tensor) -> Evaluation:
    """Accuracy in per cent (100 or 0 a row), mean cross-entropy, and the mean F1 of the classes in per cent.

    Args:
        logits: float32 (n, classes).
        labels: int64 (n,).

    Example:
        >>> import torch
        >>> accuracy(torch.tensor([[2.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 1])).score
        50.0
    """
    from sklearn.metrics import f1_score

    said = logits.argmax(1)
    correct = 100.0 * (said == labels).double()
    f1 = 100.0 * float(f1_score(labels.numpy(), said.numpy(), average="macro", zero_division=0.0))
    return Evaluation(float(correct.mean()), float(F.cross_entropy(logits, labels)), correct.tolist(), {"macro f1": f1})
