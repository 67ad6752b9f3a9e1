"""Shear, translation, rotation and scale. The direction is random for every row; areas outside are black.

At magnitude 1 the ranges are those of TrivialAugment's wide space, translations relative to the side so that images of all
sizes lose the same part.

Source: Mueller & Hutter 2021, "TrivialAugment: tuning-free yet state-of-the-art data augmentation".
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from augmint.core.interfaces import RowRandom
from augmint.vision.ops.base import signs
from augmint.vision.ops.geometric import GeometricOp
from augmint.vision.ops.registry import register
from augmint.vision.ops.resample import linear_maps, shift_maps

MAX_SHEAR = 0.99  # tangent of the angle
MAX_SHIFT = 0.45  # of the side
MAX_DEGREES = 135.0
MAX_ZOOM = 2.0  # factor


@register
class ShearX(GeometricOp):
    """Slants rows of pixels sideways by up to 0.99 pixels a pixel."""

    name = "shear_x"

    def maps(self, rng: RowRandom, magnitude: Tensor, height: int, width: int) -> Tensor:
        return linear_maps(1, _signs(rng) * magnitude * MAX_SHEAR, 0, 1, len(rng))


@register
class ShearY(GeometricOp):
    """Slants columns of pixels up or down by up to 0.99 pixels a pixel."""

    name = "shear_y"

    def maps(self, rng: RowRandom, magnitude: Tensor, height: int, width: int) -> Tensor:
        return linear_maps(1, 0, _signs(rng) * magnitude * MAX_SHEAR, 1, len(rng))


@register
class TranslateX(GeometricOp):
    """Moves sideways by up to 0.45 of the width, by whole pixels so that nothing is blurred."""

    name = "translate_x"

    def maps(self, rng: RowRandom, magnitude: Tensor, height: int, width: int) -> Tensor:
        shift = _signs(rng) * (magnitude * MAX_SHIFT * width).round()
        return shift_maps(shift, torch.zeros_like(shift))


@register
class TranslateY(GeometricOp):
    """Moves up or down by up to 0.45 of the height, by whole pixels."""

    name = "translate_y"

    def maps(self, rng: RowRandom, magnitude: Tensor, height: int, width: int) -> Tensor:
        shift = _signs(rng) * (magnitude * MAX_SHIFT * height).round()
        return shift_maps(torch.zeros_like(shift), shift)


@register
class Rotate(GeometricOp):
    """Turns about the centre by up to 135 degrees."""

    name = "rotate"

    def maps(self, rng: RowRandom, magnitude: Tensor, height: int, width: int) -> Tensor:
        angle = _signs(rng) * magnitude * math.radians(MAX_DEGREES)
        cos, sin = torch.cos(angle), torch.sin(angle)
        return linear_maps(cos, -sin, sin, cos, len(rng))


@register
class Scale(GeometricOp):
    """Zooms in or out about the centre by a factor of up to 2."""

    name = "scale"

    def maps(self, rng: RowRandom, magnitude: Tensor, height: int, width: int) -> Tensor:
        factor = torch.exp(_signs(rng) * magnitude * math.log(MAX_ZOOM))
        return linear_maps(factor, 0, 0, factor, len(rng))


def _signs(rng: RowRandom) -> Tensor:
    return signs(rng).cpu().double()
