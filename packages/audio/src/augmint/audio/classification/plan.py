"""What a classifier of clips is trained on, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from augmint.audio.rows import AudioRows
from augmint.core.evaluation.plan import Drawn, RowPlan
from augmint.core.interfaces import Batch


@dataclass(frozen=True)
class Examples:
    """One batch: encoded clips, class probabilities (float32 (n, classes)) and what each row counts in the loss (float32 (n,))."""

    clips: Batch
    targets: Tensor
    weights: Tensor


class ClassificationPlan(RowPlan[Examples]):
    """Labelled clips (see `RowPlan`).

    Args:
        rows, extra: real clips with labels, and further ones or None.
        classes: number of classes.
        soft: float32 (len(extra), classes) targets of the extra rows, or None for their labels.
        plan: further arguments of `RowPlan`.
    """

    def __init__(
        self, rows: AudioRows, extra: AudioRows | None = None, *, classes: int, soft: Tensor | None = None, **plan: Any
    ) -> None:
        super().__init__(rows, extra, **plan)
        self.classes, self.soft = classes, soft

    def examples(self, drawn: Drawn) -> Examples:
        targets = F.one_hot(drawn.batch["label"], self.classes).float()
        if self.soft is not None and drawn.extra:
            targets[len(targets) - len(drawn.extra) :] = self.soft[drawn.extra]
        return Examples(drawn.batch, targets, torch.tensor(drawn.weights))
