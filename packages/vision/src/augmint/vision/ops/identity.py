"""The op that does nothing, a member of the AutoAugment set."""

from __future__ import annotations

from torch import Tensor

from augmint.core.interfaces import Batch, Op, RowRandom
from augmint.vision.ops.registry import register


@register
class Identity(Op):
    """Leaves rows as they are."""

    name = "identity"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {}

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        return {**batch, "image": batch["image"].clone()}
