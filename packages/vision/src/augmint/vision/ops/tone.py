"""Ops on single pixel values: posterize, solarize, solarize_add, gamma, invert, grayscale. More magnitude changes more."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from augmint.core.interfaces import Batch, RowRandom
from augmint.vision.ops.base import PixelOp, SwitchOp, choose, luminance, per_row, signs
from augmint.vision.ops.registry import register

MAX_BITS_CUT = 6  # 2 of 8 bits are left
MAX_ADDED = 110.0  # levels
MAX_GAMMA = 3.0
_HALF = 1e-2  # floats that stand for a whole level may lie a rounding error below it


@register
class Posterize(PixelOp):
    """Keeps the highest bits only: 8 at magnitude 0, 2 at magnitude 1."""

    name = "posterize"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {"step": 2.0 ** (magnitude * MAX_BITS_CUT).round()}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        step = per_row(parameters["step"], levels)
        kept = ((levels + _HALF) / step).floor_() * step
        return kept if bool((parameters["step"] > 1).all()) else choose(step > 1, kept, levels)


@register
class Solarize(PixelOp):
    """Inverts pixels at or above a threshold: 256 (none) at magnitude 0, 0 (all) at magnitude 1."""

    name = "solarize"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {"threshold": (256.0 * (1.0 - magnitude)).floor()}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        return choose(levels + _HALF >= per_row(parameters["threshold"], levels), 255.0 - levels, levels)


@register
class SolarizeAdd(PixelOp):
    """Adds up to 110 levels to pixels below 128."""

    name = "solarize_add"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {"added": (MAX_ADDED * magnitude).round()}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        return choose(levels + _HALF < 128.0, levels + per_row(parameters["added"], levels), levels)


@register
class Gamma(PixelOp):
    """Raises values in [0, 1] to a power between 1/3 and 3: darker or lighter mid-tones."""

    name = "gamma"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {"power": torch.exp((signs(rng) * magnitude).double().cpu() * math.log(MAX_GAMMA)).float()}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        power = parameters["power"].to(levels.device)
        # A table of 256 levels: fast, and free of power functions that round by their place in memory.
        table = 255.0 * (torch.arange(256, device=levels.device).float() / 255.0) ** power.reshape(-1, 1)
        low = levels.floor().clamp_(0, 254)
        index = low.flatten(1).long()
        below, above = table.gather(1, index).view_as(levels), table.gather(1, index + 1).view_as(levels)
        return below + (above - below) * (levels - low)


@register
class Invert(SwitchOp):
    """The negative. No strength: any magnitude above 0 inverts."""

    name = "invert"

    def switched(self, levels: Tensor) -> Tensor:
        return 255.0 - levels


@register
class Grayscale(SwitchOp):
    """The luminance in every channel. No strength; leaves images that have not 3 channels as they are."""

    name = "grayscale"

    def switched(self, levels: Tensor) -> Tensor:
        return luminance(levels).expand_as(levels).clone() if levels.shape[1] == 3 else levels
