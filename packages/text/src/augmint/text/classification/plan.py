"""What a classifier is trained on, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from augmint.core.evaluation.plan import Drawn, RowPlan
from augmint.text.training.rows import TextRows


@dataclass(frozen=True)
class Examples:
    """One batch: n texts, their class probabilities (float32 (n, classes)) and what each counts in the loss (float32 (n,))."""

    texts: list[str]
    targets: Tensor
    weights: Tensor


class ClassificationPlan(RowPlan[Examples]):
    """Labelled texts (see `RowPlan`).

    Args:
        rows, extra: real texts with labels, and further ones or None.
        classes: number of classes.
        soft: float32 (len(extra), classes) targets of the extra rows, or None for their labels.
        plan: further arguments of `RowPlan`.
    """

    def __init__(
        self, rows: TextRows, extra: TextRows | None = None, *, classes: int, soft: Tensor | None = None, **plan: Any
    ) -> None:
        super().__init__(rows, extra, **plan)
        self.classes, self.soft = classes, soft

    def examples(self, drawn: Drawn) -> Examples:
        targets = F.one_hot(drawn.batch["label"], self.classes).float()
        if self.soft is not None and drawn.extra:
            targets[len(targets) - len(drawn.extra) :] = self.soft[drawn.extra]
        return Examples(drawn.texts("text"), targets, torch.tensor(drawn.weights))
