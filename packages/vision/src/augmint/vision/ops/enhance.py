"""Brightness, contrast, colour and sharpness: a blend of the image with a degenerate one by a factor of 1 +- 0.99 magnitude.

A factor below 1 goes towards the degenerate image, above 1 away from it. Definitions as in Pillow's `ImageEnhance`.
"""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from augmint.core.interfaces import Batch, RowRandom
from augmint.vision.ops.base import PixelOp, luminance, mean_level, per_row, signs
from augmint.vision.ops.registry import register

MAX_CHANGE = 0.99


class Enhance(PixelOp):
    """A blend with a degenerate image."""

    @abstractmethod
    def degenerate(self, levels: Tensor) -> Tensor:
        """What a factor of 0 gives; broadcasts against (n, C, H, W)."""

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {"factor": 1.0 + signs(rng) * magnitude * MAX_CHANGE}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        low = self.degenerate(levels)
        return (levels - low) * per_row(parameters["factor"], levels) + low


@register
class Brightness(Enhance):
    """Blends with black."""

    name = "brightness"

    def degenerate(self, levels: Tensor) -> Tensor:
        return levels.new_zeros(1, 1, 1, 1)


@register
class Contrast(Enhance):
    """Blends with the mean luminance. Acts on any number of channels."""

    name = "contrast"

    def degenerate(self, levels: Tensor) -> Tensor:
        return (mean_level(luminance(levels)) + 0.5).floor()


@register
class Color(Enhance):
    """Blends with the luminance: saturation. Leaves images that have not 3 channels as they are."""

    name = "color"

    def degenerate(self, levels: Tensor) -> Tensor:
        return luminance(levels).round() if levels.shape[1] == 3 else levels


@register
class Sharpness(Enhance):
    """Blends with a smoothed image (3x3, centre weight 5 of 13; the outermost pixels keep their values)."""

    name = "sharpness"

    def degenerate(self, levels: Tensor) -> Tensor:
        smooth = levels.clone()
        if min(levels.shape[-2:]) < 3:
            return smooth
        rows = levels[..., :-2, :] + levels[..., 1:-1, :] + levels[..., 2:, :]
        box = rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]
        smooth[..., 1:-1, 1:-1] = (box + 4 * levels[..., 1:-1, 1:-1]) / 13
        return smooth.round_()
