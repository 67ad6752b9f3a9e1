"""Additive noise."""

from __future__ import annotations

from torch import Tensor

from augmint.core.interfaces import Batch, RowRandom
from augmint.vision.ops.base import PixelOp
from augmint.vision.ops.registry import register

MAX_SIGMA = 51.0  # levels, a fifth of the range


@register
class Noise(PixelOp):
    """Adds independent Gaussian noise to every value, with a deviation of up to a fifth of the range."""

    name = "noise"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {"noise": rng.normal(*batch["image"].shape[1:]) * (MAX_SIGMA * magnitude).reshape(-1, 1, 1, 1)}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        return levels + parameters["noise"].to(levels.device)
