"""What a classifier is trained on, batch by batch: for rows of different lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from augmint.core.evaluation.plan import Drawn, RowPlan, Rows


@dataclass(frozen=True)
class LabelledExamples:
    """One batch.

    Attributes:
        drawn: the rows, after the policy.
        targets: class probabilities, float32 (n, classes).
        weights: what each row counts in the loss, float32 (n,).
    """

    drawn: Drawn
    targets: Tensor
    weights: Tensor


class LabelledPlan(RowPlan[LabelledExamples]):
    """Labelled rows (see `RowPlan`).

    Args:
        rows, extra: real rows with labels, and further ones or None.
        classes: number of classes.
        soft: float32 (len(extra), classes) targets of the extra rows, or None for their labels.
        plan: further arguments of `RowPlan`.
    """

    def __init__(self, rows: Rows, extra: Rows | None = None, *, classes: int, soft: Tensor | None = None, **plan: Any) -> None:
        super().__init__(rows, extra, **plan)
        self.classes, self.soft = classes, soft

    def examples(self, drawn: Drawn) -> LabelledExamples:
        targets = F.one_hot(drawn.batch["label"], self.classes).float()
        if self.soft is not None and drawn.extra:
            targets[len(targets) - len(drawn.extra) :] = self.soft[drawn.extra]
        return LabelledExamples(drawn, targets, torch.tensor(drawn.weights))


def weighted_loss(logits: Tensor, targets: Tensor, weights: Tensor, label_smoothing: float) -> Tensor:
    """Mean over rows of the cross-entropy with soft targets, times the row's weight: light rows count less.

    Args:
        logits, targets: float (n, classes).
        weights: float (n,).
        label_smoothing: part of a target that is spread over all classes, [0, 1].

    Example:
        >>> one = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.5, 0.5]])
        >>> half, whole = (weighted_loss(*one, torch.tensor([weight]), 0.0).item() for weight in (0.5, 1.0))
        >>> round(half / whole, 3)
        0.5
    """
    losses = F.cross_entropy(logits.float(), targets, reduction="none", label_smoothing=label_smoothing)
    return (losses * weights).mean()
